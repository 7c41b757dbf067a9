/* Schedules: when a run is due, and what to do about missed ones. Due times
 * are computed in SQL (schedule_next), in each schedule's own time zone. */
#ifndef CORE_SCHEDULE_H
#define CORE_SCHEDULE_H

#include "lib/db.h"

struct schedule {
    int64_t id;
    const char *name, *frequency, *time_zone, *mode, *missed_policy;
    const char *instruments; /* "BTC-USD, MSTR"; NULL: all active */
    const char *words;       /* "daily at 22:30 New York time" */
    bool enabled;
    int64_t next_due, last_queued; /* 0: none */
};

/* All, the next due first; disabled ones last. */
MUST_USE bool schedule_list(struct arena *a, struct db *db,
                            struct schedule **out, size_t *n, struct err *err);

/* Queues what is due at now_ts, each schedule in one transaction with the
 * step of its next_due, so that any number of callers never queue a due time
 * twice. A schedule without next_due gets its first one after now_ts. Missed
 * times: `once` queues the newest of those missed, `skip` only one that is due
 * in the last minute (or the schedule's own period when that is shorter), `all`
 * each one; never one older than max_age.
 *
 * n_queued   runs queued
 * next_due   the earliest time due after now_ts; 0 when no schedule is enabled
 */
MUST_USE bool schedule_queue_due(struct db *db, int64_t now_ts, bool simulated,
                                 int64_t *n_queued, int64_t *next_due,
                                 struct err *err);

/* "22:30 New York time": when the next scheduled run will ask for this
 * instrument; NULL when none will. */
MUST_USE bool schedule_next_words(struct arena *a, struct db *db,
                                  int64_t instrument_id, int64_t now_ts,
                                  const char **words, struct err *err);

#endif
