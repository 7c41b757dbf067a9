#include "worker/process.h"

#include "core/archive.h"
#include "core/bar.h"
#include "core/bar_check.h"
#include "core/bar_statistics.h"
#include "core/load.h"
#include "core/providers/provider.h"
#include "core/quality.h"
#include "core/quarantine.h"
#include "core/validate.h"
#include "lib/buf.h"
#include "lib/config.h"
#include "lib/format.h"
#include "lib/json.h"
#include "worker/mill_due.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Room for the largest body that may ever have been archived. */
static const size_t BODY_MAX_BYTES = (size_t)1 << 30;

/* What there is to do, and what went wrong before the worker was changed. */
struct process_plan {
    struct calendar *calendars;
    size_t n_calendars;
    struct run_load *loads;
    size_t n;
    struct run_source_error *errors;
    size_t n_errors;
};

/* One load on its way into the database. */
struct process_call {
    struct arena *a; /* of this load */
    struct pipeline *p;
    int64_t step_id;
    const struct process_plan *plan;
    struct validate_rules rules; /* as they hold for the instrument */
    int64_t rules_of;            /* this one; 0: not read yet */
    const struct run_load *load;
    bool last_of_source; /* the source ends with this load */
    const char *refused; /* why nothing of it can be used; NULL: it can */
    /* why the first load of the source that was refused was, in this attempt
     * at the step or an earlier one; NULL: none was */
    const char *source_error;
    struct validate_result judged;
    struct bar_count count;
    int64_t written; /* rows, of all loads so far */
};

/* The response as its provider's parser reads it; *out stays as it is when
 * there are no rows. */
static bool
parse_again(struct process_call *c, struct series **out, struct err *err)
{
    const struct run_load *l = c->load;
    const struct provider *driver = provider_find(l->driver);
    struct provider_answer answer = {0};
    char *body;
    size_t len;
    struct provider_request request = {
        .symbol = l->provider_symbol,
        .interval_s = l->interval_s,
        .from_ts = l->from_ts,
        .to_ts = l->to_ts,
        .all_history = l->from_ts == 0,
        .now_ts = c->p->now_ts,
    };
    if (driver == NULL)
        return err_set(err, ERR_INPUT, "there is no driver \"%s\"", l->driver);
    if (l->spec != NULL &&
        !json_parse(c->a, l->spec, strlen(l->spec), &request.spec, err))
        return err_wrap(err, "specification of provider %s", l->provider);
    if (!archive_get(c->a, config()->archive_dir, l->archive_hash,
                     BODY_MAX_BYTES, &body, &len, err))
        return err_wrap(err, "archived response %.12s", l->archive_hash);
    driver->parse(c->a, &request, l->http_status, body, len, &answer);
    if (answer.fault != FAULT_NONE)
        return err_set(err, ERR_INPUT, "%s: %s", fault_words(answer.fault),
                       answer.text);
    if (answer.series != NULL)
        *out = answer.series;
    if (l->is_ranged)
        run_range_cut(*out, l->ranges, l->n_ranges);
    return true;
}

/* The earliest time among the rows, for the bar before them. */
static int64_t
first_ts(const struct series *rows)
{
    int64_t first = SERIES_NO_TS;
    for (size_t i = 0; i < rows->n; i++)
        if (rows->rows[i].ts != SERIES_NO_TS &&
            (first == SERIES_NO_TS || rows->rows[i].ts < first))
            first = rows->rows[i].ts;
    return first;
}

/* The rules, which may be the instrument's own. */
static bool
read_rules(struct process_call *c, struct err *err)
{
    int64_t id = c->load->instrument_id;
    if (c->rules_of == id)
        return true;
    c->rules_of = 0;
    if (!validate_rules_get(c->p->db, id, &c->rules, err))
        return false;
    c->rules_of = id;
    return true;
}

