/* The fetch step: plans the sources, lets the fetch engine ask for them, and
 * notes what became of each.
 *
 * Loads are stored as they come; what is known of the sources is noted in
 * batches, so that many short answers do not wait for as many commits. A
 * source whose note was lost with the worker is asked for once more. */
#include "core/fetch.h"
#include "core/load.h"
#include "core/schedule.h"
#include "lib/clock.h"
#include "lib/format.h"
#include "worker/fetch.h"
#include "worker/pipeline.h"

#include <string.h>

enum { NOTES_MAX = 64, NOTES_AGE_MS = 100 };

/* An instrument of the step: what is asked for it goes by as one source. A run
 * of ranges asks for several. */
struct group {
    size_t n, n_left, n_good;
    const char *provider;
    enum fault fault;    /* the worst: any other than empty */
    const char *error;   /* and its words */
    struct buf *details; /* of the first few */
};

struct fetch_step {
    struct arena *a;
    struct pipeline *p;
    int64_t step_id;
    struct fetch_source *sources;
    struct group **group_of; /* of each source */
    size_t n, n_before;      /* to ask for now; done in an earlier attempt */
    size_t n_groups;
    int64_t n_done, n_failed;
    struct run_source_note notes[NOTES_MAX]; /* not written yet */
    size_t n_notes;
    int64_t oldest_note_ms;
    struct patience patience; /* of the engine's own calls */
};

static bool
write_notes(struct fetch_step *s, struct err *err)
{
    struct patience patience = {0};
    if (s->n_notes == 0)
        return true;
    while (!run_source_save_many(s->p->db, s->p->work, s->step_id, s->notes,
                                 s->n_notes, err))
        if (!pipeline_again(s->p, &patience, err))
            return false;
    s->n_notes = 0;
    runlog_changed(s->p->log);
    return true;
}

/* Texts of the engine do not outlive it, a note may. */
static struct run_source_note
kept(struct arena *a, const struct run_source_note *note)
{
    struct run_source_note out = *note;
    out.provider = arena_strdup(a, note->provider);
    out.error = arena_strdup(a, note->error);
    out.next_action = arena_strdup(a, note->next_action);
    out.detail = arena_strdup(a, note->detail);
    return out;
}

/* A newer note of the same source takes the place of the one that waits. */
static bool
add_note(struct fetch_step *s, const struct run_source_note *note,
         struct err *err)
{
    for (size_t i = 0; i < s->n_notes; i++)
        if (s->notes[i].instrument_id == note->instrument_id) {
            int64_t attempts = s->notes[i].attempts;
            s->notes[i] = kept(s->a, note);
            s->notes[i].attempts += attempts;
            return true;
        }
    if (s->n_notes == NOTES_MAX && !write_notes(s, err))
        return false;
    if (s->n_notes == 0)
        s->oldest_note_ms = clock_ms();
    s->notes[s->n_notes++] = kept(s->a, note);
    return true;
}

static struct run_source_note
note_of(const struct fetch_step *s, size_t source, const char *state,
        const struct fetch_note *note)
{
    return (struct run_source_note){
        .source = s->sources[source].symbol,
        .instrument_id = s->sources[source].instrument_id,
        .provider = note->provider,
        .state = state,
        .attempts = note->requests,
        .error_kind =
            note->fault != FAULT_NONE ? fault_name(note->fault) : NULL,
        .error = note->error,
        .next_action = note->next_action,
        .detail = note->detail,
    };
}

static bool
on_tick(void *arg)
{
    struct fetch_step *s = arg;
    struct err ignored; /* what cannot be written now is tried again later */
    if (s->n_notes > 0 && clock_ms() - s->oldest_note_ms >= NOTES_AGE_MS &&
        !write_notes(s, &ignored))
        s->oldest_note_ms = clock_ms();
    return pipeline_halt(s->p) == HALT_NONE;
}

struct save_call {
    struct fetch_step *s;
    const struct load *loads;
    size_t n;
};

static bool
save_in_tx(struct db *db, void *arg, struct err *err)
{
    struct save_call *c = arg;
    const struct run_rows none = {0};
    return load_create_many(db, c->loads, c->n, err) &&
           run_fence(db, c->s->p->work, &none, err);
}

static bool
on_save(void *arg, const struct load *loads, const size_t *sources, size_t n,
        struct err *err)
{
    struct fetch_step *s = arg;
    struct save_call c = {.s = s, .loads = loads, .n = n};
    struct patience patience = {0};
    (void)sources;
    while (!db_tx(s->p->db, save_in_tx, &c, err))
        if (!pipeline_again(s->p, &patience, err))
            return err_wrap(err, "keep what was fetched");
    return true;
}

/* A note for the pages; a run does not end over one that cannot be kept. */
static void
keep_fault(struct fetch_step *s, const struct fetch_note *note)
{
    struct err ignored;
    if (note->blame != FAULT_NONE &&
        !rate_fault(s->p->db, note->provider, fault_name(note->blame),
                    s->p->work->id, &ignored))
        log_event(LOG_WARN, "fault.unkept", "provider=%s error=\"%s\"",
                  note->provider, ignored.text);
}

