/* Training rows of a model (core/model_read.h), kept as triangular factors of
 * slices of time.
 *
 * The rows stream past once, and how many they are is known only at the end.
 * So each slice of a few consecutive rows is kept as its factor; when there
 * are too many slices, neighbours are merged and slices are twice as long.
 * Memory is constant in rows (a few MiB), and afterwards the rows can be cut
 * into a part to fit on and a part to judge on, anywhere between two slices:
 * to the row up to MODEL_SLICES_MAX rows with up to six inputs (twenty inputs:
 * 1,000 rows), and never coarser than 1/32 of all rows.
 */
#ifndef CORE_MODEL_ROWS_H
#define CORE_MODEL_ROWS_H

#include "core/model_spec.h"
#include "lib/linalg.h"

enum { MODEL_SLICES_MAX = 8192, MODEL_FINGERPRINT_MAX = 80 };

struct model_slice {
    int64_t rows, first_ts, last_ts;
};

struct model_rows {
    int n; /* coefficients: columns of the factor but the target */
    int64_t rows, first_ts, last_ts;
    /* Of the specification and of every row's time and values. */
    char fingerprint[MODEL_FINGERPRINT_MAX];
    struct model_slice *slices; /* oldest first */
    size_t n_slices;
    double *factors; /* of slice i at i * linalg_factor_size(n) */

    /* while rows are added: */
    const struct model_spec *spec;
    size_t cap;
    int64_t slice_rows;
    struct model_slice current;
    struct linalg_qr *qr, *pair;
    double *row;
    uint64_t hash[2];
};

/* Rows of a specification, none yet. max_slices: MODEL_SLICES_MAX, or less to
 * make slices merge earlier; even. */
struct model_rows *model_rows_new(struct arena *a,
                                  const struct model_spec *spec,
                                  size_t max_slices);
/* Adds a row: values of the inputs, then the target.
 * fails   ERR_INPUT: a value is not finite (which one is said);
 *         ERR_INTERNAL: not newer than the row before */
MUST_USE bool model_rows_add(struct model_rows *r, int64_t ts,
                             const double *values, struct err *err);
void model_rows_end(struct model_rows *r);

/* All rows so far as bytes, before model_rows_end; and the reverse, into rows
 * of the same specification that are none yet. Rows added after that make the
 * same fingerprint as if all had been added at once, and the same fits but for
 * rounding. out and saved are aligned like a double's.
 * restore is false when the bytes are of another kind; then r is as it was. */
size_t model_rows_saved_size(const struct model_rows *r);
void model_rows_save(struct arena *a, struct model_rows *r, void *out);
MUST_USE bool model_rows_restore(struct arena *a, struct model_rows *r,
                                 const void *saved, size_t size);

/* The first slice of the hold-out: behind it is as near to `frac` of the rows
 * as slices allow, both sides holding at least one slice. */
size_t model_rows_split(const struct model_rows *r, double frac);
/* The first slice that begins at or after ts; n_slices when none does. */
size_t model_rows_find(const struct model_rows *r, int64_t ts);

/* The factor of slices [from, to), in qr (cleared before). */
void model_rows_gather(const struct model_rows *r, size_t from, size_t to,
                       struct linalg_qr *qr);

#endif
