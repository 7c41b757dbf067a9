/* Retraining and activation against a database. */
#include "core/model.h"

#include "lib/json.h"
#include "tests/lib/modelcase.h"

#include <math.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
the_first_version_is_fitted_on_all_rows_and_active(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 999);
    retrain(b, MODEL_ACTIVATED);
    assert_int_equal(b->result.version, 1);
    assert_sql(b, STATES, "1 active");
    assert_sql(b,
               "SELECT rows, holdout_rows, extract(epoch FROM first_ts)::bigint"
               ", (last_ts - first_ts) = interval '999 days', "
               "holdout_ts = first_ts + interval '800 days', "
               "champion_rmse IS NULL, r2 > 0.8, condition BETWEEN 5 AND 15 "
               "FROM model_version",
               "1000|200|1577836800|t|t|t|t|t");
    assert_sql(b,
               "SELECT position, name, abs(value - (ARRAY[-100, 0.005, 40])"
               "[position + 1]) < 4 * std_error, judged_value <> value "
               "FROM coefficient ORDER BY 1",
               "0|intercept|t|t\n1|btc_price|t|t\n2|mnav|t|t");
    assert_sql(b, "SELECT who, why FROM model_activation",
               "test|retrained and passed the quality gate");
    assert_sql(b, "SELECT count(*) FROM model_coefficients", "3");
}

/* The database's own regression of the same rows, for one input. */
static void
coefficients_agree_with_the_databases_own_regression(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 499);
    test_db_sql(b->t, "DELETE FROM model_input WHERE name = 'mnav'; "
                      "UPDATE model SET min_r2 = 0");
    retrain(b, MODEL_ACTIVATED);
    assert_sql(b,
               "SELECT abs(max(c.value) FILTER (WHERE position = 0) / "
               "regr_intercept(y, x) - 1) < 1e-9, "
               "abs(max(c.value) FILTER (WHERE position = 1) / "
               "regr_slope(y, x) - 1) < 1e-9, "
               "abs(max(v.r2) / regr_r2(y, x) - 1) < 1e-9, "
               "abs(max(v.rmse) / sqrt(regr_syy(y, x) * (1 - regr_r2(y, x)) / "
               "count(*)) - 1) < 1e-9 "
               "FROM (SELECT mstr_price AS y, btc_price AS x FROM "
               "mstr_historical_data) d CROSS JOIN coefficient c "
               "CROSS JOIN model_version v",
               "t|t|t|t");
}

static void
nothing_new_writes_nothing(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 499);
    retrain(b, MODEL_ACTIVATED);
    retrain(b, MODEL_UNCHANGED);
    assert_int_equal(b->result.version, 0);
    assert_non_null(strstr(b->result.words, "nothing new: version 1"));
    assert_sql(b, STATES, "1 active");
    assert_sql(b, "SELECT count(*) FROM model_activation", "1");
}

static void
the_smallest_change_of_any_value_is_news(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 499);
    retrain(b, MODEL_ACTIVATED);
    test_db_sql(b->t, "UPDATE bar SET close = close * (1 + 3e-16::float8) "
                      "WHERE ts = '2020-02-03Z' AND instrument_id = "
                      "(SELECT id FROM instrument WHERE symbol = 'MNAV')");
    retrain(b, MODEL_ACTIVATED);
    assert_int_equal(b->result.version, 2);
    assert_sql(b, STATES, "1 retired, 2 active");
}

static void
new_days_make_the_next_version(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 899);
    retrain(b, MODEL_ACTIVATED);
    add_bars(b, 900, 904);
    retrain(b, MODEL_ACTIVATED);
    assert_sql(b, STATES, "1 retired, 2 active");
    assert_sql(b,
               "SELECT rows, holdout_rows, abs(holdout_rmse / champion_rmse - "
               "1) < 0.01 FROM model_version WHERE version = 2",
               "905|181|t");
}

