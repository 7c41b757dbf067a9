#include "core/alert_run_own.h"
#include "core/calendar_bars.h"
#include "core/calendar_sessions.h"
#include "lib/date.h"
#include "lib/format.h"

#include <string.h>

enum { HEAD_BARS = 3, PAST_MAX = 16, OLD_S = 40 * DAY_S };

/* --- sessions -------------------------------------------------------------
 */

/* Of each calendar and interval, made once. */
enum { SESSIONS_MAX = 32, SESSIONS_BACK_S = 60 * DAY_S };
struct run_sessions {
    size_t n;
    struct {
        const struct calendar *calendar;
        int32_t interval_s;
        int64_t from_ts;
        struct mill_sessions *sessions;
    } of[SESSIONS_MAX];
};

const struct mill_sessions *
run_sessions_get(struct run *r, const struct run_series *s, int64_t from_ts)
{
    int64_t now_ts = r->options->now_ts;
    size_t i = 0;
    if (r->sessions == NULL)
        r->sessions = arena_alloc(r->a, sizeof *r->sessions);
    while (i < r->sessions->n &&
           (r->sessions->of[i].calendar != s->calendar ||
            r->sessions->of[i].interval_s != s->interval_s))
        i++;
    if (i == SESSIONS_MAX)
        i = SESSIONS_MAX - 1;
    else if (i == r->sessions->n)
        r->sessions->n++;
    else if (r->sessions->of[i].from_ts <= from_ts)
        return r->sessions->of[i].sessions;
    if (from_ts > now_ts - SESSIONS_BACK_S)
        from_ts = now_ts - SESSIONS_BACK_S;
    r->sessions->of[i].calendar = s->calendar;
    r->sessions->of[i].interval_s = s->interval_s;
    r->sessions->of[i].from_ts = from_ts;
    r->sessions->of[i].sessions = mill_sessions_of(
        r->a, s->calendar, s->interval_s, from_ts, now_ts + DAY_S);
    return r->sessions->of[i].sessions;
}

/* --- which bars are over --------------------------------------------------
 */

int64_t
run_bar_end(const struct run_series *s, int64_t ts)
{
    struct resample_session session;
    int64_t end_ts = ts + s->interval_s;
    if (!calendar_has_hours(s->calendar) ||
        !calendar_session(s->calendar, ts, &session))
        return end_ts;
    if (s->interval_s >= DAY_S)
        return session.close_ts;
    return session.open_ts <= ts && ts < session.close_ts &&
                   session.close_ts < end_ts
               ? session.close_ts
               : end_ts;
}

/* Of a day: sessions; of less: bars of the calendar, or of its grid where the
 * bar is on none. */
bool
run_is_old(const struct run_series *s, int64_t ts, int64_t now_ts)
{
    int64_t n = 0;
    if (s->interval_s >= DAY_S) {
        for (int64_t day = date_day_start(ts) + DAY_S;
             n < ALERT_LIVE_BARS && day <= now_ts; day += DAY_S)
            n += calendar_is_session(s->calendar, day) &&
                 run_bar_end(s, day) <= now_ts;
        return n >= ALERT_LIVE_BARS;
    }
    int64_t to_ts = now_ts - s->interval_s;
    if (to_ts <= ts)
        return false;
    struct arena *a = arena_new();
    if (to_ts > ts + OLD_S)
        to_ts = ts + OLD_S;
    n = calendar_bars_count(
        calendar_bars_new(a, s->calendar, s->interval_s,
                          calendar_grid_of(s->interval_s, ts), ts + 1, to_ts),
        ts + 1, to_ts);
    arena_free(a);
    return n >= ALERT_LIVE_BARS;
}

/* Newest first, from row i on; those that are not over are the newest. */
static void
read_head(struct run *r, struct run_series *s, const struct db_rows *rows,
          int i, int end)
{
    s->last_minute_ts = db_i64(rows, i, "last_minute_ts");
    for (; i < end; i++) {
        int64_t ts = db_i64(rows, i, "ts"), end_ts = run_bar_end(s, ts);
        bool grows =
            db_bool(rows, i, "built") && s->last_minute_ts != 0 &&
            mill_is_partial(run_sessions_get(r, s, ts), ts, s->last_minute_ts);
        if (!grows && end_ts <= r->options->now_ts) {
            s->over_ts = ts;
            return;
        }
        s->rest_ts = ts;
        s->due_ts = end_ts > r->options->now_ts ? end_ts : INT64_MAX;
    }
}

bool
run_heads(struct run *r, struct err *err)
{
    struct arena *a = r->a;
    const char **ids = arena_array(a, r->n_series, sizeof *ids);
    const char **intervals = arena_array(a, r->n_series, sizeof *intervals);
    struct db_rows *rows;
    for (size_t i = 0; i < r->n_series; i++) {
        ids[i] = fmt_i64(a, r->series[i].instrument_id);
        intervals[i] = fmt_i64(a, r->series[i].interval_s);
    }
    if (!db_query(a, r->db, SQL_alert_run_heads,
                  DB_ARGS(fmt_array(a, ids, r->n_series),
                          fmt_array(a, intervals, r->n_series),
                          fmt_i64(a, r->options->now_ts),
                          fmt_i64(a, HEAD_BARS)),
                  &rows, err))
        return false;
    for (int i = 0, end; i < db_count(rows); i = end) {
        int64_t nth = db_i64(rows, i, "nth");
        for (end = i + 1;
             end < db_count(rows) && db_i64(rows, end, "nth") == nth;)
            end++;
        struct run_series *s = &r->series[nth - 1];
        if (s->n_rules == 0)
            continue;
        read_head(r, s, rows, i, end);
        /* older ones are over whatever the calendar says */
        if (s->over_ts == INT64_MIN && end - i == HEAD_BARS)
            s->over_ts = s->rest_ts - 1;
    }
    return true;
}

