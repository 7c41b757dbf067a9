/* The quarantine desk's list: rows by rule and instrument, filtered by the
 * address; as CSV; and decisions about many of them. */
#include "cgi/filter.h"
#include "cgi/quarantine_page.h"
#include "cgi/show.h"
#include "cgi/wake.h"
#include "core/interval.h"
#include "lib/config.h"
#include "lib/csv.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"

#include <math.h>
#include <string.h>

enum { VALUE_CHARS = 60, RULE_CHARS = 120 };

static bool
is(const char *text, const char *name)
{
    return text != NULL && strcmp(text, name) == 0;
}

static bool
is_operator(const struct page *p)
{
    return p->user != NULL && p->user->role >= ROLE_OPERATOR;
}

static bool
is_flag(const char *severity)
{
    return is(severity, "flag");
}

static const char *
row_time(const struct page *p, int64_t ts, int32_t interval_s)
{
    if (ts == SERIES_NO_TS)
        return "no time";
    return interval_s % DAY_S == 0 ? date_format_day(p->a, ts)
                                   : page_time(p, ts);
}

/* "all 312 rows", or "the newest 10 000 rows". */
static const char *
total_words(struct arena *a, int64_t total)
{
    if (total == 1)
        return "the one row";
    return arena_printf(
        a, total >= DESK_ROWS_MAX ? "the newest %s rows" : "all %s rows",
        fmt_count(a, total));
}

/* --- the filter ------------------------------------------------------------
 */

static const char *const fields[] = {"state", "instrument", "rule", "severity",
                                     "load",  "from",       "to"};

static const char *const states[] = {"open", "accepted", "corrected",
                                     "rejected", "all"};
static const struct {
    const char *name, *label;
} severities[] = {{"refuse", "refused"}, {"flag", "doubtful"}};

static const char *
read_severity(struct page *p)
{
    const char *names[COUNT_OF(severities)];
    for (size_t i = 0; i < COUNT_OF(severities); i++)
        names[i] = severities[i].name;
    const char *chosen = filter_choice(p, "severity", names, COUNT_OF(names));
    for (size_t i = 0; p->view != NULL && i < COUNT_OF(severities); i++) {
        struct view *v = view_add(p->view, "SEVERITY_OPTION");
        view_set(v, "OPTION", severities[i].name);
        view_set(v, "LABEL", severities[i].label);
        if (chosen == names[i])
            view_show(v, "SELECTED");
    }
    return chosen;
}

static bool
read_rule(struct page *p, const char **rule, struct err *err)
{
    const char *const *names;
    size_t n;
    if (!desk_rules(p->a, p->db, &names, &n, err))
        return false;
    *rule = filter_choice(p, "rule", names, n);
    if (p->view != NULL)
        filter_options(p, "RULE_OPTION", names, n, *rule);
    return true;
}

/* Reads the filter and fills the options of its form, where there is one.
 * Without a state it is that of the open rows; *is_good is false when the
 * address has something that is no filter, which is marked then. */
static bool
read_filter(struct page *p, struct desk_filter *out, bool *is_good,
            struct err *err)
{
    bool had_errors = page_has_errors(p);
    const char *state = filter_choice(p, "state", states, COUNT_OF(states));
    if (state == NULL)
        state = states[0];
    *out = (struct desk_filter){
        .state = strcmp(state, "all") == 0 ? NULL : state,
        .severity = read_severity(p),
        .load_id = filter_key(p, "load"),
        .before = filter_key(p, "before"),
        .after = filter_key(p, "after"),
    };
    filter_days(p, &out->from_ts, &out->to_ts);
    if (!read_rule(p, &out->rule, err) ||
        !filter_instrument(p, &out->symbol, err))
        return false;
    *is_good = had_errors || !page_has_errors(p);
    if (p->view == NULL)
        return true;
    filter_options(p, "STATE_OPTION", states, COUNT_OF(states), state);
    show_day(p->view, "FROM", page_query(p, "from"));
    show_day(p->view, "TO", page_query(p, "to"));
    if (out->load_id != 0)
        view_set_i64(view_add(p->view, "OF_LOAD"), "LOAD_ID", out->load_id);
    return true;
}

/* --- what may be decided about all rows of a filter ----------------------- */

