/* Shadow, promotion and automatic return on data whose truth is known: the
 * world is in one of two states, and 500 dollars lie between them. */
#include "tests/lib/modelcase.h"

#include <math.h>
#include <string.h>

/* Days of the other world. */
static void
add_other(struct bench *b, int from_day, int to_day)
{
    char sql[300];
    add_bars(b, from_day, to_day);
    snprintf(sql, sizeof(sql),
             "UPDATE bar SET close = close + 500 FROM instrument i "
             "WHERE i.id = instrument_id AND symbol = 'MSTR' AND ts >= "
             "'2020-01-01Z'::timestamptz + %d * interval '1 day'",
             from_day);
    test_db_sql(b->t, sql);
}

static void
set(struct bench *b, const char *what)
{
    char sql[300];
    snprintf(sql, sizeof(sql), "UPDATE model SET %s", what);
    test_db_sql(b->t, sql);
}

static void
choose(struct bench *b, int version)
{
    struct model_choice choice = {.name = "mstr",
                                  .version = version,
                                  .who = "ann",
                                  .why = "I know",
                                  .address = ""};
    if (!model_activate(b->db, &choice, &b->err))
        fail_msg("%s", b->err.text);
}

static void
live_errors_are_those_of_rows_after_the_fit(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 499);
    retrain(b, MODEL_ACTIVATED);
    assert_sql(b, "SELECT count(*) FROM model_error", "0");
    set(b, "min_r2 = 0.9999"); /* the next ones are refused */
    add_bars(b, 500, 529);
    retrain(b, MODEL_REFUSED);
    assert_sql(b,
               "SELECT count(*), min(e.ts) = v.last_ts + interval '1 day', "
               "count(*) FILTER (WHERE actual = mstr_price), "
               "max(abs(predicted - ((SELECT value FROM coefficient WHERE "
               "version_id = v.id AND position = 0) + btc_price * (SELECT value"
               " FROM coefficient WHERE version_id = v.id AND position = 1) + "
               "mnav * (SELECT value FROM coefficient WHERE version_id = v.id "
               "AND position = 2)))) < 1e-9 FROM model_error e JOIN "
               "model_version v ON v.id = e.version_id JOIN "
               "mstr_historical_data h ON h.date = (e.ts AT TIME ZONE 'UTC')::"
               "date GROUP BY v.id",
               "30|t|30|t");
    /* A corrected bar, one that went and a new one: as they are now. */
    test_db_sql(b->t, "UPDATE bar SET close = 1000 WHERE ts = '2021-06-12Z'; "
                      "DELETE FROM bar WHERE ts = '2021-06-11Z'");
    add_bars(b, 530, 530);
    touch(b);
    retrain(b, MODEL_REFUSED);
    assert_sql(b, "SELECT count(*), max(actual) FROM model_error", "30|1000");
}

/* 400 days of one world, then of the other: the challenger knows both. */
static void
begin_shadow(struct bench *b)
{
    add_bars(b, 0, 399);
    retrain(b, MODEL_ACTIVATED);
    set(b, "shadow_rows = 10, max_unexplained_ratio = 1000, min_r2 = -1");
    add_other(b, 400, 899);
    retrain(b, MODEL_SHADOW);
    assert_sql(b, STATES, "1 active, 2 shadow");
    assert_sql(b, "SELECT count(*) FROM model_activation", "1");
    assert_non_null(strstr(b->result.words, "in shadow for 10 live rows"));
}

static void
a_shadow_that_does_better_is_promoted(void **state)
{
    struct bench *b = *state;
    begin_shadow(b);
    add_other(b, 900, 908);
    retrain(b, MODEL_UNCHANGED);
    assert_non_null(strstr(b->result.words, "version 2 is in shadow: 9 of 10"));
    assert_sql(b, STATES, "1 active, 2 shadow");
    add_other(b, 909, 909);
    retrain(b, MODEL_ACTIVATED);
    assert_int_equal(b->result.version, 2);
    assert_sql(b, STATES, "1 retired, 2 active");
    assert_sql(b, "SELECT how FROM model_activation ORDER BY id DESC LIMIT 1",
               "promoted");
    assert_sql(b, "SELECT action, object, after->>'version' FROM audit_log",
               "model.promoted|model:mstr|2");
    assert_sql(b,
               "SELECT r->>'passed', (r->>'value')::float8 < (r->>'limit')::"
               "float8 FROM model_version, jsonb_array_elements(scorecard) r "
               "WHERE version = 2 AND r->>'rule' = 'shadow'",
               "true|t");
}

static void
a_shadow_that_does_worse_is_refused(void **state)
{
    struct bench *b = *state;
    begin_shadow(b);
    add_bars(b, 900, 909); /* the first world is back: version 1 was right */
    retrain(b, MODEL_REFUSED);
    assert_int_equal(b->result.version, 2);
    assert_non_null(strstr(b->result.words, "after its time in shadow"));
    assert_sql(b, STATES, "1 active, 2 refused");
    assert_sql(b, "SELECT count(*) FROM model_activation", "1");
    /* Now there is room for the next one. */
    set(b, "shadow_rows = 0");
    retrain(b, MODEL_ACTIVATED);
    assert_int_equal(b->result.version, 3);
}

static void
a_shadow_must_win_by_the_margin(void **state)
{
    struct bench *b = *state;
    begin_shadow(b);
    set(b, "shadow_margin_frac = 0.999");
    add_other(b, 900, 909);
    retrain(b, MODEL_REFUSED);
    assert_sql(b, STATES, "1 active, 2 refused");
}

