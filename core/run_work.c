#include "core/run_work.h"

#include "core/run.h"
#include "lib/format.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Row text of a text[] literal such as {fetch,process}: words without
 * quotes, so a comparison between separators is enough. */
static bool
list_has(const char *literal, const char *word)
{
    size_t len = strlen(word);
    for (const char *p = literal; (p = strstr(p, word)) != NULL; p += len)
        if (p > literal && strchr("{,", p[-1]) != NULL &&
            (p[len] == ',' || p[len] == '}'))
            return true;
    return false;
}

static bool
no_longer_ours(const struct run_work *work, struct err *err)
{
    return err_set(err, ERR_CONFLICT,
                   "run %lld is no longer this worker's (%s)",
                   (long long)work->id, work->worker);
}

/* Several statements as one transaction that does not wait for the disk: for
 * notes of what is under way. A server that crashes may forget its last
 * moments; the step is done again from there, since what it brings (loads, the
 * step's end) is committed to the disk, and everything before goes with it. */
static bool
query_soon(struct arena *a, struct db *db, struct db_call *calls, size_t n,
           struct err *err)
{
    struct db_call *all = arena_array(a, n + 1, sizeof *all);
    assert(!db_in_tx(db)); /* the whole of it would not wait */
    all[0] = (struct db_call){.sql = SQL_commit_soon, .args = DB_NONE};
    memcpy(all + 1, calls, n * sizeof *calls);
    if (!db_query_many(a, db, all, n + 1, err))
        return false;
    memcpy(calls, all + 1, n * sizeof *calls);
    return true;
}

/* Runs a statement that answers with a row as long as the run is ours. */
static bool
fenced_exec(struct db *db, const struct run_work *work, enum sql_id sql,
            struct db_args args, struct err *err)
{
    int64_t n = 0;
    if (!db_exec(db, sql, args, &n, err))
        return false;
    return n > 0 || no_longer_ours(work, err);
}

int64_t
run_lock_key(int64_t run_id, int64_t attempt)
{
    return run_id * 4096 + attempt % 4096; /* as in run_sweep.sql */
}

struct claim_call {
    struct arena *a;
    const struct run_claim *claim;
    struct run_work *out;
    bool got;
};

static void
read_work(struct arena *a, const struct db_rows *rows,
          const struct run_claim *claim, struct run_work *out)
{
    *out = (struct run_work){
        .id = db_i64(rows, 0, "id"),
        .attempt = db_i64(rows, 0, "attempt"),
        .max_attempts = db_i64(rows, 0, "max_attempts"),
        .requested_by = db_text(rows, 0, "requested_by"),
        .worker = arena_strdup(a, claim->worker),
        .mode = db_text(rows, 0, "mode"),
        .trigger = db_text(rows, 0, "trigger"),
        .instruments = db_text(rows, 0, "instruments"),
        .providers = db_text(rows, 0, "providers"),
        .has_fetch = list_has(db_text(rows, 0, "steps"), "fetch"),
        .simulated = db_bool(rows, 0, "simulated"),
        .from_ts = db_i64(rows, 0, "from_ts"),
        .to_ts = db_i64(rows, 0, "to_ts"),
        .lease_s = claim->lease_s,
    };
}

static bool
claim_in_tx(struct db *db, void *arg, struct err *err)
{
    struct claim_call *c = arg;
    struct db_rows *rows;
    const char *only =
        c->claim->only_id != 0 ? fmt_i64(c->a, c->claim->only_id) : NULL;
    if (!db_exec(db, SQL_run_claim_mutex, DB_NONE, NULL, err) ||
        !db_query(
            c->a, db, SQL_run_claim,
            DB_ARGS(c->claim->worker, fmt_f64(c->a, c->claim->lease_s), only),
            &rows, err))
        return false;
    c->got = db_count(rows) == 1;
    if (!c->got)
        return true;
    read_work(c->a, rows, c->claim, c->out);
    return db_exec(db, SQL_run_steps_make,
                   DB_ARGS(fmt_i64(c->a, c->out->id),
                           fmt_i64(c->a, c->claim->step_timeout_s)),
                   NULL, err);
}

