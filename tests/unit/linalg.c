#include "lib/linalg.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { INPUTS = 4, ROWS = 3000 };

static uint64_t seed;

/* Uniform in [-0.5, 0.5), the same on every machine (xorshift64*). */
static double
uniform(void)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (double)((seed * 2685821657736338717ULL) >> 11) /
               9007199254740992.0 -
           0.5;
}

/* Row i: ones, two inputs, one of 1e9 times the size, target. */
static void
make_row(double *row)
{
    row[0] = 1;
    row[1] = uniform();
    row[2] = uniform() * 3 + row[1];
    row[3] = 1e9 * (uniform() + 2);
    row[4] = 7 + 2 * row[1] - 3 * row[2] + 5e-9 * row[3] + 0.1 * uniform();
}

static const struct linalg_options plain = {.intercept = true,
                                            .max_condition = 1e12};

static struct linalg_qr *
some_rows(struct arena *a, int block, int rows)
{
    struct linalg_qr *qr = linalg_qr_new(a, INPUTS, block);
    seed = 20260101;
    for (int i = 0; i < rows; i++) {
        double row[INPUTS + 1];
        make_row(row);
        linalg_qr_add(qr, row);
    }
    return qr;
}

static void
near(double actual, double expected, double rel)
{
    if (!(fabs(actual - expected) <= rel * fabs(expected)))
        fail_msg("%.17g is not %.17g to %g", actual, expected, rel);
}

static struct linalg_fit
solved(struct arena *a, struct linalg_qr *qr,
       const struct linalg_options *options)
{
    struct linalg_fit fit;
    struct err err;
    if (!linalg_qr_solve(a, qr, options, &fit, &err))
        fail_msg("%s", err.text);
    return fit;
}

static void
the_block_size_does_not_matter(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct linalg_fit one = solved(a, some_rows(a, 0, ROWS), &plain);
    static const int blocks[] = {1, 7, 64, 5000};
    for (size_t i = 0; i < COUNT_OF(blocks); i++) {
        struct linalg_fit two =
            solved(a, some_rows(a, blocks[i], ROWS), &plain);
        assert_int_equal(two.rows, ROWS);
        for (int j = 0; j < INPUTS; j++) {
            near(two.coefficients[j], one.coefficients[j], 1e-11);
            near(two.std_errors[j], one.std_errors[j], 1e-11);
        }
        near(two.rss, one.rss, 1e-11);
        near(two.condition, one.condition, 1e-9);
    }
    arena_free(a);
}

static void
the_normal_equations_hold(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct linalg_fit fit = solved(a, some_rows(a, 0, ROWS), &plain);
    double products[INPUTS] = {0}, sizes[INPUTS] = {0}, rss = 0, sum = 0,
           squares = 0;
    seed = 20260101;
    for (int i = 0; i < ROWS; i++) {
        double row[INPUTS + 1];
        make_row(row);
        double left = row[INPUTS];
        for (int j = 0; j < INPUTS; j++)
            left -= row[j] * fit.coefficients[j];
        for (int j = 0; j < INPUTS; j++) {
            products[j] += row[j] * left;
            sizes[j] += fabs(row[j] * left);
        }
        rss += left * left;
        sum += row[INPUTS];
        squares += row[INPUTS] * row[INPUTS];
    }
    for (int j = 0; j < INPUTS; j++)
        assert_true(fabs(products[j]) < 1e-10 * sizes[j]);
    near(fit.rss, rss, 1e-9);
    near(fit.tss, squares - sum * sum / ROWS, 1e-9);
    assert_true(fit.dof == ROWS - INPUTS);
    arena_free(a);
}

static void
units_change_nothing_but_units(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct linalg_fit one = solved(a, some_rows(a, 0, ROWS), &plain);
    struct linalg_qr *qr = linalg_qr_new(a, INPUTS, 0);
    seed = 20260101;
    for (int i = 0; i < ROWS; i++) {
        double row[INPUTS + 1];
        make_row(row);
        row[1] *= 0x1p300;
        row[2] *= 0x1p-300;
        linalg_qr_add(qr, row);
    }
    struct linalg_fit two = solved(a, qr, &plain);
    near(two.condition, one.condition, 1e-12);
    near(two.coefficients[1] * 0x1p300, one.coefficients[1], 1e-12);
    near(two.coefficients[2] * 0x1p-300, one.coefficients[2], 1e-12);
    near(two.std_errors[2] * 0x1p-300, one.std_errors[2], 1e-12);
    arena_free(a);
}

static void
factors_of_parts_add_up(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct linalg_fit whole = solved(a, some_rows(a, 0, ROWS), &plain);
    struct linalg_qr *sum = linalg_qr_new(a, INPUTS, 1);
    double kept[(INPUTS + 1) * (INPUTS + 1)];
    assert_int_equal(linalg_factor_size(INPUTS), COUNT_OF(kept));
    seed = 20260101;
    static const int parts[] = {1, 2, 500, 1497, 1000};
    struct linalg_qr *part = linalg_qr_new(a, INPUTS, 0);
    for (size_t k = 0; k < COUNT_OF(parts); k++) {
        linalg_qr_clear(part);
        for (int i = 0; i < parts[k]; i++) {
            double row[INPUTS + 1];
            make_row(row);
            linalg_qr_add(part, row);
        }
        linalg_qr_factor(part, kept);
        linalg_qr_merge(sum, kept, linalg_qr_rows(part));
    }
    struct linalg_fit fit = solved(a, sum, &plain);
    assert_int_equal(fit.rows, ROWS);
    for (int j = 0; j < INPUTS; j++)
        near(fit.coefficients[j], whole.coefficients[j], 1e-11);
    near(fit.rss, whole.rss, 1e-11);
    near(linalg_qr_rss(sum, fit.coefficients), whole.rss, 1e-9);
    arena_free(a);
}

