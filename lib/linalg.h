/* Least squares by QR of rows that stream past (LAPACK behind this file).
 *
 * Rows are gathered in blocks; each block is folded into the triangular
 * factor by a Householder QR of [R; block], so memory is constant in rows and
 * the normal equations are never formed. The target is the last column, so
 * its part of R gives residuals. Columns are scaled to unit norm before
 * condition and solution, so units do not matter.
 *
 * All that least squares can say about a set of rows is in the factor, so
 * factors of parts of the rows can be kept, added together (linalg_qr_merge),
 * and asked how well given coefficients fit those rows (linalg_qr_rss).
 *
 * BLAS runs on the calling thread only: at start this file tells OpenBLAS to
 * use one thread and ends the pool that its pthread build has started by then.
 */
#ifndef LIB_LINALG_H
#define LIB_LINALG_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

EXTERN_C_BEGIN

struct linalg_qr;

/* n_inputs columns (with the column of ones, if any, as the first of them)
 * and one target column. block: rows gathered before they are folded in; 0 is
 * a good size for long streams, small ones save memory for short ones. */
MUST_USE struct linalg_qr *linalg_qr_new(struct arena *a, int n_inputs,
                                         int block);

/* Back to no rows, keeping the memory. */
void linalg_qr_clear(struct linalg_qr *qr);

/* Adds one row: n_inputs values, then the target; all finite. */
void linalg_qr_add(struct linalg_qr *qr, const double *row);

/* Rows added so far. */
int64_t linalg_qr_rows(const struct linalg_qr *qr);

/* Doubles in a kept factor of that many inputs. */
size_t linalg_factor_size(int n_inputs);

/* The (n_inputs + 1) x (n_inputs + 1) upper triangle, column-major, of all
 * rows so far, to be kept; and the reverse: adds the rows that a kept factor
 * stands for. */
void linalg_qr_factor(struct linalg_qr *qr, double *r);
void linalg_qr_merge(struct linalg_qr *qr, const double *r, int64_t rows);

/* Sum of squares that the coefficients (n_inputs of them) leave unexplained
 * in the rows so far. */
double linalg_qr_rss(struct linalg_qr *qr, const double *coefficients);

/* Sum of squares of the target, about its mean when the first column is that
 * of ones (intercept), else about zero. */
double linalg_qr_tss(struct linalg_qr *qr, bool intercept);

/* Norm of input column j, about its mean or about zero as above. */
double linalg_qr_norm(struct linalg_qr *qr, int j, bool intercept);

struct linalg_options {
    bool intercept; /* the first column is that of ones */
    /* Adds ridge * (c_j b_j)^2 for each input j but the column of ones, where
     * c_j is the column's norm about its mean (about zero without intercept).
     * So ridge has no unit; of a lone input 1 halves the coefficient. */
    double ridge;
    double max_condition;
};

struct linalg_fit {
    double *coefficients; /* n_inputs */
    double *std_errors;   /* n_inputs; NaN when no degree of freedom is left */
    double *leverage; /* n_inputs; std_errors for a residual variance of 1 */
    double rss;       /* residual sum of squares, without any penalty */
    double tss;       /* as linalg_qr_tss */
    double dof;       /* rows less coefficients (ridge: effective ones) */
    double condition; /* 2-norm condition number of the scaled inputs */
    int64_t rows;
};

/* Solves for the coefficients. More rows may be added afterwards.
 *
 * out     on the arena; condition is set on failure too, infinite when the
 *         inputs are exactly dependent
 * fails   ERR_INPUT: fewer rows than inputs; condition above max_condition
 *         (the text gives the number); values beyond double's range
 * source  Golub and Van Loan, Matrix Computations, 5.3 and 6.1; standard
 *         errors of ridge: Hoerl and Kennard 1970, residual variance over
 *         rows less the trace of the hat matrix
 */
MUST_USE bool linalg_qr_solve(struct arena *a, struct linalg_qr *qr,
                              const struct linalg_options *options,
                              struct linalg_fit *out, struct err *err);

/* Correcting a solution with a second pass over the same rows.
 *
 * Where inputs are nearly dependent or residuals are large, the solution by QR
 * loses digits although the problem has them. The second pass gathers the
 * residuals' products with the inputs in twice the working precision; from
 * those the corrected seminormal equations give the correction. Each pass
 * leaves about epsilon * condition^2 of the error before it.
 *
 * source  Bjorck, Numerical Methods for Least Squares Problems, chapter 6
 *         (corrected seminormal equations); sums in two doubles: Ogita, Rump
 *         and Oishi, "Accurate Sum and Dot Product"
 */
struct linalg_residuals;

/* Of these coefficients (copied). */
MUST_USE struct linalg_residuals *
linalg_residuals_new(struct arena *a, int n_inputs, const double *coefficients);
void linalg_residuals_add(struct linalg_residuals *res, const double *row);

/* Estimate of the largest relative error of a fit's coefficients before any
 * correction, each against itself or its standard error if that is larger.
 * source  Golub and Van Loan, 5.3 (first-order bound) */
double linalg_error_estimate(struct linalg_qr *qr,
                             const struct linalg_fit *fit);

/* Corrects fit by the residuals of its coefficients over all rows of qr.
 *
 * change  the largest correction relative to its coefficient (or standard
 *         error, if larger): the error there was
 */
MUST_USE bool linalg_qr_correct(struct arena *a, struct linalg_qr *qr,
                                const struct linalg_options *options,
                                const struct linalg_residuals *res,
                                struct linalg_fit *fit, double *change,
                                struct err *err);

EXTERN_C_END

#endif
