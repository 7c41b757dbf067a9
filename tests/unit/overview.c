#include "core/overview.h"
#include "core/fetch.h"
#include "tests/lib/dbcase.h"

#include <stdlib.h>
#include <string.h>

static struct db *worker;
static int64_t real_ts;

static int
setup(void **state)
{
    if (db_case_begin(state, "console") != 0)
        return -1;
    real_ts = atoll(sql("SELECT extract(epoch FROM now())::bigint"));
    return db_open(&worker, test_db_conninfo(tdb, "worker"), "test", &err) ? 0
                                                                           : -1;
}

static int
teardown(void **state)
{
    db_close(worker);
    return db_case_end(state);
}

static struct overview
look(void)
{
    struct overview o;
    bool ok = overview_get(a, db, real_ts, real_ts, &o, &err);
    if (!ok)
        print_error("%s\n", err.text);
    assert_true(ok);
    return o;
}

/* A run that ended `ago` (an interval) in a state; of the schedule, or by
 * hand. More columns and values may follow. */
static int64_t
ended(const char *state, const char *ago, bool scheduled, const char *columns,
      const char *values)
{
    return atoll(sql(arena_printf(
        a,
        "INSERT INTO run (mode, trigger, requested_by, lane, steps, state, "
        "schedule_id, due_at, queued_at, started_at, finished_at%s) "
        "SELECT 'incremental', '%s', 'test', 0, '{fetch}', '%s', %s, %s, t, "
        "t, t + interval '2 s'%s FROM (SELECT now() - interval '%s' AS t) x "
        "RETURNING id",
        columns, scheduled ? "timer" : "console", state,
        scheduled ? "(SELECT id FROM schedule)" : "NULL",
        scheduled ? "t" : "NULL", values, ago)));
}

static void
a_fresh_installation_has_nothing_to_tell_but_what_is_set_up(void **state)
{
    (void)state;
    struct overview o = look();
    assert_null(o.last);
    assert_int_equal(o.n_under_way, 0);
    assert_int_equal(o.n_strips, 0);
    assert_int_equal(o.n_trouble, 0);
    assert_int_equal(o.n_sources, 10);
    for (size_t i = 0; i < o.n_sources; i++) {
        assert_string_equal(o.sources[i].state, "none");
        assert_true(source_is_behind(&o.sources[i]));
    }
    assert_int_equal(o.n_providers, 5);
    for (size_t i = 0; i < o.n_providers; i++) {
        assert_true(o.providers[i].tokens == o.providers[i].burst);
        assert_int_equal(o.providers[i].success_at, 0);
        assert_int_equal(o.providers[i].fault_at, 0);
    }
    assert_int_equal(o.n_models, 1);
    assert_int_equal(o.models[0].active, 0);
    assert_string_equal(o.next_name, "nightly");
    assert_true(o.next_due > real_ts && o.next_due <= real_ts + 25 * 3600);
    assert_false(o.simulated);
}

static void
what_runs_and_waits_is_told_from_what_ended_last(void **state)
{
    (void)state;
    ended("failed", "2 hours", false, "", "");
    int64_t last = ended("succeeded", "1 hour", false, ", rows_new", ", 7");
    sql("INSERT INTO run (mode, trigger, requested_by, lane, steps, state, "
        "queued_at, not_before, started_at) VALUES "
        "('incremental', 'cli', 'x', 0, '{fetch}', 'running', now(), now(), "
        "now() - interval '5 s'),"
        "('incremental', 'cli', 'x', 0, '{fetch}', 'queued', "
        "now() - interval '90 s', now() - interval '60 s', NULL)");
    struct overview o = look();
    assert_non_null(o.last);
    assert_int_equal(o.last->id, last);
    assert_int_equal(o.last->rows_new, 7);
    assert_true(o.last->seconds == 2);
    assert_int_equal(o.n_under_way, 2);
    assert_string_equal(o.under_way[0].state, "queued");
    assert_in_range(o.under_way[0].waits_s, 60, 70);
    assert_string_equal(o.under_way[1].state, "running");
}

