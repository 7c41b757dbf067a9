#include "worker/queue.h"

#include "core/schedule.h"
#include "lib/config.h"
#include "lib/log.h"
#include "worker/stop.h"

#include <string.h>
#include <time.h>

enum { WAIT_MS = 500 };

bool
queue_sweep(struct worker *w, struct err *err)
{
    struct arena *a = arena_new();
    struct run_swept *swept;
    size_t n = 0;
    bool ok = run_sweep(a, w->db, &swept, &n, err);
    for (size_t i = 0; ok && i < n; i++)
        log_event(LOG_WARN, "run.lost",
                  "run=%lld worker=%s attempt=%lld of=%lld now=%s",
                  (long long)swept[i].id,
                  swept[i].worker != NULL ? swept[i].worker : "-",
                  (long long)swept[i].attempt, (long long)swept[i].max_attempts,
                  swept[i].state);
    arena_free(a);
    return ok;
}

bool
queue_due(struct worker *w, int64_t *next_due, struct err *err)
{
    int64_t n = 0;
    if (!schedule_queue_due(w->db, w->clock(),
                            config()->simulator_url[0] != '\0', &n, next_due,
                            err))
        return false;
    if (n > 0)
        log_event(LOG_INFO, "schedule.queued", "runs=%lld", (long long)n);
    return true;
}

bool
queue_work(struct worker *w, struct err *err)
{
    bool ok = true, got = true;
    while (ok && got && stop_requested() == 0) {
        struct arena *a = arena_new();
        struct run_work work;
        ok = worker_claim(a, w, 0, &work, &got, err);
        if (ok && got)
            ok = pipeline_work(w, &work, err);
        arena_free(a);
    }
    return ok;
}

/* Sleeps until something is queued, or a while. */
static bool
wait_for_more(struct worker *w, struct err *err)
{
    struct arena *a = arena_new();
    const char *channel, *payload;
    bool ok = db_wait(a, w->db, WAIT_MS, &channel, &payload, err);
    arena_free(a);
    return ok;
}

static bool
drain_turn(struct worker *w, struct upload_jobs *jobs, bool *empty,
           struct err *err)
{
    struct run_queue q;
    bool idle;
    /* jobs first: what they store queues runs */
    if (!db_listen(w->db, "run_queued", err) || !queue_sweep(w, err) ||
        !queue_work(w, err) || !upload_jobs_look(jobs, w->db, &idle, err) ||
        !run_queue_look(w->db, &q, err))
        return false;
    *empty = idle && q.queued == 0 && q.silent == 0;
    return *empty || wait_for_more(w, err);
}

bool
queue_drain(struct worker *w, struct upload_jobs *jobs, struct err *err)
{
    bool empty = false;
    time_t away_since = 0;
    struct timespec pause = {.tv_nsec = WAIT_MS * 1000000L};
    while (!empty && stop_requested() == 0) {
        if (drain_turn(w, jobs, &empty, err)) {
            away_since = 0;
            continue;
        }
        time_t now = time(NULL);
        if (away_since == 0)
            away_since = now;
        if (err->kind != ERR_RETRY || now - away_since > config()->db_wait_s)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}