bool
run_claim(struct arena *a, struct db *db, const struct run_claim *claim,
          struct run_work *out, bool *got, struct err *err)
{
    struct claim_call c = {.a = a, .claim = claim, .out = out};
    *got = false;
    if (!db_tx(db, claim_in_tx, &c, err))
        return err_wrap(err, "claim a run");
    *got = c.got;
    return true;
}

bool
run_sweep(struct arena *a, struct db *db, struct run_swept **out, size_t *n,
          struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_run_sweep, DB_NONE, &rows, err))
        return err_wrap(err, "look for lost runs");
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] = (struct run_swept){
            .id = db_i64(rows, i, "id"),
            .attempt = db_i64(rows, i, "attempt"),
            .max_attempts = db_i64(rows, i, "max_attempts"),
            .state = db_text(rows, i, "state"),
            .worker = db_text(rows, i, "worker"),
        };
    return true;
}

bool
run_queue_look(struct db *db, struct run_queue *out, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query_one(a, db, SQL_run_queue_look, DB_NONE, &rows, err);
    if (ok)
        *out = (struct run_queue){
            .queued = db_i64(rows, 0, "queued"),
            .running = db_i64(rows, 0, "running"),
            .silent = db_i64(rows, 0, "silent"),
            .wait_s = db_f64(rows, 0, "wait_s"),
        };
    arena_free(a);
    return ok;
}

bool
run_blockers(struct arena *a, struct db *db, int64_t id, const char **ids,
             struct err *err)
{
    struct db_rows *rows;
    if (!db_query_one(a, db, SQL_run_blockers, DB_ARGS(fmt_i64(a, id)), &rows,
                      err))
        return false;
    *ids = db_text(rows, 0, "ids");
    return true;
}

bool
run_beat(struct arena *a, struct db *db, const struct run_work *work,
         bool *owned, const char **cancel_by, struct err *err)
{
    struct db_rows *rows;
    *cancel_by = NULL;
    if (!db_query(a, db, SQL_run_beat,
                  DB_ARGS(fmt_i64(a, work->id), work->worker,
                          fmt_f64(a, work->lease_s)),
                  &rows, err))
        return false;
    *owned = db_count(rows) == 1;
    if (*owned)
        *cancel_by = db_text(rows, 0, "cancel_by");
    return true;
}

bool
run_fence(struct db *db, const struct run_work *work,
          const struct run_rows *rows, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = fenced_exec(
        db, work, SQL_run_fence,
        DB_ARGS(fmt_i64(a, work->id), work->worker, fmt_i64(a, rows->n_new),
                fmt_i64(a, rows->n_same), fmt_i64(a, rows->n_changed),
                fmt_i64(a, rows->n_refused)),
        err);
    arena_free(a);
    return ok;
}

bool
run_give_back(struct db *db, const struct run_work *work, bool counted,
              double pause_s, const char *why, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = db_exec(db, SQL_run_give_back,
                      DB_ARGS(fmt_i64(a, work->id), work->worker,
                              fmt_bool(counted), fmt_f64(a, pause_s), why),
                      NULL, err);
    arena_free(a);
    return ok || err_wrap(err, "queue run %lld again", (long long)work->id);
}

bool
run_finish(struct db *db, const struct run_work *work, const char *state,
           const char *error, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = fenced_exec(
        db, work, SQL_run_finish,
        DB_ARGS(fmt_i64(a, work->id), work->worker, state, error), err);
    arena_free(a);
    return ok;
}

