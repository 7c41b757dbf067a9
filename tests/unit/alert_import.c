/* Alert rules as JSON: what is kept, what is refused and of which field, and
 * their way out and in again. */
#include "tests/lib/rulecase.h"

static void
a_rule_is_kept_as_it_was_said(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "{\"name\":\"A "
        "\xe2\x82\xac\",\"kind\":\"series\",\"severity\":\"critical\","
        "\"enabled\":false,\"shared\":true,\"symbol\":\"MSTR\",\"interval\":"
        "\"1h\",\"when\":\"rsi_14 above 70\",\"for_bars\":3,\"clear\":65.5,"
        "\"no_data_s\":7200,\"cooldown_s\":900,\"once\":true,\"channels\":["
        "\"Ops\",\"Console\"],\"tell_resolved\":false,\"remind_s\":3600,"
        "\"escalate_s\":60,\"escalate_to\":[\"Boss\"],\"note\":\"a\\nb\"}",
        "{\"name\":\"B\",\"kind\":\"series\",\"severity\":\"info\",\"enabled\":"
        "true,\"shared\":false,\"symbol\":\"BTC-USD\",\"interval\":\"1d\","
        "\"when\":\"macd crosses_below macd_signal\",\"for_bars\":1,\"clear\":"
        "null,\"no_data_s\":0,\"cooldown_s\":0,\"once\":false,\"channels\":[],"
        "\"tell_resolved\":true,\"remind_s\":0,\"escalate_s\":0,"
        "\"escalate_to\":[],\"note\":\"\"}",
        "{\"name\":\"C\",\"kind\":\"pipeline\",\"severity\":\"warning\","
        "\"enabled\":true,\"shared\":false,\"condition\":\"disk_low\","
        "\"threshold\":7.5,\"subject\":null,\"cooldown_s\":0,\"once\":false,"
        "\"channels\":null,\"tell_resolved\":true,\"remind_s\":0,"
        "\"escalate_s\":0,\"escalate_to\":[],\"note\":\"\"}",
    };
    struct buf *all = buf_new(a);
    buf_adds(all, "{\"alerts\":[");
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        saved(&ann, rules[i]);
        buf_addf(all, "%s%s", i > 0 ? "," : "", rules[i]);
    }
    buf_adds(all, "]}");
    assert_string_equal(exported(&ann), all->data);
}

static void
what_is_not_said_is_the_standard(void **state)
{
    (void)state;
    saved(&ann, "{\"name\": \"x\", \"symbol\": \"btc-usd\", \"when\": "
                "\"close < 5\", \"cooldown_s\": \"2h\"}");
    assert_string_equal(
        sql("SELECT owner_id, owner, shared, enabled, kind, severity, "
            "interval_s, left_term, op, right_term, for_bars, clear_level, "
            "no_data_s, cooldown_s, once, channels, tell_resolved, remind_s, "
            "escalate_s, escalate_to, note, version FROM alert_rule"),
        "1|ann|f|t|series|warning|86400|close|below|5|1||0|7200|f||t|0|0|||1");
    saved(&nobody, "{\"name\": \"y\", \"condition\": \"breaker_open\", "
                   "\"subject\": \"BINANCE\"}");
    assert_string_equal(sql("SELECT owner_id, owner, r.kind, condition, "
                            "threshold, subject, symbol FROM alert_rule r LEFT "
                            "JOIN instrument i ON i.id = r.instrument_id WHERE "
                            "r.name = 'y'"),
                        "||pipeline|breaker_open||binance|");
}

