/* What is drawn on a model's page: fitted against actual, live errors, folds.
 */
#include "cgi/model_words.h"
#include "cgi/page_model_own.h"
#include "cgi/picture.h"
#include "core/model_points.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>
#include <stdlib.h>

enum { TABLE_ROWS = 20 };

static const char *
day(struct page *p, double ts)
{
    return date_format_day(p->a, (int64_t)ts);
}

static void
set_over_time(struct page *p, struct view *v, const struct model_page *m,
              const struct model_points *points)
{
    const struct model_version *it = m->active;
    double holdout_from = it->holdout_ts != 0 ? (double)it->holdout_ts : NAN;
    double holdout_to = (double)it->last_ts;
    double live_from = (double)it->last_ts;
    double live_to = points->ts[points->n - 1];
    const struct picture_series series[] = {
        {PICTURE_SPAN, "Hold-out, judged on", "span", 1, &holdout_from,
         &holdout_to, NULL},
        {PICTURE_SPAN, "Came after the fit", "band", 1, &live_from, &live_to,
         NULL},
        {PICTURE_LINE, "Actual", "actual", points->n, points->ts,
         points->actual, NULL},
        {PICTURE_LINE, "Fitted", "fitted", points->n, points->ts,
         points->fitted, NULL},
    };
    const char *description = arena_printf(
        p->a, "%s from %s to %s as it was, and as version %lld explains it.",
        m->target, day(p, points->ts[0]), day(p, points->ts[points->n - 1]),
        (long long)it->version);
    picture_set(p, v, "OVER_TIME",
                &(struct picture){.title = "Fitted against actual",
                                  .description = description,
                                  .x_is_time = true,
                                  .unit = m->unit,
                                  .table_rows = TABLE_ROWS,
                                  .series = series,
                                  .n_series = COUNT_OF(series)});
}

struct pair {
    double x, y;
};

static int
by_x(const void *a, const void *b)
{
    const struct pair *l = a, *r = b;
    return (l->x > r->x) - (l->x < r->x);
}

static void
set_scatter(struct page *p, struct view *v, const struct model_page *m,
            const struct model_points *points)
{
    size_t n = points->n;
    struct pair *pairs = arena_array(p->a, n, sizeof *pairs);
    double *x = arena_array(p->a, n, sizeof *x);
    double *y = arena_array(p->a, n, sizeof *y);
    double low = NAN, high = NAN;
    for (size_t i = 0; i < n; i++) {
        pairs[i] = (struct pair){points->fitted[i], points->actual[i]};
        low = fmin(low, fmin(pairs[i].x, pairs[i].y));
        high = fmax(high, fmax(pairs[i].x, pairs[i].y));
    }
    qsort(pairs, n, sizeof *pairs, by_x);
    for (size_t i = 0; i < n; i++) {
        x[i] = pairs[i].x;
        y[i] = pairs[i].y;
    }
    double line[] = {low, high};
    const struct picture_series series[] = {
        {PICTURE_DOTS, "A row", "fitted", n, x, y, NULL},
        {PICTURE_LINE, "Where both are equal", "actual", 2, line, line, NULL},
    };
    const char *unit =
        m->unit[0] != '\0' ? arena_printf(p->a, ", %s", m->unit) : "";
    picture_set(
        p, v, "SCATTER",
        &(struct picture){.title = "Actual by fitted",
                          .description =
                              "Each row as a dot: the nearer to the line, the "
                              "better it is explained.",
                          .x_name = arena_printf(p->a, "Fitted%s", unit),
                          .unit = arena_printf(p->a, "Actual%s", unit),
                          .series = series,
                          .n_series = COUNT_OF(series)});
}

bool
page_model_fit(struct page *p, const struct model_page *m, struct err *err)
{
    struct model_points points;
    if (m->active == NULL)
        return true;
    if (!model_points_get(p->a, p->db, m, &points, err))
        return false;
    struct view *v = view_add(p->view, "FIT");
    if (points.n == 0) {
        view_show(v, "NO_FIT");
        return true;
    }
    struct view *drawn = view_add(v, "FIT_DRAWN");
    if (points.is_cut)
        view_set(view_add(drawn, "FIT_CUT"), "FIT_FROM", day(p, points.ts[0]));
    set_over_time(p, drawn, m, &points);
    set_scatter(p, drawn, m, &points);
    return true;
}

/* Sizes of the errors, and the RMSE of the last `wanted` at each row. */
static void
measure(const struct model_errors *e, size_t wanted, double *size, double *rmse)
{
    for (size_t i = 0; i < e->n; i++) {
        double squares = 0;
        size_t from = i + 1 > wanted ? i + 1 - wanted : 0;
        size[i] = fabs(e->predicted[i] - e->actual[i]);
        for (size_t k = from; k <= i; k++)
            squares += size[k] * size[k];
        rmse[i] = sqrt(squares / (double)(i + 1 - from));
    }
}

