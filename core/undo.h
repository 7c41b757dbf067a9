/* Undo of a load: what it replaced comes back, what it added goes.
 *
 * The load's own rows move to bar_undone with from when to when they were
 * believed, so `as_of` still knows them; bar and bar_history are afterwards as
 * if the load had never been. The loads of one upload are undone together.
 */
#ifndef CORE_UNDO_H
#define CORE_UNDO_H

#include "lib/db.h"

struct undo_count {
    int64_t n_removed;  /* rows that the load had added */
    int64_t n_restored; /* rows that it had replaced */
    int64_t n_loads;
};

/* Joins the caller's transaction; audited.
 *
 * who     "cli:root", a user's name
 * fails   ERR_MISSING: no such load; ERR_CONFLICT: not stored, undone already,
 *         or later loads built on it (they are named: undo those first)
 */
MUST_USE bool undo_load(struct db *db, int64_t load_id, const char *who,
                        const char *address, struct undo_count *out,
                        struct err *err);

/* Whether it could be done now, and if not why, for the page; NULL: it can. */
MUST_USE bool undo_obstacle(struct arena *a, struct db *db, int64_t load_id,
                            const char **why, struct err *err);

#endif
