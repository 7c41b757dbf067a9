#include "lib/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static void
every_day_has_its_number_and_back(void **state)
{
    (void)state;
    int64_t days = date_to_days(1, 1, 1);
    assert_int_equal(days, -719162);
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    for (int y = 1; y <= 9999; y++)
        for (int m = 1; m <= 12; m++) {
            bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
            int length = lengths[m - 1] + (m == 2 && leap);
            for (int d = 1; d <= length; d++, days++) {
                struct date back = date_from_days(days);
                if (date_to_days(y, m, d) != days || back.year != y ||
                    back.month != m || back.day != d || !date_is_valid(y, m, d))
                    fail_msg("%04d-%02d-%02d", y, m, d);
            }
            assert_false(date_is_valid(y, m, length + 1));
            assert_false(date_is_valid(y, m, 0));
        }
    assert_false(date_is_valid(0, 1, 1));
    assert_false(date_is_valid(10000, 1, 1));
    assert_false(date_is_valid(2024, 0, 1));
    assert_false(date_is_valid(2024, 13, 1));
}

static void
days_agree_with_the_c_library(void **state)
{
    (void)state;
    for (int64_t days = -30000; days < 60000; days += 7) {
        time_t t = (time_t)(days * DAY_S);
        struct tm tm;
        gmtime_r(&t, &tm);
        struct date d = date_from_days(days);
        assert_int_equal(d.year, tm.tm_year + 1900);
        assert_int_equal(d.month, tm.tm_mon + 1);
        assert_int_equal(d.day, tm.tm_mday);
        assert_int_equal(date_weekday(days), (tm.tm_wday + 6) % 7);
    }
}

static void
a_day_starts_at_or_before_its_times(void **state)
{
    (void)state;
    assert_int_equal(date_day_start(0), 0);
    assert_int_equal(date_day_start(86399), 0);
    assert_int_equal(date_day_start(86400), 86400);
    assert_int_equal(date_day_start(-1), -86400);
    assert_int_equal(date_day_start(-86400), -86400);
    assert_int_equal(date_day_start(-86401), -172800);
}

static void
good_texts_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ts;
    } good[] = {
        {"1970-01-01", 0},
        {"2024-02-29", 1709164800},
        {"0001-01-01", -62135596800},
        {"9999-12-31T23:59:59Z", 253402300799},
        {"2024-03-01T12:34", 1709296440},
        {"2024-03-01 12:34:56", 1709296496},
        {"2024-03-01T12:34:56Z", 1709296496},
        {"2024-03-01T12:34:56.999999999Z", 1709296496},
        {"2024-03-01T12:34:56+02:00", 1709289296},
        {"2024-03-01T12:34:56-0530", 1709316296},
        {"2024-03-01T12:34:56+01", 1709292896},
        {"1969-12-31T23:59:59Z", -1},
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        int64_t ts = 42;
        if (!date_parse_iso(good[i].text, strlen(good[i].text), &ts))
            fail_msg("%s", good[i].text);
        assert_int_equal(ts, good[i].ts);
    }
}

static void
bad_texts_are_refused_and_leave_the_result_alone(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2024",
        "2024-2-1",
        "24-02-01",
        "2023-02-29",
        "2024-13-01",
        "2024-00-10",
        "2024-04-31",
        "0000-01-01",
        "2024-01-01x",
        "2024-01-01T",
        "2024-01-01T1",
        "2024-01-01T12",
        "2024-01-01T24:00",
        "2024-01-01T12:60",
        "2024-01-01T12:00:60",
        "2024-01-01T12:00:0",
        "2024-01-01T12:00:00.",
        "2024-01-01T12:00:00.Z",
        "2024-01-01T12:00:00z",
        "2024-01-01T12:00:00+",
        "2024-01-01T12:00:00+1",
        "2024-01-01T12:00:00+01:",
        "2024-01-01T12:00:00+01:0",
        "2024-01-01T12:00:00+16:00",
        "2024-01-01T12:00:00+01:60",
        "2024-01-01T12:00:00Z ",
        " 2024-01-01",
        "2024-01-01t12:00:00Z",
        "2024/01/01",
        "+024-01-01",
        "-001-01-01",
        "2024-01-01T-1:00",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t ts = 42;
        if (date_parse_iso(bad[i], strlen(bad[i]), &ts))
            fail_msg("read: %s", bad[i]);
        assert_int_equal(ts, 42);
        assert_false(date_parse_day(bad[i], strlen(bad[i]), &ts));
        assert_int_equal(ts, 42);
    }
    int64_t ts;
    assert_false(date_parse_day("2024-01-01T00:00", 16, &ts));
    assert_true(date_parse_day("2024-01-01T00:00", 10, &ts)); /* by length */
    assert_false(date_parse_iso("2024-01-01\0Z", 12, &ts));
}

static void
what_is_printed_is_read_back(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_string_equal(date_format_iso(a, -1), "1969-12-31T23:59:59Z");
    assert_string_equal(date_format_day(a, -1), "1969-12-31");
    assert_string_equal(date_format_iso(a, 253402300799),
                        "9999-12-31T23:59:59Z");
    for (int64_t ts = -62135596800; ts < 253402300800; ts += 1234567891) {
        int64_t back;
        const char *text = date_format_iso(a, ts);
        assert_true(date_parse_iso(text, strlen(text), &back));
        assert_int_equal(back, ts);
        text = date_format_day(a, ts);
        assert_true(date_parse_day(text, strlen(text), &back));
        assert_int_equal(back, date_day_start(ts));
    }
    arena_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_has_its_number_and_back),
        cmocka_unit_test(days_agree_with_the_c_library),
        cmocka_unit_test(a_day_starts_at_or_before_its_times),
        cmocka_unit_test(good_texts_are_read),
        cmocka_unit_test(bad_texts_are_refused_and_leave_the_result_alone),
        cmocka_unit_test(what_is_printed_is_read_back),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
