#include "core/upload_job.h"

#include "core/upload_settle.h"
#include "lib/format.h"
#include "lib/utf8.h"

#include <string.h>

enum { ERROR_MAX_BYTES = 2000 };

int64_t
upload_lock_key(int64_t job_id, int attempt)
{
    /* as in upload_job_sweep.sql; those of runs are positive */
    return -(job_id * 4096 + attempt % 4096);
}

static void
read_job(struct arena *a, const struct db_rows *rows, struct upload_job *out)
{
    *out = (struct upload_job){
        .id = db_i64(rows, 0, "id"),
        .upload_id = db_i64(rows, 0, "upload_id"),
        .load_id = db_i64(rows, 0, "load_id"),
        .kind = arena_strdup(a, db_text(rows, 0, "kind")),
        .requested_by = arena_strdup(a, db_text(rows, 0, "requested_by")),
        .address = arena_strdup(a, db_text(rows, 0, "address")),
        .attempt = (int)db_i64(rows, 0, "attempt"),
        .max_attempts = (int)db_i64(rows, 0, "max_attempts"),
    };
}

struct claim_call {
    struct arena *a;
    const char *worker;
    struct upload_job *job;
    struct db_rows *lost;
    bool any;
};

static bool
claim_in_tx(struct db *db, void *arg, struct err *err)
{
    struct claim_call *c = arg;
    struct db_rows *rows;
    if (!db_exec(db, SQL_upload_job_mutex, DB_NONE, NULL, err) ||
        !db_query(c->a, db, SQL_upload_job_sweep, DB_NONE, &c->lost, err) ||
        !db_query(c->a, db, SQL_upload_job_claim, DB_ARGS(c->worker), &rows,
                  err))
        return false;
    c->any = db_count(rows) == 1;
    if (c->any)
        read_job(c->a, rows, c->job);
    return true;
}

bool
upload_job_claim(struct arena *a, struct db *db, const char *worker,
                 struct upload_job *job, bool *any,
                 struct upload_job_lost **lost, size_t *n_lost, struct err *err)
{
    struct claim_call c = {.a = a, .worker = worker, .job = job};
    *any = false;
    *n_lost = 0;
    if (!db_tx(db, claim_in_tx, &c, err))
        return err_wrap(err, "claim an upload's job");
    *any = c.any;
    *n_lost = (size_t)db_count(c.lost);
    *lost = arena_array(a, *n_lost, sizeof **lost);
    for (int i = 0; i < (int)*n_lost; i++)
        (*lost)[i] = (struct upload_job_lost){
            .id = db_i64(c.lost, i, "id"),
            .attempt = (int)db_i64(c.lost, i, "attempt"),
            .max_attempts = (int)db_i64(c.lost, i, "max_attempts"),
            .state = db_text(c.lost, i, "state"),
            .worker = db_text(c.lost, i, "worker"),
        };
    return true;
}

static bool
no_longer_ours(int64_t id, struct err *err)
{
    return err_set(err, ERR_CONFLICT,
                   "job %lld is no longer this worker's: it was stopped or "
                   "taken over",
                   (long long)id);
}

bool
upload_job_get(struct arena *a, struct db *db, int64_t id, int attempt,
               struct upload_job *out, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_upload_job_get,
                  DB_ARGS(fmt_i64(a, id), fmt_i64(a, attempt)), &rows, err))
        return false;
    if (db_count(rows) == 0)
        return no_longer_ours(id, err);
    read_job(a, rows, out);
    return true;
}

bool
upload_job_look(struct db *db, struct upload_job_queue *out, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query_one(a, db, SQL_upload_job_look, DB_NONE, &rows, err);
    if (ok)
        *out = (struct upload_job_queue){.ready = db_i64(rows, 0, "ready"),
                                         .open = db_i64(rows, 0, "open")};
    arena_free(a);
    return ok;
}

bool
upload_job_beat(struct db *db, const struct upload_job *job, int64_t bytes,
                int64_t n_rows, bool *owned, struct err *err)
{
    struct arena *a = arena_new();
    int64_t n = 0;
    bool ok = db_exec(db, SQL_upload_job_beat,
                      DB_ARGS(fmt_i64(a, job->id), fmt_i64(a, job->attempt),
                              fmt_i64(a, bytes), fmt_i64(a, n_rows)),
                      &n, err);
    *owned = n == 1;
    arena_free(a);
    return ok;
}

