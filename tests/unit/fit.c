#include "core/fit.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define VECTORS "tests/vectors/regression"

enum { COLUMNS_MAX = 12, ROWS_MAX = 2000 };

/* Rows in memory: inputs, then the target. */
struct table {
    int n_inputs, rows;
    double row[ROWS_MAX][COLUMNS_MAX];
    int passes;
};

static bool
each(void *arg, fit_row_fn *fn, void *fn_arg, struct err *err)
{
    struct table *t = arg;
    t->passes++;
    for (int i = 0; i < t->rows; i++)
        if (!fn(fn_arg, t->row[i], err))
            return false;
    return true;
}

static const char *const names[COLUMNS_MAX] = {"a", "b", "c", "d", "e", "f",
                                               "g", "h", "i", "j", "k"};

static bool
fit_table(struct arena *a, struct table *t, enum fit_method method,
          bool intercept, double lambda, struct fit *out, struct err *err)
{
    struct fit_spec spec = {.method = method,
                            .intercept = intercept,
                            .lambda = lambda,
                            .n_inputs = t->n_inputs,
                            .inputs = names,
                            .max_condition = FIT_MAX_CONDITION};
    struct fit_source source = {.each = each, .arg = t};
    return fit_rows(a, &spec, &source, out, err);
}

static void
near(double actual, double expected, double rel, const char *what)
{
    if (!(fabs(actual - expected) <= rel * fabs(expected)))
        fail_msg("%s: %.17g is not %.17g to %g", what, actual, expected, rel);
}

/* A certified problem: its format is in README there. */
struct certified {
    struct table table;
    bool intercept;
    int polynomial, n;
    double coefficient[COLUMNS_MAX], error[COLUMNS_MAX], residual_sd, r2;
};

static void
read_data(struct certified *c, const char *text)
{
    double v[COLUMNS_MAX];
    int n = 0;
    char *end;
    for (double x = strtod(text, &end); end != text; x = strtod(text, &end)) {
        assert_true(n < COLUMNS_MAX);
        v[n++] = x;
        text = end;
    }
    assert_true(n >= 2 && c->table.rows < ROWS_MAX);
    double *row = c->table.row[c->table.rows++];
    c->table.n_inputs = c->polynomial > 0 ? c->polynomial : n - 1;
    double power = 1;
    for (int i = 0; i < c->table.n_inputs; i++)
        row[i] = c->polynomial > 0 ? (power *= v[1]) : v[i + 1];
    row[c->table.n_inputs] = v[0];
}

static void
read_certified(const char *path, struct certified *c)
{
    char line[512];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    *c = (struct certified){.intercept = true};
    while (fgets(line, sizeof(line), f) != NULL) {
        if (line[0] == '#')
            continue;
        if (strncmp(line, "data ", 5) == 0)
            read_data(c, line + 5);
        else if (strcmp(line, "no_intercept\n") == 0)
            c->intercept = false;
        else if (sscanf(line, "coefficient %lf %lf", &c->coefficient[c->n],
                        &c->error[c->n]) == 2)
            c->n++;
        else if (sscanf(line, "polynomial %d", &c->polynomial) != 1 &&
                 sscanf(line, "residual_sd %lf", &c->residual_sd) != 1 &&
                 sscanf(line, "r2 %lf", &c->r2) != 1)
            fail_msg("%s: %s", path, line);
    }
    fclose(f);
    assert_int_equal(c->n, c->table.n_inputs + (c->intercept ? 1 : 0));
}

/* Eight digits of every certified value, or a refusal that says why. */
static void
check_certified(const char *path)
{
    static struct certified c;
    read_certified(path, &c);
    struct arena *a = arena_new();
    struct fit fit;
    struct err err;
    if (fit_table(a, &c.table, FIT_OLS, c.intercept, 0, &fit, &err)) {
        double dof = c.table.rows - c.n;
        assert_int_equal(fit.n, c.n);
        for (int i = 0; i < c.n; i++) {
            near(fit.coefficients[i], c.coefficient[i], 1e-9, path);
            if (c.error[i] > 0)
                near(fit.std_errors[i], c.error[i], 1e-9, path);
            else
                assert_true(fit.std_errors[i] < 1e-12);
        }
        near(fit.r2, c.r2, 1e-9, path);
        if (c.residual_sd > 0)
            near(fit.rmse, c.residual_sd * sqrt(dof / c.table.rows), 1e-9,
                 path);
    } else {
        assert_int_equal(err.kind, ERR_INPUT);
        assert_non_null(strstr(err.text, "condition number 5.21e+09"));
        assert_non_null(strstr(path, "filip"));
    }
    arena_free(a);
}

