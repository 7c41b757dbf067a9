#include "lib/format.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define THIN "\u202f"

static int
arena_make(void **state)
{
    *state = arena_new();
    return 0;
}

static int
arena_drop(void **state)
{
    arena_free(*state);
    return 0;
}

static void
parameters_read_back_exactly(void **state)
{
    struct arena *a = *state;
    assert_string_equal(fmt_i64(a, INT64_MIN), "-9223372036854775808");
    assert_string_equal(fmt_f64(a, 0.1), "0.1");
    assert_true(strtod(fmt_f64(a, 1.0 / 3), NULL) == 1.0 / 3);
    assert_null(fmt_f64(a, NAN));
    assert_string_equal(fmt_bool(true), "true");
    assert_string_equal(fmt_bool(false), "false");
}

static void
arrays_quote_what_postgresql_would_read(void **state)
{
    struct arena *a = *state;
    const char *const items[] = {"a", "b c", "q\"uo\\te", "{,}", "NULL", ""};
    assert_string_equal(
        fmt_array(a, items, 6),
        "{\"a\",\"b c\",\"q\\\"uo\\\\te\",\"{,}\",\"NULL\",\"\"}");
    assert_string_equal(fmt_array(a, NULL, 0), "{}");
}

static void
counts_are_grouped_by_three(void **state)
{
    struct arena *a = *state;
    assert_string_equal(fmt_count(a, 0), "0");
    assert_string_equal(fmt_count(a, 999), "999");
    assert_string_equal(fmt_count(a, 1000), "1" THIN "000");
    assert_string_equal(fmt_count(a, 1234567), "1" THIN "234" THIN "567");
    assert_string_equal(fmt_count(a, -123456), "\u2212"
                                               "123" THIN "456");
    assert_string_equal(fmt_plural(a, 1, "row", "rows"), "1 row");
    assert_string_equal(fmt_plural(a, 0, "row", "rows"), "0 rows");
    assert_string_equal(fmt_plural(a, 1234, "row", "rows"),
                        "1" THIN "234 rows");
}

static void
numbers_have_their_decimals_and_no_negative_zero(void **state)
{
    struct arena *a = *state;
    assert_string_equal(fmt_number(a, 1234.5, 2), "1" THIN "234.50");
    assert_string_equal(fmt_number(a, -0.001, 2), "0.00");
    assert_string_equal(fmt_number(a, -1.5, 0), "\u2212"
                                                "2");
    assert_string_equal(fmt_number(a, NAN, 2), "\u2013");
    assert_string_equal(fmt_number(a, INFINITY, 2), "\u2013");
    assert_string_equal(fmt_percent(a, 0.125, 1), "12.5" THIN "%");
    assert_string_equal(fmt_percent(a, NAN, 1), "\u2013");
}

static void
prices_keep_seven_digits_and_read_as_money(void **state)
{
    struct arena *a = *state;
    assert_string_equal(fmt_price(a, 64123.456), "64" THIN "123.46");
    assert_string_equal(fmt_price(a, 100000), "100" THIN "000.00");
    assert_string_equal(fmt_price(a, 12345678.9),
                        "12" THIN "345" THIN "678.90");
    assert_string_equal(fmt_price(a, 15.06), "15.06");
    assert_string_equal(fmt_price(a, 1.23456789), "1.234568");
    assert_string_equal(fmt_price(a, 0.00001234), "0.00001234");
    assert_string_equal(fmt_price(a, -36.98), "\u2212"
                                              "36.98");
    assert_string_equal(fmt_price(a, 0), "0.00");
    assert_string_equal(fmt_price(a, NAN), "\u2013");
}

static void
sizes_and_durations_pick_their_unit(void **state)
{
    struct arena *a = *state;
    assert_string_equal(fmt_bytes(a, 0), "0 B");
    assert_string_equal(fmt_bytes(a, 1023), "1" THIN "023 B");
    assert_string_equal(fmt_bytes(a, 1024), "1.0 KiB");
    assert_string_equal(fmt_bytes(a, 3565158), "3.4 MiB");
    assert_string_equal(fmt_bytes(a, 1048575), "1.0 MiB");
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {{0, "0 ms"},        {0.083, "83 ms"},    {0.9996, "1.0 s"},
                 {4.2, "4.2 s"},     {9.96, "10 s"},      {59.6, "1 min"},
                 {185, "3 min 5 s"}, {3600, "1 h"},       {7440, "2 h 4 min"},
                 {3 * 86400, "3 d"}, {180000, "2 d 2 h"}, {-1, "0 ms"},
                 {NAN, "\u2013"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(fmt_duration(a, cases[i].seconds), cases[i].text);
}

static void
relative_times_are_a_number_and_a_unit(void **state)
{
    struct arena *a = *state;
    static const struct {
        int64_t ago;
        const char *text;
    } cases[] = {{0, "just now"},           {9, "just now"},
                 {-9, "just now"},          {10, "10 s ago"},
                 {59, "59 s ago"},          {60, "1 min ago"},
                 {750, "12 min ago"},       {-10800, "in 3 h"},
                 {3599, "59 min ago"},      {47 * 3600 + 3599, "47 h ago"},
                 {48 * 3600, "2 days ago"}, {-400 * 86400, "in 400 days"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(
            fmt_relative(a, 1000000000 - cases[i].ago, 1000000000),
            cases[i].text);
}

static void
moments_are_shown_in_their_offset(void **state)
{
    struct arena *a = *state;
    assert_string_equal(fmt_time(a, 1795310760, 0), "22 Nov 2026, 01:26");
    assert_string_equal(fmt_time(a, 1795310760, 3 * 3600),
                        "22 Nov 2026, 04:26");
    assert_string_equal(fmt_time(a, 1795310760, -2 * 3600),
                        "21 Nov 2026, 23:26");
    assert_string_equal(fmt_time(a, -1, 0), "31 Dec 1969, 23:59");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, arena_make, arena_drop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(parameters_read_back_exactly),
        CASE(arrays_quote_what_postgresql_would_read),
        CASE(counts_are_grouped_by_three),
        CASE(numbers_have_their_decimals_and_no_negative_zero),
        CASE(prices_keep_seven_digits_and_read_as_money),
        CASE(sizes_and_durations_pick_their_unit),
        CASE(relative_times_are_a_number_and_a_unit),
        CASE(moments_are_shown_in_their_offset),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
