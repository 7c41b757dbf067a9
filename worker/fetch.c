#include "worker/fetch_own.h"

#include "core/archive.h"
#include "lib/config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TICK_MS = 200,
    SAVE_MAX = 64, /* responses in one call of save */
};

/* The archive before the row that names its object, so that no row is ever
 * without one. */
static bool
archive(struct engine *e, struct parcel *parcel, struct err *err)
{
    struct archive_object object;
    int tries = 0;
    while (!archive_put(parcel->a, config()->archive_dir, parcel->body,
                        parcel->body_len, false, &object, err))
        if (!e->calls->again(e->calls->arg, &tries, err))
            return false;
    parcel->load.archive_hash = object.hash;
    parcel->load.archive_bytes = object.bytes;
    return true;
}

static struct parcel *
list_take(struct parcel **list)
{
    struct parcel *parcel = *list;
    *list = parcel->next;
    return parcel;
}

static void
list_free(struct parcel **list)
{
    while (*list != NULL)
        arena_free(list_take(list)->a);
}

/* Archives and saves the first responses of a list of them. */
static bool
save_some(struct engine *e, struct parcel **list, struct err *err)
{
    struct parcel *taken[SAVE_MAX];
    struct load loads[SAVE_MAX];
    size_t sources[SAVE_MAX], n = 0;
    bool ok = true;
    while (n < SAVE_MAX && *list != NULL) {
        struct parcel *parcel = taken[n] = list_take(list);
        ok = ok && archive(e, parcel, err) && lanes_serve(e, err);
        loads[n] = parcel->load;
        sources[n++] = parcel->source;
    }
    ok = ok && e->calls->save(e->calls->arg, loads, sources, n, err);
    for (size_t i = 0; i < n; i++)
        arena_free(taken[i]->a);
    return ok;
}

static bool
tell(struct engine *e, struct parcel **list, size_t *n_ended, struct err *err)
{
    struct parcel *parcel = list_take(list);
    const struct fetch_calls *c = e->calls;
    bool ok = true;
    *n_ended += parcel->kind != PARCEL_NOTE;
    if (parcel->kind == PARCEL_END)
        ok = c->done(c->arg, parcel->source, &parcel->note, err);
    else if (parcel->kind == PARCEL_NOTE)
        ok = c->note(c->arg, parcel->source, &parcel->note, err);
    else if (c->checked != NULL)
        c->checked(c->arg, parcel->source, &parcel->note);
    arena_free(parcel->a);
    return ok;
}

/* Takes the responses out of a list; both keep their order. */
static struct parcel *
list_responses(struct parcel **list)
{
    struct parcel *out = NULL, **last = &out;
    for (struct parcel **at = list; *at != NULL;) {
        struct parcel *parcel = *at;
        if (parcel->kind != PARCEL_RESPONSE) {
            at = &parcel->next;
            continue;
        }
        *at = parcel->next;
        parcel->next = NULL;
        *last = parcel;
        last = &parcel->next;
    }
    return out;
}

/* Hands all parcels over: the responses first, as many as there are in one
 * transaction, so that those who come fast do not cost a commit each; then
 * the notes and ends, whose responses are saved by then. Tokens are given out
 * in between. */
static bool
hand_over(struct engine *e, struct parcel **list, size_t *n_ended,
          struct err *err)
{
    struct parcel *responses = list_responses(list);
    bool ok = true;
    while (ok && responses != NULL)
        ok = save_some(e, &responses, err);
    while (ok && *list != NULL)
        ok = tell(e, list, n_ended, err) && lanes_serve(e, err);
    list_free(&responses);
    return ok;
}

static bool
has_news(const struct engine *e)
{
    bool news = e->first != NULL || e->net_failed;
    for (size_t i = 0; i < e->n_lanes; i++) {
        const struct lane *lane = &e->lanes[i];
        news =
            news || lane->block_s > 0 || (lane->wanted > 0 && !lane->answered);
    }
    return news;
}

/* Waits for something to do, a tick at most, and takes all parcels. */
static struct parcel *
take_news(struct engine *e)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&e->lock);
    while (!has_news(e) &&
           pthread_cond_timedwait(&e->news, &e->lock, &until) != ETIMEDOUT)
        ;
    struct parcel *list = e->first;
    e->first = NULL;
    e->last = &e->first;
    pthread_mutex_unlock(&e->lock);
    return list;
}

static void
net_stop(struct engine *e)
{
    pthread_mutex_lock(&e->lock);
    e->stop = true;
    pthread_mutex_unlock(&e->lock);
    http_wake(e->http);
    pthread_join(e->thread, NULL);
}

