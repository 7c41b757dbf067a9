#include "core/channel.h"

#include "core/audit.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/secret.h"

#include <string.h>

enum { NAME_MAX_CHARS = 64 };

/* --- reading -------------------------------------------------------------- */

static bool
read_settings(struct arena *a, const char *text, struct channel *c,
              struct err *err)
{
    const struct channel_kind *kind = channel_kind_find(c->kind);
    struct json settings;
    if (kind == NULL || !json_parse(a, text, strlen(text), &settings, err))
        return err_set(err, ERR_INTERNAL, "the settings of channel %s",
                       c->name);
    for (size_t i = 0; i < kind->n_fields; i++) {
        struct json v = json_get(settings, kind->fields[i].name);
        if (kind->fields[i].is_secret)
            c->has_secret[i] = json_type(v) == JSON_BOOL;
        else
            c->values[i] = json_str(v);
    }
    c->where = json_str(json_get(settings, "where"));
    if (c->where == NULL)
        c->where = kind->n_fields == 0 ? kind->where(a, NULL) : "";
    return true;
}

static bool
read_channel(struct arena *a, const struct db_rows *rows, int i,
             struct channel *out, struct err *err)
{
    *out = (struct channel){
        .id = db_i64(rows, i, "id"),
        .version = db_i64(rows, i, "version"),
        .name = db_text(rows, i, "name"),
        .kind = db_text(rows, i, "kind"),
        .enabled = db_bool(rows, i, "enabled"),
        .severity_info = db_bool(rows, i, "severity_info"),
        .severity_warning = db_bool(rows, i, "severity_warning"),
        .severity_critical = db_bool(rows, i, "severity_critical"),
        .sent_at = db_i64(rows, i, "sent_at"),
        .fault_at = db_i64(rows, i, "fault_at"),
        .fault = db_text(rows, i, "fault"),
        .n_waiting = db_i64(rows, i, "n_waiting"),
        .n_dead = db_i64(rows, i, "n_dead"),
        .n_rules = db_i64(rows, i, "n_rules"),
    };
    return read_settings(a, db_text(rows, i, "settings"), out, err);
}

bool
channel_list(struct arena *a, struct db *db, struct channel **out, size_t *n,
             struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_channel_list, DB_ARGS(NULL), &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        if (!read_channel(a, rows, i, &(*out)[i], err))
            return false;
    return true;
}

bool
channel_get(struct arena *a, struct db *db, int64_t id, struct channel *out,
            struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_channel_list, DB_ARGS(fmt_i64(a, id)), &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_MISSING, "there is no channel %lld",
                       (long long)id);
    return read_channel(a, rows, 0, out, err);
}

bool
channel_names(struct arena *a, struct db *db, struct channel_name **out,
              size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_channel_names, DB_NONE, &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] = (struct channel_name){
            .id = db_i64(rows, i, "id"),
            .name = db_text(rows, i, "name"),
            .kind = db_text(rows, i, "kind"),
            .enabled = db_bool(rows, i, "enabled"),
        };
    return true;
}

/* Puts what the sealed text has into the places of the secret fields. */
static bool
open_secret(struct arena *a, const struct channel_kind *kind,
            const unsigned char *key, const char *sealed, const char **values,
            struct err *err)
{
    const char *plain;
    struct json doc;
    if (key == NULL)
        return err_set(err, ERR_INTERNAL,
                       "the key that secrets are sealed with is not known");
    if (!secret_open(a, key, sealed, &plain, err))
        return err_wrap(err, "the channel's secret");
    if (!json_parse(a, plain, strlen(plain), &doc, err))
        return err_set(err, ERR_INTERNAL, "the channel's secret is damaged");
    for (size_t i = 0; i < kind->n_fields; i++)
        if (kind->fields[i].is_secret)
            values[i] = json_str(json_get(doc, kind->fields[i].name));
    return true;
}

bool
channel_open(struct arena *a, const struct channel_kind *kind,
             const unsigned char *key, const char *settings, const char *secret,
             const char *values[CHANNEL_FIELDS_MAX], struct err *err)
{
    struct channel c = {.name = kind->title, .kind = kind->name};
    if (!read_settings(a, settings, &c, err))
        return false;
    memcpy(values, c.values, sizeof c.values);
    return secret == NULL || open_secret(a, kind, key, secret, values, err);
}

/* --- changing ------------------------------------------------------------- */

/* One change, as it is handed to db_tx. */
struct change {
    struct arena *a;
    const struct alert_actor *who;
    const unsigned char *key;
    const struct channel *c;
    const struct channel_kind *kind;
    const char *values[CHANNEL_FIELDS_MAX]; /* as they will be */
    const char *before;                     /* for the audit; NULL: it is new */
    const char *secret_before;
    int64_t id;
};

