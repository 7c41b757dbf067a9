#include "core/alert_run_own.h"
#include "core/alert_words.h"
#include "core/interval.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/log.h"

#include <math.h>
#include <string.h>

enum {
    RETRO_MAX = 20000, /* of one evaluation: the last ones that it found */
    RETRO_CHUNK = 1024,
};

struct retro {
    const struct run_series *series;
    const struct run_rule *rule;
    struct alert_event e;
};
struct run_events {
    struct incident_event *live;
    size_t n_live, cap_live;
    struct retro *retro; /* a ring, from the first one on */
    size_t n_retro;      /* ever */
};

struct run_events *
run_events_new(struct arena *a)
{
    return arena_alloc(a, sizeof(struct run_events));
}

static struct incident_event *
push_live(struct arena *a, struct run_events *k)
{
    if (k->n_live == k->cap_live) {
        size_t cap = k->cap_live * 2 + 64;
        struct incident_event *live = arena_array(a, cap, sizeof *live);
        if (k->n_live > 0)
            memcpy(live, k->live, k->n_live * sizeof *live);
        k->live = live;
        k->cap_live = cap;
    }
    return &k->live[k->n_live++];
}

/* --- words ----------------------------------------------------------------
 */

static const char *
bar_words(struct arena *a, const struct run_series *s, int64_t ts)
{
    return s->interval_s >= DAY_S ? date_format_day(a, ts)
                                  : date_format_iso(a, ts);
}

/* "71.3", "71.3 against 70.2"; a number is in the condition already. */
static const char *
value_words(struct arena *a, const struct run_rule *r,
            const struct alert_event *e)
{
    return r->rule.right.kind == ALERT_NUMBER
               ? arena_printf(a, "%.7g", e->left)
               : arena_printf(a, "%.7g against %.7g", e->left, e->right);
}

static const char *
words(struct arena *a, const struct run_series *s, const struct run_rule *r,
      const struct alert_event *e)
{
    const char *what =
        arena_printf(a, "%s, %s", s->symbol, interval_name(s->interval_s));
    const char *condition = alert_condition_name(a, &r->rule);
    const char *bar = bar_words(a, s, e->ts);
    switch (e->kind) {
    case ALERT_FIRED:
        return r->rule.for_bars == 1
                   ? arena_printf(a, "%s: %s on the bar of %s: %s", what,
                                  condition, bar, value_words(a, r, e))
                   : arena_printf(a,
                                  "%s: %s on %d bars in a row, the last one "
                                  "that of %s: %s",
                                  what, condition, r->rule.for_bars, bar,
                                  value_words(a, r, e));
    case ALERT_RESOLVED:
        return arena_printf(a, "%s: no longer %s on the bar of %s: %s", what,
                            condition, bar, value_words(a, r, e));
    case ALERT_DATA_LOST:
        return arena_printf(a, "%s: no bar has come since that of %s", what,
                            bar);
    case ALERT_DATA_BACK:
        return arena_printf(a, "%s: bars come again, that of %s", what, bar);
    }
    return what;
}

/* --- transitions ----------------------------------------------------------
 */

static bool
is_end(const struct alert_event *e)
{
    return e->kind == ALERT_RESOLVED || e->kind == ALERT_DATA_BACK;
}

/* What ends something that was told is told, however late. */
static bool
is_retroactive(const struct run *r, const struct run_series *s,
               const struct run_walk *w, const struct alert_event *e,
               int64_t bar_ts)
{
    if (w->is_past || bar_ts <= w->rule->seen_ts)
        return true;
    if ((is_end(e) && w->told) || bar_ts == INT64_MAX)
        return false;
    return run_is_old(s, bar_ts, r->options->now_ts);
}

static void
count(struct alert_run_report *report, enum alert_event_kind kind)
{
    int64_t *const counters[] = {&report->fired, &report->resolved,
                                 &report->lost, &report->back};
    ++*counters[kind];
}

static void
fill(struct arena *a, const struct run *r, const struct run_series *s,
     const struct run_rule *rule, const struct alert_event *e,
     struct incident_event *out)
{
    const char **tags = arena_array(a, 1, sizeof *tags);
    int64_t now_ts = r->options->now_ts;
    tags[0] = arena_printf(a, "rule:%lld", (long long)rule->id);
    *out = (struct incident_event){
        .rule_id = rule->id,
        .rule_version = rule->version,
        .rule_name = rule->name,
        .severity = rule->severity,
        .owner_id = rule->owner_id,
        .shared = rule->shared,
        .kind = alert_event_name(e->kind),
        .subject = s->symbol,
        .instrument_id = s->instrument_id,
        .interval_s = s->interval_s,
        .ts = e->ts,
        .at_ts = e->at_ts < now_ts ? e->at_ts : now_ts,
        .left = e->left,
        .right = e->right,
        .text = words(a, s, rule, e),
        .tags = tags,
        .n_tags = 1,
    };
}

