#include "core/gap.h"

#include "core/interval.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/format.h"
#include "tests/lib/dbcase.h"

#include <string.h>

static int
setup(void **state)
{
    return db_case_begin(state, "worker");
}

static int64_t
at(const char *text)
{
    int64_t ts = 0;
    if (!date_parse_iso(text, strlen(text), &ts))
        fail_msg("%s is no time", text);
    return ts;
}

/* What should be there of two weeks with a change of the clocks, a holiday and
 * an early close in them (New York, minutes), of a month (24x7, minutes), of a
 * year (New York, days): made by the server, not by our calendars. */
static void
make_expected(void)
{
    sql("CREATE TABLE expected (instrument_id bigint, interval_s integer, "
        "ts timestamptz, k bigint);"
        "GRANT SELECT ON expected TO quotemill_worker;"
        "INSERT INTO expected (instrument_id, interval_s, ts) "
        "SELECT i.id, 60, t AT TIME ZONE 'America/New_York' FROM instrument i, "
        "generate_series(timestamp '2024-10-28 00:00', '2024-12-01 00:00', "
        "'1 minute') t WHERE i.symbol = 'MSTR' AND extract(isodow FROM t) < 6 "
        "AND t::time >= '09:30' AND t::time < CASE t::date WHEN "
        "'2024-11-29' THEN time '13:00' ELSE '16:00' END AND t::date <> "
        "'2024-11-28';"
        "INSERT INTO expected (instrument_id, interval_s, ts) "
        "SELECT i.id, 60, t FROM instrument i, generate_series('2024-02-20Z'::"
        "timestamptz, '2024-03-20T12:00Z', '1 minute') t WHERE i.symbol = "
        "'BTC-USD';"
        "INSERT INTO expected (instrument_id, interval_s, ts) "
        "SELECT i.id, 86400, t FROM instrument i, generate_series("
        "'2024-01-02Z'::timestamptz, '2024-11-29Z', '1 day') t WHERE "
        "i.symbol = 'AAPL' AND extract(isodow FROM t AT TIME ZONE 'UTC') < 6 "
        "AND (t AT TIME ZONE 'UTC')::date <> ALL ("
        "'{2024-01-15,2024-02-19,2024-03-29,2024-05-27,2024-06-19,2024-07-04,"
        "2024-09-02,2024-11-28}'::date[]);"
        "UPDATE expected e SET k = o.k FROM (SELECT ctid, row_number() OVER "
        "(PARTITION BY instrument_id, interval_s ORDER BY ts) AS k FROM "
        "expected) o WHERE o.ctid = e.ctid;"
        "SELECT bar_partitions_ensure('2024-02-20Z', '2024-12-01Z');"
        "INSERT INTO load (instrument_id, interval_s, kind, request, state) "
        "SELECT DISTINCT instrument_id, interval_s, 'upload', '', 'stored' "
        "FROM expected");
}

/* Stores what is expected but for k in (from, to] and the 7th of each `nth`
 * (of each 7: none). */
static void
store(const char *symbol, int interval_s, int from, int to, int nth)
{
    sql(arena_printf(
        a,
        "INSERT INTO bar SELECT e.instrument_id, e.interval_s, e.ts, 1, 1, 1, "
        "1, 1, 1 FROM expected e JOIN instrument i ON i.id = e.instrument_id "
        "WHERE i.symbol = '%s' AND e.interval_s = %d AND NOT (k > %d AND "
        "k <= %d) AND k %% %d <> 7",
        symbol, interval_s, from, to, nth));
}

/* Without those at the end, of which the server knows nothing. */
static const char *
words(const struct gap *gaps, size_t n)
{
    struct buf *b = buf_new(a);
    for (size_t i = 0; i < n; i++)
        if (!gaps[i].is_at_end)
            buf_addf(b, "%s %d %s %s %lld\n", gaps[i].symbol,
                     gaps[i].interval_s, date_format_iso(a, gaps[i].from_ts),
                     date_format_iso(a, gaps[i].to_ts), (long long)gaps[i].n);
    return b->data;
}

static const char *
list(const struct gap_filter *filter, const char *now)
{
    struct gap *gaps;
    size_t n;
    bool is_more;
    if (!gap_list(a, db, filter, at(now), &gaps, &n, &is_more, &err))
        fail_msg("%s", err.text);
    assert_false(is_more);
    return words(gaps, n);
}

