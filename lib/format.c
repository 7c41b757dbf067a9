#include "lib/format.h"

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DURATION_HOURS_UNTIL_MIN = 48 * 60, RELATIVE_DAYS_FROM_S = 48 * 3600 };

#define THIN_SPACE "\u202f" /* that no line breaks at */
#define NO_VALUE   "\u2013"
#define MINUS      "\u2212"

const char *
fmt_i64(struct arena *a, int64_t v)
{
    return arena_printf(a, "%lld", (long long)v);
}

const char *
fmt_f64(struct arena *a, double v)
{
    if (isnan(v))
        return NULL;
    char text[NUMBER_TEXT_MAX];
    size_t len = number_format_f64(text, v);
    return arena_strndup(a, text, len);
}

const char *
fmt_bool(bool v)
{
    return v ? "true" : "false";
}

const char *
fmt_array(struct arena *a, const char *const *items, size_t n)
{
    struct buf *b = buf_new(a);
    buf_addc(b, '{');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_addc(b, ',');
        if (items[i] == NULL) {
            buf_adds(b, "NULL");
            continue;
        }
        buf_addc(b, '"');
        for (const char *s = items[i]; *s != '\0'; s++) {
            if (*s == '"' || *s == '\\')
                buf_addc(b, '\\');
            buf_addc(b, *s);
        }
        buf_addc(b, '"');
    }
    buf_addc(b, '}');
    return b->data;
}

/* Digits in groups of three. */
static void
add_grouped(struct buf *b, const char *digits, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_adds(b, THIN_SPACE);
        buf_addc(b, digits[i]);
    }
}

const char *
fmt_count(struct arena *a, int64_t v)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)v);
    const char *first = digits + (v < 0);
    struct buf *b = buf_new(a);
    if (v < 0)
        buf_adds(b, MINUS);
    add_grouped(b, first, (size_t)len - (size_t)(v < 0));
    return b->data;
}

const char *
fmt_number(struct arena *a, double v, int decimals)
{
    if (!isfinite(v))
        return NO_VALUE;
    const char *plain = arena_printf(a, "%.*f", decimals, fabs(v));
    size_t whole = strcspn(plain, ".");
    struct buf *b = buf_new(a);
    /* -0.001 to two decimals is 0.00, not a negative zero */
    if (v < 0 && strspn(plain, "0.") != strlen(plain))
        buf_adds(b, MINUS);
    add_grouped(b, plain, whole);
    buf_adds(b, plain + whole);
    return b->data;
}

const char *
fmt_price(struct arena *a, double v)
{
    if (!isfinite(v))
        return NO_VALUE;
    double size = fabs(v);
    int before = size < 1 ? 0 : (int)floor(log10(size)) + 1;
    int decimals = before < 5 ? 7 - before : 2;
    if (size > 0 && size < 1)
        decimals = 6 - (int)floor(log10(size));
    if (decimals > 12)
        decimals = 12;
    /* Trailing zeros say nothing, but two decimals read as money. */
    const char *text = fmt_number(a, v, decimals);
    size_t len = strlen(text), keep = strcspn(text, ".");
    if (keep == len)
        return text;
    keep += 3;
    while (len > keep && text[len - 1] == '0')
        len--;
    return arena_strndup(a, text, len);
}

const char *
fmt_percent(struct arena *a, double frac, int decimals)
{
    if (!isfinite(frac))
        return NO_VALUE;
    return arena_printf(a, "%s" THIN_SPACE "%%",
                        fmt_number(a, frac * 100, decimals));
}

const char *
fmt_bytes(struct arena *a, int64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    size_t unit = 0;
    double size = (double)bytes;
    while (fabs(size) >= 1023.95 && unit + 1 < COUNT_OF(units)) {
        size /= 1024;
        unit++;
    }
    return arena_printf(a, "%s %s", fmt_number(a, size, unit == 0 ? 0 : 1),
                        units[unit]);
}

const char *
fmt_duration(struct arena *a, double seconds)
{
    if (!isfinite(seconds))
        return NO_VALUE;
    if (seconds < 0)
        seconds = 0;
    if (seconds < 0.9995)
        return arena_printf(a, "%.0f ms", seconds * 1000);
    if (seconds < 9.95)
        return arena_printf(a, "%.1f s", seconds);
    int64_t s = llround(seconds);
    if (s < 60)
        return arena_printf(a, "%lld s", (long long)s);
    if (s < 3600)
        return arena_printf(a, s % 60 != 0 ? "%lld min %lld s" : "%lld min",
                            (long long)(s / 60), (long long)(s % 60));
    int64_t min = (s + 30) / 60;
    if (min < DURATION_HOURS_UNTIL_MIN)
        return arena_printf(a, min % 60 != 0 ? "%lld h %lld min" : "%lld h",
                            (long long)(min / 60), (long long)(min % 60));
    int64_t hours = (s + 1800) / 3600;
    return arena_printf(a, hours % 24 != 0 ? "%lld d %lld h" : "%lld d",
                        (long long)(hours / 24), (long long)(hours % 24));
}

const char *
fmt_relative(struct arena *a, int64_t ts, int64_t now_ts)
{
    int64_t ago = now_ts - ts, size = ago < 0 ? -ago : ago;
    if (size < 10)
        return "just now";
    int64_t n = size;
    const char *unit = "s";
    if (size >= RELATIVE_DAYS_FROM_S) {
        n = size / DAY_S;
        unit = "days";
    } else if (size >= 3600) {
        n = size / 3600;
        unit = "h";
    } else if (size >= 60) {
        n = size / 60;
        unit = "min";
    }
    const char *words = arena_printf(a, "%s %s", fmt_count(a, n), unit);
    return arena_printf(a, ago < 0 ? "in %s" : "%s ago", words);
}

const char *
fmt_time(struct arena *a, int64_t ts, int64_t offset_s)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
                                         "May", "Jun", "Jul", "Aug",
                                         "Sep", "Oct", "Nov", "Dec"};
    int64_t local = ts + offset_s, start = date_day_start(local);
    struct date d = date_from_days(start / DAY_S);
    int minute = (int)((local - start) / 60);
    return arena_printf(a, "%d %s %d, %02d:%02d", d.day, months[d.month - 1],
                        d.year, minute / 60, minute % 60);
}

const char *
fmt_plural(struct arena *a, int64_t n, const char *one, const char *many)
{
    return arena_printf(a, "%s %s", fmt_count(a, n), n == 1 ? one : many);
}
