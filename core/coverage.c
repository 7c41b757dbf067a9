#include "core/gap.h"

#include "core/gap_own.h"
#include "lib/date.h"
#include "lib/format.h"

#include <string.h>

const char *
coverage_state_name(enum coverage_state state)
{
    static const char *const names[] = {
        [COVERAGE_NONE] = "none",
        [COVERAGE_CLOSED] = "closed",
        [COVERAGE_HAVE] = "have",
        [COVERAGE_PART] = "part",
        [COVERAGE_GAP] = "gap",
        [COVERAGE_QUARANTINED] = "quarantined",
        [COVERAGE_CORRECTED] = "corrected",
    };
    return names[state];
}

static int64_t
later(int64_t x, int64_t y)
{
    return x > y ? x : y;
}

static int64_t
earlier(int64_t x, int64_t y)
{
    return x < y ? x : y;
}

/* The days of a row with what is expected of each, all of it there. */
static void
open_row(struct arena *a, const struct gap_series *s,
         const struct coverage_map *map, struct coverage *row)
{
    *row = (struct coverage){.instrument_id = s->instrument_id,
                             .symbol = s->symbol,
                             .title = s->title,
                             .interval_s = s->interval_s,
                             .first_ts = s->first_ts,
                             .last_ts = s->last_ts};
    if (s->interval_s == 0)
        return;
    row->days = arena_array(a, map->n_days, sizeof *row->days);
    for (size_t i = 0; i < map->n_days; i++) {
        struct coverage_day *day = &row->days[i];
        *day =
            (struct coverage_day){.day_ts = map->from_ts + (int64_t)i * DAY_S};
        day->expected =
            calendar_bars_count(s->bars, later(day->day_ts, s->from_ts),
                                earlier(day->day_ts + DAY_S - 1, s->to_ts));
        day->present = day->expected;
    }
}

/* Takes missing bars out of the days that they lie on. */
static void
take_out(const struct gap_series *s, const struct coverage_map *map,
         struct coverage *row, int64_t from_ts, int64_t to_ts)
{
    int64_t first = date_day_start(from_ts);
    for (int64_t day = first; day <= to_ts; day += DAY_S) {
        size_t i = (size_t)((day - map->from_ts) / DAY_S);
        row->days[i].present -= calendar_bars_count(
            s->bars, later(day, from_ts), earlier(day + DAY_S - 1, to_ts));
    }
}

static enum coverage_state
state_of(const struct gap_series *s, const struct coverage_day *day)
{
    if (day->quarantined > 0)
        return COVERAGE_QUARANTINED;
    if (!calendar_is_session(s->calendar, day->day_ts))
        return COVERAGE_CLOSED;
    if (day->expected == 0)
        return COVERAGE_NONE;
    if (day->present == 0)
        return COVERAGE_GAP;
    if (day->present < day->expected)
        return COVERAGE_PART;
    return day->corrected > 0 ? COVERAGE_CORRECTED : COVERAGE_HAVE;
}

static void
close_row(const struct gap_series *s, const struct coverage_map *map,
          struct coverage *row)
{
    for (size_t i = 0; row->days != NULL && i < map->n_days; i++) {
        row->days[i].state = state_of(s, &row->days[i]);
        row->expected += row->days[i].expected;
        row->present += row->days[i].present;
    }
}

/* What was corrected and what waits in quarantine. */
static bool
set_marks(struct arena *a, struct db *db, const struct gap_series *series,
          struct coverage_map *map, struct err *err)
{
    const char **ids = arena_array(a, map->n, sizeof *ids);
    const char **intervals = arena_array(a, map->n, sizeof *intervals);
    struct db_rows *rows;
    for (size_t i = 0; i < map->n; i++) {
        ids[i] = fmt_i64(a, series[i].instrument_id);
        intervals[i] = fmt_i64(a, series[i].interval_s);
    }
    int64_t to = map->from_ts + (int64_t)map->n_days * DAY_S - 1;
    if (!db_query(a, db, SQL_coverage_marks,
                  DB_ARGS(fmt_array(a, ids, map->n),
                          fmt_array(a, intervals, map->n),
                          fmt_i64(a, map->from_ts), fmt_i64(a, to)),
                  &rows, err))
        return false;
    for (int i = 0; i < db_count(rows); i++) {
        struct coverage *row = &map->rows[db_i64(rows, i, "i") - 1];
        int64_t day = (db_i64(rows, i, "day_ts") - map->from_ts) / DAY_S;
        if (row->days == NULL)
            continue;
        row->days[day].corrected = db_i64(rows, i, "corrected");
        row->days[day].quarantined = db_i64(rows, i, "quarantined");
    }
    return true;
}

