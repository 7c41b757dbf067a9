#include "core/fit.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { CORRECTIONS_MAX = 6 };

/* A correction is worth a pass above this estimated error, and the solution
 * is taken when the last correction was below this. */
#define CORRECT_ABOVE   1e-11
#define CORRECTED_BELOW 1e-12

double
fit_r2(double rss, double tss)
{
    return tss > 0 ? 1 - rss / tss : (double)NAN;
}

double
fit_rmse(double rss, int64_t rows)
{
    return rows > 0 ? sqrt(rss / (double)rows) : (double)NAN;
}

static int
n_coefficients(const struct fit_spec *spec)
{
    return spec->n_inputs + (spec->intercept ? 1 : 0);
}

static struct linalg_options
options_of(const struct fit_spec *spec)
{
    return (struct linalg_options){
        .intercept = spec->intercept,
        .ridge = spec->method == FIT_RIDGE ? spec->lambda : 0,
        .max_condition = spec->max_condition,
    };
}

/* An input that says nothing is named, rather than called dependent. */
static bool
check_inputs(const struct fit_spec *spec, struct linalg_qr *qr, struct err *err)
{
    int first = spec->intercept ? 1 : 0;
    for (int i = 0; i < spec->n_inputs; i++) {
        double size = linalg_qr_norm(qr, first + i, false);
        if (size == 0)
            return err_set(err, ERR_INPUT, "input %s is zero in every row",
                           spec->inputs[i]);
        if (spec->intercept &&
            linalg_qr_norm(qr, first + i, true) <= 16 * DBL_EPSILON * size)
            return err_set(err, ERR_INPUT,
                           "input %s is the same in every row, as the "
                           "intercept is",
                           spec->inputs[i]);
    }
    return true;
}

static bool
solve(struct arena *a, const struct fit_spec *spec, struct linalg_qr *qr,
      struct linalg_fit *out, struct err *err)
{
    *out = (struct linalg_fit){.condition = (double)NAN};
    if (linalg_qr_rows(qr) < n_coefficients(spec))
        return err_set(err, ERR_INPUT,
                       "%lld usable rows, at least %d are needed",
                       (long long)linalg_qr_rows(qr), n_coefficients(spec));
    struct linalg_options options = options_of(spec);
    return check_inputs(spec, qr, err) &&
           linalg_qr_solve(a, qr, &options, out, err);
}

/* First-order bound of what rounding does, against the largest term. */
static double
rounding_error(const struct linalg_fit *lf)
{
    double explained = lf->tss - lf->rss;
    double slope = explained > 0 ? sqrt(lf->rss / explained) : 0;
    return DBL_EPSILON * lf->condition * (1 + lf->condition * slope);
}

static bool
finish(const struct fit_spec *spec, const struct linalg_fit *lf,
       struct fit *out, struct err *err)
{
    *out = (struct fit){
        .n = n_coefficients(spec),
        .coefficients = lf->coefficients,
        .std_errors = lf->std_errors,
        .r2 = fit_r2(lf->rss, lf->tss),
        .rmse = fit_rmse(lf->rss, lf->rows),
        .condition = lf->condition,
        .error = rounding_error(lf),
        .rows = lf->rows,
    };
    for (int i = 0; i < out->n; i++)
        if (!isfinite(out->coefficients[i]))
            return err_set(err, ERR_INPUT,
                           "the values are too large or too small to fit");
    return true;
}

bool
fit_factor(struct arena *a, const struct fit_spec *spec, struct linalg_qr *qr,
           struct fit *out, struct err *err)
{
    struct linalg_fit lf;
    bool ok = solve(a, spec, qr, &lf, err) && finish(spec, &lf, out, err);
    out->condition = lf.condition;
    return ok;
}

/* One pass over the rows, with what it gathers. */
struct pass {
    const struct fit_spec *spec;
    double *row; /* with the column of ones */
    struct linalg_qr *qr;
    struct linalg_residuals *residuals;
    /* huber: */
    const double *b;
    double scale;   /* 0: not yet, every weight is 1 */
    double squares; /* of residuals, cut at the bound */
    double rss;     /* of residuals, whole */
    int64_t inside; /* rows within the bound */
};

static const double *
with_ones(struct pass *p, const double *row)
{
    if (!p->spec->intercept)
        return row;
    p->row[0] = 1;
    memcpy(p->row + 1, row, (size_t)(p->spec->n_inputs + 1) * sizeof(*row));
    return p->row;
}

static bool
gather_row(void *arg, const double *row, struct err *err)
{
    (void)err;
    struct pass *p = arg;
    linalg_qr_add(p->qr, with_ones(p, row));
    return true;
}

static bool
gather_residual(void *arg, const double *row, struct err *err)
{
    (void)err;
    struct pass *p = arg;
    linalg_residuals_add(p->residuals, with_ones(p, row));
    return true;
}

