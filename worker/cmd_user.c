/* quotemill user add | passwd | list */
#include "worker/command.h"

#include "core/user.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/json.h"
#include "lib/secret.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const char usage[] =
    "usage: quotemill user add NAME [--role viewer|operator|admin]\n"
    "                          [--password-stdin]\n"
    "       quotemill user passwd NAME [--password-stdin]\n"
    "       quotemill user list [--json]\n"
    "\n"
    "add     a new user, viewer unless a role is given\n"
    "passwd  a new password; all sessions of the user end\n"
    "list    names, roles and when they were last seen\n"
    "\n"
    "Without --password-stdin a password is made up and printed, alone, on\n"
    "standard output. A password has at least 8 characters.\n";

struct options {
    const char *role;
    bool from_stdin, json;
    const char *words[8];
    size_t n_words;
};

static void
db_done(void *db)
{
    db_close(db);
}

/* Users belong to the console's role; the worker's sees none of them. */
static bool
console_open(struct command *c, struct db **db, struct err *err)
{
    bool ok = db_open(db, config()->db_console, "quotemill user", err);
    arena_defer(c->a, db_done, *db);
    return ok;
}

/* The first line of standard input; a terminal does not echo it. */
static bool
password_read(struct command *c, const char **password, struct err *err)
{
    char line[USER_PASSWORD_MAX + 3] = "";
    struct termios old, quiet;
    bool is_terminal =
        isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &old) == 0;
    if (is_terminal) {
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        fputs("password: ", stderr);
    }
    bool got = fgets(line, sizeof line, stdin) != NULL;
    if (is_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
        fputc('\n', stderr);
    }
    if (!got)
        return err_set(err, ERR_INPUT, "no password on standard input");
    line[strcspn(line, "\r\n")] = '\0';
    *password = arena_strdup(c->a, line);
    return true;
}

/* The password to set; printed after the change when it was made up. */
static bool
password_get(struct command *c, const struct options *o, const char **password,
             struct err *err)
{
    if (o->from_stdin)
        return password_read(c, password, err);
    *password = secret_password(c->a);
    return true;
}

static void
password_tell(const struct options *o, const char *password)
{
    if (!o->from_stdin)
        printf("%s\n", password);
}

static bool
user_add_command(struct command *c, const struct options *o, struct err *err)
{
    struct db *db;
    struct user_actor who = {.name = command_who(c), .address = ""};
    const char *password = NULL, *role = o->role != NULL ? o->role : "viewer";
    int64_t id;
    if (!user_role_is_known(role))
        return command_usage(
            c, err, "--role is viewer, operator or admin, not \"%s\"", role);
    if (!password_get(c, o, &password, err) || !console_open(c, &db, err) ||
        !user_add(db, &who, o->words[1], password, role, &id, err))
        return false;
    password_tell(o, password);
    return true;
}

static bool
user_passwd_command(struct command *c, const struct options *o, struct err *err)
{
    struct db *db;
    struct user *user;
    struct user_actor who = {.name = command_who(c), .address = ""};
    const char *password = NULL;
    if (!password_get(c, o, &password, err) || !console_open(c, &db, err) ||
        !user_find(c->a, db, o->words[1], &user, err))
        return false;
    if (user == NULL)
        return err_set(err, ERR_MISSING, "there is no user %s", o->words[1]);
    if (!user_set_password(db, &who, user->id, password, "", err))
        return false;
    password_tell(o, password);
    return true;
}

static void
list_json(struct command *c, const struct user *users, size_t n)
{
    struct buf *b = buf_new(c->a);
    json_open(b, '[');
    for (size_t i = 0; i < n; i++) {
        const struct user *u = &users[i];
        json_open(b, '{');
        json_key(b, "name");
        json_put_str(b, u->name);
        json_key(b, "role");
        json_put_str(b, u->role);
        json_key(b, "disabled");
        json_put_bool(b, u->disabled);
        json_key(b, "one_time_codes");
        json_put_bool(b, u->totp_enabled);
        json_key(b, "created_at");
        json_put_str(b, date_format_iso(c->a, u->created_at));
        json_key(b, "seen_at");
        json_put_str(b, u->seen_at != 0 ? date_format_iso(c->a, u->seen_at)
                                        : NULL);
        json_close(b, '}');
    }
    json_close(b, ']');
    printf("%s\n", b->data);
}

static bool
user_list_command(struct command *c, const struct options *o, struct err *err)
{
    struct db *db;
    struct user *users;
    size_t n;
    if (!console_open(c, &db, err) || !user_list(c->a, db, &users, &n, err))
        return false;
    if (o->json) {
        list_json(c, users, n);
        return true;
    }
    for (size_t i = 0; i < n; i++)
        printf("%-24s %-9s %-9s %s\n", users[i].name, users[i].role,
               users[i].disabled ? "disabled" : "",
               users[i].seen_at != 0 ? date_format_iso(c->a, users[i].seen_at)
                                     : "not signed in");
    return true;
}

bool
cmd_user(struct command *c, struct err *err)
{
    if (command_help(c, usage))
        return true;
    struct options o = {0};
    const struct command_option options[] = {
        {.name = "role", .value = &o.role},
        {.name = "password-stdin", .flag = &o.from_stdin},
        {.name = "json", .flag = &o.json},
    };
    const char **words = command_room(c);
    if (!command_options(c, options, COUNT_OF(options), words, &o.n_words, err))
        return false;
    for (size_t i = 0; i < o.n_words && i < COUNT_OF(o.words); i++)
        o.words[i] = words[i];
    const char *verb = o.n_words > 0 ? o.words[0] : "";
    if (strcmp(verb, "list") == 0 && o.n_words == 1)
        return user_list_command(c, &o, err);
    bool is_add = strcmp(verb, "add") == 0;
    if ((!is_add && strcmp(verb, "passwd") != 0) || o.n_words != 2)
        return command_usage(c, err,
                             "expected add NAME, passwd NAME or list; see "
                             "quotemill user --help");
    if (!is_add && o.role != NULL)
        return command_usage(c, err, "--role belongs to add");
    return is_add ? user_add_command(c, &o, err)
                  : user_passwd_command(c, &o, err);
}
