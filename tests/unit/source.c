#include "core/source.h"
#include "core/instrument_list.h"
#include "lib/date.h"
#include "tests/lib/dbcase.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
setup(void **state)
{
    return db_case_begin(state, "console");
}

static void
bars(const char *symbol, const char *from, const char *to)
{
    sql(arena_printf(a,
                     "INSERT INTO bar SELECT i.id, 86400, d, 1, 1, 1, "
                     "extract(day FROM d AT TIME ZONE 'UTC'), NULL, 1 "
                     "FROM instrument i, generate_series('%sT00:00Z'::"
                     "timestamptz, '%sT00:00Z', '1 day') d WHERE "
                     "i.symbol = '%s'",
                     from, to, symbol));
}

static int64_t
ts_of(const char *iso)
{
    int64_t ts;
    assert_true(date_parse_iso(iso, strlen(iso), &ts));
    return ts;
}

static struct source
look(const char *symbol, const char *now)
{
    struct source *all;
    size_t n;
    assert_true(source_list(a, db, "", SOURCE_MAX, ts_of(now), &all, &n, &err));
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].symbol, symbol) == 0)
            return all[i];
    fail_msg("no source %s", symbol);
    return (struct source){0};
}

static void
a_source_without_bars_has_no_data(void **state)
{
    (void)state;
    struct source s = look("BTC-USD", "2026-01-20T12:00Z");
    assert_string_equal(s.state, "none");
    assert_int_equal(s.last_ts, 0);
    assert_true(isnan(s.close));
    assert_true(source_is_behind(&s));
}

static void
a_source_grows_late_and_then_stale(void **state)
{
    (void)state;
    bars("BTC-USD", "2026-01-01", "2026-01-19");
    struct source s = look("BTC-USD", "2026-01-20T12:00Z");
    assert_string_equal(s.state, "fresh");
    assert_true(s.close == 19);
    assert_false(source_is_behind(&s));
    /* 24x7: a bar is due 26 hours after its day began */
    s = look("BTC-USD", "2026-01-21T03:00Z");
    assert_string_equal(s.state, "late");
    assert_string_equal(s.words, "the bar of 2026-01-20 is due and missing");
    assert_true(source_is_behind(&s));
    s = look("BTC-USD", "2026-01-25T03:00Z");
    assert_string_equal(s.state, "stale");
    assert_string_equal(s.words, "5 sessions behind, since 2026-01-20");
}

static void
a_ratio_has_no_currency(void **state)
{
    (void)state;
    assert_string_equal(look("MNAV", "2026-01-20T12:00Z").currency, "");
    assert_string_equal(look("THYAO.IS", "2026-01-20T12:00Z").currency, "TRY");
}

static void
a_closed_market_is_not_late(void **state)
{
    (void)state;
    bars("MSTR", "2026-01-12", "2026-01-16");
    /* Saturday, Sunday, and Monday the holiday */
    for (const char *const *now =
             (const char *const[]){"2026-01-18T12:00Z", "2026-01-19T12:00Z",
                                   NULL};
         *now != NULL; now++) {
        struct source s = look("MSTR", *now);
        assert_string_equal(s.state, "closed");
        assert_false(source_is_behind(&s));
    }
}

/* A minute is due two hours after it has passed: so much patience the calendar
 * has with a day. */
