#include "lib/db.h"

#include "tests/lib/testdb.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <cmocka.h>

/* --- queries ------------------------------------------------------------ */

static void
rows_are_read_by_name_and_type(void **state)
{
    struct db_fixture *f = *state;
    struct db_rows *rows;
    assert_true(db_query(f->a, f->db, SQL_validation_rule_list, DB_ARGS(NULL),
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
        db_query(f->a, f->db, SQL_provider_names, DB_NONE, &rows, &f->err));
    assert_true(db_bool(rows, 0, "enabled"));
    assert_true(db_query_one(f->a, f->db, SQL_bar_span, DB_ARGS("1", "86400"),
                             &rows, &f->err));
    assert_int_equal(db_i64(rows, 0, "n"), 0);
    assert_int_equal(db_i64(rows, 0, "first_ts"), 0);
}

static void
values_travel_as_parameters_never_as_sql(void **state)
{
    struct db_fixture *f = *state;
    struct db_args args = test_load_args(f->a, "upload", "86400");
    const char *evil = "'); DROP TABLE load; -- \\ \" \xc3\xa9";
    ((const char **)args.v)[6] = evil;
    struct db_rows *rows;
    assert_true(
        db_query_one(f->a, f->db, SQL_load_create, args, &rows, &f->err));
    const char *back = test_db_sql(f->t, "SELECT request FROM load");
    assert_string_equal(back, evil);
}

static void
failures_are_sorted_into_kinds(void **state)
{
    struct db_fixture *f = *state;
    struct arena *a = f->a;
    struct db *db = f->db;
    struct err *err = &f->err;
    assert_false(db_exec(db, SQL_load_create,
                         test_load_args(a, "nonsense", "60"), NULL,
                         err)); /* check */
    assert_int_equal(err->kind, ERR_INPUT);
    assert_false(db_exec(db, SQL_load_create,
                         test_load_args(a, "upload", "abc"), NULL,
                         err)); /* invalid text */
    assert_int_equal(err->kind, ERR_INPUT);
    assert_false(db_exec(db, SQL_load_create,
                         test_load_args(a, "upload", "99999999999"), NULL,
                         err)); /* out of range */
    assert_int_equal(err->kind, ERR_INPUT);
    struct db_args args = test_load_args(a, "upload", "60");
    ((const char **)args.v)[1] = "12345"; /* foreign key */
    assert_false(db_exec(db, SQL_load_create, args, NULL, err));
    assert_int_equal(err->kind, ERR_CONFLICT);
    ((const char **)args.v)[1] = NULL; /* our own fault */
    assert_false(db_exec(db, SQL_load_create, args, NULL, err));
    assert_int_equal(err->kind, ERR_INTERNAL);
    assert_non_null(strstr(err->text, "load_create"));
    struct db_rows *rows;
    assert_false(
        db_query_one(a, db, SQL_bar_last, DB_ARGS("1", "60"), &rows, err));
    assert_int_equal(err->kind, ERR_MISSING);
    args.n = 3; /* too few */
    assert_false(db_exec(db, SQL_load_create, args, NULL, err));
    assert_int_equal(err->kind, ERR_INTERNAL);

    struct db *console = db_fixture_open(f, "console");
    assert_false(db_exec(console, SQL_load_create,
                         test_load_args(a, "upload", "86400"), NULL, err));
    assert_int_equal(err->kind, ERR_DENIED);
    db_close(console);
    assert_string_equal(db_fixture_count(f, "load"), "0");
}

static void
the_detail_of_a_failure_stays_hidden(void **state)
{
    struct db_fixture *f = *state;
    struct db_args args = test_load_args(f->a, "nonsense", "60");
    ((const char **)args.v)[6] = "a-secret-value";
    assert_false(db_exec(f->db, SQL_load_create, args, NULL, &f->err));
    assert_null(strstr(f->err.text, "a-secret-value"));
}

static void
affected_rows_are_counted(void **state)
{
    struct db_fixture *f = *state;
    int64_t n = -1;
    assert_true(
        db_exec(f->db, SQL_load_refused, DB_ARGS("999", "why"), &n, &f->err));
    assert_int_equal(n, 0);
    assert_true(test_load_add(f->db, f->a, &f->err));
    assert_true(
        db_exec(f->db, SQL_load_refused, DB_ARGS("1", "why"), &n, &f->err));
    assert_int_equal(n, 1);
}

/* --- the connection ----------------------------------------------------- */

static void
an_unreachable_server_may_be_tried_again(void **state)
{
    struct db_fixture *f = *state;
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
    struct db_fixture *f = *state;
    struct db_rows *rows;
    for (int i = 0; i < 3; i++) {
        test_db_kick(f->t);
        assert_true(
            db_query(f->a, f->db, SQL_provider_names, DB_NONE, &rows, &f->err));
        assert_true(db_is_connected(f->db));
    }
}

static bool
kick_inside(struct db *db, void *arg, struct err *err)
{
    struct db_fixture *f = arg;
    if (!test_load_add(db, f->a, err))
        return false;
    test_db_kick(f->t);
    bool first = test_load_add(db, f->a, err);
    assert_false(first);
    assert_int_equal(err->kind, ERR_RETRY);
    return test_load_add(db, f->a,
                         err); /* must not run outside the transaction */
}

static void
a_connection_lost_in_a_transaction_stays_lost_until_its_end(void **state)
{
    struct db_fixture *f = *state;
    assert_false(db_tx(f->db, kick_inside, f, &f->err));
    assert_int_equal(f->err.kind, ERR_RETRY);
    assert_false(db_in_tx(f->db));
    assert_string_equal(db_fixture_count(f, "load"), "0");
    assert_true(test_load_add(f->db, f->a, &f->err));
    assert_string_equal(db_fixture_count(f, "load"), "1");
}

static bool
kick_before_commit(struct db *db, void *arg, struct err *err)
{
    struct db_fixture *f = arg;
    if (!test_load_add(db, f->a, err))
        return false;
    test_db_kick(f->t);
    return true;
}

static void
a_commit_that_did_not_arrive_is_a_failure(void **state)
{
    struct db_fixture *f = *state;
    assert_false(db_tx(f->db, kick_before_commit, f, &f->err));
    assert_int_equal(f->err.kind, ERR_RETRY);
    assert_string_equal(db_fixture_count(f, "load"), "0");
}

/* --- transactions ------------------------------------------------------- */

static bool
two_loads_then(struct db *db, void *arg, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = test_load_add(db, a, err) && test_load_add(db, a, err);
    arena_free(a);
    if (!ok)
        return false;
    return *(bool *)arg || err_set(err, ERR_INPUT, "changed my mind");
}

static void
a_transaction_is_all_or_nothing(void **state)
{
    struct db_fixture *f = *state;
    bool commit = false;
    assert_false(db_tx(f->db, two_loads_then, &commit, &f->err));
    assert_string_equal(f->err.text, "changed my mind");
    assert_string_equal(db_fixture_count(f, "load"), "0");
    commit = true;
    assert_true(db_tx(f->db, two_loads_then, &commit, &f->err));
    assert_string_equal(db_fixture_count(f, "load"), "2");
}

static bool
passes_over_a_failed_statement(struct db *db, void *arg, struct err *err)
{
    struct db_fixture *f = arg;
    assert_true(test_load_add(db, f->a, err));
    assert_false(db_exec(db, SQL_load_create,
                         test_load_args(f->a, "nonsense", "60"), NULL, err));
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
    struct db_fixture *f = *state;
    assert_false(db_tx(f->db, passes_over_a_failed_statement, f, &f->err));
    assert_int_equal(f->err.kind, ERR_INTERNAL);
    assert_string_equal(db_fixture_count(f, "load"), "0");
    assert_false(db_tx(f->db, passes_over_a_failed_part, f, &f->err));
    assert_int_equal(f->err.kind, ERR_INTERNAL);
    assert_string_equal(db_fixture_count(f, "load"), "0");
    bool commit = true; /* and the connection goes on */
    assert_true(db_tx(f->db, two_loads_then, &commit, &f->err));
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
    struct db_fixture *f = *state;
    assert_false(db_tx(f->db, nested, NULL, &f->err));
    assert_string_equal(f->err.text, "the outer one failed");
    assert_string_equal(db_fixture_count(f, "load"), "0");
}

static bool
bars_seen(struct db *db, struct arena *a, int64_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query_one(a, db, SQL_bar_span, DB_ARGS("1", "86400"), &rows, err))
        return false;
    *n = db_i64(rows, 0, "n");
    return true;
}

