#include "core/user.h"

#include "lib/secret.h"
#include "lib/totp.h"
#include "tests/lib/dbcase.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const struct user_actor me = {.name = "test", .address = "192.0.2.1"};

static int
setup(void **state)
{
    return secret_init(&err) ? db_case_begin(state, "console") : -1;
}

static int64_t
added(const char *name, const char *role)
{
    int64_t id;
    if (!user_add(db, &me, name, "a long password", role, &id, &err))
        fail_msg("%s", err.text);
    return id;
}

static void
a_user_is_found_in_any_case(void **state)
{
    (void)state;
    struct user *u;
    int64_t id = added("Anna", "admin");
    assert_true(user_find(a, db, "aNNa", &u, &err));
    assert_int_equal(u->id, id);
    assert_string_equal(u->name, "Anna");
    assert_string_equal(u->role, "admin");
    assert_string_equal(u->time_zone, "UTC");
    assert_true(secret_password_verify(u->password_hash, "a long password"));
    assert_true(user_find(a, db, "nobody", &u, &err));
    assert_null(u);
}

static void
a_name_is_given_once(void **state)
{
    (void)state;
    int64_t id;
    added("anna", "viewer");
    assert_false(
        user_add(db, &me, "ANNA", "a long password", "viewer", &id, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_string_equal(sql("SELECT count(*) FROM audit_log"), "1");
}

static void
unfit_names_roles_and_passwords_are_refused(void **state)
{
    (void)state;
    static const char *const bad[][3] = {
        {"", "a long password", "viewer"},
        {"a b", "a long password", "viewer"},
        {".a", "a long password", "viewer"},
        {"a\nb", "a long password", "viewer"},
        {"ann", "1234567", "viewer"},
        {"ann", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "viewer"},
        {"ann", "a long password", "root"},
        {"ann", "a long password", ""}};
    int64_t id;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(
            user_add(db, &me, bad[i][0], bad[i][1], bad[i][2], &id, &err));
        assert_int_equal(err.kind, ERR_INPUT);
    }
    assert_string_equal(sql("SELECT count(*) FROM app_user"), "0");
    const char *why;
    assert_true(user_password_is_fit("şifreşif", &why));
    assert_false(user_password_is_fit("şifreşi", &why));
}

static void
a_change_and_its_audit_entry_are_one(void **state)
{
    (void)state;
    int64_t id = added("anna", "admin");
    added("bob", "admin");
    /* without the right to write the entry the change must not stay either */
    sql("REVOKE INSERT ON audit_log FROM quotemill_console");
    assert_false(user_set_role(db, &me, id, "viewer", &err));
    assert_false(user_set_password(db, &me, id, "another password", "", &err));
    assert_false(user_set_disabled(db, &me, id, true, &err));
    assert_false(user_set_zone(db, &me, id, "Europe/Paris", &err));
    assert_string_equal(sql("SELECT role, disabled, time_zone FROM app_user "
                            "WHERE name = 'anna'"),
                        "admin|f|UTC");
    struct user *u;
    assert_true(user_find(a, db, "anna", &u, &err));
    assert_true(secret_password_verify(u->password_hash, "a long password"));
}

static void
a_change_to_the_same_is_no_entry(void **state)
{
    (void)state;
    int64_t id = added("anna", "operator");
    assert_true(user_set_role(db, &me, id, "operator", &err));
    assert_true(user_set_disabled(db, &me, id, false, &err));
    assert_true(user_totp_disable(db, &me, id, &err));
    assert_string_equal(sql("SELECT count(*) FROM audit_log"), "1");
}

struct demotion {
    int64_t id;
    bool ok;
    struct err err;
};

static void *
demote(void *arg)
{
    struct demotion *d = arg;
    struct db *mine;
    d->ok = db_open(&mine, test_db_conninfo(tdb, "console"), "test", &d->err) &&
            user_set_role(mine, &me, d->id, "viewer", &d->err);
    db_close(mine);
    return NULL;
}

static void
two_admins_cannot_remove_each_other_at_once(void **state)
{
    (void)state;
    int64_t ids[] = {added("anna", "admin"), added("bob", "admin")};
    for (int round = 0; round < 20; round++) {
        struct demotion d[2] = {{.id = ids[0]}, {.id = ids[1]}};
        pthread_t threads[2];
        for (int i = 0; i < 2; i++)
            pthread_create(&threads[i], NULL, demote, &d[i]);
        for (int i = 0; i < 2; i++)
            pthread_join(threads[i], NULL);
        assert_int_equal(d[0].ok + d[1].ok, 1);
        assert_int_equal(d[d[0].ok].err.kind, ERR_CONFLICT);
        sql("UPDATE app_user SET role = 'admin'");
    }
}

static void
the_last_admin_stays(void **state)
{
    (void)state;
    int64_t id = added("anna", "admin");
    added("bob", "operator");
    assert_false(user_set_role(db, &me, id, "operator", &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_false(user_set_disabled(db, &me, id, true, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_true(user_set_role(db, &me, id, "admin", &err));
}

static void
an_unknown_user_is_missing(void **state)
{
    (void)state;
    struct user u;
    assert_false(user_get(a, db, 12345, &u, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_false(user_set_zone(db, &me, 12345, "UTC", &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_false(user_set_password(db, &me, 1, "a long password", "", &err));
    assert_int_equal(err.kind, ERR_MISSING);
}

static void
no_secret_reaches_the_audit_log(void **state)
{
    (void)state;
    static const unsigned char key[SECRET_KEY_BYTES] = {7};
    int64_t id = added("anna", "admin");
    const char *sealed =
        secret_seal(a, key, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_true(user_totp_begin(db, id, sealed, &err));
    assert_true(
        user_totp_confirm(db, &me, id, key, "005924", 1234567890, &err));
    assert_true(user_set_password(db, &me, id, "a new password", "", &err));
    const char *log = sql("SELECT string_agg(l::text, ' ') FROM audit_log l");
    assert_non_null(strstr(log, "user.totp"));
    assert_null(strstr(log, "argon2"));
    assert_null(strstr(log, "password\": \"a"));
    assert_null(strstr(log, sealed));
    assert_null(strstr(log, "GEZD"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(a_user_is_found_in_any_case),
        DB_CASE(a_name_is_given_once),
        DB_CASE(unfit_names_roles_and_passwords_are_refused),
        DB_CASE(a_change_and_its_audit_entry_are_one),
        DB_CASE(a_change_to_the_same_is_no_entry),
        DB_CASE(two_admins_cannot_remove_each_other_at_once),
        DB_CASE(the_last_admin_stays),
        DB_CASE(an_unknown_user_is_missing),
        DB_CASE(no_secret_reaches_the_audit_log),
    };
    return DB_CASES_RUN(tests);
}
