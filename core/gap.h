/* Gaps: bars that should be there by the calendar and are not; coverage: what
 * is there, day by day.
 *
 * The bars that should be there are those of the instrument's calendar
 * (core/calendar_bars.h) between its first stored bar of the interval and the
 * last that is due, or stored. A gap is a run of expected bars without one
 * between two stored ones, or at the end. Where time is limited ([from_ts,
 * to_ts]) a gap is cut to it. Minutes that a vendor leaves out where nothing
 * was traded look like gaps and are shown as such.
 *
 * Intervals that are only built of minutes have no gaps of their own: those of
 * the minutes cause theirs. They are shown when they are asked for.
 */
#ifndef CORE_GAP_H
#define CORE_GAP_H

#include "lib/buf.h"
#include "lib/db.h"

struct gap {
    int64_t instrument_id;
    const char *symbol;
    int32_t interval_s;
    int64_t from_ts, to_ts; /* opening times of its first and last bar */
    int64_t n;              /* expected bars in it */
    bool is_at_end;         /* no bar is stored after it */
};

/* Which gaps. */
struct gap_filter {
    const char *const *symbols; /* n 0: all active instruments */
    size_t n_symbols;
    int32_t interval_s;     /* 0: every one that somebody brought bars of */
    int64_t from_ts, to_ts; /* 0: open */
    size_t limit;           /* of gaps */
};

/* By symbol and interval, oldest first; at most limit.
 * is_more  there are others
 * fails    ERR_INPUT: a symbol that is unknown (nearest suggested) or retired
 */
MUST_USE bool gap_list(struct arena *a, struct db *db,
                       const struct gap_filter *filter, int64_t now_ts,
                       struct gap **out, size_t *n, bool *is_more,
                       struct err *err);

/* Keys of an object that is open: from, to (opening times of the first and last
 * bar), bars, at_end. */
void gap_put(struct arena *a, struct buf *out, const struct gap *gap);

/* What somebody chose to be filled: time of an instrument and interval. */
struct gap_choice {
    const char *symbol;
    int32_t interval_s;
    int64_t from_ts, to_ts;
};

/* The gaps in it: what is missing now, for a page may be old.
 * fails   as gap_list */
MUST_USE bool gap_choose(struct arena *a, struct db *db,
                         const struct gap_choice *choices, size_t n,
                         int64_t now_ts, struct gap **out, size_t *n_out,
                         struct err *err);

/* Queues one run that fetches and stores exactly these gaps, as far as any
 * listing can answer for their interval; wakes who waits. Joins the caller's
 * transaction. */
struct gap_fill {
    const char *trigger, *requested_by;
    const char *reason; /* NULL: "fills 3 gaps (12 bars)" */
    bool simulated;
};
struct gap_filled {
    int64_t run_id;
    int64_t n_gaps, n_bars;
    int64_t requests;    /* about so many */
    const char *symbols; /* "BTC-USD, MSTR and 3 more" */
    const char *left;    /* what nobody can answer for, in words; NULL: none */
};
/* fails   ERR_INPUT: nobody can answer for any of them, in words; none given */
MUST_USE bool gap_fill(struct arena *a, struct db *db, const struct gap *gaps,
                       size_t n, const struct gap_fill *fill, int64_t now_ts,
                       struct gap_filled *out, struct err *err);

/* A day of a series, for the map. */
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
    int64_t expected, present; /* present: of those expected */
    int64_t corrected, quarantined;
    enum coverage_state state;
};

/* An instrument at one interval. */
struct coverage {
    int64_t instrument_id;
    const char *symbol, *title;
    int32_t interval_s;        /* 0: it has no bars */
    int64_t first_ts, last_ts; /* stored */
    int64_t expected, present; /* of the days shown */
    int64_t n_gaps;            /* of those listed */
    struct coverage_day *days;
};

struct coverage_map {
    struct coverage *rows; /* by symbol and interval */
    size_t n;
    int64_t from_ts;  /* the first day */
    size_t n_days;    /* of each row that has bars */
    struct gap *gaps; /* in these days, at most filter->limit */
    size_t n_gaps;
    bool is_more_gaps;
    const char *next; /* symbol to go on after; NULL: all are shown */
};

/* Days [from_ts, to_ts] of the filter (both needed) of up to n_instruments
 * instruments after the symbol `after` ("": from the first).
 * fails   as gap_list */
MUST_USE bool coverage_get(struct arena *a, struct db *db,
                           const struct gap_filter *filter, const char *after,
                           int n_instruments, int64_t now_ts,
                           struct coverage_map *out, struct err *err);

/* An instrument's own interval.
 * fails   ERR_MISSING: there is none of that symbol (any case) */
MUST_USE bool coverage_interval(struct db *db, const char *symbol,
                                int32_t *interval_s, struct err *err);

/* "have", "part", "gap", "quarantined", "corrected", "closed", "none". */
const char *coverage_state_name(enum coverage_state state);

#endif
