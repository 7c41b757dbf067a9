#include "core/user.h"

#include "core/audit.h"
#include "core/session.h"
#include "lib/buf.h"
#include "lib/form.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/secret.h"
#include "lib/totp.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_CHARS = 64 };

static const char *const roles[] = {"viewer", "operator", "admin"};

static struct user
user_read(const struct db_rows *rows, int i)
{
    return (struct user){
        .id = db_i64(rows, i, "id"),
        .name = db_text(rows, i, "name"),
        .role = db_text(rows, i, "role"),
        .time_zone = db_text(rows, i, "time_zone"),
        .password_hash = db_text(rows, i, "password_hash"),
        .totp_sealed = db_text(rows, i, "totp_sealed"),
        .totp_enabled = db_bool(rows, i, "totp_enabled"),
        .disabled = db_bool(rows, i, "disabled"),
        .totp_last = db_i64(rows, i, "totp_last"),
        .created_at = db_i64(rows, i, "created_at"),
        .password_at = db_i64(rows, i, "password_at"),
    };
}

bool
user_find(struct arena *a, struct db *db, const char *name, struct user **out,
          struct err *err)
{
    struct db_rows *rows;
    *out = NULL;
    if (!db_query(a, db, SQL_user_find, DB_ARGS(name), &rows, err))
        return false;
    if (db_count(rows) > 0) {
        *out = arena_alloc(a, sizeof **out);
        **out = user_read(rows, 0);
    }
    return true;
}

static bool
user_read_by_id(struct arena *a, struct db *db, enum sql_id sql, int64_t id,
                struct user *out, struct err *err)
{
    struct db_rows *rows;
    if (!db_query_one(a, db, sql, DB_ARGS(fmt_i64(a, id)), &rows, err))
        return err->kind == ERR_MISSING
                   ? err_set(err, ERR_MISSING, "there is no such user")
                   : false;
    *out = user_read(rows, 0);
    return true;
}

bool
user_get(struct arena *a, struct db *db, int64_t id, struct user *out,
         struct err *err)
{
    return user_read_by_id(a, db, SQL_user_get, id, out, err);
}

bool
user_list(struct arena *a, struct db *db, struct user **out, size_t *n,
          struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_user_list, DB_NONE, &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++) {
        (*out)[i] = user_read(rows, i);
        (*out)[i].seen_at = db_i64(rows, i, "seen_at");
    }
    return true;
}

/* Characters, not bytes: "şifreşif" has eight. */
static size_t
utf8_count(const char *s)
{
    size_t n = 0;
    for (; *s != '\0'; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

bool
user_password_is_fit(const char *password, const char **why)
{
    if (!form_is_utf8(password, strlen(password)))
        *why = "The password must be UTF-8 text.";
    else if (utf8_count(password) < USER_PASSWORD_MIN)
        *why = "The password needs at least 8 characters.";
    else if (strlen(password) > USER_PASSWORD_MAX)
        *why = "The password is longer than 1000 bytes.";
    else
        return true;
    return false;
}

bool
user_name_is_fit(const char *name, const char **why)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-";
    size_t len = strlen(name);
    *why = "A name has 1 to 64 letters, digits and . _ @ -, and begins with a "
           "letter or digit.";
    return len >= 1 && len <= NAME_MAX_CHARS && strspn(name, first) == len &&
           strchr("._@-", name[0]) == NULL;
}

bool
user_role_is_known(const char *role)
{
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        if (strcmp(role, roles[i]) == 0)
            return true;
    return false;
}

/* One change of one user: what the functions below hand to db_tx. */
struct change {
    struct arena *a;
    const struct user_actor *who;
    int64_t id;
    struct user user; /* as it was */
    const char *text; /* new role, password hash, zone, sealed secret */
    const char *keep_hash;
    const char *code;
    const unsigned char *key;
    int64_t real_ts;
    bool flag;
    const char *name;
};

/* The user as it is, locked until the transaction ends. */
static bool
change_lock(struct db *db, struct change *c, struct err *err)
{
    return user_read_by_id(c->a, db, SQL_user_lock, c->id, &c->user, err);
}

/* {"key": "text"} */
static const char *
json_text_member(struct arena *a, const char *key, const char *text)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_key(b, key);
    json_put_str(b, text);
    json_close(b, '}');
    return b->data;
}

static const char *
json_bool_member(struct arena *a, const char *key, bool v)
{
    return arena_printf(a, "{\"%s\":%s}", key, fmt_bool(v));
}

