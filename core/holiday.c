#include "core/holiday.h"

#include "lib/date.h"
#include "lib/err.h"

/* Days are numbers here that read as dates: 20010911. Ascending. */
static const int32_t nyse_closed[] = {19850927, 19940427, 20010911, 20010912,
                                      20010913, 20010914, 20040611, 20070102,
                                      20121029, 20121030, 20181205, 20250109};

/* Announced beside the rule: days between feast days, the last of 1999. */
static const int32_t nyse_early[] = {19971226, 19991231, 20031226};

static const int32_t bist_closed[] = {20230209, 20230210, 20230213, 20230214,
                                      20240409};

/* First days of the feasts. */
static const int32_t bist_ramazan[] = {
    19900426, 19910416, 19920404, 19930324, 19940313, 19950303, 19960220,
    19970209, 19980129, 19990119, 20000108, 20001227, 20011216, 20021205,
    20031125, 20041114, 20051103, 20061023, 20071012, 20080930, 20090920,
    20100909, 20110830, 20120819, 20130808, 20140728, 20150717, 20160705,
    20170625, 20180615, 20190604, 20200524, 20210513, 20220502, 20230421,
    20240410, 20250330, 20260320, 20270309, 20280226, 20290214, 20300204,
    20310124, 20320114, 20330103, 20331223, 20341212, 20351201, 20361119,
    20371109, 20381029, 20391019, 20401007};
static const int32_t bist_kurban[] = {
    19900703, 19910623, 19920611, 19930601, 19940521, 19950510, 19960428,
    19970418, 19980407, 19990328, 20000316, 20010305, 20020222, 20030211,
    20040201, 20050120, 20060110, 20061231, 20071220, 20081208, 20091127,
    20101116, 20111106, 20121025, 20131015, 20141004, 20150924, 20160912,
    20170901, 20180821, 20190811, 20200731, 20210720, 20220709, 20230628,
    20240616, 20250606, 20260527, 20270516, 20280505, 20290424, 20300413,
    20310402, 20320322, 20330312, 20340301, 20350219, 20360208, 20370127,
    20380116, 20390105, 20391226, 20401215};

/* Proclaimed for once: jubilees, weddings, a funeral, the end of a millennium;
 * those that took the place of a bank holiday in May are in uk_moved. */
static const int32_t uk_closed[] = {19950508, 19991231, 20020603, 20020604,
                                    20110429, 20120604, 20120605, 20200508,
                                    20220602, 20220603, 20220919, 20230508};
static const int32_t uk_moved[] = {19950501, 20020527, 20120528, 20200504,
                                   20220530};

static int32_t
key_of(int64_t days)
{
    struct date d = date_from_days(days);
    return d.year * 10000 + d.month * 100 + d.day;
}

static bool
is_listed(const int32_t *list, size_t n, int32_t key)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (list[mid] < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && list[lo] == key;
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
           is_listed(nyse_closed, COUNT_OF(nyse_closed), key_of(days));
}

/* The session beside Independence Day, which is none at a weekend or where the
 * day itself is observed: the day before, or, when that made a Wednesday and
 * until 2012, the Friday after. */
static bool
is_july_early(struct date d, int64_t days)
{
    int weekday = date_weekday(days);
    if (d.month != 7 || d.year < 1995)
        return false;
    if (d.day == 3)
        return weekday != 4 && (weekday != 2 || d.year >= 2013);
    return d.day == 5 && weekday == 4 && d.year < 2013;
}

static bool
is_nyse_early(struct date d, int64_t days)
{
    struct date yesterday = date_from_days(days - 1);
    if (d.year < 1993)
        return false;
    return is_nth(yesterday, days - 1, 11, 4, 3) || is_july_early(d, days) ||
           (d.month == 12 && d.day == 24) ||
           is_listed(nyse_early, COUNT_OF(nyse_early), key_of(days));
}

static bool
is_federal_holiday(struct date d, int64_t days)
{
    return is_us_holiday(d, days) || is_fixed(days, 1, 1, true) ||
           (d.year >= 1986 && is_nth(d, days, 1, 3, 0)) ||
           (d.year >= 2021 && is_fixed(days, 6, 19, true)) ||
           is_nth(d, days, 10, 2, 0) || is_fixed(days, 11, 11, true);
}

