#include "core/cell.h"

#include "lib/attr.h"
#include "lib/date.h"
#include "lib/number.h"

#include <endian.h>
#include <string.h>
#include <strings.h>

enum {
    YEAR_MIN = 1800,
    YEAR_MAX = 2999,
    PIVOT = 69, /* two digits: 69 is 1969, 68 is 2068, as POSIX has it */
    OFFSET_HOURS_MAX = 15,
    MICRO = 1000000,
};

static const char *const names[] = {
    [CELL_TIME_ISO] = "iso",         [CELL_TIME_MDY] = "mdy",
    [CELL_TIME_DMY] = "dmy",         [CELL_TIME_YMD] = "ymd",
    [CELL_TIME_COMPACT] = "compact", [CELL_TIME_WORDS] = "words",
    [CELL_TIME_UNIX_S] = "unix_s",   [CELL_TIME_UNIX_MS] = "unix_ms",
    [CELL_TIME_UNIX_US] = "unix_us", [CELL_TIME_UNIX_NS] = "unix_ns",
};

const char *
cell_time_name(enum cell_time form)
{
    return names[form];
}

bool
cell_time_find(const char *name, enum cell_time *out)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (enum cell_time)i;
            return true;
        }
    }
    return false;
}

struct text {
    const char *s, *end;
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
take(struct text *t, char c)
{
    if (t->s == t->end || *t->s != c)
        return false;
    t->s++;
    return true;
}

/* A word in any case. */
static bool
take_word(struct text *t, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(t->end - t->s) < n || strncasecmp(t->s, word, n) != 0)
        return false;
    t->s += n;
    return true;
}

/* No-break ones, too: some browsers put one before PM. */
static bool
take_blanks(struct text *t)
{
    const char *from = t->s;
    while (take(t, ' ') || take_word(t, "\xC2\xA0") ||
           take_word(t, "\xE2\x80\xAF"))
        continue;
    return t->s > from;
}

static size_t
count_digits(const struct text *t)
{
    const char *p = t->s;
    while (p < t->end && is_digit(*p))
        p++;
    return (size_t)(p - t->s);
}

/* Exactly n digits; more may follow. */
static bool
take_digits(struct text *t, size_t n, int *out)
{
    if ((size_t)(t->end - t->s) < n)
        return false;
    int v = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(t->s[i]))
            return false;
        v = v * 10 + (t->s[i] - '0');
    }
    t->s += n;
    *out = v;
    return true;
}

/* One or two digits, no more. */
static bool
take_short(struct text *t, int *out)
{
    size_t n = count_digits(t);
    return n <= 2 && n > 0 && take_digits(t, n, out);
}

/* Two digits or four, no more. */
static bool
take_year(struct text *t, int *out)
{
    size_t n = count_digits(t);
    if ((n != 2 && n != 4) || !take_digits(t, n, out))
        return false;
    if (n == 2)
        *out += *out >= PIVOT ? 1900 : 2000;
    return true;
}

static bool
set_day(int year, int month, int day, struct cell_clock *out)
{
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 ||
        day < 1 || (day > 28 && !date_is_valid(year, month, day)))
        return false;
    out->local_ts = date_to_days(year, month, day) * DAY_S;
    return true;
}

/* Digits behind a decimal sign; what is finer than a microsecond is cut. */
static bool
take_fraction(struct text *t, int32_t *fraction_us)
{
    size_t n = count_digits(t);
    int32_t unit = MICRO / 10, sum = 0;
    for (size_t i = 0; i < n; i++, unit /= 10)
        sum += (*t->s++ - '0') * unit;
    *fraction_us = sum;
    return n > 0;
}

/* 12 AM is 0, 12 PM is 12. True when there is none, too. */
static bool
take_half_day(struct text *t, int *hour, bool *found)
{
    struct text at = *t;
    take_blanks(&at);
    bool pm = take_word(&at, "PM") || take_word(&at, "P.M.");
    *found = pm || take_word(&at, "AM") || take_word(&at, "A.M.");
    if (!*found)
        return true;
    *t = at;
    if (*hour < 1 || *hour > 12)
        return false;
    *hour = *hour % 12 + (pm ? 12 : 0);
    return true;
}

static bool
set_clock(int hour, int minute, int second, struct cell_clock *out)
{
    bool midnight = hour == 24 && minute == 0 && second == 0 &&
                    out->fraction_us == 0; /* which ends the day */
    if ((hour > 23 && !midnight) || minute > 59 || second > 59)
        return false;
    out->local_ts += hour * 3600 + minute * 60 + second;
    out->has_time = true;
    return true;
}

