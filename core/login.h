/* Signing in: throttle, password, one-time code, new session. */
#ifndef CORE_LOGIN_H
#define CORE_LOGIN_H

#include "core/session.h"
#include "lib/db.h"

struct login {
    const char *name, *password, *code; /* as typed; code "" for none */
    const char *address, *agent;
    const char *old_token;    /* of a session that this one replaces, or NULL */
    const unsigned char *key; /* opens sealed one-time secrets */
    int64_t real_ts;
    int64_t tries, lock_s; /* failures until a lock, and how long it lasts */
    struct session_limits limits;
};

enum login_outcome {
    LOGIN_DONE,
    LOGIN_WRONG,  /* name, password or code: nobody is told which */
    LOGIN_LOCKED, /* not looked at: too many failures before */
};

struct login_result {
    enum login_outcome outcome;
    const char *token; /* LOGIN_DONE: for the cookie */
    int64_t wait_s;    /* LOGIN_LOCKED: how long; LOGIN_WRONG: the lock that
                        * this failure brought on, 0 for none */
};

/* Judges a login. The attempt is counted against account and address before
 * it is judged and taken back when it was right, so parallel guesses are
 * counted too. An unknown name takes as long as a known one. */
MUST_USE bool login_judge(struct arena *a, struct db *db,
                          const struct login *login, struct login_result *out,
                          struct err *err);

/* Judges only the password of somebody who is signed in already, before a
 * change that a borrowed browser must not make. Throttled like a login, by a
 * key of its own: a thief of a session cannot guess the password, nor lock
 * the account's logins. Of `login` it needs name, password, address, tries
 * and lock_s. */
MUST_USE bool login_confirm(struct arena *a, struct db *db,
                            const struct login *login, struct login_result *out,
                            struct err *err);

#endif
