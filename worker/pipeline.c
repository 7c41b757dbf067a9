#include "worker/pipeline.h"

#include "core/run.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/format.h"
#include "lib/secret.h"
#include "worker/stop.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    TRIES_MAX = 5, /* of a call that the server refuses for now */
    PAUSE_MIN_MS = 50,
    PAUSE_MAX_MS = 1000,
};

static const struct {
    const char *kind;
    step_fn *fn;
} STEPS[] = {
    {"fetch", step_fetch},
    {"process", step_process},
    {"retrain", step_retrain},
    {"alert", step_alert},
};

struct worker *
worker_new(struct arena *a, struct db *db, int64_t (*clock)(void))
{
    struct worker *w = arena_alloc(a, sizeof *w);
    char host[65] = "";
    gethostname(host, sizeof host - 1);
    w->db = db;
    w->clock = clock;
    w->name = arena_printf(a, "%s:%ld:%.8s", host[0] != '\0' ? host : "host",
                           (long)getpid(), secret_token(a));
    return w;
}

bool
worker_claim(struct arena *a, struct worker *w, int64_t only_id,
             struct run_work *out, bool *got, struct err *err)
{
    struct run_claim claim = {
        .worker = w->name,
        .lease_s = (double)config()->lease_s,
        .step_timeout_s = config()->step_timeout_s,
        .only_id = only_id,
    };
    return run_claim(a, w->db, &claim, out, got, err);
}

enum halt
pipeline_halt(const struct pipeline *p)
{
    switch (lease_look(p->lease)) {
    case LEASE_LOST:
        return HALT_LOST;
    case LEASE_CANCELLED:
        return HALT_CANCELLED;
    case LEASE_HELD:
        break;
    }
    if (stop_requested() == SIGINT && p->worker->cancel_on_interrupt)
        return HALT_CANCELLED;
    if (stop_requested() != 0)
        return HALT_SIGNAL;
    return p->deadline_ms != 0 && clock_ms() > p->deadline_ms ? HALT_TIMEOUT
                                                              : HALT_NONE;
}

bool
pipeline_again(struct pipeline *p, struct patience *patience,
               const struct err *err)
{
    if (err->kind != ERR_RETRY || lease_look(p->lease) == LEASE_LOST)
        return false;
    if (patience->tries++ == 0) {
        patience->began_ms = clock_ms();
        patience->pause_ms = PAUSE_MIN_MS;
    }
    if (db_is_connected(p->db)) {
        if (patience->tries >= TRIES_MAX)
            return false;
    } else {
        if (stop_requested() != 0 ||
            clock_ms() - patience->began_ms > config()->db_wait_s * 1000)
            return false;
        if (patience->tries == 1)
            runlog_say(p->log, LOG_WARN, "db.away",
                       "The database went away; the run waits for it, up to "
                       "%lld s",
                       (long long)config()->db_wait_s);
    }
    int64_t ms =
        (int64_t)((double)patience->pause_ms * (0.5 + secret_uniform()));
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL);
    patience->pause_ms *= 2;
    if (patience->pause_ms > PAUSE_MAX_MS)
        patience->pause_ms = PAUSE_MAX_MS;
    return true;
}

void
pipeline_progress(struct pipeline *p, const char *step, int64_t done,
                  int64_t total, int64_t failed)
{
    struct progress now = {
        .step = step, .done = done, .total = total, .failed = failed};
    if (p->worker->progress != NULL)
        p->worker->progress(p->worker->progress_arg, &now);
}

static step_fn *
step_named(const char *kind)
{
    for (size_t i = 0; i < COUNT_OF(STEPS); i++)
        if (strcmp(STEPS[i].kind, kind) == 0)
            return STEPS[i].fn;
    return NULL;
}

static bool
has_ended(const struct run_step *step)
{
    return strcmp(step->state, "queued") != 0 &&
           strcmp(step->state, "running") != 0;
}

/* What became of the run while its steps were worked. */
enum fate { FATE_GO_ON, FATE_HALTED, FATE_GIVEN_BACK };

/* The step may do better later: the run goes back to the queue. */
static bool
try_later(struct pipeline *p, const struct run_step *step,
          const struct run_step_go *go, const char *why, struct err *err)
{
    struct patience patience = {0};
    double pause_ms =
        (double)config()->backoff_base_ms * pow(2, (double)go->attempt - 1);
    if (pause_ms > (double)config()->backoff_max_ms)
        pause_ms = (double)config()->backoff_max_ms;
    double pause_s = pause_ms / 1000 * (0.5 + secret_uniform() / 2);
    runlog_say(p->log, LOG_WARN, "step.again",
               "The step %s failed (%s); attempt %lld of %lld comes in %.1f s",
               step->kind, why, (long long)go->attempt + 1,
               (long long)go->max_attempts, pause_s);
    while (!run_give_back(p->db, p->work, true, pause_s, why, err))
        if (!pipeline_again(p, &patience, err))
            return false;
    runlog_changed(p->log);
    return true;
}

