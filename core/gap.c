#include "core/gap.h"

#include "core/gap_own.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"

#include <string.h>

enum {
    BATCH = 50, /* instruments looked at in one go */
};

/* Columns of a query over stretches, as array literals. */
struct columns {
    const char **instrument, **interval, **from, **to, **expected;
    size_t n;
};

static struct columns
columns_new(struct arena *a, size_t cap)
{
    return (struct columns){
        .instrument = arena_array(a, cap, sizeof(char *)),
        .interval = arena_array(a, cap, sizeof(char *)),
        .from = arena_array(a, cap, sizeof(char *)),
        .to = arena_array(a, cap, sizeof(char *)),
        .expected = arena_array(a, cap, sizeof(char *)),
    };
}

static void
columns_add(struct arena *a, struct columns *c, const struct gap_series *s,
            int64_t from_ts, int64_t to_ts, int64_t expected)
{
    c->instrument[c->n] = fmt_i64(a, s->instrument_id);
    c->interval[c->n] = fmt_i64(a, s->interval_s);
    c->from[c->n] = fmt_i64(a, from_ts);
    c->to[c->n] = fmt_i64(a, to_ts);
    c->expected[c->n] = fmt_i64(a, expected);
    c->n++;
}

static bool
is_counted(const struct gap_series *s)
{
    return s->interval_s != 0 && s->interval_s <= GAP_COUNTED_S &&
           s->from_ts <= s->to_ts;
}

/* Most stretches that there can be: days. */
static size_t
stretches_max(const struct gap_series *series, size_t n)
{
    size_t cap = 0;
    for (size_t i = 0; i < n; i++)
        cap += is_counted(&series[i])
                   ? (size_t)((series[i].to_ts - series[i].from_ts) / DAY_S) + 2
                   : 1;
    return cap;
}

/* The days of a series with their expected bars in `missing`. */
static void
add_days(const struct gap_series *series, size_t i, struct gap_stretch *out,
         size_t *n)
{
    const struct gap_series *s = &series[i];
    for (int64_t day = date_day_start(s->from_ts); day <= s->to_ts;
         day += DAY_S) {
        int64_t from = day > s->from_ts ? day : s->from_ts;
        int64_t to = day + DAY_S - 1 < s->to_ts ? day + DAY_S - 1 : s->to_ts;
        int64_t expected = calendar_bars_count(s->bars, from, to);
        if (expected > 0)
            out[(*n)++] = (struct gap_stretch){
                .series = i,
                .from_ts = calendar_bars_from(s->bars, from),
                .to_ts = calendar_bars_until(s->bars, to),
                .missing = expected,
            };
    }
}

/* Keeps the days that lack bars. */
static bool
count_days(struct arena *a, struct db *db, const struct gap_series *series,
           struct gap_stretch *days, size_t *n, struct err *err)
{
    struct columns c = columns_new(a, *n);
    struct db_rows *rows;
    size_t kept = 0;
    if (*n == 0)
        return true;
    for (size_t i = 0; i < *n; i++)
        columns_add(a, &c, &series[days[i].series], days[i].from_ts,
                    days[i].to_ts, days[i].missing);
    if (!db_query(a, db, SQL_gap_counts,
                  DB_ARGS(fmt_array(a, c.instrument, c.n),
                          fmt_array(a, c.interval, c.n),
                          fmt_array(a, c.from, c.n), fmt_array(a, c.to, c.n),
                          fmt_array(a, c.expected, c.n)),
                  &rows, err))
        return err_wrap(err, "count bars");
    for (int i = 0; i < db_count(rows); i++) {
        struct gap_stretch day = days[db_i64(rows, i, "i") - 1];
        day.missing -= db_i64(rows, i, "n");
        days[kept++] = day;
    }
    *n = kept;
    return true;
}

bool
gap_stretches(struct arena *a, struct db *db, const struct gap_series *series,
              size_t n, struct gap_stretch **out, size_t *n_out,
              struct err *err)
{
    size_t cap = stretches_max(series, n), n_days = 0, at = 0;
    struct gap_stretch *days = arena_array(a, cap, sizeof *days);
    for (size_t i = 0; i < n; i++)
        if (is_counted(&series[i]))
            add_days(series, i, days, &n_days);
    if (!count_days(a, db, series, days, &n_days, err))
        return false;
    *out = arena_array(a, n_days + n, sizeof **out);
    *n_out = 0;
    for (size_t i = 0; i < n; i++) {
        for (; at < n_days && days[at].series == i; at++)
            (*out)[(*n_out)++] = days[at];
        if (series[i].interval_s > GAP_COUNTED_S &&
            series[i].from_ts <= series[i].to_ts)
            (*out)[(*n_out)++] =
                (struct gap_stretch){.series = i,
                                     .from_ts = series[i].from_ts,
                                     .to_ts = series[i].to_ts,
                                     .missing = -1};
    }
    return true;
}

/* Stretches that follow each other are one: a gap may go on in the next. */
static size_t
join(const struct gap_series *series, const struct gap_stretch *in, size_t n,
     struct gap_stretch *out)
{
    size_t n_out = 0;
    for (size_t i = 0; i < n; i++) {
        struct gap_stretch *last = n_out > 0 ? &out[n_out - 1] : NULL;
        if (last != NULL && last->series == in[i].series &&
            in[i].from_ts ==
                calendar_bars_from(series[in[i].series].bars, last->to_ts + 1))
            last->to_ts = in[i].to_ts;
        else
            out[n_out++] = in[i];
    }
    return n_out;
}

