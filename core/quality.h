/* Quality: how far the rows of an instrument's day can be trusted, 0 to 1.
 *
 * score = completeness * (1 - refused share) * (1 - flagged share / 2) *
 *         agreement
 *
 *   completeness   expected bars that are there / bars that the calendar lets
 *                  one expect (core/calendar_bars.h); 1 where none is
 *   refused share  rows refused and still open / those and the stored ones
 *   flagged share  stored rows with an open doubt / stored rows; not those
 *                  that only another provider doubts
 *   agreement      share of the compared bars whose close is within the
 *                  agreement rule's threshold of the other provider's, or that
 *                  a person accepted; 1 where none was compared, or the rule
 *                  is off
 *
 * Kept in table quality, a row for each instrument, interval and day (in UTC)
 * on which something was expected, came or was refused, from the first stored
 * bar on. Triggers of bar_dirty, quarantine and bar_check note the days in
 * quality_dirty that something happened to, in the transaction that did it;
 * quality_refresh makes them anew, and with them the days between that nobody
 * brought anything for.
 */
#ifndef CORE_QUALITY_H
#define CORE_QUALITY_H

#include "lib/db.h"

struct quality_day {
    int64_t day_ts;
    int64_t expected, present; /* present: of those expected */
    int64_t stored, refused, flagged, compared, agreed;
    double score;
};

/* The score of those counts; NaN: nothing was expected and nothing came. */
double quality_score(const struct quality_day *d);

/* Makes the rows of all days that something happened to, a transaction for
 * each instrument and interval. What fails leaves its days to the next call.
 *
 * progress  called between them; false stops. May be NULL */
MUST_USE bool quality_refresh(struct db *db, int64_t now_ts,
                              bool (*progress)(void *arg), void *arg,
                              struct err *err);

/* Makes the days' rows anew; joins the caller's transaction. */
MUST_USE bool quality_update(struct db *db, int64_t instrument_id,
                             int32_t interval_s, int64_t from_ts, int64_t to_ts,
                             int64_t now_ts, struct err *err);

/* Days in [from_ts, to_ts], newest first, at most limit. */
MUST_USE bool quality_list(struct arena *a, struct db *db,
                           int64_t instrument_id, int32_t interval_s,
                           int64_t from_ts, int64_t to_ts, size_t limit,
                           struct quality_day **out, size_t *n,
                           struct err *err);

#endif
