#include "cgi/bearer.h"

#include "cgi/reply.h"
#include "lib/config.h"
#include "lib/format.h"
#include "lib/log.h"

#include <string.h>
#include <strings.h>

const char *
bearer_get(const struct request *r)
{
    static const char scheme[] = "Bearer ";
    const char *value = request_param(r, "HTTP_AUTHORIZATION");
    if (value == NULL || strncasecmp(value, scheme, strlen(scheme)) != 0)
        return NULL;
    value += strlen(scheme);
    return value + strspn(value, " ");
}

/* As in session_load: a connection may have broken while nobody used it. */
static bool
find(struct request *r, const char *token, struct err *err)
{
    struct page *p = &r->page;
    return token_find(p->a, p->db, token, p->address, &r->token, err) ||
           (err->kind == ERR_RETRY &&
            token_find(p->a, p->db, token, p->address, &r->token, err));
}

bool
bearer_load(struct request *r, const char *token, int64_t *wait_s,
            struct err *err)
{
    struct page *p = &r->page;
    r->is_bearer = true;
    r->is_api = true;
    r->cookies = NULL;
    *wait_s = 0;
    if (!find(r, token, err))
        return false;
    if (r->token.user_id == 0)
        return token_refuse(p->a, p->db, p->address, config()->login_tries,
                            config()->login_lock_s, wait_s, err);
    r->user = (struct page_user){
        .id = r->token.user_id,
        .name = r->token.user_name,
        .role = request_role(r->token.role),
        .time_zone = r->token.time_zone,
        .csrf = "",
        .session_hash = "",
    };
    p->user = &r->user;
    return true;
}

void
bearer_refuse(struct request *r, int64_t wait_s)
{
    struct page *p = &r->page;
    log_event(LOG_WARN, "token.refused", "method=%s path=\"%s\" address=%s",
              p->method, p->path, p->address);
    if (wait_s > 0) {
        page_header(p, "Retry-After", fmt_i64(p->a, wait_s));
        reply_error(r, 429,
                    arena_printf(p->a,
                                 "Too many requests with tokens that are not "
                                 "good came from this address. The next is "
                                 "looked at in %s.",
                                 fmt_duration(p->a, (double)wait_s)),
                    NULL);
        return;
    }
    reply_error(r, 401,
                "The token is not good: it was revoked, has ended, or is not "
                "one of this console's. Nothing was changed.",
                NULL);
}

bool
bearer_scope_allows(struct request *r)
{
    struct page *p = &r->page;
    const char *scope = r->token.scope;
    bool is_upload = r->route->kind == ROUTE_STREAM;
    if (!r->is_bearer || strcmp(scope, "full") == 0 ||
        strcmp(p->method, "GET") == 0 ||
        (is_upload && strcmp(scope, "upload") == 0))
        return true;
    const char *need = is_upload ? "upload" : "full";
    page_header(p, "WWW-Authenticate",
                arena_printf(p->a,
                             "Bearer realm=\"quotemill\", "
                             "error=\"insufficient_scope\", scope=\"%s\"",
                             need));
    reply_error(r, 403,
                arena_printf(p->a,
                             "The token's scope is %s; this needs the scope "
                             "%s. Nothing was changed.",
                             scope, need),
                NULL);
    return false;
}