static bool
reads_twice(struct db *db, void *arg, struct err *err)
{
    struct db_fixture *f = arg;
    int64_t before, after;
    bool commit = true;
    assert_true(bars_seen(db, f->a, &before, err));
    test_db_sql(f->t, "INSERT INTO bar VALUES (1, 86400, '2024-01-01Z', 1, 1, "
                      "1, 1, 1, 1)");
    assert_true(bars_seen(db, f->a, &after, err));
    assert_int_equal(before, after);
    return db_tx(db, two_loads_then, &commit, err);
}

static void
a_snapshot_is_of_one_moment_and_writes_nothing(void **state)
{
    struct db_fixture *f = *state;
    int64_t n;
    assert_false(db_tx_snapshot(f->db, reads_twice, f, &f->err));
    assert_string_equal(db_fixture_count(f, "load"), "0");
    assert_true(bars_seen(f->db, f->a, &n, &f->err));
    assert_int_equal(n, 1);
}

/* --- several queries in one round trip ---------------------------------- */

static void
many_queries_answer_in_order(void **state)
{
    struct db_fixture *f = *state;
    for (int round = 0; round < 2; round++) { /* not prepared, then prepared */
        struct db_call calls[] = {
            {.sql = SQL_provider_names},
            {.sql = SQL_bar_span, .args = DB_ARGS("1", "60")},
            {.sql = SQL_load_create,
             .args = test_load_args(f->a, "upload", "60")},
            {.sql = SQL_bar_span, .args = DB_ARGS("2", "60")},
        };
        assert_true(db_query_many(f->a, f->db, calls, 4, &f->err));
        assert_true(db_count(calls[0].rows) >= 5);
        assert_int_equal(db_i64(calls[1].rows, 0, "n"), 0);
        assert_int_equal(db_i64(calls[2].rows, 0, "id"), round + 1);
        assert_int_equal(db_count(calls[3].rows), 1);
    }
    assert_string_equal(db_fixture_count(f, "load"), "2");
}