static bool
note_end(struct pipeline *p, const struct run_step *step,
         const struct step_end *end, struct err *err)
{
    struct patience patience = {0};
    while (!run_step_end(p->db, p->work, step->id, end->state, end->error,
                         end->detail, err))
        if (!pipeline_again(p, &patience, err))
            return false;
    bool good = strcmp(end->state, "succeeded") == 0;
    const char *rest = end->error != NULL    ? end->error
                       : end->detail != NULL ? end->detail
                                             : "done";
    runlog_say(p->log, good ? LOG_INFO : LOG_WARN, "step.ended",
               "Step %s %s: %s", step->kind, run_state_words(end->state), rest);
    runlog_changed(p->log);
    return true;
}

/* A step that could not even say how its sources ended. Our own faults and
 * missing rights end the run; the rest only this step. */
static bool
step_failed(struct arena *a, struct pipeline *p, struct step_end *end,
            struct err *err)
{
    if (err->kind == ERR_CONFLICT || err_job_action(err->kind) == ERR_FAIL_RUN)
        return false;
    if (err->kind == ERR_RETRY && !db_is_connected(p->db))
        return false;
    *end = (struct step_end){.state = "failed",
                             .error = arena_strdup(a, err->text),
                             .again = err->kind == ERR_RETRY};
    return true;
}

static bool
work_step(struct arena *a, struct pipeline *p, const struct run_step *step,
          enum fate *fate, struct err *err)
{
    struct patience patience = {0};
    struct run_step_go go;
    struct step_end end = {0};
    step_fn *fn = step_named(step->kind);
    if (fn == NULL)
        return err_set(err, ERR_INTERNAL, "there is no step %s", step->kind);
    while (!run_step_begin(p->db, p->work, step->id, &go, err))
        if (!pipeline_again(p, &patience, err))
            return false;
    p->deadline_ms = clock_ms() + (int64_t)(go.timeout_s * 1000);
    runlog_say(p->log, LOG_INFO, "step.began", "Step %s began%s", step->kind,
               go.attempt > 1 ? ", going on where it was left" : "");
    runlog_changed(p->log);
    if (!fn(a, p, step->id, &end, err) && !step_failed(a, p, &end, err))
        return err_wrap(err, "step %s", step->kind);
    p->deadline_ms = 0;
    if (end.state == NULL) {
        *fate = FATE_HALTED;
        return true;
    }
    if (end.again && go.attempt < go.max_attempts &&
        p->work->attempt < p->work->max_attempts) {
        *fate = FATE_GIVEN_BACK;
        return try_later(p, step, &go, end.error, err);
    }
    return note_end(p, step, &end, err);
}

static bool
list_steps(struct arena *a, struct pipeline *p, struct run_step **steps,
           size_t *n, struct err *err)
{
    struct patience patience = {0};
    while (!run_step_list(a, p->db, p->work->id, steps, n, err))
        if (!pipeline_again(p, &patience, err))
            return false;
    return true;
}

static bool
work_steps(struct arena *a, struct pipeline *p, enum fate *fate,
           struct err *err)
{
    struct run_step *steps;
    size_t n;
    *fate = FATE_GO_ON;
    if (!list_steps(a, p, &steps, &n, err))
        return false;
    for (size_t i = 0; i < n && *fate == FATE_GO_ON; i++) {
        if (has_ended(&steps[i]))
            continue;
        if (pipeline_halt(p) != HALT_NONE)
            *fate = FATE_HALTED;
        else if (!work_step(a, p, &steps[i], fate, err))
            return false;
    }
    return true;
}

/* The run's state from those of its steps, the worst first. */
static const char *
state_of(const struct run_step *steps, size_t n)
{
    static const char *const worst[] = {"timed_out", "failed", "partial"};
    for (size_t k = 0; k < COUNT_OF(worst); k++)
        for (size_t i = 0; i < n; i++)
            if (strcmp(steps[i].state, worst[k]) == 0)
                return worst[k];
    return "succeeded";
}

static const char *
errors_of(struct arena *a, const struct run_step *steps, size_t n)
{
    struct buf *b = buf_new(a);
    for (size_t i = 0; i < n; i++)
        if (steps[i].error != NULL)
            buf_addf(b, "%s%s: %s", b->len > 0 ? "; " : "", steps[i].kind,
                     steps[i].error);
    return b->len > 0 ? b->data : NULL;
}

static bool
finish(struct pipeline *p, const char *state, const char *error,
       struct err *err)
{
    struct patience patience = {0};
    while (!run_finish(p->db, p->work, state, error, err))
        if (!pipeline_again(p, &patience, err))
            return false;
    return true;
}

static void
say_end(struct arena *a, struct pipeline *p, const char *state)
{
    struct run run;
    struct err ignored;
    if (!run_get(a, p->db, p->work->id, &run, &ignored))
        return;
    const char *took = fmt_duration(a, run.seconds);
    if (strcmp(state, "succeeded") == 0 && run.rows_new == 0 &&
        run.rows_changed == 0)
        runlog_say(p->log, LOG_INFO, "run.ended",
                   "Run %lld succeeded in %s: nothing new", (long long)run.id,
                   took);
    else
        runlog_say(p->log,
                   strcmp(state, "succeeded") == 0 ? LOG_INFO : LOG_WARN,
                   "run.ended",
                   "Run %lld %s after %s: rows new %lld, the same %lld, "
                   "changed %lld, refused %lld",
                   (long long)run.id, run_state_words(state), took,
                   (long long)run.rows_new, (long long)run.rows_same,
                   (long long)run.rows_changed, (long long)run.rows_refused);
}

