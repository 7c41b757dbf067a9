/* quotemill alert list | export | import: the stored rules. Who calls is the
 * machine's keeper and sees all of them. */
#include "core/alert_store.h"
#include "core/user.h"
#include "lib/config.h"
#include "lib/format.h"
#include "worker/alert_action.h"

#include <stdio.h>
#include <string.h>

enum { LIST_PAGE = 500, IMPORT_MAX = 64 * 1024 * 1024 };

struct options {
    const char *owner, *instrument, *phase;
    bool replace, json;
    const char **words;
    size_t n_words;
};

static bool
read_options(struct command *c, struct options *o, struct err *err)
{
    const struct command_option options[] = {
        {.name = "owner", .value = &o->owner},
        {.name = "instrument", .value = &o->instrument},
        {.name = "phase", .value = &o->phase},
        {.name = "replace", .flag = &o->replace},
        {.name = "json", .flag = &o->json},
    };
    o->words = command_room(c);
    return command_options(c, options, COUNT_OF(options), o->words, &o->n_words,
                           err);
}

static struct alert_actor
actor(struct command *c)
{
    return (struct alert_actor){.name = command_who(c),
                                .address = "",
                                .is_admin = true,
                                .may_write = true};
}

/* --- list, export --------------------------------------------------------- */

static bool
read_filter(struct command *c, const struct options *o, struct alert_filter *f,
            struct err *err)
{
    static const char *const phases[] = {"active", "no_data", "pending", "ok",
                                         "done",   "fault",   "off"};
    size_t i = 0;
    if (o->n_words != 1 || o->replace)
        return command_usage(c, err,
                             "list and export take no file and no "
                             "--replace (see --help)");
    while (o->phase != NULL && i < COUNT_OF(phases) &&
           strcmp(phases[i], o->phase) != 0)
        i++;
    if (i == COUNT_OF(phases))
        return command_usage(c, err,
                             "--phase \"%.40s\": choose active, no_data, "
                             "pending, ok, done, fault or off",
                             o->phase);
    *f = (struct alert_filter){.owner = o->owner,
                               .symbol = o->instrument,
                               .phase = o->phase,
                               .limit = LIST_PAGE};
    return true;
}

static void
print_rule(struct arena *a, const struct alert_stored *s)
{
    printf("%6lld %-8s %-9s %-10s %-24s %s\n", (long long)s->id,
           !s->enabled        ? "off"
           : s->phase != NULL ? s->phase
                              : "new",
           s->severity, s->owner != NULL ? s->owner : "-", s->name,
           alert_stored_words(a, s));
}

bool
alert_action_list(struct command *c, struct err *err)
{
    struct options o = {0};
    struct alert_filter f;
    struct db *db;
    const struct alert_actor who = actor(c);
    if (!read_options(c, &o, err) || !read_filter(c, &o, &f, err) ||
        !command_db(c, &db, err))
        return false;
    struct buf *b = buf_new(c->a);
    json_open(b, '[');
    if (!o.json)
        printf("%6s %-8s %-9s %-10s %-24s %s\n", "id", "state", "severity",
               "owner", "name", "rule");
    for (size_t n = LIST_PAGE + 1; n > LIST_PAGE;) {
        struct alert_stored *list;
        if (!alert_stored_list(c->a, db, &who, &f, &list, &n, err))
            return false;
        for (size_t i = 0; i < n && i < LIST_PAGE; i++) {
            if (o.json)
                alert_stored_json(c->a, b, &list[i]);
            else
                print_rule(c->a, &list[i]);
            f.before = list[i].id;
        }
    }
    json_close(b, ']');
    if (o.json)
        puts(b->data);
    return true;
}

bool
alert_action_export(struct command *c, struct err *err)
{
    struct options o = {0};
    struct alert_filter f;
    struct db *db;
    const struct alert_actor who = actor(c);
    struct buf *b = buf_new(c->a);
    if (!read_options(c, &o, err) || !read_filter(c, &o, &f, err) ||
        !command_db(c, &db, err) || !alert_export(c->a, db, &who, &f, b, err))
        return false;
    puts(b->data);
    return true;
}

/* --- import --------------------------------------------------------------- */

static void
db_done(void *db)
{
    db_close(db);
}

/* Rules are changed as the console's role; the worker's only reads them. */
static bool
console_open(struct command *c, struct db **db, struct err *err)
{
    bool ok = db_open(db, config()->db_console, "quotemill alert", err);
    arena_defer(c->a, db_done, *db);
    return ok;
}

static bool
read_file(struct command *c, const char *path, struct buf *out, struct err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *in = is_stdin ? stdin : fopen(path, "re");
    if (in == NULL)
        return err_set(err, ERR_INPUT, "%s: %m", path);
    size_t got = 1;
    while (got > 0 && out->len <= IMPORT_MAX) {
        got = fread(buf_reserve(out, BUFSIZ), 1, BUFSIZ, in);
        buf_end(out, got);
    }
    bool ok = ferror(in) == 0;
    if (!is_stdin)
        fclose(in);
    if (!ok)
        return err_set(err, ERR_INPUT, "%s cannot be read", path);
    return out->len <= IMPORT_MAX ||
           err_set(err, ERR_INPUT, "%s is larger than %s", path,
                   fmt_bytes(c->a, IMPORT_MAX));
}

/* Whose the rules are to be. */
static bool
find_owner(struct command *c, struct db *db, const char *name,
           struct alert_actor *who, struct err *err)
{
    struct user *user;
    if (name == NULL || strcmp(name, "-") == 0)
        return true;
    if (!user_find(c->a, db, name, &user, err))
        return false;
    if (user == NULL)
        return err_set(err, ERR_MISSING, "there is no user \"%.64s\"", name);
    who->user_id = user->id;
    return true;
}

static void
print_imported(struct command *c, bool json, const struct alert_imported *done)
{
    struct buf *b = buf_new(c->a);
    if (!json) {
        printf("%lld added, %lld replaced, %lld skipped\n",
               (long long)done->added, (long long)done->replaced,
               (long long)done->skipped);
        return;
    }
    alert_imported_json(b, done);
    puts(b->data);
}

bool
alert_action_import(struct command *c, struct err *err)
{
    struct options o = {0};
    struct alert_imported done;
    struct alert_actor who = actor(c);
    struct buf *text = buf_new(c->a);
    struct json doc;
    struct db *db;
    if (!read_options(c, &o, err))
        return false;
    if (o.n_words != 2 || o.instrument != NULL || o.phase != NULL)
        return command_usage(c, err, "which file? (see --help)");
    if (!read_file(c, o.words[1], text, err) ||
        !json_parse(c->a, text->data, text->len, &doc, err) ||
        !console_open(c, &db, err) || !find_owner(c, db, o.owner, &who, err) ||
        !alert_import(db, &who, doc, o.replace, &done, err))
        return false;
    print_imported(c, o.json, &done);
    return true;
}
