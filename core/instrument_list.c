#include "core/instrument_list.h"

#include "core/interval.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"

#include <string.h>

enum { RETIRED_MAX = 1000 };

static void
read_names(struct arena *a, const struct db_rows *rows,
           struct instrument_name **out, size_t *n)
{
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct instrument_name){
            .symbol = db_text(rows, (int)i, "symbol"),
            .title = db_text(rows, (int)i, "title"),
        };
}

bool
instrument_list_names(struct arena *a, struct db *db, bool with_retired,
                      struct instrument_name **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_instrument_list_names,
                  DB_ARGS(fmt_bool(with_retired)), &rows, err))
        return err_wrap(err, "list instruments");
    read_names(a, rows, out, n);
    return true;
}

bool
instrument_list_retired(struct arena *a, struct db *db,
                        struct instrument_name **out, size_t *n,
                        struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_instrument_list_retired,
                  DB_ARGS(fmt_i64(a, RETIRED_MAX)), &rows, err))
        return err_wrap(err, "list retired instruments");
    read_names(a, rows, out, n);
    return true;
}

bool
instrument_list_providers(struct arena *a, struct db *db,
                          const char *const **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_provider_names, DB_NONE, &rows, err))
        return err_wrap(err, "list providers");
    *n = (size_t)db_count(rows);
    const char **names = arena_array(a, *n, sizeof *names);
    for (size_t i = 0; i < *n; i++)
        names[i] = db_text(rows, (int)i, "name");
    *out = names;
    return true;
}

bool
instrument_list_page(struct arena *a, struct db *db, const char *after,
                     int limit, int64_t now_ts, struct instrument_item **out,
                     size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_instrument_list_page,
                  DB_ARGS(after, fmt_i64(a, limit),
                          fmt_i64(a, INSTRUMENT_LIST_BARS),
                          fmt_i64(a, now_ts - INSTRUMENT_LIST_DAYS * DAY_S)),
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
            .worst_score = db_f64(rows, (int)i, "worst_score"),
            .worst_ts = db_i64(rows, (int)i, "worst_ts"),
        };
    return true;
}

static void
put_text(struct buf *b, const char *key, const char *text)
{
    json_key(b, key);
    json_put_str(b, text);
}

static void
put_time(struct arena *a, struct buf *b, const char *key,
         const struct db_rows *rows, int i, const char *col)
{
    bool is_null = db_is_null(rows, i, col);
    put_text(b, key, is_null ? NULL : date_format_iso(a, db_i64(rows, i, col)));
}

/* [[interval_s, first, last], ...] as the server gave it. */
static bool
put_intervals(struct arena *a, struct buf *b, const char *text, struct err *err)
{
    struct json list;
    if (text == NULL)
        text = "[]";
    if (!json_parse(a, text, strlen(text), &list, err))
        return false;
    json_key(b, "intervals");
    json_open(b, '[');
    for (struct json_iter it = json_iter(list); json_next(&it);) {
        int64_t v[3] = {0};
        for (size_t k = 0; k < COUNT_OF(v); k++)
            if (!json_i64(json_at(it.value, k), &v[k]))
                return err_set(err, ERR_INTERNAL, "intervals %.80s", text);
        json_open(b, '{');
        put_text(b, "interval", interval_name((int32_t)v[0]));
        put_text(b, "first", date_format_iso(a, v[1]));
        put_text(b, "last", date_format_iso(a, v[2]));
        json_close(b, '}');
    }
    json_close(b, ']');
    return true;
}

static bool
put_symbol(struct arena *a, struct buf *b, const struct db_rows *rows, int i,
           struct err *err)
{
    static const char *const texts[] = {"symbol", "title", "kind", "currency",
                                        "calendar"};
    json_open(b, '{');
    for (size_t t = 0; t < COUNT_OF(texts); t++)
        put_text(b, texts[t], db_text(rows, i, texts[t]));
    put_text(b, "interval",
             interval_name((int32_t)db_i64(rows, i, "interval_s")));
    put_time(a, b, "first", rows, i, "first_ts");
    put_time(a, b, "last", rows, i, "last_ts");
    json_key(b, "rows");
    json_put_i64(b, db_i64(rows, i, "n_bars"));
    json_key(b, "active");
    json_put_bool(b, db_bool(rows, i, "active"));
    if (!put_intervals(a, b, db_text(rows, i, "intervals"), err))
        return false;
    json_close(b, '}');
    return true;
}

bool
instrument_list_json(struct arena *a, struct db *db, const char *after,
                     int limit, struct buf *out, struct err *err)
{
    struct db_rows *rows; /* one more than asked for says whether others are */
    if (!db_query(a, db, SQL_instrument_list_symbols,
                  DB_ARGS(after, fmt_i64(a, limit + 1)), &rows, err))
        return err_wrap(err, "list instruments");
    bool more = db_count(rows) > limit;
    int n = more ? limit : db_count(rows);
    json_open(out, '{');
    json_key(out, "symbols");
    json_open(out, '[');
    for (int i = 0; i < n; i++)
        if (!put_symbol(a, out, rows, i, err))
            return false;
    json_close(out, ']');
    put_text(out, "next", more ? db_text(rows, n - 1, "symbol") : NULL);
    json_close(out, '}');
    return true;
}
