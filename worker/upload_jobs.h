/* Works the jobs of uploads beside the runs: a thread that claims them, each
 * worked by a process of its own (`quotemill job`), so that a long run never
 * makes an upload wait, nor one upload another, and what kills one (memory,
 * the kernel, a fault of ours) kills nothing else.
 */
#ifndef WORKER_UPLOAD_JOBS_H
#define WORKER_UPLOAD_JOBS_H

#include "lib/db.h"

enum { UPLOAD_JOBS_AT_ONCE = 4 };

struct upload_jobs;

/* name: of the worker, for the jobs that it claims. */
MUST_USE bool upload_jobs_start(struct upload_jobs **out, const char *name,
                                struct err *err);

/* True when nothing waits and nothing is under way here. */
MUST_USE bool upload_jobs_look(struct upload_jobs *jobs, struct db *db,
                               bool *idle, struct err *err);

/* Asks the processes under way to stop (their jobs go back to the queue),
 * waits for them and ends the thread. NULL is fine. */
void upload_jobs_stop(struct upload_jobs *jobs);

#endif
