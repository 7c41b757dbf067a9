/* Runs: the queue, leases, steps and their sources. All SQL of runs is here
 * and in core/schedule.c; the loop that works a run is worker/.
 *
 * Time that measures work (queued, started, heartbeat, lease) is the database
 * server's; the time that data is judged by is passed as now_ts.
 */
#ifndef CORE_RUN_H
#define CORE_RUN_H

#include "lib/db.h"

enum run_lane { RUN_LANE_MANUAL, RUN_LANE_SCHEDULED, RUN_LANE_BACKFILL };

/* What somebody asks for. NULL or 0 where nothing was said. */
struct run_request {
    const char *mode;               /* incremental, full_refresh, backfill */
    const char *trigger;            /* timer, console, api, cli, upload */
    const char *requested_by, *reason;
    const char *const *instruments; /* symbols */
    size_t n_instruments;
    const char *const *providers;
    size_t n_providers;
    const char *const *steps;       /* NULL: fetch, process, retrain */
    size_t n_steps;
    int64_t from_ts, to_ts;         /* backfill: both needed */
    int64_t retry_of;
    bool simulated;
};

/* Checks a request and queues it; wakes who waits (trigger on the table).
 * Joins the caller's transaction.
 *
 * id      the new run
 * fails   ERR_INPUT: unknown mode, step, symbol (nearest name suggested),
 *         provider, dates the wrong way round or missing for a backfill
 */
MUST_USE bool run_enqueue(struct db *db, const struct run_request *request,
                          int64_t *id, struct err *err);

/* What run_enqueue would cause, for the trigger page and --dry-run. */
struct run_forecast {
    int64_t sources, requests;
    double seconds;          /* from limits and usual latency */
    const char *limit_words; /* "within every limit" or which limit delays */
};
MUST_USE bool run_forecast(struct arena *a, struct db *db,
                           const struct run_request *request, int64_t now_ts,
                           struct run_forecast *out, struct err *err);

/* Asks to cancel: a queued run ends at once, a running one at its next stop.
 * fails   ERR_MISSING; ERR_CONFLICT: it has ended already */
MUST_USE bool run_cancel(struct db *db, int64_t id, const char *who,
                         struct err *err);

/* Queues what failed in run `id` again: from its first failed step, for its
 * failed sources only (all, when a whole step failed).
 * fails   ERR_MISSING; ERR_CONFLICT: nothing in it failed */
MUST_USE bool run_retry(struct db *db, int64_t id, const char *trigger,
                        const char *who, int64_t *new_id, struct err *err);

#endif
