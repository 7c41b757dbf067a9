#include "core/instrument.h"

#include "tests/lib/dbcase.h"

#include <math.h>
#include <string.h>

static int
setup(void **state)
{
    return db_case_begin(state, "worker");
}

static struct instrument_add
coin(const char *symbol)
{
    return (struct instrument_add){.symbol = symbol,
                                   .kind = "crypto",
                                   .price_min = NAN,
                                   .price_max = NAN,
                                   .jump_frac = 0.5};
}

static void
a_symbol_is_found_in_any_case(void **state)
{
    (void)state;
    struct instrument x;
    assert_true(instrument_get(a, db, "btc-usd", &x, &err));
    assert_string_equal(x.symbol, "BTC-USD");
    assert_int_equal(x.n_listings, 2);
    assert_string_equal(x.listings[0].provider, "binance");
    assert_true(isnan(x.price_min));
    assert_false(instrument_get(a, db, "BTCUSDT", &x, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_non_null(strstr(err.text, "did you mean BTC-USD?"));
    assert_false(instrument_get(a, db, "'; DROP TABLE bar; --", &x, &err));
    assert_int_equal(err.kind, ERR_MISSING);
}

static void
an_added_instrument_is_there_with_listings_and_audit(void **state)
{
    (void)state;
    const char *listings[] = {"binance:SOLUSDT", "yahoo:SOL-USD"};
    struct instrument_add what = coin("SOL-USD");
    struct instrument x;
    int64_t id;
    what.listings = listings;
    what.n_listings = 2;
    assert_true(instrument_add(db, &what, "ann", "::1", &id, &err));
    assert_true(instrument_get(a, db, "sol-usd", &x, &err));
    assert_int_equal(x.id, id);
    assert_string_equal(x.calendar, "24x7");
    assert_string_equal(x.listings[1].provider_symbol, "SOL-USD");
    assert_string_equal(
        sql("SELECT who, action, object, after->>'kind', "
            "after->'listings'->>0 FROM audit_log"),
        "ann|instrument.add|instrument:SOL-USD|crypto|binance:SOLUSDT");
    assert_false(instrument_add(db, &what, "ann", "", &id, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
}

static void
refuses(struct instrument_add what, const char *words)
{
    int64_t id;
    assert_false(instrument_add(db, &what, "ann", "", &id, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_non_null(strstr(err.text, words));
}

static void
a_wrong_instrument_leaves_nothing_behind(void **state)
{
    (void)state;
    const char *nobody[] = {"nobody:X"}, *bad[] = {"binance"},
               *twice[] = {"yahoo:X", "yahoo:Y"};
    struct instrument_add what = coin("<b>");
    refuses(what, "1 to 32 letters");
    what = coin("A");
    what.kind = "cake";
    refuses(what, "a kind is needed");
    what = coin("A");
    what.currency = "usd";
    refuses(what, "capital letters");
    what = coin("A");
    what.title = "";
    refuses(what, "title is empty");
    what = coin("A");
    what.price_min = what.price_max = 5;
    refuses(what, "not below the largest");
    what = coin("A");
    what.jump_frac = 0;
    refuses(what, "not above 0");
    what = coin("A");
    what.calendar = "MARS";
    refuses(what, "24x7, BIST, BRENT, EIA, FRED, NYSE");
    what = coin("A");
    what.n_listings = 1;
    what.listings = nobody;
    refuses(what, "provider \"nobody\"");
    what.listings = bad;
    refuses(what, "provider:symbol");
    what.listings = twice;
    what.n_listings = 2;
    refuses(what, "listed twice");
    assert_string_equal(sql("SELECT (SELECT count(*) FROM "
                            "instrument WHERE symbol = 'A') + "
                            "(SELECT count(*) FROM audit_log)"),
                        "0");
}

static void
all_problems_are_told_at_once(void **state)
{
    (void)state;
    const char *bad[] = {"binance"};
    struct instrument_add what = coin("<b>");
    struct instrument_problem *problems;
    size_t n;
    assert_true(instrument_check(a, db, &what, &problems, &n, &err));
    assert_int_equal(n, 1);
    what.kind = "cake";
    what.calendar = "MARS";
    what.listings = bad;
    what.n_listings = 1;
    assert_true(instrument_check(a, db, &what, &problems, &n, &err));
    const char *const fields[] = {"symbol", "kind", "calendar", "listing"};
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(problems[i].field, fields[i]);
    what = coin("FIT");
    assert_true(instrument_check(a, db, &what, &problems, &n, &err));
    assert_int_equal(n, 0);
}

static void
a_retired_one_is_out_of_the_way_and_can_come_back(void **state)
{
    (void)state;
    struct instrument *all;
    size_t n_before, n;
    const char *ids, *aapl[] = {"aapl"};
    assert_true(instrument_list(a, db, false, &all, &n_before, &err));
    assert_true(instrument_retire(db, "aapl", true, "ann", "", &err));
    assert_true(instrument_list(a, db, false, &all, &n, &err));
    assert_int_equal(n, n_before - 1);
    assert_false(instrument_ids(a, db, aapl, 1, &ids, &err));
    assert_non_null(strstr(err.text, "is retired"));
    assert_false(instrument_retire(db, "AAPL", true, "ann", "", &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_true(instrument_retire(db, "AAPL", false, "ann", "", &err));
    assert_true(instrument_ids(a, db, aapl, 1, &ids, &err));
    assert_string_equal(sql("SELECT string_agg(action || (after->>'active'), "
                            "' ' ORDER BY id) FROM audit_log"),
                        "instrument.retirefalse instrument.bring_backtrue");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(a_symbol_is_found_in_any_case),
        DB_CASE(an_added_instrument_is_there_with_listings_and_audit),
        DB_CASE(a_wrong_instrument_leaves_nothing_behind),
        DB_CASE(all_problems_are_told_at_once),
        DB_CASE(a_retired_one_is_out_of_the_way_and_can_come_back),
    };
    return DB_CASES_RUN(tests);
}
