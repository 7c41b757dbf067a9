#include "core/calendar.h"

#include "lib/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const struct calendar nyse = {.weekdays = 31,
                                     .holidays = HOLIDAY_NYSE,
                                     .late_after_s = 26 * 3600,
                                     .stale_after_s = 2 * DAY_S};
static const struct calendar federal = {.weekdays = 31,
                                        .holidays = HOLIDAY_US_FEDERAL,
                                        .late_after_s = 10 * DAY_S,
                                        .stale_after_s = 7 * DAY_S};
static const struct calendar bist = {.weekdays = 31,
                                     .holidays = HOLIDAY_BIST,
                                     .late_after_s = DAY_S,
                                     .stale_after_s = 3 * DAY_S};
static const struct calendar always = {.weekdays = 127,
                                       .holidays = HOLIDAY_NONE,
                                       .late_after_s = 26 * 3600,
                                       .stale_after_s = 2 * DAY_S};

static int64_t
at(const char *text)
{
    int64_t ts = 0;
    if (!date_parse_iso(text, strlen(text), &ts))
        fail_msg("%s is no time", text);
    return ts;
}

static void
exchange_holidays_follow_the_rules(void **state)
{
    (void)state;
    static const char *const closed[] = {
        "2024-01-01", "2024-01-15", "2024-02-19", "2024-03-29", "2024-05-27",
        "2024-06-19", "2024-07-04", "2024-09-02", "2024-11-28", "2024-12-25",
        "2025-01-09", "2025-04-18", "2026-04-03", "2026-07-03", "2023-01-02",
        "2022-06-20", "2021-12-24", "2020-07-03", "2011-12-26", "2018-12-05",
        "2012-10-29", "2004-06-11", "2001-09-14", "2027-06-18", "2027-07-05",
        "2024-03-02", "2024-03-03"};
    static const char *const open[] = {
        "2021-12-31", /* New Year on a Saturday is not observed */
        "2010-12-31", "2021-06-18", "2024-11-29", "2024-12-24", "2024-10-14",
        "2024-11-11", "1997-01-20", "2001-09-17", "2024-02-29"};
    for (size_t i = 0; i < COUNT_OF(closed); i++)
        if (calendar_is_session(&nyse, at(closed[i]) + 50000))
            fail_msg("%s is a session", closed[i]);
    for (size_t i = 0; i < COUNT_OF(open); i++)
        if (!calendar_is_session(&nyse, at(open[i])))
            fail_msg("%s is no session", open[i]);
}

static void
other_calendars_have_their_own_days(void **state)
{
    (void)state;
    assert_false(calendar_is_session(&federal, at("2024-10-14")));
    assert_false(calendar_is_session(&federal, at("2024-11-11")));
    assert_false(calendar_is_session(&federal, at("2021-12-31")));
    assert_false(calendar_is_session(&federal, at("2024-03-29")));
    assert_true(calendar_is_session(&federal, at("2018-12-05")));
    assert_false(calendar_is_session(&bist, at("2024-04-23")));
    assert_false(calendar_is_session(&bist, at("2024-06-18")));
    assert_true(calendar_is_session(&bist, at("2016-07-15")));
    assert_true(calendar_is_session(&bist, at("2024-07-04")));
    assert_true(calendar_is_session(&always, at("2024-12-25")));
    enum holiday_rule rule;
    assert_true(calendar_holidays_parse("bist", &rule));
    assert_int_equal(rule, HOLIDAY_BIST);
    assert_false(calendar_holidays_parse("lse", &rule));
}

static void
sessions_are_found_around_a_time(void **state)
{
    (void)state;
    /* Good Friday, Easter */
    assert_int_equal(calendar_session_before(&nyse, at("2024-03-31")),
                     at("2024-03-28"));
    assert_int_equal(calendar_session_before(&nyse, at("2024-03-28T23:59")),
                     at("2024-03-28"));
    assert_int_equal(calendar_session_after(&nyse, at("2024-03-28T01:00")),
                     at("2024-04-01"));
    assert_int_equal(calendar_count(&nyse, at("2024-03-28"), at("2024-04-02")),
                     3);
    assert_int_equal(
        calendar_count(&nyse, at("2024-03-28T00:00:01"), at("2024-04-02")), 2);
    assert_int_equal(calendar_count(&nyse, at("2024-03-29"), at("2024-03-31")),
                     0);
    assert_int_equal(calendar_session_before(&always, at("1969-12-31T12:00")),
                     at("1969-12-31"));
}

