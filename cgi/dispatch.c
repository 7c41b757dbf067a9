#include "cgi/dispatch.h"

#include "cgi/bearer.h"
#include "cgi/body.h"
#include "cgi/reply.h"
#include "core/audit.h"
#include "lib/format.h"
#include "lib/log.h"

#include <stdlib.h>
#include <string.h>

enum { LOGIN_SEED_AGE_S = 86400 };

/* What the checks below say: go on, or the request has been answered. */
enum verdict { GO_ON, ANSWERED, FAILED };

/* The path and query as the browser sent them. An authorisation subrequest of
 * nginx carries its parent's REQUEST_URI, so its own URI counts there. */
static const char *
uri_get(const struct fcgi *f)
{
    static const char *const names[] = {"REQUEST_URI", "DOCUMENT_URI",
                                        "PATH_INFO", "SCRIPT_NAME"};
    const char *own = fcgi_param(f, "DOCUMENT_URI");
    if (own != NULL && strcmp(own, "/live-auth") == 0)
        return own;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *uri = fcgi_param(f, names[i]);
        if (uri != NULL && uri[0] != '\0')
            return uri;
    }
    return "/";
}

static struct request *
request_new(struct console *console, struct fcgi *f, struct arena *a)
{
    struct request *r = arena_alloc(a, sizeof *r);
    struct page *p = &r->page;
    const char *method = fcgi_param(f, "REQUEST_METHOD");
    const char *address = fcgi_param(f, "REMOTE_ADDR");
    r->console = console;
    r->fcgi = f;
    r->uri = uri_get(f);
    r->cookies = fcgi_param(f, "HTTP_COOKIE");
    p->a = a;
    p->db = console->db;
    p->status = 200;
    p->out = buf_new(a);
    p->address = address != NULL ? address : "";
    r->is_head = method != NULL && strcmp(method, "HEAD") == 0;
    p->method = method == NULL || r->is_head ? "GET" : method;
    p->path = arena_strndup(a, r->uri, strcspn(r->uri, "?"));
    return r;
}

/* Finds the route and reads the query; 0, or the status of what is wrong. */
static int
route_resolve(struct request *r)
{
    struct page *p = &r->page;
    const char *allow, *query = strchr(r->uri, '?');
    struct err err;
    r->route = route_find(p->a, p->method, p->path, &r->params, &allow);
    r->is_api = route_is_api(r->route, p->path);
    if (strlen(r->uri) > REQUEST_URI_MAX)
        return 414;
    if (query != NULL &&
        !form_parse(p->a, query + 1, strlen(query + 1), &r->query, &err))
        return 400;
    if (r->route != NULL)
        return 0;
    if (allow != NULL)
        page_header(p, "Allow", allow);
    return allow != NULL ? 405 : 404;
}

static const char *
cookie_get(const struct request *r, const char *name)
{
    return form_cookie(r->page.a, r->cookies, name);
}

/* Who is asking. A connection that broke while nobody used it is noticed by
 * this first query, so it is tried twice. */
static bool
session_load(struct request *r, struct err *err)
{
    struct page *p = &r->page;
    struct session *s = &r->session;
    const char *token = cookie_get(r, COOKIE_SESSION);
    if (!session_find(p->a, p->db, token, request_limits(), s, err) &&
        (err->kind != ERR_RETRY ||
         !session_find(p->a, p->db, token, request_limits(), s, err)))
        return false;
    if (s->user_id == 0)
        return true;
    r->user = (struct page_user){
        .id = s->user_id,
        .name = s->user_name,
        .role = request_role(s->role),
        .time_zone = s->time_zone,
        .csrf = s->csrf,
        .session_hash = s->hash,
        .alerts = s->alerts,
        .alerts_severity = s->alerts_severity,
    };
    p->user = &r->user;
    struct err ignored;
    if (s->is_seen_old && !session_touch(p->db, s->hash, &ignored))
        log_event(LOG_WARN, "session.untouched", "error=\"%s\"", ignored.text);
    return true;
}