static bool
on_note(void *arg, size_t source, const struct fetch_note *note,
        struct err *err)
{
    struct fetch_step *s = arg;
    const char *symbol = s->sources[source].symbol;
    keep_fault(s, note);
    if (note->fault == FAULT_NONE)
        runlog_say(s->p->log, LOG_INFO, "source.asked", "%s: asking %s", symbol,
                   note->provider != NULL ? note->provider : "nobody");
    else
        runlog_say(s->p->log, LOG_WARN, "source.trouble", "%s: %s%s%s", symbol,
                   note->error != NULL ? note->error : fault_words(note->fault),
                   note->next_action != NULL ? "; " : "",
                   note->next_action != NULL ? note->next_action : "");
    struct run_source_note out = note_of(s, source, "running", note);
    return add_note(s, &out, err);
}

/* "will be tried again by the next run, at 22:30 New York time" */
static const char *
next_run_words(struct fetch_step *s, size_t source)
{
    const char *words;
    struct err ignored;
    if (!schedule_next_words(s->a, s->p->db, s->sources[source].instrument_id,
                             s->p->now_ts, &words, &ignored))
        return "will be tried again by the next run";
    if (words == NULL)
        return "no schedule asks for it: run it again by hand";
    return arena_printf(s->a, "will be tried again by the next run at %s",
                        words);
}

/* Adds what became of one range to those of its instrument. True when it was
 * the last: *all is about all of them. Ranges of which nobody has anything fail
 * the instrument only together. */
static bool
group_add(struct arena *a, struct group *g, const struct fetch_note *note,
          struct fetch_note *all)
{
    enum { DETAILS = 3 };
    *all = *note;
    g->n_left--;
    if (g->n == 1)
        return true;
    if (note->provider != NULL)
        g->provider = arena_strdup(a, note->provider);
    if (note->fault == FAULT_NONE) {
        if (g->n_good++ < DETAILS)
            buf_addf(g->details, "; %s", note->detail);
    } else if (g->fault == FAULT_NONE || g->fault == FAULT_EMPTY) {
        g->fault = note->fault;
        g->error = arena_strdup(a, note->error);
    }
    bool good =
        g->fault == FAULT_NONE || (g->fault == FAULT_EMPTY && g->n_good > 0);
    all->fault = good ? FAULT_NONE : g->fault;
    all->provider = g->provider;
    all->error = good ? NULL : g->error;
    all->detail = arena_printf(a, "%zu of %zu ranges answered%s%s", g->n_good,
                               g->n, g->n_good > 0 ? g->details->data : "",
                               g->n_good > DETAILS ? " …" : "");
    return g->n_left == 0;
}

static bool
on_done(void *arg, size_t source, const struct fetch_note *one, struct err *err)
{
    struct fetch_step *s = arg;
    struct fetch_note all;
    const struct fetch_note *note = &all;
    keep_fault(s, one);
    if (!group_add(s->a, s->group_of[source], one, &all)) {
        struct run_source_note part = note_of(s, source, "running", &all);
        s->n_done++;
        part.error = NULL;
        return add_note(s, &part, err);
    }
    bool good = note->fault == FAULT_NONE;
    struct run_source_note out =
        note_of(s, source, good ? "succeeded" : "failed", note);
    s->n_done++;
    if (good) {
        out.error = NULL;
        out.next_action = NULL;
        runlog_say(s->p->log, LOG_INFO, "source.done", "%s: %s",
                   s->sources[source].symbol,
                   note->detail != NULL ? note->detail : "answered");
    } else {
        s->n_failed++;
        if (out.error == NULL)
            out.error = fault_words(note->fault);
        out.next_action = next_run_words(s, source);
        runlog_say(s->p->log, LOG_WARN, "source.failed", "%s failed: %s; %s",
                   s->sources[source].symbol, out.error, out.next_action);
    }
    pipeline_progress(s->p, "fetch", s->n_done + (int64_t)s->n_before,
                      (int64_t)(s->n + s->n_before), s->n_failed);
    return add_note(s, &out, err);
}

static void
on_checked(void *arg, size_t source, const struct fetch_note *note)
{
    struct fetch_step *s = arg;
    bool good = note->fault == FAULT_NONE;
    runlog_say(s->p->log, LOG_INFO,
               good ? "source.checked" : "source.unchecked",
               good ? "%s: %s gave %s to compare with"
                    : "%s: nothing to compare with from %s: %s",
               s->sources[source].symbol, note->provider,
               good ? note->detail : note->error);
}

static bool
on_again(void *arg, int *tries, const struct err *err)
{
    struct fetch_step *s = arg;
    if ((*tries)++ == 0)
        s->patience = (struct patience){0};
    return pipeline_again(s->p, &s->patience, err);
}

