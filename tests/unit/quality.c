#include "core/quality.h"

#include "lib/date.h"
#include "tests/lib/dbcase.h"

#include <math.h>
#include <stdlib.h>

/* 2024-07-01 is a Monday; the 4th is a holiday in New York. */
static const int64_t JULY_TS = 1719792000;

static int
setup(void **state)
{
    int failed = db_case_begin(state, "worker");
    sql("INSERT INTO instrument (symbol, title, kind, calendar, interval_s) "
        "VALUES ('DAY', 'days', 'stock', 'NYSE', 86400), "
        "('MIN', 'minutes', 'stock', 'NYSE', 60), "
        "('ALL', 'round the clock', 'crypto', '24x7', 3600)");
    return failed;
}

static int64_t
id_of(const char *symbol)
{
    const char *id = sql(arena_printf(
        a, "SELECT id FROM instrument WHERE symbol = '%s'", symbol));
    return strtoll(id, NULL, 10);
}

/* Bars of 1.0 every so often from one time to another, inclusive. */
static void
store(const char *symbol, int interval_s, const char *from, const char *to)
{
    sql(arena_printf(
        a,
        "SELECT bar_partitions_ensure('2024-07-01Z', '2024-07-31Z'); "
        "INSERT INTO bar SELECT i.id, %d, t, 1, 1, 1, 1, 1, 1 "
        "FROM instrument i, generate_series('%s'::timestamptz, "
        "'%s'::timestamptz, %d * interval '1 second') t WHERE symbol = '%s'; "
        "INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts) "
        "SELECT id, %d, '%s', '%s' FROM instrument WHERE symbol = '%s'",
        interval_s, from, to, interval_s, symbol, interval_s, from, to,
        symbol));
}

static void
doubt(const char *symbol, int interval_s, const char *ts, const char *rule,
      const char *severity, const char *state)
{
    sql(arena_printf(
        a,
        "INSERT INTO quarantine (load_id, instrument_id, interval_s, ts, rule, "
        "severity, field, value, expected, raw, state) SELECT 1, id, %d, '%s', "
        "'%s', '%s', 'close', '1', '2', '', '%s' FROM instrument "
        "WHERE symbol = '%s'",
        interval_s, ts, rule, severity, state, symbol));
}

static void
refresh(void)
{
    assert_true(quality_refresh(db, JULY_TS + 30 * DAY_S, NULL, NULL, &err));
    assert_string_equal(sql("SELECT count(*) FROM quality_dirty"), "0");
}

/* "day: expected/present stored refused flagged compared agreed score", of an
 * instrument, oldest first. */
static const char *
days(const char *symbol)
{
    return arena_strdup(
        a,
        sql(arena_printf(
            a,
            "SELECT string_agg(to_char(ts, 'DD') || ': ' || expected || '/' || "
            "present || ' ' || stored || ' ' || refused || ' ' || flagged || "
            "' ' || compared || ' ' || agreed || ' ' || round(score::numeric, "
            "6), '; ' ORDER BY ts) FROM quality q JOIN instrument i ON i.id = "
            "q.instrument_id WHERE symbol = '%s'",
            symbol)));
}

static void
the_score_is_the_product_of_what_is_wrong(void **state)
{
    (void)state;
    /* 390 expected, 312 there and 8 outside: 0.8; 80 of 400 seen were refused:
     * 0.8; 32 of 320 doubted: 0.95; 3 of 4 agree: 0.75 */
    const struct quality_day d = {.expected = 390,
                                  .present = 312,
                                  .stored = 320,
                                  .refused = 80,
                                  .flagged = 32,
                                  .compared = 4,
                                  .agreed = 3};
    assert_true(fabs(quality_score(&d) - 0.8 * 0.8 * 0.95 * 0.75) < 1e-15);
    assert_true(quality_score(&(struct quality_day){.expected = 1}) == 0);
    assert_true(quality_score(&(struct quality_day){.stored = 2}) == 1);
    assert_true(
        quality_score(&(struct quality_day){.stored = 2, .flagged = 2}) == 0.5);
    assert_true(quality_score(&(struct quality_day){.refused = 2}) == 0);
    assert_true(isnan(quality_score(&(struct quality_day){0})));
}

