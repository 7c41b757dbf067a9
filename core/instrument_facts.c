#include "core/instrument_facts.h"

#include "core/instrument.h"
#include "lib/format.h"

static void
read_intervals(struct arena *a, const struct db_rows *rows,
               struct instrument_facts *out)
{
    out->n_intervals = (size_t)db_count(rows);
    out->intervals = arena_array(a, out->n_intervals, sizeof *out->intervals);
    for (int i = 0; i < (int)out->n_intervals; i++)
        out->intervals[i] = (struct instrument_interval){
            .interval_s = (int32_t)db_i64(rows, i, "interval_s"),
            .first_ts = db_i64(rows, i, "first_ts"),
            .last_ts = db_i64(rows, i, "last_ts"),
        };
}

static void
read_listings(struct arena *a, const struct db_rows *rows,
              struct instrument_facts *out)
{
    out->n_listings = (size_t)db_count(rows);
    out->listings = arena_array(a, out->n_listings, sizeof *out->listings);
    for (int i = 0; i < (int)out->n_listings; i++)
        out->listings[i] = (struct instrument_listing){
            .provider = db_text(rows, i, "provider"),
            .provider_title = db_text(rows, i, "provider_title"),
            .provider_symbol = db_text(rows, i, "provider_symbol"),
            .enabled = db_bool(rows, i, "enabled"),
            .load_id = db_i64(rows, i, "load_id"),
            .load_at = db_i64(rows, i, "load_at"),
            .load_state = db_text(rows, i, "load_state"),
            .load_error = db_text(rows, i, "load_error"),
        };
}

bool
instrument_facts_get(struct arena *a, struct db *db, const char *symbol,
                     int64_t now_ts, struct instrument_facts *out,
                     struct err *err)
{
    struct db_call calls[] = {
        {.sql = SQL_instrument_facts, .args = DB_ARGS(symbol)},
        {.sql = SQL_instrument_facts_intervals, .args = DB_ARGS(symbol)},
        {.sql = SQL_instrument_facts_listings, .args = DB_ARGS(symbol)},
    };
    const struct db_rows *rows;
    struct source *fresh;
    size_t n;
    if (!db_query_many(a, db, calls, COUNT_OF(calls), err))
        return err_wrap(err, "get instrument %.40s", symbol);
    rows = calls[0].rows;
    if (db_count(rows) == 0)
        return instrument_missing(a, db, symbol, err);
    source_read(a, rows, now_ts, &fresh, &n);
    *out = (struct instrument_facts){
        .id = db_i64(rows, 0, "id"),
        .fresh = fresh[0],
        .calendar = db_text(rows, 0, "calendar"),
        .price_min = db_f64(rows, 0, "price_min"),
        .price_max = db_f64(rows, 0, "price_max"),
        .jump_frac = db_f64(rows, 0, "jump_frac"),
        .active = db_bool(rows, 0, "active"),
        .before_ts = db_i64(rows, 0, "before_ts"),
        .before_close = db_f64(rows, 0, "before_close"),
    };
    read_intervals(a, calls[1].rows, out);
    read_listings(a, calls[2].rows, out);
    return true;
}

bool
instrument_corrections(struct arena *a, struct db *db, int64_t id,
                       int32_t interval_s, int64_t from_ts, int64_t to_ts,
                       struct instrument_correction **out, size_t *n,
                       struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_instrument_facts_corrections,
                  DB_ARGS(fmt_i64(a, id), fmt_i64(a, interval_s),
                          fmt_i64(a, from_ts), fmt_i64(a, to_ts)),
                  &rows, err))
        return err_wrap(err, "read corrections");
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] = (struct instrument_correction){
            .ts = db_i64(rows, i, "ts"),
            .load_id = db_i64(rows, i, "load_id"),
            .at = db_i64(rows, i, "at"),
            .close = db_f64(rows, i, "close"),
        };
    return true;
}
