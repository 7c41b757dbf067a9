/* Rows of models from a database: transforms, lags, windows, columns of other
 * tables, kept factors, folds and huber, against the database's own sums. */
#include "core/model_load.h"

#include "core/model_fit.h"
#include "core/model_read.h"
#include "lib/format.h"
#include "tests/lib/modelcase.h"

#include <math.h>
#include <string.h>

static struct model_spec
spec_of(struct bench *b)
{
    struct model_spec spec;
    if (!model_spec_get(b->a, b->db, "mstr", &spec, &b->err))
        fail_msg("%s", b->err.text);
    return spec;
}

static struct model_data
load(struct bench *b, const struct model_spec *spec)
{
    struct model_data data;
    if (!model_load(b->a, b->db, spec, &data, &b->err))
        fail_msg("%s", b->err.text);
    return data;
}

/* Without what is kept: everything is read. */
static struct model_data
load_anew(struct bench *b, const struct model_spec *spec)
{
    test_db_sql(b->t, "DELETE FROM model_factor");
    struct model_data data = load(b, spec);
    assert_false(data.continued);
    return data;
}

static struct fit
fit_of(struct bench *b, const struct model_spec *spec,
       const struct model_data *data)
{
    struct model_fitter f;
    struct fit fit;
    model_fitter_start(b->a, spec, data, &f);
    if (!model_fit(&f, 0, data->rows->n_slices, &fit, &b->err))
        fail_msg("%s", b->err.text);
    return fit;
}

static void
assert_same_fit(struct bench *b, const struct model_spec *spec,
                const struct model_data *x, const struct model_data *y)
{
    struct fit fx = fit_of(b, spec, x), fy = fit_of(b, spec, y);
    assert_string_equal(x->rows->fingerprint, y->rows->fingerprint);
    assert_int_equal(fx.rows, fy.rows);
    for (int i = 0; i < fx.n; i++) {
        assert_true(fabs(fx.coefficients[i] / fy.coefficients[i] - 1) < 1e-10);
        assert_true(fabs(fx.std_errors[i] / fy.std_errors[i] - 1) < 1e-10);
    }
    assert_true(fabs(fx.rmse / fy.rmse - 1) < 1e-10);
}

struct sums {
    int64_t rows, first_ts, last_ts;
    double of[4];
};

static bool
add_sums(void *arg, int64_t ts, const double *values, struct err *err)
{
    struct sums *s = arg;
    (void)err;
    s->first_ts = s->rows == 0 ? ts : s->first_ts;
    s->last_ts = ts;
    s->rows++;
    for (int i = 0; i < 3; i++)
        s->of[i] += values[i] * (double)(s->rows % 7 + 1);
    return true;
}

/* All rows from first_ts on: how many, and weighted sums of two inputs and the
 * target, as text in the shape of the SQL below. */
static const char *
sums_of(struct bench *b, int64_t first_ts, int64_t *left_out)
{
    struct model_spec spec = spec_of(b);
    struct sums s = {0};
    struct model_read read = {.feed = model_feed_new(b->a, &spec),
                              .to_ts = MODEL_LAST_TS,
                              .row = add_sums,
                              .arg = &s};
    if (!model_read_from(b->a, b->db, &read, first_ts, &b->err) ||
        !model_read(b->a, b->db, &read, &b->err))
        fail_msg("%s", b->err.text);
    *left_out = read.feed->left_out;
    return arena_printf(b->a, "%lld|%lld|%.9g|%.9g|%.9g", (long long)s.rows,
                        (long long)s.first_ts, s.of[0], s.of[1], s.of[2]);
}

#define SUMS(x, y, z, from)                                                    \
    "WITH s AS (SELECT ts, symbol, close AS c, lag(close) OVER w AS c1, "      \
    "lag(close, 2) OVER w AS c2, lag(close, 3) OVER w AS c3 FROM bar b JOIN "  \
    "instrument i ON i.id = b.instrument_id WINDOW w AS (PARTITION BY symbol " \
    "ORDER BY ts)), r AS (SELECT m.ts, " x " AS x, " y " AS y, " z " AS z "    \
    "FROM s m JOIN s b ON b.ts = m.ts AND b.symbol = 'BTC-USD' JOIN s n ON "   \
    "n.ts = m.ts AND n.symbol = 'MNAV' WHERE m.symbol = 'MSTR' AND " from      \
    "), o AS (SELECT *, row_number() OVER (ORDER BY ts) % 7 + 1 AS k FROM r "  \
    "WHERE x IS NOT NULL AND y IS NOT NULL AND z IS NOT NULL) "                \
    "SELECT count(*), extract(epoch FROM min(ts))::bigint, "                   \
    "to_char(sum(x * k), '9.99999999EEEE')::float8, "                          \
    "to_char(sum(y * k), '9.99999999EEEE')::float8, "                          \
    "to_char(sum(z * k), '9.99999999EEEE')::float8 FROM o"

