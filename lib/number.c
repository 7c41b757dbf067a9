/* The plain decimal numbers of price files, fast: up to 16 characters of digits
 * with at most one point. All at once, without a branch for each character;
 * the rest is for std::from_chars.
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

/* 1 to 16 characters, the first in the lowest byte, zeros behind the last;
 * nothing behind the text is read. */
static inline wide
load_text(const char *s, size_t len)
{
    if (len > WORD) {
        uint64_t tail = load(s + len - WORD, WORD) >> (8 * (2 * WORD - len));
        return (wide)tail << 64 | load(s, WORD);
    }
    if (len >= 4)
        return load(s, 4) | load(s + len - 4, 4) << (8 * (len - 4));
    return (unsigned char)s[0] |
           (uint64_t)(unsigned char)s[len / 2] << (8 * (len / 2)) |
           (uint64_t)(unsigned char)s[len - 1] << (8 * (len - 1));
}

/* The place of the first byte of w that is c; 8 when there is none. */
static inline size_t
find_byte(uint64_t w, char c)
{
    uint64_t x = w ^ each * (unsigned char)c;
    uint64_t hit = (x - each) & ~x & each << 7;
    return hit == 0 ? WORD : (size_t)__builtin_ctzll(hit) / 8;
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

/* True where each byte is at most 9. */
static inline bool
are_digits(uint64_t low, uint64_t high)
{
    const uint64_t above = 0x7676767676767676, top = each << 7;
    return (((low | high) | (low + above) | (high + above)) & top) == 0;
}

static const double powers[PLAIN_MAX] = {1e0,  1e1,  1e2,  1e3, 1e4,  1e5,
                                         1e6,  1e7,  1e8,  1e9, 1e10, 1e11,
                                         1e12, 1e13, 1e14, 1e15};

/* Digits with at most one point, and no more than a double holds. */
static inline bool
parse_plain(const char *s, size_t len, double *out)
{
    if (len == 0 || len > PLAIN_MAX)
        return false;
    wide text = load_text(s, len);
    size_t point = find_byte((uint64_t)text, '.'), fraction = 0;
    if (point == WORD)
        point += find_byte((uint64_t)(text >> 64), '.');
    if (point < len) {
        wide before = ((wide)1 << (8 * point)) - 1;
        text = (text & before) | (text >> 8 & ~before);
        fraction = --len - point;
        if (len == 0)
            return false;
    }
    const uint64_t zeros = each * '0';
    text = (text ^ ((wide)zeros << 64 | zeros)) << (8 * (PLAIN_MAX - len));
    uint64_t low = (uint64_t)text, high = (uint64_t)(text >> 64);
    if (!are_digits(low, high))
        return false;
    uint64_t v = eight_digits(low) * 100000000 + eight_digits(high);
    *out = (double)v / powers[fraction];
    return v <= (uint64_t)1 << DBL_MANT_DIG;
}

#else

static bool
parse_plain(const char *s, size_t len, double *out)
{
    (void)s;
    (void)len;
    (void)out;
    return false;
}

#endif

bool
number_parse_f64(const char *s, size_t len, double *out)
{
    bool minus = len > 0 && *s == '-';
    bool sign = minus || (len > 0 && *s == '+');
    double v;
    if (!parse_plain(s + sign, len - sign, &v))
        return number_parse_any(s, len, out);
    *out = minus ? -v : v;
    return true;
}