/* The verdicts that fit rows of a state (NULL: of any). */
static size_t
fitting(const char *state, enum desk_verdict out[3])
{
    size_t n = 0;
    if (state == NULL || is(state, "open")) {
        out[n++] = DESK_ACCEPT;
        out[n++] = DESK_REJECT;
    }
    if (!is(state, "open"))
        out[n++] = DESK_REOPEN;
    return n;
}

static const struct {
    const char *name, *label, *means;
} words[] = {
    [DESK_ACCEPT] = {"accept", "Accept",
                     "They are right as they came: refused rows are stored, "
                     "doubtful ones stay."},
    [DESK_REJECT] = {"reject", "Reject",
                     "They are wrong: refused rows stay out, doubtful ones "
                     "are taken out of what is stored, and what they had "
                     "replaced comes back."},
    [DESK_REOPEN] = {"reopen", "Reopen",
                     "The decisions about them are taken back, and what these "
                     "did to what is stored."},
};

/* Asks before all rows of the filter are decided about. */
static bool
set_confirm(struct page *p, const struct desk_filter *f,
            const struct desk_count *count)
{
    enum desk_verdict verdict;
    if (!is_operator(p) || count->total == 0 ||
        !quarantine_verdict(page_query(p, "all"), &verdict) ||
        verdict == DESK_CORRECT)
        return false;
    enum desk_verdict fits[3];
    bool fitted = false;
    for (size_t i = fitting(f->state, fits); i-- > 0;)
        fitted |= fits[i] == verdict;
    if (!fitted)
        return false;
    struct view *v = view_add(p->view, "CONFIRM");
    const char *all = total_words(p->a, count->total);
    view_setf(v, "CONFIRM_TITLE", "%s %s of this filter?", words[verdict].label,
              all);
    view_set(v, "CONFIRM_MEANS", words[verdict].means);
    view_setf(v, "CONFIRM_BUTTON", "%s %s", words[verdict].label,
              fmt_plural(p->a, count->total, "row", "rows"));
    view_set(v, "CONFIRM_VERDICT", words[verdict].name);
    if (verdict == DESK_REJECT)
        view_show(v, "CONFIRM_DANGER");
    view_set_i64(v, "CONFIRM_COUNT", count->total);
    view_set_i64(v, "CONFIRM_NEWEST", count->newest_id);
    view_set(v, "CONFIRM_NOTE", page_form(p, "note"));
    return true;
}

/* --- the page --------------------------------------------------------------
 */

/* The address of a group, and of a question about all of it. */
static const char *
group_url(struct page *p, const struct desk_group *g, const char *verdict)
{
    struct buf *url = buf_new(p->a);
    buf_adds(url, "/quarantine");
    show_query(url, "state", page_query(p, "state"));
    show_query(url, "instrument", g->symbol);
    show_query(url, "rule", g->rule);
    show_query(url, "severity", g->severity);
    show_query(url, "load", page_query(p, "load"));
    show_query(url, "from", page_query(p, "from"));
    show_query(url, "to", page_query(p, "to"));
    show_query(url, "all", verdict);
    return url->data;
}

static void
set_group(struct page *p, struct view *v, const struct desk_filter *f,
          const struct desk_group *g)
{
    enum desk_verdict fits[3];
    view_set(v, "GROUP_URL", group_url(p, g, NULL));
    view_set(v, "GROUP_SYMBOL", g->symbol);
    view_set(v, "GROUP_RULE", g->rule);
    view_set(v, "GROUP_WORDS", show_short(p->a, g->rule_words, RULE_CHARS));
    view_set(v, "GROUP_COUNT", fmt_count(p->a, g->n));
    view_set(v, "GROUP_WHAT", is_flag(g->severity) ? "doubtful" : "refused");
    if (g->first_ts == SERIES_NO_TS)
        view_set(v, "GROUP_DAYS", "no time");
    else if (date_day_start(g->first_ts) == date_day_start(g->last_ts))
        view_set(v, "GROUP_DAYS", date_format_day(p->a, g->first_ts));
    else
        view_setf(v, "GROUP_DAYS", "%s to %s",
                  date_format_day(p->a, g->first_ts),
                  date_format_day(p->a, g->last_ts));
    if (!is_operator(p))
        return;
    struct view *may = view_add(v, "MAY_GROUP");
    for (size_t i = 0, n = fitting(f->state, fits); i < n; i++) {
        struct view *link = view_add(may, "GROUP_ALL");
        view_set(link, "GROUP_ALL_URL", group_url(p, g, words[fits[i]].name));
        view_set(link, "GROUP_ALL_LABEL", words[fits[i]].label);
    }
}

