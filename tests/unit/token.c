#include "core/token.h"

#include "lib/secret.h"
#include "tests/lib/testdb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct test_db *tdb;
static struct db *db;
static struct arena *a;
static struct err err;
static int64_t anna, bert;
static const struct user_actor me = {.name = "test", .address = "192.0.2.1"};

static int
setup(void **state)
{
    (void)state;
    tdb = test_db_new();
    a = arena_new();
    return secret_init(&err) &&
                   db_open(&db, test_db_conninfo(tdb, "console"), "test",
                           &err) &&
                   user_add(db, &me, "anna", "a long password", "operator",
                            &anna, &err) &&
                   user_add(db, &me, "bert", "a long password", "viewer", &bert,
                            &err)
               ? 0
               : -1;
}

static int
teardown(void **state)
{
    (void)state;
    db_close(db);
    arena_free(a);
    test_db_free(tdb);
    return 0;
}

static struct token_wish
wish(const char *scope, int64_t days)
{
    return (struct token_wish){
        .user_name = "Anna", .name = "laptop", .scope = scope, .days = days};
}

static struct token_grant
find(const char *token)
{
    struct token_grant grant;
    if (!token_find(a, db, token, "192.0.2.9", &grant, &err))
        fail_msg("%s", err.text);
    return grant;
}

static const char *
added(int64_t *id)
{
    struct token_wish w = wish("upload", 30);
    const char *token;
    if (!token_add(a, db, &me, &w, &token, id, &err))
        fail_msg("%s", err.text);
    return token;
}

static void
a_token_is_its_owner_within_its_scope(void **state)
{
    (void)state;
    int64_t id;
    const char *token = added(&id);
    assert_int_equal(strlen(token), 46);
    assert_memory_equal(token, "qm_", 3);
    struct token_grant grant = find(token);
    assert_int_equal(grant.user_id, anna);
    assert_int_equal(grant.token_id, id);
    assert_string_equal(grant.user_name, "anna");
    assert_string_equal(grant.role, "operator");
    assert_string_equal(grant.scope, "upload");
    assert_string_equal(grant.time_zone, "UTC");
}

static void
only_its_hash_is_stored(void **state)
{
    (void)state;
    int64_t id;
    const char *token = added(&id);
    const char *query = arena_printf(
        a,
        "SELECT (SELECT count(*) FROM api_token t WHERE t::text LIKE '%%%s%%')"
        "     + (SELECT count(*) FROM audit_log l WHERE l::text LIKE '%%%s%%')",
        token + 3, token + 3);
    assert_string_equal(test_db_sql(tdb, query), "0");
    assert_string_equal(
        test_db_sql(tdb, "SELECT who, object, before, after ->> 'user', "
                         "after ->> 'scope', address FROM audit_log "
                         "WHERE action = 'token.add' ORDER BY id DESC LIMIT 1"),
        arena_printf(a, "test|token:%lld||anna|upload|192.0.2.1",
                     (long long)id));
}

static void
what_is_no_token_finds_nothing(void **state)
{
    (void)state;
    int64_t id;
    const char *token = added(&id);
    char *other = arena_strdup(a, token);
    other[20] = other[20] == 'x' ? 'y' : 'x';
    const char *const bad[] = {"",
                               "qm_",
                               other,
                               token + 3,
                               arena_printf(a, "%sx", token),
                               arena_printf(a, "QM_%s", token + 3)};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(find(bad[i]).user_id, 0);
}

