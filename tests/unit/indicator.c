#include "core/indicator.h"
#include "tests/lib/indicatorcase.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

typedef long double real;

enum { MANY = 2000000 };

static uint64_t seed;

static double
uniform(void)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (double)((seed * 2685821657736338717ULL) >> 11) / 9007199254740992.0;
}

/* Prices that wander between 1e-6 and 1e6, with still stretches and jumps;
 * sessions of 100 bars. */
static struct series
wandering(struct arena *a, size_t n)
{
    struct series s = series_of(a, n);
    seed = 20260401;
    double size = 0;
    for (size_t i = 0; i < n; i++) {
        if (i % 1000 == 0)
            size = uniform() * 0.02;
        double old = i ? s.close[i - 1] : 100;
        double factor = i % 30011 == 0 ? 1 + uniform() : 1;
        double drift = old > 1e6 ? -1e-3 : old < 1e-6 ? 1e-3 : 0;
        bool still = i % 5000 >= 4000 && i % 5000 < 4200;
        s.close[i] =
            still ? old : old * factor * (1 + drift + size * (uniform() - .5));
        s.high[i] = fmax(s.close[i], old) * (1 + (still ? 0 : .01 * uniform()));
        s.low[i] = fmin(s.close[i], old) * (1 - (still ? 0 : .01 * uniform()));
        s.volume[i] = i % 97 == 0 ? 0 : exp(20 * uniform());
        s.session[i] = (int64_t)i / 100;
    }
    return s;
}

/* The same by the textbook, in long double: windows summed anew for each bar
 * from `last` before the end, the others from the first bar on. */
static real
window_mean(const double *x, size_t at, size_t period)
{
    real sum = 0;
    for (size_t i = 0; i < period; i++)
        sum += x[at - i];
    return sum / period;
}

struct smooth {
    real level, sum;
    size_t seen, period;
    bool wilder;
};

static void
smooth_add(struct smooth *m, real x)
{
    if (++m->seen <= m->period) {
        m->sum += x;
        m->level = m->sum / m->period;
    } else if (m->wilder)
        m->level = (m->level * (m->period - 1) + x) / m->period;
    else
        m->level += (x - m->level) * 2 / (m->period + 1);
}

struct book {
    struct smooth ema_12, ema_26, ema_50, fast, signal, rise, fall, range, adx;
    real up, down, traded, volume;
};

static void
book_start(struct book *b)
{
    *b = (struct book){
        .ema_12 = {.period = 12},
        .ema_26 = {.period = 26},
        .ema_50 = {.period = 50},
        .fast = {.period = 12},
        .signal = {.period = 9},
        .rise = {.period = 14, .wilder = true},
        .fall = {.period = 14, .wilder = true},
        .range = {.period = 14, .wilder = true},
        .adx = {.period = 14, .wilder = true},
    };
}

static void
book_movement(struct book *b, const struct series *s, size_t i)
{
    real c = s->close[i], old = s->close[i - 1], h = s->high[i], l = s->low[i];
    smooth_add(&b->rise, c > old ? c - old : 0);
    smooth_add(&b->fall, c < old ? old - c : 0);
    smooth_add(&b->range, fmaxl(h - l, fmaxl(fabsl(h - old), fabsl(l - old))));
    real up = h - s->high[i - 1], down = s->low[i - 1] - l;
    real plus = up > down && up > 0 ? up : 0;
    real minus = down > up && down > 0 ? down : 0;
    b->up = (i < 14 ? b->up : b->up - b->up / 14) + plus;
    b->down = (i < 14 ? b->down : b->down - b->down / 14) + minus;
    if (i < 14)
        return;
    if (b->up + b->down > 0)
        smooth_add(&b->adx, 100 * fabsl(b->up - b->down) / (b->up + b->down));
    else if (b->adx.seen < 14)
        smooth_add(&b->adx, 0);
}

