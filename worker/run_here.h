/* A run that a command queues and works here and now, to its end: what
 * `quotemill run` and `quotemill gaps --fill` have in common. */
#ifndef WORKER_RUN_HERE_H
#define WORKER_RUN_HERE_H

#include "worker/command.h"

struct run_here {
    /* Queues the run; part of a transaction. */
    bool (*enqueue)(struct db *db, void *arg, int64_t *id, struct err *err);
    void *arg;
    bool queue; /* only that: do not work it */
    bool json;  /* the result as JSON */
};

/* Prints how the run ended and sets the exit code. What cannot be asked for
 * (ERR_INPUT of enqueue) is wrong usage. */
MUST_USE bool run_here(struct command *c, struct db *db,
                       const struct run_here *what, struct err *err);

/* Wrong usage where the error is of that kind; returns false. */
bool run_here_refused(struct command *c, const struct err *err);

#endif
