#include "lib/queue.h"

#include "lib/arena.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t may_get, may_put;
    size_t cap, first, n;
    bool closed, stopped;
    void *items[];
};

struct queue *
queue_new(size_t cap)
{
    struct queue *q = xcalloc(1, sizeof *q + cap * sizeof *q->items);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->may_get, &clock);
    pthread_cond_init(&q->may_put, &clock);
    pthread_condattr_destroy(&clock);
    q->cap = cap;
    return q;
}

void
queue_free(struct queue *q)
{
    if (q == NULL)
        return;
    pthread_cond_destroy(&q->may_get);
    pthread_cond_destroy(&q->may_put);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

bool
queue_put(struct queue *q, void *item)
{
    pthread_mutex_lock(&q->lock);
    while (q->n == q->cap && !q->stopped)
        pthread_cond_wait(&q->may_put, &q->lock);
    bool ok = !q->stopped;
    if (ok) {
        q->items[(q->first + q->n++) % q->cap] = item;
        pthread_cond_signal(&q->may_get);
    }
    pthread_mutex_unlock(&q->lock);
    return ok;
}

static struct timespec
time_in(int timeout_ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += timeout_ms / 1000;
    t.tv_nsec += timeout_ms % 1000 * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000L;
    }
    return t;
}

enum queue_state
queue_get(struct queue *q, int timeout_ms, void **item)
{
    struct timespec until = time_in(timeout_ms < 0 ? 0 : timeout_ms);
    enum queue_state state = QUEUE_ITEM;
    pthread_mutex_lock(&q->lock);
    while (q->n == 0 && !q->closed && !q->stopped && state == QUEUE_ITEM) {
        if (timeout_ms < 0)
            pthread_cond_wait(&q->may_get, &q->lock);
        else if (pthread_cond_timedwait(&q->may_get, &q->lock, &until) ==
                 ETIMEDOUT)
            state = QUEUE_TIMEOUT;
    }
    if (q->stopped || (q->n == 0 && q->closed)) {
        state = QUEUE_END;
    } else if (q->n > 0) {
        state = QUEUE_ITEM;
        *item = q->items[q->first];
        q->first = (q->first + 1) % q->cap;
        q->n--;
        pthread_cond_signal(&q->may_put);
    }
    pthread_mutex_unlock(&q->lock);
    return state;
}

static void
end(struct queue *q, bool *flag)
{
    pthread_mutex_lock(&q->lock);
    *flag = true;
    pthread_cond_broadcast(&q->may_get);
    pthread_cond_broadcast(&q->may_put);
    pthread_mutex_unlock(&q->lock);
}

void
queue_close(struct queue *q)
{
    end(q, &q->closed);
}

void
queue_stop(struct queue *q)
{
    end(q, &q->stopped);
}
