#include "core/rowfile.h"

#include "core/rowfile_time.h"
#include "core/rowfile_trades.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* The rows as "line:ts=close" or "line:!bad", or the failure. */
static const char *
rows(struct arena *a, const struct mapping *m, const char *text, size_t len)
{
    struct buf *b = buf_new(a);
    struct rowfile *f;
    struct err err;
    const struct rowfile_row *row;
    if (!rowfile_open(a, stream_open_bytes(a, text, len), m, &f, &err))
        return arena_printf(a, "!%s", err.text);
    for (;;) {
        if (!rowfile_next(f, &row, &err)) {
            buf_addf(b, "!%s", err.text);
            break;
        }
        if (row == NULL)
            break;
        buf_addf(b, "%lld:", (long long)row->line);
        if (row->row.bad != NULL) {
            buf_addf(b, "!%s;", row->row.bad);
            assert_non_null(row->row.raw);
            continue;
        }
        char number[NUMBER_TEXT_MAX];
        (void)number_format_f64(number, row->row.close);
        buf_addf(b, "%s=%s;", date_format_iso(a, row->row.ts), number);
    }
    return b->data;
}

static struct mapping
simple(enum cell_time form, const char *zone, int32_t interval_s)
{
    static const char *const columns[] = {"time", "close", "more"};
    static struct mapping_series series;
    series =
        (struct mapping_series){.symbol = "A", .column = {-1, -1, -1, 1, -1}};
    return (struct mapping){.format = "custom",
                            .delimiter = ',',
                            .decimal = '.',
                            .rows_at = "",
                            .columns = columns,
                            .n_columns = 2,
                            .clock_column = -1,
                            .time_form = form,
                            .zone = zone,
                            .symbol_column = -1,
                            .flag_column = -1,
                            .id_column = -1,
                            .interval_s = interval_s,
                            .series = &series,
                            .n_series = 1};
}

static void
check(const struct mapping *m, const char *text, const char *expected)
{
    struct arena *a = arena_new();
    const char *found = rows(a, m, text, strlen(text));
    if (strcmp(found, expected) != 0)
        fail_msg("found    %s\nexpected %s", found, expected);
    arena_free(a);
}

static void
a_time_that_clocks_skip_is_bad(void **state)
{
    (void)state;
    struct mapping m = simple(CELL_TIME_ISO, "Europe/Berlin", 1800);
    check(&m,
          "2024-03-31 01:30,1\n2024-03-31 02:30,2\n2024-03-31 03:00,3\n"
          "2024-04-01 03:00,4\n",
          "1:2024-03-31T00:30:00Z=1;2:!time: 2024-03-31 02:30 does not "
          "exist in Europe/Berlin;3:2024-03-31T01:00:00Z=3;"
          "4:2024-04-01T01:00:00Z=4;");
}

static void
a_doubled_hour_is_told_apart_by_the_order(void **state)
{
    (void)state;
    struct mapping m = simple(CELL_TIME_ISO, "Europe/Berlin", 1800);
    check(&m, "2024-10-27 02:30,1\n", "1:2024-10-27T00:30:00Z=1;");
    check(&m,
          "2024-10-27 02:00,1\n2024-10-27 02:30,2\n2024-10-27 02:00,3\n"
          "2024-10-27 02:30,4\n2024-10-27 03:00,5\n",
          "1:2024-10-27T00:00:00Z=1;2:2024-10-27T00:30:00Z=2;"
          "3:2024-10-27T01:00:00Z=3;4:2024-10-27T01:30:00Z=4;"
          "5:2024-10-27T02:00:00Z=5;");
    check(&m,
          "2024-10-27 03:30,6\n2024-10-27 03:00,5\n2024-10-27 02:30,4\n"
          "2024-10-27 02:00,3\n2024-10-27 02:30,2\n2024-10-27 02:00,1\n",
          "1:2024-10-27T02:30:00Z=6;2:2024-10-27T02:00:00Z=5;"
          "3:2024-10-27T01:30:00Z=4;4:2024-10-27T01:00:00Z=3;"
          "5:2024-10-27T00:30:00Z=2;6:2024-10-27T00:00:00Z=1;");
}

