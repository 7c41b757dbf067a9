/* A rule tried at this moment: what it would say of what is stored, without
 * keeping or sending anything. */
#ifndef CORE_ALERT_NOW_H
#define CORE_ALERT_NOW_H

#include "core/alert_condition.h"
#include "core/alert_store.h"

/* Bars that a rule has watched when it is tried; what an older one began is
 * not known. */
enum { ALERT_NOW_BARS = 5000 };

struct alert_now {
    enum alert_phase phase;
    /* series: after the newest bar that is over */
    int64_t ts, since_ts, fired_ts; /* INT64_MIN: none, from the start, never */
    double left, right;             /* NaN: not known */
    int held;                       /* bars in a row on which it is met */
    int64_t bars;                   /* that were looked at */
    /* pipeline: that for which the condition holds */
    struct alert_finding *findings;
    size_t n_findings;
};

/* s passes alert_stored_check; it need not be stored. now_ts judges data. */
MUST_USE bool alert_now(struct arena *a, struct db *db,
                        const struct alert_stored *s, int64_t now_ts,
                        struct alert_now *out, struct err *err);

/* {"phase", "words", "at"} and of a series "ts", "since", "fired_at", "left",
 * "right" (each {"term", "value"}), "held", "for_bars", "bars"; of a condition
 * "findings" (each {"subject", "value", "text"}). */
void alert_now_json(struct arena *a, struct buf *b,
                    const struct alert_stored *s, int64_t now_ts,
                    const struct alert_now *now);

#endif