/* 15:30, 15:30:00.123, 3:30 PM, 03-PM */
static bool
take_clock(struct text *t, struct cell_clock *out)
{
    int hour, minute = 0, second = 0;
    bool half_day;
    if (!take_short(t, &hour))
        return false;
    if (take(t, ':')) {
        if (!take_digits(t, 2, &minute))
            return false;
        if (take(t, ':') && (!take_digits(t, 2, &second) ||
                             ((take(t, '.') || take(t, ',')) &&
                              !take_fraction(t, &out->fraction_us))))
            return false;
        if (!take_half_day(t, &hour, &half_day))
            return false;
    } else {
        (void)take(t, '-');
        if (!take_half_day(t, &hour, &half_day) || !half_day)
            return false;
    }
    return set_clock(hour, minute, second, out);
}

/* 1530, 153000, 153000123 */
static bool
take_compact_clock(struct text *t, struct cell_clock *out)
{
    size_t n = count_digits(t);
    int hour, minute, second = 0, ms = 0;
    if (n != 4 && n != 6 && n != 9)
        return false;
    if (!take_digits(t, 2, &hour) || !take_digits(t, 2, &minute))
        return false;
    if (n > 4 && !take_digits(t, 2, &second))
        return false;
    if (n > 6 && !take_digits(t, 3, &ms))
        return false;
    out->fraction_us = ms * 1000;
    if (n == 6 && (take(t, '.') || take(t, ',')) &&
        !take_fraction(t, &out->fraction_us))
        return false;
    return set_clock(hour, minute, second, out);
}

/* +02, +0200, +02:00, and for times long ago -04:56:02 */
static bool
take_offset(struct text *t, int32_t *offset_s)
{
    int sign = *t->s == '-' ? -1 : 1, hour, minute = 0, second = 0;
    t->s++;
    if (!take_digits(t, 2, &hour))
        return false;
    bool colon = take(t, ':');
    if ((colon || count_digits(t) > 0) && !take_digits(t, 2, &minute))
        return false;
    if (colon && take(t, ':') && !take_digits(t, 2, &second))
        return false;
    if (hour > OFFSET_HOURS_MAX || minute > 59 || second > 59)
        return false;
    *offset_s = sign * (hour * 3600 + minute * 60 + second);
    return true;
}

/* Nothing, Z, UTC, GMT, an offset, or UTC with an offset. */
static bool
take_zone(struct text *t, struct cell_clock *out)
{
    bool blank = take_blanks(t);
    if (take(t, 'Z') || take_word(t, "UTC") || take_word(t, "GMT"))
        out->has_offset = true;
    if (t->s < t->end && (*t->s == '+' || *t->s == '-')) {
        out->has_offset = true;
        if (!take_offset(t, &out->offset_s))
            return false;
    }
    return t->s == t->end && (out->has_offset || !blank);
}

/* Behind the day: nothing, or a time of day and perhaps a zone. */
static bool
take_rest(struct text *t, struct cell_clock *out)
{
    if (t->s == t->end)
        return true;
    bool comma = take(t, ','), blank = take_blanks(t);
    if (!blank && (comma || !take(t, 'T')))
        return false;
    return take_clock(t, out) && take_zone(t, out);
}

/* "aa-bb-cc" at once: eight bytes are eight small numbers, and neighbours
 * become pairs. */
static inline bool
three_pairs(const char *s, char separator, int v[3])
{
    const uint64_t each = 0x0101010101010101, at = 0x0000010000010000;
    uint64_t w;
    memcpy(&w, s, sizeof w);
    w = le64toh(w) ^ (each * '0' ^ at * (unsigned char)('0' ^ separator));
    /* a digit may be up to 9, a separator 0 */
    uint64_t wrong = w | (w + each * (0x7F - 9) + at * 9);
    w = w * 10 + (w >> 8);
    v[0] = (int)(w & 0xFF);
    v[1] = (int)(w >> 24 & 0xFF);
    v[2] = (int)(w >> 48 & 0xFF);
    return (wrong & each << 7) == 0;
}

/* "YYYY-MM-DD" and "YYYY-MM-DD hh:mm:ss", with a T for the blank or a Z behind:
 * most cells of most files. False: it is something else, or wrong. */
