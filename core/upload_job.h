/* Work on uploads and loads that is too long for a page: the worker's side.
 *
 * A job is claimed by a name and an attempt. Who works it keeps a session
 * advisory lock on upload_lock_key and beats; a job whose lock is free and
 * whose heartbeat is older than 3 s is lost, and the next claim takes it over
 * (or fails it, its attempts used up). Whatever ends a job asks in the same
 * transaction whether the job is still this attempt's: a worker that was given
 * up meanwhile, or whose upload was discarded, gets ERR_CONFLICT and has
 * written nothing.
 */
#ifndef CORE_UPLOAD_JOB_H
#define CORE_UPLOAD_JOB_H

#include "core/import.h"
#include "core/undo.h"

struct upload_job {
    int64_t id, upload_id, load_id; /* load_id of an undo; 0: none */
    const char *kind;               /* check, store, undo */
    const char *requested_by, *address;
    int attempt, max_attempts;
};

struct upload_job_lost {
    int64_t id;
    int attempt, max_attempts;
    const char *state; /* what it is now: queued or failed */
    const char *worker;
};

/* Takes the next job that may start, after those that were lost have been
 * queued again or failed. Stores and undos that name one instrument wait for
 * each other, in order; checks wait for nobody.
 *
 * any     false: none may start now
 * lost    those that were found lost; n_lost may be 0
 */
MUST_USE bool upload_job_claim(struct arena *a, struct db *db,
                               const char *worker, struct upload_job *job,
                               bool *any, struct upload_job_lost **lost,
                               size_t *n_lost, struct err *err);

/* A claimed job, in the process that is to work it.
 * fails   ERR_CONFLICT: it is somebody else's by now */
MUST_USE bool upload_job_get(struct arena *a, struct db *db, int64_t id,
                             int attempt, struct upload_job *out,
                             struct err *err);

/* Key of the advisory lock that the holder of this attempt keeps. */
int64_t upload_lock_key(int64_t job_id, int attempt);

struct upload_job_queue {
    int64_t ready; /* may start now, but for their instruments */
    int64_t open;  /* queued, or running in nobody's hands as it seems */
};
MUST_USE bool upload_job_look(struct db *db, struct upload_job_queue *out,
                              struct err *err);

/* owned   false: it is somebody else's by now, or was cancelled */
MUST_USE bool upload_job_beat(struct db *db, const struct upload_job *job,
                              int64_t bytes, int64_t rows, bool *owned,
                              struct err *err);

/* The check's counts are kept; with auto_store and nothing refused, a store is
 * queued. In a transaction of its own. */
MUST_USE bool upload_job_checked(struct db *db, const struct upload_job *job,
                                 const struct import_result *r,
                                 struct err *err);
/* Part of the import's transaction (import_options.committing): the upload is
 * stored, its job done, and a run that mills and retrains is queued. */
MUST_USE bool upload_job_stored(struct db *db, const struct upload_job *job,
                                const struct import_result *r, struct err *err);
/* The load is undone (undo_load), the upload and the job with it, in one
 * transaction. */
MUST_USE bool upload_job_undo(struct db *db, const struct upload_job *job,
                              struct undo_count *out, struct err *err);
/* The same without a job (the command line). */
MUST_USE bool upload_undo(struct db *db, int64_t load_id, const char *who,
                          const char *address, struct undo_count *out,
                          struct err *err);

/* It came to nothing: ERR_RETRY is queued again after a pause until the
 * attempts are used up, all else fails at once. Nothing happens when the job
 * is somebody else's by now.
 *
 * counted  false: this attempt does not count (the worker is to stop) */
MUST_USE bool upload_job_failed(struct db *db, const struct upload_job *job,
                                const struct err *why, bool counted,
                                struct err *err);

#endif
