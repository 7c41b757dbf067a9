#include "lib/form.h"

#include "lib/utf8.h"

#include <string.h>

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool
form_is_utf8(const char *text, size_t len)
{
    const char *end = text + len;
    while (text < end) {
        size_t n = utf8_length(text);
        if (n == 0)
            return false;
        text += n;
    }
    return true;
}

/* Decodes into out (len + 1 bytes or more); false when broken. */
static bool
decode(const char *s, size_t len, bool plus_is_blank, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (c == '%') {
            int high = len - i > 2 ? hex_value(s[i + 1]) : -1;
            int low = high >= 0 ? hex_value(s[i + 2]) : -1;
            if (low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        if (c == '\n' && n > 0 && out[n - 1] == '\r')
            n--;
        out[n++] = c;
    }
    out[n] = '\0';
    return form_is_utf8(out, n);
}

static bool
pair_parse(struct arena *a, const char *s, size_t len, struct form_pair *out)
{
    const char *equals = memchr(s, '=', len);
    size_t name_len = equals != NULL ? (size_t)(equals - s) : len;
    size_t value_len = equals != NULL ? len - name_len - 1 : 0;
    char *name = arena_alloc(a, name_len + 1);
    char *value = arena_alloc(a, value_len + 1);
    out->name = name;
    out->value = value;
    return decode(s, name_len, true, name) &&
           (equals == NULL || decode(equals + 1, value_len, true, value));
}

bool
form_parse(struct arena *a, const char *text, size_t len, struct form *out,
           struct err *err)
{
    *out = (struct form){0};
    if (len == 0)
        return true;
    size_t max = 1;
    for (size_t i = 0; i < len; i++)
        max += text[i] == '&';
    if (max > FORM_PAIRS_MAX)
        return err_set(err, ERR_INPUT, "more than %d values were sent",
                       (int)FORM_PAIRS_MAX);
    struct form_pair *pairs = arena_array(a, max, sizeof *pairs);
    for (const char *s = text, *end = text + len; s <= end;) {
        const char *stop = memchr(s, '&', (size_t)(end - s));
        if (stop == NULL)
            stop = end;
        if (stop > s && !pair_parse(a, s, (size_t)(stop - s), &pairs[out->n++]))
            return err_set(err, ERR_INPUT,
                           "a value is not well-formed UTF-8 text");
        s = stop + 1;
    }
    out->pairs = pairs;
    return true;
}

const char *
form_get(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->n; i++)
        if (strcmp(form->pairs[i].name, name) == 0)
            return form->pairs[i].value;
    return NULL;
}

const char *const *
form_all(struct arena *a, const struct form *form, const char *name, size_t *n)
{
    const char **values = arena_array(a, form->n + 1, sizeof *values);
    size_t count = 0;
    for (size_t i = 0; i < form->n; i++)
        if (strcmp(form->pairs[i].name, name) == 0)
            values[count++] = form->pairs[i].value;
    if (n != NULL)
        *n = count;
    return values;
}

const char *
form_cookie(struct arena *a, const char *header, const char *name)
{
    size_t name_len = strlen(name);
    for (const char *s = header; s != NULL && *s != '\0';) {
        s += strspn(s, "; \t");
        size_t len = strcspn(s, ";");
        if (len > name_len && memcmp(s, name, name_len) == 0 &&
            s[name_len] == '=') {
            const char *value = s + name_len + 1;
            len -= name_len + 1;
            while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
                len--;
            return arena_strndup(a, value, len);
        }
        s += len;
    }
    return NULL;
}

const char *
form_escape(struct arena *a, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    char *out = arena_array(a, strlen(text) + 1, 3), *at = out;
    for (; *text != '\0'; text++) {
        if (strchr(plain, *text) != NULL) {
            *at++ = *text;
            continue;
        }
        *at++ = '%';
        *at++ = hex[(unsigned char)*text >> 4];
        *at++ = hex[(unsigned char)*text & 15];
    }
    return out;
}

const char *
form_unescape(struct arena *a, const char *text, size_t len)
{
    char *out = arena_alloc(a, len + 1);
    return decode(text, len, false, out) ? out : NULL;
}
