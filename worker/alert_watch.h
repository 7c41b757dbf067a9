/* Alerts as they happen: what `quotemill alert watch` does. */
#ifndef WORKER_ALERT_WATCH_H
#define WORKER_ALERT_WATCH_H

#include "core/alert_run.h"
#include "lib/db.h"

/* Evaluates what is due now, and sends what is due.
 * pipeline  rules on the pipeline, too
 * wait_s    until more is due by time alone; -1: nothing is */
MUST_USE bool alert_watch_turn(struct db *db, int64_t now_ts, bool pipeline,
                               struct alert_run_report *report, double *wait_s,
                               struct err *err);

/* One turn of all, for who ends with it: what goes wrong is logged, the next
 * one does it again. */
void alert_watch_last(struct db *db, int64_t now_ts);

/* `quotemill alert watch` as a process of its own, started again with a pause
 * when it ends, for as long as this process lives. */
struct alert_child;
MUST_USE bool alert_child_start(struct alert_child **out, struct err *err);
/* Asks it to stop and waits for it. NULL is fine. */
void alert_child_stop(struct alert_child *child);

#endif
