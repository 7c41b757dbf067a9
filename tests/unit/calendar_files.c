/* Calendars against the days of real files, where ../shared/data is. */
#include "core/calendar.h"

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define SHARED "../shared/data/daily/"
#define ENERGY "../shared/data/energy/"

static const struct calendar nyse = {.weekdays = 31,
                                     .holidays = HOLIDAY_NYSE,
                                     .late_after_s = 26 * 3600,
                                     .stale_after_s = 2 * DAY_S};
static const struct calendar bist = {.weekdays = 31,
                                     .holidays = HOLIDAY_BIST,
                                     .late_after_s = DAY_S,
                                     .stale_after_s = 3 * DAY_S};

/* Days of a file's column, as a set of flags from 1970-01-01 on. */
enum { FIRST_DAY = 0, N_DAYS = 30000 };

static bool
days_of(const char *path, bool *has, int64_t *first, int64_t *last)
{
    FILE *f = fopen(path, "r");
    char line[1024];
    *first = INT64_MAX, *last = 0;
    if (f == NULL)
        return false;
    while (fgets(line, sizeof line, f) != NULL) {
        int64_t ts;
        if (!date_parse_day(line, 10, &ts))
            continue;
        int64_t day = ts / DAY_S;
        assert_true(day >= FIRST_DAY && day < FIRST_DAY + N_DAYS);
        has[day - FIRST_DAY] = true;
        *first = day < *first ? day : *first;
        *last = day > *last ? day : *last;
    }
    fclose(f);
    return true;
}

/* Every session by rule has a row, and every row is of a session. */
static void
check_days(const struct calendar *c, const char *path, const bool *has,
           int64_t first, int64_t last)
{
    struct arena *a = arena_new();
    int64_t wrong = 0;
    for (int64_t day = first; day <= last; day++)
        if (calendar_is_session(c, day * DAY_S) != has[day - FIRST_DAY]) {
            print_error("%s: %s\n", path, date_format_day(a, day * DAY_S));
            wrong++;
        }
    arena_free(a);
    assert_int_equal(wrong, 0);
    assert_true(last - first > 1000);
}

static void
check_file(const struct calendar *c, const char *path)
{
    static bool has[N_DAYS];
    int64_t first, last;
    memset(has, 0, sizeof has);
    if (!days_of(path, has, &first, &last))
        fail_msg("%s is not there", path);
    check_days(c, path, has, first, last);
}

/* The daily rows of the file; those with a time are snapshots of a day. */
static void
rules_agree_with_split_adjusted_mstr(void **state)
{
    (void)state;
    static const char path[] = SHARED "MSTR_splitadjusted_2020_2026.json";
    static bool has[N_DAYS];
    FILE *f = fopen(path, "r");
    if (f == NULL)
        fail_msg("%s is not there", path);
    struct arena *a = arena_new();
    struct buf *text = buf_new(a);
    struct json file;
    struct err err;
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_add(text, part, n);
    fclose(f);
    assert_true(json_parse(a, text->data, text->len, &file, &err));
    int64_t first = INT64_MAX, last = 0, missing = 0;
    for (struct json_iter it = json_iter(json_get(file, "prices"));
         json_next(&it);) {
        int64_t ts;
        if (json_type(json_get(it.value, "time")) != JSON_NONE)
            continue;
        const char *date = json_str(json_get(it.value, "date"));
        assert_true(date_parse_day(date, strlen(date), &ts));
        has[ts / DAY_S - FIRST_DAY] = true;
        first = ts / DAY_S < first ? ts / DAY_S : first;
        last = ts / DAY_S > last ? ts / DAY_S : last;
    }
    arena_free(a);
    check_days(&nyse, path, has, first, last);
    for (int64_t day = first; day <= last; day++)
        missing += date_weekday(day) < 5 && !has[day - FIRST_DAY];
    assert_int_equal(missing, 54);
}

static void
rules_agree_with_24_years_of_mstr(void **state)
{
    (void)state;
    check_file(&nyse, SHARED "MSTR_yahoo_unadjusted_2000_2024-03.csv");
}

static void
rules_agree_with_aapl(void **state)
{
    (void)state;
    check_file(&nyse, SHARED "AAPL_yahoo.csv");
}

static void
rules_agree_with_mnav_days_to_2026(void **state)
{
    (void)state;
    check_file(&nyse, SHARED "mstr_daily_mnav.csv");
}

static void
rules_agree_with_five_years_of_istanbul(void **state)
{
    (void)state;
    check_file(&bist, SHARED "THYAO.IS_yfinance.csv");
}

/* Prices came on holidays too, in older years; but where one is due there is
 * one, or no backfill would ever come to an end. */
static void
brent_has_a_price_where_one_is_due(void **state)
{
    (void)state;
    static const struct calendar brent = {.weekdays = 31,
                                          .holidays = HOLIDAY_BRENT};
    static bool has[N_DAYS];
    int64_t first, last;
    int due = 0, missing = 0, lately = 0;
    if (!days_of(ENERGY "brent-daily.csv", has, &first, &last))
        fail_msg("brent-daily.csv is not there");
    for (int64_t day = first; day <= last; day++) {
        bool is_due = calendar_is_session(&brent, day * DAY_S);
        bool is_there = has[day - FIRST_DAY];
        due += is_due;
        missing += is_due && !is_there;
        lately += day >= 19358 && is_due != is_there; /* 2023 on */
    }
    assert_int_equal(due, 9868);
    assert_int_equal(lately, 0);
    assert_int_equal(missing, 19);
}

int
main(void)
{
    if (access(SHARED, R_OK) != 0) {
        puts("1..0 # SKIP " SHARED " is not there");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_agree_with_split_adjusted_mstr),
        cmocka_unit_test(rules_agree_with_24_years_of_mstr),
        cmocka_unit_test(rules_agree_with_aapl),
        cmocka_unit_test(rules_agree_with_mnav_days_to_2026),
        cmocka_unit_test(rules_agree_with_five_years_of_istanbul),
        cmocka_unit_test(brent_has_a_price_where_one_is_due),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