static void
set_live_picture(struct page *p, struct view *v, const struct model_page *m)
{
    const struct model_errors *a = &m->active_errors, *s = &m->shadow_errors;
    double *size = arena_array(p->a, a->n, sizeof *size);
    double *rmse = arena_array(p->a, a->n, sizeof *rmse);
    double *shadow_size = arena_array(p->a, s->n, sizeof *shadow_size);
    double *shadow_rmse = arena_array(p->a, s->n, sizeof *shadow_rmse);
    size_t wanted = (size_t)m->live.wanted;
    measure(a, wanted, size, rmse);
    measure(s, wanted, shadow_size, shadow_rmse);
    double first = a->n > 0 ? a->ts[0] : s->ts[0];
    double last = a->n > 0 ? a->ts[a->n - 1] : s->ts[s->n - 1];
    double edge[] = {first, last}, limit[] = {m->live.limit, m->live.limit};
    const char *over = fmt_plural(p->a, m->live.wanted, "row", "rows");
    const struct picture_series series[] = {
        {PICTURE_DOTS, "Error of a row", "soft", a->n, a->ts, size, NULL},
        {PICTURE_LINE, arena_printf(p->a, "RMSE of the last %s", over), "error",
         a->n, a->ts, rmse, NULL},
        {PICTURE_LINE, "The same of the shadow", "other", s->n, s->ts,
         shadow_rmse, NULL},
        {PICTURE_LINE, "End of the band", "limit", first < last ? 2 : 1, edge,
         limit, NULL},
    };
    picture_set(p, v, "LIVE_PICTURE",
                &(struct picture){
                    .title = "Live error",
                    .description = arena_printf(
                        p->a,
                        "How far off the active version was on %s that came "
                        "after its fit.",
                        fmt_plural(p->a, (int64_t)a->n, "row", "rows")),
                    .x_is_time = true,
                    .unit = m->unit,
                    .from_zero = true,
                    .table_rows = TABLE_ROWS,
                    .series = series,
                    .n_series = COUNT_OF(series)});
}

void
page_model_live(struct page *p, const struct model_page *m)
{
    if (m->active == NULL)
        return;
    struct view *v = view_add(p->view, "LIVE");
    const char *words = model_live_words(p->a, &m->live, m->unit);
    if (words != NULL)
        view_setf(view_add(v, "LIVE_SEEN"), "LIVE_WORDS", "Version %lld is %s.",
                  (long long)m->active->version, words);
    else
        view_show(v, "LIVE_UNSEEN");
    if (!isnan(m->live.limit))
        view_setf(view_add(v, "LIVE_BAND"), "BAND_WORDS",
                  "The band ends at %s times its RMSE on the hold-out, "
                  "measured over %s; beyond it the former version answers "
                  "again.",
                  fmt_number(p->a, m->live_band,
                             m->live_band == floor(m->live_band) ? 0 : 2),
                  fmt_plural(p->a, m->live.wanted, "row", "rows"));
    if (m->active_errors.n + m->shadow_errors.n > 0)
        set_live_picture(p, v, m);
}

void
page_model_folds(struct page *p, const struct model_page *m)
{
    if (m->n_folds == 0)
        return;
    struct view *v = view_add(p->view, "FOLDS");
    view_set_i64(v, "FOLDS_VERSION", m->newest->version);
    double *x = arena_array(p->a, m->n_folds, sizeof *x);
    double *y = arena_array(p->a, m->n_folds, sizeof *y);
    for (size_t i = 0; i < m->n_folds; i++) {
        const struct model_fold_item *f = &m->folds_of_newest[i];
        struct view *row = view_add(v, "FOLD");
        x[i] = (double)f->fold;
        y[i] = f->rmse;
        view_set_i64(row, "FOLD_NUMBER", f->fold);
        view_set(row, "FOLD_TRAIN_ROWS", fmt_count(p->a, f->train_rows));
        view_set(row, "FOLD_TRAIN_TO", date_format_day(p->a, f->train_last_ts));
        view_set(row, "FOLD_ROWS", fmt_count(p->a, f->rows));
        view_set(row, "FOLD_FROM", date_format_day(p->a, f->first_ts));
        view_set(row, "FOLD_TO", date_format_day(p->a, f->last_ts));
        view_set(row, "FOLD_RMSE", fmt_price(p->a, f->rmse));
        view_set(row, "FOLD_R2", fmt_number(p->a, f->r2, 3));
    }
    const struct picture_series series[] = {
        {PICTURE_BARS, NULL, "error", m->n_folds, x, y, NULL}};
    picture_set(p, v, "FOLDS_PICTURE",
                &(struct picture){
                    .title = "RMSE of each fold",
                    .description = "How far off a fit on the rows before each "
                                   "fold was on the fold's rows.",
                    .x_name = "Fold, oldest first",
                    .unit = m->unit,
                    .series = series,
                    .n_series = 1});
}
