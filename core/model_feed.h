/* From bars to training rows: each column's latest values, transformed and
 * lagged. Pure. A row looks at nothing later than its own time.
 *
 * A series is one table's rows of one instrument, of which a model uses one or
 * more columns; a slot is one of these columns. Bars are given in the order of
 * time; lags count the series' own bars.
 */
#ifndef CORE_MODEL_FEED_H
#define CORE_MODEL_FEED_H

#include "core/model_spec.h"

struct model_slot {
    const char *column;
    size_t ring; /* where its latest values are */
};

struct model_series {
    enum model_source source;
    int64_t instrument_id;
    size_t first_slot, n_slots;
    size_t depth; /* values kept of each slot */
    int64_t bars; /* so far */
};

struct model_feed {
    const struct model_spec *spec;
    struct model_series *series; /* the one of the most slots is first */
    size_t n_series;
    struct model_slot *slots; /* a series' are together */
    size_t n_slots;
    struct {
        size_t series, slot;
    } * of; /* each input, then the target */
    double *rings;
    size_t n_rings;
    int64_t left_out; /* rows that were whole but for a transform */
};

struct model_feed *model_feed_new(struct arena *a,
                                  const struct model_spec *spec);

/* The next bar of a series: a value for each of its slots. NaN is one that is
 * not there (not warm, no volume); one that is stored but no finite number is
 * given as an infinity. */
void model_feed_bar(struct model_feed *f, size_t series, const double *values);

/* The row of the time whose bars were given last: values of the inputs, then
 * the target. False when there is none: a series has no bar at this time
 * (present says which have), a value is not there or is too far back, or a
 * transform is not defined (counted in left_out). */
MUST_USE bool model_feed_row(struct model_feed *f, const bool *present,
                             double *out);

/* Bars before a time that its row needs. */
int model_feed_reach(const struct model_feed *f);

/* What feed takes over from one reading to the next, as doubles. */
size_t model_feed_state_size(const struct model_feed *f);
void model_feed_save(const struct model_feed *f, double *out);
void model_feed_restore(struct model_feed *f, const double *in);

#endif
