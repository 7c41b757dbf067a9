#include "core/calendar.h"

#include "lib/date.h"

#include <string.h>

/* No market of ours closes for longer; bounds the search for a session. */
enum { CLOSED_MAX_DAYS = 30 };

static const struct {
    const char *name;
    enum holiday_rule rule;
} rules[] = {{"none", HOLIDAY_NONE},
             {"nyse", HOLIDAY_NYSE},
             {"us_federal", HOLIDAY_US_FEDERAL},
             {"bist", HOLIDAY_BIST},
             {"brent", HOLIDAY_BRENT}};

bool
calendar_holidays_parse(const char *name, enum holiday_rule *out)
{
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (strcmp(rules[i].name, name) == 0) {
            *out = rules[i].rule;
            return true;
        }
    return false;
}

bool
calendar_is_session(const struct calendar *c, int64_t ts)
{
    int64_t days = date_day_start(ts) / DAY_S;
    return (c->weekdays >> date_weekday(days) & 1) != 0 &&
           !holiday_is_closed(c->holidays, days);
}

bool
calendar_hours(const struct calendar *c, int64_t ts, struct calendar_hours *out)
{
    struct holiday_hours hours = holiday_hours(c->holidays);
    if (!calendar_is_session(c, ts))
        return false;
    bool early = holiday_is_early(c->holidays, date_day_start(ts) / DAY_S);
    *out = (struct calendar_hours){
        .open_min = hours.open_min,
        .close_min = early                 ? hours.early_min
                     : hours.close_min > 0 ? hours.close_min
                                           : DAY_S / 60,
        .early = early,
    };
    return true;
}

int64_t
calendar_session_before(const struct calendar *c, int64_t ts)
{
    int64_t day = date_day_start(ts);
    for (int i = 0; i < CLOSED_MAX_DAYS && !calendar_is_session(c, day); i++)
        day -= DAY_S;
    return day;
}

int64_t
calendar_session_after(const struct calendar *c, int64_t ts)
{
    int64_t day = date_day_start(ts) + DAY_S;
    for (int i = 0; i < CLOSED_MAX_DAYS && !calendar_is_session(c, day); i++)
        day += DAY_S;
    return day;
}

int64_t
calendar_last_due(const struct calendar *c, int64_t now_ts)
{
    return calendar_session_before(c, now_ts - c->late_after_s);
}

int64_t
calendar_next_due(const struct calendar *c, int64_t now_ts, int64_t *session_ts)
{
    *session_ts = calendar_session_after(c, now_ts - c->late_after_s);
    return *session_ts + c->late_after_s;
}

int64_t
calendar_count(const struct calendar *c, int64_t from_ts, int64_t to_ts)
{
    int64_t n = 0, day = date_day_start(from_ts);
    if (day < from_ts)
        day += DAY_S;
    for (; day <= to_ts; day += DAY_S)
        n += calendar_is_session(c, day);
    return n;
}

const char *
freshness_name(enum freshness f)
{
    static const char *const names[] = {"empty", "fresh", "market_closed",
                                        "late", "stale"};
    return names[f];
}

const char *
freshness_words(enum freshness f)
{
    static const char *const words[] = {"no data yet", "fresh", "market closed",
                                        "late", "stale"};
    return words[f];
}

enum freshness
calendar_freshness(const struct calendar *c, int64_t last_ts, int64_t now_ts)
{
    if (last_ts == 0)
        return FRESH_EMPTY;
    if (last_ts < calendar_last_due(c, now_ts - c->stale_after_s))
        return FRESH_STALE;
    if (last_ts < calendar_last_due(c, now_ts))
        return FRESH_LATE;
    return calendar_is_session(c, now_ts) ? FRESH_OK : FRESH_CLOSED;
}

bool
calendar_list(struct arena *a, struct db *db, struct calendar **out, size_t *n,
              struct err *err)
{
    struct db_call call = calendar_call();
    if (!db_query_many(a, db, &call, 1, err))
        return err_wrap(err, "calendars");
    return calendar_read(a, call.rows, out, n, err);
}

struct db_call
calendar_call(void)
{
    return (struct db_call){.sql = SQL_calendar_list};
}

bool
calendar_read(struct arena *a, const struct db_rows *rows,
              struct calendar **out, size_t *n, struct err *err)
{
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < db_count(rows); i++) {
        struct calendar *c = &(*out)[i];
        const char *rule = db_text(rows, i, "holiday_rule");
        *c = (struct calendar){
            .name = db_text(rows, i, "name"),
            .title = db_text(rows, i, "title"),
            .time_zone = db_text(rows, i, "time_zone"),
            .weekdays = (int)db_i64(rows, i, "weekdays"),
            .late_after_s = db_i64(rows, i, "late_after_s"),
            .stale_after_s = db_i64(rows, i, "stale_after_s"),
        };
        if (!calendar_holidays_parse(rule, &c->holidays))
            return err_set(err, ERR_INTERNAL,
                           "calendar %s has the unknown holiday rule %s",
                           c->name, rule);
    }
    return true;
}

const struct calendar *
calendar_find(const struct calendar *all, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
    return NULL;
}
