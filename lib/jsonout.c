/* The writing half of lib/json.h. Whether a comma is due shows in the last
 * byte written, so no state is kept beside the text. */
#include "lib/json.h"
#include "lib/date.h"
#include "lib/number.h"
#include "lib/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
comma(struct buf *b)
{
    if (b->len > 0 && strchr("{[:,\n ", b->data[b->len - 1]) == NULL)
        buf_addc(b, ',');
}

static void
put_escaped(struct buf *b, unsigned char c)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
    const char *at = strchr(plain, c);
    if (at != NULL) {
        buf_addc(b, '\\');
        buf_addc(b, letter[at - plain]);
    } else {
        buf_addf(b, "\\u%04x", c);
    }
}

/* Quoted text; bytes that are not UTF-8 become U+FFFD. */
static void
put_quoted(struct buf *b, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    buf_addc(b, '"');
    while (*s != '\0') {
        size_t n = 0;
        while (s[n] >= ' ' && s[n] < 0x80 && s[n] != '"' && s[n] != '\\' &&
               s[n] != 0x7F)
            n++;
        if (n == 0 && *s >= 0x80)
            n = utf8_length((const char *)s);
        buf_add(b, s, n);
        if (n == 0 && *s < 0x80)
            put_escaped(b, *s);
        else if (n == 0)
            buf_adds(b, "\xEF\xBF\xBD");
        s += n > 0 ? n : 1;
    }
    buf_addc(b, '"');
}

void
json_open(struct buf *b, char bracket)
{
    comma(b);
    buf_addc(b, bracket);
}

void
json_close(struct buf *b, char bracket)
{
    buf_addc(b, bracket);
}

void
json_key(struct buf *b, const char *key)
{
    comma(b);
    put_quoted(b, key);
    buf_addc(b, ':');
}

void
json_put_str(struct buf *b, const char *s)
{
    if (s == NULL) {
        json_put_null(b);
        return;
    }
    comma(b);
    put_quoted(b, s);
}

void
json_put_f64(struct buf *b, double v)
{
    if (!isfinite(v)) {
        json_put_null(b);
        return;
    }
    comma(b);
    char text[NUMBER_TEXT_MAX];
    buf_add(b, text, number_format_f64(text, v));
}

void
json_put_i64(struct buf *b, int64_t v)
{
    comma(b);
    buf_addf(b, "%lld", (long long)v);
}

void
json_put_bool(struct buf *b, bool v)
{
    comma(b);
    buf_adds(b, v ? "true" : "false");
}

void
json_put_null(struct buf *b)
{
    comma(b);
    buf_adds(b, "null");
}

void
json_put_raw(struct buf *b, const char *json)
{
    comma(b);
    buf_adds(b, json != NULL ? json : "null");
}

void
json_member_str(struct buf *b, const char *key, const char *s)
{
    json_key(b, key);
    json_put_str(b, s);
}

void
json_member_f64(struct buf *b, const char *key, double v)
{
    json_key(b, key);
    json_put_f64(b, v);
}

void
json_member_i64(struct buf *b, const char *key, int64_t v)
{
    json_key(b, key);
    json_put_i64(b, v);
}

void
json_member_bool(struct buf *b, const char *key, bool v)
{
    json_key(b, key);
    json_put_bool(b, v);
}

void
json_member_id(struct buf *b, const char *key, int64_t id)
{
    json_key(b, key);
    if (id != 0)
        json_put_i64(b, id);
    else
        json_put_null(b);
}

void
json_member_time(struct arena *a, struct buf *b, const char *key, int64_t ts)
{
    json_member_str(b, key, ts != 0 ? date_format_iso(a, ts) : NULL);
}
