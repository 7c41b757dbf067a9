#include "worker/fetch_own.h"

#include <time.h>

enum { WAIT_MS = 1000 };

double
fetch_clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void
parcel_add(struct engine *e, struct parcel *parcel)
{
    pthread_mutex_lock(&e->lock);
    parcel->next = NULL;
    *e->last = parcel;
    e->last = &parcel->next;
    pthread_cond_signal(&e->news);
    pthread_mutex_unlock(&e->lock);
}

/* Milliseconds until something may start by itself. */
static int
wait_ms(const struct engine *e)
{
    double now = fetch_clock_ms(), until = now + WAIT_MS;
    for (size_t i = 0; i < e->plan->n; i++) {
        const struct job *job = &e->jobs[i];
        if (job->state == JOB_READY && job->not_before_ms > now &&
            job->not_before_ms < until)
            until = job->not_before_ms;
    }
    if (e->checks_until_ms > now && e->checks_until_ms < until)
        until = e->checks_until_ms;
    for (size_t i = 0; i < e->n_lanes; i++) {
        const struct lane *lane = &e->lanes[i];
        if (lane->ask_again_ms > now && lane->ask_again_ms < until)
            until = lane->ask_again_ms;
        if (lane->blocked_until_ms > now && lane->blocked_until_ms < until)
            until = lane->blocked_until_ms;
    }
    return (int)(until - now) + 1;
}

static bool
is_over(struct engine *e)
{
    bool over = true;
    for (size_t i = 0; i < e->plan->n; i++)
        over = over && e->jobs[i].state == JOB_ENDED;
    over = over && checks_over(e);
    pthread_mutex_lock(&e->lock);
    over = over || e->stop;
    pthread_mutex_unlock(&e->lock);
    return over;
}

void *
net_main(void *engine)
{
    struct engine *e = engine;
    struct err err = {0};
    bool ok = true;
    while (ok && !is_over(e)) {
        jobs_start(e);
        checks_start(e);
        lanes_ask(e);
        jobs_start(e);
        checks_start(e);
        ok = http_poll(e->http, wait_ms(e), &err);
    }
    pthread_mutex_lock(&e->lock);
    e->net_failed = !ok;
    e->net_err = err;
    pthread_cond_signal(&e->news);
    pthread_mutex_unlock(&e->lock);
    return NULL;
}