static void
set_groups(struct page *p, const struct desk_filter *f,
           const struct desk_count *count)
{
    if (count->n == 0)
        return;
    struct view *all = view_add(p->view, "GROUPS");
    view_setf(all, "GROUPS_TEXT", "%s%s by rule and instrument.",
              count->total >= DESK_ROWS_MAX ? "The newest " : "",
              fmt_plural(p->a, count->total, "row", "rows"));
    if (is_operator(p))
        view_show(all, "MAY_GROUPS");
    for (size_t i = 0; i < count->n; i++)
        set_group(p, view_add(all, "GROUP"), f, &count->groups[i]);
    if (count->n == DESK_GROUPS_MAX)
        view_show(all, "GROUPS_CUT");
}

static void
set_row(struct page *p, struct view *v, const struct desk_row *r)
{
    view_set_i64(v, "ROW_ID", r->id);
    show_state(p->a, v, "", r->state);
    view_set(v, "ROW_WHAT", is_flag(r->severity) ? "doubtful" : "refused");
    view_set(v, "ROW_SYMBOL", r->symbol);
    view_set(v, "ROW_INTERVAL", interval_name(r->interval_s));
    view_set(v, "ROW_TIME", row_time(p, r->ts, r->interval_s));
    view_set(v, "ROW_RULE", r->rule);
    view_set(v, "ROW_WORDS", r->rule_words);
    view_set(v, "ROW_FIELD", r->field);
    view_set(v, "ROW_VALUE",
             r->value[0] == '\0' ? "nothing"
                                 : show_short(p->a, r->value, VALUE_CHARS));
    view_set(v, "ROW_EXPECTED", r->expected);
    view_set(v, "ROW_SOURCE", r->source);
    page_set_time(p, v, "SEEN", r->last_seen_at, p->real_ts);
    if (r->seen > 1)
        view_setf(view_add(v, "ROW_OFTEN"), "ROW_TIMES", "%s times",
                  fmt_count(p->a, r->seen));
}

static int64_t
row_id(const void *rows, size_t i)
{
    return ((const struct desk_row *)rows)[i].id;
}

static void
set_actions(struct page *p, struct view *v, const struct desk_filter *f,
            const struct desk_count *count)
{
    enum desk_verdict fits[3];
    for (size_t i = 0, n = fitting(f->state, fits); i < n; i++) {
        const char *name = words[fits[i]].name;
        struct view *button = view_add(v, "SELECTED_BUTTON");
        view_set(button, "BUTTON_VERDICT", name);
        view_setf(button, "BUTTON_LABEL", "%s selected", words[fits[i]].label);
        if (fits[i] == DESK_REJECT)
            view_show(button, "BUTTON_DANGER");
        struct view *all = view_add(v, "ALL_LINK");
        struct buf *url = buf_new(p->a);
        buf_adds(url, filter_url(p, "/quarantine", fields, COUNT_OF(fields),
                                 NULL, 0));
        show_query(url, "all", name);
        view_set(all, "ALL_URL", url->data);
        view_setf(all, "ALL_LABEL", "%s %s …", words[fits[i]].label,
                  total_words(p->a, count->total));
    }
    view_set(v, "SELECTED_NOTE", page_form(p, "note"));
}

static void
set_table(struct page *p, const struct desk_filter *f,
          const struct desk_count *count, const struct desk_row *rows, size_t n,
          bool is_confirming)
{
    struct view *some = view_add(p->view, "SOME");
    bool simulated = false, may = is_operator(p) && !is_confirming;
    size_t first;
    filter_set_pages(p, some,
                     &(struct filter_page){.path = "/quarantine",
                                           .fields = fields,
                                           .n_fields = COUNT_OF(fields),
                                           .before = f->before,
                                           .after = f->after,
                                           .one = "row",
                                           .several = "rows",
                                           .id = row_id},
                     rows, &first, &n);
    rows += first;
    if (may)
        view_show(some, "MAY_HEAD");
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(some, "ROW");
        set_row(p, v, &rows[i]);
        if (may)
            view_set_i64(view_add(v, "MAY_SELECT"), "SELECT_ID", rows[i].id);
        simulated |= rows[i].simulated;
    }
    if (may)
        set_actions(p, view_add(some, "ACTIONS"), f, count);
    if (simulated)
        view_show_all(p->layout, "SIMULATED");
}

