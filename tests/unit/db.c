#include "lib/db.h"

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/format.h"
#include "tests/lib/testdb.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <cmocka.h>

struct fixture {
    struct test_db *t;
    struct arena *a;
    struct db *worker;
    struct err err;
};

static struct db *
open_as(struct fixture *f, const char *role)
{
    struct db *db;
    assert_true(db_open(&db, test_db_conninfo(f->t, role), "test db", &f->err));
    return db;
}

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->t = test_db_new();
    f->a = arena_new();
    f->worker = open_as(f, "worker");
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(f->a);
    db_close(f->worker);
    test_db_free(f->t);
    free(f);
    return 0;
}

static const char *
count_of(struct fixture *f, const char *table)
{
    return test_db_sql(f->t,
                       arena_printf(f->a, "SELECT count(*) FROM %s", table));
}

/* A load whose request says what the test looks for. */
static struct db_args
load_args(struct arena *a, const char *kind, const char *interval_s)
{
    const char **v = arena_array(a, 15, sizeof *v);
    v[1] = "1";
    v[2] = interval_s;
    v[3] = kind;
    v[6] = "request";
    v[7] = "";
    v[8] = "false";
    return (struct db_args){.n = 15, .v = v};
}

static bool
add_load(struct db *db, struct arena *a, struct err *err)
{
    return db_exec(db, SQL_load_create, load_args(a, "upload", "86400"), NULL,
                   err);
}

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
    if (!db_copy_in_begin(db, SQL_bar_copy_coarse, err))
        return false;
    for (int64_t i = from; i < from + n; i++)
        if (!copy_bar(db, i * DAY_S, (double)i, err))
            return false;
    return db_copy_in_end(db, n_rows, err);
}

/* --- queries ------------------------------------------------------------ */

static void
rows_are_read_by_name_and_type(void **state)
{
    struct fixture *f = *state;
    struct db_rows *rows;
    assert_true(db_query(f->a, f->worker, SQL_validation_rule_list, DB_NONE,
                         &rows, &f->err));
    assert_true(db_count(rows) >= 11);
    int name = db_col(rows, "name");
    bool seen = false;
    for (int i = 0; i < db_count(rows); i++)
        seen = seen || strcmp(db_text_at(rows, i, name), "required") == 0;
    assert_true(seen);
    assert_true(db_is_null(rows, 0, "threshold"));
    assert_true(isnan(db_f64(rows, 0, "threshold")));
    assert_null(db_text(rows, 0, "threshold"));

    assert_true(
        db_query(f->a, f->worker, SQL_provider_names, DB_NONE, &rows, &f->err));
    assert_true(db_bool(rows, 0, "enabled"));
    assert_true(db_query_one(f->a, f->worker, SQL_bar_span,
                             DB_ARGS("1", "86400"), &rows, &f->err));
    assert_int_equal(db_i64(rows, 0, "n"), 0);
    assert_int_equal(db_i64(rows, 0, "first_ts"), 0);
}

static void
values_travel_as_parameters_never_as_sql(void **state)
{
    struct fixture *f = *state;
    struct db_args args = load_args(f->a, "upload", "86400");
    const char *evil = "'); DROP TABLE load; -- \\ \" \xc3\xa9";
    ((const char **)args.v)[6] = evil;
    struct db_rows *rows;
    assert_true(
        db_query_one(f->a, f->worker, SQL_load_create, args, &rows, &f->err));
    const char *back = test_db_sql(f->t, "SELECT request FROM load");
    assert_string_equal(back, evil);
}

