/* What the files of /api/v1/alerts share. */
#ifndef CGI_ALERT_API_H
#define CGI_ALERT_API_H

#include "cgi/request.h"
#include "core/alert_store.h"

/* The address's rule id. fails ERR_MISSING: it is none */
MUST_USE bool alert_api_id(const struct page *p, int64_t *id, struct err *err);

/* The filter of the query: symbol, owner, severity, kind, phase, search,
 * before, after, limit. fails ERR_INPUT: "FIELD: what may be given" */
MUST_USE bool alert_api_filter(const struct page *p, struct alert_filter *f,
                               struct err *err);

#endif