bool
run_step_begin(struct db *db, const struct run_work *work, int64_t step_id,
               struct run_step_go *out, struct err *err)
{
    struct arena *a = arena_new();
    struct db_call call = {.sql = SQL_run_step_begin,
                           .args = DB_ARGS(fmt_i64(a, step_id), work->worker)};
    bool ok = query_soon(a, db, &call, 1, err) &&
              (db_count(call.rows) > 0 || no_longer_ours(work, err));
    if (ok)
        *out = (struct run_step_go){
            .attempt = db_i64(call.rows, 0, "attempt"),
            .max_attempts = db_i64(call.rows, 0, "max_attempts"),
            .timeout_s = db_f64(call.rows, 0, "timeout_s"),
        };
    arena_free(a);
    return ok;
}

bool
run_step_end(struct db *db, const struct run_work *work, int64_t step_id,
             const char *state, const char *error, const char *detail,
             struct err *err)
{
    struct arena *a = arena_new();
    bool ok = fenced_exec(db, work, SQL_run_step_end,
                          DB_ARGS(fmt_i64(a, step_id), work->worker, state,
                                  error, detail != NULL ? detail : ""),
                          err);
    arena_free(a);
    return ok;
}

bool
run_steps_stop(struct db *db, const struct run_work *work, const char *state,
               const char *error, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = db_exec(db, SQL_run_steps_stop,
                      DB_ARGS(fmt_i64(a, work->id), work->worker, state, error),
                      NULL, err);
    arena_free(a);
    return ok;
}

/* Where the fetch of one source begins and ends. */
static void
plan_range(const struct run_work *work, const struct db_rows *rows, int i,
           int64_t now_ts, struct run_fetch_source *s)
{
    s->to_ts = work->to_ts != 0 ? work->to_ts : now_ts;
    if (strcmp(work->mode, "incremental") == 0) {
        s->all_history = db_is_null(rows, i, "overlap_ts");
        s->from_ts = db_i64(rows, i, "overlap_ts");
    } else {
        s->all_history = work->from_ts == 0;
        s->from_ts = work->from_ts;
    }
}

static void
read_fetch_source(const struct run_work *work, const struct db_rows *rows,
                  int i, int64_t now_ts, struct run_fetch_source *s)
{
    *s = (struct run_fetch_source){
        .symbol = db_text(rows, i, "source"),
        .instrument_id = db_i64(rows, i, "instrument_id"),
        .interval_s = (int32_t)db_i64(rows, i, "interval_s"),
        .done = db_bool(rows, i, "done"),
        .last_ts = db_i64(rows, i, "last_ts"),
        .cross_check = db_bool(rows, i, "cross_check"),
    };
    plan_range(work, rows, i, now_ts, s);
}

/* Each source once for each of its ranges. */
static void
spread(struct arena *a, const struct run_range *ranges, size_t n_ranges,
       struct run_fetch_source **sources, size_t *n)
{
    struct run_fetch_source *out = arena_array(a, n_ranges, sizeof *out);
    size_t n_out = 0;
    for (size_t i = 0; i < *n; i++)
        for (size_t k = 0; k < n_ranges; k++)
            if (ranges[k].instrument_id == (*sources)[i].instrument_id) {
                out[n_out] = (*sources)[i];
                out[n_out].interval_s = ranges[k].interval_s;
                out[n_out].from_ts = ranges[k].from_ts;
                out[n_out].to_ts = ranges[k].to_ts;
                out[n_out++].last_ts = 0;
            }
    *sources = out;
    *n = n_out;
}

bool
run_fetch_plan(struct arena *a, struct db *db, const struct run_work *work,
               int64_t step_id, int64_t now_ts, struct run_fetch_source **out,
               size_t *n, struct err *err)
{
    const char *id = fmt_i64(a, step_id);
    struct db_call calls[] = {
        {.sql = SQL_run_fetch_plan,
         .args = DB_ARGS(id, work->instruments, work->providers)},
        {.sql = SQL_run_sources_start, .args = DB_ARGS(id)},
        {.sql = SQL_run_fetch_sources,
         .args = DB_ARGS(id, fmt_i64(a, now_ts), fmt_i64(a, RUN_OVERLAP_BARS))},
        run_range_call(a, work->id),
    };
    if (!query_soon(a, db, calls, COUNT_OF(calls), err))
        return err_wrap(err, "plan the fetch of run %lld", (long long)work->id);
    const struct db_rows *rows = calls[2].rows;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        read_fetch_source(work, rows, i, now_ts, &(*out)[i]);
    struct run_range *ranges;
    size_t n_ranges;
    run_range_read(a, calls[3].rows, &ranges, &n_ranges);
    if (n_ranges > 0)
        spread(a, ranges, run_range_join(ranges, n_ranges), out, n);
    return true;
}

