#include "lib/linalg.h"

#include <assert.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

enum { BLOCK_ROWS = 512 };

struct linalg_qr {
    int p;   /* inputs */
    int n;   /* columns: inputs and target */
    int cap; /* rows gathered at most */
    int lda; /* n + cap */
    int filled;
    int64_t rows;
    double *a; /* lda x n: R in the first n rows, gathered rows below */
    double *tau, *work;
    int lwork;
};

/* Declared here because where cblas.h lies depends on the BLAS chosen; absent
 * with another BLAS than OpenBLAS, and the second in its serial build. */
void openblas_set_num_threads(int n) __attribute__((weak));
void blas_thread_shutdown_(void) __attribute__((weak));

/* Runs before main, after the libraries' own constructors. Idle threads would
 * cost memory and, in a sandbox with few tasks, other things' chances. */
__attribute__((constructor)) static void
one_thread(void)
{
    if (openblas_set_num_threads != NULL)
        openblas_set_num_threads(1);
    if (blas_thread_shutdown_ != NULL)
        blas_thread_shutdown_();
}

/* QR of the m x n matrix in place; the upper triangle is R. */
static void
factorize(double *a, int m, int n, int lda, double *tau, double *work,
          int lwork)
{
    lapack_int info =
        LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, m, n, a, lda, tau, work, lwork);
    assert(info == 0);
    (void)info;
    for (int j = 0; j < n; j++)
        for (int i = j + 1; i < n && i < m; i++)
            a[(size_t)j * (size_t)lda + (size_t)i] = 0;
}

static void
fold(struct linalg_qr *qr)
{
    if (qr->filled == 0)
        return;
    factorize(qr->a, qr->n + qr->filled, qr->n, qr->lda, qr->tau, qr->work,
              qr->lwork);
    qr->filled = 0;
}

static double *
column(const struct linalg_qr *qr, int j)
{
    return qr->a + (size_t)j * (size_t)qr->lda;
}

/* Euclidean norm without overflow or underflow on the way. */
static double
norm(const double *x, int n)
{
    double scale = 0, sum = 1;
    for (int i = 0; i < n; i++) {
        double v = fabs(x[i]);
        if (v > scale) {
            sum = 1 + sum * (scale / v) * (scale / v);
            scale = v;
        } else if (v > 0) {
            sum += (v / scale) * (v / scale);
        }
    }
    return scale == 0 ? 0 : scale * sqrt(sum);
}

struct linalg_qr *
linalg_qr_new(struct arena *a, int n_inputs, int block)
{
    assert(n_inputs >= 1 && n_inputs < 10000 && block >= 0);
    struct linalg_qr *qr = arena_alloc(a, sizeof(*qr));
    qr->p = n_inputs;
    qr->n = n_inputs + 1;
    qr->cap = block > 0 ? block : BLOCK_ROWS;
    if (qr->cap < qr->n)
        qr->cap = qr->n; /* room for a factor to be merged */
    qr->lda = qr->n + qr->cap;
    qr->a = arena_array(a, (size_t)qr->lda * (size_t)qr->n, sizeof(double));
    qr->tau = arena_array(a, (size_t)qr->n, sizeof(double));
    double best = 0;
    lapack_int info = LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, qr->lda, qr->n,
                                          qr->a, qr->lda, qr->tau, &best, -1);
    assert(info == 0);
    (void)info;
    qr->lwork = (int)best;
    qr->work = arena_array(a, (size_t)qr->lwork, sizeof(double));
    return qr;
}

void
linalg_qr_clear(struct linalg_qr *qr)
{
    /* Rows that are gathered overwrite what lies below R. */
    for (int j = 0; j < qr->n; j++)
        memset(column(qr, j), 0, (size_t)qr->n * sizeof(double));
    qr->filled = 0;
    qr->rows = 0;
}

void
linalg_qr_add(struct linalg_qr *qr, const double *row)
{
    if (qr->filled == qr->cap)
        fold(qr);
    double *to = qr->a + qr->n + qr->filled;
    for (int j = 0; j < qr->n; j++, to += qr->lda)
        *to = row[j];
    qr->filled++;
    qr->rows++;
}

int64_t
linalg_qr_rows(const struct linalg_qr *qr)
{
    return qr->rows;
}

size_t
linalg_factor_size(int n_inputs)
{
    return (size_t)(n_inputs + 1) * (size_t)(n_inputs + 1);
}

void
linalg_qr_factor(struct linalg_qr *qr, double *r)
{
    fold(qr);
    for (int j = 0; j < qr->n; j++)
        memcpy(r + (size_t)j * (size_t)qr->n, column(qr, j),
               (size_t)qr->n * sizeof(double));
}

