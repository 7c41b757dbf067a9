/* Milling what is due: in the process step, and before commands that read
 * what is computed. */
#ifndef WORKER_MILL_DUE_H
#define WORKER_MILL_DUE_H

#include "worker/pipeline.h"

/* What is due of these instruments, for a command that reads them next. */
MUST_USE bool mill_due_of(struct db *db, const int64_t *instrument_ids,
                          size_t n, struct err *err);

/* The same of instruments by symbol, in any case; n 0: of all. A symbol that
 * is unknown has nothing due. */
MUST_USE bool mill_due_named(struct arena *a, struct db *db,
                             const char *const *symbols, size_t n,
                             struct err *err);

/* How a step's milling went. */
struct mill_report {
    size_t milled, failed;
    enum halt halt; /* why it ended before its end; HALT_NONE: it did not */
};

/* All that is due, of any instrument. One that fails is noted as a failed
 * source of the step and in the run's log; the others are milled all the
 * same, and it stays due. */
MUST_USE bool mill_due_all(struct arena *a, struct pipeline *p, int64_t step_id,
                           struct mill_report *out, struct err *err);

#endif