static void
failures_are_sorted_into_kinds(void **state)
{
    struct fixture *f = *state;
    struct arena *a = f->a;
    struct db *db = f->worker;
    struct err *err = &f->err;
    assert_false(db_exec(db, SQL_load_create, load_args(a, "nonsense", "60"),
                         NULL, err)); /* check */
    assert_int_equal(err->kind, ERR_INPUT);
    assert_false(db_exec(db, SQL_load_create, load_args(a, "upload", "abc"),
                         NULL, err)); /* invalid text */
    assert_int_equal(err->kind, ERR_INPUT);
    assert_false(db_exec(db, SQL_load_create,
                         load_args(a, "upload", "99999999999"), NULL,
                         err)); /* out of range */
    assert_int_equal(err->kind, ERR_INPUT);
    struct db_args args = load_args(a, "upload", "60");
    ((const char **)args.v)[1] = "12345"; /* foreign key */
    assert_false(db_exec(db, SQL_load_create, args, NULL, err));
    assert_int_equal(err->kind, ERR_CONFLICT);
    ((const char **)args.v)[1] = NULL; /* our own fault */
    assert_false(db_exec(db, SQL_load_create, args, NULL, err));
    assert_int_equal(err->kind, ERR_INTERNAL);
    assert_non_null(strstr(err->text, "load_create"));
    struct db_rows *rows;
    assert_false(db_query_one(a, db, SQL_bar_before, DB_ARGS("1", "60", NULL),
                              &rows, err));
    assert_int_equal(err->kind, ERR_MISSING);
    args.n = 3; /* too few */
    assert_false(db_exec(db, SQL_load_create, args, NULL, err));
    assert_int_equal(err->kind, ERR_INTERNAL);

    struct db *console = open_as(f, "console");
    assert_false(db_exec(console, SQL_load_create,
                         load_args(a, "upload", "86400"), NULL, err));
    assert_int_equal(err->kind, ERR_DENIED);
    db_close(console);
    assert_string_equal(count_of(f, "load"), "0");
}

static void
the_detail_of_a_failure_stays_hidden(void **state)
{
    struct fixture *f = *state;
    struct db_args args = load_args(f->a, "nonsense", "60");
    ((const char **)args.v)[6] = "a-secret-value";
    assert_false(db_exec(f->worker, SQL_load_create, args, NULL, &f->err));
    assert_null(strstr(f->err.text, "a-secret-value"));
}

static void
affected_rows_are_counted(void **state)
{
    struct fixture *f = *state;
    int64_t n = -1;
    assert_true(db_exec(f->worker, SQL_load_refused, DB_ARGS("999", "why"), &n,
                        &f->err));
    assert_int_equal(n, 0);
    assert_true(add_load(f->worker, f->a, &f->err));
    assert_true(
        db_exec(f->worker, SQL_load_refused, DB_ARGS("1", "why"), &n, &f->err));
    assert_int_equal(n, 1);
}

/* --- the connection ----------------------------------------------------- */

static void
an_unreachable_server_may_be_tried_again(void **state)
{
    struct fixture *f = *state;
    struct db *db;
    assert_false(
        db_open(&db, "host=/nonexistent dbname=x user=y", "t", &f->err));
    assert_int_equal(f->err.kind, ERR_RETRY);
    assert_non_null(db);
    assert_false(db_is_connected(db));
    struct db_rows *rows;
    assert_false(
        db_query(f->a, db, SQL_provider_names, DB_NONE, &rows, &f->err));
    assert_int_equal(f->err.kind, ERR_RETRY);
    assert_non_null(strstr(db_where(db), "/nonexistent"));
    db_close(db);
}

static void
a_connection_that_died_while_idle_is_made_anew(void **state)
{
    struct fixture *f = *state;
    struct db_rows *rows;
    for (int i = 0; i < 3; i++) {
        test_db_kick(f->t);
        assert_true(db_query(f->a, f->worker, SQL_provider_names, DB_NONE,
                             &rows, &f->err));
        assert_true(db_is_connected(f->worker));
    }
}

