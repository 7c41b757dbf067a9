#include "core/model_read.h"

#include "core/mill.h"
#include "lib/buf.h"
#include "lib/format.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* The bars of one time: of each series whether there is one, and all values. */
struct entry {
    int64_t ts;
    bool *present;
    double *values;
};

struct reading {
    const struct model_read *read;
    struct entry *entries; /* a ring of hold + 1; the newest is being filled */
    size_t cap, newest, n; /* n: entries in use */
    double *row;
};

static struct entry *
entry_at(struct reading *r, size_t back)
{
    assert(r->cap > 0);
    return &r->entries[(r->newest + r->cap - back) % r->cap];
}

/* An entry's bars, and its row if there is one. */
static bool
give(struct reading *r, const struct entry *e, struct err *err)
{
    const struct model_read *read = r->read;
    struct model_feed *f = read->feed;
    for (size_t i = 0; i < f->n_series; i++)
        if (e->present[i])
            model_feed_bar(f, i, e->values + f->series[i].first_slot);
    if (e->ts < read->first_ts)
        return true;
    return !model_feed_row(f, e->present, r->row) ||
           read->row(read->arg, e->ts, r->row, err);
}

/* Begins the next entry; the oldest goes when there is no room for it. */
static bool
next_entry(struct reading *r, int64_t ts, struct err *err)
{
    if (r->n > 0 && ts < entry_at(r, 0)->ts)
        return err_set(err, ERR_INTERNAL, "bars are not in the order of time");
    if (r->n == r->cap) {
        if (!give(r, entry_at(r, r->n - 1), err))
            return false;
        r->n--;
    }
    r->newest = (r->newest + 1) % r->cap;
    r->n++;
    struct entry *e = entry_at(r, 0);
    e->ts = ts;
    memset(e->present, 0, r->read->feed->n_series * sizeof(*e->present));
    return true;
}

/* NaN is for what is not there. */
static double
value_of(struct db_field field)
{
    double v = db_field_f64(field);
    return field.len >= 0 && isnan(v) ? (double)INFINITY : v;
}

static bool
read_bar(void *arg, const struct db_field *fields, int n, struct err *err)
{
    struct reading *r = arg;
    const struct model_feed *f = r->read->feed;
    int64_t ts = db_field_ts(fields[0]), series = db_field_i64(fields[1]);
    if (series < 0 || (size_t)series >= f->n_series ||
        (size_t)n != 2 + f->series[0].n_slots)
        return err_set(err, ERR_INTERNAL,
                       "bars have not the shape that was asked for");
    if ((r->n == 0 || ts != entry_at(r, 0)->ts) && !next_entry(r, ts, err))
        return false;
    const struct model_series *s = &f->series[series];
    struct entry *e = entry_at(r, 0);
    e->present[series] = true;
    for (size_t i = 0; i < s->n_slots; i++)
        e->values[s->first_slot + i] = value_of(fields[2 + i]);
    return true;
}

static struct db_args
series_words(struct arena *a, const struct model_read *read, size_t n)
{
    const struct model_feed *f = read->feed;
    const struct model_series *s = &f->series[n];
    struct buf *columns = buf_new(a);
    for (size_t i = 0; i < f->series[0].n_slots; i++)
        buf_addf(columns, "%s%s", i > 0 ? ", " : "",
                 i < s->n_slots ? f->slots[s->first_slot + i].column : "null");
    const char **words = arena_array(a, 7, sizeof(*words));
    words[0] = fmt_i64(a, (int64_t)n);
    words[1] = columns->data;
    words[2] = model_source_table(s->source);
    words[3] = fmt_i64(a, s->instrument_id);
    words[4] = fmt_i64(a, f->spec->interval_s);
    words[5] = fmt_i64(a, read->from_ts - MODEL_FIRST_TS);
    words[6] = fmt_i64(a, read->to_ts - MODEL_FIRST_TS);
    return (struct db_args){.n = 7, .v = words};
}

