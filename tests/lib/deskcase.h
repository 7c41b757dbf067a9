/* The fixture of test programs about the quarantine desk: one database for all
 * cases, emptied before each, rows that come in as loads, and decisions about
 * them. Instrument 1 is BTC-USD.
 *
 * Its variables are the including file's own; one file of a program includes
 * it.
 */
#ifndef TESTS_LIB_DESKCASE_H
#define TESTS_LIB_DESKCASE_H

#include "core/bar.h"
#include "core/desk.h"
#include "core/load.h"
#include "core/undo.h"
#include "core/validate.h"
#include "lib/date.h"
#include "lib/format.h"
#include "tests/lib/testdb.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct test_db *tdb;
static struct db *console, *worker;
static struct arena *a;
static struct err err;

static const int64_t DAY = 1709251200; /* 2024-03-01 */

static inline const char *
sql(const char *text)
{
    return test_db_sql(tdb, text);
}

static int
desk_begin(void **state)
{
    (void)state;
    tdb = test_db_new();
    return db_open(&console, test_db_conninfo(tdb, "console"), "test", &err) &&
                   db_open(&worker, test_db_conninfo(tdb, "worker"), "test",
                           &err)
               ? 0
               : -1;
}

static int
desk_end(void **state)
{
    (void)state;
    db_close(console);
    db_close(worker);
    test_db_free(tdb);
    return 0;
}

static int
desk_case_begin(void **state)
{
    (void)state;
    a = arena_new();
    sql("SET client_min_messages = error; TRUNCATE bar, bar_history, "
        "bar_undone, bar_dirty, quarantine, audit_log, load, run RESTART "
        "IDENTITY CASCADE; UPDATE instrument SET active = true, price_max = "
        "NULL WHERE id = 1");
    return 0;
}

static int
desk_case_end(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

#define DESK_CASE(f)                                                           \
    cmocka_unit_test_setup_teardown(f, desk_case_begin, desk_case_end)

/* main's exit status: skips where there is no cluster. */
#define DESK_CASES_RUN(tests)                                                  \
    (test_db_available()                                                       \
         ? (cmocka_set_message_output(CM_OUTPUT_TAP),                          \
            cmocka_run_group_tests(tests, desk_begin, desk_end))               \
         : test_db_skip())

/* --- rows that come in ---------------------------------------------------- */

static inline struct series_row
row(int64_t day, double close)
{
    return (struct series_row){.ts = DAY + day * DAY_S,
                               .open = close - 1,
                               .high = close + 2,
                               .low = close - 2,
                               .close = close,
                               .volume = 5};
}

struct load_call {
    int32_t interval_s;
    const struct series_row *rows;
    size_t n;
    const struct doubt *doubts;
    size_t n_doubts;
    int64_t id;
    struct bar_count count;
};

static inline bool
load_tx(struct db *db, void *arg, struct err *e)
{
    struct load_call *c = arg;
    const struct load load = {.instrument_id = 1,
                              .interval_s = c->interval_s,
                              .kind = "provider",
                              .provider = "binance",
                              .request = "/klines",
                              .elapsed_ms = NAN};
    if (!load_create(db, &load, &c->id, e))
        return false;
    const struct bar_target target = {
        .instrument_id = 1, .interval_s = c->interval_s, .load_id = c->id};
    return bar_store(db, &target, c->rows, c->n, &c->count, e) &&
           quarantine_add(db, c->id, 1, c->interval_s, c->doubts, c->n_doubts,
                          NULL, e) &&
           load_stored(db, c->id,
                       &(struct load_count){.n_new = c->count.n_new,
                                            .n_same = c->count.n_same,
                                            .n_changed = c->count.n_changed},
                       e);
}

/* Stores good rows and keeps doubts as one load, as the process step does. */
static inline int64_t
load_rows(int32_t interval_s, const struct series_row *rows, size_t n,
          const struct doubt *doubts, size_t n_doubts, struct bar_count *count)
{
    struct load_call c = {.interval_s = interval_s,
                          .rows = rows,
                          .n = n,
                          .doubts = doubts,
                          .n_doubts = n_doubts};
    if (!db_tx(worker, load_tx, &c, &err))
        fail_msg("%s", err.text);
    if (count != NULL)
        *count = c.count;
    return c.id;
}

static inline int64_t
store(int64_t day, double close)
{
    struct series_row r = row(day, close);
    return load_rows(DAY_S, &r, 1, NULL, 0, NULL);
}

static inline struct doubt
doubt_of(const struct series_row *r, bool flag)
{
    const struct validate_finding f = {.rule = flag ? VALIDATE_JUMP
                                                    : VALIDATE_BOUNDS,
                                       .flag = flag,
                                       .field = "close",
                                       .value = "1",
                                       .expected = "something else"};
    return validate_doubt(a, r, &f);
}

static inline int64_t
newest(void)
{
    return strtoll(sql("SELECT max(id) FROM quarantine"), NULL, 10);
}

/* The row of quarantine. */
static inline int64_t
flagged(int64_t day, double close)
{
    struct series_row r = row(day, close);
    struct doubt d = doubt_of(&r, true);
    load_rows(DAY_S, &r, 1, &d, 1, NULL);
    return newest();
}

static inline int64_t
refused(int64_t day, double close)
{
    struct series_row r = row(day, close);
    struct doubt d = doubt_of(&r, false);
    load_rows(DAY_S, NULL, 0, &d, 1, NULL);
    return newest();
}

/* --- decisions ------------------------------------------------------------ */

static inline bool
decide(int64_t id, enum desk_verdict verdict, struct desk_result *out)
{
    const struct desk_decision d = {.verdict = verdict,
                                    .open = 20,
                                    .high = 23,
                                    .low = 19,
                                    .close = 22,
                                    .volume = NAN,
                                    .who = "olga",
                                    .address = "192.0.2.1",
                                    .note = "looked up"};
    struct desk_result ignored;
    return desk_decide(a, console, id, &d, out != NULL ? out : &ignored, &err);
}

static inline void
decided(int64_t id, enum desk_verdict verdict)
{
    if (!decide(id, verdict, NULL))
        fail_msg("%s", err.text);
}

static inline void
conflicts(int64_t id, enum desk_verdict verdict, const char *words)
{
    assert_false(decide(id, verdict, NULL));
    assert_int_equal(err.kind, ERR_CONFLICT);
    if (strstr(err.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

/* All that is stored of bars, and was. */
static inline const char *
stored(void)
{
    return arena_strdup(
        a, sql("SELECT (SELECT md5(string_agg(b::text, ';' ORDER BY b)) FROM "
               "bar b), (SELECT md5(string_agg(h::text, ';' ORDER BY h)) FROM "
               "bar_history h), (SELECT count(*) FROM quarantine WHERE state "
               "<> 'open' OR decided_by IS NOT NULL OR note IS NOT NULL OR "
               "decision_load_id IS NOT NULL OR taken_load_id IS NOT NULL)"));
}

static inline const char *
bar_at(int64_t day)
{
    return arena_strdup(
        a, sql(arena_printf(
               a,
               "SELECT b.open, b.high, b.low, b.close, b.volume, l.kind FROM "
               "bar b JOIN load l ON l.id = b.load_id WHERE b.ts = "
               "to_timestamp(%lld) AND b.instrument_id = 1 AND b.interval_s = "
               "86400",
               (long long)(DAY + day * DAY_S))));
}

#endif
