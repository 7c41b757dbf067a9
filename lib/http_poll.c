/* lib/http.h: the transfers under way, their callbacks and their time. */
#include "lib/http_own.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    STALL_BYTES_PER_S = 100, /* fewer than this for stall_timeout_ms: stalled */
    HEADERS_MAX_BYTES = 256 * 1024,
};

static double
clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

bool
http_open(struct http **out, int max_total, int max_per_host, struct err *err)
{
    struct http *http = xcalloc(1, sizeof *http);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
        free(http);
        return err_set(err, ERR_INTERNAL, "libcurl does not start");
    }
    http->multi = curl_multi_init();
    if (http->multi == NULL)
        abort(); /* out of memory */
    curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      (long)max_total);
    curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      (long)max_per_host);
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)max_total);
    *out = http;
    return true;
}

static void
transfer_free(struct transfer *t)
{
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->rcpt);
    curl_easy_cleanup(t->easy);
    arena_free(t->a);
    free(t);
}

void
http_close(struct http *http)
{
    if (http == NULL)
        return;
    for (struct transfer *t = http->active, *next; t != NULL; t = next) {
        next = t->next;
        curl_multi_remove_handle(http->multi, t->easy);
        transfer_free(t);
    }
    for (struct transfer *t = http->idle, *next; t != NULL; t = next) {
        next = t->next;
        transfer_free(t);
    }
    curl_multi_cleanup(http->multi);
    curl_global_cleanup();
    free(http);
}

int
http_pending(const struct http *http)
{
    return http->n_active;
}

static void
moved(struct transfer *t)
{
    t->moved_ms = clock_ms();
    if (t->first_byte_ms == 0) {
        t->first_byte_ms = t->moved_ms;
        t->window_ms = t->moved_ms;
    }
}

/* The connection stands and the request is about to go out. */
static int
on_send(void *arg, char *ip, char *local_ip, int port, int local_port)
{
    (void)ip, (void)local_ip, (void)port, (void)local_port;
    struct transfer *t = arg;
    t->sent_ms = clock_ms();
    return CURL_PREREQFUNC_OK;
}

/* A mail server's answer is what it refused, and its last word. */
static void
add_reply(struct transfer *t, const char *line, size_t len)
{
    bool is_refusal = len > 0 && (line[0] == '4' || line[0] == '5');
    if (t->body->len > t->kept) {
        t->body->len = t->kept;
        t->body->data[t->kept] = '\0';
    }
    if (t->body->len + len <= (size_t)t->max_body_bytes)
        buf_add(t->body, line, len);
    if (is_refusal)
        t->kept = t->body->len;
}

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    moved(t);
    t->header_bytes += (int64_t)(size * n);
    t->too_large = t->header_bytes > HEADERS_MAX_BYTES;
    if (t->is_mail)
        add_reply(t, data, size * n);
    return t->too_large ? 0 : size * n;
}

/* More came than is wanted. */
static void
body_ends(struct transfer *t)
{
    t->is_cut = t->cut_body;
    t->too_large = !t->cut_body;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    size_t len = size * n;
    size_t room = (size_t)t->max_body_bytes - t->body->len;
    if (len > room) {
        if (t->cut_body)
            buf_add(t->body, data, room);
        body_ends(t);
        return 0;
    }
    buf_add(t->body, data, len);
    return len;
}

/* Bytes on the wire count too: a compressed body need not ever give any. */
static int
on_progress(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total,
            curl_off_t up_now)
{
    (void)total, (void)up_total, (void)up_now;
    struct transfer *t = arg;
    if (now > t->wire_bytes) {
        t->wire_bytes = now;
        moved(t);
    }
    if (now > t->max_body_bytes) {
        body_ends(t);
        return 1;
    }
    return 0;
}

struct transfer *
transfer_take(struct http *http)
{
    struct transfer *t = http->idle;
    if (t != NULL) {
        http->idle = t->next;
    } else {
        t = xcalloc(1, sizeof *t);
        t->a = arena_new();
        t->easy = curl_easy_init();
        if (t->easy == NULL)
            abort(); /* out of memory */
    }
    t->http = http;
    t->body = buf_new(t->a);
    return t;
}

static void
set_callbacks(struct transfer *t)
{
    CURL *easy = t->easy;
    t->curl_text[0] = '\0';
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->curl_text);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_send);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, t);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
}

