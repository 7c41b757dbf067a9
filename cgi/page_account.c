/* The account page: zone, password, one-time codes, sessions. */
#include "cgi/request.h"
#include "core/login.h"
#include "core/user.h"
#include "lib/config.h"
#include "lib/format.h"
#include "lib/totp.h"
#include "lib/zone.h"

#include <string.h>

/* The first of the words that the text holds, as people call it. */
struct agent_word {
    const char *part, *name;
};

static const char *
agent_part(const char *agent, const struct agent_word *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(agent, words[i].part) != NULL)
            return words[i].name;
    return NULL;
}

/* "Firefox on Linux"; a program's own name up to its version; else "unknown".
 * Browsers name others that they resemble, so the order counts. */
static const char *
agent_words(struct arena *a, const char *agent)
{
    static const struct agent_word browsers[] = {{"Firefox/", "Firefox"},
                                                 {"Edg/", "Edge"},
                                                 {"OPR/", "Opera"},
                                                 {"Chrome/", "Chrome"},
                                                 {"Safari/", "Safari"}};
    static const struct agent_word systems[] = {
        {"Android", "Android"}, {"iPhone", "iPhone"},  {"iPad", "iPad"},
        {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}};
    enum { NAME_MAX_BYTES = 24 };
    const char *browser = agent_part(agent, browsers, COUNT_OF(browsers));
    const char *system = agent_part(agent, systems, COUNT_OF(systems));
    size_t len = strcspn(agent, "/ ");
    if (browser != NULL && system != NULL)
        return arena_printf(a, "%s on %s", browser, system);
    if (browser != NULL)
        return browser;
    if (len == 0 || len > NAME_MAX_BYTES)
        return "unknown";
    return arena_strndup(a, agent, len);
}

static void
sessions_fill(struct page *p, const struct session_line *lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct session_line *s = &lines[i];
        struct view *v = view_add(p->view, "SESSION");
        bool is_this = strcmp(s->hash, p->user->session_hash) == 0;
        view_set(v, "HASH", s->hash);
        view_set(v, "AGENT", agent_words(p->a, s->agent));
        view_set(v, "AGENT_FULL", s->agent);
        view_set(v, "ADDRESS", s->address);
        page_set_time(p, v, "BEGUN", s->created_at, p->real_ts);
        page_set_time(p, v, "SEEN", s->seen_at, p->real_ts);
        view_show(v, is_this ? "THIS" : "OTHER");
    }
    if (n > 1)
        view_show(p->view, "OTHERS");
}

static bool
totp_fill(struct page *p, const struct user *user, struct err *err)
{
    const char *secret;
    if (user->totp_enabled || user->totp_sealed == NULL) {
        view_show(p->view, user->totp_enabled ? "TOTP_ON" : "TOTP_OFF");
        return true;
    }
    if (!secret_open(p->a, request_of(p)->console->key, user->totp_sealed,
                     &secret, err))
        return err_wrap(err, "one-time secret of %s", user->name);
    struct view *v = view_add(p->view, "TOTP_NEW");
    view_set(v, "SECRET", totp_spaced(p->a, secret));
    view_set(v, "URI", totp_uri(p->a, "quotemill", user->name, secret));
    return true;
}

/* Everything the page shows, for GET and for a form that comes back. */
static bool
account_fill(struct page *p, struct err *err)
{
    struct user user;
    struct session_line *lines;
    const char *const *zones;
    size_t n_lines, n_zones;
    if (!user_get(p->a, p->db, p->user->id, &user, err) ||
        !user_zones(p->a, p->db, &zones, &n_zones, err) ||
        !session_list(p->a, p->db, p->user->id, request_limits(), &lines,
                      &n_lines, err) ||
        !totp_fill(p, &user, err))
        return false;
    page_title(p, "Account", NULL);
    page_set_time(p, p->view, "CREATED", user.created_at, p->real_ts);
    page_set_time(p, p->view, "PASSWORD_SET", user.password_at, p->real_ts);
    const char *typed = page_form(p, "zone");
    view_set(p->view, "ZONE", typed != NULL ? typed : user.time_zone);
    view_set(p->view, "ZONE_NOW", page_time(p, p->real_ts));
    for (size_t i = 0; i < n_zones; i++)
        view_set(view_add(p->view, "ZONE_OPTION"), "OPTION", zones[i]);
    sessions_fill(p, lines, n_lines);
    return true;
}

bool
page_account(struct page *p, struct err *err)
{
    return account_fill(p, err);
}

/* Whether the form's `field` holds the password of who is signed in; when not,
 * *right is false and the field is marked. */