static void
book_add(struct book *b, const struct series *s, size_t i)
{
    real c = s->close[i];
    smooth_add(&b->ema_12, c);
    smooth_add(&b->ema_26, c);
    smooth_add(&b->ema_50, c);
    if (i >= 14)
        smooth_add(&b->fast, c);
    if (i >= 25)
        smooth_add(&b->signal, b->fast.level - b->ema_26.level);
    if (i > 0)
        book_movement(b, s, i);
    if (i == 0 || s->session[i] != s->session[i - 1])
        b->traded = b->volume = 0;
    b->traded +=
        ((real)s->high[i] + s->low[i] + s->close[i]) / 3 * s->volume[i];
    b->volume += s->volume[i];
}

static real
book_raw_k(const struct series *s, size_t at)
{
    double top = s->high[at], bottom = s->low[at];
    for (size_t i = 1; i < 14; i++) {
        top = fmax(top, s->high[at - i]);
        bottom = fmin(bottom, s->low[at - i]);
    }
    return top > bottom
               ? 100 * ((real)s->close[at] - bottom) / ((real)top - bottom)
               : 0;
}

static real
book_k(const struct series *s, size_t at)
{
    return (book_raw_k(s, at) + book_raw_k(s, at - 1) + book_raw_k(s, at - 2)) /
           3;
}

static real
book_deviation(const struct series *s, size_t at)
{
    real mean = window_mean(s->close, at, 20), sum = 0;
    for (size_t i = 0; i < 20; i++)
        sum += (s->close[at - i] - mean) * (s->close[at - i] - mean);
    return sqrtl(sum / 20);
}

static real
book_value(const struct book *b, const struct series *s, size_t i, int id)
{
    real moved = b->rise.level + b->fall.level;
    switch (id) {
    case INDICATOR_sma_20:
    case INDICATOR_bb_middle:
        return window_mean(s->close, i, 20);
    case INDICATOR_sma_50:
        return window_mean(s->close, i, 50);
    case INDICATOR_sma_100:
        return window_mean(s->close, i, 100);
    case INDICATOR_sma_200:
        return window_mean(s->close, i, 200);
    case INDICATOR_ema_12:
        return b->ema_12.level;
    case INDICATOR_ema_26:
        return b->ema_26.level;
    case INDICATOR_ema_50:
        return b->ema_50.level;
    case INDICATOR_rsi_14:
        return moved > 0 ? 100 * b->rise.level / moved : 0;
    case INDICATOR_macd:
        return b->fast.level - b->ema_26.level;
    case INDICATOR_macd_signal:
        return b->signal.level;
    case INDICATOR_macd_hist:
        return b->fast.level - b->ema_26.level - b->signal.level;
    case INDICATOR_bb_upper:
        return window_mean(s->close, i, 20) + 2 * book_deviation(s, i);
    case INDICATOR_bb_lower:
        return window_mean(s->close, i, 20) - 2 * book_deviation(s, i);
    case INDICATOR_stoch_k:
        return book_k(s, i);
    case INDICATOR_stoch_d:
        return (book_k(s, i) + book_k(s, i - 1) + book_k(s, i - 2)) / 3;
    case INDICATOR_atr_14:
        return b->range.level;
    case INDICATOR_adx_14:
        return b->adx.level;
    case INDICATOR_vwap:
        return b->volume > 0 ? b->traded / b->volume : NAN;
    case INDICATOR_volume_sma_20:
        return window_mean(s->volume, i, 20);
    default:
        fail_msg("no reference for indicator %d", id);
        return NAN;
    }
}

/* To 1e-9 of the value. Differences of prices (MACD and what is made of it)
 * may be as near to zero as they like: to 1e-9 of a thousandth of the price. */
