/* Requests with a token instead of a browser's session: "Authorization: Bearer
 * qm_...". Their cookies count for nothing, so they need no CSRF token; they
 * may do what their owner may, within the token's scope. */
#ifndef CGI_BEARER_H
#define CGI_BEARER_H

#include "cgi/request.h"

/* The token that the request brings; NULL: none. */
const char *bearer_get(const struct request *r);

/* Looks the token up and sets p->user; p->user stays NULL when it is not good,
 * and *wait_s tells how long its sender has to wait (0: not). */
MUST_USE bool bearer_load(struct request *r, const char *token, int64_t *wait_s,
                          struct err *err);

/* Answers a token that was not good. */
void bearer_refuse(struct request *r, int64_t wait_s);

/* True when the token's scope lets the request pass; else it is answered. */
bool bearer_scope_allows(struct request *r);

#endif
