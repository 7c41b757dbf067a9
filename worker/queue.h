/* Works the queue: what tick and work have in common. */
#ifndef WORKER_QUEUE_H
#define WORKER_QUEUE_H

#include "worker/upload_jobs.h"
#include "worker/pipeline.h"

/* Queues again the runs whose worker is gone, and says so in the log. */
MUST_USE bool queue_sweep(struct worker *w, struct err *err);

/* Queues what the schedules say is due.
 * next_due   the earliest time to come, by the data's clock; 0: none */
MUST_USE bool queue_due(struct worker *w, int64_t *next_due, struct err *err);

/* Claims and works runs until none may start now, or a signal came. */
MUST_USE bool queue_work(struct worker *w, struct err *err);

/* As queue_work until the queue is empty: waits for runs that back off, for
 * those that a running one holds up, and the few seconds until a silent
 * worker's run is known to be lost; and until no job of an upload waits or is
 * under way here. Waits for a database that went away as long as QM_DB_WAIT_S
 * says. */
MUST_USE bool queue_drain(struct worker *w, struct upload_jobs *jobs,
                          struct err *err);

#endif
