#include "worker/command.h"

#include "lib/date.h"

#include "lib/config.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#undef command_usage /* the macro is for callers */

bool
command_usage(struct command *c, struct err *err, const char *fmt, ...)
{
    char text[sizeof err->text];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    c->exit_code = EXIT_USAGE;
    return err_set(err, ERR_INPUT, "%s", text);
}

bool
command_help(const struct command *c, const char *text)
{
    for (int i = 1; i < c->argc && strcmp(c->argv[i], "--") != 0; i++)
        if (strcmp(c->argv[i], "--help") == 0 ||
            strcmp(c->argv[i], "-h") == 0) {
            fputs(text, stdout);
            return true;
        }
    return false;
}

static const struct command_option *
option_named(const struct command_option *options, size_t n, const char *name,
             size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(options[i].name) == len &&
            memcmp(options[i].name, name, len) == 0)
            return &options[i];
    return NULL;
}

static bool
take_option(struct command *c, const struct command_option *o,
            const char *value, struct err *err)
{
    if (o->flag != NULL) {
        *o->flag = true;
        return true;
    }
    if (o->values != NULL) {
        o->values[(*o->n)++] = value;
        return true;
    }
    if (*o->value != NULL)
        return command_usage(c, err, "--%s is given twice", o->name);
    *o->value = value;
    return true;
}

/* The option at argv[*i], with its value, which may be the next argument. */
static bool
read_option(struct command *c, const struct command_option *options, size_t n,
            int *i, struct err *err)
{
    const char *name = c->argv[*i] + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const struct command_option *o = option_named(options, n, name, len);
    if (o == NULL)
        return command_usage(c, err, "there is no option --%.*s (see --help)",
                             len > 40 ? 40 : (int)len, name);
    if (o->flag != NULL && equals != NULL)
        return command_usage(c, err, "--%s takes no value", o->name);
    if (o->flag == NULL && equals == NULL && *i + 1 >= c->argc)
        return command_usage(c, err, "--%s needs a value", o->name);
    const char *value = o->flag != NULL  ? NULL
                        : equals != NULL ? equals + 1
                                         : c->argv[++*i];
    return take_option(c, o, value, err);
}

bool
command_options(struct command *c, const struct command_option *options,
                size_t n, const char **words, size_t *n_words, struct err *err)
{
    bool ended = false;
    *n_words = 0;
    for (int i = 1; i < c->argc; i++) {
        const char *arg = c->argv[i];
        if (ended || arg[0] != '-' || arg[1] == '\0')
            words[(*n_words)++] = arg;
        else if (strcmp(arg, "--") == 0)
            ended = true;
        else if (arg[1] != '-')
            return command_usage(c, err,
                                 "there is no option %.40s (see "
                                 "--help)",
                                 arg);
        else if (!read_option(c, options, n, &i, err))
            return false;
    }
    return true;
}

const char **
command_room(struct command *c)
{
    return arena_array(c->a, (size_t)c->argc, sizeof(const char *));
}

static void
close_db(void *db)
{
    db_close(db);
}

bool
command_db(struct command *c, struct db **db, struct err *err)
{
    const char *name = arena_printf(c->a, "quotemill %s", c->argv[0]);
    bool ok = db_open(db, config()->db_worker, name, err);
    if (*db != NULL)
        arena_defer(c->a, close_db, *db);
    return ok;
}

const char *
command_who(struct command *c)
{
    const char *sudo = getenv("SUDO_USER");
    const struct passwd *pw = getpwuid(getuid());
    const char *name = sudo != NULL && sudo[0] != '\0' ? sudo
                       : pw != NULL                    ? pw->pw_name
                                                       : "unknown";
    return arena_printf(c->a, "cli:%.64s", name);
}

bool
command_time(struct command *c, const char *option, const char *text,
             bool last_second, int64_t *ts, struct err *err)
{
    if (text == NULL)
        return true;
    if (date_parse_day(text, strlen(text), ts)) {
        *ts += last_second ? DAY_S - 1 : 0;
        return true;
    }
    return date_parse_iso(text, strlen(text), ts) ||
           command_usage(c, err,
                         "--%s \"%.40s\" is no day (YYYY-MM-DD) and no ISO "
                         "8601 time",
                         option, text);
}
