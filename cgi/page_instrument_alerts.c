/* The alert rules of an instrument, on its page. */
#include "cgi/alerts_list.h"
#include "cgi/instrument_page.h"
#include "cgi/request.h"
#include "cgi/show.h"
#include "core/incident.h"
#include "core/interval.h"
#include "lib/date.h"
#include "lib/format.h"

#include <string.h>

enum { RULES_SHOWN = 10, FIRINGS_MARKED = 200 };

/* When rules fired, for the chart: "1d 2026-11-01T00:00:00Z" each, with commas.
 */
static bool
set_firings(struct page *p, const struct instrument_page *it, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct incident_line *lines;
    size_t n;
    struct buf *marks = buf_new(p->a);
    const struct incident_line_filter filter = {.symbol =
                                                    it->facts.fresh.symbol,
                                                .kind = "fired",
                                                .limit = FIRINGS_MARKED};
    if (!incident_lines(p->a, p->db, &who, &filter, &lines, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (lines[i].ts != INT64_MIN && lines[i].interval_s != 0)
            buf_addf(marks, "%s%s %s", marks->len > 0 ? "," : "",
                     interval_name(lines[i].interval_s),
                     date_format_iso(p->a, lines[i].ts));
    view_set(it->chart, "FIRED", marks->data);
    return true;
}

bool
instrument_page_alerts(struct page *p, const struct instrument_page *it,
                       struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct alert_stored *rules;
    size_t n;
    const char *symbol = it->facts.fresh.symbol;
    const struct alert_filter filter = {.symbol = symbol, .limit = RULES_SHOWN};
    if (it->chart != NULL && !set_firings(p, it, err))
        return false;
    if (!alert_stored_list(p->a, p->db, &who, &filter, &rules, &n, err))
        return false;
    struct view *v = view_add(p->view, "ALERTS");
    struct buf *all = buf_new(p->a), *new_one = buf_new(p->a);
    buf_adds(all, "/alerts");
    show_query(all, "instrument", symbol);
    buf_adds(new_one, "/alerts/new");
    show_query(new_one, "symbol", symbol);
    show_query(new_one, "interval", interval_name(it->interval_s));
    view_set(v, "ALERTS_URL", all->data);
    if (p->user->role >= ROLE_OPERATOR)
        view_set(view_add(v, "MAY_ALERT"), "NEW_ALERT_URL", new_one->data);
    if (n == 0)
        view_show(v, "NO_ALERTS");
    struct view *list = n > 0 ? view_add(v, "ALERT_LIST") : NULL;
    for (size_t i = 0; i < n && i < RULES_SHOWN; i++) {
        struct view *one = view_add(list, "ALERT");
        show_state(p->a, one, "ALERT_", alerts_list_state(p->a, &rules[i]));
        view_set_i64(one, "ALERT_ID", rules[i].id);
        view_set(one, "ALERT_NAME", rules[i].name);
        if (rules[i].fired_at > 0)
            page_set_time(p, one, "ALERT_FIRED", rules[i].fired_at, p->now_ts);
    }
    return true;
}