static bool
kick_inside(struct db *db, void *arg, struct err *err)
{
    struct fixture *f = arg;
    if (!add_load(db, f->a, err))
        return false;
    test_db_kick(f->t);
    bool first = add_load(db, f->a, err);
    assert_false(first);
    assert_int_equal(err->kind, ERR_RETRY);
    return add_load(db, f->a, err); /* must not run outside the transaction */
}

static void
a_connection_lost_in_a_transaction_stays_lost_until_its_end(void **state)
{
    struct fixture *f = *state;
    assert_false(db_tx(f->worker, kick_inside, f, &f->err));
    assert_int_equal(f->err.kind, ERR_RETRY);
    assert_false(db_in_tx(f->worker));
    assert_string_equal(count_of(f, "load"), "0");
    assert_true(add_load(f->worker, f->a, &f->err));
    assert_string_equal(count_of(f, "load"), "1");
}

static bool
kick_before_commit(struct db *db, void *arg, struct err *err)
{
    struct fixture *f = arg;
    if (!add_load(db, f->a, err))
        return false;
    test_db_kick(f->t);
    return true;
}

static void
a_commit_that_did_not_arrive_is_a_failure(void **state)
{
    struct fixture *f = *state;
    assert_false(db_tx(f->worker, kick_before_commit, f, &f->err));
    assert_int_equal(f->err.kind, ERR_RETRY);
    assert_string_equal(count_of(f, "load"), "0");
}

/* --- transactions ------------------------------------------------------- */

static bool
two_loads_then(struct db *db, void *arg, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = add_load(db, a, err) && add_load(db, a, err);
    arena_free(a);
    if (!ok)
        return false;
    return *(bool *)arg || err_set(err, ERR_INPUT, "changed my mind");
}

static void
a_transaction_is_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    bool commit = false;
    assert_false(db_tx(f->worker, two_loads_then, &commit, &f->err));
    assert_string_equal(f->err.text, "changed my mind");
    assert_string_equal(count_of(f, "load"), "0");
    commit = true;
    assert_true(db_tx(f->worker, two_loads_then, &commit, &f->err));
    assert_string_equal(count_of(f, "load"), "2");
}

static bool
passes_over_a_failed_statement(struct db *db, void *arg, struct err *err)
{
    struct fixture *f = arg;
    assert_true(add_load(db, f->a, err));
    assert_false(db_exec(db, SQL_load_create, load_args(f->a, "nonsense", "60"),
                         NULL, err));
    return true;
}

static bool
passes_over_a_failed_part(struct db *db, void *arg, struct err *err)
{
    bool commit = false;
    (void)arg;
    assert_false(db_tx(db, two_loads_then, &commit, err));
    return true;
}

static void
a_failure_passed_over_is_not_committed(void **state)
{
    struct fixture *f = *state;
    assert_false(db_tx(f->worker, passes_over_a_failed_statement, f, &f->err));
    assert_int_equal(f->err.kind, ERR_INTERNAL);
    assert_string_equal(count_of(f, "load"), "0");
    assert_false(db_tx(f->worker, passes_over_a_failed_part, f, &f->err));
    assert_int_equal(f->err.kind, ERR_INTERNAL);
    assert_string_equal(count_of(f, "load"), "0");
    bool commit = true; /* and the connection goes on */
    assert_true(db_tx(f->worker, two_loads_then, &commit, &f->err));
}

static bool
nested(struct db *db, void *arg, struct err *err)
{
    bool commit = true;
    (void)arg;
    return db_in_tx(db) && db_tx(db, two_loads_then, &commit, err) &&
           db_in_tx(db) && err_set(err, ERR_CONFLICT, "the outer one failed");
}

static void
a_nested_part_goes_with_the_whole(void **state)
{
    struct fixture *f = *state;
    assert_false(db_tx(f->worker, nested, NULL, &f->err));
    assert_string_equal(f->err.text, "the outer one failed");
    assert_string_equal(count_of(f, "load"), "0");
}

/* --- several queries in one round trip ---------------------------------- */

