/* Least squares by QR of rows that stream past (LAPACK behind this file).
 *
 * Rows are gathered in blocks; each block is folded into the triangular
 * factor by a Householder QR of [R; block], so memory is constant in rows and
 * the normal equations are never formed. The target is the last column, so
 * its part of R gives residuals. Columns are scaled to unit norm before
 * condition and solution, so units do not matter.
 */
#ifndef LIB_LINALG_H
#define LIB_LINALG_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

EXTERN_C_BEGIN

struct linalg_qr;

/* n_inputs columns (with the column of ones, if any, as one of them) and one
 * target column. */
MUST_USE struct linalg_qr *linalg_qr_new(struct arena *a, int n_inputs);

/* Adds one row: n_inputs values, then the target; all finite. */
void linalg_qr_add(struct linalg_qr *qr, const double *row);

/* Rows added so far. */
int64_t linalg_qr_rows(const struct linalg_qr *qr);

/* The (n_inputs + 1) x (n_inputs + 1) upper triangle, column-major, of all
 * rows so far, to be kept; and the reverse, with the rows it stands for. */
void linalg_qr_factor(struct linalg_qr *qr, double *r);
void linalg_qr_restore(struct linalg_qr *qr, const double *r, int64_t rows);

struct linalg_fit {
    double *coefficients; /* n_inputs */
    double *std_errors;   /* n_inputs; NaN when rows <= n_inputs */
    double rss;           /* residual sum of squares */
    double condition;     /* 2-norm condition number of the scaled inputs */
    int64_t rows;
};

/* Solves for the coefficients. ridge adds ridge * |b|^2 in units of the scaled
 * columns, not on column `intercept` (-1: no intercept column).
 *
 * fails   ERR_INPUT: fewer rows than inputs; condition above max_condition
 *         (the text gives the number)
 */
MUST_USE bool linalg_qr_solve(struct arena *a, struct linalg_qr *qr,
                              double ridge, int intercept,
                              double max_condition, struct linalg_fit *out,
                              struct err *err);

EXTERN_C_END

#endif
