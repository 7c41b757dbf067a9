/* The users page: add, change role, disable, new password. */
#include "cgi/request.h"
#include "core/user.h"
#include "lib/number.h"

#include <string.h>

static void
user_fill(struct page *p, const struct user *u)
{
    struct view *v = view_add(p->view, "USER");
    bool is_self = u->id == p->user->id;
    view_set_i64(v, "USER_ID", u->id);
    view_set(v, "NAME", u->name);
    view_set(v, "ROLE", u->role);
    view_set(v, "STATE", u->disabled ? "disabled" : "enabled");
    view_set(v, "SHAPE", u->disabled ? "cancelled" : "succeeded");
    view_set(v, "CODES", u->totp_enabled ? "on" : "off");
    switch (request_role(u->role)) {
    case ROLE_ADMIN:
        view_show(v, "HAS_ADMIN");
        break;
    case ROLE_OPERATOR:
        view_show(v, "HAS_OPERATOR");
        break;
    default:
        view_show(v, "HAS_VIEWER");
    }
    if (is_self)
        view_show(v, "SELF");
    if (u->totp_enabled)
        view_show(v, "HAS_CODES");
    if (u->disabled)
        view_show(v, "MAY_ENABLE");
    else if (!is_self)
        view_show(v, "MAY_DISABLE");
    if (u->seen_at != 0)
        page_set_time(p, v, "SEEN", u->seen_at, p->real_ts);
    else
        view_show(v, "NEVER");
}

static bool
users_fill(struct page *p, struct err *err)
{
    struct user *users;
    size_t n;
    const char *role = page_form(p, "role");
    if (!user_list(p->a, p->db, &users, &n, err))
        return false;
    page_title(p, "Users", NULL);
    for (size_t i = 0; i < n; i++)
        user_fill(p, &users[i]);
    view_set(p->view, "NEW_NAME", page_form(p, "name"));
    if (role != NULL && strcmp(role, "admin") == 0)
        view_show(p->view, "ADD_ADMIN");
    else if (role != NULL && strcmp(role, "operator") == 0)
        view_show(p->view, "ADD_OPERATOR");
    else
        view_show(p->view, "ADD_VIEWER");
    return true;
}

bool
page_users_list(struct page *p, struct err *err)
{
    return users_fill(p, err);
}

/* Marks what is wrong with the form of a new user. */
static void
add_check(struct page *p, const char *name, const char *role,
          const char *password)
{
    const char *why;
    if (!user_name_is_fit(name, &why))
        page_field_error(p, "name", why);
    if (!user_role_is_known(role))
        page_field_error(p, "role",
                         "The role must be viewer, operator or admin.");
    if (password[0] != '\0' && !user_password_is_fit(password, &why))
        page_field_error(p, "password", why);
}

static const char *
value_or_empty(const char *value)
{
    return value != NULL ? value : "";
}

bool
page_users_add(struct page *p, struct err *err)
{
    const char *name = value_or_empty(page_form(p, "name"));
    const char *role = value_or_empty(page_form(p, "role"));
    const char *password = value_or_empty(page_form(p, "password"));
    struct user_actor who = request_actor(p);
    int64_t id;
    if (!users_fill(p, err))
        return false;
    add_check(p, name, role, password);
    if (page_has_errors(p))
        return true;
    bool is_made_up = password[0] == '\0';
    if (is_made_up)
        password = secret_password(p->a);
    if (!user_add(p->db, &who, name, password, role, &id, err)) {
        if (err->kind != ERR_CONFLICT)
            return false;
        return page_field_error(p, "name",
                                "There is a user of that name already.");
    }
    const char *text =
        is_made_up
            ? arena_printf(p->a,
                           "%s may log in now with the password %s which is "
                           "shown only this once.",
                           name, password)
            : arena_printf(p->a, "%s may log in now.", name);
    return page_redirect(p, text, "/users");
}

static bool
change_password(struct page *p, const struct user_actor *who,
                const struct user *u, const char **text, struct err *err)
{
    const char *password = secret_password(p->a);
    *text = arena_printf(p->a,
                         "%s has the new password %s which is shown only this "
                         "once. All sessions of %s have ended.",
                         u->name, password, u->name);
    return user_set_password(p->db, who, u->id, password,
                             u->id == p->user->id ? p->user->session_hash : "",
                             err);
}

static bool
change_disabled(struct page *p, const struct user_actor *who,
                const struct user *u, bool disabled, const char **text,
                struct err *err)
{
    if (disabled && u->id == p->user->id)
        return err_set(err, ERR_CONFLICT, "you cannot disable yourself");
    *text = arena_printf(p->a,
                         disabled ? "%s is disabled and logged out."
                                  : "%s may log in again.",
                         u->name);
    return user_set_disabled(p->db, who, u->id, disabled, err);
}

bool
page_users_change(struct page *p, struct err *err)
{
    const char *action = value_or_empty(page_form(p, "action"));
    const char *role = value_or_empty(page_form(p, "role"));
    const char *id = page_param(p, "id"), *text = NULL;
    struct user_actor who = request_actor(p);
    struct user u;
    int64_t number;
    if (!number_parse_i64(id, strlen(id), &number))
        return err_set(err, ERR_MISSING, "there is no such user");
    if (!user_get(p->a, p->db, number, &u, err))
        return false;
    bool ok;
    if (strcmp(action, "role") == 0) {
        text = arena_printf(p->a, "%s is %s now.", u.name, role);
        ok = user_set_role(p->db, &who, u.id, role, err);
    } else if (strcmp(action, "password") == 0) {
        ok = change_password(p, &who, &u, &text, err);
    } else if (strcmp(action, "totp") == 0) {
        text = arena_printf(p->a, "One-time codes of %s are off.", u.name);
        ok = user_totp_disable(p->db, &who, u.id, err);
    } else if (strcmp(action, "disable") == 0 ||
               strcmp(action, "enable") == 0) {
        ok = change_disabled(p, &who, &u, action[0] == 'd', &text, err);
    } else {
        return err_set(err, ERR_INPUT, "the form did not say what to do");
    }
    return ok && page_redirect(p, text, "/users");
}
