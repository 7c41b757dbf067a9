/* Rules tried at this moment, with the rights of the console. */
#include "core/alert_now.h"

#include "tests/lib/rulecase.h"

enum { DAY = 86400 };
static const int64_t FIRST = 1709251200; /* 2024-03-01 */

/* Daily bars of BTC-USD that close at these values. */
static void
bars(const char *closes)
{
    sql(arena_printf(
        a,
        "DELETE FROM bar; DELETE FROM load; INSERT INTO load (id, "
        "instrument_id, interval_s, kind, request) OVERRIDING SYSTEM VALUE "
        "VALUES (1, 1, 86400, 'upload', ''); INSERT INTO bar (instrument_id, "
        "interval_s, ts, open, high, low, close, volume, load_id) SELECT 1, "
        "86400, to_timestamp(%lld + 86400 * (n - 1)), v, v, v, v, 1, 1 FROM "
        "unnest('{%s}'::float8[]) WITH ORDINALITY AS u (v, n)",
        (long long)FIRST, closes));
}

static struct alert_now
tried(const char *rule, int64_t now_ts)
{
    struct alert_now now = {0};
    struct alert_stored s = alert_stored_new();
    if (!parse(rule, &s) || !alert_now(a, db, &s, now_ts, &now, &err))
        fail_msg("%s: %s", rule, err.text);
    return now;
}

static void
a_series_says_its_phase_and_its_terms(void **state)
{
    (void)state;
    static const struct {
        const char *closes, *rule, *phase;
        double left;
        int held;
    } cases[] = {
        {"1, 2, 3", "\"when\": \"close > 5\"", "ok", 3, 0},
        {"1, 6, 7", "\"when\": \"close > 5\"", "active", 7, 0},
        {"1, 6, 7, 5", "\"when\": \"close > 5\"", "ok", 5, 0},
        {"1, 6, 7, 5", "\"when\": \"close > 5\", \"clear\": 4", "active", 5, 0},
        {"1, 6, 7", "\"when\": \"close > 5\", \"for_bars\": 3", "pending", 7,
         2},
        {"1, 6, 7", "\"when\": \"close > 5\", \"once\": true", "active", 7, 0},
        {"6, 1, 2", "\"when\": \"close > 5\", \"once\": true", "done", 2, 0},
        {"1, 2, 3", "\"when\": \"close > 5\", \"no_data_s\": 60", "no_data", 3,
         0},
        {"1, 2", "\"when\": \"sma_20 > 5\"", "ok", NAN, 0},
        {"4, 5", "\"when\": \"change_1 above 20\"", "active", 25, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bars(cases[i].closes);
        struct alert_now now = tried(
            arena_printf(a, "{\"symbol\": \"BTC-USD\", %s}", cases[i].rule),
            FIRST + 6 * DAY);
        assert_string_equal(alert_phase_name(now.phase), cases[i].phase);
        assert_true(isnan(cases[i].left) ? isnan(now.left)
                                         : now.left == cases[i].left);
        assert_int_equal(now.phase == ALERT_PENDING ? now.held : 0,
                         cases[i].held);
    }
}

static void
a_series_without_bars_is_ok_so_far(void **state)
{
    (void)state;
    sql("DELETE FROM bar");
    struct alert_now now =
        tried("{\"symbol\": \"BTC-USD\", \"when\": \"close > 5\"}", FIRST);
    assert_int_equal(now.phase, ALERT_OK);
    assert_int_equal(now.bars, 0);
    struct buf *b = buf_new(a);
    struct alert_stored s = alert_stored_new();
    assert_true(
        parse("{\"symbol\": \"BTC-USD\", \"when\": \"close > 5\"}", &s));
    alert_now_json(a, b, &s, FIRST, &now);
    assert_string_equal(
        b->data,
        "{\"phase\":\"ok\",\"words\":\"BTC-USD, 1d: close above 5\",\"at\":"
        "\"2024-03-01T00:00:00Z\",\"ts\":null,\"since\":null,\"fired_at\":null,"
        "\"left\":{\"term\":\"close\",\"value\":null},\"right\":{\"term\":"
        "\"5\",\"value\":null},\"held\":0,\"for_bars\":1,\"bars\":0}");
}

static void
only_the_newest_bars_are_looked_at(void **state)
{
    (void)state;
    sql("DELETE FROM bar; INSERT INTO load (id, instrument_id, interval_s, "
        "kind, request) OVERRIDING SYSTEM VALUE VALUES (1, 1, 86400, 'upload', "
        "'') ON CONFLICT DO NOTHING; INSERT INTO bar (instrument_id, "
        "interval_s, ts, open, high, low, close, volume, load_id) SELECT 1, "
        "86400, '2001-01-01Z'::timestamptz + n * interval '1 day', v, v, v, v, "
        "1, 1 FROM generate_series(0, 5999) n, LATERAL (SELECT CASE WHEN n < "
        "500 THEN 9 ELSE 4 END AS v) x");
    struct alert_now now = tried("{\"symbol\": \"BTC-USD\", \"when\": \"close "
                                 "> 5\", \"clear\": 3}",
                                 FIRST);
    assert_int_equal(now.bars, ALERT_NOW_BARS);
    assert_int_equal(now.phase, ALERT_OK);
}

static void
the_console_may_look_at_every_condition(void **state)
{
    (void)state;
    size_t n;
    const struct alert_condition *all = alert_conditions(&n);
    for (size_t i = 0; i < n; i++)
        (void)tried(arena_printf(a, "{\"condition\": \"%s\"}", all[i].name),
                    FIRST);
    bars("1, 2");
    struct alert_now now =
        tried("{\"condition\": \"data_late\", \"subject\": \"BTC-USD\"}",
              FIRST + 9 * DAY);
    assert_int_equal(now.phase, ALERT_ACTIVE);
    assert_int_equal(now.n_findings, 1);
    assert_string_equal(now.findings[0].subject, "BTC-USD");
    now = tried("{\"condition\": \"data_late\", \"subject\": \"BTC-USD\"}",
                FIRST + 2 * DAY);
    assert_int_equal(now.phase, ALERT_OK);
}

static void
a_condition_of_a_later_program_is_said_not_to_be_there(void **state)
{
    (void)state;
    struct alert_now now;
    sql("INSERT INTO alert_rule (name, kind, condition) VALUES ('x', "
        "'pipeline', 'moon_full')");
    struct alert_stored s = got(&root, 1);
    assert_string_equal(alert_stored_words(a, &s), "moon_full");
    assert_false(alert_now(a, db, &s, FIRST, &now, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RULE_CASE(a_series_says_its_phase_and_its_terms),
        RULE_CASE(a_series_without_bars_is_ok_so_far),
        RULE_CASE(only_the_newest_bars_are_looked_at),
        RULE_CASE(the_console_may_look_at_every_condition),
        RULE_CASE(a_condition_of_a_later_program_is_said_not_to_be_there),
    };
    return RULE_CASES_RUN(tests);
}
