#include "core/session.h"

#include "lib/format.h"
#include "lib/secret.h"
#include "lib/utf8.h"

#include <string.h>

enum { TOKEN_CHARS = 43, AGENT_MAX = 200 };

/* What cannot be a token of ours is not looked for. */
static const char *
token_hash(struct arena *a, const char *token)
{
    if (token == NULL || strlen(token) != TOKEN_CHARS)
        return "";
    return secret_hash_hex(a, token, TOKEN_CHARS);
}

bool
session_find(struct arena *a, struct db *db, const char *token,
             struct session_limits limits, struct session *out, struct err *err)
{
    struct db_rows *rows;
    const char *hash = token_hash(a, token);
    if (!db_query_one(
            a, db, SQL_session_find,
            DB_ARGS(hash, fmt_i64(a, limits.idle_s), fmt_i64(a, limits.max_s)),
            &rows, err))
        return false;
    *out = (struct session){
        .stamp = db_text(rows, 0, "stamp"),
        .user_id = db_i64(rows, 0, "user_id"),
        .hash = hash,
        .user_name = db_text(rows, 0, "name"),
        .role = db_text(rows, 0, "role"),
        .time_zone = db_text(rows, 0, "time_zone"),
        .csrf = db_text(rows, 0, "csrf"),
        .is_seen_old = db_bool(rows, 0, "is_seen_old"),
        .alerts = db_i64(rows, 0, "alerts"),
        .alerts_severity = db_text(rows, 0, "alerts_severity"),
    };
    return true;
}

bool
session_touch(struct db *db, const char *hash, struct err *err)
{
    return db_exec(db, SQL_session_touch, DB_ARGS(hash), NULL, err);
}

bool
session_add(struct arena *a, struct db *db, int64_t user_id,
            const char *address, const char *agent, const char **token,
            struct err *err)
{
    *token = secret_token(a);
    return db_exec(
        db, SQL_session_add,
        DB_ARGS(token_hash(a, *token), fmt_i64(a, user_id), secret_token(a),
                address, utf8_clean(a, agent != NULL ? agent : "", AGENT_MAX)),
        NULL, err);
}

bool
session_delete(struct db *db, int64_t user_id, const char *hash,
               struct err *err)
{
    struct arena *a = arena_new();
    int64_t n = 0;
    bool ok = db_exec(db, SQL_session_delete,
                      DB_ARGS(hash, fmt_i64(a, user_id)), &n, err);
    arena_free(a);
    if (ok && n == 0)
        return err_set(err, ERR_MISSING, "that session has ended already");
    return ok;
}

bool
session_delete_others(struct db *db, int64_t user_id, const char *keep_hash,
                      int64_t *n, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = db_exec(db, SQL_session_delete_others,
                      DB_ARGS(fmt_i64(a, user_id), keep_hash), n, err);
    arena_free(a);
    return ok;
}

bool
session_list(struct arena *a, struct db *db, int64_t user_id,
             struct session_limits limits, struct session_line **out, size_t *n,
             struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_session_list,
                  DB_ARGS(fmt_i64(a, user_id), fmt_i64(a, limits.idle_s),
                          fmt_i64(a, limits.max_s)),
                  &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] = (struct session_line){
            .hash = db_text(rows, i, "token_hash"),
            .address = db_text(rows, i, "address"),
            .agent = db_text(rows, i, "agent"),
            .created_at = db_i64(rows, i, "created_at"),
            .seen_at = db_i64(rows, i, "seen_at"),
        };
    return true;
}
