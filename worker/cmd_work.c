#include "lib/log.h"
#include "worker/alert_watch.h"
#include "worker/command.h"
#include "worker/queue.h"
#include "worker/stop.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char HELP[] =
    "usage: quotemill work [--drain]\n\n"
    "Waits for runs and for jobs of uploads (queued by the console, the "
    "command\n"
    "line or a schedule) and works them, until SIGTERM; what is under way "
    "then\n"
    "goes back to the queue. Runs are worked one after the other, jobs beside\n"
    "them, up to four at once, and alert rules in a process of their own\n"
    "(quotemill alert watch). With --drain: works until the queue is empty,\n"
    "looks at the alert rules once and exits; a FIFO handed over by systemd\n"
    "(descriptor 3) is read empty first.\n";

enum {
    WAIT_MS = 1000,
    LOOK_S = 5, /* for schedules and lost runs, when nobody says anything */
    AWAY_PAUSE_MS = 500,
    AWAY_PAUSE_MAX_MS = 5000,
    WAKE_FD = 3, /* SD_LISTEN_FDS_START */
};

/* Reads what was written into the wake FIFO. Only a FIFO that was handed over
 * is touched. */
static bool
was_woken(void)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    char bytes[512];
    bool any = false;
    if (fds == NULL || strtol(fds, NULL, 10) < 1 ||
        (pid != NULL && strtol(pid, NULL, 10) != (long)getpid()))
        return false;
    struct pollfd ready = {.fd = WAKE_FD, .events = POLLIN};
    while (poll(&ready, 1, 0) == 1 && (ready.revents & POLLIN) != 0 &&
           read(WAKE_FD, bytes, sizeof bytes) > 0)
        any = true;
    return any;
}

static bool
drain(struct worker *w, struct upload_jobs *jobs, struct err *err)
{
    do {
        (void)was_woken();
        if (!queue_drain(w, jobs, err))
            return false;
    } while (stop_requested() == 0 && was_woken());
    if (stop_requested() == 0)
        alert_watch_last(w->db, w->clock());
    return true;
}

/* Looks for lost runs and due schedules now and then, works what is queued,
 * and waits for word. */
static bool
work_turn(struct worker *w, time_t *look_at, struct err *err)
{
    struct arena *a = arena_new();
    const char *channel, *payload;
    int64_t next_due = 0;
    bool ok = db_listen(w->db, "run_queued", err);
    if (ok && time(NULL) >= *look_at) {
        ok = queue_sweep(w, err) && queue_due(w, &next_due, err);
        *look_at = time(NULL) + LOOK_S;
        if (next_due != 0 && next_due - w->clock() < LOOK_S)
            *look_at = time(NULL) + 1;
    }
    ok = ok && queue_work(w, err) &&
         (stop_requested() != 0 ||
          db_wait(a, w->db, WAIT_MS, &channel, &payload, err));
    arena_free(a);
    return ok;
}

static void
work_for_ever(struct worker *w)
{
    struct err err;
    time_t look_at = 0;
    int64_t pause_ms = 0;
    log_event(LOG_INFO, "worker.began", "worker=%s", w->name);
    while (stop_requested() == 0) {
        if (work_turn(w, &look_at, &err)) {
            pause_ms = 0;
            continue;
        }
        if (pause_ms == 0)
            log_event(err.kind == ERR_RETRY ? LOG_WARN : LOG_ERROR,
                      "worker.trouble", "text=\"%s\"", err.text);
        pause_ms = pause_ms == 0 ? AWAY_PAUSE_MS : pause_ms * 2;
        if (pause_ms > AWAY_PAUSE_MAX_MS)
            pause_ms = AWAY_PAUSE_MAX_MS;
        struct timespec t = {.tv_sec = pause_ms / 1000,
                             .tv_nsec = pause_ms % 1000 * 1000000};
        nanosleep(&t, NULL);
    }
    log_event(LOG_INFO, "worker.ended", "worker=%s", w->name);
}

bool
cmd_work(struct command *c, struct err *err)
{
    struct db *db = NULL;
    bool drain_only = false;
    const struct command_option options[] = {
        {.name = "drain", .flag = &drain_only}};
    const char **words = command_room(c);
    size_t n_words;
    if (command_help(c, HELP))
        return true;
    if (!command_options(c, options, COUNT_OF(options), words, &n_words, err))
        return false;
    if (n_words > 0)
        return command_usage(c, err, "it takes no arguments (see --help)");
    stop_install();
    bool open = command_db(c, &db, err);
    struct worker *w = worker_new(c->a, db, c->clock);
    if (!open && (drain_only || err->kind != ERR_RETRY))
        return false;
    struct upload_jobs *jobs = NULL;
    struct alert_child *alerts = NULL;
    bool ok = upload_jobs_start(&jobs, w->name, err) &&
              (drain_only || alert_child_start(&alerts, err));
    if (ok && drain_only)
        ok = drain(w, jobs, err);
    else if (ok)
        work_for_ever(w);
    alert_child_stop(alerts);
    upload_jobs_stop(jobs);
    return ok;
}
