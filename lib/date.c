#include "lib/date.h"

int64_t
date_to_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct date
date_from_days(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct date){
        .year = (int)(yoe + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
    };
}

bool
date_is_valid(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= days[month - 1] + (month == 2 && leap);
}

int64_t
date_day_start(int64_t ts)
{
    int64_t rest = ts % DAY_S;
    return ts - (rest < 0 ? rest + DAY_S : rest);
}

int
date_weekday(int64_t days)
{
    int64_t w = (days + 3) % 7;
    return (int)(w < 0 ? w + 7 : w);
}

/* Exactly n digits at *s, which moves past them. */
static bool
digits(const char **s, const char *end, int n, int *out)
{
    if (end - *s < n)
        return false;
    *out = 0;
    for (int i = 0; i < n; i++) {
        char c = (*s)[i];
        if (c < '0' || c > '9')
            return false;
        *out = *out * 10 + (c - '0');
    }
    *s += n;
    return true;
}

static bool
one_char(const char **s, const char *end, char c)
{
    if (*s == end || **s != c)
        return false;
    (*s)++;
    return true;
}

static bool
day_part(const char **s, const char *end, int64_t *ts)
{
    int year, month, day;
    if (!digits(s, end, 4, &year) || !one_char(s, end, '-') ||
        !digits(s, end, 2, &month) || !one_char(s, end, '-') ||
        !digits(s, end, 2, &day) || !date_is_valid(year, month, day))
        return false;
    *ts = date_to_days(year, month, day) * DAY_S;
    return true;
}

static bool
clock_part(const char **s, const char *end, int64_t *ts)
{
    int hour, minute, second = 0;
    if (!digits(s, end, 2, &hour) || !one_char(s, end, ':') ||
        !digits(s, end, 2, &minute))
        return false;
    if (one_char(s, end, ':')) {
        if (!digits(s, end, 2, &second))
            return false;
        if (one_char(s, end, '.')) {
            int ignored;
            if (!digits(s, end, 1, &ignored))
                return false;
            while (digits(s, end, 1, &ignored))
                ;
        }
    }
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *ts += hour * 3600 + minute * 60 + second;
    return true;
}

static bool
zone_part(const char **s, const char *end, int64_t *ts)
{
    if (*s == end || one_char(s, end, 'Z'))
        return true;
    int sign = **s == '-' ? 1 : **s == '+' ? -1 : 0;
    int hour, minute = 0;
    (*s)++;
    if (sign == 0 || !digits(s, end, 2, &hour))
        return false;
    bool colon = one_char(s, end, ':');
    if ((colon || *s != end) && !digits(s, end, 2, &minute))
        return false;
    if (hour > 15 || minute > 59)
        return false;
    *ts += sign * (hour * 3600 + minute * 60);
    return true;
}

bool
date_parse_day(const char *s, size_t len, int64_t *ts)
{
    const char *end = s + len;
    int64_t day;
    if (!day_part(&s, end, &day) || s != end)
        return false;
    *ts = day;
    return true;
}

bool
date_parse_iso(const char *s, size_t len, int64_t *ts)
{
    const char *end = s + len;
    int64_t t;
    if (!day_part(&s, end, &t))
        return false;
    if (s != end) {
        if (!one_char(&s, end, 'T') && !one_char(&s, end, ' '))
            return false;
        if (!clock_part(&s, end, &t) || !zone_part(&s, end, &t) || s != end)
            return false;
    }
    *ts = t;
    return true;
}

const char *
date_format_day(struct arena *a, int64_t ts)
{
    struct date d = date_from_days(date_day_start(ts) / DAY_S);
    return arena_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

const char *
date_format_iso(struct arena *a, int64_t ts)
{
    int64_t start = date_day_start(ts);
    struct date d = date_from_days(start / DAY_S);
    int rest = (int)(ts - start);
    return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month,
                        d.day, rest / 3600, rest / 60 % 60, rest % 60);
}