/* Sources of one instrument come one after the other. */
static void
add_source(struct fetch_step *s, const struct run_fetch_source *source,
           bool must_be_fresh)
{
    size_t i = s->n++;
    s->sources[i] = (struct fetch_source){
        .symbol = source->symbol,
        .instrument_id = source->instrument_id,
        .interval_s = source->interval_s,
        .all_history = source->all_history,
        .from_ts = source->from_ts,
        .to_ts = source->to_ts,
        .last_ts = source->last_ts,
        .must_be_fresh = must_be_fresh,
        .cross_check = must_be_fresh && source->cross_check,
    };
    if (i > 0 && s->sources[i - 1].instrument_id == source->instrument_id) {
        s->group_of[i] = s->group_of[i - 1];
    } else {
        s->group_of[i] = arena_alloc(s->a, sizeof(struct group));
        *s->group_of[i] = (struct group){.details = buf_new(s->a)};
        s->n_groups++;
    }
    s->group_of[i]->n++;
    s->group_of[i]->n_left++;
}

static bool
plan(struct fetch_step *s, struct err *err)
{
    struct patience patience = {0};
    struct run_fetch_source *all;
    size_t n;
    bool incremental = strcmp(s->p->work->mode, "incremental") == 0;
    while (!run_fetch_plan(s->a, s->p->db, s->p->work, s->step_id, s->p->now_ts,
                           &all, &n, err))
        if (!pipeline_again(s->p, &patience, err))
            return false;
    s->sources = arena_array(s->a, n, sizeof *s->sources);
    s->group_of = arena_array(s->a, n, sizeof(struct group *));
    for (size_t i = 0; i < n; i++)
        if (all[i].done)
            s->n_before++;
        else
            add_source(s, &all[i], incremental);
    runlog_say(s->p->log, LOG_INFO, "fetch.planned", "%s to ask for%s%s",
               fmt_plural(s->a, (int64_t)s->n_groups, "source", "sources"),
               s->n > s->n_groups ? arena_printf(s->a, ", in %s",
                                                 fmt_plural(s->a, (int64_t)s->n,
                                                            "range", "ranges"))
                                  : "",
               s->n_before > 0 ? "; the others were done before" : "");
    return true;
}

/* The time is up: what has not ended has failed. */
static bool
note_late_ones(struct fetch_step *s, struct err *err)
{
    struct patience patience = {0};
    while (!run_sources_late(s->p->db, s->p->work, s->step_id,
                             "the time of the fetch step was up",
                             "will be tried again by the next run", err))
        if (!pipeline_again(s->p, &patience, err))
            return false;
    return true;
}

static bool
sum_up(struct fetch_step *s, bool timed_out, struct step_end *end,
       struct err *err)
{
    struct patience patience = {0};
    struct run_source_sum sum;
    while (!run_source_sum(s->a, s->p->db, s->step_id, &sum, err))
        if (!pipeline_again(s->p, &patience, err))
            return false;
    end->state = timed_out                 ? "timed_out"
                 : sum.failed == 0         ? "succeeded"
                 : sum.failed == sum.total ? "failed"
                                           : "partial";
    end->detail =
        sum.total == 0
            ? "there was nothing to ask for"
            : arena_printf(s->a, "%lld of %s answered",
                           (long long)sum.succeeded,
                           fmt_plural(s->a, sum.total, "source", "sources"));
    if (sum.failed > 0)
        end->error = arena_printf(
            s->a, "%s%lld of %s failed: %s",
            timed_out ? "the time was up; " : "", (long long)sum.failed,
            fmt_plural(s->a, sum.total, "source", "sources"), sum.words);
    return true;
}

static bool
fetch(struct fetch_step *s, bool *halted, struct err *err)
{
    const struct fetch_plan fetch_plan = {
        .run_id = s->p->work->id,
        .sources = s->sources,
        .n = s->n,
        .providers = s->p->work->providers,
        .now_ts = s->p->now_ts,
    };
    const struct fetch_calls calls = {
        .arg = s,
        .tick = on_tick,
        .save = on_save,
        .note = on_note,
        .done = on_done,
        .checked = on_checked,
        .again = on_again,
    };
    *halted = false;
    return s->n == 0 ||
           fetch_run(s->a, s->p->db, &fetch_plan, &calls, halted, err);
}

bool
step_fetch(struct arena *a, struct pipeline *p, int64_t step_id,
           struct step_end *end, struct err *err)
{
    struct fetch_step *s = arena_alloc(a, sizeof *s);
    bool halted;
    s->a = a;
    s->p = p;
    s->step_id = step_id;
    if (!plan(s, err) || !fetch(s, &halted, err) || !write_notes(s, err))
        return false;
    bool timed_out = halted && pipeline_halt(p) == HALT_TIMEOUT;
    if (halted && !timed_out)
        return true;
    return (!timed_out || note_late_ones(s, err)) &&
           sum_up(s, timed_out, end, err);
}
