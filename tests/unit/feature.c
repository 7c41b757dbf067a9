#include "core/feature.h"
#include "lib/arena.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MAX = 2000 };

struct series {
    size_t n;
    int64_t ts[MAX], session[MAX];
    double high[MAX], low[MAX], close[MAX], volume[MAX];
    bool open[MAX];
    double out[FEATURE_COUNT][MAX], indicators[INDICATOR_COUNT][MAX];
};

static uint64_t seed;

static double
uniform(void)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (double)((seed * 2685821657736338717ULL) >> 11) / 9007199254740992.0;
}

static void
random_bar(struct series *s, size_t i)
{
    double old = i ? s->close[i - 1] : 100;
    s->ts[i] = 1700000000 + 900 * (int64_t)i;
    s->session[i] = s->ts[i] / 86400;
    s->close[i] = old * (1 + 0.02 * (uniform() - 0.5));
    s->high[i] = fmax(old, s->close[i]) * (1 + 0.01 * uniform());
    s->low[i] = fmin(old, s->close[i]) * (1 - 0.01 * uniform());
    s->volume[i] = uniform() < 0.05 ? 0 : 1000 * uniform();
    s->open[i] = uniform() < 0.5;
}

static struct series *
random_series(struct arena *a, size_t n)
{
    struct series *s = arena_alloc(a, sizeof(*s));
    seed = 20260402;
    s->n = n;
    for (size_t i = 0; i < n; i++)
        random_bar(s, i);
    return s;
}

static void
feed(struct feature_state *state, struct series *s, size_t from, size_t n)
{
    double *out[FEATURE_COUNT], *indicators[INDICATOR_COUNT];
    for (size_t i = 0; i < FEATURE_COUNT; i++)
        out[i] = s->out[i] + from;
    for (size_t i = 0; i < INDICATOR_COUNT; i++)
        indicators[i] = s->indicators[i] + from;
    struct feature_bars bars = {
        .bars = {.n = n,
                 .high = s->high + from,
                 .low = s->low + from,
                 .close = s->close + from,
                 .volume = s->volume + from,
                 .session = s->session + from},
        .ts = s->ts + from,
        .market_open = s->open + from,
    };
    feature_feed(state, &bars, out, indicators);
}

static void
feed_all(struct series *s)
{
    struct feature_state state;
    feature_start(&state);
    feed(&state, s, 0, s->n);
}

static bool
same(double a, double b)
{
    return memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b));
}

static void
same_bits(const struct series *one, const struct series *two, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t id = 0; id < FEATURE_COUNT; id++)
            if (!same(one->out[id][i], two->out[id][i]))
                fail_msg("%s differs at bar %zu: %.17g, %.17g",
                         feature_all[id].name, i, one->out[id][i],
                         two->out[id][i]);
        for (size_t id = 0; id < INDICATOR_COUNT; id++)
            assert_true(same(one->indicators[id][i], two->indicators[id][i]));
    }
}

/* Reads the bars that the reference prints. */
static void
read_bars(struct series *s, FILE *in)
{
    char line[400], open;
    long long ts, session;
    double h, l, c, v;
    while (s->n < 700 && fgets(line, sizeof(line), in)) {
        assert_int_equal(sscanf(line, "bar %lld %c %lf %lf %lf %lf %lld", &ts,
                                &open, &h, &l, &c, &v, &session),
                         7);
        size_t i = s->n++;
        s->ts[i] = ts, s->session[i] = session, s->open[i] = open == '1';
        s->high[i] = h, s->low[i] = l, s->close[i] = c, s->volume[i] = v;
    }
}

/* How exact a value can be: differences of near numbers lose digits, and so
 * does what is made of them. */
static double
tolerance(const struct series *s, int id, size_t i, double wanted)
{
    double size = fabs(wanted);
    if (id == FEATURE_volume_momentum_10 || id == FEATURE_price_volume_trend_20)
        return 1e-9 * fmax(size, 1);
    if (id == FEATURE_momentum_10)
        return 1e-9 * fmax(size, 1e-3 * fabs(s->close[i]));
    return 1e-9 * fmax(size, 1e-3);
}

static void
agree_with_numpy(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series *s = arena_alloc(a, sizeof(*s));
    FILE *in = popen("/usr/bin/python3 tests/lib/feature_reference.py", "r");
    assert_non_null(in);
    read_bars(s, in);
    assert_int_equal(s->n, 700);
    feed_all(s);
    char name[40], text[40];
    size_t bar, checked[FEATURE_COUNT] = {0};
    while (fscanf(in, "value %39s %zu %39s\n", name, &bar, text) == 3) {
        const struct feature *f = feature_find(name);
        if (!f)
            fail_msg("there is no feature %s", name);
        int id = (int)(f - feature_all);
        double got = s->out[id][bar], wanted = strtod(text, NULL);
        bool good = isnan(wanted)
                        ? isnan(got)
                        : fabs(got - wanted) <= tolerance(s, id, bar, wanted);
        if (!good)
            fail_msg("%s at bar %zu is %.17g, not %s", name, bar, got, text);
        checked[id]++;
    }
    assert_int_equal(pclose(in), 0);
    for (size_t id = 0; id < FEATURE_COUNT; id++)
        if (checked[id] != s->n)
            fail_msg("%s was not checked", feature_all[id].name);
    arena_free(a);
}

