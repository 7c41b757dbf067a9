/* One request from its route to its answer. Every check that a page relies on
 * is made here, before any handler runs: path (404), method (405), session,
 * role (303 to /login, 401, 403), body and CSRF token of a POST (413, 415,
 * 403). A handler cannot forget one. */
#ifndef CGI_DISPATCH_H
#define CGI_DISPATCH_H

#include "cgi/request.h"

/* Answers the request that f has accepted. Everything lives on a.
 * now_ts is the clock that data is judged by, real_ts the wall clock. */
void dispatch(struct console *console, struct fcgi *f, struct arena *a,
              int64_t now_ts, int64_t real_ts);

#endif
