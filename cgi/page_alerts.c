/* The list of alert rules, filtered by its address, as a page and as CSV. */
#include "cgi/alert_tabs.h"
#include "cgi/alerts_list.h"
#include "cgi/filter.h"
#include "cgi/request.h"
#include "cgi/show.h"
#include "core/interval.h"
#include "lib/csv.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

static const char *const states[] = {"active", "no_data", "pending", "ok",
                                     "done",   "fault",   "off"};
static const char *const severities[] = {"info", "warning", "critical"};
static const char *const kinds[] = {"series", "pipeline"};
/* names of owners that are no user's */
static const char *const owners[] = {"mine", "installation"};
static const char INSTALLATION[] = "-";

static const char *const fields[] = {"state",    "instrument", "kind",
                                     "severity", "owner",      "search"};

static const char *
given(const struct page *p, const char *field)
{
    const char *value = page_query(p, field);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static const char *
read_owner(const struct page *p)
{
    const char *owner = given(p, "owner");
    if (owner == NULL)
        return NULL;
    if (strcmp(owner, owners[0]) == 0)
        return p->user->name;
    return strcmp(owner, owners[1]) == 0 ? INSTALLATION : owner;
}

static void
set_filter(struct page *p, const struct alert_filter *f)
{
    const char *owner = given(p, "owner");
    filter_options(p, "STATE_OPTION", states, COUNT_OF(states), f->phase);
    filter_options(p, "SEVERITY_OPTION", severities, COUNT_OF(severities),
                   f->severity);
    filter_options(p, "KIND_OPTION", kinds, COUNT_OF(kinds), f->kind);
    filter_options(p, "OWNER_OPTION", owners, COUNT_OF(owners), owner);
    bool is_other = owner != NULL;
    for (size_t i = 0; i < COUNT_OF(owners); i++)
        is_other = is_other && strcmp(owner, owners[i]) != 0;
    if (is_other)
        filter_options(p, "OWNER_OPTION", &owner, 1, owner);
    view_set(p->view, "SEARCH", f->search);
}

bool
alerts_list_filter(struct page *p, struct alert_filter *out, struct err *err)
{
    *out = (struct alert_filter){
        .phase = filter_choice(p, "state", states, COUNT_OF(states)),
        .severity =
            filter_choice(p, "severity", severities, COUNT_OF(severities)),
        .kind = filter_choice(p, "kind", kinds, COUNT_OF(kinds)),
        .owner = read_owner(p),
        .search = given(p, "search"),
        .before = filter_key(p, "before"),
        .after = filter_key(p, "after"),
    };
    if (p->view != NULL)
        set_filter(p, out);
    return filter_instrument(p, &out->symbol, err);
}

const char *
alerts_list_url(struct page *p, const char *path)
{
    return filter_url(p, path, fields, COUNT_OF(fields), NULL, 0);
}

int64_t
alerts_list_clock(const struct page *p, const struct alert_stored *s)
{
    return s->is_pipeline ? p->real_ts : p->now_ts;
}

const char *
alerts_list_state(struct arena *a, const struct alert_stored *s)
{
    if (!s->enabled)
        return "alert_off";
    return s->phase != NULL ? arena_printf(a, "alert_%s", s->phase)
                            : "alert_new";
}

static bool
is_filtered(const struct alert_filter *f)
{
    return f->phase != NULL || f->severity != NULL || f->kind != NULL ||
           f->owner != NULL || f->search != NULL || f->symbol != NULL;
}

/* --- the page --------------------------------------------------------------
 */

static void
set_rule(struct page *p, struct view *v, const struct alert_stored *s)
{
    view_set_i64(v, "RULE_ID", s->id);
    view_set(v, "RULE_NAME", s->name);
    const char *words = alert_stored_words(p->a, s);
    if (strcmp(words, s->name) != 0)
        view_set(view_add(v, "OTHER_WORDS"), "RULE_WORDS", words);
    view_set(v, "RULE_SEVERITY", s->severity);
    view_set(v, "RULE_OWNER", s->owner != NULL ? s->owner : "installation");
    show_state(p->a, v, "", alerts_list_state(p->a, s));
    if (s->enabled && s->since > 0)
        page_set_time(p, v, "SINCE", s->since, alerts_list_clock(p, s));
    if (s->n_active > 1)
        view_set(view_add(v, "MANY_ACTIVE"), "ACTIVE_COUNT",
                 fmt_count(p->a, s->n_active));
    if (s->silenced)
        view_show(v, "SILENCED");
    if (s->fired_at > 0)
        page_set_time(p, v, "FIRED", s->fired_at, alerts_list_clock(p, s));
    else
        view_show(v, "NEVER_FIRED");
    if (s->shared && s->owner != NULL)
        view_show(v, "IS_SHARED");
}

/* What may be done with it: marked, switched. */
static void
set_switch(struct page *p, struct view *row, const struct alert_stored *s)
{
    if (p->user->role < ROLE_OPERATOR)
        return;
    struct view *v = view_add(row, "CELLS");
    struct view *mark = view_add(row, "MARK_CELL");
    if (!s->may_change)
        return;
    view_set_i64(view_add(mark, "MARK"), "MARK_ID", s->id);
    struct view *one = view_add(v, "SWITCH");
    view_set_i64(one, "SWITCH_ID", s->id);
    view_set(one, "SWITCH_TO", s->enabled ? "disable" : "enable");
    view_set(one, "SWITCH_WORDS", s->enabled ? "Switch off" : "Switch on");
}

static int64_t
rule_id(const void *rows, size_t i)
{
    return ((const struct alert_stored *)rows)[i].id;
}

static void
set_table(struct page *p, const struct alert_filter *f,
          const struct alert_stored *rules, size_t n)
{
    struct view *some = view_add(p->view, "SOME");
    size_t first, active = 0, mine = 0;
    filter_set_pages(p, some,
                     &(struct filter_page){.path = "/alerts",
                                           .fields = fields,
                                           .n_fields = COUNT_OF(fields),
                                           .before = f->before,
                                           .after = f->after,
                                           .one = "rule",
                                           .several = "rules",
                                           .id = rule_id},
                     rules, &first, &n);
    rules += first;
    if (p->user->role >= ROLE_OPERATOR)
        view_show(some, "CELL_HEADS");
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(some, "RULE");
        set_rule(p, v, &rules[i]);
        set_switch(p, v, &rules[i]);
        active += rules[i].enabled && rules[i].n_active > 0;
        mine += rules[i].may_change;
    }
    if (mine > 0)
        view_show(some, "BULK");
    if (active > 0)
        page_title(p, "Alerts", arena_printf(p->a, "▲ %zu active", active));
}

