#include "core/calendar_sessions.h"
#include "core/mill_own.h"
#include "lib/date.h"
#include "lib/format.h"

enum { MINUTE_S = 60, PAD_S = 35 * DAY_S /* no market closes for longer */ };

struct mill_sessions {
    const struct calendar *calendar;
    int32_t interval_s;
    struct resample_session *hours; /* NULL: sessions are whole days */
    size_t n;
};

struct mill_sessions *
mill_sessions_of(struct arena *a, const struct calendar *calendar,
                 int32_t interval_s, int64_t from_ts, int64_t to_ts)
{
    struct mill_sessions *s = arena_alloc(a, sizeof *s);
    *s = (struct mill_sessions){.calendar = calendar, .interval_s = interval_s};
    if (calendar_has_hours(calendar))
        calendar_sessions(a, calendar,
                          from_ts < INT64_MIN + PAD_S ? from_ts
                                                      : from_ts - PAD_S,
                          to_ts > INT64_MAX - PAD_S ? to_ts : to_ts + PAD_S,
                          &s->hours, &s->n);
    return s;
}

bool
mill_sessions_get(struct arena *a, struct db *db, int64_t instrument_id,
                  int32_t interval_s, int64_t from_ts, int64_t to_ts,
                  struct mill_sessions **out, struct err *err)
{
    struct db_rows *rows;
    struct calendar *calendar;
    size_t n;
    if (!db_query_one(a, db, SQL_mill_calendar,
                      DB_ARGS(fmt_i64(a, instrument_id)), &rows, err) ||
        !calendar_read(a, rows, &calendar, &n, err))
        return err_wrap(err, "calendar of instrument %lld",
                        (long long)instrument_id);
    *out = mill_sessions_of(a, calendar, interval_s, from_ts, to_ts);
    return true;
}

const struct resample_session *
mill_sessions_hours(const struct mill_sessions *s, size_t *n)
{
    *n = s->n;
    return s->hours;
}

/* The first session that closes after ts; n when none does. */
static size_t
session_after(const struct mill_sessions *s, int64_t ts)
{
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->hours[middle].close_ts > ts)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* A bar outside the hours is of the time since the last close. */
void
mill_sessions_fill(const struct mill_sessions *s, const int64_t *ts, size_t n,
                   int64_t *session, bool *market_open)
{
    if (s->hours == NULL || s->interval_s >= DAY_S) {
        for (size_t i = 0; i < n; i++) {
            if (session != NULL)
                session[i] = date_day_start(ts[i]);
            market_open[i] = calendar_is_session(s->calendar, ts[i]);
        }
        return;
    }
    size_t k = n == 0 ? 0 : session_after(s, ts[0]);
    for (size_t i = 0; i < n; i++) {
        while (k < s->n && s->hours[k].close_ts <= ts[i])
            k++;
        market_open[i] = k < s->n && s->hours[k].open_ts <= ts[i];
        if (session != NULL)
            session[i] = market_open[i] ? s->hours[k].open_ts
                         : k > 0        ? s->hours[k - 1].close_ts
                                        : date_day_start(ts[i]);
    }
}

/* The end of the minutes that a bar is made of; false when it cannot have been
 * made of any. */
static bool
bucket_range(const struct mill_sessions *s, int64_t ts, int64_t *from_ts,
             int64_t *to_ts)
{
    *from_ts = ts;
    *to_ts = ts + s->interval_s;
    if (s->hours == NULL)
        return true;
    bool is_daily = s->interval_s >= DAY_S;
    size_t k = session_after(s, ts);
    /* a session may open and close on another day in UTC than its own */
    while (is_daily && k > 0 && s->hours[k - 1].day_ts >= ts)
        k--;
    while (is_daily && k < s->n && s->hours[k].day_ts < ts)
        k++;
    if (k == s->n ||
        (is_daily ? s->hours[k].day_ts != ts : s->hours[k].open_ts > ts))
        return false;
    if (is_daily)
        *from_ts = s->hours[k].open_ts;
    if (is_daily || *to_ts > s->hours[k].close_ts)
        *to_ts = s->hours[k].close_ts;
    return true;
}

bool
mill_is_partial(const struct mill_sessions *s, int64_t ts,
                int64_t last_minute_ts)
{
    int64_t from_ts, to_ts;
    return last_minute_ts != 0 && s->interval_s > MINUTE_S &&
           bucket_range(s, ts, &from_ts, &to_ts) && from_ts <= last_minute_ts &&
           last_minute_ts + MINUTE_S < to_ts;
}
