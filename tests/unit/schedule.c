#include "core/schedule.h"

#include "lib/date.h"
#include "tests/lib/dbcase.h"

#include <string.h>

static int
setup(void **state)
{
    int failed = db_case_begin(state, "worker");
    sql("DELETE FROM schedule");
    return failed;
}

static int64_t
at(const char *iso)
{
    int64_t ts;
    assert_true(date_parse_iso(iso, strlen(iso), &ts));
    return ts;
}

/* Queues what is due at a time; returns how many. */
static int64_t
tick(const char *iso)
{
    int64_t n, next;
    assert_true(schedule_queue_due(db, at(iso), false, &n, &next, &err));
    return n;
}

static const char *
due_times(void)
{
    return sql("SELECT string_agg(to_char(due_at AT TIME ZONE 'UTC', "
               "'MM-DD HH24:MI'), ', ' ORDER BY due_at) FROM run");
}

static void
add(const char *columns, const char *values)
{
    sql(arena_printf(a,
                     "INSERT INTO schedule (name, %s) "
                     "VALUES ('s', %s)",
                     columns, values));
}

static void
the_first_call_computes_and_queues_nothing(void **state)
{
    (void)state;
    int64_t n, next;
    add("frequency, at_time, time_zone",
        "'daily', '22:30', 'America/New_York'");
    assert_true(schedule_queue_due(db, at("2026-01-10T12:00:00Z"), false, &n,
                                   &next, &err));
    assert_int_equal(n, 0);
    assert_int_equal(next, at("2026-01-11T03:30:00Z"));
    assert_int_equal(tick("2026-01-11T03:29:59Z"), 0);
    assert_int_equal(tick("2026-01-11T03:30:00Z"), 1);
    assert_int_equal(tick("2026-01-11T03:30:00Z"), 0);
    assert_string_equal(
        sql("SELECT trigger || ' ' || lane || ' ' || requested_by "
            "|| ', ' || reason FROM run"),
        "timer 1 schedule s, due 2026-01-10 22:30 America/New_York");
}

/* New York's clocks go forward on 2026-03-08 and back on 2026-11-01. */
static void
a_change_of_the_clocks_neither_skips_nor_doubles(void **state)
{
    (void)state;
    add("frequency, at_time, time_zone, missed_policy, max_age",
        "'daily', '02:30', 'America/New_York', 'all', '10 days'");
    assert_int_equal(tick("2026-03-06T12:00:00Z"), 0);
    assert_int_equal(tick("2026-03-10T12:00:00Z"), 4);
    assert_string_equal(due_times(), "03-07 07:30, 03-08 07:00, 03-09 06:30, "
                                     "03-10 06:30");
    sql("DELETE FROM run; UPDATE schedule SET next_due = NULL, "
        "at_time = '01:30'");
    assert_int_equal(tick("2026-10-30T12:00:00Z"), 0);
    assert_int_equal(tick("2026-11-02T12:00:00Z"), 3);
    assert_string_equal(due_times(), "10-31 05:30, 11-01 05:30, 11-02 06:30");
}

static void
missed_runs_follow_the_policy(void **state)
{
    (void)state;
    static const struct {
        const char *policy, *due;
    } table[] = {
        {"once", "01-04 06:00"},
        {"all", "01-02 06:00, 01-03 06:00, 01-04 06:00"},
        {"skip", ""},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        sql("DELETE FROM run; DELETE FROM schedule");
        add("frequency, at_time, max_age, missed_policy, next_due",
            arena_printf(a,
                         "'daily', '06:00', '3 days', '%s', "
                         "'2025-12-25 06:00Z'",
                         table[i].policy));
        tick("2026-01-04T12:00:00Z");
        assert_string_equal(due_times(), table[i].due);
        assert_string_equal(sql("SELECT next_due AT TIME ZONE 'UTC' "
                                "FROM schedule"),
                            "2026-01-05 06:00:00");
    }
    /* on time, skip runs too */
    assert_int_equal(tick("2026-01-05T06:00:10Z"), 1);
}

static void
what_is_older_than_max_age_is_never_made_up(void **state)
{
    (void)state;
    add("frequency, at_time, weekday, max_age, missed_policy, next_due",
        "'weekly', '06:00', 1, '1 day', 'all', '2026-01-05 06:00Z'");
    assert_int_equal(tick("2026-01-08T12:00:00Z"), 0);
    assert_string_equal(sql("SELECT next_due AT TIME ZONE 'UTC' FROM schedule"),
                        "2026-01-12 06:00:00");
    assert_int_equal(tick("2026-01-12T06:30:00Z"), 1);
}

static void
two_callers_queue_a_due_time_once(void **state)
{
    (void)state;
    struct db *other = NULL;
    int64_t n, next;
    add("frequency, every, next_due", "'minutes', 15, '2026-01-05 06:00Z'");
    assert_true(
        db_open(&other, test_db_conninfo(tdb, "worker"), "other", &err));
    assert_int_equal(tick("2026-01-05T06:01:00Z"), 1);
    assert_true(schedule_queue_due(other, at("2026-01-05T06:01:00Z"), false, &n,
                                   &next, &err));
    assert_int_equal(n, 0);
    /* even when a schedule is set back, the pair of both is unique */
    sql("UPDATE schedule SET next_due = '2026-01-05 06:00Z'");
    assert_int_equal(tick("2026-01-05T06:02:00Z"), 0);
    assert_string_equal(due_times(), "01-05 06:00");
    db_close(other);
}

static void
words_name_time_and_place(void **state)
{
    (void)state;
    const char *words;
    struct schedule *all;
    size_t n;
    add("frequency, at_time, time_zone",
        "'daily', '22:30', 'America/New_York'");
    tick("2026-01-10T12:00:00Z");
    assert_true(schedule_next_words(a, db, 1, at("2026-01-10T12:00:00Z"),
                                    &words, &err));
    assert_string_equal(words, "22:30 New York time");
    sql("UPDATE schedule SET frequency = 'monthly', month_day = "
        "31, time_zone = 'UTC', next_due = NULL");
    assert_true(schedule_next_words(a, db, 1, at("2026-02-10T12:00:00Z"),
                                    &words, &err));
    assert_string_equal(words, "Saturday 28 February, 22:30 UTC");
    assert_true(schedule_list(a, db, &all, &n, &err));
    assert_string_equal(all[0].words, "monthly on day 31 at 22:30 UTC");
    sql("UPDATE schedule SET instruments = '{2}'");
    assert_true(schedule_next_words(a, db, 1, at("2026-02-10T12:00:00Z"),
                                    &words, &err));
    assert_null(words);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(the_first_call_computes_and_queues_nothing),
        DB_CASE(a_change_of_the_clocks_neither_skips_nor_doubles),
        DB_CASE(missed_runs_follow_the_policy),
        DB_CASE(what_is_older_than_max_age_is_never_made_up),
        DB_CASE(two_callers_queue_a_due_time_once),
        DB_CASE(words_name_time_and_place),
    };
    return DB_CASES_RUN(tests);
}
