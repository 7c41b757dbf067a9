/* One run: what became of it, step by step and source by source, and its
 * log; live while it lasts (static/live.js fetches this page again). */
#include "cgi/page.h"
#include "cgi/show.h"
#include "cgi/wake.h"
#include "core/run.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum { LOG_LINES = 500, REFRESH_S = 3, NAMES = 5 };

/* A run with all that its page tells. */
struct run_page {
    struct run run;
    struct run_step *steps;
    size_t n_steps;
    const char **failed; /* names of sources, each once */
    size_t n_failed;
    bool ended;
};

static bool
is(const char *state, const char *name)
{
    return strcmp(state, name) == 0;
}

static bool
run_id(struct page *p, int64_t *id, struct err *err)
{
    const char *text = page_param(p, "id");
    if (!number_parse_i64(text, strlen(text), id) || *id <= 0)
        return err_set(err, ERR_MISSING, "there is no run %.40s", text);
    return true;
}

static void
find_failed(struct arena *a, struct run_page *r)
{
    size_t max = 0;
    for (size_t i = 0; i < r->n_steps; i++)
        max += r->steps[i].n_sources;
    r->failed = arena_array(a, max, sizeof *r->failed);
    for (size_t i = 0; i < r->n_steps; i++) {
        for (size_t k = 0; k < r->steps[i].n_sources; k++) {
            const struct run_source *s = &r->steps[i].sources[k];
            bool known = !is(s->state, "failed");
            for (size_t j = 0; j < r->n_failed && !known; j++)
                known = is(r->failed[j], s->source);
            if (!known)
                r->failed[r->n_failed++] = s->source;
        }
    }
}

static bool
read_run(struct page *p, struct run_page *r, struct err *err)
{
    int64_t id;
    *r = (struct run_page){0};
    if (!run_id(p, &id, err) || !run_get(p->a, p->db, id, &r->run, err) ||
        !run_step_list(p->a, p->db, id, &r->steps, &r->n_steps, err))
        return false;
    r->ended = !is(r->run.state, "queued") && !is(r->run.state, "running");
    find_failed(p->a, r);
    return true;
}

static const char *
progress_words(struct arena *a, const struct run_page *r)
{
    for (size_t i = 0; i < r->n_steps; i++) {
        const struct run_step *s = &r->steps[i];
        if (!is(s->state, "running"))
            continue;
        size_t done = 0;
        for (size_t k = 0; k < s->n_sources; k++)
            done += !is(s->sources[k].state, "queued") &&
                    !is(s->sources[k].state, "running");
        if (s->n_sources == 0)
            return arena_printf(a, "The %s step is under way", s->kind);
        return arena_printf(a, "The %s step is under way: %zu of %zu done",
                            s->kind, done, s->n_sources);
    }
    return "The worker has the run and is about to start";
}

static const char *
headline(struct arena *a, const struct run_page *r)
{
    const struct run *run = &r->run;
    if (is(run->state, "queued"))
        return run->attempt > 0 ? "Waiting for its next attempt"
                                : "Waiting for a worker";
    if (is(run->state, "running"))
        return progress_words(a, r);
    if (is(run->state, "succeeded"))
        return run->rows_new + run->rows_changed > 0
                   ? arena_printf(a, "Succeeded: %s",
                                  fmt_plural(a,
                                             run->rows_new + run->rows_changed,
                                             "row new or changed",
                                             "rows new or changed"))
                   : "Succeeded: there was nothing new";
    if (is(run->state, "cancelled"))
        return run->cancel_by != NULL
                   ? arena_printf(a, "Cancelled by %s", run->cancel_by)
                   : "Cancelled";
    if (r->n_failed > 0)
        return arena_printf(a, "%s: %s failed",
                            is(run->state, "partial") ? "In part" : "Failed",
                            show_names(a, r->failed, r->n_failed, NAMES));
    if (is(run->state, "timed_out"))
        return "The run took too long and was stopped";
    if (is(run->state, "lost"))
        return "The worker was lost, and every attempt is used up";
    return is(run->state, "partial") ? "Succeeded only in part"
                                     : "The run failed";
}

