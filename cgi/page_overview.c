/* The overview: a verdict, what needs a person, then the evidence. */
#include "cgi/bell.h"
#include "cgi/page_overview_own.h"
#include "cgi/show.h"
#include "core/overview.h"
#include "core/providers/provider.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAIT_LONG_S = 15, /* a queued run that nobody takes for so long */
    FRESH_ROWS = 12,  /* instruments told here; the rest on their own page */
    NAMES = 3,
    REASON_CHARS = 180,
};

/* What the data says, counted once. */
struct verdict {
    size_t late, stale, none, fresh;
    const struct overview_run *stuck; /* waits, and nothing works */
    bool broken;                      /* a run of trouble failed wholly */
};

static bool
is(const char *state, const char *name)
{
    return state != NULL && strcmp(state, name) == 0;
}

static bool
is_operator(const struct page *p)
{
    return p->user != NULL && p->user->role >= ROLE_OPERATOR;
}

static struct verdict
judge(const struct overview *o)
{
    struct verdict v = {0};
    for (size_t i = 0; i < o->n_sources; i++) {
        const char *state = o->sources[i].state;
        if (is(state, "late"))
            v.late++;
        else if (is(state, "stale"))
            v.stale++;
        else if (is(state, "none"))
            v.none++;
        else
            v.fresh++;
    }
    bool working = false;
    for (size_t i = 0; i < o->n_under_way; i++)
        working |= is(o->under_way[i].state, "running");
    for (size_t i = 0; i < o->n_under_way && !working; i++)
        if (o->under_way[i].waits_s > WAIT_LONG_S)
            v.stuck = &o->under_way[i];
    for (size_t i = 0; i < o->n_trouble; i++)
        v.broken |= !is(o->trouble[i].state, "partial");
    return v;
}

/* "2 sources are late", "1 source is stale, 2 are late", NULL: none is. */
static const char *
behind_words(struct arena *a, const struct verdict *v)
{
    const struct {
        size_t n;
        const char *one, *many;
    } groups[] = {{v->stale, "is stale", "are stale"},
                  {v->late, "is late", "are late"},
                  {v->none, "has no data", "have no data"}};
    struct buf *b = buf_new(a);
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        if (groups[i].n == 0)
            continue;
        if (b->len == 0)
            buf_adds(b,
                     fmt_plural(a, (int64_t)groups[i].n, "source", "sources"));
        else
            buf_addf(b, ", %s", fmt_count(a, (int64_t)groups[i].n));
        buf_addf(b, " %s", groups[i].n == 1 ? groups[i].one : groups[i].many);
    }
    return b->len > 0 ? b->data : NULL;
}

static const char *
run_words(struct arena *a, const struct overview *o, const struct verdict *v)
{
    if (v->stuck != NULL)
        return arena_printf(a, "Run %lld waits and no worker takes it",
                            (long long)v->stuck->id);
    if (o->n_trouble > 1)
        return arena_printf(a, "%zu runs need a look", o->n_trouble);
    if (o->n_trouble == 1)
        return arena_printf(a, "Run %lld %s", (long long)o->trouble[0].id,
                            v->broken ? "failed" : "succeeded only in part");
    if (o->last == NULL)
        return "The first run is under way";
    if (is(o->last->state, "cancelled"))
        return "The last run was cancelled";
    return "Everything ran";
}

/* Open alerts make the verdict no better than they are. */
static void
judge_alerts(struct page *p, const char **tone, const char **shape,
             const char **trouble)
{
    const char *severity = p->user->alerts_severity;
    if (is(*tone, "bad") || severity == NULL || is(severity, "info"))
        return;
    *tone = show_tone(severity);
    *shape = show_shape(severity);
    if (*trouble == NULL)
        *trouble = arena_printf(p->a, "▲ %s", bell_words(p->a, p->user));
}