static void
a_day_of_minutes_is_counted_by_hand(void **state)
{
    (void)state;
    /* the session: 13:30 to 20:00, 390 minutes. 13:20 to 19:19 is there: 350
     * of them, and ten before it opens */
    store("MIN", 60, "2024-07-01T13:20Z", "2024-07-01T19:19Z");
    doubt("MIN", 60, "2024-07-01T14:00Z", "jump", "flag", "open");
    doubt("MIN", 60, "2024-07-01T14:00Z", "jump_z", "flag", "open");
    doubt("MIN", 60, "2024-07-01T14:01Z", "jump", "flag", "open");
    doubt("MIN", 60, "2024-07-01T14:02Z", "jump", "flag", "accepted");
    doubt("MIN", 60, "2024-07-01T15:02Z", "agreement", "flag", "open");
    doubt("MIN", 60, "2024-07-01T19:30Z", "jump", "flag", "open");
    doubt("MIN", 60, "2024-07-01T19:40Z", "high_low", "refuse", "open");
    doubt("MIN", 60, "2024-07-01T19:41Z", "high_low", "refuse", "corrected");
    sql("INSERT INTO bar_check SELECT id, 60, t, 'yahoo', 1, 1, 1, c, NULL, 1 "
        "FROM instrument, (VALUES ('2024-07-01T15:00Z'::timestamptz, 1.0), "
        "('2024-07-01T15:01Z', 1.0101), ('2024-07-01T15:02Z', 1.0102), "
        "('2024-07-01T22:02Z', 1)) AS x (t, c) WHERE symbol = 'MIN'");
    refresh();
    /* 350/390 * (1 - 1/361) * (1 - 2/360/2) * 2/3 = 0.594976 */
    assert_string_equal(days("MIN"), "01: 390/350 360 1 2 3 2 0.594976");

    sql("UPDATE quarantine SET state = 'accepted' WHERE rule = 'agreement'");
    sql("UPDATE quarantine SET state = 'rejected' WHERE severity = 'refuse'");
    refresh();
    assert_string_equal(days("MIN"), "01: 390/350 360 0 2 3 3 0.894943");
    sql("INSERT INTO instrument_rule SELECT id, 'agreement', NULL, 0.000001 "
        "FROM instrument");
    sql("UPDATE bar_check SET close = 1.2 WHERE close = 1.0101");
    refresh();
    assert_string_equal(days("MIN"), "01: 390/350 360 0 2 3 2 0.596629");
}

static void
days_that_nobody_brought_count_too(void **state)
{
    (void)state;
    store("DAY", 86400, "2024-07-01Z", "2024-07-01Z");
    store("DAY", 86400, "2024-07-09Z", "2024-07-09Z");
    refresh(); /* the 2nd, 3rd, 5th and 8th are missing; the 4th is not */
    assert_string_equal(
        days("DAY"), "01: 1/1 1 0 0 0 0 1.000000; 02: 1/0 0 0 0 0 0 0.000000; "
                     "03: 1/0 0 0 0 0 0 0.000000; 05: 1/0 0 0 0 0 0 0.000000; "
                     "08: 1/0 0 0 0 0 0 0.000000; 09: 1/1 1 0 0 0 0 1.000000");
    /* a gap that is filled, and a row of a day without a session */
    store("DAY", 86400, "2024-07-02Z", "2024-07-04Z");
    doubt("DAY", 86400, "2024-07-04Z", "session", "flag", "open");
    doubt("DAY", 86400, "2024-07-06Z", "session", "refuse", "open");
    doubt("DAY", 86400, "9999-12-31Z", "future", "refuse", "open");
    doubt("DAY", 86400, "0001-01-01Z", "past", "refuse", "open");
    doubt("DAY", 86400, "infinity", "required", "refuse", "open");
    refresh();
    sql("DELETE FROM quality WHERE ts < '2024-07-01Z' OR ts > '2024-07-31Z'");
    assert_string_equal(
        days("DAY"), "01: 1/1 1 0 0 0 0 1.000000; 02: 1/1 1 0 0 0 0 1.000000; "
                     "03: 1/1 1 0 0 0 0 1.000000; 04: 0/0 1 0 1 0 0 0.500000; "
                     "05: 1/0 0 0 0 0 0 0.000000; 06: 0/0 0 1 0 0 0 0.000000; "
                     "08: 1/0 0 0 0 0 0 0.000000; 09: 1/1 1 0 0 0 0 1.000000");
    /* a load is undone: nothing is expected before the first bar any more */
    sql("DELETE FROM bar WHERE ts < '2024-07-09Z'");
    sql("DELETE FROM quarantine");
    sql("INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts) "
        "SELECT id, 86400, '2024-07-01Z', '2024-07-09Z' FROM instrument "
        "WHERE symbol = 'DAY'");
    refresh();
    assert_string_equal(days("DAY"), "09: 1/1 1 0 0 0 0 1.000000");
    store("DAY", 86400, "2024-07-02Z", "2024-07-02Z"); /* older ones come */
    refresh();
    assert_string_equal(
        days("DAY"), "02: 1/1 1 0 0 0 0 1.000000; 03: 1/0 0 0 0 0 0 0.000000; "
                     "05: 1/0 0 0 0 0 0 0.000000; 08: 1/0 0 0 0 0 0 0.000000; "
                     "09: 1/1 1 0 0 0 0 1.000000");
}

