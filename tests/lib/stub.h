/* A small HTTP server on loopback whose answers a test decides, request by
 * request; connections are kept. */
#ifndef TESTS_LIB_STUB_H
#define TESTS_LIB_STUB_H

#include <stddef.h>

enum { STUB_ANSWER_MAX = 65536, STUB_LOG_MAX = 256, STUB_BODY_MAX = 8192 };

struct stub_request {
    char head[4096]; /* request line and headers */
    char body[STUB_BODY_MAX];
    double at_ms; /* monotonic */
};

/* Writes the whole response to out (stub_answer helps). Returns the
 * milliseconds to wait before it is sent; negative: closes instead. Calls do
 * not overlap. */
typedef int stub_fn(void *arg, const char *path, char *out);

struct stub;

struct stub *stub_start(stub_fn *fn, void *arg);
void stub_stop(struct stub *stub);
int stub_port(const struct stub *stub);

/* What came so far; the first STUB_LOG_MAX are kept. */
size_t stub_count(struct stub *stub);
const struct stub_request *stub_seen(struct stub *stub, size_t i);
/* Most requests that were being answered at one time. */
int stub_most_at_once(struct stub *stub);
void stub_forget(struct stub *stub);

/* A response with status, extra header lines ("" or each with \r\n), body. */
void stub_answer(char *out, int status, const char *headers, const char *body);

#endif
