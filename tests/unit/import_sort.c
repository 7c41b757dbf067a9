#include "core/import_sort.h"

#include "lib/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { ROWS = 20000, SERIES = 3 };

/* Times that repeat, in no order; the line says which row it is. */
static struct import_sort_row
row_at(int64_t line, char text[32])
{
    snprintf(text, 32, "row %lld", (long long)line);
    return (struct import_sort_row){
        .series = (size_t)(line * 7 % SERIES),
        .line = line,
        .row = {.ts = line * 7919 % 5003 - 2000,
                .open = (double)line,
                .high = 1,
                .low = 2,
                .close = 3,
                .volume = 4,
                .raw = text,
                .bad = line % 10 == 0 ? "volume: \"x\"" : NULL}};
}

/* All rows come back, whole, by series, time and line. */
static void
sort_with(size_t bytes)
{
    struct err err;
    struct import_sort *s = import_sort_new(NULL, bytes);
    const struct import_sort_row *r;
    char text[32];
    bool *seen = calloc(ROWS + 1, sizeof *seen);
    for (int64_t line = 1; line <= ROWS; line++) {
        struct import_sort_row row = row_at(line, text);
        assert_true(import_sort_add(s, &row, &err));
    }
    assert_true(import_sort_end(s, &err));
    struct import_sort_row last = {.line = 0, .row.ts = INT64_MIN};
    for (int n = 0; n < ROWS; n++) {
        assert_true(import_sort_next(s, &r, &err));
        assert_non_null(r);
        assert_true(r->series > last.series ||
                    (r->series == last.series &&
                     (r->row.ts > last.row.ts ||
                      (r->row.ts == last.row.ts && r->line > last.line))));
        struct import_sort_row want = row_at(r->line, text);
        assert_int_equal(r->series, want.series);
        assert_int_equal(r->row.ts, want.row.ts);
        assert_true(r->row.open == want.row.open && r->row.volume == 4);
        assert_string_equal(r->row.raw, text);
        assert_int_equal(r->row.bad != NULL, r->line % 10 == 0);
        assert_false(seen[r->line]);
        seen[r->line] = true;
        last = *r;
    }
    assert_true(import_sort_next(s, &r, &err));
    assert_null(r);
    free(seen);
    import_sort_free(s);
}

static void
rows_that_fit_are_sorted_in_memory(void **state)
{
    (void)state;
    sort_with(16 * 1024 * 1024);
}

static void
rows_that_do_not_fit_are_merged_from_the_disk(void **state)
{
    (void)state;
    sort_with(200 * 1024);
    sort_with(10 * 1024); /* more runs than fit into it */
}

static void
no_row_is_no_row(void **state)
{
    (void)state;
    struct err err;
    const struct import_sort_row *r;
    struct import_sort *s = import_sort_new(NULL, 1024);
    assert_true(import_sort_end(s, &err));
    assert_true(import_sort_next(s, &r, &err));
    assert_null(r);
    import_sort_free(s);
}

static void
a_folder_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct err err;
    char text[32];
    struct import_sort *s = import_sort_new("/nowhere/at/all", 300);
    bool ok = true;
    for (int64_t line = 1; ok && line < 10; line++) {
        struct import_sort_row row = row_at(line, text);
        ok = import_sort_add(s, &row, &err);
    }
    assert_false(ok);
    assert_int_equal(err.kind, ERR_RETRY);
    import_sort_free(s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_fit_are_sorted_in_memory),
        cmocka_unit_test(rows_that_do_not_fit_are_merged_from_the_disk),
        cmocka_unit_test(no_row_is_no_row),
        cmocka_unit_test(a_folder_that_is_not_there_is_told),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
