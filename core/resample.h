/* Resampling: bars of a longer interval from bars of a shorter one (5m, 15m,
 * 1h, 4h and 1d from minutes). Pure and streaming: rows in, buckets out, in
 * constant memory.
 *
 * A bucket spans interval_s from its start. Buckets start
 *   in UTC          at multiples of interval_s since 1970 (a day at 00:00), or
 *   in sessions     at the session's open and every interval_s after it; the
 *                   last one ends with the session. An interval of a day or
 *                   more makes one bucket of each session, named by its date
 *                   at 00:00 UTC, as daily bars are.
 * Sessions are times given by the caller, so a change of the clocks is in them
 * and needs no thought here. A row outside every session belongs to no bucket.
 *
 * open and close are the first row's and the last's, high and low the extremes,
 * volume the sum in order of time: NaN when a row has none, for then nobody
 * knows it. A bucket without rows does not exist.
 */
#ifndef CORE_RESAMPLE_H
#define CORE_RESAMPLE_H

#include "core/series.h"
#include "lib/attr.h"

#include <stdbool.h>

struct resample_session {
    int64_t open_ts, close_ts; /* rows that open in [open_ts, close_ts) */
    int64_t day_ts;            /* its date, at 00:00 UTC */
};

struct resample_spec {
    int32_t row_s, interval_s; /* of rows and of buckets: the second is a
                                * multiple of the first, in UTC mode it divides
                                * a day or is one */
    const struct resample_session *sessions; /* in order, apart; NULL: UTC */
    size_t n_sessions;
};

struct resample_bucket {
    struct series_row bar;  /* ts: the name of the bucket; bad, raw NULL */
    int64_t from_ts, to_ts; /* rows that open in [from_ts, to_ts) */
    int32_t rows;           /* that it has */
    int32_t slots;          /* that it has room for: fewer rows mean gaps */
    bool partial;           /* it may still grow: time has not passed to_ts */
};

struct resample {
    struct resample_spec spec;
    int64_t last_ts;            /* of the newest row */
    size_t session;             /* where to look next */
    struct resample_bucket now; /* rows 0: none begun */
};

enum resample_result {
    RESAMPLE_ADDED,   /* the row is in */
    RESAMPLE_DONE,    /* the row is in, and *done is the bucket before */
    RESAMPLE_OUTSIDE, /* the row is in no session; nothing changed */
    RESAMPLE_LATE,    /* not newer than the row before; nothing changed. The
                       * caller rebuilds what resample_span says */
};

void resample_start(struct resample *r, const struct resample_spec *spec);

/* Adds the next row: prices finite, volume NaN or finite. */
MUST_USE enum resample_result resample_add(struct resample *r,
                                           const struct series_row *row,
                                           struct resample_bucket *done);

/* The last bucket; false when there is none.
 *
 * known_ts  all rows that open before it are known: a bucket that ends later
 *           is partial
 */
MUST_USE bool resample_end(struct resample *r, int64_t known_ts,
                           struct resample_bucket *done);

/* The bucket that a row of that time belongs to: its name and its range, no
 * rows. False when it is outside every session. */
MUST_USE bool resample_find(const struct resample_spec *spec, int64_t ts,
                            struct resample_bucket *out);

/* What must be rebuilt when rows that open in [first_ts, last_ts] came late,
 * changed or went: the rows to read, [*from_ts, *to_ts), and the names of the
 * buckets that they make, [*from_bucket, *to_bucket]. These are exactly the
 * buckets that such rows belong to: stored ones in that range which are not
 * made again have lost all their rows. False when no bucket is touched. */
MUST_USE bool resample_span(const struct resample_spec *spec, int64_t first_ts,
                            int64_t last_ts, int64_t *from_ts, int64_t *to_ts,
                            int64_t *from_bucket, int64_t *to_bucket);

#endif