void
run_event(struct run *r, const struct run_series *s, struct run_walk *w,
          const struct alert_event *e, int64_t bar_ts)
{
    struct run_events *k = r->events;
    if (is_retroactive(r, s, w, e, bar_ts)) {
        if (k->retro == NULL)
            k->retro = arena_array(r->a, RETRO_MAX, sizeof *k->retro);
        k->retro[k->n_retro++ % RETRO_MAX] =
            (struct retro){.series = s, .rule = w->rule, .e = *e};
        return;
    }
    fill(r->a, r, s, w->rule, e, push_live(r->a, k));
    count(r->report, e->kind);
    w->told = !is_end(e) || w->state.phase == ALERT_ACTIVE;
}

void
run_event_corrected(struct run *r, const struct run_series *s,
                    struct run_walk *w)
{
    const struct alert_event e = {.kind = ALERT_RESOLVED,
                                  .ts = w->state.last_ts,
                                  .at_ts = r->options->now_ts,
                                  .left = NAN,
                                  .right = NAN};
    struct incident_event *out = push_live(r->a, r->events);
    fill(r->a, r, s, w->rule, &e, out);
    out->text = arena_printf(r->a, "%s, %s: bars were corrected: no longer %s",
                             s->symbol, interval_name(s->interval_s),
                             alert_condition_name(r->a, &w->rule->rule));
    count(r->report, e.kind);
    w->told = false;
}

/* --- keeping --------------------------------------------------------------
 */

/* Those of the retroactive ones that are not kept yet. */
static bool
keep_chunk(struct run *r, struct arena *a, const struct incident_event *events,
           size_t n, struct err *err)
{
    struct db_rows *rows;
    const char **ids = arena_array(a, n, sizeof *ids);
    const char **kinds = arena_array(a, n, sizeof *kinds);
    const char **times = arena_array(a, n, sizeof *times);
    for (size_t i = 0; i < n; i++) {
        ids[i] = fmt_i64(a, events[i].rule_id);
        kinds[i] = events[i].kind;
        times[i] = fmt_i64(a, events[i].ts);
    }
    if (!db_query(a, r->db, SQL_alert_run_known,
                  DB_ARGS(fmt_array(a, ids, n), fmt_array(a, kinds, n),
                          fmt_array(a, times, n)),
                  &rows, err))
        return false;
    size_t n_fresh = (size_t)db_count(rows);
    struct incident_event *fresh = arena_array(a, n_fresh, sizeof *fresh);
    for (size_t i = 0; i < n_fresh; i++)
        fresh[i] = events[db_i64(rows, (int)i, "nth") - 1];
    r->report->retroactive += (int64_t)n_fresh;
    return incident_note(r->db, fresh, n_fresh, err);
}

static bool
keep_retro(struct run *r, struct err *err)
{
    const struct run_events *k = r->events;
    size_t kept = k->n_retro < RETRO_MAX ? k->n_retro : RETRO_MAX;
    size_t first = k->n_retro - kept;
    struct arena *a = arena_new();
    bool ok = true;
    if (first > 0)
        log_event(LOG_WARN, "alert.left_out", "retroactive=%zu kept=%zu",
                  k->n_retro, kept);
    for (size_t i = 0, n; ok && i < kept; i += n) {
        struct incident_event events[RETRO_CHUNK];
        n = kept - i < RETRO_CHUNK ? kept - i : RETRO_CHUNK;
        arena_reset(a);
        for (size_t j = 0; j < n; j++) {
            const struct retro *one = &k->retro[(first + i + j) % RETRO_MAX];
            fill(a, r, one->series, one->rule, &one->e, &events[j]);
            events[j].retroactive = true;
        }
        ok = keep_chunk(r, a, events, n, err);
    }
    arena_free(a);
    return ok;
}

bool
run_events_keep(struct run *r, struct err *err)
{
    return keep_retro(r, err) &&
           incident_note(r->db, r->events->live, r->events->n_live, err);
}
