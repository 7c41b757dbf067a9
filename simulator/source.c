#include "simulator/source.h"

#include "simulator/table.h"

#include "lib/date.h"
#include "lib/json.h"
#include "lib/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const treasury_columns[ROWS_TREASURY] = {
    [ROWS_PRICE] = "stockPrice",       [ROWS_BTC_PRICE] = "btcPrice",
    [ROWS_HOLDINGS] = "btcHoldings",   [ROWS_SHARES] = "dilutedShares",
    [ROWS_DEBT] = "totalDebt",         [ROWS_PREFERRED] = "preferredEquity",
    [ROWS_CASH] = "cashAndEquivalents"};

static const char *
named(const char *name, const char *usual)
{
    return name != NULL ? name : usual;
}

/* The names of the number columns, in the order of the shape. */
static void
column_names(const struct source *s, const char *names[ROWS_TREASURY])
{
    if (s->shape == ROWS_TREASURY) {
        memcpy(names, treasury_columns, sizeof treasury_columns);
    } else if (s->shape == ROWS_SCALAR) {
        names[0] = named(s->value, "value");
    } else {
        names[ROWS_OPEN] = named(s->open, "open");
        names[ROWS_HIGH] = named(s->high, "high");
        names[ROWS_LOW] = named(s->low, "low");
        names[ROWS_CLOSE] = named(s->close, "close");
        names[ROWS_VOLUME] = named(s->volume, "volume");
    }
}

/* Rows on their way in: grown by hand, sorted at the end. */
struct intake {
    struct arena *a;
    const struct source *source;
    struct rows rows;
    size_t cap;
};

static double *
intake_add(struct intake *t, int64_t ts)
{
    size_t width = (size_t)t->rows.shape;
    if (t->rows.n == t->cap) {
        size_t cap = t->cap == 0 ? 1024 : t->cap * 2;
        int64_t *new_ts = arena_array(t->a, cap, sizeof *new_ts);
        double *v = arena_array(t->a, cap * width, sizeof *v);
        if (t->rows.n > 0) {
            memcpy(new_ts, t->rows.ts, t->rows.n * sizeof *new_ts);
            memcpy(v, t->rows.v, t->rows.n * width * sizeof *v);
        }
        t->rows.ts = new_ts;
        t->rows.v = v;
        t->cap = cap;
    }
    t->rows.ts[t->rows.n] = ts;
    return t->rows.v + t->rows.n++ * width;
}

static double
number_or_nan(const char *text)
{
    double v;
    return number_parse_f64(text, strlen(text), &v) ? v : NAN;
}

/* A day, an ISO time, or a count of units since 1970. */
static bool
parse_time(const struct source *s, const char *text, int64_t *ts)
{
    size_t len = strlen(text);
    int64_t units;
    if (s->unit_per_s > 0) {
        if (!number_parse_i64(text, len, &units))
            return false;
        *ts = units / s->unit_per_s;
        return true;
    }
    return date_parse_iso(text, len, ts);
}

static bool
read_csv(struct intake *t, struct buf *text, struct err *err)
{
    const struct source *s = t->source;
    struct table c;
    if (!table_begin(t->a, text, &c, err))
        return false;
    const char *names[ROWS_TREASURY];
    column_names(s, names);
    int time_at = table_column(&c, named(s->time, "date"));
    if (time_at < 0)
        return err_set(err, ERR_INPUT, "no column \"%s\"",
                       named(s->time, "date"));
    int at[ROWS_TREASURY];
    for (int i = 0; i < (int)s->shape; i++) {
        at[i] = table_column(&c, names[i]);
        if (at[i] < 0)
            return err_set(err, ERR_INPUT, "no column \"%s\"", names[i]);
    }
    for (bool end;;) {
        if (!table_next(&c, &end, err))
            return false;
        if (end)
            return true;
        int64_t ts;
        if (!parse_time(s, c.fields[time_at], &ts))
            return err_set(err, ERR_INPUT, "line %lld: \"%s\" is no time",
                           (long long)c.line, c.fields[time_at]);
        double *v = intake_add(t, ts);
        for (int i = 0; i < (int)s->shape; i++)
            v[i] = number_or_nan(c.fields[at[i]]);
    }
}

static bool
json_time(const struct source *s, struct json value, int64_t *ts)
{
    int64_t units;
    const char *text = json_str(value);
    if (text != NULL)
        return parse_time(s, text, ts);
    if (!json_i64(value, &units))
        return false;
    *ts = units / (s->unit_per_s > 0 ? s->unit_per_s : 1000);
    return true;
}

static double
json_number_or_nan(struct json value)
{
    double v;
    return json_f64(value, &v) ? v : NAN;
}