static void
a_day_shows_its_worst_state_and_leads_to_a_run_in_it(void **state)
{
    (void)state;
    ended("succeeded", "3 days", true, "", "");
    int64_t bad = ended("timed_out", "3 days 1 second", true, "", "");
    ended("partial", "3 days 2 seconds", true, "", "");
    int64_t good = ended("succeeded", "3 days", false, "", "");
    struct overview o = look();
    assert_int_equal(o.n_strips, 2);
    assert_string_equal(o.strips[0].name, "nightly");
    assert_null(o.strips[1].name);
    const struct overview_beat *beat = NULL;
    for (int d = 0; d < OVERVIEW_DAYS; d++)
        if (o.strips[0].beats[d].n > 0)
            beat = &o.strips[0].beats[d];
    assert_non_null(beat);
    assert_string_equal(beat->state, "timed_out");
    assert_int_equal(beat->run_id, bad);
    int days = 0;
    for (int d = 0; d < OVERVIEW_DAYS; d++) {
        beat = &o.strips[1].beats[d];
        days += beat->n > 0;
        if (beat->n > 0) {
            assert_int_equal(beat->run_id, good);
            assert_in_range(beat->day_ts, real_ts - 4 * 86400,
                            real_ts - 2 * 86400);
        } else {
            assert_null(beat->state);
        }
    }
    assert_int_equal(days, 1);
}

static void
a_busy_day_hides_no_failure(void **state)
{
    (void)state;
    /* yesterday's noon, so that a minute more or less is the same day */
    int64_t noon_s = atoll(sql("SELECT extract(epoch FROM now() - "
                               "date_trunc('day', now()))::bigint + 43200"));
    ended("failed", arena_printf(a, "%lld s", (long long)noon_s + 60), false,
          "", "");
    for (int i = 0; i < 30; i++)
        ended("succeeded", arena_printf(a, "%lld s", (long long)noon_s - i),
              false, "", "");
    struct overview o = look();
    assert_int_equal(o.n_strips, 1);
    const struct overview_beat *beat = &o.strips[0].beats[OVERVIEW_DAYS - 2];
    assert_string_equal(beat->state, "failed");
    assert_int_equal(beat->n, OVERVIEW_DAY_RUNS);
}

static void
fail_source(int64_t run, const char *symbol)
{
    sql(arena_printf(
        a,
        "INSERT INTO step (run_id, seq, kind, state) VALUES (%lld, 1, "
        "'fetch', 'partial') ON CONFLICT DO NOTHING; "
        "INSERT INTO step_source (step_id, source, state, error) SELECT id, "
        "'%s', 'failed', 'no answer from %s' FROM step WHERE run_id = %lld",
        (long long)run, symbol, symbol, (long long)run));
}

static void
trouble_is_the_newest_bad_run_of_a_strip_with_its_sources(void **state)
{
    (void)state;
    ended("failed", "3 hours", true, "", "");
    int64_t id = ended("partial", "2 hours", true, "", "");
    fail_source(id, "WTI");
    fail_source(id, "BRENT");
    struct overview o = look();
    assert_int_equal(o.n_trouble, 1);
    assert_int_equal(o.trouble[0].id, id);
    assert_string_equal(o.trouble[0].failed, "BRENT, WTI");
    assert_int_equal(o.trouble[0].n_failed, 2);
    assert_string_equal(o.trouble[0].reason, "no answer from BRENT");
}

static void
trouble_stays_until_everything_or_its_retry_succeeded(void **state)
{
    (void)state;
    int64_t id = ended("failed", "3 hours", true, "", "");
    ended("succeeded", "2 hours", false, ", instruments",
          ", (SELECT array_agg(id) FROM instrument WHERE symbol = 'WTI')");
    assert_int_equal(look().n_trouble, 1);
    ended("succeeded", "1 hour", false, ", instruments, retry_of",
          arena_printf(a,
                       ", (SELECT array_agg(id) FROM instrument WHERE symbol "
                       "= 'WTI'), %lld",
                       (long long)id));
    assert_int_equal(look().n_trouble, 0);
    ended("failed", "50 minutes", true, "", "");
    assert_int_equal(look().n_trouble, 1);
    ended("succeeded", "40 minutes", false, "", "");
    assert_int_equal(look().n_trouble, 0);
}

static const struct overview_provider *
provider(const struct overview *o, const char *title)
{
    for (size_t i = 0; i < o->n_providers; i++)
        if (strcmp(o->providers[i].title, title) == 0)
            return &o->providers[i];
    fail_msg("no provider %s", title);
    return NULL;
}

