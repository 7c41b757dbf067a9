#include "core/calendar_bars.h"

#include "core/calendar_sessions.h"
#include "lib/date.h"

/* No market of ours closes for longer; bounds the search for a session. */
enum { CLOSED_MAX_DAYS = 30 };

/* The bars of one session: n of them from first_ts on. */
struct stretch {
    int64_t first_ts;
    int64_t n_before; /* bars of the sessions before */
};

struct calendar_bars {
    int32_t interval_s;
    struct stretch *stretches; /* n, and an end with n_before */
    size_t n;
};

enum calendar_grid
calendar_grid_of(int32_t interval_s, int64_t bar_ts)
{
    return bar_ts % interval_s == 0 ? CALENDAR_GRID_UTC
                                    : CALENDAR_GRID_SESSIONS;
}

static int64_t
floor_to(int64_t ts, int64_t unit)
{
    int64_t rest = ts % unit;
    return ts - (rest < 0 ? rest + unit : rest);
}

/* The first bar of a session; how many it has. */
static int64_t
bars_of(const struct resample_session *s, int32_t interval_s,
        enum calendar_grid grid, int64_t *first_ts)
{
    if (interval_s >= DAY_S) {
        *first_ts = s->day_ts;
        return 1;
    }
    *first_ts = grid == CALENDAR_GRID_UTC ? floor_to(s->open_ts, interval_s)
                                          : s->open_ts;
    return (s->close_ts - *first_ts + interval_s - 1) / interval_s;
}

bool
calendar_is_open(const struct calendar *c, int64_t ts)
{
    struct resample_session s;
    /* a session may lie on its date's neighbours in UTC */
    for (int64_t day = date_day_start(ts) - DAY_S; day <= ts + DAY_S;
         day += DAY_S)
        if (calendar_session(c, day, &s) && s.open_ts <= ts && ts < s.close_ts)
            return true;
    return false;
}

/* How long after its opening time a bar is due. */
static int64_t
due_after_s(const struct calendar *c, int32_t interval_s)
{
    if (interval_s >= DAY_S)
        return c->late_after_s;
    int64_t patience = c->late_after_s - DAY_S;
    return interval_s + (patience > CALENDAR_BARS_PATIENCE_S
                             ? patience
                             : CALENDAR_BARS_PATIENCE_S);
}

/* The bars of the session of a day; of a daily bar only whether there is one.
 */
static int64_t
bars_of_day(const struct calendar *c, int32_t interval_s, int64_t day_ts,
            int64_t *first_ts)
{
    struct resample_session s = {.day_ts = day_ts};
    if (interval_s >= DAY_S ? !calendar_is_session(c, day_ts)
                            : !calendar_session(c, day_ts, &s))
        return 0;
    return bars_of(&s, interval_s, CALENDAR_GRID_UTC, first_ts);
}

int64_t
calendar_bar_last_due(const struct calendar *c, int32_t interval_s,
                      int64_t now_ts)
{
    int64_t newest = now_ts - due_after_s(c, interval_s);
    int64_t day = date_day_start(newest) + DAY_S;
    for (int i = 0; i < CLOSED_MAX_DAYS + 2; i++, day -= DAY_S) {
        int64_t first, n = bars_of_day(c, interval_s, day, &first);
        if (n == 0 || first > newest)
            continue;
        int64_t past = (newest - first) / interval_s;
        return first + (past < n ? past : n - 1) * interval_s;
    }
    return floor_to(newest, interval_s);
}

int64_t
calendar_bar_next_due(const struct calendar *c, int32_t interval_s,
                      int64_t now_ts, int64_t *due_ts)
{
    int64_t newest = now_ts - due_after_s(c, interval_s);
    int64_t day = date_day_start(newest) - DAY_S;
    int64_t next = floor_to(newest, interval_s) + interval_s;
    for (int i = 0; i < CLOSED_MAX_DAYS + 2; i++, day += DAY_S) {
        int64_t first, n = bars_of_day(c, interval_s, day, &first);
        int64_t last = n > 0 ? first + (n - 1) * interval_s : newest;
        if (last <= newest)
            continue;
        int64_t past = first > newest ? 0 : (newest - first) / interval_s + 1;
        next = first + past * interval_s;
        break;
    }
    *due_ts = next + due_after_s(c, interval_s);
    return next;
}

enum freshness
calendar_bars_freshness(const struct calendar *c, int32_t interval_s,
                        int64_t last_ts, int64_t now_ts)
{
    if (interval_s >= DAY_S)
        return calendar_freshness(c, last_ts, now_ts);
    if (last_ts == 0)
        return FRESH_EMPTY;
    if (interval_s < CALENDAR_BARS_PATIENCE_S)
        last_ts += CALENDAR_BARS_PATIENCE_S - interval_s;
    if (last_ts <
        calendar_bar_last_due(c, interval_s, now_ts - c->stale_after_s))
        return FRESH_STALE;
    if (last_ts < calendar_bar_last_due(c, interval_s, now_ts))
        return FRESH_LATE;
    return calendar_is_open(c, now_ts) ? FRESH_OK : FRESH_CLOSED;
}

