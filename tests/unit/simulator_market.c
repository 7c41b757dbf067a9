/* The catalogue, the reading of its files, zones and requests. */
#include "simulator/market.h"
#include "simulator/request.h"
#include "simulator/source.h"

#include "lib/date.h"
#include "lib/log.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <cmocka.h>

struct fixture {
    struct arena *a;
    char dir[64];
};

static const char *
put_file(struct fixture *f, const char *name, const char *text)
{
    const char *path = arena_printf(f->a, "%s/%s", f->dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static int
open_fixture(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    f->a = arena_new();
    strcpy(f->dir, "/tmp/quotemill-market.XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    *state = f;
    return 0;
}

static int
close_fixture(void **state)
{
    struct fixture *f = *state;
    const char *command = arena_printf(f->a, "rm -rf %s", f->dir);
    assert_int_equal(system(command), 0);
    arena_free(f->a);
    free(f);
    return 0;
}

static int64_t
ts_of(const char *text)
{
    int64_t ts;
    assert_true(date_parse_iso(text, strlen(text), &ts));
    return ts;
}

static void
files_are_read_oldest_first_whatever_their_order(void **state)
{
    struct fixture *f = *state;
    struct source s = {.path = put_file(f, "b.csv",
                                        "\xef\xbb\xbf"
                                        "Date,Close,High,Low,Open,Vol\r\n"
                                        "2024-01-03,3,3.5,2.5,2,30\r\n"
                                        "2024-01-02,,2,1,1.5,n/a\r\n"
                                        "2024-01-01,1,2,0.5,1,10"),
                       .format = SOURCE_CSV,
                       .shape = ROWS_BARS,
                       .volume = "vol"};
    struct rows r;
    struct err err;
    assert_true(source_read(f->a, &s, &r, &err));
    assert_int_equal(r.n, 3);
    assert_int_equal(r.ts[0], ts_of("2024-01-01"));
    assert_true(rows_at(&r, 2, ROWS_OPEN) == 2);
    assert_true(rows_at(&r, 2, ROWS_CLOSE) == 3);
    assert_true(isnan(rows_at(&r, 1, ROWS_CLOSE)));
    assert_true(isnan(rows_at(&r, 1, ROWS_VOLUME)));
    assert_true(rows_at(&r, 1, ROWS_HIGH) == 2);
}

static void
rows_with_a_member_to_skip_are_left_out(void **state)
{
    struct fixture *f = *state;
    struct source s = {
        .path = put_file(f, "s.json",
                         "{\"prices\": ["
                         "{\"date\": \"2024-01-01\", \"open\": 1, \"high\": 2,"
                         " \"low\": 1, \"close\": 2, \"volume\": 5},"
                         "{\"date\": \"2024-01-02\", \"time\": \"10:00\","
                         " \"open\": 1, \"high\": 2, \"low\": 1, \"close\": 2,"
                         " \"volume\": 5}]}"),
        .format = SOURCE_JSON_OBJECTS,
        .shape = ROWS_BARS,
        .rows = "prices",
        .skip = "time"};
    struct rows r;
    struct err err;
    assert_true(source_read(f->a, &s, &r, &err));
    assert_int_equal(r.n, 1);
    s.skip = NULL;
    assert_true(source_read(f->a, &s, &r, &err));
    assert_int_equal(r.n, 2);
}

static void
gzip_is_read_and_its_damage_is_seen(void **state)
{
    struct fixture *f = *state;
    const char *path = arena_printf(f->a, "%s/m.json.gz", f->dir);
    gzFile gz = gzopen(path, "wb");
    for (int i = 0; i < 5000; i++)
        gzprintf(gz, "%s[%d,1.25,2,1,%d.5,7]", i == 0 ? "[" : ",", i * 60000,
                 i % 97);
    gzputs(gz, "]");
    gzclose(gz);
    struct source s = {
        .path = path, .format = SOURCE_JSON_ARRAYS, .shape = ROWS_BARS};
    struct rows r;
    struct err err;
    assert_true(source_read(f->a, &s, &r, &err));
    assert_int_equal(r.n, 5000);
    assert_int_equal(r.ts[4999], 4999 * 60);
    assert_true(rows_at(&r, 98, ROWS_CLOSE) == 1.5);
    assert_int_equal(truncate(path, 1000), 0);
    assert_false(source_read(f->a, &s, &r, &err));
    assert_int_equal(err.kind, ERR_INPUT);
}

static void
what_is_wrong_with_a_file_is_said(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "no header line"},
        {"date,open,high,low,volume\n", "no column \"close\""},
        {"open,high,low,close,volume\n", "no column \"date\""},
        {"date,open,high,low,close,volume\n2024-01-01,1,2\n", "line 2"},
        {"date,open,high,low,close,volume\nsoon,1,2,1,2,5\n",
         "\"soon\" is no time"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct source s = {.path = put_file(f, "x.csv", cases[i].text),
                           .shape = ROWS_BARS};
        struct rows r;
        struct err err;
        assert_false(source_read(f->a, &s, &r, &err));
        assert_int_equal(err.kind, ERR_INPUT);
        assert_non_null(strstr(err.text, cases[i].words));
    }
}

static const char header[] = "provider,symbol,interval,file,format,options\n";

static bool
market_from(struct fixture *f, const char *lines, struct market **m,
            struct err *err)
{
    put_file(f, "catalogue.csv", arena_printf(f->a, "%s%s", header, lines));
    struct market_open how = {.data_dir = f->dir, .catalogue = "/nowhere"};
    return market_open(&how, m, err);
}

static void
files_of_one_series_are_put_together(void **state)
{
    struct fixture *f = *state;
    struct market *m;
    struct err err;
    put_file(f, "a.csv", "date,value\n2024-01-01,1\n2024-01-02,2\n");
    put_file(f, "b.csv", "date,value\n2024-01-02,99\n2024-01-03,3\n");
    assert_true(market_from(f,
                            "fred,X,1d,a.csv,csv,shape=scalar\n"
                            "fred,X,1d,missing.csv,csv,shape=scalar\n"
                            "fred,X,1d,b.csv,csv,shape=scalar\n"
                            "fred,Y,1d,missing.csv,csv,shape=scalar\n",
                            &m, &err));
    const struct market_series *s = market_find(m, "fred", "X", DAY_S);
    assert_non_null(s);
    struct market_query q = {.interval_s = DAY_S,
                             .to_ts = INT64_MAX / 2,
                             .now_ts = ts_of("2024-01-03"),
                             .max = 10};
    struct rows r = market_rows(f->a, m, s, &q);
    assert_int_equal(r.n, 3);
    assert_true(rows_at(&r, 1, 0) == 2);
    q.now_ts--;
    assert_int_equal(market_rows(f->a, m, s, &q).n, 2);
    assert_null(market_find(m, "fred", "Y", DAY_S));
    assert_null(market_find(m, "fred", "Z", DAY_S));
    assert_null(market_find(m, "eia", "X", DAY_S));
    market_close(m);
}

static void
wrong_catalogue_lines_are_named(void **state)
{
    struct fixture *f = *state;
    static const char *const lines[] = {
        "fred,X,1y,a.csv,csv,\n",
        "fred,X,1d,a.csv,xml,\n",
        "fred,X,1d,a.csv,csv,colour=red\n",
        "fred,X,1d,a.csv,csv,zone=Mars/Base\n",
        "fred,X,1d,a.csv,csv,open=25:00\n",
        "fred,X,1d,a.csv,csv,shape=round\n",
        "fred,,1d,a.csv,csv,\n",
        "fred,X,1d,a.csv\n",
    };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct market *m;
        struct err err;
        assert_false(market_from(f, lines[i], &m, &err));
        assert_int_equal(err.kind, ERR_INPUT);
        assert_non_null(strstr(err.text, "line 2"));
    }
}

static void
sessions_open_by_the_exchanges_clock(void **state)
{
    struct fixture *f = *state;
    struct market *m;
    struct err err;
    put_file(f, "s.csv",
             "date,open,high,low,close,volume\n2024-03-08,1,2,1,2,5\n");
    assert_true(market_from(
        f,
        "yahoo,S,1d,s.csv,csv,zone=America/New_York;open=09:30;close=16:00\n",
        &m, &err));
    const struct market_series *s = market_find(m, "yahoo", "S", DAY_S);
    static const struct {
        const char *day, *open;
    } cases[] = {{"2024-03-08", "2024-03-08T14:30:00Z"},
                 {"2024-03-11", "2024-03-11T13:30:00Z"}, /* summer begins */
                 {"2024-11-01", "2024-11-01T13:30:00Z"},
                 {"2024-11-04", "2024-11-04T14:30:00Z"}, /* and ends */
                 {"2005-04-01", "2005-04-01T14:30:00Z"}, /* the older rule */
                 {"2005-04-04", "2005-04-04T13:30:00Z"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(market_session_open(s, ts_of(cases[i].day)),
                         ts_of(cases[i].open));
    struct market_query q = {.interval_s = DAY_S,
                             .to_ts = INT64_MAX / 2,
                             .now_ts = ts_of("2024-03-08T14:29:59Z"),
                             .max = 10};
    assert_int_equal(market_rows(f->a, m, s, &q).n, 0);
    q.now_ts++;
    assert_int_equal(market_rows(f->a, m, s, &q).n, 1);
    market_close(m);
}

static void
generated_symbols_follow_the_projects_catalogue(void **state)
{
    struct fixture *f = *state;
    struct market *m;
    struct err err;
    struct market_open how = {.catalogue = "simulator/catalogue.csv",
                              .seed = 1};
    assert_true(market_open(&how, &m, &err));
    assert_non_null(market_find(m, "binance", "BTCUSDT", DAY_S));
    assert_non_null(market_find(m, "binance", "BTCUSDT", 60));
    assert_non_null(market_find(m, "mnav", "MSTR", DAY_S));
    assert_null(market_find(m, "yahoo", "MSTR", 60));
    assert_null(market_find(m, "yahoo", "COIN", DAY_S)); /* files only */
    const struct market_series *x = market_find(m, "yahoo", "SIM-1", DAY_S);
    const struct market_series *y = market_find(m, "yahoo", "SIM-2", DAY_S);
    assert_true(x != NULL && y != NULL && x != y);
    assert_ptr_equal(market_find(m, "yahoo", "SIM-1", DAY_S), x);
    assert_null(market_find(m, "fred", "SIM-1", DAY_S));
    struct market_query q = {.interval_s = DAY_S,
                             .to_ts = INT64_MAX / 2,
                             .now_ts = ts_of("2022-01-01"),
                             .max = 1,
                             .newest = true};
    struct rows p = market_rows(f->a, m, x, &q);
    struct rows r = market_rows(f->a, m, y, &q);
    assert_true(rows_at(&p, 0, ROWS_CLOSE) != rows_at(&r, 0, ROWS_CLOSE));
    market_close(m);
}

static void
a_request_is_taken_apart(void **state)
{
    struct fixture *f = *state;
    struct request r;
    request_parse(f->a,
                  "/sim/acme/v2/petroleum/pri/spt/data/"
                  "?facets%5Bseries%5D%5B%5D=RW%54C&data[0]=value&empty&x=a+b",
                  "2025-01-02T03:04:05Z", 7, &r);
    assert_string_equal(r.provider, "acme");
    assert_string_equal(r.dialect->name, "eia");
    assert_string_equal(r.path, "/v2/petroleum/pri/spt/data/");
    assert_string_equal(request_param(&r, "facets[series][]"), "RWTC");
    assert_string_equal(request_param(&r, "data[0]"), "value");
    assert_string_equal(request_param(&r, "x"), "a b");
    assert_string_equal(request_param(&r, "empty"), "");
    assert_null(request_param(&r, "nothing"));
    assert_non_null(strstr(r.uri, "facets[series][]=RWTC"));
    assert_int_equal(r.now_ts, ts_of("2025-01-02T03:04:05Z"));
    request_parse(f->a, "/v8/finance/chart/A%20B", "soon", 7, &r);
    assert_string_equal(r.provider, "yahoo");
    assert_string_equal(r.path, "/v8/finance/chart/A B");
    assert_int_equal(r.now_ts, 7);
    request_parse(f->a, "/elsewhere?x=%zz%4", NULL, 7, &r);
    assert_null(r.dialect);
    assert_string_equal(request_param(&r, "x"), "%zz%4");
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_are_read_oldest_first_whatever_their_order),
        TEST(rows_with_a_member_to_skip_are_left_out),
        TEST(gzip_is_read_and_its_damage_is_seen),
        TEST(what_is_wrong_with_a_file_is_said),
        TEST(files_of_one_series_are_put_together),
        TEST(wrong_catalogue_lines_are_named),
        TEST(sessions_open_by_the_exchanges_clock),
        TEST(generated_symbols_follow_the_projects_catalogue),
        TEST(a_request_is_taken_apart),
    };
    log_set_level((enum log_level)0);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
