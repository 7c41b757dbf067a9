#include "lib/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void
numbers_read_as_strtod_reads_them(void **state)
{
    (void)state;
    static const char *const good[] = {"0",
                                       "-0",
                                       "1",
                                       "-36.98",
                                       "+5",
                                       "1e3",
                                       "1E-3",
                                       ".5",
                                       "5.",
                                       "73249.24000000",
                                       "1e-400",
                                       "4.9e-324",
                                       "1.7976931348623157e308",
                                       "0.1",
                                       "123456789012345678901234567890",
                                       "2.2250738585072011e-308"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        double v = NAN;
        assert_true(number_parse_f64(good[i], strlen(good[i]), &v));
        double expected = strtod(good[i], NULL);
        assert_memory_equal(&v, &expected, sizeof v);
    }
}

static void
check_as_strtod(const char *text)
{
    size_t len = strlen(text);
    char *copy = malloc(len); /* reading behind it would be seen */
    memcpy(copy, text, len);
    double v = NAN, expected = strtod(text, NULL);
    if (!number_parse_f64(copy, len, &v) ||
        memcmp(&v, &expected, sizeof v) != 0)
        fail_msg("\"%s\" is read as %.17g", text, v);
    free(copy);
}

static void
hard_numbers_read_as_strtod_reads_them(void **state)
{
    (void)state;
    static const char *const hard[] = {
        /* around 2^53, where a double begins to skip whole numbers */
        "9007199254740991", "9007199254740992", "9007199254740993",
        "9007199254740994", "9007199254740995", "900719925474099.3",
        "9.007199254740993", "0.9007199254740993", "9007199254740993.0",
        "9007199254740993.00000000000000000000001",
        /* halfway between two doubles, and a little beside */
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126",
        "1090544144181609348671888949248", "1090544144181609348835077142190",
        /* subnormals, and the edges of underflow and overflow */
        "4.9406564584124654e-324", "2.4703282292062327e-324",
        "2.4703282292062328e-324", "2.2250738585072014e-308",
        "2.2250738585072011e-308", "1.7976931348623158e308",
        "1.7976931348623157e+308", "1e-1000000",
        /* many digits, leading zeros, points at the ends */
        "0000000000000000", "00000000000000001", "000000000000000.1",
        "0.000000000000001", "1234567890123456", "12345678.12345678",
        ".000000000000001", "000000000000001.", "-0", "-0.0", "+0.5", "-.5",
        "17.123456789012345", "0.1234567890123456789", "1e22", "1e23",
        "123456789012345e22", "8.5", "99999999", "99999999.", ".99999999"};
    for (size_t i = 0; i < sizeof hard / sizeof hard[0]; i++)
        check_as_strtod(hard[i]);
}

/* 30 million have been compared once; here as many as take no time. */
static void
random_decimals_read_as_strtod_reads_them(void **state)
{
    (void)state;
    uint64_t bits = 88172645463325252ULL;
    for (int i = 0; i < 300000; i++) {
        char text[32];
        int n = 0;
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        uint64_t rest = bits >> 8, digits = 1 + bits % 18, at = bits / 64 % 24;
        if (bits & 1u << 30)
            text[n++] = bits & 1u << 31 ? '-' : '+';
        for (uint64_t k = 0; k < digits; k++) {
            if (k == at)
                text[n++] = '.';
            text[n++] = (char)('0' + rest % 10);
            rest = rest / 10 + (bits << (k + 20));
        }
        if (digits == at)
            text[n++] = '.';
        text[n] = '\0';
        check_as_strtod(text);
    }
}

static void
what_is_not_wholly_a_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      " 1",
                                      "1 ",
                                      "nan",
                                      "NaN",
                                      "inf",
                                      "-inf",
                                      "0x10",
                                      "1e",
                                      "1,5",
                                      "--1",
                                      "+-1",
                                      "-+1",
                                      "1e999",
                                      "-1e999",
                                      "e5",
                                      ".",
                                      "-",
                                      "+",
                                      "abc",
                                      "1.2.3",
                                      "infinity",
                                      "1_000",
                                      "1e400",
                                      "-1e400",
                                      "1..2",
                                      "..",
                                      "-.",
                                      "+.",
                                      "1.2.",
                                      "123456789.1.2",
                                      "1234567/",
                                      "1234567:",
                                      "12345678/",
                                      "1234567890123 ",
                                      "1\xB9",
                                      "1\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double v = 7;
        assert_false(number_parse_f64(bad[i], strlen(bad[i]), &v));
        assert_true(v == 7);
    }
    double v;
    assert_false(number_parse_f64("1\0002", 3, &v));
    assert_true(number_parse_f64("12345", 3, &v));
    assert_true(v == 123);
}

