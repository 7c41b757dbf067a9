/* Files that people bring: what was received, and what was made of it.
 *
 *   received -> checking -> checked -> storing -> stored -> undoing -> undone
 *                  |           |          |
 *                  +--> failed +----------+   (with the error in words; it can
 *                              |               be mapped and checked again)
 *                              +-> discarded
 *
 * The file itself is in the raw archive under its hash. Checking, storing and
 * undoing are jobs (core/upload_job.h) that a worker does; asking for one here
 * tells every worker that listens (NOTIFY job_queued). Where workers are woken
 * through a FIFO, the caller does that.
 */
#ifndef CORE_UPLOAD_H
#define CORE_UPLOAD_H

#include "core/import.h"
#include "core/recognise.h"
#include "lib/db.h"

enum { UPLOAD_SAMPLE_BYTES = 65536 }; /* of head and of tail */

struct upload {
    int64_t id;
    const char *name; /* as it was sent; for people, never a path */
    const char *archive_hash;
    int64_t bytes, plain_bytes; /* as sent; unpacked */
    enum stream_packing packing;
    const char *head, *tail; /* plain; read by upload_get only */
    size_t head_len, tail_len;
    const char *source; /* page, api, cli */
    const char *uploaded_by;
    const char *state;
    const char *format;         /* NULL until a mapping was chosen */
    const char *mapping;        /* JSON; NULL likewise */
    const char *const *answers; /* what a person said, each "field=value" */
    size_t n_answers;
    const char *const *symbols; /* that the mapping names */
    size_t n_symbols;
    bool auto_store; /* store as soon as the check finds nothing refused */
    int64_t n_rows;
    struct load_count count;
    const char *error;                         /* NULL: none */
    int64_t created_at, checked_at, stored_at; /* 0: not yet */
    int64_t load_id; /* its first load that is stored (or undone); 0: none */
    int64_t run_id;  /* queued when it was stored or undone; 0: none */
    /* the newest job: 0 and "" when there is none */
    int64_t job_id, bytes_done, rows_done, job_started_at;
    const char *job_kind, *job_state, *job_by;
    const char *job_error; /* of its last attempt; NULL: none */
    int job_attempt, job_max_attempts;
    double job_seconds; /* NaN: not started */
    bool job_is_silent; /* its worker has not been heard of for a while */
};

/* A new one in state received, audited. The fields up to uploaded_by are read;
 * name is made fit for pages. */
MUST_USE bool upload_create(struct db *db, const struct upload *u,
                            const char *address, int64_t *id, struct err *err);
MUST_USE bool upload_get(struct arena *a, struct db *db, int64_t id,
                         struct upload *out, struct err *err);
/* Newest first, without head and tail; before_id 0: from the newest. */
MUST_USE bool upload_list(struct arena *a, struct db *db, int64_t before_id,
                          int limit, struct upload **out, size_t *n,
                          struct err *err);

/* An upload of the same bytes that is stored and not undone; id 0: none. */
MUST_USE bool upload_same(struct arena *a, struct db *db, const char *hash,
                          int64_t but_not, int64_t *id, int64_t *load_id,
                          struct err *err);

/* Recognises from head, tail and name (u needs no more), our instruments, and
 * saved mappings of files with the same header. answers NULL: those kept with
 * the upload. Beside recognise's answers there is "saved=NAME", the saved
 * mapping of that name; "saved=" for none. Every other answer goes before what
 * a saved mapping says.
 *
 * fails   as recognise; ERR_INPUT: no saved mapping of that name */
MUST_USE bool upload_recognise(struct arena *a, struct db *db,
                               const struct upload *u,
                               const char *const *answers, size_t n_answers,
                               struct recognised *out, struct err *err);

/* Keeps answers with the upload, so that its page goes on from there.
 * fails   ERR_CONFLICT: work on it is under way, or it is stored */
MUST_USE bool upload_answer(struct db *db, int64_t id,
                            const char *const *answers, size_t n_answers,
                            struct err *err);

/* Asks the worker. Each is refused (ERR_CONFLICT, with the state in words) in
 * a state that does not allow it, and audited. */
MUST_USE bool upload_ask_check(struct db *db, int64_t id,
                               const struct mapping *m, bool auto_store,
                               const char *who, const char *address,
                               struct err *err);
MUST_USE bool upload_ask_store(struct db *db, int64_t id, const char *who,
                               const char *address, struct err *err);
/* Of the load's whole upload, where it came by one.
 * fails   also ERR_CONFLICT as undo_load */
MUST_USE bool upload_ask_undo(struct db *db, int64_t load_id, const char *who,
                              const char *address, struct err *err);
/* Ends what is under way; nothing is stored then. */
MUST_USE bool upload_stop(struct db *db, int64_t id, const char *who,
                          const char *address, struct err *err);
MUST_USE bool upload_discard(struct db *db, int64_t id, const char *who,
                             const char *address, struct err *err);

/* The refusals and doubts kept of the last check or store (the first
 * IMPORT_REFUSALS_SHOWN), refusals first. */
MUST_USE bool upload_refusals(struct arena *a, struct db *db, int64_t id,
                              int limit, struct import_refusal **out, size_t *n,
                              struct err *err);

/* For an import without a job (the command line).
 *
 * upload_stored    part of the import's transaction: the upload is stored with
 *                  its mapping, counts and refusals, and a run that mills and
 * retrains is queued, where rows are new or changed upload_failed    the import
 * came to nothing, and why
 */
MUST_USE bool upload_stored(struct db *db, int64_t id, const struct mapping *m,
                            const struct import_result *r, const char *who,
                            struct err *err);
MUST_USE bool upload_failed(struct db *db, int64_t id, const char *why,
                            struct err *err);

/* "is being stored" for storing, and so on: ends "upload 7 ...". */
const char *upload_state_words(const char *state);

#endif
