/* quotemill token add | revoke | list */
#include "worker/command.h"

#include "core/token.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/json.h"
#include "lib/number.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: quotemill token add [USER] [--name NAME] [--days N]\n"
    "                           [--scope read|upload|full]\n"
    "       quotemill token revoke ID\n"
    "       quotemill token list [USER] [--json]\n"
    "\n"
    "add     a new token of the user (of the only admin, when there is one\n"
    "        only), printed alone on standard output, this once; for\n"
    "        curl -H 'Authorization: Bearer TOKEN' ...\n"
    "revoke  ends a token at once; list tells its number\n"
    "list    tokens, whose they are, when they were last used\n"
    "\n"
    "--name   what it is for (\"command line\")\n"
    "--scope  read: GET only; upload: that, and files in; full: all that the\n"
    "         user's role may do (full)\n"
    "--days   it ends after so many; 0: it does not (365)\n";

struct options {
    const char *name, *scope, *days, *user;
    bool json;
};

static void
db_done(void *db)
{
    db_close(db);
}

/* Tokens belong to the console's role, as users do. */
static bool
console_open(struct command *c, struct db **db, struct err *err)
{
    bool ok = db_open(db, config()->db_console, "quotemill token", err);
    arena_defer(c->a, db_done, *db);
    return ok;
}

/* The one admin who may log in; with several somebody has to say whose. */
static bool
owner_find(struct command *c, struct db *db, const char **owner,
           struct err *err)
{
    struct user *users;
    size_t n, n_admins = 0;
    if (!user_list(c->a, db, &users, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!users[i].disabled && strcmp(users[i].role, "admin") == 0) {
            *owner = users[i].name;
            n_admins++;
        }
    if (n_admins == 1)
        return true;
    return command_usage(c, err,
                         "whose? There are %zu admins: quotemill token add "
                         "USER",
                         n_admins);
}

static bool
number_of(struct command *c, const char *what, const char *text, int64_t *out,
          struct err *err)
{
    if (!number_parse_i64(text, strlen(text), out) || *out < 0)
        return command_usage(c, err, "%s is a number, not \"%.40s\"", what,
                             text);
    return true;
}

static bool
token_add_command(struct command *c, const struct options *o, struct err *err)
{
    struct db *db;
    const struct user_actor who = {.name = command_who(c), .address = ""};
    struct token_wish wish = {
        .user_name = o->user,
        .name = o->name != NULL ? o->name : "command line",
        .scope = o->scope != NULL ? o->scope : "full",
        .days = TOKEN_DAYS,
    };
    const char *token, *why;
    int64_t id;
    if (!token_scope_is_known(wish.scope))
        return command_usage(c, err,
                             "--scope is read, upload or full, not \"%.40s\"",
                             wish.scope);
    if (!token_name_is_fit(wish.name, &why))
        return command_usage(c, err, "--name: %s", why);
    if (o->days != NULL && !number_of(c, "--days", o->days, &wish.days, err))
        return false;
    if (wish.days > TOKEN_DAYS_MAX)
        return command_usage(c, err, "--days is at most %d", TOKEN_DAYS_MAX);
    if (!console_open(c, &db, err) ||
        (wish.user_name == NULL && !owner_find(c, db, &wish.user_name, err)) ||
        !token_add(c->a, db, &who, &wish, &token, &id, err))
        return false;
    printf("%s\n", token);
    return true;
}

static bool
token_revoke_command(struct command *c, const char *text, struct err *err)
{
    struct db *db;
    const struct user_actor who = {.name = command_who(c), .address = ""};
    int64_t id;
    return number_of(c, "the token's ID", text, &id, err) &&
           console_open(c, &db, err) && token_revoke(db, &who, id, NULL, err);
}

static const char *
time_or_null(struct command *c, int64_t ts)
{
    return ts != 0 ? date_format_iso(c->a, ts) : NULL;
}

static void
list_json(struct command *c, const struct token *tokens, size_t n)
{
    struct buf *b = buf_new(c->a);
    json_open(b, '[');
    for (size_t i = 0; i < n; i++) {
        const struct token *t = &tokens[i];
        json_open(b, '{');
        json_key(b, "id");
        json_put_i64(b, t->id);
        json_key(b, "user");
        json_put_str(b, t->user_name);
        json_key(b, "name");
        json_put_str(b, t->name);
        json_key(b, "scope");
        json_put_str(b, t->scope);
        json_key(b, "created_at");
        json_put_str(b, time_or_null(c, t->created_at));
        json_key(b, "expires_at");
        json_put_str(b, time_or_null(c, t->expires_at));
        json_key(b, "revoked_at");
        json_put_str(b, time_or_null(c, t->revoked_at));
        json_key(b, "last_used_at");
        json_put_str(b, time_or_null(c, t->last_used_at));
        json_close(b, '}');
    }
    json_close(b, ']');
    printf("%s\n", b->data);
}

static const char *
state_of(struct command *c, const struct token *t)
{
    if (t->revoked_at != 0)
        return "revoked";
    if (t->expires_at == 0)
        return "does not end";
    return arena_printf(c->a, "%s %.10s",
                        t->expires_at <= c->now_ts ? "ended" : "ends",
                        date_format_iso(c->a, t->expires_at));
}

static bool
token_list_command(struct command *c, const struct options *o, struct err *err)
{
    struct db *db;
    struct token *tokens;
    size_t n;
    if (!console_open(c, &db, err) ||
        !token_list(c->a, db, o->user, &tokens, &n, err))
        return false;
    if (o->json) {
        list_json(c, tokens, n);
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        const struct token *t = &tokens[i];
        const char *used = time_or_null(c, t->last_used_at);
        printf("%6lld  %-16s %-6s %-16s %-20s %s\n", (long long)t->id,
               t->user_name, t->scope, state_of(c, t),
               used != NULL ? used : "never used", t->name);
    }
    return true;
}

bool
cmd_token(struct command *c, struct err *err)
{
    if (command_help(c, usage))
        return true;
    struct options o = {0};
    const struct command_option options[] = {
        {.name = "name", .value = &o.name},
        {.name = "scope", .value = &o.scope},
        {.name = "days", .value = &o.days},
        {.name = "user", .value = &o.user},
        {.name = "json", .flag = &o.json},
    };
    const char **words = command_room(c);
    size_t n;
    if (!command_options(c, options, COUNT_OF(options), words, &n, err))
        return false;
    const char *verb = n > 0 ? words[0] : "";
    bool is_add = strcmp(verb, "add") == 0;
    if (!is_add && (o.name != NULL || o.scope != NULL || o.days != NULL))
        return command_usage(c, err,
                             "--name, --scope and --days belong to add");
    if (strcmp(verb, "revoke") == 0 && n == 2)
        return token_revoke_command(c, words[1], err);
    if ((!is_add && strcmp(verb, "list") != 0) || n > 2 ||
        (n == 2 && o.user != NULL))
        return command_usage(c, err,
                             "expected add [USER], revoke ID or list [USER]; "
                             "see quotemill token --help");
    if (n == 2)
        o.user = words[1];
    return is_add ? token_add_command(c, &o, err)
                  : token_list_command(c, &o, err);
}
