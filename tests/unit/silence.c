/* Silences: who may keep what quiet, until when, and mute windows on the walls'
 * clocks of their zones. */
#include "core/silence.h"

#include "lib/format.h"
#include "tests/lib/dbcase.h"

#include <stdlib.h>
#include <string.h>

static struct alert_actor ann, bob, eve, root;

static struct alert_actor
user(const char *name, bool may_write, bool is_admin)
{
    const char *id = sql(arena_printf(
        a,
        "INSERT INTO app_user (name, password_hash, role) VALUES ('%s', '', "
        "'viewer') RETURNING id",
        name));
    return (struct alert_actor){.user_id = strtoll(id, NULL, 10),
                                .name = name,
                                .address = "",
                                .is_admin = is_admin,
                                .may_write = may_write};
}

static int
setup(void **state)
{
    if (db_case_begin(state, "console") != 0)
        return -1;
    ann = user("ann", true, false);
    bob = user("bob", true, false);
    eve = user("eve", false, false);
    root = user("root", true, true);
    return 0;
}

static int64_t
now(void)
{
    return strtoll(sql("SELECT floor(extract(epoch FROM now()))"), NULL, 10);
}

static int64_t
add(const struct alert_actor *who, struct silence s)
{
    int64_t id = 0;
    if (s.reason == NULL)
        s.reason = "maintenance";
    if (s.ends_at == 0 && s.weekdays == 0)
        s.ends_at = now() + 3600;
    if (!silence_add(db, who, &s, &id, &err))
        fail_msg("%s", err.text);
    return id;
}

static void
assert_refused(const struct alert_actor *who, struct silence s,
               enum err_kind kind, const char *text)
{
    int64_t id;
    if (s.reason == NULL)
        s.reason = "maintenance";
    assert_false(silence_add(db, who, &s, &id, &err));
    assert_int_equal(err.kind, kind);
    if (strncmp(err.text, text, strlen(text)) != 0)
        fail_msg("\"%s\" does not begin with \"%s\"", err.text, text);
}

static void
what_is_wrong_is_said(void **state)
{
    (void)state;
    int64_t later = now() + 600;
    sql("INSERT INTO alert_rule (name, owner_id, kind, condition) SELECT "
        "'own', id, 'pipeline', 'disk_low' FROM app_user WHERE name = 'bob'");
    int64_t own = strtoll(sql("SELECT max(id) FROM alert_rule"), NULL, 10);
    assert_refused(&eve, (struct silence){.ends_at = later}, ERR_DENIED, "");
    assert_refused(&ann, (struct silence){.ends_at = later, .reason = " "},
                   ERR_INPUT, "reason: ");
    assert_refused(&ann, (struct silence){.ends_at = later, .for_all = true},
                   ERR_INPUT, "for_all: ");
    assert_refused(&ann, (struct silence){0}, ERR_INPUT, "ends_at: ");
    assert_refused(&ann, (struct silence){.ends_at = later - 1200}, ERR_INPUT,
                   "ends_at: ");
    assert_refused(&ann,
                   (struct silence){.starts_at = later, .ends_at = later - 1},
                   ERR_INPUT, "ends_at: ");
    assert_refused(
        &ann,
        (struct silence){.ends_at = later + (int64_t)SILENCE_DAYS_MAX * 86400},
        ERR_INPUT, "ends_at: ");
    assert_refused(&ann, (struct silence){.ends_at = later, .severity = "bad"},
                   ERR_INPUT, "severity: ");
    assert_refused(&ann, (struct silence){.ends_at = later, .rule_id = own},
                   ERR_MISSING, "there is no rule");
    assert_refused(&ann, (struct silence){.ends_at = later, .symbol = "NONE"},
                   ERR_MISSING, "there is no instrument");
    assert_refused(&ann, (struct silence){.ends_at = later, .provider = "no"},
                   ERR_MISSING, "there is no provider");
    struct silence window = {.weekdays = 31,
                             .from_min = 1320,
                             .to_min = 360,
                             .time_zone = "Europe/Nowhere"};
    assert_refused(&ann, window, ERR_INPUT, "time_zone: ");
    window.time_zone = NULL;
    assert_refused(&ann, window, ERR_INPUT, "time_zone: ");
    window.time_zone = "Europe/Berlin";
    window.from_min = 1440;
    assert_refused(&ann, window, ERR_INPUT, "from: ");
    window.from_min = 0;
    window.weekdays = 128;
    assert_refused(&ann, window, ERR_INPUT, "weekdays: ");
    (void)add(&bob, (struct silence){.rule_id = own});
    (void)add(&root, (struct silence){.rule_id = own, .for_all = true});
    assert_string_equal(sql("SELECT count(*) FROM silence"), "2");
}