/* Passes that correct the solution until a correction changes nothing. */
static bool
correct(struct arena *a, struct pass *p, const struct fit_source *source,
        struct linalg_fit *lf, struct err *err)
{
    struct linalg_options options = options_of(p->spec);
    double before = (double)INFINITY;
    for (int i = 0; i < CORRECTIONS_MAX; i++) {
        double change;
        p->residuals =
            linalg_residuals_new(a, n_coefficients(p->spec), lf->coefficients);
        if (!source->each(source->arg, gather_residual, p, err) ||
            !linalg_qr_correct(a, p->qr, &options, p->residuals, lf, &change,
                               err))
            return false;
        if (change <= CORRECTED_BELOW)
            return true;
        if (!(change < before / 2))
            break;
        before = change;
    }
    return err_set(err, ERR_INPUT,
                   "the inputs are too nearly dependent for eight sound "
                   "digits: condition number %.3g",
                   lf->condition);
}

enum { HUBER_PASSES_MAX = 500 };
#define HUBER_TUNING  1.345
#define HUBER_SETTLED 1e-10

static bool
gather_weighted(void *arg, const double *row, struct err *err)
{
    (void)err;
    struct pass *p = arg;
    int n = n_coefficients(p->spec);
    const double *full = with_ones(p, row);
    double left = full[n];
    for (int j = 0; j < n; j++)
        left -= full[j] * p->b[j];
    double bound = HUBER_TUNING * p->scale, size = fabs(left);
    double cut = size <= bound ? size : bound;
    p->squares += cut * cut;
    p->rss += left * left;
    p->inside += size <= bound ? 1 : 0;
    double weight = size <= bound ? 1 : sqrt(bound / size);
    for (int j = 0; j <= n; j++)
        p->row[j] = full[j] * weight;
    linalg_qr_add(p->qr, p->row);
    return true;
}

/* Mean square of a standard normal value cut at the tuning constant: makes
 * the scale that of the errors when they are normal. */
static double
huber_consistency(void)
{
    double k = HUBER_TUNING;
    double tail = erfc(k / sqrt(2)); /* both tails */
    double density = exp(-k * k / 2) / sqrt(2 * acos(-1.0));
    return 1 - tail - 2 * k * density + k * k * tail;
}

/* Distance of two solutions, relative, in units of the scaled columns. */
static double
distance(struct linalg_qr *qr, const double *x, const double *y, int n)
{
    assert(x != NULL && y != NULL);
    double far = 0, size = 0;
    for (int j = 0; j < n; j++) {
        double scale = linalg_qr_norm(qr, j, false);
        far = fmax(far, fabs(x[j] - y[j]) * scale);
        size = fmax(size, fabs(x[j]) * scale);
    }
    return size > 0 ? far / size : far;
}

/* Standard errors from the bounded residuals. */
static void
huber_errors(const struct pass *p, const struct linalg_fit *start,
             struct linalg_fit *lf)
{
    double n = (double)start->rows, k = (double)n_coefficients(p->spec);
    double share = (double)p->inside / n;
    double correction = 1 + k / n * (1 - share) / share;
    double sd = sqrt(p->squares / start->dof) * correction / share;
    for (int j = 0; j < n_coefficients(p->spec); j++)
        lf->std_errors[j] = start->leverage[j] * sd;
    lf->rss = p->rss;
    lf->tss = start->tss;
    lf->condition = start->condition;
}

/* From the least-squares solution to the robust one. */
static bool
huber(struct arena *a, struct pass *p, const struct fit_source *source,
      struct linalg_fit *lf, struct err *err)
{
    struct linalg_fit start = *lf;
    double least = fit_rmse(linalg_qr_tss(p->qr, false), lf->rows) * 1e-14;
    double consistency = huber_consistency();
    if (!(start.dof > 0))
        return true;
    p->scale = sqrt(start.rss / start.dof);
    for (int i = 0; i < HUBER_PASSES_MAX; i++) {
        if (p->scale <= least)
            return true; /* most rows lie on the plane exactly */
        double *b = lf->coefficients;
        p->b = b;
        p->squares = p->rss = 0;
        p->inside = 0;
        linalg_qr_clear(p->qr);
        if (!source->each(source->arg, gather_weighted, p, err) ||
            !solve(a, p->spec, p->qr, lf, err))
            return false;
        double scale = sqrt(p->squares / (start.dof * consistency));
        double change =
            distance(p->qr, lf->coefficients, b, n_coefficients(p->spec));
        bool settled = change <= HUBER_SETTLED &&
                       fabs(scale / p->scale - 1) <= HUBER_SETTLED;
        p->scale = scale;
        huber_errors(p, &start, lf);
        if (settled)
            return true;
    }
    return err_set(err, ERR_INPUT, "huber did not settle in %d passes",
                   HUBER_PASSES_MAX);
}

bool
fit_rows(struct arena *a, const struct fit_spec *spec,
         const struct fit_source *source, struct fit *out, struct err *err)
{
    int n = n_coefficients(spec);
    struct pass p = {
        .spec = spec,
        .row = arena_array(a, (size_t)n + 1, sizeof(double)),
        .qr = linalg_qr_new(a, n, 0),
    };
    struct linalg_fit lf;
    if (!source->each(source->arg, gather_row, &p, err) ||
        !solve(a, spec, p.qr, &lf, err))
        return false;
    if (spec->method == FIT_HUBER) {
        if (!huber(a, &p, source, &lf, err))
            return false;
    } else if (linalg_error_estimate(p.qr, &lf) > CORRECT_ABOVE &&
               !correct(a, &p, source, &lf, err)) {
        return false;
    }
    return finish(spec, &lf, out, err);
}
