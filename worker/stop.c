#include "worker/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t came;

static void
on_signal(int signal_number)
{
    came = signal_number;
}

void
stop_install(void)
{
    /* Without SA_RESTART, so that waits end; SA_RESETHAND makes the second
     * one final. */
    struct sigaction once = {.sa_handler = on_signal,
                             .sa_flags = (int)SA_RESETHAND};
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&once.sa_mask);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &once, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int
stop_requested(void)
{
    return came;
}
