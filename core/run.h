/* Runs as people see them: asked for, looked at, cancelled, tried again.
 *
 * The queue's other side (claims, leases, steps on their way) is
 * core/run_work.h; the loop that works a run is worker/pipeline.c.
 *
 * Time that measures work (queued, started, heartbeat, lease) is the database
 * server's; the time that data is judged by is passed as now_ts.
 */
#ifndef CORE_RUN_H
#define CORE_RUN_H

#include "core/run_range.h"

enum run_lane { RUN_LANE_MANUAL, RUN_LANE_SCHEDULED, RUN_LANE_BACKFILL };

/* Bars that an incremental fetch asks for again before the last good one, so
 * that a provider can correct itself. */
enum { RUN_OVERLAP_BARS = 5 };

/* What somebody asks for. NULL or 0 where nothing was said. */
struct run_request {
    const char *mode;    /* incremental, full_refresh, backfill; NULL:
                          * incremental, or backfill when dates are given */
    const char *trigger; /* timer, console, api, cli, upload */
    const char *requested_by, *reason;
    const char *const *instruments; /* symbols, any case */
    size_t n_instruments;
    const char *const *providers;
    size_t n_providers;
    const char *const *steps; /* NULL: fetch, process, retrain */
    size_t n_steps;
    int64_t from_ts, to_ts;         /* backfill: both needed; to_ts is the
                                     * last bar's opening time, inclusive */
    const struct run_range *ranges; /* backfill of exactly these bars, of */
    size_t n_ranges;                /* these instruments; instead of dates */
    int64_t retry_of;
    bool simulated;
};

/* Checks a request and queues it; wakes who waits (trigger on the table).
 * Joins the caller's transaction. Steps are put into their order, doubles are
 * dropped.
 *
 * id      the new run
 * fails   ERR_INPUT: unknown mode, step, symbol (nearest name suggested),
 *         provider, dates the wrong way round or missing for a backfill,
 *         retired instrument, nothing that these providers can answer for
 */
MUST_USE bool run_enqueue(struct db *db, const struct run_request *request,
                          int64_t *id, struct err *err);

/* A request after the same checks: the set of instruments and providers as
 * array literals, NULL for all. */
struct run_checked {
    const char *mode, *instruments, *providers;
    bool has_fetch;
};
MUST_USE bool run_check(struct arena *a, struct db *db,
                        const struct run_request *request,
                        struct run_checked *out, struct err *err);

/* What run_enqueue would cause, for the trigger page and --dry-run. */
struct run_forecast {
    int64_t sources, requests;
    double seconds;          /* from limits and usual latency */
    const char *limit_words; /* "within every limit" or which limit delays */
};
/* fails   as run_enqueue */
MUST_USE bool run_forecast(struct arena *a, struct db *db,
                           const struct run_request *request, int64_t now_ts,
                           struct run_forecast *out, struct err *err);

/* "succeeded in part" for partial, and so on: ends "run 7 ...". */
const char *run_state_words(const char *state);

/* Asks to cancel: a queued run ends at once, a running one within a second.
 * fails   ERR_MISSING; ERR_CONFLICT: it has ended already */
MUST_USE bool run_cancel(struct db *db, int64_t id, const char *who,
                         struct err *err);

/* Queues what failed in run `id` again: from its first failed step, for its
 * failed sources only (all, when a whole step failed).
 * fails   ERR_MISSING; ERR_CONFLICT: nothing in it failed */
MUST_USE bool run_retry(struct db *db, int64_t id, const char *trigger,
                        const char *who, int64_t *new_id, struct err *err);

/* One run, as stored. Texts live on the arena; absent ones are NULL; absent
 * times are 0. */
struct run {
    int64_t id;
    const char *mode, *trigger, *requested_by, *reason, *state;
    enum run_lane lane;
    const char *instruments; /* "BTC-USD, MSTR"; NULL: all active */
    const char *providers;   /* "yahoo, fred"; NULL: all enabled */
    const char *steps;       /* "fetch, process, retrain" */
    const char *schedule;    /* its name */
    const char *worker, *cancel_by, *error;
    int64_t from_ts, to_ts, due_at, retry_of, attempt, max_attempts, queued_at,
        not_before, started_at, finished_at, heartbeat_at;
    double seconds; /* started to finished, or till now; NaN: not started */
    int64_t rows_new, rows_same, rows_changed, rows_refused;
    int64_t n_sources, n_failed; /* of the fetch step */
    bool simulated;
};

/* fails   ERR_MISSING */
MUST_USE bool run_get(struct arena *a, struct db *db, int64_t id,
                      struct run *out, struct err *err);

/* Which runs to list: NULL and 0 do not filter. Newest first; before and
 * after are keys of the page's edge (ids), 0 for none. */
struct run_filter {
    const char *state, *trigger, *mode, *instrument;
    int64_t queued_from_ts, queued_to_ts; /* [from, to) */
    int64_t before, after;
    int limit;
};
MUST_USE bool run_list(struct arena *a, struct db *db,
                       const struct run_filter *filter, struct run **out,
                       size_t *n, struct err *err);

struct run_source {
    const char *source, *provider, *state, *error_kind, *error, *next_action,
        *detail;
    int64_t attempts, rows_new, rows_same, rows_changed, rows_refused,
        started_at, finished_at;
    double seconds; /* NaN: not started */
};

struct run_step {
    int64_t id;
    const char *kind, *state, *error, *detail;
    int64_t seq, attempt, max_attempts, timeout_s, started_at, finished_at;
    double seconds;             /* NaN: not started */
    struct run_source *sources; /* failed ones first, then by name */
    size_t n_sources;
};

/* Steps in order, each with its sources. Before a worker has claimed the run
 * the list is empty. */
MUST_USE bool run_step_list(struct arena *a, struct db *db, int64_t run_id,
                            struct run_step **out, size_t *n, struct err *err);

struct run_log_line {
    int64_t id, at;
    int level;
    const char *event, *text;
};

/* Lines with an id above `after`, oldest first, at most `limit`. */
MUST_USE bool run_log_list(struct arena *a, struct db *db, int64_t run_id,
                           int64_t after, int limit, struct run_log_line **out,
                           size_t *n, struct err *err);

#endif
