/* Decisions: what they write, who may, and that all of it goes back. */
#include "tests/lib/deskcase.h"

#include <pthread.h>

/* Decides, looks at the bar of day 1, and takes it back. */
static void
there_and_back(int64_t id, enum desk_verdict verdict, const char *state,
               const char *bar)
{
    const char *before = stored(), *was = bar_at(1);
    decided(id, verdict);
    assert_string_equal(bar_at(1), bar);
    assert_string_equal(
        sql(arena_printf(a,
                         "SELECT state, decided_by, note FROM quarantine WHERE "
                         "id = %lld",
                         (long long)id)),
        arena_printf(a, "%s|olga|looked up", state));
    assert_string_equal(
        sql("SELECT extract(epoch FROM from_ts)::bigint, "
            "from_ts = to_ts FROM bar_dirty"),
        strcmp(was, bar) == 0
            ? "" /* nothing is to be milled */
            : arena_printf(a, "%lld|t", (long long)(DAY + DAY_S)));
    decided(id, DESK_REOPEN);
    assert_string_equal(stored(), before);
    assert_string_equal(
        sql("SELECT count(*) FROM load WHERE kind = 'correction' AND state <> "
            "'undone'"),
        "0");
    sql("DELETE FROM bar_dirty");
}

static void
a_refused_row_is_stored_and_taken_back(void **state)
{
    (void)state;
    store(0, 10);
    int64_t id = refused(1, 50);
    sql("DELETE FROM bar_dirty");
    there_and_back(id, DESK_ACCEPT, "accepted", "49|52|48|50|5|correction");
    there_and_back(id, DESK_CORRECT, "corrected", "20|23|19|22||correction");
    there_and_back(id, DESK_REJECT, "rejected", "");
}

static void
a_refused_row_replaces_what_is_stored_and_gives_it_back(void **state)
{
    (void)state;
    store(1, 11);
    store(1, 12);
    int64_t id = refused(1, 50);
    sql("DELETE FROM bar_dirty");
    there_and_back(id, DESK_ACCEPT, "accepted", "49|52|48|50|5|correction");
    there_and_back(id, DESK_CORRECT, "corrected", "20|23|19|22||correction");
    there_and_back(id, DESK_REJECT, "rejected", "11|14|10|12|5|provider");
}

static void
a_flagged_row_stays_or_goes_and_comes_back(void **state)
{
    (void)state;
    int64_t id = flagged(1, 50);
    sql("DELETE FROM bar_dirty");
    there_and_back(id, DESK_ACCEPT, "accepted", "49|52|48|50|5|provider");
    there_and_back(id, DESK_CORRECT, "corrected", "20|23|19|22||correction");
    there_and_back(id, DESK_REJECT, "rejected", "");
}

static void
a_rejected_row_gives_back_what_it_replaced(void **state)
{
    (void)state;
    store(1, 11);
    store(1, 12);
    int64_t id = flagged(1, 50);
    sql("DELETE FROM bar_dirty");
    there_and_back(id, DESK_REJECT, "rejected", "11|14|10|12|5|provider");
    decided(id, DESK_REJECT);
    assert_string_equal(sql("SELECT close, believed_to > believed_from FROM "
                            "bar_undone"),
                        "50|t");
}

static void
a_minute_gets_its_month(void **state)
{
    (void)state;
    struct series_row r = row(1, 50);
    r.ts += 60;
    struct doubt d = doubt_of(&r, false);
    load_rows(60, NULL, 0, &d, 1, NULL);
    decided(newest(), DESK_ACCEPT);
    assert_string_equal(sql("SELECT ts, close FROM bar_minute_2024_03"),
                        "2024-03-02 00:01:00+00|50");
    decided(newest(), DESK_REOPEN);
    assert_string_equal(sql("SELECT count(*) FROM bar"), "0");
}

static void
a_correction_that_is_stored_already_changes_nothing(void **state)
{
    (void)state;
    int64_t id = refused(1, 50);
    store(1, 50);
    const char *before = stored();
    decided(id, DESK_ACCEPT);
    assert_string_equal(bar_at(1), "49|52|48|50|5|provider");
    assert_string_equal(sql("SELECT rows_new, rows_same, rows_changed, state "
                            "FROM load WHERE kind = 'correction'"),
                        "0|1|0|stored");
    decided(id, DESK_REOPEN);
    assert_string_equal(stored(), before);
}

/* --- what does not go ------------------------------------------------------
 */

static void
a_decision_is_made_once(void **state)
{
    (void)state;
    int64_t id = refused(1, 50);
    conflicts(id, DESK_REOPEN, "is open");
    decided(id, DESK_REJECT);
    conflicts(id, DESK_ACCEPT, "reopen it first");
    conflicts(id, DESK_CORRECT, "reopen it first");
    assert_false(decide(id + 1, DESK_REJECT, NULL));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_string_equal(sql("SELECT count(*) FROM load WHERE kind = "
                            "'correction'"),
                        "0");
}

