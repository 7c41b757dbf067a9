#include "simulator/generate.h"

#include "lib/date.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char *const names[] = {"BTC",  "ETH",   "MSTR", "AAPL",
                                    "MSFT", "THYAO", "SIM",  "SIM24"};

static void
bars_keep_the_rules_of_bars(void **state)
{
    struct arena *a = *state;
    for (size_t k = 0; k < COUNT_OF(names); k++) {
        struct rows r = generate_days(a, 1, generate_find(names[k]));
        assert_true(r.n > 5000);
        for (size_t i = 0; i < r.n; i++) {
            const double *v = r.v + i * ROWS_BARS;
            assert_true(v[ROWS_LOW] > 0);
            assert_true(v[ROWS_LOW] <= fmin(v[ROWS_OPEN], v[ROWS_CLOSE]));
            assert_true(v[ROWS_HIGH] >= fmax(v[ROWS_OPEN], v[ROWS_CLOSE]));
            assert_true(isfinite(v[ROWS_HIGH]) && v[ROWS_VOLUME] > 0);
            assert_true(i == 0 || r.ts[i] > r.ts[i - 1]);
        }
    }
}

static void
a_day_follows_from_the_seed_and_its_date_alone(void **state)
{
    struct arena *a = *state;
    const struct generate_asset *btc = generate_find("BTC");
    struct rows x = generate_days(a, 1, btc), y = generate_days(a, 1, btc);
    struct rows other = generate_days(a, 2, btc);
    assert_int_equal(x.n, y.n);
    assert_memory_equal(x.v, y.v, x.n * ROWS_BARS * sizeof *x.v);
    assert_true(rows_at(&x, 500, ROWS_CLOSE) !=
                rows_at(&other, 500, ROWS_CLOSE));
}

static void
sessions_follow_the_calendar(void **state)
{
    struct arena *a = *state;
    struct rows btc = generate_days(a, 1, generate_find("BTC"));
    assert_int_equal(btc.ts[0], generate_first_ts());
    assert_int_equal(btc.ts[btc.n - 1], generate_last_ts());
    for (size_t i = 1; i < btc.n; i++)
        assert_int_equal(btc.ts[i], btc.ts[i - 1] + DAY_S);
    static const struct {
        const char *name;
        enum holiday_rule rule;
    } cases[] = {{"WTI", HOLIDAY_US_FEDERAL},
                 {"treasury", HOLIDAY_NYSE},
                 {"MSTR", HOLIDAY_NYSE},
                 {"SIM", HOLIDAY_NYSE},
                 {"THYAO", HOLIDAY_BIST}};
    for (size_t k = 0; k < COUNT_OF(cases); k++) {
        struct rows r = generate_days(a, 1, generate_find(cases[k].name));
        size_t at = 0;
        for (int64_t d = btc.ts[0]; d <= btc.ts[btc.n - 1]; d += DAY_S) {
            if (date_weekday(d / DAY_S) > 4 ||
                holiday_is_closed(cases[k].rule, d / DAY_S))
                continue;
            assert_true(at < r.n);
            assert_int_equal(r.ts[at++], d);
        }
        assert_int_equal(at, r.n);
    }
}

static void
prices_stay_plausible(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *name;
        double least, most;
    } cases[] = {{"BTC", 3000, 500000},
                 {"MSTR", 5, 2000},
                 {"AAPL", 30, 1500},
                 {"SIM", 20, 1000},
                 {"ETH", 50, 30000}};
    for (uint64_t seed = 0; seed < 4; seed++)
        for (size_t k = 0; k < COUNT_OF(cases); k++) {
            struct rows r =
                generate_days(a, seed, generate_find(cases[k].name));
            for (size_t i = 0; i < r.n; i++) {
                assert_true(rows_at(&r, i, ROWS_LOW) > cases[k].least);
                assert_true(rows_at(&r, i, ROWS_HIGH) < cases[k].most);
            }
        }
}

static void
the_treasury_agrees_with_mstr_and_bitcoin(void **state)
{
    struct arena *a = *state;
    struct rows btc = generate_days(a, 1, generate_find("BTC"));
    struct rows mstr = generate_days(a, 1, generate_find("MSTR"));
    struct rows t = generate_days(a, 1, generate_find("treasury"));
    assert_int_equal(t.n, mstr.n);
    for (size_t i = 0; i < t.n; i++) {
        const double *v = t.v + i * ROWS_TREASURY;
        struct rows day = rows_slice(&btc, t.ts[i], t.ts[i], 1, false);
        assert_int_equal(t.ts[i], mstr.ts[i]);
        assert_true(v[ROWS_PRICE] == rows_at(&mstr, i, ROWS_CLOSE));
        assert_true(v[ROWS_BTC_PRICE] == rows_at(&day, 0, ROWS_CLOSE));
        double mnav = (v[ROWS_PRICE] * v[ROWS_SHARES] + v[ROWS_DEBT] +
                       v[ROWS_PREFERRED] - v[ROWS_CASH]) /
                      (v[ROWS_HOLDINGS] * v[ROWS_BTC_PRICE]);
        assert_true(mnav > 0.5 && mnav < 5);
    }
}

static void
minutes_make_up_their_day(void **state)
{
    struct arena *a = *state;
    const struct generate_asset *eth = generate_find("ETH");
    struct rows days = generate_days(a, 1, eth);
    for (size_t row = 0; row < 50; row++) {
        struct rows minutes = generate_minutes(a, 1, eth, &days, row);
        assert_int_equal(minutes.n, 1440);
        struct rows day = rows_aggregate(a, &minutes, DAY_S);
        assert_int_equal(day.n, 1);
        assert_int_equal(day.ts[0], days.ts[row]);
        for (int col = ROWS_OPEN; col <= ROWS_CLOSE; col++)
            assert_true(rows_at(&day, 0, col) == rows_at(&days, row, col));
        for (size_t i = 0; i < minutes.n; i++) {
            const double *v = minutes.v + i * ROWS_BARS;
            assert_true(v[ROWS_LOW] <= fmin(v[ROWS_OPEN], v[ROWS_CLOSE]));
            assert_true(v[ROWS_HIGH] >= fmax(v[ROWS_OPEN], v[ROWS_CLOSE]));
        }
    }
}

static int
open_arena(void **state)
{
    *state = arena_new();
    return 0;
}

static int
close_arena(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_arena, close_arena)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bars_keep_the_rules_of_bars),
        TEST(a_day_follows_from_the_seed_and_its_date_alone),
        TEST(sessions_follow_the_calendar),
        TEST(prices_stay_plausible),
        TEST(the_treasury_agrees_with_mstr_and_bitcoin),
        TEST(minutes_make_up_their_day),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
