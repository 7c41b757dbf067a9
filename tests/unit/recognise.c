#include "core/recognise.h"

#include "core/interval.h"
#include "core/rowfile.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define FIXTURES "tests/fixtures/csv/"

static const char *const symbols[] = {"BTC-USD", "ETH-USD", "MSTR", "MNAV",
                                      "AAPL",    "MSFT",    "WTI"};

/* ---- what was found, as one line ---- */

static void
add_number(struct buf *b, double v)
{
    char text[NUMBER_TEXT_MAX] = "-";
    if (!isnan(v))
        (void)number_format_f64(text, v);
    buf_addf(b, " %s", text);
}

static void
add_row(struct arena *a, struct buf *b, const struct mapping *m,
        const struct rowfile_row *r)
{
    const struct mapping_series *s = &m->series[r->series];
    buf_addf(b, " | %s %s",
             s->symbol != NULL   ? s->symbol
             : s->theirs != NULL ? s->theirs
                                 : "?",
             r->row.ts != SERIES_NO_TS ? date_format_iso(a, r->row.ts) : "-");
    if (r->row.bad != NULL)
        buf_addf(b, " %s", r->row.bad);
    if (r->row.open == r->row.close && r->row.high == r->row.close) {
        add_number(b, r->row.close);
        return;
    }
    add_number(b, r->row.open);
    add_number(b, r->row.high);
    add_number(b, r->row.low);
    add_number(b, r->row.close);
    add_number(b, r->row.volume);
}

/* How many rows there are, the first and the last. */
static void
add_rows(struct arena *a, struct buf *b, const struct mapping *m,
         const char *text, size_t len)
{
    struct rowfile *f;
    struct err err;
    const struct rowfile_row *row;
    struct buf *last = buf_new(a), *first = buf_new(a);
    int64_t n = 0, bad = 0;
    if (!rowfile_open(a, stream_open_bytes(a, text, len), m, &f, &err)) {
        buf_addf(b, " | %s", err.text);
        return;
    }
    for (;; n++) {
        if (!rowfile_next(f, &row, &err)) {
            buf_addf(b, " | %s", err.text);
            return;
        }
        if (row == NULL)
            break;
        bad += row->row.bad != NULL;
        buf_clear(last);
        add_row(a, n == 0 ? first : last, m, row);
    }
    buf_addf(b, " %lld rows", (long long)n);
    if (bad > 0)
        buf_addf(b, ", %lld bad", (long long)bad);
    if (rowfile_skipped(f) > 0)
        buf_addf(b, ", %lld left out", (long long)rowfile_skipped(f));
    buf_addf(b, "%s%s", first->data, last->len > 0 ? last->data : "");
}

static const char *
summary(struct arena *a, const struct recognised *r, const char *text,
        size_t len)
{
    const struct mapping *m = &r->mapping;
    struct buf *b = buf_new(a);
    buf_addf(b, "%s %s %s %s%s%s", m->format, interval_name(m->interval_s),
             cell_time_name(m->time_form), m->zone,
             m->decimal == ',' ? " comma" : "", m->trades ? " trades" : "");
    for (size_t i = 0; i < r->n_questions; i++)
        buf_addf(b, "%s%s=%s", i == 0 ? " ?" : ",", r->questions[i].field,
                 r->questions[i].hint != NULL ? r->questions[i].hint : "");
    add_rows(a, b, m, text, len);
    return b->data;
}

static const char *
read_whole(struct arena *a, const char *path, size_t *len)
{
    FILE *f = fopen(path, "rbe");
    assert_non_null(f);
    char *text = arena_alloc(a, 1 << 20);
    *len = fread(text, 1, 1 << 20, f);
    fclose(f);
    return text;
}

/* The summary of a text, or what is wrong with it. answers: "a=b c=d". */
static const char *
find(struct arena *a, const char *name, const char *text, size_t len,
     const char *answers)
{
    const char *list[8];
    struct recognise_input in = {.name = name,
                                 .head = text,
                                 .head_len = len,
                                 .tail = text,
                                 .tail_len = len,
                                 .is_whole = true,
                                 .symbols = symbols,
                                 .n_symbols = COUNT_OF(symbols),
                                 .answers = list};
    struct recognised r;
    struct err err;
    for (char *s = strtok(arena_strdup(a, answers), " "); s != NULL;
         s = strtok(NULL, " "))
        list[in.n_answers++] = s;
    if (!recognise(a, &in, &r, &err))
        return arena_strdup(a, err.text);
    assert_true(r.confidence > 0 && r.confidence <= 1);
    assert_true(r.n_questions > 0 || mapping_check(&r.mapping, &err));
    return summary(a, &r, text, len);
}

