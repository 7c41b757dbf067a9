/* The console: answers FastCGI requests on descriptor 0, or one CGI request
 * when started by hand. */
#include "cgi/dispatch.h"

#include "lib/config.h"
#include "lib/log.h"

#include <signal.h>
#include <stdio.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void
on_signal(int signal)
{
    (void)signal;
    fcgi_shutdown();
}

static void
signals_set(void)
{
    struct sigaction end = {.sa_handler = on_signal};
    sigaction(SIGTERM, &end, NULL);
    sigaction(SIGINT, &end, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool
start(struct console *console, struct fcgi **f, struct err *err)
{
    if (!config_load(err))
        return false;
    log_set_level((enum log_level)config()->log_level);
    if (!secret_init(err) ||
        !secret_key_read(config()->key_file, console->key, err) ||
        !view_open(config()->templates_dir, err) || !fcgi_open(f, err))
        return false;
    console->cache = cache_new();
    /* The database may be away: pages say so and it is asked again. */
    if (!db_open(&console->db, config()->db_console, "quotemill console", err))
        log_event(LOG_WARN, "database.away", "error=\"%s\"", err->text);
    return true;
}

int
main(void)
{
    struct console console = {0};
    struct fcgi *f = NULL;
    struct err err;
    if (!start(&console, &f, &err)) {
        log_event(LOG_ERROR, "console.failed", "error=\"%s\"", err.text);
        return EXIT_FAILURE;
    }
    signals_set();
    /* what a large answer needed goes back when it is sent */
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    struct arena *a = arena_new();
    while (fcgi_accept(f)) {
        dispatch(&console, f, a, config_now_ts(), (int64_t)time(NULL));
        fcgi_finish(f);
        arena_reset(a);
    }
    arena_free(a);
    fcgi_close(f);
    db_close(console.db);
    cache_free(console.cache);
    view_close();
    return EXIT_SUCCESS;
}
