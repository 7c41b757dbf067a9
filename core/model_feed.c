#include "core/model_feed.h"

#include <math.h>
#include <string.h>

static size_t
find_series(struct model_feed *f, const struct model_input *in)
{
    size_t i = 0;
    while (i < f->n_series && (f->series[i].source != in->field.source ||
                               f->series[i].instrument_id != in->instrument_id))
        i++;
    if (i == f->n_series)
        f->series[f->n_series++] = (struct model_series){
            .source = in->field.source, .instrument_id = in->instrument_id};
    return i;
}

static bool
same_column(const struct model_input *x, const struct model_input *y)
{
    return x->instrument_id == y->instrument_id &&
           strcmp(x->field.name, y->field.name) == 0;
}

/* The first value that looks at the same column. */
static int
first_of(const struct model_spec *spec, int i)
{
    int k = 0;
    while (!same_column(model_input_at(spec, k), model_input_at(spec, i)))
        k++;
    return k;
}

/* Which series there are, how wide and how deep. */
static void
count_series(struct model_feed *f)
{
    const struct model_spec *spec = f->spec;
    for (int i = 0; i <= spec->n_inputs; i++) {
        const struct model_input *in = model_input_at(spec, i);
        struct model_series *s = &f->series[find_series(f, in)];
        size_t depth = (size_t)model_input_reach(in) + 1;
        s->depth = depth > s->depth ? depth : s->depth;
        s->n_slots += first_of(spec, i) == i ? 1 : 0;
    }
    size_t widest = 0;
    for (size_t i = 1; i < f->n_series; i++)
        if (f->series[i].n_slots > f->series[widest].n_slots)
            widest = i;
    struct model_series first = f->series[widest];
    f->series[widest] = f->series[0];
    f->series[0] = first;
}

/* Places for all columns, and where each input finds its own. */
static void
place_slots(struct arena *a, struct model_feed *f)
{
    const struct model_spec *spec = f->spec;
    for (size_t i = 0; i < f->n_series; i++) {
        struct model_series *s = &f->series[i];
        s->first_slot = f->n_slots;
        f->n_slots += s->n_slots;
        s->n_slots = 0;
    }
    for (int i = 0; i <= spec->n_inputs; i++) {
        const struct model_input *in = model_input_at(spec, i);
        int first = first_of(spec, i);
        size_t n = find_series(f, in);
        struct model_series *s = &f->series[n];
        f->of[i].series = n;
        f->of[i].slot = f->of[first].slot;
        if (first != i)
            continue;
        f->of[i].slot = s->first_slot + s->n_slots++;
        f->slots[f->of[i].slot] =
            (struct model_slot){.column = in->field.name, .ring = f->n_rings};
        f->n_rings += s->depth;
    }
    f->rings = arena_array(a, f->n_rings, sizeof(double));
    for (size_t i = 0; i < f->n_rings; i++)
        f->rings[i] = NAN;
}

struct model_feed *
model_feed_new(struct arena *a, const struct model_spec *spec)
{
    struct model_feed *f = arena_alloc(a, sizeof(*f));
    size_t n = (size_t)spec->n_inputs + 1;
    f->spec = spec;
    f->series = arena_array(a, n, sizeof(*f->series));
    f->slots = arena_array(a, n, sizeof(*f->slots));
    f->of = arena_array(a, n, sizeof(*f->of));
    count_series(f);
    place_slots(a, f);
    return f;
}

void
model_feed_bar(struct model_feed *f, size_t series, const double *values)
{
    struct model_series *s = &f->series[series];
    size_t at = (size_t)s->bars % s->depth;
    const struct model_slot *slot = &f->slots[s->first_slot];
    for (size_t i = 0; i < s->n_slots; i++)
        f->rings[slot[i].ring + at] = values[i];
    s->bars++;
}

/* The value `back` bars before the last one. */
static double
value_at(const struct model_feed *f, size_t series, size_t slot, int back)
{
    const struct model_series *s = &f->series[series];
    if (s->bars <= back)
        return (double)NAN;
    return f
        ->rings[f->slots[slot].ring + (size_t)(s->bars - 1 - back) % s->depth];
}

bool
model_feed_row(struct model_feed *f, const bool *present, double *out)
{
    for (size_t i = 0; i < f->n_series; i++)
        if (!present[i])
            return false;
    bool defined = true;
    for (int i = 0; i <= f->spec->n_inputs; i++) {
        const struct model_input *in = model_input_at(f->spec, i);
        size_t series = f->of[i].series, slot = f->of[i].slot;
        double x = value_at(f, series, slot, in->lag), before = 0;
        if (model_transform_is_step(in->transform))
            before = value_at(f, series, slot, in->lag + 1);
        if (isnan(x) || isnan(before))
            return false;
        out[i] = model_transform_apply(in->transform, x, before);
        defined = defined && !isnan(out[i]);
    }
    f->left_out += defined ? 0 : 1;
    return defined;
}

int
model_feed_reach(const struct model_feed *f)
{
    size_t depth = 1;
    for (size_t i = 0; i < f->n_series; i++)
        depth = f->series[i].depth > depth ? f->series[i].depth : depth;
    return (int)depth - 1;
}

size_t
model_feed_state_size(const struct model_feed *f)
{
    return 1 + f->n_series + f->n_rings;
}

void
model_feed_save(const struct model_feed *f, double *out)
{
    *out++ = (double)f->left_out;
    for (size_t i = 0; i < f->n_series; i++)
        *out++ = (double)f->series[i].bars;
    memcpy(out, f->rings, f->n_rings * sizeof(double));
}

void
model_feed_restore(struct model_feed *f, const double *in)
{
    f->left_out = (int64_t)*in++;
    for (size_t i = 0; i < f->n_series; i++)
        f->series[i].bars = (int64_t)*in++;
    memcpy(f->rings, in, f->n_rings * sizeof(double));
}