/* What is still held, after the caller was told. */
static bool
give_rest(struct reading *r, struct err *err)
{
    const struct model_read *read = r->read;
    if (r->n == r->cap && read->held != NULL) {
        const struct entry *e = entry_at(r, r->n - 1);
        if (!give(r, e, err) || !read->held(read->arg, e->ts, err))
            return false;
        r->n--;
    }
    for (; r->n > 0; r->n--)
        if (!give(r, entry_at(r, r->n - 1), err))
            return false;
    return true;
}

bool
model_read(struct arena *a, struct db *db, const struct model_read *read,
           struct err *err)
{
    const struct model_feed *f = read->feed;
    struct reading r = {
        .read = read,
        .cap = read->hold + 1,
        .entries = arena_array(a, read->hold + 1, sizeof(*r.entries)),
        .row = arena_array(a, (size_t)f->spec->n_inputs + 1, sizeof(double)),
    };
    for (size_t i = 0; i < r.cap; i++) {
        r.entries[i].present = arena_array(a, f->n_series, sizeof(bool));
        r.entries[i].values = arena_array(a, f->n_slots, sizeof(double));
    }
    struct db_args *lists = arena_array(a, f->n_series, sizeof(*lists));
    for (size_t i = 0; i < f->n_series; i++)
        lists[i] = series_words(a, read, i);
    return db_copy_out_each(db, SQL_model_values_copy, lists, f->n_series,
                            DB_NONE, read_bar, &r, err) &&
           give_rest(&r, err);
}

/* The model's instruments, each once, as an array. */
static const char *
instruments(struct arena *a, const struct model_spec *spec)
{
    size_t n = 0;
    const char **ids = arena_array(a, (size_t)spec->n_inputs + 1, sizeof(*ids));
    for (int i = 0; i <= spec->n_inputs; i++) {
        int k = 0;
        int64_t id = model_input_at(spec, i)->instrument_id;
        while (model_input_at(spec, k)->instrument_id != id)
            k++;
        if (k == i)
            ids[n++] = fmt_i64(a, id);
    }
    return fmt_array(a, ids, n);
}

bool
model_read_from(struct arena *a, struct db *db, struct model_read *read,
                int64_t first_ts, struct err *err)
{
    const struct model_spec *spec = read->feed->spec;
    int reach = model_feed_reach(read->feed);
    struct db_rows *rows;
    read->first_ts = read->from_ts = first_ts;
    if (reach == 0)
        return true;
    if (!db_query_one(a, db, SQL_model_read_from,
                      DB_ARGS(instruments(a, spec),
                              fmt_i64(a, spec->interval_s),
                              fmt_i64(a, first_ts), fmt_i64(a, reach)),
                      &rows, err))
        return false;
    read->from_ts = db_i64(rows, 0, "from_ts");
    return true;
}

bool
model_read_until(struct arena *a, struct db *db, const struct model_spec *spec,
                 int64_t *to_ts, struct err *err)
{
    struct db_rows *built;
    *to_ts = MODEL_LAST_TS;
    if (!db_query(a, db, SQL_model_read_built,
                  DB_ARGS(instruments(a, spec), fmt_i64(a, spec->interval_s)),
                  &built, err))
        return false;
    for (int i = 0; i < db_count(built); i++) {
        int64_t ts = db_i64(built, i, "ts");
        struct mill_sessions *sessions;
        if (!mill_sessions_get(a, db, db_i64(built, i, "instrument_id"),
                               (int32_t)spec->interval_s, ts, ts, &sessions,
                               err))
            return false;
        if (mill_is_partial(sessions, ts, db_i64(built, i, "last_minute_ts")) &&
            ts <= *to_ts)
            *to_ts = ts - 1;
    }
    return true;
}

double
model_predict(const struct model_spec *spec, const double *coefficients,
              const double *values)
{
    int first = spec->intercept ? 1 : 0;
    double sum = first > 0 ? coefficients[0] : 0;
    for (int i = 0; i < spec->n_inputs; i++)
        sum += coefficients[first + i] * values[i];
    return sum;
}
