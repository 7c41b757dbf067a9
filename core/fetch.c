#include "core/fetch.h"

#include "lib/format.h"

bool
fetch_provider_list(struct arena *a, struct db *db, const char *only,
                    struct fetch_provider **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_fetch_providers, DB_ARGS(only), &rows, err))
        return err_wrap(err, "providers");
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < db_count(rows); i++)
        (*out)[i] = (struct fetch_provider){
            .name = db_text(rows, i, "name"),
            .driver = db_text(rows, i, "driver"),
            .base_url = db_text(rows, i, "base_url"),
            .spec = db_text(rows, i, "spec"),
            .max_parallel = (int)db_i64(rows, i, "max_parallel"),
            .rate_per_minute = db_f64(rows, i, "rate_per_minute"),
        };
    return true;
}

bool
fetch_listing_list(struct arena *a, struct db *db, const int64_t *instruments,
                   size_t n_instruments, const char *only,
                   struct fetch_listing **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    const char **ids = arena_array(a, n_instruments, sizeof *ids);
    for (size_t i = 0; i < n_instruments; i++)
        ids[i] = fmt_i64(a, instruments[i]);
    if (!db_query(a, db, SQL_fetch_listings,
                  DB_ARGS(fmt_array(a, ids, n_instruments), only), &rows, err))
        return err_wrap(err, "listings");
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < db_count(rows); i++)
        (*out)[i] = (struct fetch_listing){
            .instrument_id = db_i64(rows, i, "instrument_id"),
            .calendar = db_text(rows, i, "calendar"),
            .provider = db_text(rows, i, "provider"),
            .provider_symbol = db_text(rows, i, "provider_symbol"),
        };
    return true;
}

bool
rate_take(struct db *db, const char *provider, int wanted, int *taken,
          double *wait_s, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query_one(a, db, SQL_rate_take,
                           DB_ARGS(provider, fmt_i64(a, wanted)), &rows, err);
    if (ok) {
        *taken = (int)db_i64(rows, 0, "taken");
        *wait_s = db_f64(rows, 0, "wait_s");
    }
    arena_free(a);
    return ok || err_wrap(err, "rate limit of %s", provider);
}

bool
rate_give(struct db *db, const char *provider, int tokens, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = db_exec(db, SQL_rate_give, DB_ARGS(provider, fmt_i64(a, tokens)),
                      NULL, err);
    arena_free(a);
    return ok || err_wrap(err, "rate limit of %s", provider);
}

bool
rate_block(struct db *db, const char *provider, double seconds, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = db_exec(db, SQL_rate_block,
                      DB_ARGS(provider, fmt_f64(a, seconds)), NULL, err);
    arena_free(a);
    return ok || err_wrap(err, "rate limit of %s", provider);
}

bool
rate_fault(struct db *db, const char *provider, const char *kind,
           int64_t run_id, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = db_exec(db, SQL_rate_fault,
                      DB_ARGS(provider, kind, fmt_i64(a, run_id)), NULL, err);
    arena_free(a);
    return ok || err_wrap(err, "fault of %s", provider);
}