static inline bool
read_iso_plain(const char *s, size_t len, struct cell_clock *out)
{
    bool has_time = len != 10, has_zone = len == 20;
    if (has_time && len != 19 && !has_zone)
        return false;
    int day[3], clock[3], thousand = s[0] - '0', hundred = s[1] - '0';
    if (!three_pairs(s + 2, '-', day) || thousand < 1 || thousand > 2 ||
        hundred < 0 || hundred > 9 ||
        !set_day((thousand * 10 + hundred) * 100 + day[0], day[1], day[2], out))
        return false;
    if (!has_time)
        return true;
    if ((s[10] != ' ' && s[10] != 'T') || (has_zone && s[19] != 'Z') ||
        !three_pairs(s + 11, ':', clock))
        return false;
    out->has_offset = has_zone;
    return set_clock(clock[0], clock[1], clock[2], out);
}

static bool
read_iso(struct text *t, struct cell_clock *out)
{
    int year, month, day;
    return take_digits(t, 4, &year) && take(t, '-') &&
           take_digits(t, 2, &month) && take(t, '-') &&
           take_digits(t, 2, &day) && set_day(year, month, day, out) &&
           take_rest(t, out);
}

static bool
take_same(struct text *t, char separator)
{
    return (separator == '/' || separator == '-' || separator == '.') &&
           take(t, separator);
}

/* Day and month in either order, then the year; or the year first. */
static bool
read_numbers(struct text *t, enum cell_time form, struct cell_clock *out)
{
    int year, first, second;
    bool year_first = form == CELL_TIME_YMD, day_first = form == CELL_TIME_DMY;
    if (year_first &&
        (!take_digits(t, 4, &year) || t->s == t->end || !take_same(t, *t->s)))
        return false;
    const char *separator = year_first ? t->s - 1 : NULL;
    if (!take_short(t, &first) || t->s == t->end)
        return false;
    if (separator == NULL)
        separator = t->s;
    if (!take_same(t, *separator) || !take_short(t, &second))
        return false;
    if (!year_first && (!take_same(t, *separator) || !take_year(t, &year)))
        return false;
    return set_day(year, day_first ? second : first, day_first ? first : second,
                   out) &&
           take_rest(t, out);
}

static bool
read_compact(struct text *t, struct cell_clock *out)
{
    int year, month, day;
    if (!take_digits(t, 4, &year) || !take_digits(t, 2, &month) ||
        !take_digits(t, 2, &day) || !set_day(year, month, day, out))
        return false;
    if (t->s == t->end)
        return true;
    if (count_digits(t) == 0 && !take(t, 'T') && !take_blanks(t))
        return false;
    bool compact = count_digits(t) >= 4;
    return (compact ? take_compact_clock(t, out) : take_clock(t, out)) &&
           take_zone(t, out);
}

/* Three letters, four ("Sept", "Tues") or all; a point may follow. */
static bool
take_name(struct text *t, const char *const *list, int n, int *out)
{
    size_t len = 0;
    while (t->s + len < t->end &&
           ((t->s[len] | 0x20) >= 'a' && (t->s[len] | 0x20) <= 'z'))
        len++;
    for (int i = 0; i < n; i++) {
        bool is_short = len == 3 || (len == 4 && strlen(list[i]) > 4);
        if ((is_short || len == strlen(list[i])) && len <= strlen(list[i]) &&
            strncasecmp(t->s, list[i], len) == 0) {
            t->s += len;
            (void)take(t, '.');
            *out = i + 1;
            return true;
        }
    }
    return false;
}

static bool
take_month(struct text *t, int *out)
{
    static const char *const months[] = {
        "january", "february", "march",     "april",   "may",      "june",
        "july",    "august",   "september", "october", "november", "december"};
    return take_name(t, months, COUNT_OF(months), out);
}

static void
take_weekday(struct text *t)
{
    static const char *const days[] = {"monday",   "tuesday", "wednesday",
                                       "thursday", "friday",  "saturday",
                                       "sunday"};
    int ignored;
    if (take_name(t, days, COUNT_OF(days), &ignored)) {
        (void)take(t, ',');
        take_blanks(t);
    }
}

/* Blanks, a comma and blanks, or one of - / between two words. */
static bool
take_gap(struct text *t)
{
    bool comma = take(t, ',');
    return take_blanks(t) || comma || take(t, '-') || take(t, '/');
}

static bool
take_day_number(struct text *t, int *day)
{
    if (!take_short(t, day))
        return false;
    (void)(take_word(t, "st") || take_word(t, "nd") || take_word(t, "rd") ||
           take_word(t, "th"));
    return true;
}

