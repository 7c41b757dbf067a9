/* The rows of a model from the database, in the order of time: every time at
 * which the target and each input have a bar of the model's interval and all
 * values are there. One statement, in constant memory, whatever their number.
 *
 * A built bar that may still grow (mill_is_partial) and its time are left out.
 */
#ifndef CORE_MODEL_READ_H
#define CORE_MODEL_READ_H

#include "core/model_feed.h"

#define MODEL_FIRST_TS (-62135596800) /* year 1 */
#define MODEL_LAST_TS  253402300799   /* year 9999 */

struct model_read {
    struct model_feed *feed;
    /* Times of the bars that are read, both inclusive, from MODEL_FIRST_TS. */
    int64_t from_ts, to_ts;
    /* Rows before this are not given: their bars are there for lags. */
    int64_t first_ts;
    /* A row: values of the inputs, then the target. */
    bool (*row)(void *arg, int64_t ts, const double *values, struct err *err);
    /* All but the last `hold` times are given; through_ts is the newest of
     * them. The rest comes after the call. NULL: nobody asks. Not called when
     * there are no more times than that. */
    bool (*held)(void *arg, int64_t through_ts, struct err *err);
    size_t hold;
    void *arg;
};

/* fails   as row and held; ERR_RETRY: the server is away */
MUST_USE bool model_read(struct arena *a, struct db *db,
                         const struct model_read *read, struct err *err);

/* Sets from_ts so that rows from first_ts on have all bars that they need. */
MUST_USE bool model_read_from(struct arena *a, struct db *db,
                              struct model_read *read, int64_t first_ts,
                              struct err *err);

/* The last time that may be read: the one before the oldest built bar that may
 * still grow, of any of the model's instruments; else MODEL_LAST_TS. */
MUST_USE bool model_read_until(struct arena *a, struct db *db,
                               const struct model_spec *spec, int64_t *to_ts,
                               struct err *err);

/* The model's explanation of a row. coefficients: the intercept first, if
 * there is one. */
double model_predict(const struct model_spec *spec, const double *coefficients,
                     const double *values);

#endif
