/* The bars that a calendar lets one expect: which there should be, and when
 * the next one is due. Pure.
 *
 * Of an interval of a day: one bar a session, named by its date at 00:00 UTC,
 * due late_after_s after that. Of a shorter one: every bar that has some of a
 * session in it, round the clock where the calendar has no hours; due when its
 * time has passed and as much patience as a daily bar gets after its day, but
 * CALENDAR_BARS_PATIENCE_S at least. Early closes and changes of the clocks
 * are in it.
 *
 * Bars of a shorter interval begin at its multiples in UTC, as providers send
 * them, or at the session's open and every interval_s after it, as those built
 * of minutes do (core/resample.h). The two differ where a session does not
 * open at a multiple: hours in New York.
 */
#ifndef CORE_CALENDAR_BARS_H
#define CORE_CALENDAR_BARS_H

#include "core/calendar.h"

enum { CALENDAR_BARS_PATIENCE_S = 15 * 60 };

/* Where bars begin. */
enum calendar_grid { CALENDAR_GRID_UTC, CALENDAR_GRID_SESSIONS };

/* The grid that a stored bar tells of. */
enum calendar_grid calendar_grid_of(int32_t interval_s, int64_t bar_ts);

/* True while the market trades; on a calendar without hours, all day long on
 * days with a session. */
bool calendar_is_open(const struct calendar *c, int64_t ts);

/* Opening time of the newest bar that is due, and of the bar that is due next,
 * later than now_ts; *due_ts is when. On the grid in UTC. */
int64_t calendar_bar_last_due(const struct calendar *c, int32_t interval_s,
                              int64_t now_ts);
int64_t calendar_bar_next_due(const struct calendar *c, int32_t interval_s,
                              int64_t now_ts, int64_t *due_ts);

/* How the newest stored bar stands; last_ts 0: none. Of short intervals a few
 * bars may be missing (CALENDAR_BARS_PATIENCE_S): nothing may have been traded
 * in the session's last minutes. */
enum freshness calendar_bars_freshness(const struct calendar *c,
                                       int32_t interval_s, int64_t last_ts,
                                       int64_t now_ts);

/* The expected bars of a range of time, at least of [from_ts, to_ts], made
 * once and asked often.
 *
 * memory  on a: 16 bytes a session. The range is cut to the years 1970 to
 *         2100
 */
struct calendar_bars;
struct calendar_bars *
calendar_bars_new(struct arena *a, const struct calendar *c, int32_t interval_s,
                  enum calendar_grid grid, int64_t from_ts, int64_t to_ts);

/* How many open in [from_ts, to_ts]. */
int64_t calendar_bars_count(const struct calendar_bars *b, int64_t from_ts,
                            int64_t to_ts);

/* Opening time of the first one at ts or later; INT64_MAX: none. */
int64_t calendar_bars_from(const struct calendar_bars *b, int64_t ts);

/* Opening time of the last one at ts or earlier; INT64_MIN: none. */
int64_t calendar_bars_until(const struct calendar_bars *b, int64_t ts);

#endif