static void
near(const struct series *s, size_t i, int id, real wanted)
{
    double got = s->out[id][i];
    if (isnan((double)wanted) && isnan(got))
        return;
    real scale = fabsl(wanted);
    if (id == INDICATOR_macd || id == INDICATOR_macd_signal ||
        id == INDICATOR_macd_hist)
        scale = fmaxl(scale, 1e-3L * s->close[i]);
    if (!(fabsl(got - wanted) <= 1e-9L * scale))
        fail_msg("%s at bar %zu is %.17g, not %.17Lg", indicator_all[id].name,
                 i, got, wanted);
}

static void
compare(const struct series *s, size_t from)
{
    struct book b;
    book_start(&b);
    for (size_t i = 0; i < s->n; i++) {
        book_add(&b, s, i);
        for (int id = 0; i >= from && id < INDICATOR_COUNT; id++)
            if ((int64_t)i >= indicator_all[id].warm)
                near(s, i, id, book_value(&b, s, i, id));
            else if (!isnan(s->out[id][i]))
                fail_msg("%s is not NaN at bar %zu", indicator_all[id].name, i);
    }
}

static void
equal_the_textbook_from_the_first_bar(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series s = wandering(a, 7000);
    feed_all(&s);
    compare(&s, 0);
    arena_free(a);
}

static void
do_not_drift_in_two_million_bars(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series s = wandering(a, MANY);
    feed_all(&s);
    compare(&s, MANY - 2000);
    arena_free(a);
}

static void
same_bits(const struct series *one, const struct series *two, size_t n)
{
    for (size_t id = 0; id < INDICATOR_COUNT; id++)
        for (size_t i = 0; i < n; i++)
            if (memcmp(&one->out[id][i], &two->out[id][i], sizeof(double)) !=
                    0 &&
                !(isnan(one->out[id][i]) && isnan(two->out[id][i])))
                fail_msg("%s differs at bar %zu: %.17g, %.17g",
                         indicator_all[id].name, i, one->out[id][i],
                         two->out[id][i]);
}

static void
portions_do_not_change_a_bit(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series one = wandering(a, 3000), two = wandering(a, 3000);
    feed_all(&one);
    static const size_t portions[] = {1, 2, 3, 7, 63, 64, 127, 128, 129, 1000};
    for (size_t p = 0; p < COUNT_OF(portions); p++) {
        struct indicator_state s;
        indicator_start(&s);
        for (size_t i = 0; i < two.n; i += portions[p]) {
            size_t left = two.n - i;
            feed(&s, &two, i, left < portions[p] ? left : portions[p]);
        }
        same_bits(&one, &two, two.n);
    }
    arena_free(a);
}

static void
a_stored_state_carries_on(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series one = wandering(a, 2000), two = wandering(a, 2000);
    feed_all(&one);
    struct indicator_state s;
    indicator_start(&s);
    for (size_t i = 0; i < two.n; i += 37) {
        unsigned char stored[sizeof(s)];
        memcpy(stored, &s, sizeof(s));
        memset(&s, 0xa5, sizeof(s));
        assert_true(indicator_state_is_valid(stored, sizeof(stored)));
        memcpy(&s, stored, sizeof(s));
        feed(&s, &two, i, two.n - i < 37 ? two.n - i : 37);
    }
    same_bits(&one, &two, two.n);
    assert_false(indicator_state_is_valid(&s, sizeof(s) - 1));
    s.version++;
    assert_false(indicator_state_is_valid(&s, sizeof(s)));
    arena_free(a);
}

static void
equal_states_are_equal_bytes(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series s = wandering(a, 1000);
    struct indicator_state one, two;
    indicator_start(&one);
    indicator_start(&two);
    feed(&one, &s, 0, 1000);
    for (size_t i = 0; i < 1000; i += 10)
        feed(&two, &s, i, 10);
    assert_memory_equal(&one, &two, sizeof(one));
    arena_free(a);
}

