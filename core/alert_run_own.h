/* What the files core/alert_run*.c share. Nobody else includes this.
 *
 * alert_run.c           what is due, transactions, what is kept
 * alert_run_read.c      rules and states of the series that are due
 * alert_run_series.c    where each rule begins, when bars are over
 * alert_run_feed.c      bars on their way through the rules
 * alert_run_events.c    transitions in words, kept
 * alert_run_pipeline.c  conditions of the pipeline
 */
#ifndef CORE_ALERT_RUN_OWN_H
#define CORE_ALERT_RUN_OWN_H

#include "core/alert_run.h"
#include "core/calendar.h"
#include "core/incident.h"
#include "core/mill.h"
#include "core/touched.h"

#include <stddef.h>

/* Former states of a rule, oldest first, to begin at when bars change: the
 * older the further apart. */
enum { RUN_MARKS_MAX = 24, RUN_MARK_BARS = 256 };
struct run_marks {
    size_t n, cap; /* cap 0, or enough for those that were read */
    struct alert_state *at;
};

struct run_rule {
    int64_t id, version, owner_id, updated_us;
    const char *name, *severity;
    bool shared;
    struct alert_rule rule;
    bool has_state;
    struct alert_state state;
    double value;
    int64_t origin_ts, seen_ts; /* INT64_MIN: none */
    struct run_marks marks;
    bool told;         /* it belongs to an open incident */
    bool is_corrected; /* bars that it had seen changed */
    bool is_changed;   /* to be kept */
    bool is_aside;     /* it could not be read when it was looked at before */
};

/* A rule that cannot be read, to be set aside. */
struct run_fault {
    const char *symbol;
    struct run_rule rule;
};

/* Bars that came, changed or went. */
struct run_note {
    int64_t from_ts, to_ts, created_us;
};

struct run_series {
    int64_t instrument_id;
    int32_t interval_s;
    const char *symbol;
    const struct calendar *calendar;
    struct run_note *notes; /* by from_ts */
    size_t n_notes;
    struct run_rule *rules;
    size_t n_rules;
    int64_t last_minute_ts;  /* 0: it has no minutes */
    int64_t over_ts;         /* the newest bar that is over; INT64_MIN: none */
    int64_t rest_ts, due_ts; /* the first that is not, and when it will be;
                              * INT64_MAX: none, or not by time alone */
};

/* One transaction. */
struct run {
    struct arena *a;
    struct db *db;
    const struct alert_run_options *options;
    struct alert_run_report *report;
    struct calendar *calendars;
    size_t n_calendars;
    struct run_series *series;
    size_t n_series;
    struct run_fault *faults;
    size_t n_faults;
    struct run_events *events;
    struct run_sessions *sessions;
};

/* --- alert_run_read.c ------------------------------------------------------
 */

/* Takes at most `limit` series that are due, with their rules. */
MUST_USE bool run_take(struct run *r, int limit, struct err *err);

/* --- alert_run_series.c ----------------------------------------------------
 */

/* Which bars are over. */
MUST_USE bool run_heads(struct run *r, struct err *err);
/* When the bar that opens at ts is over. */
int64_t run_bar_end(const struct run_series *s, int64_t ts);
/* Whether ALERT_LIVE_BARS expected ones are over after it. */
bool run_is_old(const struct run_series *s, int64_t ts, int64_t now_ts);

/* A rule on its way over bars. */
struct run_walk {
    struct run_rule *rule;
    struct alert_state state;
    int64_t from_ts, to_ts; /* of the bars to be fed, inclusive */
    bool is_past;           /* of bars before the rule's first one: only what
                             * it would have said is of interest */
    bool knows_side;
    bool told;
};
/* Where the rules of a series begin. */
void run_begin(struct arena *a, struct run_series *s, struct run_walk **out,
               size_t *n);

void run_marks_add(struct arena *a, struct run_marks *m,
                   const struct alert_state *state);
/* Sessions for bars from from_ts to now; they live as long as r->a. */
const struct mill_sessions *
run_sessions_get(struct run *r, const struct run_series *s, int64_t from_ts);

/* --- alert_run_feed.c ------------------------------------------------------
 */

/* Feeds the rules of all series what is stored. */
MUST_USE bool run_feed(struct run *r, struct err *err);

/* --- alert_run_events.c ----------------------------------------------------
 */

struct run_events *run_events_new(struct arena *a);
/* bar_ts: of the bar that showed it; INT64_MAX: time did */
void run_event(struct run *r, const struct run_series *s, struct run_walk *w,
               const struct alert_event *e, int64_t bar_ts);
/* A correction took away what it was active for. */
void run_event_corrected(struct run *r, const struct run_series *s,
                         struct run_walk *w);
/* Keeps them; states are written before. */
MUST_USE bool run_events_keep(struct run *r, struct err *err);

/* --- alert_run_pipeline.c --------------------------------------------------
 */

MUST_USE bool run_pipeline(struct db *db,
                           const struct alert_run_options *options,
                           struct alert_run_report *report, struct err *err);

#endif