static void
a_daily_bar_is_of_its_local_date(void **state)
{
    (void)state;
    struct mapping m = simple(CELL_TIME_ISO, "UTC", DAY_S);
    check(&m,
          "2023-05-31 00:00:00+02:00,1\n2023-06-01 23:30:00-05:00,2\n"
          "2023-06-02,3\n",
          "1:2023-05-31T00:00:00Z=1;2:2023-06-01T00:00:00Z=2;"
          "3:2023-06-02T00:00:00Z=3;");
    m.time_form = CELL_TIME_UNIX_MS;
    check(&m, "1685484000000,1\n", "1:2023-05-30T00:00:00Z=1;");
    m.zone = "Europe/Berlin";
    check(&m, "1685484000000,1\n", "1:2023-05-31T00:00:00Z=1;");
}

static void
a_clock_in_a_column_of_its_own_is_added(void **state)
{
    (void)state;
    struct mapping m = simple(CELL_TIME_COMPACT, "America/New_York", 60);
    m.n_columns = 3;
    m.clock_column = 2;
    check(&m,
          "20240304,1,093000\n20240304,2,9:31 AM\n20240304,3,1532\n"
          "20240304,4,25:00\n",
          "1:2024-03-04T14:30:00Z=1;2:2024-03-04T14:31:00Z=2;"
          "3:2024-03-04T20:32:00Z=3;4:!time: 20240304 25:00;");
}

static void
clocks_are_read_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds; /* -1: none */
    } cases[] = {{"9:30", 34200},
                 {"09:30:15", 34215},
                 {"0930", 34200},
                 {"93015", 34215},
                 {"12:00 AM", 0},
                 {"12:30 pm", 45000},
                 {"23:59:59.5", 86399},
                 {" 7:05 ", 25500},
                 {"24:00", -1},
                 {"9:75", -1},
                 {"13:00 PM", -1},
                 {"x", -1},
                 {"", -1},
                 {"1:2:3:4", -1},
                 {"9:30 Uhr", -1}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t seconds = -1;
        if (!rowfile_clock_read(cases[i].text, strlen(cases[i].text), &seconds))
            seconds = -1;
        if (seconds != cases[i].seconds)
            fail_msg("\"%s\": %lld", cases[i].text, (long long)seconds);
    }
}

static void
wrong_rows_come_as_bad_rows(void **state)
{
    (void)state;
    struct mapping m = simple(CELL_TIME_ISO, "UTC", DAY_S);
    m.has_header = true;
    m.skip_lines = 1;
    check(&m,
          "a title, with \"odd\" signs\ntime,close\n2024-03-04,1\n\n"
          "2024-03-05,1,5\n2024-03-06\n,,\n2024-03-07,1,,\n2024-03-08,abc\n"
          ",7\nx,y\n",
          "3:2024-03-04T00:00:00Z=1;"
          "5:!row: 3 cells where 2 are expected;"
          "6:!row: 1 cell where 2 are expected;"
          "8:2024-03-07T00:00:00Z=1;"
          "9:!close: abc;10:!time: missing;"
          "11:!time: x; close: y;");
    check(&m, "t\ntime,close\n\"2024-03-04,1\n",
          "!line 3: a quoted field is never closed");
}

static void
the_original_text_of_a_bad_row_is_kept(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct mapping m = simple(CELL_TIME_ISO, "UTC", DAY_S);
    struct buf *text = buf_new(a);
    buf_adds(text, "2024-03-04,\"");
    while (text->len < 3000)
        buf_adds(text, "\xC3\xA4");
    buf_adds(text, "\"\r\n2024-03-05,1\n");
    struct rowfile *f;
    struct err err;
    const struct rowfile_row *row;
    size_t len;
    assert_true(rowfile_open(a, stream_open_bytes(a, text->data, text->len), &m,
                             &f, &err));
    assert_true(rowfile_next(f, &row, &err));
    assert_true(strlen(row->row.raw) <= 1024 && strlen(row->row.raw) > 1000);
    assert_memory_equal(row->row.raw, text->data, strlen(row->row.raw));
    assert_non_null(strstr(row->row.bad, "..."));
    assert_int_equal(rowfile_raw(f, &len)[0], '2');
    assert_true(len > 3000);
    assert_true(rowfile_next(f, &row, &err));
    assert_null(row->row.bad);
    assert_true(rowfile_next(f, &row, &err));
    assert_null(row);
    assert_int_equal(rowfile_lines(f), 2);
    arena_free(a);
}

