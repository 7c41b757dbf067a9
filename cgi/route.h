/* The table made of cgi/routes.def. */
#ifndef CGI_ROUTE_H
#define CGI_ROUTE_H

#include "cgi/page.h"

enum { ROUTE_PARAMS_MAX = 4 };

enum route_kind {
    ROUTE_PLAIN,
    ROUTE_CACHED, /* may be answered from the page cache */
    ROUTE_BARE,   /* no session is looked up, no database is asked */
    ROUTE_STREAM, /* the handler reads the body */
    ROUTE_JSON,   /* the body is a JSON document, or empty */
};

struct route {
    const char *method, *pattern;
    enum role role;
    page_fn *handler;
    const char *template; /* NULL: an API answer or a redirect */
    enum route_kind kind;
};

struct route_params {
    const char *names[ROUTE_PARAMS_MAX], *values[ROUTE_PARAMS_MAX];
    size_t n;
};

/* The route of a path as it came over the wire (still percent-encoded, without
 * query). NULL when the path has no route for this method.
 *
 * params  decoded values of the {names}
 * allow   methods that the path has, "GET, HEAD, POST"; NULL when it is not
 *         known at all
 */
const struct route *route_find(struct arena *a, const char *method,
                               const char *path, struct route_params *params,
                               const char **allow);

/* True when errors are to be answered in JSON: paths under /api/, GET routes
 * without a template, and what browsers' forms do not send. route may be NULL.
 */
bool route_is_api(const struct route *route, const char *path);

#endif
