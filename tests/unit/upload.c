#include "core/saved_mapping.h"
#include "core/upload.h"
#include "core/upload_job.h"

#include "tests/lib/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct test_db *tdb;
static struct db *console, *worker;
static struct arena *a;
static struct err err;

static int
setup(void **state)
{
    (void)state;
    tdb = test_db_new();
    a = arena_new();
    return db_open(&console, test_db_conninfo(tdb, "console"), "test", &err) &&
                   db_open(&worker, test_db_conninfo(tdb, "worker"), "test",
                           &err)
               ? 0
               : -1;
}

static int
teardown(void **state)
{
    (void)state;
    db_close(console);
    db_close(worker);
    arena_free(a);
    test_db_free(tdb);
    return 0;
}

static const char text[] = "Date,Open,High,Low,Close,Volume\n"
                           "01/02/2019,10,12,9,11,5\n"
                           "02/03/2019,11,13,10,12,6\n"
                           "03/04/2019,11,13,10,12,6\n"
                           "04/05/2019,12,14,11,13,7\n"
                           "05/06/2019,12,14,11,13,7\n"
                           "06/07/2019,13,15,12,14,8\n";

static int64_t
received(const char *name)
{
    const struct upload u = {.name = name,
                             .archive_hash = "00",
                             .bytes = sizeof text - 1,
                             .plain_bytes = sizeof text - 1,
                             .head = text,
                             .head_len = sizeof text - 1,
                             .tail = text,
                             .tail_len = sizeof text - 1,
                             .source = "page",
                             .uploaded_by = "olga"};
    int64_t id = 0;
    assert_true(upload_create(console, &u, "192.0.2.1", &id, &err));
    return id;
}

static struct upload
got(int64_t id)
{
    struct upload u = {.state = ""};
    if (!upload_get(a, console, id, &u, &err))
        fail_msg("%s", err.text);
    return u;
}

static void
ask_check(int64_t id)
{
    static const char *const answers[] = {"day_order=dmy", "interval=1d"};
    struct upload u = got(id);
    struct recognised r;
    assert_true(upload_recognise(a, console, &u, answers, 2, &r, &err));
    if (r.n_questions > 0)
        fail_msg("%s", r.questions[0].text);
    if (!upload_ask_check(console, id, &r.mapping, false, "olga", "", &err))
        fail_msg("%s", err.text);
}

static bool
claim(struct upload_job *job)
{
    struct upload_job_lost *lost;
    size_t n_lost;
    bool any = false;
    if (!upload_job_claim(a, worker, "w", job, &any, &lost, &n_lost, &err))
        fail_msg("%s", err.text);
    return any;
}

static void
what_was_received_is_kept_byte_by_byte(void **state)
{
    (void)state;
    struct upload u = got(received("a\x01\xff.csv"));
    assert_int_equal(u.head_len, sizeof text - 1);
    assert_memory_equal(u.head, text, sizeof text - 1);
    assert_memory_equal(u.tail, text, sizeof text - 1);
    assert_string_equal(u.state, "received");
    assert_string_equal(u.name, "a \xEF\xBF\xBD.csv");
    assert_string_equal(u.job_state, "");
    assert_false(upload_get(a, console, 999, &u, &err));
    assert_int_equal(err.kind, ERR_MISSING);
}

static void
a_saved_mapping_answers_the_next_file_of_its_header(void **state)
{
    (void)state;
    static const char *const answers[] = {"day_order=dmy", "interval=1d",
                                          "instrument=BTC-USD"};
    static const char *const none[] = {"saved="};
    struct upload u = got(received("BTC-USD.csv"));
    struct recognised r;
    assert_true(upload_recognise(a, console, &u, NULL, 0, &r, &err));
    assert_true(r.n_questions > 0);
    assert_true(saved_mapping_save(console, "Mine",
                                   saved_mapping_header(a, &r.mapping), answers,
                                   3, "olga", "", &err));
    struct upload next = got(received("ETH-USD.csv"));
    assert_true(upload_recognise(a, console, &next, NULL, 0, &r, &err));
    assert_int_equal(r.n_questions, 0);
    assert_int_equal(r.mapping.time_form, CELL_TIME_DMY);
    assert_string_equal(r.mapping.series[0].symbol, "ETH-USD");
    assert_non_null(strstr(r.why, "Mine"));
    assert_true(upload_recognise(a, console, &next, none, 1, &r, &err));
    assert_true(r.n_questions > 0);
    assert_false(
        saved_mapping_save(console, "", NULL, answers, 3, "olga", "", &err));
    assert_int_equal(err.kind, ERR_INPUT);
}

