#include "core/alert_trace.h"

#include <math.h>
#include <stdbool.h>

struct stretch {
    int64_t low_ts, high_ts;
    double low, high; /* NaN: no bar of it has a value */
};

struct alert_trace {
    size_t n;            /* stretches; the last one may be short */
    int64_t per, inside; /* bars of a stretch, of the last one */
    struct stretch all[ALERT_TRACE_STRETCHES];
};

struct alert_trace *
alert_trace_new(struct arena *a)
{
    struct alert_trace *t = arena_alloc(a, sizeof *t);
    t->n = 0;
    t->per = 1;
    t->inside = 0;
    return t;
}

/* Comparisons with NaN are false: where one has no value the other's count. */
static void
join(struct stretch *to, const struct stretch *from)
{
    if (from->low < to->low || isnan(to->low)) {
        to->low = from->low;
        to->low_ts = from->low_ts;
    }
    if (from->high > to->high || isnan(to->high)) {
        to->high = from->high;
        to->high_ts = from->high_ts;
    }
}

/* Makes room: stretches become twice as long. */
static void
halve(struct alert_trace *t)
{
    for (size_t i = 0; i < t->n / 2; i++) {
        t->all[i] = t->all[2 * i];
        join(&t->all[i], &t->all[2 * i + 1]);
    }
    t->n /= 2;
    t->per *= 2;
    t->inside = t->per;
}

void
alert_trace_feed(struct alert_trace *t, const int64_t *ts, const double *values,
                 size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct stretch bar = {ts[i], ts[i], values[i], values[i]};
        if (t->n > 0 && t->inside < t->per) {
            join(&t->all[t->n - 1], &bar);
            t->inside++;
            continue;
        }
        if (t->n == ALERT_TRACE_STRETCHES)
            halve(t);
        t->all[t->n++] = bar;
        t->inside = 1;
    }
}

struct alert_points
alert_trace_points(struct arena *a, const struct alert_trace *t)
{
    double *ts = arena_array(a, 2 * t->n, sizeof *ts);
    double *value = arena_array(a, 2 * t->n, sizeof *value);
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct stretch *s = &t->all[i];
        bool falls = s->high_ts < s->low_ts;
        ts[n] = (double)(falls ? s->high_ts : s->low_ts);
        value[n++] = falls ? s->high : s->low;
        if (s->high_ts == s->low_ts)
            continue;
        ts[n] = (double)(falls ? s->low_ts : s->high_ts);
        value[n++] = falls ? s->low : s->high;
    }
    return (struct alert_points){.n = n, .ts = ts, .value = value};
}
