#include "worker/run_here.h"

#include "core/run.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/log.h"
#include "worker/queue.h"
#include "worker/stop.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FOLLOW_MS = 300 };

bool
run_here_refused(struct command *c, const struct err *err)
{
    if (err->kind == ERR_INPUT)
        c->exit_code = EXIT_USAGE;
    return false;
}

struct begin_call {
    struct command *c;
    struct worker *w;
    const struct run_here *what;
    int64_t id;
    struct run_work work;
    bool got;
};

/* Queues and claims in one transaction, so that no other worker is faster. */
static bool
begin_in_tx(struct db *db, void *arg, struct err *err)
{
    struct begin_call *b = arg;
    b->got = false;
    return b->what->enqueue(db, b->what->arg, &b->id, err) &&
           (b->what->queue ||
            worker_claim(b->c->a, b->w, b->id, &b->work, &b->got, err));
}

static bool
is_over(const char *state)
{
    return strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
}

static void
say_wait(struct command *c, struct db *db, int64_t id)
{
    const char *ids;
    struct err ignored;
    if (run_blockers(c->a, db, id, &ids, &ignored) && ids != NULL)
        fprintf(stderr,
                "run %lld waits for run %s, which works on the same "
                "instruments\n",
                (long long)id, ids);
    else
        fprintf(stderr, "run %lld waits in the queue\n", (long long)id);
}

/* Until the run is over: works it when it may start, else waits for whoever
 * works it. */
static bool
follow(struct command *c, struct begin_call *b, struct err *err)
{
    struct db *db = b->w->db;
    bool said = false;
    struct timespec pause = {.tv_nsec = FOLLOW_MS * 1000000L};
    while (stop_requested() == 0) {
        struct run run;
        if (b->got && !pipeline_work(b->w, &b->work, err))
            return false;
        if (!run_get(c->a, db, b->id, &run, err))
            return false;
        if (is_over(run.state) || stop_requested() != 0)
            return true;
        if (!said && !b->got)
            say_wait(c, db, b->id);
        said = true;
        if (!b->got)
            nanosleep(&pause, NULL);
        if (!queue_sweep(b->w, err) ||
            !worker_claim(c->a, b->w, b->id, &b->work, &b->got, err))
            return false;
    }
    return true;
}

static void
show_progress(void *arg, const struct progress *p)
{
    (void)arg;
    fprintf(stderr, "\r\033[K%s", p->step);
    if (p->total > 0)
        fprintf(stderr, " %lld/%lld", (long long)p->done, (long long)p->total);
    if (p->failed > 0)
        fprintf(stderr, ", %lld failed", (long long)p->failed);
    fflush(stderr);
}

static void
put_rows(struct buf *b, int64_t n_new, int64_t n_same, int64_t n_changed,
         int64_t n_refused)
{
    json_key(b, "rows");
    json_open(b, '{');
    json_key(b, "new");
    json_put_i64(b, n_new);
    json_key(b, "same");
    json_put_i64(b, n_same);
    json_key(b, "changed");
    json_put_i64(b, n_changed);
    json_key(b, "refused");
    json_put_i64(b, n_refused);
    json_close(b, '}');
}

static void
put_text(struct buf *b, const char *key, const char *text)
{
    json_key(b, key);
    json_put_str(b, text);
}

static void
put_source(struct buf *b, const struct run_source *s)
{
    json_open(b, '{');
    put_text(b, "source", s->source);
    put_text(b, "state", s->state);
    put_text(b, "provider", s->provider);
    json_key(b, "attempts");
    json_put_i64(b, s->attempts);
    put_rows(b, s->rows_new, s->rows_same, s->rows_changed, s->rows_refused);
    put_text(b, "error_kind", s->error_kind);
    put_text(b, "error", s->error);
    put_text(b, "next_action", s->next_action);
    put_text(b, "detail", s->detail);
    json_close(b, '}');
}

