#include "core/fetch.h"

#include "lib/format.h"

static void
read_providers(struct arena *a, const struct db_rows *rows,
               struct fetch_book *out)
{
    out->n_providers = (size_t)db_count(rows);
    out->providers = arena_array(a, out->n_providers, sizeof *out->providers);
    for (int i = 0; i < db_count(rows); i++)
        out->providers[i] = (struct fetch_provider){
            .name = db_text(rows, i, "name"),
            .driver = db_text(rows, i, "driver"),
            .base_url = db_text(rows, i, "base_url"),
            .spec = db_text(rows, i, "spec"),
            .max_parallel = (int)db_i64(rows, i, "max_parallel"),
            .rate_per_minute = db_f64(rows, i, "rate_per_minute"),
        };
}

static void
read_listings(struct arena *a, const struct db_rows *rows,
              struct fetch_book *out)
{
    out->n_listings = (size_t)db_count(rows);
    out->listings = arena_array(a, out->n_listings, sizeof *out->listings);
    for (int i = 0; i < db_count(rows); i++)
        out->listings[i] = (struct fetch_listing){
            .instrument_id = db_i64(rows, i, "instrument_id"),
            .calendar = db_text(rows, i, "calendar"),
            .provider = db_text(rows, i, "provider"),
            .provider_symbol = db_text(rows, i, "provider_symbol"),
        };
}

bool
fetch_book_get(struct arena *a, struct db *db, const int64_t *instruments,
               size_t n, const char *only, struct fetch_book *out,
               struct err *err)
{
    const char **ids = arena_array(a, n, sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = fmt_i64(a, instruments[i]);
    struct db_call calls[] = {
        {.sql = SQL_fetch_providers, .args = DB_ARGS(only)},
        {.sql = SQL_fetch_listings,
         .args = DB_ARGS(fmt_array(a, ids, n), only)},
        calendar_call()};
    if (!db_query_many(a, db, calls, COUNT_OF(calls), err))
        return err_wrap(err, "providers and listings");
    read_providers(a, calls[0].rows, out);
    read_listings(a, calls[1].rows, out);
    return calendar_read(a, calls[2].rows, &out->calendars, &out->n_calendars,
                         err);
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
