/* Gaps: bars that should be there by the calendar and are not; coverage: what
 * is there, day by day.
 *
 * The bars that should be there are those of the instrument's calendar between
 * its first stored bar of the interval and the last that is due: a bar a
 * session for 1d, every interval_s inside sessions (round the clock: always)
 * for shorter ones. A gap is a run of expected bars without one between two
 * stored ones, or at the end. Minutes that a vendor leaves out where nothing
 * was traded look like gaps and are shown as such.
 */
#ifndef CORE_GAP_H
#define CORE_GAP_H

#include "lib/db.h"

struct gap {
    int64_t instrument_id;
    const char *symbol;
    int32_t interval_s;
    int64_t from_ts, to_ts; /* opening times of its first and last bar */
    int64_t n;              /* expected bars in it */
};

/* Which gaps: oldest first by symbol; at most limit. */
struct gap_filter {
    const char *const *symbols; /* n 0: all active instruments */
    size_t n_symbols;
    int32_t interval_s;     /* 0: every one that the instrument has bars of */
    int64_t from_ts, to_ts; /* 0: open */
    size_t limit;
};
MUST_USE bool gap_list(struct arena *a, struct db *db,
                       const struct gap_filter *filter, int64_t now_ts,
                       struct gap **out, size_t *n, bool *is_more,
                       struct err *err);

/* Queues runs that fetch exactly these gaps; ids of the runs. */
struct gap_fill {
    const char *trigger, *requested_by, *reason;
    bool simulated;
};
MUST_USE bool gap_fill(struct arena *a, struct db *db, const struct gap *gaps,
                       size_t n, const struct gap_fill *fill, int64_t **run_ids,
                       size_t *n_runs, struct err *err);

/* A day of an instrument, for the map. */
enum coverage_state {
    COVERAGE_NONE,        /* before the first bar, or not due yet */
    COVERAGE_CLOSED,      /* no session */
    COVERAGE_HAVE,        /* all expected bars */
    COVERAGE_PART,        /* some of them */
    COVERAGE_GAP,         /* none of them */
    COVERAGE_QUARANTINED, /* an open doubt or refusal */
    COVERAGE_CORRECTED,   /* all there, some replaced by a later load */
};
struct coverage_day {
    int64_t day_ts;
    int64_t expected, present;
    int64_t corrected, quarantined;
    enum coverage_state state;
};
/* Days [from_ts, to_ts], one each, of one instrument and interval. */
MUST_USE bool coverage_get(struct arena *a, struct db *db,
                           int64_t instrument_id, int32_t interval_s,
                           int64_t from_ts, int64_t to_ts, int64_t now_ts,
                           struct coverage_day **out, size_t *n,
                           struct err *err);

/* "have", "part", "gap", "quarantined", "corrected", "closed", "none". */
const char *coverage_state_name(enum coverage_state state);

#endif
