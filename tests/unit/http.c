/* Against a small TCP server of our own on loopback: what a path does is said
 * in the table below. */
#include "lib/http.h"

#include "lib/buf.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define OK_HEAD "HTTP/1.1 200 OK\r\n"
#define GZIP_BOMB                                                              \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xed\xc1\x31\x01\x00\x00\x00"     \
    "\xc2\xa0\x4a\xeb\x9f\xce\x1a\x1e\x40\x01\x00\x00\x00\x00\x00\x00\x00"     \
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"     \
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"     \
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"     \
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"     \
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"     \
    "\x00\x00\x00\x00\xaf\x06\x85\xc2\x4d\xc5\xa0\x86\x01\x00"
#define GZIP_SMALL                                                             \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x2a\x48\x4c\xce\x4e"     \
    "\x4d\x51\xb2\x2a\x29\x2a\x4d\xad\x05\x00\x89\xe0\xb5\xdc\x0f\x00\x00"     \
    "\x00"

enum after { KEEP, CLOSE, HANG, DRIP };

static const struct reply {
    const char *path, *text;
    size_t len;
    enum after after;
} replies[] = {
#define REPLY(path, text, after) {path, text, sizeof(text) - 1, after},
    REPLY(
        "/ok", OK_HEAD "Content-Length: 5\r\nX-Weight: 7\r\n\r\nhello",
        KEEP) REPLY("/gzip",
                    OK_HEAD
                    "Content-Encoding: gzip\r\nContent-Type: "
                    "application/json\r\nContent-Length: 35\r\n\r\n" GZIP_SMALL,
                    KEEP) REPLY("/bomb",
                                OK_HEAD
                                "Content-Encoding: gzip\r\nContent-Length: "
                                "133\r\n\r\n" GZIP_BOMB,
                                KEEP) REPLY("/damaged",
                                            OK_HEAD
                                            "Content-Encoding: "
                                            "gzip\r\nContent-Length: "
                                            "20\r\n\r\n12345678901234567890",
                                            KEEP)
        REPLY("/cut", OK_HEAD "Content-Length: 50\r\n\r\nhello", CLOSE) REPLY(
            "/cut-chunk",
            OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello"
                    "\r\n20\r\nwor",
            CLOSE) REPLY("/chunked",
                         OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello"
                                 "\r\n0\r\n\r\n",
                         KEEP) REPLY("/nothing", "", CLOSE) REPLY("/silent", "",
                                                                  HANG)
            REPLY("/stall", OK_HEAD "Content-Length: 50\r\n\r\nhello",
                  HANG) REPLY("/drip",
                              OK_HEAD "Content-Length: 50\r\n\r\nhello", DRIP)
                REPLY("/endless", OK_HEAD "\r\n0123456789", DRIP) REPLY(
                    "/announced", OK_HEAD "Content-Length: 99999\r\n\r\n",
                    HANG) REPLY("/429",
                                "HTTP/1.1 429 Too Many\r\nRetry-After: 17\r\n"
                                "Content-Length: 4\r\n\r\nslow",
                                KEEP)
                    REPLY(
                        "/503",
                        "HTTP/1.1 503 Away\r\nDate: Fri, 31 Dec 1999 23:59:00 "
                        "GMT\r\n"
                        "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"
                        "Content-Length: 0\r\n\r\n",
                        KEEP) REPLY("/503-odd",
                                    "HTTP/1.1 503 Away\r\nRetry-After: soon\r\n"
                                    "Content-Length: 0\r\n\r\n",
                                    KEEP)
                        REPLY("/loop",
                              "HTTP/1.1 302 Found\r\nLocation: /loop\r\n"
                              "Content-Length: 0\r\n\r\n",
                              KEEP)
                            REPLY("/moved",
                                  "HTTP/1.1 302 Found\r\nLocation: /ok\r\n"
                                  "Content-Length: 6\r\n\r\nignore",
                                  KEEP) REPLY("/to-file",
                                              "HTTP/1.1 302 Found\r\nLocation: "
                                              "file:///etc/hostname"
                                              "\r\nContent-Length: 0\r\n\r\n",
                                              KEEP)
                                REPLY("/garbage",
                                      "\x01\x02\x03 no http here\r\n\r\n",
                                      CLOSE)
#undef REPLY
};

