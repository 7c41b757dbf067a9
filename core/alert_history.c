#include "core/alert_history.h"

#include "core/alert_words.h"
#include "core/bar.h"
#include "core/interval.h"
#include "core/series_walk.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"

#include <string.h>

/* Only the newest bar may still grow. */
static bool
feed(void *arg, const struct series_page *rows, struct err *err)
{
    (void)err;
    size_t n = rows->n;
    while (n > 0 && rows->partial[n - 1])
        n--;
    const struct alert_columns columns = {
        .n = n,
        .open = rows->open,
        .high = rows->high,
        .low = rows->low,
        .close = rows->close,
        .volume = rows->volume,
        .indicators = rows->indicators,
    };
    alert_replay_feed(arg, rows->ts, &columns);
    return true;
}

static void
want(struct series_page_ask *ask, const struct alert_term *term)
{
    if (term->kind != ALERT_INDICATOR || ask->indicators[term->indicator])
        return;
    ask->indicators[term->indicator] = true;
    ask->n_indicators++;
}

/* Moves the beginning to the first bar that the rule looks back on. */
static bool
look_back(struct arena *a, struct db *db, const struct alert_rule *rule,
          struct series_page_ask *ask, struct err *err)
{
    struct db_rows *rows;
    struct bar_span span;
    if (!bar_span(db, ask->instrument_id, ask->interval_s, &span, err))
        return false;
    if (span.n == 0 || ask->from_ts <= span.first_ts)
        return true;
    if (!db_query(a, db, SQL_bar_back,
                  DB_ARGS(fmt_i64(a, ask->instrument_id),
                          fmt_i64(a, ask->interval_s), fmt_i64(a, ask->from_ts),
                          fmt_i64(a, alert_replay_lookback(rule))),
                  &rows, err))
        return false;
    ask->from_ts = db_count(rows) > 0 ? db_i64(rows, 0, "ts") : span.first_ts;
    return true;
}

struct history {
    struct arena *a;
    const struct series_page_ask *ask;
    const struct alert_rule *rule;
    struct alert_trace *left, *right; /* NULL: not wanted */
    struct alert_replay *replay;
};

static bool
walk(struct db *db, void *arg, struct err *err)
{
    struct history *h = arg;
    struct series_page_ask ask = *h->ask;
    memset(ask.indicators, 0, sizeof ask.indicators);
    memset(ask.features, 0, sizeof ask.features);
    ask.n_indicators = ask.n_features = 0;
    want(&ask, &h->rule->left);
    want(&ask, &h->rule->right);
    h->replay = alert_replay_new(h->a, h->rule, ask.from_ts);
    alert_replay_draw(h->replay, h->left, h->right);
    return look_back(h->a, db, h->rule, &ask, err) &&
           series_walk(db, &ask, feed, h->replay, err);
}

bool
alert_history_replay(struct arena *a, struct db *db,
                     const struct series_page_ask *ask,
                     const struct alert_rule *rule,
                     struct alert_replay_summary *out, struct err *err)
{
    struct history h = {.a = a, .ask = ask, .rule = rule};
    if (!db_tx_snapshot(db, walk, &h, err))
        return false;
    alert_replay_sum(a, h.replay, out);
    return true;
}

bool
alert_history_draw(struct arena *a, struct db *db,
                   const struct series_page_ask *ask,
                   const struct alert_rule *rule,
                   struct alert_replay_summary *out,
                   struct alert_history_values *values, struct err *err)
{
    struct history h = {.a = a,
                        .ask = ask,
                        .rule = rule,
                        .left = alert_trace_new(a),
                        .right = alert_trace_new(a)};
    if (!db_tx_snapshot(db, walk, &h, err))
        return false;
    alert_replay_sum(a, h.replay, out);
    values->left = alert_trace_points(a, h.left);
    values->right = alert_trace_points(a, h.right);
    return true;
}

static void
put_event(struct arena *a, struct buf *b, const struct alert_event *e)
{
    json_open(b, '{');
    json_key(b, "event");
    json_put_str(b, alert_event_name(e->kind));
    json_key(b, "ts");
    json_put_str(b, date_format_iso(a, e->ts));
    json_key(b, "at");
    json_put_str(b, date_format_iso(a, e->at_ts));
    json_key(b, "left");
    json_put_f64(b, e->left);
    json_key(b, "right");
    json_put_f64(b, e->right);
    json_close(b, '}');
}

static void
put_time(struct arena *a, struct buf *b, const char *key, bool any, int64_t ts)
{
    json_key(b, key);
    if (any)
        json_put_str(b, date_format_iso(a, ts));
    else
        json_put_null(b);
}

void
alert_history_json(struct arena *a, struct buf *b,
                   const struct series_page_ask *ask,
                   const struct alert_rule *rule,
                   const struct alert_replay_summary *s)
{
    json_open(b, '{');
    json_key(b, "symbol");
    json_put_str(b, ask->symbol);
    json_key(b, "interval");
    json_put_str(b, interval_name(ask->interval_s));
    json_key(b, "rule");
    json_put_str(b, alert_condition_name(a, rule));
    json_key(b, "words");
    json_put_str(b, alert_rule_words(a, rule));
    put_time(a, b, "first", s->bars > 0, s->first_ts);
    put_time(a, b, "last", s->bars > 0, s->last_ts);
    json_member_i64(b, "bars", s->bars);
    json_member_i64(b, "fired", s->fired);
    json_member_i64(b, "resolved", s->resolved);
    json_member_i64(b, "flaps", s->flaps);
    json_member_i64(b, "silences", s->lost);
    json_key(b, "median_gap_s");
    json_put_f64(b, s->median_gap_s);
    json_member_i64(b, "longest_active_s", s->longest_active_s);
    json_member_i64(b, "active_s", s->active_s);
    json_key(b, "active");
    json_put_bool(b, s->is_active);
    json_member_i64(b, "events_left_out", s->left_out);
    json_key(b, "events");
    json_open(b, '[');
    for (size_t i = 0; i < s->n_events; i++)
        put_event(a, b, &s->events[i]);
    json_close(b, ']');
    json_close(b, '}');
}