static void
a_revoked_token_is_good_no_more(void **state)
{
    (void)state;
    int64_t id;
    const char *token = added(&id);
    assert_false(token_revoke(db, &me, id, "bert", &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_int_equal(find(token).user_id, anna);
    assert_true(token_revoke(db, &me, id, "anna", &err));
    assert_int_equal(find(token).user_id, 0);
    assert_false(token_revoke(db, &me, id, NULL, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_false(token_revoke(db, &me, 999999, NULL, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_string_equal(
        test_db_sql(tdb, "SELECT count(*), min(before ->> 'name') FROM "
                         "audit_log WHERE action = 'token.revoke'"),
        "1|laptop");
}

static void
a_token_ends_with_its_days_and_its_owner(void **state)
{
    (void)state;
    int64_t id;
    const char *token = added(&id);
    test_db_sql(tdb,
                "UPDATE api_token SET expires_at = now() - interval '1 s'");
    assert_int_equal(find(token).user_id, 0);
    test_db_sql(tdb, "UPDATE api_token SET expires_at = NULL");
    assert_int_equal(find(token).user_id, anna);
    test_db_sql(tdb, "UPDATE app_user SET disabled = true WHERE name = 'anna'");
    assert_int_equal(find(token).user_id, 0);
    struct token_wish w = wish("read", 0);
    assert_false(token_add(a, db, &me, &w, &token, &id, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    test_db_sql(tdb, "UPDATE app_user SET disabled = false");
}

static void
wrong_wishes_are_refused(void **state)
{
    (void)state;
    struct token_wish bad[] = {wish("all", 1), wish("read", -1),
                               wish("read", TOKEN_DAYS_MAX + 1),
                               wish("read", 1), wish("read", 1)};
    bad[3].name = "";
    bad[4].name = "a\nb";
    const char *token;
    int64_t id;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(token_add(a, db, &me, &bad[i], &token, &id, &err));
        assert_int_equal(err.kind, ERR_INPUT);
    }
    struct token_wish nobody = wish("read", 1);
    nobody.user_name = "nobody";
    assert_false(token_add(a, db, &me, &nobody, &token, &id, &err));
    assert_int_equal(err.kind, ERR_MISSING);
}

static void
use_is_noted_once_a_minute(void **state)
{
    (void)state;
    int64_t id;
    const char *token = added(&id);
    struct token *all;
    size_t n;
    find(token);
    assert_true(token_list(a, db, "anna", &all, &n, &err));
    assert_int_equal(all[0].id, id);
    assert_true(all[0].last_used_at > 0);
    assert_string_equal(all[0].last_address, "192.0.2.9");
    test_db_sql(tdb, "UPDATE api_token SET last_address = 'old'");
    find(token);
    assert_true(token_list(a, db, NULL, &all, &n, &err));
    assert_string_equal(all[0].last_address, "old");
    test_db_sql(tdb, "UPDATE api_token SET last_used_at = last_used_at - "
                     "interval '2 min'");
    find(token);
    assert_true(token_list(a, db, "anna", &all, &n, &err));
    assert_string_equal(all[0].last_address, "192.0.2.9");
    assert_true(token_list(a, db, "bert", &all, &n, &err));
    assert_int_equal(n, 0);
}

static void
bad_tokens_are_counted_by_address(void **state)
{
    (void)state;
    int64_t wait_s;
    for (int i = 0; i < 3; i++) {
        assert_true(token_refuse(a, db, "192.0.2.66", 3, 300, &wait_s, &err));
        assert_int_equal(wait_s, 0);
    }
    assert_true(token_refuse(a, db, "192.0.2.66", 3, 300, &wait_s, &err));
    assert_in_range(wait_s, 290, 300);
    assert_true(token_refuse(a, db, "192.0.2.67", 3, 300, &wait_s, &err));
    assert_int_equal(wait_s, 0);
}

int
main(void)
{
    if (!test_db_available())
        return test_db_skip();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_its_owner_within_its_scope),
        cmocka_unit_test(only_its_hash_is_stored),
        cmocka_unit_test(what_is_no_token_finds_nothing),
        cmocka_unit_test(a_revoked_token_is_good_no_more),
        cmocka_unit_test(a_token_ends_with_its_days_and_its_owner),
        cmocka_unit_test(wrong_wishes_are_refused),
        cmocka_unit_test(use_is_noted_once_a_minute),
        cmocka_unit_test(bad_tokens_are_counted_by_address),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, setup, teardown);
}
