#include "worker/fetch_own.h"

#include "core/archive.h"
#include "lib/config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TICK_MS = 200,
    SAVE_MAX = 64, /* responses in one call of save */
};

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
    parcel->next = NULL;
    *e->last = parcel;
    e->last = &parcel->next;
}

static struct parcel *
parcel_take(struct engine *e)
{
    struct parcel *parcel = e->first;
    e->first = parcel->next;
    if (e->first == NULL)
        e->last = &e->first;
    return parcel;
}

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

/* Hands over the responses at the head of the queue. */
static bool
save_some(struct engine *e, struct err *err)
{
    struct parcel *taken[SAVE_MAX];
    struct load loads[SAVE_MAX];
    size_t sources[SAVE_MAX], n = 0;
    bool ok = true;
    while (n < SAVE_MAX && e->first != NULL && !e->first->is_note) {
        struct parcel *parcel = taken[n++] = parcel_take(e);
        ok = ok && archive(e, parcel, err);
        loads[n - 1] = parcel->load;
        sources[n - 1] = parcel->job->index;
    }
    ok = ok && e->calls->save(e->calls->arg, loads, sources, n, err);
    for (size_t i = 0; i < n; i++) {
        taken[i]->job->unsaved--;
        arena_free(taken[i]->a);
    }
    return ok;
}

static bool
give_note(struct engine *e, struct err *err)
{
    struct parcel *parcel = parcel_take(e);
    struct job *job = parcel->job;
    parcel->note.requests = job->requests;
    job->requests = 0;
    bool ok = e->calls->note(e->calls->arg, job->index, &parcel->note, err);
    arena_free(parcel->a);
    return ok;
}

static bool
tell_ended(struct engine *e, struct err *err)
{
    for (size_t i = 0; i < e->plan->n; i++) {
        struct job *job = &e->jobs[i];
        if (job->state != JOB_ENDED || job->unsaved > 0)
            continue;
        struct fetch_note note = job_result(job);
        job->state = JOB_TOLD;
        if (!e->calls->done(e->calls->arg, i, &note, err))
            return false;
    }
    return true;
}

/* Everything that waits goes to the callbacks. */
static bool
hand_over(struct engine *e, struct err *err)
{
    while (e->first != NULL)
        if (!(e->first->is_note ? give_note(e, err) : save_some(e, err)))
            return false;
    return tell_ended(e, err);
}

static bool
all_told(const struct engine *e)
{
    for (size_t i = 0; i < e->plan->n; i++)
        if (e->jobs[i].state != JOB_TOLD)
            return false;
    return true;
}

/* Starts what may start. Tokens are asked for once all who need one are
 * known, and then given out in the same order. */
static bool
start_jobs(struct engine *e, struct err *err)
{
    for (size_t i = 0; i < e->n_lanes; i++)
        e->lanes[i].waiting = 0;
    for (size_t i = 0; i < e->plan->n; i++)
        job_start(&e->jobs[i]);
    if (!lanes_refill(e, err))
        return false;
    for (size_t i = 0; i < e->plan->n; i++)
        job_start(&e->jobs[i]);
    return true;
}

/* Milliseconds until something may start or a tick is due. */
static int
wait_ms(const struct engine *e)
{
    double now = fetch_clock_ms(), until = now + TICK_MS;
    for (size_t i = 0; i < e->plan->n; i++) {
        const struct job *job = &e->jobs[i];
        if (job->state == JOB_READY && job->not_before_ms > now &&
            job->not_before_ms < until)
            until = job->not_before_ms;
    }
    for (size_t i = 0; i < e->n_lanes; i++) {
        const struct lane *lane = &e->lanes[i];
        if (lane->ask_again_ms > now && lane->ask_again_ms < until)
            until = lane->ask_again_ms;
        if (lane->blocked_until_ms > now && lane->blocked_until_ms < until)
            until = lane->blocked_until_ms;
    }
    return (int)(until - now) + 1;
}

/* New requests go out first; then, while they are under way, what came before
 * is archived and saved. */
static bool
loop(struct engine *e, bool *halted, struct err *err)
{
    while (!all_told(e)) {
        if (!e->calls->tick(e->calls->arg)) {
            *halted = true;
            return hand_over(e, err);
        }
        if (!start_jobs(e, err))
            return false;
        int wait = e->first != NULL ? 0 : wait_ms(e);
        e->err = err;
        if (!http_poll(e->http, wait, err) || e->failed)
            return false;
        if (e->first != NULL && !start_jobs(e, err))
            return false;
        if (e->first != NULL && !http_poll(e->http, 0, err))
            return false;
        if (e->failed || !hand_over(e, err))
            return false;
    }
    return true;
}

static bool
open_jobs(struct engine *e, struct err *err)
{
    size_t n_listings, n_calendars, n = e->plan->n;
    struct fetch_listing *listings;
    struct calendar *calendars;
    int64_t *ids = arena_array(e->a, n, sizeof *ids);
    int tries = 0;
    for (size_t i = 0; i < n; i++)
        ids[i] = e->plan->sources[i].instrument_id;
    while (!fetch_listing_list(e->a, e->db, ids, n, e->plan->providers,
                               &listings, &n_listings, err) ||
           !calendar_list(e->a, e->db, &calendars, &n_calendars, err))
        if (!e->calls->again(e->calls->arg, &tries, err))
            return false;
    e->jobs = arena_array(e->a, n, sizeof *e->jobs);
    for (size_t i = 0; i < n; i++) {
        struct job *job = &e->jobs[i];
        *job = (struct job){.e = e, .index = i, .source = &e->plan->sources[i]};
        job->targets = arena_array(e->a, n_listings, sizeof *job->targets);
        for (size_t k = 0; k < n_listings; k++) {
            const struct fetch_listing *l = &listings[k];
            if (l->instrument_id != ids[i])
                continue;
            job->calendar = calendar_find(calendars, n_calendars, l->calendar);
            struct lane *lane = lane_find(e, l->provider);
            if (lane != NULL)
                job->targets[job->n_targets++] =
                    (struct target){lane, l->provider_symbol};
        }
        job_open(job);
    }
    return true;
}

static void
engine_close(struct engine *e)
{
    http_close(e->http);
    for (size_t i = 0; e->jobs != NULL && i < e->plan->n; i++)
        arena_free(e->jobs[i].flight);
    while (e->first != NULL)
        arena_free(parcel_take(e)->a);
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
    e.last = &e.first;
    *halted = false;
    bool ok = http_open(&e.http, parallel, parallel, err) &&
              lanes_open(&e, err) && open_jobs(&e, err) &&
              loop(&e, halted, err);
    engine_close(&e);
    return ok;
}
