/* HTTP client: many transfers at once on one thread (libcurl's multi engine).
 *
 * HTTP/2 where offered, keep-alive, compression, TLS verified, redirects
 * followed at most three times within http and https. Knows no provider, no
 * retry and no rate limit: who calls decides those from the outcome.
 */
#ifndef LIB_HTTP_H
#define LIB_HTTP_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

EXTERN_C_BEGIN

struct http;

enum http_fault {
    HTTP_OK,        /* a whole response came, whatever its status */
    HTTP_NETWORK,   /* resolve, connect, TLS, reset */
    HTTP_TIMEOUT,   /* connect, first byte, stall or total */
    HTTP_TOO_LARGE, /* body over max_body_bytes */
    HTTP_CUT_OFF,   /* fewer bytes than announced */
};

struct http_request {
    const char *method;         /* NULL is GET */
    const char *url;            /* http or https; copied */
    const char *const *headers; /* "Name: value", NULL-terminated; or NULL */
    const char *body;           /* or NULL; copied */
    size_t body_len;
    const char
        *unix_socket; /* connect here instead of the URL's host; or NULL */
    int64_t connect_timeout_ms, first_byte_timeout_ms, stall_timeout_ms,
        total_timeout_ms;   /* each 1 or more */
    int64_t max_body_bytes; /* 1 or more */
    bool cut_body;       /* the rest of a longer body is not wanted: no fault */
    bool no_redirect;    /* a redirection is the answer */
    const char *ca_file; /* instead of the system's authorities; or NULL */
};

/* Valid during the callback only; copy what is kept. */
struct http_response {
    enum http_fault fault;
    const char *fault_text; /* for people, without URL; "" when HTTP_OK */
    int status;             /* 0 without a response */
    const char *body;       /* NUL-terminated, decompressed */
    size_t body_len;
    const char *content_type; /* "" when none */
    int64_t retry_after_s;    /* from Retry-After (seconds or date); -1 none */
    double elapsed_ms, first_byte_ms;
};

typedef void http_done_fn(void *arg, const struct http_response *response);

/* max_total and max_per_host bound the connections. */
MUST_USE bool http_open(struct http **out, int max_total, int max_per_host,
                        struct err *err);
/* Ends what is under way; its callbacks do not run. NULL is fine. */
void http_close(struct http *http);

/* Starts a transfer; done runs from inside http_poll, exactly once. The
 * callback may start more. fails ERR_INPUT on a URL that is not http(s). */
MUST_USE bool http_start(struct http *http, const struct http_request *request,
                         http_done_fn *done, void *arg, struct err *err);

/* Moves transfers on and runs callbacks, until at least one has ended,
 * timeout_ms have passed, or http_wake was called. */
MUST_USE bool http_poll(struct http *http, int timeout_ms, struct err *err);

/* Makes a http_poll that waits, or the next one, return. The only function that
 * another thread may call. */
void http_wake(struct http *http);

/* Transfers under way. */
int http_pending(const struct http *http);

/* A header of the response by name, case-insensitive; NULL when absent. Only
 * valid during the callback. */
const char *http_header(const struct http_response *response, const char *name);

/* What is asked whom: host with its port, where the URL has one.
 * fails   ERR_INPUT: not an http or https URL with a host */
struct http_url {
    const char *host;
    bool is_tls, is_loopback, has_login;
};
MUST_USE bool http_url_read(struct arena *a, const char *url,
                            struct http_url *out, struct err *err);

/* host without a port; an IPv6 address may be bare. */
bool http_is_loopback(const char *host);

/* Percent-encodes for a query value or path segment. */
const char *http_escape(struct arena *a, const char *text);

EXTERN_C_END

#endif
