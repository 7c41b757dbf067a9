#include "worker/upload_jobs.h"

#include "core/upload_job.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/log.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum {
    WAIT_MS = 250,    /* for word of a job */
    REAP_MS = 50,     /* the same while processes are under way */
    LOOK_MS = 2000,   /* claims even when no word came, for lost jobs */
    AWAY_MS = 1000,   /* the server is away */
    CHILD_FD_MIN = 3, /* the wake FIFO of systemd, which is not theirs */
};

struct child {
    pid_t pid; /* 0: a free place */
    struct upload_job job;
};

struct upload_jobs {
    char *name;
    struct db *db;
    pthread_t thread;
    atomic_bool ending;
    atomic_int busy;    /* processes, and a claim under way */
    atomic_llong turns; /* claims begun */
    struct child children[UPLOAD_JOBS_AT_ONCE];
    int64_t look_at_ms;
    bool is_away;
};

static struct child *
free_place(struct upload_jobs *j)
{
    for (size_t i = 0; i < UPLOAD_JOBS_AT_ONCE; i++)
        if (j->children[i].pid == 0)
            return &j->children[i];
    return NULL;
}

static int
count_children(const struct upload_jobs *j)
{
    int n = 0;
    for (size_t i = 0; i < UPLOAD_JOBS_AT_ONCE; i++)
        n += j->children[i].pid != 0;
    return n;
}

/* This program again; its signals as they are by default, though this thread
 * blocks them. */
