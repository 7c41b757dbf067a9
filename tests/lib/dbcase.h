/* The fixture of test programs whose cases work on a database of their own:
 * made anew for each case, with one connection.
 *
 *     static int
 *     setup(void **state)
 *     {
 *         return db_case_begin(state, "worker");
 *     }
 *     ...
 *     const struct CMUnitTest tests[] = {
 *         DB_CASE(a_user_is_found_in_any_case),
 *     };
 *     return DB_CASES_RUN(tests);
 *
 * Its variables are the including file's own; one file of a program includes
 * it. A case that needs a state of its own has struct db_fixture in testdb.h.
 */
#ifndef TESTS_LIB_DBCASE_H
#define TESTS_LIB_DBCASE_H

#include "lib/db.h"
#include "tests/lib/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct test_db *tdb;
static struct db *db;
static struct arena *a;
static struct err err;

/* Runs SQL as the owner; what it prints, valid until the next call. */
static inline const char *
sql(const char *text)
{
    return test_db_sql(tdb, text);
}

/* A database, an arena, a connection as "worker" or "console". */
static inline int
db_case_begin(void **state, const char *role)
{
    (void)state;
    tdb = test_db_new();
    a = arena_new();
    return db_open(&db, test_db_conninfo(tdb, role), "test", &err) ? 0 : -1;
}

static inline int
db_case_end(void **state)
{
    (void)state;
    db_close(db);
    arena_free(a);
    test_db_free(tdb);
    return 0;
}

#define DB_CASE(f) cmocka_unit_test_setup_teardown(f, setup, db_case_end)

/* main's exit status: skips where there is no cluster. */
#define DB_CASES_RUN(tests)                                                    \
    (test_db_available() ? (cmocka_set_message_output(CM_OUTPUT_TAP),          \
                            cmocka_run_group_tests(tests, NULL, NULL))         \
                         : test_db_skip())

/* Some bars of the first instrument are doubted and rejected ("reject"), or of
 * those that were rejected some come back ("reopen"); which, by seed. */
static inline void
bars_decide(const char *verdict, int32_t interval_s, uint64_t seed)
{
    bool reopen = strcmp(verdict, "reopen") == 0;
    if (!reopen)
        sql(arena_printf(
            a,
            "INSERT INTO quarantine (load_id, instrument_id, interval_s, ts, "
            "rule, severity, field, value, expected, raw, open, high, low, "
            "close, volume) SELECT load_id, instrument_id, interval_s, ts, "
            "'jump', 'flag', '', '', '', md5(random()::text), open, high, "
            "low, close, volume FROM bar WHERE instrument_id = 1 AND "
            "interval_s = %d ORDER BY load_id DESC, md5(ts::text || '%llu') "
            "LIMIT 20",
            interval_s, (unsigned long long)seed));
    sql(arena_printf(
        a,
        "SELECT count(*) FROM desk_decide(ARRAY(SELECT max(id) FROM quarantine "
        "WHERE state = '%s' GROUP BY ts ORDER BY md5(ts::text || '%llu') "
        "LIMIT 20), '%s', NULL, 'test', '', '')",
        reopen ? "rejected" : "open", (unsigned long long)seed, verdict));
}

#endif
