/* The outbox: messages that are owed, tried until a server takes them.
 *
 * At least once: a worker claims a delivery by a lease, makes its text at the
 * first try, sends, and notes the answer. One that dies in between leaves it
 * to the next try, which sends the same text with the same key; receivers that
 * honour the key show it once. After DELIVERY_TRIES it is dead, shown, and sent
 * again when a person says so.
 */
#ifndef CORE_DELIVERY_H
#define CORE_DELIVERY_H

#include "core/alert_store.h"

enum {
    DELIVERY_TRIES = 15,    /* over about a day; a test has one */
    DELIVERY_BACKOFF_S = 5, /* after the first; three times that after each */
    DELIVERY_BACKOFF_MAX_S = 3 * 3600,
    DELIVERY_WAIT_MAX_S = 86400, /* that a server may ask for */
    DELIVERY_ANSWER_MAX = 2048,  /* bytes kept of an answer */
    DELIVERY_LINES = 50,
};

/* A claimed one, with all that sending needs. */
struct delivery_work {
    int64_t id, channel_id;
    const char *key; /* uuid text */
    const char *kind, *severity;
    const char *channel_kind, *settings, *secret; /* JSON; sealed JSON */
    int64_t attempts;                             /* this one included */
    const char *title, *body;                     /* NULL at the first try */
    int64_t created_ts, claimed_ts;
};
/* Claims those that are due, oldest first, at most `limit`: one for each
 * channel for which nobody sends just now; and none that tells of an incident
 * of which the channel is still to be told something earlier.
 * next_s   until the next one is due; -1: none waits */
MUST_USE bool delivery_claim(struct arena *a, struct db *db, const char *worker,
                             double lease_s, int limit,
                             struct delivery_work **out, size_t *n,
                             double *next_s, struct err *err);

/* What a message tells, for its template and its JSON. */
struct delivery_line {
    const char *kind, *rule_name, *severity, *subject, *text;
    const char *note; /* of the rule; "" */
    const char *incident_title, *incident_severity;
    int64_t at_ts;
    double left, right; /* NaN: none */
    int64_t rule_id, incident_id;
};
struct delivery_text {
    const char *title;    /* the incident's, "3 incidents: ...", or a test's */
    const char *channel;  /* its name */
    const char *asked_by; /* a test's; else NULL */
    int64_t incidents;    /* 0: a test */
    struct delivery_line *lines; /* of each rule and subject the newest event,
                                  * by incident, then time */
    size_t n;
    int64_t left_out; /* further lines that are counted only */
};
MUST_USE bool delivery_read(struct arena *a, struct db *db, int64_t id,
                            struct delivery_text *out, struct err *err);
/* Keeps the text of the first try. */
MUST_USE bool delivery_keep(struct db *db, const struct delivery_work *d,
                            struct err *err);

enum delivery_outcome {
    DELIVERY_SENT,
    DELIVERY_AGAIN,  /* may pass: later, with backoff */
    DELIVERY_REFUSED /* will not pass: dead at once */
};
struct delivery_end {
    enum delivery_outcome outcome;
    const char *answer; /* the server's, its beginning; NULL: none */
    const char *error;  /* in words; NULL: none */
    int64_t wait_s;     /* that the server asked for; -1: none */
};
/* What an outcome comes to: refused when it was the last try. */
enum delivery_outcome delivery_settled(const struct delivery_work *d,
                                       enum delivery_outcome outcome);
/* Also notes on the channel how it goes. What somebody else has claimed in the
 * meantime stays theirs, but what a server took is sent. */
MUST_USE bool delivery_end(struct db *db, const char *worker,
                           const struct delivery_work *d,
                           const struct delivery_end *end, struct err *err);

/* Gives back what was not sent: it is due at once, and the try did not count.
 */
MUST_USE bool delivery_release(struct db *db, const char *worker,
                               const struct delivery_work *d, struct err *err);

/* --- for pages ------------------------------------------------------------ */

struct delivery {
    int64_t id, channel_id; /* channel_id 0: it is gone */
    const char *key;        /* uuid text */
    const char *channel_name, *kind, *severity, *state;
    /* NULL: none. title and body also when it tells of incidents, too, that
     * who asks may not see */
    const char *title, *body, *answer, *error, *asked_by;
    int64_t created_at, tried_at, sent_at, not_before, attempts;
    int64_t incident_id; /* the first one's; 0: none (a test) */
    int64_t incidents;
};
struct delivery_filter {
    int64_t channel_id, incident_id; /* 0: any */
    const char *state, *kind;
    int64_t before, after;
    int limit;
};
/* Those of incidents that who may see, and tests. Newest first, one more than
 * limit when there are more. */
MUST_USE bool delivery_list(struct arena *a, struct db *db,
                            const struct alert_actor *who,
                            const struct delivery_filter *filter,
                            struct delivery **out, size_t *n, struct err *err);
/* fails ERR_MISSING */
MUST_USE bool delivery_get(struct arena *a, struct db *db,
                           const struct alert_actor *who, int64_t id,
                           struct delivery *out, struct err *err);
/* Sends a dead one again. Audited.
 * fails   ERR_MISSING; ERR_CONFLICT: it is not dead, or its channel is gone;
 *         ERR_DENIED: a viewer */
MUST_USE bool delivery_retry(struct db *db, const struct alert_actor *who,
                             int64_t id, struct err *err);
/* Queues a test message, also to a channel that is switched off. Audited.
 * fails   ERR_MISSING; ERR_DENIED: a viewer */
MUST_USE bool delivery_test(struct db *db, const struct alert_actor *who,
                            int64_t channel_id, int64_t *id, struct err *err);

#endif
