#include "core/cell.h"

#include "lib/attr.h"
#include "lib/number.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    DECORATED_MAX = 256, /* bytes of a number that is more than digits */
    EXPONENT_MAX = 99999,
};

struct text {
    const char *s, *end;
};

/* The blank at s: 1 byte, or a no-break or thin one of UTF-8; 0: none. */
static size_t
blank_at(const char *s, size_t len)
{
    if (len >= 1 && (*s == ' ' || *s == '\t'))
        return 1;
    if (len >= 2 && memcmp(s, "\xC2\xA0", 2) == 0)
        return 2;
    if (len >= 3 && (memcmp(s, "\xE2\x80\xAF", 3) == 0 ||
                     memcmp(s, "\xE2\x80\x89", 3) == 0))
        return 3;
    return 0;
}

static size_t
blank_before(const char *s, size_t len)
{
    for (size_t n = 1; n <= 3 && n <= len; n++)
        if (blank_at(s + len - n, n) == n)
            return n;
    return 0;
}

void
cell_trim(const char **s, size_t *len)
{
    size_t n;
    while ((n = blank_at(*s, *len)) > 0) {
        *s += n;
        *len -= n;
    }
    while ((n = blank_before(*s, *len)) > 0)
        *len -= n;
}

bool
cell_is_absent(const char *s, size_t len)
{
    static const char *const words[] = {
        "-",    "n/a",  "na",   "nan",          "null",         ".",
        "none", "#n/a", "nil",  "--",           "---",          "..",
        "...",  "n.a.", "nat",  "#n/a n/a",     "\\n",          "nd",
        "-nan", "?",    "<na>", "\xE2\x80\x93", "\xE2\x80\x94",
    };
    cell_trim(&s, &len);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strlen(words[i]) == len && strncasecmp(s, words[i], len) == 0)
            return true;
    return len == 0;
}

static bool
take(struct text *t, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(t->end - t->s) < n || memcmp(t->s, word, n) != 0)
        return false;
    t->s += n;
    return true;
}

static bool
take_behind(struct text *t, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(t->end - t->s) < n || memcmp(t->end - n, word, n) != 0)
        return false;
    t->end -= n;
    return true;
}

/* Signs and codes that stand before or behind an amount of money; the longer
 * of two that begin alike comes first. */
static const char *const currencies[] = {
    "US$",      "HK$",          "R$",  "C$",  "A$",  "$",   "\xC2\xA3",
    "\xC2\xA5", "\xE0\xB8\xBF", /* baht */
    "USDT",     "USDC",         "USD", "EUR", "GBP", "JPY", "CHF",
    "TRY",      "CNY",          "HKD", "CAD", "AUD", "NZD", "SEK",
    "NOK",      "DKK",          "PLN", "CZK", "HUF", "INR", "KRW",
    "BRL",      "MXN",          "ZAR", "RUB", "SGD", "ILS", "THB",
    "TWD",      "IDR",          "BTC", "ETH", "TL",
};

/* The block of currency signs, U+20A0 to U+20BF: euro, lira, rupee ... */
static bool
is_currency_sign(const char *s)
{
    return memcmp(s, "\xE2\x82", 2) == 0 && (unsigned char)s[2] >= 0xA0 &&
           (unsigned char)s[2] <= 0xBF;
}

static bool
take_currency(struct text *t, bool behind)
{
    if (t->end - t->s >= 3 && is_currency_sign(behind ? t->end - 3 : t->s)) {
        if (behind)
            t->end -= 3;
        else
            t->s += 3;
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(currencies); i++)
        if (behind ? take_behind(t, currencies[i]) : take(t, currencies[i]))
            return true;
    return false;
}

/* Thousand, million ...; their power of ten, or 0. */
static int
take_unit(struct text *t)
{
    static const struct {
        const char *word;
        int power;
    } units[] = {{"bn", 9}, {"mn", 6}, {"tn", 12}, {"K", 3}, {"k", 3},
                 {"M", 6},  {"m", 6},  {"B", 9},   {"b", 9}, {"T", 12}};
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (take_behind(t, units[i].word))
            return units[i].power;
    return 0;
}

/* What stands around the digits. */
struct dress {
    bool minus, sign, currency, bracket, percent;
    int power;
};

static void
trim(struct text *t)
{
    size_t len = (size_t)(t->end - t->s);
    cell_trim(&t->s, &len);
    t->end = t->s + len;
}

static void
undress_front(struct text *t, struct dress *d)
{
    for (bool found = true; found; trim(t)) {
        found = false;
        if (!d->sign && !d->bracket) {
            d->minus = take(t, "-") || take(t, "\xE2\x88\x92");
            d->sign = found = d->minus || take(t, "+");
        }
        if (!found && !d->currency)
            d->currency = found = take_currency(t, false);
        if (!found && !d->bracket && !d->sign && t->s < t->end &&
            t->s[0] == '(' && take_behind(t, ")"))
            d->bracket = found = take(t, "(");
    }
}

