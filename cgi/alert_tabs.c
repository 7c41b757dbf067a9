#include "cgi/alert_tabs.h"

#include <string.h>

static const struct {
    const char *url, *name;
    enum role role;
} tabs[] = {
    {"/alerts", "Rules", ROLE_VIEWER},
    {"/incidents", "Incidents", ROLE_VIEWER},
    {"/alerts/events", "Events", ROLE_VIEWER},
    {"/silences", "Silences", ROLE_VIEWER},
    {"/deliveries", "Deliveries", ROLE_VIEWER},
    {"/channels", "Channels", ROLE_OPERATOR},
};

void
alert_tabs(struct page *p, const char *here)
{
    struct view *all = view_include(p->view, "TABS", "alerts/tabs.tpl");
    for (size_t i = 0; i < COUNT_OF(tabs); i++) {
        if (p->user->role < tabs[i].role)
            continue;
        struct view *v = view_add(all, "TAB");
        view_set(v, "TAB_URL", tabs[i].url);
        view_set(v, "TAB_NAME", tabs[i].name);
        if (strcmp(p->path, tabs[i].url) == 0)
            view_show(v, "IS_PAGE");
        else if (strcmp(here, tabs[i].url) == 0)
            view_show(v, "IS_ABOVE");
    }
}