/* ---- each fixture ---- */

static const struct {
    const char *file, *expected;
} fixtures[] = {
#include "tests/unit/recognise.def"
};

static void
each_format_is_known_by_its_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(fixtures); i++) {
        struct arena *a = arena_new();
        size_t len;
        const char *text = read_whole(
            a, arena_printf(a, FIXTURES "%s", fixtures[i].file), &len);
        const char *found = find(a, fixtures[i].file, text, len, "");
        if (strcmp(found, fixtures[i].expected) != 0)
            fail_msg("%s: %s", fixtures[i].file, found);
        arena_free(a);
    }
}

static void
check(const char *name, const char *text, const char *answers,
      const char *expected)
{
    struct arena *a = arena_new();
    const char *found = find(a, name, text, strlen(text), answers);
    if (strcmp(found, expected) != 0)
        fail_msg("%s %s:\nfound    %s\nexpected %s", name, answers, found,
                 expected);
    arena_free(a);
}

static void
check_fixture(const char *file, const char *answers, const char *expected)
{
    struct arena *a = arena_new();
    size_t len;
    const char *text =
        read_whole(a, arena_printf(a, FIXTURES "%s", file), &len);
    const char *found = find(a, file, text, len, answers);
    if (strcmp(found, expected) != 0)
        fail_msg("%s %s: %s", file, answers, found);
    arena_free(a);
}

/* ---- what is no table of prices ---- */

static void
other_files_are_refused_in_words(void **state)
{
    (void)state;
    check("a", "", "", "the file is empty");
    check("a", "\xEF\xBB\xBF \n\n", "", "the file is empty");
    check("a", "\x89PNG\r\n\x1A\nxx", "", "this is a PNG picture");
    check("a", "%PDF-1.4", "",
          "this is a PDF document; export the table as CSV");
    check("a", "PK\x03\x04rest", "",
          "this is a ZIP archive or an Excel workbook; unpack it, or save it "
          "as CSV");
    check("a",
          "\xFF\xFE"
          "d",
          "", "this is UTF-16 text; save as UTF-8");
    check("a", "<!DOCTYPE html><html>", "",
          "this is a web page or XML, not a table; download the CSV itself");
    check("a", "just words\nand more\n", "",
          "this is not a table: no line has cells that are divided by a "
          "comma, a semicolon, a tab or a bar");
    check("a", "date,close\n", "",
          "the file has a header and no rows: the columns are date, close");
    check("a", "a,b\n1,2\n3,4\n", "",
          "no column looks like a time: the columns are a, b");
    check("a", "date,name\n2024-03-04,x\n2024-03-05,y\n", "",
          "no column holds numbers that could be a price: the columns are "
          "date, name");
    check("a", "{\"a\": 1}", "",
          "this is JSON, but no list of rows was found in it (arrays, "
          "objects, or a map by time)");
    check("a", "[[]]", "",
          "no column looks like a time: the columns are "
          "column 1");
}

static void
zeros_and_utf16_without_a_mark_are_named(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_string_equal(find(a, "a", "d\0a\0t\0e\0,\0\n\0", 12, ""),
                        "this is UTF-16 text; save as UTF-8");
    assert_string_equal(find(a, "a", "\0\0\0\0\0\0\0\0", 8, ""),
                        "this is binary data (it has zero bytes)");
    arena_free(a);
}

/* ---- answers ---- */