static void
many_queries_answer_in_order(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 2; round++) { /* not prepared, then prepared */
        struct db_call calls[] = {
            {.sql = SQL_provider_names},
            {.sql = SQL_bar_span, .args = DB_ARGS("1", "60")},
            {.sql = SQL_load_create, .args = load_args(f->a, "upload", "60")},
            {.sql = SQL_bar_span, .args = DB_ARGS("2", "60")},
        };
        assert_true(db_query_many(f->a, f->worker, calls, 4, &f->err));
        assert_true(db_count(calls[0].rows) >= 5);
        assert_int_equal(db_i64(calls[1].rows, 0, "n"), 0);
        assert_int_equal(db_i64(calls[2].rows, 0, "id"), round + 1);
        assert_int_equal(db_count(calls[3].rows), 1);
    }
    assert_string_equal(count_of(f, "load"), "2");
}

static void
one_failure_among_many_fails_all(void **state)
{
    struct fixture *f = *state;
    for (int round = 0; round < 2; round++) {
        struct db_call calls[] = {
            {.sql = SQL_load_create, .args = load_args(f->a, "upload", "60")},
            {.sql = SQL_load_create, .args = load_args(f->a, "bad", "60")},
            {.sql = SQL_bar_span, .args = DB_ARGS("2", "60")},
        };
        assert_false(db_query_many(f->a, f->worker, calls, 3, &f->err));
        assert_int_equal(f->err.kind, ERR_INPUT);
        assert_string_equal(count_of(f, "load"), "0");
        /* what could not be prepared in that round can be used after it */
        struct db_rows *rows;
        assert_true(db_query_one(f->a, f->worker, SQL_bar_span,
                                 DB_ARGS("1", "60"), &rows, &f->err));
    }
    assert_true(db_query_many(f->a, f->worker, NULL, 0, &f->err));
}

static bool
many_fail_inside(struct db *db, void *arg, struct err *err)
{
    struct fixture *f = arg;
    struct db_call calls[] = {
        {.sql = SQL_load_create, .args = load_args(f->a, "upload", "60")},
        {.sql = SQL_load_create, .args = load_args(f->a, "bad", "60")},
    };
    return add_load(db, f->a, err) && db_query_many(f->a, db, calls, 2, err);
}

static void
many_queries_join_a_transaction(void **state)
{
    struct fixture *f = *state;
    assert_false(db_tx(f->worker, many_fail_inside, f, &f->err));
    assert_int_equal(f->err.kind, ERR_INPUT);
    assert_string_equal(count_of(f, "load"), "0");
    assert_true(add_load(f->worker, f->a, &f->err));
}

static bool
many_on_a_lost_connection(struct db *db, void *arg, struct err *err)
{
    struct fixture *f = arg;
    struct db_call calls[] = {
        {.sql = SQL_load_create, .args = load_args(f->a, "upload", "60")},
        {.sql = SQL_provider_names},
    };
    test_db_kick(f->t);
    return db_query_many(f->a, db, calls, 2, err);
}

static void
many_queries_on_a_lost_connection_may_be_tried_again(void **state)
{
    struct fixture *f = *state;
    assert_false(db_tx(f->worker, many_on_a_lost_connection, f, &f->err));
    assert_int_equal(f->err.kind, ERR_RETRY);
    struct db_call calls[] = {{.sql = SQL_provider_names}};
    assert_true(db_query_many(f->a, f->worker, calls, 1, &f->err));
    assert_true(db_count(calls[0].rows) >= 5);
}

