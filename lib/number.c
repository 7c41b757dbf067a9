/* The plain decimal numbers of price files, fast: up to 16 characters of digits
 * with at most one point, eight at a time, without a branch for each. The rest
 * is for std::from_chars.
 *
 * source  W. D. Clinger, "How to Read Floating Point Numbers Accurately": a
 *         whole number up to 2^53 divided by a power of ten up to 10^22, both
 *         exact as doubles, rounds once and so rightly.
 */
#include "lib/number_own.h"

#include <float.h>
#include <string.h>

#if FLT_EVAL_METHOD != 0
#error "an intermediate result wider than double would round twice"
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

enum { PLAIN_MAX = 16, WORD = 8 };

typedef unsigned __int128 wide;

static const uint64_t each = 0x0101010101010101;

static inline uint64_t
load(const char *s, size_t n)
{
    uint64_t w = 0;
    memcpy(&w, s, n);
    return w;
}

/* 1 to 8 characters, the first in the lowest byte, zeros behind the last;
 * nothing behind the text is read. */
static inline uint64_t
load_short(const char *s, size_t len)
{
    if (len >= 4)
        return load(s, 4) | load(s + len - 4, 4) << (8 * (len - 4));
    return (unsigned char)s[0] |
           (uint64_t)(unsigned char)s[len / 2] << (8 * (len / 2)) |
           (uint64_t)(unsigned char)s[len - 1] << (8 * (len - 1));
}

/* 9 to 16 characters likewise. */
static inline wide
load_long(const char *s, size_t len)
{
    uint64_t tail = load(s + len - WORD, WORD) >> (8 * (2 * WORD - len));
    return (wide)tail << 64 | load(s, WORD);
}

/* The place of the first byte of w that is c; 8 when there is none. */
static inline size_t
find_byte(uint64_t w, char c)
{
    uint64_t x = w ^ each * (unsigned char)c;
    uint64_t hit = (x - each) & ~x & each << 7;
    return hit == 0 ? WORD : (size_t)__builtin_ctzll(hit) / 8;
}

/* True where each byte is at most 9: digits without their '0'. */
static inline bool
are_digits(uint64_t w)
{
    return ((w | (w + each * 0x76)) & each << 7) == 0;
}

/* The value of eight digits, the first in the lowest byte. */
static inline uint64_t
eight_digits(uint64_t w)
{
    w = w * 10 + (w >> 8); /* pairs in every second byte */
    const uint64_t mask = 0x000000FF000000FF;
    return ((w & mask) * (100 + (1000000ULL << 32)) +
            (w >> 16 & mask) * (1 + (10000ULL << 32))) >>
           32;
}

/* Up to 8 and up to 16 digits. Those that lack are zeros before the first. */
static inline bool
value_short(uint64_t text, size_t len, uint64_t *out)
{
    uint64_t w = (text ^ each * '0') << (8 * (WORD - len));
    *out = eight_digits(w);
    return are_digits(w);
}

static inline bool
value_long(wide text, size_t len, uint64_t *out)
{
    const uint64_t zeros = each * '0';
    text = (text ^ ((wide)zeros << 64 | zeros)) << (8 * (2 * WORD - len));
    uint64_t low = (uint64_t)text, high = (uint64_t)(text >> 64);
    *out = eight_digits(low) * 100000000 + eight_digits(high);
    return are_digits(low) && are_digits(high);
}

static const double powers[PLAIN_MAX] = {1e0,  1e1,  1e2,  1e3, 1e4,  1e5,
                                         1e6,  1e7,  1e8,  1e9, 1e10, 1e11,
                                         1e12, 1e13, 1e14, 1e15};

/* Digits with at most one point, 1 to 8 characters. */
static inline __attribute__((always_inline)) bool
plain_short(const char *s, size_t len, double *out)
{
    /* a digit's bits are its value now; bit 4 is set in a point, and in what is
     * behind the text */
    uint64_t x = load_short(s, len) ^ each * '0', v;
    uint64_t hit = x & each << 4;
    size_t fraction = 0;
    unsigned at = hit == 0 ? 0 : (unsigned)__builtin_ctzll(hit) & ~7u;
    if (hit != 0 && at < 8 * len) {
        uint64_t before = ((uint64_t)1 << at) - 1;
        if ((x >> at & 0xFF) != ('.' ^ '0') || len == 1)
            return false;
        x = (x & before) | (x >> 8 & ~before);
        fraction = --len - at / 8;
    }
    x <<= 8 * (WORD - len);
    v = eight_digits(x);
    if (!are_digits(x))
        return false;
    *out = (double)(int64_t)v / powers[fraction];
    return true;
}

/* 9 to 16 characters, and no more than a double holds. */
static inline bool
plain_long(const char *s, size_t len, double *out)
{
    wide text = load_long(s, len);
    uint64_t v;
    size_t point = find_byte((uint64_t)text, '.'), fraction = 0;
    if (point == WORD)
        point += find_byte((uint64_t)(text >> 64), '.');
    if (point < len) {
        wide before = ((wide)1 << (8 * point)) - 1;
        text = (text & before) | (text >> 8 & ~before);
        fraction = --len - point;
    }
    if (!value_long(text, len, &v) || v > (uint64_t)1 << DBL_MANT_DIG)
        return false;
    *out = (double)(int64_t)v / powers[fraction];
    return true;
}

/* 1 to 16 digits. */
static inline bool
parse_digits(const char *s, size_t len, uint64_t *out)
{
    return len <= WORD ? value_short(load_short(s, len), len, out)
                       : value_long(load_long(s, len), len, out);
}

#else

enum { PLAIN_MAX = 16, WORD = 8 };

static bool
plain_short(const char *s, size_t len, double *out)
{
    (void)s;
    (void)len;
    (void)out;
    return false;
}

static bool
plain_long(const char *s, size_t len, double *out)
{
    return plain_short(s, len, out);
}

static bool
parse_digits(const char *s, size_t len, uint64_t *out)
{
    bool ok = true;
    *out = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned digit = (unsigned char)s[i] - '0';
        ok = ok && digit <= 9;
        *out = *out * 10 + digit;
    }
    return ok;
}

#endif

/* With a sign, or longer. Apart, so that the shortest way stays short. */
static __attribute__((noinline)) bool
parse_other(const char *s, size_t len, double *out)
{
    bool minus = len > 0 && *s == '-';
    size_t sign = minus || (len > 0 && *s == '+'), n = len - sign;
    double v;
    bool ok = n - 1 < WORD ? plain_short(s + sign, n, &v)
                           : n - 1 < PLAIN_MAX && plain_long(s + sign, n, &v);
    if (!ok)
        return number_parse_any(s, len, out);
    *out = minus ? -v : v;
    return true;
}

bool
number_parse_f64(const char *s, size_t len, double *out)
{
    return (len - 1 < WORD && plain_short(s, len, out)) ||
           parse_other(s, len, out);
}

bool
number_parse_digits(const char *s, size_t len, uint64_t *out)
{
    size_t rest = len > PLAIN_MAX ? len - PLAIN_MAX : 0;
    uint64_t v, more = 0;
    if (len == 0 || len > NUMBER_DIGITS_MAX ||
        !parse_digits(s, len - rest, &v) ||
        (rest > 0 && !parse_digits(s + PLAIN_MAX, rest, &more)))
        return false;
    for (; rest > 0; rest--)
        v *= 10;
    *out = v + more;
    return true;
}