static void
assert_sums(struct bench *b, const char *sql, int64_t first_ts,
            int64_t left_out)
{
    int64_t left;
    const char *ours = sums_of(b, first_ts, &left);
    assert_string_equal(ours, test_db_sql(b->t, sql));
    assert_int_equal(left, left_out);
}

/* Gaps in both inputs: lags count a series' own bars. */
static void
begin_gaps(struct bench *b)
{
    add_bars(b, 0, 299);
    test_db_sql(b->t,
                "DELETE FROM bar USING instrument i WHERE i.id = instrument_id "
                "AND (symbol = 'BTC-USD' AND extract(day FROM ts) IN (3, 4) OR "
                "symbol = 'MNAV' AND extract(day FROM ts) = 9)");
}

static void
transforms_and_lags_are_those_of_plain_sql(void **state)
{
    struct bench *b = *state;
    begin_gaps(b);
    assert_sums(b, SUMS("b.c", "n.c", "m.c", "true"), 0, 0);
    test_db_sql(b->t, "UPDATE model SET target_transform = 'return'; "
                      "UPDATE model_input SET transform = 'diff', lag = 2 "
                      "WHERE name = 'btc_price'; UPDATE model_input SET "
                      "transform = 'square', lag = 1 WHERE name = 'mnav'");
    assert_sums(b, SUMS("b.c2 - b.c3", "n.c1 * n.c1", "m.c / m.c1 - 1", "true"),
                0, 0);
    test_db_sql(b->t, "UPDATE model SET target_transform = 'log'; "
                      "UPDATE model_input SET transform = 'return', lag = 0 "
                      "WHERE name = 'btc_price'; UPDATE model_input SET "
                      "transform = 'log', lag = 3 WHERE name = 'mnav'");
    assert_sums(b, SUMS("b.c / b.c1 - 1", "ln(n.c3)", "ln(m.c)", "true"), 0, 0);
    /* From a later time on, with the bars before that lags need. */
    assert_sums(
        b,
        SUMS("b.c / b.c1 - 1", "ln(n.c3)", "ln(m.c)", "m.ts >= '2020-04-02Z'"),
        1585785600, 0);
}

static void
rows_without_a_logarithm_are_left_out_and_counted(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 99);
    test_db_sql(b->t, "UPDATE model_input SET transform = 'log' WHERE name = "
                      "'mnav'; UPDATE bar SET close = -1 FROM instrument i "
                      "WHERE i.id = instrument_id AND symbol = 'MNAV' AND "
                      "extract(day FROM ts) = 20");
    assert_sums(
        b, SUMS("b.c", "CASE WHEN n.c > 0 THEN ln(n.c) END", "m.c", "true"), 0,
        3);
}

static void
columns_of_features_are_read_where_they_are_warm(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 99);
    test_db_sql(b->t,
                "INSERT INTO feature (instrument_id, interval_s, ts, version, "
                "return_1, weekday) SELECT instrument_id, 86400, ts, 1, CASE "
                "WHEN ts > '2020-01-05Z' THEN close / 7 END, close / 9 FROM "
                "bar JOIN instrument i ON i.id = instrument_id AND symbol = "
                "'BTC-USD' WHERE extract(day FROM ts) <> 15; "
                "UPDATE model_input SET instrument_id = (SELECT instrument_id "
                "FROM model_input WHERE name = 'btc_price'), field = CASE name "
                "WHEN 'mnav' THEN 'weekday' ELSE 'return_1' END");
    assert_sums(b,
                SUMS("b.c / 7", "b.c / 9", "m.c",
                     "m.ts > '2020-01-05Z' AND extract(day FROM m.ts) <> 15"),
                0, 0);
}

static void
a_kept_factor_and_one_more_day_are_the_full_fit(void **state)
{
    struct bench *b = *state;
    test_db_sql(b->t, "UPDATE model_input SET transform = 'return', lag = 1 "
                      "WHERE name = 'btc_price'");
    struct model_spec spec = spec_of(b);
    add_bars(b, 0, 499);
    assert_false(load(b, &spec).continued);
    struct model_data same = load(b, &spec);
    assert_true(same.continued);
    for (int day = 500; day < 620; day += 40) {
        add_bars(b, day, day + 39);
        struct model_data more = load(b, &spec);
        assert_true(more.continued);
        assert_int_equal(more.rows->rows, day + 38);
        struct model_data full = load_anew(b, &spec);
        assert_same_fit(b, &spec, &more, &full);
    }
}