/* The fence: part of each transaction that ends a job well. */
static bool
end_job(struct db *db, const struct upload_job *job, struct err *err)
{
    struct arena *a = arena_new();
    int64_t n = 0;
    /* the upload's row first, as those do who stop or discard it */
    bool ok = db_exec(db, SQL_upload_lock, DB_ARGS(fmt_i64(a, job->upload_id)),
                      NULL, err) &&
              db_exec(db, SQL_upload_job_end,
                      DB_ARGS(fmt_i64(a, job->id), fmt_i64(a, job->attempt)),
                      &n, err);
    arena_free(a);
    return ok && (n == 1 || no_longer_ours(job->id, err));
}

struct checked_call {
    const struct upload_job *job;
    const struct import_result *result;
};

static bool
checked_in_tx(struct db *db, void *arg, struct err *err)
{
    const struct checked_call *c = arg;
    const struct upload_job *job = c->job;
    struct arena *a = arena_new();
    bool ok = end_job(db, job, err) &&
              upload_settle(db, job->upload_id, "checked", NULL, c->result,
                            job->requested_by, err) &&
              db_exec(db, SQL_upload_auto_store,
                      DB_ARGS(fmt_i64(a, job->upload_id), fmt_i64(a, job->id)),
                      NULL, err);
    arena_free(a);
    return ok;
}

bool
upload_job_checked(struct db *db, const struct upload_job *job,
                   const struct import_result *r, struct err *err)
{
    struct checked_call c = {.job = job, .result = r};
    return db_tx(db, checked_in_tx, &c, err);
}

bool
upload_job_stored(struct db *db, const struct upload_job *job,
                  const struct import_result *r, struct err *err)
{
    return end_job(db, job, err) &&
           upload_settle(db, job->upload_id, "stored", NULL, r,
                         job->requested_by, err);
}

struct undo_call {
    struct arena *a;
    int64_t load_id;
    const char *who, *address;
    struct undo_count *count;
};

static bool
undo_in_tx(struct db *db, void *arg, struct err *err)
{
    const struct undo_call *c = arg;
    struct arena *a = c->a;
    struct db_rows *rows;
    int64_t run_id;
    if (!db_query_one(a, db, SQL_undo_symbols, DB_ARGS(fmt_i64(a, c->load_id)),
                      &rows, err) ||
        !undo_load(db, c->load_id, c->who, c->address, c->count, err) ||
        !upload_retrain(
            db, db_text(rows, 0, "symbols"),
            arena_printf(a, "undo of load %lld", (long long)c->load_id), c->who,
            &run_id, err))
        return false;
    const char *upload_id = db_text(rows, 0, "upload_id");
    return upload_id == NULL ||
           db_exec(db, SQL_upload_undone,
                   DB_ARGS(upload_id, run_id != 0 ? fmt_i64(a, run_id) : NULL),
                   NULL, err);
}

bool
upload_undo(struct db *db, int64_t load_id, const char *who,
            const char *address, struct undo_count *out, struct err *err)
{
    struct arena *a = arena_new();
    struct undo_call c = {.a = a,
                          .load_id = load_id,
                          .who = who,
                          .address = address,
                          .count = out};
    bool ok = db_tx(db, undo_in_tx, &c, err);
    arena_free(a);
    return ok;
}

struct job_undo_call {
    const struct upload_job *job;
    struct undo_count *count;
};

/* The job's row last: until then it must be free for its heartbeat. */
static bool
job_undo_in_tx(struct db *db, void *arg, struct err *err)
{
    const struct job_undo_call *c = arg;
    const struct upload_job *job = c->job;
    return upload_undo(db, job->load_id, job->requested_by, job->address,
                       c->count, err) &&
           end_job(db, job, err);
}

bool
upload_job_undo(struct db *db, const struct upload_job *job,
                struct undo_count *out, struct err *err)
{
    struct job_undo_call c = {.job = job, .count = out};
    return db_tx(db, job_undo_in_tx, &c, err);
}

/* What may pass soon is tried again soon, then less so. */
static double
pause_s(const struct upload_job *job, bool counted)
{
    if (!counted)
        return 0;
    return job->attempt <= 1 ? 1 : 5;
}

bool
upload_job_failed(struct db *db, const struct upload_job *job,
                  const struct err *why, bool counted, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok =
        db_query(a, db, SQL_upload_job_give_back,
                 DB_ARGS(fmt_i64(a, job->id), fmt_i64(a, job->attempt),
                         fmt_bool(why->kind == ERR_RETRY), fmt_bool(counted),
                         fmt_f64(a, pause_s(job, counted)),
                         utf8_clean(a, why->text, ERROR_MAX_BYTES)),
                 &rows, err);
    arena_free(a);
    return ok;
}