static struct db_args
note_args(struct arena *a, const struct run_work *work, int64_t step_id,
          const struct run_source_note *note)
{
    const char *const v[] = {
        fmt_i64(a, step_id),
        work->worker,
        note->source,
        note->instrument_id != 0 ? fmt_i64(a, note->instrument_id) : NULL,
        note->provider,
        note->state,
        fmt_i64(a, note->attempts),
        note->error_kind,
        note->error,
        note->next_action,
        note->detail != NULL ? note->detail : "",
        fmt_i64(a, note->rows.n_new),
        fmt_i64(a, note->rows.n_same),
        fmt_i64(a, note->rows.n_changed),
        fmt_i64(a, note->rows.n_refused)};
    const char **kept = arena_array(a, COUNT_OF(v), sizeof *kept);
    memcpy(kept, v, sizeof v);
    return (struct db_args){.n = (int)COUNT_OF(v), .v = kept};
}

bool
run_source_save(struct db *db, const struct run_work *work, int64_t step_id,
                const struct run_source_note *note, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = fenced_exec(db, work, SQL_run_source_save,
                          note_args(a, work, step_id, note), err);
    arena_free(a);
    return ok || err_wrap(err, "note of %s", note->source);
}

bool
run_source_save_many(struct db *db, const struct run_work *work,
                     int64_t step_id, const struct run_source_note *notes,
                     size_t n, struct err *err)
{
    struct arena *a = arena_new();
    struct db_call *calls = arena_array(a, n, sizeof *calls);
    for (size_t i = 0; i < n; i++)
        calls[i] =
            (struct db_call){.sql = SQL_run_source_save,
                             .args = note_args(a, work, step_id, &notes[i])};
    bool ok = query_soon(a, db, calls, n, err);
    for (size_t i = 0; ok && i < n; i++)
        if (db_count(calls[i].rows) == 0)
            ok = no_longer_ours(work, err);
    arena_free(a);
    return ok || err_wrap(err, "notes of sources");
}

bool
run_sources_late(struct db *db, const struct run_work *work, int64_t step_id,
                 const char *error, const char *next_action, struct err *err)
{
    struct arena *a = arena_new();
    bool ok =
        db_exec(db, SQL_run_sources_late,
                DB_ARGS(fmt_i64(a, step_id), work->worker, error, next_action),
                NULL, err);
    arena_free(a);
    return ok;
}

bool
run_source_sum(struct arena *a, struct db *db, int64_t step_id,
               struct run_source_sum *out, struct err *err)
{
    struct db_rows *rows;
    if (!db_query_one(a, db, SQL_run_sources_sum, DB_ARGS(fmt_i64(a, step_id)),
                      &rows, err))
        return false;
    *out = (struct run_source_sum){
        .total = db_i64(rows, 0, "total"),
        .succeeded = db_i64(rows, 0, "succeeded"),
        .failed = db_i64(rows, 0, "failed"),
        .unfinished = db_i64(rows, 0, "unfinished"),
        .rows = {.n_new = db_i64(rows, 0, "rows_new"),
                 .n_same = db_i64(rows, 0, "rows_same"),
                 .n_changed = db_i64(rows, 0, "rows_changed"),
                 .n_refused = db_i64(rows, 0, "rows_refused")},
        .words = db_text(rows, 0, "words"),
    };
    return true;
}

