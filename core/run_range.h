/* The ranges of a backfill that is asked for exactly some bars: of an
 * instrument and interval, bars that open in [from_ts, to_ts]. Such a run
 * stores these and no others. */
#ifndef CORE_RUN_RANGE_H
#define CORE_RUN_RANGE_H

#include "core/series.h"
#include "lib/db.h"

/* Ranges that lie near each other are asked for together as long as they span
 * no more bars than this: a page of any provider. */
enum { RUN_RANGE_SPAN_BARS = 500 };

struct run_range {
    int64_t instrument_id;
    int32_t interval_s;
    int64_t from_ts, to_ts;
};

/* Part of the transaction that queues the run. */
MUST_USE bool run_range_add(struct db *db, int64_t run_id,
                            const struct run_range *ranges, size_t n,
                            struct err *err);

/* A run's ranges by instrument, interval and time, in two halves for who asks
 * for more in one round trip. */
struct db_call run_range_call(struct arena *a, int64_t run_id);
void run_range_read(struct arena *a, const struct db_rows *rows,
                    struct run_range **out, size_t *n);

/* What is asked for: neighbours joined, in place; sorts them. The new n. */
MUST_USE size_t run_range_join(struct run_range *ranges, size_t n);

/* Drops the rows that are in none of the ranges, which are in order. Rows
 * without a readable time stay. */
void run_range_cut(struct series *rows, const struct run_range *ranges,
                   size_t n);

#endif
