#include "core/cell.h"

#include "lib/arena.h"
#include "lib/date.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Reads as the double that strtod makes of `plain`; NULL: CELL_ABSENT; "":
 * CELL_BAD. A copy without a NUL behind it shows reading too far. */
static void
check_number(const char *text, char decimal, const char *plain)
{
    size_t len = strlen(text);
    char *copy = xmalloc(len);
    memcpy(copy, text, len);
    double v = 77;
    enum cell_state state = cell_number(copy, len, decimal, &v);
    enum cell_state wanted = plain == NULL      ? CELL_ABSENT
                             : plain[0] == '\0' ? CELL_BAD
                                                : CELL_OK;
    double number = wanted == CELL_OK ? strtod(plain, NULL) : 77;
    if (state != wanted || memcmp(&v, &number, sizeof v) != 0)
        fail_msg("\"%s\" with '%c': state %d, %.17g", text, decimal, state, v);
    free(copy);
}

static void
plain_numbers_are_read(void **state)
{
    (void)state;
    static const char *const plain[] = {
        "0",
        "-0",
        "1",
        "73249.24000000",
        "-36.98",
        "+5",
        "1e3",
        "1.5E-7",
        ".5",
        "5.",
        "007",
        "0.1",
        "1e-400",
        "9007199254740993",
        "123456789012345678901234567890.123456789"};
    for (size_t i = 0; i < COUNT_OF(plain); i++)
        check_number(plain[i], '.', plain[i]);
    check_number("0,1", ',', "0.1");
    check_number("-36,98", ',', "-36.98");
    check_number("73249", ',', "73249");
    check_number("1,5e3", ',', "1.5e3");
    check_number(" \t3204.4  ", '.', "3204.4");
    check_number("\xC2\xA0"
                 "5\xE2\x80\xAF",
                 '.', "5");
    check_number("\xE2\x88\x92"
                 "5.5",
                 '.', "-5.5");
}

static void
absent_is_told_from_wrong(void **state)
{
    (void)state;
    static const char *const absent[] = {"",
                                         " ",
                                         "N/A",
                                         "NA",
                                         "n/a",
                                         "nan",
                                         "NaN",
                                         "-nan",
                                         ".",
                                         "-",
                                         "--",
                                         "null",
                                         "NULL",
                                         "None",
                                         "#N/A",
                                         " - ",
                                         "\\N",
                                         "ND",
                                         "NaT",
                                         "nil",
                                         "\xE2\x80\x93",
                                         "\xE2\x80\x94"};
    static const char *const bad[] = {
        "inf",    "-inf",  "Infinity", "0x10", "1e400",   "-1e400", "1e",
        "e5",     "1.2.3", "--1",      "+-1",  "- -1",    "abc",    "1_000",
        "5-",     "5+",    "12 AM",    "1 2",  "1e5K",    "1%%",    "1K%",
        "$5%",    "$5 $",  "$",        "%",    "K",       "-$",     "()",
        "(5",     "5)",    "(-5)",     "-(5)", "((5))",   "5KK",    "USD",
        "1\xC2",  "\xC2",  "\xE2\x82", "5t",   "12:30",   "1/2",    "#VALUE!",
        "1e308K", "1e1e1", "1E+",      "1.-5", "\xD9\xA1"};
    for (size_t i = 0; i < COUNT_OF(absent); i++)
        check_number(absent[i], '.', NULL);
    check_number(",", ',', "");
    check_number("n/a", ',', NULL);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        check_number(bad[i], '.', "");
        if (strchr(bad[i], '.') == NULL)
            check_number(bad[i], ',', "");
    }
    double v;
    assert_int_equal(cell_number("1\0002", 3, '.', &v), CELL_BAD);
}

