#include "core/model_gate.h"

#include "lib/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define CLOSE                                                                  \
    {                                                                          \
        MODEL_BAR, "close", MODEL_OF_PRICE                                     \
    }

static const struct model_input inputs[] = {
    {.name = "btc_price",
     .symbol = "BTC-USD",
     .instrument_id = 2,
     .field = CLOSE},
};

/* A candidate that passes, against a champion that is a bit worse. */
struct bench {
    struct arena *a;
    struct model_spec spec;
    double coefficients[2], errors[2];
    struct fit fit;
    struct model_candidate c;
    struct model_verdict verdict;
};

static struct bench *
bench_new(void)
{
    struct arena *a = arena_new();
    struct bench *b = arena_alloc(a, sizeof(*b));
    *b = (struct bench){
        .a = a,
        .spec = {.target = {.symbol = "MSTR",
                            .instrument_id = 1,
                            .field = CLOSE},
                 .max_fold_spread = NAN,
                 .intercept = true,
                 .n_inputs = 1,
                 .inputs = inputs,
                 .min_rows = 250,
                 .min_r2 = 0.5,
                 .rmse_margin_frac = 0.1,
                 .max_unexplained_ratio = 2,
                 .max_known_ratio = 3,
                 .max_condition = 1e8,
                 .max_abs_coefficient = 1e9},
        .coefficients = {-120, 0.0036},
        .errors = {3, 0.0001},
    };
    b->fit = (struct fit){.n = 2,
                          .coefficients = b->coefficients,
                          .std_errors = b->errors,
                          .r2 = 0.91,
                          .rmse = 36,
                          .condition = 6.5,
                          .rows = 1297};
    b->c = (struct model_candidate){.spec = &b->spec,
                                    .all = &b->fit,
                                    .train = &b->fit,
                                    .train_last_ts = 86400,
                                    .holdout_first_ts = 2 * 86400,
                                    .holdout_rows = 259,
                                    .holdout_r2 = -4.7,
                                    .holdout_rmse = 138,
                                    .holdout_size = 350,
                                    .champion = {.version = 3,
                                                 .r2 = 0.9,
                                                 .same_r2 = true,
                                                 .comparable = true,
                                                 .judged_rmse = 139,
                                                 .active_rmse = 50,
                                                 .known_rows = 1290,
                                                 .known_rmse = 36,
                                                 .own_known_rmse = 35}};
    return b;
}

/* The failed rules, "a b". */
static const char *
failed(struct bench *b)
{
    model_gate_judge(b->a, &b->c, &b->verdict);
    struct buf *out = buf_new(b->a);
    struct json card;
    struct err err;
    assert_true(json_parse(b->a, b->verdict.scorecard,
                           strlen(b->verdict.scorecard), &card, &err));
    for (struct json_iter it = json_iter(card); json_next(&it);) {
        bool passed = false;
        assert_true(json_bool(json_get(it.value, "passed"), &passed));
        assert_non_null(json_str(json_get(it.value, "words")));
        if (!passed)
            buf_addf(out, "%s%s", out->len > 0 ? " " : "",
                     json_str(json_get(it.value, "rule")));
    }
    assert_true(b->verdict.passed == (out->len == 0));
    assert_true((b->verdict.words == NULL) == (out->len == 0));
    return out->data;
}

static struct json
rule(struct bench *b, const char *name)
{
    struct json card;
    struct err err;
    assert_true(json_parse(b->a, b->verdict.scorecard,
                           strlen(b->verdict.scorecard), &card, &err));
    for (struct json_iter it = json_iter(card); json_next(&it);)
        if (strcmp(json_str(json_get(it.value, "rule")), name) == 0)
            return it.value;
    return (struct json){0};
}

static void
a_good_candidate_passes(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    assert_string_equal(failed(b), "");
    double limit;
    assert_true(json_f64(json_get(rule(b, "rmse"), "limit"), &limit));
    assert_true(fabs(limit - 139 * 1.1) < 1e-6);
    arena_free(b->a);
}

