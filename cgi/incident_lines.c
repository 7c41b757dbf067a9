/* The table of events. */
#include "cgi/incident_page.h"
#include "cgi/show.h"
#include "core/interval.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

static void
set_line(struct page *p, struct view *v, const struct incident_line *l)
{
    view_set_i64(v, "LINE_ID", l->id);
    view_set(v, "LINE_TEXT", l->text);
    view_set(v, "RULE_NAME", l->rule_name);
    view_set(v, "SEVERITY", l->severity);
    show_state(p->a, v, "", l->kind);
    page_set_time(p, v, "AT", l->at_ts, p->now_ts);
    if (l->rule_id != 0)
        view_set_i64(view_add(v, "RULE"), "RULE_ID", l->rule_id);
    else
        view_show(v, "RULE_GONE");
    if (l->instrument_id != 0) {
        struct view *of = view_add(v, "OF");
        view_set(of, "INSTRUMENT_URL", show_instrument_url(p->a, l->subject));
        view_set(of, "SUBJECT", l->subject);
        if (l->interval_s != 0)
            view_set(of, "INTERVAL", interval_name(l->interval_s));
    } else {
        view_set(v, "ABOUT", l->subject);
    }
    if (!isnan(l->left))
        view_set(view_add(v, "VALUE"), "VALUE_TEXT", fmt_price(p->a, l->left));
    if (l->retroactive)
        view_show(v, "RETROACTIVE");
    else if (l->incident_id != 0)
        view_set_i64(view_add(v, "TOLD"), "INCIDENT_ID", l->incident_id);
    else
        view_show(v, "ALONE");
}

void
incident_lines_set(struct page *p, struct view *v,
                   const struct incident_line *list, size_t n)
{
    struct view *all = view_include(v, "LINES", "alerts/lines.tpl");
    for (size_t i = 0; i < n; i++)
        set_line(p, view_add(all, "LINE"), &list[i]);
}
