#include "tests/lib/stub.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256 };

struct stub {
    stub_fn *fn;
    void *arg;
    int fd, port;
    pthread_t thread, workers[CONNECTIONS_MAX];
    int fds[CONNECTIONS_MAX], n_workers;
    pthread_mutex_t lock;
    struct stub_request seen[STUB_LOG_MAX];
    size_t n_seen;
    int at_once, most_at_once;
};

struct worker_arg {
    struct stub *stub;
    int fd;
};

static double
now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void
stub_answer(char *out, int status, const char *headers, const char *body)
{
    snprintf(out, STUB_ANSWER_MAX,
             "HTTP/1.1 %d Answer\r\nContent-Length: %zu\r\n%s\r\n%s", status,
             strlen(body), headers, body);
}

static bool
read_head(int fd, char *text, size_t size)
{
    size_t len = 0;
    while (len + 1 < size) {
        ssize_t n = recv(fd, text + len, 1, 0);
        if (n <= 0)
            return false;
        text[++len] = '\0';
        if (len >= 4 && strcmp(text + len - 4, "\r\n\r\n") == 0)
            return true;
    }
    return false;
}

static bool
read_body(int fd, struct stub_request *request)
{
    const char *length = strcasestr(request->head, "\r\nContent-Length:");
    size_t len = 0, want = length != NULL ? strtoul(length + 17, NULL, 10) : 0;
    if (want >= sizeof request->body)
        return false;
    while (len < want) {
        ssize_t n = recv(fd, request->body + len, want - len, 0);
        if (n <= 0)
            return false;
        len += (size_t)n;
    }
    request->body[len] = '\0';
    return true;
}

static bool
send_all(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

static bool
serve_one(struct stub *stub, int fd, char *out)
{
    struct stub_request request;
    char path[2048];
    if (!read_head(fd, request.head, sizeof request.head) ||
        !read_body(fd, &request) ||
        sscanf(request.head, "%*s %2047s", path) != 1)
        return false;
    request.at_ms = now_ms();
    pthread_mutex_lock(&stub->lock);
    if (stub->n_seen < STUB_LOG_MAX)
        stub->seen[stub->n_seen] = request;
    stub->n_seen++;
    if (++stub->at_once > stub->most_at_once)
        stub->most_at_once = stub->at_once;
    int wait_ms = stub->fn(stub->arg, path, out);
    pthread_mutex_unlock(&stub->lock);
    if (wait_ms > 0)
        usleep((useconds_t)wait_ms * 1000);
    pthread_mutex_lock(&stub->lock);
    stub->at_once--;
    pthread_mutex_unlock(&stub->lock);
    return wait_ms >= 0 && send_all(fd, out);
}

static void *
serve_connection(void *arg)
{
    struct worker_arg w = *(struct worker_arg *)arg;
    char *out = malloc(STUB_ANSWER_MAX);
    int on = 1;
    free(arg);
    setsockopt(w.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    while (out != NULL && serve_one(w.stub, w.fd, out))
        ;
    free(out);
    shutdown(w.fd, SHUT_RDWR);
    return NULL;
}

static void *
serve(void *arg)
{
    struct stub *stub = arg;
    int fd;
    while ((fd = accept(stub->fd, NULL, NULL)) >= 0 &&
           stub->n_workers < CONNECTIONS_MAX) {
        struct worker_arg *w = malloc(sizeof *w);
        if (w == NULL)
            abort();
        *w = (struct worker_arg){stub, fd};
        stub->fds[stub->n_workers] = fd;
        if (pthread_create(&stub->workers[stub->n_workers++], NULL,
                           serve_connection, w) != 0)
            abort();
    }
    return NULL;
}

struct stub *
stub_start(stub_fn *fn, void *arg)
{
    struct stub *stub = calloc(1, sizeof *stub);
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof in;
    if (stub == NULL)
        abort();
    stub->fn = fn;
    stub->arg = arg;
    pthread_mutex_init(&stub->lock, NULL);
    stub->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(stub->fd, (struct sockaddr *)&in, len) != 0 ||
        listen(stub->fd, 128) != 0 ||
        getsockname(stub->fd, (struct sockaddr *)&in, &len) != 0 ||
        pthread_create(&stub->thread, NULL, serve, stub) != 0)
        abort();
    stub->port = ntohs(in.sin_port);
    return stub;
}

void
stub_stop(struct stub *stub)
{
    shutdown(stub->fd, SHUT_RDWR);
    pthread_join(stub->thread, NULL);
    close(stub->fd);
    for (int i = 0; i < stub->n_workers; i++) {
        shutdown(stub->fds[i], SHUT_RDWR);
        pthread_join(stub->workers[i], NULL);
        close(stub->fds[i]);
    }
    pthread_mutex_destroy(&stub->lock);
    free(stub);
}

int
stub_port(const struct stub *stub)
{
    return stub->port;
}

size_t
stub_count(struct stub *stub)
{
    pthread_mutex_lock(&stub->lock);
    size_t n = stub->n_seen;
    pthread_mutex_unlock(&stub->lock);
    return n;
}

const struct stub_request *
stub_seen(struct stub *stub, size_t i)
{
    return &stub->seen[i];
}

int
stub_most_at_once(struct stub *stub)
{
    pthread_mutex_lock(&stub->lock);
    int n = stub->most_at_once;
    pthread_mutex_unlock(&stub->lock);
    return n;
}

void
stub_forget(struct stub *stub)
{
    pthread_mutex_lock(&stub->lock);
    stub->n_seen = 0;
    stub->most_at_once = 0;
    pthread_mutex_unlock(&stub->lock);
}