static void
later_loads_stand_in_the_way(void **state)
{
    (void)state;
    int64_t corrected = refused(1, 50), rejected = flagged(2, 60);
    decided(corrected, DESK_CORRECT);
    decided(rejected, DESK_REJECT);
    int64_t later = store(1, 13);
    store(2, 14);
    conflicts(corrected, DESK_REOPEN,
              arena_printf(a, "load %lld has brought", (long long)later));
    conflicts(rejected, DESK_REOPEN, "undo that first");
    /* the way that is shown */
    struct undo_count undone;
    assert_true(undo_load(worker, later, "cli:root", "", &undone, &err));
    decided(corrected, DESK_REOPEN);
    assert_string_equal(bar_at(1), "");
}

static void
a_row_of_an_undone_load_stays_out(void **state)
{
    (void)state;
    int64_t id = flagged(1, 50);
    decided(id, DESK_REJECT);
    struct undo_count undone;
    assert_true(undo_load(worker, 1, "cli:root", "", &undone, &err));
    conflicts(id, DESK_REOPEN, "was undone since");
}

static void
what_is_no_bar_is_not_stored(void **state)
{
    (void)state;
    struct series_row r = row(1, 50), late = row(1, 51);
    r.high = NAN;
    late.ts += 7;
    struct doubt d[] = {doubt_of(&r, false), doubt_of(&late, false),
                        doubt_of(&late, false)};
    d[2].ts = SERIES_NO_TS;
    load_rows(DAY_S, NULL, 0, d, 3, NULL);
    static const char *const words[] = {"prices", "opening time", "time"};
    for (int64_t i = 0; i < 3; i++) {
        assert_false(decide(i + 1, DESK_ACCEPT, NULL));
        assert_int_equal(err.kind, ERR_INPUT);
        assert_non_null(strstr(err.text, words[i]));
    }
    assert_false(decide(3, DESK_CORRECT, NULL));
    assert_int_equal(err.kind, ERR_INPUT);
    decided(1, DESK_CORRECT);
    assert_string_equal(sql("SELECT count(*) FROM bar"), "1");
}

