#include "cgi/route.h"

#include "lib/form.h"

#include <string.h>

static const struct route routes[] = {
#define ROUTE(method, path, role, handler, template)                           \
    {#method, path, role, page_##handler, template, ROUTE_PLAIN},
#define CACHED(method, path, role, handler, template)                          \
    {#method, path, role, page_##handler, template, ROUTE_CACHED},
#define BARE(method, path, role, handler, template)                            \
    {#method, path, role, page_##handler, template, ROUTE_BARE},
#define STREAM(method, path, role, handler)                                    \
    {#method, path, role, page_##handler, NULL, ROUTE_STREAM},
#define JSON(method, path, role, handler)                                      \
    {#method, path, role, page_##handler, NULL, ROUTE_JSON},
#include "cgi/routes.def"
#undef ROUTE
#undef CACHED
#undef BARE
#undef STREAM
#undef JSON
};

/* Matches "/runs/{id}/cancel" segment by segment; a parameter takes one
 * segment that is not empty. */
static bool
matches(struct arena *a, const char *pattern, const char *path,
        struct route_params *params)
{
    params->n = 0;
    for (;;) {
        size_t want = strcspn(pattern, "/"), have = strcspn(path, "/");
        if (pattern[0] == '{') {
            const char *value = have > 0 ? form_unescape(a, path, have) : NULL;
            if (value == NULL || params->n == ROUTE_PARAMS_MAX)
                return false;
            params->names[params->n] = arena_strndup(a, pattern + 1, want - 2);
            params->values[params->n++] = value;
        } else if (want != have || memcmp(pattern, path, want) != 0) {
            return false;
        }
        pattern += want;
        path += have;
        if (*pattern == '\0' || *path == '\0')
            return *pattern == *path;
        pattern++;
        path++;
    }
}

const struct route *
route_find(struct arena *a, const char *method, const char *path,
           struct route_params *params, const char **allow)
{
    *allow = NULL;
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        const struct route *r = &routes[i];
        if (!matches(a, r->pattern, path, params))
            continue;
        if (strcmp(r->method, method) == 0)
            return r;
        const char *also =
            strcmp(r->method, "GET") == 0 ? "GET, HEAD" : r->method;
        *allow =
            *allow == NULL ? also : arena_printf(a, "%s, %s", *allow, also);
    }
    return NULL;
}

bool
route_is_api(const struct route *route, const char *path)
{
    return strncmp(path, "/api/", 5) == 0 ||
           (route != NULL && route->template == NULL &&
            strcmp(route->method, "POST") != 0);
}
