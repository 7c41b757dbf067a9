/* The rules that look back: session, jump_z, volume_spike. */
#include "core/validate.h"

#include "lib/date.h"
#include "lib/format.h"
#include "tests/lib/testdb.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct calendar NYSE = {.name = "NYSE",
                                     .title = "New York Stock Exchange",
                                     .time_zone = "America/New_York",
                                     .weekdays = 31,
                                     .holidays = HOLIDAY_NYSE};
static const struct calendar DAILY = {.name = "24x7",
                                      .title = "Every day",
                                      .time_zone = "UTC",
                                      .weekdays = 127,
                                      .holidays = HOLIDAY_NONE};
static const struct calendar EIA = {.name = "EIA",
                                    .title = "EIA daily spot prices",
                                    .time_zone = "America/New_York",
                                    .weekdays = 31,
                                    .holidays = HOLIDAY_US_FEDERAL};
static const struct calendar WEEKDAYS = {.name = "W",
                                         .title = "Weekdays",
                                         .time_zone = "UTC",
                                         .weekdays = 31,
                                         .holidays = HOLIDAY_NONE};

struct fixture {
    struct arena *a;
    struct validate_rules rules;
    struct validate_context context;
    struct validate_window w;
    struct validate_findings found;
    int64_t ts;
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->a = arena_new();
    for (size_t i = 0; i < VALIDATE_RULE_COUNT; i++)
        f->rules.rule[i].threshold = NAN;
    f->rules.rule[VALIDATE_SESSION].severity = VALIDATE_FLAG;
    f->rules.rule[VALIDATE_SESSION].threshold = 6;
    f->rules.rule[VALIDATE_JUMP_Z].severity = VALIDATE_FLAG;
    f->rules.rule[VALIDATE_JUMP_Z].threshold = 10;
    f->rules.rule[VALIDATE_VOLUME_SPIKE].severity = VALIDATE_FLAG;
    f->rules.rule[VALIDATE_VOLUME_SPIKE].threshold = 50;
    f->context = (struct validate_context){.interval_s = DAY_S,
                                           .price_min = NAN,
                                           .price_max = NAN,
                                           .jump_frac = NAN};
    validate_window_start(&f->w);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(f->a);
    free(f);
    return 0;
}

/* The next bar; the rules that it breaks, "" for none. */
static const char *
next(struct fixture *f, double close, double volume)
{
    const struct series_row row = {.ts = f->ts += DAY_S,
                                   .open = close,
                                   .high = close,
                                   .low = close,
                                   .close = close,
                                   .volume = volume};
    f->found.n = 0;
    bool stays = validate_in_window(f->a, &f->rules, &f->context, &f->w, &row,
                                    &f->found);
    const char *text = stays ? "" : "refused ";
    for (size_t i = 0; i < f->found.n; i++)
        text = arena_printf(f->a, "%s%s", text,
                            validate_rule_name(f->found.of[i].rule));
    return text;
}

/* n bars that go up and down by this log return, about the price. */
static void
wave(struct fixture *f, int n, double price, double log_ret)
{
    for (int i = 0; i < n; i++)
        assert_string_equal(next(f, price * exp(i % 2 == 0 ? 0 : log_ret), 100),
                            "");
}

static void
a_move_is_measured_against_the_usual_one(void **state)
{
    struct fixture *f = *state;
    wave(f, 80, 100, 0.01); /* the usual move is 1 % / 1.6449 */
    double last = f->w.last_close;
    assert_string_equal(next(f, last * exp(0.0607), NAN), "");
    wave(f, 80, f->w.last_close, 0.01);
    last = f->w.last_close;
    assert_string_equal(next(f, last * exp(-0.0609), NAN), "jump_z");
    const struct validate_finding *x = &f->found.of[0];
    assert_true(x->flag);
    assert_string_equal(x->field, "close");
    assert_string_equal(x->expected,
                        "a move of at most 10 times the usual 0.6079 % (this "
                        "is 10.02 times)");
    assert_non_null(strstr(x->value, " after "));
    f->rules.rule[VALIDATE_JUMP_Z].severity = VALIDATE_REFUSE;
    last = f->w.last_close;
    assert_string_equal(next(f, last * 2, NAN), "refused jump_z");
    assert_true(f->w.last_close == last); /* as if it had never come */
    f->rules.rule[VALIDATE_JUMP_Z].severity = VALIDATE_OFF;
    assert_string_equal(next(f, last * 9, NAN), "");
}