static void
columns_may_lie_anywhere_or_be_missing(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    size_t n = 100003; /* long enough for stores past the caches */
    struct series one = wandering(a, n), two = wandering(a, n);
    feed_all(&one);
    struct indicator_state s;
    indicator_start(&s);
    double *out[INDICATOR_COUNT];
    for (size_t i = 0; i < INDICATOR_COUNT; i++) {
        two.out[i] += i % 2;
        two.out[i][n - 1 + (i % 2 == 0)] = 4711; /* just behind the column */
        out[i] = i % 5 == 0 ? NULL : two.out[i];
        if (i % 5 == 0)
            memcpy(two.out[i], one.out[i], n * sizeof(double));
    }
    double *guard = two.out[0] + n;
    *guard = 4711;
    struct indicator_bars bars = bars_of(&two, 0, n);
    indicator_feed(&s, &bars, out);
    same_bits(&one, &two, n);
    assert_true(*guard == 4711);
    arena_free(a);
}

static void
a_still_price_has_no_width_and_no_movement(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    static const double prices[] = {0.1, 1e-8, 97531.8642, -36.98, 0};
    for (size_t p = 0; p < COUNT_OF(prices); p++) {
        struct series s = series_of(a, 30000);
        for (size_t i = 0; i < s.n; i++)
            s.high[i] = s.low[i] = s.close[i] = prices[p];
        feed_all(&s);
        double size = fabs(prices[p]) * 1e-14;
        for (size_t i = 199; i < s.n; i++) {
            assert_true(fabs(s.out[INDICATOR_sma_200][i] - prices[p]) <= size);
            assert_true(fabs(s.out[INDICATOR_ema_50][i] - prices[p]) <= size);
            assert_true(fabs(s.out[INDICATOR_macd_hist][i]) <= size);
            assert_true(s.out[INDICATOR_bb_upper][i] ==
                        s.out[INDICATOR_bb_lower][i]);
            assert_true(s.out[INDICATOR_rsi_14][i] == 0);
            assert_true(s.out[INDICATOR_stoch_k][i] == 0);
            assert_true(s.out[INDICATOR_atr_14][i] == 0);
            assert_true(s.out[INDICATOR_adx_14][i] == 0);
            assert_true(s.out[INDICATOR_volume_sma_20][i] == 0);
            assert_true(isnan(s.out[INDICATOR_vwap][i]));
        }
    }
    arena_free(a);
}

static void
a_price_that_comes_to_rest_keeps_its_rsi_until_nothing_is_left(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series s = wandering(a, 20000);
    for (size_t i = 300; i < s.n; i++)
        s.high[i] = s.low[i] = s.close[i] = s.close[299];
    feed_all(&s);
    double rsi = s.out[INDICATOR_rsi_14][310];
    assert_true(rsi > 0 && rsi < 100);
    for (size_t i = 310; i < 5000; i++)
        assert_true(fabs(s.out[INDICATOR_rsi_14][i] - rsi) < 1e-9);
    double adx = s.out[INDICATOR_adx_14][9000];
    assert_true(adx > 0 && adx <= 100);
    assert_true(s.out[INDICATOR_rsi_14][s.n - 1] == 0);
    assert_true(s.out[INDICATOR_atr_14][s.n - 1] == 0);
    assert_true(fabs(s.out[INDICATOR_adx_14][s.n - 1] - adx) < 1e-9);
    arena_free(a);
}

