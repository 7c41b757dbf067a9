/* API tokens: a person's right to call without a browser, shown once, kept as
 * a hash, bounded by a scope and never more than its owner's role.
 */
#ifndef CORE_TOKEN_H
#define CORE_TOKEN_H

#include "core/user.h"
#include "lib/db.h"

enum { TOKEN_DAYS = 365, TOKEN_DAYS_MAX = 3650, TOKEN_NAME_MAX = 64 };

/* scope read: GET only; upload: GET, and files in; full: all that the owner's
 * role may do. */
struct token {
    int64_t id;
    const char *name, *scope, *user_name, *created_by;
    int64_t created_at, last_used_at, expires_at, revoked_at; /* 0: none */
    const char *last_address;
};

/* What a request with a token may do; user_id 0: the token is not good. */
struct token_grant {
    int64_t token_id, user_id;
    const char *user_name, *role, *time_zone, *scope;
};

/* A token to be made. */
struct token_wish {
    const char *user_name; /* whose it will be, any case */
    const char *name;      /* what it is for; 1 to 64 characters */
    const char *scope;     /* read, upload, full */
    int64_t days;          /* until it ends; 0: it does not */
};

/* True when the text may be a token's name; else `why` is a sentence. */
bool token_name_is_fit(const char *name, const char **why);
bool token_scope_is_known(const char *scope);

/* token  "qm_" and 43 characters, to be shown once
 * fails  ERR_INPUT: name, scope, days; ERR_MISSING: user, or it is disabled */
MUST_USE bool token_add(struct arena *a, struct db *db,
                        const struct user_actor *who,
                        const struct token_wish *wish, const char **token,
                        int64_t *id, struct err *err);

/* user_name  whose it must be; NULL: anyone's
 * fails      ERR_MISSING; ERR_CONFLICT: it is revoked already */
MUST_USE bool token_revoke(struct db *db, const struct user_actor *who,
                           int64_t id, const char *user_name, struct err *err);

/* Of one user, or of all (user_name NULL); newest first. */
MUST_USE bool token_list(struct arena *a, struct db *db, const char *user_name,
                         struct token **out, size_t *n, struct err *err);

/* Looks a presented token up; marks its use at most once a minute. */
MUST_USE bool token_find(struct arena *a, struct db *db, const char *presented,
                         const char *address, struct token_grant *out,
                         struct err *err);

/* Counts a token that was not good against the address that sent it, as
 * failed logins are counted, by a key of its own. Good tokens pass whatever
 * the count: they cannot be guessed, and one script with an old token must not
 * lock out its neighbours.
 *
 * wait_s   0: say that the token is not good; else how long to say nothing */
MUST_USE bool token_refuse(struct arena *a, struct db *db, const char *address,
                           int64_t tries, int64_t lock_s, int64_t *wait_s,
                           struct err *err);

#endif
