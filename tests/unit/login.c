#include "core/login.h"

#include "core/session.h"
#include "core/user.h"
#include "lib/secret.h"
#include "tests/lib/dbcase.h"

#include <stdio.h>
#include <string.h>

static int64_t anna;
static const unsigned char key[SECRET_KEY_BYTES] = {7};
static const struct session_limits limits = {.idle_s = 600, .max_s = 3600};

static int
setup(void **state)
{
    const struct user_actor me = {.name = "test", .address = ""};
    return secret_init(&err) && db_case_begin(state, "console") == 0 &&
                   user_add(db, &me, "anna", "a long password", "admin", &anna,
                            &err)
               ? 0
               : -1;
}

static struct login
typed(const char *name, const char *password)
{
    return (struct login){.name = name,
                          .password = password,
                          .code = "",
                          .address = "192.0.2.7",
                          .agent = "browser",
                          .key = key,
                          .real_ts = 1234567890,
                          .tries = 3,
                          .lock_s = 300,
                          .limits = limits};
}

static struct login_result
judged(const struct login *login)
{
    struct login_result result;
    if (!login_judge(a, db, login, &result, &err))
        fail_msg("%s", err.text);
    return result;
}

static struct session
found(const char *token)
{
    struct session s;
    if (!session_find(a, db, token, limits, &s, &err))
        fail_msg("%s", err.text);
    return s;
}

static void
the_right_password_begins_a_session(void **state)
{
    (void)state;
    struct login login = typed("Anna", "a long password");
    struct login_result r = judged(&login);
    assert_int_equal(r.outcome, LOGIN_DONE);
    struct session s = found(r.token);
    assert_int_equal(s.user_id, anna);
    assert_string_equal(s.user_name, "anna");
    assert_string_equal(s.role, "admin");
    assert_int_equal(strlen(s.csrf), 43);
    assert_string_not_equal(s.csrf, r.token);
    assert_false(s.is_seen_old);
    assert_string_equal(sql("SELECT count(*) FROM login_throttle "
                            "WHERE failures > 0"),
                        "0");
}

static void
what_is_no_token_is_no_session(void **state)
{
    (void)state;
    struct login login = typed("anna", "a long password");
    struct login_result r = judged(&login);
    assert_int_equal(found(NULL).user_id, 0);
    assert_int_equal(found("").user_id, 0);
    assert_int_equal(found(found(r.token).hash).user_id, 0);
    assert_int_equal(found(secret_token(a)).user_id, 0);
    assert_non_null(found(NULL).stamp);
}

static void
an_old_hash_is_made_anew_at_login(void **state)
{
    (void)state;
    /* "a long password" under weaker limits, made with crypto_pwhash_str */
    sql("UPDATE app_user SET password_hash = "
        "'$argon2id$v=19$m=8192,t=1,p=1$sf49XK6mPy9QY4j"
        "eGIz4OA$e5nFw0BC1a9j99nzYue1vpW2hUv3orzv5aKry4Ai9ao'");
    struct login login = typed("anna", "a long password");
    assert_int_equal(judged(&login).outcome, LOGIN_DONE);
    struct user *u;
    assert_true(user_find(a, db, "anna", &u, &err));
    assert_false(secret_password_is_old(u->password_hash));
    assert_true(secret_password_verify(u->password_hash, "a long password"));
    assert_int_equal(judged(&login).outcome, LOGIN_DONE);
}

static void
failures_lock_and_the_lock_runs_out(void **state)
{
    (void)state;
    struct login wrong = typed("anna", "wrong"),
                 right = typed("anna", "a long password");
    assert_int_equal(judged(&wrong).wait_s, 0);
    assert_int_equal(judged(&wrong).wait_s, 0);
    struct login_result r = judged(&wrong);
    assert_int_equal(r.outcome, LOGIN_WRONG);
    assert_in_range(r.wait_s, 299, 300);
    r = judged(&right);
    assert_int_equal(r.outcome, LOGIN_LOCKED);
    assert_in_range(r.wait_s, 290, 300);
    right.address = "192.0.2.8"; /* the account is locked everywhere */
    assert_int_equal(judged(&right).outcome, LOGIN_LOCKED);
    right.name = "bob"; /* but its lock is not bob's */
    assert_int_equal(judged(&right).outcome, LOGIN_WRONG);
    sql("UPDATE login_throttle SET locked_until = now()");
    right = typed("anna", "a long password");
    assert_int_equal(judged(&right).outcome, LOGIN_DONE);
    assert_int_equal(judged(&wrong).wait_s, 0);
}

