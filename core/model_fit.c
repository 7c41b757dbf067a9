#include "core/model_fit.h"

#include <math.h>

/* Above this there is no solution to judge; below, the gate's own limit on
 * the condition decides, and the coefficients are kept either way. */
#define SOLVABLE_CONDITION 1e14

void
model_fitter_start(struct arena *a, const struct model_spec *spec,
                   const struct model_data *data, struct model_fitter *out)
{
    const char **names = arena_array(a, (size_t)spec->n_inputs, sizeof(*names));
    for (int i = 0; i < spec->n_inputs; i++)
        names[i] = spec->inputs[i].name;
    *out = (struct model_fitter){
        .a = a,
        .spec = spec,
        .data = data,
        .qr = linalg_qr_new(a, data->rows->n, 0),
        .fit_spec =
            {
                .method = spec->method,
                .intercept = spec->intercept,
                .lambda = spec->lambda,
                .n_inputs = spec->n_inputs,
                .inputs = names,
                .max_condition = SOLVABLE_CONDITION,
            },
    };
}

/* Rows before a slice. */
static int64_t
rows_before(const struct model_rows *r, size_t slice)
{
    int64_t n = 0;
    for (size_t i = 0; i < slice; i++)
        n += r->slices[i].rows;
    return n;
}

bool
model_fit(struct model_fitter *f, size_t from, size_t to, struct fit *out,
          struct err *err)
{
    const struct model_data *data = f->data;
    if (f->spec->method != FIT_HUBER) {
        model_rows_gather(data->rows, from, to, f->qr);
        return fit_factor(f->a, &f->fit_spec, f->qr, out, err);
    }
    struct model_spill_part part = {
        .spill = data->spill,
        .from = data->spill_from + rows_before(data->rows, from),
        .to = data->spill_from + rows_before(data->rows, to),
    };
    struct fit_source source = model_spill_source(&part);
    return fit_rows(f->a, &f->fit_spec, &source, out, err);
}

struct model_score
model_score(struct model_fitter *f, size_t from, size_t to,
            const double *coefficients)
{
    model_rows_gather(f->data->rows, from, to, f->qr);
    int64_t n = linalg_qr_rows(f->qr);
    double rss = linalg_qr_rss(f->qr, coefficients);
    return (struct model_score){
        .rows = n,
        .rmse = fit_rmse(rss, n),
        .r2 = fit_r2(rss, linalg_qr_tss(f->qr, f->spec->intercept)),
        .size = fit_rmse(linalg_qr_tss(f->qr, false), n),
    };
}

/* The first slice with at least so many rows before it. */
static size_t
slice_after(const struct model_rows *r, int64_t rows)
{
    size_t i = 0;
    int64_t n = 0;
    while (i < r->n_slices && n < rows)
        n += r->slices[i++].rows;
    return i;
}

static bool
fold_make(struct model_fitter *f, size_t from, size_t first, size_t end,
          struct model_fold *out, struct err *err)
{
    const struct model_rows *r = f->data->rows;
    *out = (struct model_fold){
        .train_rows = rows_before(r, first) - rows_before(r, from),
        .train_first_ts = r->slices[from].first_ts,
        .train_last_ts = r->slices[first - 1].last_ts,
        .rows = rows_before(r, end) - rows_before(r, first),
        .first_ts = r->slices[first].first_ts,
        .last_ts = r->slices[end - 1].last_ts,
        .rmse = NAN,
        .r2 = NAN,
    };
    struct fit fit;
    if (out->train_rows <= r->n)
        return true;
    if (!model_fit(f, from, first, &fit, err))
        return err->kind == ERR_INPUT;
    struct model_score score = model_score(f, first, end, fit.coefficients);
    out->rmse = score.rmse;
    out->r2 = score.r2;
    return true;
}

static void
sum_up(struct model_folds *out)
{
    double sum = 0, squares = 0;
    out->least = INFINITY;
    out->most = 0;
    for (size_t i = 0; i < out->n; i++) {
        double v = out->folds[i].rmse;
        if (isnan(v))
            continue;
        out->n_fitted++;
        sum += v;
        out->least = fmin(out->least, v);
        out->most = fmax(out->most, v);
    }
    double n = (double)out->n_fitted;
    out->mean = sum / n;
    for (size_t i = 0; i < out->n; i++)
        if (!isnan(out->folds[i].rmse))
            squares += pow(out->folds[i].rmse - out->mean, 2);
    out->spread = out->n_fitted > 1 && out->mean > 0
                      ? sqrt(squares / (n - 1)) / out->mean
                      : (double)NAN;
}

bool
model_folds_make(struct model_fitter *f, struct model_folds *out,
                 struct err *err)
{
    const struct model_rows *r = f->data->rows;
    int64_t half = r->rows / 2, later = r->rows - half, n = f->spec->folds;
    *out = (struct model_folds){
        .folds = arena_array(f->a, (size_t)n, sizeof(*out->folds))};
    size_t first = slice_after(r, half);
    int64_t width = rows_before(r, first); /* of a rolling window */
    for (int64_t i = 1; i <= n && first > 0; i++) {
        size_t end = slice_after(r, half + later * i / n);
        if (end <= first)
            continue;
        int64_t before = rows_before(r, first);
        size_t from = f->spec->rolling ? slice_after(r, before - width) : 0;
        if (!fold_make(f, from, first, end, &out->folds[out->n++], err))
            return false;
        first = end;
    }
    sum_up(out);
    return true;
}