static void
json_rows_are_cells_like_others(void **state)
{
    (void)state;
    struct mapping m = simple(CELL_TIME_ISO, "UTC", DAY_S);
    m.shape = MAPPING_JSON_ARRAYS;
    check(&m, " [\n[\"2024-03-04\", 1.5],\n[\"2024-03-05\",null ], []]",
          "2:2024-03-04T00:00:00Z=1.5;3:2024-03-05T00:00:00Z=nan;");
    m.shape = MAPPING_JSON_OBJECTS;
    m.rows_at = "/a/b";
    check(&m,
          "\xEF\xBB\xBF{\"x\":[1,{\"b\":\"]\"}],\"a\":{\"q\":\"\\\"\","
          "\"b\":[{\"close\":\"2\",\"n\":{\"close\":[5]},\"time\":"
          "\"2024\\u002d03-04\"},\n3,{\"time\":\"2024-03-05\"}]}}",
          "1:2024-03-04T00:00:00Z=2;2:!row: 1 cell where 2 are expected;"
          "2:2024-03-05T00:00:00Z=nan;");
    check(&m, "{\"a\":{\"c\":[]}}", "!there is no member \"b\"");
    m.rows_at = "";
    m.shape = MAPPING_JSON_MAP;
    check(&m,
          "{\"2024-03-04\":{\"x\":9,\"close\":3},\"2024-03-05\":4,"
          "\"2024-03-06\":[5]}",
          "1:2024-03-04T00:00:00Z=3;1:2024-03-05T00:00:00Z=4;"
          "1:2024-03-06T00:00:00Z=5;");
}

static void
broken_json_names_its_line(void **state)
{
    (void)state;
    struct mapping m = simple(CELL_TIME_ISO, "UTC", DAY_S);
    m.shape = MAPPING_JSON_ARRAYS;
    check(&m, "[[\"2024-03-04\",1],\n[\"2024-03-05\"",
          "1:2024-03-04T00:00:00Z=1;!line 2: the file ends inside a value");
    check(&m, "[[\"2024-03-04\",1]\n[\"2024-03-05\",2]]",
          "1:2024-03-04T00:00:00Z=1;!line 2: this is not JSON: ',' is "
          "missing");
    check(&m, "[[\"2024-03-04\" 1]]",
          "!line 1: this is not JSON: ',' is missing");
    check(&m, "[,]", "!line 1: this is not JSON: a value is missing");
    check(&m, "{}", "!line 1: this is not JSON: '[' is missing");
    check(&m, "[[\"2024-03-04\",1]",
          "1:2024-03-04T00:00:00Z=1;!line 1: the "
          "file ends inside a value");
}

static void
a_json_row_has_a_largest_size(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct mapping m = simple(CELL_TIME_ISO, "UTC", DAY_S);
    m.shape = MAPPING_JSON_ARRAYS;
    size_t len = 3 << 20;
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, '7', len);
    memcpy(text, "[[", 2);
    assert_string_equal(rows(a, &m, text, len),
                        "!line 1: a value is longer than 1 MiB");
    memset(text + 2, '[', len - 2);
    assert_string_equal(rows(a, &m, text, len),
                        "!line 1: the row is longer than 1 MiB");
    free(text);
    arena_free(a);
}

/* ---- trades ---- */

static void
add(struct rowfile_trades *t, int64_t ts, int64_t id, double price, bool good)
{
    struct rowfile_trade trade = {
        .ts = ts, .id = id, .price = price, .amount = 1, .line = ts + 1};
    assert_int_equal(rowfile_trades_add(t, &trade), good);
}

static void
check_bar(struct rowfile_trades *t, int64_t ts, double open, double high,
          double low, double close, double volume)
{
    struct series_row row;
    int64_t line;
    assert_true(rowfile_trades_take(t, true, &row, &line));
    assert_int_equal(row.ts, ts);
    assert_true(row.open == open && row.high == high && row.low == low &&
                row.close == close && row.volume == volume);
}