static void
what_a_lock_turns_away_counts_for_nobody(void **state)
{
    (void)state;
    struct login guess = typed("nobody", "wrong");
    for (int i = 0; i < 3; i++)
        judged(&guess);
    struct login other = typed("anna", "wrong");
    for (int i = 0; i < 5; i++)
        assert_int_equal(judged(&other).outcome, LOGIN_LOCKED);
    other = typed("anna", "a long password");
    other.address = "192.0.2.8";
    assert_int_equal(judged(&other).outcome, LOGIN_DONE);
}

static void
old_failures_are_forgotten(void **state)
{
    (void)state;
    struct login wrong = typed("anna", "wrong");
    judged(&wrong);
    judged(&wrong);
    sql("UPDATE login_throttle SET updated_at = now() - interval "
        "'301 seconds'");
    assert_int_equal(judged(&wrong).wait_s, 0);
    assert_int_equal(judged(&wrong).wait_s, 0);
    assert_int_not_equal(judged(&wrong).wait_s, 0);
}

static void
a_long_name_has_a_short_key(void **state)
{
    (void)state;
    char name[5001];
    memset(name, 'x', 5000);
    name[5000] = '\0';
    struct login login = typed(name, "wrong");
    assert_int_equal(judged(&login).outcome, LOGIN_WRONG);
    assert_string_equal(sql("SELECT max(length(key)) FROM login_throttle"),
                        "69");
}

static void
confirming_a_password_does_not_lock_logins(void **state)
{
    (void)state;
    struct login wrong = typed("anna", "wrong"),
                 right = typed("anna", "a long password");
    struct login_result r;
    wrong.address = "192.0.2.8";
    for (int i = 0; i < 3; i++)
        assert_true(login_confirm(a, db, &wrong, &r, &err));
    assert_int_equal(r.outcome, LOGIN_WRONG);
    assert_true(login_confirm(a, db, &right, &r, &err));
    assert_int_equal(r.outcome, LOGIN_LOCKED);
    assert_int_equal(judged(&right).outcome, LOGIN_DONE);
    sql("DELETE FROM login_throttle");
    assert_true(login_confirm(a, db, &right, &r, &err));
    assert_int_equal(r.outcome, LOGIN_DONE);
}

static void
a_damaged_one_time_secret_fails_loudly(void **state)
{
    (void)state;
    sql("UPDATE app_user SET totp_enabled = true, totp_sealed = "
        "'damaged'");
    struct login login = typed("anna", "a long password");
    struct login_result r;
    assert_false(login_judge(a, db, &login, &r, &err));
    assert_int_equal(err.kind, ERR_INTERNAL);
    assert_string_equal(sql("SELECT count(*) FROM session"), "0");
}

/* Other tests commit in the same cluster, so two looks may differ now and
 * then; they do not for ever. */
static bool
two_looks_are_equal(void)
{
    for (int i = 0; i < 200; i++)
        if (strcmp(found(NULL).stamp, found(NULL).stamp) == 0)
            return true;
    return false;
}

static void
equal_stamps_mean_nothing_was_committed(void **state)
{
    (void)state;
    assert_true(two_looks_are_equal());
    const char *stamp = found(NULL).stamp;
    sql("UPDATE instrument SET title = title WHERE id = 1");
    assert_string_not_equal(found(NULL).stamp, stamp);
}

static void
sessions_end_one_by_one_and_together(void **state)
{
    (void)state;
    const char *tokens[3];
    int64_t n;
    for (int i = 0; i < 3; i++)
        assert_true(
            session_add(a, db, anna, "192.0.2.7", NULL, &tokens[i], &err));
    assert_true(session_delete(db, anna, found(tokens[0]).hash, &err));
    assert_int_equal(found(tokens[0]).user_id, 0);
    assert_false(session_delete(db, anna + 1, found(tokens[1]).hash, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_true(
        session_delete_others(db, anna, found(tokens[2]).hash, &n, &err));
    assert_int_equal(n, 1);
    struct session_line *lines;
    size_t count;
    assert_true(session_list(a, db, anna, limits, &lines, &count, &err));
    assert_int_equal(count, 1);
    assert_string_equal(lines[0].hash, found(tokens[2]).hash);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(the_right_password_begins_a_session),
        DB_CASE(what_is_no_token_is_no_session),
        DB_CASE(an_old_hash_is_made_anew_at_login),
        DB_CASE(failures_lock_and_the_lock_runs_out),
        DB_CASE(what_a_lock_turns_away_counts_for_nobody),
        DB_CASE(old_failures_are_forgotten),
        DB_CASE(a_long_name_has_a_short_key),
        DB_CASE(confirming_a_password_does_not_lock_logins),
        DB_CASE(a_damaged_one_time_secret_fails_loudly),
        DB_CASE(equal_stamps_mean_nothing_was_committed),
        DB_CASE(sessions_end_one_by_one_and_together),
    };
    return DB_CASES_RUN(tests);
}
