#include "core/token.h"

#include "core/audit.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/secret.h"
#include "lib/utf8.h"

#include <string.h>

static const char prefix[] = "qm_";
enum { TOKEN_CHARS = 3 + 43 };

static const char *const scopes[] = {"read", "upload", "full"};

bool
token_name_is_fit(const char *name, const char **why)
{
    size_t n = 0;
    *why = "A token's name has 1 to 64 characters.";
    for (const char *s = name; *s != '\0'; n++) {
        size_t len = utf8_length(s);
        if (len == 0 || (unsigned char)*s < ' ' || *s == 0x7f)
            return false;
        s += len;
    }
    return n >= 1 && n <= TOKEN_NAME_MAX;
}

bool
token_scope_is_known(const char *scope)
{
    for (size_t i = 0; i < COUNT_OF(scopes); i++)
        if (strcmp(scope, scopes[i]) == 0)
            return true;
    return false;
}

/* One change, as it is handed to db_tx. */
struct change {
    struct arena *a;
    const struct user_actor *who;
    const struct token_wish *wish;
    const char *hash, *user_name;
    int64_t id;
};

static bool
change_audit(struct change *c, struct db *db, const char *action,
             const struct db_rows *rows, bool is_new, struct err *err)
{
    struct buf *b = buf_new(c->a);
    int64_t expires = db_i64(rows, 0, "expires_at");
    json_open(b, '{');
    json_key(b, "user");
    json_put_str(b, db_text(rows, 0, "user_name"));
    json_key(b, "name");
    json_put_str(b, db_text(rows, 0, "name"));
    json_key(b, "scope");
    json_put_str(b, db_text(rows, 0, "scope"));
    json_key(b, "expires_at");
    json_put_str(b, expires != 0 ? date_format_iso(c->a, expires) : NULL);
    json_close(b, '}');
    return audit_add(db, c->who->name, action,
                     arena_printf(c->a, "token:%lld", (long long)c->id),
                     is_new ? NULL : b->data, is_new ? b->data : NULL,
                     c->who->address, err);
}

static bool
add_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    struct db_rows *rows;
    if (!db_query(c->a, db, SQL_token_add,
                  DB_ARGS(c->wish->user_name, c->wish->name, c->hash,
                          c->wish->scope, c->who->name,
                          fmt_i64(c->a, c->wish->days)),
                  &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_MISSING,
                       "there is no user %.64s who may log in",
                       c->wish->user_name);
    c->id = db_i64(rows, 0, "id");
    return change_audit(c, db, "token.add", rows, true, err);
}

bool
token_add(struct arena *a, struct db *db, const struct user_actor *who,
          const struct token_wish *wish, const char **token, int64_t *id,
          struct err *err)
{
    const char *why;
    if (!token_name_is_fit(wish->name, &why))
        return err_set(err, ERR_INPUT, "%s", why);
    if (!token_scope_is_known(wish->scope))
        return err_set(err, ERR_INPUT,
                       "the scope is read, upload or full, not \"%.40s\"",
                       wish->scope);
    if (wish->days < 0 || wish->days > TOKEN_DAYS_MAX)
        return err_set(err, ERR_INPUT,
                       "a token lives for 1 to %d days, or with 0 for ever",
                       (int)TOKEN_DAYS_MAX);
    *token = arena_printf(a, "%s%s", prefix, secret_token(a));
    struct change c = {
        .a = a,
        .who = who,
        .wish = wish,
        .hash = secret_hash_hex(a, *token, TOKEN_CHARS),
    };
    if (!db_tx(db, add_tx, &c, err))
        return false;
    *id = c.id;
    return true;
}

static bool
revoke_tx(struct db *db, void *arg, struct err *err)
{
    struct change *c = arg;
    struct db_rows *rows;
    if (!db_query(c->a, db, SQL_token_revoke,
                  DB_ARGS(fmt_i64(c->a, c->id), c->user_name), &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_MISSING, "there is no token %lld",
                       (long long)c->id);
    if (db_bool(rows, 0, "was_revoked"))
        return err_set(err, ERR_CONFLICT, "the token %lld is revoked already",
                       (long long)c->id);
    return change_audit(c, db, "token.revoke", rows, false, err);
}

bool
token_revoke(struct db *db, const struct user_actor *who, int64_t id,
             const char *user_name, struct err *err)
{
    struct change c = {
        .a = arena_new(), .who = who, .id = id, .user_name = user_name};
    bool ok = db_tx(db, revoke_tx, &c, err);
    arena_free(c.a);
    return ok;
}

bool
token_list(struct arena *a, struct db *db, const char *user_name,
           struct token **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_token_list, DB_ARGS(user_name), &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] = (struct token){
            .id = db_i64(rows, i, "id"),
            .name = db_text(rows, i, "name"),
            .scope = db_text(rows, i, "scope"),
            .user_name = db_text(rows, i, "user_name"),
            .created_by = db_text(rows, i, "created_by"),
            .created_at = db_i64(rows, i, "created_at"),
            .last_used_at = db_i64(rows, i, "last_used_at"),
            .expires_at = db_i64(rows, i, "expires_at"),
            .revoked_at = db_i64(rows, i, "revoked_at"),
            .last_address = db_text(rows, i, "last_address"),
        };
    return true;
}

bool
token_find(struct arena *a, struct db *db, const char *presented,
           const char *address, struct token_grant *out, struct err *err)
{
    struct db_rows *rows;
    *out = (struct token_grant){0};
    if (strlen(presented) != TOKEN_CHARS ||
        strncmp(presented, prefix, strlen(prefix)) != 0)
        return true;
    if (!db_query(a, db, SQL_token_find,
                  DB_ARGS(secret_hash_hex(a, presented, TOKEN_CHARS)), &rows,
                  err))
        return false;
    if (db_count(rows) == 0)
        return true;
    *out = (struct token_grant){
        .token_id = db_i64(rows, 0, "id"),
        .user_id = db_i64(rows, 0, "user_id"),
        .user_name = db_text(rows, 0, "user_name"),
        .role = db_text(rows, 0, "role"),
        .time_zone = db_text(rows, 0, "time_zone"),
        .scope = db_text(rows, 0, "scope"),
    };
    return !db_bool(rows, 0, "is_used_old") ||
           db_exec(db, SQL_token_touch,
                   DB_ARGS(fmt_i64(a, out->token_id), address), NULL, err);
}

bool
token_refuse(struct arena *a, struct db *db, const char *address, int64_t tries,
             int64_t lock_s, int64_t *wait_s, struct err *err)
{
    struct db_rows *rows;
    const char *key = arena_printf(a, "token:%s", address);
    if (!db_query_one(a, db, SQL_login_try,
                      DB_ARGS(fmt_array(a, &key, 1), fmt_i64(a, tries),
                              fmt_i64(a, lock_s)),
                      &rows, err))
        return false;
    *wait_s = db_bool(rows, 0, "is_allowed") ? 0 : db_i64(rows, 0, "wait_s");
    return true;
}
