/* A thread that starts the watch of alerts and starts it again when it ended:
 * what kills it (memory, a fault of ours) kills no run, and no run makes an
 * alert wait. */
#include "lib/clock.h"
#include "lib/log.h"
#include "worker/alert_watch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LOOK_MS = 100,
    PAUSE_MS = 1000, /* before it is started again; twice that each time */
    PAUSE_MAX_MS = 60000,
    GOOD_MS = 60000,     /* it ran: the next pause is short again */
    STOP_MAX_MS = 10000, /* then it is killed */
    CHILD_FD_MIN = 3,    /* the wake FIFO of systemd, which is not its */
};

struct alert_child {
    pthread_t thread;
    atomic_bool ending;
    pid_t pid; /* 0: none */
    int64_t began_ms, start_ms, pause_ms;
};

/* This program again; its signals as they are by default, though this thread
 * blocks them. */
static int
spawn(pid_t *pid)
{
    char parent[32];
    snprintf(parent, sizeof parent, "--parent=%ld", (long)getpid());
    char *argv[] = {(char[]){"quotemill"}, (char[]){"alert"}, (char[]){"watch"},
                    parent, NULL};
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t actions;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addclosefrom_np(&actions, CHILD_FD_MIN);
    int failed =
        posix_spawn(pid, "/proc/self/exe", &actions, &attr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    return failed;
}

static void
later(struct alert_child *c)
{
    int64_t now_ms = clock_ms();
    if (c->pause_ms == 0 || now_ms - c->began_ms > GOOD_MS)
        c->pause_ms = PAUSE_MS;
    else
        c->pause_ms =
            c->pause_ms < PAUSE_MAX_MS / 2 ? c->pause_ms * 2 : PAUSE_MAX_MS;
    c->start_ms = now_ms + c->pause_ms;
}

static void
start(struct alert_child *c)
{
    c->began_ms = clock_ms();
    int failed = spawn(&c->pid);
    if (failed == 0)
        return;
    c->pid = 0;
    log_event(LOG_WARN, "alerts.unstarted", "text=\"%s\"", strerror(failed));
    later(c);
}

/* True when it has ended. */
static bool
reap(struct alert_child *c)
{
    int status;
    pid_t pid = waitpid(c->pid, &status, WNOHANG);
    if (pid == 0 || (pid < 0 && errno == EINTR))
        return false;
    if (pid > 0 && !atomic_load(&c->ending))
        log_event(LOG_WARN, "alerts.died", "%s=%d",
                  WIFSIGNALED(status) ? "signal" : "status",
                  WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    c->pid = 0;
    return true;
}

static void
stop(struct alert_child *c)
{
    int64_t kill_ms = clock_ms() + STOP_MAX_MS;
    if (c->pid != 0)
        kill(c->pid, SIGTERM);
    while (c->pid != 0 && !reap(c)) {
        if (clock_ms() > kill_ms)
            kill(c->pid, SIGKILL);
        clock_sleep(LOOK_MS / 10);
    }
}

static void *
thread_main(void *arg)
{
    struct alert_child *c = arg;
    while (!atomic_load(&c->ending)) {
        if (c->pid == 0 && clock_ms() >= c->start_ms)
            start(c);
        else if (c->pid != 0 && reap(c))
            later(c);
        clock_sleep(LOOK_MS);
    }
    stop(c);
    return NULL;
}

bool
alert_child_start(struct alert_child **out, struct err *err)
{
    struct alert_child *c = xcalloc(1, sizeof *c);
    sigset_t all, before;
    /* signals are for the main thread */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&c->thread, NULL, thread_main, c);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0) {
        free(c);
        return err_set(err, ERR_INTERNAL, "no thread for the alerts: %s",
                       strerror(failed));
    }
    *out = c;
    return true;
}

void
alert_child_stop(struct alert_child *child)
{
    if (child == NULL)
        return;
    atomic_store(&child->ending, true);
    pthread_join(child->thread, NULL);
    free(child);
}
