#include "simulator/reply.h"

#include "lib/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct reply
reply_new(struct arena *a)
{
    return (struct reply){.status = 200,
                          .type = "application/json;charset=UTF-8",
                          .headers = buf_new(a),
                          .body = buf_new(a)};
}

void
reply_error(struct reply *r, int status, const char *type, const char *body)
{
    r->status = status;
    r->type = type;
    buf_clear(r->body);
    buf_adds(r->body, body);
}

void
reply_put_string(struct reply *r, const char *text)
{
    json_put_str(r->body, text);
}

static const char *
status_words(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 422:
        return "Unprocessable Entity";
    case 429:
        return "Too Many Requests";
    case 500:
        return "Internal Server Error";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    default:
        return "Error";
    }
}

bool
reply_wait(const struct fcgi *f, double seconds)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    double deadline = (double)end.tv_sec + (double)end.tv_nsec / 1e9 + seconds;
    for (;;) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        double left = deadline - (double)now.tv_sec - (double)now.tv_nsec / 1e9;
        if (left <= 0)
            return true;
        if (fcgi_client_is_gone(f))
            return false;
        double nap = fmin(left, 0.1);
        nanosleep(&(struct timespec){.tv_nsec = (long)(nap * 1e9)}, NULL);
    }
}

/* So many bytes a second, in ten parts a second or byte by byte. */
static void
send_dripping(struct fcgi *f, const char *bytes, size_t len, double per_second)
{
    size_t part = (size_t)fmax(1, per_second / 10);
    double pause = (double)part / per_second;
    while (len > 0) {
        size_t n = len < part ? len : part;
        if (!fcgi_write(f, bytes, n) || !fcgi_flush(f) || !reply_wait(f, pause))
            return;
        bytes += n;
        len -= n;
    }
}

/* Blanks after the body: still the same JSON, only far too much of it. */
static void
send_padding(struct fcgi *f, size_t len)
{
    char blanks[16384];
    memset(blanks, ' ', sizeof blanks);
    while (len > 0) {
        size_t n = len < sizeof blanks ? len : sizeof blanks;
        if (!fcgi_write(f, blanks, n))
            return;
        len -= n;
    }
}

static void
send_head(struct fcgi *f, const struct reply *r, size_t length)
{
    char head[512];
    /* X-Accel-Buffering: nginx passes on what it has instead of gathering. */
    int n = snprintf(head, sizeof head,
                     "Status: %d %s\r\n"
                     "Content-Type: %s\r\n"
                     "Content-Length: %zu\r\n"
                     "X-Accel-Buffering: no\r\n",
                     r->status, status_words(r->status), r->type, length);
    fcgi_write(f, head, (size_t)n);
    fcgi_write(f, r->headers->data, r->headers->len);
    fcgi_write(f, "\r\n", 2);
}

void
reply_send(struct fcgi *f, const struct reply *r, struct faults_hit fault)
{
    size_t len = r->body->len, padding = 0;
    if (fault.kind == FAULTS_PADDED && fault.arg > (double)len)
        padding = (size_t)fault.arg - len;
    send_head(f, r, len + padding);
    if (fault.kind == FAULTS_DRIP)
        send_dripping(f, r->body->data, len, fault.arg);
    else if (fault.kind == FAULTS_CUTOFF)
        fcgi_write(f, r->body->data, len / 2);
    else if (fcgi_write(f, r->body->data, len))
        send_padding(f, padding);
}