static void
thousands_stand_in_right_groups(void **state)
{
    (void)state;
    check_number("1,234", '.', "1234");
    check_number("18,283.0", '.', "18283.0");
    check_number("-1,234,567.891", '.', "-1234567.891");
    check_number("1.234.567,891", ',', "1234567.891");
    check_number("1 234 567", '.', "1234567");
    check_number("1\xC2\xA0"
                 "234,5",
                 ',', "1234.5");
    check_number("1\xE2\x80\xAF"
                 "234,5",
                 ',', "1234.5");
    check_number("1'234'567.5", '.', "1234567.5");
    check_number("1\xE2\x80\x99"
                 "234.5",
                 '.', "1234.5");
    check_number("1,23,456.78", '.', "123456.78");
    check_number("12,34,56,789", '.', "123456789");
    check_number("1,234", ',', "1.234");
    check_number("1.234", ',', "1234");
    static const char *const bad[] = {
        "1,2,3",        "1,23",      "12,34",     "1,2345",     "1234,567",
        "0,123",        "00,123",    ",123",      "1,",         "1,234,",
        "1,,234",       "1,234 567", "1'234,567", "123,45,678", "1,234,56",
        "1,234.5,6",    "1.234,567", "1,234e,5",  "1 23 456",   "1,23,45,6",
        "1,234.567,890"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        check_number(bad[i], '.', "");
    check_number("1.5", ',', "");
    check_number("1.234.5", ',', "");
}

static void
money_percent_and_magnitude_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text, *plain;
    } cases[] = {
        {"$3204.4", "3204.4"},
        {" $3,204.40", "3204.40"},
        {"-$5", "-5"},
        {"$-5", "-5"},
        {"$ 5", "5"},
        {"USD 1,000", "1000"},
        {"1000 USDT", "1000"},
        {"5USD", "5"},
        {"\xE2\x82\xAC"
         "1.5",
         "1.5"},
        {"1.5 \xE2\x82\xAC", "1.5"},
        {"\xE2\x82\xBA"
         "12.5",
         "12.5"},
        {"12.5 TL", "12.5"},
        {"\xC2\xA3"
         "3",
         "3"},
        {"(1,234.50)", "-1234.50"},
        {"($5)", "-5"},
        {"$(5)", "-5"},
        {"(5%)", "-0.05"},
        {"0.28%", "0.0028"},
        {"-0.23%", "-0.0023"},
        {"5 %", "0.05"},
        {"1e-05%", "1e-7"},
        {"11.62K", "11620"},
        {"1.3M", "1300000"},
        {"2.55m", "2550000"},
        {"1.005B", "1005000000"},
        {"0.1T", "100000000000"},
        {"1,234.5K", "1234500"},
        {"7 bn", "7000000000"},
        {"$1.3M", "1300000"},
        {"1.3M USD", "1300000"},
        {"-0.57K", "-570"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_number(cases[i].text, '.', cases[i].plain);
    check_number("1.234,56 \xE2\x82\xAC", ',', "1234.56");
    check_number("11,62K", ',', "11620");
    check_number("0,28%", ',', "0.0028");
    /* each hundredth, shifted as text, never multiplied */
    for (int i = 0; i < 20000; i++) {
        char text[32], plain[32];
        snprintf(text, sizeof text, "%d.%02dM", i / 100, i % 100);
        snprintf(plain, sizeof plain, "%d0000", i);
        check_number(text, '.', plain);
        text[strlen(text) - 1] = '%';
        snprintf(plain, sizeof plain, "%de-4", i);
        check_number(text, '.', plain);
    }
}

static void
long_cells_are_read_or_refused_within_bounds(void **state)
{
    (void)state;
    char text[3000];
    for (size_t len = 1; len < sizeof text; len += 37) {
        memset(text, '7', len);
        text[len] = '\0';
        check_number(text, '.', len < 309 ? text : "");
        memmove(text + 1, text, len + 1);
        text[0] = '$';
        char copy[3000];
        memcpy(copy, text + 1, len + 1);
        check_number(text, '.', len + 1 <= 256 ? copy : "");
        text[0] = '0';
        text[1] = '.';
        check_number(text, '.', text);
    }
}

/* As "2024-03-08 15:30:00.250000 +7200", a day alone, "absent" or "bad". */
static const char *
show(char *to, size_t size, enum cell_state state, const struct cell_clock *c)
{
    if (state != CELL_OK)
        return state == CELL_ABSENT ? "absent" : "bad";
    struct arena *a = arena_new();
    int n = snprintf(to, size, "%s", date_format_day(a, c->local_ts));
    int64_t s = c->local_ts - date_day_start(c->local_ts);
    assert_true(c->has_time || (s == 0 && c->fraction_us == 0));
    if (c->has_time)
        n += snprintf(to + n, size - (size_t)n,
                      " %02" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600,
                      s / 60 % 60, s % 60);
    if (c->fraction_us != 0)
        n += snprintf(to + n, size - (size_t)n, ".%06d", c->fraction_us);
    if (c->has_offset)
        snprintf(to + n, size - (size_t)n, " %+d", c->offset_s);
    arena_free(a);
    return to;
}

struct time_case {
    const char *text, *shown;
};

static void
check_times(enum cell_time form, const struct time_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(cases[i].text);
        char *copy = xmalloc(len), shown[80];
        memcpy(copy, cases[i].text, len);
        struct cell_clock c;
        enum cell_state state = cell_time(copy, len, form, &c);
        const char *got = show(shown, sizeof shown, state, &c);
        if (strcmp(got, cases[i].shown) != 0)
            fail_msg("\"%s\" as %s: %s, not %s", cases[i].text,
                     cell_time_name(form), got, cases[i].shown);
        free(copy);
    }
}
#define CHECK_TIMES(form, ...)                                                 \
    do {                                                                       \
        static const struct time_case cases[] = {__VA_ARGS__};                 \
        check_times(form, cases, COUNT_OF(cases));                             \
    } while (0)

