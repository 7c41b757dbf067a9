/* Loads: one for each thing that brought rows in.
 *
 * fetched (raw bytes archived, rows not stored yet) -> stored, or refused
 * (nothing of it could be used).
 */
#ifndef CORE_LOAD_H
#define CORE_LOAD_H

#include "lib/db.h"

/* Texts may be NULL and numbers 0 where there is none. */
struct load {
    int64_t id; /* not read by load_create */
    int64_t run_id, instrument_id;
    int32_t interval_s;
    const char *kind; /* provider, upload, derived, correction, check */
    const char *provider, *provider_symbol;
    const char *request; /* what was asked for, without any key */
    const char *reason;  /* why this provider; NULL: the first one answered */
    bool simulated;
    int64_t from_ts, to_ts;
    int64_t http_status;
    double elapsed_ms; /* NaN: not measured */
    const char *archive_hash;
    int64_t archive_bytes;
};

/* What became of its rows. A flagged row is also one of the first three. */
struct load_count {
    int64_t n_new, n_same, n_changed, n_refused, n_flagged;
};

/* A new load in state fetched.
 * fails   ERR_CONFLICT: no such run, instrument or provider */
MUST_USE bool load_create(struct db *db, const struct load *load, int64_t *id,
                          struct err *err);

/* The same for many, in one round trip; part of the caller's transaction. */
MUST_USE bool load_create_many(struct db *db, const struct load *loads,
                               size_t n, struct err *err);

/* The load's rows are stored; part of the transaction that stores them.
 * fails   ERR_CONFLICT: it is not in state fetched (any more) */
MUST_USE bool load_stored(struct db *db, int64_t id,
                          const struct load_count *count, struct err *err);

/* Nothing of it could be used; error says why.
 * fails   as load_stored */
MUST_USE bool load_refused(struct db *db, int64_t id, const char *error,
                           struct err *err);

/* The loads of a run that are to be processed, by instrument, then in the
 * order in which they were fetched. */
MUST_USE bool load_list_fetched(struct arena *a, struct db *db, int64_t run_id,
                                struct load **out, size_t *n, struct err *err);

/* A row of a query that names the columns as the struct does; texts live as
 * long as the rows. Without instrument_id, which not every query has. */
struct load load_of_row(const struct db_rows *rows, int i);

#endif
