#include "core/login.h"

#include "core/audit.h"
#include "core/user.h"
#include "lib/format.h"
#include "lib/secret.h"
#include "lib/totp.h"

#include <ctype.h>
#include <string.h>

enum { KEY_NAME_MAX = 64 };

struct attempt {
    struct arena *a;
    const struct login *in;
    struct login_result *out;
    struct user *user;
    const char *account_key, *address_key;
    int64_t step;     /* of the one-time code */
    const char *hash; /* new hash of the password, or NULL */
};

/* The throttle's name of an account: typed names in lower case, cut, so that
 * the table's keys stay short whatever is typed. */
static const char *
account_key(struct arena *a, const char *kind, const char *name)
{
    size_t len = strlen(name);
    if (len > KEY_NAME_MAX)
        return arena_printf(a, "%s:%s", kind, secret_hash_hex(a, name, len));
    char *key = arena_printf(a, "%s:%s", kind, name);
    for (char *c = key; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return key;
}

/* Counts the attempt; *allowed tells whether it may be judged. */
static bool
attempt_count(struct attempt *t, struct db *db, bool *allowed, struct err *err)
{
    struct arena *a = t->a;
    struct db_rows *rows;
    const char *const keys[] = {t->account_key, t->address_key};
    if (!db_query_one(a, db, SQL_login_try,
                      DB_ARGS(fmt_array(a, keys, COUNT_OF(keys)),
                              fmt_i64(a, t->in->tries),
                              fmt_i64(a, t->in->lock_s)),
                      &rows, err))
        return false;
    *allowed = db_bool(rows, 0, "is_allowed");
    t->out->wait_s = db_i64(rows, 0, "wait_s");
    return true;
}

static bool
code_is_right(struct attempt *t, bool *right, struct err *err)
{
    const char *secret;
    *right = true;
    if (!t->user->totp_enabled)
        return true;
    if (!secret_open(t->a, t->in->key, t->user->totp_sealed, &secret, err))
        return err_wrap(err, "one-time secret of %s", t->user->name);
    *right = totp_check(secret, t->in->code, t->in->real_ts, t->user->totp_last,
                        &t->step);
    return true;
}

/* The session that the browser had before ends with the new one's beginning:
 * a token that somebody else may have planted must not live on. */
static bool
old_session_end(struct attempt *t, struct db *db, struct err *err)
{
    struct session old;
    if (t->in->old_token == NULL)
        return true;
    if (!session_find(t->a, db, t->in->old_token, t->in->limits, &old, err))
        return false;
    if (old.user_id == 0 || session_delete(db, old.user_id, old.hash, err))
        return true;
    return err->kind == ERR_MISSING;
}

static bool
enter_tx(struct db *db, void *arg, struct err *err)
{
    struct attempt *t = arg;
    struct arena *a = t->a;
    const struct login *in = t->in;
    const char *id = fmt_i64(a, t->user->id);
    int64_t n = 0;
    if (t->user->totp_enabled) {
        if (!db_exec(db, SQL_user_use_totp, DB_ARGS(id, fmt_i64(a, t->step)),
                     &n, err))
            return false;
        if (n == 0) /* somebody else has just used this very code */
            return err_set(err, ERR_DENIED, "code used twice");
    }
    if (t->hash != NULL &&
        !db_exec(db, SQL_user_rehash, DB_ARGS(id, t->hash), NULL, err))
        return false;
    return db_exec(db, SQL_login_clear, DB_ARGS(t->account_key, t->address_key),
                   NULL, err) &&
           db_exec(db, SQL_login_expire, DB_ARGS(fmt_i64(a, in->lock_s)), NULL,
                   err) &&
           db_exec(db, SQL_session_expire,
                   DB_ARGS(fmt_i64(a, in->limits.idle_s),
                           fmt_i64(a, in->limits.max_s)),
                   NULL, err) &&
           old_session_end(t, db, err) &&
           session_add(a, db, t->user->id, in->address, in->agent,
                       &t->out->token, err) &&
           audit_add(db, t->user->name, "session.begin",
                     arena_printf(a, "user:%s", t->user->name), NULL, NULL,
                     in->address, err);
}

static bool
enter(struct attempt *t, struct db *db, struct err *err)
{
    if (secret_password_is_old(t->user->password_hash) &&
        !secret_password_hash(t->a, t->in->password, &t->hash, err))
        return false;
    if (!db_tx(db, enter_tx, t, err))
        return err->kind == ERR_DENIED;
    t->out->outcome = LOGIN_DONE;
    t->out->wait_s = 0;
    return true;
}

/* A lock that begins is worth an entry: somebody may be guessing. */
static bool
lock_audit(struct attempt *t, struct db *db, struct err *err)
{
    if (t->out->wait_s == 0)
        return true;
    return audit_add(
        db, "nobody", "login.lock", t->account_key, NULL,
        arena_printf(t->a, "{\"seconds\":%lld}", (long long)t->out->wait_s),
        t->in->address, err);
}

bool
login_judge(struct arena *a, struct db *db, const struct login *login,
            struct login_result *out, struct err *err)
{
    struct attempt t = {
        .a = a,
        .in = login,
        .out = out,
        .account_key = account_key(a, "user", login->name),
        .address_key = arena_printf(a, "addr:%s", login->address),
    };
    bool allowed, right = false;
    *out = (struct login_result){.outcome = LOGIN_LOCKED};
    if (!attempt_count(&t, db, &allowed, err))
        return false;
    if (!allowed)
        return true;
    out->outcome = LOGIN_WRONG;
    if (!user_find(a, db, login->name, &t.user, err))
        return false;
    const char *hash = t.user != NULL ? t.user->password_hash : NULL;
    bool matches = secret_password_verify(hash, login->password);
    if (matches && t.user != NULL && !t.user->disabled &&
        !code_is_right(&t, &right, err))
        return false;
    if (right && !enter(&t, db, err))
        return false;
    return out->outcome == LOGIN_DONE || lock_audit(&t, db, err);
}

bool
login_confirm(struct arena *a, struct db *db, const struct login *login,
              struct login_result *out, struct err *err)
{
    struct attempt t = {
        .a = a,
        .in = login,
        .out = out,
        .account_key = account_key(a, "confirm", login->name),
        .address_key = arena_printf(a, "addr:%s", login->address),
    };
    bool allowed;
    *out = (struct login_result){.outcome = LOGIN_LOCKED};
    if (!attempt_count(&t, db, &allowed, err))
        return false;
    if (!allowed)
        return true;
    out->outcome = LOGIN_WRONG;
    if (!user_find(a, db, login->name, &t.user, err))
        return false;
    if (!secret_password_verify(t.user != NULL ? t.user->password_hash : NULL,
                                login->password))
        return lock_audit(&t, db, err);
    out->outcome = LOGIN_DONE;
    return db_exec(db, SQL_login_clear, DB_ARGS(t.account_key, t.address_key),
                   NULL, err);
}
