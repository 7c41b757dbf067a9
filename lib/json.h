/* JSON in (simdjson behind this shim) and JSON out.
 *
 * A struct json is a value's handle, passed by value; it borrows from the
 * document, which lives on the arena. Reading a value of another type than
 * asked for is not a failure but a false: outside data is never trusted.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include "lib/buf.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

EXTERN_C_BEGIN

enum json_type {
    JSON_NONE, /* no such value */
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

struct json {
    const void *doc;
    size_t index;
};

/* Walks an array or an object:
 *     for (struct json_iter it = json_iter(v); json_next(&it);)
 *         use(it.key, it.value);           key is NULL in an array
 * A value of any other type has no elements. */
struct json_iter {
    struct json value;
    const char *key;
    size_t key_len;
    struct json container;
    size_t at, end;
};

/* fails ERR_INPUT with what is wrong and where, as far as known */
MUST_USE bool json_parse(struct arena *a, const char *text, size_t len,
                         struct json *out, struct err *err);

enum json_type json_type(struct json v);
/* Elements of an array, members of an object, else 0. */
size_t json_count(struct json v);

/* Member by key, or a value of JSON_NONE: calls may be chained. */
struct json json_get(struct json v, const char *key);
/* Element by position (walks; use json_iter for loops), or JSON_NONE. */
struct json json_at(struct json v, size_t i);

/* A number, or a string that is wholly a number ("73249.24000000"). */
MUST_USE bool json_f64(struct json v, double *out);
/* A whole number, or a string that is one. */
MUST_USE bool json_i64(struct json v, int64_t *out);
/* A string; borrowed, NUL-terminated. NULL for any other type. */
const char *json_str(struct json v);
const char *json_str_len(struct json v, size_t *len);
MUST_USE bool json_bool(struct json v, bool *out);

struct json_iter json_iter(struct json v);
bool json_next(struct json_iter *it);

/* The value as compact text, at most max bytes (then cut). */
const char *json_text(struct arena *a, struct json v, size_t max);

/* Writing: commas are set by the writer, so calls just follow each other.
 *     json_open(b, '{'); json_key(b, "rows"); json_put_i64(b, 3);
 *     json_close(b, '}');
 * Numbers print as the shortest text that reads back to the same double; NaN
 * and infinity print as null. */
void json_open(struct buf *b, char bracket);
void json_close(struct buf *b, char bracket);
void json_key(struct buf *b, const char *key);
void json_put_str(struct buf *b, const char *s); /* NULL prints null */
void json_put_f64(struct buf *b, double v);
void json_put_i64(struct buf *b, int64_t v);
void json_put_bool(struct buf *b, bool v);
void json_put_null(struct buf *b);
/* Key and value at once. */
void json_member_str(struct buf *b, const char *key, const char *s);
void json_member_f64(struct buf *b, const char *key, double v);
void json_member_i64(struct buf *b, const char *key, int64_t v);
void json_member_bool(struct buf *b, const char *key, bool v);
/* What may be absent: 0 prints null. A time prints as ISO 8601. */
void json_member_id(struct buf *b, const char *key, int64_t id);
void json_member_time(struct arena *a, struct buf *b, const char *key,
                      int64_t ts);
/* Text that is JSON already (from a jsonb column); NULL prints null. */
void json_put_raw(struct buf *b, const char *json);

EXTERN_C_END

#endif
