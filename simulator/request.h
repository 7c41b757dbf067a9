/* One request to the simulator: where it goes, what it asks, and when. */
#ifndef SIMULATOR_REQUEST_H
#define SIMULATOR_REQUEST_H

#include "simulator/dialect.h"

#include "lib/fcgi.h"

struct request_pair {
    const char *name, *value;
};

struct request {
    const char *uri;      /* decoded path and query, for faults */
    const char *provider; /* as the mount names it, else the dialect's name */
    const struct dialect *dialect; /* NULL: no provider has such a path */
    const char *path;              /* decoded, from the dialect's marker on */
    const struct request_pair *pairs;
    size_t n_pairs;
    int64_t now_ts; /* the simulated clock */
};

/* Reads a request's line and clock (header X-Quotemill-Now, else now_ts). */
void request_read(struct arena *a, const struct fcgi *f, int64_t now_ts,
                  struct request *out);

/* The same from a raw path with query, for tests. clock may be NULL. */
void request_parse(struct arena *a, const char *raw_uri, const char *clock,
                   int64_t now_ts, struct request *out);

/* A query value by its decoded name, the first of several; NULL when absent. */
const char *request_param(const struct request *r, const char *name);
/* The same as a whole number; fallback when absent, false when it is none. */
MUST_USE bool request_param_i64(const struct request *r, const char *name,
                                int64_t fallback, int64_t *out);

#endif