static void
garbage_in_the_past_is_refused_and_not_fitted_again(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 999);
    retrain(b, MODEL_ACTIVATED);
    const char *before =
        strdup(test_db_sql(b->t, "SELECT name, value FROM model_coefficients"));
    test_db_sql(b->t,
                "UPDATE bar SET close = 30000 + 20000 * sin(extract(epoch FROM "
                "ts) / 86400 * 4.1) WHERE ts < '2021-09-01Z' AND instrument_id "
                "= (SELECT id FROM instrument WHERE symbol = 'BTC-USD')");
    retrain(b, MODEL_REFUSED);
    assert_int_equal(b->result.version, 2);
    assert_sql(b, STATES, "1 active, 2 refused");
    assert_non_null(strstr(test_db_sql(b->t, FAILED), "rmse"));
    assert_non_null(strstr(b->result.words, "version 2 was refused: "));
    assert_sql(b, "SELECT count(*) FROM coefficient", "6");
    assert_sql(b, "SELECT name, value FROM model_coefficients", before);
    retrain(b, MODEL_UNCHANGED);
    assert_sql(b, STATES, "1 active, 2 refused");
    free((void *)before);
}

static void
garbage_in_the_newest_rows_is_refused(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 899);
    retrain(b, MODEL_ACTIVATED);
    add_bars(b, 900, 909);
    test_db_sql(b->t, "UPDATE bar SET close = close * 100 WHERE ts >= "
                      "'2022-06-23Z' AND instrument_id = "
                      "(SELECT id FROM instrument WHERE symbol = 'MSTR')");
    retrain(b, MODEL_REFUSED);
    assert_non_null(strstr(test_db_sql(b->t, FAILED), "unexplained"));
    assert_sql(b, STATES, "1 active, 2 refused");
}

/* Data that went back to what the active version knows are nothing new. */
/* One row far out, on which input and target agree: it makes R2 rise. Only
 * what the candidate makes of the other rows gives it away. */
static void
a_row_far_out_is_refused_though_r2_rises(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 899);
    retrain(b, MODEL_ACTIVATED);
    add_bars(b, 900, 900);
    test_db_sql(b->t,
                "UPDATE bar SET close = close * CASE symbol WHEN 'MSTR' THEN "
                "1000 WHEN 'MNAV' THEN 300 ELSE 1 END FROM instrument i WHERE "
                "i.id = instrument_id AND ts = '2022-06-19Z'");
    retrain(b, MODEL_REFUSED);
    assert_sql(b, FAILED, "known_rows");
    assert_sql(b, "SELECT r2 > 0.99 FROM model_version WHERE version = 2", "t");
}

static void
mended_data_are_known(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 499);
    retrain(b, MODEL_ACTIVATED);
    add_bars(b, 500, 500);
    test_db_sql(b->t, "UPDATE bar SET close = close * 1000 WHERE ts >= "
                      "'2021-05-15Z' AND instrument_id = "
                      "(SELECT id FROM instrument WHERE symbol = 'BTC-USD')");
    retrain(b, MODEL_REFUSED);
    test_db_sql(b->t, "DELETE FROM bar WHERE ts >= '2021-05-15Z'");
    retrain(b, MODEL_UNCHANGED);
    assert_non_null(strstr(b->result.words, "version 1 (active)"));
}

static void
a_model_that_explains_itself_is_refused(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 499);
    test_db_sql(b->t, "UPDATE model_input SET instrument_id = (SELECT target_id"
                      " FROM model WHERE name = 'mstr') WHERE name = 'mnav'");
    retrain(b, MODEL_REFUSED);
    assert_sql(b, FAILED, "leakage");
}

static void
other_inputs_are_not_compared_with_the_old_ones(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 499);
    retrain(b, MODEL_ACTIVATED);
    test_db_sql(b->t, "DELETE FROM model_input WHERE name = 'mnav'; "
                      "UPDATE model SET max_unexplained_ratio = 100");
    retrain(b, MODEL_ACTIVATED);
    assert_sql(b,
               "SELECT champion_rmse IS NULL FROM model_version "
               "WHERE version = 2",
               "t");
}

