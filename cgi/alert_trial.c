#include "cgi/alert_trial.h"

#include "cgi/picture.h"
#include "cgi/show.h"
#include "core/alert_condition.h"
#include "core/alert_history.h"
#include "core/alert_words.h"
#include "core/bar.h"
#include "core/instrument_facts.h"
#include "core/interval.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

enum {
    FIRINGS_SHOWN = 12,
    HOLDS_SHOWN = 20,
    SPANS_DRAWN = 400, /* more lie on each other */
};

static const struct span {
    const char *name, *words;
    int64_t seconds; /* 0: all */
} spans[] = {
    {"90d", "90 days", (int64_t)90 * DAY_S},
    {"1y", "1 year", (int64_t)365 * DAY_S},
    {"all", "all that is stored", 0},
};

const char *const *
alert_trial_spans(size_t *n)
{
    static const char *names[COUNT_OF(spans)];
    for (size_t i = 0; i < COUNT_OF(spans); i++)
        names[i] = spans[i].name;
    *n = COUNT_OF(spans);
    return names;
}

static const struct span *
span_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < COUNT_OF(spans); i++)
        if (strcmp(name, spans[i].name) == 0)
            return &spans[i];
    return &spans[0];
}

const char *
alert_trial_span_words(const char *span)
{
    return span_of(span)->words;
}

/* What is tried, and what came of it. */
struct trial {
    const struct alert_stored *s;
    const struct span *span;
    struct view *v;
    struct alert_replay_summary sum;
    struct alert_history_values values;
    const char *left; /* what is watched, in words */
    bool is_cut;
};

static bool
is_daily(const struct trial *t)
{
    return t->s->rule.interval_s % DAY_S == 0;
}

/* A bar that opens at ts. */
static const char *
bar_time(struct page *p, const struct trial *t, int64_t ts)
{
    return is_daily(t) ? date_format_day(p->a, ts) : page_time(p, ts);
}

/* --- in words --------------------------------------------------------------
 */

static void
set_not_tried(struct trial *t, const char *words, const char *why)
{
    struct view *v = view_add(t->v, "NOT_TRIED");
    view_set(v, "NOT_TRIED_WORDS", words);
    view_set(v, "NOT_TRIED_WHY", why);
}

/* "all that is stored, 2014-09-17 to 2026-11-21" */
static const char *
over_words(struct page *p, const struct trial *t)
{
    const struct alert_replay_summary *s = &t->sum;
    if (t->span->seconds != 0 && !t->is_cut)
        return arena_printf(p->a, "in the last %s", t->span->words);
    return arena_printf(p->a, "from %s to %s", bar_time(p, t, s->first_ts),
                        bar_time(p, t, s->last_ts));
}

static void
set_words(struct page *p, struct trial *t)
{
    const struct alert_replay_summary *s = &t->sum;
    struct view *v = view_add(t->v, "TRIED");
    if (s->fired == 0)
        view_setf(v, "TRIED_WORDS", "Would not have fired %s",
                  over_words(p, t));
    else
        view_setf(v, "TRIED_WORDS", "Would have fired %s %s",
                  fmt_plural(p->a, s->fired, "time", "times"),
                  over_words(p, t));
    struct buf *more = buf_new(p->a);
    if (!isnan(s->median_gap_s))
        buf_addf(more, "Median gap %s; ", fmt_duration(p->a, s->median_gap_s));
    if (s->fired > 0) {
        double whole = (double)s->bars * t->s->rule.interval_s;
        buf_addf(more, "%s; longest active %s; active %s of the time",
                 fmt_plural(p->a, s->flaps, "flap", "flaps"),
                 fmt_duration(p->a, (double)s->longest_active_s),
                 fmt_percent(p->a, fmin((double)s->active_s / whole, 1), 1));
    }
    if (s->lost > 0)
        buf_addf(more, "%s%s without data", s->fired > 0 ? "; " : "",
                 fmt_plural(p->a, s->lost, "time", "times"));
    if (more->len > 0)
        view_setf(view_add(v, "TRIED_MORE"), "TRIED_MORE_WORDS", "%s.",
                  more->data);
    if (s->flaps > 0 && s->flaps * 3 >= s->fired)
        view_set(view_add(t->v, "TRIED_ADVICE"), "TRIED_ADVICE_WORDS",
                 "It flaps: it fires again soon after it has resolved. More "
                 "bars in a row, a clear level or a cooldown calm it.");
    if (t->is_cut)
        view_setf(view_add(t->v, "TRIED_CUT"), "TRIED_CUT_WORDS",
                  "Bars before %s were not looked at: a page tries at most %s "
                  "bars. quotemill alert replay looks at all.",
                  bar_time(p, t, s->first_ts),
                  fmt_count(p->a, ALERT_TRIAL_BARS));
}

