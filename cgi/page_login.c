/* Logging in and out. */
#include "cgi/request.h"
#include "core/audit.h"
#include "core/login.h"
#include "lib/config.h"
#include "lib/format.h"

#include <string.h>

static void
login_view(struct page *p, const char *name, const char *next)
{
    page_title(p, "Log in", NULL);
    view_set(p->view, "NAME", name);
    view_set(p->view, "NEXT", strcmp(next, "/") == 0 ? "" : next);
    if (name[0] == '\0')
        view_show(p->view, "FRESH");
}

bool
page_login(struct page *p, struct err *err)
{
    (void)err;
    const char *next = request_next(page_query(p, "next"));
    if (p->user != NULL)
        return page_redirect(p, NULL, "%s", next);
    login_view(p, "", next);
    return true;
}

static bool
login_refuse(struct page *p, const struct login_result *result)
{
    if (result->outcome == LOGIN_LOCKED) {
        p->status = 429;
        page_header(p, "Retry-After", fmt_i64(p->a, result->wait_s));
        return page_error(
            p, arena_printf(p->a,
                            "Too many failed attempts. Logging in is locked "
                            "for %s.",
                            fmt_duration(p->a, (double)result->wait_s)));
    }
    if (result->wait_s > 0)
        return page_error(
            p, arena_printf(p->a,
                            "Name, password or code is wrong. That was one "
                            "attempt too many: logging in is now locked for "
                            "%s.",
                            fmt_duration(p->a, (double)result->wait_s)));
    return page_error(p, "Name, password or code is wrong.");
}

bool
page_login_post(struct page *p, struct err *err)
{
    struct request *r = request_of(p);
    const char *name = page_form(p, "name"), *code = page_form(p, "code");
    const char *password = page_form(p, "password");
    const char *next = request_next(page_form(p, "next"));
    const char *agent = request_param(r, "HTTP_USER_AGENT");
    login_view(p, name != NULL ? name : "", next);
    r->errors_title = "You are not logged in";
    if (name == NULL || password == NULL || name[0] == '\0')
        return page_error(p, "Name and password are needed.");
    const struct login login = {
        .name = name,
        .password = password,
        .code = code != NULL ? code : "",
        .address = p->address,
        .agent = agent,
        .old_token = form_cookie(p->a, r->cookies, COOKIE_SESSION),
        .key = r->console->key,
        .real_ts = p->real_ts,
        .tries = config()->login_tries,
        .lock_s = config()->login_lock_s,
        .limits = request_limits(),
    };
    struct login_result result;
    if (!login_judge(p->a, p->db, &login, &result, err))
        return false;
    if (result.outcome != LOGIN_DONE)
        return login_refuse(p, &result);
    request_set_cookie(r, COOKIE_SESSION, result.token, login.limits.max_s);
    request_set_cookie(r, COOKIE_LOGIN, "", 0);
    return page_redirect(p, NULL, "%s", next);
}

static bool
logout_tx(struct db *db, void *arg, struct err *err)
{
    struct page *p = arg;
    return session_delete(db, p->user->id, p->user->session_hash, err) &&
           audit_add(db, p->user->name, "session.end",
                     arena_printf(p->a, "user:%s", p->user->name), NULL, NULL,
                     p->address, err);
}

bool
page_logout(struct page *p, struct err *err)
{
    if (!db_tx(p->db, logout_tx, p, err) && err->kind != ERR_MISSING)
        return false;
    request_set_cookie(request_of(p), COOKIE_SESSION, "", 0);
    p->user = NULL; /* the sentence is for the signed-out page */
    return page_redirect(p, "You are logged out.", "/login");
}