static bool
judge(struct process_call *c, const struct series *rows, struct err *err)
{
    const struct run_load *l = c->load;
    struct validate_window before;
    struct validate_context context = {
        .interval_s = l->interval_s,
        .price_min = l->price_min,
        .price_max = l->price_max,
        .jump_frac = l->jump_frac,
        .now_ts = c->p->now_ts,
        .calendar = calendar_find(c->plan->calendars, c->plan->n_calendars,
                                  l->calendar),
        .before = &before,
    };
    int64_t first = first_ts(rows);
    if (first == SERIES_NO_TS)
        validate_window_start(&before);
    else if (!validate_window_get(c->p->db, l->instrument_id, l->interval_s,
                                  first, &before, err))
        return false;
    if (!read_rules(c, err))
        return false;
    validate(c->a, &c->rules, &context, rows, &c->judged);
    return true;
}

static const char *
source_detail(struct process_call *c)
{
    if (c->judged.n_flagged == 0)
        return arena_printf(c->a, "stored from %s", c->load->provider);
    return arena_printf(
        c->a, "stored from %s; %s stored and doubted", c->load->provider,
        fmt_plural(c->a, (int64_t)c->judged.n_flagged, "row", "rows"));
}

/* Counts and state of the source, and the fence, last: it holds the run's
 * row. */
static bool
note_source(struct process_call *c, struct db *db, struct err *err)
{
    const struct run_work *work = c->p->work;
    const char *error = c->source_error != NULL ? c->source_error : c->refused;
    bool failed = error != NULL;
    struct run_source_note note = {
        .source = c->load->symbol,
        .instrument_id = c->load->instrument_id,
        .provider = c->load->provider,
        .state = !c->last_of_source ? "running"
                 : failed           ? "failed"
                                    : "succeeded",
        .attempts = 1,
        .error_kind = failed ? "unusable" : NULL,
        .error = error,
        .next_action =
            failed ? "the response stays in the archive; a full refresh or "
                     "backfill asks for these days again"
                   : NULL,
        .detail = source_detail(c),
        .rows = {.n_new = c->count.n_new,
                 .n_same = c->count.n_same,
                 .n_changed = c->count.n_changed,
                 .n_refused = (int64_t)c->judged.n_refused},
    };
    return run_source_save(db, work, c->step_id, &note, err) &&
           run_fence(db, work, &note.rows, err);
}

/* Rows that are refused, but that people accepted, are stored already. After
 * bar_store, whose lock they need. */
static bool
let_in(struct process_call *c, struct db *db, struct err *err)
{
    const struct run_load *l = c->load;
    struct validate_result *j = &c->judged;
    struct quarantine_decided decided;
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < j->n_doubts; i++) {
        if (j->doubts[i].flag || j->doubts[i].ts == SERIES_NO_TS)
            continue;
        first = j->doubts[i].ts < first ? j->doubts[i].ts : first;
        last = j->doubts[i].ts > last ? j->doubts[i].ts : last;
    }
    if (first > last)
        return true;
    if (!quarantine_decided_get(c->a, db, l->instrument_id, l->interval_s,
                                first, last, &decided, err))
        return false;
    for (size_t i = 0; i < j->n_doubts; i++) {
        if (!quarantine_lets_in(&decided, &j->doubts[i]))
            continue;
        j->n_refused--;
        c->count.n_same++;
    }
    return true;
}

static bool
store_in_tx(struct db *db, void *arg, struct err *err)
{
    struct process_call *c = arg;
    const struct run_load *l = c->load;
    const struct bar_target target = {.instrument_id = l->instrument_id,
                                      .interval_s = l->interval_s,
                                      .load_id = l->id};
    if (!bar_store(db, &target, c->judged.good, c->judged.n_good, &c->count,
                   err) ||
        !let_in(c, db, err))
        return false;
    if (c->judged.n_doubts > 0 &&
        !quarantine_add(db, l->id, l->instrument_id, l->interval_s,
                        c->judged.doubts, c->judged.n_doubts, NULL, err))
        return false;
    const struct load_count count = {
        .n_new = c->count.n_new,
        .n_same = c->count.n_same,
        .n_changed = c->count.n_changed,
        .n_refused = (int64_t)c->judged.n_refused,
        .n_flagged = (int64_t)c->judged.n_flagged,
    };
    return load_stored(db, l->id, &count, err) && note_source(c, db, err);
}

static bool
refuse_in_tx(struct db *db, void *arg, struct err *err)
{
    struct process_call *c = arg;
    return load_refused(db, c->load->id, c->refused, err) &&
           note_source(c, db, err);
}