/* What the rule says after the newest bar. */
static void
set_now(struct page *p, const struct trial *t)
{
    struct alert_state state = t->sum.state;
    struct alert_event silence;
    const struct alert_rule *rule = &t->s->rule;
    struct view *v = view_add(t->v, "NOW");
    bool is_silent = alert_wait(&state, rule, p->now_ts, &silence);
    show_state(p->a, v, "NOW_",
               arena_printf(p->a, "alert_%s", alert_phase_name(state.phase)));
    struct buf *words = buf_new(p->a);
    buf_addf(words, "%s is %s", t->left, fmt_price(p->a, t->sum.left));
    if (rule->right.kind != ALERT_NUMBER)
        buf_addf(words, ", %s %s", alert_term_words(p->a, &rule->right),
                 fmt_price(p->a, t->sum.right));
    buf_addf(words, " on the bar of %s", bar_time(p, t, t->sum.last_ts));
    if (is_silent)
        buf_adds(words, ", the newest: more were expected");
    view_setf(v, "NOW_WORDS", "%s.", words->data);
}

/* --- drawn -----------------------------------------------------------------
 */

/* Stretches from one kind of event to another, newest last. */
struct stretches {
    size_t n;
    double *from, *to;
};

static struct stretches
stretches_of(struct page *p, const struct trial *t, enum alert_event_kind from,
             enum alert_event_kind to)
{
    struct stretches out = {0};
    const struct alert_replay_summary *s = &t->sum;
    out.from = arena_array(p->a, s->n_events, sizeof *out.from);
    out.to = arena_array(p->a, s->n_events, sizeof *out.to);
    for (size_t i = 0; i < s->n_events; i++) {
        const struct alert_event *e = &s->events[i];
        if (e->kind == from) {
            out.from[out.n] = (double)e->ts;
            out.to[out.n++] = (double)s->last_ts;
        } else if (e->kind == to && out.n > 0) {
            out.to[out.n - 1] = (double)e->ts;
        }
    }
    size_t skip = out.n > SPANS_DRAWN ? out.n - SPANS_DRAWN : 0;
    out.from += skip;
    out.to += skip;
    out.n -= skip;
    return out;
}

static struct picture_series
firings_of(struct page *p, const struct trial *t)
{
    const struct alert_replay_summary *s = &t->sum;
    double *x = arena_array(p->a, s->n_events, sizeof *x);
    double *y = arena_array(p->a, s->n_events, sizeof *y);
    size_t n = 0;
    for (size_t i = 0; i < s->n_events; i++)
        if (s->events[i].kind == ALERT_FIRED) {
            x[n] = (double)s->events[i].ts;
            y[n++] = s->events[i].left;
        }
    return (struct picture_series){PICTURE_DOTS, "Fired", "fired", n, x, y,
                                   NULL};
}