static void
minutes_are_judged_by_the_minute(void **state)
{
    (void)state;
    sql("UPDATE instrument SET interval_s = 60 WHERE symbol = 'MSTR'");
    sql("SELECT bar_partitions_ensure('2026-01-16Z', '2026-01-16Z')");
    sql("INSERT INTO bar SELECT i.id, 60, d, 1, 1, 1, 1, NULL, 1 FROM "
        "instrument i, generate_series('2026-01-16T14:30Z'::timestamptz, "
        "'2026-01-16T20:59Z', '1 minute') d WHERE i.symbol = 'MSTR'");
    struct source s = look("MSTR", "2026-01-16T15:00Z");
    assert_string_equal(s.state, "fresh");
    s = look("MSTR", "2026-01-20T14:29Z"); /* after a long weekend */
    assert_string_equal(s.state, "closed");
    assert_string_equal(s.words, "up to date; the market is closed");
    s = look("MSTR", "2026-01-20T16:31Z");
    assert_string_equal(s.state, "late");
    assert_string_equal(s.words,
                        "the bar of 2026-01-20T14:30:00Z is due and missing");
    s = look("MSTR", "2026-01-20T17:30Z");
    assert_string_equal(s.words, "60 bars behind, since 2026-01-20T14:30:00Z");
    s = look("MSTR", "2026-01-22T17:30Z");
    assert_string_equal(s.state, "stale");
}

static void
a_list_goes_on_after_a_symbol(void **state)
{
    (void)state;
    struct instrument_item *items;
    size_t n;
    bars("AAPL", "2026-01-01", "2026-01-03");
    assert_true(instrument_list_page(a, db, "", 3, 0, &items, &n, &err));
    assert_int_equal(n, 3);
    assert_string_equal(items[0].fresh.symbol, "AAPL");
    assert_int_equal(items[0].n_bars, 3);
    assert_string_equal(items[0].listings, "yahoo (AAPL)");
    const char *last = items[2].fresh.symbol;
    assert_string_equal(last, "BTC-USD");
    assert_string_equal(items[2].listings,
                        "binance (BTCUSDT), yahoo (BTC-USD)");
    assert_true(instrument_list_page(a, db, last, 100, 0, &items, &n, &err));
    assert_int_equal(n, 7);
    assert_string_equal(items[0].fresh.symbol, "ETH-USD");
}

static void
the_worst_recent_quality_is_listed(void **state)
{
    (void)state;
    struct instrument_item *items;
    size_t n;
    sql("INSERT INTO quality SELECT id, interval_s + odd, day, 1, 1, 1, 0, 0, "
        "0, 0, score FROM instrument, (VALUES "
        "(0, '2026-01-08Z'::timestamptz, 0.1), (0, '2026-01-10Z', 0.75), "
        "(0, '2026-01-12Z', 1), (60, '2026-01-12Z', 0.2)) d (odd, day, score) "
        "WHERE symbol = 'AAPL'");
    assert_true(instrument_list_page(a, db, "", 2, ts_of("2026-01-16T12:00Z"),
                                     &items, &n, &err));
    assert_true(items[0].worst_score == 0.75);
    assert_int_equal(items[0].worst_ts, ts_of("2026-01-10T00:00Z"));
    assert_true(isnan(items[1].worst_score));
    assert_int_equal(items[1].worst_ts, 0);
}

static void
retired_instruments_are_choices_only_when_asked_for(void **state)
{
    (void)state;
    struct instrument_name *names;
    size_t n;
    sql("UPDATE instrument SET active = false WHERE symbol = "
        "'WTI'");
    assert_true(instrument_list_names(a, db, false, &names, &n, &err));
    assert_int_equal(n, 9);
    assert_true(instrument_list_names(a, db, true, &names, &n, &err));
    assert_int_equal(n, 10);
    assert_string_equal(names[9].symbol, "WTI");
    assert_string_equal(names[9].title, "WTI crude oil, Cushing spot");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(a_source_without_bars_has_no_data),
        DB_CASE(a_source_grows_late_and_then_stale),
        DB_CASE(a_ratio_has_no_currency),
        DB_CASE(a_closed_market_is_not_late),
        DB_CASE(minutes_are_judged_by_the_minute),
        DB_CASE(a_list_goes_on_after_a_symbol),
        DB_CASE(the_worst_recent_quality_is_listed),
        DB_CASE(retired_instruments_are_choices_only_when_asked_for),
    };
    return DB_CASES_RUN(tests);
}