static void
round_the_clock_a_day_begins_with_the_first_bar(void **state)
{
    (void)state;
    store("ALL", 3600, "2024-07-01T06:00Z", "2024-07-03T05:00Z");
    refresh();
    assert_string_equal(days("ALL"), "01: 18/18 18 0 0 0 0 1.000000; "
                                     "02: 24/24 24 0 0 0 0 1.000000; "
                                     "03: 24/6 6 0 0 0 0 0.250000");
}

static void
what_is_not_due_yet_is_not_expected(void **state)
{
    (void)state;
    store("ALL", 3600, "2024-07-01T00:00Z", "2024-07-01T05:00Z");
    /* at 10:00 the bars until 07:00 are due: they get an hour and two more */
    assert_true(quality_refresh(db, JULY_TS + 36000, NULL, NULL, &err));
    assert_string_equal(days("ALL"), "01: 8/6 6 0 0 0 0 0.750000");
}

static bool
stop_after(void *arg)
{
    int *left = arg;
    return (*left)-- > 0;
}

static void
days_are_listed_newest_first(void **state)
{
    (void)state;
    struct quality_day *list;
    size_t n;
    int left = 1;
    store("DAY", 86400, "2024-07-01Z", "2024-07-03Z");
    store("ALL", 3600, "2024-07-01Z", "2024-07-01Z");
    assert_true(
        quality_refresh(db, JULY_TS + 30 * DAY_S, stop_after, &left, &err));
    assert_string_equal(
        sql("SELECT count(DISTINCT instrument_id) FROM quality"), "1");
    refresh();
    assert_true(quality_list(a, db, id_of("DAY"), DAY_S, JULY_TS,
                             JULY_TS + 2 * DAY_S, 2, &list, &n, &err));
    assert_int_equal(n, 2);
    assert_int_equal(list[0].day_ts, JULY_TS + 2 * DAY_S);
    assert_int_equal(list[1].day_ts, JULY_TS + DAY_S);
    assert_int_equal(list[1].expected, 1);
    assert_int_equal(list[1].stored, 1);
    assert_true(list[1].score == 1);
    assert_true(quality_list(a, db, id_of("DAY"), 60, 0, JULY_TS * 2, 9, &list,
                             &n, &err));
    assert_int_equal(n, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(the_score_is_the_product_of_what_is_wrong),
        DB_CASE(a_day_of_minutes_is_counted_by_hand),
        DB_CASE(days_that_nobody_brought_count_too),
        DB_CASE(round_the_clock_a_day_begins_with_the_first_bar),
        DB_CASE(what_is_not_due_yet_is_not_expected),
        DB_CASE(days_are_listed_newest_first),
    };
    return DB_CASES_RUN(tests);
}