static bool
end_well(struct arena *a, struct pipeline *p, struct err *err)
{
    struct run_step *steps;
    size_t n;
    if (!list_steps(a, p, &steps, &n, err))
        return false;
    const char *state = state_of(steps, n);
    if (!finish(p, state, errors_of(a, steps, n), err))
        return false;
    say_end(a, p, state);
    return true;
}

/* Ends a run in the middle of a step. */
static bool
end_early(struct pipeline *p, const char *state, const char *words,
          struct err *err)
{
    struct patience patience = {0};
    while (!run_steps_stop(p->db, p->work, state, words, err))
        if (!pipeline_again(p, &patience, err))
            return false;
    if (!finish(p, state, words, err))
        return false;
    runlog_say(p->log, LOG_WARN, "run.ended", "Run %lld %s: %s",
               (long long)p->work->id, run_state_words(state), words);
    return true;
}

static bool
end_halted(struct arena *a, struct pipeline *p, struct err *err)
{
    struct patience patience = {0};
    switch (pipeline_halt(p)) {
    case HALT_CANCELLED:
        return end_early(p, "cancelled",
                         lease_look(p->lease) == LEASE_CANCELLED
                             ? arena_printf(a, "cancelled by %s",
                                            lease_cancelled_by(p->lease))
                             : "interrupted at the keyboard",
                         err);
    case HALT_SIGNAL:
        runlog_say(p->log, LOG_INFO, "run.given_back",
                   "The worker was told to stop; the run goes back to the "
                   "queue and goes on where it is");
        while (!run_give_back(p->db, p->work, false, 0, NULL, err))
            if (!pipeline_again(p, &patience, err))
                return false;
        return true;
    case HALT_LOST:
        log_event(LOG_WARN, "run.lost", "run=%lld text=\"%s\"",
                  (long long)p->work->id,
                  "somebody else has this run by now, or it has ended");
        return true;
    case HALT_TIMEOUT:
    case HALT_NONE:
        break;
    }
    return err_set(err, ERR_INTERNAL, "a step stopped for no reason");
}

/* Work failed: the run is lost to somebody else, or to the server's absence,
 * or fails. */
static bool
end_failed(struct pipeline *p, struct err *err)
{
    struct arena *a = arena_new();
    struct err second;
    const char *ignored;
    bool owned = false, ok;
    if (err->kind == ERR_RETRY && !db_is_connected(p->db)) {
        ok = false;
    } else if (run_beat(a, p->db, p->work, &owned, &ignored, &second) &&
               !owned) {
        log_event(LOG_WARN, "run.lost", "text=\"%s\"", err->text);
        ok = true;
    } else {
        log_event(LOG_ERROR, "run.failed", "text=\"%s\"", err->text);
        ok = end_early(p, "failed", err->text, &second);
        if (!ok)
            *err = second;
    }
    arena_free(a);
    return ok;
}

static void
say_begin(struct arena *a, struct pipeline *p)
{
    const struct run_work *w = p->work;
    struct run run;
    struct err ignored;
    if (!run_get(a, p->db, w->id, &run, &ignored))
        return;
    runlog_say(p->log, LOG_INFO, "run.began",
               "Run %lld began: %s of %s, asked for by %s%s%s",
               (long long)w->id, w->mode,
               run.instruments != NULL ? run.instruments
                                       : "all active instruments",
               w->requested_by, w->attempt > 1 ? ", attempt " : "",
               w->attempt > 1 ? fmt_i64(a, w->attempt) : "");
    runlog_changed(p->log);
}

static bool
work_it(struct pipeline *p, struct err *err)
{
    struct arena *a = arena_new();
    enum fate fate;
    say_begin(a, p);
    bool ok = work_steps(a, p, &fate, err);
    if (ok && fate == FATE_GO_ON)
        ok = end_well(a, p, err);
    else if (ok && fate == FATE_HALTED)
        ok = end_halted(a, p, err);
    if (!ok)
        ok = end_failed(p, err);
    runlog_changed(p->log);
    arena_free(a);
    return ok;
}

bool
pipeline_work(struct worker *w, const struct run_work *work, struct err *err)
{
    struct pipeline p = {
        .worker = w, .db = w->db, .work = work, .now_ts = w->clock()};
    struct publish *publish = NULL;
    bool ok = publish_open(&publish, config()->publish_socket, err);
    if (ok) {
        p.log = runlog_open(work->id);
        struct lease_spec spec = {.conninfo = config()->db_worker,
                                  .work = work,
                                  .log = p.log,
                                  .publish = publish};
        ok = lease_start(&p.lease, &spec, err);
    }
    if (ok)
        ok = work_it(&p, err);
    lease_stop(p.lease);
    runlog_close(p.log);
    publish_close(publish);
    return ok;
}