static void
set_verdict(struct page *p, const struct overview *o, const struct verdict *v)
{
    const char *behind = behind_words(p->a, v);
    const char *runs = run_words(p->a, o, v);
    const char *tone = "good", *shape = "succeeded", *trouble = NULL;
    if (v->broken || v->stuck != NULL) {
        tone = "bad";
        shape = "failed";
        trouble = v->stuck != NULL
                      ? "✗ no worker"
                      : arena_printf(p->a, "✗ %zu failed", o->n_trouble);
    } else if (v->stale > 0) {
        tone = "bad";
        shape = "stale";
        trouble = arena_printf(p->a, "✗ %zu stale", v->stale);
    } else if (o->n_trouble > 0 || v->late + v->none > 0) {
        tone = "warn";
        shape = o->n_trouble > 0 ? "partial" : "late";
        trouble = o->n_trouble > 0
                      ? "◐ partial"
                      : arena_printf(p->a, "▲ %zu late", v->late + v->none);
    }
    if (o->last == NULL && v->stuck == NULL) {
        tone = "busy";
        shape = "running";
        trouble = NULL;
        behind = NULL;
    }
    judge_alerts(p, &tone, &shape, &trouble);
    page_title(p, "Overview", trouble);
    view_set(p->view, "VERDICT_TONE", tone);
    view_set(p->view, "VERDICT_SHAPE", shape);
    if (behind != NULL)
        view_setf(p->view, "VERDICT_WORDS", "%s; %s", runs, behind);
    else if (o->last == NULL || o->n_sources == 0)
        view_set(p->view, "VERDICT_WORDS", runs);
    else
        view_setf(p->view, "VERDICT_WORDS",
                  o->n_trouble > 0 || v->stuck != NULL
                      ? "%s; every source is fresh"
                      : "%s, and every source is fresh",
                  runs);
    struct view *more = view_add(p->view, "VERDICT_MORE");
    view_setf(more, "VERDICT_MORE_TEXT", "%zu of %zu sources are fresh.%s",
              v->fresh, o->n_sources,
              p->user->alerts > 0 ? arena_printf(p->a, " Open alerts: %s.",
                                                 bell_words(p->a, p->user))
                                  : "");
}

struct view *
overview_need(struct view *list, const char *tone, const char *shape,
              const char *title, const char *text)
{
    struct view *item = view_add(list, "NEED");
    view_set(item, "NEED_TONE", tone);
    view_set(item, "NEED_SHAPE", shape);
    view_set(item, "NEED_TITLE", title);
    view_set(item, "NEED_TEXT", text);
    return item;
}

void
overview_need_link(struct view *item, const char *url, const char *label)
{
    struct view *link = view_add(item, "NEED_LINK");
    view_set(link, "NEED_LINK_URL", url);
    view_set(link, "NEED_LINK_LABEL", label);
}

static void
need_trouble(struct page *p, struct view *list,
             const struct overview_trouble *t)
{
    long long id = (long long)t->id;
    const char *title =
        t->failed == NULL
            ? arena_printf(p->a, "Run %lld %s", id, show_word(t->state))
            : arena_printf(p->a, "Run %lld failed for %s%s", id, t->failed,
                           t->n_failed > 5 ? " and more" : "");
    const char *text = t->reason != NULL ? t->reason : t->error;
    if (text == NULL)
        text = arena_printf(p->a, "Ended %s.",
                            fmt_relative(p->a, t->finished_at, p->real_ts));
    text = show_short(p->a, text, REASON_CHARS);
    struct view *item = overview_need(list, show_tone(t->state),
                                      show_shape(t->state), title, text);
    if (is_operator(p)) {
        struct view *post = view_add(item, "NEED_POST");
        view_setf(post, "NEED_POST_URL", "/runs/%lld/retry", id);
        view_setf(post, "NEED_POST_LABEL", "Retry run %lld", id);
    }
    overview_need_link(item, arena_printf(p->a, "/runs/%lld", id),
                       arena_printf(p->a, "Look at run %lld", id));
}

/* One item for all sources that no run in sight will mend by itself. */
static void
need_sources(struct page *p, struct view *list, const struct overview *o,
             const char *state, const char *words)
{
    const char **names = arena_array(p->a, o->n_sources, sizeof *names);
    size_t n = 0;
    struct buf *url = buf_new(p->a);
    buf_adds(url, "/trigger");
    for (size_t i = 0; i < o->n_sources; i++) {
        if (!is(o->sources[i].state, state))
            continue;
        names[n++] = o->sources[i].symbol;
        if (n <= 20)
            show_query(url, "instrument", o->sources[i].symbol);
    }
    if (n == 0)
        return;
    struct view *item = overview_need(
        list, is(state, "stale") ? "bad" : "warn", state,
        arena_printf(p->a, "%s %s %s", show_names(p->a, names, n, NAMES),
                     n == 1 ? "is" : "are", words),
        n == 1 ? "It is behind its calendar; fetch it, or look at why the "
                 "last run did not bring it."
               : "They are behind their calendars; fetch them, or look at why "
                 "the last run did not bring them.");
    if (is_operator(p))
        overview_need_link(item, url->data,
                           n == 1 ? arena_printf(p->a, "Fetch %s", names[0])
                                  : "Fetch these");
    else
        overview_need_link(item, "/instruments", "Look at the instruments");
}

