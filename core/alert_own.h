/* What the files of core/alert_store.h share. */
#ifndef CORE_ALERT_OWN_H
#define CORE_ALERT_OWN_H

#include "core/alert_store.h"

/* A rule's own members, without braces, id, owner and state: what export and
 * audit show. */
void alert_put_rule(struct arena *a, struct buf *b,
                    const struct alert_stored *s);

/* What the database says of names, for as long as one transaction: the same
 * question is asked once, however many rules have it. {.a, .db} begins one. */
struct alert_lookups {
    struct arena *a;
    struct db *db;
    struct alert_answer *answers;
};
MUST_USE bool alert_lookup(struct alert_lookups *l, enum sql_id sql,
                           struct db_args args, struct db_rows **rows,
                           struct err *err);

/* alert_stored_parse with lookups of the caller's. */
MUST_USE bool alert_parse_with(struct alert_lookups *l, struct json v,
                               struct alert_stored *s, struct err *err);

/* All that there is to check of a rule before it is stored; the subject is
 * then as the condition will write it.
 * fails   ERR_INPUT, as alert_stored_check */
MUST_USE bool alert_check_with(struct alert_lookups *l, struct alert_stored *s,
                               struct err *err);

/* Rules by their ids, which ascend; *out holds them from the last to the first.
 * fails   ERR_MISSING: one that who asks may not see, or that is not there */
MUST_USE bool alert_get_all(struct arena *a, struct db *db,
                            const struct alert_actor *who, const int64_t *ids,
                            size_t n, struct alert_stored **out,
                            struct err *err);

/* A rule that is to be stored: alert_check_with has passed it, and of one that
 * is replaced the caller has locked and read what it was. */
struct alert_write {
    struct alert_stored now;
    const struct alert_stored *before; /* NULL: it is new */
    int64_t id;                        /* out */
};
/* Stores them in the caller's transaction, in few round trips, without audit.
 * The caller calls alert_check_room when it has added what it adds. */
MUST_USE bool alert_write_all(struct arena *a, struct db *db,
                              const struct alert_actor *who,
                              struct alert_write *list, size_t n,
                              struct err *err);

/* The entry of the audit, whose transaction is that of the change; now: the
 * rule as it is stored, with the names of its channels. */
struct db_call alert_audit_call(struct arena *a, const struct alert_actor *who,
                                int64_t id, const struct alert_stored *before,
                                const struct alert_stored *now);

/* fails   ERR_CONFLICT: the owner has more than ALERT_RULES_MAX rules */
MUST_USE bool alert_check_room(struct arena *a, struct db *db,
                               const struct alert_actor *who, struct err *err);

/* The owner's id as a parameter; NULL: the installation. */
const char *alert_owner_of(struct arena *a, const struct alert_actor *who);

#endif
