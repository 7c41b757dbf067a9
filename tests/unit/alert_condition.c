/* Conditions of the pipeline on rows as runs leave them: for whom they hold,
 * what they say, and whom they blame. */
#include "core/alert_condition.h"

#include "core/alert_run.h"
#include "core/fetch.h"
#include "lib/buf.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/format.h"
#include "tests/lib/dbcase.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Wednesday; all data is judged from here. */
enum { NOW = 1714564800 }; /* 2024-05-01T12:00Z */

static int
setup(void **state)
{
    if (db_case_begin(state, "worker") != 0)
        return -1;
    sql("DELETE FROM instrument WHERE symbol NOT IN ('BTC-USD', 'AAPL', 'WTI', "
        "'MSTR', 'MNAV')");
    return 0;
}

/* "subject [tags] text; " of what is found. */
static const char *
look(const char *name, double threshold, const char *subject)
{
    struct alert_finding *f;
    size_t n;
    struct buf *b = buf_new(a);
    if (!alert_condition_look(a, db, alert_condition_find(name), threshold,
                              subject, NOW, &f, &n, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < n; i++) {
        buf_addf(b, "%s%s [", i > 0 ? "; " : "", f[i].subject);
        for (size_t t = 0; t < f[i].n_tags; t++)
            buf_addf(b, "%s%s", t > 0 ? " " : "", f[i].tags[t]);
        buf_addf(b, "] %s", f[i].text);
    }
    return b->data;
}

static void
assert_finds(const char *name, const char *expected)
{
    assert_string_equal(look(name, NAN, NULL), expected);
}

/* A run of a schedule (NULL: by hand) with one step; what ended so. */
static int64_t
run(const char *schedule, const char *state, const char *step)
{
    return strtoll(
        sql(arena_printf(
            a,
            "WITH r AS (INSERT INTO run (mode, trigger, requested_by, lane, "
            "state, steps, schedule_id, error, queued_at, finished_at) SELECT "
            "'incremental', 'timer', 't', 1, '%s', '{fetch}', (SELECT id FROM "
            "schedule WHERE name = '%s'), CASE '%s' WHEN 'failed' THEN 'it "
            "broke' END, clock_timestamp(), CASE WHEN '%s' NOT IN ('queued', "
            "'running') THEN clock_timestamp() END RETURNING id) INSERT INTO "
            "step (run_id, seq, kind, state) SELECT id, 1, '%s', 'succeeded' "
            "FROM r RETURNING run_id",
            state, schedule != NULL ? schedule : "", state, state, step)),
        NULL, 10);
}

static void
source(int64_t run_id, const char *name, const char *provider,
       const char *state)
{
    sql(arena_printf(
        a,
        "INSERT INTO step_source (step_id, source, instrument_id, provider, "
        "state, finished_at) SELECT s.id, '%s', i.id, '%s', '%s', "
        "clock_timestamp() FROM step s LEFT JOIN instrument i ON i.symbol = "
        "'%s' WHERE s.run_id = %lld",
        name, provider, state, name, (long long)run_id));
}

static void
load(int64_t run_id, const char *symbol, const char *provider)
{
    sql(arena_printf(
        a,
        "INSERT INTO load (run_id, instrument_id, interval_s, kind, provider, "
        "request, created_at) SELECT %lld, id, 86400, 'provider', '%s', '', "
        "clock_timestamp() FROM instrument WHERE symbol = '%s'",
        (long long)run_id, provider, symbol));
}

static void
fault(int64_t run_id, const char *provider, const char *kind, int times)
{
    for (int i = 0; i < times; i++)
        assert_true(rate_fault(db, provider, kind, run_id, &err));
}

static void
set_run(int64_t id, const char *state)
{
    sql(arena_printf(a,
                     "UPDATE run SET state = '%s', finished_at = "
                     "clock_timestamp() WHERE id = %lld",
                     state, (long long)id));
}

/* Closes of daily bars up to a day. */
static void
bars(const char *symbol, const char *last_day)
{
    sql(arena_printf(a,
                     "INSERT INTO bar SELECT i.id, 86400, ts, 1, 1, 1, 1, "
                     "NULL, 1 FROM instrument i, generate_series("
                     "'2024-04-01Z'::timestamptz, '%sZ', interval '1 day') ts "
                     "WHERE symbol = '%s'",
                     last_day, symbol));
}

static void
a_provider_is_out_after_three_faults_in_a_row(void **state)
{
    (void)state;
    assert_finds("breaker_open", "");
    int64_t r = run("nightly", "running", "fetch");
    fault(r, "yahoo", "timeout", 2);
    assert_finds("breaker_open", "");
    load(r, "AAPL", "yahoo"); /* a retry mended it */
    fault(r, "yahoo", "server", 2);
    assert_finds("breaker_open", "");
    set_run(r, "succeeded");
    /* One symbol that fails while others are answered is not the provider. */
    fault(r, "yahoo", "server", 3);
    assert_finds("breaker_open", "");
    /* Nor is what is wrong with a symbol. */
    r = run("nightly", "running", "fetch");
    fault(r, "yahoo", "wrong_symbol", 3);
    assert_finds("breaker_open", "");
    fault(r, "yahoo", "server", 3);
    assert_non_null(strstr(look("breaker_open", NAN, NULL),
                           "yahoo [provider:yahoo] Yahoo Finance chart has not "
                           "answered since "));
    assert_string_equal(look("breaker_open", NAN, "eia"), "");
    load(r, "AAPL", "yahoo");
    assert_finds("breaker_open", "");
}

static void
an_outage_lasts_from_run_to_run_until_an_answer_comes(void **state)
{
    (void)state;
    int64_t r = run("nightly", "running", "fetch");
    fault(r, "eia", "refused", 1); /* not tried again */
    assert_finds("breaker_open", "");
    set_run(r, "partial");
    assert_non_null(
        strstr(look("breaker_open", NAN, NULL), "eia [provider:eia]"));
    assert_non_null(strstr(look("breaker_open", NAN, NULL), "access refused"));
    r = run("nightly", "running", "fetch"); /* the next one under way */
    fault(r, "eia", "refused", 1);
    assert_non_null(strstr(look("breaker_open", NAN, NULL), "eia "));
    /* Answered, and nothing was new: no load. */
    source(r, "WTI", "eia", "succeeded");
    assert_finds("breaker_open", "");
    fault(r, "eia", "refused", 1);
    set_run(r, "partial");
    assert_non_null(strstr(look("breaker_open", NAN, NULL), "eia "));
    sql("UPDATE provider SET enabled = false");
    assert_finds("breaker_open", "");
}

static void
a_provider_that_goes_down_in_a_run_needs_three_sources(void **state)
{
    (void)state;
    int64_t r = run("nightly", "running", "fetch");
    load(r, "AAPL", "yahoo");
    fault(r, "yahoo", "server", 9);
    source(r, "MSTR", "yahoo", "failed");
    source(r, "BTC-USD", "yahoo", "failed");
    set_run(r, "partial");
    assert_finds("breaker_open", "");
    source(r, "WTI", "yahoo", "failed");
    assert_non_null(strstr(look("breaker_open", NAN, NULL), "yahoo"));
}

static void
who_asks_to_be_left_alone_is_out_and_a_network_is_one_cause(void **state)
{
    (void)state;
    bool ok;
    int taken;
    double wait_s;
    ok = rate_take(db, "fred", 1, &taken, &wait_s, &err) &&
         rate_block(db, "fred", 30, &err);
    assert_true(ok);
    assert_finds("breaker_open", "");
    assert_true(rate_block(db, "fred", 3600, &err));
    assert_non_null(
        strstr(look("breaker_open", NAN, NULL), "is to be left alone until "));
    sql("UPDATE rate_bucket SET blocked_until = NULL");
    int64_t r = run("nightly", "running", "fetch");
    fault(r, "eia", "network", 3);
    assert_non_null(
        strstr(look("breaker_open", NAN, NULL), "eia [provider:eia]"));
    fault(r, "yahoo", "network", 3);
    const char *found = look("breaker_open", NAN, NULL);
    assert_non_null(strstr(found, "eia [network provider:eia]"));
    assert_non_null(strstr(found, "yahoo [network provider:yahoo]"));
}

static void
a_run_that_failed_blames_who_was_out(void **state)
{
    (void)state;
    assert_finds("run_failed", "");
    int64_t first = run("nightly", "failed", "fetch");
    assert_finds("run_failed",
                 arena_printf(a,
                              "nightly [schedule:nightly] Run %lld of nightly "
                              "failed: it broke",
                              (long long)first));
    fault(first, "yahoo", "server", 3);
    fault(first, "eia", "server", 3);
    source(first, "AAPL", "yahoo", "failed");
    assert_non_null(strstr(look("run_failed", NAN, NULL),
                           "nightly [provider:yahoo schedule:nightly]"));
    /* A model that could not be fitted: its inputs' providers. */
    int64_t second = run(NULL, "timed_out", "retrain");
    source(second, "mstr", "", "failed");
    const char *found = look("run_failed", NAN, "");
    assert_non_null(strstr(found, " [provider:yahoo run] Run "));
    assert_non_null(strstr(found, "by hand ran out of time"));
    (void)run("nightly", "cancelled", "fetch"); /* says nothing */
    assert_non_null(strstr(look("run_failed", NAN, "nightly"), "nightly"));
    (void)run(NULL, "succeeded", "fetch"); /* of everything */
    assert_finds("run_failed", "");
}

static void
runs_that_keep_missing_sources_are_counted(void **state)
{
    (void)state;
    (void)run("nightly", "succeeded", "fetch");
    (void)run("nightly", "partial", "fetch");
    (void)run("nightly", "failed", "fetch");
    assert_finds("run_partial", "");
    assert_non_null(strstr(look("run_partial", 2, NULL), "nightly"));
    int64_t last = run("nightly", "partial", "fetch");
    assert_finds("run_partial",
                 arena_printf(a,
                              "nightly [schedule:nightly] The last 3 runs all "
                              "missed sources; the newest, run %lld of nightly "
                              "missed some sources",
                              (long long)last));
    assert_finds("run_failed", "");
    assert_string_equal(look("run_partial", 4, NULL), "");
    sql("UPDATE schedule SET enabled = false");
    assert_finds("run_partial", "");
}

static void
data_is_late_by_its_calendar_and_for_its_first_provider(void **state)
{
    (void)state;
    assert_finds("data_late", ""); /* a new installation */
    bars("AAPL", "2024-04-30");
    bars("BTC-USD", "2024-04-29");
    bars("WTI", "2024-04-30");
    assert_finds("data_late", "BTC-USD [instrument:BTC-USD] BTC-USD is late: "
                              "the bar of 2024-04-30 is due and missing");
    int64_t r = run("nightly", "failed", "fetch");
    fault(r, "yahoo", "server", 3); /* would be asked second */
    assert_non_null(
        strstr(look("data_late", NAN, "btc-usd"), " [instrument:BTC-USD] "));
    fault(r, "binance", "server", 3);
    assert_non_null(
        strstr(look("data_late", NAN, NULL),
               " [provider:binance provider:yahoo instrument:BTC-USD] "));
    assert_string_equal(look("data_late", NAN, "AAPL"), "");
    /* Its schedule is still to ask for it, or has just asked; a bar that is
     * overdue is late all the same, and what nobody asks for. */
    sql("UPDATE schedule SET at_time = '08:01', time_zone = 'UTC'");
    assert_non_null(strstr(look("data_late", NAN, NULL), "BTC-USD is late"));
    sql("UPDATE schedule SET at_time = '11:46'");
    assert_finds("data_late", "");
    sql("UPDATE schedule SET instruments = ARRAY(SELECT id FROM instrument "
        "WHERE symbol = 'AAPL')");
    assert_non_null(strstr(look("data_late", NAN, NULL), "BTC-USD is late"));
    sql("UPDATE schedule SET instruments = NULL, at_time = '13:00'; DELETE "
        "FROM bar USING instrument i WHERE i.id = instrument_id AND symbol = "
        "'BTC-USD' AND ts >= '2024-04-28Z'");
    assert_non_null(strstr(look("data_late", NAN, NULL), "BTC-USD is late: 3 "
                                                         "sessions behind"));
    sql("UPDATE instrument SET active = false WHERE symbol = 'BTC-USD'");
    assert_finds("data_late", "");
}

static void
quality_is_of_the_newest_days(void **state)
{
    (void)state;
    sql("INSERT INTO quality SELECT i.id, 86400, d, 1, 1, 1, 0, 0, 0, 0, score "
        "FROM instrument i, (VALUES ('2024-04-24Z'::timestamptz, 0.1), "
        "('2024-04-28Z', 0.95), ('2024-04-29Z', 0.75), ('2024-04-30Z', 1)) AS "
        "v (d, score) WHERE symbol = 'AAPL'");
    assert_finds("quality_below", "AAPL [instrument:AAPL] AAPL: the rows of "
                                  "2024-04-29 score 0.75, and 0.9 is asked "
                                  "for");
    assert_string_equal(look("quality_below", 0.75, NULL), "");
    assert_string_equal(look("quality_below", NAN, "WTI"), "");
}

static void
a_quota_is_what_is_left_of_the_burst(void **state)
{
    (void)state;
    sql("UPDATE provider SET burst = 25, rate_per_minute = 0.01 WHERE name = "
        "'fred'; INSERT INTO rate_bucket (provider, tokens, refilled_at) "
        "VALUES ('fred', 2.2, now()), ('yahoo', 60, now())");
    assert_finds("quota_low", "fred [provider:fred] FRED, St. Louis Fed has 2 "
                              "of 25 requests left");
    assert_string_equal(look("quota_low", 5, NULL), "");
}

static void
version(int number, const char *state, const char *fitted_at)
{
    sql(arena_printf(
        a,
        "INSERT INTO model_version (model_id, version, state, fitted_at, rows, "
        "first_ts, last_ts, fingerprint, scorecard) SELECT id, %d, '%s', '%s', "
        "9, 'epoch', 'epoch', '', '[{\"passed\": true, \"words\": \"yes\"}, "
        "{\"passed\": false, \"words\": \"R2 is 0.1\"}]' FROM model",
        number, state, fitted_at));
}

static void
the_newest_version_of_a_model_counts(void **state)
{
    (void)state;
    assert_finds("model_refused", "");
    assert_finds("model_old", "");
    version(1, "active", "2024-04-20Z");
    version(2, "refused", "2024-04-30Z");
    assert_finds("model_refused",
                 "mstr [model:mstr] Model mstr: version 2 was refused: R2 is "
                 "0.1");
    assert_finds("model_old", "mstr [model:mstr] Model mstr: version 1 "
                              "answers, fitted on 20 Apr 2024, 00:00 UTC");
    assert_string_equal(look("model_old", 12, NULL), "");
    int64_t r = run("nightly", "failed", "fetch");
    fault(r, "binance", "server", 3);
    assert_non_null(strstr(look("model_refused", NAN, NULL),
                           "mstr [provider:binance model:mstr]"));
    version(3, "retired", "2024-04-30Z");
    assert_finds("model_refused", "");
}

static void
a_disk_is_the_archives_and_the_databases(void **state)
{
    (void)state;
    setenv("QM_ARCHIVE_DIR", "/", 1);
    assert_true(config_load(&err));
    const char *found = look("disk_low", 100, NULL);
    assert_non_null(strstr(found, "archive [disk] The file system of the "));
    assert_non_null(strstr(found, "database [disk] The file system of the "));
    assert_null(strstr(look("disk_low", 100, "archive"), "database"));
    assert_string_equal(look("disk_low", 0, NULL), "");
}

static void
a_queue_is_stuck_when_what_may_start_does_not(void **state)
{
    (void)state;
    int64_t r = run("nightly", "queued", "fetch");
    assert_finds("queue_stuck", "");
    sql("UPDATE run SET queued_at = now() - interval '40 min', not_before = "
        "now() - interval '40 min'");
    assert_finds("queue_stuck", arena_printf(a,
                                             " [queue] Run %lld could have "
                                             "started 40 min ago",
                                             (long long)r));
    assert_string_equal(look("queue_stuck", 41, NULL), "");
    int64_t other = run(NULL, "running", "fetch");
    assert_finds("queue_stuck", "");
    set_run(other, "succeeded"); /* only now it could start */
    assert_finds("queue_stuck", "");
}

/* Evaluates everything at a time and says what is open and what was told. */
static const char *
evaluated(int64_t now_ts)
{
    struct alert_run_report report;
    const struct alert_run_options options = {.now_ts = now_ts,
                                              .pipeline = true};
    if (!alert_run(db, &options, &report, &err))
        fail_msg("%s", err.text);
    return sql("SELECT (SELECT string_agg(concat_ws(' ', i.title, i.severity, "
               "i.events, CASE WHEN closed_at IS NULL THEN 'open' ELSE "
               "'closed' END), ', ') FROM alert_incident i), (SELECT "
               "string_agg(kind, ', ' ORDER BY id) FROM delivery)");
}

static void
an_outage_is_one_incident_with_one_message_and_one_end(void **state)
{
    (void)state;
    enum { LATER = NOW + 3 * DAY_S };
    setenv("QM_ALERT_GROUP_S", "0", 1);
    assert_true(config_load(&err));
    sql("DELETE FROM channel; INSERT INTO channel (name, kind, severities, "
        "created_by) VALUES ('desk', 'webhook', '{info,warning,critical}', "
        "'t'); DELETE FROM alert_rule WHERE condition = 'disk_low'; DELETE "
        "FROM instrument WHERE symbol = 'WTI'");
    bars("AAPL", "2024-04-30");
    bars("MSTR", "2024-04-30");
    bars("BTC-USD", "2024-05-03");
    assert_string_equal(evaluated(NOW), "|");
    /* It goes down in a run; that fails for it; the data grows late for want of
     * it; the model finds nothing good in what is left. */
    int64_t r = run("nightly", "running", "fetch");
    fault(r, "yahoo", "server", 3);
    assert_string_equal(evaluated(NOW),
                        "A provider does not answer: yahoo warning 1 open|"
                        "opened");
    source(r, "AAPL", "yahoo", "failed");
    source(r, "MSTR", "yahoo", "failed");
    set_run(r, "failed");
    assert_string_equal(evaluated(NOW),
                        "A provider does not answer: yahoo critical 2 open|"
                        "opened");
    version(1, "refused", "2024-05-01Z");
    assert_string_equal(evaluated(LATER),
                        "A provider does not answer: yahoo critical 5 open|"
                        "opened");
    /* The next run begins as the last one ended. */
    r = run("nightly", "running", "fetch");
    fault(r, "yahoo", "server", 1);
    assert_string_equal(evaluated(LATER),
                        "A provider does not answer: yahoo critical 5 open|"
                        "opened");
    /* It is back, and one after the other mends. */
    load(r, "AAPL", "yahoo");
    assert_string_equal(evaluated(LATER),
                        "A provider does not answer: yahoo critical 6 open|"
                        "opened");
    sql("INSERT INTO bar SELECT i.id, 86400, ts, 1, 1, 1, 1, NULL, 1 FROM "
        "instrument i, generate_series('2024-05-01Z'::timestamptz, "
        "'2024-05-03Z', interval '1 day') ts WHERE symbol IN ('AAPL', "
        "'MSTR')");
    set_run(r, "succeeded");
    version(2, "active", "2024-05-04Z");
    assert_string_equal(evaluated(LATER),
                        "A provider does not answer: yahoo critical 10 closed|"
                        "opened, resolved");
    assert_string_equal(evaluated(LATER),
                        "A provider does not answer: yahoo critical 10 closed|"
                        "opened, resolved");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(a_provider_is_out_after_three_faults_in_a_row),
        DB_CASE(an_outage_lasts_from_run_to_run_until_an_answer_comes),
        DB_CASE(a_provider_that_goes_down_in_a_run_needs_three_sources),
        DB_CASE(who_asks_to_be_left_alone_is_out_and_a_network_is_one_cause),
        DB_CASE(a_run_that_failed_blames_who_was_out),
        DB_CASE(runs_that_keep_missing_sources_are_counted),
        DB_CASE(data_is_late_by_its_calendar_and_for_its_first_provider),
        DB_CASE(quality_is_of_the_newest_days),
        DB_CASE(a_quota_is_what_is_left_of_the_burst),
        DB_CASE(the_newest_version_of_a_model_counts),
        DB_CASE(a_disk_is_the_archives_and_the_databases),
        DB_CASE(an_outage_is_one_incident_with_one_message_and_one_end),
        DB_CASE(a_queue_is_stuck_when_what_may_start_does_not),
    };
    return DB_CASES_RUN(tests);
}