static void
need_models(struct page *p, struct view *list, const struct overview *o)
{
    for (size_t i = 0; i < o->n_models; i++) {
        const struct model_item *m = &o->models[i];
        if (!is(m->newest_state, "refused"))
            continue;
        struct view *item = overview_need(
            list, "warn", "late",
            arena_printf(p->a, "Model %s: version %lld was refused", m->name,
                         (long long)m->newest),
            m->active != 0 ? arena_printf(p->a, "Version %lld stays active.",
                                          (long long)m->active)
                           : "There is no active version.");
        overview_need_link(item, arena_printf(p->a, "/models/%s", m->name),
                           "See its scorecard");
    }
}

static void
need_decisions(struct page *p, struct view *list, const struct overview *o)
{
    if (o->open_rows == 0)
        return;
    bool one = o->open_rows == 1;
    struct view *item = overview_need(
        list, "warn", "late",
        arena_printf(p->a, "%s%s in quarantine %s",
                     o->open_rows >= OVERVIEW_OPEN_ROWS ? "At least " : "",
                     fmt_plural(p->a, o->open_rows, "row", "rows"),
                     one ? "waits for a decision" : "wait for a decision"),
        one ? "A rule refused it, or doubts it."
            : "Rules refused them, or doubt them.");
    overview_need_link(item, "/quarantine",
                       is_operator(p) ? "Decide" : "Look at them");
}

static bool
set_needs(struct page *p, const struct overview *o, const struct verdict *v,
          struct err *err)
{
    bool any = p->user->alerts > 0 || o->n_trouble > 0 || v->stuck != NULL ||
               v->stale > 0 || v->none > 0 || o->open_rows > 0;
    for (size_t i = 0; i < o->n_models; i++)
        any |= is(o->models[i].newest_state, "refused");
    if (!any)
        return true;
    struct view *list = view_add(p->view, "NEEDS");
    if (p->user->alerts > 0 && !overview_incidents(p, list, err))
        return false;
    if (v->stuck != NULL) {
        struct view *item = overview_need(
            list, "bad", "failed",
            arena_printf(p->a, "Run %lld has waited for %s",
                         (long long)v->stuck->id,
                         fmt_duration(p->a, (double)v->stuck->waits_s)),
            "No worker takes it. Start one: quotemill work, or the service "
            "quotemill-work.");
        overview_need_link(
            item, arena_printf(p->a, "/runs/%lld", (long long)v->stuck->id),
            "Look at the run");
    }
    for (size_t i = 0; i < o->n_trouble; i++)
        need_trouble(p, list, &o->trouble[i]);
    /* A run that failed says by itself which sources it did not bring. */
    if (o->n_trouble == 0) {
        need_sources(p, list, o, "stale", "stale");
        need_sources(p, list, o, "none", "without any data");
    }
    need_decisions(p, list, o);
    need_models(p, list, o);
    return true;
}

static void
set_runs(struct page *p, struct view *v, const struct overview *o)
{
    for (size_t i = 0; i < o->n_under_way; i++) {
        struct view *now = view_add(v, "UNDER_WAY");
        view_set_i64(now, "RUN_ID", o->under_way[i].id);
        show_state(p->a, now, "", o->under_way[i].state);
    }
    if (o->last != NULL) {
        struct view *last = view_add(v, "LAST_RUN");
        view_set_i64(last, "RUN_ID", o->last->id);
        show_state(p->a, last, "", o->last->state);
        page_set_time(p, last, "ENDED", o->last->finished_at, p->real_ts);
        view_set(last, "TOOK", fmt_duration(p->a, o->last->seconds));
        view_set(last, "ROWS_NEW", fmt_count(p->a, o->last->rows_new));
    }
    if (o->next_due != 0) {
        struct view *next = view_add(v, "NEXT_RUN");
        page_set_time(p, next, "DUE", o->next_due, p->now_ts);
        view_set(next, "NEXT_NAME", o->next_name);
    } else {
        view_show(v, "NO_NEXT_RUN");
    }
}