/* --- former states --------------------------------------------------------
 */

void
run_marks_add(struct arena *a, struct run_marks *m,
              const struct alert_state *state)
{
    size_t kept = 0;
    int64_t now_ts = state->last_ts;
    if (m->n > 0 && m->at[m->n - 1].last_ts >= now_ts)
        return;
    /* of three neighbours the middle one goes when the others are near */
    for (size_t i = 0; i < m->n; i++) {
        bool goes = kept > 0 && i + 1 < m->n &&
                    now_ts - m->at[kept - 1].last_ts <=
                        8 * (now_ts - m->at[i + 1].last_ts);
        if (!goes)
            m->at[kept++] = m->at[i];
    }
    m->n = kept;
    if (m->n == RUN_MARKS_MAX)
        memmove(m->at, m->at + 1, --m->n * sizeof m->at[0]);
    if (m->cap < RUN_MARKS_MAX) {
        struct alert_state *at = arena_array(a, RUN_MARKS_MAX, sizeof *at);
        if (m->n > 0)
            memcpy(at, m->at, m->n * sizeof *at);
        m->at = at;
        m->cap = RUN_MARKS_MAX;
    }
    m->at[m->n++] = *state;
}

/* --- where rules begin ----------------------------------------------------
 */

/* Walks over notes before the rule's first bar, apart from each other. */
static size_t
begin_past(const struct run_series *s, struct run_rule *rule,
           struct run_walk *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_notes; i++) {
        const struct run_note *note = &s->notes[i];
        int64_t to_ts =
            note->to_ts < rule->origin_ts ? note->to_ts : rule->origin_ts - 1;
        if (note->from_ts >= rule->origin_ts)
            break;
        if (n > 0 && (n == PAST_MAX || note->from_ts <= out[n - 1].to_ts)) {
            if (to_ts > out[n - 1].to_ts)
                out[n - 1].to_ts = to_ts;
            continue;
        }
        out[n] = (struct run_walk){.rule = rule,
                                   .from_ts = note->from_ts,
                                   .to_ts = to_ts,
                                   .is_past = true};
        alert_start(&out[n++].state);
    }
    return n;
}

/* A rule without a state begins with the newest bar that is over, or with what
 * came since it was written. */
static void
begin_new(const struct run_series *s, const struct run_rule *rule,
          struct run_walk *w)
{
    w->from_ts = s->over_ts;
    for (size_t i = 0; i < s->n_notes; i++)
        if (s->notes[i].created_us > rule->updated_us &&
            s->notes[i].from_ts < w->from_ts)
            w->from_ts = s->notes[i].from_ts;
}

/* Bars that it has seen changed: back to the newest state before them. */
static void
begin_again(const struct run_rule *rule, int64_t dirty_ts, struct run_walk *w)
{
    const struct run_marks *m = &rule->marks;
    w->from_ts = rule->origin_ts;
    alert_start(&w->state);
    w->knows_side = false;
    if (m->n == 0 || dirty_ts <= rule->origin_ts)
        return;
    for (size_t i = m->n; i-- > 0;)
        if (m->at[i].last_ts < dirty_ts) {
            w->state = m->at[i];
            w->from_ts = w->state.last_ts + 1;
            w->knows_side = true;
            return;
        }
}

/* Marks from there on are of other bars. */
static void
forget_marks(struct run_rule *rule, int64_t dirty_ts)
{
    while (rule->marks.n > 0 &&
           rule->marks.at[rule->marks.n - 1].last_ts >= dirty_ts)
        rule->marks.n--;
}

static void
begin(const struct run_series *s, struct run_rule *rule, struct run_walk *w)
{
    int64_t dirty_ts = s->n_notes > 0 ? s->notes[0].from_ts : INT64_MAX;
    *w = (struct run_walk){.rule = rule,
                           .state = rule->state,
                           .to_ts = s->over_ts,
                           .knows_side = rule->has_state,
                           .told = rule->told};
    rule->is_changed = !rule->has_state;
    if (!rule->has_state) {
        begin_new(s, rule, w);
    } else if (rule->origin_ts == INT64_MIN) { /* there were no bars */
        w->from_ts = INT64_MIN;
        w->knows_side = false;
    } else if (dirty_ts <= rule->seen_ts) {
        begin_again(rule, dirty_ts, w);
        forget_marks(rule, dirty_ts);
        rule->is_corrected = rule->is_changed = true;
    } else {
        w->from_ts = rule->state.phase == ALERT_DONE ? INT64_MAX
                                                     : rule->state.last_ts + 1;
    }
}

void
run_begin(struct arena *a, struct run_series *s, struct run_walk **out,
          size_t *n)
{
    size_t past = s->n_notes < PAST_MAX ? s->n_notes : PAST_MAX;
    *out = arena_array(a, s->n_rules * (past + 1), sizeof **out);
    *n = 0;
    for (size_t i = 0; i < s->n_rules; i++) {
        struct run_rule *rule = &s->rules[i];
        if (rule->has_state && rule->origin_ts != INT64_MIN)
            *n += begin_past(s, rule, *out + *n);
        begin(s, rule, *out + (*n)++);
    }
}
