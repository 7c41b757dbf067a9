/* The worker's side of runs: claims, leases, steps and their sources.
 *
 * A worker that claims a run holds it by three things: its name on the row, a
 * lease that it renews, and a session advisory lock on run_lock_key, which the
 * server frees the moment the session dies. A run whose lock is free and whose
 * heartbeat is old, or whose lease has ended, is lost: run_sweep queues it
 * again. Whatever a worker writes for a run asks in the same transaction
 * whether it still owns the run; a worker that was given up in the meantime
 * gets ERR_CONFLICT and has written nothing.
 */
#ifndef CORE_RUN_WORK_H
#define CORE_RUN_WORK_H

#include "core/run_range.h"

/* A claimed run. */
struct run_work {
    int64_t id, attempt, max_attempts;
    const char *worker; /* host:pid:nonce, the lease's holder */
    const char *mode, *trigger, *requested_by;
    const char *instruments; /* bigint[] literal; NULL: all active */
    const char *providers;   /* text[] literal; NULL: all enabled */
    bool has_fetch, simulated;
    int64_t from_ts, to_ts; /* 0: none */
    double lease_s;
};

struct run_claim {
    const char *worker;
    double lease_s;
    int64_t step_timeout_s;
    int64_t only_id; /* this run only; 0: whichever is next */
};

/* Takes the next run that may start and makes its steps; race-free with any
 * number of workers. Joins the caller's transaction.
 * got     false: nothing may start now */
MUST_USE bool run_claim(struct arena *a, struct db *db,
                        const struct run_claim *claim, struct run_work *out,
                        bool *got, struct err *err);

/* Key of the advisory lock that the holder of this attempt keeps. */
int64_t run_lock_key(int64_t run_id, int64_t attempt);

struct run_swept {
    int64_t id, attempt, max_attempts;
    const char *state;  /* what it is now: queued, lost or cancelled */
    const char *worker; /* who went silent */
};

/* Queues lost runs again, or ends them when their attempts are used up. */
MUST_USE bool run_sweep(struct arena *a, struct db *db, struct run_swept **out,
                        size_t *n, struct err *err);

struct run_queue {
    int64_t queued, running;
    int64_t silent; /* running, but nobody holds the lock: maybe lost */
    double wait_s;  /* until the first queued run may start */
};
MUST_USE bool run_queue_look(struct db *db, struct run_queue *out,
                             struct err *err);

/* The running runs that a queued one waits for ("12, 15"); NULL: none. */
MUST_USE bool run_blockers(struct arena *a, struct db *db, int64_t id,
                           const char **ids, struct err *err);

/* Renews the lease.
 * owned      false: the run is somebody else's by now, or has ended
 * cancel_by  who asked to cancel; NULL: nobody */
MUST_USE bool run_beat(struct arena *a, struct db *db,
                       const struct run_work *work, bool *owned,
                       const char **cancel_by, struct err *err);

struct run_rows {
    int64_t n_new, n_same, n_changed, n_refused;
};

/* Adds to the run's counts; part of the transaction that stores the rows.
 * fails   ERR_CONFLICT: the run is no longer this worker's: roll back */
MUST_USE bool run_fence(struct db *db, const struct run_work *work,
                        const struct run_rows *rows, struct err *err);

/* Queues the run again after a pause; counted: as a used attempt. */
MUST_USE bool run_give_back(struct db *db, const struct run_work *work,
                            bool counted, double pause_s, const char *why,
                            struct err *err);

/* Ends the run. error in words, NULL for none.
 * fails   ERR_CONFLICT as run_fence */
MUST_USE bool run_finish(struct db *db, const struct run_work *work,
                         const char *state, const char *error, struct err *err);

/* Begins a step or goes on with it.
 * fails   ERR_CONFLICT as run_fence */
struct run_step_go {
    int64_t attempt, max_attempts;
    double timeout_s;
};
MUST_USE bool run_step_begin(struct db *db, const struct run_work *work,
                             int64_t step_id, struct run_step_go *out,
                             struct err *err);
MUST_USE bool run_step_end(struct db *db, const struct run_work *work,
                           int64_t step_id, const char *state,
                           const char *error, const char *detail,
                           struct err *err);

/* Ends all steps that have not ended: `state` for the one under way, skipped
 * (or cancelled) for those to come. */
