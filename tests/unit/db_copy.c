/* Binary COPY in both directions. */
#include "lib/date.h"
#include "lib/db.h"
#include "tests/lib/testdb.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static bool
copy_bar(struct db *db, int64_t ts, double close, struct err *err)
{
    if (!db_copy_row(db, 9, err))
        return false;
    db_copy_i64(db, 1);
    db_copy_i32(db, 86400);
    db_copy_ts(db, ts);
    for (int i = 0; i < 4; i++)
        db_copy_f64(db, close);
    db_copy_null(db);
    db_copy_i64(db, 1);
    return true;
}

static bool
copy_bars(struct db *db, int64_t from, int64_t n, int64_t *n_rows,
          struct err *err)
{
    if (!db_copy_in_begin_part(db, SQL_bar_copy, "coarse", err))
        return false;
    for (int64_t i = from; i < from + n; i++)
        if (!copy_bar(db, i * DAY_S, (double)i, err))
            return false;
    return db_copy_in_end(db, n_rows, err);
}

struct sum {
    int64_t n, ts;
    double close;
    int64_t stop_after;
};

static bool
sum_row(void *arg, const struct db_field *fields, int n, struct err *err)
{
    struct sum *s = arg;
    assert_int_equal(n, 6);
    if (s->n == s->stop_after)
        return err_set(err, ERR_INPUT, "enough");
    s->n++;
    s->ts += db_field_ts(fields[0]);
    s->close += db_field_f64(fields[4]);
    assert_true(isnan(db_field_f64(fields[5])));
    return true;
}

static bool
sum_bars(struct db_fixture *f, struct sum *sum)
{
    return db_copy_out(
        f->db, SQL_bar_each,
        DB_ARGS("1", "86400", "-99999999999", "99999999999", "9999999"),
        sum_row, sum, &f->err);
}

static void
copies_bring_back_what_went_in(void **state)
{
    struct db_fixture *f = *state;
    int64_t n, from = -20000, count = 40000; /* also before 1970 and 2000 */
    assert_true(copy_bars(f->db, from, count, &n, &f->err));
    assert_int_equal(n, count);
    struct sum sum = {.stop_after = -1};
    assert_true(sum_bars(f, &sum));
    assert_int_equal(sum.n, count);
    assert_int_equal(sum.ts, -(count / 2) * DAY_S);
    assert_true(sum.close == (double)-(count / 2));
    assert_string_equal(test_db_sql(f->t, "SELECT min(ts), max(ts) FROM bar"),
                        "1915-03-31 00:00:00+00|2024-10-03 00:00:00+00");
}

static void
an_empty_copy_is_a_copy(void **state)
{
    struct db_fixture *f = *state;
    int64_t n = -1;
    assert_true(copy_bars(f->db, 0, 0, &n, &f->err));
    assert_int_equal(n, 0);
    struct sum sum = {.stop_after = -1};
    assert_true(sum_bars(f, &sum));
    assert_int_equal(sum.n, 0);
}

static void
a_copy_that_fails_stores_nothing_and_frees_the_connection(void **state)
{
    struct db_fixture *f = *state;
    int64_t n;
    assert_true(copy_bars(f->db, 500, 1, &n, &f->err));
    assert_false(copy_bars(f->db, 0, 30000, &n, &f->err)); /* a double */
    assert_int_equal(f->err.kind, ERR_CONFLICT);
    assert_string_equal(db_fixture_count(f, "bar"), "1");
    assert_true(test_load_add(f->db, f->a, &f->err));
    struct db *console = db_fixture_open(f, "console");
    assert_false(copy_bars(console, 0, 1, &n, &f->err));
    assert_int_equal(f->err.kind, ERR_DENIED);
    assert_false(db_query_one(f->a, console, SQL_bar_last, DB_ARGS("1", "60"),
                              &(struct db_rows *){0}, &f->err));
    assert_int_equal(f->err.kind, ERR_MISSING);
    db_close(console);
}