static const char *
runs_of_day(struct arena *a, int64_t n)
{
    return n >= OVERVIEW_DAY_RUNS
               ? arena_printf(a, "%d or more runs", OVERVIEW_DAY_RUNS)
               : fmt_plural(a, n, "run", "runs");
}

static void
set_beat(struct page *p, struct view *strip, const struct overview_beat *beat)
{
    struct view *v = view_add(strip, "BEAT");
    const char *day = date_format_day(p->a, beat->day_ts);
    if (beat->n == 0) {
        view_show(v, "BEAT_NONE");
        view_setf(v, "BEAT_WORDS", "%s: no run", day);
        return;
    }
    view_show(v, "BEAT_RUNS");
    view_set(v, "BEAT_STATE", show_class(beat->state));
    view_set(v, "BEAT_SHAPE", show_shape(beat->state));
    view_setf(v, "BEAT_WORDS", "%s: %s, %s", day, runs_of_day(p->a, beat->n),
              show_word(beat->state));
    bool good = is(beat->state, "succeeded");
    if (beat->n > 1 && good)
        view_setf(v, "BEAT_URL", "/runs?from=%s&to=%s", day, day);
    else
        view_setf(v, "BEAT_URL", "/runs/%lld", (long long)beat->run_id);
}

static void
set_strips(struct page *p, struct view *v, const struct overview *o)
{
    for (size_t i = 0; i < o->n_strips; i++) {
        const struct overview_strip *s = &o->strips[i];
        struct view *strip = view_add(v, "STRIP");
        view_set(strip, "STRIP_NAME", s->name != NULL ? s->name : "By hand");
        int bad = 0, days = 0;
        for (int d = 0; d < OVERVIEW_DAYS; d++) {
            set_beat(p, strip, &s->beats[d]);
            const char *tone = show_tone(s->beats[d].state);
            days += s->beats[d].n > 0;
            bad += is(tone, "bad") || is(tone, "warn");
        }
        view_setf(strip, "STRIP_TEXT", "%s with runs, %s",
                  fmt_plural(p->a, days, "day", "days"),
                  bad == 0 ? "all good"
                           : arena_printf(p->a, "%d with trouble", bad));
    }
}

static int
rank(const struct source *f)
{
    static const char *const order[] = {"stale", "none", "late", "fresh"};
    for (size_t i = 0; i < COUNT_OF(order); i++)
        if (is(f->state, order[i]))
            return (int)i;
    return COUNT_OF(order);
}

static int
by_trouble(const void *x, const void *y)
{
    const struct source *fx = x, *fy = y;
    int by_rank = rank(fx) - rank(fy);
    return by_rank != 0 ? by_rank : strcmp(fx->symbol, fy->symbol);
}

static void
set_freshness(struct page *p, const struct overview *o)
{
    if (o->n_sources == 0)
        return;
    struct view *v = view_add(p->view, "FRESHNESS");
    view_setf(
        v, "INSTRUMENTS_TEXT",
        o->n_sources >= SOURCE_MAX ? "All instruments, %s and more" : "All %s",
        fmt_plural(p->a, (int64_t)o->n_sources, "instrument", "instruments"));
    qsort(o->sources, o->n_sources, sizeof *o->sources, by_trouble);
    for (size_t i = 0; i < o->n_sources && i < FRESH_ROWS; i++)
        show_source(p, view_add(v, "FRESH_ROW"), &o->sources[i]);
}

