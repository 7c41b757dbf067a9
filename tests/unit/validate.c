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

struct fixture {
    struct arena *a;
    struct validate_rules rules;
    struct validate_context context;
    struct series *rows;
    struct validate_result out;
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->a = arena_new();
    for (int i = 0; i < VALIDATE_RULE_COUNT; i++) {
        f->rules.rule[i].severity = VALIDATE_REFUSE;
        f->rules.rule[i].threshold = NAN;
    }
    f->rules.rule[VALIDATE_JUMP].severity = VALIDATE_FLAG;
    f->context = (struct validate_context){.interval_s = DAY_S,
                                           .price_min = NAN,
                                           .price_max = NAN,
                                           .jump_frac = NAN,
                                           .now_ts = 1000 * DAY_S};
    f->rules.rule[VALIDATE_SESSION].severity = VALIDATE_FLAG;
    f->rows = series_new(f->a);
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

/* A good bar of day number `day`. */
static struct series_row *
add(struct fixture *f, int64_t day, double close)
{
    struct series_row *r = series_add(f->a, f->rows);
    r->ts = day * DAY_S;
    r->open = close;
    r->high = close + 1;
    r->low = close - 1;
    r->close = close;
    r->volume = 10;
    return r;
}

/* One bar is stored before the first row. */
static void
before(struct fixture *f, double close)
{
    struct validate_window *w = arena_alloc(f->a, sizeof *w);
    validate_window_start(w);
    validate_window_add(w, close, NAN);
    f->context.before = w;
}

static void
judge(struct fixture *f)
{
    validate(f->a, &f->rules, &f->context, f->rows, &f->out);
    assert_int_equal(f->out.n_good + f->out.n_refused, f->rows->n);
    for (size_t i = 1; i < f->out.n_good; i++)
        assert_true(f->out.good[i - 1].ts < f->out.good[i].ts);
    size_t n_refusals = 0;
    for (size_t i = 0; i < f->out.n_doubts; i++)
        n_refusals += !f->out.doubts[i].flag;
    assert_int_equal(n_refusals, f->out.n_refused);
}

static void
doubt_is(struct fixture *f, size_t i, const char *rule, const char *field,
         const char *value, const char *expected)
{
    assert_true(i < f->out.n_doubts);
    const struct doubt *d = &f->out.doubts[i];
    assert_string_equal(d->rule, rule);
    assert_string_equal(d->field, field);
    assert_string_equal(d->value, value);
    assert_string_equal(d->expected, expected);
}

/* The one row is refused for this. */
static void
refused(struct fixture *f, const char *rule, const char *field,
        const char *value, const char *expected)
{
    judge(f);
    assert_int_equal(f->out.n_refused, 1);
    assert_int_equal(f->out.n_doubts, 1);
    doubt_is(f, 0, rule, field, value, expected);
    assert_false(f->out.doubts[0].flag);
    f->rows->n = 0;
}

static void
passes(struct fixture *f)
{
    judge(f);
    assert_int_equal(f->out.n_doubts, 0);
    assert_int_equal(f->out.n_good, f->rows->n);
    f->rows->n = 0;
}

/* The days of the good rows, as text. */
static const char *
good_days(struct fixture *f)
{
    char *text = arena_strdup(f->a, "");
    for (size_t i = 0; i < f->out.n_good; i++)
        text = arena_printf(f->a, "%s%s%lld", text, i > 0 ? " " : "",
                            (long long)(f->out.good[i].ts / DAY_S));
    return text;
}

static void
good_rows_pass_untouched(void **state)
{
    struct fixture *f = *state;
    judge(f); /* none at all */
    assert_int_equal(f->out.n_good, 0);
    for (int i = -3; i < 100; i++)
        add(f, i, 100 + i);
    add(f, 100, 5)->volume = NAN; /* no volume is no fault */
    struct series_row *scalar = add(f, 101, 7);
    scalar->high = scalar->low = 7; /* nor is a bar that is a point */
    struct series_row *zero = add(f, 1000, 8);
    zero->volume = 0;
    judge(f);
    assert_int_equal(f->out.n_doubts, 0);
    assert_int_equal(f->out.n_good, 106);
    assert_memory_equal(f->out.good, f->rows->rows, 106 * sizeof *f->out.good);
}

static void
absent_fields_are_refused(void **state)
{
    struct fixture *f = *state;
    add(f, 1, 5)->ts = SERIES_NO_TS;
    refused(f, "required", "time", "", "a time");
    add(f, 1, 5)->high = NAN;
    refused(f, "required", "high", "", "a number");
    struct series_row *r = add(f, 1, 5);
    r->open = r->high = r->low = r->close = NAN;
    refused(f, "required", "close", "", "a number");
    add(f, 1, 5)->bad = "row: [1,2]";
    refused(f, "required", "row", "[1,2]", "a row");
    r = add(f, 1, 5);
    r->ts = SERIES_NO_TS;
    r->bad = "time: \"soon\"";
    refused(f, "required", "time", "\"soon\"", "a time");
    r = add(f, 1, 5);
    r->open = r->high = r->low = r->close = NAN;
    r->bad = "cash: \"x\"; diluted_shares: missing";
    refused(f, "required", "diluted_shares", "missing", "a value");
}

static void
unreadable_fields_are_refused(void **state)
{
    struct fixture *f = *state;
    struct series_row *r = add(f, 1, 5);
    r->close = NAN;
    r->bad = "volume: \"-\"; close: \"abc\"";
    refused(f, "numeric", "close", "\"abc\"", "a finite number");
    add(f, 1, 5)->high = INFINITY;
    refused(f, "numeric", "high", "inf", "a finite number");
    r = add(f, 1, 5);
    r->open = r->high = r->low = r->close = NAN;
    r->bad = "btc_price: true";
    refused(f, "numeric", "btc_price", "true", "a finite number");
    r = add(f, 1, 5);
    r->volume = NAN;
    r->bad = "volume: {}";
    refused(f, "numeric", "volume", "{}", "a finite number");
    add(f, 1, 5)->volume = -INFINITY;
    refused(f, "numeric", "volume", "-inf", "a finite number");

    f->rules.rule[VALIDATE_NUMERIC].severity = VALIDATE_FLAG;
    r = add(f, 1, 5);
    r->volume = NAN;
    r->bad = "volume: {}";
    judge(f);
    assert_int_equal(f->out.n_flagged, 1);
    assert_int_equal(f->out.n_good, 1);
    f->rows->n = 0;
    add(f, 1, 5)->close = -INFINITY; /* cannot be stored, whatever is said */
    refused(f, "numeric", "close", "-inf", "a finite number");
}

static void
prices_are_above_zero_unless_allowed(void **state)
{
    struct fixture *f = *state;
    struct series_row *r = add(f, 1, 0);
    r->high = r->low = 0;
    refused(f, "positive", "open", "0", "above 0");
    add(f, 1, 0.5);
    refused(f, "positive", "low", "-0.5", "above 0");
    f->context.price_min = 0.25; /* a bound above zero allows nothing less */
    add(f, 1, 0.5);
    refused(f, "positive", "low", "-0.5", "above 0");
    f->context.price_min = -100;
    add(f, 1, -36.98);
    passes(f);
    add(f, 1, 0);
    passes(f);
}

static void
prices_are_inside_the_bounds(void **state)
{
    struct fixture *f = *state;
    f->context.price_min = -100;
    f->context.price_max = 1000;
    add(f, 1, 999);
    passes(f);
    add(f, 1, -99);
    passes(f);
    add(f, 1, 999.5);
    refused(f, "bounds", "high", "1000.5", "1000 or less");
    add(f, 1, -99.5);
    refused(f, "bounds", "low", "-100.5", "-100 or more");
    f->context.price_min = NAN;
    add(f, 1, 5);
    passes(f);
}

static void
volume_is_not_negative(void **state)
{
    struct fixture *f = *state;
    add(f, 1, 5)->volume = -0.001;
    refused(f, "volume", "volume", "-0.001", "0 or more");
    add(f, 1, 5)->volume = -0.0;
    passes(f);
}

static void
high_and_low_enclose_the_bar_exactly(void **state)
{
    struct fixture *f = *state;
    struct series_row *r = add(f, 1, 5);
    r->high = nextafter(5, 0);
    refused(f, "high_low", "high", "4.999999999999999", "5 or more");
    r = add(f, 1, 5);
    r->low = nextafter(5, 9);
    refused(f, "high_low", "low", "5.000000000000001", "5 or less");
    r = add(f, 1, 5);
    r->open = 6.5;
    refused(f, "high_low", "high", "6", "6.5 or more");
    r = add(f, 1, 5);
    r->open = 3;
    refused(f, "high_low", "low", "4", "3 or less");
    r = add(f, 1, 5);
    r->high = 3;
    r->low = 4;
    refused(f, "high_low", "high", "3", "5 or more");
    r = add(f, 1, 5);
    r->high = r->low = 5;
    passes(f);
}

static void
times_are_aligned_and_not_in_the_future(void **state)
{
    struct fixture *f = *state;
    add(f, 1, 5)->ts += 3600;
    refused(f, "aligned", "time", "1970-01-02T01:00:00Z",
            "00:00 UTC of its day");
    add(f, -1, 5)->ts -= 1;
    refused(f, "aligned", "time", "1969-12-30T23:59:59Z",
            "00:00 UTC of its day");
    f->context.interval_s = 60;
    add(f, 1, 5)->ts += 61;
    refused(f, "aligned", "time", "1970-01-02T00:01:01Z",
            "a multiple of 60 seconds");
    add(f, 1000, 5)->ts += 60;
    refused(f, "future", "time", "1972-09-27T00:01:00Z",
            "not after 1972-09-27T00:00:00Z");
    add(f, 1000, 5);
    passes(f);
}

static void
of_rows_of_one_time_the_first_is_kept(void **state)
{
    struct fixture *f = *state;
    add(f, 1, 5);
    add(f, 2, 6);
    add(f, 2, 6);
    add(f, 1, 7);
    add(f, 3, 8)->volume = NAN;
    add(f, 3, 8);
    add(f, 4, 9);
    judge(f);
    assert_string_equal(good_days(f), "1 2 3 4");
    assert_int_equal(f->out.n_refused, 3);
    doubt_is(f, 0, "duplicate", "time", "1970-01-03T00:00:00Z",
             "one row for each time (this one repeats the first)");
    doubt_is(f, 1, "duplicate", "open", "7",
             "5, as in the first row of this time");
    doubt_is(f, 2, "duplicate", "volume", "10",
             "none, as in the first row of this time");
    assert_true(f->out.good[0].close == 5);
    f->rules.rule[VALIDATE_DUPLICATE].severity = VALIDATE_OFF;
    judge(f); /* two bars of one time cannot be stored, whatever is said */
    assert_int_equal(f->out.n_refused, 3);
}

static void
a_refused_row_does_not_stand_in_for_a_good_one(void **state)
{
    struct fixture *f = *state;
    add(f, 1, 5)->volume = -1;
    add(f, 1, 5);
    judge(f);
    assert_string_equal(good_days(f), "1");
    doubt_is(f, 0, "volume", "volume", "-1", "0 or more");
}

static void
a_misplaced_row_costs_itself_only(void **state)
{
    struct fixture *f = *state;
    static const int days[] = {1, 2, 90, 3, 4, 5, 2000, 0, 6, 7};
    for (size_t i = 0; i < COUNT_OF(days); i++)
        add(f, days[i], 100);
    judge(f);
    assert_string_equal(good_days(f), "1 2 3 4 5 6 7");
    assert_int_equal(f->out.n_doubts, 3);
    doubt_is(f, 0, "order", "time", "1970-04-01T00:00:00Z",
             "before 1970-01-04T00:00:00Z, the row after");
    assert_string_equal(f->out.doubts[1].rule, "future");
    doubt_is(f, 2, "order", "time", "1970-01-01T00:00:00Z",
             "after 1970-01-06T00:00:00Z, the row before");
    f->rules.rule[VALIDATE_ORDER].severity = VALIDATE_FLAG;
    judge(f);
    assert_string_equal(good_days(f), "0 1 2 3 4 5 6 7 90");
    assert_int_equal(f->out.n_flagged, 2);
    f->rules.rule[VALIDATE_ORDER].severity = VALIDATE_OFF;
    judge(f);
    assert_string_equal(good_days(f), "0 1 2 3 4 5 6 7 90");
    assert_int_equal(f->out.n_doubts, 1);
}

static void
a_response_that_is_newest_first_is_turned_round(void **state)
{
    struct fixture *f = *state;
    for (int i = 50; i > 0; i--)
        add(f, i, 100);
    add(f, 1, 100); /* its last row twice */
    judge(f);
    assert_int_equal(f->out.n_good, 50);
    assert_int_equal(f->out.n_doubts, 1);
    assert_string_equal(f->out.doubts[0].rule, "duplicate");
    assert_int_equal(f->out.good[0].ts, DAY_S);
}

static void
any_shuffle_keeps_the_most_rows(void **state)
{
    struct fixture *f = *state;
    unsigned seed = 1;
    for (int round = 0; round < 200; round++) {
        int days[9], n = 1 + round % 9;
        f->rows->n = 0;
        for (int i = 0; i < n; i++) {
            seed = seed * 1103515245 + 12345;
            days[i] = (int)(seed >> 16) % 12;
            add(f, days[i], 100);
        }
        judge(f); /* against every subset of the rows */
        size_t best = 0;
        for (unsigned set = 1; set < 1u << n; set++) {
            size_t size = 0;
            int last = -1;
            bool ordered = true;
            for (int i = 0; i < n; i++)
                if (set & 1u << i) {
                    bool is_first = true;
                    for (int k = 0; k < i; k++)
                        is_first = is_first && days[k] != days[i];
                    ordered = ordered && is_first && days[i] > last;
                    last = days[i];
                    size++;
                }
            if (ordered && size > best)
                best = size;
        }
        assert_true(f->out.n_good >= best);
        bool turned = f->out.n_good > best; /* newest first: all are kept */
        for (size_t i = 0; turned && i < f->out.n_doubts; i++)
            assert_string_equal(f->out.doubts[i].rule, "duplicate");
    }
}

static void
a_jump_is_stored_and_doubted(void **state)
{
    struct fixture *f = *state;
    f->context.jump_frac = 0.5;
    before(f, 100);
    add(f, 0, 150); /* exactly the limit */
    add(f, 1, 226);
    add(f, 2, 112);
    judge(f);
    assert_int_equal(f->out.n_good, 3);
    assert_int_equal(f->out.n_flagged, 2);
    doubt_is(f, 0, "jump", "close", "226 after 150",
             "a change of at most 50 %");
    assert_true(f->out.doubts[0].flag);
    doubt_is(f, 1, "jump", "close", "112 after 226",
             "a change of at most 50 %");
    before(f, 10);
    judge(f);
    assert_int_equal(f->out.n_flagged, 3);
    f->context.before = NULL;
    judge(f);
    assert_int_equal(f->out.n_flagged, 2);
    f->context.jump_frac = NAN; /* no limit of its own, none in the rule */
    judge(f);
    assert_int_equal(f->out.n_flagged, 0);
    f->rules.rule[VALIDATE_JUMP].threshold = 0.5;
    judge(f);
    assert_int_equal(f->out.n_flagged, 2);
    f->rules.rule[VALIDATE_JUMP].severity = VALIDATE_REFUSE;
    judge(f); /* 112 is judged against 150, the row that was kept */
    assert_int_equal(f->out.n_refused, 1);
    assert_string_equal(good_days(f), "0 2");
}

static void
a_jump_through_zero_is_measured_by_size(void **state)
{
    struct fixture *f = *state;
    f->context.price_min = -100;
    f->context.jump_frac = 0.6;
    add(f, 1, 18.27);
    add(f, 2, -36.98);
    add(f, 3, -37);
    add(f, 4, 0);
    add(f, 5, 0);
    add(f, 6, 1);
    judge(f);
    assert_int_equal(f->out.n_flagged, 3);
    assert_string_equal(f->out.doubts[0].value, "-36.98 after 18.27");
    assert_string_equal(f->out.doubts[1].value, "0 after -37");
    assert_string_equal(f->out.doubts[2].value, "1 after 0");
}

static void
severity_decides(void **state)
{
    struct fixture *f = *state;
    add(f, 1, 5)->volume = -1;
    add(f, 2, 5)->high = 4.5;
    f->rules.rule[VALIDATE_VOLUME].severity = VALIDATE_FLAG;
    f->rules.rule[VALIDATE_HIGH_LOW].severity = VALIDATE_OFF;
    judge(f);
    assert_int_equal(f->out.n_good, 2);
    assert_int_equal(f->out.n_doubts, 1);
    assert_int_equal(f->out.n_flagged, 1);
    f->rows->n = 0;
    struct series_row *both = add(f, 1, 5); /* a refusal hides the flag */
    both->volume = -1;
    both->high = 4.5;
    f->rules.rule[VALIDATE_HIGH_LOW].severity = VALIDATE_REFUSE;
    refused(f, "high_low", "high", "4.5", "5 or more");
    both = add(f, 1, 5); /* two flags are two doubts about one row */
    both->volume = -1;
    both->high = 4.5;
    f->rules.rule[VALIDATE_HIGH_LOW].severity = VALIDATE_FLAG;
    judge(f);
    assert_int_equal(f->out.n_doubts, 2);
    assert_int_equal(f->out.n_flagged, 1);
}

static void
the_raw_row_is_kept(void **state)
{
    struct fixture *f = *state;
    add(f, 1, 5)->volume = -1;
    struct series_row *r = add(f, 2, 5);
    r->close = NAN;
    r->raw = "[2,\"x\"]";
    judge(f);
    assert_string_equal(f->out.doubts[0].raw,
                        "1970-01-02T00:00:00Z,5,6,4,5,-1");
    assert_int_equal(f->out.doubts[0].ts, DAY_S);
    assert_string_equal(f->out.doubts[1].raw, "[2,\"x\"]");
}

static void
the_rules_are_read_from_the_table(void **state)
{
    struct fixture *f = *state;
    struct test_db *t = test_db_new();
    test_db_sql(t, "UPDATE validation_rule SET severity = 'off' WHERE name = "
                   "'volume'; UPDATE validation_rule SET threshold = 0.25 "
                   "WHERE name = 'jump'; DELETE FROM validation_rule WHERE "
                   "name = 'order'; INSERT INTO instrument_rule VALUES (1, "
                   "'volume', 'flag', NULL), (1, 'jump', NULL, 0.75), (2, "
                   "'future', 'off', 3)");
    struct db *db;
    struct err err;
    assert_true(db_open(&db, test_db_conninfo(t, "worker"), "t", &err));
    assert_true(validate_rules_get(db, 0, &f->rules, &err));
    assert_int_equal(f->rules.rule[VALIDATE_REQUIRED].severity,
                     VALIDATE_REFUSE);
    assert_int_equal(f->rules.rule[VALIDATE_VOLUME].severity, VALIDATE_OFF);
    assert_int_equal(f->rules.rule[VALIDATE_ORDER].severity, VALIDATE_OFF);
    assert_int_equal(f->rules.rule[VALIDATE_JUMP].severity, VALIDATE_FLAG);
    assert_true(f->rules.rule[VALIDATE_JUMP].threshold == 0.25);
    assert_true(isnan(f->rules.rule[VALIDATE_BOUNDS].threshold));
    /* each rule of the table is one that the code knows, and back */
    assert_string_equal(test_db_sql(t, "SELECT count(*) FROM validation_rule"),
                        fmt_i64(f->a, VALIDATE_RULE_COUNT - 1));

    assert_true(validate_rules_get(db, 1, &f->rules, &err));
    assert_int_equal(f->rules.rule[VALIDATE_VOLUME].severity, VALIDATE_FLAG);
    assert_int_equal(f->rules.rule[VALIDATE_FUTURE].severity, VALIDATE_REFUSE);
    assert_int_equal(f->rules.rule[VALIDATE_JUMP].severity, VALIDATE_FLAG);
    assert_true(f->rules.rule[VALIDATE_JUMP].threshold == 0.75);
    assert_true(validate_rules_get(db, 2, &f->rules, &err));
    assert_int_equal(f->rules.rule[VALIDATE_FUTURE].severity, VALIDATE_OFF);
    assert_true(f->rules.rule[VALIDATE_FUTURE].threshold == 3);
    assert_true(f->rules.rule[VALIDATE_JUMP].threshold == 0.25);
    db_close(db);
    test_db_free(t);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(good_rows_pass_untouched),
        T(absent_fields_are_refused),
        T(unreadable_fields_are_refused),
        T(prices_are_above_zero_unless_allowed),
        T(prices_are_inside_the_bounds),
        T(volume_is_not_negative),
        T(high_and_low_enclose_the_bar_exactly),
        T(times_are_aligned_and_not_in_the_future),
        T(of_rows_of_one_time_the_first_is_kept),
        T(a_refused_row_does_not_stand_in_for_a_good_one),
        T(a_misplaced_row_costs_itself_only),
        T(a_response_that_is_newest_first_is_turned_round),
        T(any_shuffle_keeps_the_most_rows),
        T(a_jump_is_stored_and_doubted),
        T(a_jump_through_zero_is_measured_by_size),
        T(severity_decides),
        T(the_raw_row_is_kept),
        T(the_rules_are_read_from_the_table),
    };
    bool has_db = test_db_available();
    if (!has_db)
        puts("# skip the rules of the table: QM_TEST_DB_HOST is not set");
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return _cmocka_run_group_tests(
        "validate", tests, COUNT_OF(tests) - (has_db ? 0 : 1), NULL, NULL);
}