static struct server {
    int fd, port;
    pthread_t thread;
    atomic_int connections;
    char socket_path[100];
    int unix_fd;
    pthread_t unix_thread;
} server;

/* Reads one request with its body; what it was is echoed by /echo. */
static bool
read_request(int fd, char *text, size_t size)
{
    size_t len = 0;
    for (;;) {
        ssize_t n = recv(fd, text + len, size - 1 - len, 0);
        if (n <= 0)
            return false;
        len += (size_t)n;
        text[len] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        if (end == NULL)
            continue;
        const char *length = strcasestr(text, "content-length:");
        size_t body = length != NULL ? strtoul(length + 15, NULL, 10) : 0;
        if (len >= (size_t)(end + 4 - text) + body)
            return true;
    }
}

static void
send_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        text += n;
        len -= (size_t)n;
    }
}

static void
wait_for_close(int fd, bool drip)
{
    struct timeval pause = {.tv_usec = 20000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
    char c;
    while (recv(fd, &c, 1, 0) != 0)
        if (drip && send(fd, "x", 1, MSG_NOSIGNAL) != 1)
            return;
}

static bool
answer(int fd, const char *request)
{
    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        const struct reply *r = &replies[i];
        size_t len = strlen(r->path);
        const char *path = strchr(request, ' ') + 1;
        if (strncmp(path, r->path, len) != 0 || path[len] != ' ')
            continue;
        send_all(fd, r->text, r->len);
        if (r->after == HANG || r->after == DRIP)
            wait_for_close(fd, r->after == DRIP);
        return r->after == KEEP;
    }
    char text[8192];
    int len =
        snprintf(text, sizeof text, OK_HEAD "Content-Length: %zu\r\n\r\n%s",
                 strlen(request), request);
    send_all(fd, text, (size_t)len);
    return true;
}

static void *
serve_connection(void *arg)
{
    int fd = (int)(intptr_t)arg;
    char request[4096];
    while (read_request(fd, request, sizeof request) && answer(fd, request))
        ;
    close(fd);
    return NULL;
}

static void *
serve(void *arg)
{
    int listener = *(int *)arg, fd;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        pthread_t t;
        server.connections++;
        if (pthread_create(&t, NULL, serve_connection, (void *)(intptr_t)fd))
            abort();
        pthread_detach(t);
    }
    return NULL;
}

static int
server_start(void **state)
{
    (void)state;
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof in;
    server.fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server.fd, (struct sockaddr *)&in, len) != 0 ||
        listen(server.fd, 64) != 0 ||
        getsockname(server.fd, (struct sockaddr *)&in, &len) != 0)
        return -1;
    server.port = ntohs(in.sin_port);
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    snprintf(server.socket_path, sizeof server.socket_path,
             "/tmp/quotemill-http-%d.sock", (int)getpid());
    strcpy(un.sun_path, server.socket_path);
    server.unix_fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(server.unix_fd, (struct sockaddr *)&un, sizeof un) != 0 ||
        listen(server.unix_fd, 8) != 0)
        return -1;
    pthread_create(&server.thread, NULL, serve, &server.fd);
    pthread_create(&server.unix_thread, NULL, serve, &server.unix_fd);
    return 0;
}

static int
server_stop(void **state)
{
    (void)state;
    shutdown(server.fd, SHUT_RDWR);
    shutdown(server.unix_fd, SHUT_RDWR);
    pthread_join(server.thread, NULL);
    pthread_join(server.unix_thread, NULL);
    close(server.fd);
    close(server.unix_fd);
    unlink(server.socket_path);
    return 0;
}

/* What the callback saw, copied. */
struct seen {
    int calls;
    enum http_fault fault;
    int status;
    char text[256], body[4096], type[64], weight[16];
    size_t body_len;
    int64_t retry_after_s;
    double elapsed_ms, first_byte_ms;
};

