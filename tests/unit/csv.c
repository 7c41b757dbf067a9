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
            assert_int_equal(err.kind, ERR_INPUT);
            buf_addf(b, "!%s", err.text);
            return b->data;
        }
        if (row.n == 0)
            return b->data;
        buf_addf(b, "%lld:", (long long)row.line);
        for (size_t i = 0; i < row.n; i++) {
            buf_adds(b, i > 0 ? "|" : "");
            buf_add(b, row.fields[i].text, row.fields[i].len);
        }
        buf_addc(b, ';');
    }
}

struct pieces {
    const char *text;
    size_t len, step;
};

/* A copy of its own for each piece, as a stream's blocks are. */
static bool
piece(void *arg, void *to, size_t size, size_t *got, struct err *err)
{
    struct pieces *p = arg;
    (void)err;
    *got = p->len < p->step ? p->len : p->step;
    *got = *got < size ? *got : size;
    memcpy(to, p->text, *got);
    p->text += *got;
    p->len -= *got;
    return true;
}

static struct csv *
in_pieces(struct arena *a, const char *text, size_t len, size_t step,
          const struct csv_options *options)
{
    struct pieces *p = arena_alloc(a, sizeof *p);
    *p = (struct pieces){.text = text, .len = len, .step = step};
    return csv_open_stream(a, stream_open_fn(a, piece, p), options);
}

/* As one text, and however it is cut. */
static void
check_with(const struct csv_options *options, const char *text,
           const char *expected)
{
    struct arena *a = arena_new();
    size_t len = strlen(text);
    struct stream *s = stream_open_bytes(a, text, len);
    assert_string_equal(dump(a, csv_open_stream(a, s, options)), expected);
    for (size_t step = 1; step <= len; step++)
        assert_string_equal(dump(a, in_pieces(a, text, len, step, options)),
                            expected);
    arena_free(a);
}

static void
check(const char *text, const char *expected)
{
    check_with(NULL, text, expected);
}

static void
rows_read_as_spreadsheets_write_them(void **state)
{
    (void)state;
    check("", "");
    check("\n\r\n\n\r\r", "");
    check("a,b\n1,2\n", "1:a|b;2:1|2;");
    check("a,b\r\n1,2\r\n", "1:a|b;2:1|2;");
    check("a,b\r1,2", "1:a|b;2:1|2;");
    check("a\r\r\nb\n\rc\r\n\r\nd", "1:a;3:b;5:c;7:d;");
    check("\xEF\xBB\xBF"
          "a,b\n",
          "1:a|b;");
    check("\xEF\xBB\xBF\n\"a\"", "2:a;");
    check("a,,\n,\n", "1:a||;2:|;");
    check("a\n\n\nb\n", "1:a;4:b;");
    check(" \n", "1: ;");
    check("\"\"\n", "1:;");
    check("\"\"", "1:;");
    check("\"a,1\",\"b\"\"c\"\n", "1:a,1|b\"c;");
    check("\"\"\"\",\"\"\"a\"\"\"\n", "1:\"|\"a\";");
    check("\"a\nb\",\"c\r\nd\r\re\"\nf\n", "1:a\nb|c\r\nd\r\re;6:f;");
    check("a, b \n", "1:a| b ;");
    check("a\tb,\x01\n", "1:a\tb|\x01;");
}

/* 1.5" and the like; RFC 4180 leaves it open. */
static void
a_quote_inside_an_unquoted_field_is_text(void **state)
{
    (void)state;
    check("a\"b\n", "1:a\"b;");
    check("a\"\"b,c\"\n\"d\"", "1:a\"\"b|c\";2:d;");
    check(" \"a,b\"\n", "1: \"a|b\";");
}

static void
blanks_may_follow_a_closing_quote(void **state)
{
    (void)state;
    check("\"a\" ,\"b\"  \n\"c\" ", "1:a|b;2:c;");
    check("\"a\" b\n", "!line 1: text follows the closing quote of a field");
}

static void
the_delimiter_is_chosen(void **state)
{
    (void)state;
    check_with(&(struct csv_options){.delimiter = ';'}, "a,1;\"b;c\"\nd\n",
               "1:a,1|b;c;2:d;");
    check_with(&(struct csv_options){.delimiter = '\t'},
               "a b\t\"c\td\"\t\ne \t\n", "1:a b|c\td|;2:e |;");
    check_with(&(struct csv_options){.delimiter = '|'}, "a|b\n", "1:a|b;");
}

