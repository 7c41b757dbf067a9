#include "core/model_list.h"
#include "tests/lib/dbcase.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
setup(void **state)
{
    return db_case_begin(state, "console");
}

/* Versions 1 to n; the one named is active, those after it are refused. */
static void
versions(int n, int active)
{
    sql(arena_printf(
        a,
        "INSERT INTO model_version (model_id, version, state, fitted_at, "
        "rows, first_ts, last_ts, fingerprint, r2, rmse, condition, "
        "holdout_rows, holdout_r2, holdout_rmse, champion_rmse, "
        "scorecard) SELECT m.id, g, CASE WHEN g = %d THEN 'active' WHEN g "
        "> %d THEN 'refused' ELSE 'retired' END, '2026-01-01Z'::"
        "timestamptz + g * interval '1 day', 1000 + g, '2020-01-01Z', "
        "'2026-01-01Z', g::text, 0.9, 20, 8, 200, 0.8, 30, NULL, "
        "'[{\"rule\": \"r2\", \"value\": 0.8, \"limit\": 0.5, \"passed\": "
        "true, \"words\": \"good\"}, {\"rule\": \"odd\", \"value\": null, "
        "\"limit\": \"x\", \"passed\": 1}]' FROM model m, "
        "generate_series(1, %d) g; "
        "INSERT INTO coefficient SELECT v.id, p, n, v.version * p, CASE "
        "WHEN p = 0 THEN NULL ELSE 0.5 END FROM model_version v, (VALUES "
        "(1, 'btc_price'), (0, 'intercept')) c (p, n); "
        "INSERT INTO model_activation (model_id, version_id, at, who, why) "
        "SELECT model_id, id, fitted_at + k * interval '1 hour', 'w' || "
        "k, 'because' FROM model_version, generate_series(1, 2) k WHERE "
        "state <> 'refused'",
        active, active, n));
}

static struct model_page
get(const char *name)
{
    struct model_page m;
    bool ok = model_list_get(a, db, name, &m, &err);
    if (!ok)
        print_error("%s\n", err.text);
    assert_true(ok);
    return m;
}

