/* What the files core/mill*.c share. Nobody else includes this.
 *
 * mill.c           what is due, and the transaction
 * mill_build.c     bars of longer intervals from minutes
 * mill_compute.c   states, indicators and features of one interval
 * mill_state.c     saved states
 * mill_sessions.c  sessions
 */
#ifndef CORE_MILL_OWN_H
#define CORE_MILL_OWN_H

#include "core/mill.h"
#include "core/resample.h"
#include "core/touched.h"

/* Times that the server takes: from before all bars to after them. */
static const int64_t mill_begin_ts = -62135596800; /* year 1 */
static const int64_t mill_end_ts = 253402300799;   /* year 9999 */
int64_t mill_time(int64_t ts); /* the nearest one of these */

/* The intervals, shortest first: minutes, and what is built from them. */
enum { MILL_MINUTES, MILL_INTERVALS = 6 };
extern const int32_t mill_intervals[MILL_INTERVALS];

/* One instrument, one transaction. */
struct mill {
    struct arena *a;
    struct db *db;
    int64_t instrument_id;
    const char *id; /* the same as a parameter */
    const struct mill_options *options;
    struct mill_count *count;
    int64_t bars; /* done so far, for progress */
    struct bar_parts parts;
    struct touched touched[MILL_INTERVALS];
};

/* Says how far it is; false when it is to stop. */
MUST_USE bool mill_progress(struct mill *m, int64_t bars, struct err *err);

/* Builds what touched minutes are part of, and, of touched bars of a longer
 * interval, what minutes make of them; adds what that changed to touched. */
MUST_USE bool mill_build(struct mill *m, struct err *err);

/* Computes what depends on the touched bars of interval i. */
MUST_USE bool mill_compute(struct mill *m, size_t i, struct err *err);

/* The calendar's sessions within hours; NULL where sessions are whole days in
 * UTC. */
const struct resample_session *
mill_sessions_hours(const struct mill_sessions *s, size_t *n);

/* A state as the server prints bytes; false when it may not be used. */
MUST_USE bool mill_state_parse(const char *text, struct feature_state *out);

/* Whether all values of later bars are the same after either. */
bool mill_state_is_same(const struct feature_state *x,
                        const struct feature_state *y);

#endif