MUST_USE bool run_steps_stop(struct db *db, const struct run_work *work,
                             const char *state, const char *error,
                             struct err *err);

/* A source of the fetch step: what to ask for. A run of ranges has several for
 * an instrument, one after the other. */
struct run_fetch_source {
    const char *symbol;
    int64_t instrument_id;
    int32_t interval_s;
    bool done; /* in an earlier attempt of this run */
    bool all_history;
    int64_t from_ts, to_ts; /* bars that open in [from_ts, to_ts] */
    int64_t last_ts;        /* newest stored bar; 0: none, or of no matter */
    bool cross_check;       /* rule agreement is not off for the instrument */
};

/* Makes the sources of the fetch step that are not there yet, by mode, and
 * lists all by symbol. */
MUST_USE bool run_fetch_plan(struct arena *a, struct db *db,
                             const struct run_work *work, int64_t step_id,
                             int64_t now_ts, struct run_fetch_source **out,
                             size_t *n, struct err *err);

/* What is known of one source of a step; counts are added to what is there. */
struct run_source_note {
    const char *source, *provider, *state, *error_kind, *error, *next_action,
        *detail;
    int64_t instrument_id; /* 0: a model */
    int64_t attempts;
    struct run_rows rows;
};
/* fails   ERR_CONFLICT as run_fence */
MUST_USE bool run_source_save(struct db *db, const struct run_work *work,
                              int64_t step_id,
                              const struct run_source_note *note,
                              struct err *err);

/* The sources of a step that have not ended fail: its time is up. */
MUST_USE bool run_sources_late(struct db *db, const struct run_work *work,
                               int64_t step_id, const char *error,
                               const char *next_action, struct err *err);

/* The same for many, in one round trip and one transaction. */
MUST_USE bool run_source_save_many(struct db *db, const struct run_work *work,
                                   int64_t step_id,
                                   const struct run_source_note *notes,
                                   size_t n, struct err *err);

/* Sources of a process step of which a response could not be used, now or in
 * an earlier attempt at the step: they fail, whatever else is stored. */
struct run_source_error {
    const char *source, *error;
};
MUST_USE bool run_source_unusable(struct arena *a, struct db *db,
                                  int64_t step_id,
                                  struct run_source_error **out, size_t *n,
                                  struct err *err);

/* How the sources of a step stand. */
struct run_source_sum {
    int64_t total, succeeded, failed, unfinished;
    struct run_rows rows;
    const char *words; /* the failed ones with their errors; NULL: none */
};
MUST_USE bool run_source_sum(struct arena *a, struct db *db, int64_t step_id,
                             struct run_source_sum *out, struct err *err);

/* A response that is archived and not stored yet, with all that parsing and
 * judging it needs. */
struct run_load {
    int64_t id, instrument_id;
    const char *symbol;
    int32_t interval_s;
    double price_min, price_max, jump_frac; /* NaN: none */
    const char *calendar;
    const char *provider, *driver, *provider_symbol;
    const char *spec;       /* JSON of the generic driver; NULL: none */
    int64_t from_ts, to_ts; /* 0: no bound was asked for */
    int http_status;
    const char *archive_hash;
    bool is_check;  /* not to be stored: for bar_check_store */
    bool is_ranged; /* only bars in these ranges are wanted */
    struct run_range *ranges;
    size_t n_ranges;
};

/* What the process step of a run has to store, by instrument, then in the
 * order in which it was fetched, checks last: what the run itself fetched, or,
 * when it has no fetch step, what any ended run of these instruments and
 * providers left. */
MUST_USE bool run_load_list(struct arena *a, struct db *db,
                            const struct run_work *work, struct run_load **out,
                            size_t *n, struct err *err);

/* True when a load is no longer to be processed. */
MUST_USE bool run_load_is_done(struct db *db, int64_t load_id, bool *done,
                               struct err *err);

struct run_line {
    double at; /* Unix seconds */
    int level;
    const char *event, *text;
    int64_t id;         /* out */
    const char *at_iso; /* out */
};

/* Stores log lines in one statement; sets each one's id and time. */
MUST_USE bool run_log_add(struct arena *a, struct db *db, int64_t run_id,
                          struct run_line *lines, size_t n, struct err *err);

#endif
