/* The filter of the list of alert rules, as its page, its downloads and what is
 * done to many of them read it. */
#ifndef CGI_ALERTS_LIST_H
#define CGI_ALERTS_LIST_H

#include "cgi/page.h"
#include "core/alert_store.h"

/* The filter of the address; fills its form's options where the page has a
 * view. What is no filter is marked. */
MUST_USE bool alerts_list_filter(struct page *p, struct alert_filter *out,
                                 struct err *err);

/* An address with this filter in it. */
const char *alerts_list_url(struct page *p, const char *path);

/* How a rule stands, for show_state: "alert_active", "alert_off". */
const char *alerts_list_state(struct arena *a, const struct alert_stored *s);

/* The clock of its times: a series goes by its bars', the pipeline by the
 * wall's. */
int64_t alerts_list_clock(const struct page *p, const struct alert_stored *s);

#endif