static void
answers_close_questions(void **state)
{
    (void)state;
    check_fixture("investing_open_order.csv", "day_order=dmy instrument=aapl",
                  "investing 1d dmy UTC 1 rows | AAPL 2024-03-04T00:00:00Z "
                  "101.5 104.25 100.75 103.5 1500");
    check_fixture("open_decimal.csv", "decimal=, instrument=AAPL",
                  "custom 1d iso UTC comma 6 rows | AAPL "
                  "2024-03-04T00:00:00Z 51.123 | AAPL 2024-03-11T00:00:00Z "
                  "70.01");
    check_fixture("zone_open.csv", "zone=Europe/Istanbul instrument=AAPL",
                  "custom 1h iso Europe/Istanbul 6 rows | AAPL "
                  "2024-03-04T06:00:00Z 101.5 103.25 100.75 102.5 - | AAPL "
                  "2024-03-04T11:00:00Z 101.75 105.5 101.25 105.25 -");
    check_fixture("late_utc.csv", "zone=Europe/Istanbul instrument=AAPL",
                  "custom 1d iso Europe/Istanbul 5 rows | AAPL "
                  "2024-03-05T00:00:00Z 102.5 | AAPL 2024-03-09T00:00:00Z "
                  "101.75");
    check_fixture("value_open.csv", "close=2 instrument=MNAV",
                  "custom 1d iso UTC 3 rows | MNAV 2024-03-04T00:00:00Z 10 | "
                  "MNAV 2024-03-17T00:00:00Z 13");
    check_fixture("weekly.csv", "interval=1d instrument=MNAV",
                  "custom 1d iso UTC 4 rows | MNAV 2024-03-01T00:00:00Z 5.5 | "
                  "MNAV 2024-03-22T00:00:00Z 8.25");
    check_fixture("yahoo.csv", "close=adjclose volume=- instrument=AAPL",
                  "custom 1d iso UTC 6 rows | AAPL 2024-03-04T00:00:00Z 101.5 "
                  "103.25 100.75 100.45 - | AAPL 2024-03-11T00:00:00Z 101.75 "
                  "105.5 101.25 103.145 -");
    check_fixture("trades.csv", "interval=5m instrument=ETH-USD",
                  "custom 5m iso UTC trades 1 rows | ETH-USD "
                  "2024-03-04T00:00:00Z 100.25 102.25 100 102 15.625");
}

static void
one_series_of_several_is_chosen(void **state)
{
    (void)state;
    check_fixture("closes.json", "instrument=BTC-USD",
                  "custom 1d iso UTC 6 rows | BTC-USD 2024-03-04T00:00:00Z "
                  "61500 | BTC-USD 2024-03-11T00:00:00Z 63150");
    check_fixture("closes.json",
                  "instrument.BTC=BTC-USD instrument.ETH=ETH-USD",
                  "custom 1d iso UTC 12 rows | BTC-USD 2024-03-04T00:00:00Z "
                  "61500 | ETH-USD 2024-03-11T00:00:00Z 3157.5");
    check_fixture("bars.psv", "instrument.XYZ=-",
                  "custom 1m iso UTC 3 rows, 3 left out | AAPL "
                  "2024-03-04T19:30:00Z 101.5 103.25 100.75 102.5 51000 | AAPL "
                  "2024-03-04T19:32:00Z 103.75 104.5 99.5 100.25 77300");
    check_fixture("mstr_history.csv", "instrument=MNAV",
                  "mstr_history 1d iso UTC 6 rows | MNAV 2024-03-04T00:00:00Z "
                  "1.5 | MNAV 2024-03-11T00:00:00Z 2.125");
}

static void
wrong_answers_are_named(void **state)
{
    (void)state;
    check_fixture("yahoo.csv", "colour=red",
                  "there is no field \"colour\"; there are time, clock, open, "
                  "high, low, close, volume, symbol, id, flag (columns), "
                  "instrument, interval, format, zone, day_order, decimal, "
                  "delimiter and header");
    check_fixture("yahoo.csv", "close=Last",
                  "close=Last: there is no such column; the columns are Date, "
                  "Open, High, Low, Close, Adj Close, Volume");
    check_fixture("yahoo.csv", "instrument=MSTRR",
                  "there is no instrument \"MSTRR\"");
    check_fixture("yahoo.csv", "instrument=BTCUSDT",
                  "there is no instrument \"BTCUSDT\"; did you mean BTC-USD?");
    check_fixture("yahoo.csv", "interval=2h",
                  "interval \"2h\": expected 1m, 5m, 15m, 1h, 4h or 1d");
    check_fixture("yahoo.csv", "zone=Mars/Base",
                  "zone \"Mars/Base\": expected an IANA zone, as "
                  "Europe/Berlin");
    check_fixture("yahoo.csv", "format=kraken",
                  "the file is not of the format kraken: its columns are Date, "
                  "Open, High, Low, Close, Adj Close, Volume");
    check_fixture("yahoo.csv", "time=Volume close",
                  "\"close\": expected field=column or field=value");
    check_fixture("yahoo.csv", "decimal=x", "decimal \"x\": expected . or ,");
    check_fixture("yahoo.csv", "delimiter=x",
                  "delimiter \"x\": expected , ; | or tab");
}

/* ---- names ---- */

