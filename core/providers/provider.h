/* What a provider is: pure functions that make a URL and read a response.
 *
 * One file each in core/providers/, one line in providers.def. A driver knows
 * no network, no clock and no database; the fetch engine (worker/fetch.c) owns
 * retries, limits, failover and archive. Nothing outside a driver's file asks
 * for a driver by name: what differs is a field here.
 */
#ifndef CORE_PROVIDERS_PROVIDER_H
#define CORE_PROVIDERS_PROVIDER_H

#include "core/series.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/json.h"

#include <stdbool.h>
#include <stdint.h>

/* Kinds of failure of a fetch; stored as text (fault_name) in step_source. */
enum fault {
    FAULT_NONE,
    FAULT_NETWORK,
    FAULT_TIMEOUT,
    FAULT_CUT_OFF,
    FAULT_TOO_LARGE,
    FAULT_RATE_LIMITED, /* 429, or "limit" in words inside a 200 */
    FAULT_REFUSED,      /* 401, 403: key missing or not good enough */
    FAULT_CLIENT,       /* other 4xx */
    FAULT_SERVER,       /* 5xx */
    FAULT_MALFORMED,    /* not JSON, or not the expected shape */
    FAULT_WRONG_SYMBOL, /* answers for another symbol, or knows none such */
    FAULT_EMPTY,        /* no rows where rows were due */
    FAULT_STALE,        /* newest row is older than what is stored or due */
    FAULT_COUNT,
};
const char *fault_name(enum fault f);  /* "rate_limited" */
const char *fault_words(enum fault f); /* "asked too often" */
bool fault_may_pass(enum fault f);     /* worth another attempt here */

struct provider_request {
    const char *base_url;   /* without a slash at the end */
    const char *symbol;     /* the listing's provider_symbol; parse only: NULL
                               or "" when it is not to be checked */
    int32_t interval_s;     /* parse only: 0 for whatever the body says */
    int64_t from_ts, to_ts; /* bars that open in [from_ts, to_ts] */
    bool all_history;       /* from_ts is 0: whatever the provider has */
    int64_t now_ts;         /* a bar that closes later is not finished */
    const char *key;        /* API key, or NULL */
    struct json spec;       /* generic driver's spec; JSON_NONE otherwise */
};

struct provider_answer {
    enum fault fault;
    const char *text;      /* what was wrong, for people; never a key */
    struct series *series; /* FAULT_NONE: rows, oldest first as sent */
    size_t n_absent;       /* rows that the publisher marks as "no value" */
    /* Where the next page begins; 0 when this was the last. It is asked for
     * with this as from_ts and all_history false. */
    int64_t next_from_ts;
};

struct provider {
    const char *name;
    const char *key_env; /* "QM_EIA_KEY", or NULL: needs no key */
    bool key_required;
    int32_t intervals[8]; /* seconds it can serve, 0-terminated */
    int max_rows;         /* per request; 0: no limit known */

    /* The URL to fetch. log_url gets the same URL without the key.
     * fails ERR_INPUT: the request is not one this provider can serve */
    bool (*url)(struct arena *a, const struct provider_request *request,
                struct buf *url, struct buf *log_url, struct err *err);

    /* Extra request headers, NULL-terminated; or NULL. */
    const char *const *(*headers)(struct arena *a,
                                  const struct provider_request *request);

    /* Reads a body of a response with this status (also of errors: providers
     * say "limit" or "unknown symbol" in words). Never fails: what is wrong
     * is the answer's fault and text. */
    void (*parse)(struct arena *a, const struct provider_request *request,
                  int status, const char *body, size_t len,
                  struct provider_answer *answer);
};

/* By driver name; NULL when there is none such. */
const struct provider *provider_find(const char *name);
/* It has bars of this length; driver may be NULL. */
bool provider_serves(const struct provider *driver, int32_t interval_s);
/* All drivers; n is their number. */
const struct provider *const *provider_list(size_t *n);

#endif