static void
certified_values_come_out_or_the_condition_is_named(void **state)
{
    (void)state;
    DIR *dir = opendir(VECTORS);
    assert_non_null(dir);
    int n = 0;
    for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
        if (strstr(d->d_name, ".txt") == NULL)
            continue;
        char path[512];
        snprintf(path, sizeof(path), VECTORS "/%s", d->d_name);
        check_certified(path);
        n++;
    }
    closedir(dir);
    assert_true(n >= 8);
}

static uint64_t seed;

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

/* target = 10 + 2 a - 3 b + noise */
static struct table *
plane(struct arena *a, int rows, double noise)
{
    struct table *t = arena_alloc(a, sizeof(*t));
    *t = (struct table){.n_inputs = 2, .rows = rows};
    seed = 77;
    for (int i = 0; i < rows; i++) {
        double *row = t->row[i];
        row[0] = 5 * uniform();
        row[1] = 100 + uniform();
        row[2] = 10 + 2 * row[0] - 3 * row[1] +
                 noise * (uniform() + uniform() + uniform());
    }
    return t;
}

static void
sound_inputs_take_one_pass(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct table *t = plane(a, 500, 0.1);
    for (int i = 0; i < t->rows; i++)
        t->row[i][1] -= 100;
    struct fit fit;
    struct err err;
    assert_true(fit_table(a, t, FIT_OLS, true, 0, &fit, &err));
    assert_int_equal(t->passes, 1);
    assert_int_equal(fit.rows, 500);
    assert_true(fit.condition < 5);
    arena_free(a);
}

static void
an_input_that_never_varies_is_named(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct fit fit;
    struct err err;
    struct table *t = plane(a, 50, 0.1);
    for (int i = 0; i < t->rows; i++)
        t->row[i][1] = 0.1;
    assert_false(fit_table(a, t, FIT_OLS, true, 0, &fit, &err));
    assert_non_null(strstr(err.text, "input b is the same in every row"));
    assert_true(fit_table(a, t, FIT_OLS, false, 0, &fit, &err));
    for (int i = 0; i < t->rows; i++)
        t->row[i][0] = 0;
    assert_false(fit_table(a, t, FIT_OLS, false, 0, &fit, &err));
    assert_non_null(strstr(err.text, "input a is zero in every row"));
    arena_free(a);
}

static void
too_few_rows_are_refused_with_both_numbers(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct fit fit;
    struct err err;
    assert_false(fit_table(a, plane(a, 2, 0.1), FIT_OLS, true, 0, &fit, &err));
    assert_string_equal(err.text, "2 usable rows, at least 3 are needed");
    arena_free(a);
}

static void
a_constant_target_has_no_r2(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct table *t = plane(a, 50, 0.1);
    for (int i = 0; i < t->rows; i++)
        t->row[i][2] = 0;
    struct fit fit;
    struct err err;
    assert_true(fit_table(a, t, FIT_OLS, true, 0, &fit, &err));
    assert_true(isnan(fit.r2));
    assert_true(fit.rmse == 0);
    arena_free(a);
}

static void
ridge_without_penalty_is_least_squares(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct table *t = plane(a, 200, 0.5);
    struct fit ols, ridge, more;
    struct err err;
    assert_true(fit_table(a, t, FIT_OLS, true, 0, &ols, &err));
    assert_true(fit_table(a, t, FIT_RIDGE, true, 1e-300, &ridge, &err));
    for (int i = 0; i < 3; i++)
        near(ridge.coefficients[i], ols.coefficients[i], 1e-9, "ridge");
    assert_true(fit_table(a, t, FIT_RIDGE, true, 0.5, &more, &err));
    assert_true(fabs(more.coefficients[1]) < fabs(ols.coefficients[1]));
    assert_true(more.rmse > ols.rmse);
    arena_free(a);
}