static void
on_done(void *arg, const struct http_response *r)
{
    struct seen *seen = arg;
    seen->calls++;
    seen->fault = r->fault;
    seen->status = r->status;
    seen->body_len = r->body_len;
    seen->retry_after_s = r->retry_after_s;
    seen->elapsed_ms = r->elapsed_ms;
    seen->first_byte_ms = r->first_byte_ms;
    snprintf(seen->text, sizeof seen->text, "%s", r->fault_text);
    snprintf(seen->body, sizeof seen->body, "%s", r->body);
    snprintf(seen->type, sizeof seen->type, "%s", r->content_type);
    const char *weight = http_header(r, "x-WEIGHT");
    snprintf(seen->weight, sizeof seen->weight, "%s",
             weight != NULL ? weight : "none");
    assert_null(http_header(r, "X-Absent"));
}

static const char *
url_of(const char *path)
{
    static char url[200];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server.port, path);
    return url;
}

static struct http_request
request_of(const char *path)
{
    return (struct http_request){.url = url_of(path),
                                 .connect_timeout_ms = 2000,
                                 .first_byte_timeout_ms = 2000,
                                 .stall_timeout_ms = 2000,
                                 .total_timeout_ms = 5000,
                                 .max_body_bytes = 1000};
}

static void
finish_all(struct http *http)
{
    struct err err = {0};
    while (http_pending(http) > 0)
        if (!http_poll(http, 1000, &err))
            fail_msg("%s", err.text);
}

static struct seen
ask(struct http_request request)
{
    struct http *http;
    struct err err = {0};
    struct seen seen = {0};
    assert_true(http_open(&http, 4, 4, &err));
    if (!http_start(http, &request, on_done, &seen, &err))
        fail_msg("%s", err.text);
    finish_all(http);
    assert_int_equal(seen.calls, 1);
    http_close(http);
    return seen;
}

static void
a_whole_response_comes_back(void **state)
{
    (void)state;
    struct seen seen = ask(request_of("/ok"));
    assert_int_equal(seen.fault, HTTP_OK);
    assert_int_equal(seen.status, 200);
    assert_string_equal(seen.body, "hello");
    assert_string_equal(seen.text, "");
    assert_string_equal(seen.weight, "7");
    assert_int_equal(seen.retry_after_s, -1);
    assert_true(seen.elapsed_ms > 0 && seen.first_byte_ms > 0);
    assert_string_equal(ask(request_of("/chunked")).body, "hello");
}

static void
compressed_bodies_are_unpacked(void **state)
{
    (void)state;
    struct seen seen = ask(request_of("/gzip"));
    assert_string_equal(seen.body, "{\"packed\":true}");
    assert_string_equal(seen.type, "application/json");
    seen = ask(request_of("/damaged"));
    assert_int_equal(seen.fault, HTTP_CUT_OFF);
}

static void
bodies_are_bounded_before_and_after_unpacking(void **state)
{
    (void)state;
    static const char *const paths[] = {"/bomb", "/announced", "/endless"};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct http_request request = request_of(paths[i]);
        request.max_body_bytes = strcmp(paths[i], "/endless") == 0 ? 15 : 99998;
        struct seen seen = ask(request);
        assert_int_equal(seen.fault, HTTP_TOO_LARGE);
        assert_non_null(strstr(seen.text, "larger than"));
    }
    struct http_request request = request_of("/bomb");
    request.max_body_bytes = 100000;
    assert_int_equal(ask(request).body_len, 100000);
}

static void
cut_off_bodies_are_told_from_whole_ones(void **state)
{
    (void)state;
    assert_int_equal(ask(request_of("/cut")).fault, HTTP_CUT_OFF);
    struct seen seen = ask(request_of("/cut-chunk"));
    assert_int_equal(seen.fault, HTTP_CUT_OFF);
    assert_int_equal(seen.status, 200);
    assert_true(seen.text[0] != '\0');
}

