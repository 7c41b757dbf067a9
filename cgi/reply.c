#include "cgi/reply.h"

#include "cgi/bell.h"
#include "lib/config.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/log.h"

#include <ctype.h>
#include <string.h>

enum { RETRY_S = 5, TAG_CHARS = 32 };

static const char content_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

static const struct {
    int status;
    const char *reason, *title, *words;
} statuses[] = {
    {200, "OK", NULL, NULL},
    {201, "Created", NULL, NULL},
    {202, "Accepted", NULL, NULL},
    {204, "No Content", NULL, NULL},
    {303, "See Other", NULL, NULL},
    {304, "Not Modified", NULL, NULL},
    {400, "Bad Request", "Request not understood",
     "The address or the form that was sent is damaged."},
    {401, "Unauthorized", "Not signed in",
     "You are not signed in, or your session has ended. Nothing was changed."},
    {403, "Forbidden", "Not allowed", "You may not do that."},
    {404, "Not Found", "Not found", "There is nothing at this address."},
    {405, "Method Not Allowed", "Not possible here",
     "This address does not answer that method."},
    {409, "Conflict", "Somebody was first", "That cannot be done any more."},
    {413, "Content Too Large", "Too much",
     "The form that was sent is larger than 64 KiB. Nothing was changed."},
    {414, "URI Too Long", "Address too long",
     "The address is longer than 4096 characters."},
    {415, "Unsupported Media Type", "Not a form",
     "The body that was sent is not a form. Nothing was changed."},
    {422, "Unprocessable Content", "Not accepted",
     "What was sent cannot be used. Nothing was changed."},
    {429, "Too Many Requests", "Too often", "Too many attempts."},
    {500, "Internal Server Error", "Our mistake",
     "Something went wrong in quotemill itself."},
    {503, "Service Unavailable", "Not available right now",
     "The database cannot be reached right now."},
};

static size_t
status_find(int status)
{
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        if (statuses[i].status == status)
            return i;
    return COUNT_OF(statuses) - 2; /* 500 */
}

/* Name of the navigation's section: "AT_RUNS" of "/runs/7". */
static const char *
at_name(struct arena *a, const char *path)
{
    size_t len = strcspn(path + 1, "/");
    if (len == 0)
        return "AT_OVERVIEW";
    char *name = arena_printf(a, "AT_%.*s", (int)len, path + 1);
    for (char *s = name; *s != '\0'; s++)
        *s = (char)toupper((unsigned char)*s);
    return name;
}

static void
layout_user(struct arena *a, struct view *v, const struct page_user *user)
{
    view_set(v, "BELL_WORDS", bell_words(a, user));
    view_set(v, "BELL_TONE", bell_tone(user));
    view_show_all(v, "SIGNED_IN");
    if (user->role >= ROLE_OPERATOR)
        view_show_all(v, "IS_OPERATOR");
    if (user->role >= ROLE_ADMIN)
        view_show_all(v, "IS_ADMIN");
    view_set_all(v, "USER_NAME", user->name);
    view_set_all(v, "USER_ROLE", request_role_name(user->role));
    view_set_all(v, "USER_ZONE", user->time_zone);
    view_set_all(v, "CSRF", user->csrf);
}

void
reply_layout(struct request *r)
{
    struct page *p = &r->page;
    p->layout = view_new(p->a, "layout");
    const char *file = r->route != NULL && r->route->template != NULL
                           ? r->route->template
                           : "error.tpl";
    p->view = view_include(p->layout, "BODY", file);
    r->errors = NULL;
    r->n_errors = 0;
    if (p->user != NULL) {
        layout_user(p->a, p->layout, p->user);
    } else {
        view_show_all(p->layout, "SIGNED_OUT");
        if (r->login_seed != NULL)
            view_set_all(p->layout, "CSRF",
                         request_login_csrf(r, r->login_seed));
    }
    view_show(p->layout, at_name(p->a, p->path));
    if (config()->simulator_url[0] != '\0')
        view_show_all(p->layout, "SIMULATED");
    if (r->flash != NULL)
        view_set(view_add(p->layout, "FLASH"), "FLASH_TEXT", r->flash);
}

static void
head_add(struct buf *b, const char *name, const char *value)
{
    buf_adds(b, name);
    buf_adds(b, ": ");
    buf_adds(b, value);
    buf_adds(b, "\r\n");
}

