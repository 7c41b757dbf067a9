#include "simulator/rows.h"

#include "lib/number.h"

#include <math.h>
#include <string.h>

double
rows_at(const struct rows *r, size_t row, int col)
{
    return r->v[row * (size_t)r->shape + (size_t)col];
}

int
rows_main_col(const struct rows *r)
{
    return r->shape == ROWS_BARS ? ROWS_CLOSE : 0;
}

/* Index of the first row at or after ts. */
static size_t
lower_bound(const struct rows *r, int64_t ts)
{
    size_t lo = 0, hi = r->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (r->ts[mid] < ts)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

struct rows
rows_slice(const struct rows *r, int64_t from_ts, int64_t to_ts, size_t max,
           bool newest)
{
    struct rows out = *r;
    size_t from = lower_bound(r, from_ts);
    size_t to = to_ts == INT64_MAX ? r->n : lower_bound(r, to_ts + 1);
    if (to < from)
        to = from;
    if (to - from > max) {
        if (newest)
            from = to - max;
        else
            to = from + max;
    }
    out.n = to - from;
    out.ts += from;
    out.v += from * (size_t)r->shape;
    if (out.marks != NULL)
        out.marks += from;
    return out;
}

static int64_t
bucket(int64_t ts, int32_t interval_s)
{
    int64_t rest = ts % interval_s;
    return ts - (rest < 0 ? rest + interval_s : rest);
}

static void
fold_bar(double *into, const double *bar)
{
    into[ROWS_HIGH] = fmax(into[ROWS_HIGH], bar[ROWS_HIGH]);
    into[ROWS_LOW] = fmin(into[ROWS_LOW], bar[ROWS_LOW]);
    into[ROWS_CLOSE] = bar[ROWS_CLOSE];
    into[ROWS_VOLUME] += bar[ROWS_VOLUME];
}

struct rows
rows_aggregate(struct arena *a, const struct rows *r, int32_t interval_s)
{
    struct rows out = {.shape = r->shape};
    out.ts = arena_array(a, r->n, sizeof *out.ts);
    out.v = arena_array(a, r->n * (size_t)r->shape, sizeof *out.v);
    for (size_t i = 0; i < r->n; i++) {
        int64_t ts = bucket(r->ts[i], interval_s);
        const double *from = r->v + i * (size_t)r->shape;
        double *to = out.v + out.n * (size_t)r->shape;
        if (out.n > 0 && out.ts[out.n - 1] == ts) {
            fold_bar(to - r->shape, from);
            continue;
        }
        memcpy(to, from, (size_t)r->shape * sizeof *to);
        out.ts[out.n++] = ts;
    }
    return out;
}

/* Every SPOIL_EACH-th row by its time gets one of three spoils. */
enum { SPOIL_EACH = 40 };

static void
spoil_row(struct rows *r, size_t i, int which, enum rows_spoil spoil)
{
    double *v = r->v + i * (size_t)r->shape;
    if (spoil == ROWS_SPOIL_TYPES) {
        r->marks[i] = which == 1 ? ROWS_OBJECT : ROWS_WORD;
        return;
    }
    if (which == 0) {
        r->marks[i] = ROWS_NAN;
    } else if (which == 1 && r->shape == ROWS_BARS) {
        double high = v[ROWS_HIGH];
        v[ROWS_HIGH] = v[ROWS_LOW] - 1;
        v[ROWS_LOW] = high;
    } else {
        int col = rows_main_col(r);
        v[col] = -1000 - fabs(v[col]);
        if (r->shape == ROWS_BARS)
            v[ROWS_LOW] = v[col];
    }
}

struct rows
rows_spoil(struct arena *a, const struct rows *r, int32_t interval_s,
           enum rows_spoil spoil)
{
    if (spoil == ROWS_SPOIL_NONE || r->n == 0)
        return *r;
    struct rows out = *r;
    size_t cells = r->n * (size_t)r->shape;
    out.v = arena_array(a, cells, sizeof *out.v);
    memcpy(out.v, r->v, cells * sizeof *out.v);
    out.marks = arena_alloc(a, r->n);
    bool any = false;
    for (size_t i = 0; i < r->n; i++) {
        int64_t place = r->ts[i] / interval_s % SPOIL_EACH;
        if (place % 10 != 7 || place > 27)
            continue;
        spoil_row(&out, i, (int)(place / 10), spoil);
        any = true;
    }
    if (!any)
        spoil_row(&out, r->n / 2, 2, spoil);
    return out;
}

void
rows_put_decimal(struct buf *b, double v)
{
    static const char zeros[] = "00000000";
    char text[NUMBER_TEXT_MAX];
    size_t len = number_format_f64(text, v);
    if (memchr(text, 'e', len) != NULL) { /* far too large or too small */
        buf_addf(b, "%.8f", v);
        return;
    }
    const char *point = memchr(text, '.', len);
    size_t decimals =
        point == NULL ? 0 : len - (size_t)(point - text) - strlen(".");
    buf_add(b, text, len);
    if (point == NULL)
        buf_addc(b, '.');
    if (decimals < strlen(zeros))
        buf_adds(b, zeros + decimals);
}

static void
put_good(struct buf *b, double v, enum rows_style style)
{
    char text[NUMBER_TEXT_MAX];
    if (isnan(v)) {
        buf_adds(b, style == ROWS_CSV ? "" : "null");
        return;
    }
    bool quotes = style == ROWS_QUOTED || style == ROWS_DECIMAL;
    if (quotes)
        buf_addc(b, '"');
    if (style == ROWS_DECIMAL)
        rows_put_decimal(b, v);
    else
        buf_add(b, text, number_format_f64(text, v));
    if (quotes)
        buf_addc(b, '"');
}

void
rows_put(struct buf *b, const struct rows *r, size_t row, int col,
         enum rows_style style)
{
    enum rows_mark mark = ROWS_GOOD;
    if (r->marks != NULL && col == rows_main_col(r))
        mark = (enum rows_mark)r->marks[row];
    const char *quote = style == ROWS_CSV ? "" : "\"";
    switch (mark) {
    case ROWS_GOOD:
        put_good(b, rows_at(r, row, col), style);
        break;
    case ROWS_NAN:
        buf_addf(b, "%sNaN%s", quote, quote);
        break;
    case ROWS_WORD:
        buf_addf(b, "%sabc%s", quote, quote);
        break;
    case ROWS_OBJECT:
        buf_adds(b, style == ROWS_CSV ? "{}" : "{\"value\":");
        if (style != ROWS_CSV) {
            put_good(b, rows_at(r, row, col), style);
            buf_addc(b, '}');
        }
        break;
    }
}