/* Runs of expected bars that are not there. */
static const char *
truth(const char *where)
{
    return arena_strdup(
        a, sql(arena_printf(
               a,
               "SELECT coalesce(string_agg(line, '' ORDER BY line), '') FROM ("
               "SELECT format(E'%%s %%s %%s %%s %%s\\n', symbol, interval_s, "
               "to_char(min(ts) AT TIME ZONE 'UTC', "
               "'YYYY-MM-DD\"T\"HH24:MI:SSZ'), "
               "to_char(max(ts) AT TIME ZONE 'UTC', "
               "'YYYY-MM-DD\"T\"HH24:MI:SSZ'), count(*)) AS line FROM ("
               "SELECT i.symbol, e.interval_s, e.ts, e.k - row_number() OVER "
               "(PARTITION BY e.instrument_id, e.interval_s ORDER BY e.ts) AS "
               "island FROM expected e JOIN instrument i ON i.id = "
               "e.instrument_id WHERE NOT EXISTS (SELECT FROM bar b WHERE "
               "b.instrument_id = e.instrument_id AND b.interval_s = "
               "e.interval_s AND b.ts = e.ts) AND %s) m "
               "GROUP BY symbol, interval_s, island) l",
               where)));
}

static void
is_truth(const char *found, const char *where)
{
    size_t len = strlen(found);
    const char *expected = truth(where);
    /* psql cuts the last newline off */
    if (len > 0 && found[len - 1] == '\n')
        found = arena_strndup(a, found, len - 1);
    len = strlen(expected);
    if (len > 0 && expected[len - 1] == '\n')
        expected = arena_strndup(a, expected, len - 1);
    assert_string_equal(found, expected);
}

static void
gaps_are_those_that_the_server_finds(void **state)
{
    (void)state;
    const struct gap_filter all = {.limit = 10000};
    make_expected();
    store("MSTR", 60, 3000, 3600, 1000); /* over several sessions */
    store("BTC-USD", 60, 20000, 20080, 3000);
    store("AAPL", 86400, 60, 64, 50);
    is_truth(list(&all, "2024-11-30T12:00Z"), "true");
    assert_true(strstr(list(&all, "2024-11-30T12:00Z"), " 600\n") != NULL);
}

