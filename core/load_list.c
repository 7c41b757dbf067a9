#include "core/load_list.h"

#include "core/series.h"
#include "lib/format.h"

#include <string.h>

static void
read_item(const struct db_rows *rows, int i, struct load_item *out)
{
    *out = (struct load_item){
        .load = load_of_row(rows, i),
        .symbol = db_text(rows, i, "symbol"),
        .title = db_text(rows, i, "title"),
        .state = db_text(rows, i, "state"),
        .error = db_text(rows, i, "error"),
        .count = {.n_new = db_i64(rows, i, "rows_new"),
                  .n_same = db_i64(rows, i, "rows_same"),
                  .n_changed = db_i64(rows, i, "rows_changed"),
                  .n_refused = db_i64(rows, i, "rows_refused"),
                  .n_flagged = db_i64(rows, i, "rows_flagged")},
        .upload_id = db_i64(rows, i, "upload_id"),
        .upload_name = db_text(rows, i, "upload_name"),
        .brought_by = db_text(rows, i, "brought_by"),
        .created_at = db_i64(rows, i, "created_at"),
        .stored_at = db_i64(rows, i, "stored_at"),
    };
}

bool
load_get(struct arena *a, struct db *db, int64_t id, struct load_item *out,
         struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_load_list,
                  DB_ARGS(fmt_i64(a, id), NULL, NULL, NULL, NULL, NULL, NULL,
                          NULL, NULL, "1"),
                  &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_MISSING, "there is no load %lld",
                       (long long)id);
    read_item(rows, 0, out);
    return true;
}

static const char *
or_null(struct arena *a, int64_t v)
{
    return v != 0 ? fmt_i64(a, v) : NULL;
}

bool
load_list(struct arena *a, struct db *db, const struct load_filter *f,
          struct load_item **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_load_list,
                  DB_ARGS(NULL, or_null(a, f->upload_id), f->kind,
                          f->instrument, f->state,
                          or_null(a, f->created_from_ts),
                          or_null(a, f->created_to_ts), or_null(a, f->before),
                          or_null(a, f->after), fmt_i64(a, f->limit)),
                  &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        read_item(rows, i, &(*out)[i]);
    return true;
}

bool
load_undo_get(struct arena *a, struct db *db, int64_t id, struct load_undo *out,
              struct err *err)
{
    struct db_rows *rows;
    *out = (struct load_undo){0};
    if (!db_query(a, db, SQL_load_job, DB_ARGS(fmt_i64(a, id)), &rows, err))
        return false;
    if (db_count(rows) > 0)
        *out = (struct load_undo){
            .state = db_text(rows, 0, "state"),
            .who = db_text(rows, 0, "requested_by"),
            .error = db_text(rows, 0, "error"),
            .attempt = (int)db_i64(rows, 0, "attempt"),
            .max_attempts = (int)db_i64(rows, 0, "max_attempts"),
            .queued_at = db_i64(rows, 0, "queued_at"),
            .finished_at = db_i64(rows, 0, "finished_at"),
        };
    return true;
}

bool
load_doubts(struct arena *a, struct db *db, int64_t id, int limit,
            struct doubt **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_load_doubts,
                  DB_ARGS(fmt_i64(a, id), fmt_i64(a, limit)), &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] = (struct doubt){
            .ts = db_is_null(rows, i, "ts") ? SERIES_NO_TS
                                            : db_i64(rows, i, "ts"),
            .flag = strcmp(db_text(rows, i, "severity"), "flag") == 0,
            .rule = db_text(rows, i, "rule"),
            .field = db_text(rows, i, "field"),
            .value = db_text(rows, i, "value"),
            .expected = db_text(rows, i, "expected"),
            .raw = db_text(rows, i, "raw"),
        };
    return true;
}
