#include "core/upload_settle.h"

#include "core/run.h"
#include "core/series.h"
#include "lib/format.h"
#include "lib/utf8.h"

#include <string.h>

enum { TEXT_MAX = 500, RAW_MAX = 1024 };

bool
upload_retrain(struct db *db, const char *symbols, const char *reason,
               const char *who, int64_t *run_id, struct err *err)
{
    static const char *const steps[] = {"process", "retrain"};
    struct arena *a = arena_new();
    struct db_rows *rows;
    *run_id = 0;
    bool ok = db_query(a, db, SQL_upload_retrain, DB_ARGS(symbols), &rows, err);
    size_t n = ok ? (size_t)db_count(rows) : 0;
    const char **active = arena_array(a, n, sizeof *active);
    for (size_t i = 0; i < n; i++)
        active[i] = db_text(rows, (int)i, "symbol");
    struct run_request request = {
        .trigger = "upload",
        .requested_by = who,
        .reason = reason,
        .instruments = active,
        .n_instruments = n,
        .steps = steps,
        .n_steps = COUNT_OF(steps),
    };
    if (ok && n > 0)
        ok = run_enqueue(db, &request, run_id, err);
    arena_free(a);
    return ok || err_wrap(err, "queue the run that mills and retrains");
}

static const char *
column_of(struct arena *a, const struct import_result *r, int which)
{
    const char **v = arena_array(a, r->n_refusals, sizeof *v);
    for (size_t i = 0; i < r->n_refusals; i++) {
        const struct doubt *d = &r->refusals[i].doubt;
        v[i] = which == 0   ? fmt_i64(a, r->refusals[i].line)
               : which == 1 ? r->refusals[i].symbol
               : which == 2 ? (d->ts == SERIES_NO_TS ? NULL : fmt_i64(a, d->ts))
               : which == 3 ? d->rule
               : which == 4 ? fmt_bool(d->flag)
               : which == 5 ? d->field
               : which == 6 ? utf8_clean(a, d->value, TEXT_MAX)
               : which == 7
                   ? utf8_clean(a, d->expected, TEXT_MAX)
                   : utf8_clean(a, d->raw != NULL ? d->raw : "", RAW_MAX);
    }
    return fmt_array(a, v, r->n_refusals);
}

static bool
keep_refusals(struct arena *a, struct db *db, int64_t id,
              const struct import_result *r, struct err *err)
{
    return db_exec(db, SQL_upload_refusals_set,
                   DB_ARGS(fmt_i64(a, id), column_of(a, r, 0),
                           column_of(a, r, 1), column_of(a, r, 2),
                           column_of(a, r, 3), column_of(a, r, 4),
                           column_of(a, r, 5), column_of(a, r, 6),
                           column_of(a, r, 7), column_of(a, r, 8)),
                   NULL, err);
}

static const char *
result_symbols(struct arena *a, const struct import_result *r)
{
    const char **v = arena_array(a, r->n_series, sizeof *v);
    for (size_t i = 0; i < r->n_series; i++)
        v[i] = r->series[i].symbol;
    return fmt_array(a, v, r->n_series);
}

static bool
settle(struct arena *a, struct db *db, int64_t id, const char *state,
       const struct mapping *m, const struct import_result *r, const char *who,
       struct err *err)
{
    const struct load_count *c = &r->count;
    int64_t run_id = 0;
    if (strcmp(state, "stored") == 0 && c->n_new + c->n_changed > 0 &&
        !upload_retrain(db, result_symbols(a, r),
                        arena_printf(a, "upload %lld", (long long)id), who,
                        &run_id, err))
        return false;
    return db_exec(db, SQL_upload_settle,
                   DB_ARGS(fmt_i64(a, id), state, fmt_i64(a, r->n_rows),
                           fmt_i64(a, c->n_new), fmt_i64(a, c->n_same),
                           fmt_i64(a, c->n_changed), fmt_i64(a, c->n_refused),
                           fmt_i64(a, c->n_flagged),
                           run_id != 0 ? fmt_i64(a, run_id) : NULL,
                           m != NULL ? m->format : NULL,
                           m != NULL ? mapping_to_json(a, m) : NULL,
                           m != NULL ? upload_mapping_symbols(a, m) : NULL),
                   NULL, err) &&
           keep_refusals(a, db, id, r, err);
}

bool
upload_settle(struct db *db, int64_t id, const char *state,
              const struct mapping *m, const struct import_result *r,
              const char *who, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = settle(a, db, id, state, m, r, who, err);
    arena_free(a);
    return ok || err_wrap(err, "note upload %lld as %s", (long long)id, state);
}
