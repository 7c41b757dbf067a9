#include "core/alert_now.h"

#include "core/alert_history.h"
#include "core/alert_words.h"
#include "core/interval.h"
#include "lib/format.h"

/* Where the newest ALERT_NOW_BARS bars begin; left alone: there are fewer. */
static bool
begins(struct arena *a, struct db *db, const struct alert_stored *s,
       int64_t now_ts, int64_t *from_ts, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_bar_back,
                  DB_ARGS(fmt_i64(a, s->instrument_id),
                          fmt_i64(a, s->rule.interval_s),
                          fmt_i64(a, now_ts + 1), fmt_i64(a, ALERT_NOW_BARS)),
                  &rows, err))
        return false;
    if (db_count(rows) > 0)
        *from_ts = db_i64(rows, 0, "ts");
    return true;
}

static bool
series_now(struct arena *a, struct db *db, const struct alert_stored *s,
           int64_t now_ts, struct alert_now *out, struct err *err)
{
    struct alert_replay_summary sum;
    struct alert_event silence;
    struct series_page_ask ask;
    const struct series_page_words words = {
        .symbol = s->symbol, .interval = interval_name(s->rule.interval_s)};
    if (!series_page_read(a, db, &words, &ask, err) ||
        !begins(a, db, s, now_ts, &ask.from_ts, err) ||
        !alert_history_replay(a, db, &ask, &s->rule, &sum, err))
        return false;
    (void)!alert_wait(&sum.state, &s->rule, now_ts, &silence);
    *out = (struct alert_now){.phase = (enum alert_phase)sum.state.phase,
                              .ts = sum.state.last_ts,
                              .since_ts = sum.state.since_ts,
                              .fired_ts = sum.state.fired_ts,
                              .left = sum.left,
                              .right = sum.right,
                              .held = sum.state.held,
                              .bars = sum.bars};
    return true;
}

static bool
pipeline_now(struct arena *a, struct db *db, const struct alert_stored *s,
             int64_t now_ts, struct alert_now *out, struct err *err)
{
    const struct alert_condition *c = alert_condition_find(s->condition);
    *out = (struct alert_now){0};
    if (c == NULL)
        return err_set(err, ERR_CONFLICT,
                       "this program has no condition \"%.40s\"", s->condition);
    if (!alert_condition_look(a, db, c, s->threshold, s->subject, now_ts,
                              &out->findings, &out->n_findings, err))
        return false;
    out->phase = out->n_findings > 0 ? ALERT_ACTIVE : ALERT_OK;
    return true;
}

bool
alert_now(struct arena *a, struct db *db, const struct alert_stored *s,
          int64_t now_ts, struct alert_now *out, struct err *err)
{
    return s->is_pipeline ? pipeline_now(a, db, s, now_ts, out, err)
                          : series_now(a, db, s, now_ts, out, err);
}

static void
put_term(struct arena *a, struct buf *b, const char *key,
         const struct alert_term *term, double value)
{
    json_key(b, key);
    json_open(b, '{');
    json_member_str(b, "term", alert_term_name(a, term));
    json_member_f64(b, "value", value);
    json_close(b, '}');
}

/* A time that may be none. */
static void
put_time(struct arena *a, struct buf *b, const char *key, int64_t ts)
{
    json_member_time(a, b, key, ts != INT64_MIN ? ts : 0);
}

static void
put_findings(struct buf *b, const struct alert_now *now)
{
    json_key(b, "findings");
    json_open(b, '[');
    for (size_t i = 0; i < now->n_findings; i++) {
        json_open(b, '{');
        json_member_str(b, "subject", now->findings[i].subject);
        json_member_f64(b, "value", now->findings[i].value);
        json_member_str(b, "text", now->findings[i].text);
        json_close(b, '}');
    }
    json_close(b, ']');
}

void
alert_now_json(struct arena *a, struct buf *b, const struct alert_stored *s,
               int64_t now_ts, const struct alert_now *now)
{
    json_open(b, '{');
    json_member_str(b, "phase", alert_phase_name(now->phase));
    json_member_str(b, "words", alert_stored_words(a, s));
    json_member_time(a, b, "at", now_ts);
    if (s->is_pipeline) {
        put_findings(b, now);
    } else {
        put_time(a, b, "ts", now->ts);
        put_time(a, b, "since", now->since_ts);
        put_time(a, b, "fired_at", now->fired_ts);
        put_term(a, b, "left", &s->rule.left, now->left);
        put_term(a, b, "right", &s->rule.right, now->right);
        json_member_i64(b, "held", now->held);
        json_member_i64(b, "for_bars", s->rule.for_bars);
        json_member_i64(b, "bars", now->bars);
    }
    json_close(b, '}');
}