static void
integers_do_not_overflow(void **state)
{
    (void)state;
    int64_t v;
    assert_true(number_parse_i64("9223372036854775807", 19, &v));
    assert_true(v == INT64_MAX);
    assert_true(number_parse_i64("-9223372036854775808", 20, &v));
    assert_true(v == INT64_MIN);
    static const char *const bad[] = {
        "", "9223372036854775808", "1.0", "+1", " 1", "1 ", "-", "0x1", "1e3"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(number_parse_i64(bad[i], strlen(bad[i]), &v));
}

static void
digits_alone_are_read(void **state)
{
    (void)state;
    char text[24];
    for (size_t len = 1; len <= NUMBER_DIGITS_MAX; len++) {
        uint64_t v, expected = 0;
        for (size_t i = 0; i < len; i++) {
            text[i] = (char)('0' + (i * 7 + 9) % 10);
            expected = expected * 10 + (uint64_t)(text[i] - '0');
        }
        char *copy = malloc(len);
        memcpy(copy, text, len);
        assert_true(number_parse_digits(copy, len, &v));
        assert_true(v == expected);
        for (size_t i = 0; i < len; i++)
            for (const char *bad = "/:.-+ e\x80\xB9"; *bad != '\0'; bad++) {
                memcpy(copy, text, len);
                copy[i] = *bad;
                assert_false(number_parse_digits(copy, len, &v));
            }
        free(copy);
    }
    uint64_t v;
    assert_true(number_parse_digits("9999999999999999999", 19, &v));
    assert_true(v == 9999999999999999999U);
    assert_false(number_parse_digits("00000000000000000000", 20, &v));
    assert_false(number_parse_digits("", 0, &v));
}

static void
text_is_the_shortest_that_reads_back(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *text;
    } cases[] = {{0, "0"},
                 {-0.0, "-0"},
                 {100000, "100000"},
                 {1e5 + 0.5, "100000.5"},
                 {0.1, "0.1"},
                 {1.0 / 3, "0.3333333333333333"},
                 {-36.98, "-36.98"},
                 {999999999999999, "999999999999999"},
                 {1e15, "1e+15"},
                 {1e300, "1e+300"},
                 {5e-324, "5e-324"},
                 {-1.7976931348623157e308, "-1.7976931348623157e+308"}};
    char text[NUMBER_TEXT_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(number_format_f64(text, cases[i].v),
                         strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
    assert_int_equal(number_format_f64(text, NAN), 3);
    assert_string_equal(text, "nan");
    (void)number_format_f64(text, -INFINITY);
    assert_string_equal(text, "-inf");
}

static void
any_double_survives_the_round_trip(void **state)
{
    (void)state;
    uint64_t bits = 88172645463325252ULL;
    char text[NUMBER_TEXT_MAX];
    for (int i = 0; i < 200000; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        double v, back;
        memcpy(&v, &bits, sizeof v);
        if (!isfinite(v))
            continue;
        size_t len = number_format_f64(text, v);
        assert_true(number_parse_f64(text, len, &back));
        assert_memory_equal(&v, &back, sizeof v);
    }
}

/* By trying one digit more until it reads back; of equal length without an
 * exponent, as the standard library prints. */
static void
prices_are_as_short_as_can_be(void **state)
{
    (void)state;
    uint64_t bits = 42;
    for (int i = 0; i < 200000; i++) {
        bits = bits * 6364136223846793005ULL + 1442695040888963407ULL;
        double v = (double)(bits >> 20) / pow(10, (double)(i % 13));
        v = i % 2 == 0 ? v : -v;
        v = i % 5 == 0 ? v / 3 : v;
        char text[NUMBER_TEXT_MAX], digits[64];
        size_t len = number_format_f64(text, v), n = 0, m = 0;
        assert_int_equal(len, strlen(text));
        assert_true(strtod(text, NULL) == v);
        int precision = 1;
        do
            snprintf(digits, sizeof digits, "%.*e", precision++ - 1, v);
        while (strtod(digits, NULL) != v);
        for (const char *s = text; *s != '\0' && *s != 'e'; s++)
            if (*s >= '0' && *s <= '9' && (n > 0 || *s != '0'))
                text[n++] = *s;
        while (n > 1 && text[n - 1] == '0')
            n--;
        for (const char *s = digits; *s != 'e'; s++)
            if (*s >= '0' && *s <= '9')
                digits[m++] = *s;
        assert_int_equal(n, m);
        assert_memory_equal(text, digits, n);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_read_as_strtod_reads_them),
        cmocka_unit_test(hard_numbers_read_as_strtod_reads_them),
        cmocka_unit_test(random_decimals_read_as_strtod_reads_them),
        cmocka_unit_test(what_is_not_wholly_a_number_is_refused),
        cmocka_unit_test(integers_do_not_overflow),
        cmocka_unit_test(digits_alone_are_read),
        cmocka_unit_test(text_is_the_shortest_that_reads_back),
        cmocka_unit_test(prices_are_as_short_as_can_be),
        cmocka_unit_test(any_double_survives_the_round_trip),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
