/* A linear model from rows: specification in, coefficients and errors out.
 *
 * The target is explained as intercept + sum of coefficient * input. Three
 * methods: ols (least squares), ridge (least squares with a penalty on large
 * coefficients) and huber (least squares that gives outliers less weight).
 * Where the rows come from is the caller's business; which of several fits is
 * the better one is core/model.h's.
 *
 * Terms, the same wherever quotemill shows them:
 *   r2         1 - rss / tss; tss is about the target's mean with an
 *              intercept and about zero without one (so r2 values with and
 *              without intercept cannot be compared); NaN when tss is 0
 *   rmse       sqrt(rss / rows), in units of the target. (What statistics
 *              packages call the residual standard error is larger:
 *              sqrt(rss / (rows - coefficients)).)
 *   condition  2-norm condition number of the inputs, the column of ones
 *              among them, each scaled to unit norm; 1 is perfect
 */
#ifndef CORE_FIT_H
#define CORE_FIT_H

#include "lib/arena.h"
#include "lib/err.h"
#include "lib/linalg.h"

#include <stdbool.h>
#include <stdint.h>

/* Above this a fit is refused: fewer than about eight digits of the inputs
 * would be left in the coefficients. */
#define FIT_MAX_CONDITION 1e8

enum fit_method { FIT_OLS, FIT_RIDGE, FIT_HUBER };

struct fit_spec {
    enum fit_method method;
    bool intercept;
    double lambda; /* ridge's: linalg_options.ridge */
    int n_inputs;
    const char *const *inputs; /* names, for messages */
    double max_condition;
};

struct fit {
    int n; /* coefficients: the intercept first, if there is one */
    double *coefficients;
    double *std_errors; /* NaN where they are not defined */
    double r2, rmse, condition;
    /* Bound of what rounding does to the coefficients, relative to the largest
     * term; before correcting passes, if there were any.
     * source  Golub and Van Loan, 5.3 */
    double error;
    int64_t rows;
};

/* Rows that can be walked several times: n_inputs values, then the target,
 * all finite. each calls fn for every row, in order, and stops at its false. */
typedef bool fit_row_fn(void *arg, const double *row, struct err *err);
struct fit_source {
    bool (*each)(void *arg, fit_row_fn *fn, void *fn_arg, struct err *err);
    void *arg;
};

/* Fits. ols and ridge take one pass, and up to six more where the condition
 * or large residuals would cost digits (lib/linalg.h: correcting); huber takes
 * some twenty passes. Memory is constant in rows.
 *
 * huber: tuning constant 1.345 (95 % efficiency on normal errors), scale by
 * proposal 2, start at least squares, iteratively reweighted until the
 * coefficients and the scale stand still to 1e-10. r2 and rmse count every
 * row with full weight, outliers too.
 *
 * fails   ERR_INPUT: no more rows than coefficients needed; an input that
 *         never varies (named); a condition above max_condition or too high
 *         for what the residuals ask (the text gives the number); what
 *         the source says
 * source  Huber, Robust Statistics, chapter 7 (proposal 2, standard errors);
 *         Holland and Welsch 1977 (reweighting)
 */
MUST_USE bool fit_rows(struct arena *a, const struct fit_spec *spec,
                       const struct fit_source *source, struct fit *out,
                       struct err *err);

/* ols or ridge of rows that are in a factor already (the column of ones
 * first when there is an intercept), without correcting passes. */
MUST_USE bool fit_factor(struct arena *a, const struct fit_spec *spec,
                         struct linalg_qr *qr, struct fit *out,
                         struct err *err);

double fit_r2(double rss, double tss);
double fit_rmse(double rss, int64_t rows);

/* "ols", "ridge", "huber"; false when the word is none of them. */
MUST_USE bool fit_method_parse(const char *word, enum fit_method *out);
const char *fit_method_name(enum fit_method method);

#endif