static void
set_picture(struct page *p, const struct trial *t)
{
    const struct alert_replay_summary *s = &t->sum;
    const struct alert_rule *rule = &t->s->rule;
    double ends[] = {(double)s->first_ts, (double)s->last_ts};
    double limit[] = {rule->right.number, rule->right.number};
    double clear[] = {rule->clear, rule->clear};
    struct stretches active = stretches_of(p, t, ALERT_FIRED, ALERT_RESOLVED);
    struct stretches silent =
        stretches_of(p, t, ALERT_DATA_LOST, ALERT_DATA_BACK);
    bool is_number = rule->right.kind == ALERT_NUMBER;
    const char *right =
        is_number ? "Threshold" : alert_term_words(p->a, &rule->right);
    size_t n = 0, two = s->last_ts > s->first_ts ? 2 : 1;
    struct picture_series series[PICTURE_SERIES_MAX];
    if (active.n > 0)
        series[n++] =
            (struct picture_series){PICTURE_SPAN, "Active",  "bad", active.n,
                                    active.from,  active.to, NULL};
    if (silent.n > 0)
        series[n++] =
            (struct picture_series){PICTURE_SPAN, "No data", "warn", silent.n,
                                    silent.from,  silent.to, NULL};
    series[n++] = (struct picture_series){PICTURE_LINE,
                                          t->left,
                                          "actual",
                                          t->values.left.n,
                                          t->values.left.ts,
                                          t->values.left.value,
                                          NULL};
    series[n++] =
        is_number ? (struct picture_series){PICTURE_LINE, right, "limit", two,
                                            ends,         limit, NULL}
                  : (struct picture_series){PICTURE_LINE,
                                            right,
                                            "other",
                                            t->values.right.n,
                                            t->values.right.ts,
                                            t->values.right.value,
                                            NULL};
    if (!isnan(rule->clear))
        series[n++] = (struct picture_series){
            PICTURE_LINE, "Clear level", "soft", two, ends, clear, NULL};
    if (s->fired > 0)
        series[n++] = firings_of(p, t);
    picture_set(p, t->v, "TRIAL_PICTURE",
                &(struct picture){
                    .title = arena_printf(p->a, "%s %s", t->s->symbol,
                                          interval_name(rule->interval_s)),
                    .description = arena_printf(
                        p->a,
                        "%s from %s to %s; it fired %s. The newest are "
                        "in the table below.",
                        t->left, bar_time(p, t, s->first_ts),
                        bar_time(p, t, s->last_ts),
                        fmt_plural(p->a, s->fired, "time", "times")),
                    .x_is_time = true,
                    .series = series,
                    .n_series = n});
}

/* --- as a table ------------------------------------------------------------
 */

static void
set_firing(struct page *p, const struct trial *t, struct view *v,
           const struct alert_event *e, const struct alert_event *end)
{
    const struct alert_replay_summary *s = &t->sum;
    int64_t to_ts =
        end != NULL ? end->at_ts : s->last_ts + t->s->rule.interval_s;
    view_set(v, "FIRED_ISO", date_format_iso(p->a, e->at_ts));
    view_set(v, "FIRED_TIME", page_time(p, e->at_ts));
    view_set(v, "FIRED_VALUE", fmt_price(p->a, e->left));
    view_set(v, "FIRED_FOR", fmt_duration(p->a, (double)(to_ts - e->at_ts)));
    if (end == NULL) {
        view_show(v, "STILL");
        return;
    }
    struct view *ended = view_add(v, "ENDED");
    view_set(ended, "ENDED_ISO", date_format_iso(p->a, end->at_ts));
    view_set(ended, "ENDED_TIME", page_time(p, end->at_ts));
}

/* The newest first. */
static void
set_firings(struct page *p, const struct trial *t)
{
    const struct alert_replay_summary *s = &t->sum;
    const struct alert_event *end = NULL;
    int64_t shown = 0;
    if (s->fired == 0)
        return;
    struct view *all = view_add(t->v, "FIRINGS");
    view_set(all, "LEFT_NAME", t->left);
    view_set(all, "FIRINGS_TITLE",
             s->fired > FIRINGS_SHOWN
                 ? arena_printf(p->a, "The newest %d times", FIRINGS_SHOWN)
                 : "Each time");
    for (size_t i = s->n_events; i-- > 0 && shown < FIRINGS_SHOWN;) {
        const struct alert_event *e = &s->events[i];
        if (e->kind == ALERT_RESOLVED)
            end = e;
        if (e->kind != ALERT_FIRED)
            continue;
        set_firing(p, t, view_add(all, "FIRING"), e, end);
        end = NULL;
        shown++;
    }
}

