/* What the overview's files share. */
#ifndef CGI_PAGE_OVERVIEW_OWN_H
#define CGI_PAGE_OVERVIEW_OWN_H

#include "cgi/page.h"

/* An item of what needs a person, and a link beside it. */
struct view *overview_need(struct view *list, const char *tone,
                           const char *shape, const char *title,
                           const char *text);
void overview_need_link(struct view *item, const char *url, const char *label);

/* Items of the open incidents that nobody has acknowledged, worst first, each
 * with its buttons. */
MUST_USE bool overview_incidents(struct page *p, struct view *list,
                                 struct err *err);

#endif
