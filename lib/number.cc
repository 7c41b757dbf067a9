#include "lib/number_own.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "lib/arena.h"

/* from_chars calls overflow and underflow both "out of range" and leaves the
 * value alone; strtod tells them apart. The process stays in the C locale. */
static bool
parse_extreme(const char *s, size_t len, double *out)
{
    char *text = static_cast<char *>(xmalloc(len + 1));
    memcpy(text, s, len);
    text[len] = '\0';
    double v = strtod(text, nullptr);
    free(text);
    if (!std::isfinite(v))
        return false;
    *out = v;
    return true;
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool
number_parse_any(const char *s, size_t len, double *out)
{
    const char *end = s + len;
    const char *first = s;
    if (first != end && *first == '+')
        first++; /* from_chars knows no plus */
    const char *mark = first;
    if (mark != end && *mark == '-' && first == s)
        mark++;
    /* Keeps "nan", "inf", "+-1" and blanks out. */
    if (mark == end || !(is_digit(*mark) || *mark == '.'))
        return false;
    double v;
    auto [stop, error] = std::from_chars(first, end, v);
    if (stop != end || error == std::errc::invalid_argument)
        return false;
    if (error == std::errc::result_out_of_range)
        return parse_extreme(first, static_cast<size_t>(end - first), out);
    if (!std::isfinite(v))
        return false;
    *out = v;
    return true;
}

bool
number_parse_i64(const char *s, size_t len, int64_t *out)
{
    int64_t v;
    auto [stop, error] = std::from_chars(s, s + len, v);
    if (error != std::errc() || stop != s + len)
        return false;
    *out = v;
    return true;
}

static char *
two_digits(char *to, unsigned v)
{
    to[0] = static_cast<char>('0' + v / 10);
    to[1] = static_cast<char>('0' + v % 10);
    return to + 2;
}

/* v as n / 10^8 exactly, the shape of nearly every price, at a third of the
 * cost of the general way; nullptr when it is not. n is below 10^15, so no
 * other decimal of that many digits reads back to v, and none is shorter once
 * the zeros at the end are gone. Below 0.001 an exponent may be shorter. */
static char *
format_price(char *to, char *last, double v)
{
    double size = std::fabs(v);
    if (!(size >= 1e-3 && size < 1e7))
        return nullptr;
    auto n = static_cast<uint64_t>(size * 1e8); /* or the product fell short */
    if (static_cast<double>(n) / 1e8 != size &&
        static_cast<double>(++n) / 1e8 != size)
        return nullptr;
    if (v < 0)
        *to++ = '-';
    to = std::to_chars(to, last, n / 100000000).ptr;
    auto fraction = static_cast<unsigned>(n % 100000000);
    if (fraction == 0)
        return to;
    *to++ = '.';
    to = two_digits(to, fraction / 1000000);
    to = two_digits(to, fraction / 10000 % 100);
    to = two_digits(to, fraction / 100 % 100);
    to = two_digits(to, fraction % 100);
    while (to[-1] == '0')
        to--;
    return to;
}

size_t
number_format_f64(char out[NUMBER_TEXT_MAX], double v)
{
    const char *word = nullptr;
    if (std::isnan(v))
        word = "nan";
    else if (std::isinf(v))
        word = v > 0 ? "inf" : "-inf";
    if (word != nullptr) {
        size_t len = strlen(word);
        memcpy(out, word, len + 1);
        return len;
    }
    char *last = out + NUMBER_TEXT_MAX - 1;
    char *end = format_price(out, last, v);
    if (end != nullptr) {
        *end = '\0';
        return static_cast<size_t>(end - out);
    }
    bool plain = std::fabs(v) < 1e15 && v == std::trunc(v);
    std::to_chars_result r =
        plain ? std::to_chars(out, last, v, std::chars_format::fixed)
              : std::to_chars(out, last, v);
    *r.ptr = '\0'; /* 24 characters are the most a double needs */
    return static_cast<size_t>(r.ptr - out);
}
