/* The list of incidents, open ones first, filtered by its address, as a page
 * and as CSV. */
#include "cgi/alert_tabs.h"
#include "cgi/filter.h"
#include "cgi/incident_page.h"
#include "cgi/request.h"
#include "lib/format.h"

static const char *const states[] = {"open", "acked", "closed"};
static const char *const state_words[] = {"open", "acknowledged", "over"};
static const char *const severities[] = {"critical", "warning", "info"};
static const char *const fields[] = {"state", "severity", "instrument", "rule"};

static bool
read_filter(struct page *p, struct incident_filter *f, struct err *err)
{
    *f = (struct incident_filter){
        .state = filter_choice(p, "state", states, COUNT_OF(states)),
        .severity =
            filter_choice(p, "severity", severities, COUNT_OF(severities)),
        .rule_id = filter_key(p, "rule"),
        .before = filter_key(p, "before"),
        .after = filter_key(p, "after"),
    };
    return filter_instrument(p, &f->symbol, err);
}

static bool
is_filtered(const struct incident_filter *f)
{
    return f->state != NULL || f->severity != NULL || f->symbol != NULL ||
           f->rule_id != 0;
}

static void
set_filter(struct page *p, const struct incident_filter *f)
{
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        struct view *v = view_add(p->view, "STATE_OPTION");
        view_set(v, "OPTION", states[i]);
        view_set(v, "LABEL", state_words[i]);
        if (f->state == states[i])
            view_show(v, "SELECTED");
    }
    filter_options(p, "SEVERITY_OPTION", severities, COUNT_OF(severities),
                   f->severity);
    if (f->rule_id != 0)
        view_set_i64(view_add(p->view, "OF_RULE"), "RULE_ID", f->rule_id);
    view_set(
        p->view, "CSV_URL",
        filter_url(p, "/incidents.csv", fields, COUNT_OF(fields), NULL, 0));
    if (is_filtered(f))
        view_show(p->view, "FILTERED");
}

static int64_t
incident_id(const void *rows, size_t i)
{
    return ((const struct incident *)rows)[i].id;
}

static const char *
here(struct page *p)
{
    return filter_url(p, "/incidents", fields, COUNT_OF(fields), NULL, 0);
}

static bool
list_state(struct page *p, const struct incident_filter *f, const char *state,
           struct incident **list, size_t *n, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct incident_filter of = *f;
    of.state = state;
    of.limit = FILTER_PAGE_ROWS;
    return incident_list(p->a, p->db, &who, &of, list, n, err);
}

/* Those that stand, on the first page of a list of all: first those that
 * nobody has acknowledged. */
static bool
set_standing(struct page *p, const struct incident_filter *f, bool *any,
             struct err *err)
{
    struct incident *list;
    size_t n;
    if (!list_state(p, f, "open", &list, &n, err))
        return false;
    bool more = n > FILTER_PAGE_ROWS;
    n = more ? FILTER_PAGE_ROWS : n;
    struct incident *split[2] = {arena_array(p->a, n, sizeof *list),
                                 arena_array(p->a, n, sizeof *list)};
    size_t counts[2] = {0, 0};
    for (size_t i = 0; i < n; i++) {
        size_t which = list[i].acked_by != NULL;
        split[which][counts[which]++] = list[i];
    }
    for (size_t which = 0; which < COUNT_OF(split); which++)
        if (counts[which] > 0)
            incident_rows(
                p, view_add(p->view, which == 0 ? "OPEN" : "ACKNOWLEDGED"),
                split[which], counts[which],
                which == 0 ? "Open incidents" : "Acknowledged incidents",
                here(p));
    if (more)
        view_show(p->view, "MORE_OPEN");
    *any |= n > 0;
    return true;
}

/* One state's, or those that are over, by pages. */
static bool
set_pages(struct page *p, const struct incident_filter *f, bool *any,
          struct err *err)
{
    struct incident *list;
    size_t n, first;
    if (!list_state(p, f, f->state != NULL ? f->state : "closed", &list, &n,
                    err))
        return false;
    if (n == 0)
        return true;
    *any = true;
    struct view *v = view_add(p->view, "SOME");
    view_set(v, "SOME_TITLE",
             f->state == NULL || f->state == states[2] ? "Over"
             : f->state == states[0]                   ? "Open"
                                                       : "Acknowledged");
    filter_set_pages(p, v,
                     &(struct filter_page){.path = "/incidents",
                                           .fields = fields,
                                           .n_fields = COUNT_OF(fields),
                                           .before = f->before,
                                           .after = f->after,
                                           .one = "incident",
                                           .several = "incidents",
                                           .id = incident_id},
                     list, &first, &n);
    incident_rows(p, v, list + first, n, "Table of incidents", here(p));
    return true;
}

bool
page_incidents_list(struct page *p, struct err *err)
{
    struct incident_filter f;
    bool any = false;
    page_title(p, "Incidents", NULL);
    alert_tabs(p, "/incidents");
    if (!read_filter(p, &f, err))
        return false;
    set_filter(p, &f);
    if (page_has_errors(p))
        return true;
    bool is_first = f.state == NULL && f.before == 0 && f.after == 0;
    if (is_first && !set_standing(p, &f, &any, err))
        return false;
    if (is_first && !any && !is_filtered(&f))
        view_show(p->view, "ALL_QUIET");
    if (!set_pages(p, &f, &any, err))
        return false;
    if (!any)
        view_show(p->view,
                  is_filtered(&f) || !is_first ? "NONE_FOUND" : "NONE_YET");
    return true;
}

static void
csv_incident(struct arena *a, struct buf *out, const struct incident *i)
{
    buf_addf(out, "%lld", (long long)i->id);
    incident_csv(out, incident_state(i));
    incident_csv(out, i->severity);
    incident_csv(out, i->title);
    incident_csv(out, i->rules);
    incident_csv(out, i->owner);
    incident_csv_time(a, out, i->opened_at);
    incident_csv_time(a, out, i->closed_at);
    buf_addf(out, ",%lld", (long long)i->events);
    incident_csv(out, i->acked_by);
    incident_csv_time(a, out, i->acked_at);
    incident_csv(out, i->ack_note);
    incident_csv(out, i->silenced_by);
    buf_adds(out, "\r\n");
}

bool
page_incidents_csv(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct incident_filter f;
    if (!read_filter(p, &f, err))
        return false;
    if (page_has_errors(p))
        return err_set(err, ERR_INPUT, "this is not a filter of incidents");
    f.before = f.after = 0;
    f.limit = FILTER_CSV_ROWS;
    page_type(p, "text/csv; charset=utf-8");
    page_header(p, "Content-Disposition",
                "attachment; filename=\"incidents.csv\"");
    buf_adds(p->out, "id,state,severity,title,rules,owner,opened_at,closed_at,"
                     "events,acknowledged_by,acknowledged_at,note,"
                     "silenced_by\r\n");
    for (bool more = true; more;) {
        struct arena *a = arena_new();
        struct incident *list;
        size_t n = 0;
        bool ok = incident_list(a, p->db, &who, &f, &list, &n, err);
        more = ok && n > (size_t)f.limit;
        n = more ? (size_t)f.limit : n;
        for (size_t i = 0; ok && i < n; i++)
            csv_incident(a, p->out, &list[i]);
        if (more)
            f.before = list[n - 1].id;
        arena_free(a);
        if (!ok)
            return false;
    }
    return true;
}