static bool
password_check(struct page *p, const char *field, bool *right, struct err *err)
{
    const char *given = page_form(p, field);
    struct login_result result;
    const struct login login = {
        .name = p->user->name,
        .password = given != NULL ? given : "",
        .address = p->address,
        .tries = config()->login_tries,
        .lock_s = config()->login_lock_s,
    };
    if (!login_confirm(p->a, p->db, &login, &result, err))
        return false;
    *right = result.outcome == LOGIN_DONE;
    if (!*right)
        page_field_error(
            p, field,
            result.wait_s > 0
                ? arena_printf(p->a, "Too many wrong passwords: locked for %s.",
                               fmt_duration(p->a, (double)result.wait_s))
                : "This is not your password.");
    return true;
}

bool
page_account_password(struct page *p, struct err *err)
{
    const char *password = page_form(p, "password"), *why;
    const char *again = page_form(p, "again");
    struct user_actor who = request_actor(p);
    bool right = false;
    if (password == NULL)
        password = "";
    if (!account_fill(p, err))
        return false;
    if (!user_password_is_fit(password, &why))
        return page_field_error(p, "password", why);
    if (again == NULL || strcmp(password, again) != 0)
        return page_field_error(p, "again", "The two are not the same.");
    if (!password_check(p, "current", &right, err))
        return false;
    if (!right)
        return true;
    if (!user_set_password(p->db, &who, p->user->id, password,
                           p->user->session_hash, err))
        return false;
    return page_redirect(p,
                         "The password is changed. Your sessions in other "
                         "browsers have ended.",
                         "/account");
}

bool
page_account_zone(struct page *p, struct err *err)
{
    const char *zone = page_form(p, "zone");
    struct user_actor who = request_actor(p);
    if (user_set_zone(p->db, &who, p->user->id, zone != NULL ? zone : "", err))
        return page_redirect(p, "The time zone is saved.", "/account");
    if (err->kind != ERR_INPUT)
        return false;
    struct err wrong = *err;
    if (!account_fill(p, err))
        return false;
    return page_field_error(p, "zone", wrong.text);
}

static bool
totp_begin(struct page *p, struct err *err)
{
    const char *sealed =
        secret_seal(p->a, request_of(p)->console->key, totp_secret(p->a));
    if (!user_totp_begin(p->db, p->user->id, sealed, err))
        return false;
    return page_redirect(p, NULL, "/account#totp");
}

static bool
totp_confirm(struct page *p, struct err *err)
{
    const char *code = page_form(p, "code");
    struct user_actor who = request_actor(p);
    if (user_totp_confirm(p->db, &who, p->user->id, request_of(p)->console->key,
                          code != NULL ? code : "", p->real_ts, err))
        return page_redirect(p,
                             "One-time codes are on. From now on logging in "
                             "needs one.",
                             "/account#totp");
    if (err->kind != ERR_INPUT)
        return false;
    struct err wrong = *err;
    if (!account_fill(p, err))
        return false;
    return page_field_error(p, "code", wrong.text);
}

/* Off: with the password where they were on, at once where nothing was. */
static bool
totp_disable(struct page *p, bool is_on, struct err *err)
{
    struct user_actor who = request_actor(p);
    bool right = true;
    if (!account_fill(p, err) ||
        (is_on && !password_check(p, "totp_password", &right, err)))
        return false;
    if (!right)
        return true;
    if (!user_totp_disable(p->db, &who, p->user->id, err))
        return false;
    return page_redirect(p, "One-time codes are off.", "/account#totp");
}

bool
page_account_totp(struct page *p, struct err *err)
{
    const char *action = page_form(p, "action");
    struct user user;
    if (action == NULL)
        action = "";
    if (strcmp(action, "begin") == 0)
        return totp_begin(p, err);
    if (strcmp(action, "confirm") == 0)
        return totp_confirm(p, err);
    if (strcmp(action, "disable") != 0 && strcmp(action, "cancel") != 0)
        return account_fill(p, err) &&
               page_error(p, "The form did not say what to do.");
    if (!user_get(p->a, p->db, p->user->id, &user, err))
        return false;
    return totp_disable(p, user.totp_enabled, err);
}

bool
page_account_sessions(struct page *p, struct err *err)
{
    const char *hash = page_form(p, "session");
    int64_t n = 0;
    if (hash == NULL)
        return err_set(err, ERR_INPUT, "the form names no session");
    if (strcmp(hash, "others") == 0) {
        if (!session_delete_others(p->db, p->user->id, p->user->session_hash,
                                   &n, err))
            return false;
        return page_redirect(
            p,
            arena_printf(p->a, "%s ended.",
                         fmt_plural(p->a, n, "session has", "sessions have")),
            "/account#sessions");
    }
    if (!session_delete(p->db, p->user->id, hash, err))
        return false;
    return page_redirect(p, "That session has ended.", "/account#sessions");
}
