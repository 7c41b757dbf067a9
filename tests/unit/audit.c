#include "core/audit.h"

#include "tests/lib/dbcase.h"

#include <stdio.h>
#include <string.h>

static int
setup(void **state)
{
    char object[32];
    if (db_case_begin(state, "console") != 0)
        return -1;
    for (int i = 1; i <= 25; i++) {
        snprintf(object, sizeof object, "user:%d", i);
        if (!audit_add(db, i % 5 == 0 ? "bob" : "anna",
                       i % 2 == 0 ? "user.role" : "model.activate", object,
                       i == 1 ? NULL : "{\"n\": 1}", NULL, "", &err))
            return -1;
    }
    return 0;
}

struct page {
    struct audit_entry *entries;
    size_t n;
    bool has_newer, has_older;
};

static struct page
listed(struct audit_filter filter)
{
    struct page p;
    filter.limit = 10;
    if (!audit_list(a, db, &filter, &p.entries, &p.n, &p.has_newer,
                    &p.has_older, &err))
        fail_msg("%s", err.text);
    return p;
}

static void
pages_lead_to_the_oldest_and_back(void **state)
{
    (void)state;
    struct page first = listed((struct audit_filter){0});
    assert_int_equal(first.n, 10);
    assert_string_equal(first.entries[0].object, "user:25");
    assert_false(first.has_newer);
    assert_true(first.has_older);
    struct page second =
        listed((struct audit_filter){.before = first.entries[9].id});
    struct page third =
        listed((struct audit_filter){.before = second.entries[9].id});
    assert_int_equal(third.n, 5);
    assert_string_equal(third.entries[4].object, "user:1");
    assert_null(third.entries[4].before);
    assert_true(third.has_newer);
    assert_false(third.has_older);
    struct page back =
        listed((struct audit_filter){.after = third.entries[0].id});
    assert_int_equal(back.entries[0].id, second.entries[0].id);
    assert_int_equal(back.entries[9].id, second.entries[9].id);
    assert_true(back.has_newer && back.has_older);
    back = listed((struct audit_filter){.after = back.entries[0].id});
    assert_int_equal(back.entries[0].id, first.entries[0].id);
    assert_false(back.has_newer);
}

static void
filters_narrow_the_list(void **state)
{
    (void)state;
    assert_int_equal(listed((struct audit_filter){.who = "bob"}).n, 5);
    assert_int_equal(listed((struct audit_filter){.who = "BOB"}).n, 0);
    assert_int_equal(
        listed((struct audit_filter){.who = "bob", .action = "user"}).n, 2);
    assert_int_equal(listed((struct audit_filter){.object = "user:7"}).n, 1);
    assert_int_equal(listed((struct audit_filter){.action = "%"}).n, 0);
    struct page p = listed((struct audit_filter){.action = "model."});
    assert_int_equal(p.n, 10);
    assert_true(p.has_older);
}

static void
an_entry_is_not_changed_by_the_console(void **state)
{
    (void)state;
    assert_string_equal(sql("SELECT has_table_privilege('quotemill_console', "
                            "'audit_log', 'UPDATE') OR "
                            "has_table_privilege('quotemill_console', "
                            "'audit_log', 'DELETE')"),
                        "f");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(pages_lead_to_the_oldest_and_back),
        DB_CASE(filters_narrow_the_list),
        DB_CASE(an_entry_is_not_changed_by_the_console),
    };
    return DB_CASES_RUN(tests);
}