static void
too_few_rows_are_waited_for(void **state)
{
    struct bench *b = *state;
    retrain(b, MODEL_UNCHANGED);
    assert_non_null(strstr(b->result.words, "0 times have a bar of MSTR"));
    add_bars(b, 0, 3);
    retrain(b, MODEL_UNCHANGED);
    add_bars(b, 4, 248);
    test_db_sql(b->t, "UPDATE model SET min_r2 = 0");
    retrain(b, MODEL_REFUSED);
    assert_sql(b, FAILED, "rows");
    test_db_sql(b->t, "DELETE FROM bar");
    assert_false(model_retrain(b->a, b->db, "mstr", 0, "test", DAY_0,
                               &b->result, &b->err));
    assert_int_equal(b->err.kind, ERR_INPUT);
    assert_false(model_retrain(b->a, b->db, "nope", 0, "test", DAY_0,
                               &b->result, &b->err));
    assert_int_equal(b->err.kind, ERR_MISSING);
}

static void
activate(struct db *db, struct model_choice choice, enum err_kind expected)
{
    choice.name = "mstr";
    choice.who = "ann";
    choice.address = "127.0.0.1";
    struct err err = {.kind = ERR_NONE};
    bool ok = model_activate(db, &choice, &err);
    assert_true(ok == (expected == ERR_NONE));
    if (!ok && err.kind != expected)
        fail_msg("%d, not %d: %s", err.kind, expected, err.text);
}

static void
any_version_can_be_made_active_again(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 499);
    retrain(b, MODEL_ACTIVATED);
    add_bars(b, 500, 509);
    retrain(b, MODEL_ACTIVATED);
    struct db *console = connect_as(b->t, "console");
    activate(console, (struct model_choice){.version = 2, .why = ""},
             ERR_CONFLICT);
    activate(console, (struct model_choice){.version = 9, .why = ""},
             ERR_MISSING);
    activate(console, (struct model_choice){.version = 1, .why = "odd"},
             ERR_NONE);
    db_close(console);
    assert_sql(b, STATES, "1 active, 2 retired");
    assert_sql(b,
               "SELECT who, action, object, before->>'version', "
               "after->>'version', after->>'why', address FROM audit_log",
               "ann|model.activate|model:mstr|2|1|odd|127.0.0.1");
    assert_sql(b,
               "SELECT v.version, a.who, a.why FROM model_activation a JOIN "
               "model_version v ON v.id = a.version_id ORDER BY a.id DESC "
               "LIMIT 1",
               "1|ann|odd");
    /* It stays so until there is something new. */
    retrain(b, MODEL_UNCHANGED);
    assert_sql(b, STATES, "1 active, 2 retired");
    activate(b->db, (struct model_choice){.version = 2, .why = ""}, ERR_NONE);
    assert_sql(b, STATES, "1 retired, 2 active");
}

static void
a_refused_version_needs_a_word_and_a_reason(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 499);
    retrain(b, MODEL_ACTIVATED);
    test_db_sql(b->t, "UPDATE model SET min_r2 = 0.9999");
    retrain(b, MODEL_REFUSED);
    activate(b->db, (struct model_choice){.version = 2, .why = "x"}, ERR_INPUT);
    activate(
        b->db,
        (struct model_choice){.version = 2, .why = " ", .even_refused = true},
        ERR_INPUT);
    assert_sql(b, STATES, "1 active, 2 refused");
    assert_sql(b, "SELECT count(*) FROM audit_log", "0");
    activate(b->db,
             (struct model_choice){
                 .version = 2, .why = "looked at it", .even_refused = true},
             ERR_NONE);
    assert_sql(b, STATES, "1 retired, 2 active");
    assert_sql(b, "SELECT after->>'was' FROM audit_log", "refused");
}