static void
a_copy_given_up_stores_nothing(void **state)
{
    struct db_fixture *f = *state;
    assert_true(db_copy_in_begin_part(f->db, SQL_bar_copy, "coarse", &f->err));
    for (int i = 0; i < 5000; i++)
        assert_true(copy_bar(f->db, i * DAY_S, 1, &f->err));
    db_copy_in_abort(f->db);
    assert_true(test_load_add(f->db, f->a, &f->err));
    assert_string_equal(db_fixture_count(f, "bar"), "0");
}

static bool
leaves_in_the_middle_of_a_copy(struct db *db, void *arg, struct err *err)
{
    (void)arg;
    if (!db_copy_in_begin_part(db, SQL_bar_copy, "coarse", err) ||
        !copy_bar(db, 0, 1, err))
        return false;
    return err_set(err, ERR_INPUT, "left");
}

static void
a_transaction_left_in_the_middle_of_a_copy_is_rolled_back(void **state)
{
    struct db_fixture *f = *state;
    assert_false(db_tx(f->db, leaves_in_the_middle_of_a_copy, NULL, &f->err));
    assert_string_equal(f->err.text, "left");
    assert_true(test_load_add(f->db, f->a, &f->err));
    assert_string_equal(db_fixture_count(f, "bar"), "0");
}

static void
a_copy_on_a_lost_connection_may_be_tried_again(void **state)
{
    struct db_fixture *f = *state;
    assert_true(db_copy_in_begin_part(f->db, SQL_bar_copy, "coarse", &f->err));
    test_db_kick(f->t);
    bool ok = true;
    for (int i = 0; ok && i < 500000; i++)
        ok = copy_bar(f->db, i * DAY_S, 1, &f->err);
    int64_t n;
    ok = ok && db_copy_in_end(f->db, &n, &f->err);
    assert_false(ok);
    assert_int_equal(f->err.kind, ERR_RETRY);
    assert_true(copy_bars(f->db, 0, 10, &n, &f->err));
    assert_string_equal(db_fixture_count(f, "bar"), "10");
}

static void
a_copy_out_can_be_ended_early(void **state)
{
    struct db_fixture *f = *state;
    int64_t n;
    assert_true(copy_bars(f->db, 0, 20000, &n, &f->err));
    struct sum sum = {.stop_after = 7};
    assert_false(sum_bars(f, &sum));
    assert_string_equal(f->err.text, "enough");
    assert_int_equal(sum.n, 7);
    sum = (struct sum){.stop_after = -1};
    assert_true(sum_bars(f, &sum));
    assert_int_equal(sum.n, 20000);
    sum = (struct sum){.stop_after = -1};
    assert_false(db_copy_out(f->db, SQL_bar_each,
                             DB_ARGS("1", "86400", "x", NULL, "1"), sum_row,
                             &sum, &f->err));
    assert_int_equal(f->err.kind, ERR_INPUT);
    assert_false(db_in_tx(f->db));
}

static bool
after_some_asking(void *arg)
{
    int *left = arg;
    return --*left < 0;
}

static void
a_copy_out_ends_when_it_is_told_to_stop(void **state)
{
    struct db_fixture *f = *state;
    int64_t n;
    assert_true(copy_bars(f->db, 0, 20000, &n, &f->err));
    int asks = 4;
    struct sum sum = {.stop_after = -1};
    db_set_stop(f->db, after_some_asking, &asks);
    assert_false(sum_bars(f, &sum));
    assert_int_equal(f->err.kind, ERR_CONFLICT);
    assert_in_range(sum.n, 0, 5 * 1024);
    db_set_stop(f->db, NULL, NULL);
    sum = (struct sum){.stop_after = -1};
    assert_true(sum_bars(f, &sum));
    assert_int_equal(sum.n, 20000);
}

/* It waits for a lock that is given back only afterwards. */
static bool
wait_and_be_told_to_stop(struct db *other, void *arg, struct err *err)
{
    struct db_fixture *f = arg;
    assert_true(db_exec(other, SQL_bar_lock, DB_ARGS("7"), NULL, err));
    for (int i = 0; i < 2; i++) { /* prepared along with it, then before */
        int asks = 1;
        db_set_stop(f->db, after_some_asking, &asks);
        assert_false(db_exec(f->db, SQL_bar_lock, DB_ARGS("7"), NULL, err));
        db_set_stop(f->db, NULL, NULL);
        assert_true(db_is_connected(f->db));
        assert_true(db_exec(f->db, SQL_bar_lock, DB_ARGS("8"), NULL, err));
    }
    return true;
}

