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
 *   from the corrected bars
 *   bars before its first one that came since are replayed, too, by themselves
 * Nobody is told of retroactive events, nor of transitions on bars after which
 * ALERT_LIVE_BARS more, which the calendar lets one expect, are over: a history
 * that is imported pages nobody. What ends an alert that was told is told all
 * the same, however late its bar, and also when a correction took away what it
 * was for. Of one evaluation the last 20,000 retroactive ones are kept.
 *
 * A bar is over when its time has passed, that of a session at the session's
 * close: a daily bar that is fetched after that counts at once; and, if it was
 * built of minutes, when the minutes are there (mill_is_partial). One that is
 * not over is looked at when it is, by the clock alone.
 *
 * A rule that is new or was changed begins with the newest bar that is over,
 * with those before it only looked back on, or with the first that came since
 * it was written.
 *
 * Pipeline: core/alert_condition.h says for which subjects a condition holds.
 *
 * A rule has a state for each subject that was found, by the server's clock.
 *
 * A stored rule that cannot be read (another version of the program wrote it)
 * is set aside: that is logged once, its phase is "fault", and it is not looked
 * at again before it is changed, or, of a series, before more bars come.
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