static void
trades_of_one_time_are_ordered_by_id(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct rowfile_trades *t = rowfile_trades_new(a, 60);
    struct series_row row;
    int64_t line;
    add(t, 10, 8, 3, true);
    add(t, 10, 7, 2, true);
    add(t, 70, 1, 5, true);
    add(t, 10, 9, 1, true); /* late, of a bar that is still open */
    assert_false(rowfile_trades_take(t, false, &row, &line));
    check_bar(t, 0, 2, 3, 1, 1, 3);
    check_bar(t, 60, 5, 5, 5, 5, 1);
    add(t, 30, 10, 4, false); /* its bar is finished */
    arena_free(a);
}

static void
trades_newest_first_come_newest_first(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct rowfile_trades *t = rowfile_trades_new(a, 60);
    add(t, 70, 0, 5, true);
    add(t, 20, 0, 3, true);
    add(t, 20, 0, 2, true); /* below in the file: earlier */
    check_bar(t, 60, 5, 5, 5, 5, 1);
    check_bar(t, 0, 2, 3, 2, 3, 2);
    arena_free(a);
}

static void
many_bars_of_trades_need_no_more_memory(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct rowfile_trades *t = rowfile_trades_new(a, 60);
    struct series_row row;
    int64_t line, n = 0;
    for (int64_t i = 0; i < 100000; i++) {
        add(t, i * 60, i + 1, (double)i, true);
        while (rowfile_trades_take(t, false, &row, &line))
            assert_int_equal(row.ts, n++ * 60);
    }
    while (rowfile_trades_take(t, true, &row, &line))
        assert_int_equal(row.ts, n++ * 60);
    assert_int_equal(n, 100000);
    arena_free(a);
}

/* Numbers that are read without a call equal strtod's. */
static void
plain_numbers_are_exact(void **state)
{
    (void)state;
    struct mapping m = simple(CELL_TIME_UNIX_S, "UTC", 60);
    unsigned seed = 1;
    for (int i = 0; i < 2000; i++) {
        struct arena *a = arena_new();
        char number[40], text[80];
        int whole = 1 + (int)(rand_r(&seed) % 9);
        int behind = (int)(rand_r(&seed) % 10);
        int n = snprintf(number, sizeof number, "%s%d",
                         rand_r(&seed) % 2 ? "-" : "",
                         rand_r(&seed) % (whole > 4 ? 99999999 : 999));
        if (behind > 0)
            snprintf(number + n, sizeof number - (size_t)n, ".%0*u", behind,
                     rand_r(&seed) % 1000000000);
        snprintf(text, sizeof text, "1709510400,%s\n", number);
        struct rowfile *f;
        struct err err;
        const struct rowfile_row *row;
        assert_true(rowfile_open(a, stream_open_bytes(a, text, strlen(text)),
                                 &m, &f, &err));
        assert_true(rowfile_next(f, &row, &err));
        assert_null(row->row.bad);
        double expected = strtod(number, NULL);
        assert_memory_equal(&row->row.close, &expected, sizeof expected);
        arena_free(a);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_that_clocks_skip_is_bad),
        cmocka_unit_test(a_doubled_hour_is_told_apart_by_the_order),
        cmocka_unit_test(a_daily_bar_is_of_its_local_date),
        cmocka_unit_test(a_clock_in_a_column_of_its_own_is_added),
        cmocka_unit_test(clocks_are_read_as_people_write_them),
        cmocka_unit_test(wrong_rows_come_as_bad_rows),
        cmocka_unit_test(the_original_text_of_a_bad_row_is_kept),
        cmocka_unit_test(json_rows_are_cells_like_others),
        cmocka_unit_test(broken_json_names_its_line),
        cmocka_unit_test(a_json_row_has_a_largest_size),
        cmocka_unit_test(trades_of_one_time_are_ordered_by_id),
        cmocka_unit_test(trades_newest_first_come_newest_first),
        cmocka_unit_test(many_bars_of_trades_need_no_more_memory),
        cmocka_unit_test(plain_numbers_are_exact),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