static void
put_step(struct buf *b, const struct run_step *s)
{
    json_open(b, '{');
    put_text(b, "step", s->kind);
    put_text(b, "state", s->state);
    json_key(b, "seconds");
    json_put_f64(b, s->seconds);
    json_key(b, "attempts");
    json_put_i64(b, s->attempt);
    put_text(b, "error", s->error);
    put_text(b, "detail", s->detail);
    json_key(b, "sources");
    json_open(b, '[');
    for (size_t i = 0; i < s->n_sources; i++)
        put_source(b, &s->sources[i]);
    json_close(b, ']');
    json_close(b, '}');
}

static void
print_json(struct command *c, const struct run *run,
           const struct run_step *steps, size_t n)
{
    struct buf *b = buf_new(c->a);
    json_open(b, '{');
    json_key(b, "run");
    json_put_i64(b, run->id);
    put_text(b, "state", run->state);
    put_text(b, "mode", run->mode);
    put_text(b, "error", run->error);
    json_key(b, "seconds");
    json_put_f64(b, run->seconds);
    json_key(b, "simulated");
    json_put_bool(b, run->simulated);
    put_rows(b, run->rows_new, run->rows_same, run->rows_changed,
             run->rows_refused);
    json_key(b, "steps");
    json_open(b, '[');
    for (size_t i = 0; i < n; i++)
        put_step(b, &steps[i]);
    json_close(b, ']');
    json_close(b, '}');
    puts(b->data);
}

static void
print_failures(const struct run_step *step)
{
    for (size_t i = 0; i < step->n_sources; i++) {
        const struct run_source *s = &step->sources[i];
        if (strcmp(s->state, "failed") != 0)
            continue;
        printf("    %s: %s%s%s\n", s->source,
               s->error != NULL ? s->error : "failed",
               s->next_action != NULL ? "; " : "",
               s->next_action != NULL ? s->next_action : "");
    }
}

static void
print_summary(struct command *c, const struct run *run,
              const struct run_step *steps, size_t n)
{
    struct arena *a = c->a;
    printf("Run %lld %s%s%s%s\n", (long long)run->id,
           run_state_words(run->state), isnan(run->seconds) ? "" : " in ",
           isnan(run->seconds) ? "" : fmt_duration(a, run->seconds),
           run->simulated ? " (simulated data)" : "");
    for (size_t i = 0; i < n; i++) {
        const struct run_step *s = &steps[i];
        printf("  %-8s %-10s %s\n", s->kind, s->state,
               s->error != NULL && s->n_sources == 0 ? s->error : s->detail);
        print_failures(s);
    }
    if (n == 0 && run->error != NULL)
        printf("  %s\n", run->error);
    printf("  rows: %s new, %s the same, %s changed, %s refused\n",
           fmt_count(a, run->rows_new), fmt_count(a, run->rows_same),
           fmt_count(a, run->rows_changed), fmt_count(a, run->rows_refused));
}

static bool
print_result(struct command *c, struct db *db, const struct run_here *what,
             int64_t id, struct err *err)
{
    struct run run;
    struct run_step *steps;
    size_t n;
    if (!run_get(c->a, db, id, &run, err) ||
        !run_step_list(c->a, db, id, &steps, &n, err))
        return false;
    if (what->json)
        print_json(c, &run, steps, n);
    else if (is_over(run.state))
        print_summary(c, &run, steps, n);
    else
        printf("Run %lld %s\n", (long long)id, run_state_words(run.state));
    c->exit_code = strcmp(run.state, "succeeded") == 0 || what->queue
                       ? EXIT_DONE
                   : strcmp(run.state, "partial") == 0 ? EXIT_PARTIAL
                                                       : EXIT_FAILED;
    return true;
}

bool
run_here(struct command *c, struct db *db, const struct run_here *what,
         struct err *err)
{
    stop_install();
    struct worker *w = worker_new(c->a, db, c->clock);
    struct begin_call b = {.c = c, .w = w, .what = what};
    bool terminal = isatty(STDERR_FILENO) == 1;
    w->cancel_on_interrupt = true;
    if (terminal && !what->json) {
        w->progress = show_progress;
        log_set_level(LOG_WARN);
    }
    if (!db_tx(db, begin_in_tx, &b, err))
        return run_here_refused(c, err);
    if (!what->queue && !follow(c, &b, err))
        return false;
    if (w->progress != NULL)
        fputs("\r\033[K", stderr);
    return print_result(c, db, what, b.id, err);
}
