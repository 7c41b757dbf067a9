#include "lib/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTEN_FD = 0 };

struct fcgi {
    FCGX_Request request;
    int waiter; /* epoll of the listening socket and the bell */
    bool is_cgi;
    bool is_used;   /* CGI: the one request was handed out */
    bool is_open;   /* a request is under way */
    bool is_broken; /* the client is gone */
};

/* Rung once by fcgi_shutdown and never read, so it wakes every acceptor, also
 * those that begin to wait afterwards. Process-wide as signals are. */
static int bell = -1;

static bool
waiter_open(struct fcgi *f, struct err *err)
{
    /* Exclusive: one waiting process is woken for a connection, not all. */
    struct epoll_event socket_event = {.events = EPOLLIN | EPOLLEXCLUSIVE,
                                       .data.fd = LISTEN_FD};
    struct epoll_event bell_event = {.events = EPOLLIN, .data.fd = bell};
    int flags = fcntl(LISTEN_FD, F_GETFL);
    f->waiter = epoll_create1(EPOLL_CLOEXEC);
    if (flags < 0 || f->waiter < 0 ||
        fcntl(LISTEN_FD, F_SETFL, flags | O_NONBLOCK) < 0 ||
        epoll_ctl(f->waiter, EPOLL_CTL_ADD, LISTEN_FD, &socket_event) < 0 ||
        epoll_ctl(f->waiter, EPOLL_CTL_ADD, bell, &bell_event) < 0)
        return err_set(err, ERR_INTERNAL, "listening socket: %s",
                       strerror(errno));
    return true;
}

/* CGI: descriptor 0 is the body, or nothing; FastCGI: a listening socket. */
static bool
is_listening(void)
{
    int yes = 0;
    socklen_t len = sizeof yes;
    return getsockopt(LISTEN_FD, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) == 0 &&
           yes != 0;
}

static void
start_once(void)
{
    bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    FCGX_Init();
}

bool
fcgi_open(struct fcgi **out, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct fcgi *f = xcalloc(1, sizeof *f);
    *out = f;
    f->waiter = -1;
    pthread_once(&once, start_once);
    if (bell < 0)
        return err_set(err, ERR_INTERNAL, "no event descriptor");
    f->is_cgi = !is_listening();
    if (f->is_cgi)
        return true;
    /* -1: libfcgi itself never accepts, see fcgi_accept. */
    if (FCGX_InitRequest(&f->request, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
        return err_set(err, ERR_INTERNAL, "libfcgi cannot make a request");
    return waiter_open(f, err);
}

void
fcgi_close(struct fcgi *f)
{
    if (f == NULL)
        return;
    fcgi_finish(f);
    if (f->waiter >= 0)
        close(f->waiter);
    free(f);
}

/* A new connection; -1 when the server is ending. */
static int
connection_wait(struct fcgi *f)
{
    for (;;) {
        struct epoll_event events[2];
        int n = epoll_wait(f->waiter, events, 2, -1);
        if (n < 0 && errno != EINTR)
            return -1;
        for (int i = 0; i < n; i++)
            if (events[i].data.fd == bell)
                return -1;
        if (n <= 0)
            continue;
        int fd = accept4(LISTEN_FD, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            return fd;
        if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK)
            return -1;
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
            usleep(10 * 1000); /* readable at once again: do not spin */
    }
}

/* libfcgi's own accept cannot be ended from a signal without a race, so the
 * connection is accepted here and handed over: with a connection in place
 * FCGX_Accept_r reads the request from it. A connection that brings no
 * request makes it try to accept on descriptor -1 and fail. */
bool
fcgi_accept(struct fcgi *f)
{
    fcgi_finish(f);
    if (f->is_cgi) {
        f->is_open = !f->is_used;
        f->is_used = true;
        return f->is_open;
    }
    for (;;) {
        int fd = connection_wait(f);
        if (fd < 0)
            return false;
        f->request.ipcFd = fd;
        f->request.keepConnection = 1;
        if (FCGX_Accept_r(&f->request) == 0)
            break;
        FCGX_Free(&f->request, 1);
    }
    /* A kept connection would bind this process to one worker of nginx. */
    f->request.keepConnection = 0;
    f->is_open = true;
    f->is_broken = false;
    return true;
}

const char *
fcgi_param(const struct fcgi *f, const char *name)
{
    return f->is_cgi ? getenv(name) : FCGX_GetParam(name, f->request.envp);
}

size_t
fcgi_read(struct fcgi *f, void *to, size_t size)
{
    if (size > 1 << 20)
        size = 1 << 20;
    if (!f->is_cgi) {
        int n = FCGX_GetStr(to, (int)size, f->request.in);
        return n > 0 ? (size_t)n : 0;
    }
    ssize_t n;
    do
        n = read(STDIN_FILENO, to, size);
    while (n < 0 && errno == EINTR);
    return n > 0 ? (size_t)n : 0;
}

bool
fcgi_body_is_whole(const struct fcgi *f)
{
    return f->is_cgi || FCGX_GetError(f->request.in) == 0;
}

static bool
write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

bool
fcgi_write(struct fcgi *f, const void *bytes, size_t len)
{
    const char *at = bytes;
    if (f->is_cgi)
        f->is_broken = f->is_broken || !write_all(STDOUT_FILENO, at, len);
    for (; !f->is_cgi && !f->is_broken && len > 0;) {
        int part = len > 1 << 20 ? 1 << 20 : (int)len;
        f->is_broken = FCGX_PutStr(at, part, f->request.out) != part;
        at += part;
        len -= (size_t)part;
    }
    return !f->is_broken;
}

bool
fcgi_flush(struct fcgi *f)
{
    if (!f->is_cgi && !f->is_broken)
        f->is_broken = FCGX_FFlush(f->request.out) != 0;
    return !f->is_broken;
}

bool
fcgi_client_is_gone(const struct fcgi *f)
{
    if (f->is_cgi || !f->is_open)
        return false;
    struct pollfd p = {.fd = f->request.ipcFd, .events = POLLRDHUP};
    return poll(&p, 1, 0) > 0 &&
           (p.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
}

void
fcgi_abort(struct fcgi *f)
{
    static const char wrong[8] = {(char)0xff}; /* a version there never was */
    if (!f->is_open || f->is_cgi)
        return;
    /* Records are written as a whole, so this begins where one would; what is
     * still in libfcgi's buffer is dropped. */
    if (!f->is_broken)
        (void)write_all(f->request.ipcFd, wrong, sizeof wrong);
    FCGX_Free(&f->request, 1);
    f->is_open = false;
    f->is_broken = true;
}

void
fcgi_finish(struct fcgi *f)
{
    if (f->is_open && !f->is_cgi)
        FCGX_Finish_r(&f->request);
    f->is_open = false;
}

void
fcgi_shutdown(void)
{
    uint64_t one = 1;
    int saved = errno;
    ssize_t ignored = write(bell, &one, sizeof one);
    (void)ignored; /* full means it rings already */
    errno = saved;
}
