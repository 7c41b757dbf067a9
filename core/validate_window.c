/* The rules about a row among others, against a window of the bars before it:
 * a constant amount of work for each row. */
#include "core/calendar_sessions.h"
#include "core/validate_own.h"

#include "lib/date.h"
#include "lib/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = VALIDATE_WINDOW_BARS, HOUR_S = 3600 };

/* The least that is taken for a usual move, as a log return: smaller ones are
 * the grid of prices, not risk. */
static const double USUAL_MIN = 0.0025;

/* Nine in ten of normal returns are smaller than so many standard deviations.
 */
static const double NINE_IN_TEN = 1.6449;

/* --- the window ---------------------------------------------------------- */

void
validate_window_start(struct validate_window *w)
{
    *w = (struct validate_window){.last_close = NAN};
    for (size_t i = 0; i < WINDOW; i++)
        w->returns[i] = w->volumes[i] = NAN;
}

/* NaN where there is none. */
static double
log_return(double last_close, double close)
{
    return last_close > 0 && close > 0 ? fabs(log(close / last_close)) : NAN;
}

static void
push(struct validate_window *w, double close, double log_ret, double volume)
{
    size_t at = w->n++ % WINDOW;
    w->returns[at] = log_ret;
    w->volumes[at] = volume;
    w->last_close = close;
}

void
validate_window_add(struct validate_window *w, double close, double volume)
{
    push(w, close, log_return(w->last_close, close), volume);
}

bool
validate_window_get(struct db *db, int64_t instrument_id, int32_t interval_s,
                    int64_t ts, struct validate_window *out, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    validate_window_start(out);
    /* one more: the first return needs the close before it */
    bool ok =
        db_query(a, db, SQL_bar_window,
                 DB_ARGS(fmt_i64(a, instrument_id), fmt_i64(a, interval_s),
                         fmt_i64(a, ts), fmt_i64(a, WINDOW + 1)),
                 &rows, err);
    for (int i = ok ? db_count(rows) : 0; i-- > 0;)
        validate_window_add(out, db_f64(rows, i, "close"),
                            db_f64(rows, i, "volume"));
    arena_free(a);
    return ok;
}

/* The numbers among a ring's. */
static size_t
numbers(const double ring[WINDOW], double out[WINDOW])
{
    size_t n = 0;
    for (size_t i = 0; i < WINDOW; i++)
        if (!isnan(ring[i]))
            out[n++] = ring[i];
    return n;
}

static int
by_size(const void *x, const void *y)
{
    double p = *(const double *)x, q = *(const double *)y;
    return p < q ? -1 : p > q;
}

/* --- session ------------------------------------------------------------- */

static const char *
day_words(struct arena *a, int64_t ts)
{
    static const char *const names[] = {"Monday",   "Tuesday", "Wednesday",
                                        "Thursday", "Friday",  "Saturday",
                                        "Sunday"};
    return arena_printf(a, "%s, %.10s",
                        names[date_weekday(date_day_start(ts) / DAY_S)],
                        date_format_iso(a, ts));
}

/* Publishers, whose calendars have no hours, report on some holidays, too: of
 * those the weekday counts alone. */
static bool
is_session_day(const struct calendar *c, int64_t ts)
{
    if (calendar_has_hours(c))
        return calendar_is_session(c, ts);
    return (c->weekdays >> date_weekday(date_day_start(ts) / DAY_S) & 1) != 0;
}

/* Is the bar inside a session, or within slack_s of one? The range of times
 * for which this is so goes into the window, for the next rows. */
static bool
in_session(const struct validate_judge *j, struct validate_window *w,
           int64_t slack_s)
{
    const struct calendar *c = j->context->calendar;
    int64_t ts = j->row->ts;
    struct resample_session *s;
    size_t n;
    if (j->context->interval_s >= DAY_S || !calendar_has_hours(c)) {
        w->open_from = date_day_start(ts);
        w->open_to = w->open_from + DAY_S;
        return is_session_day(c, ts);
    }
    /* a bar that a session begins in is in it */
    int64_t before_s = slack_s + j->context->interval_s - 1;
    calendar_sessions(j->a, c, ts - slack_s - DAY_S, ts + before_s + DAY_S, &s,
                      &n);
    for (size_t i = 0; i < n; i++) {
        w->open_from = s[i].open_ts - before_s;
        w->open_to = s[i].close_ts + slack_s;
        if (ts >= w->open_from && ts < w->open_to)
            return true;
    }
    return false;
}

static bool
check_session(struct validate_judge *j, struct validate_window *w)
{
    const struct calendar *c = j->context->calendar;
    int64_t ts = j->row->ts;
    double hours = j->rules->rule[VALIDATE_SESSION].threshold;
    if (c == NULL || (ts >= w->open_from && ts < w->open_to) ||
        j->rules->rule[VALIDATE_SESSION].severity == VALIDATE_OFF)
        return false;
    hours = hours > 0 ? fmin(hours, 24) : 0;
    if (in_session(j, w, (int64_t)(hours * HOUR_S)))
        return false;
    w->open_from = w->open_to = 0;
    struct validate_said f = {"time", validate_time(j->a, ts), NULL};
    if (!is_session_day(c, ts))
        f.expected = arena_printf(j->a, "a day with a session of %s, not a %s",
                                  c->title, day_words(j->a, ts));
    else
        f.expected =
            arena_printf(j->a, "a time within %.4g hours of a session of %s",
                         hours, c->title);
    return validate_broken(j, VALIDATE_SESSION, false, &f);
}

/* --- jumps --------------------------------------------------------------- */

static const char *
close_words(struct arena *a, const struct validate_judge *j, double last)
{
    return arena_printf(a, "%s after %s", validate_number(a, j->row->close),
                        validate_number(a, last));
}

