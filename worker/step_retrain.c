/* The retrain step: every enabled model, each a source of its own. */
#include "core/bar_statistics.h"
#include "core/model.h"
#include "core/model_load.h"
#include "lib/log.h"
#include "worker/mill_due.h"
#include "worker/pipeline.h"

#include <string.h>

struct retrain_call {
    struct arena *a;
    struct pipeline *p;
    int64_t step_id;
    const char *name;
    struct model_result result;
};

static const char *
outcome_words(enum model_outcome outcome)
{
    switch (outcome) {
    case MODEL_UNCHANGED:
        return "unchanged";
    case MODEL_ACTIVATED:
        return "activated";
    case MODEL_REFUSED:
        return "refused";
    case MODEL_SHADOW:
        return "in shadow";
    case MODEL_RETURNED:
        return "returned";
    }
    return "";
}

/* The version and the note of it are written together, or neither. */
static bool
retrain_in_tx(struct db *db, void *arg, struct err *err)
{
    struct retrain_call *c = arg;
    const struct run_work *work = c->p->work;
    if (!model_retrain(c->a, db, c->name, work->id, work->requested_by,
                       c->p->now_ts, &c->result, err))
        return false;
    struct run_source_note note = {
        .source = c->name,
        .state = "succeeded",
        .attempts = 1,
        .detail = c->result.words,
    };
    return run_source_save(db, work, c->step_id, &note, err);
}

static bool
note_failure(struct retrain_call *c, const char *text, struct err *err)
{
    struct patience patience = {0};
    struct run_source_note note = {
        .source = c->name,
        .state = "failed",
        .attempts = 1,
        .error_kind = "fit",
        .error = text,
        .next_action = "the active version stays; the next run fits it again",
    };
    while (!run_source_save(c->p->db, c->p->work, c->step_id, &note, err))
        if (!pipeline_again(c->p, &patience, err))
            return false;
    return true;
}

static bool
is_halted(void *arg)
{
    return pipeline_halt(arg) != HALT_NONE;
}

/* The rows may be many: the server is asked for them only as long as the run
 * is to go on. */
static bool
retrain_or_stop(struct retrain_call *c, struct err *err)
{
    db_set_stop(c->p->db, is_halted, c->p);
    bool ok = db_tx(c->p->db, retrain_in_tx, c, err);
    db_set_stop(c->p->db, NULL, NULL);
    return ok;
}

/* *failed: the model could not be fitted, which the other models survive.
 * *done: it was judged, or failed; else the run is halted. */
static bool
retrain_one(struct retrain_call *c, bool *failed, bool *done, struct err *err)
{
    struct pipeline *p = c->p;
    struct patience patience = {0};
    *failed = *done = false;
    while (!retrain_or_stop(c, err)) {
        if (is_halted(p))
            return true;
        if (pipeline_again(p, &patience, err))
            continue;
        if (err_job_action(err->kind) != ERR_SKIP_ITEM ||
            err->kind == ERR_CONFLICT)
            return false;
        *failed = *done = true;
        const char *text = arena_strdup(c->a, err->text);
        runlog_say(p->log, LOG_WARN, "model.failed",
                   "Model %s could not be fitted: %s", c->name, text);
        return note_failure(c, text, err);
    }
    *done = true;
    runlog_say(p->log, LOG_INFO, "model.retrained", "Model %s (%s): %s",
               c->name, outcome_words(c->result.outcome), c->result.words);
    return true;
}

static void
sum_up(struct arena *a, size_t n, size_t n_failed, const char *words,
       struct step_end *end)
{
    end->state = n_failed == 0  ? "succeeded"
                 : n_failed < n ? "partial"
                                : "failed";
    if (n_failed > 0)
        end->error = arena_printf(a, "%zu of %zu models could not be fitted",
                                  n_failed, n);
    end->detail =
        n == 0 ? "there is no enabled model"
        : n == 1 && n_failed == 0
            ? words
            : arena_printf(a, "%zu of %zu models judged", n - n_failed, n);
}

static bool
list_names(struct arena *a, struct pipeline *p, const char *const **names,
           size_t *n, struct err *err)
{
    struct patience patience = {0};
    while (!model_names(a, p->db, names, n, err))
        if (!pipeline_again(p, &patience, err))
            return false;
    return true;
}

/* Model `name` was not judged; why: not HALT_NONE. */
static void
end_halted(struct arena *a, enum halt why, const char *name,
           struct step_end *end)
{
    if (why == HALT_TIMEOUT)
        *end = (struct step_end){
            .state = "timed_out",
            .error = arena_printf(
                a, "the time was up before model %s was judged", name),
        };
}

/* After an upload the models read by what the planner knows of its rows. A run
 * does not fail for want of statistics. */
static void
refresh_statistics(struct pipeline *p)
{
    struct err err;
    bool refreshed;
    if (!bar_statistics_of_run(p->db, p->work->id, &refreshed, &err))
        log_event(LOG_WARN, "statistics.old", "error=\"%s\"", err.text);
}

/* What the models no longer need costs room, not the run. */
static void
tidy(struct pipeline *p)
{
    struct err err;
    if (!model_load_tidy(p->db, &err))
        log_event(LOG_WARN, "model.tidy", "error=\"%s\"", err.text);
}

bool
step_retrain(struct arena *a, struct pipeline *p, int64_t step_id,
             struct step_end *end, struct err *err)
{
    const char *const *names;
    size_t n, n_failed = 0;
    struct retrain_call c = {.a = a, .p = p, .step_id = step_id};
    struct mill_report mill;
    refresh_statistics(p);
    /* Inputs may be indicators: a run without the process step finds them as
     * new as the bars, too. A halt in it is one in the loop. */
    if (!list_names(a, p, &names, &n, err) ||
        !mill_due_all(a, p, step_id, &mill, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        bool failed, done = false;
        pipeline_progress(p, "retrain", (int64_t)i, (int64_t)n,
                          (int64_t)n_failed);
        c.name = names[i];
        if (pipeline_halt(p) == HALT_NONE &&
            !retrain_one(&c, &failed, &done, err))
            return false;
        if (!done) {
            end_halted(a, pipeline_halt(p), names[i], end);
            return true;
        }
        n_failed += failed;
    }
    tidy(p);
    sum_up(a, n, n_failed, n > 0 ? c.result.words : NULL, end);
    if (mill.failed > 0 && strcmp(end->state, "succeeded") == 0) {
        end->state = "partial";
        end->error =
            arena_printf(a, "%zu instruments could not be milled", mill.failed);
    }
    return true;
}
