#include "core/calendar_sessions.h"

#include "lib/date.h"
#include "lib/zone.h"

enum { MINUTE_S = 60 };

bool
calendar_has_hours(const struct calendar *c)
{
    return holiday_hours(c->holidays).close_min != 0;
}

/* The UTC time of a local time of day. The second look is for the day on which
 * the clocks change. */
static int64_t
from_local(const struct calendar *c, int64_t local_ts)
{
    int64_t ts = local_ts - zone_offset_s(c->time_zone, local_ts, NULL);
    return local_ts - zone_offset_s(c->time_zone, ts, NULL);
}

void
calendar_sessions(struct arena *a, const struct calendar *c, int64_t from_ts,
                  int64_t to_ts, struct resample_session **out, size_t *n)
{
    bool has_hours = calendar_has_hours(c);
    int64_t first = date_to_days(1970, 1, 1) * DAY_S;
    int64_t last = date_to_days(2101, 1, 1) * DAY_S - 1;
    /* a local day may begin on another day in UTC */
    int64_t day = date_day_start(from_ts < first ? first : from_ts) - DAY_S;
    int64_t end = date_day_start(to_ts > last ? last : to_ts) + DAY_S;
    size_t cap = end < day ? 0 : (size_t)((end - day) / DAY_S) + 1;
    struct resample_session *s = arena_array(a, cap, sizeof *s);
    *n = 0;
    for (; day <= end; day += DAY_S) {
        struct calendar_hours hours;
        struct resample_session one = {
            .open_ts = day, .close_ts = day + DAY_S, .day_ts = day};
        if (!calendar_hours(c, day, &hours))
            continue;
        if (has_hours) {
            one.open_ts = from_local(c, day + hours.open_min * MINUTE_S);
            one.close_ts = from_local(c, day + hours.close_min * MINUTE_S);
        }
        if (one.close_ts > from_ts && one.open_ts <= to_ts)
            s[(*n)++] = one;
    }
    *out = s;
}