static void
a_bar_is_due_after_its_session_closed(void **state)
{
    (void)state;
    assert_int_equal(calendar_last_due(&nyse, at("2024-03-29T01:59")),
                     at("2024-03-27"));
    assert_int_equal(calendar_last_due(&nyse, at("2024-03-29T02:00")),
                     at("2024-03-28"));
    assert_int_equal(calendar_last_due(&nyse, at("2024-04-02T01:00")),
                     at("2024-03-28"));
    assert_int_equal(calendar_last_due(&always, at("2024-03-29T02:00")),
                     at("2024-03-28"));
}

static void
the_next_bar_falls_due_after_the_last(void **state)
{
    (void)state;
    int64_t session;
    /* before Good Friday and Easter */
    assert_int_equal(calendar_next_due(&nyse, at("2024-03-29T01:59"), &session),
                     at("2024-03-29T02:00"));
    assert_int_equal(session, at("2024-03-28"));
    assert_int_equal(calendar_next_due(&nyse, at("2024-03-29T02:00"), &session),
                     at("2024-04-02T02:00"));
    assert_int_equal(session, at("2024-04-01"));
}

static void
sessions_have_their_hours(void **state)
{
    (void)state;
    struct calendar_hours h;
    assert_true(calendar_hours(&nyse, at("2024-11-27T15:00"), &h));
    assert_int_equal(h.open_min, 570);
    assert_int_equal(h.close_min, 960);
    assert_false(h.early);
    assert_false(calendar_hours(&nyse, at("2024-11-28"), &h));
    assert_true(calendar_hours(&nyse, at("2024-11-29"), &h));
    assert_int_equal(h.close_min, 780);
    assert_true(h.early);
    assert_true(calendar_hours(&bist, at("2025-10-28"), &h));
    assert_int_equal(h.close_min, 750);
    assert_true(calendar_hours(&always, at("2024-12-25"), &h));
    assert_int_equal(h.open_min, 0);
    assert_int_equal(h.close_min, 1440);
    assert_false(h.early);
}

/* EIA publishes on Wednesdays, in the afternoon of Washington, up to Monday;
 * with a holiday before that in the week, on Thursday. */
static void
a_publisher_in_time_is_never_late(void **state)
{
    (void)state;
    int64_t known = at("2023-12-29"), monday = at("2024-01-01");
    for (; monday < at("2026-12-28"); monday += 7 * DAY_S) {
        bool holiday = !calendar_is_session(&federal, monday) ||
                       !calendar_is_session(&federal, monday + DAY_S) ||
                       !calendar_is_session(&federal, monday + 2 * DAY_S);
        int64_t release = monday + (holiday ? 3 : 2) * DAY_S + 18 * 3600;
        enum freshness f = calendar_freshness(&federal, known, release - 1);
        if (f != FRESH_OK && f != FRESH_CLOSED) {
            struct arena *a = arena_new();
            fail_msg("%s before the release of %s", freshness_words(f),
                     date_format_day(a, release));
        }
        known = calendar_session_before(&federal, monday);
    }
}

static void
freshness_has_words(void **state)
{
    (void)state;
    int64_t thursday = at("2024-03-28"), wednesday = at("2024-03-27");
    int64_t sunday = at("2024-03-31T12:00");
    assert_int_equal(calendar_freshness(&nyse, 0, sunday), FRESH_EMPTY);
    assert_int_equal(calendar_freshness(&nyse, thursday, sunday), FRESH_CLOSED);
    assert_int_equal(
        calendar_freshness(&nyse, thursday, at("2024-04-01T12:00")), FRESH_OK);
    assert_int_equal(
        calendar_freshness(&nyse, wednesday, at("2024-03-29T12:00")),
        FRESH_LATE);
    assert_int_equal(
        calendar_freshness(&nyse, wednesday, at("2024-03-31T02:00")),
        FRESH_STALE);
    assert_string_equal(freshness_words(FRESH_CLOSED), "market closed");
    assert_string_equal(freshness_name(FRESH_STALE), "stale");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchange_holidays_follow_the_rules),
        cmocka_unit_test(other_calendars_have_their_own_days),
        cmocka_unit_test(sessions_are_found_around_a_time),
        cmocka_unit_test(a_bar_is_due_after_its_session_closed),
        cmocka_unit_test(the_next_bar_falls_due_after_the_last),
        cmocka_unit_test(sessions_have_their_hours),
        cmocka_unit_test(a_publisher_in_time_is_never_late),
        cmocka_unit_test(freshness_has_words),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