/* The expected bars between two that are there; false when there is none. A
 * bar that overlaps an expected one stands for it. */
static bool
read_gap(const struct gap_series *s, int64_t before_ts, int64_t after_ts,
         struct gap *out)
{
    int64_t from = calendar_bars_from(s->bars, before_ts + s->interval_s);
    int64_t to = calendar_bars_until(s->bars, after_ts - s->interval_s);
    if (from > to)
        return false;
    *out = (struct gap){
        .instrument_id = s->instrument_id,
        .symbol = s->symbol,
        .interval_s = s->interval_s,
        .from_ts = from,
        .to_ts = to,
        .n = calendar_bars_count(s->bars, from, to),
        .is_at_end = from > s->last_ts,
    };
    return true;
}

/* Neighbours that are no gap lie on both sides of a closed market: so many
 * there are at most. */
static int64_t
closures_max(const struct gap_stretch *stretches, size_t n)
{
    int64_t days = 0;
    for (size_t i = 0; i < n; i++)
        days += (stretches[i].to_ts - stretches[i].from_ts) / DAY_S + 2;
    return days;
}

bool
gap_find(struct arena *a, struct db *db, const struct gap_series *series,
         const struct gap_stretch *stretches, size_t n, size_t limit,
         struct gap **out, size_t *n_out, bool *is_more, struct err *err)
{
    struct gap_stretch *joined = arena_array(a, n, sizeof *joined);
    struct columns c = columns_new(a, n);
    struct db_rows *rows;
    *n_out = 0;
    *is_more = false;
    if (n == 0)
        return true;
    n = join(series, stretches, n, joined);
    for (size_t i = 0; i < n; i++)
        columns_add(a, &c, &series[joined[i].series], joined[i].from_ts,
                    joined[i].to_ts, 0);
    int64_t most = (int64_t)limit + 1 + closures_max(joined, n);
    if (!db_query(a, db, SQL_gap_pairs,
                  DB_ARGS(fmt_array(a, c.instrument, n),
                          fmt_array(a, c.interval, n), fmt_array(a, c.from, n),
                          fmt_array(a, c.to, n), fmt_i64(a, most)),
                  &rows, err))
        return err_wrap(err, "find gaps");
    *out = arena_array(a, (size_t)db_count(rows), sizeof **out);
    int col_i = db_col(rows, "i"), before = db_col(rows, "before_ts"),
        after = db_col(rows, "after_ts");
    for (int i = 0; i < db_count(rows) && *n_out <= limit; i++) {
        const struct gap_stretch *s = &joined[db_i64_at(rows, i, col_i) - 1];
        *n_out += read_gap(&series[s->series], db_i64_at(rows, i, before),
                           db_i64_at(rows, i, after), &(*out)[*n_out]);
    }
    *is_more = *n_out > limit;
    *n_out -= *is_more;
    return true;
}

void
gap_put(struct arena *a, struct buf *out, const struct gap *gap)
{
    json_key(out, "from");
    json_put_str(out, date_format_iso(a, gap->from_ts));
    json_key(out, "to");
    json_put_str(out, date_format_iso(a, gap->to_ts));
    json_key(out, "bars");
    json_put_i64(out, gap->n);
    json_key(out, "at_end");
    json_put_bool(out, gap->is_at_end);
}

/* Gaps as they are found, batch after batch. */
struct found {
    struct gap *gaps;
    size_t n, cap;
};

static void
found_add(struct arena *a, struct found *f, const struct gap *gaps, size_t n)
{
    if (f->n + n > f->cap) {
        struct gap *old = f->gaps;
        f->cap = (f->n + n) * 2;
        f->gaps = arena_array(a, f->cap, sizeof *f->gaps);
        if (f->n > 0)
            memcpy(f->gaps, old, f->n * sizeof *old);
    }
    if (n > 0)
        memcpy(f->gaps + f->n, gaps, n * sizeof *gaps);
    for (size_t i = f->n; i < f->n + n; i++)
        f->gaps[i].symbol = arena_strdup(a, f->gaps[i].symbol);
    f->n += n;
}

/* The gaps of the next instruments; *after becomes the last of them, NULL
 * when there are no more. */
static bool
list_batch(struct arena *a, struct db *db, const struct gap_filter *filter,
           int64_t now_ts, const char **after, struct found *found,
           bool *is_more, struct err *err)
{
    struct arena *b = arena_new();
    struct gap_series *series;
    struct gap_stretch *stretches;
    struct gap *gaps = NULL;
    size_t n, n_found = 0, n_stretches, n_gaps;
    bool ok = gap_series_list(b, db, filter, *after, BATCH, now_ts, &series, &n,
                              &n_found, err) &&
              gap_stretches(b, db, series, n, &stretches, &n_stretches, err) &&
              gap_find(b, db, series, stretches, n_stretches,
                       filter->limit - found->n, &gaps, &n_gaps, is_more, err);
    if (ok) {
        found_add(a, found, gaps, n_gaps);
        *after = n_found < BATCH ? NULL : arena_strdup(a, series[n - 1].symbol);
    }
    arena_free(b);
    return ok;
}

bool
gap_list(struct arena *a, struct db *db, const struct gap_filter *filter,
         int64_t now_ts, struct gap **out, size_t *n, bool *is_more,
         struct err *err)
{
    struct found found = {0};
    const char *after = "";
    *is_more = false;
    while (after != NULL && !*is_more)
        if (!list_batch(a, db, filter, now_ts, &after, &found, is_more, err))
            return err_wrap(err, "list gaps");
    *out = found.gaps;
    *n = found.n;
    return true;
}