/* Christmas and Boxing Day; what falls on a weekend is made up for on the
 * Monday and Tuesday after. */
static bool
is_uk_christmas(struct date d, int64_t days)
{
    int weekday = date_weekday(days);
    return d.month == 12 && (d.day == 25 || d.day == 26 ||
                             ((d.day == 27 || d.day == 28) && weekday < 2));
}

/* source  Banking and Financial Dealings Act 1971, schedule 1 */
static bool
is_uk_holiday(struct date d, int64_t days)
{
    int32_t key = key_of(days);
    bool new_year =
        d.month == 1 && (d.day == 1 || (d.day < 4 && date_weekday(days) == 0));
    if (is_listed(uk_moved, COUNT_OF(uk_moved), key))
        return false;
    return new_year || days == easter(d.year) - 2 ||
           days == easter(d.year) + 1 || is_nth(d, days, 5, 1, 0) ||
           is_nth(d, days, 5, 5, 0) || is_nth(d, days, 8, 5, 0) ||
           is_uk_christmas(d, days) ||
           is_listed(uk_closed, COUNT_OF(uk_closed), key);
}

static bool
is_brent_holiday(struct date d, int64_t days)
{
    bool as_new_york = d.year >= 2007 && d.year <= 2016;
    return is_uk_holiday(d, days) ||
           (as_new_york &&
            (is_us_holiday(d, days) || is_nth(d, days, 1, 3, 0)));
}

/* The feast's day that this is, 0 on its eve; -1: neither. */
static int
feast_day(const int32_t *first, size_t n, int length, int64_t days)
{
    for (int day = 0; day <= length; day++)
        if (is_listed(first, n, key_of(days + 1 - day)))
            return day;
    return -1;
}

static int
ramazan_day(int64_t days)
{
    return feast_day(bist_ramazan, COUNT_OF(bist_ramazan), 3, days);
}

static int
kurban_day(int64_t days)
{
    return feast_day(bist_kurban, COUNT_OF(bist_kurban), 4, days);
}

static bool
is_bist_holiday(struct date d, int64_t days)
{
    static const struct {
        int month, day, since;
    } fixed[] = {{1, 1, 1986},  {4, 23, 1986}, {5, 1, 2009},  {5, 19, 1986},
                 {7, 15, 2017}, {8, 30, 1986}, {10, 29, 1986}};
    for (size_t i = 0; i < COUNT_OF(fixed); i++)
        if (d.month == fixed[i].month && d.day == fixed[i].day &&
            d.year >= fixed[i].since)
            return true;
    return ramazan_day(days) > 0 || kurban_day(days) > 0 ||
           is_listed(bist_closed, COUNT_OF(bist_closed), key_of(days));
}

bool
holiday_is_closed(enum holiday_rule rule, int64_t days)
{
    struct date d = date_from_days(days);
    switch (rule) {
    case HOLIDAY_NYSE:
        return is_nyse_holiday(d, days);
    case HOLIDAY_US_FEDERAL:
        return is_federal_holiday(d, days);
    case HOLIDAY_BIST:
        return is_bist_holiday(d, days);
    case HOLIDAY_BRENT:
        return is_brent_holiday(d, days);
    case HOLIDAY_NONE:
        break;
    }
    return false;
}

bool
holiday_is_early(enum holiday_rule rule, int64_t days)
{
    struct date d = date_from_days(days);
    if (rule == HOLIDAY_NYSE)
        return is_nyse_early(d, days);
    /* the eves of the feasts and of Republic Day */
    return rule == HOLIDAY_BIST &&
           ((d.month == 10 && d.day == 28) || ramazan_day(days) == 0 ||
            kurban_day(days) == 0);
}

struct holiday_hours
holiday_hours(enum holiday_rule rule)
{
    static const struct holiday_hours hours[] = {
        [HOLIDAY_NYSE] = {9 * 60 + 30, 16 * 60, 13 * 60},
        [HOLIDAY_BIST] = {10 * 60, 18 * 60, 12 * 60 + 30},
    };
    return (size_t)rule < COUNT_OF(hours) ? hours[rule]
                                          : (struct holiday_hours){0};
}