static bool
wrong(const char *field, const char *why, struct err *err)
{
    return err_set(err, ERR_INPUT, "%s: %s", field, why);
}

static bool
check_name(const char *name, struct err *err)
{
    static const char may_be[] = "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._@-";
    size_t len = strlen(name);
    return len >= 1 && len <= NAME_MAX_CHARS && strspn(name, may_be) == len &&
                   strchr(" ._@-", name[0]) == NULL
               ? true
               : wrong("name",
                       "1 to 64 letters, digits, blanks and . _ @ -, a letter "
                       "or digit first",
                       err);
}

static const char *
value_fault(struct arena *a, const struct channel_field *f, const char *value)
{
    if (value == NULL)
        return f->is_optional ? NULL : "it is needed";
    if (strlen(value) > CHANNEL_VALUE_MAX)
        return "it is too long (1000 characters at most)";
    for (const char *s = value; *s != '\0'; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            return "it has a control character";
    for (const char *const *c = f->choices; c != NULL; c++) {
        if (*c == NULL)
            return "it is none of the choices";
        if (strcmp(*c, value) == 0)
            break;
    }
    return f->check != NULL ? f->check(a, value) : NULL;
}

/* The value without blanks around it; NULL when nothing is left. */
static const char *
trimmed(struct arena *a, const char *value)
{
    if (value == NULL)
        return NULL;
    value += strspn(value, " \t\r\n");
    size_t len = strlen(value);
    while (len > 0 && strchr(" \t\r\n", value[len - 1]) != NULL)
        len--;
    return len > 0 ? arena_strndup(a, value, len) : NULL;
}

/* What will be stored of what was given and what is there. */
static bool
settle_values(struct change *x, struct err *err)
{
    const char *old[CHANNEL_FIELDS_MAX] = {NULL};
    bool keeps = false;
    for (size_t i = 0; i < x->kind->n_fields; i++)
        keeps =
            keeps || (x->kind->fields[i].is_secret && x->c->values[i] != NULL &&
                      x->c->values[i][0] == '\0');
    if (keeps && x->secret_before != NULL &&
        !open_secret(x->a, x->kind, x->key, x->secret_before, old, err))
        return err_set(err, ERR_INPUT,
                       "secret: what is stored was sealed with another key; "
                       "give it again");
    for (size_t i = 0; i < x->kind->n_fields; i++) {
        const struct channel_field *f = &x->kind->fields[i];
        const char *given = x->c->values[i];
        x->values[i] = trimmed(x->a, given);
        if (x->values[i] == NULL && !f->is_secret)
            x->values[i] = f->standard;
        if (x->values[i] == NULL && f->is_secret && given != NULL)
            x->values[i] = old[i];
        const char *why = value_fault(x->a, f, x->values[i]);
        if (why != NULL)
            return wrong(f->name, why, err);
    }
    const char *field, *why = x->kind->check != NULL
                                  ? x->kind->check(x->values, &field)
                                  : NULL;
    return why == NULL || wrong(field, why, err);
}

static const char *
settings_json(const struct change *x)
{
    struct buf *b = buf_new(x->a);
    json_open(b, '{');
    for (size_t i = 0; i < x->kind->n_fields; i++) {
        const struct channel_field *f = &x->kind->fields[i];
        if (x->values[i] != NULL && f->is_secret)
            json_member_bool(b, f->name, true);
        else if (x->values[i] != NULL)
            json_member_str(b, f->name, x->values[i]);
    }
    json_member_str(b, "where", x->kind->where(x->a, x->values));
    json_close(b, '}');
    return b->data;
}

/* NULL: the kind has no secret, or none is given. */
static bool
secret_json(const struct change *x, const char **sealed, struct err *err)
{
    struct buf *b = buf_new(x->a);
    bool any = false;
    json_open(b, '{');
    for (size_t i = 0; i < x->kind->n_fields; i++)
        if (x->kind->fields[i].is_secret && x->values[i] != NULL) {
            json_member_str(b, x->kind->fields[i].name, x->values[i]);
            any = true;
        }
    json_close(b, '}');
    *sealed = NULL;
    if (any && x->key == NULL)
        return err_set(err, ERR_INTERNAL, "there is no key to seal secrets");
    if (any)
        *sealed = secret_seal(x->a, x->key, b->data);
    return true;
}

static const char *
severities(struct arena *a, const struct channel *c)
{
    const char *names[3];
    size_t n = 0;
    if (c->severity_info)
        names[n++] = "info";
    if (c->severity_warning)
        names[n++] = "warning";
    if (c->severity_critical)
        names[n++] = "critical";
    return fmt_array(a, names, n);
}

static bool
audit_change(struct db *db, const struct change *x, const char *action,
             const char *name, const char *after, struct err *err)
{
    return audit_add(db, x->who->name, action,
                     arena_printf(x->a, "channel:%s", name), x->before, after,
                     x->who->address, err);
}

/* Locks it, and reads what is there. */
static bool
change_begin(struct db *db, struct change *x, struct db_rows **rows,
             struct err *err)
{
    if (!db_query(x->a, db, SQL_channel_lock, DB_ARGS(fmt_i64(x->a, x->id)),
                  rows, err))
        return false;
    if (db_count(*rows) == 0)
        return err_set(err, ERR_MISSING, "there is no channel %lld",
                       (long long)x->id);
    x->before = db_text(*rows, 0, "summary");
    x->secret_before = db_text(*rows, 0, "secret");
    return true;
}

static bool
save_row(struct db *db, struct change *x, const char *secret,
         struct db_rows **rows, struct err *err)
{
    struct arena *a = x->a;
    const struct channel *c = x->c;
    const char *settings = settings_json(x), *enabled = fmt_bool(c->enabled);
    bool ok = x->id == 0
                  ? db_query(a, db, SQL_channel_add,
                             DB_ARGS(c->name, c->kind, enabled, settings,
                                     secret, severities(a, c), x->who->name),
                             rows, err)
                  : db_query(a, db, SQL_channel_change,
                             DB_ARGS(fmt_i64(a, x->id), c->name, enabled,
                                     settings, secret, severities(a, c)),
                             rows, err);
    if (!ok && err->kind == ERR_CONFLICT)
        return err_set(err, ERR_CONFLICT, "there is a channel \"%s\" already",
                       c->name);
    return ok;
}

static bool
save_in_tx(struct db *db, void *arg, struct err *err)
{
    struct change *x = arg;
    struct db_rows *rows;
    const char *secret;
    bool is_new = x->id == 0;
    if (!is_new) {
        if (!change_begin(db, x, &rows, err))
            return false;
        if (db_i64(rows, 0, "version") != x->c->version)
            return err_set(err, ERR_CONFLICT,
                           "somebody else has changed the channel meanwhile");
        if (strcmp(db_text(rows, 0, "kind"), x->c->kind) != 0)
            return wrong("kind", "it stays what it is; add another channel",
                         err);
    }
    if (!settle_values(x, err) || !secret_json(x, &secret, err) ||
        !save_row(db, x, secret, &rows, err))
        return false;
    x->id = db_i64(rows, 0, "id");
    return db_exec(db, x->c->enabled ? SQL_channel_hurry : SQL_channel_drop,
                   DB_ARGS(fmt_i64(x->a, x->id)), NULL, err) &&
           audit_change(db, x, is_new ? "channel.add" : "channel.change",
                        x->c->name, db_text(rows, 0, "summary"), err);
}

bool
channel_save(struct db *db, const struct alert_actor *who,
             const unsigned char *key, const struct channel *c, int64_t *id,
             struct err *err)
{
    struct change x = {.who = who, .key = key, .c = c, .id = c->id};
    if (!who->is_admin)
        return err_set(err, ERR_DENIED, "only admins change channels");
    if (!check_name(c->name, err))
        return false;
    x.kind = channel_kind_find(c->kind);
    if (x.kind == NULL)
        return wrong("kind", "it is none of the kinds", err);
    x.a = arena_new();
    bool ok = db_tx(db, save_in_tx, &x, err);
    arena_free(x.a);
    *id = x.id;
    return ok;
}

static bool
delete_in_tx(struct db *db, void *arg, struct err *err)
{
    struct change *x = arg;
    struct db_rows *rows;
    const char *id = fmt_i64(x->a, x->id);
    if (!change_begin(db, x, &rows, err))
        return false;
    const char *name = db_text(rows, 0, "name");
    int64_t rules = db_i64(rows, 0, "n_rules");
    if (rules > 0)
        return err_set(err, ERR_CONFLICT, "%s %s the channel \"%s\"",
                       fmt_plural(x->a, rules, "rule", "rules"),
                       rules == 1 ? "names" : "name", name);
    return db_exec(db, SQL_channel_drop, DB_ARGS(id), NULL, err) &&
           db_exec(db, SQL_channel_delete, DB_ARGS(id), NULL, err) &&
           audit_change(db, x, "channel.delete", name, NULL, err);
}

bool
channel_delete(struct db *db, const struct alert_actor *who, int64_t id,
               struct err *err)
{
    struct change x = {.who = who, .id = id};
    if (!who->is_admin)
        return err_set(err, ERR_DENIED, "only admins change channels");
    x.a = arena_new();
    bool ok = db_tx(db, delete_in_tx, &x, err);
    arena_free(x.a);
    return ok;
}