bool
run_source_unusable(struct arena *a, struct db *db, int64_t step_id,
                    struct run_source_error **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_run_source_unusable, DB_ARGS(fmt_i64(a, step_id)),
                  &rows, err))
        return err_wrap(err, "list what could not be used");
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] =
            (struct run_source_error){.source = db_text(rows, i, "source"),
                                      .error = db_text(rows, i, "error")};
    return true;
}

/* "1700000000 1700000600 ..." */
static void
read_ranges(struct arena *a, const char *text, struct run_load *l)
{
    size_t n = 0, len = text != NULL ? strlen(text) : 0;
    l->ranges = arena_array(a, len / 4 + 1, sizeof *l->ranges);
    for (char *end; len > 0 && *text != '\0'; text = end) {
        l->ranges[n].from_ts = strtoll(text, &end, 10);
        l->ranges[n++].to_ts = strtoll(end, &end, 10);
    }
    l->n_ranges = n;
}

bool
run_load_list(struct arena *a, struct db *db, const struct run_work *work,
              struct run_load **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_run_load_list,
                  DB_ARGS(work->has_fetch ? fmt_i64(a, work->id) : NULL,
                          work->has_fetch ? NULL : work->instruments,
                          work->has_fetch ? NULL : work->providers),
                  &rows, err))
        return err_wrap(err, "list what was fetched");
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++) {
        (*out)[i] = (struct run_load){
            .id = db_i64(rows, i, "id"),
            .instrument_id = db_i64(rows, i, "instrument_id"),
            .symbol = db_text(rows, i, "symbol"),
            .interval_s = (int32_t)db_i64(rows, i, "interval_s"),
            .price_min = db_f64(rows, i, "price_min"),
            .price_max = db_f64(rows, i, "price_max"),
            .jump_frac = db_f64(rows, i, "jump_frac"),
            .calendar = db_text(rows, i, "calendar"),
            .provider = db_text(rows, i, "provider"),
            .driver = db_text(rows, i, "driver"),
            .provider_symbol = db_text(rows, i, "provider_symbol"),
            .spec = db_text(rows, i, "spec"),
            .from_ts = db_i64(rows, i, "from_ts"),
            .to_ts = db_i64(rows, i, "to_ts"),
            .http_status = (int)db_i64(rows, i, "http_status"),
            .archive_hash = db_text(rows, i, "archive_hash"),
            .is_check = db_bool(rows, i, "is_check"),
            .is_ranged = db_bool(rows, i, "is_ranged"),
        };
        read_ranges(a, db_text(rows, i, "ranges"), &(*out)[i]);
    }
    return true;
}

bool
run_load_is_done(struct db *db, int64_t load_id, bool *done, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query_one(a, db, SQL_run_load_is_done,
                           DB_ARGS(fmt_i64(a, load_id)), &rows, err);
    if (ok)
        *done = db_bool(rows, 0, "done");
    arena_free(a);
    return ok;
}

bool
run_log_add(struct arena *a, struct db *db, int64_t run_id,
            struct run_line *lines, size_t n, struct err *err)
{
    const char **column = arena_array(a, n, sizeof *column);
    const char *arrays[4];
    for (int c = 0; c < 4; c++) {
        for (size_t i = 0; i < n; i++)
            column[i] = c == 0   ? arena_printf(a, "%.6f", lines[i].at)
                        : c == 1 ? fmt_i64(a, lines[i].level)
                        : c == 2 ? lines[i].event
                                 : lines[i].text;
        arrays[c] = fmt_array(a, column, n);
    }
    struct db_call call = {.sql = SQL_run_log_add,
                           .args = DB_ARGS(fmt_i64(a, run_id), arrays[0],
                                           arrays[1], arrays[2], arrays[3])};
    if (!query_soon(a, db, &call, 1, err))
        return false;
    const struct db_rows *rows = call.rows;
    for (int i = 0; i < db_count(rows) && i < (int)n; i++) {
        lines[i].id = db_i64(rows, i, "id");
        lines[i].at_iso = db_text(rows, i, "at");
    }
    return true;
}
