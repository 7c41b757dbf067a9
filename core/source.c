#include "core/source.h"

#include "core/calendar_bars.h"
#include "lib/date.h"
#include "lib/format.h"

#include <string.h>

static const char *const names[] = {
    [FRESH_EMPTY] = "none", [FRESH_OK] = "fresh",    [FRESH_CLOSED] = "closed",
    [FRESH_LATE] = "late",  [FRESH_STALE] = "stale",
};

/* An unknown holiday rule is judged as having no holidays. */
static struct calendar
read_calendar(const struct db_rows *rows, int row)
{
    struct calendar c = {
        .title = db_text(rows, row, "calendar_title"),
        .time_zone = db_text(rows, row, "time_zone"),
        .weekdays = (int)db_i64(rows, row, "weekdays"),
        .late_after_s = db_i64(rows, row, "late_after_s"),
        .stale_after_s = db_i64(rows, row, "stale_after_s"),
    };
    if (!calendar_holidays_parse(db_text(rows, row, "holiday_rule"),
                                 &c.holidays))
        c.holidays = HOLIDAY_NONE;
    return c;
}

/* "14 sessions behind, since 2026-11-02", "62 bars behind, since ..." */
static const char *
behind_words(struct arena *a, const struct calendar *c, int64_t now_ts,
             struct source *s)
{
    bool daily = s->interval_s >= DAY_S;
    int64_t due = calendar_bar_last_due(c, s->interval_s, now_ts);
    struct calendar_bars *bars = calendar_bars_new(
        a, c, s->interval_s, CALENDAR_GRID_UTC, s->last_ts, due);
    int64_t first = calendar_bars_from(bars, s->last_ts + 1);
    int64_t n = calendar_bars_count(bars, first, due);
    const char *(*time)(struct arena *, int64_t) =
        daily ? date_format_day : date_format_iso;
    s->due_ts = first + (daily ? c->late_after_s : s->interval_s);
    if (n <= 1)
        return arena_printf(a, "the bar of %s is due and missing",
                            time(a, due));
    return arena_printf(a, "%s behind, since %s",
                        daily ? fmt_plural(a, n, "session", "sessions")
                              : fmt_plural(a, n, "bar", "bars"),
                        time(a, first));
}

static const char *
words(struct arena *a, const struct calendar *c, enum freshness f,
      int64_t now_ts, struct source *s)
{
    switch (f) {
    case FRESH_EMPTY:
        return "no bar is stored yet";
    case FRESH_OK:
        return "up to date";
    case FRESH_CLOSED:
        return s->interval_s >= DAY_S ? "up to date; no session today"
                                      : "up to date; the market is closed";
    case FRESH_LATE:
    case FRESH_STALE:
        break;
    }
    return behind_words(a, c, now_ts, s);
}

/* What stands behind a value; ISO 4217 knows XXX for "no currency". */
static const char *
unit_of(const char *currency)
{
    return strcmp(currency, "XXX") == 0 ? "" : currency;
}

void
source_read(struct arena *a, const struct db_rows *rows, int64_t now_ts,
            struct source **out, size_t *n)
{
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++) {
        int row = (int)i;
        struct calendar c = read_calendar(rows, row);
        int64_t last_ts = db_i64(rows, row, "last_ts");
        int32_t interval_s = (int32_t)db_i64(rows, row, "interval_s");
        enum freshness f =
            calendar_bars_freshness(&c, interval_s, last_ts, now_ts);
        (*out)[i] = (struct source){
            .symbol = db_text(rows, row, "symbol"),
            .title = db_text(rows, row, "title"),
            .kind = db_text(rows, row, "kind"),
            .currency = unit_of(db_text(rows, row, "currency")),
            .calendar_title = c.title,
            .interval_s = interval_s,
            .last_ts = last_ts,
            .close = db_f64(rows, row, "close"),
            .state = names[f],
        };
        (*out)[i].words = words(a, &c, f, now_ts, &(*out)[i]);
    }
}

struct db_call
source_call(struct arena *a, const char *after, int limit)
{
    const char **args = arena_array(a, 2, sizeof *args);
    args[0] = after;
    args[1] = fmt_i64(a, limit);
    return (struct db_call){.sql = SQL_source_list,
                            .args = {.n = 2, .v = args}};
}

bool
source_list(struct arena *a, struct db *db, const char *after, int limit,
            int64_t now_ts, struct source **out, size_t *n, struct err *err)
{
    struct db_call call = source_call(a, after, limit);
    if (!db_query(a, db, call.sql, call.args, &call.rows, err))
        return err_wrap(err, "list sources");
    source_read(a, call.rows, now_ts, out, n);
    return true;
}

bool
source_simulated(struct db *db, bool *simulated, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query_one(a, db, SQL_source_simulated, DB_NONE, &rows, err);
    if (ok)
        *simulated = db_bool(rows, 0, "simulated");
    arena_free(a);
    return ok || err_wrap(err, "look for simulated rows");
}

bool
source_is_behind(const struct source *s)
{
    return strcmp(s->state, names[FRESH_OK]) != 0 &&
           strcmp(s->state, names[FRESH_CLOSED]) != 0;
}
