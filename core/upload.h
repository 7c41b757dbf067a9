/* Files that people bring: what was received, what was made of it, and the
 * work that waits for the worker (check, store, undo).
 *
 *   received -> checking -> checked -> storing -> stored -> undoing -> undone
 *                  |           |          |
 *                  +--> failed +----------+   (with the error in words; it can
 *                              |               be mapped and checked again)
 *                              +-> discarded
 *
 * The file itself is in the raw archive under its hash.
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
    const char *format;  /* NULL until a mapping was chosen */
    const char *mapping; /* JSON; NULL likewise */
    bool auto_store;     /* store as soon as the check finds nothing refused */
    int64_t n_rows;
    struct load_count count;
    const char *error;                         /* NULL: none */
    int64_t created_at, checked_at, stored_at; /* 0: not yet */
    /* the newest job: 0 and "" when there is none */
    int64_t job_id, bytes_done, rows_done;
    const char *job_kind, *job_state;
    int job_attempt;
};

/* A new one in state received. The fields up to uploaded_by are read. */
MUST_USE bool upload_create(struct db *db, const struct upload *u, int64_t *id,
                            struct err *err);
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

/* Recognises from head and tail, our instruments and saved mappings. */
MUST_USE bool upload_recognise(struct arena *a, struct db *db,
                               const struct upload *u,
                               const char *const *answers, size_t n_answers,
                               struct recognised *out, struct err *err);

/* Asks the worker, and wakes it. Each is refused (ERR_CONFLICT) in a state
 * that does not allow it. Audited. */
MUST_USE bool upload_ask_check(struct db *db, int64_t id,
                               const struct mapping *m, bool auto_store,
                               const char *who, const char *address,
                               struct err *err);
MUST_USE bool upload_ask_store(struct db *db, int64_t id, const char *who,
                               const char *address, struct err *err);
MUST_USE bool upload_ask_undo(struct db *db, int64_t load_id, const char *who,
                              const char *address, struct err *err);
MUST_USE bool upload_discard(struct db *db, int64_t id, const char *who,
                             const char *address, struct err *err);

/* The worker's side. A job is claimed with SKIP LOCKED under an advisory lock
 * on its id; one whose lock is free and whose heartbeat is older than 3 s is
 * taken over, at most max_attempts times. */
struct upload_job {
    int64_t id, upload_id, load_id; /* load_id of an undo */
    const char *kind;               /* check, store, undo */
    const char *requested_by, *address;
    int attempt, max_attempts;
};
MUST_USE bool upload_job_claim(struct arena *a, struct db *db,
                               const char *worker, struct upload_job *job,
                               bool *any, struct err *err);
MUST_USE bool upload_job_beat(struct db *db, int64_t job_id, int64_t bytes,
                              int64_t rows, struct err *err);
MUST_USE bool upload_job_checked(struct db *db, const struct upload_job *job,
                                 const struct import_result *r,
                                 struct err *err);
/* Part of the import's transaction (import_options.committing): the upload is
 * stored, its job done, and a run that retrains is queued. */
MUST_USE bool upload_job_stored(struct db *db, const struct upload_job *job,
                                const struct import_result *r, struct err *err);
MUST_USE bool upload_job_undone(struct db *db, const struct upload_job *job,
                                struct err *err);
MUST_USE bool upload_job_failed(struct db *db, const struct upload_job *job,
                                const struct err *why, struct err *err);

#endif