static void
undress_back(struct text *t, struct dress *d)
{
    for (bool found = true; found; trim(t)) {
        found = false;
        if (!d->currency && !d->percent)
            d->currency = found = take_currency(t, true);
        if (!found && d->power == 0 && !d->percent && !d->currency)
            d->percent = found = take_behind(t, "%");
        if (!found && d->power == 0 && !d->percent)
            found = (d->power = take_unit(t)) > 0;
    }
}

/* The digits on their way to plain text, which number_parse_f64 reads; and the
 * groups that they stood in. */
struct plain {
    char text[DECORATED_MAX + 32];
    size_t n;
    size_t separators;  /* how many, */
    size_t width;       /* bytes of one, */
    const char *like;   /* and one of them */
    size_t first, last; /* digits of these groups */
    bool threes, twos;  /* digits of all between */
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A thousands separator at s: its bytes, or 0. All of one number are alike. */
static size_t
separator_at(const struct plain *p, const char *s, const char *end,
             char decimal)
{
    size_t len = (size_t)(end - s), n = blank_at(s, len);
    if (*s == (decimal == '.' ? ',' : '.') || *s == '\'')
        n = 1;
    else if (len >= 3 && memcmp(s, "\xE2\x80\x99", 3) == 0)
        n = 3;
    if (p->separators > 0 && (n != p->width || memcmp(s, p->like, n) != 0))
        return 0;
    return n;
}

/* 1,234,567; or the Indian 12,34,567, where no digit is in doubt either. What
 * begins with 0 is a fraction whose decimal sign was taken for another. */
static bool
groups_are_right(const struct plain *p, const char *begin)
{
    if (p->separators == 0)
        return true;
    bool indian = p->twos && p->separators > 1 && p->first <= 2 &&
                  (*p->like == ',' || *p->like == '.');
    return (p->threes || indian) && p->last == 3 && p->first >= 1 &&
           p->first <= 3 && *begin != '0';
}

/* The digits before the decimal sign, in groups or not. */
static bool
whole_part(struct text *t, char decimal, struct plain *p)
{
    const char *begin = t->s;
    size_t n;
    while (t->s < t->end) {
        if (is_digit(*t->s)) {
            p->text[p->n++] = *t->s++;
            p->last++;
            continue;
        }
        if ((n = separator_at(p, t->s, t->end, decimal)) == 0)
            break;
        if (p->separators++ == 0) {
            p->first = p->last;
        } else {
            p->threes = p->threes && p->last == 3;
            p->twos = p->twos && p->last == 2;
        }
        p->width = n;
        p->like = t->s;
        p->last = 0;
        t->s += n;
    }
    return groups_are_right(p, begin);
}

static bool
exponent_part(struct text *t, int *power)
{
    int sign = 1, e = 0;
    if (t->s == t->end)
        return true;
    if (!take(t, "e") && !take(t, "E"))
        return false;
    if (take(t, "-"))
        sign = -1;
    else
        (void)take(t, "+");
    const char *first = t->s;
    for (; t->s < t->end && is_digit(*t->s); t->s++)
        e = e < EXPONENT_MAX ? e * 10 + (*t->s - '0') : e;
    *power += sign * e;
    return t->s == t->end && t->s > first;
}

/* What is left when all around is gone. The power goes into the text, so that
 * 11.62K is the double nearest to 11620. */
static bool
digits_to_f64(struct text t, const struct dress *d, char decimal, double *out)
{
    struct plain p; /* its text is large: not to be cleared */
    p.n = p.separators = p.width = p.first = p.last = 0;
    p.threes = p.twos = true;
    p.like = NULL;
    int power = d->percent ? -2 : d->power;
    if (d->minus || d->bracket)
        p.text[p.n++] = '-';
    if (!whole_part(&t, decimal, &p))
        return false;
    if (t.s < t.end && *t.s == decimal) {
        p.text[p.n++] = '.';
        for (t.s++; t.s < t.end && is_digit(*t.s); t.s++)
            p.text[p.n++] = *t.s;
    }
    bool has_exponent = t.s < t.end;
    if ((has_exponent && d->power > 0) || !exponent_part(&t, &power))
        return false;
    if (power != 0)
        p.n += (size_t)snprintf(p.text + p.n, 12, "e%d", power);
    return number_parse_f64(p.text, p.n, out);
}

/* Apart from cell_number for the sake of its speed. */
static __attribute__((noinline)) enum cell_state
read_decorated(const char *s, size_t len, char decimal, double *out)
{
    cell_trim(&s, &len);
    if (cell_is_absent(s, len))
        return CELL_ABSENT;
    if (decimal == '.' && number_parse_f64(s, len, out))
        return CELL_OK;
    if (len > DECORATED_MAX)
        return CELL_BAD;
    struct text t = {.s = s, .end = s + len};
    struct dress d = {0};
    undress_front(&t, &d);
    undress_back(&t, &d);
    return digits_to_f64(t, &d, decimal, out) ? CELL_OK : CELL_BAD;
}

enum cell_state
cell_number(const char *s, size_t len, char decimal, double *out)
{
    if (decimal == '.' && number_parse_f64(s, len, out))
        return CELL_OK;
    return read_decorated(s, len, decimal, out);
}
