/* What a version's coefficients make of the stored rows, for the picture of a
 * page: the newest rows, as many as a page may read. */
#ifndef CORE_MODEL_POINTS_H
#define CORE_MODEL_POINTS_H

#include "core/model_list.h"

enum { MODEL_POINTS_MAX = 10000 };

struct model_points {
    size_t n; /* oldest first */
    double *ts, *actual, *fitted;
    bool is_cut; /* there are older rows */
};

/* Rows up to the newest of the data, those that came after the fit among them.
 *
 * coefficients  of the version, by name, as model_list_get gives them
 * out           empty when a coefficient is not among them: the model's inputs
 *               were changed since
 * fails         ERR_MISSING: no such model; ERR_RETRY: the server is away */
MUST_USE bool model_points_get(struct arena *a, struct db *db,
                               const struct model_page *m,
                               struct model_points *out, struct err *err);

#endif