static bool
spawn(struct child *child, struct err *err)
{
    char id[32], attempt[16];
    snprintf(id, sizeof id, "%lld", (long long)child->job.id);
    snprintf(attempt, sizeof attempt, "%d", child->job.attempt);
    char *argv[] = {(char[]){"quotemill"}, (char[]){"job"}, id, attempt, NULL};
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t actions;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addclosefrom_np(&actions, CHILD_FD_MIN);
    int failed = posix_spawn(&child->pid, "/proc/self/exe", &actions, &attr,
                             argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    if (failed == 0)
        return true;
    child->pid = 0;
    return err_set(err, ERR_RETRY, "no process to be had: %s",
                   strerror(failed));
}

/* The job was left unfinished: no need to wait until it looks lost. One that
 * came to its end is not touched. */
static void
give_back(struct upload_jobs *j, const struct child *child, const char *words)
{
    struct err why, err;
    (void)err_set(&why, ERR_RETRY, "%s", words);
    if (!upload_job_failed(j->db, &child->job, &why, true, &err))
        log_event(LOG_WARN, "job.unnoted", "job=%lld text=\"%s\"",
                  (long long)child->job.id, err.text);
}

static void
reap(struct upload_jobs *j)
{
    char words[80];
    int status;
    for (size_t i = 0; i < UPLOAD_JOBS_AT_ONCE; i++) {
        struct child *child = &j->children[i];
        pid_t pid = child->pid == 0 ? 0 : waitpid(child->pid, &status, WNOHANG);
        if (pid == 0 || (pid < 0 && errno == EINTR))
            continue;
        if (pid > 0 && WIFSIGNALED(status))
            snprintf(words, sizeof words, "its worker was killed by signal %d",
                     WTERMSIG(status));
        else
            snprintf(words, sizeof words, "its worker ended with status %d",
                     pid > 0 ? WEXITSTATUS(status) : -1);
        if (pid < 0 || status != 0) {
            log_event(LOG_WARN, "job.died", "job=%lld attempt=%d text=\"%s\"",
                      (long long)child->job.id, child->job.attempt, words);
            give_back(j, child, words);
        }
        child->pid = 0;
        j->look_at_ms = 0;
        atomic_fetch_sub(&j->busy, 1);
    }
}

static void
tell_lost(const struct upload_job_lost *lost, size_t n)
{
    for (size_t i = 0; i < n; i++)
        log_event(LOG_WARN, "job.lost",
                  "job=%lld worker=%s attempt=%d of=%d now=%s",
                  (long long)lost[i].id,
                  lost[i].worker != NULL ? lost[i].worker : "-",
                  lost[i].attempt, lost[i].max_attempts, lost[i].state);
}

/* Claims one job and starts it. */
static bool
start_one(struct upload_jobs *j, struct child *place, bool *any,
          struct err *err)
{
    struct arena *a = arena_new();
    struct upload_job_lost *lost;
    size_t n_lost;
    struct upload_job job = {0};
    atomic_fetch_add(&j->busy, 1);
    atomic_fetch_add(&j->turns, 1);
    bool ok =
        upload_job_claim(a, j->db, j->name, &job, any, &lost, &n_lost, err);
    if (ok)
        tell_lost(lost, n_lost);
    if (ok && *any) {
        struct err why;
        /* of the job, only what a give_back needs outlives the arena */
        place->job = (struct upload_job){.id = job.id, .attempt = job.attempt};
        if (!spawn(place, &why))
            give_back(j, place, why.text);
    }
    if (place->pid == 0)
        atomic_fetch_sub(&j->busy, 1);
    arena_free(a);
    return ok;
}

static bool
start_some(struct upload_jobs *j, struct err *err)
{
    bool any = true;
    struct child *place;
    while (any && !atomic_load(&j->ending) && (place = free_place(j)) != NULL)
        if (!start_one(j, place, &any, err))
            return false;
    j->look_at_ms = clock_ms() + LOOK_MS;
    return true;
}

static bool
turn(struct upload_jobs *j, struct err *err)
{
    struct arena *a = arena_new();
    const char *channel = NULL, *payload;
    bool ok = db_listen(j->db, "job_queued", err);
    reap(j);
    if (ok && clock_ms() >= j->look_at_ms)
        ok = start_some(j, err);
    ok = ok && db_wait(a, j->db, count_children(j) > 0 ? REAP_MS : WAIT_MS,
                       &channel, &payload, err);
    if (ok && channel != NULL)
        j->look_at_ms = 0;
    arena_free(a);
    return ok;
}

static void
stop_children(struct upload_jobs *j)
{
    for (size_t i = 0; i < UPLOAD_JOBS_AT_ONCE; i++)
        if (j->children[i].pid != 0)
            kill(j->children[i].pid, SIGTERM);
    while (count_children(j) > 0) {
        reap(j);
        clock_sleep(REAP_MS);
    }
}

static void *
thread_main(void *arg)
{
    struct upload_jobs *j = arg;
    struct err err;
    if (!db_open(&j->db, config()->db_worker, "quotemill jobs", &err))
        j->is_away = true;
    while (!atomic_load(&j->ending)) {
        if (turn(j, &err)) {
            j->is_away = false;
            continue;
        }
        if (!j->is_away)
            log_event(err.kind == ERR_RETRY ? LOG_WARN : LOG_ERROR,
                      "jobs.trouble", "text=\"%s\"", err.text);
        j->is_away = true;
        reap(j);
        clock_sleep(AWAY_MS);
    }
    stop_children(j);
    db_close(j->db);
    return NULL;
}

bool
upload_jobs_start(struct upload_jobs **out, const char *name, struct err *err)
{
    struct upload_jobs *j = xcalloc(1, sizeof *j);
    sigset_t all, before;
    j->name = xstrdup(name);
    /* signals are for the main thread */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&j->thread, NULL, thread_main, j);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0) {
        free(j->name);
        free(j);
        return err_set(err, ERR_INTERNAL, "no thread for the uploads: %s",
                       strerror(failed));
    }
    *out = j;
    return true;
}

bool
upload_jobs_look(struct upload_jobs *jobs, struct db *db, bool *idle,
                 struct err *err)
{
    struct upload_job_queue q;
    /* A claim that begins between the two looks shows in turns. */
    long long turns = atomic_load(&jobs->turns);
    *idle = false;
    if (atomic_load(&jobs->busy) > 0)
        return true;
    if (!upload_job_look(db, &q, err))
        return false;
    *idle = q.open == 0 && atomic_load(&jobs->busy) == 0 &&
            atomic_load(&jobs->turns) == turns;
    return true;
}

void
upload_jobs_stop(struct upload_jobs *jobs)
{
    if (jobs == NULL)
        return;
    atomic_store(&jobs->ending, true);
    pthread_join(jobs->thread, NULL);
    free(jobs->name);
    free(jobs);
}
