/* The list of runs, filtered by its address, as a page and as CSV. */
#include "cgi/page.h"
#include "cgi/show.h"
#include "core/instrument_list.h"
#include "core/run.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"

#include <math.h>
#include <string.h>

enum { PAGE_ROWS = 40, CSV_ROWS = 1000, SCOPE_CHARS = 60 };

static const char *const states[] = {"queued",  "running", "succeeded",
                                     "partial", "failed",  "cancelled"};
static const char *const triggers[] = {"timer", "console", "api", "cli",
                                       "upload"};
static const char *const modes[] = {"incremental", "full_refresh", "backfill"};

static const char *
words_of(struct arena *a, const char *name)
{
    char *words = arena_strdup(a, name);
    for (char *s = words; *s != '\0'; s++)
        if (*s == '_')
            *s = ' ';
    return words;
}

/* One of the names, or NULL for "" and absent; others are the visitor's
 * mistake. */
static const char *
choice(struct page *p, const char *field, const char *const *names, size_t n)
{
    const char *value = page_query(p, field);
    if (value == NULL || value[0] == '\0')
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (strcmp(value, names[i]) == 0)
            return names[i];
    page_field_error(
        p, field, arena_printf(p->a, "There is no %s \"%.40s\"", field, value));
    return NULL;
}

static int64_t
day(struct page *p, const char *field)
{
    const char *value = page_query(p, field);
    int64_t ts = 0;
    if (value != NULL && value[0] != '\0' &&
        !date_parse_day(value, strlen(value), &ts))
        page_field_error(p, field,
                         arena_printf(p->a,
                                      "\"%.40s\" is not a day: write it as "
                                      "2026-11-22",
                                      value));
    return ts;
}

static int64_t
key(struct page *p, const char *field)
{
    const char *value = page_query(p, field);
    int64_t id = 0;
    if (value == NULL || !number_parse_i64(value, strlen(value), &id) || id < 0)
        return 0;
    return id;
}

static struct run_filter
read_filter(struct page *p)
{
    struct run_filter f = {
        .state = choice(p, "state", states, COUNT_OF(states)),
        .trigger = choice(p, "trigger", triggers, COUNT_OF(triggers)),
        .mode = choice(p, "mode", modes, COUNT_OF(modes)),
        .instrument = page_query(p, "instrument"),
        .queued_from_ts = day(p, "from"),
        .queued_to_ts = day(p, "to"),
        .before = key(p, "before"),
        .after = key(p, "after"),
    };
    if (f.instrument != NULL && f.instrument[0] == '\0')
        f.instrument = NULL;
    if (f.queued_to_ts != 0)
        f.queued_to_ts += DAY_S;
    if (f.queued_to_ts != 0 && f.queued_from_ts >= f.queued_to_ts)
        page_field_error(p, "from", "The first day is after the last");
    return f;
}

/* The address of this filter, with or without its place in the list. */
static const char *
filter_url(struct page *p, const char *path, const char *edge, int64_t id)
{
    static const char *const names[] = {"state",      "trigger", "mode",
                                        "instrument", "from",    "to"};
    struct buf *url = buf_new(p->a);
    buf_adds(url, path);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        show_query(url, names[i], page_query(p, names[i]));
    if (edge != NULL)
        show_query(url, edge, fmt_i64(p->a, id));
    return url->data;
}

static bool
is_filtered(const struct run_filter *f)
{
    return f->state != NULL || f->trigger != NULL || f->mode != NULL ||
           f->instrument != NULL || f->queued_from_ts != 0 ||
           f->queued_to_ts != 0;
}

static void
set_options(struct page *p, const char *section, const char *const *names,
            size_t n, const char *selected)
{
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(p->view, section);
        view_set(v, "OPTION", names[i]);
        view_set(v, "LABEL", words_of(p->a, names[i]));
        if (selected != NULL && strcmp(selected, names[i]) == 0)
            view_show(v, "SELECTED");
    }
}

/* An instrument that is not is the visitor's mistake; a run of everything
 * would match it otherwise. */