static const char *
more_words(struct arena *a, const struct run_page *r)
{
    const struct run *run = &r->run;
    if (r->n_failed > 0 && is(run->state, "partial"))
        return "What the other sources brought is stored. Each source is told "
               "below, with what happens next.";
    if (run->error != NULL)
        return run->error;
    if (is(run->state, "queued"))
        return "It starts as soon as a worker is free; this page follows it.";
    if (r->ended && !isnan(run->seconds))
        return arena_printf(a, "Took %s.", fmt_duration(a, run->seconds));
    return NULL;
}

/* The first step that did not come to a good end. */
static const char *
retry_step(const struct run_page *r)
{
    for (size_t i = 0; i < r->n_steps; i++)
        if (!is(r->steps[i].state, "succeeded") &&
            !is(r->steps[i].state, "skipped"))
            return r->steps[i].kind;
    return "first";
}

/* Adds name=part for each part of "A, B, C". */
static void
add_parts(struct arena *a, struct buf *url, const char *name, const char *list)
{
    while (list != NULL && *list != '\0') {
        size_t len = strcspn(list, ",");
        show_query(url, name, arena_strndup(a, list, len));
        list += len;
        list += strspn(list, ", ");
    }
}

static void
set_actions(struct page *p, const struct run_page *r)
{
    const struct run *run = &r->run;
    if (p->user->role < ROLE_OPERATOR)
        return;
    struct view *v = view_add(p->view, "ACTIONS");
    if (!r->ended && run->cancel_by == NULL)
        view_show(v, "CAN_CANCEL");
    else if (!r->ended)
        view_set(view_add(v, "CANCELLING"), "CANCEL_BY", run->cancel_by);
    if (r->ended && !is(run->state, "succeeded"))
        view_set(view_add(v, "CAN_RETRY"), "RETRY_STEP", retry_step(r));
    struct buf *url = buf_new(p->a);
    buf_adds(url, "/trigger");
    show_query(url, "mode", run->mode);
    add_parts(p->a, url, "instrument", run->instruments);
    add_parts(p->a, url, "step", run->steps);
    if (run->from_ts != 0)
        show_query(url, "from", date_format_day(p->a, run->from_ts));
    if (run->to_ts != 0)
        show_query(url, "to", date_format_day(p->a, run->to_ts));
    view_set(v, "AGAIN_URL", url->data);
}

static void
set_facts(struct page *p, const struct run *run)
{
    struct view *v = p->view;
    view_set(v, "MODE", show_mode(run->mode));
    view_set(v, "TRIGGER_WORDS", show_trigger(run->trigger));
    view_set(v, "WHO", run->requested_by);
    page_set_time(p, v, "QUEUED", run->queued_at, p->real_ts);
    if (run->started_at != 0)
        page_set_time(p, v, "STARTED", run->started_at, p->real_ts);
    else
        view_show(v, "NOT_STARTED");
    view_set(v, "TOOK", fmt_duration(p->a, run->seconds));
    if (run->attempt > 0)
        view_setf(v, "ATTEMPT", "%lld of %lld", (long long)run->attempt,
                  (long long)run->max_attempts);
    else
        view_set(v, "ATTEMPT", "none yet");
    show_run_rows(p->a, v, run);
    if (run->from_ts != 0 || run->to_ts != 0)
        view_setf(view_add(v, "RANGE"), "RANGE_TEXT", "%s to %s",
                  run->from_ts != 0 ? date_format_day(p->a, run->from_ts)
                                    : "the beginning",
                  run->to_ts != 0 ? date_format_day(p->a, run->to_ts)
                                  : "today");
    if (run->retry_of != 0)
        view_set_i64(view_add(v, "RETRY_OF"), "RETRY_OF_ID", run->retry_of);
    view_set(v, "INSTRUMENTS",
             run->instruments != NULL ? run->instruments : "all active");
    if (run->reason != NULL && run->reason[0] != '\0')
        view_set(view_add(v, "REASON"), "REASON_TEXT", run->reason);
}