static bool
parse_and_store(struct process_call *c, struct err *err)
{
    struct series *rows = series_new(c->a);
    c->refused = NULL;
    c->judged = (struct validate_result){0};
    c->count = (struct bar_count){0};
    if (!parse_again(c, &rows, err)) {
        if (err_job_action(err->kind) != ERR_SKIP_ITEM)
            return false;
        c->refused = arena_strdup(c->a, err->text);
        return db_tx(c->p->db, refuse_in_tx, c, err);
    }
    if (!judge(c, rows, err))
        return false;
    if (db_tx(c->p->db, store_in_tx, c, err))
        return true;
    if (err->kind != ERR_INPUT)
        return false;
    /* rows that the database itself refuses, whatever validation said */
    c->refused = arena_strdup(c->a, err->text);
    c->judged = (struct validate_result){0};
    c->count = (struct bar_count){0};
    return db_tx(c->p->db, refuse_in_tx, c, err);
}

/* A commit whose answer was lost with the connection is found done by the
 * next try. */
static bool
was_done_before(struct process_call *c, const struct patience *patience,
                const struct err *err)
{
    struct err ignored;
    bool done = false;
    return err->kind == ERR_CONFLICT && patience->tries > 0 &&
           run_load_is_done(c->p->db, c->load->id, &done, &ignored) && done;
}

static bool
process_load(struct process_call *c, struct err *err)
{
    struct patience patience = {0};
    while (!parse_and_store(c, err)) {
        if (was_done_before(c, &patience, err))
            break;
        if (!pipeline_again(c->p, &patience, err))
            return err_wrap(err, "load %lld of %s", (long long)c->load->id,
                            c->load->symbol);
    }
    c->written += c->count.n_new + c->count.n_changed;
    if (c->refused != NULL)
        runlog_say(c->p->log, LOG_WARN, "load.refused",
                   "%s: nothing of load %lld from %s could be used: %s",
                   c->load->symbol, (long long)c->load->id, c->load->provider,
                   c->refused);
    else
        runlog_say(c->p->log, LOG_INFO, "load.stored",
                   "%s from %s: rows new %lld, the same %lld, changed %lld, "
                   "refused %zu, doubted %zu",
                   c->load->symbol, c->load->provider,
                   (long long)c->count.n_new, (long long)c->count.n_same,
                   (long long)c->count.n_changed, c->judged.n_refused,
                   c->judged.n_flagged);
    return true;
}

/* --- checks: compared with what is stored, and of no matter to the run's
 * counts and states */

struct check_call {
    struct process_call *c;
    const struct series *rows;
    struct bar_check_count count;
};

static bool
check_in_tx(struct db *db, void *arg, struct err *err)
{
    struct check_call *k = arg;
    struct process_call *c = k->c;
    const struct run_load *l = c->load;
    const struct run_rows none = {0};
    bool off = c->rules.rule[VALIDATE_AGREEMENT].severity == VALIDATE_OFF;
    const struct bar_check check = {
        .load_id = l->id,
        .instrument_id = l->instrument_id,
        .interval_s = l->interval_s,
        .provider = l->provider,
        .frac = off ? (double)NAN : c->rules.rule[VALIDATE_AGREEMENT].threshold,
    };
    if (!bar_check_store(db, &check, k->rows->rows, k->rows->n, &k->count, err))
        return false;
    const struct load_count count = {.n_same = k->count.n_compared,
                                     .n_flagged = k->count.n_doubted};
    return load_stored(db, l->id, &count, err) &&
           run_fence(db, c->p->work, &none, err);
}

static bool
check_refuse_in_tx(struct db *db, void *arg, struct err *err)
{
    const struct process_call *c = arg;
    const struct run_rows none = {0};
    return load_refused(db, c->load->id, c->refused, err) &&
           run_fence(db, c->p->work, &none, err);
}