/* The sentence that the last answer left for this page. */
static void
flash_load(struct request *r)
{
    struct page *p = &r->page;
    struct err err;
    const char *plain, *sealed = cookie_get(r, COOKIE_FLASH);
    if (sealed == NULL || r->route->template == NULL)
        return;
    request_set_cookie(r, COOKIE_FLASH, "", 0);
    if (!secret_open(p->a, r->console->key, sealed, &plain, &err))
        return;
    const char *hash = p->user != NULL ? p->user->session_hash : "";
    const char *text = strchr(plain, '\n');
    if (text != NULL && strlen(hash) == (size_t)(text - plain) &&
        strncmp(plain, hash, strlen(hash)) == 0)
        r->flash = text + 1;
}

/* A refused change is worth an entry when we know who tried. */
static void
refusal_audit(const struct request *r, const char *action)
{
    const struct page *p = &r->page;
    struct err err;
    log_event(LOG_WARN, action, "method=%s path=\"%s\" address=%s user=%s",
              p->method, p->path, p->address,
              p->user != NULL ? p->user->name : "-");
    if (p->user == NULL || strcmp(p->method, "GET") == 0)
        return;
    if (!audit_add(p->db, p->user->name, action,
                   arena_printf(p->a, "%s %s", p->method, p->path), NULL, NULL,
                   p->address, &err))
        log_event(LOG_ERROR, "audit.failed", "error=\"%s\"", err.text);
}

/* Signed out: a page that can be looked at again later leads to the login. */
static enum verdict
login_demand(struct request *r)
{
    struct page *p = &r->page;
    struct err ignored; /* a redirect has no template that could fail */
    if (r->is_api || strcmp(p->method, "GET") != 0) {
        reply_error(r, 401, NULL, NULL);
        return ANSWERED;
    }
    const char *next =
        strcmp(r->uri, "/") == 0
            ? ""
            : arena_printf(p->a, "?next=%s", form_escape(p->a, r->uri));
    page_redirect(p, NULL, "/login%s", next);
    (void)!reply_send(r, NULL, NULL, &ignored);
    return ANSWERED;
}

static enum verdict
role_check(struct request *r)
{
    struct page *p = &r->page;
    enum role need = r->route->role;
    enum role have = p->user != NULL ? p->user->role : ROLE_NONE;
    if (have >= need)
        return bearer_scope_allows(r) ? GO_ON : ANSWERED;
    if (p->user == NULL)
        return login_demand(r);
    refusal_audit(r, "access.denied");
    reply_error(r, 403,
                arena_printf(p->a,
                             "Your role is %s; this needs the role %s. An "
                             "admin can change roles.",
                             request_role_name(have), request_role_name(need)),
                NULL);
    return ANSWERED;
}

static enum verdict
csrf_check(struct request *r)
{
    if (body_csrf_is_right(r))
        return GO_ON;
    refusal_audit(r, "csrf.refused");
    reply_error(r, 403,
                "The form is too old, or did not come from this site. Nothing "
                "was changed. Go back, reload the page and try again.",
                NULL);
    return ANSWERED;
}

static enum verdict
body_check(struct request *r)
{
    const char *text = NULL;
    if (strcmp(r->page.method, "GET") == 0)
        return GO_ON;
    int status = r->route->kind == ROUTE_STREAM ? body_open(r, &text)
                 : r->route->kind == ROUTE_JSON ? body_json(r, &text)
                                                : body_read(r);
    if (status != 0) {
        reply_error(r, status, text, NULL);
        return ANSWERED;
    }
    return r->is_bearer ? GO_ON : csrf_check(r);
}