static bool
read_objects(struct intake *t, struct json rows, struct err *err)
{
    const struct source *s = t->source;
    const char *names[ROWS_TREASURY];
    column_names(s, names);
    size_t row = 0;
    for (struct json_iter it = json_iter(rows); json_next(&it); row++) {
        if (s->skip != NULL &&
            json_type(json_get(it.value, s->skip)) != JSON_NONE)
            continue;
        int64_t ts;
        if (!json_time(s, json_get(it.value, named(s->time, "date")), &ts))
            return err_set(err, ERR_INPUT, "row %zu has no time", row);
        double *v = intake_add(t, ts);
        for (int i = 0; i < (int)s->shape; i++)
            v[i] = json_number_or_nan(json_get(it.value, names[i]));
    }
    return true;
}

static bool
read_arrays(struct intake *t, struct json rows, struct err *err)
{
    size_t row = 0;
    for (struct json_iter it = json_iter(rows); json_next(&it); row++) {
        struct json_iter cell = json_iter(it.value);
        int64_t ts;
        if (!json_next(&cell) || !json_time(t->source, cell.value, &ts))
            return err_set(err, ERR_INPUT, "row %zu has no time", row);
        double *v = intake_add(t, ts);
        for (int i = 0; i < (int)t->source->shape; i++)
            v[i] = json_next(&cell) ? json_number_or_nan(cell.value) : NAN;
    }
    return true;
}

static bool
read_json(struct intake *t, struct buf *text, struct err *err)
{
    struct json doc;
    if (!json_parse(t->a, text->data, text->len, &doc, err))
        return false;
    if (t->source->rows != NULL)
        doc = json_get(doc, t->source->rows);
    if (json_type(doc) != JSON_ARRAY)
        return err_set(err, ERR_INPUT, "no array of rows");
    return t->source->format == SOURCE_JSON_OBJECTS ? read_objects(t, doc, err)
                                                    : read_arrays(t, doc, err);
}

struct place {
    int64_t ts;
    size_t at;
};

static int
place_order(const void *x, const void *y)
{
    const struct place *p = x, *q = y;
    if (p->ts != q->ts)
        return p->ts < q->ts ? -1 : 1;
    return p->at < q->at ? -1 : p->at > q->at;
}

/* The rows of t, oldest first, in arrays of their own on `a`. */
static struct rows
sorted(struct arena *a, const struct rows *r)
{
    size_t width = (size_t)r->shape;
    struct rows out = {.shape = r->shape, .n = r->n};
    struct place *order = xcalloc(r->n + 1, sizeof *order);
    for (size_t i = 0; i < r->n; i++)
        order[i] = (struct place){.ts = r->ts[i], .at = i};
    qsort(order, r->n, sizeof *order, place_order);
    out.ts = arena_array(a, r->n, sizeof *out.ts);
    out.v = arena_array(a, r->n * width, sizeof *out.v);
    for (size_t i = 0; i < r->n; i++) {
        out.ts[i] = order[i].ts;
        memcpy(out.v + i * width, r->v + order[i].at * width,
               width * sizeof *out.v);
    }
    free(order);
    return out;
}

bool
source_read(struct arena *a, const struct source *s, struct rows *out,
            struct err *err)
{
    struct arena *scratch = arena_new();
    struct intake t = {.a = scratch, .source = s, .rows = {.shape = s->shape}};
    struct buf *text;
    bool ok = table_read_file(scratch, s->path, &text, err);
    if (ok) {
        ok = s->format == SOURCE_CSV ? read_csv(&t, text, err)
                                     : read_json(&t, text, err);
        if (!ok)
            err_wrap(err, "%s", s->path);
    }
    if (ok)
        *out = sorted(a, &t.rows);
    arena_free(scratch);
    return ok;
}

struct rows
source_merge(struct arena *a, const struct rows *first,
             const struct rows *second)
{
    size_t width = (size_t)first->shape, n = first->n + second->n;
    struct rows out = {.shape = first->shape};
    out.ts = arena_array(a, n, sizeof *out.ts);
    out.v = arena_array(a, n * width, sizeof *out.v);
    for (size_t i = 0, j = 0; i < first->n || j < second->n;) {
        bool from_first =
            j == second->n || (i < first->n && first->ts[i] <= second->ts[j]);
        const struct rows *r = from_first ? first : second;
        size_t at = from_first ? i : j;
        while (from_first && j < second->n && second->ts[j] == first->ts[i])
            j++;
        out.ts[out.n] = r->ts[at];
        memcpy(out.v + out.n++ * width, r->v + at * width,
               width * sizeof *out.v);
        if (from_first)
            i++;
        else
            j++;
    }
    return out;
}
