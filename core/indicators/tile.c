#include "core/indicators/tile.h"

#include <math.h>

enum {
    LINE_VALUES = 64 / sizeof(double), /* of a cache line */
    TILE_CACHE_LINES = TILE_BARS / LINE_VALUES,
    AHEAD_AT_ONCE = 14,
};

/* Copies of lines in fours: too short for a call of memcpy to pay. Rooms are
 * whole fours; what is copied beyond a line's values is never read. `to` may
 * overlap `from` when it lies before it. */
TILE_INLINE void
fours(double *to, const double *from, size_t n)
{
    for (size_t i = 0; i < n; i += 4) {
        quad four;
        memcpy(&four, from + i, sizeof(four));
        memcpy(to + i, &four, sizeof(four));
    }
}

void
tile_load(struct tile *t, const struct indicator_state *s,
          double *const *columns)
{
    t->columns = columns;
    const double *from = s->tail;
    memcpy(t->level, s->level, sizeof(t->level));
    t->first = s->bars;
    t->last_session = s->session;
#define LINE(name, behind)                                                     \
    memcpy(TILE_LINE(t, name) - (behind), from, (behind) * sizeof(double));    \
    from += (behind);
    TILE_LINES(LINE)
#undef LINE
}

void
tile_save(const struct tile *t, struct indicator_state *s)
{
    double *to = s->tail;
    memcpy(s->level, t->level, sizeof(t->level));
    s->bars = t->first;
    s->session = t->last_session;
#define LINE(name, behind)                                                     \
    memcpy(to, TILE_LINE(t, name) - (behind), (behind) * sizeof(double));      \
    to += (behind);
    TILE_LINES(LINE)
#undef LINE
}

TILE_VECTORS static void
shift(struct tile *t)
{
#define LINE(name, behind)                                                     \
    fours(t->name##_line, t->name##_line + t->n, TILE_ROOM_##name);
    TILE_LINES(LINE)
#undef LINE
}

void
tile_advance(struct tile *t)
{
    shift(t);
    t->first += (int64_t)t->n;
}

/* Copies prices; true when all are finite. */
TILE_VECTORS static bool
prices(struct tile *t, const struct indicator_bars *in, size_t from, size_t n)
{
    const double *from_high = in->high + from, *from_low = in->low + from,
                 *from_close = in->close + from;
    double *restrict high = TILE_LINE(t, high),
                     *restrict low = TILE_LINE(t, low),
                     *restrict close = TILE_LINE(t, close);
    int64_t broken = 0;
    for (size_t i = 0; i < n; i++) {
        double h = from_high[i], l = from_low[i], c = from_close[i];
        double zero = (h - h) + (l - l) + (c - c); /* else NaN */
        broken += zero != 0;
        high[i] = h;
        low[i] = l;
        close[i] = c;
    }
    return broken == 0;
}

TILE_VECTORS static void
sessions(struct tile *t, const int64_t *session)
{
    t->starts[0] = t->first == 0 || session[0] != t->last_session;
    for (size_t i = 1; i < t->n; i++)
        t->starts[i] = session[i] != session[i - 1];
    t->last_session = session[t->n - 1];
}

bool
tile_fill(struct tile *t, const struct indicator_bars *in, size_t from)
{
    size_t room = TILE_BARS - (size_t)(t->first % TILE_BARS);
    t->n = in->n - from < room ? in->n - from : room;
    if (!prices(t, in, from, t->n)) {
        size_t n = 0;
        while (isfinite(in->high[from + n]) && isfinite(in->low[from + n]) &&
               isfinite(in->close[from + n]))
            n++;
        t->n = n;
        if (n == 0)
            return false;
    }
    t->at = from;
    bool is_full = t->n == TILE_BARS;
    for (size_t id = 0; id < INDICATOR_COUNT; id++)
        t->out[id] =
            t->columns[id] && is_full ? t->columns[id] + from : t->room[id];
    t->ahead = is_full && in->n - from >= 2 * TILE_BARS
                   ? INDICATOR_COUNT * TILE_CACHE_LINES
                   : 0;
    double *volume = TILE_LINE(t, volume);
    if (in->volume)
        memcpy(volume, in->volume + from, t->n * sizeof(double));
    else
        for (size_t i = 0; i < t->n; i++)
            volume[i] = NAN;
    if (in->session)
        sessions(t, in->session + from);
    else
        memset(t->starts, true, t->n);
    return true;
}

void
tile_ahead(struct tile *t)
{
    for (size_t k = 0; k < AHEAD_AT_ONCE && t->ahead > 0; k++) {
        size_t id = --t->ahead / TILE_CACHE_LINES;
        size_t line = t->ahead % TILE_CACHE_LINES + TILE_CACHE_LINES;
        if (t->columns[id])
            __builtin_prefetch(t->columns[id] + t->at + line * LINE_VALUES, 1,
                               2);
    }
}

void
tile_emit(struct tile *t)
{
    for (size_t id = 0; id < INDICATOR_COUNT; id++) {
        if (!t->columns[id])
            continue;
        int64_t cold = indicator_all[id].warm - t->first;
        for (int64_t i = 0; i < cold && i < (int64_t)t->n; i++)
            t->out[id][i] = NAN;
        if (t->out[id] == t->room[id])
            memcpy(t->columns[id] + t->at, t->out[id], t->n * sizeof(double));
    }
}
