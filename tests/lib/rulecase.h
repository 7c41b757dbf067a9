/* The fixture of test programs about stored alert rules: one database for all
 * cases, emptied before each, and people who ask: ann and bob are operators,
 * vera is a viewer, root an admin; nobody is the command line. There are the
 * channels Console, Ops and Boss.
 *
 * Its variables are the including file's own; one file of a program includes
 * it.
 */
#ifndef TESTS_LIB_RULECASE_H
#define TESTS_LIB_RULECASE_H

#include "core/alert_store.h"
#include "lib/format.h"
#include "tests/lib/testdb.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct test_db *tdb;
static struct db *db;
static struct arena *a;
static struct err err;

static const struct alert_actor ann = {1, "ann", "192.0.2.1", false, true};
static const struct alert_actor bob = {2, "bob", "192.0.2.2", false, true};
static const struct alert_actor vera = {3, "vera", "192.0.2.3", false, false};
static const struct alert_actor root = {4, "root", "192.0.2.4", true, true};
static const struct alert_actor nobody = {0, "cli:root", "", true, true};

static inline const char *
sql(const char *text)
{
    return arena_strdup(a, test_db_sql(tdb, text));
}

static int
rule_begin(void **state)
{
    (void)state;
    tdb = test_db_new();
    test_db_sql(tdb, "INSERT INTO app_user (name, password_hash, role) VALUES "
                     "('ann', '', 'operator'), ('bob', '', 'operator'), "
                     "('vera', '', 'viewer'), ('root', '', 'admin')");
    return db_open(&db, test_db_conninfo(tdb, "console"), "test", &err) ? 0
                                                                        : -1;
}

static int
rule_end(void **state)
{
    (void)state;
    db_close(db);
    test_db_free(tdb);
    return 0;
}

static int
rule_case_begin(void **state)
{
    (void)state;
    a = arena_new();
    sql("SET client_min_messages = error; TRUNCATE alert_rule, audit_log "
        "RESTART IDENTITY CASCADE; UPDATE instrument SET active = true; DELETE "
        "FROM channel WHERE name <> 'Console'; INSERT INTO channel (name, "
        "kind, created_by) VALUES ('Ops', 'webhook', 'root'), ('Boss', "
        "'email', 'root')");
    return 0;
}

static int
rule_case_end(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

#define RULE_CASE(f)                                                           \
    cmocka_unit_test_setup_teardown(f, rule_case_begin, rule_case_end)

/* main's exit status: skips where there is no cluster. */
#define RULE_CASES_RUN(tests)                                                  \
    (test_db_available()                                                       \
         ? (cmocka_set_message_output(CM_OUTPUT_TAP),                          \
            cmocka_run_group_tests(tests, rule_begin, rule_end))               \
         : test_db_skip())

/* --- tools ---------------------------------------------------------------- */

static const char GOOD[] =
    "{\"name\": \"High\", \"symbol\": \"btc-usd\", \"when\": \"close > 100\"}";

/* A rule as JSON says it. */
static inline bool
parse(const char *text, struct alert_stored *s)
{
    struct json v;
    return json_parse(a, text, strlen(text), &v, &err) &&
           alert_stored_parse(a, db, v, s, &err);
}

static inline int64_t
saved(const struct alert_actor *who, const char *text)
{
    int64_t id = 0;
    struct alert_stored s = alert_stored_new();
    if (!parse(text, &s) || !alert_save(db, who, &s, &id, &err))
        fail_msg("%s: %s", text, err.text);
    return id;
}

static inline struct alert_stored
got(const struct alert_actor *who, int64_t id)
{
    struct alert_stored s;
    if (!alert_stored_get(a, db, who, id, &s, &err))
        fail_msg("%lld: %s", (long long)id, err.text);
    return s;
}

/* What export writes of all that who sees. */
static inline const char *
exported(const struct alert_actor *who)
{
    struct buf *b = buf_new(a);
    const struct alert_filter all = {0};
    if (!alert_export(a, db, who, &all, b, &err))
        fail_msg("%s", err.text);
    return b->data;
}

static inline bool
imported(const struct alert_actor *who, const char *text, bool replace,
         struct alert_imported *out)
{
    struct json doc;
    assert_true(json_parse(a, text, strlen(text), &doc, &err));
    return alert_import(db, who, doc, replace, out, &err);
}

static inline size_t
listed(const struct alert_actor *who, const struct alert_filter *f,
       struct alert_stored **out)
{
    size_t n;
    if (!alert_stored_list(a, db, who, f, out, &n, &err))
        fail_msg("%s", err.text);
    return n;
}

/* Everything that a change could leave behind. */
static inline const char *
stored(void)
{
    return sql("SELECT (SELECT string_agg(r::text, E'\\n' ORDER BY id) FROM "
               "alert_rule r), (SELECT count(*) FROM audit_log)");
}

#endif
