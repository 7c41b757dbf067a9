/* The list of runs, filtered by its address, as a page and as CSV. */
#include "cgi/filter.h"
#include "cgi/page.h"
#include "cgi/show.h"
#include "core/run.h"
#include "lib/csv.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>

enum { SCOPE_CHARS = 60 };

static const char *const states[] = {"queued",  "running", "succeeded",
                                     "partial", "failed",  "cancelled"};
static const char *const triggers[] = {"timer", "console", "api", "cli",
                                       "upload"};
static const char *const modes[] = {"incremental", "full_refresh", "backfill"};

static const char *const fields[] = {"state",      "trigger", "mode",
                                     "instrument", "from",    "to"};

static bool
read_filter(struct page *p, struct run_filter *f, struct err *err)
{
    *f = (struct run_filter){
        .state = filter_choice(p, "state", states, COUNT_OF(states)),
        .trigger = filter_choice(p, "trigger", triggers, COUNT_OF(triggers)),
        .mode = filter_choice(p, "mode", modes, COUNT_OF(modes)),
        .before = filter_key(p, "before"),
        .after = filter_key(p, "after"),
    };
    filter_days(p, &f->queued_from_ts, &f->queued_to_ts);
    return filter_instrument(p, &f->instrument, err);
}

static bool
is_filtered(const struct run_filter *f)
{
    return f->state != NULL || f->trigger != NULL || f->mode != NULL ||
           f->instrument != NULL || f->queued_from_ts != 0 ||
           f->queued_to_ts != 0;
}

static void
set_filter(struct page *p, const struct run_filter *f)
{
    filter_options(p, "STATE_OPTION", states, COUNT_OF(states), f->state);
    filter_options(p, "TRIGGER_OPTION", triggers, COUNT_OF(triggers),
                   f->trigger);
    filter_options(p, "MODE_OPTION", modes, COUNT_OF(modes), f->mode);
    show_day(p->view, "FROM", page_query(p, "from"));
    show_day(p->view, "TO", page_query(p, "to"));
    view_set(p->view, "CSV_URL",
             filter_url(p, "/runs.csv", fields, COUNT_OF(fields), NULL, 0));
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

static int64_t
run_id(const void *rows, size_t i)
{
    return ((const struct run *)rows)[i].id;
}

static void
set_table(struct page *p, const struct run_filter *f, const struct run *runs,
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
    size_t first;
    filter_set_pages(p, some,
                     &(struct filter_page){.path = "/runs",
                                           .fields = fields,
                                           .n_fields = COUNT_OF(fields),
                                           .before = f->before,
                                           .after = f->after,
                                           .one = "run",
                                           .several = "runs",
                                           .id = run_id},
                     runs, &first, &n);
    runs += first;
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
    struct run_filter f;
    if (!read_filter(p, &f, err))
        return false;
    set_filter(p, &f);
    struct run *runs = NULL;
    size_t n = 0;
    f.limit = FILTER_PAGE_ROWS + 1;
    if (!page_has_errors(p) && !run_list(p->a, p->db, &f, &runs, &n, err))
        return false;
    set_table(p, &f, runs, n);
    return true;
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
    csv_put(out, ',', run->requested_by);
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
    csv_put(out, ',', run->instruments);
    buf_addc(out, ',');
    csv_put(out, ',', run->error);
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
    struct run_filter f;
    if (!read_filter(p, &f, err))
        return false;
    if (page_has_errors(p))
        return err_set(err, ERR_INPUT, "this is not a filter of runs");
    f.before = f.after = 0;
    f.limit = FILTER_CSV_ROWS;
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