/* Every transfer's own matters are set. */
bool
transfer_start(struct transfer *t, http_done_fn *done, void *arg,
               struct err *err)
{
    struct http *http = t->http;
    set_callbacks(t);
    t->done = done;
    t->arg = arg;
    t->started_ms = clock_ms();
    CURLMcode code = curl_multi_add_handle(http->multi, t->easy);
    if (code != CURLM_OK) {
        transfer_recycle(t);
        return err_set(err, ERR_INTERNAL, "start a transfer: %s",
                       curl_multi_strerror(code));
    }
    t->next = http->active;
    http->active = t;
    http->n_active++;
    return true;
}

/* Retry-After as seconds from now; -1 when there is none that can be read. */
static int64_t
retry_after(struct transfer *t)
{
    const char *text = http_header(&t->response, "Retry-After");
    if (text == NULL)
        return -1;
    char *end;
    long long s = strtoll(text, &end, 10);
    if (end != text && *end == '\0')
        return s < 0 ? 0 : (int64_t)s;
    time_t at = curl_getdate(text, NULL);
    if (at < 0)
        return -1;
    /* The server's own clock, where it says it, is the one it meant. */
    const char *date = http_header(&t->response, "Date");
    time_t now = date != NULL ? curl_getdate(date, NULL) : (time_t)-1;
    if (now < 0)
        now = time(NULL);
    return at > now ? (int64_t)(at - now) : 0;
}

static enum http_fault
fault_of(struct transfer *t, CURLcode code, int status, const char **text)
{
    *text = t->curl_text[0] != '\0' ? t->curl_text : curl_easy_strerror(code);
    if (t->too_large || code == CURLE_FILESIZE_EXCEEDED) {
        *text = arena_printf(t->a, "the answer is larger than %lld bytes",
                             (long long)t->max_body_bytes);
        return HTTP_TOO_LARGE;
    }
    /* what a mail server refuses is its answer */
    bool is_answer = t->is_cut || (t->is_mail && status >= 400);
    switch (is_answer ? CURLE_OK : code) {
    case CURLE_OK:
        *text = "";
        return HTTP_OK;
    case CURLE_OPERATION_TIMEDOUT:
        *text = arena_printf(t->a, "no connection within %lld ms",
                             (long long)t->connect_timeout_ms);
        return HTTP_TIMEOUT;
    case CURLE_BAD_CONTENT_ENCODING:
        *text = "the compressed body is damaged";
        return HTTP_CUT_OFF;
    case CURLE_PARTIAL_FILE:
        *text = "the body ended before its announced end";
        return HTTP_CUT_OFF;
    case CURLE_GOT_NOTHING:
        *text = "the connection was closed without an answer";
        return HTTP_NETWORK;
    case CURLE_TOO_MANY_REDIRECTS:
        *text = "redirected too often";
        return HTTP_NETWORK;
    case CURLE_UNSUPPORTED_PROTOCOL:
        *text = "redirected to a protocol that is not allowed";
        return HTTP_NETWORK;
    default:
        return status != 0 && !t->is_mail ? HTTP_CUT_OFF : HTTP_NETWORK;
    }
}

static void
unlink_active(struct http *http, struct transfer *t)
{
    struct transfer **at = &http->active;
    assert(t != NULL);
    while (*at != t) {
        assert(*at != NULL);
        at = &(*at)->next;
    }
    *at = t->next;
    http->n_active--;
    http->n_ended++;
    curl_multi_remove_handle(http->multi, t->easy);
}

void
transfer_recycle(struct transfer *t)
{
    struct http *http = t->http;
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->rcpt);
    curl_easy_reset(t->easy);
    arena_reset(t->a);
    struct transfer empty = {.a = t->a, .easy = t->easy, .next = http->idle};
    *t = empty;
    http->idle = t;
}

/* Tells the caller and makes the transfer ready for its next use. */
static void
finish(struct transfer *t, enum http_fault fault, const char *text, int status)
{
    struct http_response *r = &t->response;
    const char *type = NULL;
    curl_off_t total_us = 0, first_us = 0;
    curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &total_us);
    curl_easy_getinfo(t->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_us);
    r->fault = fault;
    r->fault_text = text;
    r->status = status;
    r->body = t->body->data;
    r->body_len = t->body->len;
    r->content_type = type != NULL ? type : "";
    r->retry_after_s = t->is_mail ? -1 : retry_after(t);
    r->elapsed_ms = (double)total_us / 1e3;
    r->first_byte_ms = (double)first_us / 1e3;
    t->done(t->arg, r);
    transfer_recycle(t);
}