static void
retrainings_at_once_make_one_version(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 499);
    enum { WORKERS = 4 };
    pid_t pids[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            struct db *db;
            struct err err;
            struct model_result result;
            bool ok =
                db_open(&db, test_db_conninfo(b->t, "worker"), "test", &err) &&
                model_retrain(b->a, db, "mstr", 0, "test", DAY_0, &result,
                              &err);
            _exit(!ok ? 9 : result.outcome == MODEL_ACTIVATED ? 1 : 0);
        }
    }
    int activated = 0;
    for (int i = 0; i < WORKERS; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
        activated += WEXITSTATUS(status);
    }
    assert_int_equal(activated, 1);
    assert_sql(b, STATES, "1 active");
}

static struct json
answer(struct bench *b, int64_t now_ts)
{
    struct buf *out = buf_new(b->a);
    struct json json = {0};
    if (!model_coefficients_json(b->a, b->db, "mstr", now_ts, out, &b->err) ||
        !json_parse(b->a, out->data, out->len, &json, &b->err))
        fail_msg("%s", b->err.text);
    return json;
}

static bool
is_stale(struct bench *b, int64_t now_ts)
{
    bool stale = false;
    struct json json = answer(b, now_ts);
    assert_true(json_bool(json_get(json, "stale"), &stale));
    assert_true((json_str(json_get(json, "stale_reason")) != NULL) == stale);
    return stale;
}

static void
the_answer_has_what_is_active(void **state)
{
    struct bench *b = *state;
    struct buf *out = buf_new(b->a);
    assert_false(
        model_coefficients_json(b->a, b->db, "mstr", DAY_0, out, &b->err));
    assert_int_equal(b->err.kind, ERR_MISSING);
    add_bars(b, 0, 999);
    retrain(b, MODEL_ACTIVATED);
    struct json json = answer(b, DAY_0 + 1000LL * DAY);
    assert_string_equal(json_str(json_get(json, "last_updated")),
                        "2022-09-27T00:00:00Z");
    struct json model = json_get(json, "model");
    assert_string_equal(json_str(json_get(model, "name")), "mstr");
    int64_t n;
    assert_true(json_i64(json_get(model, "version"), &n) && n == 1);
    assert_true(json_i64(json_get(model, "rows"), &n) && n == 1000);
    double v, stored;
    static const char *const names[] = {"intercept", "btc_price", "mnav"};
    assert_int_equal(json_count(json_get(json, "coefficients")), 3);
    for (int i = 0; i < 3; i++) {
        char sql[100];
        snprintf(sql, sizeof(sql),
                 "SELECT value FROM model_coefficients WHERE name = '%s'",
                 names[i]);
        stored = strtod(test_db_sql(b->t, sql), NULL);
        assert_true(
            json_f64(json_get(json_get(json, "coefficients"), names[i]), &v));
        assert_true(v == stored);
    }
}

/* The last day is Monday 2022-09-26. That of Tuesday 27th is due 26 hours
 * after its beginning and overdue two days later: from Friday 02:00 on. */
static void
it_is_stale_when_a_session_is_overdue(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 999);
    retrain(b, MODEL_ACTIVATED);
    int64_t tuesday = DAY_0 + 1000LL * DAY;
    assert_false(is_stale(b, tuesday));
    assert_false(is_stale(b, tuesday + 3LL * DAY + 2 * 3600 - 1));
    assert_true(is_stale(b, tuesday + 3LL * DAY + 2 * 3600));
    struct model_freshness f;
    assert_true(model_freshness(b->a, b->db, "mstr",
                                tuesday + 3LL * DAY + 2 * 3600, &f, &b->err));
    assert_int_equal(f.since_ts, tuesday);
    assert_string_equal(
        f.words, "fitted on data up to 2022-09-26; that of 2022-09-27 is "
                 "overdue");
}

