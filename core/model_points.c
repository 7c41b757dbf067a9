#include "core/model_points.h"

#include "core/model_read.h"

#include <string.h>

struct collect {
    const struct model_spec *spec;
    const double *coefficients;
    struct model_points *out;
    size_t cap;
};

static bool
collect_row(void *arg, int64_t ts, const double *values, struct err *err)
{
    struct collect *c = arg;
    struct model_points *out = c->out;
    (void)err;
    if (out->n == c->cap)
        return true;
    out->ts[out->n] = (double)ts;
    out->actual[out->n] = values[c->spec->n_inputs];
    out->fitted[out->n++] = model_predict(c->spec, c->coefficients, values);
    return true;
}

/* The version's coefficients in the order of the specification; NULL: one of
 * them is not there. */
static const double *
order(struct arena *a, const struct model_spec *spec,
      const struct model_page *m)
{
    int n = model_n_coefficients(spec);
    double *out = arena_array(a, (size_t)n, sizeof *out);
    for (int i = 0; i < n; i++) {
        const char *name = model_coefficient_name(spec, i);
        size_t k = 0;
        while (k < m->n_coefficients &&
               strcmp(m->coefficients[k].name, name) != 0)
            k++;
        if (k == m->n_coefficients)
            return NULL;
        out[i] = m->coefficients[k].value;
    }
    return out;
}

bool
model_points_get(struct arena *a, struct db *db, const struct model_page *m,
                 struct model_points *out, struct err *err)
{
    struct model_spec spec;
    *out = (struct model_points){0};
    if (m->active == NULL)
        return true;
    if (!model_spec_get(a, db, m->name, &spec, err))
        return false;
    const double *coefficients = order(a, &spec, m);
    if (coefficients == NULL)
        return true;
    /* rows are at least an interval apart, so there are no more than this up
     * to the newest of the fit, and as many after it */
    int64_t first_ts =
        m->active->last_ts - (MODEL_POINTS_MAX - 1) * spec.interval_s;
    struct collect c = {&spec, coefficients, out, (size_t)MODEL_POINTS_MAX * 2};
    out->ts = arena_array(a, c.cap, sizeof *out->ts);
    out->actual = arena_array(a, c.cap, sizeof *out->actual);
    out->fitted = arena_array(a, c.cap, sizeof *out->fitted);
    struct model_read read = {.feed = model_feed_new(a, &spec),
                              .first_ts = first_ts,
                              .row = collect_row,
                              .arg = &c};
    out->is_cut = m->active->first_ts < first_ts;
    return model_read_until(a, db, &spec, &read.to_ts, err) &&
           model_read_from(a, db, &read, first_ts, err) &&
           model_read(a, db, &read, err);
}
