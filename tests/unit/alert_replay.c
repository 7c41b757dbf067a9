#include "core/alert_replay.h"

#include "core/alert_words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { HOUR = 3600, BARS = 6000 };

struct market {
    int64_t ts[BARS], session[BARS];
    double open[BARS], high[BARS], low[BARS], close[BARS], volume[BARS];
    double indicator[INDICATOR_COUNT][BARS];
};

static struct market *
market_of(struct arena *a, unsigned seed)
{
    struct market *m = arena_alloc(a, sizeof *m);
    struct indicator_state state;
    double price = 100, *out[INDICATOR_COUNT];
    int64_t ts = 0;
    for (size_t i = 0; i < BARS; i++) {
        ts += rand_r(&seed) % 50 == 0 ? 5 * HOUR : HOUR;
        m->ts[i] = ts;
        m->session[i] = ts / 86400;
        m->open[i] = price;
        price *= exp((rand_r(&seed) % 2001 - 1000) / 50000.0);
        m->close[i] = price;
        m->high[i] = fmax(m->open[i], price) + 0.1;
        m->low[i] = fmin(m->open[i], price) - 0.1;
        m->volume[i] =
            rand_r(&seed) % 90 == 0 ? (double)NAN : rand_r(&seed) % 100;
    }
    const struct indicator_bars bars = {.n = BARS,
                                        .high = m->high,
                                        .low = m->low,
                                        .close = m->close,
                                        .volume = m->volume,
                                        .session = m->session};
    for (size_t i = 0; i < INDICATOR_COUNT; i++)
        out[i] = m->indicator[i];
    indicator_start(&state);
    indicator_feed(&state, &bars, out);
    return m;
}

static void
feed(struct alert_replay *r, struct market *m, size_t from, size_t n)
{
    double *indicators[INDICATOR_COUNT];
    const struct alert_columns in = {.n = n,
                                     .open = m->open + from,
                                     .high = m->high + from,
                                     .low = m->low + from,
                                     .close = m->close + from,
                                     .volume = m->volume + from,
                                     .indicators = indicators};
    for (size_t i = 0; i < INDICATOR_COUNT; i++)
        indicators[i] = m->indicator[i] + from;
    alert_replay_feed(r, m->ts + from, &in);
}

static struct alert_rule
rule_of(const char *condition)
{
    struct err err;
    struct alert_rule rule = {.for_bars = 1, .clear = NAN, .interval_s = HOUR};
    assert_true(alert_condition_parse(condition, &rule, &err));
    return rule;
}

static const char *const conditions[] = {
    "close above 100",
    "rsi_14 above 65",
    "macd crosses above macd_signal",
    "close crosses below vwap",
    "change_7 below -3",
    "volume_spike_20 above 1.8",
    "sma_20 below change_500",
};

static void
assert_same(const struct alert_replay_summary *x,
            const struct alert_replay_summary *y)
{
    assert_int_equal(x->fired, y->fired);
    assert_int_equal(x->resolved, y->resolved);
    assert_int_equal(x->lost, y->lost);
    assert_int_equal(x->flaps, y->flaps);
    assert_int_equal(x->active_s, y->active_s);
    assert_int_equal(x->longest_active_s, y->longest_active_s);
    assert_int_equal(x->n_events, y->n_events);
    for (size_t i = 0; i < x->n_events; i++) {
        assert_int_equal(x->events[i].kind, y->events[i].kind);
        assert_int_equal(x->events[i].ts, y->events[i].ts);
        assert_memory_equal(&x->events[i].left, &y->events[i].left,
                            sizeof(double));
    }
}