bool
page_alerts_list(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct alert_filter f;
    struct alert_stored *rules;
    size_t n;
    page_title(p, "Alerts", NULL);
    alert_tabs(p, "/alerts");
    if (!alerts_list_filter(p, &f, err))
        return false;
    view_set(p->view, "CSV_URL", alerts_list_url(p, "/alerts.csv"));
    view_set(p->view, "JSON_URL", alerts_list_url(p, "/alerts/export.json"));
    view_set(p->view, "BULK_URL", alerts_list_url(p, "/alerts/bulk"));
    view_set(p->view, "LIST_URL", alerts_list_url(p, "/alerts"));
    if (is_filtered(&f))
        view_show(p->view, "FILTERED");
    if (page_has_errors(p))
        return true;
    f.limit = FILTER_PAGE_ROWS;
    if (!alert_stored_list(p->a, p->db, &who, &f, &rules, &n, err))
        return false;
    if (n > 0)
        set_table(p, &f, rules, n);
    else
        view_show(p->view, is_filtered(&f) || f.before != 0 || f.after != 0
                               ? "NONE_FOUND"
                               : "NONE_YET");
    return true;
}

/* --- CSV -------------------------------------------------------------------
 */

static void
csv_text(struct buf *out, const char *text)
{
    buf_addc(out, ',');
    csv_put(out, ',', text != NULL ? text : "");
}

static void
csv_time(struct arena *a, struct buf *out, int64_t ts)
{
    csv_text(out, ts > 0 ? date_format_iso(a, ts) : "");
}

static void
csv_rule(struct arena *a, struct buf *out, const struct alert_stored *s)
{
    buf_adds(out, fmt_i64(a, s->id));
    csv_text(out, s->name);
    csv_text(out, s->enabled ? s->phase : "off");
    csv_text(out, s->is_pipeline ? "pipeline" : "series");
    csv_text(out, s->severity);
    csv_text(out, s->symbol);
    csv_text(out, s->is_pipeline ? "" : interval_name(s->rule.interval_s));
    csv_text(out, alert_stored_words(a, s));
    csv_time(a, out, s->since);
    csv_time(a, out, s->fired_at);
    csv_text(out, isnan(s->value) ? "" : fmt_f64(a, s->value));
    csv_text(out, s->owner);
    csv_text(out, fmt_bool(s->shared));
    buf_adds(out, "\r\n");
}

/* Appends the next rows; false in *more when there are no others. */
static bool
csv_part(struct page *p, struct alert_filter *f, bool *more, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct arena *a = arena_new();
    struct alert_stored *rules;
    size_t n = 0;
    bool ok = alert_stored_list(a, p->db, &who, f, &rules, &n, err);
    *more = ok && n > (size_t)f->limit;
    n -= *more ? 1 : 0;
    for (size_t i = 0; ok && i < n; i++)
        csv_rule(a, p->out, &rules[i]);
    if (ok && n > 0)
        f->before = rules[n - 1].id;
    arena_free(a);
    return ok;
}

bool
page_alerts_csv(struct page *p, struct err *err)
{
    struct alert_filter f;
    if (!alerts_list_filter(p, &f, err))
        return false;
    if (page_has_errors(p))
        return err_set(err, ERR_INPUT, "this is not a filter of rules");
    f.before = f.after = 0;
    f.limit = FILTER_CSV_ROWS;
    page_type(p, "text/csv; charset=utf-8");
    page_header(p, "Content-Disposition",
                "attachment; filename=\"alerts.csv\"");
    buf_adds(p->out,
             "id,name,state,kind,severity,symbol,interval,what,since,fired_at,"
             "value,owner,shared\r\n");
    for (bool more = true; more;)
        if (!csv_part(p, &f, &more, err))
            return false;
    return true;
}
