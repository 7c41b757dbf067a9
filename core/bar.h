/* Bars: how they are stored, and what others read of them.
 *
 * A stored bar is never lost: what a later load replaces goes to bar_history
 * with from when to when it was believed. A row that is stored already with
 * the same values is not touched. Nobody else writes the tables bar and
 * bar_history.
 */
#ifndef CORE_BAR_H
#define CORE_BAR_H

#include "core/series.h"
#include "lib/db.h"

struct bar_target {
    int64_t instrument_id;
    int32_t interval_s;
    int64_t load_id; /* the load that brings the rows */
};

struct bar_count {
    int64_t n_new, n_same, n_changed;
};

/* Stores rows that passed validation, in one transaction (the caller's, if
 * there is one). Concurrent calls for one instrument wait for each other.
 * Where no stored bar overlaps, rows go straight in by binary COPY; where one
 * does, they are compared with what is stored, and only what differs is
 * written.
 *
 * rows    n rows, strictly increasing in time, prices finite, volume NaN or
 *         finite; bad and raw are not looked at
 * count   rows by what became of them; their sum is n
 * fails   ERR_INPUT: minute bars outside 1970 to 2100
 */
MUST_USE bool bar_store(struct db *db, const struct bar_target *target,
                        const struct series_row *rows, size_t n,
                        struct bar_count *count, struct err *err);

/* What is stored of one instrument at one interval. */
struct bar_span {
    int64_t n, first_ts, last_ts; /* first and last 0 when n is 0 */
};
MUST_USE bool bar_span(struct db *db, int64_t instrument_id, int32_t interval_s,
                       struct bar_span *out, struct err *err);

/* Opening time of the newest stored bar; 0 when there is none. */
MUST_USE bool bar_last(struct db *db, int64_t instrument_id, int32_t interval_s,
                       int64_t *ts, struct err *err);

/* The bar just before ts: its time and close; ts 0 and NaN when none. */
MUST_USE bool bar_before(struct db *db, int64_t instrument_id,
                         int32_t interval_s, int64_t ts, int64_t *before_ts,
                         double *close, struct err *err);

/* Bars that open in [from_ts, to_ts], oldest first, at most `limit`. bad and
 * raw are NULL. */
MUST_USE bool bar_list(struct arena *a, struct db *db, int64_t instrument_id,
                       int32_t interval_s, int64_t from_ts, int64_t to_ts,
                       size_t limit, struct series **out, struct err *err);

/* The same one after the other, in constant memory, without limit. */
typedef bool bar_fn(void *arg, const struct series_row *row, struct err *err);
MUST_USE bool bar_each(struct db *db, int64_t instrument_id, int32_t interval_s,
                       int64_t from_ts, int64_t to_ts, bar_fn *fn, void *arg,
                       struct err *err);

#endif
