/* The links that the pages of alerts have in common: rules, incidents, events,
 * silences, deliveries, channels. */
#ifndef CGI_ALERT_TABS_H
#define CGI_ALERT_TABS_H

#include "cgi/page.h"

/* Sets the values of templates/alerts/tabs.tpl, which a page's template
 * includes by {{>TABS}}. here: the link that the page belongs to, as in the
 * table, "/incidents" (also for /incidents/7). */
void alert_tabs(struct page *p, const char *here);

#endif
