#include "core/gap_own.h"

#include "core/instrument.h"
#include "lib/date.h"
#include "lib/format.h"

/* The expected bars of a calendar, interval and grid are made once for all
 * series that share them. */
struct shared {
    const struct calendar *calendar;
    int32_t interval_s;
    enum calendar_grid grid;
    const struct calendar_bars *bars;
};

static const struct calendar_bars *
bars_of(struct arena *a, struct shared *all, size_t *n,
        const struct gap_series *s, int64_t from_ts, int64_t to_ts)
{
    enum calendar_grid grid = calendar_grid_of(s->interval_s, s->last_ts);
    for (size_t i = 0; i < *n; i++)
        if (all[i].calendar == s->calendar &&
            all[i].interval_s == s->interval_s && all[i].grid == grid)
            return all[i].bars;
    all[*n] = (struct shared){
        .calendar = s->calendar,
        .interval_s = s->interval_s,
        .grid = grid,
        .bars = calendar_bars_new(a, s->calendar, s->interval_s, grid, from_ts,
                                  to_ts),
    };
    return all[(*n)++].bars;
}

static bool
read_series(const struct db_rows *rows, int i, const struct calendar *calendars,
            size_t n_calendars, struct gap_series *out, struct err *err)
{
    const char *calendar = db_text(rows, i, "calendar");
    *out = (struct gap_series){
        .instrument_id = db_i64(rows, i, "instrument_id"),
        .symbol = db_text(rows, i, "symbol"),
        .title = db_text(rows, i, "title"),
        .interval_s = (int32_t)db_i64(rows, i, "interval_s"),
        .first_ts = db_i64(rows, i, "first_ts"),
        .last_ts = db_i64(rows, i, "last_ts"),
        .calendar = calendar_find(calendars, n_calendars, calendar),
    };
    return out->calendar != NULL ||
           err_set(err, ERR_INTERNAL, "%s has the unknown calendar %s",
                   out->symbol, calendar);
}

/* From the first bar to the last one that is due, or there already. */
static void
set_expected(struct gap_series *s, const struct gap_filter *filter,
             int64_t now_ts)
{
    int64_t due = calendar_bar_last_due(s->calendar, s->interval_s, now_ts);
    s->from_ts = filter->from_ts > s->first_ts ? filter->from_ts : s->first_ts;
    s->to_ts = due > s->last_ts ? due : s->last_ts;
    if (filter->to_ts != 0 && filter->to_ts < s->to_ts)
        s->to_ts = filter->to_ts;
}

static void
set_bars(struct arena *a, struct gap_series *series, size_t n)
{
    struct shared *shared = arena_array(a, n, sizeof *shared);
    size_t n_shared = 0;
    int64_t from = INT64_MAX, to = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        const struct gap_series *s = &series[i];
        if (s->interval_s == 0 || s->from_ts > s->to_ts)
            continue;
        from = s->from_ts < from ? s->from_ts : from;
        to = s->to_ts > to ? s->to_ts : to;
    }
    for (size_t i = 0; i < n; i++)
        if (series[i].interval_s != 0)
            series[i].bars =
                bars_of(a, shared, &n_shared, &series[i], from, to);
}

static bool
query_series(struct arena *a, struct db *db, const struct gap_filter *filter,
             const char *after, int n_instruments, struct db_call *calls,
             struct err *err)
{
    const char *ids = NULL, *interval = NULL;
    if (filter->n_symbols > 0 &&
        !instrument_ids(a, db, filter->symbols, filter->n_symbols, &ids, err))
        return false;
    if (filter->interval_s != 0)
        interval = fmt_i64(a, filter->interval_s);
    calls[0] = calendar_call();
    calls[1] = (struct db_call){
        .sql = SQL_gap_series,
        .args = DB_ARGS(ids, interval, after, fmt_i64(a, n_instruments))};
    return db_query_many(a, db, calls, 2, err);
}

bool
gap_series_list(struct arena *a, struct db *db, const struct gap_filter *filter,
                const char *after, int n_instruments, int64_t now_ts,
                struct gap_series **out, size_t *n, size_t *n_found,
                struct err *err)
{
    struct db_call calls[2];
    struct calendar *calendars;
    size_t n_calendars;
    if (!query_series(a, db, filter, after, n_instruments, calls, err))
        return false;
    const struct db_rows *rows = calls[1].rows;
    if (!calendar_read(a, calls[0].rows, &calendars, &n_calendars, err))
        return false;
    *n = (size_t)db_count(rows);
    *n_found = 0;
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++) {
        struct gap_series *s = &(*out)[i];
        if (!read_series(rows, i, calendars, n_calendars, s, err))
            return false;
        *n_found += i == 0 || s[-1].instrument_id != s->instrument_id;
        if (s->interval_s != 0)
            set_expected(s, filter, now_ts);
    }
    set_bars(a, *out, *n);
    return true;
}