static void
touch_day(struct bench *b, const char *day)
{
    test_db_sql(b->t,
                arena_printf(b->a,
                             "INSERT INTO bar_dirty (instrument_id, "
                             "interval_s, from_ts, to_ts) SELECT id, 86400, "
                             "'%s', '%s' FROM instrument WHERE symbol = "
                             "'MNAV'",
                             day, day));
}

static void
corrections_of_the_past_are_read_again(void **state)
{
    struct bench *b = *state;
    struct model_spec spec = spec_of(b);
    add_bars(b, 0, 499);
    load(b, &spec);
    struct model_data first = load(b, &spec);
    assert_true(first.continued);
    /* A newest bar: what is kept does not know it. */
    test_db_sql(b->t, "UPDATE bar SET close = close * 1.5 "
                      "WHERE ts = '2021-05-12Z'");
    touch_day(b, "2021-05-12Z");
    struct model_data newest = load(b, &spec);
    assert_true(newest.continued);
    assert_string_not_equal(newest.rows->fingerprint, first.rows->fingerprint);
    struct model_data full = load_anew(b, &spec);
    assert_same_fit(b, &spec, &newest, &full);
    /* An old one, and undoing it. */
    test_db_sql(b->t, "CREATE TABLE old AS SELECT * FROM bar WHERE ts = "
                      "'2020-05-12Z'; UPDATE bar SET close = close * 1.5 "
                      "WHERE ts = '2020-05-12Z'");
    touch_day(b, "2020-05-12Z");
    struct model_data corrected = load(b, &spec);
    assert_false(corrected.continued);
    assert_true(load(b, &spec).continued);
    test_db_sql(b->t, "DELETE FROM bar WHERE ts = '2020-05-12Z'; "
                      "INSERT INTO bar SELECT * FROM old");
    touch_day(b, "2020-05-12Z");
    struct model_data undone = load(b, &spec);
    assert_false(undone.continued);
    assert_same_fit(b, &spec, &undone, &full);
    /* When what was computed from bars has changed, too. */
    assert_true(load(b, &spec).continued);
    test_db_sql(b->t, "DELETE FROM bar_dirty WHERE from_ts = '2020-05-12Z'");
    assert_false(load(b, &spec).continued);
}

static void
what_every_factor_has_seen_is_forgotten(void **state)
{
    struct bench *b = *state;
    struct model_spec spec = spec_of(b);
    add_bars(b, 0, 199);
    touch(b);
    load(b, &spec);
    assert_true(model_load_tidy(b->db, &b->err));
    assert_sql(b, "SELECT count(*) FROM model_touch", "0");
    touch_day(b, "2020-01-02Z");
    assert_true(model_load_tidy(b->db, &b->err));
    assert_sql(b, "SELECT count(*) FROM model_touch", "1");
    test_db_sql(b->t, "UPDATE model SET enabled = false");
    assert_true(model_load_tidy(b->db, &b->err));
    assert_sql(b,
               "SELECT (SELECT count(*) FROM model_touch), count(*) FROM "
               "model_factor",
               "0|0");
}

static void
a_window_is_cut_to_the_row_and_to_the_day(void **state)
{
    struct bench *b = *state;
    begin_gaps(b);
    test_db_sql(b->t, "UPDATE model SET window_rows = 100");
    struct model_spec spec = spec_of(b);
    struct model_data data = load(b, &spec);
    assert_int_equal(data.rows->rows, 100);
    assert_string_equal(
        fmt_i64(b->a, data.rows->first_ts),
        test_db_sql(b->t, "SELECT extract(epoch FROM min(date))::bigint FROM "
                          "(SELECT date FROM mstr_historical_data ORDER BY 1 "
                          "DESC LIMIT 100) x"));
    test_db_sql(b->t, "UPDATE model SET window_rows = 100000");
    spec = spec_of(b);
    const char *all =
        test_db_sql(b->t, "SELECT count(*) FROM mstr_historical_data");
    assert_string_equal(fmt_i64(b->a, load(b, &spec).rows->rows), all);
    test_db_sql(b->t, "UPDATE model SET window_rows = NULL, window_days = 50");
    spec = spec_of(b);
    data = load(b, &spec);
    assert_string_equal(
        fmt_i64(b->a, data.rows->rows),
        test_db_sql(b->t, "SELECT count(*) FROM mstr_historical_data WHERE "
                          "date > (SELECT max(date) - 50 FROM "
                          "mstr_historical_data)"));
}