static void
what_is_wrong_is_said_of_its_field(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *words; /* in place of GOOD's */
    } cases[] = {
        {"\"name\": \" \"", "name: "},
        {"\"name\": null", "name: "},
        {"\"name\": \"a\\nb\"", "name: "},
        {"\"name\": \"a\\u0000b\"", "name: "},
        {"\"name\": 7", "name: "},
        {"\"severity\": \"bad\"", "severity: "},
        {"\"severity\": null", "severity: "},
        {"\"enabled\": 1", "enabled: "},
        {"\"kind\": \"other\"", "kind: "},
        {"\"symbol\": \"BTC-USX\"", "symbol: there is no instrument"},
        {"\"symbol\": null", "symbol: "},
        {"\"interval\": \"2m\"", "interval: "},
        {"\"when\": \"close over 5\"", "when: "},
        {"\"when\": \"5 above close\"", "when: "},
        {"\"when\": null", "when: "},
        {"\"for_bars\": 0", "for_bars: "},
        {"\"for_bars\": 4294967297", "for_bars: "},
        {"\"for_bars\": 1.5", "for_bars: "},
        {"\"clear\": 101", "clear: "},
        {"\"no_data_s\": -1", "no_data_s: "},
        {"\"no_data_s\": 999999999999", "no_data_s: "},
        {"\"cooldown_s\": \"2 weeks\"", "cooldown_s: "},
        {"\"cooldown_s\": -5", "cooldown_s: "},
        {"\"remind_s\": 5", "remind_s: "},
        {"\"escalate_s\": 5", "escalate_s: "},
        {"\"escalate_s\": 60", "escalate_to: "},
        {"\"channels\": [\"Nobody\"]", "channels: "},
        {"\"channels\": \"Ops\"", "channels: "},
        {"\"channels\": [7]", "channels: "},
        {"\"escalate_to\": [\"Nobody\"]", "escalate_to: "},
        {"\"condition\": \"run_failed\"", "symbol: "},
        {"\"cooldwon_s\": 5", "cooldwon_s: "},
        {"\"kind\": \"pipeline\"", "symbol: "},
        {"\"kind\": \"pipeline\", \"symbol\": null, \"when\": null",
         "condition: "},
        {"\"kind\": \"pipeline\", \"symbol\": null, \"when\": null, "
         "\"condition\": \"run_fails\"",
         "condition: "},
        {"\"kind\": \"pipeline\", \"symbol\": null, \"when\": null, "
         "\"condition\": \"run_failed\", \"threshold\": 5",
         "threshold: "},
        {"\"kind\": \"pipeline\", \"symbol\": null, \"when\": null, "
         "\"condition\": \"disk_low\", \"threshold\": 101",
         "threshold: "},
        {"\"kind\": \"pipeline\", \"symbol\": null, \"when\": null, "
         "\"condition\": \"queue_stuck\", \"subject\": \"x\"",
         "subject: "},
        {"\"kind\": \"pipeline\", \"symbol\": null, \"when\": null, "
         "\"condition\": \"breaker_open\", \"subject\": \"nobody\"",
         "subject: "},
    };
    const char *before = stored();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t id;
        struct alert_stored s = alert_stored_new();
        /* the first of two members of one name counts */
        const char *text = arena_printf(a, "{%s, %s", cases[i].rule, GOOD + 1);
        if (parse(text, &s) && alert_save(db, &ann, &s, &id, &err))
            fail_msg("saved: %s", text);
        if (err.kind != ERR_INPUT ||
            strncmp(err.text, cases[i].words, strlen(cases[i].words)) != 0)
            fail_msg("%s: %s", text, err.text);
    }
    assert_string_equal(stored(), before);
}

static void
an_import_is_whole_or_nothing(void **state)
{
    (void)state;
    struct alert_imported n;
    const char *before = stored();
    const char *two = arena_printf(
        a,
        "{\"alerts\": [%s, {\"name\": \"L\", \"symbol\": \"MSTR\", "
        "\"when\": \"close\"}]}",
        GOOD);
    assert_false(imported(&ann, two, false, &n));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_int_equal(strncmp(err.text, "alerts[1].when: ", 16), 0);
    assert_false(imported(&ann, "{\"rules\": []}", false, &n));
    assert_int_equal(strncmp(err.text, "alerts: ", 8), 0);
    assert_false(imported(&ann, "[7]", false, &n));
    assert_int_equal(strncmp(err.text, "alerts[0]: ", 11), 0);
    assert_string_equal(stored(), before);
}