static void
values_are_checked_by_the_rules(void **state)
{
    (void)state;
    sql("UPDATE instrument SET price_max = 1000 WHERE id = 1");
    struct desk_row r;
    assert_true(desk_get(a, console, refused(1, 50), &r, &err));
    static const struct {
        double open, high, low, close, volume;
        const char *field;
    } cases[] = {
        {20, 23, 19, 22, 0, NULL},         {20, 23, 19, 22, NAN, NULL},
        {20, 21, 19, 22, 0, "high"},       {20, 23, 21, 22, 0, "low"},
        {20, 23, 19, 22, -1, "volume"},    {20, 23, 19, NAN, 0, "close"},
        {-1, 23, -2, 22, 0, "open"},       {20, 2300, 19, 22, 0, "high"},
        {20, INFINITY, 19, 22, 0, "high"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct desk_decision d = {.verdict = DESK_CORRECT,
                                        .open = cases[i].open,
                                        .high = cases[i].high,
                                        .low = cases[i].low,
                                        .close = cases[i].close,
                                        .volume = cases[i].volume};
        const char *field = NULL, *words;
        assert_int_equal(desk_fits(a, &r, &d, &field, &words),
                         cases[i].field == NULL);
        if (cases[i].field != NULL)
            assert_string_equal(field, cases[i].field);
    }
}

/* --- who, when and what follows ------------------------------------------- */

static void
each_step_is_audited(void **state)
{
    (void)state;
    store(1, 12);
    int64_t id = refused(1, 50);
    decided(id, DESK_CORRECT);
    decided(id, DESK_REOPEN);
    decided(id, DESK_REJECT);
    assert_string_equal(
        sql("SELECT who, action, object, before->>'state', "
            "before->'bar'->>'close', after->>'state', after->'bar'->>'close', "
            "after->>'note', address FROM audit_log ORDER BY id"),
        "olga|quarantine.correct|quarantine 1|open|12|corrected|22|looked "
        "up|192.0.2.1\n"
        "olga|quarantine.reopen|quarantine 1|corrected|22|open|12|looked "
        "up|192.0.2.1\n"
        "olga|quarantine.reject|quarantine 1|open|12|rejected|12|looked "
        "up|192.0.2.1");
    assert_string_equal(
        sql("SELECT request, rows_changed, from_ts = to_ts FROM "
            "load WHERE kind = 'correction'"),
        "decision on quarantine row 1 by olga|1|t");
}

static void
one_run_is_queued(void **state)
{
    (void)state;
    int64_t first = refused(1, 50), second = refused(2, 60);
    struct desk_result r;
    assert_true(decide(first, DESK_ACCEPT, &r));
    assert_true(r.run_id > 0 && r.run_is_new);
    int64_t run = r.run_id;
    assert_true(decide(second, DESK_ACCEPT, &r));
    assert_true(r.run_id == run && !r.run_is_new);
    assert_string_equal(sql("SELECT trigger, requested_by, steps, instruments, "
                            "lane FROM run"),
                        "console|olga|{process,retrain}|{1}|0");
    sql("UPDATE run SET state = 'running', started_at = now()");
    assert_true(decide(second, DESK_REOPEN, &r));
    assert_true(r.run_id > run && r.run_is_new);
    sql("DELETE FROM run; UPDATE instrument SET active = false WHERE id = 1");
    assert_true(decide(second, DESK_ACCEPT, &r));
    assert_int_equal(r.run_id, 0);
}

static void
the_undo_of_its_load_reopens_a_row(void **state)
{
    (void)state;
    store(1, 12);
    int64_t id = refused(1, 50);
    const char *before = stored();
    decided(id, DESK_CORRECT);
    struct undo_count undone;
    assert_true(undo_load(
        worker,
        strtoll(sql("SELECT decision_load_id FROM quarantine"), NULL, 10),
        "cli:root", "", &undone, &err));
    assert_string_equal(stored(), before);
    decided(id, DESK_ACCEPT);
}

static void
the_console_decides_and_writes_no_bar(void **state)
{
    (void)state;
    refused(1, 50);
    static const char *const commands[] = {
        "UPDATE bar SET close = 1",
        "DELETE FROM bar_history",
        "UPDATE quarantine SET state = 'rejected'",
        "SELECT bar_take_out(1, 86400, now(), 1)",
        "SELECT bar_put_back(1, 86400, now(), 1)",
        "SELECT bar_replace(b) FROM bar b",
        ("INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts) "
         "VALUES (1, 60, now(), now())")};
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        assert_string_equal(
            sql(arena_printf(
                a,
                "SET client_min_messages = error; CREATE OR REPLACE FUNCTION "
                "try() RETURNS text LANGUAGE plpgsql AS $x$ BEGIN SET LOCAL "
                "ROLE quotemill_console; EXECUTE $y$%s$y$; RETURN 'done'; "
                "EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $x$; SELECT "
                "try()",
                commands[i])),
            "42501");
    assert_string_equal(
        sql("SELECT has_function_privilege('quotemill_worker', "
            "'desk_decide(bigint[], text, double precision[], text, text, "
            "text)', 'EXECUTE')"),
        "f");
}

/* --- two at once -----------------------------------------------------------
 */

struct rival {
    int64_t id;
    struct db *db;
    pthread_t thread;
    bool ok;
    struct err err;
};

static void *
rival_decide(void *arg)
{
    struct rival *r = arg;
    struct arena *own = arena_new();
    struct desk_result result;
    const struct desk_decision d = {.verdict = DESK_ACCEPT, .who = "rita"};
    r->ok = desk_decide(own, r->db, r->id, &d, &result, &r->err);
    arena_free(own);
    return NULL;
}

/* Decides, and lets the other one come before this is committed. */
static bool
decide_slowly(struct db *db, void *arg, struct err *e)
{
    struct rival *r = arg;
    struct desk_result result;
    const struct desk_decision d = {.verdict = DESK_REJECT, .who = "olga"};
    if (!desk_decide(a, db, r->id, &d, &result, e))
        return false;
    pthread_create(&r->thread, NULL, rival_decide, r);
    while (strcmp(sql("SELECT count(*) FROM pg_locks WHERE locktype = "
                      "'advisory' AND NOT granted"),
                  "1") != 0)
        ;
    return true;
}

static void
of_two_who_decide_at_once_one_wins(void **state)
{
    (void)state;
    struct rival r = {.id = refused(1, 50)};
    assert_true(db_open(&r.db, test_db_conninfo(tdb, "console"), "test", &err));
    if (!db_tx(console, decide_slowly, &r, &err))
        fail_msg("%s", err.text);
    pthread_join(r.thread, NULL);
    assert_false(r.ok);
    assert_int_equal(r.err.kind, ERR_CONFLICT);
    db_close(r.db);
    assert_string_equal(sql("SELECT state, decided_by FROM quarantine"),
                        "rejected|olga");
    assert_string_equal(sql("SELECT count(*) FROM bar"), "0");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_CASE(a_refused_row_is_stored_and_taken_back),
        DESK_CASE(a_refused_row_replaces_what_is_stored_and_gives_it_back),
        DESK_CASE(a_flagged_row_stays_or_goes_and_comes_back),
        DESK_CASE(a_rejected_row_gives_back_what_it_replaced),
        DESK_CASE(a_minute_gets_its_month),
        DESK_CASE(a_correction_that_is_stored_already_changes_nothing),
        DESK_CASE(a_decision_is_made_once),
        DESK_CASE(later_loads_stand_in_the_way),
        DESK_CASE(a_row_of_an_undone_load_stays_out),
        DESK_CASE(what_is_no_bar_is_not_stored),
        DESK_CASE(values_are_checked_by_the_rules),
        DESK_CASE(each_step_is_audited),
        DESK_CASE(one_run_is_queued),
        DESK_CASE(the_undo_of_its_load_reopens_a_row),
        DESK_CASE(the_console_decides_and_writes_no_bar),
        DESK_CASE(of_two_who_decide_at_once_one_wins),
    };
    return DESK_CASES_RUN(tests);
}
