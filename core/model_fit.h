/* Fits of parts of a model's rows, and the walk-forward validation made of
 * them. Parts begin and end between two slices of model_rows. */
#ifndef CORE_MODEL_FIT_H
#define CORE_MODEL_FIT_H

#include "core/model_load.h"

struct model_fitter {
    struct arena *a;
    const struct model_spec *spec;
    const struct model_data *data;
    struct fit_spec fit_spec;
    struct linalg_qr *qr; /* for the caller's use, too */
};
void model_fitter_start(struct arena *a, const struct model_spec *spec,
                        const struct model_data *data,
                        struct model_fitter *out);

/* Fits slices [from, to) by the model's method. huber walks the rows
 * themselves some twenty times, the other two use the factors.
 * fails   as fit_rows */
MUST_USE bool model_fit(struct model_fitter *f, size_t from, size_t to,
                        struct fit *out, struct err *err);

/* What coefficients make of slices [from, to). */
struct model_score {
    int64_t rows;
    double rmse, r2;
    double size; /* root mean square of the target */
};
struct model_score model_score(struct model_fitter *f, size_t from, size_t to,
                               const double *coefficients);

/* --- walk-forward validation ------------------------------------------------
 */

struct model_fold {
    int64_t train_rows, train_first_ts, train_last_ts;
    int64_t rows, first_ts, last_ts;
    double rmse, r2; /* NaN: no fit could be made of the rows before it */
};

struct model_folds {
    struct model_fold *folds; /* oldest first */
    size_t n;
    size_t n_fitted;
    double mean, least, most; /* of the folds' RMSE; NaN when none has one */
    double spread;            /* their standard deviation over the mean */
};

/* spec->folds folds over the later half of the rows, each judged by a fit on
 * rows before it only: all of them (expanding), or as many as the first fold
 * has (rolling). With fewer slices than folds, as many as there are.
 * fails   ERR_RETRY: the disk; a fold that cannot be fitted is no failure */
MUST_USE bool model_folds_make(struct model_fitter *f, struct model_folds *out,
                               struct err *err);

#endif