/* Signed-out forms are tied to a cookie that only this browser has. */
static void
login_seed_set(struct request *r)
{
    struct page *p = &r->page;
    if (p->user != NULL || r->route->role != ROLE_NONE ||
        r->route->template == NULL)
        return;
    r->login_seed = cookie_get(r, COOKIE_LOGIN);
    if (r->login_seed != NULL && strlen(r->login_seed) == 43)
        return;
    r->login_seed = secret_token(p->a);
    request_set_cookie(r, COOKIE_LOGIN, r->login_seed, LOGIN_SEED_AGE_S);
}

/* What a kept page depends on besides the database: who, where and when. */
static const char *
cache_stamp(const struct request *r)
{
    if (r->route->kind != ROUTE_CACHED || r->session.stamp == NULL ||
        r->flash != NULL || r->n_headers > 0)
        return NULL;
    return arena_printf(r->page.a, "%s %lld %lld", r->session.stamp,
                        (long long)(r->page.real_ts / 60),
                        (long long)(r->page.now_ts / 60));
}

static bool
handle(struct request *r, struct err *err)
{
    struct page *p = &r->page;
    struct cache_body kept;
    const char *stamp = cache_stamp(r), *key = NULL;
    if (stamp != NULL) {
        const char *who = p->user != NULL ? p->user->session_hash : "";
        const char *tag = request_param(r, "HTTP_IF_NONE_MATCH");
        key =
            arena_printf(p->a, "%s %s %s", who, r->uri, tag != NULL ? tag : "");
        if (cache_find(r->console->cache, stamp, key, &kept)) {
            reply_send_kept(r, &kept);
            return true;
        }
    }
    login_seed_set(r);
    reply_layout(r);
    bool ok = r->route->handler(p, err);
    if (!ok && (err->kind == ERR_INPUT || err->kind == ERR_CONFLICT) &&
        strcmp(p->method, "POST") == 0 && r->route->template != NULL) {
        p->status = err_http_status(err->kind);
        ok = page_error(p, err->text);
    }
    return ok && (r->is_begun || reply_send(r, stamp, key, err));
}

/* Who is asking: by a token, else by a session. */
static enum verdict
who_check(struct request *r, bool needs_user, struct err *err)
{
    int64_t wait_s;
    const char *token = bearer_get(r);
    if (token == NULL)
        return session_load(r, err) || !needs_user ? GO_ON : FAILED;
    if (!bearer_load(r, token, &wait_s, err))
        return FAILED;
    if (r->page.user != NULL)
        return GO_ON;
    bearer_refuse(r, wait_s);
    return ANSWERED;
}

/* Everything before the handler. The session comes before the answer to a
 * wrong address, since that page shows who is signed in, too. */
static enum verdict
checks(struct request *r, struct err *err)
{
    int status = route_resolve(r);
    bool is_bare = r->route != NULL && r->route->kind == ROUTE_BARE;
    bool needs_user = status == 0 && r->route->role != ROLE_NONE;
    enum verdict v = is_bare ? GO_ON : who_check(r, needs_user, err);
    if (v != GO_ON)
        return v;
    if (status != 0) {
        reply_error(r, status, NULL, NULL);
        return ANSWERED;
    }
    flash_load(r);
    v = role_check(r);
    return v == GO_ON ? body_check(r) : v;
}

void
dispatch(struct console *console, struct fcgi *f, struct arena *a,
         int64_t now_ts, int64_t real_ts)
{
    struct err err = {0};
    struct request *r = request_new(console, f, a);
    r->page.now_ts = now_ts;
    r->page.real_ts = real_ts;
    enum verdict v = checks(r, &err);
    if (v != FAILED && (v != GO_ON || handle(r, &err)))
        return;
    if (r->is_broken)
        log_event(LOG_INFO, "upload.broken", "path=\"%s\" bytes=%lld user=%s",
                  r->page.path, (long long)r->body_taken,
                  r->page.user != NULL ? r->page.user->name : "-");
    if (r->is_begun)
        reply_broken(r, &err);
    else
        reply_failure(r, &err);
}