static void
one_outlier_hides_no_other(void **state)
{
    struct fixture *f = *state;
    wave(f, 70, 100, 0.01);
    assert_string_equal(next(f, 10000, NAN), "jump_z"); /* another unit */
    assert_non_null(strstr(f->found.of[0].expected,
                           "; about 100 times: another unit, or a split?"));
    assert_string_equal(next(f, 100, NAN), "jump_z"); /* and back */
    assert_string_equal(next(f, 120, NAN), "jump_z");
    assert_string_equal(next(f, 121, NAN), "");
}

static void
a_split_is_recognised_after_few_bars(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++) /* four returns */
        next(f, 20000 + 100 * (i % 3), 1000);
    struct validate_window few = f->w;
    assert_string_equal(next(f, 4020, 5000), "");
    f->w = few;
    assert_string_equal(next(f, 20250, 1000), "");
    assert_string_equal(next(f, 4050, 5000), "jump_z");
    assert_non_null(
        strstr(f->found.of[0].expected, "; about 5 times: a split?"));
}

static void
flat_prices_say_nothing_and_small_moves_are_none(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 100; i++)
        assert_string_equal(next(f, 1, 0), "");
    assert_string_equal(next(f, 1.5, 0), ""); /* nothing ever moved */
    validate_window_start(&f->w);
    /* pegged: 0.01 % up and down; moves below 2.5 % are no doubt */
    wave(f, 100, 1, 0.0001);
    assert_string_equal(next(f, 1.024, 0), "volume_spike");
    wave(f, 70, 1, 0.0001);
    assert_string_equal(next(f, 1.027, 100), "jump_z");
    /* mostly flat: the mean of the moves counts, not their median of 0 */
    validate_window_start(&f->w);
    for (int i = 0; i < 100; i++)
        assert_string_equal(next(f, i % 8 < 4 ? 100 : 104, NAN), "");
    assert_string_equal(next(f, 108, NAN), "");
    assert_string_equal(next(f, 140, NAN), "jump_z");
}

static void
prices_of_zero_and_less_have_no_return(void **state)
{
    struct fixture *f = *state;
    wave(f, 70, 18, 0.02);
    assert_string_equal(next(f, -36.98, NAN), "");
    assert_string_equal(next(f, 10, NAN), "");
    assert_string_equal(next(f, 0, NAN), "");
    assert_string_equal(next(f, 11, NAN), "");
    assert_string_equal(next(f, 11.2, NAN), "");
    assert_string_equal(next(f, 22, NAN), "jump_z");
}

static void
volume_is_measured_against_its_average(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 19; i++)
        next(f, 10, 100);
    assert_string_equal(next(f, 10, 1e9), "");  /* too few to say */
    assert_string_equal(next(f, 10, 5000), ""); /* the largest is left out */
    for (int i = 0; i < 64; i++)
        next(f, 10, 100);
    assert_string_equal(next(f, 10, 5001), "volume_spike");
    assert_string_equal(f->found.of[0].field, "volume");
    assert_string_equal(f->found.of[0].value, "5001");
    assert_string_equal(f->found.of[0].expected,
                        "at most 50 times the average of the bars before, 100");
    assert_string_equal(next(f, 10, 5001), "volume_spike");
    assert_string_equal(next(f, 10, NAN), "");
    f->rules.rule[VALIDATE_VOLUME_SPIKE].severity = VALIDATE_REFUSE;
    assert_string_equal(next(f, 10, 1e6), "refused volume_spike");
}

static void
a_volume_that_breaks_off_is_doubted_once(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 64; i++)
        next(f, 10, 100 + i);
    assert_string_equal(next(f, 10, 2), ""); /* 1/50 of the smallest */
    validate_window_start(&f->w);
    for (int i = 0; i < 64; i++)
        next(f, 10, 100 + i);
    assert_string_equal(next(f, 10, 1.9), "volume_spike");
    assert_string_equal(
        f->found.of[0].expected,
        "at least 1/50 of 100, the smallest of the bars before");
    assert_string_equal(next(f, 10, 0), ""); /* now it is known to */
    for (int i = 0; i < 64; i++)
        next(f, 10, 100 + i);
    assert_string_equal(next(f, 10, 0), "volume_spike");
    /* where volumes are of all sizes, a zero is one of them */
    validate_window_start(&f->w);
    for (int i = 0; i < 64; i++)
        next(f, 10, i % 16 == 0 ? 1 : 100);
    assert_string_equal(next(f, 10, 0), "");
    /* and where there was none, any is new: nothing to say */
    validate_window_start(&f->w);
    for (int i = 0; i < 64; i++)
        next(f, 10, 0);
    assert_string_equal(next(f, 10, 1000), "");
}

/* --- session ------------------------------------------------------------- */

