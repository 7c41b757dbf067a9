/* Loads as the pages show them: what brought rows in, and what became of it. */
#ifndef CORE_LOAD_LIST_H
#define CORE_LOAD_LIST_H

#include "core/load.h"
#include "core/quarantine.h"

/* Absent texts are NULL, absent numbers and times 0 (elapsed_ms: NaN). */
struct load_item {
    struct load load;
    const char *symbol, *title; /* of the instrument */
    const char *state;          /* fetched, stored, refused, undone */
    const char *error;
    struct load_count count;
    int64_t upload_id;
    const char *upload_name;
    const char *brought_by; /* who uploaded it, asked for the run, or
                             * decided about the rows */
    int64_t created_at, stored_at;
};

/* fails   ERR_MISSING */
MUST_USE bool load_get(struct arena *a, struct db *db, int64_t id,
                       struct load_item *out, struct err *err);

/* Which loads to list: NULL and 0 do not filter. Newest first; before and
 * after are ids at the edge of a page, 0 for none. */
struct load_filter {
    int64_t upload_id;
    const char *kind, *instrument, *state;
    int64_t created_from_ts, created_to_ts; /* [from, to) */
    int64_t before, after;
    int limit;
};
MUST_USE bool load_list(struct arena *a, struct db *db,
                        const struct load_filter *filter,
                        struct load_item **out, size_t *n, struct err *err);

/* The newest undo asked for of a load, or of its upload; state NULL: none. */
struct load_undo {
    const char *state; /* queued, running, done, failed, cancelled */
    const char *who, *error;
    int attempt, max_attempts;
    int64_t queued_at, finished_at;
};
MUST_USE bool load_undo_get(struct arena *a, struct db *db, int64_t id,
                            struct load_undo *out, struct err *err);

/* Its rows in quarantine, flagged ones last. */
MUST_USE bool load_doubts(struct arena *a, struct db *db, int64_t id, int limit,
                          struct doubt **out, size_t *n, struct err *err);

#endif