/* Mar 8, 2024; 8 March 2024; 08-Mar-24; 2024-Mar-08; a weekday before */
static bool
read_words(struct text *t, struct cell_clock *out)
{
    int year, month, day;
    take_weekday(t);
    if (take_month(t, &month)) {
        if (!take_gap(t) || !take_day_number(t, &day) || !take_gap(t) ||
            !take_year(t, &year))
            return false;
    } else if (count_digits(t) == 4) {
        if (!take_year(t, &year) || !take_gap(t) || !take_month(t, &month) ||
            !take_gap(t) || !take_day_number(t, &day))
            return false;
    } else {
        if (!take_day_number(t, &day))
            return false;
        (void)take_gap(t); /* 08MAR2024 has none */
        if (!take_month(t, &month))
            return false;
        (void)take_gap(t);
        if (!take_year(t, &year))
            return false;
    }
    return set_day(year, month, day, out) && take_rest(t, out);
}

/* Whole seconds of a count of units since 1970, and microseconds; divided by
 * numbers that the compiler knows. */
static uint64_t
split_units(uint64_t v, enum cell_time form, uint64_t *us)
{
    switch (form) {
    case CELL_TIME_UNIX_MS:
        *us = v % 1000 * 1000;
        return v / 1000;
    case CELL_TIME_UNIX_US:
        *us = v % 1000000;
        return v / 1000000;
    case CELL_TIME_UNIX_NS:
        *us = v % 1000000000 / 1000;
        return v / 1000000000;
    default:
        *us = 0;
        return v;
    }
}

/* Units since 1970. A fraction of one is read where it is seconds; elsewhere
 * it is too fine, and left by a program that printed a double. */
static bool
read_unix(struct text *t, enum cell_time form, struct cell_clock *out)
{
    static const int64_t first = -5364662400, last = 32503679999;
    bool minus = take(t, '-');
    size_t n = count_digits(t);
    uint64_t v, us;
    int32_t fraction = 0;
    if (!number_parse_digits(t->s, n, &v))
        return false;
    t->s += n;
    if ((take(t, '.') && !take_fraction(t, &fraction)) || t->s != t->end)
        return false;
    uint64_t seconds = split_units(v, form, &us);
    if (form == CELL_TIME_UNIX_S)
        us = (uint64_t)fraction;
    if (seconds > (uint64_t)last)
        return false;
    out->local_ts = minus ? -(int64_t)seconds : (int64_t)seconds;
    out->fraction_us = (int32_t)us;
    if (minus && us > 0) {
        out->local_ts--;
        out->fraction_us = MICRO - out->fraction_us;
    }
    out->has_time = out->has_offset = true;
    return out->local_ts >= first;
}

static bool
read_form(const char *s, size_t len, enum cell_time form,
          struct cell_clock *out)
{
    struct text t = {.s = s, .end = s + len};
    *out = (struct cell_clock){.local_ts = 0};
    switch (form) {
    case CELL_TIME_ISO:
        return read_iso(&t, out);
    case CELL_TIME_MDY:
    case CELL_TIME_DMY:
    case CELL_TIME_YMD:
        return read_numbers(&t, form, out);
    case CELL_TIME_COMPACT:
        return read_compact(&t, out);
    case CELL_TIME_WORDS:
        return read_words(&t, out);
    default:
        return read_unix(&t, form, out);
    }
}

/* Apart from cell_time for the sake of its speed. */
static __attribute__((noinline)) enum cell_state
read_any(const char *s, size_t len, enum cell_time form, struct cell_clock *out)
{
    struct cell_clock c;
    bool ok = read_form(s, len, form, &c);
    if (!ok) {
        cell_trim(&s, &len);
        if (cell_is_absent(s, len))
            return CELL_ABSENT;
        ok = read_form(s, len, form, &c);
    }
    if (!ok)
        return CELL_BAD;
    *out = c;
    return CELL_OK;
}

enum cell_state
cell_time(const char *s, size_t len, enum cell_time form,
          struct cell_clock *out)
{
    struct cell_clock c = {.local_ts = 0};
    uint64_t units, us;
    if (form == CELL_TIME_ISO && read_iso_plain(s, len, &c)) {
        *out = c;
        return CELL_OK;
    }
    if (form == CELL_TIME_UNIX_MS && len == 13 &&
        number_parse_digits(s, len, &units)) {
        c.local_ts = (int64_t)split_units(units, form, &us);
        c.fraction_us = (int32_t)us;
        c.has_time = c.has_offset = true;
        *out = c;
        return CELL_OK;
    }
    return read_any(s, len, form, out);
}