static bool
change_audit(struct db *db, const struct change *c, const char *action,
             const char *before, const char *after, struct err *err)
{
    const char *name = c->name != NULL ? c->name : c->user.name;
    return audit_add(db, c->who->name, action,
                     arena_printf(c->a, "user:%s", name), before, after,
                     c->who->address, err);
}

/* Runs fn as one transaction on the user of c->id. */
static bool
change_run(struct db *db, struct change *c, db_tx_fn *fn, struct err *err)
{
    c->a = arena_new();
    bool ok = db_tx(db, fn, c, err);
    arena_free(c->a);
    return ok;
}

static bool
add_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    struct db_rows *rows;
    const char *role = c->user.role;
    if (!db_query_one(c->a, db, SQL_user_add, DB_ARGS(c->name, c->text, role),
                      &rows, err))
        return err->kind == ERR_CONFLICT
                   ? err_set(err, ERR_CONFLICT,
                             "there is a user named %s already", c->name)
                   : err_wrap(err, "add user %s", c->name);
    c->id = db_i64(rows, 0, "id");
    return change_audit(db, c, "user.add", NULL,
                        json_text_member(c->a, "role", role), err);
}

bool
user_add(struct db *db, const struct user_actor *who, const char *name,
         const char *password, const char *role, int64_t *id, struct err *err)
{
    const char *why;
    if (!user_name_is_fit(name, &why) || !user_password_is_fit(password, &why))
        return err_set(err, ERR_INPUT, "%s", why);
    if (!user_role_is_known(role))
        return err_set(err, ERR_INPUT,
                       "The role must be viewer, operator or admin.");
    struct arena *a = arena_new();
    struct change c = {.who = who, .name = name, .user = {.role = role}};
    bool ok = secret_password_hash(a, password, &c.text, err) &&
              change_run(db, &c, add_tx, err);
    arena_free(a);
    *id = c.id;
    return ok;
}

static bool
password_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    int64_t ended = 0;
    if (!change_lock(db, c, err) ||
        !db_exec(db, SQL_user_set_password,
                 DB_ARGS(fmt_i64(c->a, c->id), c->text), NULL, err) ||
        !session_delete_others(db, c->id, c->keep_hash, &ended, err))
        return false;
    return change_audit(
        db, c, "user.password", NULL,
        arena_printf(c->a, "{\"sessions_ended\":%lld}", (long long)ended), err);
}

bool
user_set_password(struct db *db, const struct user_actor *who, int64_t id,
                  const char *password, const char *keep_hash, struct err *err)
{
    const char *why;
    if (!user_password_is_fit(password, &why))
        return err_set(err, ERR_INPUT, "%s", why);
    struct arena *a = arena_new();
    struct change c = {.who = who, .id = id, .keep_hash = keep_hash};
    bool ok = secret_password_hash(a, password, &c.text, err) &&
              change_run(db, &c, password_tx, err);
    arena_free(a);
    return ok;
}

/* ERR_CONFLICT when this user is the only admin who can sign in. */
static bool
last_admin_stays(struct change *c, struct db *db, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(c->a, db, SQL_user_lock_admins, DB_NONE, &rows, err))
        return false;
    if (db_count(rows) == 1 && db_i64(rows, 0, "id") == c->id)
        return err_set(err, ERR_CONFLICT,
                       "this is the last admin: make somebody else an admin "
                       "first");
    return true;
}

static bool
role_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    if ((strcmp(c->text, "admin") != 0 && !last_admin_stays(c, db, err)) ||
        !change_lock(db, c, err))
        return false;
    if (strcmp(c->user.role, c->text) == 0)
        return true;
    return db_exec(db, SQL_user_set_role,
                   DB_ARGS(fmt_i64(c->a, c->id), c->text), NULL, err) &&
           change_audit(db, c, "user.role",
                        json_text_member(c->a, "role", c->user.role),
                        json_text_member(c->a, "role", c->text), err);
}

bool
user_set_role(struct db *db, const struct user_actor *who, int64_t id,
              const char *role, struct err *err)
{
    if (!user_role_is_known(role))
        return err_set(err, ERR_INPUT,
                       "The role must be viewer, operator or admin.");
    struct change c = {.who = who, .id = id, .text = role};
    return change_run(db, &c, role_tx, err);
}