/* Status line and headers; a body that is begun has no length yet. */
static const char *
head_make(struct request *r, const char *type, size_t body_len, size_t *len)
{
    struct buf *b = buf_new(r->page.a);
    bool is_page = !r->is_api;
    bool has_cache_rule = false;
    buf_addf(b, "Status: %d %s\r\n", r->page.status,
             statuses[status_find(r->page.status)].reason);
    if (body_len > 0)
        head_add(b, "Content-Type", type);
    if (r->page.status != 204 && r->page.status != 304 && !r->is_begun)
        buf_addf(b, "Content-Length: %zu\r\n", body_len);
    if (r->location != NULL)
        head_add(b, "Location", r->location);
    for (size_t i = 0; i < r->n_headers; i++) {
        head_add(b, r->header_names[i], r->header_values[i]);
        has_cache_rule |= strcmp(r->header_names[i], "Cache-Control") == 0;
    }
    if (!has_cache_rule)
        head_add(b, "Cache-Control", "no-store");
    head_add(b, "Content-Security-Policy",
             is_page ? content_policy
                     : "default-src 'none'; frame-ancestors 'none'");
    head_add(b, "X-Content-Type-Options", "nosniff");
    head_add(b, "Referrer-Policy", "same-origin");
    if (is_page) {
        head_add(b, "Cross-Origin-Opener-Policy", "same-origin");
        head_add(b, "Permissions-Policy",
                 "camera=(), geolocation=(), microphone=(), payment=(), "
                 "usb=()");
    }
    if (config()->cookie_secure)
        head_add(b, "Strict-Transport-Security", "max-age=31536000");
    buf_adds(b, "\r\n");
    *len = b->len;
    return b->data;
}

static void
answer_write(struct request *r, const struct cache_body *answer)
{
    fcgi_write(r->fcgi, answer->head, answer->head_len);
    if (!r->is_head)
        fcgi_write(r->fcgi, answer->body, answer->body_len);
}

/* Whether an If-None-Match header holds the tag: a list of quoted tags, each
 * perhaps weak, or "*". */
static bool
matches_tag(const char *header, const char *tag)
{
    if (header == NULL)
        return false;
    return strcmp(header, "*") == 0 || strstr(header, tag) != NULL;
}

bool
reply_tag_is(struct request *r, const char *hash)
{
    struct page *p = &r->page;
    const char *tag = arena_printf(p->a, "\"%.*s\"", TAG_CHARS, hash);
    page_header(p, "ETag", tag);
    if (!matches_tag(request_param(r, "HTTP_IF_NONE_MATCH"), tag))
        return false;
    p->status = 304;
    buf_clear(p->out);
    return true;
}

void
reply_tag(struct request *r)
{
    struct page *p = &r->page;
    reply_tag_is(r, secret_hash_hex(p->a, p->out->data, p->out->len));
}

void
reply_begin(struct request *r)
{
    size_t len;
    const char *type =
        r->content_type != NULL ? r->content_type : "application/json";
    r->is_begun = true;
    const char *head = head_make(r, type, 1, &len);
    fcgi_write(r->fcgi, head, len);
}

bool
reply_part(struct request *r, const void *bytes, size_t len, struct err *err)
{
    bool ok = !fcgi_client_is_gone(r->fcgi);
    if (ok && !r->is_head)
        ok = fcgi_write(r->fcgi, bytes, len) && fcgi_flush(r->fcgi);
    r->is_gone = !ok;
    return ok || err_set(err, ERR_RETRY, "the client is gone");
}

void
reply_broken(struct request *r, const struct err *err)
{
    log_event(r->is_gone ? LOG_INFO : LOG_ERROR,
              r->is_gone ? "request.left" : "request.broken",
              "method=%s path=\"%s\" error=\"%s\"", r->page.method,
              r->page.path, err->text);
    fcgi_abort(r->fcgi);
}

void
reply_send_kept(struct request *r, const struct cache_body *kept)
{
    answer_write(r, kept);
}

/* What the ERRORS summary is headed with, known once all errors are. */
static void
errors_title(struct request *r)
{
    if (r->errors != NULL && r->errors_title != NULL)
        view_set(r->errors, "ERRORS_TITLE", r->errors_title);
    else if (r->errors != NULL)
        view_setf(r->errors, "ERRORS_TITLE", "Nothing was changed: %s",
                  r->n_errors == 1
                      ? "one thing needs another look"
                      : fmt_plural(r->page.a, (int64_t)r->n_errors, "thing",
                                   "things need another look"));
}

/* Neither a failure nor what sets a cookie. */
static bool
may_be_kept(const struct request *r)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (strcmp(r->header_names[i], "Set-Cookie") == 0)
            return false;
    return r->page.status == 200 || r->page.status == 304;
}

bool
reply_send(struct request *r, const char *stamp, const char *key,
           struct err *err)
{
    struct page *p = &r->page;
    struct buf *body = p->out;
    const char *type =
        r->content_type != NULL ? r->content_type : "application/json";
    if (r->location == NULL && r->route->template != NULL) {
        body = buf_new(p->a);
        type = "text/html; charset=utf-8";
        errors_title(r);
        if (!view_render("layout.tpl", p->layout, body, err))
            return false;
    }
    struct cache_body answer = {.body = body->data, .body_len = body->len};
    answer.head = head_make(r, type, body->len, &answer.head_len);
    if (key != NULL && may_be_kept(r))
        cache_put(r->console->cache, stamp, key, &answer);
    answer_write(r, &answer);
    return true;
}

