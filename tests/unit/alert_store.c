/* Stored alert rules: who sees and changes what, how lists show them, and what
 * is audited. */
#include "tests/lib/rulecase.h"

static void
ids_that_there_are_not_are_refused(void **state)
{
    (void)state;
    static const int64_t none[] = {9999};
    int64_t id;
    struct alert_stored s = alert_stored_new();
    assert_true(parse(GOOD, &s));
    s.by_severity = false;
    s.channels = none;
    s.n_channels = 1;
    assert_false(alert_save(db, &ann, &s, &id, &err));
    assert_string_equal(err.text, "channels: There is no such channel");
    s.by_severity = true; /* then it is not looked at */
    s.instrument_id = 9999;
    assert_false(alert_save(db, &ann, &s, &id, &err));
    assert_string_equal(err.text, "symbol: There is no such instrument");
}

/* Every call that takes an id, as someone: the kinds of failure, one for each,
 * and nothing changed. */
static void
refused(const struct alert_actor *who, int64_t id, enum err_kind see,
        enum err_kind change)
{
    int64_t n, mine[2];
    const char *before = stored();
    struct alert_stored s = got(&root, id);
    s.name = "taken";
    bool seen = alert_stored_get(a, db, who, id, &s, &err);
    assert_int_equal(seen ? ERR_NONE : err.kind, see);
    s = got(&root, id);
    assert_false(alert_save(db, who, &s, &n, &err));
    assert_int_equal(err.kind, change);
    assert_false(alert_delete(db, who, id, 0, &err));
    assert_int_equal(err.kind, change);
    mine[0] = who->may_write ? saved(who, GOOD) : id;
    mine[1] = id;
    before = stored();
    for (int enable = 0; enable < 2; enable++) {
        assert_false(alert_enable(db, who, mine, 2, enable, &n, &err));
        assert_int_equal(err.kind, change);
        assert_int_equal(n, 0);
    }
    if (see != ERR_NONE || !who->may_write) {
        assert_false(alert_duplicate(db, who, id, &n, &err));
        assert_int_equal(err.kind, see != ERR_NONE ? see : ERR_DENIED);
    }
    assert_string_equal(stored(), before);
    const struct alert_filter all = {.limit = 100};
    struct alert_stored *list;
    bool found = false;
    for (size_t i = listed(who, &all, &list); i > 0; i--)
        found |= list[i - 1].id == id;
    assert_int_equal(found, see == ERR_NONE);
}

static void
what_one_may_not_see_does_not_exist(void **state)
{
    (void)state;
    int64_t id = saved(&ann, GOOD);
    refused(&bob, id, ERR_MISSING, ERR_MISSING);
    refused(&vera, id, ERR_MISSING, ERR_MISSING);
    assert_null(strstr(exported(&vera), "High"));
}

static void
what_is_shared_or_the_installations_is_seen_but_not_changed(void **state)
{
    (void)state;
    struct alert_stored s = alert_stored_new();
    assert_true(parse(GOOD, &s));
    s.shared = true;
    int64_t id, own = saved(&nobody, GOOD);
    assert_true(alert_save(db, &ann, &s, &id, &err));
    refused(&bob, id, ERR_NONE, ERR_DENIED);
    refused(&vera, id, ERR_NONE, ERR_DENIED);
    refused(&ann, own, ERR_NONE, ERR_DENIED);
    refused(&vera, own, ERR_NONE, ERR_DENIED);
    assert_false(got(&bob, id).may_change);
    assert_true(got(&ann, id).may_change);
    s = got(&root, own);
    s.name = "Higher";
    assert_true(alert_save(db, &root, &s, &id, &err));
    assert_string_equal(sql("SELECT owner_id, version FROM alert_rule WHERE "
                            "name = 'Higher'"),
                        "|2");
}