static void
one_failure_among_many_fails_all(void **state)
{
    struct db_fixture *f = *state;
    for (int round = 0; round < 2; round++) {
        struct db_call calls[] = {
            {.sql = SQL_load_create,
             .args = test_load_args(f->a, "upload", "60")},
            {.sql = SQL_load_create, .args = test_load_args(f->a, "bad", "60")},
            {.sql = SQL_bar_span, .args = DB_ARGS("2", "60")},
        };
        assert_false(db_query_many(f->a, f->db, calls, 3, &f->err));
        assert_int_equal(f->err.kind, ERR_INPUT);
        assert_string_equal(db_fixture_count(f, "load"), "0");
        /* what could not be prepared in that round can be used after it */
        struct db_rows *rows;
        assert_true(db_query_one(f->a, f->db, SQL_bar_span, DB_ARGS("1", "60"),
                                 &rows, &f->err));
    }
    assert_true(db_query_many(f->a, f->db, NULL, 0, &f->err));
}

static bool
many_fail_inside(struct db *db, void *arg, struct err *err)
{
    struct db_fixture *f = arg;
    struct db_call calls[] = {
        {.sql = SQL_load_create, .args = test_load_args(f->a, "upload", "60")},
        {.sql = SQL_load_create, .args = test_load_args(f->a, "bad", "60")},
    };
    return test_load_add(db, f->a, err) &&
           db_query_many(f->a, db, calls, 2, err);
}

static void
many_queries_join_a_transaction(void **state)
{
    struct db_fixture *f = *state;
    assert_false(db_tx(f->db, many_fail_inside, f, &f->err));
    assert_int_equal(f->err.kind, ERR_INPUT);
    assert_string_equal(db_fixture_count(f, "load"), "0");
    assert_true(test_load_add(f->db, f->a, &f->err));
}

static bool
many_on_a_lost_connection(struct db *db, void *arg, struct err *err)
{
    struct db_fixture *f = arg;
    struct db_call calls[] = {
        {.sql = SQL_load_create, .args = test_load_args(f->a, "upload", "60")},
        {.sql = SQL_provider_names},
    };
    test_db_kick(f->t);
    return db_query_many(f->a, db, calls, 2, err);
}

static void
many_queries_on_a_lost_connection_may_be_tried_again(void **state)
{
    struct db_fixture *f = *state;
    assert_false(db_tx(f->db, many_on_a_lost_connection, f, &f->err));
    assert_int_equal(f->err.kind, ERR_RETRY);
    struct db_call calls[] = {{.sql = SQL_provider_names}};
    assert_true(db_query_many(f->a, f->db, calls, 1, &f->err));
    assert_true(db_count(calls[0].rows) >= 5);
}