static void
the_name_of_a_file_is_matched_where_it_is_certain(void **state)
{
    (void)state;
    static const struct {
        const char *name, *is;
    } names[] = {
        {"AAPL_yahoo.csv", "AAPL"},
        {"/home/x/AAPL (1).csv", "AAPL"},
        {"BTC-USD_bitstamp_cryptodatadownload.csv.gz", "BTC-USD"},
        {"Bitstamp_BTCUSD_d.csv", "BTC-USD"},
        {"eth_usd.csv", "ETH-USD"},
        {"MSTR_yahoo_unadjusted_2000_2024-03.csv", "MSTR"},
        {"wti-daily.csv.zst", "WTI"},
        {"BTC_USDT-1m_2023.csv", "? BTC-USD"},
        {"mstr_btc_purchases.csv", "? MSTR"},
        {"nvidia_usd.csv", "? nvidia_usd"},
        {"DAX Futures Historical Data.csv", "? DAX Futures"},
        {"prices.csv", "? "},
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        bool is_open = names[i].is[0] == '?';
        char expected[200];
        snprintf(expected, sizeof expected,
                 "stooq 1d iso UTC%s%s 2 rows | %s 2024-03-04T00:00:00Z 1 2 "
                 "0.5 1.5 10 | %s 2024-03-05T00:00:00Z 1 2 0.5 1.5 10",
                 is_open ? " ?instrument=" : "", is_open ? names[i].is + 2 : "",
                 is_open ? "?" : names[i].is, is_open ? "?" : names[i].is);
        check(names[i].name,
              "Date,Open,High,Low,Close,Volume\n2024-03-04,1,2,0.5,1.5,10\n"
              "2024-03-05,1,2,0.5,1.5,10\n",
              "", expected);
    }
}

static void
files_of_other_programs_are_read(void **state)
{
    (void)state;
    check("wti.csv", /* MetaTrader */
          "2024.03.04,09:30,1,2,0.5,1.5,10\n2024.03.04,09:31,1,2,0.5,1.5,10\n",
          "zone=UTC",
          "custom 1m ymd UTC 2 rows | WTI 2024-03-04T09:30:00Z 1 2 0.5 1.5 10 "
          "| WTI 2024-03-04T09:31:00Z 1 2 0.5 1.5 10");
    check("wti.csv", /* HistData */
          "20240304 170000;1;2;0.5;1.5;0\n20240304 170100;1;2;0.5;1.5;0\n",
          "zone=UTC",
          "custom 1m compact UTC 2 rows | WTI 2024-03-04T17:00:00Z 1 2 0.5 "
          "1.5 0 | WTI 2024-03-04T17:01:00Z 1 2 0.5 1.5 0");
    check("wti.csv", /* Dukascopy */
          "Gmt time,Open,High,Low,Close,Volume\n14.03.2024 00:00:00.000,1,2,"
          "0.5,1.5,1\n14.03.2024 01:00:00.000,1,2,0.5,1.5,1\n",
          "",
          "custom 1h dmy UTC 2 rows | WTI 2024-03-14T00:00:00Z 1 2 0.5 1.5 1 "
          "| WTI 2024-03-14T01:00:00Z 1 2 0.5 1.5 1");
    check("wti.csv", /* Excel's own first line */
          "sep=;\nDatum;Kurs\n14.03.2024;1,5\n15.03.2024;1,25\n", "",
          "custom 1d dmy UTC comma 2 rows | WTI 2024-03-14T00:00:00Z 1.5 | "
          "WTI 2024-03-15T00:00:00Z 1.25");
    check("wti.json", /* CoinGecko */
          "{\"prices\":[[1709510400000,1.5],[1709514000000,2.5]],"
          "\"market_caps\":[[1709510400000,1234567.5],[1709514000000,"
          "2345678.5]]}",
          "",
          "custom 1h unix_ms UTC 2 rows | WTI 2024-03-04T00:00:00Z 1.5 | WTI "
          "2024-03-04T01:00:00Z 2.5");
    check("x.json", /* Polygon */
          "{\"ticker\":\"AAPL\",\"results\":[{\"v\":7,\"vw\":1,"
          "\"o\":1,\"c\":1.5,\"h\":2,\"l\":0.5,\"t\":1709510400000,"
          "\"n\":3},{\"v\":7,\"vw\":1,\"o\":1,\"c\":1.25,\"h\":2,"
          "\"l\":0.5,\"t\":1709510700000,\"n\":3}]}",
          "",
          "custom 5m unix_ms UTC 2 rows | AAPL 2024-03-04T00:00:00Z 1 2 0.5 "
          "1.5 7 | AAPL 2024-03-04T00:05:00Z 1 2 0.5 1.25 7");
    check("x.csv", "date,close,Name\n2024-03-04,1,AAPL\n2024-03-05,2,AAPL\n",
          "",
          "custom 1d iso UTC 2 rows | AAPL 2024-03-04T00:00:00Z 1 | AAPL "
          "2024-03-05T00:00:00Z 2");
}

