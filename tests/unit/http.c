/* Against a server of our own on loopback; tests/lib/rawserver.c says what each
 * path does. */
#include "lib/http.h"

#include "lib/buf.h"
#include "tests/lib/rawserver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

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
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", raw_server_port(), path);
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
    request.unix_socket = raw_server_socket();
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
    int before = raw_server_connections();
    struct chain chains[10];
    for (int i = 0; i < 10; i++) {
        chains[i] = (struct chain){http, 20};
        struct http_request request = request_of("/ok");
        assert_true(http_start(http, &request, on_chain, &chains[i], &err));
    }
    finish_all(http);
    for (int i = 0; i < 10; i++)
        assert_int_equal(chains[i].left, 0);
    assert_true(raw_server_connections() - before <= 3);
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
    return cmocka_run_group_tests(tests, raw_server_start, raw_server_stop);
}
