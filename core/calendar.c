/* Holidays on which a market has no session at all. Days that only end early
 * are sessions.
 *
 * NYSE        by its rule 7.2 as it stands, from 1971 on, and the days on
 *             which it stayed closed for other reasons since 1985
 * US_FEDERAL  federal holidays with their observed days, and Good Friday, on
 *             which the energy markets that EIA reports on are closed too.
 *             Those trade on a few of these days (Columbus, Veterans), so a
 *             bar may come where none is due, never the reverse
 * BIST        the fixed national holidays; religious ones and days off by
 *             decree, which no rule gives, from 2020 to 2026 as lists. Later
 *             ones are taken for sessions until they are added here
 *
 * source  nyse.com/markets/hours-calendars; 5 U.S.C. 6103; borsaistanbul.com
 */
#include "core/calendar.h"

#include "lib/date.h"

#include <string.h>

/* No market of ours closes for longer; bounds the search for a session. */
enum { CLOSED_MAX_DAYS = 30 };

static const char *const nyse_closed[] = {
    "1985-09-27", "1994-04-27", "2001-09-11", "2001-09-12",
    "2001-09-13", "2001-09-14", "2004-06-11", "2007-01-02",
    "2012-10-29", "2012-10-30", "2018-12-05", "2025-01-09"};

static const char *const bist_closed[] = {
    "2020-05-25", "2020-05-26", "2020-07-31", "2020-08-03", "2021-05-13",
    "2021-05-14", "2021-07-20", "2021-07-21", "2021-07-22", "2021-07-23",
    "2022-05-02", "2022-05-03", "2022-05-04", "2022-07-11", "2022-07-12",
    "2023-02-09", "2023-02-10", "2023-02-13", "2023-02-14", "2023-04-21",
    "2023-06-28", "2023-06-29", "2023-06-30", "2024-04-09", "2024-04-10",
    "2024-04-11", "2024-04-12", "2024-06-17", "2024-06-18", "2024-06-19",
    "2025-03-31", "2025-04-01", "2025-06-06", "2025-06-09", "2026-03-20",
    "2026-05-27", "2026-05-28", "2026-05-29"};

static const struct {
    const char *name;
    enum calendar_holidays rule;
} rules[] = {{"none", CALENDAR_NONE},
             {"nyse", CALENDAR_NYSE},
             {"us_federal", CALENDAR_US_FEDERAL},
             {"bist", CALENDAR_BIST}};

bool
calendar_holidays_parse(const char *name, enum calendar_holidays *out)
{
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (strcmp(rules[i].name, name) == 0) {
            *out = rules[i].rule;
            return true;
        }
    return false;
}

static bool
is_listed(const char *const *list, size_t n, struct date d)
{
    for (size_t i = 0; i < n; i++) {
        const char *s = list[i];
        int year = (s[0] - '0') * 1000 + (s[1] - '0') * 100 +
                   (s[2] - '0') * 10 + (s[3] - '0');
        int month = (s[5] - '0') * 10 + (s[6] - '0');
        int day = (s[8] - '0') * 10 + (s[9] - '0');
        if (year == d.year && month == d.month && day == d.day)
            return true;
    }
    return false;
}

/* The day number of Easter Sunday.
 * source  Meeus, Astronomical Algorithms, chapter 8, "Gregorian Easter" */
static int64_t
easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    int h = (19 * a + b - d - g + 15) % 30;
    int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
    int m = (a + 11 * h + 22 * l) / 451;
    int month = (h + l - 7 * m + 114) / 31;
    int day = (h + l - 7 * m + 114) % 31 + 1;
    return date_to_days(year, month, day);
}

/* The n-th given weekday (0 Monday) of a month; n 5: the last one. */
static bool
is_nth(struct date d, int64_t days, int month, int n, int weekday)
{
    if (d.month != month || date_weekday(days) != weekday)
        return false;
    if (n == 5)
        return date_from_days(days + 7).month != month;
    return (d.day - 1) / 7 + 1 == n;
}

/* A fixed holiday or the weekday on which it is observed: Monday for Sunday,
 * and Friday for Saturday where `friday`. */
static bool
is_fixed(int64_t days, int month, int day, bool friday)
{
    struct date d = date_from_days(days);
    int weekday = date_weekday(days);
    if (d.month == month && d.day == day)
        return true;
    struct date yesterday = date_from_days(days - 1);
    struct date tomorrow = date_from_days(days + 1);
    return (weekday == 0 && yesterday.month == month && yesterday.day == day) ||
           (friday && weekday == 4 && tomorrow.month == month &&
            tomorrow.day == day);
}

/* What the exchange and the federal government share. */
static bool
is_us_holiday(struct date d, int64_t days)
{
    return is_nth(d, days, 2, 3, 0) || days == easter(d.year) - 2 ||
           is_nth(d, days, 5, 5, 0) || is_fixed(days, 7, 4, true) ||
           is_nth(d, days, 9, 1, 0) || is_nth(d, days, 11, 4, 3) ||
           is_fixed(days, 12, 25, true);
}

static bool
is_nyse_holiday(struct date d, int64_t days)
{
    return is_us_holiday(d, days) || is_fixed(days, 1, 1, false) ||
           (d.year >= 1998 && is_nth(d, days, 1, 3, 0)) ||
           (d.year >= 2022 && is_fixed(days, 6, 19, true)) ||
           is_listed(nyse_closed, COUNT_OF(nyse_closed), d);
}

static bool
is_federal_holiday(struct date d, int64_t days)
{
    return is_us_holiday(d, days) || is_fixed(days, 1, 1, true) ||
           (d.year >= 1986 && is_nth(d, days, 1, 3, 0)) ||
           (d.year >= 2021 && is_fixed(days, 6, 19, true)) ||
           is_nth(d, days, 10, 2, 0) || is_fixed(days, 11, 11, true);
}

static bool
is_bist_holiday(struct date d)
{
    static const struct {
        int month, day, since;
    } fixed[] = {{1, 1, 1986},  {4, 23, 1986}, {5, 1, 2009},  {5, 19, 1986},
                 {7, 15, 2017}, {8, 30, 1986}, {10, 29, 1986}};
    for (size_t i = 0; i < COUNT_OF(fixed); i++)
        if (d.month == fixed[i].month && d.day == fixed[i].day &&
            d.year >= fixed[i].since)
            return true;
    return is_listed(bist_closed, COUNT_OF(bist_closed), d);
}

bool
calendar_is_session(const struct calendar *c, int64_t ts)
{
    int64_t days = date_day_start(ts) / DAY_S;
    struct date d = date_from_days(days);
    if ((c->weekdays >> date_weekday(days) & 1) == 0)
        return false;
    switch (c->holidays) {
    case CALENDAR_NYSE:
        return !is_nyse_holiday(d, days);
    case CALENDAR_US_FEDERAL:
        return !is_federal_holiday(d, days);
    case CALENDAR_BIST:
        return !is_bist_holiday(d);
    case CALENDAR_NONE:
        break;
    }
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
