/* The log of one run: lines in words for people, stored in run_log and
 * published to who looks at the run's page.
 *
 * The thread that works the run says lines; they wait in memory. The lease's
 * thread stores and publishes them in batches on its own connection, so a line
 * never waits for, nor rolls back with, the work's transactions. Warnings and
 * errors that other code logs while a run is worked (log_set_sink) come in
 * too. While the database is away the lines wait, the oldest are dropped past
 * a bound, and that is said.
 */
#ifndef WORKER_RUNLOG_H
#define WORKER_RUNLOG_H

#include "lib/db.h"
#include "lib/log.h"
#include "worker/publish.h"

struct runlog;

/* One at a time: it becomes the log's sink, and the context of log lines. */
MUST_USE struct runlog *runlog_open(int64_t run_id);
void runlog_close(struct runlog *log);

/* A sentence about the run; also logged as `event text="..."`. */
void runlog_say(struct runlog *log, enum log_level level, const char *event,
                const char *fmt, ...) PRINTF_FMT(4, 5);

/* A step or the run's state moved: the page fetches itself again. */
void runlog_changed(struct runlog *log);

/* Stores and publishes what waits; called by the lease's thread only. What
 * could not be stored goes on waiting. */
MUST_USE bool runlog_flush(struct runlog *log, struct db *db,
                           struct publish *publish, struct err *err);

#endif