static void
much_text_both_ways_does_not_block(void **state)
{
    struct db_fixture *f = *state;
    enum { N = 40, BYTES = 300000 };
    char *big = arena_alloc(f->a, BYTES + 1);
    memset(big, 'x', BYTES);
    struct db_args args = test_load_args(f->a, "upload", "60");
    ((const char **)args.v)[0] = "1";
    ((const char **)args.v)[6] = big;
    test_db_sql(f->t, "INSERT INTO run (mode, trigger, requested_by, lane, "
                      "steps) VALUES ('full_refresh', 'cli', 'x', 0, '{}')");
    struct db_args run = DB_ARGS("1");
    struct db_call calls[2 * N];
    for (int i = 0; i < N; i++) {
        calls[2 * i] = (struct db_call){.sql = SQL_load_create, .args = args};
        calls[2 * i + 1] =
            (struct db_call){.sql = SQL_load_list_fetched, .args = run};
    }
    assert_true(db_query_many(f->a, f->db, calls, 2 * N, &f->err));
    for (int i = 0; i < N; i++)
        assert_int_equal(db_count(calls[2 * i + 1].rows), i + 1);
}

/* --- notifications and locks -------------------------------------------- */

static void
wait_for(struct db_fixture *f, const char *channel, const char *payload)
{
    const char *got_channel, *got_payload;
    assert_true(
        db_wait(f->a, f->db, 5000, &got_channel, &got_payload, &f->err));
    assert_non_null(got_channel);
    assert_string_equal(got_channel, channel);
    assert_string_equal(got_payload, payload);
}

static void
nothing_waits(struct db_fixture *f)
{
    const char *channel, *payload;
    assert_true(db_wait(f->a, f->db, 0, &channel, &payload, &f->err));
    assert_null(channel);
}

static void
notifications_arrive_also_during_queries(void **state)
{
    struct db_fixture *f = *state;
    assert_true(db_listen(f->db, "run_queued", &f->err));
    assert_true(db_listen(f->db, "run_queued", &f->err));
    assert_true(db_listen(f->db, "Odd \"name\"", &f->err));
    nothing_waits(f);
    test_db_sql(f->t, "NOTIFY run_queued, '1'");
    wait_for(f, "run_queued", "1");
    nothing_waits(f);
    test_db_sql(f->t, "NOTIFY run_queued, '2'");
    test_db_sql(f->t, "NOTIFY \"Odd \"\"name\"\"\", '3'");
    /* both are taken in on the way */
    assert_true(test_load_add(f->db, f->a, &f->err));
    struct db_call calls[] = {{.sql = SQL_provider_names}};
    assert_true(db_query_many(f->a, f->db, calls, 1, &f->err));
    wait_for(f, "run_queued", "2");
    wait_for(f, "Odd \"name\"", "3");
    nothing_waits(f);
}

static void
a_reconnect_listens_again_and_says_so(void **state)
{
    struct db_fixture *f = *state;
    assert_true(db_listen(f->db, "run_queued", &f->err));
    test_db_kick(f->t);
    assert_true(test_load_add(f->db, f->a, &f->err));
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
    struct db_fixture *f = *state;
    struct sigaction action = {.sa_handler = ignore_signal}, old;
    sigaction(SIGALRM, &action, &old);
    struct itimerval soon = {.it_value = {.tv_usec = 30000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    const char *channel, *payload;
    assert_true(db_wait(f->a, f->db, 20000, &channel, &payload, &f->err));
    assert_null(channel);
    sigaction(SIGALRM, &old, NULL);
}

static void
an_advisory_lock_has_one_holder(void **state)
{
    struct db_fixture *f = *state;
    struct db *other = db_fixture_open(f, "worker");
    bool got;
    assert_true(db_lock_try(f->db, 1LL << 40, &got, &f->err) && got);
    assert_true(db_lock_try(other, 1LL << 40, &got, &f->err) && !got);
    assert_true(db_unlock(f->db, 1LL << 40, &f->err));
    assert_true(db_lock_try(other, 1LL << 40, &got, &f->err) && got);
    test_db_kick(f->t); /* a lost connection holds nothing */
    assert_false(db_unlock(other, 1LL << 40, &f->err));
    assert_int_equal(f->err.kind, ERR_CONFLICT);
    assert_true(db_lock_try(f->db, 1LL << 40, &got, &f->err) && got);
    db_close(other);
}

#define T(name)                                                                \
    cmocka_unit_test_setup_teardown(name, db_fixture_worker, db_fixture_free)

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
        T(a_snapshot_is_of_one_moment_and_writes_nothing),
        T(many_queries_answer_in_order),
        T(one_failure_among_many_fails_all),
        T(many_queries_join_a_transaction),
        T(many_queries_on_a_lost_connection_may_be_tried_again),
        T(much_text_both_ways_does_not_block),
        T(notifications_arrive_also_during_queries),
        T(a_reconnect_listens_again_and_says_so),
        T(a_signal_ends_the_wait),
        T(an_advisory_lock_has_one_holder),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
