/* People who may sign in: passwords, roles, one-time codes. Every change is
 * audited in its own transaction. */
#ifndef CORE_USER_H
#define CORE_USER_H

#include "lib/db.h"

enum { USER_PASSWORD_MIN = 8, USER_PASSWORD_MAX = 1000 };

struct user {
    int64_t id;
    const char *name, *role, *time_zone;
    const char *password_hash; /* never shown, never logged */
    const char *totp_sealed;   /* NULL: none */
    bool totp_enabled, disabled;
    int64_t totp_last, created_at, password_at;
    int64_t seen_at; /* user_list only; 0: no session is left */
};

/* Who makes a change, for the audit log. */
struct user_actor {
    const char *name, *address;
};

/* By name, any case; *out is NULL when there is none such. */
MUST_USE bool user_find(struct arena *a, struct db *db, const char *name,
                        struct user **out, struct err *err);
/* By id. fails ERR_MISSING */
MUST_USE bool user_get(struct arena *a, struct db *db, int64_t id,
                       struct user *out, struct err *err);
MUST_USE bool user_list(struct arena *a, struct db *db, struct user **out,
                        size_t *n, struct err *err);

/* True when the text may be a password; else `why` is a sentence. Nothing is
 * cut: every character counts. */
bool user_password_is_fit(const char *password, const char **why);
bool user_name_is_fit(const char *name, const char **why);
bool user_role_is_known(const char *role);

/* fails   ERR_INPUT: name, role or password; ERR_CONFLICT: the name is taken */
MUST_USE bool user_add(struct db *db, const struct user_actor *who,
                       const char *name, const char *password, const char *role,
                       int64_t *id, struct err *err);

/* Sets a password and ends the user's sessions but the one of keep_hash ("":
 * all of them).
 * fails   ERR_INPUT; ERR_MISSING */
MUST_USE bool user_set_password(struct db *db, const struct user_actor *who,
                                int64_t id, const char *password,
                                const char *keep_hash, struct err *err);

/* fails   ERR_INPUT; ERR_MISSING; ERR_CONFLICT: no admin would be left */
MUST_USE bool user_set_role(struct db *db, const struct user_actor *who,
                            int64_t id, const char *role, struct err *err);

/* Disabling also ends all sessions.
 * fails   ERR_MISSING; ERR_CONFLICT: no admin would be left */
MUST_USE bool user_set_disabled(struct db *db, const struct user_actor *who,
                                int64_t id, bool disabled, struct err *err);

/* fails   ERR_INPUT: not a name of the IANA list */
MUST_USE bool user_set_zone(struct db *db, const struct user_actor *who,
                            int64_t id, const char *zone, struct err *err);
/* Names to choose from; n of them. */
MUST_USE bool user_zones(struct arena *a, struct db *db,
                         const char *const **names, size_t *n, struct err *err);

/* One-time codes: begin stores a new sealed secret that is not asked for yet,
 * confirm switches it on when the code is right, disable drops it. Each change
 * of state is audited; a secret never is.
 * fails   ERR_INPUT: wrong code; ERR_CONFLICT: on already, or nothing begun */
MUST_USE bool user_totp_begin(struct db *db, int64_t id, const char *sealed,
                              struct err *err);
MUST_USE bool user_totp_confirm(struct db *db, const struct user_actor *who,
                                int64_t id, const unsigned char *key,
                                const char *code, int64_t real_ts,
                                struct err *err);
MUST_USE bool user_totp_disable(struct db *db, const struct user_actor *who,
                                int64_t id, struct err *err);

#endif