static bool
check_instrument(struct page *p, const struct run_filter *f,
                 struct instrument_name **names, size_t *n, struct err *err)
{
    if (!instrument_list_names(p->a, p->db, true, names, n, err))
        return false;
    bool known = f->instrument == NULL;
    for (size_t i = 0; i < *n && !known; i++)
        known = strcasecmp(f->instrument, (*names)[i].symbol) == 0;
    if (!known)
        page_field_error(p, "instrument",
                         arena_printf(p->a, "There is no instrument \"%.40s\"",
                                      f->instrument));
    return true;
}

static void
set_filter(struct page *p, const struct run_filter *f,
           const struct instrument_name *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(p->view, "INSTRUMENT_OPTION");
        view_set(v, "OPTION", names[i].symbol);
        view_set(v, "LABEL", names[i].symbol);
        if (f->instrument != NULL &&
            strcasecmp(f->instrument, names[i].symbol) == 0)
            view_show(v, "SELECTED");
    }
    set_options(p, "STATE_OPTION", states, COUNT_OF(states), f->state);
    set_options(p, "TRIGGER_OPTION", triggers, COUNT_OF(triggers), f->trigger);
    set_options(p, "MODE_OPTION", modes, COUNT_OF(modes), f->mode);
    show_day(p->view, "FROM", page_query(p, "from"));
    show_day(p->view, "TO", page_query(p, "to"));
    view_set(p->view, "CSV_URL", filter_url(p, "/runs.csv", NULL, 0));
    if (is_filtered(f))
        view_show(p->view, "FILTERED");
}

static void
set_run(struct page *p, struct view *v, const struct run *run, double longest)
{
    view_set_i64(v, "RUN_ID", run->id);
    show_state(p->a, v, "", run->state);
    const char *reason = show_state_reason(run->state);
    if (reason != NULL)
        view_set(view_add(v, "STATE_REASON"), "STATE_REASON_TEXT", reason);
    else if (run->n_failed > 0)
        view_setf(view_add(v, "STATE_REASON"), "STATE_REASON_TEXT",
                  "%lld of %lld sources", (long long)run->n_failed,
                  (long long)run->n_sources);
    view_set(v, "MODE", show_mode(run->mode));
    if (run->instruments != NULL)
        view_set(view_add(v, "RUN_SCOPE"), "SCOPE_TEXT",
                 show_short(p->a, run->instruments, SCOPE_CHARS));
    page_set_time(p, v, "QUEUED", run->queued_at, p->real_ts);
    view_set(v, "TOOK", fmt_duration(p->a, run->seconds));
    double bar = longest > 0 && run->seconds > 0
                     ? fmax(1, 100 * run->seconds / longest)
                     : 0;
    view_setf(v, "BAR", "%.0f", bar);
    show_run_rows(p->a, v, run);
    view_set(v, "WHO", run->requested_by);
    view_set(v, "TRIGGER_WORDS", show_trigger(run->trigger));
}

/* Cuts the one row that was asked for only to see whether there are more. */
static void
set_pages(struct page *p, struct view *v, const struct run_filter *f,
          struct run **runs, size_t *n)
{
    bool more = *n > PAGE_ROWS;
    bool backward = f->after != 0;
    if (more) {
        if (backward)
            (*runs)++;
        (*n)--;
    }
    bool older = backward || more;
    bool newer = backward ? more : f->before != 0;
    if (newer)
        view_set(view_add(v, "NEWER"), "NEWER_URL",
                 filter_url(p, "/runs", "after", (*runs)[0].id));
    if (older)
        view_set(view_add(v, "OLDER"), "OLDER_URL",
                 filter_url(p, "/runs", "before", (*runs)[*n - 1].id));
    if (!older && !newer)
        view_set(view_add(v, "WHOLE"), "COUNT_TEXT",
                 fmt_plural(p->a, (int64_t)*n, "run", "runs"));
}