static void
providers_show_what_is_left_and_what_went_wrong(void **state)
{
    (void)state;
    int taken;
    double wait_s;
    sql("UPDATE provider SET rate_per_minute = 0.001");
    int64_t run = ended("partial", "1 hour", false, "", "");
    assert_true(rate_take(worker, "binance", 30, &taken, &wait_s, &err));
    assert_int_equal(taken, 30);
    assert_true(rate_take(worker, "eia", 1, &taken, &wait_s, &err));
    assert_true(rate_block(worker, "eia", 120, &err));
    assert_true(rate_fault(worker, "fred", "rate_limited", run, &err));
    sql("INSERT INTO load (instrument_id, interval_s, kind, provider, "
        "request) SELECT id, 86400, 'provider', 'binance', '/' FROM "
        "instrument LIMIT 1");
    struct overview o = look();
    const struct overview_provider *binance = provider(&o, "Binance spot");
    assert_true(binance->tokens >= 70 && binance->tokens < 70.5);
    assert_true(binance->success_at >= real_ts - 5);
    assert_true(binance->blocked_s == 0);
    const struct overview_provider *eia = provider(&o, "U.S. EIA open data v2");
    assert_true(eia->blocked_s > 110 && eia->blocked_s <= 120);
    const struct overview_provider *fred = provider(&o, "FRED, St. Louis Fed");
    assert_string_equal(fred->fault_kind, "rate_limited");
    assert_int_equal(fred->fault_run, run);
    assert_true(fred->fault_at >= real_ts - 5);
    assert_true(fred->tokens == fred->burst);
}

static void
simulated_rows_are_said(void **state)
{
    (void)state;
    sql("INSERT INTO load (instrument_id, interval_s, kind, request, "
        "simulated) SELECT id, 86400, 'provider', '/', true FROM instrument "
        "LIMIT 1");
    assert_true(look().simulated);
}

/* Blocks of the database that a statement touches, from its own plan. */
static int64_t
blocks(const char *text, const char *args)
{
    const char *plan = sql(arena_printf(
        a,
        "SET plan_cache_mode = force_generic_plan; PREPARE q AS %s; "
        "EXPLAIN (ANALYZE, BUFFERS, TIMING off, SUMMARY off) EXECUTE q%s",
        text, args));
    const char *buffers = strstr(plan, "Buffers: shared ");
    assert_non_null(buffers);
    int64_t sum = 0;
    const char *end = strchr(buffers, '\n');
    for (const char *s = buffers; s != NULL && s < end; s++)
        if ((strncmp(s, "hit=", 4) == 0) || strncmp(s, "read=", 5) == 0)
            sum += atoll(strchr(s, '=') + 1);
    return sum;
}

static void
its_cost_is_bounded_whatever_is_stored(void **state)
{
    (void)state;
    static const struct {
        const char *text, *args;
    } queries[] = {
#define SQL(name, text) {text, #name},
#include "sql.def"
#undef SQL
    };
    sql("INSERT INTO run (mode, trigger, requested_by, lane, steps, state, "
        "schedule_id, due_at, queued_at, started_at, finished_at) "
        "SELECT 'incremental', 'timer', 'x', 1, '{fetch}', CASE WHEN g % 9 = "
        "0 THEN 'failed' ELSE 'succeeded' END, CASE WHEN g % 2 = 0 THEN "
        "(SELECT id FROM schedule) END, CASE WHEN g % 2 = 0 THEN t END, t, t, "
        "t FROM generate_series(1, 20000) g, LATERAL (SELECT now() - (20000 "
        "- g) * interval '2 min' AS t) x; "
        "INSERT INTO load (run_id, instrument_id, interval_s, kind, provider, "
        "request, state, created_at) SELECT r.id, 1, 86400, 'provider', "
        "'yahoo', '/', 'stored', r.queued_at FROM run r");
    sql("VACUUM ANALYZE");
    int64_t all = 0;
    for (size_t i = 0; i < COUNT_OF(queries); i++) {
        const char *args = NULL;
        if (strcmp(queries[i].args, "source_list") == 0)
            args = "('', 500)";
        else if (strcmp(queries[i].args, "overview_rest") == 0)
            args = "(1764000000)";
        else if (strcmp(queries[i].args, "model_list_all") == 0)
            args = "('', 100)";
        else if (strncmp(queries[i].args, "overview_", 9) == 0)
            args = "";
        if (args == NULL)
            continue;
        int64_t n = blocks(queries[i].text, args);
        if (n > 800)
            print_error("%s touches %lld blocks\n", queries[i].args,
                        (long long)n);
        assert_true(n <= 800);
        all += n;
    }
    assert_in_range(all, 1, 2000);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_fresh_installation_has_nothing_to_tell_but_what_is_set_up),
        TEST(what_runs_and_waits_is_told_from_what_ended_last),
        TEST(a_day_shows_its_worst_state_and_leads_to_a_run_in_it),
        TEST(a_busy_day_hides_no_failure),
        TEST(trouble_is_the_newest_bad_run_of_a_strip_with_its_sources),
        TEST(trouble_stays_until_everything_or_its_retry_succeeded),
        TEST(providers_show_what_is_left_and_what_went_wrong),
        TEST(simulated_rows_are_said),
        TEST(its_cost_is_bounded_whatever_is_stored),
    };
    return DB_CASES_RUN(tests);
}
