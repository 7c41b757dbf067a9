/* Quality: how far the rows of an instrument's day can be trusted, 0 to 1.
 *
 * score = completeness * (1 - refused share) * (1 - flagged share / 2) *
 *         (agreement, where another provider was read for the same bars)
 *
 *   completeness   bars present / bars expected by the calendar
 *   refused share  refused rows still open / rows seen that day
 *   flagged share  stored rows with an open doubt / rows stored
 *   agreement      share of bars whose close is within the agreement rule's
 *                  threshold of the other provider's
 *
 * Kept in table quality, a row per instrument, interval and day, made anew by
 * the process step for the days that were touched.
 */
#ifndef CORE_QUALITY_H
#define CORE_QUALITY_H

#include "lib/db.h"

struct quality_day {
    int64_t day_ts;
    int64_t expected, present, refused, flagged, compared, agreed;
    double score; /* NaN: nothing was expected and nothing came */
};

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