static void
a_state_allows_only_what_makes_sense(void **state)
{
    (void)state;
    int64_t id = received("BTC-USD.csv");
    assert_false(upload_ask_store(console, id, "olga", "", &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_non_null(strstr(err.text, "waits to be checked"));
    ask_check(id);
    assert_false(upload_ask_store(console, id, "olga", "", &err));
    assert_non_null(strstr(err.text, "is being checked"));
    assert_true(upload_discard(console, id, "olga", "", &err));
    assert_false(upload_stop(console, id, "olga", "", &err));
    struct upload_job job;
    assert_false(claim(&job));
    assert_string_equal(got(id).job_state, "cancelled");
}

static void
a_discarded_upload_is_lost_to_its_worker(void **state)
{
    (void)state;
    int64_t id = received("BTC-USD.csv");
    struct upload_job job;
    struct import_result result = {.n_rows = 2, .count = {.n_new = 2}};
    bool owned = false;
    ask_check(id);
    assert_true(claim(&job));
    assert_true(upload_job_beat(worker, &job, 1, 1, &owned, &err));
    assert_true(owned);
    assert_true(upload_discard(console, id, "olga", "", &err));
    assert_true(upload_job_beat(worker, &job, 1, 1, &owned, &err));
    assert_false(owned);
    assert_false(upload_job_checked(worker, &job, &result, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_string_equal(got(id).state, "discarded");
}

static void
what_may_pass_is_tried_three_times_the_rest_once(void **state)
{
    (void)state;
    int64_t id = received("BTC-USD.csv");
    struct upload_job job;
    struct err why = {.kind = ERR_RETRY, .text = "the disk is full"};
    ask_check(id);
    for (int attempt = 1; attempt <= 3; attempt++) {
        assert_string_equal(got(id).state, "checking");
        assert_true(claim(&job));
        assert_int_equal(job.attempt, attempt);
        assert_true(upload_job_failed(worker, &job, &why, true, &err));
        test_db_sql(tdb, "UPDATE load_job SET not_before = now()");
    }
    assert_false(claim(&job));
    assert_string_equal(got(id).state, "failed");
    assert_string_equal(got(id).error, "the disk is full (after 3 attempts)");
    ask_check(id);
    assert_true(claim(&job));
    why.kind = ERR_INPUT;
    assert_true(upload_job_failed(worker, &job, &why, true, &err));
    assert_string_equal(got(id).state, "failed");
    assert_false(claim(&job));
}

static void
a_silent_workers_job_is_taken_over_at_most_three_times(void **state)
{
    (void)state;
    int64_t id = received("BTC-USD.csv");
    struct upload_job job;
    ask_check(id);
    for (int attempt = 1; attempt <= 3; attempt++) {
        assert_true(claim(&job));
        assert_int_equal(job.attempt, attempt);
        assert_false(claim(&job)); /* its heartbeat is fresh */
        test_db_sql(tdb, "UPDATE load_job SET heartbeat_at = now() - interval "
                         "'4 s'");
        bool locked = false;
        int64_t key = upload_lock_key(job.id, job.attempt);
        assert_true(db_lock_try(console, key, &locked, &err) && locked);
        assert_false(claim(&job)); /* its lock is held */
        assert_true(db_unlock(console, key, &err));
        test_db_sql(tdb, "SELECT pg_sleep(greatest(0, 3.1 - extract(epoch FROM "
                         "clock_timestamp() - pg_postmaster_start_time())))");
    }
    assert_false(claim(&job));
    assert_string_equal(got(id).state, "failed");
    assert_non_null(strstr(got(id).error, "each of 3 attempts"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    if (!test_db_available())
        return test_db_skip();
    const struct CMUnitTest tests[] = {
        CASE(what_was_received_is_kept_byte_by_byte),
        CASE(a_saved_mapping_answers_the_next_file_of_its_header),
        CASE(a_state_allows_only_what_makes_sense),
        CASE(a_discarded_upload_is_lost_to_its_worker),
        CASE(what_may_pass_is_tried_three_times_the_rest_once),
        CASE(a_silent_workers_job_is_taken_over_at_most_three_times),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
