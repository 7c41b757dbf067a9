#include "core/mill_own.h"
#include "lib/format.h"

bool
mill_touch(struct db *db, int64_t instrument_id, int32_t interval_s,
           int64_t from_ts, int64_t to_ts, int64_t load_id, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = db_exec(db, SQL_mill_touch,
                      DB_ARGS(fmt_i64(a, instrument_id), fmt_i64(a, interval_s),
                              fmt_i64(a, from_ts), fmt_i64(a, to_ts),
                              load_id == 0 ? NULL : fmt_i64(a, load_id)),
                      NULL, err);
    arena_free(a);
    return ok;
}

bool
mill_list(struct arena *a, struct db *db, struct mill_due **out, size_t *n,
          struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_mill_list, DB_ARGS(fmt_i64(a, mill_version())),
                  &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] =
            (struct mill_due){.instrument_id = db_i64(rows, i, "instrument_id"),
                              .symbol = db_text(rows, i, "symbol")};
    return true;
}
