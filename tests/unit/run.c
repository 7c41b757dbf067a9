#include "core/run.h"
#include "core/run_work.h"
#include "lib/format.h"
#include "tests/lib/testdb.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct test_db *tdb;
static struct db *db;
static struct arena *a;
static struct err err;

static int
setup(void **state)
{
    (void)state;
    tdb = test_db_new();
    a = arena_new();
    return db_open(&db, test_db_conninfo(tdb, "worker"), "test", &err) ? 0 : -1;
}

static int
teardown(void **state)
{
    (void)state;
    db_close(db);
    arena_free(a);
    test_db_free(tdb);
    return 0;
}

static struct run_request
asked(const char *const *symbols, size_t n)
{
    return (struct run_request){.trigger = "cli",
                                .requested_by = "test",
                                .instruments = symbols,
                                .n_instruments = n};
}

static int64_t
queue(const char *const *symbols, size_t n)
{
    struct run_request r = asked(symbols, n);
    int64_t id = 0;
    assert_true(run_enqueue(db, &r, &id, &err));
    return id;
}

/* The id of the claimed run, 0 for none. */
static int64_t
claim(const char *worker, int64_t only_id, struct run_work *work)
{
    struct run_claim c = {.worker = worker,
                          .lease_s = 60,
                          .step_timeout_s = 10,
                          .only_id = only_id};
    bool got;
    assert_true(run_claim(a, db, &c, work, &got, &err));
    return got ? work->id : 0;
}

static const char *
sql(const char *text)
{
    return test_db_sql(tdb, text);
}

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

static void
lanes_come_in_order_and_age_within_a_lane(void **state)
{
    (void)state;
    struct run_work w;
    const char *aapl[] = {"AAPL"}, *msft[] = {"MSFT"}, *mstr[] = {"MSTR"},
               *wti[] = {"WTI"};
    struct run_request back = asked(aapl, 1), timer = asked(msft, 1);
    int64_t b, t;
    back.from_ts = 86400;
    back.to_ts = 86400 * 2;
    timer.trigger = "timer";
    assert_true(run_enqueue(db, &back, &b, &err));
    assert_true(run_enqueue(db, &timer, &t, &err));
    int64_t m1 = queue(mstr, 1), m2 = queue(wti, 1);
    assert_int_equal(claim("w", 0, &w), m1);
    assert_int_equal(claim("w", 0, &w), m2);
    assert_int_equal(claim("w", 0, &w), t);
    assert_int_equal(claim("w", 0, &w), b);
    assert_int_equal(claim("w", 0, &w), 0);
    assert_string_equal(w.mode, "backfill");
    assert_string_equal(sql("SELECT string_agg(kind, ',' ORDER BY seq) "
                            "FROM step JOIN run ON run.id = run_id "
                            "WHERE mode = 'backfill'"),
                        "fetch,process,retrain");
}

static void
overlapping_sets_never_run_together(void **state)
{
    (void)state;
    struct run_work w, w2;
    const char *ab[] = {"AAPL", "MSFT"}, *bc[] = {"MSFT", "WTI"},
               *d[] = {"BRENT"};
    int64_t first = queue(ab, 2), second = queue(bc, 2), third = queue(d, 1),
            all = queue(NULL, 0);
    const char *ids;
    assert_int_equal(claim("w1", 0, &w), first);
    assert_int_equal(claim("w2", 0, &w2), third);
    assert_int_equal(claim("w3", 0, &w2), 0);
    assert_int_equal(claim("w3", second, &w2), 0);
    assert_true(run_blockers(a, db, second, &ids, &err));
    assert_string_equal(ids, fmt_i64(a, first));
    assert_true(run_finish(db, &w, "succeeded", NULL, &err));
    assert_int_equal(claim("w3", 0, &w2), second);
    assert_int_equal(claim("w4", all, &w), 0);
}

/* A run of everything must not starve behind small ones that keep coming. */
static void
a_waiting_run_is_not_overtaken_by_what_overlaps_it(void **state)
{
    (void)state;
    struct run_work w, w2;
    const char *x[] = {"AAPL"}, *y[] = {"MSFT"};
    int64_t first = queue(x, 1), all = queue(NULL, 0), later = queue(y, 1);
    assert_int_equal(claim("w1", 0, &w), first);
    assert_int_equal(claim("w2", 0, &w2), 0);
    assert_true(run_finish(db, &w, "succeeded", NULL, &err));
    assert_int_equal(claim("w2", 0, &w2), all);
    assert_true(run_finish(db, &w2, "succeeded", NULL, &err));
    assert_int_equal(claim("w2", 0, &w2), later);
}

enum { RACERS = 6, RACE_RUNS = 40 };

