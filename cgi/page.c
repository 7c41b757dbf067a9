#include "cgi/page.h"

#include "cgi/request.h"
#include "lib/buf.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/zone.h"

#include <ctype.h>
#include <string.h>

enum { NEXT_MAX = 512, FLASH_AGE_S = 60, FLASH_MAX = 1500 };

static const char *const role_names[] = {[ROLE_NONE] = "",
                                         [ROLE_VIEWER] = "viewer",
                                         [ROLE_OPERATOR] = "operator",
                                         [ROLE_ADMIN] = "admin"};

struct request *
request_of(struct page *p)
{
    return (struct request *)p;
}

const struct request *
request_of_const(const struct page *p)
{
    return (const struct request *)p;
}

const char *
request_param(const struct request *r, const char *name)
{
    return fcgi_param(r->fcgi, name);
}

void
request_set_cookie(struct request *r, const char *name, const char *value,
                   int64_t max_age_s)
{
    page_header(&r->page, "Set-Cookie",
                arena_printf(r->page.a,
                             "%s=%s; Path=/; Max-Age=%lld; HttpOnly; "
                             "SameSite=Lax%s",
                             name, value, (long long)max_age_s,
                             config()->cookie_secure ? "; Secure" : ""));
}

struct session_limits
request_limits(void)
{
    return (struct session_limits){.idle_s = config()->session_idle_s,
                                   .max_s = config()->session_max_s};
}

struct user_actor
request_actor(const struct page *p)
{
    return (struct user_actor){.name = p->user->name, .address = p->address};
}

struct alert_actor
request_alert_actor(const struct page *p)
{
    return (struct alert_actor){.user_id = p->user->id,
                                .name = p->user->name,
                                .address = p->address,
                                .is_admin = p->user->role >= ROLE_ADMIN,
                                .may_write = p->user->role >= ROLE_OPERATOR};
}

const char *
request_login_csrf(const struct request *r, const char *seed)
{
    return secret_mac_hex(r->page.a, r->console->key, "login-csrf", seed);
}

const char *
request_next(const char *next)
{
    if (next == NULL || next[0] != '/' || next[1] == '/' ||
        strlen(next) > NEXT_MAX)
        return "/";
    for (const char *s = next; *s != '\0'; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f || *s == '\\')
            return "/";
    return next;
}

enum role
request_role(const char *name)
{
    for (size_t i = ROLE_VIEWER; name != NULL && i < COUNT_OF(role_names); i++)
        if (strcmp(name, role_names[i]) == 0)
            return (enum role)i;
    return ROLE_NONE;
}

const char *
request_role_name(enum role role)
{
    return role_names[role];
}

const char *
request_sentence(struct arena *a, const char *text)
{
    size_t len = strlen(text);
    if (len == 0)
        return "";
    char *out =
        arena_printf(a, "%s%s", text, strchr(".!?", text[len - 1]) ? "" : ".");
    out[0] = (char)toupper((unsigned char)out[0]);
    return out;
}

const char *
page_time(const struct page *p, int64_t ts)
{
    const char *zone = p->user != NULL ? p->user->time_zone : "UTC";
    return fmt_time(p->a, ts, zone_offset_s(zone, ts, NULL));
}

void
page_set_time(const struct page *p, struct view *v, const char *name,
              int64_t ts, int64_t clock_ts)
{
    const char *label;
    const char *zone = p->user != NULL ? p->user->time_zone : "UTC";
    const char *full = fmt_time(p->a, ts, zone_offset_s(zone, ts, &label));
    view_show(v, name);
    view_set(v, arena_printf(p->a, "%s_ISO", name), date_format_iso(p->a, ts));
    view_setf(v, arena_printf(p->a, "%s_FULL", name), "%s %s", full, label);
    view_set(v, arena_printf(p->a, "%s_AGO", name),
             fmt_relative(p->a, ts, clock_ts));
}

const char *
page_param(const struct page *p, const char *name)
{
    const struct route_params *params = &request_of_const(p)->params;
    for (size_t i = 0; i < params->n; i++)
        if (strcmp(params->names[i], name) == 0)
            return params->values[i];
    return NULL;
}