static void
each_rule_refuses_at_its_limit(void **state)
{
    (void)state;
#define CASE(change, expected)                                                 \
    do {                                                                       \
        struct bench *b = bench_new();                                         \
        change;                                                                \
        assert_string_equal(failed(b), expected);                              \
        arena_free(b->a);                                                      \
    } while (0)
    CASE(b->fit.rows = 250, "");
    CASE(b->fit.rows = 249, "rows");
    CASE(b->c.train_last_ts = 2 * 86400, "leakage");
    CASE(b->spec.target.instrument_id = 2, "leakage");
    CASE(b->coefficients[0] = NAN, "finite magnitude");
    CASE(b->coefficients[1] = -INFINITY, "finite magnitude");
    CASE(b->errors[1] = NAN, "finite");
    CASE(b->coefficients[1] = -1.1e9, "magnitude");
    CASE(b->coefficients[1] = 1e9, "");
    CASE(b->fit.condition = 1.1e8, "condition");
    CASE(b->fit.condition = INFINITY, "condition");
    CASE(b->fit.r2 = 0.81, "");
    CASE(b->fit.r2 = 0.79, "unexplained");
    CASE(b->fit.r2 = 0.49, "r2 unexplained");
    CASE(b->fit.r2 = NAN, "r2");
    CASE(b->c.holdout_rmse = 152.8, "");
    CASE(b->c.holdout_rmse = 153, "rmse");
    CASE(b->c.holdout_rmse = NAN, "rmse");
    CASE(b->c.champion.known_rmse = 60.6, "");
    CASE(b->c.champion.known_rmse = 60.7, "known_rows");
    CASE(b->c.champion.known_rmse = NAN, "known_rows");
#undef CASE
}

static void
the_first_version_is_judged_alone(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    b->c.champion = (struct model_champion){0};
    b->c.holdout_rmse = 1e6;
    assert_string_equal(failed(b), "");
    assert_int_equal(json_type(json_get(rule(b, "rmse"), "limit")), JSON_NULL);
    assert_int_equal(json_type(rule(b, "unexplained")), JSON_NONE);
    b->fit.r2 = 0.49;
    assert_string_equal(failed(b), "r2");
    arena_free(b->a);
}

static void
another_specification_is_not_compared_on_the_holdout(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    b->c.champion.comparable = false;
    b->c.holdout_rmse = 1e6;
    assert_string_equal(failed(b), "");
    assert_non_null(
        strstr(json_str(json_get(rule(b, "rmse"), "words")), "other inputs"));
    b->fit.r2 = 0.7;
    assert_string_equal(failed(b), "unexplained");
    b->c.champion.same_r2 = false;
    assert_string_equal(failed(b), "");
    arena_free(b->a);
}

static void
many_new_rows_may_change_what_is_said_of_known_ones(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    b->c.champion.known_rmse = 100;
    b->c.champion.known_rows = 1180; /* 117 new */
    assert_string_equal(failed(b), "known_rows");
    b->c.champion.known_rows = 1179; /* 118 new */
    assert_string_equal(failed(b), "");
    assert_int_equal(json_type(json_get(rule(b, "known_rows"), "limit")),
                     JSON_NULL);
    arena_free(b->a);
}

static void
rounding_is_no_reason_to_refuse(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    b->c.champion.judged_rmse = b->c.champion.own_known_rmse = 0;
    b->c.champion.known_rmse = 1e-11;
    b->c.champion.r2 = 1;
    b->fit.r2 = 1 - 1e-15;
    b->c.holdout_rmse = 1e-11;
    assert_string_equal(failed(b), "");
    b->c.holdout_rmse = 1e-3;
    assert_string_equal(failed(b), "rmse");
    arena_free(b->a);
}

static void
what_the_champion_has_seen_is_said(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    b->c.champion.seen = 7;
    assert_string_equal(failed(b), "");
    assert_non_null(
        strstr(json_str(json_get(rule(b, "rmse"), "words")), "seen 7 rows"));
    arena_free(b->a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_candidate_passes),
        cmocka_unit_test(each_rule_refuses_at_its_limit),
        cmocka_unit_test(the_first_version_is_judged_alone),
        cmocka_unit_test(another_specification_is_not_compared_on_the_holdout),
        cmocka_unit_test(many_new_rows_may_change_what_is_said_of_known_ones),
        cmocka_unit_test(rounding_is_no_reason_to_refuse),
        cmocka_unit_test(what_the_champion_has_seen_is_said),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
