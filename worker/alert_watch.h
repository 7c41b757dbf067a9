/* Alerts as they happen: what `quotemill alert watch` does. */
#ifndef WORKER_ALERT_WATCH_H
#define WORKER_ALERT_WATCH_H

#include "core/alert_run.h"
#include "lib/db.h"

/* Evaluates what is due now, and sends what is due until nothing is: for who
 * ends with it. What goes wrong is logged, the next one does it again. */
void alert_watch_last(struct db *db, int64_t now_ts);

/* `quotemill alert watch` as a process of its own, started again with a pause
 * when it ends, for as long as this process lives. */
struct alert_child;
MUST_USE bool alert_child_start(struct alert_child **out, struct err *err);
/* Asks it to stop and waits for it. NULL is fine. */
void alert_child_stop(struct alert_child *child);

#endif