void
linalg_qr_merge(struct linalg_qr *qr, const double *r, int64_t rows)
{
    if (qr->filled + qr->n > qr->cap)
        fold(qr);
    for (int j = 0; j < qr->n; j++)
        memcpy(column(qr, j) + qr->n + qr->filled,
               r + (size_t)j * (size_t)qr->n, (size_t)qr->n * sizeof(double));
    qr->filled += qr->n;
    qr->rows += rows;
}

double
linalg_qr_rss(struct linalg_qr *qr, const double *coefficients)
{
    fold(qr);
    double sum = 0;
    for (int i = 0; i < qr->n; i++) {
        double left = column(qr, qr->p)[i];
        for (int j = i; j < qr->p; j++)
            left -= column(qr, j)[i] * coefficients[j];
        sum += left * left;
    }
    return sum;
}

double
linalg_qr_norm(struct linalg_qr *qr, int j, bool intercept)
{
    /* The ones are the first column, so the first row of R holds what is
     * along them, and the rows below what is about the mean. */
    fold(qr);
    int first = intercept ? 1 : 0;
    return norm(column(qr, j) + first, qr->n - first);
}

double
linalg_qr_tss(struct linalg_qr *qr, bool intercept)
{
    double v = linalg_qr_norm(qr, qr->p, intercept);
    return v * v;
}

/* What the solution works on: p inputs in columns scaled to unit norm, and
 * the target's part beside them. */
struct scaled {
    int p;
    double *r;     /* p x p upper triangle of the rows alone */
    double *s;     /* p x p upper triangle with the penalty folded in */
    double *z;     /* p: the target's part that belongs to s */
    double *scale; /* p column norms */
};

static bool
scale_columns(struct arena *a, const struct linalg_qr *qr, struct scaled *sc,
              struct err *err)
{
    int p = qr->p;
    size_t pp = (size_t)p * (size_t)p;
    *sc = (struct scaled){.p = p,
                          .r = arena_array(a, pp, sizeof(double)),
                          .s = arena_array(a, pp, sizeof(double)),
                          .z = arena_array(a, (size_t)p, sizeof(double)),
                          .scale = arena_array(a, (size_t)p, sizeof(double))};
    for (int j = 0; j < qr->n; j++)
        for (int i = 0; i <= j; i++)
            if (!isfinite(column(qr, j)[i]))
                return err_set(err, ERR_INPUT,
                               "values are too large to be squared and added");
    for (int j = 0; j < p; j++) {
        sc->scale[j] = norm(column(qr, j), j + 1);
        for (int i = 0; i <= j && sc->scale[j] > 0; i++)
            sc->r[j * p + i] = column(qr, j)[i] / sc->scale[j];
    }
    memcpy(sc->s, sc->r, pp * sizeof(double));
    memcpy(sc->z, column(qr, p), (size_t)p * sizeof(double));
    return true;
}

/* s and z become those of the rows with sqrt(ridge) * c_j rows below. */
static void
fold_penalty(struct arena *a, struct linalg_qr *qr, bool intercept,
             double ridge, struct scaled *sc)
{
    int p = sc->p, n = p + 1, lda = 2 * p;
    double *m = arena_array(a, (size_t)lda * (size_t)n, sizeof(double));
    double *tau = arena_array(a, (size_t)n, sizeof(double));
    int lwork = n * 64;
    double *work = arena_array(a, (size_t)lwork, sizeof(double));
    for (int j = 0; j < p; j++) {
        memcpy(m + (size_t)j * (size_t)lda, sc->r + (size_t)j * (size_t)p,
               (size_t)p * sizeof(double));
        if (!intercept || j > 0)
            m[j * lda + p + j] =
                sqrt(ridge) * linalg_qr_norm(qr, j, intercept) / sc->scale[j];
    }
    memcpy(m + (size_t)p * (size_t)lda, sc->z, (size_t)p * sizeof(double));
    factorize(m, lda, n, lda, tau, work, lwork);
    for (int j = 0; j < p; j++)
        memcpy(sc->s + (size_t)j * (size_t)p, m + (size_t)j * (size_t)lda,
               (size_t)p * sizeof(double));
    memcpy(sc->z, m + (size_t)p * (size_t)lda, (size_t)p * sizeof(double));
}

