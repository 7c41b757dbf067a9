#include "core/bar_statistics.h"

#include "lib/format.h"

bool
bar_statistics_refresh(struct db *db, int64_t rows_written, bool *refreshed,
                       struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query_one(a, db, SQL_bar_statistics_refresh,
                           DB_ARGS(fmt_i64(a, rows_written)), &rows, err);
    if (ok)
        *refreshed = db_bool(rows, 0, "refreshed");
    arena_free(a);
    return ok || err_wrap(err, "statistics of the bars");
}
