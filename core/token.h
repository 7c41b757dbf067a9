/* API tokens: a person's right to call without a browser, shown once, kept as
 * a hash, bounded by a scope and never more than its owner's role.
 */
#ifndef CORE_TOKEN_H
#define CORE_TOKEN_H

#include "lib/db.h"

/* scope read: GET only; upload: GET, and files in; full: all that the owner's
 * role may do. */
struct token {
    int64_t id;
    const char *name, *scope, *user_name;
    int64_t created_at, last_used_at, expires_at, revoked_at; /* 0: none */
    const char *last_address;
};

/* What a request with a token may do; user_id 0: the token is not good. */
struct token_grant {
    int64_t token_id, user_id;
    const char *user_name, *role, *time_zone, *scope;
};

/* token  "qm_" and 43 characters, to be shown once
 * fails  ERR_INPUT: name, scope, days; ERR_MISSING: user */
MUST_USE bool token_add(struct arena *a, struct db *db, const char *user_name,
                        const char *name, const char *scope, int64_t days,
                        const char *who, const char *address,
                        const char **token, int64_t *id, struct err *err);
MUST_USE bool token_revoke(struct db *db, int64_t id, const char *who,
                           const char *address, struct err *err);
/* Of one user, or of all (user_name NULL); newest first. */
MUST_USE bool token_list(struct arena *a, struct db *db, const char *user_name,
                         struct token **out, size_t *n, struct err *err);
/* Looks a presented token up; marks its use at most once a minute. */
MUST_USE bool token_find(struct arena *a, struct db *db, const char *presented,
                         const char *address, struct token_grant *out,
                         struct err *err);

#endif