static bool
is_filtered(const struct page *p)
{
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        const char *value = page_query(p, fields[i]);
        if (value != NULL && value[0] != '\0')
            return true;
    }
    return false;
}

static void
set_empty(struct page *p, const struct desk_filter *f)
{
    bool only_state = f->symbol == NULL && f->rule == NULL &&
                      f->severity == NULL && f->load_id == 0 &&
                      f->from_ts == 0 && f->to_ts == 0 && f->before == 0 &&
                      f->after == 0;
    view_show(p->view,
              only_state && is(f->state, "open") ? "NONE_OPEN" : "NONE_FOUND");
}

bool
page_quarantine_list(struct page *p, struct err *err)
{
    struct desk_filter f;
    struct desk_count count = {0};
    struct desk_row *rows;
    size_t n;
    bool is_good;
    page_title(p, "Quarantine", NULL);
    if (!read_filter(p, &f, &is_good, err))
        return false;
    const char *own =
        filter_url(p, "/quarantine.csv", fields, COUNT_OF(fields), NULL, 0);
    view_set(p->view, "CSV_URL", own);
    if (is_filtered(p))
        view_show(p->view, "FILTERED");
    view_set(
        p->view, "DECIDE_URL",
        filter_url(p, "/quarantine/decide", fields, COUNT_OF(fields), NULL, 0));
    view_set(p->view, "LIST_URL",
             filter_url(p, "/quarantine", fields, COUNT_OF(fields), NULL, 0));
    if (!is_good)
        return true;
    f.limit = FILTER_PAGE_ROWS + 1;
    struct desk_filter whole = f;
    whole.before = 0;
    if (!desk_list(p->a, p->db, &f, &rows, &n, err) ||
        !desk_count(p->a, p->db, &whole, &count, err))
        return false;
    bool is_confirming = set_confirm(p, &f, &count);
    if (!is_confirming)
        set_groups(p, &f, &count);
    if (n == 0)
        set_empty(p, &f);
    else
        set_table(p, &f, &count, rows, n, is_confirming);
    return true;
}

/* --- CSV -------------------------------------------------------------------
 */

static void
csv_text(struct buf *out, const char *text)
{
    buf_addc(out, ',');
    csv_put(out, ',', text);
}

static void
csv_time(struct arena *a, struct buf *out, int64_t ts)
{
    csv_text(out, ts == 0 || ts == SERIES_NO_TS ? "" : date_format_iso(a, ts));
}

static void
csv_row(struct arena *a, struct buf *out, const struct desk_row *r)
{
    const double values[] = {r->open, r->high, r->low, r->close, r->volume};
    const char *const texts[] = {r->rule,       r->severity, r->field,
                                 r->value,      r->expected, r->state,
                                 r->decided_by, r->note};
    buf_addf(out, "%lld", (long long)r->id);
    csv_text(out, r->symbol);
    csv_text(out, interval_name(r->interval_s));
    buf_addc(out, ',');
    if (r->ts != SERIES_NO_TS)
        csv_put(out, ',', date_format_iso(a, r->ts));
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        csv_text(out, texts[i]);
    csv_time(a, out, r->decided_at);
    for (size_t i = 0; i < COUNT_OF(values); i++)
        csv_text(out, fmt_f64(a, values[i]));
    buf_addf(out, ",%lld", (long long)r->load_id);
    csv_text(out, r->source);
    buf_addf(out, ",%lld", (long long)r->seen);
    csv_time(a, out, r->created_at);
    csv_time(a, out, r->last_seen_at);
    csv_text(out, r->raw);
    buf_adds(out, "\r\n");
}

