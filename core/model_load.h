/* A model's rows, ready to be fitted: as factors of slices of time
 * (core/model_rows.h), cut to the model's window.
 *
 * For least squares and ridge on all rows the factors of all but the newest
 * times are kept in the database. As long as no bar before was touched since,
 * the next reading takes them over and reads only what is newer, so one more
 * day costs the same on any history. A correction in the past means reading
 * everything again.
 */
#ifndef CORE_MODEL_LOAD_H
#define CORE_MODEL_LOAD_H

#include "core/model_rows.h"
#include "core/model_spill.h"

/* Times that are read again each time, because newest bars are corrected now
 * and then. */
enum { MODEL_HOLD_TIMES = 64 };

struct model_data {
    struct model_rows *rows;
    /* The rows themselves, from this one on; for huber, else maybe NULL. */
    struct model_spill *spill;
    int64_t spill_from;
    int64_t left_out; /* rows without a value, for a transform */
    bool continued;   /* kept factors were taken over */
};

/* fails   as model_read and model_rows_add; ERR_RETRY: the disk is full */
MUST_USE bool model_load(struct arena *a, struct db *db,
                         const struct model_spec *spec, struct model_data *out,
                         struct err *err);

/* Forgets what every kept factor has seen, and factors that nobody goes on
 * with. */
MUST_USE bool model_load_tidy(struct db *db, struct err *err);

#endif
