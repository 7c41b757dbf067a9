/* What a rule costs: replayed over a million bars, and on a new bar. */
#include "core/alert_replay.h"
#include "core/alert_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BARS = 1000000, ROUNDS = 5, RULES = 10000, MINUTE = 60 };

static double
now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct market {
    double *open, *high, *low, *close, *volume;
    int64_t *ts, *session;
};

static struct market
market_of(struct arena *a, size_t n)
{
    unsigned seed = 1;
    double price = 100;
    struct market m = {
        .open = arena_array(a, n, sizeof(double)),
        .high = arena_array(a, n, sizeof(double)),
        .low = arena_array(a, n, sizeof(double)),
        .close = arena_array(a, n, sizeof(double)),
        .volume = arena_array(a, n, sizeof(double)),
        .ts = arena_array(a, n, sizeof(int64_t)),
        .session = arena_array(a, n, sizeof(int64_t)),
    };
    for (size_t i = 0; i < n; i++) {
        m.open[i] = price;
        price *= exp((rand_r(&seed) % 2001 - 1000) / 500000.0);
        m.close[i] = price;
        m.high[i] = fmax(m.open[i], price);
        m.low[i] = fmin(m.open[i], price);
        m.volume[i] = rand_r(&seed) % 100;
        m.ts[i] = (int64_t)i * MINUTE;
        m.session[i] = m.ts[i] / 86400;
    }
    return m;
}

/* Indicators included, as a live rule would see them: those that a rule names
 * are computed on the way. */
static void
feed(struct alert_replay *r, const struct alert_rule *rule,
     const struct market *m, struct arena *a)
{
    enum { PORTION = 4096 };
    struct indicator_state state;
    double *out[INDICATOR_COUNT] = {0};
    const struct alert_term *terms[] = {&rule->left, &rule->right};
    bool any = false;
    for (size_t i = 0; i < 2; i++)
        if (terms[i]->kind == ALERT_INDICATOR) {
            out[terms[i]->indicator] = arena_array(a, PORTION, sizeof(double));
            any = true;
        }
    indicator_start(&state);
    for (size_t at = 0, n; at < BARS; at += n) {
        n = BARS - at < PORTION ? BARS - at : PORTION;
        const struct indicator_bars bars = {.n = n,
                                            .high = m->high + at,
                                            .low = m->low + at,
                                            .close = m->close + at,
                                            .volume = m->volume + at,
                                            .session = m->session + at};
        const struct alert_columns in = {.n = n,
                                         .open = m->open + at,
                                         .high = m->high + at,
                                         .low = m->low + at,
                                         .close = m->close + at,
                                         .volume = m->volume + at,
                                         .indicators = out};
        if (any)
            indicator_feed(&state, &bars, out);
        alert_replay_feed(r, m->ts + at, &in);
    }
}

static void
replay(const struct market *m, const char *condition)
{
    struct err err;
    struct alert_rule rule = {
        .for_bars = 1, .clear = NAN, .interval_s = MINUTE};
    double best = INFINITY;
    int64_t fired = 0;
    if (!alert_condition_parse(condition, &rule, &err))
        abort();
    for (int i = 0; i < ROUNDS; i++) {
        struct arena *a = arena_new();
        struct alert_replay_summary sum;
        double began = now_ms();
        struct alert_replay *r = alert_replay_new(a, &rule, INT64_MIN);
        feed(r, &rule, m, a);
        alert_replay_sum(a, r, &sum);
        best = fmin(best, now_ms() - began);
        fired = sum.fired;
        arena_free(a);
    }
    printf("replay of 1,000,000 bars, %-32s %6.1f ms (%lld firings; bound 50 "
           "ms)\n",
           condition, best, (long long)fired);
}

/* RULES rules, each with one bar more; their terms are there. */
static void
step(const struct market *m)
{
    struct arena *a = arena_new();
    struct err err;
    struct alert_state *states = arena_array(a, RULES, sizeof *states);
    struct alert_rule rule = {
        .for_bars = 2, .clear = NAN, .interval_s = MINUTE};
    double best = INFINITY;
    size_t n_events = 0;
    if (!alert_condition_parse("close above 100", &rule, &err))
        abort();
    for (size_t i = 0; i < RULES; i++)
        alert_start(&states[i]);
    for (size_t bar = 0; bar < 100; bar++) {
        double began = now_ms();
        for (size_t i = 0; i < RULES; i++) {
            const struct alert_bars one = {
                .n = 1, .ts = m->ts + bar, .left = m->close + bar + i};
            struct alert_event e;
            for (size_t at = 0; alert_feed(&states[i], &rule, &one, &at, &e);)
                n_events++;
        }
        best = fmin(best, now_ms() - began);
    }
    printf("one more bar for 10,000 rules, evaluation alone        %6.2f ms "
           "(%zu events)\n",
           best, n_events);
    arena_free(a);
}

int
main(void)
{
    struct arena *a = arena_new();
    struct market m = market_of(a, BARS);
    replay(&m, "close above 100");
    replay(&m, "rsi_14 above 70");
    replay(&m, "macd crosses above macd_signal");
    replay(&m, "close crosses below bb_lower");
    replay(&m, "change_60 below -1");
    replay(&m, "volume_spike_20 above 1.8");
    step(&m);
    arena_free(a);
    return 0;
}