/* Appends the next rows; false in `more` when there are no others. */
static bool
csv_part(struct page *p, struct desk_filter *f, bool *more, struct err *err)
{
    struct arena *a = arena_new();
    struct desk_row *rows;
    size_t n = 0;
    bool ok = desk_list(a, p->db, f, &rows, &n, err);
    for (size_t i = 0; ok && i < n; i++)
        csv_row(a, p->out, &rows[i]);
    *more = ok && n == (size_t)f->limit;
    if (ok && n > 0)
        f->before = rows[n - 1].id;
    arena_free(a);
    return ok;
}

bool
page_quarantine_csv(struct page *p, struct err *err)
{
    struct desk_filter f;
    bool is_good;
    if (!read_filter(p, &f, &is_good, err))
        return false;
    if (!is_good)
        return err_set(err, ERR_INPUT, "this is not a filter of quarantine");
    f.before = f.after = 0;
    f.limit = FILTER_CSV_ROWS;
    page_type(p, "text/csv; charset=utf-8");
    page_header(p, "Content-Disposition",
                "attachment; filename=\"quarantine.csv\"");
    buf_adds(p->out,
             "id,instrument,interval,ts,rule,severity,field,value,expected,"
             "state,decided_by,note,decided_at,open,high,low,close,volume,load,"
             "source,seen,created_at,last_seen_at,raw\r\n");
    for (bool more = true; more;)
        if (!csv_part(p, &f, &more, err))
            return false;
    return true;
}

/* --- deciding --------------------------------------------------------------
 */

static int64_t
form_number(const struct page *p, const char *name)
{
    const char *text = page_form(p, name);
    int64_t v;
    return text != NULL && number_parse_i64(text, strlen(text), &v) ? v : 0;
}

/* The rows with a mark. */
static void
read_marked(struct page *p, int64_t **ids, size_t *n)
{
    size_t given;
    const char *const *texts = page_form_all(p, "id", &given);
    *ids = arena_array(p->a, given, sizeof **ids);
    *n = 0;
    for (size_t i = 0; i < given; i++)
        if (number_parse_i64(texts[i], strlen(texts[i]), &(*ids)[*n]))
            (*n)++;
    if (*n == 0)
        page_field_error(p, "rows", "Mark the rows that this is about");
}

/* All rows of the filter that were there when it was asked. */
static bool
read_all(struct page *p, const struct desk_filter *f, int64_t **ids, size_t *n,
         struct err *err)
{
    struct desk_filter whole = *f;
    whole.before = form_number(p, "newest") + 1;
    if (!desk_ids(p->a, p->db, &whole, ids, n, err))
        return false;
    if ((int64_t)*n != form_number(p, "count"))
        page_error(p, arena_printf(p->a,
                                   "Of the rows that you were asked about %s "
                                   "left in this filter: look again",
                                   fmt_plural(p->a, (int64_t)*n, "is", "are")));
    return true;
}

bool
page_quarantine_decide(struct page *p, struct err *err)
{
    struct desk_filter f;
    struct desk_result result;
    struct desk_decision d = {.who = p->user->name,
                              .address = p->address,
                              .note = page_form(p, "note"),
                              .simulated = config()->simulator_url[0] != '\0'};
    int64_t *ids = NULL;
    size_t n = 0;
    bool is_good;
    struct view *view = p->view; /* the list fills it itself */
    p->view = NULL;
    bool ok = read_filter(p, &f, &is_good, err);
    p->view = view;
    if (!ok)
        return false;
    if (!is_good)
        return err_set(err, ERR_INPUT, "this is not a filter of quarantine");
    if (!quarantine_verdict(page_form(p, "verdict"), &d.verdict) ||
        d.verdict == DESK_CORRECT)
        return err_set(err, ERR_INPUT, "there is no such decision");
    quarantine_check_note(p, "note", d.note);
    if (page_form(p, "all") == NULL)
        read_marked(p, &ids, &n);
    else if (!read_all(p, &f, &ids, &n, err))
        return false;
    if (page_has_errors(p))
        return page_quarantine_list(p, err);
    if (!desk_decide_many(p->a, p->db, ids, n, &d, &result, err))
        return false;
    wake_worker();
    return page_redirect(
        p,
        arena_printf(p->a, "%s %s.%s",
                     fmt_plural(p->a, result.n_done, "row was", "rows were"),
                     quarantine_done(d.verdict),
                     quarantine_follows(p->a, &result)),
        "%s", filter_url(p, "/quarantine", fields, COUNT_OF(fields), NULL, 0));
}
