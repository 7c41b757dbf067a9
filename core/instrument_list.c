#include "core/instrument_list.h"

#include "lib/format.h"

bool
instrument_list_names(struct arena *a, struct db *db, bool with_retired,
                      struct instrument_name **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_instrument_list_names,
                  DB_ARGS(fmt_bool(with_retired)), &rows, err))
        return err_wrap(err, "list instruments");
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct instrument_name){
            .symbol = db_text(rows, (int)i, "symbol"),
            .title = db_text(rows, (int)i, "title"),
        };
    return true;
}

bool
instrument_list_page(struct arena *a, struct db *db, const char *after,
                     int limit, int64_t now_ts, struct instrument_item **out,
                     size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(
            a, db, SQL_instrument_list_page,
            DB_ARGS(after, fmt_i64(a, limit), fmt_i64(a, INSTRUMENT_LIST_BARS)),
            &rows, err))
        return err_wrap(err, "list instruments");
    struct source *fresh;
    source_read(a, rows, now_ts, &fresh, n);
    *out = arena_array(a, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct instrument_item){
            .fresh = fresh[i],
            .n_bars = db_i64(rows, (int)i, "n_bars"),
            .listings = db_text(rows, (int)i, "listings"),
        };
    return true;
}
