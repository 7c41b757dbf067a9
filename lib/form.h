/* What a browser sends: form values, query strings, cookies; bounded, decoded,
 * never trusted.
 *
 * A form keeps its pairs in the order they came, names may repeat. Bytes that
 * are not UTF-8 and NUL are refused, since PostgreSQL and HTML cannot hold
 * them; line ends CR LF become LF.
 */
#ifndef LIB_FORM_H
#define LIB_FORM_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>

EXTERN_C_BEGIN

enum { FORM_PAIRS_MAX = 512 };

struct form_pair {
    const char *name, *value;
};

struct form {
    const struct form_pair *pairs;
    size_t n;
};

/* Reads application/x-www-form-urlencoded text, as a body or as a query
 * string: a=1&b=two+words&c=%C3%A9. A name without '=' has the value "".
 *
 * fails   ERR_INPUT: a broken %xx, a NUL, bytes that are not UTF-8, more than
 *         FORM_PAIRS_MAX pairs; the text is fit to show
 */
MUST_USE bool form_parse(struct arena *a, const char *text, size_t len,
                         struct form *out, struct err *err);

/* The first value of a name; NULL when absent. */
const char *form_get(const struct form *form, const char *name);

/* All values of a name in order, NULL-terminated; n may be NULL. */
const char *const *form_all(struct arena *a, const struct form *form,
                            const char *name, size_t *n);

/* A cookie of a Cookie header, as sent (not decoded); NULL when absent. Where
 * the name repeats the first counts (browsers send the longest path first). */
const char *form_cookie(struct arena *a, const char *header, const char *name);

/* Percent-encodes everything but letters, digits and -._~ : for a path
 * segment, a query's name or value, a cookie's value. */
const char *form_escape(struct arena *a, const char *text);

/* Decodes %xx of a path segment or cookie ('+' stays); NULL when broken, not
 * UTF-8 or holding a NUL. */
const char *form_unescape(struct arena *a, const char *text, size_t len);

/* True when the text (with a NUL behind it) is well-formed UTF-8 (no overlong
 * forms, surrogates or values past U+10FFFF) and holds no NUL. */
bool form_is_utf8(const char *text, size_t len);

EXTERN_C_END

#endif
