#include "core/delivery.h"

#include "lib/secret.h"
#include "tests/lib/owedcase.h"

#include <string.h>

static const struct alert_actor ADMIN = {.user_id = 1,
                                         .name = "ann",
                                         .address = "192.0.2.1",
                                         .is_admin = true,
                                         .may_write = true};
static struct db *console;

static int
setup(void **state)
{
    return secret_init(&err) && db_case_begin(state, "worker") == 0 &&
                   db_open(&console, test_db_conninfo(tdb, "console"), "test",
                           &err)
               ? 0
               : -1;
}

static int
teardown(void **state)
{
    db_close(console);
    return db_case_end(state);
}

static int64_t
channel(const char *name)
{
    return atoll(sql(arena_printf(
        a,
        "INSERT INTO channel (name, kind, created_by) VALUES ('%s', 'console', "
        "'ann') RETURNING id",
        name)));
}

static void
two_senders_never_claim_the_same(void **state)
{
    (void)state;
    struct delivery_work *mine, *theirs;
    struct db *other = NULL;
    size_t n_mine, n_theirs;
    double next_s;
    int64_t ids[4];
    for (int i = 0; i < 4; i++)
        ids[i] = owed(channel(arena_printf(a, "c%d", i)), "reminder", 0);
    assert_true(db_open_another(&other, db, "other", &err));
    assert_true(
        delivery_claim(a, db, "one", 60, 3, &mine, &n_mine, &next_s, &err));
    assert_true(delivery_claim(a, other, "two", 60, 9, &theirs, &n_theirs,
                               &next_s, &err));
    assert_int_equal(n_mine, 3);
    assert_int_equal(n_theirs, 1);
    assert_int_equal(theirs[0].id, ids[3]);
    assert_true(next_s > 50 && next_s <= 60);
    /* a lease that ended is another's; what the late one notes is not taken */
    sql("UPDATE delivery SET not_before = now() WHERE channel_name = 'c0'");
    assert_true(delivery_claim(a, other, "two", 60, 9, &theirs, &n_theirs,
                               &next_s, &err));
    assert_int_equal(n_theirs, 1);
    assert_int_equal(theirs[0].attempts, 2);
    struct delivery_end again = {DELIVERY_AGAIN, NULL, "late", -1};
    assert_true(delivery_end(db, "one", &mine[0], &again, &err));
    assert_string_equal(column(ids[0], "state || coalesce(error, '')"),
                        "sending");
    struct delivery_end sent = {DELIVERY_SENT, "ok", NULL, -1};
    assert_true(delivery_end(db, "one", &mine[0], &sent, &err));
    assert_true(delivery_end(other, "two", &theirs[0], &again, &err));
    assert_string_equal(column(ids[0], "state"), "sent");
    db_close(other);
}

static void
others_see_only_what_is_theirs_or_everybodys(void **state)
{
    (void)state;
    const struct alert_actor viewer = {.user_id = 2, .name = "vic"};
    int64_t ops = channel("Ops");
    int64_t one = incident("one"), two = incident("two");
    sql("INSERT INTO app_user (name, password_hash, role) VALUES ('ann', 'x', "
        "'admin')");
    sql(arena_printf(a,
                     "UPDATE alert_incident SET shared = false, owner_id = "
                     "(SELECT id FROM app_user WHERE name = 'ann') WHERE id = "
                     "%lld",
                     (long long)two));
    int64_t both = owed(ops, "opened", one), hers = owed(ops, "opened", two);
    sql(arena_printf(a, "INSERT INTO delivery_incident VALUES (%lld, %lld)",
                     (long long)both, (long long)two));
    sql("UPDATE delivery SET title = 't', body = 'b'");
    struct delivery_filter filter = {.limit = 10};
    struct delivery *list, d;
    size_t n;
    assert_true(delivery_list(a, console, &viewer, &filter, &list, &n, &err));
    assert_int_equal(n, 1);
    assert_int_equal(list[0].id, both);
    assert_int_equal(list[0].incident_id, one);
    assert_int_equal(list[0].incidents, 2);
    assert_null(list[0].body);
    assert_false(delivery_get(a, console, &viewer, hers, &d, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_false(delivery_retry(console, &viewer, both, &err));
    assert_int_equal(err.kind, ERR_DENIED);
    assert_true(delivery_list(a, console, &ADMIN, &filter, &list, &n, &err));
    assert_int_equal(n, 2);
    assert_int_equal(list[0].id, hers);
    assert_non_null(list[1].body);
    filter = (struct delivery_filter){.after = both, .limit = 10};
    assert_true(delivery_list(a, console, &ADMIN, &filter, &list, &n, &err));
    assert_int_equal(n, 1);
    filter = (struct delivery_filter){.incident_id = one, .limit = 10};
    assert_true(delivery_list(a, console, &ADMIN, &filter, &list, &n, &err));
    assert_int_equal(n, 1);
    assert_int_equal(list[0].id, both);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(two_senders_never_claim_the_same),
        CASE(others_see_only_what_is_theirs_or_everybodys),
    };
    return DB_CASES_RUN(tests);
}