static void
a_filter_cuts_gaps(void **state)
{
    (void)state;
    make_expected();
    store("MSTR", 60, 3000, 3600, 1000);
    store("BTC-USD", 60, 20000, 20080, 3000);
    store("AAPL", 86400, 60, 64, 50);
    static const char *const symbols[] = {"btc-usd", "MSTR"};
    struct gap_filter f = {.symbols = symbols,
                           .n_symbols = 2,
                           .interval_s = 60,
                           .from_ts = at("2024-03-05T21:30Z"),
                           .to_ts = at("2024-11-08T15:00Z"),
                           .limit = 1000};
    is_truth(list(&f, "2024-11-30T12:00Z"),
             "e.interval_s = 60 AND e.ts BETWEEN '2024-03-05T21:30Z' AND "
             "'2024-11-08T15:00Z'");
    static const char *const unknown[] = {"BTC-USX"};
    struct gap *gaps;
    size_t n;
    bool is_more;
    f.symbols = unknown;
    f.n_symbols = 1;
    assert_false(gap_list(a, db, &f, 0, &gaps, &n, &is_more, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_true(strstr(err.text, "BTC-USD") != NULL);
}

/* What is due and not there is a gap, and what is not due is none. */
static void
the_end_is_a_gap_when_it_is_due(void **state)
{
    (void)state;
    struct gap *gaps;
    size_t n;
    bool is_more;
    const struct gap_filter all = {.limit = 10};
    make_expected();
    store("BTC-USD", 60, 41000, 99000, 7);
    assert_true(gap_list(a, db, &all, at("2024-03-19T11:20Z"), &gaps, &n,
                         &is_more, &err));
    assert_int_equal(n, 0);
    assert_true(gap_list(a, db, &all, at("2024-03-19T14:01Z"), &gaps, &n,
                         &is_more, &err));
    assert_int_equal(n, 1);
    assert_int_equal(gaps[0].from_ts, at("2024-03-19T11:20Z"));
    assert_int_equal(gaps[0].to_ts, at("2024-03-19T12:00Z"));
    assert_int_equal(gaps[0].n, 41);
    assert_true(gaps[0].is_at_end);
}

static void
a_long_list_ends_at_its_limit(void **state)
{
    (void)state;
    struct gap *gaps;
    size_t n;
    bool is_more;
    make_expected();
    store("BTC-USD", 60, 0, 0, 10);
    store("AAPL", 86400, 0, 0, 11);
    const struct gap_filter few = {.limit = 100};
    assert_true(gap_list(a, db, &few, at("2024-11-30T12:00Z"), &gaps, &n,
                         &is_more, &err));
    assert_int_equal(n, 100);
    assert_true(is_more);
    assert_string_equal(gaps[0].symbol, "AAPL");
    assert_string_equal(gaps[99].symbol, "BTC-USD");
}

/* Built bars have the gaps of the minutes that they are made of: asked for by
 * name only. */
static void
built_intervals_are_left_out(void **state)
{
    (void)state;
    make_expected();
    store("BTC-USD", 60, 20000, 20180, 7);
    sql("INSERT INTO load (instrument_id, interval_s, kind, request, state) "
        "SELECT id, 3600, 'derived', '', 'stored' FROM instrument WHERE "
        "symbol = 'BTC-USD'");
    sql("INSERT INTO bar SELECT instrument_id, 3600, date_trunc('hour', ts), "
        "1, 1, 1, 1, 1, 1 FROM bar WHERE interval_s = 60 GROUP BY 1, 3");
    struct gap_filter f = {.limit = 10, .to_ts = at("2024-03-20T12:00Z")};
    assert_string_equal(
        list(&f, "2024-11-30T12:00Z"),
        "BTC-USD 60 2024-03-04T21:20:00Z 2024-03-05T00:19:00Z 180\n");
    f.interval_s = 3600;
    assert_string_equal(
        list(&f, "2024-11-30T12:00Z"),
        "BTC-USD 3600 2024-03-04T22:00:00Z 2024-03-04T23:00:00Z 2\n");
}

static const struct coverage *
row(const struct coverage_map *map, const char *symbol, int32_t interval_s)
{
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(map->rows[i].symbol, symbol) == 0 &&
            map->rows[i].interval_s == interval_s)
            return &map->rows[i];
    fail_msg("no row %s", symbol);
    return NULL;
}

static const char *
states(const struct coverage_map *map, const struct coverage *c)
{
    char *text = arena_strdup(a, "");
    for (size_t i = 0; i < map->n_days; i++)
        text = arena_printf(a, "%s%.1s", text,
                            coverage_state_name(c->days[i].state));
    return text;
}

static void
days_have_their_state(void **state)
{
    (void)state;
    make_expected();
    store("MSTR", 60, 3000, 3600, 7);
    store("AAPL", 86400, 222, 224, 7);
    sql("INSERT INTO bar_history SELECT instrument_id, interval_s, ts, 1, 1, "
        "1, 1, 1, 1, 2, now(), now() FROM bar b WHERE b.interval_s = 86400 AND "
        "ts = '2024-11-21Z'");
    sql("INSERT INTO quarantine (load_id, instrument_id, interval_s, ts, rule, "
        "severity, field, value, expected, raw) SELECT 1, instrument_id, "
        "interval_s, ts, 'jump', 'flag', '', '', '', '' FROM bar b WHERE "
        "b.interval_s = 86400 AND ts = '2024-11-22Z'");
    struct coverage_map map;
    const struct gap_filter f = {
        .from_ts = at("2024-11-07"), .to_ts = at("2024-12-03"), .limit = 100};
    assert_true(
        coverage_get(a, db, &f, "", 100, at("2024-12-04T12:00Z"), &map, &err));
    assert_int_equal(map.n_days, 27);
    /* the 223rd and 224th session of 2024: 18 and 19 November */
    const struct coverage *c = row(&map, "AAPL", 86400);
    assert_string_equal(states(&map, c), "hhcchhhhhccgghcqcchhhchccgg");
    assert_int_equal(c->expected - c->present, 4);
    c = row(&map, "MSTR", 60);
    assert_int_equal(c->days[0].expected, 390);
    assert_int_equal(c->days[22].expected, 210);
    int64_t missing = 0;
    for (size_t i = 0; i < map.n_days; i++)
        missing += c->days[i].expected - c->days[i].present;
    assert_int_equal(missing, c->expected - c->present);
    is_truth(words(map.gaps, map.n_gaps),
             "(e.interval_s = 60 AND i.symbol = 'MSTR' OR i.symbol = 'AAPL') "
             "AND e.ts >= '2024-11-07Z'");
}

static void
instruments_come_in_pages(void **state)
{
    (void)state;
    struct coverage_map map;
    const struct gap_filter f = {
        .from_ts = at("2024-11-07"), .to_ts = at("2024-12-03"), .limit = 100};
    make_expected();
    store("BTC-USD", 60, 0, 0, 7);
    assert_true(coverage_get(a, db, &f, "", 3, at("2024-12-04"), &map, &err));
    assert_int_equal(map.n, 3);
    assert_string_equal(map.next, "BTC-USD");
    assert_int_equal(map.rows[0].interval_s, 0);
    assert_null(map.rows[0].days);
    assert_true(
        coverage_get(a, db, &f, map.next, 100, at("2024-12-04"), &map, &err));
    assert_int_equal(map.n, 7);
    assert_null(map.next);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(gaps_are_those_that_the_server_finds),
        DB_CASE(a_filter_cuts_gaps),
        DB_CASE(the_end_is_a_gap_when_it_is_due),
        DB_CASE(a_long_list_ends_at_its_limit),
        DB_CASE(built_intervals_are_left_out),
        DB_CASE(days_have_their_state),
        DB_CASE(instruments_come_in_pages),
    };
    return DB_CASES_RUN(tests);
}
