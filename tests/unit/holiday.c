#include "core/holiday.h"

#include "lib/date.h"
#include "lib/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int64_t
day(const char *text)
{
    int64_t ts = 0;
    if (!date_parse_day(text, strlen(text), &ts))
        fail_msg("%s is no day", text);
    return ts / DAY_S;
}

static bool
is_open(enum holiday_rule rule, int64_t days)
{
    return date_weekday(days) < 5 && !holiday_is_closed(rule, days);
}

static void
check_days(enum holiday_rule rule, const char *const *days, size_t n, bool open)
{
    for (size_t i = 0; i < n; i++)
        if (is_open(rule, day(days[i])) != open)
            fail_msg("%s is %s session", days[i], open ? "no" : "a");
}

/* source  the exchange's own counts of trading days */
static void
new_york_has_as_many_sessions_as_it_had(void **state)
{
    (void)state;
    static const int sessions[] = {253, 253, 254, 253, 252, 252, 254, 253, 252,
                                   252, 252, 248, 252, 252, 252, 252, 251, 251,
                                   253, 252, 252, 252, 250, 252, 252, 252, 252,
                                   251, 251, 252, 253, 252, 251, 250, 252, 250};
    for (int i = 0; i < (int)COUNT_OF(sessions); i++) {
        int year = 1990 + i, n = 0;
        int64_t end = date_to_days(year + 1, 1, 1);
        for (int64_t d = date_to_days(year, 1, 1); d < end; d++)
            n += is_open(HOLIDAY_NYSE, d);
        if (n != sessions[i])
            fail_msg("%d has %d sessions, not %d", year, n, sessions[i]);
    }
}

/* Closures that no rule gives, and the weekdays beside them. */
static void
new_york_stayed_closed_for_other_reasons(void **state)
{
    (void)state;
    static const char *const closed[] = {
        "1994-04-27", "2001-09-11", "2001-09-12", "2001-09-13",
        "2001-09-14", "2004-06-11", "2007-01-02", "2012-10-29",
        "2012-10-30", "2018-12-05", "2025-01-09"};
    static const char *const open[] = {
        "1994-04-26", "2001-09-10", "2001-09-17", "2004-06-10", "2007-01-03",
        "2012-10-26", "2012-10-31", "2018-12-06", "2025-01-08", "2025-01-10"};
    check_days(HOLIDAY_NYSE, closed, COUNT_OF(closed), false);
    check_days(HOLIDAY_NYSE, open, COUNT_OF(open), true);
}

/* The rule's turns, up to 2040: Saturday's holidays are Friday's, but not New
 * Year's; Sunday's are Monday's. */
static void
new_york_observes_weekend_holidays(void **state)
{
    (void)state;
    static const char *const closed[] = {
        "2027-06-18", "2027-12-24", "2028-01-17", "2033-06-20", "2032-07-05",
        "2033-12-26", "2034-01-02", "2038-12-24", "2039-06-20", "2040-03-30",
        "2026-07-03", "2037-07-03", "2038-04-23", "2040-11-22"};
    static const char *const open[] = {
        "2027-12-31", "2032-12-31", "2038-12-31", "2027-06-21", "2032-07-02",
        "2021-06-18", "1997-01-20", "2034-10-09", "2034-11-10"};
    check_days(HOLIDAY_NYSE, closed, COUNT_OF(closed), false);
    check_days(HOLIDAY_NYSE, open, COUNT_OF(open), true);
}

static void
check_early(enum holiday_rule rule, const char *const *want, const char *from,
            const char *to)
{
    struct arena *a = arena_new();
    for (int64_t d = day(from); d <= day(to); d++) {
        if (!is_open(rule, d) || !holiday_is_early(rule, d))
            continue;
        const char *got = date_format_day(a, d * DAY_S);
        if (*want == NULL)
            fail_msg("%s ends early, and should not", got);
        assert_string_equal(got, *want);
        want++;
    }
    if (*want != NULL)
        fail_msg("%s does not end early", *want);
    arena_free(a);
}

/* source  the exchange's announcements */
static void
new_york_closes_early_as_announced(void **state)
{
    (void)state;
    static const char *const early[] = {
        "1995-07-03", "1995-11-24", "1996-07-05", "1996-11-29", "1996-12-24",
        "1997-07-03", "1997-11-28", "1997-12-24", "1997-12-26", "1998-11-27",
        "1998-12-24", "1999-11-26", "1999-12-31", "2000-07-03", "2000-11-24",
        "2001-07-03", "2001-11-23", "2001-12-24", "2002-07-05", "2002-11-29",
        "2002-12-24", "2003-07-03", "2003-11-28", "2003-12-24", "2003-12-26",
        "2004-11-26", "2005-11-25", "2006-07-03", "2006-11-24", "2007-07-03",
        "2007-11-23", "2007-12-24", "2008-07-03", "2008-11-28", "2008-12-24",
        "2009-11-27", "2009-12-24", "2010-11-26", "2011-11-25", "2012-07-03",
        "2012-11-23", "2012-12-24", "2013-07-03", "2013-11-29", "2013-12-24",
        "2014-07-03", "2014-11-28", "2014-12-24", "2015-11-27", "2015-12-24",
        "2016-11-25", "2017-07-03", "2017-11-24", "2018-07-03", "2018-11-23",
        "2018-12-24", "2019-07-03", "2019-11-29", "2019-12-24", "2020-11-27",
        "2020-12-24", "2021-11-26", "2022-11-25", "2023-07-03", "2023-11-24",
        "2024-07-03", "2024-11-29", "2024-12-24", "2025-07-03", "2025-11-28",
        "2025-12-24", "2026-11-27", "2026-12-24", "2027-11-26", NULL};
    check_early(HOLIDAY_NYSE, early, "1995-01-01", "2027-12-31");
}

