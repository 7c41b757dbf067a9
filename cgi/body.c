#include "cgi/body.h"

#include "lib/config.h"
#include "lib/format.h"
#include "lib/number.h"

#include <string.h>
#include <strings.h>

enum { FIELDS_MAX = 64, FIELD_BYTES_MAX = 4096 };

static const char *
cookie_get(const struct request *r, const char *name)
{
    return form_cookie(r->page.a, r->cookies, name);
}

/* False when it is no length; -1 when it is not told (chunked). */
static bool
length_get(const struct request *r, int64_t *length)
{
    const char *text = request_param(r, "CONTENT_LENGTH");
    *length = -1;
    if (text == NULL || text[0] == '\0')
        return true;
    if (strspn(text, "0123456789") != strlen(text))
        return false;
    if (!number_parse_i64(text, strlen(text), length))
        *length = INT64_MAX;
    return true;
}

static bool
is_of_type(const char *type, const char *wanted)
{
    size_t n = strlen(wanted);
    return type != NULL && strncasecmp(type, wanted, n) == 0 &&
           strchr("; \t", type[n]) != NULL;
}

/* The whole body, of at most max bytes; 0, or the status of what is wrong. An
 * empty one has no bytes and may be of any type. */
static int
whole_read(struct request *r, int64_t max, const char *const *types, size_t n,
           const char **bytes, size_t *len)
{
    int64_t size;
    bool is_known = false;
    *bytes = "";
    *len = 0;
    if (!length_get(r, &size))
        return 400;
    if (size > max)
        return 413;
    if (size <= 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        is_known |= is_of_type(request_param(r, "CONTENT_TYPE"), types[i]);
    if (!is_known)
        return 415;
    char *body = arena_alloc(r->page.a, (size_t)size + 1);
    size_t got;
    while (*len < (size_t)size &&
           (got = fcgi_read(r->fcgi, body + *len, (size_t)size - *len)) > 0)
        *len += got;
    *bytes = body;
    return *len < (size_t)size ? 400 : 0;
}

int
body_read(struct request *r)
{
    static const char *const types[] = {"application/x-www-form-urlencoded"};
    struct err err;
    const char *body;
    size_t len;
    int status =
        whole_read(r, REQUEST_BODY_MAX, types, COUNT_OF(types), &body, &len);
    if (status == 0 && len > 0 &&
        !form_parse(r->page.a, body, len, &r->form, &err))
        return 400;
    return status;
}

int
body_json(struct request *r, const char **text)
{
    static const char *const types[] = {"application/json",
                                        "application/merge-patch+json"};
    struct err err;
    const char *body;
    size_t len;
    int status =
        whole_read(r, REQUEST_JSON_MAX, types, COUNT_OF(types), &body, &len);
    *text = status == 413   ? "A JSON document may have 8 MiB. Nothing was "
                              "changed."
            : status == 415 ? "The body is to be JSON, with Content-Type: "
                              "application/json. Nothing was changed."
                            : NULL;
    if (status != 0 || len == 0 ||
        json_parse(r->page.a, body, len, &r->json, &err))
        return status;
    *text = request_sentence(r->page.a, err.text);
    return 400;
}

bool
body_csrf_is_right(const struct request *r)
{
    const struct page *p = &r->page;
    const char *given = form_get(&r->form, "csrf");
    if (given == NULL)
        given = request_param(r, "HTTP_X_CSRF_TOKEN");
    if (given == NULL)
        return false;
    if (p->user != NULL && secret_equal(given, p->user->csrf))
        return true;
    const char *seed = cookie_get(r, COOKIE_LOGIN);
    return r->route->role == ROLE_NONE && seed != NULL &&
           secret_equal(given, request_login_csrf(r, seed));
}

static bool
too_large(struct request *r, struct err *err)
{
    r->is_too_large = true;
    return err_set(err, ERR_INPUT,
                   "More than %s were sent at once, which is the most that is "
                   "taken (QM_UPLOAD_MAX_BYTES). Nothing was stored. Pack the "
                   "file with gzip or zstd, or send it in parts.",
                   fmt_bytes(r->page.a, config()->upload_max_bytes));
}

/* The body's bytes, until their end. A client that goes away is told from one
 * that is done by the length that it had promised, or by the connection. */
static bool
body_stream_read(void *arg, void *to, size_t size, size_t *got, struct err *err)
{
    struct request *r = arg;
    if (r->body_length >= 0 && (int64_t)size > r->body_length - r->body_taken)
        size = (size_t)(r->body_length - r->body_taken);
    *got = size > 0 ? fcgi_read(r->fcgi, to, size) : 0;
    r->body_taken += (int64_t)*got;
    if (r->body_taken > config()->upload_max_bytes)
        return too_large(r, err);
    bool is_whole = r->body_length < 0 ? fcgi_body_is_whole(r->fcgi)
                                       : r->body_taken == r->body_length;
    if (*got > 0 || is_whole)
        return true;
    r->is_broken = true;
    return err_set(err, ERR_INPUT,
                   "the upload broke off after %lld bytes; nothing was stored",
                   (long long)r->body_taken);
}

static bool
field_add(struct request *r, const char *name, struct err *err)
{
    struct page *p = &r->page;
    struct form_pair *pairs;
    const char *value;
    if (r->form.n == 0)
        r->form.pairs = arena_array(p->a, FIELDS_MAX, sizeof *pairs);
    if (r->form.n == FIELDS_MAX)
        return err_set(err, ERR_INPUT, "the form has over %d fields",
                       (int)FIELDS_MAX);
    if (!multipart_value(r->parts, FIELD_BYTES_MAX, &value, err))
        return false;
    pairs = (struct form_pair *)r->form.pairs; /* made above */
    pairs[r->form.n++] = (struct form_pair){.name = name, .value = value};
    return true;
}

/* Reads on to the next file. */
static bool
file_find(struct request *r, const char **filename, struct err *err)
{
    struct multipart_part part;
    bool any;
    for (;;) {
        if (!multipart_next(r->parts, &part, &any, err))
            return false;
        *filename = any ? part.filename : NULL;
        if (!any || part.filename != NULL)
            return true;
        if (!field_add(r, part.name, err))
            return false;
    }
}

bool
body_file_next(struct request *r, const char **filename, struct err *err)
{
    const char *bytes;
    size_t len;
    for (;;) {
        if (!r->has_file && !file_find(r, &r->filename, err))
            return false;
        r->has_file = false;
        *filename = r->filename;
        if (*filename == NULL)
            return true;
        r->file = multipart_stream(r->parts);
        if ((*filename)[0] != '\0')
            return true;
        if (!stream_peek(r->file, 1, &bytes, &len, err))
            return false;
        if (len > 0)
            return true;
    }
}

/* Up to the first file; the CSRF token stands before it. */
static int
parts_open(struct request *r, const char **text)
{
    struct err err;
    const char *type = request_param(r, "CONTENT_TYPE");
    if (!is_of_type(type, "multipart/form-data"))
        return 415;
    if (multipart_open(r->page.a, type, r->body, &r->parts, &err) &&
        file_find(r, &r->filename, &err)) {
        r->has_file = true;
        return 0;
    }
    *text = request_sentence(r->page.a, err.text);
    return r->is_too_large ? 413 : 400;
}

int
body_open(struct request *r, const char **text)
{
    struct err err;
    *text = NULL;
    if (!length_get(r, &r->body_length))
        return 400;
    if (r->body_length > config()->upload_max_bytes) {
        (void)!too_large(r, &err);
        *text = arena_strdup(r->page.a, err.text);
        return 413;
    }
    r->body = stream_open_fn(r->page.a, body_stream_read, r);
    return strcmp(r->page.method, "POST") == 0 ? parts_open(r, text) : 0;
}