/* Lines of no use before the header: an address, a licence, with quotes. */
static void
lines_before_the_first_row_are_skipped(void **state)
{
    (void)state;
    struct csv_options two = {.skip_lines = 2};
    check_with(&two, "https://x/y?a=\"1\r\n\r\na,b\r\n", "3:a|b;");
    check_with(&two, "x\r\ry\n\n", "3:y;");
    check_with(&two, "\xEF\xBB\xBFx\ny\nz", "3:z;");
    check_with(&two, "x\r\ny", "");
    check_with(&two, "x\ny\n", "");
}

static void
broken_rows_name_their_line(void **state)
{
    (void)state;
    check("a\nb,\"c\nd", "1:a;!line 2: a quoted field is never closed");
    check("a,\"x\ny\",\"c\nd", "!line 2: a quoted field is never closed");
    check("a\n\"b\"c\n",
          "1:a;!line 2: text follows the closing quote of a field");
    check("\xFF\xFE"
          "a",
          "!line 1: UTF-16 is not read; save the file as UTF-8");
    check("\xFE\xFF", "!line 1: UTF-16 is not read; save the file as UTF-8");
    check_with(&(struct csv_options){.max_columns = 3}, "a,b,c\n\nd,,,\n",
               "1:a|b|c;!line 3: more than 3 columns");
}

static void
nul_bytes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *expected;
    } cases[] = {
        {"d\0a\0t\0e\0\n", 9, "!line 1: a NUL byte"},
        {"a\nb,\0\n", 6, "1:a;!line 2: a NUL byte"},
        {"a\n\"b\0\"\n", 7, "1:a;!line 2: a NUL byte"},
        {"a\n\"b\"\0\n", 7, "1:a;!line 2: a NUL byte"},
        {"a\n\0", 3, "1:a;!line 2: a NUL byte"},
    };
    struct arena *a = arena_new();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct csv *csv = csv_open_text(a, cases[i].text, cases[i].len);
        const char *got = dump(a, csv);
        assert_memory_equal(got, cases[i].expected, strlen(cases[i].expected));
    }
    arena_free(a);
}

/* `len` bytes of x behind the text. */
static void
check_long(const char *text, size_t len, const char *expected)
{
    struct arena *a = arena_new();
    static const size_t steps[] = {5000, 100000, 1 << 20, 3 << 20};
    struct buf *b = buf_new(a);
    buf_adds(b, text);
    for (size_t i = 0; i < len; i++)
        buf_addc(b, 'x');
    assert_string_equal(dump(a, csv_open_text(a, b->data, b->len)), expected);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct csv *csv = in_pieces(a, b->data, b->len, steps[i], NULL);
        assert_string_equal(dump(a, csv), expected);
    }
    arena_free(a);
}

static void
a_row_has_a_largest_size(void **state)
{
    (void)state;
    check_long("a\n", CSV_ROW_MAX + 1,
               "1:a;!line 2: the row is longer than 1048576 bytes");
    check_long("a\n", 3 * CSV_ROW_MAX,
               "1:a;!line 2: the row is longer than 1048576 bytes");
    check_long("a\nb,\"", 3 * CSV_ROW_MAX,
               "1:a;!line 2: a quoted field is not closed within 1048576 "
               "bytes");
    struct arena *a = arena_new();
    struct buf *b = buf_new(a);
    struct csv_row row;
    struct err err;
    for (size_t i = 0; i < CSV_ROW_MAX; i++)
        buf_addc(b, 'x');
    buf_addc(b, '\n');
    struct csv *csv = csv_open_text(a, b->data, b->len);
    assert_true(csv_next(csv, &row, &err));
    assert_int_equal(row.fields[0].len, CSV_ROW_MAX);
    arena_free(a);
}

static void
the_original_row_and_the_lines_are_known(void **state)
{
    (void)state;
    static const char text[] = "a,\"b\"\"c\nd\" \r\n\n x \n\"y\"";
    static const struct {
        const char *raw;
        int64_t line, next;
    } rows[] = {{"a,\"b\"\"c\nd\" ", 1, 3}, {" x ", 4, 5}, {"\"y\"", 5, 5}};
    for (size_t step = 1; step < sizeof text; step++) {
        struct arena *a = arena_new();
        struct csv *csv = in_pieces(a, text, strlen(text), step, NULL);
        struct csv_row row;
        struct err err;
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            assert_true(csv_next(csv, &row, &err));
            assert_int_equal(row.line, rows[i].line);
            assert_int_equal(csv_line(csv), rows[i].next);
            assert_int_equal(row.raw_len, strlen(rows[i].raw));
            assert_memory_equal(row.raw, rows[i].raw, row.raw_len);
        }
        assert_true(csv_next(csv, &row, &err));
        assert_int_equal(row.n, 0);
        arena_free(a);
    }
}

/* The same rules, a character at a time, without blocks. Closing quotes are
 * followed by a field's end in what it is given. */