static const char *
at(struct fixture *f, const char *iso)
{
    assert_true(date_parse_iso(iso, strlen(iso), &f->ts));
    f->ts -= DAY_S;
    return next(f, 10, NAN);
}

static void
a_daily_bar_belongs_to_a_session(void **state)
{
    struct fixture *f = *state;
    f->context.calendar = &NYSE;
    assert_string_equal(at(f, "2024-07-03T00:00:00Z"), "");
    assert_string_equal(at(f, "2024-07-04T00:00:00Z"), "session");
    assert_string_equal(f->found.of[0].field, "time");
    assert_string_equal(f->found.of[0].value, "2024-07-04T00:00:00Z");
    assert_string_equal(f->found.of[0].expected,
                        "a day with a session of New York Stock Exchange, not "
                        "a Thursday, 2024-07-04");
    assert_string_equal(at(f, "2024-07-05T00:00:00Z"), "");
    assert_string_equal(at(f, "2024-07-06T00:00:00Z"), "session");
    f->context.calendar = &DAILY;
    assert_string_equal(at(f, "2024-07-06T00:00:00Z"), "");
    f->context.calendar = &EIA; /* reports on some holidays, too */
    assert_string_equal(at(f, "2024-10-14T00:00:00Z"), "");
    assert_string_equal(at(f, "2024-10-12T00:00:00Z"), "session");
    f->context.calendar = NULL;
    validate_window_start(&f->w);
    assert_string_equal(at(f, "2024-07-07T00:00:00Z"), "");
}

static void
a_minute_may_come_some_hours_around_a_session(void **state)
{
    struct fixture *f = *state;
    f->context.calendar = &NYSE;
    f->context.interval_s = 60;
    /* in summer 13:30 to 20:00 in UTC, in winter an hour later */
    assert_string_equal(at(f, "2024-07-02T13:30:00Z"), "");
    assert_string_equal(at(f, "2024-07-02T07:30:00Z"), "");
    assert_string_equal(at(f, "2024-07-02T07:29:00Z"), "session");
    assert_string_equal(f->found.of[0].expected,
                        "a time within 6 hours of a session of New York Stock "
                        "Exchange");
    assert_string_equal(at(f, "2024-07-03T01:59:00Z"), "");
    assert_string_equal(at(f, "2024-07-03T02:00:00Z"), "session");
    assert_string_equal(at(f, "2024-07-03T22:59:00Z"), ""); /* early close */
    assert_string_equal(at(f, "2024-07-03T23:00:00Z"), "session");
    assert_string_equal(at(f, "2024-07-04T15:00:00Z"), "session");
    assert_string_equal(at(f, "2024-12-02T08:30:00Z"), "");
    assert_string_equal(at(f, "2024-12-02T08:29:00Z"), "session");
    f->rules.rule[VALIDATE_SESSION].threshold = NAN; /* the session alone */
    validate_window_start(&f->w);
    assert_string_equal(at(f, "2024-12-02T14:29:00Z"), "session");
    assert_string_equal(at(f, "2024-12-02T20:59:00Z"), "");
    assert_string_equal(at(f, "2024-12-02T21:00:00Z"), "session");
    f->context.interval_s = 3600; /* the session begins in this one */
    validate_window_start(&f->w);
    assert_string_equal(at(f, "2024-12-02T14:00:00Z"), "");
    assert_string_equal(at(f, "2024-12-02T13:00:00Z"), "session");
    f->context.calendar = &WEEKDAYS; /* without hours: whole days in UTC */
    validate_window_start(&f->w);
    assert_string_equal(at(f, "2024-12-06T23:00:00Z"), "");
    assert_string_equal(at(f, "2024-12-07T00:00:00Z"), "session");
    f->rules.rule[VALIDATE_SESSION].severity = VALIDATE_REFUSE;
    assert_string_equal(at(f, "2024-12-07T01:00:00Z"), "refused session");
}

/* --- one window, however the bars came ------------------------------------ */

static unsigned
chance(unsigned *seed)
{
    *seed = *seed * 1103515245 + 12345;
    return *seed >> 16 & 0x7fff;
}

/* A walk with jumps, spikes, absent volumes and prices below zero. */
static struct series_row
random_row(unsigned *seed, int64_t ts, double last)
{
    double step = exp(((double)chance(seed) / 32767 - 0.5) * 0.04);
    double close = fabs(last) * step, volume = chance(seed) % 1000 + 1;
    unsigned luck = chance(seed) % 100;
    if (luck < 3)
        close *= 2;
    else if (luck == 3)
        close = -close;
    if (luck % 13 == 5)
        volume *= luck % 2 == 0 ? 300 : 0;
    if (luck % 17 == 6)
        volume = NAN;
    return (struct series_row){.ts = ts,
                               .open = close,
                               .high = close,
                               .low = close,
                               .close = close,
                               .volume = volume};
}