static void
problem_json(const struct request *r, struct buf *b, int status,
             const char *title, const char *text, const char *ref)
{
    json_open(b, '{');
    json_key(b, "type");
    json_put_str(b, "about:blank");
    json_key(b, "title");
    json_put_str(b, title);
    json_key(b, "status");
    json_put_i64(b, status);
    json_key(b, "detail");
    json_put_str(b, text);
    if (ref != NULL) {
        json_key(b, "instance");
        json_put_str(b, ref);
    }
    if (r->bad_field != NULL) {
        json_key(b, "errors");
        json_open(b, '[');
        json_open(b, '{');
        json_member_str(b, "field", r->bad_field);
        json_member_str(b, "text", r->bad_text);
        json_close(b, '}');
        json_close(b, ']');
    }
    json_close(b, '}');
}

/* The error's page; false when the templates cannot make it. */
static bool
error_page(struct request *r, size_t s, const char *text, const char *ref,
           struct buf *body)
{
    struct err err;
    struct page *p = &r->page;
    r->route = NULL;
    reply_layout(r);
    page_title(p, statuses[s].title, NULL);
    view_set(p->view, "ERROR_TEXT", text);
    if (ref != NULL)
        view_set(view_add(p->view, "REFERENCE"), "REF", ref);
    if (p->status == 401)
        view_show(p->view, "SIGN_IN");
    if (p->status == 503)
        view_show(p->view, "AGAIN");
    if (view_render("layout.tpl", p->layout, body, &err))
        return true;
    log_event(LOG_ERROR, "page.failed", "error=\"%s\"", err.text);
    return false;
}

void
reply_error(struct request *r, int status, const char *text, const char *ref)
{
    struct page *p = &r->page;
    size_t s = status_find(status);
    struct buf *body = buf_new(p->a);
    const char *type = "text/html; charset=utf-8";
    if (text == NULL)
        text = statuses[s].words;
    p->status = status;
    r->location = NULL;
    if (status == 401 && r->is_api)
        page_header(p, "WWW-Authenticate",
                    r->is_bearer
                        ? "Bearer realm=\"quotemill\", error=\"invalid_token\""
                        : "Bearer realm=\"quotemill\", "
                          "Cookie realm=\"quotemill\"");
    if (status == 503) {
        page_header(p, "Retry-After", fmt_i64(p->a, RETRY_S));
        if (!r->is_api && strcmp(p->method, "GET") == 0)
            page_header(p, "Refresh", fmt_i64(p->a, RETRY_S));
    }
    if (r->is_api) {
        type = "application/problem+json";
        problem_json(r, body, status, statuses[s].reason, text, ref);
    } else if (!error_page(r, s, text, ref, body)) {
        type = "text/plain; charset=utf-8";
        buf_clear(body);
        buf_addf(body, "%s\n%s\n", statuses[s].title, text);
    }
    struct cache_body answer = {.body = body->data, .body_len = body->len};
    answer.head = head_make(r, type, body->len, &answer.head_len);
    answer_write(r, &answer);
}

/* "interval: choose 1m ..." is about the field interval; "alerts[2].when: ..."
 * about one within a list. */
static void
field_find(struct request *r, const struct err *err)
{
    size_t len = strspn(err->text, "abcdefghijklmnopqrstuvwxyz0123456789_.[]");
    if (err->kind != ERR_INPUT || len == 0 ||
        strncmp(err->text + len, ": ", 2) != 0)
        return;
    r->bad_field = arena_strndup(r->page.a, err->text, len);
    r->bad_text = request_sentence(r->page.a, err->text + len + 2);
}

void
reply_failure(struct request *r, const struct err *err)
{
    struct page *p = &r->page;
    const char *ref = NULL, *text = NULL;
    int status = err_http_status(err->kind);
    if (r->is_too_large || r->is_broken)
        status = r->is_too_large ? 413 : 400;
    if (status < 500) {
        text = request_sentence(p->a, err->text);
        field_find(r, err);
    } else if (err->kind == ERR_RETRY) {
        log_event(LOG_WARN, "request.unavailable",
                  "method=%s path=\"%s\" error=\"%s\"", p->method, p->path,
                  err->text);
        text = r->retry_text != NULL ? r->retry_text
               : strcmp(p->method, "GET") == 0
                   ? "The database cannot be reached right now. This page "
                     "asks again by itself every 5 seconds."
                   : "The database cannot be reached right now. What you sent "
                     "was probably not done: look before you send it again.";
    } else {
        ref = arena_strndup(p->a, secret_token(p->a), 10);
        log_event(LOG_ERROR, "request.failed",
                  "ref=%s method=%s path=\"%s\" error=\"%s\"", ref, p->method,
                  p->path, err->text);
    }
    reply_error(r, status, text, ref);
}