static bool
condition_number(struct arena *a, const struct scaled *sc, double *out,
                 struct err *err)
{
    int p = sc->p;
    size_t pp = (size_t)p * (size_t)p;
    double *copy = arena_array(a, pp, sizeof(double));
    double *sv = arena_array(a, (size_t)p, sizeof(double));
    memcpy(copy, sc->s, pp * sizeof(double));
    int lwork = 64 * p + 64;
    double *work = arena_array(a, (size_t)lwork, sizeof(double));
    double unused = 0;
    lapack_int info =
        LAPACKE_dgesvd_work(LAPACK_COL_MAJOR, 'N', 'N', p, p, copy, p, sv,
                            &unused, 1, &unused, 1, work, lwork);
    if (info != 0)
        return err_set(err, ERR_INTERNAL, "singular values: LAPACK says %d",
                       (int)info);
    *out = sv[p - 1] > 0 ? sv[0] / sv[p - 1] : (double)INFINITY;
    return true;
}

/* x becomes the solution of S x = x, or of S' x = x. */
static void
solve_triangle(const struct scaled *sc, char transposed, double *x, int n_rhs)
{
    lapack_int info =
        LAPACKE_dtrtrs_work(LAPACK_COL_MAJOR, 'U', transposed, 'N', sc->p,
                            n_rhs, sc->s, sc->p, x, sc->p);
    assert(info == 0);
    (void)info;
}

/* With G = R inv(S): the hat matrix's trace is |G|^2, and the covariance of
 * the scaled coefficients, for a residual variance of 1, is M'M where
 * M' = inv(S) G'. Without a penalty G is the identity. */
static void
covariance(struct arena *a, const struct scaled *sc, double *leverage,
           double *trace)
{
    int p = sc->p;
    double *gt = arena_array(a, (size_t)p * (size_t)p, sizeof(double));
    for (int j = 0; j < p; j++)
        for (int i = 0; i <= j; i++)
            gt[i * p + j] = sc->r[j * p + i];
    solve_triangle(sc, 'T', gt, p); /* inv(S') R' */
    *trace = 0;
    for (int i = 0; i < p * p; i++)
        *trace += gt[i] * gt[i];
    solve_triangle(sc, 'N', gt, p);
    double *row = arena_array(a, (size_t)p, sizeof(double));
    for (int j = 0; j < p; j++) {
        for (int i = 0; i < p; i++)
            row[i] = gt[i * p + j];
        leverage[j] = norm(row, p) / sc->scale[j];
    }
}

static void
set_errors(struct linalg_fit *fit, size_t p)
{
    for (size_t j = 0; j < p; j++)
        fit->std_errors[j] = fit->dof > 0
                                 ? fit->leverage[j] * sqrt(fit->rss / fit->dof)
                                 : (double)NAN;
}

bool
linalg_qr_solve(struct arena *a, struct linalg_qr *qr,
                const struct linalg_options *options, struct linalg_fit *out,
                struct err *err)
{
    size_t p = (size_t)qr->p;
    *out = (struct linalg_fit){
        .coefficients = arena_array(a, p, sizeof(double)),
        .std_errors = arena_array(a, p, sizeof(double)),
        .leverage = arena_array(a, p, sizeof(double)),
        .condition = (double)INFINITY,
        .rows = qr->rows,
    };
    if (qr->rows < qr->p)
        return err_set(err, ERR_INPUT,
                       "%lld rows cannot determine %d coefficients",
                       (long long)qr->rows, qr->p);
    fold(qr);
    struct scaled sc;
    if (!scale_columns(a, qr, &sc, err))
        return false;
    if (options->ridge > 0)
        fold_penalty(a, qr, options->intercept, options->ridge, &sc);
    if (!condition_number(a, &sc, &out->condition, err))
        return false;
    if (!(out->condition <= options->max_condition))
        return err_set(err, ERR_INPUT,
                       "the inputs are too nearly dependent: condition number "
                       "%.3g, at most %.3g is accepted",
                       out->condition, options->max_condition);
    double *b = out->coefficients;
    memcpy(b, sc.z, p * sizeof(double));
    solve_triangle(&sc, 'N', b, 1);
    for (size_t j = 0; j < p; j++)
        b[j] /= sc.scale[j];
    double trace;
    covariance(a, &sc, out->leverage, &trace);
    double left = column(qr, qr->p)[qr->p];
    out->rss = options->ridge > 0 ? linalg_qr_rss(qr, b) : left * left;
    out->tss = linalg_qr_tss(qr, options->intercept);
    out->dof = (double)qr->rows - (options->ridge > 0 ? trace : (double)p);
    set_errors(out, p);
    return true;
}

/* A sum kept as two doubles, high and low. */
struct twofold {
    double hi, lo;
};

