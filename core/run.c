#include "core/run.h"

#include "core/instrument.h"
#include "lib/format.h"

#include <string.h>

static const char *const MODES[] = {"incremental", "full_refresh", "backfill"};
static const char *const STEPS[] = {"fetch", "process", "retrain"};
static const char *const TRIGGERS[] = {"timer", "console", "api", "cli",
                                       "upload"};

/* A request after its checks, as parameters. */
struct checked {
    const char *mode, *instruments, *providers, *steps, *from, *to;
    enum run_lane lane;
    bool has_fetch;
};

static bool
is_one_of(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

static enum run_lane
lane_of(const char *mode, const char *trigger)
{
    if (strcmp(mode, "backfill") == 0)
        return RUN_LANE_BACKFILL;
    return strcmp(trigger, "timer") == 0 ? RUN_LANE_SCHEDULED : RUN_LANE_MANUAL;
}

static bool
check_mode(const struct run_request *r, struct checked *out, struct err *err)
{
    bool dated = r->from_ts != 0 || r->to_ts != 0 || r->n_ranges > 0;
    out->mode = r->mode != NULL ? r->mode : dated ? "backfill" : "incremental";
    if (!is_one_of(out->mode, MODES, COUNT_OF(MODES)))
        return err_set(err, ERR_INPUT,
                       "there is no mode \"%.40s\": choose incremental, "
                       "full_refresh or backfill",
                       out->mode);
    if (!is_one_of(r->trigger, TRIGGERS, COUNT_OF(TRIGGERS)))
        return err_set(err, ERR_INPUT, "there is no trigger \"%.40s\"",
                       r->trigger);
    out->lane = lane_of(out->mode, r->trigger);
    return true;
}

/* The time that ranges span. */
static void
set_span(struct arena *a, const struct run_request *r, struct checked *out)
{
    int64_t from = r->ranges[0].from_ts, to = r->ranges[0].to_ts;
    for (size_t i = 1; i < r->n_ranges; i++) {
        from = r->ranges[i].from_ts < from ? r->ranges[i].from_ts : from;
        to = r->ranges[i].to_ts > to ? r->ranges[i].to_ts : to;
    }
    out->from = fmt_i64(a, from);
    out->to = fmt_i64(a, to);
}

static bool
check_dates(struct arena *a, const struct run_request *r, struct checked *out,
            struct err *err)
{
    if (r->n_ranges > 0) {
        set_span(a, r, out);
        return true;
    }
    bool backfill = strcmp(out->mode, "backfill") == 0;
    if (backfill && (r->from_ts == 0 || r->to_ts == 0))
        return err_set(err, ERR_INPUT,
                       "a backfill needs its first and its last day");
    if (!backfill && (r->from_ts != 0 || r->to_ts != 0))
        return err_set(err, ERR_INPUT,
                       "dates go with the mode backfill, not with %s",
                       out->mode);
    if (backfill && r->from_ts > r->to_ts)
        return err_set(err, ERR_INPUT, "the first day is after the last");
    if (backfill) {
        out->from = fmt_i64(a, r->from_ts);
        out->to = fmt_i64(a, r->to_ts);
    }
    return true;
}

static bool
check_steps(struct arena *a, const struct run_request *r, struct checked *out,
            struct err *err)
{
    const char *chosen[COUNT_OF(STEPS)];
    size_t n = 0;
    for (size_t i = 0; i < r->n_steps; i++)
        if (!is_one_of(r->steps[i], STEPS, COUNT_OF(STEPS)))
            return err_set(err, ERR_INPUT,
                           "there is no step \"%.40s\": choose fetch, process "
                           "or retrain",
                           r->steps[i]);
    for (size_t i = 0; i < COUNT_OF(STEPS); i++)
        if (r->n_steps == 0 || is_one_of(STEPS[i], r->steps, r->n_steps))
            chosen[n++] = STEPS[i];
    out->steps = fmt_array(a, chosen, n);
    out->has_fetch = is_one_of(STEPS[0], chosen, n);
    return true;
}

static bool
check_providers(struct arena *a, struct db *db, const struct run_request *r,
                struct checked *out, struct err *err)
{
    if (r->n_providers == 0)
        return true;
    struct db_rows *rows;
    if (!db_query(a, db, SQL_provider_names, DB_NONE, &rows, err))
        return false;
    for (size_t i = 0; i < r->n_providers; i++) {
        int k = 0;
        while (k < db_count(rows) &&
               strcmp(db_text(rows, k, "name"), r->providers[i]) != 0)
            k++;
        if (k == db_count(rows))
            return err_set(err, ERR_INPUT, "there is no provider \"%.40s\"",
                           r->providers[i]);
        if (!db_bool(rows, k, "enabled"))
            return err_set(err, ERR_INPUT, "the provider %s is switched off",
                           r->providers[i]);
    }
    out->providers = fmt_array(a, r->providers, r->n_providers);
    return true;
}

/* A fetch that nobody can answer would end with nothing said. */
static bool
check_sources(struct arena *a, struct db *db, const struct checked *c,
              struct err *err)
{
    struct db_rows *rows;
    if (!c->has_fetch)
        return true;
    if (!db_query_one(a, db, SQL_run_sources_count,
                      DB_ARGS(c->instruments, c->providers), &rows, err))
        return false;
    if (db_i64(rows, 0, "n") > 0)
        return true;
    return err_set(err, ERR_INPUT,
                   c->instruments == NULL && c->providers == NULL
                       ? "there is no active instrument with a provider"
                       : "none of these providers can answer for any of "
                         "these instruments");
}

static bool
check_request(struct arena *a, struct db *db, const struct run_request *r,
              struct checked *out, struct err *err)
{
    *out = (struct checked){0};
    if (!check_mode(r, out, err) || !check_dates(a, r, out, err) ||
        !check_steps(a, r, out, err))
        return false;
    if (r->n_instruments > 0 &&
        !instrument_ids(a, db, r->instruments, r->n_instruments,
                        &out->instruments, err))
        return false;
    return check_providers(a, db, r, out, err) &&
           check_sources(a, db, out, err);
}

struct enqueue_call {
    struct arena *a;
    const struct run_request *request;
    const struct checked *checked;
    int64_t id;
};

static bool
enqueue_in_tx(struct db *db, void *arg, struct err *err)
{
    struct enqueue_call *e = arg;
    struct arena *a = e->a;
    const struct run_request *r = e->request;
    const struct checked *c = e->checked;
    struct db_rows *rows;
    if (!db_query_one(a, db, SQL_run_enqueue,
                      DB_ARGS(c->mode, r->trigger,
                              r->requested_by != NULL ? r->requested_by : "",
                              r->reason != NULL ? r->reason : "",
                              fmt_i64(a, c->lane), c->instruments, c->providers,
                              c->from, c->to, c->steps,
                              r->retry_of != 0 ? fmt_i64(a, r->retry_of) : NULL,
                              fmt_bool(r->simulated)),
                      &rows, err))
        return false;
    e->id = db_i64(rows, 0, "id");
    return r->n_ranges == 0 ||
           run_range_add(db, e->id, r->ranges, r->n_ranges, err);
}

bool
run_enqueue(struct db *db, const struct run_request *r, int64_t *id,
            struct err *err)
{
    struct arena *a = arena_new();
    struct checked c;
    struct enqueue_call e = {.a = a, .request = r, .checked = &c};
    bool ok = check_request(a, db, r, &c, err) &&
              (r->n_ranges > 0 ? db_tx(db, enqueue_in_tx, &e, err)
                               : enqueue_in_tx(db, &e, err));
    if (ok)
        *id = e.id;
    arena_free(a);
    return ok;
}

bool
run_check(struct arena *a, struct db *db, const struct run_request *request,
          struct run_checked *out, struct err *err)
{
    struct checked c;
    if (!check_request(a, db, request, &c, err))
        return false;
    *out = (struct run_checked){
        .mode = c.mode,
        .instruments = c.instruments,
        .providers = c.providers,
        .has_fetch = c.has_fetch,
    };
    return true;
}

bool
run_cancel(struct db *db, int64_t id, const char *who, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query(a, db, SQL_run_cancel, DB_ARGS(fmt_i64(a, id), who),
                       &rows, err);
    if (ok && db_count(rows) == 0)
        ok = err_set(err, ERR_MISSING, "there is no run %lld", (long long)id);
    else if (ok && db_i64(rows, 0, "n") == 0)
        ok = err_set(err, ERR_CONFLICT, "run %lld has ended already: it %s",
                     (long long)id, run_state_words(db_text(rows, 0, "state")));
    arena_free(a);
    return ok;
}

const char *
run_state_words(const char *state)
{
    static const struct {
        const char *state, *words;
    } table[] = {
        {"queued", "is queued"},        {"running", "is running"},
        {"succeeded", "succeeded"},     {"partial", "succeeded in part"},
        {"failed", "failed"},           {"cancelled", "was cancelled"},
        {"timed_out", "took too long"}, {"lost", "lost its worker"},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (strcmp(table[i].state, state) == 0)
            return table[i].words;
    return state;
}

bool
run_retry(struct db *db, int64_t id, const char *trigger, const char *who,
          int64_t *new_id, struct err *err)
{
    struct arena *a = arena_new();
    struct run old = {.mode = "", .state = ""};
    struct db_rows *rows;
    bool ok = run_get(a, db, id, &old, err) &&
              db_query(a, db, SQL_run_retry,
                       DB_ARGS(fmt_i64(a, id), trigger, who,
                               fmt_i64(a, lane_of(old.mode, trigger))),
                       &rows, err);
    if (ok && db_count(rows) == 0)
        ok = err_set(err, ERR_CONFLICT, "nothing to try again: run %lld %s",
                     (long long)id, run_state_words(old.state));
    if (ok)
        *new_id = db_i64(rows, 0, "id");
    arena_free(a);
    return ok;
}

static void
read_run(const struct db_rows *rows, int i, struct run *out)
{
    *out = (struct run){
        .id = db_i64(rows, i, "id"),
        .mode = db_text(rows, i, "mode"),
        .trigger = db_text(rows, i, "trigger"),
        .requested_by = db_text(rows, i, "requested_by"),
        .reason = db_text(rows, i, "reason"),
        .state = db_text(rows, i, "state"),
        .lane = (enum run_lane)db_i64(rows, i, "lane"),
        .instruments = db_text(rows, i, "instruments"),
        .providers = db_text(rows, i, "providers"),
        .steps = db_text(rows, i, "steps"),
        .schedule = db_text(rows, i, "schedule"),
        .worker = db_text(rows, i, "worker"),
        .cancel_by = db_text(rows, i, "cancel_by"),
        .error = db_text(rows, i, "error"),
        .from_ts = db_i64(rows, i, "from_ts"),
        .to_ts = db_i64(rows, i, "to_ts"),
        .due_at = db_i64(rows, i, "due_at"),
        .retry_of = db_i64(rows, i, "retry_of"),
        .attempt = db_i64(rows, i, "attempt"),
        .max_attempts = db_i64(rows, i, "max_attempts"),
        .queued_at = db_i64(rows, i, "queued_at"),
        .not_before = db_i64(rows, i, "not_before"),
        .started_at = db_i64(rows, i, "started_at"),
        .finished_at = db_i64(rows, i, "finished_at"),
        .heartbeat_at = db_i64(rows, i, "heartbeat_at"),
        .seconds = db_f64(rows, i, "seconds"),
        .rows_new = db_i64(rows, i, "rows_new"),
        .rows_same = db_i64(rows, i, "rows_same"),
        .rows_changed = db_i64(rows, i, "rows_changed"),
        .rows_refused = db_i64(rows, i, "rows_refused"),
        .n_sources = db_i64(rows, i, "n_sources"),
        .n_failed = db_i64(rows, i, "n_failed"),
        .simulated = db_bool(rows, i, "simulated"),
    };
}

static const char *
key_or_null(struct arena *a, int64_t v)
{
    return v != 0 ? fmt_i64(a, v) : NULL;
}

bool
run_get(struct arena *a, struct db *db, int64_t id, struct run *out,
        struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_run_list,
                  DB_ARGS(fmt_i64(a, id), NULL, NULL, NULL, NULL, NULL, NULL,
                          NULL, NULL, "1"),
                  &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_MISSING, "there is no run %lld", (long long)id);
    read_run(rows, 0, out);
    return true;
}

bool
run_list(struct arena *a, struct db *db, const struct run_filter *f,
         struct run **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_run_list,
                  DB_ARGS(NULL, f->state, f->trigger, f->mode, f->instrument,
                          key_or_null(a, f->queued_from_ts),
                          key_or_null(a, f->queued_to_ts),
                          key_or_null(a, f->before), key_or_null(a, f->after),
                          fmt_i64(a, f->limit)),
                  &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        read_run(rows, i, &(*out)[i]);
    return true;
}

static void
read_source(const struct db_rows *rows, int i, struct run_source *out)
{
    *out = (struct run_source){
        .source = db_text(rows, i, "source"),
        .provider = db_text(rows, i, "provider"),
        .state = db_text(rows, i, "state"),
        .error_kind = db_text(rows, i, "error_kind"),
        .error = db_text(rows, i, "error"),
        .next_action = db_text(rows, i, "next_action"),
        .detail = db_text(rows, i, "detail"),
        .attempts = db_i64(rows, i, "attempts"),
        .rows_new = db_i64(rows, i, "rows_new"),
        .rows_same = db_i64(rows, i, "rows_same"),
        .rows_changed = db_i64(rows, i, "rows_changed"),
        .rows_refused = db_i64(rows, i, "rows_refused"),
        .started_at = db_i64(rows, i, "started_at"),
        .finished_at = db_i64(rows, i, "finished_at"),
        .seconds = db_f64(rows, i, "seconds"),
    };
}

static void
read_step(const struct db_rows *rows, int i, struct run_step *out)
{
    *out = (struct run_step){
        .id = db_i64(rows, i, "id"),
        .kind = db_text(rows, i, "kind"),
        .state = db_text(rows, i, "state"),
        .error = db_text(rows, i, "error"),
        .detail = db_text(rows, i, "detail"),
        .seq = db_i64(rows, i, "seq"),
        .attempt = db_i64(rows, i, "attempt"),
        .max_attempts = db_i64(rows, i, "max_attempts"),
        .timeout_s = db_i64(rows, i, "timeout_s"),
        .started_at = db_i64(rows, i, "started_at"),
        .finished_at = db_i64(rows, i, "finished_at"),
        .seconds = db_f64(rows, i, "seconds"),
    };
}

/* Sources come ordered by step, so each step's are one stretch of them. */
static void
hand_out_sources(struct arena *a, const struct db_rows *rows,
                 struct run_step *steps, size_t n)
{
    int total = db_count(rows);
    struct run_source *all = arena_array(a, (size_t)total, sizeof *all);
    int i = 0;
    for (size_t s = 0; s < n; s++) {
        steps[s].sources = &all[i];
        for (; i < total && db_i64(rows, i, "step_id") == steps[s].id; i++) {
            read_source(rows, i, &all[i]);
            steps[s].n_sources++;
        }
    }
}

bool
run_step_list(struct arena *a, struct db *db, int64_t run_id,
              struct run_step **out, size_t *n, struct err *err)
{
    const char *id = fmt_i64(a, run_id);
    struct db_call calls[] = {
        {.sql = SQL_run_step_list, .args = DB_ARGS(id)},
        {.sql = SQL_run_source_list, .args = DB_ARGS(id)},
    };
    if (!db_query_many(a, db, calls, COUNT_OF(calls), err))
        return false;
    *n = (size_t)db_count(calls[0].rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        read_step(calls[0].rows, i, &(*out)[i]);
    hand_out_sources(a, calls[1].rows, *out, *n);
    return true;
}

bool
run_log_list(struct arena *a, struct db *db, int64_t run_id, int64_t after,
             int limit, struct run_log_line **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(
            a, db, SQL_run_log_list,
            DB_ARGS(fmt_i64(a, run_id), fmt_i64(a, after), fmt_i64(a, limit)),
            &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] = (struct run_log_line){
            .id = db_i64(rows, i, "id"),
            .at = db_i64(rows, i, "at"),
            .level = (int)db_i64(rows, i, "level"),
            .event = db_text(rows, i, "event"),
            .text = db_text(rows, i, "text"),
        };
    return true;
}
