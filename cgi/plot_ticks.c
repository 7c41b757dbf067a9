/* Where an axis has its ticks, and what they are called. */
#include "cgi/plot.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/zone.h"

#include <math.h>
#include <stdint.h>

/* The least of 1, 2 or 5 times a power of ten that is not below v. */
static double
round_up(double v)
{
    double power = pow(10, floor(log10(v)));
    double part = v / power;
    if (part <= 1 + 1e-9)
        return power;
    if (part <= 2 + 1e-9)
        return 2 * power;
    return (part <= 5 + 1e-9 ? 5 : 10) * power;
}

static const char *
number_label(struct arena *a, double v, double step)
{
    static const struct {
        double size;
        const char *sign;
    } units[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}};
    if (step >= 1e15 || step < 1e-6)
        return arena_printf(a, "%g", v);
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (step >= units[i].size && v != 0)
            return arena_printf(a, "%s %s", fmt_number(a, v / units[i].size, 0),
                                units[i].sign);
    int decimals = step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;
    return fmt_number(a, v, decimals);
}

size_t
plot_number_ticks(struct arena *a, const struct plot_axis *axis, size_t most,
                  struct plot_tick *out)
{
    size_t n = 0;
    most = most < PLOT_TICKS_MAX ? most : PLOT_TICKS_MAX;
    double step = round_up((axis->to - axis->from) / (double)most);
    double first = ceil(axis->from / step - 1e-9);
    for (int i = 0; n < most; i++) {
        double at = (first + i) * step;
        if (at > axis->to + 1e-9 * step)
            break;
        /* so far from zero that steps do not count they are all the same */
        if (n == 0 || at > out[n - 1].value)
            out[n++] =
                (struct plot_tick){at + 0.0, number_label(a, at + 0.0, step)};
        else
            break;
    }
    return n;
}

enum unit { SECONDS, DAYS, WEEKS, MONTHS };

static const struct step {
    enum unit unit;
    int n;
    double seconds;
} steps[] = {
    {SECONDS, 60, 60},
    {SECONDS, 300, 300},
    {SECONDS, 900, 900},
    {SECONDS, 1800, 1800},
    {SECONDS, 3600, 3600},
    {SECONDS, 10800, 10800},
    {SECONDS, 21600, 21600},
    {SECONDS, 43200, 43200},
    {DAYS, 1, DAY_S},
    {DAYS, 2, 2.0 * DAY_S},
    {WEEKS, 1, 7.0 * DAY_S},
    {WEEKS, 2, 14.0 * DAY_S},
    {MONTHS, 1, 30.4 * DAY_S},
    {MONTHS, 2, 60.8 * DAY_S},
    {MONTHS, 3, 91.3 * DAY_S},
    {MONTHS, 6, 182.6 * DAY_S},
    {MONTHS, 12, 365.2 * DAY_S},
    {MONTHS, 24, 730.5 * DAY_S},
    {MONTHS, 60, 1826.2 * DAY_S},
    {MONTHS, 120, 3652.4 * DAY_S},
    {MONTHS, 300, 9131 * (double)DAY_S},
    {MONTHS, 1200, 36524 * (double)DAY_S},
};

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t
floor_to(int64_t v, int64_t size)
{
    int64_t rest = v % size;
    return v - rest - (rest < 0 ? size : 0);
}

/* The round time at or before ts; with `more`, the one after it. */
static int64_t
round_time(const struct step *s, const char *zone, int64_t ts, bool more)
{
    int64_t days = date_day_start(ts) / DAY_S, size = s->n;
    if (s->unit == SECONDS) {
        int64_t offset = zone_offset_s(zone, ts, NULL);
        int64_t local = floor_to(ts + offset, size) + (more ? size : 0);
        return local - zone_offset_s(zone, local - offset, NULL);
    }
    if (s->unit == DAYS)
        return (floor_to(days, size) + (more ? size : 0)) * DAY_S;
    if (s->unit == WEEKS) { /* day 4 was a Monday */
        size *= 7;
        return (floor_to(days - 4, size) + 4 + (more ? size : 0)) * DAY_S;
    }
    struct date d = date_from_days(days);
    int64_t month =
        floor_to(12 * (int64_t)d.year + d.month - 1, size) + (more ? size : 0);
    return date_to_days((int)(month / 12), (int)(month % 12) + 1, 1) * DAY_S;
}

/* before: the tick to the left; NULL: this one is the first. */
static const char *
time_label(struct arena *a, const struct step *s, const char *zone, int64_t ts,
           const int64_t *before)
{
    bool is_clock = s->unit == SECONDS;
    int64_t offset = is_clock ? zone_offset_s(zone, ts, NULL) : 0;
    int64_t local = ts + offset, day = date_day_start(local);
    struct date d = date_from_days(day / DAY_S), was = {0};
    int64_t was_day = 0;
    if (before != NULL) {
        was_day = date_day_start(*before + offset);
        was = date_from_days(was_day / DAY_S);
    }
    const char *month = months[d.month - 1];
    if (s->unit == MONTHS)
        return s->n >= 12 ? arena_printf(a, "%d", d.year)
                          : arena_printf(a, "%s %d", month, d.year);
    if (!is_clock)
        return d.year != was.year
                   ? arena_printf(a, "%d %s %d", d.day, month, d.year)
                   : arena_printf(a, "%d %s", d.day, month);
    int minute = (int)((local - day) / 60);
    if (minute == 0)
        return arena_printf(a, "%d %s", d.day, month);
    const char *clock = arena_printf(a, "%02d:%02d", minute / 60, minute % 60);
    return before == NULL || was_day != day
               ? arena_printf(a, "%d %s, %s", d.day, month, clock)
               : clock;
}

size_t
plot_time_ticks(struct arena *a, const char *zone, const struct plot_axis *axis,
                size_t most, struct plot_tick *out)
{
    const double earliest = -62e9, latest = 253e9; /* years 6 to 9987 */
    size_t n = 0, i = 0;
    most = most < PLOT_TICKS_MAX ? most : PLOT_TICKS_MAX;
    if (axis->from < earliest || axis->to > latest)
        return 0;
    double size = (axis->to - axis->from) / (double)most;
    while (i + 1 < COUNT_OF(steps) && steps[i].seconds < size)
        i++;
    int64_t ts = round_time(&steps[i], zone, (int64_t)ceil(axis->from), false);
    for (int64_t before = 0; n < most && (double)ts <= axis->to;) {
        if ((double)ts >= axis->from) {
            const int64_t *left = n > 0 ? &before : NULL;
            out[n++] = (struct plot_tick){
                (double)ts, time_label(a, &steps[i], zone, ts, left)};
            before = ts;
        }
        int64_t next = round_time(&steps[i], zone, ts, true);
        if (next <= ts)
            break;
        ts = next;
    }
    return n;
}
