#include "core/bar_statistics.h"

#include "lib/format.h"

static bool
refresh(struct db *db, enum sql_id sql, int64_t n, bool *refreshed,
        struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query_one(a, db, sql, DB_ARGS(fmt_i64(a, n)), &rows, err);
    if (ok)
        *refreshed = db_bool(rows, 0, "refreshed");
    arena_free(a);
    return ok || err_wrap(err, "statistics of the bars");
}

bool
bar_statistics_refresh(struct db *db, int64_t rows_written, bool *refreshed,
                       struct err *err)
{
    return refresh(db, SQL_bar_statistics_refresh, rows_written, refreshed,
                   err);
}

bool
bar_statistics_of_run(struct db *db, int64_t run_id, bool *refreshed,
                      struct err *err)
{
    return refresh(db, SQL_bar_statistics_of_run, run_id, refreshed, err);
}