static void
later_bars_change_nothing(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series *before = random_series(a, 900);
    feed_all(before);
    static const size_t at[] = {0, 1, 19, 34, 127, 128, 200, 255, 256, 700};
    for (size_t k = 0; k < COUNT_OF(at); k++) {
        struct series *after = random_series(a, 900);
        seed = 4711 + k;
        for (size_t i = at[k] + 1; i < after->n; i++) {
            random_bar(after, i);
            after->close[i] *= 3;
            after->volume[i] = NAN;
            after->ts[i] += 7200;
        }
        if (k % 2)
            after->n = at[k] + 1; /* or are not there */
        feed_all(after);
        same_bits(before, after, at[k] + 1);
        assert_true(k % 2 || at[k] < 10 ||
                    !same(before->out[FEATURE_return_1][at[k] + 1],
                          after->out[FEATURE_return_1][at[k] + 1]));
    }
    arena_free(a);
}

static void
one_row_is_what_the_batch_has(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series *one = random_series(a, 1200), *two = random_series(a, 1200);
    feed_all(one);
    static const size_t portions[] = {1, 2, 19, 128, 255, 256, 257};
    for (size_t p = 0; p < COUNT_OF(portions); p++) {
        struct feature_state s;
        feature_start(&s);
        for (size_t i = 0; i < two->n; i += portions[p]) {
            unsigned char stored[sizeof(s)];
            memcpy(stored, &s, sizeof(s));
            memset(&s, 0x5a, sizeof(s));
            assert_true(feature_state_is_valid(stored, sizeof(stored)));
            memcpy(&s, stored, sizeof(s));
            size_t left = two->n - i;
            feed(&s, two, i, left < portions[p] ? left : portions[p]);
        }
        same_bits(one, two, two->n);
    }
    struct feature_state s;
    feature_start(&s);
    assert_false(feature_state_is_valid(&s, sizeof(s) - 8));
    s.indicators.version++;
    assert_false(feature_state_is_valid(&s, sizeof(s)));
    arena_free(a);
}

static void
are_nan_until_warm_and_not_longer(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series *s = random_series(a, 400);
    for (size_t i = 0; i < s->n; i++)
        s->volume[i] += 1;
    feed_all(s);
    for (size_t id = 0; id < FEATURE_COUNT; id++)
        for (int i = 0; i < (int)s->n; i++)
            if (isnan(s->out[id][i]) != (i < feature_all[id].warm))
                fail_msg("%s at bar %d is %g", feature_all[id].name, i,
                         s->out[id][i]);
    arena_free(a);
}

static void
a_bar_that_is_not_finite_is_as_if_it_were_not_there(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series *whole = random_series(a, 600), *holed = random_series(a, 0);
    feed_all(whole);
    for (size_t i = 0; i < whole->n; i++)
        for (int hole = i % 70 == 3; hole >= 0; hole--) {
            size_t to = holed->n++;
            holed->ts[to] = whole->ts[i],
            holed->session[to] = whole->session[i];
            holed->high[to] = whole->high[i], holed->low[to] = whole->low[i];
            holed->close[to] = hole ? NAN : whole->close[i];
            holed->volume[to] = whole->volume[i];
            holed->open[to] = whole->open[i];
        }
    feed_all(holed);
    size_t at = 0;
    for (size_t i = 0; i < holed->n; i++) {
        bool hole = isnan(holed->close[i]);
        for (size_t id = 0; id < FEATURE_COUNT; id++)
            assert_true(hole ? isnan(holed->out[id][i])
                             : same(holed->out[id][i], whole->out[id][at]));
        at += !hole;
    }
    assert_int_equal(at, whole->n);
    arena_free(a);
}

static void
columns_that_are_not_wanted_may_be_missing(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series *one = random_series(a, 300), *two = random_series(a, 300);
    feed_all(one);
    struct feature_bars bars = {.bars = {two->n, two->high, two->low,
                                         two->close, two->volume, two->session},
                                .ts = two->ts};
    double *out[FEATURE_COUNT] = {NULL};
    out[FEATURE_hour] = two->out[FEATURE_hour];
    out[FEATURE_market_open] = two->out[FEATURE_market_open];
    struct feature_state s;
    feature_start(&s);
    feature_feed(&s, &bars, out, NULL);
    for (size_t i = 0; i < two->n; i++) {
        assert_true(two->out[FEATURE_hour][i] == one->out[FEATURE_hour][i]);
        assert_true(two->out[FEATURE_market_open][i] == 1);
    }
    arena_free(a);
}

static void
the_list_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        assert_ptr_equal(feature_find(feature_all[i].name), &feature_all[i]);
        assert_true(feature_all[i].formula[0] != '\0');
        assert_true(feature_unit_name(feature_all[i].unit)[0] != '\0');
        assert_null(indicator_find(feature_all[i].name));
    }
    assert_null(feature_find("return_2"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agree_with_numpy),
        cmocka_unit_test(later_bars_change_nothing),
        cmocka_unit_test(one_row_is_what_the_batch_has),
        cmocka_unit_test(are_nan_until_warm_and_not_longer),
        cmocka_unit_test(a_bar_that_is_not_finite_is_as_if_it_were_not_there),
        cmocka_unit_test(columns_that_are_not_wanted_may_be_missing),
        cmocka_unit_test(the_list_is_sound),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
