/* Evaluation of stored alert rules on what is stored: bars and the pipeline's
 * own state. What a rule saw before, what it says now, events, incidents and
 * the deliveries that follow from them change in one transaction.
 *
 * Series: every writer of bars notes what it touched (table alert_dirty: a
 * trigger on bar_dirty, and the mill for what it builds). Evaluation takes the
 * notes, and of each rule's instrument and interval
 *   bars after the rule's newest one, that are over, are fed to its state: live
 *   bars that the rule has seen already and that changed, came late or went are
 *   retroactive: the rule is replayed over them, what it would have said and
 *   did not is kept as events marked retroactive, and the state is made anew
 *   from the corrected bars. Nobody is told of these, nor of transitions on
 *   bars older than ALERT_LIVE_BARS expected ones: a history that is imported
 *   pages nobody.
 * A rule that is new or was changed begins with the newest bar that is over,
 * with those before it only looked back on.
 *
 * Pipeline: core/alert_condition.h says for which subjects a condition holds.
 *
 * One evaluation at a time (an advisory lock); others wait for it.
 */
#ifndef CORE_ALERT_RUN_H
#define CORE_ALERT_RUN_H

#include "core/alert.h"
#include "lib/db.h"

enum { ALERT_LIVE_BARS = 3 };

struct alert_run_options {
    int64_t now_ts; /* the clock that data is judged by */
    bool pipeline;  /* evaluate the pipeline's conditions as well */
    bool (*progress)(void *arg, int64_t rules); /* false stops: ERR_RETRY; may
                                                 * be NULL */
    void *arg;
};

struct alert_run_report {
    int64_t rules;                                    /* that were evaluated */
    int64_t bars;                                     /* fed, over all rules */
    int64_t fired, resolved, lost, back, retroactive; /* events */
    int64_t told;                                     /* deliveries queued */
    int64_t next_s; /* until something is due by time alone (silence of data,
                     * a reminder, an escalation, an incident's tell_at); -1:
                     * nothing is */
};

/* Does what is due; cheap when nothing is (one query). */
MUST_USE bool alert_run(struct db *db, const struct alert_run_options *options,
                        struct alert_run_report *out, struct err *err);

#endif