/* Signals are for the caller's thread: it knows what to do about them. */
static bool
net_start(struct engine *e, struct err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&e->thread, NULL, net_main, e);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0 ||
           err_set(err, ERR_INTERNAL, "no thread: %s", strerror(failed));
}

static bool
net_is_well(struct engine *e, struct err *err)
{
    pthread_mutex_lock(&e->lock);
    bool failed = e->net_failed;
    if (failed)
        *err = e->net_err;
    pthread_mutex_unlock(&e->lock);
    return !failed;
}

/* Until every source and check has ended, or somebody says stop: then what had
 * come is handed over still. */
static bool
work(struct engine *e, bool *halted, struct err *err)
{
    struct parcel *list = NULL;
    size_t n_ended = 0;
    bool ok = true;
    while (ok && n_ended < e->plan->n + e->n_checks && !*halted) {
        *halted = !e->calls->tick(e->calls->arg);
        list = *halted ? NULL : take_news(e);
        ok = net_is_well(e, err) && lanes_serve(e, err) &&
             hand_over(e, &list, &n_ended, err);
        list_free(&list);
    }
    net_stop(e);
    list = e->first;
    e->first = NULL;
    e->last = &e->first;
    ok = ok && lanes_serve(e, err) && hand_over(e, &list, &n_ended, err);
    list_free(&list);
    return ok && lanes_close(e, err);
}

static void
open_job(struct engine *e, size_t i, const struct fetch_book *book)
{
    struct job *job = &e->jobs[i];
    *job = (struct job){.e = e, .index = i, .source = &e->plan->sources[i]};
    job->targets = arena_array(e->a, book->n_listings, sizeof *job->targets);
    for (size_t k = 0; k < book->n_listings; k++) {
        const struct fetch_listing *l = &book->listings[k];
        if (l->instrument_id != job->source->instrument_id)
            continue;
        job->calendar =
            calendar_find(book->calendars, book->n_calendars, l->calendar);
        struct lane *lane = lane_find(e, l->provider);
        if (lane != NULL)
            job->targets[job->n_targets++] =
                (struct target){lane, l->provider_symbol};
    }
    job_open(job);
}

static bool
open_jobs(struct engine *e, struct err *err)
{
    struct fetch_book book;
    size_t n = e->plan->n;
    int64_t *ids = arena_array(e->a, n, sizeof *ids);
    int tries = 0;
    for (size_t i = 0; i < n; i++)
        ids[i] = e->plan->sources[i].instrument_id;
    while (!fetch_book_get(e->a, e->db, ids, n, e->plan->providers, &book, err))
        if (!e->calls->again(e->calls->arg, &tries, err))
            return false;
    if (!lanes_open(e, &book, err))
        return false;
    e->jobs = arena_array(e->a, n, sizeof *e->jobs);
    for (size_t i = 0; i < n; i++)
        open_job(e, i, &book);
    checks_open(e);
    return true;
}

static void
drop_arena(void *arena)
{
    arena_free(arena);
}

static void
engine_open(struct engine *e)
{
    pthread_condattr_t monotonic;
    pthread_mutex_init(&e->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&e->news, &monotonic);
    pthread_condattr_destroy(&monotonic);
    e->last = &e->first;
    e->waiting_last = &e->waiting;
    e->net = arena_new();
    arena_defer(e->a, drop_arena, e->net);
}

static void
engine_close(struct engine *e)
{
    http_close(e->http);
    for (size_t i = 0; e->jobs != NULL && i < e->plan->n; i++)
        arena_free(e->jobs[i].flight);
    for (size_t i = 0; i < e->n_checks; i++)
        arena_free(e->checks[i].flight);
    pthread_cond_destroy(&e->news);
    pthread_mutex_destroy(&e->lock);
}

bool
fetch_run(struct arena *a, struct db *db, const struct fetch_plan *plan,
          const struct fetch_calls *calls, bool *halted, struct err *err)
{
    struct engine e = {.a = a,
                       .db = db,
                       .plan = plan,
                       .calls = calls,
                       .simulated = config()->simulator_url[0] != '\0'};
    int parallel = (int)config()->fetch_parallel;
    engine_open(&e);
    *halted = false;
    bool ok = http_open(&e.http, parallel, parallel, err) &&
              open_jobs(&e, err) && net_start(&e, err) && work(&e, halted, err);
    list_free(&e.first);
    engine_close(&e);
    return ok;
}
