/* Sessions of a calendar as times: opening and close in UTC. Pure. */
#ifndef CORE_CALENDAR_SESSIONS_H
#define CORE_CALENDAR_SESSIONS_H

#include "core/calendar.h"
#include "core/resample.h"

/* True when the market trades within hours of its own; false when its sessions
 * are whole days: round the clock, or a publisher's days. */
bool calendar_has_hours(const struct calendar *c);

/* The session of the day that holds ts; false when there is none. */
bool calendar_session(const struct calendar *c, int64_t ts,
                      struct resample_session *out);

/* The sessions that touch [from_ts, to_ts], in order, for struct
 * resample_spec: [open_ts, close_ts) with early closes and changes of the
 * clocks in them. Those of a calendar without hours are its days in UTC.
 *
 * memory  on a: 24 bytes a session. The range is cut to the years 1970 to
 *         2100 */
void calendar_sessions(struct arena *a, const struct calendar *c,
                       int64_t from_ts, int64_t to_ts,
                       struct resample_session **out, size_t *n);

#endif