static void
an_import_adds_replaces_or_skips_by_name(void **state)
{
    (void)state;
    struct alert_imported n;
    const char *two = arena_printf(a, "[%s, %s]", GOOD, GOOD);
    saved(&bob, GOOD); /* another one's: not meant */
    assert_true(imported(&ann, two, false, &n));
    assert_int_equal(n.added, 2);
    assert_true(imported(&ann, two, false, &n));
    assert_int_equal(n.skipped, 2);
    assert_true(imported(
        &ann,
        "[{\"name\": \"High\", \"symbol\": \"BTC-USD\", \"when\": \"close > "
        "200\"}, {\"name\": \"Low\", \"condition\": \"run_failed\"}]",
        true, &n));
    assert_true(n.added == 1 && n.replaced == 1 && n.skipped == 0);
    assert_string_equal(sql("SELECT owner, name, right_term, version FROM "
                            "alert_rule ORDER BY id"),
                        "bob|High|100|1\nann|High|200|2\nann|High|100|1\n"
                        "ann|Low||1");
}

#define RULE                                                                   \
    "{\"name\": \"High\", \"symbol\": \"BTC-USD\", \"when\": \"close > %d\", " \
    "\"channels\": [\"ops\", \"Boss\", \"Ops\"]}"

static void
rules_of_one_name_are_replaced_oldest_first(void **state)
{
    (void)state;
    struct alert_imported n;
    saved(&ann, GOOD);
    saved(&ann, GOOD);
    /* whose it is, the id says, not the text */
    sql("UPDATE alert_rule SET owner = 'anna' WHERE id = 2; DELETE FROM "
        "audit_log; INSERT INTO alert_state (rule_id, phase, rule_version) "
        "VALUES (1, 'ok', 1), (2, 'ok', 1)");
    const char *three =
        arena_printf(a, "[%s, %s, %s]", GOOD, arena_printf(a, RULE, 201),
                     arena_printf(a, RULE, 202));
    assert_true(imported(&ann, three, true, &n));
    assert_true(n.added == 1 && n.replaced == 2 && n.skipped == 0);
    assert_string_equal(
        sql("SELECT r.id, r.right_term, r.version, s.rule_version, "
            "cardinality(r.channels) FROM alert_rule r LEFT JOIN alert_state s "
            "ON "
            "s.rule_id = r.id ORDER BY r.id"),
        "1|100|2|2|\n2|201|2|1|2\n3|202|1||2");
    assert_string_equal(
        sql("SELECT who, action, object, before ->> 'when', after ->> 'when', "
            "after ->> 'channels' FROM audit_log ORDER BY id"),
        "ann|alert.change|alert:1|close above 100|close above 100|\n"
        "ann|alert.change|alert:2|close above 100|close above 201|"
        "[\"Ops\", \"Boss\"]\n"
        "ann|alert.add|alert:3||close above 202|[\"Ops\", \"Boss\"]");
}

static void
what_is_exported_can_be_imported(void **state)
{
    (void)state;
    struct alert_imported n;
    sql("INSERT INTO alert_rule (name, owner_id, owner, kind, instrument_id, "
        "interval_s, left_term, op, right_term) SELECT 'r' || g, 1, 'ann', "
        "'series', 1, 86400, 'close', 'above', g::text FROM "
        "generate_series(1, 503) g");
    const char *text = exported(&ann);
    sql("DELETE FROM alert_rule");
    assert_true(imported(&ann, text, false, &n));
    assert_int_equal(n.added, 503);
    assert_string_equal(exported(&ann), text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RULE_CASE(a_rule_is_kept_as_it_was_said),
        RULE_CASE(what_is_not_said_is_the_standard),
        RULE_CASE(what_is_wrong_is_said_of_its_field),
        RULE_CASE(an_import_is_whole_or_nothing),
        RULE_CASE(an_import_adds_replaces_or_skips_by_name),
        RULE_CASE(rules_of_one_name_are_replaced_oldest_first),
        RULE_CASE(what_is_exported_can_be_imported),
    };
    return RULE_CASES_RUN(tests);
}
