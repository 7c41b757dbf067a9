/* What a rule would have done over bars of the past: the evaluator of live
 * bars (core/alert.h), fed with columns in portions of any size, and a summary
 * that tells whether the rule is any good. Pure.
 */
#ifndef CORE_ALERT_REPLAY_H
#define CORE_ALERT_REPLAY_H

#include "core/alert.h"
#include "core/alert_trace.h"
#include "lib/arena.h"

enum {
    ALERT_REPLAY_EVENTS = 10000, /* kept; all are counted */
    ALERT_FLAP_BARS = 5,         /* fired again within so many bars' time after
                                  * it resolved: a flap */
};

struct alert_replay;

/* A replay that tells of bars that open at from_ts or later; bars before that
 * are only looked back on. */
struct alert_replay *alert_replay_new(struct arena *a,
                                      const struct alert_rule *rule,
                                      int64_t from_ts);

/* The values of its terms go there, too; right NULL where that term is a
 * number. Before the first bar is fed. */
void alert_replay_draw(struct alert_replay *r, struct alert_trace *left,
                       struct alert_trace *right);

/* Bars that must be fed before from_ts, at least, for the same values as over
 * the whole history: the terms' own, and one for a crossing. */
int alert_replay_lookback(const struct alert_rule *rule);

/* The next bars: opening times, and the columns that the rule's terms name;
 * others may be NULL. */
void alert_replay_feed(struct alert_replay *r, const int64_t *ts,
                       const struct alert_columns *in);

struct alert_replay_summary {
    int64_t bars; /* that were told of */
    int64_t first_ts, last_ts;
    int64_t fired, resolved, lost; /* lost: silences */
    int64_t flaps;
    double median_gap_s;      /* between firings; NaN below two */
    int64_t longest_active_s; /* to the last bar's close, where it is active */
    int64_t active_s;         /* in all */
    bool is_active;           /* at the end */
    const struct alert_event *events; /* the newest ALERT_REPLAY_EVENTS */
    size_t n_events;
    int64_t left_out; /* older ones, which were counted only */
    /* after the newest bar, and on it */
    struct alert_state state;
    double left, right; /* NaN: not known */
};

/* How it stands; more may be fed afterwards. */
void alert_replay_sum(struct arena *a, const struct alert_replay *r,
                      struct alert_replay_summary *out);

#endif
