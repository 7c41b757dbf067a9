#include "core/alert_history.h"

#include "core/bar.h"
#include "core/mill.h"
#include "lib/format.h"

enum { PORTION = 1024, MINUTE_S = 60 };

/* Bars on their way from the table to the replay. */
struct history {
    struct alert_replay *replay;
    const struct mill_sessions *sessions;
    int64_t last_minute_ts;
    size_t n;
    int64_t ts[PORTION], session[PORTION];
    bool market_open[PORTION];
    double open[PORTION], high[PORTION], low[PORTION], close[PORTION],
        volume[PORTION];
};

static void
flush(struct history *h)
{
    mill_sessions_fill(h->sessions, h->ts, h->n, h->session, h->market_open);
    const struct alert_replay_bars in = {
        .bars = {.n = h->n,
                 .high = h->high,
                 .low = h->low,
                 .close = h->close,
                 .volume = h->volume,
                 .session = h->session},
        .ts = h->ts,
        .open = h->open,
    };
    alert_replay_feed(h->replay, &in);
    h->n = 0;
}

static bool
take(void *arg, const struct series_row *row, struct err *err)
{
    (void)err;
    struct history *h = arg;
    if (mill_is_partial(h->sessions, row->ts, h->last_minute_ts))
        return true;
    h->ts[h->n] = row->ts;
    h->open[h->n] = row->open;
    h->high[h->n] = row->high;
    h->low[h->n] = row->low;
    h->close[h->n] = row->close;
    h->volume[h->n++] = row->volume;
    if (h->n == PORTION)
        flush(h);
    return true;
}

/* The state before the first bar that the rule looks back on from from_ts, and
 * the first bar to be read behind it. */
static bool
begin(struct arena *a, struct db *db, int64_t instrument_id,
      const struct alert_rule *rule, int64_t from_ts,
      struct feature_state *state, int64_t *next_ts, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_bar_back,
                  DB_ARGS(fmt_i64(a, instrument_id),
                          fmt_i64(a, rule->interval_s), fmt_i64(a, from_ts),
                          fmt_i64(a, alert_replay_lookback(rule))),
                  &rows, err))
        return false;
    if (db_count(rows) > 0)
        return mill_state_before(db, instrument_id, rule->interval_s,
                                 db_i64(rows, 0, "ts"), state, next_ts, err);
    feature_start(state);
    *next_ts = INT64_MIN;
    return true;
}

bool
alert_history_replay(struct arena *a, struct db *db, int64_t instrument_id,
                     const struct alert_rule *rule, int64_t from_ts,
                     int64_t to_ts, struct alert_replay_summary *out,
                     struct err *err)
{
    struct history *h = arena_alloc(a, sizeof *h);
    struct mill_sessions *sessions;
    struct feature_state state;
    struct bar_span span;
    int64_t first;
    *h = (struct history){0};
    if (!bar_span(db, instrument_id, rule->interval_s, &span, err))
        return false;
    int64_t from = from_ts > span.first_ts ? from_ts : span.first_ts;
    int64_t last = to_ts < span.last_ts ? to_ts : span.last_ts;
    bool any = span.n > 0 && from <= last;
    feature_start(&state);
    if (any && !begin(a, db, instrument_id, rule, from, &state, &first, err))
        return false;
    h->replay = alert_replay_new(a, rule, &state.indicators, from_ts);
    if (any) {
        first = first > span.first_ts ? first : span.first_ts;
        if (!mill_sessions_get(a, db, instrument_id, rule->interval_s, first,
                               last, &sessions, err) ||
            !bar_last(db, instrument_id, MINUTE_S, &h->last_minute_ts, err))
            return false;
        h->sessions = sessions;
        if (!bar_each(db, instrument_id, rule->interval_s, first, last, take, h,
                      err))
            return false;
        flush(h);
    }
    alert_replay_sum(a, h->replay, out);
    return true;
}