static void
set_source(struct page *p, struct view *v, const struct run_source *s)
{
    view_set(v, "SOURCE_NAME", s->source);
    if (s->provider != NULL)
        view_set(view_add(v, "SOURCE_PROVIDER"), "SOURCE_PROVIDER_NAME",
                 s->provider);
    show_state(p->a, v, "SOURCE_", s->state);
    bool quiet = true;
    if (s->error != NULL) {
        struct view *e = view_add(v, "SOURCE_ERROR");
        const char *kind = show_fault(s->error_kind);
        if (kind != NULL && strstr(s->error, kind) == NULL)
            view_setf(e, "SOURCE_ERROR_KIND", "%s: ", kind);
        view_set(e, "SOURCE_ERROR_TEXT", s->error);
        quiet = false;
    }
    if (s->detail != NULL && s->detail[0] != '\0') {
        view_set(view_add(v, "SOURCE_DETAIL"), "SOURCE_DETAIL_TEXT", s->detail);
        quiet = false;
    }
    if (s->next_action != NULL) {
        view_set(view_add(v, "SOURCE_NEXT"), "SOURCE_NEXT_TEXT",
                 s->next_action);
        quiet = false;
    }
    if (quiet)
        view_show(v, "SOURCE_QUIET");
}

static void
set_source_rows(struct page *p, struct view *v, const struct run_source *s)
{
    view_set(v, "SOURCE_NEW", fmt_count(p->a, s->rows_new));
    view_set(v, "SOURCE_SAME", fmt_count(p->a, s->rows_same));
    view_set(v, "SOURCE_CHANGED", fmt_count(p->a, s->rows_changed));
    if (s->rows_refused > 0)
        view_set(view_add(v, "SOURCE_SOME_REFUSED"), "SOURCE_REFUSED",
                 fmt_count(p->a, s->rows_refused));
    else
        view_show(v, "SOURCE_NONE_REFUSED");
}

/* The numbers that mean something in this step: requests where providers are
 * asked, rows where they are stored. */
static void
set_sources(struct page *p, struct view *v, const struct run_step *s)
{
    bool attempts = is(s->kind, "fetch"), rows = is(s->kind, "process");
    if (attempts)
        view_show(v, "WITH_ATTEMPTS");
    if (rows)
        view_show(v, "WITH_ROWS");
    for (size_t i = 0; i < s->n_sources; i++) {
        struct view *row = view_add(v, "SOURCE");
        set_source(p, row, &s->sources[i]);
        if (attempts)
            view_set(view_add(row, "SOURCE_TRIES"), "SOURCE_ATTEMPTS",
                     fmt_count(p->a, s->sources[i].attempts));
        if (rows)
            set_source_rows(p, view_add(row, "SOURCE_ROWS"), &s->sources[i]);
    }
}

static void
set_step(struct page *p, const struct run_step *s)
{
    struct view *v = view_add(p->view, "STEP");
    char *kind = arena_strdup(p->a, s->kind);
    kind[0] = (char)toupper((unsigned char)kind[0]);
    view_set(v, "STEP_KIND", kind);
    show_state(p->a, v, "STEP_", s->state);
    view_set(v, "STEP_TOOK",
             isnan(s->seconds) ? NULL : fmt_duration(p->a, s->seconds));
    if (s->attempt > 1)
        view_setf(view_add(v, "STEP_ATTEMPT"), "STEP_ATTEMPT_TEXT",
                  "%lld of %lld", (long long)s->attempt,
                  (long long)s->max_attempts);
    bool told = s->n_sources > 0 && is(s->sources[0].state, "failed");
    if (s->error != NULL && !told)
        view_set(view_add(v, "STEP_ERROR"), "STEP_ERROR_TEXT", s->error);
    if (s->detail != NULL && s->detail[0] != '\0')
        view_set(view_add(v, "STEP_DETAIL"), "STEP_DETAIL_TEXT", s->detail);
    if (s->n_sources > 0)
        set_sources(p, view_add(v, "SOURCES"), s);
}