static size_t
row_of(const struct coverage_map *map, const struct gap *gap, size_t from)
{
    while (map->rows[from].instrument_id != gap->instrument_id ||
           map->rows[from].interval_s != gap->interval_s)
        from++;
    return from;
}

/* Where bars are missing. Of series that were counted, the days are known
 * before the gaps, of which there may be more than are listed; of the others
 * all gaps are found first. */
static bool
set_missing(struct arena *a, struct db *db, const struct gap_series *series,
            size_t limit, struct coverage_map *map, struct err *err)
{
    struct gap_stretch *all;
    size_t n, n_coarse = 0;
    if (!gap_stretches(a, db, series, map->n, &all, &n, err))
        return false;
    struct gap_stretch *coarse = arena_array(a, n, sizeof *coarse);
    for (size_t i = 0; i < n; i++)
        if (all[i].missing < 0)
            coarse[n_coarse++] = all[i];
        else
            map->rows[all[i].series]
                .days[(date_day_start(all[i].from_ts) - map->from_ts) / DAY_S]
                .present -= all[i].missing;
    struct gap *gaps;
    size_t n_gaps, row = 0;
    bool ignored;
    if (!gap_find(a, db, series, coarse, n_coarse, INT32_MAX, &gaps, &n_gaps,
                  &ignored, err) ||
        !gap_find(a, db, series, all, n, limit, &map->gaps, &map->n_gaps,
                  &map->is_more_gaps, err))
        return false;
    for (size_t i = 0; i < n_gaps; i++) {
        row = row_of(map, &gaps[i], row);
        take_out(&series[row], map, &map->rows[row], gaps[i].from_ts,
                 gaps[i].to_ts);
    }
    row = 0;
    for (size_t i = 0; i < map->n_gaps; i++) {
        row = row_of(map, &map->gaps[i], row);
        map->rows[row].n_gaps++;
    }
    return true;
}

bool
coverage_get(struct arena *a, struct db *db, const struct gap_filter *filter,
             const char *after, int n_instruments, int64_t now_ts,
             struct coverage_map *out, struct err *err)
{
    struct gap_series *series;
    size_t n_found;
    *out = (struct coverage_map){.from_ts = date_day_start(filter->from_ts)};
    out->n_days =
        (size_t)((date_day_start(filter->to_ts) - out->from_ts) / DAY_S) + 1;
    if (!gap_series_list(a, db, filter, after, n_instruments + 1, now_ts,
                         &series, &out->n, &n_found, err))
        return err_wrap(err, "coverage");
    if (n_found > (size_t)n_instruments) {
        const char *last = series[out->n - 1].symbol;
        while (strcmp(series[out->n - 1].symbol, last) == 0)
            out->n--;
        out->next = series[out->n - 1].symbol;
    }
    out->rows = arena_array(a, out->n, sizeof *out->rows);
    for (size_t i = 0; i < out->n; i++)
        open_row(a, &series[i], out, &out->rows[i]);
    if (!set_missing(a, db, series, filter->limit, out, err) ||
        !set_marks(a, db, series, out, err))
        return err_wrap(err, "coverage");
    for (size_t i = 0; i < out->n; i++)
        close_row(&series[i], out, &out->rows[i]);
    return true;
}

bool
coverage_interval(struct db *db, const char *symbol, int32_t *interval_s,
                  struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok =
        db_query(a, db, SQL_series_instrument, DB_ARGS(symbol), &rows, err);
    if (ok && db_count(rows) == 0)
        ok = err_set(err, ERR_MISSING, "there is no instrument \"%.40s\"",
                     symbol);
    if (ok)
        *interval_s = (int32_t)db_i64(rows, 0, "interval_s");
    arena_free(a);
    return ok;
}