static void
an_admin_changes_what_others_own_and_it_stays_theirs(void **state)
{
    (void)state;
    int64_t id = saved(&ann, GOOD);
    struct alert_stored s = got(&root, id);
    s.note = "look";
    assert_true(alert_save(db, &root, &s, &id, &err));
    assert_string_equal(got(&ann, id).note, "look");
    assert_string_equal(got(&root, id).owner, "ann");
    assert_true(alert_delete(db, &root, id, 2, &err));
}

static void
viewers_have_no_rules(void **state)
{
    (void)state;
    int64_t id;
    struct alert_imported n;
    struct alert_stored s = alert_stored_new();
    assert_true(parse(GOOD, &s));
    assert_false(alert_save(db, &vera, &s, &id, &err));
    assert_int_equal(err.kind, ERR_DENIED);
    assert_false(imported(&vera, arena_printf(a, "[%s]", GOOD), false, &n));
    assert_int_equal(err.kind, ERR_DENIED);
    assert_string_equal(sql("SELECT count(*) FROM alert_rule"), "0");
}

static void
whoever_was_slower_changes_nothing(void **state)
{
    (void)state;
    int64_t id = saved(&ann, GOOD);
    struct alert_stored mine = got(&ann, id), theirs = mine;
    theirs.name = "theirs";
    mine.name = "mine";
    assert_true(alert_save(db, &root, &theirs, &id, &err));
    const char *before = stored();
    assert_false(alert_save(db, &ann, &mine, &id, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_false(alert_delete(db, &ann, id, 1, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_string_equal(stored(), before);
    mine.version = 2;
    assert_true(alert_save(db, &ann, &mine, &id, &err));
    assert_int_equal(got(&ann, id).version, 3);
    assert_true(alert_delete(db, &ann, id, 3, &err));
}

static void
every_change_is_audited_with_before_and_after(void **state)
{
    (void)state;
    int64_t n, id = saved(&ann, GOOD);
    struct alert_stored s = got(&ann, id);
    s.severity = "info";
    assert_true(alert_save(db, &ann, &s, &id, &err));
    assert_true(alert_enable(db, &ann, &id, 1, false, &n, &err));
    assert_true(alert_enable(db, &ann, &id, 1, false, &n, &err));
    assert_true(alert_duplicate(db, &root, id, &n, &err));
    assert_true(alert_delete(db, &ann, id, 0, &err));
    assert_string_equal(
        sql("SELECT who, action, object, before->>'severity', "
            "after->>'severity', before->>'enabled', after->>'enabled', "
            "after->>'when', address FROM audit_log ORDER BY id"),
        "ann|alert.add|alert:1||warning||true|close above 100|192.0.2.1\n"
        "ann|alert.change|alert:1|warning|info|true|true|close above 100|"
        "192.0.2.1\n"
        "ann|alert.disable|alert:1|||true|false||192.0.2.1\n"
        "root|alert.add|alert:2||info||false|close above 100|192.0.2.4\n"
        "ann|alert.delete|alert:1|info||false|||192.0.2.1");
}

static void
a_change_that_cannot_be_audited_is_none(void **state)
{
    (void)state;
    int64_t n, id = saved(&ann, GOOD);
    struct alert_stored s = got(&ann, id);
    struct alert_actor unknown = ann;
    unknown.name = NULL;
    const char *before = stored();
    assert_false(alert_save(db, &unknown, &s, &n, &err));
    assert_false(alert_delete(db, &unknown, id, 0, &err));
    assert_false(alert_enable(db, &unknown, &id, 1, false, &n, &err));
    assert_false(alert_duplicate(db, &unknown, id, &n, &err));
    assert_string_equal(stored(), before);
}

static void
a_retired_instrument_is_not_watched(void **state)
{
    (void)state;
    int64_t n, ids[] = {saved(&ann, GOOD),
                        saved(&ann, "{\"name\": \"M\", \"symbol\": \"MSTR\", "
                                    "\"when\": \"close > 1\"}")};
    struct alert_stored s = got(&ann, ids[0]);
    assert_true(alert_enable(db, &ann, ids, 2, false, &n, &err));
    assert_int_equal(n, 2);
    sql("UPDATE instrument SET active = false WHERE symbol = 'BTC-USD'");
    const char *before = stored();
    assert_false(alert_enable(db, &ann, ids, 2, true, &n, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_non_null(strstr(err.text, "BTC-USD is retired"));
    s.version = 2;
    assert_false(alert_save(db, &ann, &s, &n, &err));
    assert_non_null(strstr(err.text, "symbol: BTC-USD is retired"));
    s.id = 0;
    assert_false(alert_save(db, &ann, &s, &n, &err));
    assert_string_equal(stored(), before);
    assert_true(alert_delete(db, &ann, ids[0], 0, &err));
}

/* The version of the rule's only state. */
static const char *
seen_by(const char *change)
{
    struct alert_stored s = got(&ann, 1);
    int64_t id;
    sql(arena_printf(a,
                     "DELETE FROM alert_state; INSERT INTO alert_state "
                     "(rule_id, phase, rule_version, fired_at, since, value) "
                     "VALUES (1, 'active', %lld, '2024-03-01Z', '2024-03-01Z', "
                     "105)",
                     (long long)s.version));
    if (!parse(change, &s) || !alert_save(db, &ann, &s, &id, &err))
        fail_msg("%s: %s", change, err.text);
    s = got(&ann, 1);
    assert_int_equal(s.fired_at, 1709251200);
    return s.phase;
}

static void
a_rule_that_watches_the_same_goes_on_as_it_stands(void **state)
{
    (void)state;
    static const char *const same[] = {
        "{}",
        "{\"name\": \"y\"}",
        "{\"severity\": \"critical\"}",
        "{\"channels\": [\"Ops\"]}",
        "{\"note\": \"call\", \"shared\": true, \"remind_s\": 60}",
        "{\"when\": \"close above 100.0\"}",
    };
    static const char *const other[] = {
        "{\"when\": \"close above 101\"}",
        "{\"when\": \"close crosses above 101\"}",
        "{\"symbol\": \"MSTR\"}",
        "{\"interval\": \"1h\"}",
        "{\"for_bars\": 2, \"when\": \"close above 100\"}",
        "{\"clear\": 90}",
        "{\"no_data_s\": 86400}",
        "{\"once\": true}",
        "{\"cooldown_s\": 60}",
        "{\"enabled\": false}",
        "{\"kind\": \"pipeline\", \"condition\": \"run_partial\"}",
        "{\"threshold\": 4}",
        "{\"subject\": \"daily\"}",
    };
    saved(&ann, GOOD);
    sql("INSERT INTO schedule (name, frequency, next_due) SELECT 'daily', "
        "'daily', now() WHERE NOT EXISTS (SELECT FROM schedule WHERE name = "
        "'daily')");
    for (size_t i = 0; i < COUNT_OF(same); i++)
        assert_string_equal(seen_by(same[i]), "active");
    for (size_t i = 0; i < COUNT_OF(other); i++)
        if (seen_by(other[i]) != NULL)
            fail_msg("goes on: %s", other[i]);
}

static void
a_list_shows_how_rules_stand(void **state)
{
    (void)state;
    saved(&ann, GOOD);
    saved(&ann, "{\"name\": \"late\", \"condition\": \"data_late\"}");
    saved(&ann, "{\"name\": \"off\", \"condition\": \"run_failed\", "
                "\"enabled\": false, \"severity\": \"critical\"}");
    saved(&nobody, "{\"name\": \"new\", \"condition\": \"model_old\"}");
    sql("INSERT INTO alert_state (rule_id, subject, phase, rule_version, "
        "since, value, incident_id, fired_at) VALUES "
        "(1, '', 'pending', 1, '2024-03-01Z', 99, NULL, NULL), "
        "(2, 'A', 'ok', 1, '2024-03-01Z', 1, NULL, '2024-03-09Z'), "
        "(2, 'B', 'active', 1, '2024-03-02Z', 2, 77, '2024-03-02Z'), "
        "(2, 'C', 'active', 1, '2024-03-03Z', 3, 78, '2024-03-03Z'), "
        "(2, 'D', 'no_data', 1, '2024-03-01Z', 3, 78, NULL), "
        "(3, '', 'active', 9, '2024-03-01Z', 3, 78, NULL)");
    struct alert_stored *list;
    struct alert_filter f = {.limit = 10};
    assert_int_equal(listed(&ann, &f, &list), 4);
    assert_string_equal(list[3].phase, "pending");
    assert_true(list[3].value == 99);
    assert_string_equal(list[2].phase, "active");
    assert_int_equal(list[2].since, 1709337600);
    assert_int_equal(list[2].fired_at, 1709942400);
    assert_int_equal(list[2].n_active, 3);
    assert_int_equal(list[2].incident_id, 77);
    assert_null(list[1].phase);
    assert_null(list[0].phase);
    static const struct {
        struct alert_filter f;
        const char *names;
    } cases[] = {
        {{.phase = "active", .limit = 9}, "late "},
        {{.phase = "pending", .limit = 9}, "High "},
        {{.phase = "off", .limit = 9}, "off "},
        {{.phase = "ok", .limit = 9}, ""},
        {{.kind = "series", .limit = 9}, "High "},
        {{.kind = "pipeline", .severity = "critical", .limit = 9}, "off "},
        {{.symbol = "btc-usd", .limit = 9}, "High "},
        {{.owner = "ANN", .limit = 9}, "off late High "},
        {{.owner = "-", .limit = 9}, "new "},
        {{.owner = "bob", .limit = 9}, ""},
        {{.search = "IG", .limit = 9}, "High "},
        {{.search = "%", .limit = 9}, ""},
        {{.limit = 2}, "new off late "},
        {{.before = 3, .limit = 2}, "late High "},
        {{.after = 1, .limit = 1}, "off late "},
        {{.after = 4, .limit = 1}, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf *b = buf_new(a);
        size_t n = listed(&ann, &cases[i].f, &list);
        for (size_t k = 0; k < n; k++)
            buf_addf(b, "%s ", list[k].name);
        assert_string_equal(b->data, cases[i].names);
    }
}

static void
a_copy_is_ones_own_and_waits(void **state)
{
    (void)state;
    int64_t copy;
    int64_t id = saved(
        &nobody, arena_printf(a,
                              "{\"name\": \"%0112d\xc3\xa9zzz\", "
                              "\"condition\": \"disk_low\", \"threshold\": 5, "
                              "\"shared\": true}",
                              0));
    assert_true(alert_duplicate(db, &bob, id, &copy, &err));
    struct alert_stored s = got(&bob, copy);
    assert_string_equal(s.owner, "bob");
    assert_false(s.enabled || s.shared);
    assert_true(s.threshold == 5 && s.may_change);
    assert_string_equal(sql("SELECT length(name), right(name, 9) FROM "
                            "alert_rule WHERE owner = 'bob'"),
                        "120|0\xc3\xa9 (copy)");
}

static void
an_owner_has_so_many_rules_at_most(void **state)
{
    (void)state;
    int64_t id;
    struct alert_stored s = alert_stored_new();
    assert_true(parse(GOOD, &s));
    sql("INSERT INTO alert_rule (name, owner_id, owner, kind, condition) "
        "SELECT 'r', 1, 'ann', 'pipeline', 'run_failed' FROM "
        "generate_series(1, 10000)");
    struct alert_imported n;
    const char *before = stored();
    assert_false(alert_save(db, &ann, &s, &id, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_false(alert_duplicate(db, &ann, 1, &id, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_false(imported(&ann, arena_printf(a, "[%s]", GOOD), false, &n));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_string_equal(stored(), before);
    saved(&bob, GOOD);
    sql("DELETE FROM alert_rule WHERE id = 1");
    saved(&ann, GOOD);
}

static void
words_tell_the_whole_rule(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *words;
    } cases[] = {
        {GOOD, "BTC-USD, 1d: close above 100"},
        {"{\"name\": \"x\", \"condition\": \"disk_low\"}",
         "A disk is nearly full: below 10 percent"},
        {"{\"name\": \"x\", \"condition\": \"run_partial\", \"threshold\": 2, "
         "\"once\": true}",
         "Runs keep missing some sources: 2 runs; once"},
        {"{\"name\": \"x\", \"condition\": \"data_late\", \"subject\": "
         "\"mstr\", \"cooldown_s\": \"1h\"}",
         "Data is late; only MSTR; at most once in 1 h"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct alert_stored s = got(&ann, saved(&ann, cases[i].rule));
        assert_string_equal(alert_stored_words(a, &s), cases[i].words);
    }
}

/* It is no harm to the others, and can be changed and deleted. */
static void
a_rule_of_another_version_of_the_program_is_shown_with_what_is_wrong(
    void **state)
{
    (void)state;
    int64_t id = saved(&ann, GOOD);
    int64_t odd = saved(&ann, "{\"name\": \"odd\", \"condition\": "
                              "\"data_late\"}");
    saved(&ann, "{\"name\": \"fine\", \"condition\": \"data_late\"}");
    sql("UPDATE alert_rule SET left_term = 'oracle_7' WHERE name = 'High'; "
        "UPDATE alert_rule SET condition = 'moon_full' WHERE name = 'odd'");
    struct alert_stored *list, s;
    assert_int_equal(listed(&ann, &(struct alert_filter){.limit = 9}, &list),
                     3);
    assert_null(list[0].fault);
    assert_string_equal(list[1].fault, "There is no condition \"moon_full\"");
    assert_string_equal(list[1].phase, "fault");
    assert_non_null(strstr(list[2].fault, "oracle_7"));
    assert_string_equal(list[2].phase, "fault");
    assert_non_null(
        strstr(alert_stored_words(a, &list[2]), "oracle_7 above 100"));
    struct buf *b = buf_new(a);
    alert_stored_json(a, b, &list[2]);
    assert_non_null(strstr(b->data, "\"when\":\"oracle_7 above 100\""));
    s = got(&ann, id);
    assert_true(parse("{\"note\": \"what is it?\"}", &s));
    assert_false(alert_save(db, &ann, &s, &id, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    s = got(&ann, id);
    assert_true(parse("{\"when\": \"high above 100\"}", &s));
    assert_true(alert_save(db, &ann, &s, &id, &err));
    assert_null(got(&ann, id).fault);
    assert_true(alert_delete(db, &ann, odd, 0, &err));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RULE_CASE(ids_that_there_are_not_are_refused),
        RULE_CASE(what_one_may_not_see_does_not_exist),
        RULE_CASE(what_is_shared_or_the_installations_is_seen_but_not_changed),
        RULE_CASE(an_admin_changes_what_others_own_and_it_stays_theirs),
        RULE_CASE(viewers_have_no_rules),
        RULE_CASE(
            a_rule_of_another_version_of_the_program_is_shown_with_what_is_wrong),
        RULE_CASE(whoever_was_slower_changes_nothing),
        RULE_CASE(every_change_is_audited_with_before_and_after),
        RULE_CASE(a_change_that_cannot_be_audited_is_none),
        RULE_CASE(a_retired_instrument_is_not_watched),
        RULE_CASE(a_rule_that_watches_the_same_goes_on_as_it_stands),
        RULE_CASE(a_list_shows_how_rules_stand),
        RULE_CASE(a_copy_is_ones_own_and_waits),
        RULE_CASE(an_owner_has_so_many_rules_at_most),
        RULE_CASE(words_tell_the_whole_rule),
    };
    return RULE_CASES_RUN(tests);
}
