/* The bars of a range one block after the other, oldest first, with what is
 * computed from them: in constant memory, of any number. core/series_page.h is
 * the same in pages.
 *
 * Values are those of one pass over the whole history: computing begins at the
 * newest saved state that may be used, and what is before the range is not
 * handed out.
 */
#ifndef CORE_SERIES_WALK_H
#define CORE_SERIES_WALK_H

#include "core/series_page.h"

enum { SERIES_WALK_ROWS = 512 };

/* Rows, at most SERIES_WALK_ROWS of them, borrowed for the call; corrected is
 * NULL. False ends the walk. */
typedef bool series_walk_fn(void *arg, const struct series_page *rows,
                            struct err *err);

/* Bars that open in [from_ts, to_ts] of what is asked for; its limit and order
 * are not looked at. Runs in a db_tx_snapshot. */
MUST_USE bool series_walk(struct db *db, const struct series_page_ask *ask,
                          series_walk_fn *fn, void *arg, struct err *err);

/* What is there of what is asked for, within its limit: where the walk of a
 * page begins and ends, and whether there is one bar beyond it, which is then
 * the last in the order that was asked for and counted in n. */
struct series_walk_span {
    int64_t n, first_ts, last_ts;
    bool is_more;
};
MUST_USE bool series_walk_bounds(struct arena *a, struct db *db,
                                 const struct series_page_ask *ask,
                                 struct series_walk_span *out, struct err *err);

/* The moment that is asked for, as a timestamptz: "infinity" for now. */
const char *series_walk_moment(struct arena *a,
                               const struct series_page_ask *ask);

#endif
