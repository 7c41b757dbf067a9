#include "core/providers/provider.h"
#include "core/run.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

/* Where a history begins that nobody has fetched yet: a guess. */
static const int64_t HISTORY_FROM_TS = 1262304000; /* 2010-01-01 */
static const double USUAL_LATENCY_MS = 300;

/* What one provider is asked for, all sources together. */
struct demand {
    const char *provider;
    double requests, latency_ms_sum, longest_s, rate_per_minute, tokens,
        blocked_s;
    int64_t max_parallel;
};

static int64_t
first_asked_ts(const struct db_rows *rows, int i, const struct run_checked *c,
               int64_t from_ts)
{
    int64_t interval_s = db_i64(rows, i, "interval_s");
    if (strcmp(c->mode, "backfill") == 0)
        return from_ts;
    if (strcmp(c->mode, "incremental") == 0 && !db_is_null(rows, i, "last_ts"))
        return db_i64(rows, i, "last_ts") - RUN_OVERLAP_BARS * interval_s;
    return db_is_null(rows, i, "first_ts") ? HISTORY_FROM_TS
                                           : db_i64(rows, i, "first_ts");
}

/* Requests for one source: its bars in the range over the rows that the
 * provider gives at once. */
static double
requests_of(const struct db_rows *rows, int i, double interval_s,
            int64_t from_ts, int64_t to_ts)
{
    const struct provider *driver = provider_find(db_text(rows, i, "driver"));
    double seconds = to_ts > from_ts ? (double)(to_ts - from_ts) : 0;
    double bars = seconds / interval_s * db_f64(rows, i, "weekdays") / 7 + 1;
    if (driver == NULL || driver->max_rows <= 0)
        return 1;
    return ceil(bars / driver->max_rows);
}

static double
requests_of_ranges(const struct db_rows *rows, int i,
                   const struct run_range *ranges, size_t n)
{
    double requests = 0;
    for (size_t k = 0; k < n; k++)
        if (ranges[k].instrument_id == db_i64(rows, i, "instrument_id"))
            requests += requests_of(rows, i, ranges[k].interval_s,
                                    ranges[k].from_ts, ranges[k].to_ts);
    return requests;
}

/* Row i is of a listing that is asked once more, to be compared: the first one
 * after the source's own that can answer. */
static bool
is_check(const struct db_rows *rows, int i, const struct run_checked *c)
{
    int32_t interval_s = (int32_t)db_i64(rows, i, "interval_s");
    if (strcmp(c->mode, "incremental") != 0 || db_is_null(rows, i, "last_ts") ||
        !db_bool(rows, i, "cross_check"))
        return false;
    int before = 0;
    for (int64_t k = db_i64(rows, i, "place") - 1; k > 0; k--)
        before += provider_serves(
            provider_find(db_text(rows, i - (int)k, "driver")), interval_s);
    return before == 1 &&
           provider_serves(provider_find(db_text(rows, i, "driver")),
                           interval_s);
}

static struct demand *
demand_of(struct demand *all, size_t *n, const struct db_rows *rows, int i)
{
    const char *provider = db_text(rows, i, "provider");
    for (size_t k = 0; k < *n; k++)
        if (strcmp(all[k].provider, provider) == 0)
            return &all[k];
    all[*n] = (struct demand){
        .provider = provider,
        .rate_per_minute = db_f64(rows, i, "rate_per_minute"),
        .tokens = db_f64(rows, i, "tokens"),
        .blocked_s = db_f64(rows, i, "blocked_s"),
        .max_parallel = db_i64(rows, i, "max_parallel"),
    };
    return &all[(*n)++];
}

static void
demand_add(struct demand *d, const struct db_rows *rows, int i, double requests)
{
    double ms = db_is_null(rows, i, "latency_ms")
                    ? USUAL_LATENCY_MS
                    : db_f64(rows, i, "latency_ms");
    d->requests += requests;
    d->latency_ms_sum += requests * ms;
    /* pages of one source follow each other */
    d->longest_s = fmax(d->longest_s, requests * ms / 1000);
}

/* Seconds that the limit adds, and the time without it. */
static double
limit_wait_s(const struct demand *d)
{
    double over = d->requests - floor(d->tokens);
    return d->blocked_s + (over > 0 ? over * 60 / d->rate_per_minute : 0);
}

static double
work_s(const struct demand *d)
{
    double shared = d->latency_ms_sum / 1000 / (double)d->max_parallel;
    return shared > d->longest_s ? shared : d->longest_s;
}

static void
sum_up(struct arena *a, const struct demand *all, size_t n,
       struct run_forecast *out)
{
    const struct demand *slowest = NULL;
    out->limit_words = "within every limit";
    for (size_t i = 0; i < n; i++) {
        double wait = limit_wait_s(&all[i]), work = work_s(&all[i]);
        double seconds = wait > work ? wait : work;
        out->requests += (int64_t)all[i].requests;
        if (seconds > out->seconds)
            out->seconds = seconds;
        if (wait > work && (slowest == NULL || wait > limit_wait_s(slowest)))
            slowest = &all[i];
    }
    if (slowest != NULL)
        out->limit_words = arena_printf(
            a, "%s allows %s requests a minute, which takes %s",
            slowest->provider, fmt_f64(a, slowest->rate_per_minute),
            fmt_duration(a, limit_wait_s(slowest)));
}

bool
run_forecast(struct arena *a, struct db *db, const struct run_request *request,
             int64_t now_ts, struct run_forecast *out, struct err *err)
{
    struct run_checked c;
    struct db_rows *rows;
    size_t n = 0;
    *out = (struct run_forecast){.limit_words = "nothing is fetched"};
    if (!run_check(a, db, request, &c, err))
        return false;
    if (!c.has_fetch)
        return true;
    if (!db_query(a, db, SQL_run_forecast,
                  DB_ARGS(c.instruments, c.providers, fmt_i64(a, now_ts)),
                  &rows, err))
        return err_wrap(err, "forecast");
    struct run_range *ranges =
        arena_array(a, request->n_ranges, sizeof *ranges);
    if (request->n_ranges > 0)
        memcpy(ranges, request->ranges, request->n_ranges * sizeof *ranges);
    size_t n_ranges = run_range_join(ranges, request->n_ranges);
    struct demand *all = arena_array(a, (size_t)db_count(rows), sizeof *all);
    for (int i = 0; i < db_count(rows); i++) {
        bool is_source = db_i64(rows, i, "place") == 1;
        int64_t from = first_asked_ts(rows, i, &c, request->from_ts);
        int64_t to = request->to_ts != 0 ? request->to_ts : now_ts;
        out->sources += is_source;
        if (is_source)
            demand_add(demand_of(all, &n, rows, i), rows, i,
                       n_ranges > 0
                           ? requests_of_ranges(rows, i, ranges, n_ranges)
                           : requests_of(rows, i, db_f64(rows, i, "interval_s"),
                                         from, to));
        else if (is_check(rows, i, &c))
            demand_add(demand_of(all, &n, rows, i), rows, i, 1);
    }
    sum_up(a, all, n, out);
    return true;
}
