#include "core/run.h"
#include "core/run_work.h"
#include "tests/lib/dbcase.h"

#include <stdlib.h>

static int
setup(void **state)
{
    return db_case_begin(state, "worker");
}

static void
near_ranges_are_asked_for_together(void **state)
{
    (void)state;
    struct run_range r[] = {
        {2, 60, 1000 * 60, 1005 * 60},
        {1, 60, 60, 60},
        {2, 60, 0, 60},
        {2, 60, 499 * 60, 499 * 60},
        {2, 60, 500 * 60, 500 * 60},
        {2, 86400, 0, 0},
        {2, 60, 60, 120},
    };
    assert_int_equal(run_range_join(r, COUNT_OF(r)), 5);
    assert_int_equal(r[0].instrument_id, 1);
    /* 500 bars, and what is beyond them */
    assert_int_equal(r[1].from_ts, 0);
    assert_int_equal(r[1].to_ts, 499 * 60);
    assert_int_equal(r[2].from_ts, 500 * 60);
    assert_int_equal(r[2].to_ts, 500 * 60);
    assert_int_equal(r[3].from_ts, 1000 * 60);
    assert_int_equal(r[4].interval_s, 86400);
    assert_int_equal(run_range_join(r, 0), 0);
}

static void
rows_outside_of_all_ranges_are_dropped(void **state)
{
    (void)state;
    const struct run_range r[] = {{1, 60, 60, 120}, {1, 60, 300, 300}};
    static const int64_t times[] = {0, 60, 120, 180, SERIES_NO_TS, 300, 360};
    struct series *s = series_new(a);
    for (size_t i = 0; i < COUNT_OF(times); i++)
        series_add(a, s)->ts = times[i];
    run_range_cut(s, r, COUNT_OF(r));
    assert_int_equal(s->n, 4);
    assert_int_equal(s->rows[0].ts, 60);
    assert_int_equal(s->rows[1].ts, 120);
    assert_true(s->rows[2].ts == SERIES_NO_TS);
    assert_int_equal(s->rows[3].ts, 300);
}

static int64_t
number(const char *query)
{
    return strtoll(sql(query), NULL, 10);
}

/* A run of ranges knows them, plans by them, and so does its retry. */
static void
a_run_is_asked_for_its_ranges(void **state)
{
    (void)state;
    int64_t btc = number("SELECT id FROM instrument WHERE symbol = 'BTC-USD'"),
            mstr = number("SELECT id FROM instrument WHERE symbol = 'MSTR'");
    const struct run_range ranges[] = {{btc, 60, 600, 1200},
                                       {mstr, 86400, 86400, 172800},
                                       {btc, 60, 60, 60},
                                       {btc, 60, 6000000, 6000060}};
    static const char *const symbols[] = {"BTC-USD", "MSTR"};
    const struct run_request request = {.trigger = "console",
                                        .requested_by = "ann",
                                        .instruments = symbols,
                                        .n_instruments = 2,
                                        .ranges = ranges,
                                        .n_ranges = COUNT_OF(ranges)};
    struct run_forecast forecast;
    assert_true(run_forecast(a, db, &request, 9000000, &forecast, &err));
    assert_int_equal(forecast.sources, 2);
    assert_int_equal(forecast.requests, 3);
    int64_t id, again;
    assert_true(run_enqueue(db, &request, &id, &err));
    struct run run;
    assert_true(run_get(a, db, id, &run, &err));
    assert_string_equal(run.mode, "backfill");
    assert_int_equal(run.from_ts, 60);
    assert_int_equal(run.to_ts, 6000060);

    struct run_work work;
    struct run_step *steps;
    struct run_fetch_source *sources;
    size_t n;
    bool got;
    const struct run_claim claim = {
        .worker = "w", .lease_s = 60, .step_timeout_s = 60};
    assert_true(run_claim(a, db, &claim, &work, &got, &err) && got);
    assert_true(run_step_list(a, db, id, &steps, &n, &err));
    assert_true(
        run_fetch_plan(a, db, &work, steps[0].id, 9000000, &sources, &n, &err));
    assert_int_equal(n, 3);
    assert_string_equal(sources[0].symbol, "BTC-USD");
    assert_int_equal(sources[0].interval_s, 60);
    assert_int_equal(sources[0].from_ts, 60);
    assert_int_equal(sources[0].to_ts, 1200);
    assert_int_equal(sources[1].from_ts, 6000000);
    assert_string_equal(sources[2].symbol, "MSTR");
    assert_int_equal(sources[2].to_ts, 172800);

    assert_true(run_finish(db, &work, "failed", "no luck", &err));
    assert_true(run_retry(db, id, "console", "ann", &again, &err));
    assert_int_equal(
        number(arena_printf(a,
                            "SELECT count(*) FROM run_range WHERE run_id = "
                            "%lld",
                            (long long)again)),
        4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(near_ranges_are_asked_for_together),
        DB_CASE(rows_outside_of_all_ranges_are_dropped),
        DB_CASE(a_run_is_asked_for_its_ranges),
    };
    return DB_CASES_RUN(tests);
}
