/* The mill where a market has hours of its own. */
#include "core/mill.h"

#include "tests/lib/millcase.h"

enum { BTC = 1, MSTR = 3, MINUTE_S = 60, HOUR_S = 3600 };

static int64_t
at(const char *iso)
{
    int64_t ts;
    assert_true(date_parse_iso(iso, strlen(iso), &ts));
    return ts;
}

/* Minutes of MSTR that open in [from, to). */
static void
bring_minutes(const char *from, const char *to)
{
    size_t n = (size_t)((at(to) - at(from)) / MINUTE_S);
    struct series_row *rows = walk(1, at(from), MINUTE_S, n);
    for (size_t i = 0; i < n; i++)
        rows[i].volume = 1;
    bring(MSTR, MINUTE_S, rows, n);
}

/* Times of built bars and their volumes, which count their minutes. */
static const char *
built(const char *interval)
{
    return sql(arena_printf(
        a,
        "SELECT string_agg(to_char(ts AT TIME ZONE 'UTC', 'MM-DD HH24:MI ') "
        "|| volume, ', ' ORDER BY ts) FROM bar WHERE instrument_id = 3 AND "
        "interval_s = %s",
        interval));
}

static void
buckets_begin_with_the_session(void **state)
{
    (void)state;
    assert_string_equal(sql("SELECT symbol, calendar FROM instrument WHERE "
                            "id = 3"),
                        "MSTR|NYSE");
    /* with minutes before the open and after the close; the clocks change
     * between the two days */
    bring_minutes("2024-03-08T14:00Z", "2024-03-08T21:30Z");
    bring_minutes("2024-03-11T13:00Z", "2024-03-11T20:30Z");
    mill(MSTR);
    assert_string_equal(built("86400"), "03-08 00:00 390, 03-11 00:00 390");
    assert_string_equal(built("14400"), "03-08 14:30 240, 03-08 18:30 150, "
                                        "03-11 13:30 240, 03-11 17:30 150");
    assert_string_equal(
        built("3600"),
        "03-08 14:30 60, 03-08 15:30 60, 03-08 16:30 60, 03-08 17:30 60, "
        "03-08 18:30 60, 03-08 19:30 60, 03-08 20:30 30, "
        "03-11 13:30 60, 03-11 14:30 60, 03-11 15:30 60, 03-11 16:30 60, "
        "03-11 17:30 60, 03-11 18:30 60, 03-11 19:30 30");
    assert_string_equal(
        sql("SELECT count(*), min((ts AT TIME ZONE 'UTC')::time), "
            "max((ts AT TIME ZONE 'UTC')::time) FROM bar "
            "WHERE instrument_id = 3 AND interval_s = 300"),
        "156|13:30:00|20:55:00");
}

static void
a_session_that_ends_early_has_fewer(void **state)
{
    (void)state;
    bring_minutes("2024-11-29T14:30Z", "2024-11-29T21:00Z");
    mill(MSTR);
    assert_string_equal(built("86400"), "11-29 00:00 210");
    assert_string_equal(built("14400"), "11-29 14:30 210");
}

static void
a_correction_rebuilds_its_session_alone(void **state)
{
    (void)state;
    bring_minutes("2024-03-07T14:30Z", "2024-03-07T21:00Z");
    bring_minutes("2024-03-08T14:30Z", "2024-03-08T21:00Z");
    mill(MSTR);
    struct series_row *row = walk(9, at("2024-03-08T16:00Z"), MINUTE_S, 1);
    row->volume = 11;
    bring(MSTR, MINUTE_S, row, 1);
    assert_int_equal(mill(MSTR).bars_read, 390);
    assert_string_equal(built("86400"), "03-07 00:00 390, 03-08 00:00 400");
    /* outside every session: in no longer bar */
    row->ts = at("2024-03-08T22:00Z");
    bring(MSTR, MINUTE_S, row, 1);
    assert_int_equal(mill(MSTR).bars_read, 0);
    row->ts = at("2024-03-09T16:00Z"); /* a Saturday */
    bring(MSTR, MINUTE_S, row, 1);
    assert_int_equal(mill(MSTR).bars_read, 0);
    assert_as_fresh(MSTR, 6); /* MSFT has the same calendar */
}

static void
the_average_price_begins_with_the_session(void **state)
{
    (void)state;
    bring_minutes("2024-03-07T14:30Z", "2024-03-07T21:00Z");
    bring_minutes("2024-03-08T14:30Z", "2024-03-08T21:00Z");
    mill(MSTR);
    /* the first bar of a session knows no other */
    assert_string_equal(
        sql("SELECT count(*), bool_and(i.vwap = (b.high + b.low + b.close) / 3 "
            "* b.volume / b.volume) FROM indicator i JOIN bar b USING "
            "(instrument_id, interval_s, ts) WHERE i.interval_s = 3600 AND "
            "(i.ts AT TIME ZONE 'UTC')::time = '14:30'"),
        "2|t");
    assert_string_equal(
        sql("SELECT count(*) FROM indicator i JOIN bar b USING (instrument_id, "
            "interval_s, ts) WHERE i.interval_s = 3600 AND i.vwap = (b.high + "
            "b.low + b.close) / 3"),
        "2");
    assert_string_equal(sql("SELECT DISTINCT market_open FROM feature"), "1");
}