struct racer {
    pthread_t thread;
    int number;
};
static pthread_mutex_t race_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t race_running; /* the instruments that are being worked on */
static atomic_int race_done, race_overlaps, race_failures;

/* "{2,5}" as bits; NULL, everything, as all of them. */
static uint64_t
bits_of(const char *literal)
{
    uint64_t bits = 0;
    if (literal == NULL)
        return ~(uint64_t)0;
    for (const char *p = literal; *p != '}'; p++)
        if (*p == '{' || *p == ',')
            bits |= (uint64_t)1 << strtol(p + 1, NULL, 10);
    return bits;
}

/* What is marked here between claim and end must never overlap. */
static void
mark(uint64_t bits, bool begin)
{
    pthread_mutex_lock(&race_lock);
    if (begin && (race_running & bits) != 0)
        atomic_fetch_add(&race_overlaps, 1);
    race_running = begin ? race_running | bits : race_running & ~bits;
    pthread_mutex_unlock(&race_lock);
}

static void *
race(void *arg)
{
    struct racer *r = arg;
    struct db *own = NULL;
    struct err e;
    struct arena *mine = arena_new();
    struct run_claim c = {.worker = arena_printf(mine, "racer%d", r->number),
                          .lease_s = 60,
                          .step_timeout_s = 10};
    if (!db_open(&own, test_db_conninfo(tdb, "worker"), "racer", &e))
        atomic_fetch_add(&race_failures, 1);
    while (atomic_load(&race_failures) == 0 &&
           atomic_load(&race_done) < RACE_RUNS) {
        struct run_work w;
        bool got = false;
        if (!run_claim(mine, own, &c, &w, &got, &e)) {
            atomic_fetch_add(&race_failures, 1);
        } else if (got) {
            mark(bits_of(w.instruments), true);
            mark(bits_of(w.instruments), false);
            if (!run_finish(own, &w, "succeeded", NULL, &e))
                atomic_fetch_add(&race_failures, 1);
            atomic_fetch_add(&race_done, 1);
        }
    }
    db_close(own);
    arena_free(mine);
    return NULL;
}