static void
a_shadow_of_another_specification_is_refused(void **state)
{
    struct bench *b = *state;
    begin_shadow(b);
    test_db_sql(b->t, "UPDATE model_input SET transform = 'log' "
                      "WHERE name = 'btc_price'");
    retrain(b, MODEL_REFUSED);
    assert_sql(b, STATES, "1 active, 2 refused");
    assert_non_null(strstr(b->result.words, "changed meanwhile"));
}

static void
a_shadow_may_be_chosen(void **state)
{
    struct bench *b = *state;
    begin_shadow(b);
    choose(b, 2);
    assert_sql(b, STATES, "1 retired, 2 active");
}

/* Version 1 of one world, version 2 of the other: each is exact at home. */
static void
begin_two_worlds(struct bench *b)
{
    set(b, "window_rows = 200, min_rows = 100, live_rows = 5");
    add_bars(b, 0, 299);
    retrain(b, MODEL_ACTIVATED);
    add_other(b, 300, 499);
    set(b, "live_band = NULL");
    retrain(b, MODEL_ACTIVATED);
    set(b, "live_band = 3");
    assert_sql(b, STATES, "1 retired, 2 active");
}

static void
the_former_version_answers_again_by_itself(void **state)
{
    struct bench *b = *state;
    begin_two_worlds(b);
    set(b, "min_r2 = 0.9999"); /* the gate lets nobody through */
    add_bars(b, 500, 503);
    retrain(b, MODEL_REFUSED); /* four live rows are too few */
    add_bars(b, 504, 504);
    retrain(b, MODEL_RETURNED);
    assert_int_equal(b->result.version, 1);
    assert_non_null(strstr(b->result.words, "version 1 is active again: "
                                            "version 2's RMSE on the last 5 "
                                            "live rows"));
    assert_sql(b,
               "SELECT version, returned_at IS NOT NULL FROM model_version "
               "WHERE version <= 2 ORDER BY 1",
               "1|f\n2|t");
    assert_sql(b,
               "SELECT how, who FROM model_activation ORDER BY id DESC "
               "LIMIT 1",
               "returned|test");
    assert_sql(b,
               "SELECT action, before->>'version', after->>'version', "
               "after->>'why' LIKE '%live rows%' FROM audit_log",
               "model.returned|2|1|t");
}

/* The other world comes back: version 2 would be right again, but one that was
 * returned from does not come back by itself. */
static void
it_does_not_go_to_and_fro(void **state)
{
    struct bench *b = *state;
    begin_two_worlds(b);
    add_bars(b, 500, 504);
    retrain(b, MODEL_RETURNED);
    add_other(b, 505, 509);
    set(b, "shadow_rows = 0, min_r2 = -10, rmse_margin_frac = 1000, "
           "max_unexplained_ratio = 1e9");
    retrain(b, MODEL_SHADOW); /* the gate alone is not trusted now */
    assert_int_equal(b->result.version, 3);
    assert_non_null(strstr(b->result.words, "version 1's RMSE on the last 5"));
    assert_sql(b, STATES, "1 active, 2 retired, 3 shadow");
    assert_sql(b, "SELECT shadow_rows FROM model_version WHERE version = 3",
               "5");
    retrain(b, MODEL_UNCHANGED);
    assert_sql(b, STATES, "1 active, 2 retired, 3 shadow");
    /* A person may take it all the same. */
    choose(b, 2);
    assert_sql(b, STATES, "1 retired, 2 active, 3 shadow");
}

static void
inside_its_band_a_version_stays(void **state)
{
    struct bench *b = *state;
    begin_two_worlds(b);
    set(b, "min_r2 = 0.9999");
    add_other(b, 500, 519);
    retrain(b, MODEL_REFUSED);
    assert_sql(b, STATES, "1 retired, 2 active, 3 refused");
    assert_null(strstr(b->result.words, "live rows"));
}

static void
a_persons_choice_is_not_taken_back(void **state)
{
    struct bench *b = *state;
    begin_two_worlds(b);
    set(b, "min_r2 = 0.9999");
    choose(b, 1);
    choose(b, 2);
    add_bars(b, 500, 509);
    retrain(b, MODEL_REFUSED);
    assert_sql(b, STATES, "1 retired, 2 active, 3 refused");
}

static void
which_version_answered_is_known_for_any_time(void **state)
{
    struct bench *b = *state;
    begin_two_worlds(b);
    choose(b, 1);
    assert_sql(b,
               "SELECT string_agg(coalesce((SELECT version FROM model_version "
               "WHERE id = model_version_at('mstr', t.at))::text, '-'), ' ' "
               "ORDER BY t.at) FROM (SELECT at FROM model_activation UNION ALL "
               "SELECT at - interval '1 microsecond' FROM model_activation "
               "UNION ALL SELECT '2100-01-01') t",
               "- 1 1 2 2 1 1");
    assert_sql(b, "SELECT model_version_at('nope', now()) IS NULL", "t");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    if (!test_db_available())
        return test_db_skip();
    const struct CMUnitTest tests[] = {
        CASE(live_errors_are_those_of_rows_after_the_fit),
        CASE(a_shadow_that_does_better_is_promoted),
        CASE(a_shadow_that_does_worse_is_refused),
        CASE(a_shadow_must_win_by_the_margin),
        CASE(a_shadow_of_another_specification_is_refused),
        CASE(a_shadow_may_be_chosen),
        CASE(the_former_version_answers_again_by_itself),
        CASE(it_does_not_go_to_and_fro),
        CASE(inside_its_band_a_version_stays),
        CASE(a_persons_choice_is_not_taken_back),
        CASE(which_version_answered_is_known_for_any_time),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
