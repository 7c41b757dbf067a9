#include "core/model_rows.h"

#include "core/fit.h"

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
    {.name = "x", .symbol = "X", .instrument_id = 2, .field = CLOSE},
    {.name = "y", .symbol = "Y", .instrument_id = 3, .field = CLOSE},
};

static struct model_spec
spec(void)
{
    return (struct model_spec){
        .name = "m",
        .target = {.symbol = "T", .instrument_id = 1, .field = CLOSE},
        .max_fold_spread = NAN,
        .interval_s = 86400,
        .intercept = true,
        .n_inputs = 2,
        .inputs = inputs,
        .holdout_frac = 0.2};
}

static void
make_row(int i, double *v)
{
    v[0] = 100 + 30 * sin(i / 9.0) + i * 0.1;
    v[1] = 2 + cos(i / 5.0);
    v[2] = 5 + 2 * v[0] - 3 * v[1] + sin(i * 12.9898) * 4;
}

static struct model_rows *
some(struct arena *a, const struct model_spec *s, int n, size_t max_slices)
{
    struct model_rows *r = model_rows_new(a, s, max_slices);
    struct err err;
    for (int i = 0; i < n; i++) {
        double v[3];
        make_row(i, v);
        assert_true(model_rows_add(r, (int64_t)i * 86400, v, &err));
    }
    model_rows_end(r);
    return r;
}

static void
few_rows_are_cut_to_the_row(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct model_spec s = spec();
    static const struct {
        int rows;
        double frac;
        size_t cut;
    } cases[] = {{10, 0.2, 8}, {11, 0.2, 9},    {1000, 0.25, 750},
                 {2, 0.5, 1},  {4, 0.01, 3},    {1024, 0.5, 512},
                 {5, 0.99, 1}, {1000, 0.2, 800}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct model_rows *r = some(a, &s, cases[i].rows, MODEL_SLICES_MAX);
        assert_int_equal(r->n_slices, cases[i].rows);
        assert_int_equal(model_rows_split(r, cases[i].frac), cases[i].cut);
    }
    arena_free(a);
}

static void
slices_cover_all_rows_in_order(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct model_spec s = spec();
    static const int rows[] = {1, 15, 16, 17, 31, 32, 33, 1000, 4099};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct model_rows *r = some(a, &s, rows[i], 16);
        int64_t sum = 0, next = 0;
        assert_true(r->n_slices <= 16);
        for (size_t k = 0; k < r->n_slices; k++) {
            assert_int_equal(r->slices[k].first_ts, next * 86400);
            next += r->slices[k].rows;
            assert_int_equal(r->slices[k].last_ts, (next - 1) * 86400);
            sum += r->slices[k].rows;
        }
        assert_int_equal(sum, rows[i]);
        assert_int_equal(r->rows, rows[i]);
    }
    arena_free(a);
}

/* Fits of all rows and of a part equal those of the rows themselves. */
static void
merged_slices_fit_like_their_rows(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct model_spec s = spec();
    const char *const names[] = {"x", "y"};
    struct fit_spec fs = {.intercept = true,
                          .n_inputs = 2,
                          .inputs = names,
                          .max_condition = 1e8};
    struct model_rows *r = some(a, &s, 3001, 16);
    size_t cut = model_rows_split(r, 0.2);
    double held = 0;
    for (size_t k = cut; k < r->n_slices; k++)
        held += (double)r->slices[k].rows;
    assert_true(fabs(held / 3001 - 0.2) <= 1.0 / 16);
    size_t to[] = {r->n_slices, cut};
    for (int part = 0; part < 2; part++) {
        struct linalg_qr *qr = linalg_qr_new(a, 3, 0);
        struct linalg_qr *plain = linalg_qr_new(a, 3, 0);
        model_rows_gather(r, 0, to[part], qr);
        for (int i = 0; i < linalg_qr_rows(qr); i++) {
            double v[4] = {1};
            make_row(i, v + 1);
            linalg_qr_add(plain, v);
        }
        struct fit x, y;
        struct err err;
        assert_true(fit_factor(a, &fs, qr, &x, &err));
        assert_true(fit_factor(a, &fs, plain, &y, &err));
        for (int i = 0; i < 3; i++)
            assert_true(fabs(x.coefficients[i] - y.coefficients[i]) <=
                        1e-11 * fabs(y.coefficients[i]));
        assert_true(fabs(x.rmse - y.rmse) <= 1e-11 * y.rmse);
    }
    arena_free(a);
}

static void
the_first_slice_from_a_time_is_found(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct model_spec s = spec();
    struct model_rows *r = some(a, &s, 10, MODEL_SLICES_MAX);
    assert_int_equal(model_rows_find(r, 0), 0);
    assert_int_equal(model_rows_find(r, 86400 * 3), 3);
    assert_int_equal(model_rows_find(r, 86400 * 3 + 1), 4);
    assert_int_equal(model_rows_find(r, 86400 * 10), 10);
    arena_free(a);
}

static void
print_of(struct arena *a, const struct model_spec *s, int changed_row,
         int changed_value, int64_t changed_ts, char *out)
{
    struct model_rows *r = model_rows_new(a, s, 16);
    struct err err;
    for (int i = 0; i < 50; i++) {
        double v[3];
        make_row(i, v);
        if (i == changed_row && changed_value >= 0)
            v[changed_value] = nextafter(v[changed_value], INFINITY);
        int64_t ts = (int64_t)i * 86400 + (i == changed_row ? changed_ts : 0);
        assert_true(model_rows_add(r, ts, v, &err));
    }
    model_rows_end(r);
    strcpy(out, r->fingerprint);
}

static void
the_fingerprint_sees_every_bit(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct model_spec s = spec();
    char first[MODEL_FINGERPRINT_MAX], other[MODEL_FINGERPRINT_MAX];
    print_of(a, &s, -1, -1, 0, first);
    print_of(a, &s, -1, -1, 0, other);
    assert_string_equal(first, other);
    for (int row = 0; row < 50; row += 7)
        for (int value = 0; value < 3; value++) {
            print_of(a, &s, row, value, 0, other);
            assert_string_not_equal(first, other);
        }
    print_of(a, &s, 20, -1, 1, other);
    assert_string_not_equal(first, other);
    s.min_r2 = 0.25;
    print_of(a, &s, -1, -1, 0, other);
    assert_string_not_equal(first, other);
    arena_free(a);
}

static void
unsound_rows_are_refused_by_name(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct model_spec s = spec();
    struct model_rows *r = model_rows_new(a, &s, 16);
    struct err err;
    assert_true(model_rows_add(r, 86400, (double[]){1, 2, 3}, &err));
    assert_false(
        model_rows_add(r, 2 * 86400, (double[]){1, INFINITY, 3}, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_string_equal(err.text, "the close of Y at 1970-01-03T00:00:00Z is "
                                  "not a finite number");
    assert_false(model_rows_add(r, 2 * 86400, (double[]){1, 2, NAN}, &err));
    assert_non_null(strstr(err.text, "close of T"));
    assert_false(model_rows_add(r, 86400, (double[]){1, 2, 3}, &err));
    assert_int_equal(err.kind, ERR_INTERNAL);
    assert_int_equal(r->rows, 1);
    arena_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_rows_are_cut_to_the_row),
        cmocka_unit_test(slices_cover_all_rows_in_order),
        cmocka_unit_test(merged_slices_fit_like_their_rows),
        cmocka_unit_test(the_first_slice_from_a_time_is_found),
        cmocka_unit_test(the_fingerprint_sees_every_bit),
        cmocka_unit_test(unsound_rows_are_refused_by_name),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