/* Fitted up to a Friday: nothing is overdue over the weekend. */
static void
a_weekend_does_not_make_it_stale(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 996);
    retrain(b, MODEL_ACTIVATED);
    int64_t monday = DAY_0 + 999LL * DAY;
    assert_false(is_stale(b, monday + DAY));
    assert_false(is_stale(b, monday + 3LL * DAY));
    assert_true(is_stale(b, monday + 3LL * DAY + 3 * 3600));
}

static void
it_is_stale_after_a_run_that_failed(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 999);
    retrain(b, MODEL_ACTIVATED);
    int64_t now = DAY_0 + 1000LL * DAY;
#define RUN(state, steps, instruments)                                         \
    "INSERT INTO run (mode, trigger, requested_by, lane, state, steps, "       \
    "instruments, error) VALUES ('incremental', 'cli', 'x', 0, '" state        \
    "', '{" steps "}', " instruments ", 'no provider answered')"
    test_db_sql(b->t, RUN("failed", "fetch,process,retrain",
                          "(SELECT array_agg(id) FROM instrument WHERE symbol "
                          "= 'AAPL')"));
    test_db_sql(b->t, RUN("failed", "fetch,process", "NULL"));
    assert_false(is_stale(b, now));
    test_db_sql(b->t, RUN("failed", "fetch,process,retrain", "NULL"));
    assert_true(is_stale(b, now));
    struct json json = answer(b, now);
    assert_string_equal(json_str(json_get(json, "stale_reason")),
                        "run 3, which should have retrained it, failed: no "
                        "provider answered");
    test_db_sql(b->t, RUN("cancelled", "fetch,process,retrain", "NULL"));
    assert_true(is_stale(b, now));
    test_db_sql(b->t, RUN("succeeded", "fetch,process,retrain", "NULL"));
    assert_false(is_stale(b, now));
    test_db_sql(b->t, RUN("partial", "retrain", "NULL"));
    test_db_sql(b->t, "INSERT INTO step (run_id, seq, kind, state) SELECT "
                      "max(id), 1, 'retrain', 'failed' FROM run; "
                      "INSERT INTO step_source (step_id, source, state, error) "
                      "SELECT max(id), 'mstr', 'failed', 'odd' FROM step");
    assert_true(is_stale(b, now));
#undef RUN
}

static void
enabled_models_are_named(void **state)
{
    struct bench *b = *state;
    test_db_sql(b->t, "INSERT INTO model (name, title, target_id, enabled) "
                      "SELECT v.name, v.name, target_id, v.enabled FROM model, "
                      "(VALUES ('b', true), ('c', false)) v (name, enabled)");
    const char *const *names;
    size_t n;
    assert_true(model_names(b->a, b->db, &names, &n, &b->err));
    assert_int_equal(n, 2);
    assert_string_equal(names[0], "b");
    assert_string_equal(names[1], "mstr");
}

int
main(void)
{
    if (!test_db_available())
        return test_db_skip();
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_first_version_is_fitted_on_all_rows_and_active),
        TEST(coefficients_agree_with_the_databases_own_regression),
        TEST(nothing_new_writes_nothing),
        TEST(the_smallest_change_of_any_value_is_news),
        TEST(new_days_make_the_next_version),
        TEST(garbage_in_the_past_is_refused_and_not_fitted_again),
        TEST(garbage_in_the_newest_rows_is_refused),
        TEST(a_row_far_out_is_refused_though_r2_rises),
        TEST(mended_data_are_known),
        TEST(a_model_that_explains_itself_is_refused),
        TEST(other_inputs_are_not_compared_with_the_old_ones),
        TEST(too_few_rows_are_waited_for),
        TEST(any_version_can_be_made_active_again),
        TEST(a_refused_version_needs_a_word_and_a_reason),
        TEST(retrainings_at_once_make_one_version),
        TEST(the_answer_has_what_is_active),
        TEST(it_is_stale_when_a_session_is_overdue),
        TEST(a_weekend_does_not_make_it_stale),
        TEST(it_is_stale_after_a_run_that_failed),
        TEST(enabled_models_are_named),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
