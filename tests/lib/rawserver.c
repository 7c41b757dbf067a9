#include "tests/lib/rawserver.h"

#include "lib/err.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

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
#define REPLY(path, text, after)                                               \
    {                                                                          \
        path, text, sizeof(text) - 1, after                                    \
    }
    REPLY("/ok", OK_HEAD "Content-Length: 5\r\nX-Weight: 7\r\n\r\nhello", KEEP),
    REPLY("/gzip",
          OK_HEAD "Content-Encoding: gzip\r\nContent-Type: "
                  "application/json\r\nContent-Length: 35\r\n\r\n" GZIP_SMALL,
          KEEP),
    REPLY("/bomb",
          OK_HEAD "Content-Encoding: gzip\r\nContent-Length: "
                  "133\r\n\r\n" GZIP_BOMB,
          KEEP),
    REPLY("/damaged",
          OK_HEAD "Content-Encoding: "
                  "gzip\r\nContent-Length: "
                  "20\r\n\r\n12345678901234567890",
          KEEP),
    REPLY("/cut", OK_HEAD "Content-Length: 50\r\n\r\nhello", CLOSE),
    REPLY("/cut-chunk",
          OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello"
                  "\r\n20\r\nwor",
          CLOSE),
    REPLY("/chunked",
          OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello"
                  "\r\n0\r\n\r\n",
          KEEP),
    REPLY("/nothing", "", CLOSE),
    REPLY("/silent", "", HANG),
    REPLY("/stall", OK_HEAD "Content-Length: 50\r\n\r\nhello", HANG),
    REPLY("/drip", OK_HEAD "Content-Length: 50\r\n\r\nhello", DRIP),
    REPLY("/endless", OK_HEAD "\r\n0123456789", DRIP),
    REPLY("/announced", OK_HEAD "Content-Length: 99999\r\n\r\n", HANG),
    REPLY("/429",
          "HTTP/1.1 429 Too Many\r\nRetry-After: 17\r\n"
          "Content-Length: 4\r\n\r\nslow",
          KEEP),
    REPLY("/503",
          "HTTP/1.1 503 Away\r\nDate: Fri, 31 Dec 1999 23:59:00 "
          "GMT\r\n"
          "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"
          "Content-Length: 0\r\n\r\n",
          KEEP),
    REPLY("/503-odd",
          "HTTP/1.1 503 Away\r\nRetry-After: soon\r\n"
          "Content-Length: 0\r\n\r\n",
          KEEP),
    REPLY("/loop",
          "HTTP/1.1 302 Found\r\nLocation: /loop\r\n"
          "Content-Length: 0\r\n\r\n",
          KEEP),
    REPLY("/moved",
          "HTTP/1.1 302 Found\r\nLocation: /ok\r\n"
          "Content-Length: 6\r\n\r\nignore",
          KEEP),
    REPLY("/to-file",
          "HTTP/1.1 302 Found\r\nLocation: "
          "file:///etc/hostname"
          "\r\nContent-Length: 0\r\n\r\n",
          KEEP),
    REPLY("/garbage", "\x01\x02\x03 no http here\r\n\r\n", CLOSE),
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

int
raw_server_start(void **state)
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

int
raw_server_stop(void **state)
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

int
raw_server_port(void)
{
    return server.port;
}

int
raw_server_connections(void)
{
    return atomic_load(&server.connections);
}

const char *
raw_server_socket(void)
{
    return server.socket_path;
}
