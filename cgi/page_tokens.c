/* The tokens page: a token is made and shown once, and revoked. */
#include "cgi/request.h"
#include "core/token.h"
#include "lib/number.h"

#include <string.h>

static const char *
value_or_empty(const char *value)
{
    return value != NULL ? value : "";
}

static bool
is_admin(const struct page *p)
{
    return p->user->role >= ROLE_ADMIN;
}

/* Own tokens; an admin sees everybody's. */
static const char *
whose(const struct page *p)
{
    return is_admin(p) ? NULL : p->user->name;
}

static void
state_fill(struct page *p, struct view *v, const struct token *t)
{
    bool has_ended = t->expires_at != 0 && t->expires_at <= p->real_ts;
    bool is_good = t->revoked_at == 0 && !has_ended;
    view_set(v, "WORD",
             t->revoked_at != 0 ? "revoked"
             : has_ended        ? "ended"
                                : "good");
    view_set(v, "STATE", is_good ? "enabled" : "disabled");
    view_set(v, "SHAPE", is_good ? "succeeded" : "cancelled");
    if (t->revoked_at != 0)
        page_set_time(p, v, "REVOKED", t->revoked_at, p->real_ts);
    else if (t->expires_at != 0)
        page_set_time(p, v, "ENDS", t->expires_at, p->real_ts);
    else
        view_show(v, "ENDLESS");
    if (is_good)
        view_show(v, "MAY_REVOKE");
}

static void
token_fill(struct page *p, const struct token *t)
{
    struct view *v = view_add(p->view, "TOKEN");
    view_set_i64(v, "ID", t->id);
    view_set(v, "NAME", t->name);
    view_set(v, "OWNER", t->user_name);
    view_set(v, "SCOPE", t->scope);
    view_set(v, "BY", t->created_by);
    page_set_time(p, v, "MADE", t->created_at, p->real_ts);
    state_fill(p, v, t);
    if (t->last_used_at != 0) {
        page_set_time(p, v, "USED", t->last_used_at, p->real_ts);
        view_set(v, "ADDRESS", t->last_address);
    } else {
        view_show(v, "NEVER");
    }
}

/* The choice that was made, or the first one. */
static void
choices_fill(struct page *p)
{
    const char *scope = value_or_empty(page_form(p, "scope"));
    const char *days = value_or_empty(page_form(p, "days"));
    view_set(p->view, "NEW_NAME", page_form(p, "name"));
    view_show(p->view, strcmp(scope, "full") == 0   ? "SCOPE_FULL"
                       : strcmp(scope, "read") == 0 ? "SCOPE_READ"
                                                    : "SCOPE_UPLOAD");
    view_show(p->view, strcmp(days, "30") == 0    ? "DAYS_30"
                       : strcmp(days, "365") == 0 ? "DAYS_365"
                       : strcmp(days, "0") == 0   ? "DAYS_0"
                                                  : "DAYS_90");
}

static bool
tokens_fill(struct page *p, struct err *err)
{
    struct token *tokens;
    size_t n;
    if (!token_list(p->a, p->db, whose(p), &tokens, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        token_fill(p, &tokens[i]);
    view_show(p->view, n > 0 ? "SOME" : "NONE");
    view_set(p->view, "WHOSE", is_admin(p) ? "Everybody's" : "Your");
    page_title(p, "Tokens", NULL);
    return true;
}

bool
page_tokens_list(struct page *p, struct err *err)
{
    choices_fill(p);
    return tokens_fill(p, err);
}

/* The one POST that ends in a page: the token stands on it and nowhere else,
 * not in an address and not in a cookie. */
bool
page_tokens_add(struct page *p, struct err *err)
{
    const char *why, *token;
    const char *days = value_or_empty(page_form(p, "days"));
    const struct user_actor who = request_actor(p);
    struct token_wish wish = {
        .user_name = p->user->name,
        .name = value_or_empty(page_form(p, "name")),
        .scope = value_or_empty(page_form(p, "scope")),
    };
    int64_t id;
    if (!token_name_is_fit(wish.name, &why))
        page_field_error(p, "name", why);
    if (!token_scope_is_known(wish.scope))
        page_field_error(p, "scope", "The scope is read, upload or full.");
    if (!number_parse_i64(days, strlen(days), &wish.days) || wish.days < 0 ||
        wish.days > TOKEN_DAYS_MAX)
        page_field_error(p, "days", "Choose how long the token is good for.");
    if (page_has_errors(p))
        return page_tokens_list(p, err);
    if (!token_add(p->a, p->db, &who, &wish, &token, &id, err))
        return false;
    struct view *v = view_add(p->view, "MADE_NOW");
    view_set(v, "TOKEN_TEXT", token);
    view_set(v, "TOKEN_NAME", wish.name);
    view_show(p->view, "SCOPE_UPLOAD");
    view_show(p->view, "DAYS_90");
    return tokens_fill(p, err);
}

bool
page_tokens_revoke(struct page *p, struct err *err)
{
    const char *text = page_param(p, "id");
    const struct user_actor who = request_actor(p);
    int64_t id;
    if (!number_parse_i64(text, strlen(text), &id))
        return err_set(err, ERR_MISSING, "there is no such token");
    return token_revoke(p->db, &who, id, whose(p), err) &&
           page_redirect(p,
                         arena_printf(p->a,
                                      "Token %lld is revoked: it opens "
                                      "nothing any more.",
                                      (long long)id),
                         "/tokens");
}