static void
many_workers_claim_each_run_once(void **state)
{
    (void)state;
    static const char *const symbols[] = {"AAPL", "MSFT", "WTI", "BRENT"};
    struct racer racers[RACERS];
    for (size_t i = 0; i < RACE_RUNS; i++) {
        const char *set[] = {symbols[i % 4], symbols[i * i % 3 + 1]};
        (void)queue(set, i % 8 == 7 ? 0 : 1 + i % 2);
    }
    for (int i = 0; i < RACERS; i++) {
        racers[i].number = i;
        assert_int_equal(
            pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < RACERS; i++)
        pthread_join(racers[i].thread, NULL);
    assert_int_equal(atomic_load(&race_failures), 0);
    assert_int_equal(atomic_load(&race_overlaps), 0);
    assert_string_equal(sql("SELECT count(*) || ' ' || max(attempt) FROM run "
                            "WHERE state = 'succeeded'"),
                        "40 1");
}

static void
silent_for_4_seconds(int64_t id)
{
    sql(arena_printf(a,
                     "UPDATE run SET heartbeat_at = clock_timestamp() - "
                     "interval '4 s' WHERE id = %lld",
                     (long long)id));
}

/* States after a sweep of one run: "queued", or "" when it was left alone. */
static const char *
sweep(void)
{
    struct run_swept *swept;
    size_t n;
    assert_true(run_sweep(a, db, &swept, &n, &err));
    return n == 0 ? "" : swept[0].state;
}

/* The server must have been up for a while before silence counts. */
static void
wait_for_uptime(void)
{
    sql("SELECT pg_sleep(greatest(0, 3.2 - extract(epoch FROM "
        "clock_timestamp() - pg_postmaster_start_time())))");
}

static void
a_silent_worker_loses_its_run_unless_it_holds_the_lock(void **state)
{
    (void)state;
    struct run_work w;
    const struct run_rows none = {0};
    bool got, owned;
    const char *who;
    int64_t id = queue(NULL, 0);
    wait_for_uptime();
    assert_int_equal(claim("w1", 0, &w), id);
    assert_string_equal(sweep(), "");
    silent_for_4_seconds(id);
    assert_true(db_lock_try(db, run_lock_key(id, w.attempt), &got, &err));
    assert_true(got);
    assert_string_equal(sweep(), "");
    assert_true(db_unlock(db, run_lock_key(id, w.attempt), &err));
    assert_true(run_fence(db, &w, &none, &err));
    assert_string_equal(sweep(), "queued");
    assert_string_equal(sweep(), "");

    /* whoever was given up writes nothing any more */
    assert_false(run_fence(db, &w, &none, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_false(run_finish(db, &w, "succeeded", NULL, &err));
    assert_true(run_beat(a, db, &w, &owned, &who, &err));
    assert_false(owned);
    assert_string_equal(sql("SELECT state || ' ' || attempt FROM run"),
                        "queued 1");
}

static void
an_ended_lease_outweighs_the_lock(void **state)
{
    (void)state;
    struct run_work w;
    bool got;
    int64_t id = queue(NULL, 0);
    wait_for_uptime();
    assert_int_equal(claim("w1", 0, &w), id);
    assert_true(db_lock_try(db, run_lock_key(id, w.attempt), &got, &err));
    sql("UPDATE run SET lease_until = clock_timestamp() - interval '1 s'");
    assert_string_equal(sweep(), "queued");
    /* the next attempt's lock is another one */
    assert_int_equal(claim("w2", 0, &w), id);
    assert_true(run_lock_key(id, 1) != run_lock_key(id, 2));
}

static void
a_run_is_lost_when_its_attempts_are_used_up(void **state)
{
    (void)state;
    struct run_work w;
    int64_t id = queue(NULL, 0);
    wait_for_uptime();
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(claim("w", 0, &w), id);
        assert_int_equal(w.attempt, i);
        silent_for_4_seconds(id);
        assert_string_equal(sweep(), i < 3 ? "queued" : "lost");
    }
    assert_int_equal(claim("w", 0, &w), 0);
    assert_string_equal(sql("SELECT finished_at IS NOT NULL FROM run"), "t");
}

static void
what_is_given_back_costs_no_attempt(void **state)
{
    (void)state;
    struct run_work w;
    struct run_step *steps;
    struct run_step_go go;
    size_t n;
    int64_t id = queue(NULL, 0);
    assert_int_equal(claim("w", 0, &w), id);
    assert_true(run_step_list(a, db, id, &steps, &n, &err));
    assert_int_equal(n, 3);
    assert_true(run_step_begin(db, &w, steps[0].id, &go, &err));
    assert_int_equal(go.attempt, 1);
    assert_true(run_give_back(db, &w, false, 0, NULL, &err));
    assert_string_equal(sql("SELECT string_agg(r.attempt || s.state || "
                            "s.attempt, ' ' ORDER BY seq) FROM run r JOIN "
                            "step s ON run_id = r.id WHERE seq = 1"),
                        "0queued0");
    assert_int_equal(claim("w", 0, &w), id);
    assert_true(run_give_back(db, &w, true, 60, "no luck", &err));
    assert_int_equal(claim("w", 0, &w), 0); /* pauses */
    struct run_queue q;
    assert_true(run_queue_look(db, &q, &err));
    assert_int_equal(q.queued, 1);
    assert_true(q.wait_s > 50 && q.wait_s <= 60);
}

static void
a_cancelled_run_ends_or_is_told(void **state)
{
    (void)state;
    struct run_work w;
    struct run run;
    bool owned;
    const char *who;
    int64_t first = queue(NULL, 0), second = queue(NULL, 0);
    assert_int_equal(claim("w", 0, &w), first);
    assert_true(run_cancel(db, second, "ann", &err));
    assert_true(run_get(a, db, second, &run, &err));
    assert_string_equal(run.state, "cancelled");
    assert_true(run_cancel(db, first, "ann", &err));
    assert_true(run_beat(a, db, &w, &owned, &who, &err));
    assert_true(owned);
    assert_string_equal(who, "ann");
    assert_false(run_cancel(db, second, "ann", &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_false(run_cancel(db, 12345, "ann", &err));
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
    if (!test_db_available())
        return test_db_skip();
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_checked),
        TEST(a_request_is_stored_as_it_was_meant),
        TEST(lanes_come_in_order_and_age_within_a_lane),
        TEST(overlapping_sets_never_run_together),
        TEST(a_waiting_run_is_not_overtaken_by_what_overlaps_it),
        TEST(many_workers_claim_each_run_once),
        TEST(a_silent_worker_loses_its_run_unless_it_holds_the_lock),
        TEST(an_ended_lease_outweighs_the_lock),
        TEST(a_run_is_lost_when_its_attempts_are_used_up),
        TEST(what_is_given_back_costs_no_attempt),
        TEST(a_cancelled_run_ends_or_is_told),
        TEST(a_retry_takes_what_failed_only),
        TEST(each_mode_asks_for_its_range),
        TEST(a_forecast_counts_requests_and_names_the_limit),
        TEST(runs_are_listed_by_filter_and_page),
        TEST(log_lines_keep_their_order),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