static bool
parse_and_compare(struct process_call *c, struct bar_check_count *count,
                  struct err *err)
{
    struct series *rows = series_new(c->a);
    struct check_call k = {.c = c};
    c->refused = NULL;
    if (!parse_again(c, &rows, err)) {
        if (err_job_action(err->kind) != ERR_SKIP_ITEM)
            return false;
        c->refused = arena_strdup(c->a, err->text);
        return db_tx(c->p->db, check_refuse_in_tx, c, err);
    }
    k.rows = rows;
    if (!read_rules(c, err) || !db_tx(c->p->db, check_in_tx, &k, err))
        return false;
    *count = k.count;
    return true;
}

static bool
process_check(struct process_call *c, struct err *err)
{
    const struct run_load *l = c->load;
    struct patience patience = {0};
    struct bar_check_count count = {0};
    while (!parse_and_compare(c, &count, err)) {
        if (was_done_before(c, &patience, err))
            return true;
        if (!pipeline_again(c->p, &patience, err))
            return err_wrap(err, "load %lld of %s", (long long)l->id,
                            l->symbol);
    }
    if (c->refused != NULL)
        runlog_say(c->p->log, LOG_INFO, "check.refused",
                   "%s: nothing of load %lld from %s could be compared: %s",
                   l->symbol, (long long)l->id, l->provider, c->refused);
    else
        runlog_say(c->p->log, count.n_doubted > 0 ? LOG_WARN : LOG_INFO,
                   "check.done", "%s: %s compared with %s, %lld too far apart",
                   l->symbol, fmt_plural(c->a, count.n_compared, "bar", "bars"),
                   l->provider, (long long)count.n_doubted);
    return true;
}

static bool
prepare(struct arena *a, struct pipeline *p, int64_t step_id,
        struct process_plan *plan, struct err *err)
{
    struct patience patience = {0};
    while (
        !calendar_list(a, p->db, &plan->calendars, &plan->n_calendars, err) ||
        !run_load_list(a, p->db, p->work, &plan->loads, &plan->n, err) ||
        !run_source_unusable(a, p->db, step_id, &plan->errors, &plan->n_errors,
                             err))
        if (!pipeline_again(p, &patience, err))
            return false;
    return true;
}

static const char *
error_before(const struct process_plan *plan, const char *source)
{
    for (size_t i = 0; i < plan->n_errors; i++)
        if (strcmp(plan->errors[i].source, source) == 0)
            return plan->errors[i].error;
    return NULL;
}

/* Words of what was stored, also in an earlier attempt. */
static const char *
words_of(struct arena *a, const struct run_rows *rows)
{
    if (rows->n_new == 0 && rows->n_changed == 0 && rows->n_refused == 0)
        return rows->n_same == 0
                   ? "nothing new"
                   : arena_printf(
                         a,
                         "nothing new: %s stored "
                         "already",
                         fmt_plural(a, rows->n_same, "row is", "rows are"));
    struct buf *b = buf_new(a);
    buf_addf(b, "%s new, %s the same, %s changed",
             fmt_plural(a, rows->n_new, "row", "rows"),
             fmt_count(a, rows->n_same), fmt_count(a, rows->n_changed));
    if (rows->n_refused > 0)
        buf_addf(b, ", %s refused (in quarantine)",
                 fmt_count(a, rows->n_refused));
    return b->data;
}

/* The step's state; one whose rows are all stored has not failed altogether. */
static const char *
state_of(const struct run_source_sum *sum, size_t not_milled, bool timed_out)
{
    return timed_out                                      ? "timed_out"
           : sum->failed == 0                             ? "succeeded"
           : sum->failed == sum->total && not_milled == 0 ? "failed"
                                                          : "partial";
}

static bool
sum_up(struct arena *a, struct pipeline *p, int64_t step_id,
       const struct mill_report *mill, bool timed_out, struct step_end *end,
       struct err *err)
{
    struct patience patience = {0};
    struct run_source_sum sum;
    while (!run_source_sum(a, p->db, step_id, &sum, err))
        if (!pipeline_again(p, &patience, err))
            return false;
    end->detail = words_of(a, &sum.rows);
    if (mill->milled > 0)
        end->detail = arena_printf(
            a, "%s; intervals and indicators of %s made", end->detail,
            fmt_plural(a, (int64_t)mill->milled, "instrument", "instruments"));
    end->state = state_of(&sum, mill->failed, timed_out);
    if (timed_out)
        end->error = mill->halt == HALT_TIMEOUT
                         ? "the time was up before intervals and indicators "
                           "were computed; `quotemill run --step process` "
                           "computes the rest"
                         : "the time was up before everything fetched was "
                           "stored; `quotemill run --step process` stores the "
                           "rest";
    else if (sum.failed > 0)
        end->error = arena_printf(
            a, "%lld of %s could not be %s: %s", (long long)sum.failed,
            fmt_plural(a, sum.total, "source", "sources"),
            mill->failed > 0 ? "processed" : "stored", sum.words);
    return true;
}

