#include "simulator/request.h"

#include "lib/date.h"
#include "lib/number.h"

#include <string.h>

static int
hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decoded text; "+" is a blank in a query. A NUL ends the text. */
static char *
decoded(struct arena *a, const char *text, size_t len, bool is_query)
{
    char *out = arena_alloc(a, len + 1), *to = out;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '%' && i + 2 < len && hex(text[i + 1]) >= 0 &&
            hex(text[i + 2]) >= 0) {
            *to++ = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        } else {
            *to++ = is_query && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

static void
parse_query(struct arena *a, const char *query, struct request *out)
{
    size_t n = 1;
    for (const char *p = query; *p != '\0'; p++)
        n += *p == '&';
    struct request_pair *pairs = arena_array(a, n, sizeof *pairs);
    out->pairs = pairs;
    while (*query != '\0') {
        size_t len = strcspn(query, "&");
        size_t name = 0;
        while (name < len && query[name] != '=')
            name++;
        size_t value = name < len ? name + 1 : len;
        pairs[out->n_pairs++] = (struct request_pair){
            .name = decoded(a, query, name, true),
            .value = decoded(a, query + value, len - value, true)};
        query += len + (query[len] == '&');
    }
}

/* Splits "/sim/acme/api/v3/klines" at the dialect's marker "/api/v3/": what
 * stands before it ends with the provider's name. */
static void
parse_path(struct arena *a, const char *path, struct request *out)
{
    const char *at;
    out->path = path;
    out->provider = "";
    out->dialect = dialect_find(path, &at);
    if (out->dialect == NULL)
        return;
    out->path = at;
    const char *name = at;
    while (name > path && name[-1] != '/')
        name--;
    out->provider = name < at ? arena_strndup(a, name, (size_t)(at - name))
                              : out->dialect->name;
}

void
request_parse(struct arena *a, const char *raw_uri, const char *clock,
              int64_t now_ts, struct request *out)
{
    *out = (struct request){.now_ts = now_ts};
    size_t path_len = strcspn(raw_uri, "?");
    const char *query = raw_uri[path_len] == '?' ? raw_uri + path_len + 1 : "";
    const char *path = decoded(a, raw_uri, path_len, false);
    out->uri =
        arena_printf(a, "%s?%s", path, decoded(a, query, strlen(query), true));
    parse_path(a, path, out);
    parse_query(a, query, out);
    if (clock != NULL && !date_parse_iso(clock, strlen(clock), &out->now_ts))
        out->now_ts = now_ts;
}

void
request_read(struct arena *a, const struct fcgi *f, int64_t now_ts,
             struct request *out)
{
    const char *uri = fcgi_param(f, "REQUEST_URI");
    if (uri == NULL) {
        const char *path = fcgi_param(f, "DOCUMENT_URI");
        const char *query = fcgi_param(f, "QUERY_STRING");
        uri = arena_printf(a, "%s?%s", path != NULL ? path : "/",
                           query != NULL ? query : "");
    }
    request_parse(a, uri, fcgi_param(f, "HTTP_X_QUOTEMILL_NOW"), now_ts, out);
}

const char *
request_param(const struct request *r, const char *name)
{
    for (size_t i = 0; i < r->n_pairs; i++)
        if (strcmp(r->pairs[i].name, name) == 0)
            return r->pairs[i].value;
    return NULL;
}

bool
request_param_i64(const struct request *r, const char *name, int64_t fallback,
                  int64_t *out)
{
    const char *text = request_param(r, name);
    *out = fallback;
    return text == NULL || number_parse_i64(text, strlen(text), out);
}