static void
set_table(struct page *p, const struct run_filter *f, struct run *runs,
          size_t n)
{
    if (page_has_errors(p))
        return;
    if (n == 0) {
        bool any = is_filtered(f) || f->before != 0 || f->after != 0;
        view_show(p->view, any ? "NONE_FOUND" : "NONE_YET");
        return;
    }
    struct view *some = view_add(p->view, "SOME");
    set_pages(p, some, f, &runs, &n);
    double longest = 0;
    bool simulated = false;
    for (size_t i = 0; i < n; i++) {
        longest = fmax(longest, runs[i].seconds);
        simulated |= runs[i].simulated;
    }
    for (size_t i = 0; i < n; i++)
        set_run(p, view_add(some, "RUN"), &runs[i], longest);
    if (simulated)
        view_show_all(p->layout, "SIMULATED");
}

bool
page_runs_list(struct page *p, struct err *err)
{
    page_title(p, "Runs", NULL);
    struct run_filter f = read_filter(p);
    struct instrument_name *names;
    size_t n_names;
    if (!check_instrument(p, &f, &names, &n_names, err))
        return false;
    set_filter(p, &f, names, n_names);
    struct run *runs = NULL;
    size_t n = 0;
    f.limit = PAGE_ROWS + 1;
    if (!page_has_errors(p) && !run_list(p->a, p->db, &f, &runs, &n, err))
        return false;
    set_table(p, &f, runs, n);
    return true;
}

/* A field of RFC 4180; quoted only where it must be. */
static void
csv_text(struct buf *out, const char *text)
{
    if (text == NULL)
        return;
    if (strpbrk(text, "\",\r\n") == NULL) {
        buf_adds(out, text);
        return;
    }
    buf_addc(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_addc(out, '"');
        buf_addc(out, *text);
    }
    buf_addc(out, '"');
}

static void
csv_time(struct arena *a, struct buf *out, int64_t ts)
{
    buf_addc(out, ',');
    if (ts != 0)
        buf_adds(out, date_format_iso(a, ts));
}

static void
csv_run(struct arena *a, struct buf *out, const struct run *run)
{
    buf_addf(out, "%lld,%s,%s,%s,", (long long)run->id, run->state,
             run->trigger, run->mode);
    csv_text(out, run->requested_by);
    csv_time(a, out, run->queued_at);
    csv_time(a, out, run->started_at);
    csv_time(a, out, run->finished_at);
    buf_addc(out, ',');
    if (!isnan(run->seconds))
        buf_addf(out, "%.3f", run->seconds);
    buf_addf(out, ",%lld,%lld,%lld,%lld,%lld,%lld,", (long long)run->rows_new,
             (long long)run->rows_same, (long long)run->rows_changed,
             (long long)run->rows_refused, (long long)run->n_sources,
             (long long)run->n_failed);
    csv_text(out, run->instruments);
    buf_addc(out, ',');
    csv_text(out, run->error);
    buf_adds(out, "\r\n");
}

/* Appends the next rows; false in `more` when there are no others. Their
 * memory is given back at once, so a long list costs only its text. */
static bool
csv_part(struct page *p, struct run_filter *f, bool *more, struct err *err)
{
    struct arena *a = arena_new();
    struct run *runs;
    size_t n = 0;
    bool ok = run_list(a, p->db, f, &runs, &n, err);
    for (size_t i = 0; ok && i < n; i++)
        csv_run(a, p->out, &runs[i]);
    *more = ok && n == (size_t)f->limit;
    if (ok && n > 0)
        f->before = runs[n - 1].id;
    arena_free(a);
    return ok;
}

bool
page_runs_csv(struct page *p, struct err *err)
{
    struct run_filter f = read_filter(p);
    struct instrument_name *names;
    size_t n;
    if (!check_instrument(p, &f, &names, &n, err))
        return false;
    if (page_has_errors(p))
        return err_set(err, ERR_INPUT, "this is not a filter of runs");
    f.before = f.after = 0;
    f.limit = CSV_ROWS;
    page_type(p, "text/csv; charset=utf-8");
    page_header(p, "Content-Disposition", "attachment; filename=\"runs.csv\"");
    buf_adds(p->out,
             "id,state,trigger,mode,requested_by,queued_at,started_at,"
             "finished_at,seconds,rows_new,rows_same,rows_changed,"
             "rows_refused,sources,sources_failed,instruments,error\r\n");
    for (bool more = true; more;)
        if (!csv_part(p, &f, &more, err))
            return false;
    return true;
}