static void
istanbul_keeps_its_feasts(void **state)
{
    (void)state;
    static const char *const closed[] = {
        "1990-04-26", "1999-03-29", "2000-01-10", "2000-12-27", "2006-01-13",
        "2007-01-03", "2008-10-01", "2013-10-18", "2019-06-04", "2026-03-20",
        "2026-05-29", "2027-03-11", "2030-02-06", "2032-03-25", "2036-11-21",
        "2040-12-18", "2023-02-09", "2024-04-09"};
    static const char *const open[] = {
        "2000-01-11", "2006-10-26", "2013-08-12", "2019-06-07", "2026-03-19",
        "2026-03-24", "2026-06-01", "2027-03-12", "2023-02-15"};
    check_days(HOLIDAY_BIST, closed, COUNT_OF(closed), false);
    check_days(HOLIDAY_BIST, open, COUNT_OF(open), true);
}

static void
istanbul_closes_early_on_eves(void **state)
{
    (void)state;
    static const char *const early[] = {"2025-06-05", "2025-10-28",
                                        "2026-03-19", "2026-05-26",
                                        "2026-10-28", NULL};
    check_early(HOLIDAY_BIST, early, "2025-01-01", "2026-12-31");
}

/* A lunar year is 354 or 355 days long, and Kurban comes 67 to 69 days after
 * Ramazan: no feast is missing, none is mistyped by much. */
static void
feasts_follow_the_moon(void **state)
{
    (void)state;
    int64_t last_eve[2] = {0};
    int n = 0;
    for (int64_t d = day("1990-01-01"); d <= day("2040-12-31"); d++) {
        struct date date = date_from_days(d);
        if (!holiday_is_early(HOLIDAY_BIST, d) ||
            (date.month == 10 && date.day == 28 &&
             !holiday_is_closed(HOLIDAY_BIST, d + 2)))
            continue;
        int64_t gap = d - last_eve[n % 2];
        if (n >= 2 && (gap < 353 || gap > 356))
            fail_msg("%lld days between two feasts at day %lld", (long long)gap,
                     (long long)d);
        int64_t between = d - last_eve[(n + 1) % 2];
        if (n % 2 == 1 && (between < 67 || between > 69))
            fail_msg("%lld days from feast to feast at day %lld",
                     (long long)between, (long long)d);
        last_eve[n++ % 2] = d;
    }
    assert_int_equal(n, 106);
}

/* source  gov.uk/bank-holidays, and its lists of former years */
static void
london_keeps_its_bank_holidays(void **state)
{
    (void)state;
    static const char *const closed[] = {
        "1999-12-31", "2002-06-03", "2002-06-04", "2011-04-22", "2011-04-25",
        "2011-04-29", "2011-05-02", "2020-05-08", "2020-12-28", "2021-12-27",
        "2021-12-28", "2022-01-03", "2022-06-02", "2022-06-03", "2022-08-29",
        "2022-09-19", "2022-12-26", "2022-12-27", "2023-01-02", "2023-05-01",
        "2023-05-08", "2023-05-29", "2024-03-29", "2024-04-01", "2024-12-26",
        "2026-12-28", "2027-12-27", "2027-12-28"};
    static const char *const open[] = {
        "2001-12-27", "2002-05-27", "2020-05-04", "2022-05-30",
        "2022-01-04", "2022-12-28", "2023-01-03", "2024-01-15",
        "2024-07-04", "2024-11-28", "2024-12-27", "2026-12-29"};
    check_days(HOLIDAY_BRENT, closed, COUNT_OF(closed), false);
    check_days(HOLIDAY_BRENT, open, COUNT_OF(open), true);
    for (int year = 2024; year < 2041; year++) {
        int n = 0;
        int64_t end = date_to_days(year + 1, 1, 1);
        for (int64_t d = date_to_days(year, 1, 1); d < end; d++)
            n += date_weekday(d) < 5 && !is_open(HOLIDAY_BRENT, d);
        if (n != 8)
            fail_msg("%d has %d bank holidays", year, n);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_york_has_as_many_sessions_as_it_had),
        cmocka_unit_test(new_york_stayed_closed_for_other_reasons),
        cmocka_unit_test(new_york_observes_weekend_holidays),
        cmocka_unit_test(new_york_closes_early_as_announced),
        cmocka_unit_test(istanbul_keeps_its_feasts),
        cmocka_unit_test(istanbul_closes_early_on_eves),
        cmocka_unit_test(feasts_follow_the_moon),
        cmocka_unit_test(london_keeps_its_bank_holidays),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
