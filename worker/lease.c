#include "worker/lease.h"

#include "lib/clock.h"
#include "lib/secret.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TURN_MS = 100, /* log lines are stored this often */
    BEAT_MS = 1000,
    PAUSE_MIN_MS = 50, /* between tries to reach the server */
    PAUSE_MAX_MS = 500,
    LAST_WORDS_MS = 2000,
};

struct lease {
    struct lease_spec spec;
    pthread_t thread;
    atomic_int state;
    atomic_bool ending;
    char cancelled_by[128]; /* written before state says LEASE_CANCELLED */
    /* the thread's own */
    struct db *db;
    bool locked, listening;
    int64_t beat_at_ms, pause_ms;
};

static bool
hold_lock(struct lease *l, struct err *err)
{
    const struct run_work *w = l->spec.work;
    if (!l->listening) {
        if (!db_listen(l->db, "run_cancel", err))
            return false;
        l->listening = true;
    }
    return l->locked ||
           db_lock_try(l->db, run_lock_key(w->id, w->attempt), &l->locked, err);
}

static bool
beat(struct lease *l, struct err *err)
{
    struct arena *a = arena_new();
    const char *cancel_by = NULL;
    bool owned = false;
    bool ok = run_beat(a, l->db, l->spec.work, &owned, &cancel_by, err);
    if (ok && !owned)
        atomic_store(&l->state, LEASE_LOST);
    if (ok && cancel_by != NULL && atomic_load(&l->state) == LEASE_HELD) {
        snprintf(l->cancelled_by, sizeof l->cancelled_by, "%s", cancel_by);
        atomic_store(&l->state, LEASE_CANCELLED);
    }
    if (ok)
        l->beat_at_ms = clock_ms();
    arena_free(a);
    return ok;
}

/* Waits a turn; word of a cancellation makes the next beat come at once. */
static bool
wait_turn(struct lease *l, struct err *err)
{
    struct arena *a = arena_new();
    const char *channel, *payload;
    bool ok = db_wait(a, l->db, TURN_MS, &channel, &payload, err);
    if (ok && channel != NULL)
        l->beat_at_ms = 0;
    arena_free(a);
    return ok;
}

static bool
turn(struct lease *l, struct err *err)
{
    bool due = clock_ms() - l->beat_at_ms >= BEAT_MS;
    if (due && !hold_lock(l, err))
        return false;
    if (due && atomic_load(&l->state) != LEASE_LOST && !beat(l, err))
        return false;
    if (!runlog_flush(l->spec.log, l->db, l->spec.publish, err))
        return false;
    publish_poll(l->spec.publish, TURN_MS / 2);
    return wait_turn(l, err);
}

/* The server is away: a pause that grows, with jitter. */
static void
pause_turn(struct lease *l)
{
    l->locked = false;
    l->beat_at_ms = 0;
    clock_sleep((int64_t)((double)l->pause_ms * (0.5 + secret_uniform())));
    l->pause_ms *= 2;
    if (l->pause_ms > PAUSE_MAX_MS)
        l->pause_ms = PAUSE_MAX_MS;
}

/* The run is over: its last lines, if the server can be reached soon. */
static void
last_words(struct lease *l)
{
    struct err ignored;
    int64_t end = clock_ms() + LAST_WORDS_MS;
    while (!runlog_flush(l->spec.log, l->db, l->spec.publish, &ignored)) {
        if (clock_ms() > end)
            return;
        clock_sleep(PAUSE_MIN_MS);
    }
    publish_poll(l->spec.publish, LAST_WORDS_MS);
}

static void *
thread_main(void *arg)
{
    struct lease *l = arg;
    struct err err;
    if (!db_open(&l->db, l->spec.conninfo, "quotemill lease", &err))
        pause_turn(l);
    while (!atomic_load(&l->ending)) {
        if (turn(l, &err))
            l->pause_ms = PAUSE_MIN_MS;
        else
            pause_turn(l);
    }
    last_words(l);
    db_close(l->db);
    return NULL;
}

bool
lease_start(struct lease **out, const struct lease_spec *spec, struct err *err)
{
    struct lease *l = xcalloc(1, sizeof *l);
    sigset_t all, before;
    l->spec = *spec;
    l->pause_ms = PAUSE_MIN_MS;
    atomic_init(&l->state, LEASE_HELD);
    atomic_init(&l->ending, false);
    /* signals are for the working thread */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&l->thread, NULL, thread_main, l);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0) {
        free(l);
        return err_set(err, ERR_INTERNAL, "no thread for the lease: %s",
                       strerror(failed));
    }
    *out = l;
    return true;
}

enum lease_state
lease_look(const struct lease *lease)
{
    return (enum lease_state)atomic_load(&lease->state);
}

const char *
lease_cancelled_by(const struct lease *lease)
{
    return lease->cancelled_by;
}

void
lease_stop(struct lease *lease)
{
    if (lease == NULL)
        return;
    atomic_store(&lease->ending, true);
    pthread_join(lease->thread, NULL);
    free(lease);
}