static void
a_factor_knows_how_others_fit_its_rows(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct linalg_qr *qr = some_rows(a, 0, ROWS);
    const double other[INPUTS] = {6.5, 2.1, -2.9, 5.2e-9};
    double rss = 0;
    seed = 20260101;
    for (int i = 0; i < ROWS; i++) {
        double row[INPUTS + 1];
        make_row(row);
        double left = row[INPUTS];
        for (int j = 0; j < INPUTS; j++)
            left -= row[j] * other[j];
        rss += left * left;
    }
    near(linalg_qr_rss(qr, other), rss, 1e-11);
    arena_free(a);
}

static void
dependent_inputs_are_refused_with_the_condition(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    static const double gaps[] = {0, 1e-10};
    for (size_t k = 0; k < COUNT_OF(gaps); k++) {
        struct linalg_qr *qr = linalg_qr_new(a, 3, 0);
        seed = 5;
        for (int i = 0; i < 100; i++) {
            double x = uniform();
            linalg_qr_add(
                qr, (double[]){1, x, 2 * x + gaps[k] * uniform(), uniform()});
        }
        struct linalg_options o = {.intercept = true, .max_condition = 1e8};
        struct linalg_fit fit;
        struct err err;
        assert_false(linalg_qr_solve(a, qr, &o, &fit, &err));
        assert_int_equal(err.kind, ERR_INPUT);
        assert_non_null(strstr(err.text, "condition number"));
        assert_true(fit.condition > 1e9);
    }
    arena_free(a);
}

static void
too_few_rows_and_infinite_values_are_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct linalg_qr *qr = linalg_qr_new(a, 2, 0);
    struct linalg_fit fit;
    struct err err;
    linalg_qr_add(qr, (double[]){1, 2, 3});
    assert_false(linalg_qr_solve(a, qr, &plain, &fit, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    linalg_qr_add(qr, (double[]){1, 3, 1.7e308});
    linalg_qr_add(qr, (double[]){1, 4, 1.7e308});
    assert_false(linalg_qr_solve(a, qr, &plain, &fit, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    arena_free(a);
}

static void
rows_just_enough_fit_exactly_without_errors(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct linalg_qr *qr = linalg_qr_new(a, 2, 0);
    linalg_qr_add(qr, (double[]){1, 2, 3});
    linalg_qr_add(qr, (double[]){1, 4, 7});
    struct linalg_fit fit = solved(a, qr, &plain);
    near(fit.coefficients[0], -1, 1e-13);
    near(fit.coefficients[1], 2, 1e-13);
    assert_true(isnan(fit.std_errors[0]) && isnan(fit.std_errors[1]));
    arena_free(a);
}

/* One input: b = sum xy / (sum xx + ridge sum xx). */
static void
ridge_of_one_halves_a_lone_coefficient(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct linalg_qr *qr = linalg_qr_new(a, 2, 0);
    seed = 9;
    for (int i = 0; i < 50; i++) {
        double x = 100 + uniform();
        linalg_qr_add(qr, (double[]){1, x, 3 * x + uniform()});
    }
    struct linalg_options o = plain;
    struct linalg_fit without = solved(a, qr, &o);
    o.ridge = 1;
    struct linalg_fit with = solved(a, qr, &o);
    near(with.coefficients[1], without.coefficients[1] / 2, 1e-9);
    near(with.std_errors[1] / sqrt(with.rss / with.dof),
         without.leverage[1] / 2, 1e-9);
    near(with.dof, 50 - 1.5, 1e-9);
    arena_free(a);
}

static void
a_correction_finds_the_error_there_was(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct linalg_qr *qr = some_rows(a, 0, ROWS);
    struct linalg_fit fit = solved(a, qr, &plain);
    double right = fit.coefficients[1];
    fit.coefficients[1] *= 1.001;
    struct linalg_residuals *res =
        linalg_residuals_new(a, INPUTS, fit.coefficients);
    seed = 20260101;
    for (int i = 0; i < ROWS; i++) {
        double row[INPUTS + 1];
        make_row(row);
        linalg_residuals_add(res, row);
    }
    double change;
    struct err err;
    assert_true(linalg_qr_correct(a, qr, &plain, res, &fit, &change, &err));
    near(fit.coefficients[1], right, 1e-12);
    assert_true(change > 1e-4 && change < 1e-2);
    arena_free(a);
}

static void
blas_starts_no_threads(void **state)
{
    (void)state;
    char line[256];
    int threads = 0;
    FILE *f = fopen("/proc/self/status", "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f) != NULL)
        if (sscanf(line, "Threads: %d", &threads) == 1)
            break;
    fclose(f);
    assert_int_equal(threads, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blas_starts_no_threads),
        cmocka_unit_test(the_block_size_does_not_matter),
        cmocka_unit_test(the_normal_equations_hold),
        cmocka_unit_test(units_change_nothing_but_units),
        cmocka_unit_test(factors_of_parts_add_up),
        cmocka_unit_test(a_factor_knows_how_others_fit_its_rows),
        cmocka_unit_test(dependent_inputs_are_refused_with_the_condition),
        cmocka_unit_test(too_few_rows_and_infinite_values_are_refused),
        cmocka_unit_test(rows_just_enough_fit_exactly_without_errors),
        cmocka_unit_test(ridge_of_one_halves_a_lone_coefficient),
        cmocka_unit_test(a_correction_finds_the_error_there_was),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
