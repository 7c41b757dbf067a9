/* Import of a file's rows: parse, validate, compare with what is stored, and
 * write the difference, all in one transaction, in constant memory.
 *
 * Three threads, each a step ahead of the next: one reads and judges, one
 * compares (with a connection of its own), and the caller's writes. Rows need
 * not be in the order of time: where they are not, they are sorted on the disk
 * first. Of rows of one time the first in the file is kept; a later one of the
 * same values counts as same, another is refused (rule duplicate).
 *
 * The same code makes the dry run: it stops before writing.
 */
#ifndef CORE_IMPORT_H
#define CORE_IMPORT_H

#include "core/load.h"
#include "core/mapping.h"
#include "core/quarantine.h"
#include "lib/db.h"
#include "lib/stream.h"

enum {
    IMPORT_REFUSALS_SHOWN = 1000,  /* kept in the result */
    IMPORT_QUARANTINE_MAX = 10000, /* of one load, kept for the desk; all of
                                    * them are counted, and can be listed
                                    * again from the archived file */
};

/* What one row was refused for (or, flagged, stored and doubted). */
struct import_refusal {
    int64_t line;
    const char *symbol;
    struct doubt doubt; /* rule, field, value, expected, raw, ts */
};

struct import_result;

/* The file that the loads point at. */
struct import_file {
    int64_t upload_id;
    const char *archive_hash;
    int64_t archive_bytes;
};

struct import_options {
    const struct mapping *mapping; /* passes mapping_check */
    bool dry_run;
    int64_t now_ts;
    const char *scratch_dir; /* of a temporary file; NULL: the system's */
    /* The file from its beginning once more, plain, on a. Asked at most once,
     * when rows out of the order of time come after some were written: then
     * all is taken back and begun again. What `in` still holds is not read.
     * NULL: such a file is refused. */
    bool (*again)(void *arg, struct arena *a, struct stream **in,
                  struct err *err);
    /* of a store: */
    int64_t upload_id;   /* its loads point at it */
    const char *request; /* load.request: "prices.csv" */
    const char *archive_hash;
    int64_t archive_bytes;
    /* In the place of upload_id, archive_hash and archive_bytes, where they are
     * not known before all of the file was read: asked then, inside the
     * transaction. May be NULL. */
    bool (*file)(struct db *db, void *arg, struct import_file *out,
                 struct err *err);
    /* Called now and then from the thread that called import_run; false stops
     * the import (ERR_RETRY "cancelled"); nothing is stored then. May be NULL.
     */
    bool (*progress)(void *arg, int64_t bytes, int64_t rows);
    /* Sees every refusal and doubt, in file order where the file is in order;
     * for the list to download. May be NULL. */
    bool (*refused)(void *arg, const struct import_refusal *r, struct err *err);
    /* Part of the transaction that stores, after the last row, before the
     * commit: the upload's own state. May be NULL. */
    bool (*committing)(struct db *db, void *arg,
                       const struct import_result *result, struct err *err);
    void *arg;
};

struct import_series {
    const char *symbol;
    int64_t instrument_id, load_id; /* load_id 0 in a dry run */
    int64_t first_ts, last_ts;      /* of the good rows */
    int64_t n_rows;
    struct load_count count;
};

struct import_result {
    struct import_series *series;
    size_t n_series;
    int64_t n_rows;          /* of all series: new + same + changed + refused */
    struct load_count count; /* of all series */
    struct import_refusal *refusals; /* the first IMPORT_REFUSALS_SHOWN */
    size_t n_refusals;
};

/* in      the plain bytes (stream_unpack has been asked)
 * fails   ERR_INPUT: the file cannot be read on (naming the line), an
 *         instrument is unknown or retired, no row at all, every row refused;
 *         ERR_RETRY: database, disk. Nothing is stored then.
 */
MUST_USE bool import_run(struct arena *a, struct db *db, struct stream *in,
                         const struct import_options *options,
                         struct import_result *out, struct err *err);

#endif