static void
iso_times_are_read(void **state)
{
    (void)state;
    CHECK_TIMES(
        CELL_TIME_ISO, {"2024-03-08", "2024-03-08"},
        {" 2024-03-08 ", "2024-03-08"}, {"2024-02-29", "2024-02-29"},
        {"2023-02-29", "bad"}, {"2024-03-08 15:30:00", "2024-03-08 15:30:00"},
        {"2024-03-08T15:30", "2024-03-08 15:30:00"},
        {"2024-03-08 9:30", "2024-03-08 09:30:00"},
        {"2024-03-08T15:30:00Z", "2024-03-08 15:30:00 +0"},
        {"2024-03-08T15:30:00.25Z", "2024-03-08 15:30:00.250000 +0"},
        {"2024-03-08 15:30:00,123456789", "2024-03-08 15:30:00.123456"},
        {"2023-05-01 00:00:00+02:00", "2023-05-01 00:00:00 +7200"},
        {"2023-05-01 00:00:00 -0430", "2023-05-01 00:00:00 -16200"},
        {"2023-05-01T00:00+02", "2023-05-01 00:00:00 +7200"},
        {"1900-05-01 00:00:00-04:56:02", "1900-05-01 00:00:00 -17762"},
        {"2024-03-08 15:30:00 UTC", "2024-03-08 15:30:00 +0"},
        {"2024-03-08 15:30:00 GMT+0100", "2024-03-08 15:30:00 +3600"},
        {"2024-03-08 03:30 PM", "2024-03-08 15:30:00"},
        {"2017-07-01 12-AM", "2017-07-01 00:00:00"},
        {"2017-07-01 11-PM", "2017-07-01 23:00:00"},
        {"2024-12-31 24:00", "2025-01-01 00:00:00"}, {"", "absent"},
        {"NaT", "absent"}, {"null", "absent"}, {"2024-3-8", "bad"},
        {"2024-03-08T", "bad"}, {"2024-03-08 ", "2024-03-08"},
        {"2024-03-08 15", "bad"}, {"2024-03-08 25:00", "bad"},
        {"2024-03-08 15:60", "bad"}, {"2024-03-08 15:30:60", "bad"},
        {"2024-03-08 24:01", "bad"}, {"2024-03-08 15:30:00.", "bad"},
        {"2024-03-08 13:00 PM", "bad"}, {"2024-03-08 0:00 AM", "bad"},
        {"2024-03-08 15:30 EST", "bad"}, {"2024-03-08 15:30:00+", "bad"},
        {"2024-03-08 15:30:00+2", "bad"}, {"2024-03-08 15:30:00+16:00", "bad"},
        {"2024-03-08 15:30:00Zx", "bad"}, {"2024-03-08x", "bad"},
        {"1799-12-31", "bad"}, {"1800-01-01", "1800-01-01"},
        {"2999-12-31", "2999-12-31"}, {"3000-01-01", "bad"},
        {"2024-13-01", "bad"}, {"2024-00-10", "bad"}, {"2024/03/08", "bad"},
        {"20240308", "bad"}, {"2024-03-", "bad"}, {"-2024-03-08", "bad"});
}

