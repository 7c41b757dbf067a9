#include "worker/publish.h"

#include "lib/arena.h"
#include "lib/http.h"

#include <string.h>
#include <time.h>

/* Messages waiting before new ones are dropped. */
enum { WAITING_MAX = 500 };

struct publish {
    struct arena *a;
    struct http *http;
    const char *socket_path;
};

bool
publish_open(struct publish **out, const char *socket_path, struct err *err)
{
    struct arena *a = arena_new();
    struct publish *p = arena_alloc(a, sizeof *p);
    *out = p;
    p->a = a;
    if (socket_path == NULL || socket_path[0] == '\0')
        return true;
    p->socket_path = arena_strdup(a, socket_path);
    /* one connection: messages stay in order */
    return http_open(&p->http, 1, 1, err);
}

void
publish_close(struct publish *p)
{
    if (p == NULL)
        return;
    http_close(p->http);
    arena_free(p->a);
}

static void
on_done(void *arg, const struct http_response *response)
{
    (void)arg;
    (void)response; /* a message that nobody took is not worth a word */
}

void
publish_send(struct publish *p, int64_t run_id, const char *json)
{
    struct arena *a;
    struct err ignored;
    static const char *const headers[] = {"Content-Type: application/json",
                                          NULL};
    if (p->http == NULL || http_pending(p->http) >= WAITING_MAX)
        return;
    a = arena_new();
    struct http_request request = {
        .method = "POST",
        .url = arena_printf(a, "http://localhost/publish/run/%lld",
                            (long long)run_id),
        .headers = headers,
        .body = json,
        .body_len = strlen(json),
        .unix_socket = p->socket_path,
        .connect_timeout_ms = 1000,
        .first_byte_timeout_ms = 2000,
        .stall_timeout_ms = 2000,
        .total_timeout_ms = 3000,
        .max_body_bytes = 65536,
    };
    bool sent = http_start(p->http, &request, on_done, NULL, &ignored);
    (void)sent;
    arena_free(a);
}

static int64_t
now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
publish_poll(struct publish *p, int budget_ms)
{
    struct err ignored;
    int64_t end = now_ms() + budget_ms;
    while (p->http != NULL && http_pending(p->http) > 0) {
        int64_t left = end - now_ms();
        if (!http_poll(p->http, left > 0 ? (int)left : 0, &ignored) ||
            left <= 0)
            return;
    }
}
