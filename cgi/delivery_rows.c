/* The table of deliveries. */
#include "cgi/incident_page.h"
#include "cgi/show.h"
#include "lib/format.h"

enum { ANSWER_CHARS = 160 };

static void
set_row(struct page *p, struct view *v, const struct delivery *d)
{
    view_set_i64(v, "DELIVERY_ID", d->id);
    view_set(v, "DELIVERY_TITLE",
             d->title != NULL ? d->title : delivery_kind_words(d->kind));
    view_set(v, "KIND", d->kind);
    view_set(v, "SEVERITY", d->severity);
    view_set(v, "CHANNEL_NAME", d->channel_name);
    show_state(p->a, v, "", d->state);
    page_set_time(p, v, "CREATED", d->created_at, p->real_ts);
    view_set(v, "ATTEMPTS", fmt_count(p->a, d->attempts));
    if (d->error != NULL)
        view_set(view_add(v, "ERROR"), "ERROR_WORDS",
                 show_short(p->a, d->error, ANSWER_CHARS));
    if (d->answer != NULL)
        view_set(view_add(v, "ANSWER"), "ANSWER_TEXT",
                 show_short(p->a, d->answer, ANSWER_CHARS));
    if (d->error == NULL && d->answer == NULL)
        view_show(v, "QUIET");
}

void
delivery_rows(struct page *p, struct view *v, const struct delivery *list,
              size_t n)
{
    struct view *all = view_include(v, "DELIVERIES", "deliveries/rows.tpl");
    for (size_t i = 0; i < n; i++)
        set_row(p, view_add(all, "DELIVERY"), &list[i]);
}
