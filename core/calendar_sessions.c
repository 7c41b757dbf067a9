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

bool
calendar_session(const struct calendar *c, int64_t ts,
                 struct resample_session *out)
{
    int64_t day = date_day_start(ts);
    struct calendar_hours hours;
    if (!calendar_hours(c, day, &hours))
        return false;
    *out = (struct resample_session){
        .open_ts = day, .close_ts = day + DAY_S, .day_ts = day};
    if (calendar_has_hours(c)) {
        out->open_ts = from_local(c, day + hours.open_min * MINUTE_S);
        out->close_ts = from_local(c, day + hours.close_min * MINUTE_S);
    }
    return true;
}

void
calendar_sessions(struct arena *a, const struct calendar *c, int64_t from_ts,
                  int64_t to_ts, struct resample_session **out, size_t *n)
{
    int64_t first = date_to_days(1970, 1, 1) * DAY_S;
    int64_t last = date_to_days(2101, 1, 1) * DAY_S - 1;
    /* a local day may begin on another day in UTC */
    int64_t day = date_day_start(from_ts < first ? first : from_ts) - DAY_S;
    int64_t end = date_day_start(to_ts > last ? last : to_ts) + DAY_S;
    size_t cap = end < day ? 0 : (size_t)((end - day) / DAY_S) + 1;
    struct resample_session *s = arena_array(a, cap, sizeof *s);
    *n = 0;
    for (; day <= end; day += DAY_S)
        if (calendar_session(c, day, &s[*n]) && s[*n].close_ts > from_ts &&
            s[*n].open_ts <= to_ts)
            ++*n;
    *out = s;
}