/* --- a series' rule --------------------------------------------------------
 */

/* From when on: the span, but not more bars than a page may take. */
static bool
begin(struct page *p, struct trial *t, struct series_page_ask *ask,
      struct err *err)
{
    int32_t interval_s = t->s->rule.interval_s;
    struct bar_span have;
    int64_t bound = p->now_ts - (int64_t)ALERT_TRIAL_BARS * interval_s;
    if (t->span->seconds != 0)
        ask->from_ts = p->now_ts - t->span->seconds;
    if (ask->from_ts >= bound)
        return true;
    if (!bar_span(p->db, ask->instrument_id, interval_s, &have, err))
        return false;
    if (have.n > ALERT_TRIAL_BARS && have.first_ts < bound) {
        ask->from_ts = bound;
        t->is_cut = true;
    }
    return true;
}

static bool
try_series(struct page *p, struct trial *t, struct err *err)
{
    struct series_page_ask ask;
    const struct series_page_words words = {
        .symbol = t->s->symbol,
        .interval = interval_name(t->s->rule.interval_s)};
    if (!series_page_read(p->a, p->db, &words, &ask, err) ||
        !begin(p, t, &ask, err) ||
        !alert_history_draw(p->a, p->db, &ask, &t->s->rule, &t->sum, &t->values,
                            err))
        return false;
    if (t->sum.bars == 0) {
        set_not_tried(t, "There is nothing to try it on",
                      arena_printf(p->a, "No bar of %s at %s is stored %s.",
                                   t->s->symbol, words.interval,
                                   t->span->seconds == 0
                                       ? "yet"
                                       : arena_printf(p->a, "of the last %s",
                                                      t->span->words)));
        return true;
    }
    t->left = alert_term_words(p->a, &t->s->rule.left);
    set_words(p, t);
    set_now(p, t);
    set_picture(p, t);
    set_firings(p, t);
    return true;
}

/* --- a condition of the pipeline ------------------------------------------ */

static bool
try_condition(struct page *p, struct trial *t, struct err *err)
{
    const struct alert_condition *c = alert_condition_find(t->s->condition);
    struct alert_finding *found;
    size_t n;
    double threshold = isnan(t->s->threshold) ? c->threshold : t->s->threshold;
    if (!alert_condition_look(p->a, p->db, c, threshold, t->s->subject,
                              p->now_ts, &found, &n, err))
        return false;
    struct view *v = view_add(t->v, "NOW");
    show_state(p->a, v, "NOW_", n > 0 ? "alert_active" : "alert_ok");
    view_set(v, "NOW_WORDS",
             n == 0
                 ? "It holds for nothing."
                 : arena_printf(
                       p->a, "It holds for %s.",
                       c->subject != NULL
                           ? fmt_plural(p->a, (int64_t)n, c->subject,
                                        arena_printf(p->a, "%ss", c->subject))
                           : "the installation"));
    set_not_tried(
        t, "It is tried on the present alone",
        "What the pipeline was like in the past is not stored as bars "
        "are.");
    struct view *holds = n > 0 ? view_add(t->v, "HOLDS") : NULL;
    for (size_t i = 0; i < n && i < HOLDS_SHOWN; i++) {
        struct view *one = view_add(holds, "HOLD");
        view_set(one, "HOLD_SUBJECT", found[i].subject);
        view_set(one, "HOLD_WORDS", found[i].text);
    }
    if (n > HOLDS_SHOWN)
        view_show(holds, "HOLDS_CUT");
    return true;
}

bool
alert_trial(struct page *p, const struct alert_stored *s, const char *span,
            struct err *err)
{
    struct trial t = {.s = s, .span = span_of(span)};
    t.v = view_include(p->view, "TRIAL", "alerts/trial.tpl");
    if (s == NULL) {
        set_not_tried(&t, "It cannot be tried yet",
                      "Mend what is marked, or fill in what is missing, then "
                      "it is tried on the past.");
        return true;
    }
    return s->is_pipeline ? try_condition(p, &t, err) : try_series(p, &t, err);
}
