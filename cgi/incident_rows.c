/* The table of incidents. */
#include "cgi/incident_page.h"
#include "cgi/show.h"
#include "lib/format.h"

static void
set_row(struct page *p, struct view *v, const struct incident *i,
        const char *next)
{
    bool is_open = i->closed_at == 0;
    view_set_i64(v, "INCIDENT_ID", i->id);
    view_set(v, "INCIDENT_TITLE", i->title);
    view_set(v, "RULES", i->rules);
    show_state(p->a, v, "", i->severity);
    show_state(p->a, v, "HOW_", incident_state(i));
    view_set(v, "EVENTS", fmt_count(p->a, i->events));
    page_set_time(p, v, "SINCE", i->opened_at, p->real_ts);
    if (i->owner != NULL && i->owner[0] != '\0')
        view_set(view_add(v, "OWNED"), "OWNER", i->owner);
    if (i->acked_by != NULL) {
        struct view *acked = view_add(v, "ACKED");
        view_set(acked, "ACKED_BY", i->acked_by);
        if (i->ack_note != NULL && i->ack_note[0] != '\0')
            view_setf(acked, "ACK_NOTE", ": %s", i->ack_note);
    }
    if (is_open && i->silenced_by != NULL)
        view_set(view_add(v, "SILENCED"), "SILENCED_BY", i->silenced_by);
    if (!is_open)
        view_set(view_add(v, "LASTED"), "LASTED_TEXT",
                 fmt_duration(p->a, (double)(i->closed_at - i->opened_at)));
    if (p->user->role < ROLE_OPERATOR)
        return;
    struct view *cell = view_add(v, "CELL");
    if (!is_open)
        return;
    struct view *change = view_add(cell, "CHANGE");
    view_set(change, "NEXT", next);
    view_set(change, "SILENCE_URL", incident_silence_url(p->a, i));
    if (i->may_ack)
        view_show(change, "MAY_ACK");
}

void
incident_rows(struct page *p, struct view *v, const struct incident *list,
              size_t n, const char *label, const char *next)
{
    struct view *all = view_include(v, "INCIDENTS", "incidents/rows.tpl");
    view_set(all, "TABLE_LABEL", label);
    for (size_t i = 0; i < n; i++)
        set_row(p, view_add(all, "INCIDENT"), &list[i], next);
}
