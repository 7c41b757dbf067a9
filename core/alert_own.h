/* What the files of core/alert_store.h share. */
#ifndef CORE_ALERT_OWN_H
#define CORE_ALERT_OWN_H

#include "core/alert_store.h"

/* A rule's own members, without braces, id, owner and state: what export and
 * audit show. */
void alert_put_rule(struct arena *a, struct buf *b,
                    const struct alert_stored *s);

/* alert_save as a part of the caller's transaction, which calls
 * alert_check_room when it has added what it adds; memory of a. */
MUST_USE bool alert_save_part(struct arena *a, struct db *db,
                              const struct alert_actor *who,
                              const struct alert_stored *s, int64_t *id,
                              struct err *err);

/* fails   ERR_CONFLICT: the owner has more than ALERT_RULES_MAX rules */
MUST_USE bool alert_check_room(struct arena *a, struct db *db,
                               const struct alert_actor *who, struct err *err);

/* The owner's id as a parameter; NULL: the installation. */
const char *alert_owner_of(struct arena *a, const struct alert_actor *who);

#endif