static void
no_answer_at_all_is_a_network_fault(void **state)
{
    (void)state;
    assert_int_equal(ask(request_of("/nothing")).fault, HTTP_NETWORK);
    assert_int_equal(ask(request_of("/garbage")).fault, HTTP_NETWORK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof in;
    assert_int_equal(bind(fd, (struct sockaddr *)&in, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    char url[100]; /* bound but not listening: nobody else can take it */
    snprintf(url, sizeof url, "http://127.0.0.1:%d/secret=1",
             ntohs(in.sin_port));
    struct http_request request = request_of("/");
    request.url = url;
    struct seen seen = ask(request);
    close(fd);
    assert_int_equal(seen.fault, HTTP_NETWORK);
    assert_int_equal(seen.status, 0);
    assert_true(seen.text[0] != '\0');
    assert_null(strstr(seen.text, "secret"));
}

static void
each_timeout_ends_the_wait_and_says_which(void **state)
{
    (void)state;
    struct http_request request = request_of("/silent");
    request.first_byte_timeout_ms = 60;
    struct seen seen = ask(request);
    assert_int_equal(seen.fault, HTTP_TIMEOUT);
    assert_non_null(strstr(seen.text, "first byte"));

    request = request_of("/stall");
    request.stall_timeout_ms = 60;
    seen = ask(request);
    assert_int_equal(seen.fault, HTTP_TIMEOUT);
    assert_non_null(strstr(seen.text, "stalled"));

    request = request_of("/drip"); /* 50 bytes a second */
    request.stall_timeout_ms = 300;
    seen = ask(request);
    assert_int_equal(seen.fault, HTTP_TIMEOUT);
    assert_non_null(strstr(seen.text, "stalled"));

    request = request_of("/silent");
    request.total_timeout_ms = 60;
    seen = ask(request);
    assert_int_equal(seen.fault, HTTP_TIMEOUT);
    assert_non_null(strstr(seen.text, "complete"));
}

static void
retry_after_is_read_as_seconds_or_date(void **state)
{
    (void)state;
    struct seen seen = ask(request_of("/429"));
    assert_int_equal(seen.fault, HTTP_OK);
    assert_int_equal(seen.status, 429);
    assert_int_equal(seen.retry_after_s, 17);
    assert_string_equal(seen.body, "slow");
    assert_int_equal(ask(request_of("/503")).retry_after_s, 59);
    assert_int_equal(ask(request_of("/503-odd")).retry_after_s, -1);
}

static void
redirects_are_followed_within_bounds(void **state)
{
    (void)state;
    struct seen seen = ask(request_of("/moved"));
    assert_int_equal(seen.status, 200);
    assert_string_equal(seen.body, "hello");
    seen = ask(request_of("/loop"));
    assert_int_equal(seen.fault, HTTP_NETWORK);
    assert_non_null(strstr(seen.text, "redirected"));
    seen = ask(request_of("/to-file"));
    assert_int_equal(seen.fault, HTTP_NETWORK);
    assert_string_equal(seen.body, "");
}

static void
only_http_urls_are_taken(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "file:///etc/passwd", "ftp://x/y", "", "x", "http://",
        "gopher://a",         "//a/b"};
    struct http *http;
    struct err err = {0};
    struct seen seen = {0};
    assert_true(http_open(&http, 2, 2, &err));
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct http_request request = request_of("/");
        request.url = bad[i];
        assert_false(http_start(http, &request, on_done, &seen, &err));
        assert_int_equal(err.kind, ERR_INPUT);
    }
    assert_int_equal(http_pending(http), 0);
    http_close(http);
}

static void
method_headers_and_body_are_sent(void **state)
{
    (void)state;
    const char *const headers[] = {"X-Quotemill-Now: 2026-02-01T00:00:00Z",
                                   "User-Agent: Mozilla/5.0", NULL};
    struct http_request request = request_of("/echo?a=1");
    request.headers = headers;
    struct seen seen = ask(request);
    assert_non_null(strstr(seen.body, "GET /echo?a=1 HTTP/1.1"));
    assert_non_null(strstr(seen.body, "X-Quotemill-Now: 2026-02-01T00:00:00Z"));
    assert_non_null(strstr(seen.body, "User-Agent: Mozilla/5.0"));
    assert_non_null(strstr(seen.body, "gzip"));
    assert_null(strstr(seen.body, "Expect"));

    request = request_of("/echo");
    request.method = "POST";
    request.body = "{\"a\":1}";
    request.body_len = 7;
    request.unix_socket = server.socket_path;
    seen = ask(request);
    assert_non_null(strstr(seen.body, "POST /echo HTTP/1.1"));
    assert_non_null(strstr(seen.body, "\r\n\r\n{\"a\":1}"));
    assert_null(strstr(seen.body, "Expect"));
}

struct chain {
    struct http *http;
    int left;
};

static void
on_chain(void *arg, const struct http_response *r)
{
    struct chain *chain = arg;
    assert_int_equal(r->status, 200);
    assert_string_equal(r->body, "hello");
    if (--chain->left > 0) {
        struct http_request request = request_of("/ok");
        struct err err;
        assert_true(http_start(chain->http, &request, on_chain, chain, &err));
    }
}

static void
connections_are_kept_and_bounded(void **state)
{
    (void)state;
    struct http *http;
    struct err err = {0};
    assert_true(http_open(&http, 8, 3, &err));
    int before = server.connections;
    struct chain chains[10];
    for (int i = 0; i < 10; i++) {
        chains[i] = (struct chain){http, 20};
        struct http_request request = request_of("/ok");
        assert_true(http_start(http, &request, on_chain, &chains[i], &err));
    }
    finish_all(http);
    for (int i = 0; i < 10; i++)
        assert_int_equal(chains[i].left, 0);
    assert_true(server.connections - before <= 3);
    http_close(http);
}

static void
one_fault_does_not_touch_the_others(void **state)
{
    (void)state;
    static const char *const paths[] = {"/ok", "/silent", "/cut", "/gzip"};
    struct http *http;
    struct err err = {0};
    struct seen seen[4] = {0};
    assert_true(http_open(&http, 8, 8, &err));
    for (int i = 0; i < 4; i++) {
        struct http_request request = request_of(paths[i]);
        request.first_byte_timeout_ms = 80;
        assert_true(http_start(http, &request, on_done, &seen[i], &err));
    }
    finish_all(http);
    assert_string_equal(seen[0].body, "hello");
    assert_int_equal(seen[1].fault, HTTP_TIMEOUT);
    assert_int_equal(seen[2].fault, HTTP_CUT_OFF);
    assert_string_equal(seen[3].body, "{\"packed\":true}");
    http_close(http);
}

static void
closing_ends_what_is_under_way_silently(void **state)
{
    (void)state;
    struct http *http;
    struct err err = {0};
    struct seen seen = {0};
    assert_true(http_open(&http, 2, 2, &err));
    struct http_request request = request_of("/silent");
    assert_true(http_start(http, &request, on_done, &seen, &err));
    assert_true(http_poll(http, 10, &err));
    assert_int_equal(http_pending(http), 1);
    http_close(http);
    assert_int_equal(seen.calls, 0);
    http_close(NULL);
}

static void *
wake_soon(void *arg)
{
    usleep(20000);
    http_wake(arg);
    return NULL;
}

static void
another_thread_may_end_the_wait(void **state)
{
    (void)state;
    struct http *http;
    struct err err = {0};
    struct timespec begin, end;
    pthread_t thread;
    assert_true(http_open(&http, 2, 2, &err));
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pthread_create(&thread, NULL, wake_soon, http);
    assert_true(http_poll(http, 20000, &err));
    clock_gettime(CLOCK_MONOTONIC, &end);
    pthread_join(thread, NULL);
    assert_true(end.tv_sec - begin.tv_sec < 15);
    http_wake(http); /* before the wait: it does not begin */
    assert_true(http_poll(http, 600000, &err));
    http_close(http);
}

static void
escapes_leave_only_unreserved_characters(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_string_equal(http_escape(a, "GC=F/^ X&\xC3\xA4~_-."),
                        "GC%3DF%2F%5E%20X%26%C3%A4~_-.");
    arena_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_response_comes_back),
        cmocka_unit_test(compressed_bodies_are_unpacked),
        cmocka_unit_test(bodies_are_bounded_before_and_after_unpacking),
        cmocka_unit_test(cut_off_bodies_are_told_from_whole_ones),
        cmocka_unit_test(no_answer_at_all_is_a_network_fault),
        cmocka_unit_test(each_timeout_ends_the_wait_and_says_which),
        cmocka_unit_test(retry_after_is_read_as_seconds_or_date),
        cmocka_unit_test(redirects_are_followed_within_bounds),
        cmocka_unit_test(only_http_urls_are_taken),
        cmocka_unit_test(method_headers_and_body_are_sent),
        cmocka_unit_test(connections_are_kept_and_bounded),
        cmocka_unit_test(one_fault_does_not_touch_the_others),
        cmocka_unit_test(closing_ends_what_is_under_way_silently),
        cmocka_unit_test(another_thread_may_end_the_wait),
        cmocka_unit_test(escapes_leave_only_unreserved_characters),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, server_start, server_stop);
}