static void
decimal_signs_are_found_from_clear_cells(void **state)
{
    (void)state;
    check("wti.csv", "d;close\n04.03.2024;1.234,5\n14.03.2024;1.235\n", "",
          "custom 1d dmy UTC comma 2 rows | WTI 2024-03-04T00:00:00Z 1234.5 | "
          "WTI 2024-03-14T00:00:00Z 1235");
    check("wti.csv", "date,close\n2024-03-04,1.234\n2024-03-05,2.345\n", "",
          "custom 1d iso UTC 2 rows | WTI 2024-03-04T00:00:00Z 1.234 | WTI "
          "2024-03-05T00:00:00Z 2.345");
    check("wti.csv", "date,close\n2024-03-04,\"1,234\"\n2024-03-05,\"2,345\"\n",
          "",
          "custom 1d iso UTC ?decimal= 2 rows | WTI 2024-03-04T00:00:00Z 1234 "
          "| WTI 2024-03-05T00:00:00Z 2345");
    check("wti.csv",
          "date,close\n2024-03-04,\"1,234,567\"\n2024-03-05,\"2,345\"\n", "",
          "custom 1d iso UTC 2 rows | WTI 2024-03-04T00:00:00Z 1234567 | WTI "
          "2024-03-05T00:00:00Z 2345");
}

static void
the_tail_decides_what_the_head_leaves_open(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    static const char head[] = "date,close\n01/02/2024,1\n",
                      tail[] = "4,5\n30/01/2025,7\n";
    struct recognise_input in = {.name = "wti.csv",
                                 .head = head,
                                 .head_len = sizeof head - 1,
                                 .tail = tail,
                                 .tail_len = sizeof tail - 1,
                                 .symbols = symbols,
                                 .n_symbols = COUNT_OF(symbols)};
    struct recognised r;
    struct err err;
    assert_true(recognise(a, &in, &r, &err));
    assert_int_equal(r.mapping.time_form, CELL_TIME_DMY);
    assert_int_equal(r.n_questions, 0);
    arena_free(a);
}

static void
a_wide_file_is_read_to_its_last_column(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct buf *text = buf_new(a);
    buf_adds(text, "Date");
    for (int i = 1; i < 1000; i++)
        buf_addf(text, ",%s", i == 999 ? "AAPL" : "x");
    for (int row = 0; row < 3; row++) {
        buf_addf(text, "\n2024-03-%02d", row + 4);
        for (int i = 1; i < 1000; i++)
            buf_addf(text, ",%d", i + row);
    }
    assert_string_equal(find(a, "", text->data, text->len, ""),
                        "custom 1d iso UTC 3 rows | AAPL 2024-03-04T00:00:00Z "
                        "999 | AAPL 2024-03-06T00:00:00Z 1001");
    assert_string_equal(
        find(a, "",
             "Price,Close,High\nTicker,AAPL,AAPL,MSFT\nDate,,\n"
             "2024-03-04,1,2\n2024-03-05,1,2\n",
             76, ""),
        "yfinance 1d iso UTC 2 rows | AAPL 2024-03-04T00:00:00Z 1 | AAPL "
        "2024-03-05T00:00:00Z 1");
    arena_free(a);
}

static void
formats_have_names_and_titles(void **state)
{
    (void)state;
    assert_true(recognise_format_count() > 12);
    for (size_t i = 0; i < recognise_format_count(); i++) {
        assert_true(strlen(recognise_format_title(i)) > 4);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(recognise_format_name(i),
                                    recognise_format_name(k));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_format_is_known_by_its_shape),
        cmocka_unit_test(other_files_are_refused_in_words),
        cmocka_unit_test(zeros_and_utf16_without_a_mark_are_named),
        cmocka_unit_test(answers_close_questions),
        cmocka_unit_test(one_series_of_several_is_chosen),
        cmocka_unit_test(wrong_answers_are_named),
        cmocka_unit_test(the_name_of_a_file_is_matched_where_it_is_certain),
        cmocka_unit_test(files_of_other_programs_are_read),
        cmocka_unit_test(decimal_signs_are_found_from_clear_cells),
        cmocka_unit_test(the_tail_decides_what_the_head_leaves_open),
        cmocka_unit_test(a_wide_file_is_read_to_its_last_column),
        cmocka_unit_test(formats_have_names_and_titles),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
