#include "core/calendar_bars.h"

#include "lib/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct calendar nyse = {.time_zone = "America/New_York",
                                     .weekdays = 31,
                                     .holidays = HOLIDAY_NYSE,
                                     .late_after_s = 26 * 3600,
                                     .stale_after_s = 2 * DAY_S};
static const struct calendar bist = {.time_zone = "Europe/Istanbul",
                                     .weekdays = 31,
                                     .holidays = HOLIDAY_BIST,
                                     .late_after_s = DAY_S,
                                     .stale_after_s = 3 * DAY_S};
static const struct calendar eia = {.time_zone = "America/New_York",
                                    .weekdays = 31,
                                    .holidays = HOLIDAY_US_FEDERAL,
                                    .late_after_s = 10 * DAY_S,
                                    .stale_after_s = 7 * DAY_S};
static const struct calendar always = {.time_zone = "UTC",
                                       .weekdays = 127,
                                       .holidays = HOLIDAY_NONE,
                                       .late_after_s = 26 * 3600,
                                       .stale_after_s = 2 * DAY_S};

enum { MINUTE = 60, HOUR = 3600 };

static struct arena *a;

static int
setup(void **state)
{
    (void)state;
    a = arena_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static int64_t
at(const char *text)
{
    int64_t ts = 0;
    if (!date_parse_iso(text, strlen(text), &ts))
        fail_msg("%s is no time", text);
    return ts;
}

static void
is_time(int64_t ts, const char *expected)
{
    assert_string_equal(date_format_iso(a, ts),
                        date_format_iso(a, at(expected)));
}

/* Bars from the first day to the end of the last. */
static int64_t
count(const struct calendar *c, int32_t interval_s, const char *from,
      const char *to)
{
    struct calendar_bars *b = calendar_bars_new(
        a, c, interval_s, CALENDAR_GRID_UTC, at(from), at(to) + DAY_S - 1);
    return calendar_bars_count(b, at(from), at(to) + DAY_S - 1);
}

static void
a_session_has_its_minutes_and_an_early_one_fewer(void **state)
{
    (void)state;
    assert_int_equal(count(&nyse, MINUTE, "2024-11-27", "2024-11-27"), 390);
    assert_int_equal(count(&nyse, MINUTE, "2024-11-28", "2024-11-28"), 0);
    assert_int_equal(count(&nyse, MINUTE, "2024-11-29", "2024-11-29"), 210);
    assert_int_equal(count(&nyse, MINUTE, "2024-11-25", "2024-12-01"),
                     3 * 390 + 210);
    assert_int_equal(count(&bist, MINUTE, "2024-10-28", "2024-10-30"),
                     150 + 0 + 480); /* the eve and the Day of the Republic */
    assert_int_equal(count(&always, MINUTE, "2024-02-01", "2024-02-29"),
                     29 * 1440);
    assert_int_equal(count(&always, HOUR, "2024-02-29", "2024-02-29"), 24);
}

static void
sessions_move_with_the_clocks(void **state)
{
    (void)state;
    struct calendar_bars *b =
        calendar_bars_new(a, &nyse, MINUTE, CALENDAR_GRID_UTC, at("2024-03-01"),
                          at("2024-12-01"));
    /* forward on 10 March, back on 3 November */
    is_time(calendar_bars_from(b, at("2024-03-08")), "2024-03-08T14:30Z");
    is_time(calendar_bars_until(b, at("2024-03-10")), "2024-03-08T20:59Z");
    is_time(calendar_bars_from(b, at("2024-03-08T21:00Z")),
            "2024-03-11T13:30Z");
    is_time(calendar_bars_until(b, at("2024-11-03")), "2024-11-01T19:59Z");
    is_time(calendar_bars_from(b, at("2024-11-01T20:00Z")),
            "2024-11-04T14:30Z");
    assert_int_equal(calendar_bars_count(b, at("2024-03-08T20:58Z"),
                                         at("2024-03-11T13:31Z")),
                     4);
    /* Istanbul has one time all year */
    b = calendar_bars_new(a, &bist, MINUTE, CALENDAR_GRID_UTC, at("2024-03-25"),
                          at("2024-11-01"));
    is_time(calendar_bars_from(b, at("2024-04-01")), "2024-04-01T07:00Z");
    is_time(calendar_bars_from(b, at("2024-10-31")), "2024-10-31T07:00Z");
}

/* New York opens at half past: hours begin at the hour, or at the open. */
static void
hours_begin_in_utc_or_in_sessions(void **state)
{
    (void)state;
    int64_t from = at("2024-01-03"), to = at("2024-01-03T23:59Z");
    struct calendar_bars *b =
        calendar_bars_new(a, &nyse, HOUR, CALENDAR_GRID_UTC, from, to);
    is_time(calendar_bars_from(b, from), "2024-01-03T14:00Z");
    is_time(calendar_bars_until(b, to), "2024-01-03T20:00Z");
    assert_int_equal(calendar_bars_count(b, from, to), 7);
    b = calendar_bars_new(a, &nyse, HOUR, CALENDAR_GRID_SESSIONS, from, to);
    is_time(calendar_bars_from(b, from), "2024-01-03T14:30Z");
    is_time(calendar_bars_until(b, to), "2024-01-03T20:30Z");
    assert_int_equal(calendar_bars_count(b, from, to), 7);
    assert_int_equal(calendar_grid_of(HOUR, at("2024-01-03T14:30Z")),
                     CALENDAR_GRID_SESSIONS);
    assert_int_equal(calendar_grid_of(HOUR, at("2024-01-03T15:00Z")),
                     CALENDAR_GRID_UTC);
    assert_int_equal(count(&nyse, 4 * HOUR, "2024-01-03", "2024-01-03"), 3);
}

static void
days_are_sessions(void **state)
{
    (void)state;
    assert_int_equal(count(&nyse, DAY_S, "2024-01-01", "2024-12-31"), 252);
    assert_int_equal(count(&always, DAY_S, "2024-01-01", "2024-12-31"), 366);
    assert_int_equal(count(&eia, DAY_S, "2024-07-01", "2024-07-05"), 4);
    struct calendar_bars *b = calendar_bars_new(
        a, &eia, DAY_S, CALENDAR_GRID_UTC, at("2024-06-01"), at("2024-08-01"));
    is_time(calendar_bars_from(b, at("2024-07-04")), "2024-07-05");
    is_time(calendar_bars_from(b, at("2024-07-03T00:00:01Z")), "2024-07-05");
    is_time(calendar_bars_until(b, at("2024-07-04T12:00Z")), "2024-07-03");
}

/* Every answer from a walk over all bars, one by one. */
static void
counting_and_walking_agree(void **state)
{
    (void)state;
    static const struct calendar *const calendars[] = {&nyse, &bist, &always};
    static const int32_t intervals[] = {900, HOUR, 4 * HOUR, DAY_S};
    for (size_t c = 0; c < COUNT_OF(calendars); c++)
        for (size_t i = 0; i < 2 * COUNT_OF(intervals); i++) {
            int64_t from = at("2024-03-05"), to = at("2024-04-15");
            struct calendar_bars *b = calendar_bars_new(
                a, calendars[c], intervals[i / 2],
                i % 2 == 0 ? CALENDAR_GRID_UTC : CALENDAR_GRID_SESSIONS, from,
                to);
            int64_t n = 0, before = INT64_MIN;
            for (int64_t ts = calendar_bars_from(b, from); ts <= to;
                 ts = calendar_bars_from(b, ts + 1)) {
                if (before != INT64_MIN)
                    assert_int_equal(calendar_bars_until(b, ts - 1), before);
                assert_int_equal(calendar_bars_until(b, ts), ts);
                assert_int_equal(calendar_bars_count(b, from, ts), ++n);
                assert_int_equal(calendar_bars_count(b, ts, ts), 1);
                assert_int_equal(calendar_bars_count(b, ts + 1, ts + 59), 0);
                before = ts;
            }
            assert_true(n >= 25);
        }
}

static void
nothing_is_expected_outside_of_the_range(void **state)
{
    (void)state;
    int64_t from = at("2024-11-28"), to = at("2024-11-28T23:59Z");
    struct calendar_bars *b =
        calendar_bars_new(a, &nyse, MINUTE, CALENDAR_GRID_UTC, from, to);
    assert_int_equal(calendar_bars_count(b, from, to), 0);
    assert_true(calendar_bars_from(b, from) == INT64_MAX);
    assert_true(calendar_bars_until(b, to) == INT64_MIN);
    assert_int_equal(calendar_bars_count(b, to, from), 0);
    b = calendar_bars_new(a, &always, DAY_S, CALENDAR_GRID_UTC, INT64_MIN,
                          INT64_MAX);
    assert_int_equal(calendar_bars_count(b, INT64_MIN, INT64_MAX),
                     date_to_days(2101, 1, 1));
    b = calendar_bars_new(a, &nyse, HOUR, CALENDAR_GRID_UTC, INT64_MAX - 1,
                          INT64_MAX);
    assert_int_equal(calendar_bars_count(b, INT64_MIN, INT64_MAX), 0);
}

static void
the_market_opens_and_closes(void **state)
{
    (void)state;
    assert_false(calendar_is_open(&nyse, at("2024-07-03T13:29:59Z")));
    assert_true(calendar_is_open(&nyse, at("2024-07-03T13:30Z")));
    assert_true(calendar_is_open(&nyse, at("2024-07-03T16:59:59Z")));
    assert_false(calendar_is_open(&nyse, at("2024-07-03T17:00Z"))); /* early */
    assert_false(calendar_is_open(&nyse, at("2024-07-04T15:00Z")));
    assert_true(calendar_is_open(&nyse, at("2024-11-04T20:59Z")));
    assert_false(calendar_is_open(&nyse, at("2024-11-04T21:00Z")));
    assert_true(calendar_is_open(&bist, at("2024-11-04T07:00Z")));
    assert_true(calendar_is_open(&always, at("2024-12-25T03:00Z")));
    assert_true(calendar_is_open(&eia, at("2024-07-03T23:59Z")));
    assert_false(calendar_is_open(&eia, at("2024-07-04T12:00Z")));
}

static void
the_last_bar_due_waits_for_its_patience(void **state)
{
    (void)state;
    /* a minute, then two hours of patience */
    is_time(calendar_bar_last_due(&always, MINUTE, at("2024-03-01T12:00:59Z")),
            "2024-03-01T09:59Z");
    is_time(calendar_bar_last_due(&always, MINUTE, at("2024-03-01T12:01Z")),
            "2024-03-01T10:00Z");
    /* the session's last minute, until the next session's first */
    is_time(calendar_bar_last_due(&nyse, MINUTE, at("2024-03-11T15:30Z")),
            "2024-03-08T20:59Z");
    is_time(calendar_bar_last_due(&nyse, MINUTE, at("2024-03-11T15:31Z")),
            "2024-03-11T13:30Z");
    /* a quarter of an hour at least */
    is_time(calendar_bar_last_due(&bist, MINUTE, at("2024-03-11T07:15:59Z")),
            "2024-03-08T14:59Z");
    is_time(calendar_bar_last_due(&bist, MINUTE, at("2024-03-11T07:16Z")),
            "2024-03-11T07:00Z");
    /* a publisher's day: ten days on */
    is_time(calendar_bar_last_due(&eia, DAY_S, at("2024-07-13T23:59Z")),
            "2024-07-03");
    is_time(calendar_bar_last_due(&eia, DAY_S, at("2024-07-15")), "2024-07-05");
    is_time(calendar_bar_last_due(&nyse, DAY_S, at("2024-03-30T02:00Z")),
            "2024-03-28");
}

static void
the_next_bar_due_follows_the_last(void **state)
{
    (void)state;
    int64_t due;
    is_time(calendar_bar_next_due(&nyse, MINUTE, at("2024-03-08T23:00Z"), &due),
            "2024-03-11T13:30Z");
    is_time(due, "2024-03-11T15:31Z");
    is_time(calendar_bar_next_due(&eia, DAY_S, at("2024-07-14"), &due),
            "2024-07-05");
    is_time(due, "2024-07-15");
    static const struct calendar *const calendars[] = {&nyse, &bist, &always,
                                                       &eia};
    static const int32_t intervals[] = {MINUTE, HOUR, DAY_S};
    for (size_t c = 0; c < COUNT_OF(calendars); c++)
        for (size_t i = 0; i < COUNT_OF(intervals); i++) {
            int64_t now = at("2024-10-25T10:00Z");
            for (int k = 0; k < 200; k++, now = due) {
                int64_t next = calendar_bar_next_due(calendars[c], intervals[i],
                                                     now, &due);
                assert_true(due > now);
                assert_int_equal(
                    calendar_bar_last_due(calendars[c], intervals[i], due),
                    next);
                assert_true(calendar_bar_last_due(calendars[c], intervals[i],
                                                  due - 1) < next);
            }
        }
}

static void
minutes_are_fresh_late_and_stale(void **state)
{
    (void)state;
    int64_t last = at("2024-03-08T20:59Z");
    assert_int_equal(
        calendar_bars_freshness(&nyse, MINUTE, last, at("2024-03-10T12:00Z")),
        FRESH_CLOSED);
    assert_int_equal(
        calendar_bars_freshness(&nyse, MINUTE, last, at("2024-03-11T14:00Z")),
        FRESH_OK);
    assert_int_equal(
        calendar_bars_freshness(&nyse, MINUTE, last, at("2024-03-11T15:31Z")),
        FRESH_LATE);
    assert_int_equal(
        calendar_bars_freshness(&nyse, MINUTE, last, at("2024-03-13T15:31Z")),
        FRESH_STALE);
    /* nothing was traded in the last minutes */
    assert_int_equal(calendar_bars_freshness(&nyse, MINUTE, last - 14 * MINUTE,
                                             at("2024-03-10T12:00Z")),
                     FRESH_CLOSED);
    assert_int_equal(calendar_bars_freshness(&nyse, MINUTE, last - 15 * MINUTE,
                                             at("2024-03-10T12:00Z")),
                     FRESH_LATE);
    assert_int_equal(
        calendar_bars_freshness(&nyse, MINUTE, 0, at("2024-03-13T15:31Z")),
        FRESH_EMPTY);
    assert_int_equal(calendar_bars_freshness(&always, DAY_S, at("2024-03-01"),
                                             at("2024-03-03T01:59Z")),
                     FRESH_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_has_its_minutes_and_an_early_one_fewer),
        cmocka_unit_test(sessions_move_with_the_clocks),
        cmocka_unit_test(hours_begin_in_utc_or_in_sessions),
        cmocka_unit_test(days_are_sessions),
        cmocka_unit_test(counting_and_walking_agree),
        cmocka_unit_test(nothing_is_expected_outside_of_the_range),
        cmocka_unit_test(the_market_opens_and_closes),
        cmocka_unit_test(the_last_bar_due_waits_for_its_patience),
        cmocka_unit_test(the_next_bar_due_follows_the_last),
        cmocka_unit_test(minutes_are_fresh_late_and_stale),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, setup, teardown);
}