const char *
page_query(const struct page *p, const char *name)
{
    return form_get(&request_of_const(p)->query, name);
}

const char *const *
page_query_all(const struct page *p, const char *name, size_t *n)
{
    return form_all(p->a, &request_of_const(p)->query, name, n);
}

const char *
page_form(const struct page *p, const char *name)
{
    return form_get(&request_of_const(p)->form, name);
}

const char *const *
page_form_all(const struct page *p, const char *name, size_t *n)
{
    return form_all(p->a, &request_of_const(p)->form, name, n);
}

struct json
page_json(const struct page *p)
{
    return request_of_const(p)->json;
}

/* A Location's value: what may not stand in one is percent-encoded; what is
 * encoded already stays. */
static const char *
location_clean(struct arena *a, const char *path)
{
    static const char hex[] = "0123456789ABCDEF";
    struct buf *b = buf_new(a);
    for (; *path != '\0'; path++) {
        unsigned char c = (unsigned char)*path;
        if (c > ' ' && c < 0x7f && strchr("\"<>\\^`{|}", c) == NULL) {
            buf_addc(b, *path);
        } else {
            buf_addc(b, '%');
            buf_addc(b, hex[c >> 4]);
            buf_addc(b, hex[c & 15]);
        }
    }
    return b->data;
}

bool
page_redirect(struct page *p, const char *text, const char *path_fmt, ...)
{
    struct request *r = request_of(p);
    va_list args;
    va_start(args, path_fmt);
    r->location =
        location_clean(p->a, request_next(arena_vprintf(p->a, path_fmt, args)));
    va_end(args);
    p->status = 303;
    if (text == NULL || r->is_bearer)
        return true;
    /* Sealed, and bound to the session that is to read it. */
    const char *hash = p->user != NULL ? p->user->session_hash : "";
    request_set_cookie(
        r, COOKIE_FLASH,
        secret_seal(p->a, r->console->key,
                    arena_printf(p->a, "%s\n%.*s", hash, FLASH_MAX, text)),
        FLASH_AGE_S);
    return true;
}

/* The summary's list in the layout, made with the first error. */
static void
summary_add(struct request *r, const char *url, const char *text)
{
    if (r->errors == NULL)
        r->errors = view_add(r->page.layout, "ERRORS");
    struct view *v = view_add(r->errors, "ERROR");
    view_set(v, "ERROR_URL", url);
    view_set(v, "ERROR_TEXT", text);
    r->n_errors++;
}

bool
page_field_error(struct page *p, const char *field, const char *text)
{
    struct request *r = request_of(p);
    text = request_sentence(p->a, text);
    char *section = arena_printf(p->a, "ERROR_%s", field);
    for (char *s = section; *s != '\0'; s++)
        *s = (char)toupper((unsigned char)*s);
    view_set(view_add(p->view, section), "ERROR_TEXT", text);
    summary_add(r, arena_printf(p->a, "#f-%s", field), text);
    if (p->status == 200)
        p->status = 422;
    return true;
}

bool
page_error(struct page *p, const char *text)
{
    summary_add(request_of(p), "#main", request_sentence(p->a, text));
    if (p->status == 200)
        p->status = 422;
    return true;
}

bool
page_has_errors(const struct page *p)
{
    return request_of_const(p)->n_errors > 0;
}

void
page_title(struct page *p, const char *title, const char *trouble)
{
    view_set(p->layout, "TITLE", title);
    if (trouble != NULL)
        view_set(view_add(p->layout, "TROUBLE"), "TROUBLE_TEXT", trouble);
}

void
page_header(struct page *p, const char *name, const char *value)
{
    struct request *r = request_of(p);
    if (r->n_headers == REQUEST_HEADERS_MAX)
        return;
    r->header_names[r->n_headers] = name;
    r->header_values[r->n_headers++] = value;
}

void
page_type(struct page *p, const char *content_type)
{
    request_of(p)->content_type = content_type;
}
