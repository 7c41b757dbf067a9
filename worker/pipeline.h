/* Works one claimed run from its first unfinished step to its end.
 *
 * Everything that is done is noted in the database as it is done, so that a
 * run can be left at any point (kill -9 too) and another worker goes on from
 * there: finished steps and sources are skipped, fetched responses are stored
 * from the archive, and no row is stored twice.
 *
 * When the server goes away the pipeline waits for it (QM_DB_WAIT_S) and goes
 * on, as long as the run is still its own.
 */
#ifndef WORKER_PIPELINE_H
#define WORKER_PIPELINE_H

#include "core/run_work.h"
#include "worker/lease.h"

#include <stdbool.h>

/* What a terminal shows while a run is worked; NULL: nothing. */
struct progress {
    const char *step;
    int64_t done, total; /* sources; total 0: not known */
    int64_t failed;
};
typedef void progress_fn(void *arg, const struct progress *progress);

struct worker {
    struct db *db;
    int64_t (*clock)(void);   /* the time that data is judged by */
    bool cancel_on_interrupt; /* SIGINT cancels the run, not only leaves it */
    progress_fn *progress;
    void *progress_arg;
    const char *name; /* host:pid:nonce */
};

/* Fills in name and the rest; lives on the arena. */
struct worker *worker_new(struct arena *a, struct db *db,
                          int64_t (*clock)(void));

/* Claims by config; only_id as in run_claim. */
MUST_USE bool worker_claim(struct arena *a, struct worker *w, int64_t only_id,
                           struct run_work *out, bool *got, struct err *err);

/* Works the run. True when it ended or was given back (stop_requested says
 * why), or is no longer ours.
 * fails   ERR_RETRY: the database stayed away; the run is left to run_sweep */
MUST_USE bool pipeline_work(struct worker *w, const struct run_work *work,
                            struct err *err);

/* Another try at a database call that failed: */
struct patience {
    int64_t began_ms, pause_ms;
    int tries;
};

/* A run under way, shared by the steps' files. */
struct pipeline {
    struct worker *worker;
    struct db *db;
    const struct run_work *work;
    struct runlog *log;
    struct lease *lease;
    int64_t now_ts;
    int64_t deadline_ms; /* of the step; monotonic */
};

/* Why work must stop now. */
enum halt {
    HALT_NONE,
    HALT_SIGNAL,
    HALT_CANCELLED,
    HALT_TIMEOUT, /* of the step */
    HALT_LOST,
};
enum halt pipeline_halt(const struct pipeline *p);

/* After a failed call: waits and says whether to make it again. Another try is
 * for ERR_RETRY only: a few while the server answers, and QM_DB_WAIT_S long
 * while it does not. Begins with a zeroed patience. */
bool pipeline_again(struct pipeline *p, struct patience *patience,
                    const struct err *err);

/* How a step ended. */
struct step_end {
    const char *state;  /* succeeded, partial, failed, timed_out */
    const char *error;  /* in words; NULL: none */
    const char *detail; /* one sentence */
    bool again;         /* failed in a way that may pass: try the step again */
};

/* Steps, one file each. True with *end filled; end->state NULL when halted
 * before the end (pipeline_halt says why). */
typedef bool step_fn(struct arena *a, struct pipeline *p, int64_t step_id,
                     struct step_end *end, struct err *err);
step_fn step_fetch, step_process, step_retrain, step_alert;

void pipeline_progress(struct pipeline *p, const char *step, int64_t done,
                       int64_t total, int64_t failed);

#endif
