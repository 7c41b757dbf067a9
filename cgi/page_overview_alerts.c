/* Open incidents on the overview. */
#include "cgi/bell.h"
#include "cgi/incident_page.h"
#include "cgi/page_overview_own.h"
#include "cgi/request.h"
#include "cgi/show.h"
#include "lib/format.h"

#include <string.h>

enum { LOOKED_AT = 100, TOLD = 5 };

static void
set_field(struct view *form, const char *name, const char *value)
{
    struct view *v = view_add(form, "NEED_FIELD");
    view_set(v, "FIELD_NAME", name);
    view_set(v, "FIELD_VALUE", value);
}

static void
set_buttons(struct page *p, struct view *item, const struct incident *i)
{
    long long id = (long long)i->id;
    if (i->may_ack) {
        struct view *ack = view_add(item, "NEED_POST");
        view_setf(ack, "NEED_POST_URL", "/incidents/%lld/ack", id);
        view_setf(ack, "NEED_POST_LABEL", "Acknowledge");
        view_setf(ack, "NEED_POST_OBJECT", "incident %lld", id);
        set_field(ack, "next", "/");
    }
    if (p->user->role >= ROLE_OPERATOR && i->silenced_by == NULL) {
        struct view *silence = view_add(item, "NEED_ALSO");
        view_setf(silence, "NEED_POST_URL", "/incidents/%lld/silence", id);
        view_set(silence, "NEED_POST_LABEL", "Silence for 1 h");
        view_setf(silence, "NEED_POST_OBJECT", "incident %lld", id);
        set_field(silence, "next", "/");
        set_field(silence, "hours", "1");
    }
    overview_need_link(item, arena_printf(p->a, "/incidents/%lld", id),
                       arena_printf(p->a, "Look at incident %lld", id));
}

static void
set_item(struct page *p, struct view *list, const struct incident *i)
{
    const char *silenced =
        i->silenced_by != NULL
            ? arena_printf(p->a, " Silenced by %s.", i->silenced_by)
            : "";
    struct view *item = overview_need(
        list, show_tone(i->severity), show_shape(i->severity), i->title,
        arena_printf(p->a, "Severity %s, opened %s.%s", i->severity,
                     fmt_relative(p->a, i->opened_at, p->real_ts), silenced));
    set_buttons(p, item, i);
}

bool
overview_incidents(struct page *p, struct view *list, struct err *err)
{
    static const char *const severities[] = {"critical", "warning", "info"};
    const struct alert_actor who = request_alert_actor(p);
    const struct incident_filter f = {.state = "open", .limit = LOOKED_AT};
    struct incident *all;
    size_t n, told = 0;
    if (!incident_list(p->a, p->db, &who, &f, &all, &n, err))
        return false;
    for (size_t s = 0; s < COUNT_OF(severities); s++)
        for (size_t i = 0; i < n && told < TOLD; i++)
            if (all[i].acked_by == NULL &&
                strcmp(all[i].severity, severities[s]) == 0) {
                set_item(p, list, &all[i]);
                told++;
            }
    if (p->user->alerts <= (int64_t)told)
        return true;
    struct view *rest = overview_need(
        list, bell_tone(p->user), "late",
        arena_printf(p->a, "Open alerts in all: %s", bell_words(p->a, p->user)),
        "The newest of the worst are above.");
    overview_need_link(rest, "/incidents", "Look at all of them");
    return true;
}