static void
a_window_of_stored_bars_is_that_of_all_history(void **state)
{
    struct fixture *f = *state;
    enum { BARS = 1000 };
    struct series_row rows[BARS];
    const char *said[BARS];
    unsigned seed = 7;
    size_t n_said = 0;
    for (int i = 0; i < BARS; i++) {
        rows[i] = random_row(&seed, i * DAY_S, i == 0 ? 50 : rows[i - 1].close);
        said[i] = next(f, rows[i].close, rows[i].volume);
        if (said[i][0] != '\0')
            said[i] = arena_printf(f->a, "%s: %s", said[i],
                                   f->found.of[f->found.n - 1].expected);
        n_said += said[i][0] != '\0';
    }
    assert_true(n_said > 20); /* it is a test */
    for (int from = 1; from < BARS; from += 37) {
        validate_window_start(&f->w);
        int first = from <= VALIDATE_WINDOW_BARS + 1
                        ? 0
                        : from - VALIDATE_WINDOW_BARS - 1;
        for (int i = first; i < from; i++)
            validate_window_add(&f->w, rows[i].close, rows[i].volume);
        for (int i = from; i < BARS && i < from + 100; i++) {
            const char *says = next(f, rows[i].close, rows[i].volume);
            if (says[0] != '\0')
                says = arena_printf(f->a, "%s: %s", says,
                                    f->found.of[f->found.n - 1].expected);
            assert_string_equal(says, said[i]);
        }
    }
}

static void
the_window_is_read_from_what_is_stored(void **state)
{
    struct fixture *f = *state;
    struct test_db *t = test_db_new();
    struct db *db;
    struct err err;
    struct validate_window w, whole;
    test_db_sql(t, "INSERT INTO bar SELECT 1, 86400, '1970-01-01Z'::timestamptz"
                   " + i * interval '1 day', i, i, i, i, "
                   "CASE WHEN i % 7 > 0 THEN i END, 1 "
                   "FROM generate_series(1, 100) AS i");
    assert_true(db_open(&db, test_db_conninfo(t, "worker"), "t", &err));
    validate_window_start(&whole);
    for (int i = 1; i < 90; i++)
        validate_window_add(&whole, i, i % 7 > 0 ? (double)i : NAN);
    assert_true(validate_window_get(db, 1, DAY_S, 90 * DAY_S, &w, &err));
    assert_true(w.last_close == 89);
    assert_int_equal(w.n, VALIDATE_WINDOW_BARS + 1);
    for (size_t i = 0; i < VALIDATE_WINDOW_BARS; i++) {
        size_t x = (w.n + i) % VALIDATE_WINDOW_BARS;
        size_t y = (whole.n + i) % VALIDATE_WINDOW_BARS;
        assert_memory_equal(&w.returns[x], &whole.returns[y], sizeof(double));
        assert_true(isnan(w.volumes[x]) ? isnan(whole.volumes[y])
                                        : w.volumes[x] == whole.volumes[y]);
    }
    assert_true(validate_window_get(db, 1, DAY_S, 3 * DAY_S, &w, &err));
    assert_int_equal(w.n, 2);
    assert_true(isnan(w.returns[0]) && w.returns[1] == log(2));
    assert_true(validate_window_get(db, 1, 60, 3 * DAY_S, &w, &err));
    assert_true(w.n == 0 && isnan(w.last_close));
    db_close(db);
    test_db_free(t);
    (void)f;
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_move_is_measured_against_the_usual_one),
        T(one_outlier_hides_no_other),
        T(a_split_is_recognised_after_few_bars),
        T(flat_prices_say_nothing_and_small_moves_are_none),
        T(prices_of_zero_and_less_have_no_return),
        T(volume_is_measured_against_its_average),
        T(a_volume_that_breaks_off_is_doubted_once),
        T(a_daily_bar_belongs_to_a_session),
        T(a_minute_may_come_some_hours_around_a_session),
        T(a_window_of_stored_bars_is_that_of_all_history),
        T(the_window_is_read_from_what_is_stored),
    };
    bool has_db = test_db_available();
    if (!has_db)
        puts("# skip the window of the table: QM_TEST_DB_HOST is not set");
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return _cmocka_run_group_tests("validate_window", tests,
                                   COUNT_OF(tests) - (has_db ? 0 : 1), NULL,
                                   NULL);
}