static void
american_and_european_days_are_read(void **state)
{
    (void)state;
    CHECK_TIMES(
        CELL_TIME_MDY, {"03/08/2024", "2024-03-08"}, {"3/8/2024", "2024-03-08"},
        {"3-8-24", "2024-03-08"}, {"12.31.1999", "1999-12-31"},
        {"1/1/69", "1969-01-01"}, {"1/1/68", "2068-01-01"},
        {"03/08/2024 3:30 PM", "2024-03-08 15:30:00"},
        {"3/8/2024, 3:30:15 PM", "2024-03-08 15:30:15"},
        {"3/8/2024, 3:30:15\xE2\x80\xAFPM", "2024-03-08 15:30:15"},
        {"03/08/2024 15:30:00", "2024-03-08 15:30:00"}, {"13/08/2024", "bad"},
        {"03/08-2024", "bad"}, {"03/08/202", "bad"}, {"03/08/20245", "bad"},
        {"003/08/2024", "bad"}, {"03/08", "bad"}, {"03/08/", "bad"},
        {"3 8 2024", "bad"}, {"03/08/2024,", "bad"}, {"02/30/2024", "bad"},
        {"N/A", "absent"});
    CHECK_TIMES(CELL_TIME_DMY, {"08.03.2024", "2024-03-08"},
                {"8/3/24", "2024-03-08"}, {"31-12-1999", "1999-12-31"},
                {"08.03.2024 15:30", "2024-03-08 15:30:00"},
                {"08.13.2024", "bad"}, {"29.02.2023", "bad"});
    CHECK_TIMES(CELL_TIME_YMD, {"2024/03/08", "2024-03-08"},
                {"2024.3.8", "2024-03-08"}, {"2024-3-8", "2024-03-08"},
                {"2024.03.08 15:30", "2024-03-08 15:30:00"},
                {"2024/03.08", "bad"}, {"24/03/08", "bad"}, {"2024/03", "bad"},
                {"2024/", "bad"}, {"2024", "bad"}, {"2024 03 08", "bad"});
}

static void
compact_times_are_read(void **state)
{
    (void)state;
    CHECK_TIMES(
        CELL_TIME_COMPACT, {"20240308", "2024-03-08"},
        {"20240308T153000", "2024-03-08 15:30:00"},
        {"20240308T153000Z", "2024-03-08 15:30:00 +0"},
        {"202403081530", "2024-03-08 15:30:00"},
        {"20240308153001", "2024-03-08 15:30:01"},
        {"20120201 000003660", "2012-02-01 00:00:03.660000"},
        {"20240308 153000.5", "2024-03-08 15:30:00.500000"},
        {"20240308 15:30:00", "2024-03-08 15:30:00"},
        {"20240308 1530 ", "2024-03-08 15:30:00"}, {"20241308", "bad"},
        {"2024038", "bad"}, {"202403081", "bad"}, {"20240308153", "bad"},
        {"20240308 2400", "2024-03-09 00:00:00"}, {"20240308 2401", "bad"},
        {"20240308 ", "2024-03-08"}, {"20240308T", "bad"},
        {"20240308-1530", "bad"}, {"99999999", "bad"}, {".", "absent"});
}

static void
times_in_words_are_read(void **state)
{
    (void)state;
    CHECK_TIMES(CELL_TIME_WORDS, {"Mar 8, 2024", "2024-03-08"},
                {"March 8, 2024", "2024-03-08"}, {"MAR 08 2024", "2024-03-08"},
                {"Mar. 8, 2024", "2024-03-08"}, {"8 March 2024", "2024-03-08"},
                {"08-Mar-24", "2024-03-08"}, {"08-MAR-2024", "2024-03-08"},
                {"8-may-24", "2024-05-08"}, {"08MAR2024", "2024-03-08"},
                {"2024-Mar-08", "2024-03-08"}, {"Sept 1, 2020", "2020-09-01"},
                {"8th March 2024", "2024-03-08"},
                {"Fri, 08 Mar 2024 15:30:00 GMT", "2024-03-08 15:30:00 +0"},
                {"Friday, March 8, 2024", "2024-03-08"},
                {"Fri Mar 08 2024", "2024-03-08"},
                {"Mar 8, 2024 3:30 PM", "2024-03-08 15:30:00"},
                {"Mars 8, 2024", "bad"}, {"Ma 8, 2024", "bad"},
                {"Feb 30, 2024", "bad"}, {"Mar 2024", "bad"}, {"Mar", "bad"},
                {"8 2024", "bad"}, {"Mar 8", "bad"}, {"Mar 82024", "bad"},
                {"", "absent"});
}