/* Room for n sessions and the end. */
static void
make_room(struct arena *a, struct calendar_bars *b, size_t n)
{
    b->stretches = arena_array(a, n + 1, sizeof *b->stretches);
    b->stretches[0] = (struct stretch){.first_ts = INT64_MAX};
}

static void
add(struct calendar_bars *b, const struct resample_session *s,
    enum calendar_grid grid)
{
    struct stretch *at = &b->stretches[b->n++];
    int64_t n = bars_of(s, b->interval_s, grid, &at->first_ts);
    b->stretches[b->n] =
        (struct stretch){.first_ts = INT64_MAX, .n_before = at->n_before + n};
}

/* Sessions by date: their hours do not matter to daily bars. */
static void
add_days(struct arena *a, struct calendar_bars *b, const struct calendar *c,
         int64_t from_ts, int64_t to_ts)
{
    int64_t first = date_to_days(1970, 1, 1) * DAY_S;
    int64_t last = date_to_days(2101, 1, 1) * DAY_S - 1;
    int64_t day = date_day_start(from_ts < first ? first : from_ts);
    if (to_ts > last)
        to_ts = last;
    size_t cap = to_ts < day ? 0 : (size_t)((to_ts - day) / DAY_S) + 1;
    make_room(a, b, cap);
    for (; day <= to_ts; day += DAY_S)
        if (calendar_is_session(c, day))
            add(b, &(struct resample_session){.day_ts = day},
                CALENDAR_GRID_UTC);
}

struct calendar_bars *
calendar_bars_new(struct arena *a, const struct calendar *c, int32_t interval_s,
                  enum calendar_grid grid, int64_t from_ts, int64_t to_ts)
{
    struct calendar_bars *b = arena_alloc(a, sizeof *b);
    struct resample_session *sessions;
    size_t n;
    *b = (struct calendar_bars){.interval_s = interval_s};
    if (interval_s >= DAY_S) {
        add_days(a, b, c, from_ts, to_ts);
        return b;
    }
    /* in UTC a bar may begin before its session does */
    calendar_sessions(a, c, from_ts,
                      to_ts < INT64_MAX - DAY_S ? to_ts + interval_s : to_ts,
                      &sessions, &n);
    make_room(a, b, n);
    for (size_t i = 0; i < n; i++)
        add(b, &sessions[i], grid);
    return b;
}

static int64_t
bars_in(const struct calendar_bars *b, size_t i)
{
    return b->stretches[i + 1].n_before - b->stretches[i].n_before;
}

/* How many of the sessions begin at ts or earlier. */
static size_t
begun(const struct calendar_bars *b, int64_t ts)
{
    size_t low = 0, high = b->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (b->stretches[middle].first_ts <= ts)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Bars that open at ts or earlier. */
static int64_t
count_until(const struct calendar_bars *b, int64_t ts)
{
    size_t i = begun(b, ts);
    if (i == 0)
        return 0;
    const struct stretch *s = &b->stretches[i - 1];
    int64_t past = (ts - s->first_ts) / b->interval_s + 1;
    int64_t n = bars_in(b, i - 1);
    return s->n_before + (past < n ? past : n);
}

int64_t
calendar_bars_count(const struct calendar_bars *b, int64_t from_ts,
                    int64_t to_ts)
{
    if (to_ts < from_ts)
        return 0;
    return count_until(b, to_ts) -
           (from_ts == INT64_MIN ? 0 : count_until(b, from_ts - 1));
}

int64_t
calendar_bars_until(const struct calendar_bars *b, int64_t ts)
{
    size_t i = begun(b, ts);
    if (i == 0)
        return INT64_MIN;
    const struct stretch *s = &b->stretches[i - 1];
    int64_t past = (ts - s->first_ts) / b->interval_s;
    int64_t last = bars_in(b, i - 1) - 1;
    return s->first_ts + (past < last ? past : last) * b->interval_s;
}

int64_t
calendar_bars_from(const struct calendar_bars *b, int64_t ts)
{
    size_t i = begun(b, ts);
    if (i > 0) {
        const struct stretch *s = &b->stretches[i - 1];
        int64_t next = (ts - s->first_ts + b->interval_s - 1) / b->interval_s;
        if (next < bars_in(b, i - 1))
            return s->first_ts + next * b->interval_s;
    }
    return b->stretches[i].first_ts; /* of the end: INT64_MAX */
}
