#include "tests/lib/runcase.h"

#include <stdlib.h>
#include <string.h>

static void
refuses(struct run_request r, const char *words)
{
    int64_t id;
    r.trigger = "cli";
    assert_false(run_enqueue(db, &r, &id, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_non_null(strstr(err.text, words));
}

static void
a_request_is_checked(void **state)
{
    (void)state;
    const char *btcusd[] = {"BTCUSD"}, *nobody[] = {"nobody"},
               *cook[] = {"cook"}, *aapl[] = {"aapl"}, *eia[] = {"eia"};
    refuses((struct run_request){.mode = "fast"}, "mode \"fast\"");
    refuses((struct run_request){.mode = "backfill"}, "first and its last");
    refuses((struct run_request){.from_ts = 86400 * 9, .to_ts = 86400},
            "after the last");
    refuses((struct run_request){.mode = "incremental", .from_ts = 86400},
            "dates go with");
    refuses((struct run_request){.instruments = btcusd, .n_instruments = 1},
            "did you mean BTC-USD?");
    refuses((struct run_request){.providers = nobody, .n_providers = 1},
            "provider \"nobody\"");
    refuses((struct run_request){.steps = cook, .n_steps = 1}, "step \"cook\"");
    refuses((struct run_request){.instruments = aapl,
                                 .n_instruments = 1,
                                 .providers = eia,
                                 .n_providers = 1},
            "none of these providers");
    assert_string_equal(sql("SELECT count(*) FROM run"), "0");
}

static void
a_request_is_stored_as_it_was_meant(void **state)
{
    (void)state;
    const char *symbols[] = {"mstr", "Btc-Usd"};
    const char *steps[] = {"retrain", "fetch", "fetch"};
    struct run_request r = asked(symbols, 2);
    int64_t id;
    struct run run;
    r.steps = steps;
    r.n_steps = 3;
    r.from_ts = 86400 * 100;
    r.to_ts = 86400 * 200;
    assert_true(run_enqueue(db, &r, &id, &err));
    assert_true(run_get(a, db, id, &run, &err));
    assert_string_equal(run.mode, "backfill");
    assert_string_equal(run.state, "queued");
    assert_string_equal(run.instruments, "BTC-USD, MSTR");
    assert_string_equal(run.steps, "fetch, retrain");
    assert_int_equal(run.lane, RUN_LANE_BACKFILL);
    assert_int_equal(run.from_ts, 86400 * 100);
    assert_false(run_get(a, db, id + 1, &run, &err));
    assert_int_equal(err.kind, ERR_MISSING);
}

/* Ends the fetch step of a claimed run: AAPL good, MSFT as told. */
static void
end_fetch(const struct run_work *w, const char *msft, const char *step_state)
{
    struct run_step *steps;
    struct run_step_go go;
    struct run_fetch_source *sources;
    size_t n;
    assert_true(run_step_list(a, db, w->id, &steps, &n, &err));
    assert_true(run_step_begin(db, w, steps[0].id, &go, &err));
    assert_true(
        run_fetch_plan(a, db, w, steps[0].id, 86400, &sources, &n, &err));
    for (size_t i = 0; i < n; i++) {
        struct run_source_note note = {.source = sources[i].symbol,
                                       .instrument_id =
                                           sources[i].instrument_id,
                                       .state = i == 0 ? "succeeded" : msft,
                                       .error = i == 0 ? NULL : "no answer"};
        assert_true(run_source_save(db, w, steps[0].id, &note, &err));
    }
    assert_true(run_step_end(db, w, steps[0].id, step_state, NULL, NULL, &err));
}

static void
a_retry_takes_what_failed_only(void **state)
{
    (void)state;
    const char *both[] = {"AAPL", "MSFT"};
    struct run_work w;
    struct run run;
    int64_t id = queue(both, 2), again;
    assert_false(run_retry(db, id, "console", "ann", &again, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_int_equal(claim("w", 0, &w), id);
    end_fetch(&w, "failed", "partial");
    assert_true(run_steps_stop(db, &w, "failed", NULL, &err));
    assert_true(run_finish(db, &w, "partial", NULL, &err));
    assert_true(run_retry(db, id, "console", "ann", &again, &err));
    assert_true(run_get(a, db, again, &run, &err));
    assert_string_equal(run.instruments, "MSFT");
    assert_string_equal(run.steps, "fetch, process, retrain");
    assert_int_equal(run.retry_of, id);

    /* a later step failed: from there, for everything */
    id = queue(both, 2);
    assert_true(run_cancel(db, again, "test", &err));
    assert_int_equal(claim("w", 0, &w), id);
    end_fetch(&w, "succeeded", "succeeded");
    sql("UPDATE step SET state = 'failed' WHERE kind = 'process'");
    assert_true(run_finish(db, &w, "failed", NULL, &err));
    assert_true(run_retry(db, id, "console", "ann", &again, &err));
    assert_true(run_get(a, db, again, &run, &err));
    assert_string_equal(run.instruments, "AAPL, MSFT");
    assert_string_equal(run.steps, "process, retrain");
}

static void
store_bars(const char *symbol, int n)
{
    sql(arena_printf(
        a,
        "INSERT INTO bar SELECT i.id, 86400, to_timestamp(g * 86400), 1, 1, "
        "1, 1, NULL, 0 FROM instrument i, generate_series(1, %d) g "
        "WHERE symbol = '%s'",
        n, symbol));
}

/* The fetch plan's line of one symbol, after a claim of everything. */
static struct run_fetch_source
plan_of(struct run_request r, const char *symbol)
{
    struct run_work w;
    struct run_step *steps;
    struct run_fetch_source *sources;
    size_t n;
    int64_t id;
    r.trigger = "cli";
    assert_true(run_enqueue(db, &r, &id, &err));
    assert_int_equal(claim("w", id, &w), id);
    assert_true(run_step_list(a, db, id, &steps, &n, &err));
    assert_true(run_fetch_plan(a, db, &w, steps[0].id, 86400 * 100, &sources,
                               &n, &err));
    assert_true(run_finish(db, &w, "succeeded", NULL, &err));
    for (size_t i = 0; i < n; i++)
        if (strcmp(sources[i].symbol, symbol) == 0)
            return sources[i];
    return (struct run_fetch_source){0};
}

static void
each_mode_asks_for_its_range(void **state)
{
    (void)state;
    struct run_request r = {.mode = "incremental"};
    store_bars("AAPL", 50);
    store_bars("MSFT", 3);
    struct run_fetch_source s = plan_of(r, "AAPL");
    assert_false(s.all_history);
    assert_int_equal(s.last_ts, 50 * 86400);
    assert_int_equal(s.from_ts, (50 - RUN_OVERLAP_BARS) * 86400);
    assert_int_equal(s.to_ts, 100 * 86400);
    assert_true(s.cross_check);
    sql("INSERT INTO instrument_rule SELECT id, 'agreement', 'off' FROM "
        "instrument WHERE symbol = 'AAPL'");
    assert_false(plan_of(r, "AAPL").cross_check);
    /* bars that were built of minutes are no reason to ask for less */
    sql("WITH l AS (INSERT INTO load (instrument_id, interval_s, kind, "
        "request) SELECT id, 86400, 'derived', 'x' FROM instrument "
        "WHERE symbol = 'AAPL' RETURNING id, instrument_id) "
        "INSERT INTO bar SELECT instrument_id, 86400, "
        "to_timestamp(70 * 86400), 1, 1, 1, 1, NULL, id FROM l");
    assert_int_equal(plan_of(r, "AAPL").last_ts, 50 * 86400);
    s = plan_of(r, "MSFT"); /* fewer bars than the overlap: from the first */
    assert_false(s.all_history);
    assert_int_equal(s.from_ts, 86400);
    assert_true(plan_of(r, "WTI").all_history);
    r.mode = "full_refresh";
    assert_true(plan_of(r, "AAPL").all_history);
    r.mode = "backfill";
    r.from_ts = 86400 * 7;
    r.to_ts = 86400 * 9;
    s = plan_of(r, "AAPL");
    assert_int_equal(s.from_ts, 86400 * 7);
    assert_int_equal(s.to_ts, 86400 * 9);
    const char *yahoo[] = {"yahoo"};
    r.providers = yahoo;
    r.n_providers = 1;
    assert_null(plan_of(r, "WTI").symbol);
}

static void
a_forecast_counts_requests_and_names_the_limit(void **state)
{
    (void)state;
    const char *btc[] = {"BTC-USD"};
    struct run_request r = asked(btc, 1);
    struct run_forecast f;
    r.from_ts = 86400;
    r.to_ts = 86400 * 2500;
    assert_true(run_forecast(a, db, &r, 86400 * 2500, &f, &err));
    assert_int_equal(f.sources, 1);
    assert_int_equal(f.requests, 3); /* 1000 rows at once */
    assert_string_equal(f.limit_words, "within every limit");
    assert_true(f.seconds > 0.5 && f.seconds < 5);
    sql("UPDATE provider SET rate_per_minute = 1, burst = 1 "
        "WHERE name = 'binance'");
    assert_true(run_forecast(a, db, &r, 86400 * 2500, &f, &err));
    assert_non_null(strstr(f.limit_words, "binance allows 1 requests"));
    assert_true(f.seconds >= 120);
    r = asked(btc, 1); /* and one to compare, of what is stored */
    store_bars("BTC-USD", 50);
    assert_true(run_forecast(a, db, &r, 86400 * 51, &f, &err));
    assert_int_equal(f.sources, 1);
    assert_int_equal(f.requests, 2);
    sql("UPDATE validation_rule SET severity = 'off' WHERE name = 'agreement'");
    assert_true(run_forecast(a, db, &r, 86400 * 51, &f, &err));
    assert_int_equal(f.requests, 1);
    const char *only[] = {"retrain"};
    r = asked(NULL, 0);
    r.steps = only;
    r.n_steps = 1;
    assert_true(run_forecast(a, db, &r, 86400, &f, &err));
    assert_int_equal(f.requests, 0);
}

static void
runs_are_listed_by_filter_and_page(void **state)
{
    (void)state;
    const char *aapl[] = {"AAPL"};
    int64_t ids[5];
    struct run *runs;
    size_t n;
    for (int i = 0; i < 5; i++)
        ids[i] = queue(i == 2 ? aapl : NULL, i == 2);
    sql("UPDATE run SET state = 'lost' WHERE id = 1");
    struct run_filter f = {.limit = 2};
    assert_true(run_list(a, db, &f, &runs, &n, &err));
    assert_int_equal(n, 2);
    assert_int_equal(runs[0].id, ids[4]);
    f.before = ids[3];
    assert_true(run_list(a, db, &f, &runs, &n, &err));
    assert_int_equal(runs[0].id, ids[2]);
    assert_int_equal(runs[1].id, ids[1]);
    f = (struct run_filter){.limit = 2, .after = ids[1]};
    assert_true(run_list(a, db, &f, &runs, &n, &err));
    assert_int_equal(runs[0].id, ids[3]);
    assert_int_equal(runs[1].id, ids[2]);
    f = (struct run_filter){.limit = 9, .state = "failed"};
    assert_true(run_list(a, db, &f, &runs, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(runs[0].state, "lost");
    f = (struct run_filter){.limit = 9, .instrument = "msft"};
    assert_true(run_list(a, db, &f, &runs, &n, &err));
    assert_int_equal(n, 4);
}

static void
log_lines_keep_their_order(void **state)
{
    (void)state;
    struct run_line lines[] = {
        {.at = 1.5, .level = 6, .event = "a.b", .text = "it's {\"x\"}, \\"},
        {.at = 1.25, .level = 4, .event = "c.d", .text = ""},
    };
    struct run_log_line *out;
    size_t n;
    int64_t id = queue(NULL, 0);
    assert_true(run_log_add(a, db, id, lines, 2, &err));
    assert_true(lines[0].id < lines[1].id);
    assert_string_equal(lines[0].at_iso, "1970-01-01T00:00:01.500Z");
    assert_true(run_log_list(a, db, id, 0, 10, &out, &n, &err));
    assert_int_equal(n, 2);
    assert_string_equal(out[0].text, "it's {\"x\"}, \\");
    assert_true(run_log_list(a, db, id, out[0].id, 10, &out, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(out[0].event, "c.d");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(a_request_is_checked),
        DB_CASE(a_request_is_stored_as_it_was_meant),
        DB_CASE(a_retry_takes_what_failed_only),
        DB_CASE(each_mode_asks_for_its_range),
        DB_CASE(a_forecast_counts_requests_and_names_the_limit),
        DB_CASE(runs_are_listed_by_filter_and_page),
        DB_CASE(log_lines_keep_their_order),
    };
    return DB_CASES_RUN(tests);
}