static void
set_provider(struct page *p, const struct overview_provider *it)
{
    struct view *v = view_add(p->view, "PROVIDER");
    view_set(v, "PROVIDER_TITLE", it->title);
    view_setf(v, "PROVIDER_RATE", "%s a minute, %s at once",
              fmt_count(p->a, (int64_t)it->rate_per_minute),
              fmt_count(p->a, (int64_t)it->burst));
    if (!it->enabled) {
        view_show(v, "DISABLED");
    } else if (it->blocked_s > 0) {
        view_set(view_add(v, "BLOCKED"), "BLOCKED_FOR",
                 fmt_duration(p->a, it->blocked_s));
    } else {
        struct view *left = view_add(v, "LEFT");
        view_setf(left, "LEFT_TEXT", "%s of %s",
                  fmt_count(p->a, (int64_t)it->tokens),
                  fmt_count(p->a, (int64_t)it->burst));
        view_setf(left, "LEFT_BAR", "%.0f", 100 * it->tokens / it->burst);
    }
    if (it->success_at != 0)
        page_set_time(p, v, "SUCCESS", it->success_at, p->real_ts);
    else
        view_show(v, "NO_SUCCESS");
    if (it->fault_at == 0) {
        view_show(v, "NO_FAULT");
        return;
    }
    struct view *fault = view_add(v, "FAULT");
    view_set_i64(fault, "FAULT_RUN", it->fault_run);
    view_set(fault, "FAULT_TEXT", show_fault(it->fault_kind));
    page_set_time(p, fault, "FAULT_AT", it->fault_at, p->real_ts);
}

static void
set_models(struct page *p, const struct overview *o)
{
    if (o->n_models == 0)
        view_show(p->view, "NO_MODEL");
    for (size_t i = 0; i < o->n_models; i++) {
        const struct model_item *m = &o->models[i];
        struct view *v = view_add(p->view, "MODEL");
        view_set(v, "MODEL_NAME", m->name);
        view_set(v, "MODEL_TITLE", m->title);
        if (is(m->newest_state, "refused"))
            view_set_i64(view_add(v, "MODEL_REFUSED"), "REFUSED_VERSION",
                         m->newest);
        if (m->active == 0) {
            view_show(v, "MODEL_EMPTY");
            continue;
        }
        struct view *active = view_add(v, "MODEL_ACTIVE");
        view_set_i64(active, "VERSION", m->active);
        page_set_time(p, active, "FITTED", m->fitted_at, p->now_ts);
        view_set(active, "HOLDOUT_RMSE", fmt_price(p->a, m->holdout_rmse));
        view_set(active, "MODEL_UNIT", m->unit);
        view_set(active, "R2", fmt_number(p->a, m->r2, 4));
    }
}

static void
set_checklist(struct page *p, const struct overview *o)
{
    page_title(p, "Overview", NULL);
    view_set(p->view, "VERDICT_TONE", "idle");
    view_set(p->view, "VERDICT_SHAPE", "queued");
    view_set(p->view, "VERDICT_WORDS", "Nothing has run yet");
    struct view *v = view_add(p->view, "CHECKLIST");
    if (o->n_sources > 0)
        view_show(v, "HAS_SOURCES");
    view_set(v, "SOURCES_SHAPE", o->n_sources > 0 ? "succeeded" : "none");
    if (o->n_sources > 0)
        view_setf(v, "SOURCES_TEXT",
                  "%s ready to be fetched, each with its providers.",
                  fmt_plural(p->a, (int64_t)o->n_sources, "instrument",
                             "instruments"));
    else
        view_set(v, "SOURCES_TEXT",
                 "There is none: add one with quotemill instrument add.");
    if (o->next_due != 0)
        view_setf(
            v, "SCHEDULE_TEXT",
            "The schedule \u201c%s\u201d starts the next run by itself, %s.",
            o->next_name, fmt_relative(p->a, o->next_due, p->now_ts));
    else
        view_set(v, "SCHEDULE_TEXT",
                 "No schedule is enabled: runs start only by hand.");
}

bool
page_overview(struct page *p, struct err *err)
{
    struct overview o;
    if (!overview_get(p->a, p->db, p->now_ts, p->real_ts, &o, err))
        return false;
    if (o.simulated)
        view_show_all(p->layout, "SIMULATED");
    if (o.last == NULL && o.n_under_way == 0) {
        set_checklist(p, &o);
        if (p->user->alerts > 0 &&
            !overview_incidents(p, view_add(p->view, "NEEDS"), err))
            return false;
    } else {
        struct verdict verdict = judge(&o);
        set_verdict(p, &o, &verdict);
        if (!set_needs(p, &o, &verdict, err))
            return false;
        struct view *runs = view_add(p->view, "RUNS");
        set_runs(p, runs, &o);
        set_strips(p, runs, &o);
        set_freshness(p, &o);
    }
    for (size_t i = 0; i < o.n_providers; i++)
        set_provider(p, &o.providers[i]);
    set_models(p, &o);
    return true;
}
