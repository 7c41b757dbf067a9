#include "worker/job_watch.h"

#include "lib/clock.h"
#include "lib/config.h"
#include "lib/secret.h"
#include "worker/publish.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TURN_MS = 100,
    PUBLISH_MS = 250,
    BEAT_MS = 1000,
    PAUSE_MIN_MS = 50, /* between tries to reach the server */
    PAUSE_MAX_MS = 500,
    LAST_WORDS_MS = 1000,
};

struct job_watch {
    const struct upload_job *job;
    int64_t bytes_of;
    pthread_t thread;
    atomic_bool lost, ending;
    atomic_llong bytes, rows;
    /* the thread's own */
    struct db *db;
    struct publish *publish;
    bool locked;
    int64_t beat_at_ms, publish_at_ms, pause_ms, published_bytes;
};

/* To the pages of the upload and of the load. */
static void
tell(struct job_watch *w, const char *json)
{
    if (w->job->upload_id != 0)
        publish_send(w->publish, "upload", w->job->upload_id, json);
    if (w->job->load_id != 0)
        publish_send(w->publish, "load", w->job->load_id, json);
}

static void
tell_progress(struct job_watch *w)
{
    char json[160];
    int64_t bytes = atomic_load(&w->bytes);
    if (bytes == w->published_bytes ||
        clock_ms() - w->publish_at_ms < PUBLISH_MS)
        return;
    snprintf(json, sizeof json,
             "{\"kind\":\"progress\",\"bytes\":%lld,\"of\":%lld,\"rows\":%lld}",
             (long long)bytes, (long long)w->bytes_of,
             (long long)atomic_load(&w->rows));
    tell(w, json);
    w->published_bytes = bytes;
    w->publish_at_ms = clock_ms();
}

static bool
beat(struct job_watch *w, struct err *err)
{
    bool owned = true;
    if (!w->locked &&
        !db_lock_try(w->db, upload_lock_key(w->job->id, w->job->attempt),
                     &w->locked, err))
        return false;
    if (!upload_job_beat(w->db, w->job, atomic_load(&w->bytes),
                         atomic_load(&w->rows), &owned, err))
        return false;
    if (!owned)
        atomic_store(&w->lost, true);
    w->beat_at_ms = clock_ms();
    return true;
}

static bool
turn(struct job_watch *w, struct err *err)
{
    if (clock_ms() - w->beat_at_ms >= BEAT_MS && !atomic_load(&w->lost) &&
        !beat(w, err))
        return false;
    tell_progress(w);
    publish_poll(w->publish, 0);
    if (!atomic_load(&w->ending))
        clock_sleep(TURN_MS);
    return true;
}

/* The server is away: its lock went with it. Others may try too, so not all at
 * once. */
static void
pause_turn(struct job_watch *w)
{
    w->locked = false;
    w->beat_at_ms = 0;
    clock_sleep((int64_t)((double)w->pause_ms * (0.5 + secret_uniform())));
    w->pause_ms *= 2;
    if (w->pause_ms > PAUSE_MAX_MS)
        w->pause_ms = PAUSE_MAX_MS;
}

static void *
thread_main(void *arg)
{
    struct job_watch *w = arg;
    struct err err;
    if (!db_open(&w->db, config()->db_worker, "quotemill job watch", &err))
        pause_turn(w);
    tell(w, "{\"kind\":\"changed\"}");
    while (!atomic_load(&w->ending)) {
        if (turn(w, &err))
            w->pause_ms = PAUSE_MIN_MS;
        else
            pause_turn(w);
    }
    tell(w, "{\"kind\":\"changed\"}");
    publish_poll(w->publish, LAST_WORDS_MS);
    db_close(w->db);
    return NULL;
}

bool
job_watch_start(struct job_watch **out, const struct upload_job *job,
                int64_t bytes_of, struct err *err)
{
    struct job_watch *w = xcalloc(1, sizeof *w);
    sigset_t all, before;
    w->job = job;
    w->bytes_of = bytes_of;
    w->pause_ms = PAUSE_MIN_MS;
    if (!publish_open(&w->publish, config()->publish_socket, err)) {
        free(w);
        return false;
    }
    /* signals are for the working thread */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&w->thread, NULL, thread_main, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0) {
        publish_close(w->publish);
        free(w);
        return err_set(err, ERR_INTERNAL, "no thread to watch the job: %s",
                       strerror(failed));
    }
    *out = w;
    return true;
}

bool
job_watch_progress(struct job_watch *w, int64_t bytes, int64_t rows)
{
    atomic_store(&w->bytes, bytes);
    atomic_store(&w->rows, rows);
    return !atomic_load(&w->lost);
}

bool
job_watch_lost(const struct job_watch *w)
{
    return atomic_load(&w->lost);
}

void
job_watch_stop(struct job_watch *w)
{
    if (w == NULL)
        return;
    atomic_store(&w->ending, true);
    pthread_join(w->thread, NULL);
    publish_close(w->publish);
    free(w);
}