static void
sessions_are_told_for_any_bar(void **state)
{
    (void)state;
    struct mill_sessions *s;
    int64_t ts[] = {at("2024-03-08T14:29Z"), at("2024-03-08T14:30Z"),
                    at("2024-03-08T20:59Z"), at("2024-03-08T21:00Z"),
                    at("2024-03-09T12:00Z"), at("2024-03-11T13:30Z")};
    int64_t session[6];
    bool open[6];
    assert_true(
        mill_sessions_get(a, db, MSTR, MINUTE_S, ts[0], ts[5], &s, &err));
    mill_sessions_fill(s, ts, 6, session, open);
    assert_int_equal(session[0], at("2024-03-07T21:00Z"));
    assert_int_equal(session[1], ts[1]);
    assert_int_equal(session[2], ts[1]);
    assert_int_equal(session[3], ts[3]);
    assert_int_equal(session[4], ts[3]);
    assert_int_equal(session[5], ts[5]);
    assert_true(!open[0] && open[1] && open[2] && !open[3] && !open[4] &&
                open[5]);
    /* the same from any range, and a bar at a time */
    for (size_t i = 0; i < 6; i++) {
        int64_t one;
        bool is_open;
        assert_true(
            mill_sessions_get(a, db, MSTR, MINUTE_S, ts[i], ts[i], &s, &err));
        mill_sessions_fill(s, &ts[i], 1, &one, &is_open);
        assert_true(one == session[i] && is_open == open[i]);
    }
    /* a day of a market without hours; no session is wanted */
    assert_true(mill_sessions_get(a, db, BTC, DAY_S, ts[0], ts[5], &s, &err));
    mill_sessions_fill(s, ts, 6, NULL, open);
    assert_true(open[0] && open[4]);
    assert_true(mill_sessions_get(a, db, MSTR, DAY_S, ts[0], ts[5], &s, &err));
    mill_sessions_fill(s, ts, 6, NULL, open);
    assert_true(open[0] && !open[4]);
    assert_false(mill_sessions_get(a, db, 4711, DAY_S, 0, 0, &s, &err));
    assert_int_equal(err.kind, ERR_MISSING);
}

static void
check_partial(int64_t instrument_id, int32_t interval_s, const char *bar,
              const char *last_minute, bool expected)
{
    struct mill_sessions *s;
    assert_true(mill_sessions_get(a, db, instrument_id, interval_s, at(bar),
                                  at(bar), &s, &err));
    assert_int_equal(mill_is_partial(s, at(bar), at(last_minute)), expected);
}

static void
a_bucket_is_partial_until_its_last_minute(void **state)
{
    (void)state;
    check_partial(BTC, 300, "2024-03-08T14:00Z", "2024-03-08T14:03Z", true);
    check_partial(BTC, 300, "2024-03-08T14:00Z", "2024-03-08T14:04Z", false);
    check_partial(BTC, 300, "2024-03-08T14:00Z", "2024-03-08T15:00Z", false);
    check_partial(BTC, DAY_S, "2024-03-08", "2024-03-08T23:58Z", true);
    check_partial(BTC, DAY_S, "2024-03-08", "2024-03-08T23:59Z", false);
    /* minutes that ended long before cannot have made it */
    check_partial(BTC, DAY_S, "2024-03-08", "2023-03-08T23:00Z", false);
    check_partial(BTC, MINUTE_S, "2024-03-08", "2024-03-08", false);
    /* sessions: 14:30 to 21:00, and to 18:00 on the 29th of November */
    check_partial(MSTR, DAY_S, "2024-03-08", "2024-03-08T20:58Z", true);
    check_partial(MSTR, DAY_S, "2024-03-08", "2024-03-08T20:59Z", false);
    check_partial(MSTR, DAY_S, "2024-11-29", "2024-11-29T17:58Z", true);
    check_partial(MSTR, DAY_S, "2024-11-29", "2024-11-29T17:59Z", false);
    check_partial(MSTR, HOUR_S, "2024-03-08T20:30Z", "2024-03-08T20:58Z", true);
    check_partial(MSTR, HOUR_S, "2024-03-08T20:30Z", "2024-03-08T20:59Z",
                  false);
    check_partial(MSTR, DAY_S, "2024-03-09", "2024-03-09T15:00Z", false);
    struct mill_sessions *s;
    assert_true(mill_sessions_get(a, db, BTC, DAY_S, 0, 0, &s, &err));
    assert_false(mill_is_partial(s, 0, 0));
}

/* No saved state holds the bucket that is still growing. */
static void
a_partial_bucket_is_in_no_state(void **state)
{
    (void)state;
    enum { N = 512 * 5 + 7 };
    struct series_row *rows = walk(2, 512 * 300 * 4, MINUTE_S, N);
    for (size_t n = N; n > N - 10; n -= 3) { /* the last one: 512 bars */
        bring(BTC, MINUTE_S, rows, n);
        mill(BTC);
        assert_string_equal(
            sql("SELECT count(*), bool_and(through_ts < (SELECT max(ts) FROM "
                "bar b WHERE b.instrument_id = 1 AND b.interval_s = "
                "s.interval_s)) FROM mill_state s WHERE interval_s = 300"),
            n > 512 * 5 ? "1|t" : "0|");
        undo(strtoll(sql("SELECT max(id) FROM load WHERE kind = 'upload'"),
                     NULL, 10));
        mill(BTC);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(buckets_begin_with_the_session),
        DB_CASE(a_session_that_ends_early_has_fewer),
        DB_CASE(a_correction_rebuilds_its_session_alone),
        DB_CASE(the_average_price_begins_with_the_session),
        DB_CASE(sessions_are_told_for_any_bar),
        DB_CASE(a_bucket_is_partial_until_its_last_minute),
        DB_CASE(a_partial_bucket_is_in_no_state),
    };
    return DB_CASES_RUN(tests);
}
