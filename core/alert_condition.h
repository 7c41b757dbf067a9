/* Alert conditions on the pipeline itself: each says for which subjects it
 * holds now.
 *
 *   name            subject           threshold
 *   run_failed      schedule, or ""   -           its newest ended run failed,
 *                                                 timed out or was lost
 *   run_partial     schedule, or ""   runs (3)    the last N ended runs were
 *                                                 all partial or worse
 *   data_late       instrument        -           late by its calendar, as
 *                                                 core/source.h judges, and
 *                                                 its schedule has had its
 *                                                 time, or overdue; not one
 *                                                 that has no bar yet
 *   quality_below   instrument        score (.9)  of one of the newest three
 *                                                 days of the last ten
 *   breaker_open    provider          -           it does not answer: view
 *                                                 provider_outage
 *   quota_low       provider          percent (10) of its tokens left, for its
 *                                                 burst
 *   model_refused   model             -           its newest version was
 * refused model_old       model             days (7)    the active version's
 * age disk_low        file system       percent (10) free: archive, and
 * database where that is on this host queue_stuck     ""                minutes
 * (30) a queued run that may start has waited so long
 *
 * Runs by hand ("") and schedules are made good by a later run of everything
 * that succeeded, too. The tags of a finding name its causes, so that what
 * follows from one is one incident: an outage of a provider is the cause of
 * the data that is late, the run that failed and the model that was refused
 * where they needed it.
 */
#ifndef CORE_ALERT_CONDITION_H
#define CORE_ALERT_CONDITION_H

#include "lib/db.h"

struct alert_look;
struct alert_condition {
    const char *name;
    const char *title;   /* "A run failed" */
    const char *subject; /* what its subjects are: "provider"; NULL: none */
    const char *unit;    /* of the threshold; NULL: it has none */
    double threshold;    /* unless the rule says otherwise; NaN: it has none */
    double min, max;     /* of the threshold */
    bool below;          /* holds below the threshold, not above */
    bool (*look)(struct alert_look *look, struct err *err);
};
/* All of them, in the order of the form. */
const struct alert_condition *alert_conditions(size_t *n);
const struct alert_condition *alert_condition_find(const char *name);

/* A subject for which a condition holds. */
struct alert_finding {
    const char *subject;
    double value;     /* NaN: it has none */
    const char *text; /* "Binance has not answered since 12:04: timeout" */
    const char *const *tags; /* causes, most basic first: "provider:binance" */
    size_t n_tags;
};
/* threshold NaN: the condition's own. subject NULL: any. now_ts judges data.
 * The disk is that of QM_ARCHIVE_DIR; none without that. */
MUST_USE bool alert_condition_look(struct arena *a, struct db *db,
                                   const struct alert_condition *condition,
                                   double threshold, const char *subject,
                                   int64_t now_ts, struct alert_finding **out,
                                   size_t *n, struct err *err);

#endif