static void
much_text_both_ways_does_not_block(void **state)
{
    struct fixture *f = *state;
    enum { N = 40, BYTES = 300000 };
    char *big = arena_alloc(f->a, BYTES + 1);
    memset(big, 'x', BYTES);
    struct db_args args = load_args(f->a, "upload", "60");
    ((const char **)args.v)[0] = "1";
    ((const char **)args.v)[6] = big;
    test_db_sql(f->t, "INSERT INTO run (mode, trigger, requested_by, lane, "
                      "steps) VALUES ('full_refresh', 'cli', 'x', 0, '{}')");
    struct db_args run = DB_ARGS("1");
    struct db_call calls[2 * N];
    for (int i = 0; i < N; i++) {
        calls[2 * i] = (struct db_call){.sql = SQL_load_create, .args = args};
        calls[2 * i + 1] = (struct db_call){.sql = SQL_load_list_fetched,
                                            .args = run};
    }
    assert_true(db_query_many(f->a, f->worker, calls, 2 * N, &f->err));
    for (int i = 0; i < N; i++)
        assert_int_equal(db_count(calls[2 * i + 1].rows), i + 1);
}

/* --- COPY --------------------------------------------------------------- */

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
sum_bars(struct fixture *f, struct sum *sum)
{
    return db_copy_out(
        f->worker, SQL_bar_each,
        DB_ARGS("1", "86400", "-99999999999", "99999999999", "9999999"),
        sum_row, sum, &f->err);
}

static void
copies_bring_back_what_went_in(void **state)
{
    struct fixture *f = *state;
    int64_t n, from = -20000, count = 40000; /* also before 1970 and 2000 */
    assert_true(copy_bars(f->worker, from, count, &n, &f->err));
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
    struct fixture *f = *state;
    int64_t n = -1;
    assert_true(copy_bars(f->worker, 0, 0, &n, &f->err));
    assert_int_equal(n, 0);
    struct sum sum = {.stop_after = -1};
    assert_true(sum_bars(f, &sum));
    assert_int_equal(sum.n, 0);
}

static void
a_copy_that_fails_stores_nothing_and_frees_the_connection(void **state)
{
    struct fixture *f = *state;
    int64_t n;
    assert_true(copy_bars(f->worker, 500, 1, &n, &f->err));
    assert_false(copy_bars(f->worker, 0, 30000, &n, &f->err)); /* a double */
    assert_int_equal(f->err.kind, ERR_CONFLICT);
    assert_string_equal(count_of(f, "bar"), "1");
    assert_true(add_load(f->worker, f->a, &f->err));
    struct db *console = open_as(f, "console");
    assert_false(copy_bars(console, 0, 1, &n, &f->err));
    assert_int_equal(f->err.kind, ERR_DENIED);
    assert_false(db_query_one(f->a, console, SQL_bar_before,
                              DB_ARGS("1", "60", NULL), &(struct db_rows *){0},
                              &f->err));
    assert_int_equal(f->err.kind, ERR_MISSING);
    db_close(console);
}

static void
a_copy_given_up_stores_nothing(void **state)
{
    struct fixture *f = *state;
    assert_true(db_copy_in_begin(f->worker, SQL_bar_copy_coarse, &f->err));
    for (int i = 0; i < 5000; i++)
        assert_true(copy_bar(f->worker, i * DAY_S, 1, &f->err));
    db_copy_in_abort(f->worker);
    assert_true(add_load(f->worker, f->a, &f->err));
    assert_string_equal(count_of(f, "bar"), "0");
}

static bool
leaves_in_the_middle_of_a_copy(struct db *db, void *arg, struct err *err)
{
    (void)arg;
    if (!db_copy_in_begin(db, SQL_bar_copy_coarse, err) ||
        !copy_bar(db, 0, 1, err))
        return false;
    return err_set(err, ERR_INPUT, "left");
}

static void
a_transaction_left_in_the_middle_of_a_copy_is_rolled_back(void **state)
{
    struct fixture *f = *state;
    assert_false(
        db_tx(f->worker, leaves_in_the_middle_of_a_copy, NULL, &f->err));
    assert_string_equal(f->err.text, "left");
    assert_true(add_load(f->worker, f->a, &f->err));
    assert_string_equal(count_of(f, "bar"), "0");
}