static void
a_model_without_versions_says_what_it_needs(void **state)
{
    (void)state;
    struct model_item *items;
    size_t n;
    assert_true(model_list(a, db, &items, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(items[0].name, "mstr");
    assert_string_equal(items[0].target, "MSTR");
    assert_string_equal(items[0].unit, "USD");
    assert_int_equal(items[0].active, 0);
    assert_int_equal(items[0].newest, 0);
    assert_true(isnan(items[0].r2));
    struct model_page m = get("mstr");
    assert_int_equal(m.n_versions, 0);
    assert_null(m.active);
    assert_null(m.newest);
    assert_int_equal(m.min_rows, 250);
    assert_string_equal(m.inputs, "btc_price (BTC-USD), mnav (MNAV)");
}

static void
the_active_version_and_the_newest_are_told_apart(void **state)
{
    (void)state;
    versions(3, 2);
    struct model_item *items;
    size_t n;
    assert_true(model_list(a, db, &items, &n, &err));
    assert_int_equal(items[0].active, 2);
    assert_int_equal(items[0].rows, 1002);
    assert_int_equal(items[0].newest, 3);
    assert_string_equal(items[0].newest_state, "refused");
    struct model_page m = get("mstr");
    assert_int_equal(m.n_versions, 3);
    assert_int_equal(m.newest->version, 3);
    assert_int_equal(m.newest->activated_at, 0);
    assert_int_equal(m.active->version, 2);
    assert_true(isnan(m.active->champion_rmse));
    assert_string_equal(m.active->who, "w2");
    assert_string_equal(m.active->why, "because");
    assert_int_equal(m.n_coefficients, 2);
    assert_string_equal(m.coefficients[0].name, "intercept");
    assert_true(isnan(m.coefficients[0].std_error));
    assert_true(m.coefficients[1].value == 2);
    assert_true(m.coefficients[1].std_error == 0.5);
}

static void
a_scorecard_is_read_rule_by_rule(void **state)
{
    (void)state;
    versions(1, 1);
    struct model_page m = get("mstr");
    assert_int_equal(m.newest->n_rules, 2);
    assert_string_equal(m.newest->rules[0].name, "r2");
    assert_string_equal(m.newest->rules[0].words, "good");
    assert_true(m.newest->rules[0].passed);
    assert_true(m.newest->rules[0].limit == 0.5);
    assert_true(isnan(m.newest->rules[1].value));
    assert_true(isnan(m.newest->rules[1].limit));
    assert_false(m.newest->rules[1].passed);
    assert_null(m.newest->rules[1].words);
}

static void
the_active_version_is_listed_however_old_it_is(void **state)
{
    (void)state;
    versions(40, 2);
    struct model_page m = get("mstr");
    assert_int_equal(m.n_versions, MODEL_VERSIONS_MAX + 1);
    assert_int_equal(m.versions[0].version, 40);
    assert_non_null(m.active);
    assert_int_equal(m.active->version, 2);
    assert_int_equal(m.versions[m.n_versions - 1].version, 2);
}

static void
versions_are_read_by_pages(void **state)
{
    (void)state;
    struct model_page m;
    versions(40, 2);
    assert_true(model_list_get_page(a, db, "mstr", 30, 5, &m, &err));
    assert_int_equal(m.n_versions, 7);
    assert_int_equal(m.newest->version, 40);
    assert_false(m.newest->in_page);
    assert_int_equal(m.active->version, 2);
    assert_false(m.active->in_page);
    for (int i = 1; i < 6; i++) {
        assert_int_equal(m.versions[i].version, 30 - i);
        assert_true(m.versions[i].in_page);
    }
    assert_true(m.is_older);
    assert_true(model_list_get_page(a, db, "mstr", 3, 5, &m, &err));
    assert_false(m.is_older);
    assert_int_equal(m.n_versions, 3);
    assert_true(m.active->in_page);
}

static void
live_errors_are_of_the_newest_rows(void **state)
{
    (void)state;
    struct model_item *items;
    size_t n;
    versions(4, 2);
    sql("UPDATE model_version SET state = 'shadow', shadow_rows = 7 WHERE "
        "version = 4; UPDATE model SET live_rows = 2; INSERT INTO model_error "
        "SELECT id, '2026-01-01Z'::timestamptz + g * interval '1 day', 10 + g, "
        "10 FROM model_version, generate_series(1, 4) g WHERE version = 2; "
        "INSERT INTO model_error SELECT id, '2026-01-09Z', 5, 4 FROM "
        "model_version WHERE version = 4");
    assert_true(model_list(a, db, &items, &n, &err));
    struct model_page m = get("mstr");
    double rmse = sqrt((3 * 3 + 4 * 4) / 2.0);
    assert_true(fabs(items[0].live.rmse - rmse) < 1e-12);
    assert_true(fabs(m.live.rmse - rmse) < 1e-12);
    assert_int_equal(items[0].live.seen, 2);
    assert_int_equal(m.live.seen, 2);
    assert_true(items[0].live.limit == 90 && m.live.limit == 90);
    assert_int_equal(items[0].shadow, 4);
    assert_int_equal(items[0].shadow_seen, 1);
    assert_int_equal(items[0].shadow_rows, 7);
    assert_int_equal(m.shadow_seen, 1);
    assert_int_equal(m.active_errors.n, 4);
    assert_true(m.active_errors.ts[0] < m.active_errors.ts[3]);
    assert_int_equal(m.shadow_errors.n, 1);
    assert_true(m.shadow_errors.predicted[0] == 5);
}

static void
inputs_are_told_in_words(void **state)
{
    (void)state;
    sql("UPDATE model_input SET field = 'rsi_14', transform = 'square', lag = "
        "2 WHERE name = 'mnav'; UPDATE model_input SET transform = 'log' WHERE "
        "name = 'btc_price'");
    assert_string_equal(get("mstr").inputs,
                        "btc_price (ln BTC-USD), mnav (MNAV rsi_14 squared, 2 "
                        "back)");
}

static void
an_unknown_model_is_missing(void **state)
{
    (void)state;
    struct model_page m;
    assert_false(model_list_get(a, db, "mstr' OR true --", &m, &err));
    assert_int_equal(err.kind, ERR_MISSING);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(a_model_without_versions_says_what_it_needs),
        DB_CASE(the_active_version_and_the_newest_are_told_apart),
        DB_CASE(a_scorecard_is_read_rule_by_rule),
        DB_CASE(the_active_version_is_listed_however_old_it_is),
        DB_CASE(versions_are_read_by_pages),
        DB_CASE(live_errors_are_of_the_newest_rows),
        DB_CASE(inputs_are_told_in_words),
        DB_CASE(an_unknown_model_is_missing),
    };
    return DB_CASES_RUN(tests);
}
