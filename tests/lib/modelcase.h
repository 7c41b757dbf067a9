/* Retraining against a database: its tests' fixture, and bars that a model
 * explains. */
#ifndef TESTS_LIB_MODELCASE_H
#define TESTS_LIB_MODELCASE_H

#include "core/model.h"
#include "tests/lib/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* 1,000 days from 2020-01-01: BTC-USD and MNAV wander, MSTR follows them with
 * some noise. Weekends are in, so MSTR and MNAV trade every day here. */
#define ADD_BARS                                                               \
    "CREATE FUNCTION add_bars(from_day int, to_day int) RETURNS void "         \
    "LANGUAGE sql AS $$ "                                                      \
    "WITH d AS (SELECT n, '2020-01-01Z'::timestamptz + n * interval '1 day' "  \
    "AS ts, 30000 + 15000 * sin(n / 70.0) + 12 * n AS btc, "                   \
    "2 + 0.7 * cos(n / 31.0) AS mnav, "                                        \
    "20 * (sin(n * 12.9898) + sin(n * 78.233)) AS noise "                      \
    "FROM generate_series(from_day, to_day) n), v AS ("                        \
    "SELECT ts, 'BTC-USD' AS s, btc AS v FROM d UNION ALL "                    \
    "SELECT ts, 'MNAV', mnav FROM d UNION ALL "                                \
    "SELECT ts, 'MSTR', -100 + 0.005 * btc + 40 * mnav + noise FROM d) "       \
    "INSERT INTO bar (instrument_id, interval_s, ts, open, high, low, close, " \
    "load_id) SELECT i.id, 86400, v.ts, v.v, v.v, v.v, v.v, 1 "                \
    "FROM v JOIN instrument i ON i.symbol = v.s $$"

enum { DAY = 86400, DAY_0 = 1577836800 };

struct bench {
    struct test_db *t;
    struct arena *a;
    struct db *db;
    struct model_result result;
    struct err err;
};

static inline struct db *
connect_as(struct test_db *t, const char *role)
{
    struct db *db;
    struct err err;
    if (!db_open(&db, test_db_conninfo(t, role), "test", &err))
        fail_msg("%s", err.text);
    return db;
}

static inline int
setup(void **state)
{
    struct bench *b = xcalloc(1, sizeof(*b));
    b->t = test_db_new();
    b->a = arena_new();
    b->db = connect_as(b->t, "worker");
    test_db_sql(b->t, ADD_BARS);
    *state = b;
    return 0;
}

static inline int
teardown(void **state)
{
    struct bench *b = *state;
    db_close(b->db);
    test_db_free(b->t);
    arena_free(b->a);
    free(b);
    return 0;
}

static inline void
add_bars(struct bench *b, int from_day, int to_day)
{
    char sql[80];
    snprintf(sql, sizeof(sql), "SELECT add_bars(%d, %d)", from_day, to_day);
    test_db_sql(b->t, sql);
}

static inline void
retrain(struct bench *b, enum model_outcome expected)
{
    if (!model_retrain(b->a, b->db, "mstr", 0, "test", DAY_0 + 1000LL * DAY,
                       &b->result, &b->err))
        fail_msg("%s", b->err.text);
    if (b->result.outcome != expected)
        fail_msg("outcome %d, not %d: %s", b->result.outcome, expected,
                 b->result.words);
}

/* All bars are to be read again. */
static inline void
touch(struct bench *b)
{
    test_db_sql(b->t, "INSERT INTO bar_dirty (instrument_id, interval_s, "
                      "from_ts, to_ts) SELECT id, 86400, '1970-01-01Z', now() "
                      "FROM instrument");
}

static inline void
assert_sql(struct bench *b, const char *sql, const char *expected)
{
    assert_string_equal(test_db_sql(b->t, sql), expected);
}

#define STATES                                                                 \
    "SELECT string_agg(version || ' ' || state, ', ' ORDER BY version) "       \
    "FROM model_version"
#define FAILED                                                                 \
    "SELECT string_agg(r->>'rule', ' ') FROM model_version v, "                \
    "jsonb_array_elements(v.scorecard) r WHERE NOT (r->>'passed')::bool "      \
    "AND v.version = (SELECT max(version) FROM model_version)"

#endif
