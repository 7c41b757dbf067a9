#include "core/alert_words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static void
conditions_read_back(void **state)
{
    static const char *const same[] = {
        "close above 100000",        "low below -36.98",
        "rsi_14 above 70",           "macd crosses_above macd_signal",
        "change_5 below -7.5",       "volume_spike_20 above 3",
        "open crosses_below vwap",   "high above bb_upper",
        "volume below volume_sma_20"};
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        struct alert_rule rule = {.clear = NAN};
        struct err err;
        assert_true(alert_condition_parse(same[i], &rule, &err));
        assert_string_equal(alert_condition_name(*state, &rule), same[i]);
    }
}

static void
conditions_are_read_as_people_write_them(void **state)
{
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"  close   >\t1e5 ", "close above 100000"},
        {"close < .5", "close below 0.5"},
        {"macd crosses above 0", "macd crosses_above 0"},
        {"macd crosses below macd_signal", "macd crosses_below macd_signal"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct alert_rule rule = {.clear = NAN};
        struct err err;
        assert_true(alert_condition_parse(cases[i].text, &rule, &err));
        assert_string_equal(alert_condition_name(*state, &rule), cases[i].name);
    }
}

static void
what_is_no_condition_is_refused_with_the_word(void **state)
{
    (void)state;
    static const struct {
        const char *text, *named;
    } cases[] = {{"", "no condition"},
                 {"close", "no condition"},
                 {"close above", "no condition"},
                 {"close over 5", "no condition"},
                 {"close above 5 6", "no condition"},
                 {"close crosses 5", "no condition"},
                 {"close crosses crosses_above 5", "no condition"},
                 {"clsoe above 5", "\"clsoe\""},
                 {"close above nan", "\"nan\""},
                 {"change_0 above 5", "\"change_0\""},
                 {"change_501 above 5", "\"change_501\""},
                 {"change_ above 5", "\"change_\""},
                 {"volume_spike_2x above 5", "\"volume_spike_2x\""}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct alert_rule rule = {.clear = NAN};
        struct err err;
        assert_false(alert_condition_parse(cases[i].text, &rule, &err));
        assert_int_equal(err.kind, ERR_INPUT);
        assert_non_null(strstr(err.text, cases[i].named));
    }
}

static void
times_have_units(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        int64_t seconds; /* -1: refused */
    } cases[] = {{"0", 0},      {"90", 90},
                 {"90s", 90},   {"15m", 900},
                 {"4h", 14400}, {"2d", 172800},
                 {"", -1},      {"h", -1},
                 {"-1h", -1},   {"1.5h", -1},
                 {"1w", -1},    {"3653d", 315619200},
                 {"3654d", -1}, {"99999999999999999d", -1}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t seconds = -1;
        struct err err;
        bool ok = alert_duration_parse(cases[i].word, &seconds, &err);
        assert_int_equal(ok, cases[i].seconds >= 0);
        if (ok)
            assert_int_equal(seconds, cases[i].seconds);
    }
}

static void
a_rule_is_told_in_one_sentence(void **state)
{
    struct err err;
    struct alert_rule rule = {.for_bars = 3,
                              .clear = 65,
                              .cooldown_s = 7200,
                              .no_data_s = 0,
                              .interval_s = 3600};
    assert_true(alert_condition_parse("rsi_14 > 70", &rule, &err));
    assert_string_equal(alert_rule_words(*state, &rule),
                        "RSI 14 above 70 on 3 bars in a row, until at or below "
                        "65; at most once in 2 h");
    rule = (struct alert_rule){.for_bars = 1,
                               .clear = NAN,
                               .once = true,
                               .no_data_s = 3 * 3600,
                               .interval_s = 3600};
    assert_true(alert_condition_parse("change_5 < -7", &rule, &err));
    assert_string_equal(alert_rule_words(*state, &rule),
                        "change over 5 bars in percent below -7; once; tells "
                        "when no bar comes for 3 h");
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
        CASE(conditions_read_back),
        CASE(conditions_are_read_as_people_write_them),
        CASE(what_is_no_condition_is_refused_with_the_word),
        CASE(times_have_units),
        CASE(a_rule_is_told_in_one_sentence),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