static int
status_of(struct transfer *t)
{
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

static void
finish_done(struct http *http)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(http->multi, &left)) != NULL;) {
        if (m->msg != CURLMSG_DONE)
            continue;
        CURLcode code = m->data.result;
        struct transfer *t = NULL;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
        unlink_active(http, t);
        int status = status_of(t);
        const char *text;
        enum http_fault fault = fault_of(t, code, status, &text);
        finish(t, fault, text, status);
    }
}

/* When t is out of time: the words, or NULL; *due_ms is when it will be. */
static const char *
out_of_time(struct transfer *t, double now_ms, double *due_ms)
{
    double due = t->started_ms + (double)t->total_timeout_ms;
    const char *what = "the answer was not complete within";
    int64_t limit = t->total_timeout_ms;
    double first_due = t->sent_ms + (double)t->first_byte_timeout_ms;
    if (t->sent_ms > 0 && t->first_byte_ms == 0 && first_due < due) {
        due = first_due;
        what = "no first byte came within";
        limit = t->first_byte_timeout_ms;
    }
    if (t->first_byte_ms > 0) {
        double stall = (double)t->stall_timeout_ms;
        int64_t bytes = t->wire_bytes + t->header_bytes;
        double window_due = t->window_ms + stall;
        bool slow =
            (double)(bytes - t->window_bytes) < stall / 1e3 * STALL_BYTES_PER_S;
        if (now_ms >= window_due && !slow) {
            t->window_ms = now_ms;
            t->window_bytes = bytes;
            window_due = now_ms + stall;
        }
        if (t->moved_ms + stall < window_due)
            window_due = t->moved_ms + stall;
        if (window_due < due) {
            due = window_due;
            what = "stalled: next to nothing came within";
            limit = t->stall_timeout_ms;
        }
    }
    *due_ms = due;
    if (now_ms < due)
        return NULL;
    return arena_printf(t->a, "%s %lld ms", what, (long long)limit);
}

/* Ends what is out of time; returns the milliseconds until the next may be. */
static double
finish_late(struct http *http)
{
    double now = clock_ms(), next = now + 1e9;
    struct transfer *late = NULL;
    for (struct transfer *t = http->active, *after; t != NULL; t = after) {
        after = t->next;
        double due;
        const char *text = out_of_time(t, now, &due);
        if (text == NULL) {
            next = due < next ? due : next;
            continue;
        }
        unlink_active(http, t);
        t->response.fault_text = text;
        t->next = late;
        late = t;
    }
    for (struct transfer *t = late, *after; t != NULL; t = after) {
        after = t->next;
        finish(t, HTTP_TIMEOUT, t->response.fault_text, status_of(t));
    }
    return next - now;
}

static bool
perform(struct http *http, struct err *err)
{
    int running;
    CURLMcode code = curl_multi_perform(http->multi, &running);
    if (code != CURLM_OK)
        return err_set(err, ERR_INTERNAL, "move transfers on: %s",
                       curl_multi_strerror(code));
    finish_done(http);
    return true;
}

bool
http_poll(struct http *http, int timeout_ms, struct err *err)
{
    uint64_t ended = http->n_ended;
    double until = clock_ms() + timeout_ms;
    for (;;) {
        if (!perform(http, err))
            return false;
        double wait = finish_late(http), left = until - clock_ms();
        if (http->n_ended != ended || left <= 0 ||
            atomic_exchange(&http->woken, false))
            return true; /* who started it may want to start more */
        CURLMcode code = curl_multi_poll(
            http->multi, NULL, 0, (int)(wait < left ? wait : left) + 1, NULL);
        if (code != CURLM_OK)
            return err_set(err, ERR_INTERNAL, "wait for transfers: %s",
                           curl_multi_strerror(code));
    }
}

void
http_wake(struct http *http)
{
    atomic_store(&http->woken, true);
    curl_multi_wakeup(http->multi);
}