/* The time is up: what has begun and not ended has failed. */
static bool
note_late_ones(struct pipeline *p, int64_t step_id, struct err *err)
{
    struct patience patience = {0};
    while (!run_sources_late(
        p->db, p->work, step_id, "the time of the process step was up",
        "`quotemill run --step process` stores the rest", err))
        if (!pipeline_again(p, &patience, err))
            return false;
    return true;
}

/* Load i of the plan, and what it means for its source. */
static bool
process_next(struct arena *a, struct process_call *c,
             const struct process_plan *plan, size_t i, struct err *err)
{
    const struct run_load *loads = plan->loads;
    int64_t id = loads[i].instrument_id;
    c->load = &loads[i];
    if (i == 0 || loads[i - 1].instrument_id != id)
        c->source_error = error_before(plan, loads[i].symbol);
    if (loads[i].is_check)
        return process_check(c, err);
    c->last_of_source = i + 1 == plan->n || loads[i + 1].instrument_id != id ||
                        loads[i + 1].is_check;
    if (!process_load(c, err))
        return false;
    if (c->refused != NULL && c->source_error == NULL)
        c->source_error = arena_strdup(a, c->refused);
    return true;
}

/* What was stored is stored: a run does not fail for want of statistics. */
static void
refresh_statistics(struct pipeline *p, int64_t written)
{
    struct err err;
    bool refreshed;
    if (!bar_statistics_refresh(p->db, written, &refreshed, &err))
        log_event(LOG_WARN, "statistics.old", "error=\"%s\"", err.text);
}

static bool
goes_on(void *arg)
{
    return pipeline_halt(arg) == HALT_NONE;
}

/* Nor for want of quality: its days stay noted, and the next run has them. */
static void
refresh_quality(struct pipeline *p)
{
    struct patience patience = {0};
    struct err err;
    while (!quality_refresh(p->db, p->now_ts, goes_on, p, &err))
        if (!pipeline_again(p, &patience, &err)) {
            runlog_say(p->log, LOG_WARN, "quality.old",
                       "the days' quality could not be computed; the next run "
                       "computes it: %s",
                       err.text);
            return;
        }
}

bool
step_process(struct arena *a, struct pipeline *p, int64_t step_id,
             struct step_end *end, struct err *err)
{
    struct process_plan plan;
    if (!prepare(a, p, step_id, &plan, err))
        return false;
    struct process_call c = {
        .a = arena_new(), .p = p, .step_id = step_id, .plan = &plan};
    bool ok = true;
    enum halt halt = HALT_NONE;
    for (size_t i = 0; ok && i < plan.n; i++) {
        halt = pipeline_halt(p);
        if (halt != HALT_NONE)
            break;
        ok = process_next(a, &c, &plan, i, err);
        pipeline_progress(p, "process", (int64_t)i + 1, (int64_t)plan.n, 0);
        arena_reset(c.a);
    }
    arena_free(c.a);
    if (!ok)
        return false;
    refresh_statistics(p, c.written);
    struct mill_report mill = {0};
    if (halt == HALT_TIMEOUT && !note_late_ones(p, step_id, err))
        return false;
    if (halt == HALT_NONE) {
        if (!mill_due_all(a, p, step_id, &mill, err))
            return false;
        halt = mill.halt;
    }
    if (halt == HALT_NONE)
        refresh_quality(p);
    if (halt != HALT_NONE && halt != HALT_TIMEOUT)
        return true; /* end->state stays NULL: halted */
    return sum_up(a, p, step_id, &mill, halt == HALT_TIMEOUT, end, err);
}