static void
portions_of_any_size_give_the_same(void **state)
{
    unsigned seed = 5;
    struct arena *a = *state;
    struct market *m = market_of(a, 1);
    for (size_t k = 0; k < COUNT_OF(conditions); k++) {
        struct alert_rule rule = rule_of(conditions[k]);
        struct alert_replay_summary whole, parts;
        rule.no_data_s = 2 * HOUR;
        struct alert_replay *x = alert_replay_new(a, &rule, INT64_MIN);
        struct alert_replay *y = alert_replay_new(a, &rule, INT64_MIN);
        feed(x, m, 0, BARS);
        for (size_t at = 0, n; at < BARS; at += n) {
            n = 1 + (size_t)rand_r(&seed) % 700;
            n = n < BARS - at ? n : BARS - at;
            feed(y, m, at, n);
        }
        alert_replay_sum(a, x, &whole);
        alert_replay_sum(a, y, &parts);
        assert_int_equal(whole.bars, BARS);
        assert_true(whole.fired > 3 || k == 6);
        assert_same(&whole, &parts);
    }
}

/* As many bars before as it asks for are enough. */
static void
a_later_beginning_gives_the_same(void **state)
{
    struct arena *a = *state;
    struct market *m = market_of(a, 2);
    const size_t from = 3000;
    for (size_t k = 0; k < COUNT_OF(conditions); k++) {
        struct alert_rule rule = rule_of(conditions[k]);
        size_t back = (size_t)alert_replay_lookback(&rule);
        struct alert_replay_summary tail, whole;
        struct alert_replay *x = alert_replay_new(a, &rule, m->ts[from]);
        struct alert_replay *y = alert_replay_new(a, &rule, m->ts[from]);
        feed(x, m, from - back, BARS - from + back);
        feed(y, m, 0, BARS);
        alert_replay_sum(a, x, &tail);
        alert_replay_sum(a, y, &whole);
        assert_int_equal(tail.first_ts, m->ts[from]);
        assert_int_equal(tail.bars, BARS - from);
        assert_same(&tail, &whole);
    }
}

static void
the_summary_counts_what_happened(void **state)
{
    struct arena *a = *state;
    static const double close[] = {1, 6, 1, 6, 6, 1, 1, 1, 1, 1, 1, 1, 6, 6};
    enum { N = COUNT_OF(close) };
    int64_t ts[N];
    struct alert_rule rule = rule_of("close above 5");
    struct alert_replay *r = alert_replay_new(a, &rule, INT64_MIN);
    struct alert_replay_summary s;
    for (int i = 0; i < N; i++)
        ts[i] = (int64_t)i * HOUR;
    const struct alert_columns in = {.n = N, .close = close};
    alert_replay_feed(r, ts, &in);
    alert_replay_sum(a, r, &s);
    assert_int_equal(s.fired, 3);    /* at 1, 3 and 12 */
    assert_int_equal(s.resolved, 2); /* at 2 and 5 */
    assert_int_equal(s.flaps, 1);    /* 3 came one bar after 2 */
    assert_true(s.median_gap_s == 5.5 * HOUR);
    assert_int_equal(s.longest_active_s, 2 * HOUR);
    assert_int_equal(s.active_s, (1 + 2 + 1) * HOUR);
    assert_true(s.is_active);
    assert_int_equal(s.n_events, 5);
}

static void
a_replay_without_bars_is_empty(void **state)
{
    struct alert_rule rule = rule_of("close above 5");
    struct alert_replay *r = alert_replay_new(*state, &rule, INT64_MIN);
    struct alert_replay_summary s;
    alert_replay_sum(*state, r, &s);
    assert_int_equal(s.bars, 0);
    assert_int_equal(s.fired, 0);
    assert_true(isnan(s.median_gap_s));
    assert_false(s.is_active);
}

static void
only_the_newest_events_are_kept(void **state)
{
    enum { N = 2 * ALERT_REPLAY_EVENTS };
    struct arena *a = *state;
    double *close = arena_array(a, N, sizeof *close);
    int64_t *ts = arena_array(a, N, sizeof *ts);
    struct alert_rule rule = rule_of("close above 5");
    struct alert_replay *r = alert_replay_new(a, &rule, INT64_MIN);
    struct alert_replay_summary s;
    for (size_t i = 0; i < N; i++) {
        close[i] = i % 2 == 0 ? 9 : 1;
        ts[i] = (int64_t)i * HOUR;
    }
    const struct alert_columns in = {.n = N, .close = close};
    alert_replay_feed(r, ts, &in);
    alert_replay_sum(a, r, &s);
    assert_int_equal(s.fired, N / 2);
    assert_int_equal(s.n_events, ALERT_REPLAY_EVENTS);
    assert_int_equal(s.left_out, N - ALERT_REPLAY_EVENTS);
    assert_int_equal(s.events[0].ts, ts[N - ALERT_REPLAY_EVENTS]);
    assert_int_equal(s.events[s.n_events - 1].ts, ts[N - 1]);
}

