#include "lib/fcgi.h"

#include "lib/arena.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* The server under test runs in a child process with the listening socket as
 * descriptor 0. It answers with REQUEST_METHOD, the body's length and the
 * body's first bytes; the client here speaks FastCGI by hand. */

enum { THREADS = 2 };

struct world {
    pid_t server;
    struct sockaddr_un address;
};

static void *
serve(void *arg)
{
    struct fcgi *f;
    struct err err;
    (void)arg;
    if (!fcgi_open(&f, &err))
        _exit(9);
    while (fcgi_accept(f)) {
        char body[4096], head[128];
        size_t total = 0, n;
        unsigned sum = 0;
        while ((n = fcgi_read(f, body, sizeof body)) > 0) {
            total += n;
            for (size_t i = 0; i < n; i++)
                sum += (unsigned char)body[i];
        }
        const char *method = fcgi_param(f, "REQUEST_METHOD");
        int len = snprintf(head, sizeof head, "%s %zu %u %s", method, total,
                           sum, fcgi_param(f, "NOT_THERE") ? "?" : "-");
        fcgi_write(f, head, (size_t)len);
    }
    fcgi_close(f);
    return NULL;
}

static void
on_term(int signal)
{
    (void)signal;
    fcgi_shutdown();
}

static void
server_main(int listener)
{
    pthread_t threads[THREADS];
    dup2(listener, 0);
    if (listener != 0)
        close(listener);
    signal(SIGTERM, on_term);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, serve, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    _exit(0);
}

static int
world_make(void **state)
{
    struct world *w = xcalloc(1, sizeof *w);
    *state = w;
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    w->address.sun_family = AF_UNIX;
    snprintf(w->address.sun_path, sizeof w->address.sun_path,
             "/tmp/qm-fcgi-%d.sock", (int)getpid());
    unlink(w->address.sun_path);
    if (bind(listener, (struct sockaddr *)&w->address, sizeof w->address) !=
            0 ||
        listen(listener, 8) != 0)
        return 1;
    w->server = fork();
    if (w->server == 0)
        server_main(listener);
    close(listener);
    return 0;
}

/* Ends the server by signal; its exit status. */
static int
server_end(struct world *w)
{
    int status = -1;
    if (w->server > 0) {
        kill(w->server, SIGTERM);
        waitpid(w->server, &status, 0);
        w->server = 0;
    }
    return status;
}

static int
world_drop(void **state)
{
    struct world *w = *state;
    server_end(w);
    unlink(w->address.sun_path);
    free(w);
    return 0;
}

static int
connected(const struct world *w)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(
        connect(fd, (const struct sockaddr *)&w->address, sizeof w->address),
        0);
    return fd;
}

static void
record(int fd, int type, const char *data, size_t len)
{
    unsigned char head[8] = {1, (unsigned char)type,       0,
                             1, (unsigned char)(len >> 8), (unsigned char)len};
    assert_int_equal(write(fd, head, sizeof head), sizeof head);
    if (len > 0)
        assert_int_equal(write(fd, data, len), len);
}

static void
request_begin(int fd, bool keep, const char *method)
{
    char begin[8] = {0, 1, keep}, params[64];
    int len = snprintf(params, sizeof params, "%c%cREQUEST_METHOD%s", 14,
                       (int)strlen(method), method);
    record(fd, 1, begin, sizeof begin);
    record(fd, 4, params, (size_t)len);
    record(fd, 4, "", 0);
}

/* What the server wrote to its standard output until it closed. */
static void
answer_read(int fd, char *out, size_t size)
{
    size_t used = 0;
    unsigned char head[8], rest[65536];
    while (recv(fd, head, 8, MSG_WAITALL) == 8) {
        size_t len = (size_t)head[4] << 8 | head[5], all = len + head[6];
        assert_int_equal(recv(fd, rest, all, MSG_WAITALL), all);
        if (head[1] == 6 && used + len < size) {
            memcpy(out + used, rest, len);
            used += len;
        }
    }
    out[used] = '\0';
    close(fd);
}

static void
a_request_is_answered_and_the_connection_closed(void **state)
{
    char answer[256];
    for (int keep = 0; keep < 2; keep++) {
        int fd = connected(*state);
        request_begin(fd, keep, "GET");
        record(fd, 5, "", 0);
        answer_read(fd, answer, sizeof answer);
        assert_string_equal(answer, "GET 0 0 -");
    }
}

static void
a_long_body_streams_through(void **state)
{
    char part[50000], answer[256];
    memset(part, 3, sizeof part);
    int fd = connected(*state);
    request_begin(fd, false, "POST");
    for (int i = 0; i < 40; i++)
        record(fd, 5, part, sizeof part);
    record(fd, 5, "", 0);
    answer_read(fd, answer, sizeof answer);
    assert_string_equal(answer, "POST 2000000 6000000 -");
}

static void
clients_that_say_nothing_do_no_harm(void **state)
{
    char answer[256];
    for (int i = 0; i < 20; i++)
        close(connected(*state));
    int fd = connected(*state);
    assert_int_equal(write(fd, "not FastCGI at all", 18), 18);
    close(fd);
    a_request_is_answered_and_the_connection_closed(state);
    /* one thread is held by a client, the other still answers */
    int slow = connected(*state);
    request_begin(slow, false, "PUT");
    a_request_is_answered_and_the_connection_closed(state);
    record(slow, 5, "", 0);
    answer_read(slow, answer, sizeof answer);
    assert_string_equal(answer, "PUT 0 0 -");
}

static void
a_signal_ends_every_waiting_thread(void **state)
{
    struct world *w = *state;
    a_request_is_answered_and_the_connection_closed(state);
    int status = server_end(w);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void
by_hand_it_answers_one_cgi_request(void **state)
{
    (void)state;
    int in[2], out[2];
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        setenv("REQUEST_METHOD", "POST", 1);
        serve(NULL);
        _exit(0);
    }
    close(in[0]);
    close(out[1]);
    assert_int_equal(write(in[1], "\1\2\3", 3), 3);
    close(in[1]);
    char answer[64] = "";
    assert_true(read(out[0], answer, sizeof answer - 1) > 0);
    assert_string_equal(answer, "POST 3 6 -");
    close(out[0]);
    int status;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, world_make, world_drop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_request_is_answered_and_the_connection_closed),
        CASE(a_long_body_streams_through),
        CASE(clients_that_say_nothing_do_no_harm),
        CASE(a_signal_ends_every_waiting_thread),
        cmocka_unit_test(by_hand_it_answers_one_cgi_request),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
