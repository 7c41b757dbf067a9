#include "core/bar_check.h"

#include "tests/lib/dbcase.h"

#include <math.h>
#include <stdlib.h>

enum { DAY = 86400 };
static const int64_t JULY_TS = 1719792000; /* 2024-07-01 */

/* Three days of bars that binance brought as load 1, closes 100, 101, 102. */
static int
setup(void **state)
{
    int failed = db_case_begin(state, "worker");
    sql("INSERT INTO load (instrument_id, interval_s, kind, provider, request) "
        "SELECT id, 86400, k.kind, k.provider, 'x' FROM instrument, (VALUES "
        "(1, 'provider', 'binance'), (2, 'check', 'yahoo'), "
        "(3, 'check', 'yahoo'), (4, 'check', 'binance')) k (n, kind, provider) "
        "WHERE symbol = 'BTC-USD' ORDER BY n; "
        "INSERT INTO bar SELECT id, 86400, '2024-07-01Z'::timestamptz + "
        "n * interval '1 day', 100 + n, 110, 90, 100 + n, NULL, 1 "
        "FROM instrument, generate_series(0, 2) n WHERE symbol = 'BTC-USD'");
    return failed;
}

struct call {
    const struct bar_check *check;
    const struct series_row *rows;
    size_t n;
    struct bar_check_count *count;
};

static bool
in_tx(struct db *tx, void *arg, struct err *e)
{
    const struct call *c = arg;
    return bar_check_store(tx, c->check, c->rows, c->n, c->count, e);
}

static struct bar_check_count
compare(int64_t load_id, const char *provider, double frac,
        const double *closes, size_t n)
{
    struct series_row rows[5] = {0};
    struct bar_check_count count;
    struct bar_check check = {
        .load_id = load_id,
        .instrument_id =
            strtoll(sql("SELECT id FROM instrument WHERE symbol = 'BTC-USD'"),
                    NULL, 10),
        .interval_s = DAY,
        .provider = provider,
        .frac = frac,
    };
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct series_row){.ts = JULY_TS + (int64_t)i * DAY,
                                      .open = 1,
                                      .high = 1,
                                      .low = 1,
                                      .close = closes[i],
                                      .volume = NAN};
    struct call call = {&check, rows, n, &count};
    assert_true(db_tx(db, in_tx, &call, &err));
    return count;
}

static void
bars_of_another_provider_are_kept_and_compared(void **state)
{
    (void)state;
    const double closes[] = {100.5, 90, 102, 103}; /* no bar of the last */
    struct bar_check_count count = compare(2, "yahoo", 0.01, closes, 4);
    assert_int_equal(count.n_compared, 3);
    assert_int_equal(count.n_doubted, 1);
    assert_string_equal(
        sql("SELECT string_agg(provider || ' ' || close || ' ' || load_id, "
            "', ' ORDER BY ts) FROM bar_check"),
        "yahoo 100.5 2, yahoo 90 2, yahoo 102 2");
    assert_string_equal(
        sql("SELECT concat_ws('|', load_id, ts AT TIME ZONE 'UTC', rule, "
            "severity, field, value, expected, open, close, volume, state) "
            "FROM quarantine"),
        "2|2024-07-02 00:00:00|agreement|flag|close|101|about 90 as yahoo "
        "says, within 1 %|101|101|open");
    assert_string_equal(sql("SELECT count(*) FROM bar"), "3");
}

static void
the_newest_word_counts_and_one_doubt_stays_one(void **state)
{
    (void)state;
    const double first[] = {100, 90}, second[] = {100, 91};
    compare(2, "yahoo", 0.01, first, 2);
    sql("UPDATE quarantine SET state = 'accepted'");
    compare(3, "yahoo", 0.01, second, 2);
    assert_string_equal(
        sql("SELECT string_agg(close || ' ' || load_id, ', ' ORDER BY ts) "
            "FROM bar_check"),
        "100 2, 91 3");
    assert_string_equal(sql("SELECT state || ' ' || seen FROM quarantine"),
                        "accepted 2");
}

static void
nobody_is_compared_with_himself(void **state)
{
    (void)state;
    const double closes[] = {1, 2, 3};
    struct bar_check_count count = compare(4, "binance", 0.01, closes, 3);
    assert_int_equal(count.n_compared, 0);
    assert_string_equal(sql("SELECT count(*) FROM bar_check"), "0");
    assert_string_equal(sql("SELECT count(*) FROM quarantine"), "0");
}

static void
rows_that_are_no_bars_are_passed_over(void **state)
{
    (void)state;
    const double closes[] = {NAN, INFINITY, 102};
    struct bar_check_count count = compare(2, "yahoo", 0.01, closes, 3);
    assert_int_equal(count.n_compared, 1);
    assert_int_equal(count.n_doubted, 0);
}

static void
without_a_threshold_nothing_is_doubted(void **state)
{
    (void)state;
    const double closes[] = {1, 2, 3};
    struct bar_check_count count = compare(2, "yahoo", NAN, closes, 3);
    assert_int_equal(count.n_compared, 3);
    assert_int_equal(count.n_doubted, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(bars_of_another_provider_are_kept_and_compared),
        DB_CASE(the_newest_word_counts_and_one_doubt_stays_one),
        DB_CASE(nobody_is_compared_with_himself),
        DB_CASE(rows_that_are_no_bars_are_passed_over),
        DB_CASE(without_a_threshold_nothing_is_doubted),
    };
    return DB_CASES_RUN(tests);
}