/* The lowest and highest value of the bars of a stretch, holes left out. */
static void
check_stretch(const struct market *m, size_t from, size_t n, const double *ts,
              const double *value, size_t points)
{
    double low = NAN, high = NAN;
    for (size_t i = from; i < from + n && i < BARS; i++) {
        low = fmin(low, m->indicator[INDICATOR_sma_200][i]);
        high = fmax(high, m->indicator[INDICATOR_sma_200][i]);
    }
    for (size_t k = 0; k < points; k++) {
        size_t at = from;
        while (m->ts[at] != (int64_t)ts[k])
            at++;
        assert_true(at < from + n);
        double is = m->indicator[INDICATOR_sma_200][at];
        assert_true(isnan(value[k]) ? isnan(low) : is == value[k]);
        assert_true(isnan(low) || value[k] == low || value[k] == high);
    }
}

static void
drawn_values_are_the_extremes_of_each_stretch(void **state)
{
    enum { PER = 8 }; /* 6000 bars on 1024 stretches */
    struct arena *a = *state;
    struct market *m = market_of(a, 11);
    struct alert_rule rule = rule_of("sma_200 above close");
    struct alert_replay *r = alert_replay_new(a, &rule, INT64_MIN);
    struct alert_trace *left = alert_trace_new(a), *right = alert_trace_new(a);
    struct alert_replay_summary s;
    alert_replay_draw(r, left, right);
    for (size_t from = 0, n; from < BARS; from += n) {
        n = 700 < BARS - from ? 700 : BARS - from;
        feed(r, m, from, n);
    }
    struct alert_points p = alert_trace_points(a, left);
    size_t used = 0, stretches = 0;
    for (size_t from = 0; from < BARS; from += PER, stretches++) {
        size_t n = 0, end = from + PER < BARS ? from + PER : BARS;
        while (used + n < p.n && p.ts[used + n] <= (double)m->ts[end - 1])
            n++;
        assert_in_range(n, 1, 2);
        check_stretch(m, from, end - from, p.ts + used, p.value + used, n);
        used += n;
    }
    assert_int_equal(used, p.n);
    assert_true(stretches <= ALERT_TRACE_STRETCHES);
    assert_true(alert_trace_points(a, right).n > stretches);
    alert_replay_sum(a, r, &s);
    assert_true(s.left == m->indicator[INDICATOR_sma_200][BARS - 1]);
    assert_true(s.right == m->close[BARS - 1]);
    assert_int_equal(s.state.last_ts, m->ts[BARS - 1]);
}

static void
few_bars_are_drawn_one_by_one(void **state)
{
    const int64_t ts[] = {60, 120, 180};
    const double close[] = {1, NAN, 3};
    struct arena *a = *state;
    struct alert_trace *t = alert_trace_new(a);
    alert_trace_feed(t, ts, close, 3);
    struct alert_points p = alert_trace_points(a, t);
    assert_int_equal(p.n, 3);
    assert_true(p.ts[1] == 120 && isnan(p.value[1]));
    assert_true(p.value[0] == 1 && p.value[2] == 3);
}

static int
setup(void **state)
{
    *state = arena_new();
    return 0;
}

static int
teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(portions_of_any_size_give_the_same),
        CASE(a_later_beginning_gives_the_same),
        CASE(the_summary_counts_what_happened),
        CASE(a_replay_without_bars_is_empty),
        CASE(only_the_newest_events_are_kept),
        CASE(drawn_values_are_the_extremes_of_each_stretch),
        CASE(few_bars_are_drawn_one_by_one),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
