/* Keeps a claimed upload's job ours while it is worked: a thread with a
 * connection of its own that holds the job's advisory lock, beats, stores and
 * publishes how far the work is, and hears when the job was stopped or taken
 * over. As worker/lease.h does for runs.
 */
#ifndef WORKER_JOB_WATCH_H
#define WORKER_JOB_WATCH_H

#include "core/upload_job.h"

struct job_watch;

/* job must outlive the watch. bytes_of: size of the whole; 0: not known. */
MUST_USE bool job_watch_start(struct job_watch **out,
                              const struct upload_job *job, int64_t bytes_of,
                              struct err *err);

/* How far the work is; cheap, from the working thread.
 * false   the job is no longer ours: stop */
bool job_watch_progress(struct job_watch *w, int64_t bytes, int64_t rows);

/* True when the job was stopped or taken over. */
bool job_watch_lost(const struct job_watch *w);

/* Tells the pages that something changed, frees the lock and ends the thread.
 * NULL is fine. */
void job_watch_stop(struct job_watch *w);

#endif
