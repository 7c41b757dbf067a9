/* Defining models: what is refused, and what is stored. */
#include "core/model_define.h"

#include "core/model_spec.h"
#include "tests/lib/modelcase.h"

#include <string.h>

enum { HOUR = 3600 };

static struct model_define
define(const char *target, const char *input)
{
    static const char *inputs[2];
    inputs[0] = input;
    inputs[1] = NULL;
    return (struct model_define){.name = "new",
                                 .target = target,
                                 .inputs = inputs,
                                 .n_inputs = 1,
                                 .interval_s = DAY};
}

static void
assert_refused(struct bench *b, const struct model_define *what,
               const char *words)
{
    struct err err = {0};
    if (model_define(b->db, what, "ann", &err))
        fail_msg("defined, though: %s", words);
    if (strstr(err.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
    assert_sql(b, "SELECT count(*) FROM model", "1");
}

static void
specifications_are_read_as_they_are_said(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *text, *stored;
    } cases[] = {
        {"BTC-USD", "btc_usd|close|none|0"},
        {"btc-usd:log", "btc_usd_log|close|log|0"},
        {"BTC-USD:lag2:volume", "btc_usd_volume_lag2|volume|none|2"},
        {"BTC-USD:rsi_14:diff:lag1", "btc_usd_rsi_14_diff_lag1|rsi_14|diff|1"},
        {"x=BTC-USD:volatility_20", "x|volatility_20|none|0"},
        {"THYAO.IS:return", "thyao_is_return|close|return|0"},
        {"MSTR:lag1", "mstr_lag1|close|none|1"},
        {"MSTR:weekday", "mstr_weekday|weekday|none|0"},
        {"MSTR:volume", "mstr_volume|volume|none|0"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct model_define what = define("MSTR:close:return", cases[i].text);
        if (!model_define(b->db, &what, "ann", &b->err))
            fail_msg("%s: %s", cases[i].text, b->err.text);
        assert_sql(b,
                   "SELECT i.name, field, transform, lag FROM model_input i "
                   "JOIN model m ON m.id = model_id WHERE m.name = 'new'",
                   cases[i].stored);
        if (!model_remove(b->db, "new", false, "ann", &b->err))
            fail_msg("%s", b->err.text);
    }
    assert_sql(b, "SELECT count(*), count(DISTINCT action) FROM audit_log",
               "18|2");
}

static void
a_symbol_with_an_equals_sign_is_no_name(void **state)
{
    struct bench *b = *state;
    test_db_sql(b->t, "INSERT INTO instrument (symbol, title, kind, calendar) "
                      "VALUES ('gc=F', 'Gold', 'index', '24x7')");
    struct model_define what = define("MSTR", "gc=F");
    assert_true(model_define(b->db, &what, "ann", &b->err));
    assert_sql(b,
               "SELECT name FROM model_input WHERE field = 'close' AND "
               "model_id > 1",
               "gc_f");
}

static void
what_is_wrong_is_said(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *target, *input, *words;
    } cases[] = {
        {"MSTR", "BTC-USD:closing", "\"closing\" is no field"},
        {"MSTR", "BTC-USD:lag-1", "nothing looks ahead"},
        {"MSTR", "BTC-USD:lag1:lag2", "one too many"},
        {"MSTR", "NOPE", "NOPE"},
        {"MSTR", "MSTR", "explain itself"},
        {"MSTR", "MSTR:rsi_14", "explain itself"},
        {"MSTR:rsi_14", "BTC-USD", "a field of bars"},
        {"MSTR:square", "BTC-USD", "none, log, diff or return"},
        {"MSTR:lag1", "BTC-USD", "no lag"},
        {"MSTR", "intercept=BTC-USD", "called intercept"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct model_define what = define(cases[i].target, cases[i].input);
        assert_refused(b, &what, cases[i].words);
    }
    struct model_define what = define("MSTR", "BTC-USD:rsi_14");
    what.interval_s = HOUR / 4;
    assert_refused(b, &what, "an hour and longer");
    what = define("MSTR", "BTC-USD");
    what.name = "Nope!";
    assert_refused(b, &what, "no name for a model");
    what.name = "new";
    what.method = "ridge";
    assert_refused(b, &what, "need each other");
    what.method = "magic";
    assert_refused(b, &what, "ols, ridge or huber");
    what.method = NULL;
    what.window = "9";
    assert_refused(b, &what, "window 9");
    what.window = NULL;
    what.numbers[MODEL_FOLDS] = "2.5";
    assert_refused(b, &what, "a whole number from 0 to 50");
    what.numbers[MODEL_FOLDS] = NULL;
    what.name = "mstr";
    assert_refused(b, &what, "a model named mstr already");
    what.name = "new";
    what.inputs = (const char *const[]){"BTC-USD", "y=BTC-USD"};
    what.n_inputs = 2;
    assert_refused(b, &what, "the same input");
}

static void
a_defined_model_is_fitted_like_any_other(void **state)
{
    struct bench *b = *state;
    struct model_define what = define("MSTR", "BTC-USD");
    what.inputs = (const char *const[]){"btc=BTC-USD", "MNAV:log", "MSTR:lag1"};
    what.n_inputs = 3;
    what.method = "ridge";
    what.lambda = "0.001";
    what.window = "365d";
    what.numbers[MODEL_LIVE_BAND] = "none";
    what.numbers[MODEL_MIN_ROWS] = "100";
    assert_true(model_define(b->db, &what, "ann", &b->err));
    add_bars(b, 0, 499);
    if (!model_retrain(b->a, b->db, "new", 0, "test", DAY_0, &b->result,
                       &b->err))
        fail_msg("%s", b->err.text);
    assert_int_equal(b->result.outcome, MODEL_ACTIVATED);
    assert_sql(b,
               "SELECT rows, spec->>'method', rows_key LIKE '% btc=%' FROM "
               "model_version",
               "365|ridge|t");
    assert_false(model_remove(b->db, "new", false, "ann", &b->err));
    assert_int_equal(b->err.kind, ERR_CONFLICT);
    assert_true(model_enable(b->db, "new", false, "ann", &b->err));
    assert_false(model_enable(b->db, "new", false, "ann", &b->err));
    assert_int_equal(b->err.kind, ERR_CONFLICT);
    assert_true(model_remove(b->db, "new", true, "ann", &b->err));
    assert_false(model_enable(b->db, "new", true, "ann", &b->err));
    assert_int_equal(b->err.kind, ERR_MISSING);
    assert_sql(b, "SELECT count(*) FROM model_version", "0");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    if (!test_db_available())
        return test_db_skip();
    const struct CMUnitTest tests[] = {
        CASE(specifications_are_read_as_they_are_said),
        CASE(a_symbol_with_an_equals_sign_is_no_name),
        CASE(what_is_wrong_is_said),
        CASE(a_defined_model_is_fitted_like_any_other),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