static bool
disabled_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    int64_t ended = 0;
    if ((c->flag && !last_admin_stays(c, db, err)) || !change_lock(db, c, err))
        return false;
    if (c->user.disabled == c->flag)
        return true;
    if (!db_exec(db, SQL_user_set_disabled,
                 DB_ARGS(fmt_i64(c->a, c->id), fmt_bool(c->flag)), NULL, err) ||
        (c->flag && !session_delete_others(db, c->id, "", &ended, err)))
        return false;
    return change_audit(db, c, c->flag ? "user.disable" : "user.enable",
                        json_bool_member(c->a, "disabled", !c->flag),
                        json_bool_member(c->a, "disabled", c->flag), err);
}

bool
user_set_disabled(struct db *db, const struct user_actor *who, int64_t id,
                  bool disabled, struct err *err)
{
    struct change c = {.who = who, .id = id, .flag = disabled};
    return change_run(db, &c, disabled_tx, err);
}

static bool
zone_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    struct db_rows *rows;
    if (!change_lock(db, c, err) ||
        !db_query(c->a, db, SQL_user_set_zone,
                  DB_ARGS(fmt_i64(c->a, c->id), c->text), &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_INPUT,
                       "There is no time zone of that name. Names look like "
                       "Europe/Istanbul.");
    return change_audit(
        db, c, "user.zone",
        json_text_member(c->a, "time_zone", c->user.time_zone),
        json_text_member(c->a, "time_zone", db_text(rows, 0, "name")), err);
}

bool
user_set_zone(struct db *db, const struct user_actor *who, int64_t id,
              const char *zone, struct err *err)
{
    struct change c = {.who = who, .id = id, .text = zone};
    return change_run(db, &c, zone_tx, err);
}

bool
user_zones(struct arena *a, struct db *db, const char *const **names, size_t *n,
           struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_user_zones, DB_NONE, &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    const char **list = arena_array(a, *n, sizeof *list);
    for (int i = 0; i < (int)*n; i++)
        list[i] = db_text(rows, i, "name");
    *names = list;
    return true;
}

static bool
totp_store(struct db *db, struct change *c, const char *sealed, bool enabled,
           int64_t step, struct err *err)
{
    return db_exec(db, SQL_user_set_totp,
                   DB_ARGS(fmt_i64(c->a, c->id), sealed, fmt_bool(enabled),
                           fmt_i64(c->a, step)),
                   NULL, err);
}

static bool
totp_begin_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    if (!change_lock(db, c, err))
        return false;
    if (c->user.totp_enabled)
        return err_set(err, ERR_CONFLICT, "one-time codes are on already");
    return totp_store(db, c, c->text, false, 0, err);
}

bool
user_totp_begin(struct db *db, int64_t id, const char *sealed, struct err *err)
{
    struct change c = {.id = id, .text = sealed};
    return change_run(db, &c, totp_begin_tx, err);
}

static bool
totp_confirm_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    const char *secret;
    int64_t step;
    if (!change_lock(db, c, err))
        return false;
    if (c->user.totp_enabled || c->user.totp_sealed == NULL)
        return err_set(err, ERR_CONFLICT,
                       "there is no new secret to be confirmed");
    if (!secret_open(c->a, c->key, c->user.totp_sealed, &secret, err))
        return false;
    if (!totp_check(secret, c->code, c->real_ts, c->user.totp_last, &step))
        return err_set(err, ERR_INPUT,
                       "That code is not right. Check the clock of the phone, "
                       "then type the code that it shows now.");
    return totp_store(db, c, c->user.totp_sealed, true, step, err) &&
           change_audit(db, c, "user.totp",
                        json_bool_member(c->a, "totp_enabled", false),
                        json_bool_member(c->a, "totp_enabled", true), err);
}

bool
user_totp_confirm(struct db *db, const struct user_actor *who, int64_t id,
                  const unsigned char *key, const char *code, int64_t real_ts,
                  struct err *err)
{
    struct change c = {
        .who = who, .id = id, .key = key, .code = code, .real_ts = real_ts};
    return change_run(db, &c, totp_confirm_tx, err);
}

static bool
totp_disable_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    if (!change_lock(db, c, err))
        return false;
    if (!totp_store(db, c, NULL, false, c->user.totp_last, err))
        return false;
    return !c->user.totp_enabled ||
           change_audit(db, c, "user.totp",
                        json_bool_member(c->a, "totp_enabled", true),
                        json_bool_member(c->a, "totp_enabled", false), err);
}

bool
user_totp_disable(struct db *db, const struct user_actor *who, int64_t id,
                  struct err *err)
{
    struct change c = {.who = who, .id = id};
    return change_run(db, &c, totp_disable_tx, err);
}
