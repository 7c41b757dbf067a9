#include "simulator/rows.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { DAY = 86400 };

/* n daily bars from 1970-01-01 on: open i, high i + 2, low i - 2, close i + 1.
 */
static struct rows
bars(struct arena *a, size_t n)
{
    struct rows r = {.shape = ROWS_BARS, .n = n};
    r.ts = arena_array(a, n, sizeof *r.ts);
    r.v = arena_array(a, n * ROWS_BARS, sizeof *r.v);
    for (size_t i = 0; i < n; i++) {
        double base = 100 + (double)i;
        double v[ROWS_BARS] = {base, base + 2, base - 2, base + 1, 10};
        r.ts[i] = (int64_t)i * DAY;
        memcpy(r.v + i * ROWS_BARS, v, sizeof v);
    }
    return r;
}

static void
a_slice_holds_both_its_ends(void **state)
{
    struct arena *a = *state;
    struct rows r = bars(a, 10);
    struct rows s = rows_slice(&r, 2 * DAY, 5 * DAY, 100, false);
    assert_int_equal(s.n, 4);
    assert_int_equal(s.ts[0], 2 * DAY);
    assert_int_equal(s.ts[3], 5 * DAY);
    s = rows_slice(&r, 2 * DAY + 1, 5 * DAY - 1, 100, false);
    assert_int_equal(s.n, 2);
    s = rows_slice(&r, 5 * DAY, 2 * DAY, 100, false);
    assert_int_equal(s.n, 0);
    s = rows_slice(&r, INT64_MIN, INT64_MAX, 100, false);
    assert_int_equal(s.n, 10);
}

static void
a_slice_that_is_too_long_keeps_the_side_asked_for(void **state)
{
    struct arena *a = *state;
    struct rows r = bars(a, 10);
    struct rows first = rows_slice(&r, 0, 9 * DAY, 3, false);
    struct rows last = rows_slice(&r, 0, 9 * DAY, 3, true);
    assert_int_equal(first.ts[0], 0);
    assert_int_equal(last.ts[0], 7 * DAY);
    assert_int_equal(last.n, 3);
    assert_true(rows_at(&last, 0, ROWS_OPEN) == 107);
}

static void
longer_bars_are_made_of_shorter_ones(void **state)
{
    struct arena *a = *state;
    struct rows r = bars(a, 7);
    struct rows w = rows_aggregate(a, &r, 3 * DAY);
    assert_int_equal(w.n, 3);
    assert_int_equal(w.ts[1], 3 * DAY);
    assert_true(rows_at(&w, 1, ROWS_OPEN) == 103);
    assert_true(rows_at(&w, 1, ROWS_HIGH) == 107);
    assert_true(rows_at(&w, 1, ROWS_LOW) == 101);
    assert_true(rows_at(&w, 1, ROWS_CLOSE) == 106);
    assert_true(rows_at(&w, 1, ROWS_VOLUME) == 30);
    assert_true(rows_at(&w, 2, ROWS_VOLUME) == 10);
}

/* Rows whose numbers break a rule or whose text is no number. */
static size_t
bad_rows(const struct rows *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        n += r->marks[i] != ROWS_GOOD ||
             rows_at(r, i, ROWS_HIGH) < rows_at(r, i, ROWS_LOW) ||
             rows_at(r, i, ROWS_CLOSE) < 0;
    return n;
}

static void
spoiling_hits_some_rows_and_the_same_ones_again(void **state)
{
    struct arena *a = *state;
    struct rows r = bars(a, 400);
    struct rows all = rows_spoil(a, &r, DAY, ROWS_SPOIL_VALUES);
    assert_int_equal(bad_rows(&all), 30);
    struct rows part = rows_slice(&r, 100 * DAY, 299 * DAY, 1000, false);
    struct rows spoilt = rows_spoil(a, &part, DAY, ROWS_SPOIL_VALUES);
    assert_int_equal(bad_rows(&spoilt), 15);
    assert_memory_equal(spoilt.v, all.v + 100 * ROWS_BARS,
                        200 * ROWS_BARS * sizeof(double));
    assert_memory_equal(spoilt.marks, all.marks + 100, 200);
    assert_true(rows_at(&r, 7, ROWS_CLOSE) == 108); /* the original stays */
}

static void
spoiling_a_short_answer_hits_one_row(void **state)
{
    struct arena *a = *state;
    for (size_t n = 1; n <= 5; n++) {
        struct rows r = bars(a, n);
        struct rows s = rows_spoil(a, &r, DAY, ROWS_SPOIL_VALUES);
        assert_int_equal(bad_rows(&s), 1);
        s = rows_spoil(a, &r, DAY, ROWS_SPOIL_TYPES);
        assert_int_equal(bad_rows(&s), 1);
    }
    struct rows none = bars(a, 0);
    assert_int_equal(rows_spoil(a, &none, DAY, ROWS_SPOIL_VALUES).n, 0);
}

static void
a_decimal_has_eight_places_or_all_it_needs(void **state)
{
    struct arena *a = *state;
    static const struct {
        double v;
        const char *text;
    } cases[] = {{0, "0.00000000"},
                 {1, "1.00000000"},
                 {-36.98, "-36.98000000"},
                 {73249.24, "73249.24000000"},
                 {0.00000001, "0.00000001"},
                 {43968591.95, "43968591.95000000"},
                 {370037.71537358686, "370037.71537358686"},
                 {0.1234567891, "0.1234567891"},
                 {123456789012345.0, "123456789012345.00000000"},
                 {1e-12, "0.00000000"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf *b = buf_new(a);
        rows_put_decimal(b, cases[i].v);
        assert_string_equal(b->data, cases[i].text);
    }
}

static const char *
printed(struct arena *a, const struct rows *r, size_t row,
        enum rows_style style)
{
    struct buf *b = buf_new(a);
    rows_put(b, r, row, ROWS_CLOSE, style);
    return b->data;
}

static void
a_cell_prints_in_its_style_and_with_its_mark(void **state)
{
    struct arena *a = *state;
    struct rows r = bars(a, 3);
    assert_string_equal(printed(a, &r, 0, ROWS_BARE), "101");
    assert_string_equal(printed(a, &r, 0, ROWS_QUOTED), "\"101\"");
    assert_string_equal(printed(a, &r, 0, ROWS_DECIMAL), "\"101.00000000\"");
    assert_string_equal(printed(a, &r, 0, ROWS_CSV), "101");
    r.v[ROWS_CLOSE] = NAN;
    assert_string_equal(printed(a, &r, 0, ROWS_QUOTED), "null");
    assert_string_equal(printed(a, &r, 0, ROWS_CSV), "");
    unsigned char marks[3] = {ROWS_NAN, ROWS_WORD, ROWS_OBJECT};
    r.marks = marks;
    assert_string_equal(printed(a, &r, 0, ROWS_BARE), "\"NaN\"");
    assert_string_equal(printed(a, &r, 1, ROWS_CSV), "abc");
    assert_string_equal(printed(a, &r, 2, ROWS_BARE), "{\"value\":103}");
}

static int
open_arena(void **state)
{
    *state = arena_new();
    return 0;
}

static int
close_arena(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_arena, close_arena)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_slice_holds_both_its_ends),
        TEST(a_slice_that_is_too_long_keeps_the_side_asked_for),
        TEST(longer_bars_are_made_of_shorter_ones),
        TEST(spoiling_hits_some_rows_and_the_same_ones_again),
        TEST(spoiling_a_short_answer_hits_one_row),
        TEST(a_decimal_has_eight_places_or_all_it_needs),
        TEST(a_cell_prints_in_its_style_and_with_its_mark),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
