#include "worker/publish.h"

#include "lib/arena.h"
#include "lib/clock.h"
#include "lib/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Messages waiting before new ones are dropped. */
enum { WAITING_MAX = 500 };

struct message {
    struct message *next;
    char url[96];
    char *json;
};

struct publish {
    struct http *http; /* NULL: nobody to publish to */
    char *socket_path;
    struct message *first, **last;
    size_t n;
    bool sending; /* the first one is under way */
};

bool
publish_open(struct publish **out, const char *socket_path, struct err *err)
{
    struct publish *p = xcalloc(1, sizeof *p);
    *out = p;
    p->last = &p->first;
    if (socket_path == NULL || socket_path[0] == '\0')
        return true;
    p->socket_path = xstrdup(socket_path);
    return http_open(&p->http, 1, 1, err);
}

static void
drop_first(struct publish *p)
{
    struct message *m = p->first;
    p->first = m->next;
    if (p->first == NULL)
        p->last = &p->first;
    p->n--;
    free(m->json);
    free(m);
}

void
publish_close(struct publish *p)
{
    if (p == NULL)
        return;
    http_close(p->http);
    while (p->first != NULL)
        drop_first(p);
    free(p->socket_path);
    free(p);
}

static void send_next(struct publish *p);

/* Sent or not: a message that nobody took is not worth a word. */
static void
on_done(void *arg, const struct http_response *response)
{
    struct publish *p = arg;
    (void)response;
    p->sending = false;
    drop_first(p);
    send_next(p);
}

/* One after the other: libcurl keeps no order among transfers that wait. */
static void
send_next(struct publish *p)
{
    static const char *const headers[] = {"Content-Type: application/json",
                                          NULL};
    while (!p->sending && p->first != NULL) {
        struct err ignored;
        const struct http_request request = {
            .method = "POST",
            .url = p->first->url,
            .headers = headers,
            .body = p->first->json,
            .body_len = strlen(p->first->json),
            .unix_socket = p->socket_path,
            .connect_timeout_ms = 1000,
            .first_byte_timeout_ms = 2000,
            .stall_timeout_ms = 2000,
            .total_timeout_ms = 3000,
            .max_body_bytes = 65536,
        };
        p->sending = http_start(p->http, &request, on_done, p, &ignored);
        if (!p->sending)
            drop_first(p);
    }
}

void
publish_send(struct publish *p, const char *topic, int64_t id, const char *json)
{
    if (p->http == NULL || p->n >= WAITING_MAX)
        return;
    struct message *m = xcalloc(1, sizeof *m);
    snprintf(m->url, sizeof m->url, "http://localhost/publish/%s/%lld", topic,
             (long long)id);
    m->json = xstrdup(json);
    *p->last = m;
    p->last = &m->next;
    p->n++;
    send_next(p);
}

void
publish_alerts(struct publish *p)
{
    publish_send(p, "alerts", 0, "{\"kind\":\"changed\"}");
}

void
publish_poll(struct publish *p, int budget_ms)
{
    struct err ignored;
    int64_t end = clock_ms() + budget_ms;
    while (p->http != NULL && p->n > 0) {
        int64_t left = end - clock_ms();
        if (!http_poll(p->http, left > 0 ? (int)left : 0, &ignored) ||
            left <= 0)
            return;
    }
}
