/* A rule tried on what is stored: what it would have done over a span of the
 * past, drawn, and what it says now. */
#ifndef CGI_ALERT_TRIAL_H
#define CGI_ALERT_TRIAL_H

#include "cgi/page.h"
#include "core/alert_store.h"

/* More are not replayed for a page: at 1m a little over a year. */
enum { ALERT_TRIAL_BARS = 530000 };

/* Names of the spans, as in the address; the first is the usual one. */
const char *const *alert_trial_spans(size_t *n);
const char *alert_trial_span_words(const char *span);

/* Sets the values of templates/alerts/trial.tpl, which a page's template
 * includes by {{>TRIAL}}.
 *
 * s      passes alert_stored_check; NULL: it is not fit to be tried yet
 * span   one of the names; anything else is the usual one
 */
MUST_USE bool alert_trial(struct page *p, const struct alert_stored *s,
                          const char *span, struct err *err);

#endif
