/* What the planner knows of the bars. Queries that join series are planned by
 * the statistics of the whole table, which autovacuum never gathers, so whoever
 * stores many rows has them refreshed afterwards, outside its transaction. */
#ifndef CORE_BAR_STATISTICS_H
#define CORE_BAR_STATISTICS_H

#include "lib/db.h"

/* Refreshes them when there is reason to: a tenth more rows than they know of,
 * or rows_written that many. Else costs a look at the catalogue. *refreshed
 * says whether it did; also false while somebody else is at it. */
MUST_USE bool bar_statistics_refresh(struct db *db, int64_t rows_written,
                                     bool *refreshed, struct err *err);

/* The same for the rows of the uploads that queued a run: whoever stored them
 * goes on at once, and the run that follows begins with this. */
MUST_USE bool bar_statistics_of_run(struct db *db, int64_t run_id,
                                    bool *refreshed, struct err *err);

#endif