static const char *
dump_slowly(struct arena *a, const char *s)
{
    struct buf *b = buf_new(a), *row = buf_new(a);
    int64_t line = 1, row_line = 1;
    bool quoted = false, at_start = true, any = false;
    for (; *s != '\0'; s++) {
        bool ends = *s == '\n' || *s == '\r';
        if (*s == '\r' && s[1] == '\n') {
            if (quoted)
                buf_addc(row, *s);
            s++;
        }
        line += ends;
        if (quoted && *s == '"' && s[1] == '"')
            buf_addc(row, *s++);
        else if (*s == '"' && (quoted || at_start))
            quoted = !quoted;
        else if (quoted || (!ends && *s != ','))
            buf_addc(row, *s);
        else if (*s == ',')
            buf_addc(row, '|');
        any = any || !ends || quoted;
        at_start = *s == ',' && !quoted;
        if (ends && !quoted) {
            if (any)
                buf_addf(b, "%lld:%s;", (long long)row_line, row->data);
            buf_clear(row);
            row_line = line;
            at_start = true;
            any = false;
        }
    }
    if (any)
        buf_addf(b, "%lld:%s;", (long long)row_line, row->data);
    return b->data;
}

/* Rows of every sort, as random as they come, from a seed. */
static const char *
random_text(struct arena *a, uint64_t *seed, size_t rows)
{
    static const char *const parts[] = {
        "a",           "1234.5678",      "",         "\"q\"",   "\"x,\"\"y\"",
        "\"l\r\nm\"",  "\"\"",           "b\"c",     "long, l", "\"\n\n\"",
        "\"\"\"\"",    "a\"\"",          "\r",       "\n",      "\"a\rb\"",
        "73249.24000", "2024-03-08T09:", "\xC3\xA9", ",,,,,",   "\r\n\r\n"};
    static const char *const ends[] = {",", ",", ",", "\n", "\r\n", "\r"};
    struct buf *b = buf_new(a);
    for (size_t i = 0; i < rows; i++) {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        buf_adds(b, parts[*seed % COUNT_OF(parts)]);
        buf_adds(b, ends[(*seed >> 20) % COUNT_OF(ends)]);
    }
    return b->data;
}

static void
rows_read_the_same_a_character_at_a_time(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252ULL;
    for (int i = 0; i < 3000; i++) {
        struct arena *a = arena_new();
        const char *text = random_text(a, &seed, i % 400);
        size_t len = strlen(text);
        const char *expected = dump_slowly(a, text);
        assert_string_equal(dump(a, csv_open_text(a, text, len)), expected);
        size_t step = 1 + seed % (len + 1);
        assert_string_equal(dump(a, in_pieces(a, text, len, step, NULL)),
                            expected);
        arena_free(a);
    }
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
    for (int i = 0; i < 40000; i++)
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
    const char *expected = dump_slowly(a, text->data + 3);
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
    assert_false(csv_open(a, "/tmp", &csv, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "a,b\n", 4), 4);
    close(fds[1]);
    assert_true(csv_open(a, arena_printf(a, "/dev/fd/%d", fds[0]), &csv, &err));
    assert_true(csv_next(csv, &row, &err));
    assert_int_equal(row.n, 2);
    assert_false(csv_rewind(csv, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    close(fds[0]);
    arena_free(a);
}

static void
fields_are_trimmed_and_compared(void **state)
{
    (void)state;
    struct csv_field f = csv_trim((struct csv_field){" \t$3204.4 ", 10});
    assert_true(csv_is(f, "$3204.4"));
    assert_false(csv_is(f, "$3204.40"));
    assert_false(csv_is(f, "$3204"));
    f = csv_trim((struct csv_field){" \t ", 3});
    assert_true(csv_is(f, ""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_read_as_spreadsheets_write_them),
        cmocka_unit_test(a_quote_inside_an_unquoted_field_is_text),
        cmocka_unit_test(blanks_may_follow_a_closing_quote),
        cmocka_unit_test(the_delimiter_is_chosen),
        cmocka_unit_test(lines_before_the_first_row_are_skipped),
        cmocka_unit_test(broken_rows_name_their_line),
        cmocka_unit_test(nul_bytes_are_refused),
        cmocka_unit_test(a_row_has_a_largest_size),
        cmocka_unit_test(the_original_row_and_the_lines_are_known),
        cmocka_unit_test(rows_read_the_same_a_character_at_a_time),
        cmocka_unit_test(a_file_reads_like_its_text_and_twice),
        cmocka_unit_test(what_cannot_be_opened_or_read_is_said),
        cmocka_unit_test(fields_are_trimmed_and_compared),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
