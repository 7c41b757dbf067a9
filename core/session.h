/* Sessions of signed-in people: a random token in the browser's cookie, only
 * its hash in the database. Time is the database server's clock. */
#ifndef CORE_SESSION_H
#define CORE_SESSION_H

#include "lib/db.h"

/* How long a session lives: without a request, and at all. */
struct session_limits {
    int64_t idle_s, max_s;
};

struct session {
    /* State of the whole database: equal stamps mean that nothing was
     * committed in between. NULL where that cannot be told. */
    const char *stamp;
    int64_t user_id; /* 0: no such session, or it has run out */
    const char *hash, *user_name, *role, *time_zone, *csrf;
    bool is_seen_old; /* due for session_touch */
    /* incidents that they may see, open and acknowledged by nobody, counted to
     * 100, and the worst severity of them (NULL: none) */
    int64_t alerts;
    const char *alerts_severity;
};

/* Looks a token up; one round trip. token NULL only takes the stamp. */
MUST_USE bool session_find(struct arena *a, struct db *db, const char *token,
                           struct session_limits limits, struct session *out,
                           struct err *err);

/* Notes that the session was used now; about once a minute is enough. */
MUST_USE bool session_touch(struct db *db, const char *hash, struct err *err);

/* A new session for a user; token goes into the cookie and nowhere else.
 * agent  the browser's name for itself, any bytes; at most 200 are kept */
MUST_USE bool session_add(struct arena *a, struct db *db, int64_t user_id,
                          const char *address, const char *agent,
                          const char **token, struct err *err);

/* Ends one session of a user.
 * fails   ERR_MISSING: it is not there, or not this user's */
MUST_USE bool session_delete(struct db *db, int64_t user_id, const char *hash,
                             struct err *err);

/* Ends all sessions of a user but the one of keep_hash ("" for none). */
MUST_USE bool session_delete_others(struct db *db, int64_t user_id,
                                    const char *keep_hash, int64_t *n,
                                    struct err *err);

struct session_line {
    const char *hash, *address, *agent;
    int64_t created_at, seen_at;
};

/* A user's living sessions, last seen first. */
MUST_USE bool session_list(struct arena *a, struct db *db, int64_t user_id,
                           struct session_limits limits,
                           struct session_line **out, size_t *n,
                           struct err *err);

#endif