static void
ridge_solves_what_is_dependent(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct table *t = plane(a, 200, 0.1);
    for (int i = 0; i < t->rows; i++) {
        t->row[i][1] = 2 * t->row[i][0];
        t->row[i][2] = 1 + 4 * t->row[i][0];
    }
    struct fit fit;
    struct err err;
    assert_false(fit_table(a, t, FIT_OLS, true, 0, &fit, &err));
    assert_non_null(strstr(err.text, "condition number"));
    assert_true(fit_table(a, t, FIT_RIDGE, true, 1e-3, &fit, &err));
    near(fit.coefficients[1] + 2 * fit.coefficients[2], 4, 1e-3, "sum");
    arena_free(a);
}

static void
huber_sees_past_outliers(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct table *t = plane(a, 1000, 0.1);
    for (int i = 0; i < t->rows; i += 10)
        t->row[i][2] += 5000;
    struct fit ols, huber;
    struct err err;
    assert_true(fit_table(a, t, FIT_OLS, true, 0, &ols, &err));
    assert_true(fit_table(a, t, FIT_HUBER, true, 0, &huber, &err));
    assert_true(fabs(ols.coefficients[1] - 2) > 1);
    near(huber.coefficients[1], 2, 0.01, "a");
    near(huber.coefficients[2], -3, 0.05, "b");
    assert_true(huber.rmse >= ols.rmse); /* every row counts whole */
    assert_true(huber.std_errors[1] < ols.std_errors[1] / 50);
    arena_free(a);
}

/* Coefficients and scale solve Huber's equations: the bounded residuals are
 * orthogonal to the inputs. */
static void
huber_solves_its_equations(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct table *t = plane(a, 300, 2);
    for (int i = 0; i < t->rows; i += 7)
        t->row[i][2] += 6;
    struct fit fit;
    struct err err;
    assert_true(fit_table(a, t, FIT_HUBER, true, 0, &fit, &err));
    double low = 0, high = 100, products[3];
    for (int step = 0; step < 200; step++) { /* the scale, by bisection */
        double scale = (low + high) / 2, squares = 0;
        memset(products, 0, sizeof(products));
        for (int i = 0; i < t->rows; i++) {
            const double *row = t->row[i];
            double left = row[2] - fit.coefficients[0] -
                          fit.coefficients[1] * row[0] -
                          fit.coefficients[2] * row[1];
            double cut = fmax(-1.345 * scale, fmin(1.345 * scale, left));
            squares += cut * cut;
            products[0] += cut;
            products[1] += cut * row[0];
            products[2] += cut * row[1];
        }
        /* 0.7101645: mean of min(z^2, 1.345^2) of a normal z */
        if (squares / (t->rows - 3) > 0.7101645 * scale * scale)
            low = scale;
        else
            high = scale;
    }
    assert_true(fabs(products[0]) < 1e-4);
    assert_true(fabs(products[1]) < 1e-4);
    assert_true(fabs(products[2]) < 1e-2);
    arena_free(a);
}

static void
huber_stops_where_most_rows_fit_exactly(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct table *t = plane(a, 100, 0);
    for (int i = 0; i < 10; i++)
        t->row[i * 9][2] += 1000;
    struct fit fit;
    struct err err;
    assert_true(fit_table(a, t, FIT_HUBER, true, 0, &fit, &err));
    near(fit.coefficients[1], 2, 1e-9, "a");
    arena_free(a);
}

static void
methods_have_names(void **state)
{
    (void)state;
    enum fit_method m;
    assert_true(fit_method_parse("huber", &m) && m == FIT_HUBER);
    assert_false(fit_method_parse("lasso", &m));
    assert_string_equal(fit_method_name(FIT_RIDGE), "ridge");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certified_values_come_out_or_the_condition_is_named),
        cmocka_unit_test(sound_inputs_take_one_pass),
        cmocka_unit_test(an_input_that_never_varies_is_named),
        cmocka_unit_test(too_few_rows_are_refused_with_both_numbers),
        cmocka_unit_test(a_constant_target_has_no_r2),
        cmocka_unit_test(ridge_without_penalty_is_least_squares),
        cmocka_unit_test(ridge_solves_what_is_dependent),
        cmocka_unit_test(huber_sees_past_outliers),
        cmocka_unit_test(huber_solves_its_equations),
        cmocka_unit_test(huber_stops_where_most_rows_fit_exactly),
        cmocka_unit_test(methods_have_names),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