static void
unix_times_are_read(void **state)
{
    (void)state;
    CHECK_TIMES(
        CELL_TIME_UNIX_S, {"1709911800", "2024-03-08 15:30:00 +0"},
        {"0", "1970-01-01 00:00:00 +0"}, {"-1", "1969-12-31 23:59:59 +0"},
        {"1709911800.25", "2024-03-08 15:30:00.250000 +0"},
        {"-0.25", "1969-12-31 23:59:59.750000 +0"}, {"1709911800000", "bad"},
        {"1.7e9", "bad"}, {"17 ", "1970-01-01 00:00:17 +0"},
        {"1709911800.", "bad"}, {"+5", "bad"}, {"0x5", "bad"},
        {"32503679999", "2999-12-31 23:59:59 +0"}, {"32503680000", "bad"},
        {"-5364662400", "1800-01-01 00:00:00 +0"}, {"-5364662401", "bad"},
        {"99999999999999999999", "bad"}, {"null", "absent"});
    CHECK_TIMES(
        CELL_TIME_UNIX_MS, {"1709911800123", "2024-03-08 15:30:00.123000 +0"},
        {"1709911800123.0", "2024-03-08 15:30:00.123000 +0"},
        {"-1", "1969-12-31 23:59:59.999000 +0"}, {"1709911800123456", "bad"});
    CHECK_TIMES(CELL_TIME_UNIX_US,
                {"1735689600000001", "2025-01-01 00:00:00.000001 +0"});
    CHECK_TIMES(CELL_TIME_UNIX_NS,
                {"1735689600000001999", "2025-01-01 00:00:00.000001 +0"},
                {"9999999999999999999", "2286-11-20 17:46:39.999999 +0"});
}

/* Every day that there is, in every form that names it. */
static void
every_day_is_read_in_every_form(void **state)
{
    (void)state;
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
                                         "May", "Jun", "Jul", "Aug",
                                         "Sep", "Oct", "Nov", "Dec"};
    for (int64_t day = date_to_days(1800, 1, 1);
         day <= date_to_days(2999, 12, 31); day += 3) {
        struct date d = date_from_days(day);
        char text[6][32];
        snprintf(text[0], 32, "%04d-%02d-%02d", d.year, d.month, d.day);
        snprintf(text[1], 32, "%02d/%02d/%04d", d.month, d.day, d.year);
        snprintf(text[2], 32, "%d.%d.%d", d.day, d.month, d.year);
        snprintf(text[3], 32, "%d/%02d/%02d", d.year, d.month, d.day);
        snprintf(text[4], 32, "%d%02d%02d", d.year, d.month, d.day);
        snprintf(text[5], 32, "%s %d, %d", months[d.month - 1], d.day, d.year);
        for (int form = 0; form < 6; form++) {
            struct cell_clock c;
            assert_int_equal(cell_time(text[form], strlen(text[form]),
                                       (enum cell_time)form, &c),
                             CELL_OK);
            assert_true(c.local_ts == day * DAY_S && !c.has_time);
        }
    }
}

static void
forms_have_names_for_storing(void **state)
{
    (void)state;
    for (int i = CELL_TIME_ISO; i <= CELL_TIME_UNIX_NS; i++) {
        enum cell_time found;
        assert_true(cell_time_find(cell_time_name((enum cell_time)i), &found));
        assert_int_equal(found, i);
    }
    enum cell_time found;
    assert_string_equal(cell_time_name(CELL_TIME_MDY), "mdy");
    assert_false(cell_time_find("MDY", &found));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_numbers_are_read),
        cmocka_unit_test(absent_is_told_from_wrong),
        cmocka_unit_test(thousands_stand_in_right_groups),
        cmocka_unit_test(money_percent_and_magnitude_are_exact),
        cmocka_unit_test(long_cells_are_read_or_refused_within_bounds),
        cmocka_unit_test(iso_times_are_read),
        cmocka_unit_test(american_and_european_days_are_read),
        cmocka_unit_test(compact_times_are_read),
        cmocka_unit_test(times_in_words_are_read),
        cmocka_unit_test(unix_times_are_read),
        cmocka_unit_test(every_day_is_read_in_every_form),
        cmocka_unit_test(forms_have_names_for_storing),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
