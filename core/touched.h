/* Ranges of bars that came, changed or went, as they are written: what
 * core/mill.h is told of at the end. Constant memory: ranges that are near
 * each other are one, and past TOUCHED_MAX the last one grows.
 */
#ifndef CORE_TOUCHED_H
#define CORE_TOUCHED_H

#include "core/bar.h"

enum { TOUCHED_MAX = 64, TOUCHED_NEAR_BARS = 512 };

struct touched_range {
    int64_t from_ts, to_ts; /* opening times of the first and the last */
};

struct touched {
    int32_t interval_s;
    size_t n;
    struct touched_range ranges[TOUCHED_MAX]; /* in order, apart */
};

void touched_start(struct touched *t, int32_t interval_s);

/* Mostly in order of time; a range from before the last one makes that grow. */
void touched_add(struct touched *t, int64_t from_ts, int64_t to_ts);

/* The compared chunk's rows that are not the same as before. */
void touched_add_chunk(struct touched *t, const struct bar_chunk *chunk);

/* mill_touch of each range. */
MUST_USE bool touched_note(struct db *db, const struct bar_target *target,
                           const struct touched *t, struct err *err);

#endif
