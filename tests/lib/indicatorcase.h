/* Bars and all indicators of them, for the tests of indicators. */
#ifndef TESTS_LIB_INDICATORCASE_H
#define TESTS_LIB_INDICATORCASE_H

#include "core/indicator.h"
#include "lib/arena.h"

struct series {
    size_t n;
    double *high, *low, *close, *volume;
    int64_t *session;
    double *out[INDICATOR_COUNT];
};

static inline struct series
series_of(struct arena *a, size_t n)
{
    struct series s = {.n = n};
    s.high = arena_array(a, n + 1, sizeof(double));
    s.low = arena_array(a, n + 1, sizeof(double));
    s.close = arena_array(a, n + 1, sizeof(double));
    s.volume = arena_array(a, n + 1, sizeof(double));
    s.session = arena_array(a, n + 1, sizeof(int64_t));
    for (size_t i = 0; i < INDICATOR_COUNT; i++)
        s.out[i] = arena_array(a, n + 1, sizeof(double));
    return s;
}

static inline struct indicator_bars
bars_of(const struct series *s, size_t from, size_t n)
{
    return (struct indicator_bars){.n = n,
                                   .high = s->high + from,
                                   .low = s->low + from,
                                   .close = s->close + from,
                                   .volume = s->volume + from,
                                   .session = s->session + from};
}

static inline void
feed(struct indicator_state *state, struct series *s, size_t from, size_t n)
{
    double *out[INDICATOR_COUNT];
    for (size_t i = 0; i < INDICATOR_COUNT; i++)
        out[i] = s->out[i] + from;
    struct indicator_bars bars = bars_of(s, from, n);
    indicator_feed(state, &bars, out);
}

static inline void
feed_all(struct series *s)
{
    struct indicator_state state;
    indicator_start(&state);
    feed(&state, s, 0, s->n);
}

#endif