/* "3 active, 2 waiting, 1 over" */
static const char *
listed(const struct alert_actor *who, int64_t before, int limit)
{
    struct silence *s;
    size_t n;
    struct buf *b = buf_new(a);
    if (!silence_list(a, db, who, before, limit, &s, &n, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < n; i++)
        buf_addf(b, "%s%lld %s%s", i > 0 ? ", " : "", (long long)s[i].id,
                 s[i].state, s[i].may_end ? "!" : "");
    return b->data;
}

static void
their_author_and_admins_end_them(void **state)
{
    (void)state;
    sql("INSERT INTO alert_rule (name, owner_id, kind, condition) SELECT "
        "'own', id, 'pipeline', 'disk_low' FROM app_user WHERE name = 'bob'");
    int64_t own = strtoll(sql("SELECT max(id) FROM alert_rule"), NULL, 10);
    int64_t first = add(&ann, (struct silence){.symbol = "btc-usd"});
    int64_t second = add(&bob, (struct silence){.rule_id = own});
    int64_t later = add(&ann, (struct silence){.starts_at = now() + 600});
    assert_string_equal(listed(&ann, 0, 9), "1 active!, 3 waiting!");
    assert_string_equal(listed(&eve, 0, 9), "1 active, 3 waiting");
    assert_string_equal(listed(&root, 0, 9),
                        "2 active!, 1 active!, 3 waiting!");
    assert_string_equal(listed(&root, 2, 1), "1 active!, 3 waiting!");
    assert_string_equal(listed(&root, 3, 1), "");
    assert_false(silence_end(db, &ann, second, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_false(silence_end(db, &bob, first, &err));
    assert_int_equal(err.kind, ERR_DENIED);
    assert_true(silence_end(db, &ann, first, &err));
    assert_true(silence_end(db, &root, second, &err));
    assert_true(silence_end(db, &ann, later, &err)); /* before it began */
    assert_false(silence_end(db, &ann, first, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_string_equal(listed(&root, 0, 9), "3 over, 2 over, 1 over");
    assert_string_equal(
        sql("SELECT string_agg(who || ' ' || action || ' ' || object || ' ' || "
            "(coalesce(after, before)->>'silences'), ', ' ORDER BY id) "
            "FROM audit_log"),
        "ann silence.add silence:1 BTC-USD, bob silence.add silence:2 rule "
        "own, ann silence.add silence:3 everything, ann silence.end silence:1 "
        "BTC-USD, root silence.end silence:2 rule own, ann silence.end "
        "silence:3 everything");
}

/* When a window holds: of moments, the minutes until it ends; "-" where not. */
static const char *
holds(const char *window, const char *moments)
{
    return sql(arena_printf(
        a,
        "INSERT INTO silence (author, reason, starts_at, ends_at, weekdays, "
        "from_time, to_time, time_zone) VALUES ('t', 'r', '2024-01-01Z', %s); "
        "SELECT string_agg(coalesce((extract(epoch FROM silence_until(s, m) - "
        "m) / 60)::integer::text, '-'), ' ' ORDER BY nth) FROM silence s, "
        "unnest('{%s}'::timestamptz[]) WITH ORDINALITY AS u (m, nth) WHERE "
        "s.id = (SELECT max(id) FROM silence)",
        window, moments));
}

static void
windows_go_by_the_clock_on_the_wall(void **state)
{
    (void)state;
    /* Friday 22:00 to Saturday 06:00 is Friday's. */
    assert_string_equal(
        holds("NULL, 31, '22:00', '06:00', 'Europe/Berlin'",
              "2024-05-03T19:59Z,2024-05-03T20:00Z,2024-05-04T03:59Z,"
              "2024-05-04T04:00Z,2024-05-04T20:00Z,2024-05-06T03:00Z"),
        "- 480 1 - - -");
    assert_string_equal(holds("NULL, 1, '09:00', '17:00', 'UTC'",
                              "2024-05-06T08:59Z,2024-05-06T09:00Z,"
                              "2024-05-06T17:00Z,2024-05-07T10:00Z"),
                        "- 480 - -");
    /* The same time twice: the whole day. */
    assert_string_equal(holds("NULL, 64, '00:00', '00:00', 'UTC'",
                              "2024-05-04T23:59Z,2024-05-05T00:00Z,"
                              "2024-05-05T23:59Z,2024-05-06T00:00Z"),
                        "- 1440 1 -");
    /* Clocks go forward at 01:00Z on 31 March, back at 01:00Z on 27 October:
     * a night is an hour shorter, an hour longer, and the hour that comes
     * twice is in it both times. */
    assert_string_equal(holds("NULL, 127, '22:00', '06:00', 'Europe/Berlin'",
                              "2024-03-30T21:00Z,2024-10-26T20:00Z"),
                        "420 540");
    assert_string_equal(
        holds("NULL, 127, '02:00', '03:00', 'Europe/Berlin'",
              "2024-03-31T00:30Z,2024-03-31T01:30Z,2024-10-27T00:30Z,"
              "2024-10-27T01:30Z,2024-10-27T02:00Z"),
        "- - 90 30 -");
    /* Its first and its last moment hold, too. */
    assert_string_equal(holds("'2024-05-06T10:00Z', 127, '09:00', '17:00', "
                              "'UTC'",
                              "2023-12-31T10:00Z,2024-05-06T09:30Z,"
                              "2024-05-06T10:00Z"),
                        "- 30 -");
    assert_string_equal(holds("'2024-01-02Z', NULL, NULL, NULL, NULL",
                              "2024-01-01Z,2024-01-01T23:59Z,2024-01-02Z"),
                        "1440 1 -");
}

static void
a_silence_has_words(void **state)
{
    (void)state;
    const struct {
        struct silence s;
        const char *words;
    } cases[] = {
        {{0}, "everything"},
        {{.symbol = "BTC-USD",
          .severity = "warning",
          .weekdays = 31,
          .from_min = 1320,
          .to_min = 365,
          .time_zone = "Europe/Berlin"},
         "BTC-USD, up to warning, Monday to Friday 22:00 to 06:05 "
         "Europe/Berlin"},
        {{.provider = "eia",
          .weekdays = 127,
          .from_min = 60,
          .to_min = 60,
          .time_zone = "UTC"},
         "provider eia, every day 01:00 to 01:00 UTC"},
        {{.rule_name = "Oil", .weekdays = 96, .time_zone = "UTC"},
         "rule Oil, Saturday, Sunday all day UTC"},
        {{.weekdays = 5, .from_min = 1, .to_min = 2, .time_zone = "UTC"},
         "everything, Monday, Wednesday 00:01 to 00:02 UTC"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(silence_words(a, &cases[i].s), cases[i].words);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(what_is_wrong_is_said),
        DB_CASE(their_author_and_admins_end_them),
        DB_CASE(windows_go_by_the_clock_on_the_wall),
        DB_CASE(a_silence_has_words),
    };
    return DB_CASES_RUN(tests);
}
