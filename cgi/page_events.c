/* Everything that rules have seen, filtered by its address, as a page and as
 * CSV. */
#include "cgi/alert_tabs.h"
#include "cgi/filter.h"
#include "cgi/incident_page.h"
#include "cgi/request.h"
#include "cgi/show.h"
#include "core/interval.h"
#include "lib/format.h"

#include <string.h>

static const char *const kinds[] = {"fired", "resolved", "data_lost",
                                    "data_back"};
static const char *const tells[] = {"live", "retroactive"};
static const char *const fields[] = {"kind", "told", "instrument", "from",
                                     "to",   "rule", "incident"};

static bool
read_filter(struct page *p, struct incident_line_filter *f, struct err *err)
{
    const char *told = filter_choice(p, "told", tells, COUNT_OF(tells));
    *f = (struct incident_line_filter){
        .kind = filter_choice(p, "kind", kinds, COUNT_OF(kinds)),
        .live_only = told == tells[0] && told != NULL,
        .retroactive_only = told == tells[1] && told != NULL,
        .rule_id = filter_key(p, "rule"),
        .incident_id = filter_key(p, "incident"),
        .before = filter_key(p, "before"),
        .after = filter_key(p, "after"),
    };
    filter_days(p, &f->from_ts, &f->to_ts);
    return filter_instrument(p, &f->symbol, err);
}

static bool
is_filtered(const struct incident_line_filter *f)
{
    return f->kind != NULL || f->symbol != NULL || f->live_only ||
           f->retroactive_only || f->rule_id != 0 || f->incident_id != 0 ||
           f->from_ts != 0 || f->to_ts != 0;
}

static void
set_filter(struct page *p, const struct incident_line_filter *f)
{
    filter_options(p, "KIND_OPTION", kinds, COUNT_OF(kinds), f->kind);
    filter_options(p, "TOLD_OPTION", tells, COUNT_OF(tells),
                   f->live_only          ? tells[0]
                   : f->retroactive_only ? tells[1]
                                         : NULL);
    show_day(p->view, "FROM", page_query(p, "from"));
    show_day(p->view, "TO", page_query(p, "to"));
    if (f->rule_id != 0)
        view_set_i64(view_add(p->view, "OF_RULE"), "RULE_ID", f->rule_id);
    if (f->incident_id != 0)
        view_set_i64(view_add(p->view, "OF_INCIDENT"), "INCIDENT_ID",
                     f->incident_id);
    view_set(
        p->view, "CSV_URL",
        filter_url(p, "/alerts/events.csv", fields, COUNT_OF(fields), NULL, 0));
    if (is_filtered(f))
        view_show(p->view, "FILTERED");
}

static int64_t
line_id(const void *rows, size_t i)
{
    return ((const struct incident_line *)rows)[i].id;
}

bool
page_events_list(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct incident_line_filter f;
    struct incident_line *list;
    size_t n, first;
    page_title(p, "Events", NULL);
    alert_tabs(p, "/alerts/events");
    if (!read_filter(p, &f, err))
        return false;
    set_filter(p, &f);
    f.limit = FILTER_PAGE_ROWS;
    if (page_has_errors(p))
        return true;
    if (!incident_lines(p->a, p->db, &who, &f, &list, &n, err))
        return false;
    if (n == 0) {
        bool any = is_filtered(&f) || f.before != 0 || f.after != 0;
        view_show(p->view, any ? "NONE_FOUND" : "NONE_YET");
        return true;
    }
    struct view *v = view_add(p->view, "SOME");
    filter_set_pages(p, v,
                     &(struct filter_page){.path = "/alerts/events",
                                           .fields = fields,
                                           .n_fields = COUNT_OF(fields),
                                           .before = f.before,
                                           .after = f.after,
                                           .one = "event",
                                           .several = "events",
                                           .id = line_id},
                     list, &first, &n);
    incident_lines_set(p, v, list + first, n);
    return true;
}

static void
csv_line(struct arena *a, struct buf *out, const struct incident_line *l)
{
    buf_addf(out, "%lld", (long long)l->id);
    incident_csv(out, l->kind);
    incident_csv_time(a, out, l->at_ts);
    incident_csv(out, l->rule_id != 0 ? fmt_i64(a, l->rule_id) : NULL);
    incident_csv(out, l->rule_name);
    incident_csv(out, l->severity);
    incident_csv(out, l->subject);
    incident_csv(out, l->interval_s != 0 ? interval_name(l->interval_s) : NULL);
    incident_csv_time(a, out, l->ts != INT64_MIN ? l->ts : 0);
    incident_csv(out, fmt_f64(a, l->left));
    incident_csv(out, fmt_f64(a, l->right));
    incident_csv(out, l->text);
    incident_csv(out, l->retroactive ? "yes" : "no");
    incident_csv(out, l->incident_id != 0 ? fmt_i64(a, l->incident_id) : NULL);
    incident_csv_time(a, out, l->created_at);
    buf_adds(out, "\r\n");
}

bool
page_events_csv(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct incident_line_filter f;
    if (!read_filter(p, &f, err))
        return false;
    if (page_has_errors(p))
        return err_set(err, ERR_INPUT, "this is not a filter of events");
    f.before = f.after = 0;
    f.limit = FILTER_CSV_ROWS;
    page_type(p, "text/csv; charset=utf-8");
    page_header(p, "Content-Disposition",
                "attachment; filename=\"alert_events.csv\"");
    buf_adds(p->out, "id,kind,at,rule,rule_name,severity,subject,interval,ts,"
                     "value,threshold,text,retroactive,incident,"
                     "created_at\r\n");
    for (bool more = true; more;) {
        struct arena *a = arena_new();
        struct incident_line *list;
        size_t n = 0;
        bool ok = incident_lines(a, p->db, &who, &f, &list, &n, err);
        more = ok && n > (size_t)f.limit;
        n = more ? (size_t)f.limit : n;
        for (size_t i = 0; ok && i < n; i++)
            csv_line(a, p->out, &list[i]);
        if (more)
            f.before = list[n - 1].id;
        arena_free(a);
        if (!ok)
            return false;
    }
    return true;
}