static void
a_query_ends_when_it_is_told_to_stop(void **state)
{
    struct db_fixture *f = *state;
    struct db *other = db_fixture_open(f, "worker");
    assert_true(db_tx(other, wait_and_be_told_to_stop, f, &f->err));
    db_close(other);
}

static void
an_array_of_doubles_is_read_exactly(void **state)
{
    (void)state;
    static const unsigned char two[] = {
        0, 0, 0, 1, 0, 0, 0,    0,    0, 0,    2,    0xbd, 0, 0, 0,
        2, 0, 0, 0, 1, 0, 0,    0,    8, 0x3f, 0xf8, 0,    0, 0, 0,
        0, 0, 0, 0, 0, 8, 0xc0, 0x00, 0, 0,    0,    0,    0, 0};
    double out[3] = {0};
    struct db_field field = {.data = two, .len = sizeof two};
    assert_true(db_field_f64_array(field, out, 2));
    assert_true(out[0] == 1.5 && out[1] == -2);
    assert_false(db_field_f64_array(field, out, 3));
    assert_false(db_field_f64_array(field, out, 1));
    field.len--;
    assert_false(db_field_f64_array(field, out, 2));
    field.len = 11;
    assert_false(db_field_f64_array(field, out, 2));
    assert_false(db_field_f64_array((struct db_field){.len = -1}, out, 0));
    static const unsigned char none[12] = {[9] = 0, [10] = 2, [11] = 0xbd};
    assert_true(
        db_field_f64_array((struct db_field){.data = none, .len = 12}, out, 0));
}

static void
absent_fields_have_their_values(void **state)
{
    (void)state;
    struct db_field null = {.len = -1};
    assert_int_equal(db_field_i64(null), 0);
    assert_int_equal(db_field_ts(null), 0);
    assert_true(isnan(db_field_f64(null)));
    static const unsigned char minus_two[] = {255, 255, 255, 255,
                                              255, 255, 255, 254};
    for (int len = 2; len <= 8; len *= 2)
        assert_int_equal(db_field_i64((struct db_field){
                             .data = minus_two + 8 - len, .len = len}),
                         -2);
    static const unsigned char us[8] = {255, 255, 255, 255, 255, 255, 255, 255};
    assert_int_equal(db_field_ts((struct db_field){.data = us, .len = 8}),
                     946684799); /* a microsecond before 2000 */
}

static void
a_notification_that_comes_during_a_copy_is_kept(void **state)
{
    struct db_fixture *f = *state;
    const char *channel, *payload;
    int64_t n;
    assert_true(db_listen(f->db, "run_queued", &f->err));
    test_db_sql(f->t, "NOTIFY run_queued, '2'");
    assert_true(copy_bars(f->db, 0, 10, &n, &f->err));
    assert_true(db_wait(f->a, f->db, 5000, &channel, &payload, &f->err));
    assert_string_equal(channel, "run_queued");
    assert_string_equal(payload, "2");
}

#define T(name)                                                                \
    cmocka_unit_test_setup_teardown(name, db_fixture_worker, db_fixture_free)

int
main(void)
{
    if (!test_db_available())
        return test_db_skip();
    const struct CMUnitTest tests[] = {
        T(copies_bring_back_what_went_in),
        T(an_empty_copy_is_a_copy),
        T(a_copy_that_fails_stores_nothing_and_frees_the_connection),
        T(a_copy_given_up_stores_nothing),
        T(a_transaction_left_in_the_middle_of_a_copy_is_rolled_back),
        T(a_copy_on_a_lost_connection_may_be_tried_again),
        T(a_copy_out_can_be_ended_early),
        T(a_copy_out_ends_when_it_is_told_to_stop),
        T(a_query_ends_when_it_is_told_to_stop),
        cmocka_unit_test(an_array_of_doubles_is_read_exactly),
        cmocka_unit_test(absent_fields_have_their_values),
        T(a_notification_that_comes_during_a_copy_is_kept),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