static void
a_bar_that_is_not_finite_is_as_if_it_were_not_there(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series whole = wandering(a, 1000), holed = series_of(a, 2000);
    feed_all(&whole);
    size_t n = 0, at[1000];
    for (size_t i = 0; i < whole.n; i++) {
        for (size_t k = 0; k < (i % 50 == 0 ? 2 : 0); k++, n++) {
            holed.high[n] = i % 100 == 0 ? NAN : 1;
            holed.low[n] = i % 100 == 0 ? 1 : -INFINITY;
            holed.close[n] = 1;
        }
        at[i] = n;
        holed.high[n] = whole.high[i];
        holed.low[n] = whole.low[i];
        holed.close[n] = whole.close[i];
        holed.volume[n] = whole.volume[i];
        holed.session[n++] = whole.session[i];
    }
    holed.n = n;
    feed_all(&holed);
    for (size_t id = 0; id < INDICATOR_COUNT; id++)
        for (size_t i = 0; i < whole.n; i++) {
            double one = whole.out[id][i], two = holed.out[id][at[i]];
            assert_true(one == two || (isnan(one) && isnan(two)));
            if (i > 0 && at[i] > at[i - 1] + 1)
                assert_true(isnan(holed.out[id][at[i] - 1]));
        }
    arena_free(a);
}

static void
a_missing_volume_is_over_after_a_full_window(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series one = wandering(a, 1000), two = wandering(a, 1000);
    two.volume[550] = NAN;
    feed_all(&one);
    feed_all(&two);
    for (size_t i = 0; i < two.n; i++) {
        assert_true(isnan(two.out[INDICATOR_volume_sma_20][i]) ==
                    (i < 19 || (i >= 550 && i < 570)));
        bool none = i >= 550 && i < 600;
        assert_true(isnan(two.out[INDICATOR_vwap][i]) ==
                    (none || isnan(one.out[INDICATOR_vwap][i])));
        two.out[INDICATOR_volume_sma_20][i] =
            one.out[INDICATOR_volume_sma_20][i];
        two.out[INDICATOR_vwap][i] = one.out[INDICATOR_vwap][i];
    }
    same_bits(&one, &two, two.n);
    arena_free(a);
}

static void
without_sessions_each_bar_is_one(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series s = wandering(a, 300);
    struct indicator_bars bars = bars_of(&s, 0, s.n);
    bars.session = NULL;
    struct indicator_state st;
    indicator_start(&st);
    indicator_feed(&st, &bars, s.out);
    for (size_t i = 0; i < s.n; i++)
        if (s.volume[i] > 0)
            assert_true(fabs(s.out[INDICATOR_vwap][i] -
                             (s.high[i] + s.low[i] + s.close[i]) / 3) <
                        1e-12 * s.close[i]);
    bars.volume = NULL;
    indicator_start(&st);
    indicator_feed(&st, &bars, s.out);
    for (size_t i = 0; i < s.n; i++)
        assert_true(isnan(s.out[INDICATOR_vwap][i]) &&
                    isnan(s.out[INDICATOR_volume_sma_20][i]));
    arena_free(a);
}

static void
the_list_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < INDICATOR_COUNT; i++) {
        const struct indicator *d = &indicator_all[i];
        assert_ptr_equal(indicator_find(d->name), d);
        assert_true(d->title[0] && d->pane[0] && d->inputs != 0);
        assert_int_equal(d->help[strlen(d->help) - 1], '.');
        assert_true(indicator_unit_name(d->unit)[0] != '\0');
    }
    assert_null(indicator_find("sma_21"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_the_textbook_from_the_first_bar),
        cmocka_unit_test(do_not_drift_in_two_million_bars),
        cmocka_unit_test(portions_do_not_change_a_bit),
        cmocka_unit_test(a_stored_state_carries_on),
        cmocka_unit_test(equal_states_are_equal_bytes),
        cmocka_unit_test(columns_may_lie_anywhere_or_be_missing),
        cmocka_unit_test(a_still_price_has_no_width_and_no_movement),
        cmocka_unit_test(
            a_price_that_comes_to_rest_keeps_its_rsi_until_nothing_is_left),
        cmocka_unit_test(a_bar_that_is_not_finite_is_as_if_it_were_not_there),
        cmocka_unit_test(a_missing_volume_is_over_after_a_full_window),
        cmocka_unit_test(without_sessions_each_bar_is_one),
        cmocka_unit_test(the_list_is_sound),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
