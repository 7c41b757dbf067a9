/* Calendars: on which days a market has a session, and when the bar of one is
 * due. Pure but for calendar_list; the rules of holidays are in core/holiday.h.
 *
 * A session is named by its date at 00:00 UTC, as daily bars are. Its bar is
 * due late_after_s after that, and overdue stale_after_s later.
 */
#ifndef CORE_CALENDAR_H
#define CORE_CALENDAR_H

#include "core/holiday.h"
#include "lib/db.h"

struct calendar {
    const char *name, *title, *time_zone;
    int weekdays; /* bit 0 Monday */
    enum holiday_rule holidays;
    int64_t late_after_s, stale_after_s;
};

/* All calendars by name.
 * fails   ERR_INTERNAL: a holiday rule that this program does not know */
MUST_USE bool calendar_list(struct arena *a, struct db *db,
                            struct calendar **out, size_t *n, struct err *err);

/* The same in two halves, for who asks for more in one round trip. */
struct db_call calendar_call(void);
MUST_USE bool calendar_read(struct arena *a, const struct db_rows *rows,
                            struct calendar **out, size_t *n, struct err *err);

/* The one of that name; NULL when there is none. */
const struct calendar *calendar_find(const struct calendar *all, size_t n,
                                     const char *name);

/* The rule of that name ("none", "nyse", "us_federal", "bist", "brent"). */
MUST_USE bool calendar_holidays_parse(const char *name, enum holiday_rule *out);

/* True when the market is open on the day that holds ts. */
bool calendar_is_session(const struct calendar *c, int64_t ts);

/* The hours of the session on the day that holds ts, in minutes after midnight
 * in the calendar's time zone: 570 and 960 in New York, 780 where it ends
 * early. A market without sessions within the day has 0 and 1440. False when
 * there is no session. */
struct calendar_hours {
    int open_min, close_min;
    bool early; /* it ends earlier than others */
};
bool calendar_hours(const struct calendar *c, int64_t ts,
                    struct calendar_hours *out);

/* Sessions around a time: the newest on or before, the first after. */
int64_t calendar_session_before(const struct calendar *c, int64_t ts);
int64_t calendar_session_after(const struct calendar *c, int64_t ts);

/* The newest session whose bar should be there by now. */
int64_t calendar_last_due(const struct calendar *c, int64_t now_ts);

/* When the next bar falls due, later than now_ts, and of which session. */
int64_t calendar_next_due(const struct calendar *c, int64_t now_ts,
                          int64_t *session_ts);

/* Sessions in [from_ts, to_ts]. */
int64_t calendar_count(const struct calendar *c, int64_t from_ts,
                       int64_t to_ts);

enum freshness {
    FRESH_EMPTY,  /* nothing stored yet */
    FRESH_OK,     /* all that is due is there */
    FRESH_CLOSED, /* the same, and the market has no session today */
    FRESH_LATE,   /* a bar is due and missing */
    FRESH_STALE,  /* and overdue */
};
const char *freshness_name(enum freshness f);  /* "market_closed" */
const char *freshness_words(enum freshness f); /* "market closed" */

/* How the newest stored daily bar stands; last_ts 0: none. */
enum freshness calendar_freshness(const struct calendar *c, int64_t last_ts,
                                  int64_t now_ts);

#endif
