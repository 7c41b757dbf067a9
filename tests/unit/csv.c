#include "lib/csv.h"
#include "lib/buf.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* The rows as "line:field|field;line:..." or the error's text. */
static const char *
dump(struct arena *a, struct csv *csv)
{
    struct buf *b = buf_new(a);
    struct csv_row row;
    struct err err;
    for (;;) {
        if (!csv_next(csv, &row, &err)) {
            buf_addf(b, "!%s", err.text);
            return b->data;
        }
        if (row.n == 0)
            return b->data;
        buf_addf(b, "%lld:", (long long)row.line);
        for (size_t i = 0; i < row.n; i++) {
            assert_int_equal(row.fields[i].len, strlen(row.fields[i].text));
            buf_addf(b, "%s%s", i > 0 ? "|" : "", row.fields[i].text);
        }
        buf_addc(b, ';');
    }
}

static void
check(const char *text, const char *expected)
{
    struct arena *a = arena_new();
    struct csv *csv = csv_open_text(a, text, strlen(text));
    assert_string_equal(dump(a, csv), expected);
    arena_free(a);
}

static void
rows_read_as_spreadsheets_write_them(void **state)
{
    (void)state;
    check("", "");
    check("\n\r\n\n", "");
    check("a,b\n1,2\n", "1:a|b;2:1|2;");
    check("a,b\r\n1,2\r\n", "1:a|b;2:1|2;");
    check("a,b\r1,2", "1:a|b;2:1|2;");
    check("\xEF\xBB\xBF"
          "a,b\n",
          "1:a|b;");
    check("a,,\n,\n", "1:a||;2:|;");
    check("a\n\n\nb\n", "1:a;4:b;");
    check("\"\"\n", "1:;");
    check("\"a,1\",\"b\"\"c\"\n", "1:a,1|b\"c;");
    check("\"a\nb\",\"c\r\nd\"\ne\n", "1:a\nb|c\r\nd;4:e;");
    check("a\"b\n", "1:a\"b;");
    check("a, b \n", "1:a| b ;");
}

static void
broken_rows_name_their_line(void **state)
{
    (void)state;
    check("a\nb,\"c\nd", "1:a;!line 2: a quoted field is never closed");
    check("a\n\"b\"c\n",
          "1:a;!line 2: text follows the closing quote of a field");
    check("\xFF\xFE"
          "a",
          "!line 1: UTF-16 is not read; save the file as UTF-8");
}

static void
a_row_has_a_largest_size(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    size_t len = CSV_ROW_MAX + 10;
    char *text = arena_alloc(a, len);
    memset(text, 'x', len);
    memcpy(text, "a\n", 2);
    struct csv *csv = csv_open_text(a, text, len);
    assert_string_equal(dump(a, csv),
                        "1:a;!line 2: the row is longer than 1048576 bytes");
    arena_free(a);
}

/* A file longer than the reading buffer gives the same rows as its text, and
 * again after going back. */
static void
a_file_reads_like_its_text_and_twice(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct buf *text = buf_new(a);
    buf_adds(text, "\xEF\xBB\xBFid,\"na\"\"me\",v\r\n");
    for (int i = 0; i < 20000; i++)
        buf_addf(text, "%d,\"x\r\ny%d\",%d.5%s", i, i * 7, i,
                 i % 3 == 0 ? "\r\n" : "\n");
    char path[] = "/tmp/csv-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text->data, text->len), text->len);
    close(fd);
    struct csv *csv;
    struct err err;
    assert_true(csv_open(a, path, &csv, &err));
    const char *expected = dump(a, csv_open_text(a, text->data, text->len));
    assert_string_equal(dump(a, csv), expected);
    assert_true(csv_rewind(csv, &err));
    assert_string_equal(dump(a, csv), expected);
    unlink(path);
    arena_free(a);
}

static void
what_cannot_be_opened_or_read_is_said(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct csv *csv;
    struct csv_row row;
    struct err err;
    assert_false(csv_open(a, "/nonexistent.csv", &csv, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_true(csv_open(a, "/tmp", &csv, &err));
    assert_false(csv_next(csv, &row, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_true(csv_open(a, arena_printf(a, "/dev/fd/%d", fds[0]), &csv, &err));
    assert_false(csv_rewind(csv, &err));
    close(fds[0]);
    close(fds[1]);
    arena_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_read_as_spreadsheets_write_them),
        cmocka_unit_test(broken_rows_name_their_line),
        cmocka_unit_test(a_row_has_a_largest_size),
        cmocka_unit_test(a_file_reads_like_its_text_and_twice),
        cmocka_unit_test(what_cannot_be_opened_or_read_is_said),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