static bool
check_jump(struct validate_judge *j, struct validate_window *w)
{
    double last = w->last_close;
    double limit = isnan(j->context->jump_frac)
                       ? j->rules->rule[VALIDATE_JUMP].threshold
                       : j->context->jump_frac;
    /* false while a number is missing */
    if (!(fabs(j->row->close - last) > limit * fabs(last)))
        return false;
    struct validate_said f = {"close", close_words(j->a, j, last),
                              arena_printf(j->a, "a change of at most %s %%",
                                           validate_number(j->a, limit * 100))};
    return validate_broken(j, VALIDATE_JUMP, false, &f);
}

/* What a move of that size usually is. */
static const char *
cause_words(struct arena *a, double log_ret)
{
    double times = exp(log_ret), whole = round(times);
    static const double units[] = {10, 100, 1000};
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (fabs(times / units[i] - 1) < 0.1)
            return arena_printf(
                a, "; about %.0f times: another unit, or a split?", units[i]);
    if (whole >= 2 && whole <= 20 && fabs(times / whole - 1) < 0.03)
        return arena_printf(a, "; about %.0f times: a split?", whole);
    return "";
}

/* 0 where the window says nothing. */
static double
usual_move(const struct validate_window *w)
{
    double r[WINDOW];
    size_t n = numbers(w->returns, r);
    if (n < VALIDATE_RETURNS_MIN)
        return 0;
    qsort(r, n, sizeof *r, by_size);
    double usual = r[n * 9 / 10] / NINE_IN_TEN;
    return usual > 0 ? fmax(usual, USUAL_MIN) : 0;
}

static bool
check_jump_z(struct validate_judge *j, struct validate_window *w, double r)
{
    double limit = j->rules->rule[VALIDATE_JUMP_Z].threshold;
    /* most rows end here: false while a number is missing */
    if (!(r > limit * USUAL_MIN) ||
        j->rules->rule[VALIDATE_JUMP_Z].severity == VALIDATE_OFF)
        return false;
    double usual = usual_move(w);
    if (usual == 0 || r <= limit * usual)
        return false;
    struct validate_said f = {
        "close", close_words(j->a, j, w->last_close),
        arena_printf(j->a,
                     "a move of at most %s times the usual %s %% (this is %s "
                     "times)%s",
                     validate_about(j->a, limit),
                     validate_about(j->a, usual * 100),
                     validate_about(j->a, r / usual), cause_words(j->a, r))};
    return validate_broken(j, VALIDATE_JUMP_Z, false, &f);
}

/* --- volume -------------------------------------------------------------- */

struct volumes {
    double largest, smallest, mean; /* the mean without the largest */
    size_t n;
};

/* Summed from the oldest on, so that the sum does not depend on where the ring
 * begins. */
static struct volumes
volumes_of(const struct validate_window *w)
{
    struct volumes v = {-INFINITY, INFINITY, NAN, 0};
    double sum = 0;
    for (size_t i = 0; i < WINDOW; i++) {
        double x = w->volumes[(w->n + i) % WINDOW];
        if (isnan(x))
            continue;
        v.n++;
        sum += x;
        v.largest = x > v.largest ? x : v.largest;
        v.smallest = x < v.smallest ? x : v.smallest;
    }
    v.mean = (sum - v.largest) / (double)(v.n - 1);
    return v;
}

/* False for most rows at a glance: the average is never below what eight of
 * the volumes less their largest make of it, nor the smallest above one of
 * them. True where any of these is missing. */
static bool
may_stand_out(const struct validate_window *w, double x, double limit)
{
    enum { SOME = 8 };
    double sum = 0, largest = 0, v = NAN;
    for (size_t i = 1; i <= SOME; i++) {
        v = w->volumes[(w->n + WINDOW - i) % WINDOW];
        sum += v;
        largest = v > largest ? v : largest;
    }
    return !(x * (WINDOW - 1) <= limit * (sum - largest) && x * limit >= v);
}

static bool
check_volume(struct validate_judge *j, struct validate_window *w)
{
    double x = j->row->volume, limit;
    limit = j->rules->rule[VALIDATE_VOLUME_SPIKE].threshold;
    if (!(x >= 0) || !(limit > 0) ||
        j->rules->rule[VALIDATE_VOLUME_SPIKE].severity == VALIDATE_OFF ||
        !may_stand_out(w, x, limit))
        return false;
    struct volumes v = volumes_of(w);
    if (v.n < VALIDATE_VOLUMES_MIN || !(v.mean > 0))
        return false;
    struct validate_said f = {"volume", validate_number(j->a, x), NULL};
    if (x > limit * v.mean)
        f.expected = arena_printf(
            j->a, "at most %s times the average of the bars before, %s",
            validate_about(j->a, limit), validate_about(j->a, v.mean));
    else if (x * limit < v.smallest && v.smallest * limit >= v.mean)
        f.expected = arena_printf(
            j->a, "at least 1/%s of %s, the smallest of the bars before",
            validate_about(j->a, limit), validate_about(j->a, v.smallest));
    else
        return false;
    return validate_broken(j, VALIDATE_VOLUME_SPIKE, false, &f);
}

/* --- the whole ----------------------------------------------------------- */

bool
validate_in_window(struct arena *a, const struct validate_rules *rules,
                   const struct validate_context *context,
                   struct validate_window *w, const struct series_row *row,
                   struct validate_findings *out)
{
    struct validate_judge j = {a, rules, context, row, out};
    double r = log_return(w->last_close, row->close);
    if (check_session(&j, w) || check_jump(&j, w) || check_jump_z(&j, w, r) ||
        check_volume(&j, w))
        return false;
    push(w, row->close, r, row->volume);
    return true;
}
