/* Rows kept on the disk, for what must walk them more than once (huber) or is
 * to begin somewhere that is known only at their end (a window of rows).
 * Memory is constant; the file has no name and goes with the arena. */
#ifndef CORE_MODEL_SPILL_H
#define CORE_MODEL_SPILL_H

#include "core/fit.h"

struct model_spill;

/* n: values of a row. */
struct model_spill *model_spill_new(struct arena *a, int n);
/* fails   ERR_RETRY: the disk is full */
MUST_USE bool model_spill_add(struct model_spill *s, int64_t ts,
                              const double *values, struct err *err);
int64_t model_spill_rows(const struct model_spill *s);

/* Rows [from, to), in order. */
typedef bool model_spill_fn(void *arg, int64_t ts, const double *values,
                            struct err *err);
MUST_USE bool model_spill_each(struct model_spill *s, int64_t from, int64_t to,
                               model_spill_fn *fn, void *arg, struct err *err);

/* The same for core/fit.h. */
struct model_spill_part {
    struct model_spill *spill;
    int64_t from, to;
};
struct fit_source model_spill_source(struct model_spill_part *part);

#endif
