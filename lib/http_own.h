/* What the files of lib/http.h and lib/mail.h share: the only include of
 * libcurl, and a transfer as the poll loop sees it. */
#ifndef LIB_HTTP_OWN_H
#define LIB_HTTP_OWN_H

#include "lib/buf.h"
#include "lib/http.h"

#include <curl/curl.h>
#include <stdatomic.h>

struct transfer {
    struct http_response response; /* first: http_header finds us by it */
    struct http *http;
    struct transfer *next; /* in http->active or http->idle */
    struct arena *a;       /* reset between uses */
    CURL *easy;
    struct curl_slist *headers;
    struct buf *body;
    char curl_text[CURL_ERROR_SIZE];
    int64_t connect_timeout_ms, first_byte_timeout_ms, stall_timeout_ms,
        total_timeout_ms, max_body_bytes;
    http_done_fn *done;
    void *arg;
    double started_ms, sent_ms; /* sent_ms is 0 until the request goes out */
    double first_byte_ms;       /* 0 until then */
    double moved_ms;            /* when the last byte came */
    double window_ms;           /* where the rate is measured from */
    int64_t window_bytes;
    int64_t header_bytes, wire_bytes;
    bool too_large;
    bool cut_body, is_cut; /* a longer body is cut, no fault; it was */
    /* of a mail: the recipients, what is still to be sent, and how much of
     * body are replies that are kept */
    bool is_mail;
    struct curl_slist *rcpt;
    const char *upload;
    size_t upload_len, kept;
};

struct http {
    CURLM *multi;
    struct transfer *active, *idle;
    int n_active;
    uint64_t n_ended;
    atomic_bool woken;
};

/* A transfer at rest, to be set up; then it is started, or given back. */
struct transfer *transfer_take(struct http *http);
MUST_USE bool transfer_start(struct transfer *t, http_done_fn *done, void *arg,
                             struct err *err);
void transfer_recycle(struct transfer *t);

#endif
