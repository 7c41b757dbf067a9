/* Any text as a number: what number_parse_f64 takes is what strtod takes whole
 * but for its blanks, words, hexadecimals and infinity, and the same double;
 * numbers are printed so that they read back; digits and whole numbers agree
 * with it. */
#include "lib/arena.h"
#include "lib/number.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static bool
by_strtod(const char *text, size_t len, double *out)
{
    char *end;
    if (len == 0 || strlen(text) != len ||
        strspn(text, "0123456789.eE+-") != len)
        return false;
    *out = strtod(text, &end);
    return end == text + len && isfinite(*out);
}

static void
check_integers(const char *text, size_t len, bool is_number, double v)
{
    uint64_t digits;
    int64_t whole;
    bool are_digits = number_parse_digits(text, len, &digits);
    bool is_whole = number_parse_i64(text, len, &whole);
    assert(!are_digits || (is_number && (double)digits == v));
    assert(!is_whole || (is_number && (double)whole == v));
    if (are_digits && digits <= INT64_MAX)
        assert(is_whole && (uint64_t)whole == digits);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    /* without a NUL for the parser, with one for strtod */
    char *exact = xmalloc(size), *text = xmalloc(size + 1);
    memcpy(exact, data, size);
    memcpy(text, data, size);
    text[size] = '\0';
    double v = 0, expected = 0;
    bool is_number = number_parse_f64(exact, size, &v);
    assert(is_number == by_strtod(text, size, &expected));
    if (is_number) {
        char shown[NUMBER_TEXT_MAX];
        double back;
        assert(memcmp(&v, &expected, sizeof v) == 0);
        size_t len = number_format_f64(shown, v);
        assert(number_parse_f64(shown, len, &back));
        assert(memcmp(&v, &back, sizeof v) == 0);
    }
    check_integers(exact, size, is_number, v);
    free(exact);
    free(text);
    return 0;
}
