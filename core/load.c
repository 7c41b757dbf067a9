#include "core/load.h"

#include "lib/format.h"

#include <string.h>

/* NULL for a number that is not there. */
static const char *
or_null(struct arena *a, int64_t v)
{
    return v == 0 ? NULL : fmt_i64(a, v);
}

static struct db_args
create_args(struct arena *a, const struct load *load)
{
    const char *const v[] = {or_null(a, load->run_id),
                             fmt_i64(a, load->instrument_id),
                             fmt_i64(a, load->interval_s),
                             load->kind,
                             load->provider,
                             load->provider_symbol,
                             load->request,
                             load->reason == NULL ? "" : load->reason,
                             fmt_bool(load->simulated),
                             or_null(a, load->from_ts),
                             or_null(a, load->to_ts),
                             or_null(a, load->http_status),
                             fmt_f64(a, load->elapsed_ms),
                             load->archive_hash,
                             or_null(a, load->archive_bytes)};
    const char **kept = arena_array(a, COUNT_OF(v), sizeof *kept);
    memcpy(kept, v, sizeof v);
    return (struct db_args){.n = (int)COUNT_OF(v), .v = kept};
}

bool
load_create(struct db *db, const struct load *load, int64_t *id,
            struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok =
        db_query_one(a, db, SQL_load_create, create_args(a, load), &rows, err);
    if (ok)
        *id = db_i64(rows, 0, "id");
    arena_free(a);
    return ok;
}

bool
load_create_many(struct db *db, const struct load *loads, size_t n,
                 struct err *err)
{
    struct arena *a = arena_new();
    struct db_call *calls = arena_array(a, n, sizeof *calls);
    for (size_t i = 0; i < n; i++)
        calls[i] = (struct db_call){.sql = SQL_load_create,
                                    .args = create_args(a, &loads[i])};
    bool ok = db_query_many(a, db, calls, n, err);
    arena_free(a);
    return ok;
}

/* Ends the state fetched; somebody else may have done so before. */
static bool
settle(struct db *db, enum sql_id sql, struct db_args args, int64_t id,
       struct err *err)
{
    int64_t n;
    if (!db_exec(db, sql, args, &n, err))
        return false;
    return n == 1 ||
           err_set(err, ERR_CONFLICT, "load %lld is not waiting to be stored",
                   (long long)id);
}

bool
load_stored(struct db *db, int64_t id, const struct load_count *count,
            struct err *err)
{
    struct arena *a = arena_new();
    bool ok = settle(
        db, SQL_load_stored,
        DB_ARGS(fmt_i64(a, id), fmt_i64(a, count->n_new),
                fmt_i64(a, count->n_same), fmt_i64(a, count->n_changed),
                fmt_i64(a, count->n_refused), fmt_i64(a, count->n_flagged)),
        id, err);
    arena_free(a);
    return ok;
}

bool
load_refused(struct db *db, int64_t id, const char *error, struct err *err)
{
    struct arena *a = arena_new();
    bool ok =
        settle(db, SQL_load_refused, DB_ARGS(fmt_i64(a, id), error), id, err);
    arena_free(a);
    return ok;
}

struct load
load_of_row(const struct db_rows *rows, int i)
{
    return (struct load){
        .id = db_i64(rows, i, "id"),
        .run_id = db_i64(rows, i, "run_id"),
        .interval_s = (int32_t)db_i64(rows, i, "interval_s"),
        .kind = db_text(rows, i, "kind"),
        .provider = db_text(rows, i, "provider"),
        .provider_symbol = db_text(rows, i, "provider_symbol"),
        .request = db_text(rows, i, "request"),
        .reason = db_text(rows, i, "reason"),
        .simulated = db_bool(rows, i, "simulated"),
        .from_ts = db_i64(rows, i, "from_ts"),
        .to_ts = db_i64(rows, i, "to_ts"),
        .http_status = db_i64(rows, i, "http_status"),
        .elapsed_ms = db_f64(rows, i, "elapsed_ms"),
        .archive_hash = db_text(rows, i, "archive_hash"),
        .archive_bytes = db_i64(rows, i, "archive_bytes"),
    };
}

bool
load_list_fetched(struct arena *a, struct db *db, int64_t run_id,
                  struct load **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_load_list_fetched, DB_ARGS(fmt_i64(a, run_id)),
                  &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++) {
        (*out)[i] = load_of_row(rows, i);
        (*out)[i].instrument_id = db_i64(rows, i, "instrument_id");
    }
    return true;
}