static void
set_log_line(struct page *p, const struct run_log_line *line)
{
    struct view *v = view_add(p->view, "LOG_LINE");
    view_set_i64(v, "LOG_ID", line->id);
    if (line->level <= 4)
        view_set(view_add(v, "LOG_LEVEL"), "LOG_CLASS",
                 line->level <= 3 ? "log-error" : "log-warn");
    const char *iso = date_format_iso(p->a, line->at);
    view_set(v, "LOG_ISO", iso);
    view_set(v, "LOG_FULL", page_time(p, line->at));
    view_set(v, "LOG_CLOCK", arena_strndup(p->a, iso + 11, 8));
    view_set(v, "LOG_EVENT", line->event);
    view_set(v, "LOG_TEXT", line->text);
}

static bool
set_log(struct page *p, int64_t id, struct err *err)
{
    const char *text = page_query(p, "log_after");
    int64_t after = 0;
    if (text != NULL && !number_parse_i64(text, strlen(text), &after))
        after = 0;
    struct run_log_line *lines;
    size_t n;
    if (!run_log_list(p->a, p->db, id, after, LOG_LINES + 1, &lines, &n, err))
        return false;
    if (n == 0)
        view_show(p->view, "LOG_EMPTY");
    if (after != 0)
        view_setf(view_add(p->view, "LOG_EARLIER"), "LOG_EARLIER_URL",
                  "/runs/%lld", (long long)id);
    if (n > LOG_LINES) {
        n = LOG_LINES;
        view_setf(view_add(p->view, "LOG_LATER"), "LOG_LATER_URL",
                  "/runs/%lld?log_after=%lld", (long long)id,
                  (long long)lines[n - 1].id);
    }
    for (size_t i = 0; i < n; i++)
        set_log_line(p, &lines[i]);
    return true;
}

bool
page_runs_show(struct page *p, struct err *err)
{
    struct run_page r;
    if (!read_run(p, &r, err))
        return false;
    const struct run *run = &r.run;
    const char *tone = show_tone(run->state);
    page_title(p, arena_printf(p->a, "Run %lld", (long long)run->id),
               strcmp(tone, "good") == 0 ? NULL : show_word(run->state));
    view_set_i64(p->view, "RUN_ID", run->id);
    show_state(p->a, p->view, "", run->state);
    const char *head = headline(p->a, &r);
    const char *more = more_words(p->a, &r);
    view_set(p->view, "HEADLINE", head);
    view_set(p->view, "LIVE_WORDS", head);
    if (more != NULL)
        view_set(view_add(p->view, "MORE"), "MORE_TEXT", more);
    if (r.ended)
        view_show(p->view, "ENDED_RUN");
    else
        view_set_i64(view_add(p->layout, "REFRESH"), "REFRESH_S", REFRESH_S);
    if (run->simulated)
        view_show_all(p->layout, "SIMULATED");
    set_actions(p, &r);
    set_facts(p, run);
    if (r.n_steps == 0)
        view_set(view_add(p->view, "NO_STEPS"), "NO_STEPS_TEXT",
                 r.ended ? "The run ended before its first step."
                         : "The steps appear when a worker takes the run.");
    for (size_t i = 0; i < r.n_steps; i++)
        set_step(p, &r.steps[i]);
    return set_log(p, run->id, err);
}

bool
page_runs_cancel(struct page *p, struct err *err)
{
    int64_t id;
    if (!run_id(p, &id, err) || !run_cancel(p->db, id, p->user->name, err))
        return false;
    return page_redirect(p, "Asked to cancel; what is stored stays.",
                         "/runs/%lld", (long long)id);
}

bool
page_runs_retry(struct page *p, struct err *err)
{
    int64_t id, new_id;
    if (!run_id(p, &id, err) ||
        !run_retry(p->db, id, "console", p->user->name, &new_id, err))
        return false;
    wake_worker();
    return page_redirect(p,
                         arena_printf(p->a,
                                      "Run %lld tries again what failed in "
                                      "run %lld.",
                                      (long long)new_id, (long long)id),
                         "/runs/%lld", (long long)new_id);
}