#define FOLDS                                                                  \
    "SELECT string_agg(f.fold || ' ' || train_rows || ' ' || f.rows || ' ' "   \
    "|| (train_last_ts < f.first_ts), ', ' ORDER BY fold) FROM model_fold f "  \
    "JOIN model_version v ON v.id = version_id WHERE version = 1"

static void
folds_follow_each_other_and_never_look_ahead(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 999);
    retrain(b, MODEL_ACTIVATED);
    assert_sql(b, FOLDS,
               "1 500 100 true, 2 600 100 true, 3 700 100 true, "
               "4 800 100 true, 5 900 100 true");
    test_db_sql(b->t, "UPDATE bar SET close = close * 1.01 WHERE ts >= "
                      "'2020-01-01Z'::timestamptz + interval '700 days'");
    touch(b);
    test_db_sql(b->t, "UPDATE model SET min_r2 = -9");
    struct model_result result;
    assert_true(
        model_retrain(b->a, b->db, "mstr", 0, "test", DAY_0, &result, &b->err));
    /* Folds 1 and 2 end before the day 700, the fit before 3 does, too. */
    assert_sql(b,
               "SELECT string_agg((x.rmse = y.rmse)::text, ' ' ORDER BY fold) "
               "FROM model_fold x JOIN model_fold y USING (fold) WHERE "
               "x.version_id < y.version_id",
               "true true false false false");
}

static void
a_rolling_window_keeps_its_size(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 999);
    test_db_sql(b->t, "UPDATE model SET fold_window = 'rolling', folds = 4");
    retrain(b, MODEL_ACTIVATED);
    assert_sql(b, FOLDS,
               "1 500 125 true, 2 500 125 true, 3 500 125 true, "
               "4 500 125 true");
    assert_sql(b,
               "SELECT abs((r->>'value')::float8 - (SELECT avg(rmse) FROM "
               "model_fold)) < 1e-9, (s->>'value')::float8 - (SELECT "
               "stddev_samp(rmse) / avg(rmse) FROM model_fold) < 1e-9 FROM "
               "model_version, jsonb_array_elements(scorecard) r, "
               "jsonb_array_elements(scorecard) s WHERE r->>'rule' = "
               "'walk_forward' AND s->>'rule' = 'fold_spread'",
               "t|t");
}

static void
uneven_folds_are_refused_where_that_is_asked(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 999);
    test_db_sql(b->t, "UPDATE model SET max_fold_spread = 0.0001");
    retrain(b, MODEL_REFUSED);
    assert_sql(b, FAILED, "fold_spread");
}

static void
huber_heeds_outliers_less_and_ridge_shrinks(void **state)
{
    struct bench *b = *state;
    add_bars(b, 0, 999);
    test_db_sql(b->t,
                "UPDATE model SET min_r2 = -9; UPDATE bar SET close = 9000 "
                "FROM instrument i WHERE i.id = instrument_id AND symbol = "
                "'MSTR' AND extract(day FROM ts) = 7");
    static const struct {
        const char *set, *off;
    } cases[] = {
        {"method = 'huber'", "t|t|t|t"},
        {"method = 'ols'", "f|t|t|t"},
        {"method = 'ridge', lambda = 1", "f|t|t|t"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        test_db_sql(b->t, arena_printf(b->a,
                                       "DELETE FROM model_version; UPDATE "
                                       "model SET %s",
                                       cases[i].set));
        retrain(b, MODEL_ACTIVATED);
        assert_sql(b,
                   "SELECT abs(max(value) FILTER (WHERE position = 0) + 100) < "
                   "60, min(std_error) > 0, max(v.condition) > 1, (SELECT "
                   "count(rmse) FROM model_fold) = 5 FROM coefficient JOIN "
                   "model_version v ON v.id = version_id",
                   cases[i].off);
    }
    assert_sql(b, "SELECT spec FROM model_version",
               "{\"lambda\": 1, \"method\": \"ridge\", \"window_days\": null, "
               "\"window_rows\": null}");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    if (!test_db_available())
        return test_db_skip();
    const struct CMUnitTest tests[] = {
        CASE(transforms_and_lags_are_those_of_plain_sql),
        CASE(rows_without_a_logarithm_are_left_out_and_counted),
        CASE(columns_of_features_are_read_where_they_are_warm),
        CASE(a_kept_factor_and_one_more_day_are_the_full_fit),
        CASE(corrections_of_the_past_are_read_again),
        CASE(what_every_factor_has_seen_is_forgotten),
        CASE(a_window_is_cut_to_the_row_and_to_the_day),
        CASE(folds_follow_each_other_and_never_look_ahead),
        CASE(a_rolling_window_keeps_its_size),
        CASE(uneven_folds_are_refused_where_that_is_asked),
        CASE(huber_heeds_outliers_less_and_ridge_shrinks),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