static void
a_copy_on_a_lost_connection_may_be_tried_again(void **state)
{
    struct fixture *f = *state;
    assert_true(db_copy_in_begin(f->worker, SQL_bar_copy_coarse, &f->err));
    test_db_kick(f->t);
    bool ok = true;
    for (int i = 0; ok && i < 500000; i++)
        ok = copy_bar(f->worker, i * DAY_S, 1, &f->err);
    int64_t n;
    ok = ok && db_copy_in_end(f->worker, &n, &f->err);
    assert_false(ok);
    assert_int_equal(f->err.kind, ERR_RETRY);
    assert_true(copy_bars(f->worker, 0, 10, &n, &f->err));
    assert_string_equal(count_of(f, "bar"), "10");
}

static void
a_copy_out_can_be_ended_early(void **state)
{
    struct fixture *f = *state;
    int64_t n;
    assert_true(copy_bars(f->worker, 0, 20000, &n, &f->err));
    struct sum sum = {.stop_after = 7};
    assert_false(sum_bars(f, &sum));
    assert_string_equal(f->err.text, "enough");
    assert_int_equal(sum.n, 7);
    sum = (struct sum){.stop_after = -1};
    assert_true(sum_bars(f, &sum));
    assert_int_equal(sum.n, 20000);
    sum = (struct sum){.stop_after = -1};
    assert_false(db_copy_out(f->worker, SQL_bar_each,
                             DB_ARGS("1", "86400", "x", NULL, "1"), sum_row,
                             &sum, &f->err));
    assert_int_equal(f->err.kind, ERR_INPUT);
    assert_false(db_in_tx(f->worker));
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

/* --- notifications and locks -------------------------------------------- */

static void
wait_for(struct fixture *f, const char *channel, const char *payload)
{
    const char *got_channel, *got_payload;
    assert_true(
        db_wait(f->a, f->worker, 5000, &got_channel, &got_payload, &f->err));
    assert_non_null(got_channel);
    assert_string_equal(got_channel, channel);
    assert_string_equal(got_payload, payload);
}

static void
nothing_waits(struct fixture *f)
{
    const char *channel, *payload;
    assert_true(db_wait(f->a, f->worker, 0, &channel, &payload, &f->err));
    assert_null(channel);
}

static void
notifications_arrive_also_during_queries(void **state)
{
    struct fixture *f = *state;
    assert_true(db_listen(f->worker, "run_queued", &f->err));
    assert_true(db_listen(f->worker, "run_queued", &f->err));
    assert_true(db_listen(f->worker, "Odd \"name\"", &f->err));
    nothing_waits(f);
    test_db_sql(f->t, "NOTIFY run_queued, '1'");
    wait_for(f, "run_queued", "1");
    nothing_waits(f);
    test_db_sql(f->t, "NOTIFY run_queued, '2'");
    test_db_sql(f->t, "NOTIFY \"Odd \"\"name\"\"\", '3'");
    int64_t n; /* both are taken in on the way */
    assert_true(add_load(f->worker, f->a, &f->err));
    assert_true(copy_bars(f->worker, 0, 10, &n, &f->err));
    struct db_call calls[] = {{.sql = SQL_provider_names}};
    assert_true(db_query_many(f->a, f->worker, calls, 1, &f->err));
    wait_for(f, "run_queued", "2");
    wait_for(f, "Odd \"name\"", "3");
    nothing_waits(f);
}

static void
a_reconnect_listens_again_and_says_so(void **state)
{
    struct fixture *f = *state;
    assert_true(db_listen(f->worker, "run_queued", &f->err));
    test_db_kick(f->t);
    assert_true(add_load(f->worker, f->a, &f->err));
    wait_for(f, "run_queued", ""); /* some may have been missed */
    nothing_waits(f);
    test_db_sql(f->t, "NOTIFY run_queued, '4'");
    wait_for(f, "run_queued", "4");
}

static void
ignore_signal(int number)
{
    (void)number;
}

static void
a_signal_ends_the_wait(void **state)
{
    struct fixture *f = *state;
    struct sigaction action = {.sa_handler = ignore_signal}, old;
    sigaction(SIGALRM, &action, &old);
    struct itimerval soon = {.it_value = {.tv_usec = 30000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    const char *channel, *payload;
    assert_true(db_wait(f->a, f->worker, 20000, &channel, &payload, &f->err));
    assert_null(channel);
    sigaction(SIGALRM, &old, NULL);
}

static void
an_advisory_lock_has_one_holder(void **state)
{
    struct fixture *f = *state;
    struct db *other = open_as(f, "worker");
    bool got;
    assert_true(db_lock_try(f->worker, 1LL << 40, &got, &f->err) && got);
    assert_true(db_lock_try(other, 1LL << 40, &got, &f->err) && !got);
    assert_true(db_unlock(f->worker, 1LL << 40, &f->err));
    assert_true(db_lock_try(other, 1LL << 40, &got, &f->err) && got);
    test_db_kick(f->t); /* a lost connection holds nothing */
    assert_false(db_unlock(other, 1LL << 40, &f->err));
    assert_int_equal(f->err.kind, ERR_CONFLICT);
    assert_true(db_lock_try(f->worker, 1LL << 40, &got, &f->err) && got);
    db_close(other);
}

static void
every_query_prepares_on_a_fresh_schema(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name, *text;
    } all[] = {
#define SQL(name, text) {#name, text},
#include "sql.def"
#undef SQL
    };
    struct buf *script = buf_new(f->a);
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        /* COPY cannot be prepared: its query can */
        if (strncmp(all[i].text + strspn(all[i].text, " \n"), "COPY", 4) == 0)
            continue;
        buf_addf(script, "PREPARE %s AS %s;\n", all[i].name, all[i].text);
    }
    buf_adds(script, "SELECT count(*) FROM pg_prepared_statements");
    const char *n = test_db_sql(f->t, script->data);
    assert_true(atoi(n) > 20);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    if (!test_db_available())
        return test_db_skip();
    const struct CMUnitTest tests[] = {
        T(rows_are_read_by_name_and_type),
        T(values_travel_as_parameters_never_as_sql),
        T(failures_are_sorted_into_kinds),
        T(the_detail_of_a_failure_stays_hidden),
        T(affected_rows_are_counted),
        T(an_unreachable_server_may_be_tried_again),
        T(a_connection_that_died_while_idle_is_made_anew),
        T(a_connection_lost_in_a_transaction_stays_lost_until_its_end),
        T(a_commit_that_did_not_arrive_is_a_failure),
        T(a_transaction_is_all_or_nothing),
        T(a_failure_passed_over_is_not_committed),
        T(a_nested_part_goes_with_the_whole),
        T(many_queries_answer_in_order),
        T(one_failure_among_many_fails_all),
        T(many_queries_join_a_transaction),
        T(many_queries_on_a_lost_connection_may_be_tried_again),
        T(much_text_both_ways_does_not_block),
        T(copies_bring_back_what_went_in),
        T(an_empty_copy_is_a_copy),
        T(a_copy_that_fails_stores_nothing_and_frees_the_connection),
        T(a_copy_given_up_stores_nothing),
        T(a_transaction_left_in_the_middle_of_a_copy_is_rolled_back),
        T(a_copy_on_a_lost_connection_may_be_tried_again),
        T(a_copy_out_can_be_ended_early),
        cmocka_unit_test(an_array_of_doubles_is_read_exactly),
        cmocka_unit_test(absent_fields_have_their_values),
        T(notifications_arrive_also_during_queries),
        T(a_reconnect_listens_again_and_says_so),
        T(a_signal_ends_the_wait),
        T(an_advisory_lock_has_one_holder),
        T(every_query_prepares_on_a_fresh_schema),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