static void
twofold_add(struct twofold *s, double v)
{
    double sum = s->hi + v;
    double part = sum - s->hi;
    s->lo += (s->hi - (sum - part)) + (v - part);
    s->hi = sum;
}

static void
twofold_add_product(struct twofold *s, double x, double y)
{
    double product = x * y;
    twofold_add(s, product);
    s->lo += fma(x, y, -product);
}

struct linalg_residuals {
    int p;
    int64_t rows;
    double *b;
    struct twofold *products; /* of each input with the residuals */
    struct twofold squares;   /* of the residuals */
};

struct linalg_residuals *
linalg_residuals_new(struct arena *a, int n_inputs, const double *coefficients)
{
    struct linalg_residuals *res = arena_alloc(a, sizeof(*res));
    size_t p = (size_t)n_inputs;
    res->p = n_inputs;
    res->b = arena_array(a, p, sizeof(double));
    res->products = arena_array(a, p, sizeof(*res->products));
    memcpy(res->b, coefficients, p * sizeof(double));
    return res;
}

void
linalg_residuals_add(struct linalg_residuals *res, const double *row)
{
    struct twofold left = {.hi = row[res->p]};
    for (int j = 0; j < res->p; j++)
        twofold_add_product(&left, -row[j], res->b[j]);
    double hi = left.hi + left.lo;
    double lo = left.lo - (hi - left.hi);
    for (int j = 0; j < res->p; j++) {
        twofold_add_product(&res->products[j], row[j], hi);
        res->products[j].lo += row[j] * lo;
    }
    twofold_add_product(&res->squares, hi, hi);
    res->rows++;
}

/* What a deviation of the j-th coefficient is measured by: the coefficient,
 * or its standard error where that says that its digits mean nothing. */
static double
measure(const struct linalg_fit *fit, int j)
{
    return fmax(fabs(fit->coefficients[j]),
                isnan(fit->std_errors[j]) ? 0 : fit->std_errors[j]);
}

double
linalg_error_estimate(struct linalg_qr *qr, const struct linalg_fit *fit)
{
    double explained = fit->tss - fit->rss;
    double slope = explained > 0 ? sqrt(fit->rss / explained) : 0;
    double size = 0, least = (double)INFINITY;
    for (int j = 0; j < qr->p; j++) {
        double scale = linalg_qr_norm(qr, j, false);
        size = fmax(size, scale * fabs(fit->coefficients[j]));
        least = fmin(least, scale * measure(fit, j));
    }
    return size > 0 ? DBL_EPSILON * fit->condition *
                          (1 + fit->condition * slope) * size / least
                    : 0;
}

/* The largest correction d (scaled), each against its own coefficient. One
 * that is beyond the last digit of the largest term counts as none. */
static double
largest_change(const struct linalg_fit *fit, const struct scaled *sc,
               const double *d)
{
    double size = 0, change = 0;
    for (int j = 0; j < sc->p; j++)
        size = fmax(size, fabs(fit->coefficients[j]) * sc->scale[j]);
    for (int j = 0; j < sc->p; j++)
        if (fabs(d[j]) > DBL_EPSILON / 16 * size)
            change =
                fmax(change, fabs(d[j]) / (measure(fit, j) * sc->scale[j]));
    return change;
}

bool
linalg_qr_correct(struct arena *a, struct linalg_qr *qr,
                  const struct linalg_options *options,
                  const struct linalg_residuals *res, struct linalg_fit *fit,
                  double *change, struct err *err)
{
    assert(res->p == qr->p && res->rows == qr->rows);
    fold(qr);
    struct scaled sc;
    if (!scale_columns(a, qr, &sc, err))
        return false;
    if (options->ridge > 0)
        fold_penalty(a, qr, options->intercept, options->ridge, &sc);
    int p = qr->p;
    double *d = arena_array(a, (size_t)p, sizeof(double));
    for (int j = 0; j < p; j++) {
        struct twofold g = res->products[j];
        double c = linalg_qr_norm(qr, j, options->intercept);
        if (options->ridge > 0 && (!options->intercept || j > 0))
            twofold_add_product(&g, -options->ridge * c * c, res->b[j]);
        d[j] = (g.hi + g.lo) / sc.scale[j];
    }
    solve_triangle(&sc, 'T', d, 1);
    solve_triangle(&sc, 'N', d, 1);
    *change = largest_change(fit, &sc, d);
    for (int j = 0; j < p; j++)
        fit->coefficients[j] = res->b[j] + d[j] / sc.scale[j];
    fit->rss = res->squares.hi + res->squares.lo;
    set_errors(fit, (size_t)p);
    return true;
}
