/* Incidents: what belongs together, who is told what and when. */
#include "tests/lib/incidentcase.h"

static void
what_shares_a_cause_is_one_incident_told_once(void **state)
{
    (void)state;
    int64_t outage = rule("Outage", "nobody", NULL);
    int64_t late = rule("Late", "nobody", NULL);
    happen(event(late, "fired", "BTC", "provider:p instrument:BTC"));
    happen(event(outage, "fired", "p", "provider:p"));
    happen(event(late, "fired", "ETH", "provider:p instrument:ETH"));
    happen(event(late, "fired", "GAS", "provider:q instrument:GAS"));
    assert_string_equal(
        incidents(),
        "1 warning 3 open provider:p+instrument:BTC+instrument:ETH, "
        "2 warning 1 open provider:q+instrument:GAS");
    assert_told("opened desk 1, opened desk 2");
    happen(event(late, "resolved", "BTC", "provider:p"));
    happen(event(outage, "resolved", "p", "provider:p"));
    assert_told("");
    happen(event(late, "resolved", "ETH", "provider:p"));
    assert_told("resolved desk 1");
    settle();
    assert_told("");
    happen(event(outage, "fired", "p", "provider:p"));
    assert_told("opened desk 3");
}

static void
reminders_and_escalation_end_with_an_acknowledgement(void **state)
{
    (void)state;
    int64_t r = rule("Outage", "nobody",
                     "remind_s = 600, escalate_s = 900, escalate_to = (SELECT "
                     "array_agg(id) FROM channel WHERE name = 'boss')");
    struct batch b = happen(event(r, "fired", "p", "provider:p"));
    assert_told("opened desk 1");
    assert_int_equal(b.next_s, 600);
    pass(540);
    assert_in_range(settle().next_s, 1, 60);
    assert_told("");
    pass(60);
    assert_in_range(settle().next_s, 240, 300);
    assert_told("reminder desk 1");
    pass(300);
    settle();
    assert_told("escalated boss 1");
    pass(300);
    settle();
    assert_told("reminder desk 1");
    sql("UPDATE alert_incident SET acked_by = 'ann', acked_at = now()");
    pass(6000);
    assert_int_equal(settle().next_s, -1);
    assert_told("");
    happen(event(r, "resolved", "p", ""));
    assert_told("resolved desk 1, resolved boss 1");
}

static void
mute(const char *more)
{
    sql(arena_printf(a,
                     "INSERT INTO silence (author_id, author, for_all, reason, "
                     "ends_at, rule_id, severity, provider) SELECT max(id) "
                     "FILTER (WHERE name = 'ann'), 'ann', %s FROM app_user",
                     more));
}

static void
a_silence_keeps_quiet_and_its_end_tells_what_is_still_open(void **state)
{
    (void)state;
    int64_t r = rule("Outage", "nobody", NULL);
    int64_t other = rule("Other", "nobody", NULL);
    mute("false, 'work', now() + interval '60 s', NULL, NULL, 'eia'");
    struct batch b = happen(event(r, "fired", "eia", "provider:eia"));
    assert_told("");
    assert_in_range(b.next_s, 59, 60);
    happen(event(r, "fired", "yahoo", "provider:yahoo"));
    assert_told("opened desk 2");
    pass(61);
    settle();
    assert_told("opened desk 1");
    /* What was told and has resolved meanwhile is told then, too; what was
     * not told and has resolved is not. */
    mute("false, 'work', now() + interval '60 s', NULL, 'warning', NULL");
    happen(event(r, "resolved", "eia", ""));
    happen(event(other, "fired", "", "rule:9"));
    happen(event(other, "resolved", "", ""));
    assert_told("");
    pass(61);
    settle();
    assert_told("resolved desk 1");
    assert_string_equal(sql("SELECT count(*) FROM alert_incident WHERE NOT "
                            "settled"),
                        "1");
}

static void
silences_cover_all_that_fired_or_nothing(void **state)
{
    (void)state;
    int64_t one = rule("One", "nobody", NULL);
    int64_t two = rule("Two", "nobody", "severity = 'critical'");
    mute(arena_printf(
        a, "false, 'one', now() + interval '1 day', %lld, NULL, NULL",
        (long long)one));
    happen(event(one, "fired", "", "t"));
    assert_told("");
    happen(event(two, "fired", "", "t"));
    assert_told("opened desk 1, opened pager 1");
    happen(event(one, "fired", "x", "x"));
    mute("false, 'low', now() + interval '1 day', NULL, 'warning', NULL");
    happen(event(two, "fired", "x", "x"));
    assert_told("opened desk 2, opened pager 2");
    /* An operator's silence is not about what is somebody else's own. */
    int64_t bobs = rule("Bobs", "bob", NULL);
    happen(event(bobs, "fired", "", "b"));
    assert_told("opened desk 3");
    mute("true, 'all', now() + interval '1 day', NULL, NULL, NULL");
    happen(event(bobs, "resolved", "", ""));
    assert_told("");
}

static void
what_is_somebodys_own_is_their_own_incident(void **state)
{
    (void)state;
    int64_t ours = rule("Ours", "nobody", NULL);
    int64_t anns = rule("Anns", "ann", NULL);
    int64_t open = rule("Anns open", "ann", "shared = true");
    happen(event(ours, "fired", "", "t"));
    happen(event(anns, "fired", "", "t"));
    happen(event(open, "fired", "", "t"));
    happen(event(open, "fired", "x", "t"));
    assert_string_equal(sql("SELECT string_agg(concat_ws(' ', id, owner_id, "
                            "shared, events), ', ' ORDER BY id) FROM "
                            "alert_incident"),
                        "1 f 1, 2 1 f 1, 3 1 t 2");
}

static void
a_higher_severity_is_told_to_those_who_were_not(void **state)
{
    (void)state;
    int64_t low = rule("Low", "nobody", NULL);
    int64_t high = rule("High", "nobody", "severity = 'critical'");
    happen(event(low, "fired", "", "t"));
    assert_told("opened desk 1");
    happen(event(high, "fired", "", "t"));
    assert_told("opened pager 1");
    sql("UPDATE channel SET enabled = false WHERE name = 'pager'");
    happen(event(high, "resolved", "", ""));
    happen(event(low, "resolved", "", ""));
    assert_told("resolved desk 1");
    assert_string_equal(incidents(), "1 critical 4 closed t");
}

static void
rules_choose_their_channels(void **state)
{
    (void)state;
    int64_t boss = rule("Boss", "nobody",
                        "channels = (SELECT array_agg(id) FROM channel WHERE "
                        "name = 'boss'), tell_resolved = false");
    int64_t none = rule("None", "nobody", "channels = '{}'");
    sql("INSERT INTO channel (name, kind, severities, created_by) VALUES "
        "('shown', 'console', '{warning}', 't')");
    int64_t shown = rule("Shown", "nobody", NULL);
    happen(event(boss, "fired", "", "b"));
    happen(event(none, "fired", "", "n"));
    assert_told("opened boss 1");
    happen(event(shown, "fired", "", "s"));
    assert_string_equal(
        sql("SELECT d.state, d.title, d.sent_at = d.created_at, c.sent_at = "
            "d.sent_at FROM delivery d JOIN channel c ON c.id = channel_id "
            "WHERE c.name = 'shown'"),
        "sent|Shown|t|t");
    (void)told();
    happen(event(boss, "resolved", "", ""));
    happen(event(none, "resolved", "", ""));
    assert_told("");
}

static void
the_group_waits_for_what_belongs_to_it(void **state)
{
    (void)state;
    setenv("QM_ALERT_GROUP_S", "30", 1);
    assert_true(config_load(&err));
    int64_t r = rule("Outage", "nobody", NULL);
    assert_int_equal(happen(event(r, "fired", "p", "provider:p")).next_s, 30);
    struct incident_event series = event(r, "fired", "BTC", "rule:1");
    series.is_pipeline = false;
    happen(series);
    assert_told("opened desk 2");
    /* Over before it was told. */
    happen(event(r, "fired", "q", "provider:q"));
    happen(event(r, "resolved", "q", ""));
    pass(30);
    settle();
    assert_told("opened desk 1");
    /* A series' that fires and resolves at once is told of both. */
    struct batch b = {.events = {event(r, "fired", "ETH", "rule:2"),
                                 event(r, "resolved", "ETH", "")},
                      .n = 2};
    b.events[0].is_pipeline = b.events[1].is_pipeline = false;
    run_batch(&b);
    assert_told("opened desk 4, resolved desk 4");
    setenv("QM_ALERT_GROUP_S", "0", 1);
    assert_true(config_load(&err));
}

static void
many_incidents_at_once_are_one_message(void **state)
{
    (void)state;
    int64_t r = rule("Rule", "nobody", NULL);
    struct batch b = {.n = 3};
    b.events[0] = event(r, "fired", "x", "x");
    b.events[1] = event(r, "fired", "y", "y");
    b.events[2] = event(r, "fired", "z", "y");
    run_batch(&b);
    assert_told("opened desk 1+2");
    assert_int_equal(b.told, 1);
    assert_string_equal(sql("SELECT string_agg(title, ', ' ORDER BY id) FROM "
                            "alert_incident"),
                        "Rule: x, Rule: y");
    for (size_t i = 0; i < b.n; i++)
        b.events[i].kind = "resolved";
    run_batch(&b);
    assert_told("resolved desk 1+2");
}

static void
a_rule_that_goes_closes_its_incident(void **state)
{
    (void)state;
    const char *const ways[] = {"DELETE FROM alert_rule",
                                "UPDATE alert_rule SET enabled = false",
                                "UPDATE alert_rule SET version = 2"};
    for (int i = 0; i < 3; i++) {
        int64_t r = rule(arena_printf(a, "Rule %d", i), "nobody", NULL);
        happen(event(r, "fired", "", arena_printf(a, "t%d", i)));
        assert_string_equal(told(), arena_printf(a, "opened desk %d", i + 1));
        sql(ways[i]);
        settle();
        assert_string_equal(told(), arena_printf(a, "resolved desk %d", i + 1));
    }
}

static void
retroactive_events_are_nobodys_incident(void **state)
{
    (void)state;
    int64_t r = rule("Rule", "nobody", NULL);
    happen(event(r, "fired", "", "t"));
    struct incident_event late = event(r, "fired", "", "t");
    late.retroactive = true;
    happen(late);
    late.kind = "resolved";
    happen(late);
    assert_string_equal(incidents(), "1 warning 1 open t");
    assert_told("opened desk 1");
    assert_string_equal(sql("SELECT count(*) FROM alert_event WHERE "
                            "incident_id IS NULL AND retroactive"),
                        "2");
}

static void
lost_data_keeps_the_incident_of_an_active_rule(void **state)
{
    (void)state;
    int64_t r = rule("Rule", "nobody", NULL);
    happen(event(r, "fired", "", "t"));
    happen(event(r, "data_lost", "", "t"));
    struct incident_event back = event(r, "data_back", "", "");
    sql("UPDATE alert_state SET phase = 'active'");
    struct batch b = {.events = {back}, .n = 1};
    assert_true(db_tx(db, batch_in_tx, &b, &err));
    assert_string_equal(incidents(), "1 warning 3 open t");
    happen(event(r, "resolved", "", ""));
    assert_told("opened desk 1, resolved desk 1");
}

/* --- what people see and do -------------------------------------------------
 */

static struct alert_actor
actor(const char *name, bool may_write, bool is_admin)
{
    const char *id = sql(arena_printf(
        a, "SELECT max(id) FROM app_user WHERE name = '%s'", name));
    return (struct alert_actor){.user_id = strtoll(id, NULL, 10),
                                .name = name,
                                .address = "",
                                .may_write = may_write,
                                .is_admin = is_admin};
}

/* "2 1": ids that who sees, in order. */
static const char *
seen(struct db *console, const struct alert_actor *who,
     struct incident_filter filter)
{
    struct incident *list;
    size_t n;
    struct buf *b = buf_new(a);
    if (filter.limit == 0)
        filter.limit = 9;
    if (!incident_list(a, console, who, &filter, &list, &n, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < n; i++)
        buf_addf(b, "%s%lld", i > 0 ? " " : "", (long long)list[i].id);
    return b->data;
}

static void
people_see_and_acknowledge_what_is_theirs(void **state)
{
    (void)state;
    struct db *console;
    assert_true(
        db_open(&console, test_db_conninfo(tdb, "console"), "test", &err));
    struct alert_actor ann = actor("ann", true, false);
    struct alert_actor bob = actor("bob", false, false);
    struct alert_actor root = actor("root", true, true);
    happen(event(rule("Ours", "nobody", NULL), "fired", "yahoo",
                 "provider:yahoo"));
    happen(event(rule("Bobs", "bob", NULL), "fired", "AAPL", "rule:2"));
    happen(event(rule("Bobs open", "bob", "shared = true"), "fired", "AAPL",
                 "rule:3"));
    assert_string_equal(seen(console, &ann, (struct incident_filter){0}),
                        "3 1");
    assert_string_equal(seen(console, &bob, (struct incident_filter){0}),
                        "3 2 1");
    assert_string_equal(
        seen(console, &root, (struct incident_filter){.symbol = "aapl"}),
        "3 2");
    assert_string_equal(
        seen(console, &root, (struct incident_filter){.before = 3, .limit = 1}),
        "2 1");
    assert_string_equal(
        seen(console, &root, (struct incident_filter){.after = 1, .limit = 1}),
        "3 2");
    assert_string_equal(
        seen(console, &root, (struct incident_filter){.state = "acked"}), "");
    assert_string_equal(
        seen(console, &root, (struct incident_filter){.delivery_id = 2}), "2");
    mute("false, 'work', now() + interval '1 day', NULL, NULL, 'yahoo'");
    struct incident i;
    assert_true(incident_get(a, console, &ann, 1, &i, &err));
    assert_string_equal(i.silenced_by, "ann: work");
    assert_string_equal(i.provider, "yahoo");
    assert_string_equal(i.rules, "Ours");
    assert_null(i.owner);
    assert_true(i.may_ack);
    assert_false(incident_get(a, console, &ann, 2, &i, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_false(incident_ack(console, &ann, 2, "", &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_false(incident_ack(console, &bob, 1, "", &err));
    assert_int_equal(err.kind, ERR_DENIED);
    assert_true(incident_ack(console, &ann, 1, "I am on it", &err));
    assert_false(incident_ack(console, &root, 1, "", &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_true(incident_get(a, console, &bob, 1, &i, &err));
    assert_string_equal(i.acked_by, "ann");
    assert_string_equal(i.ack_note, "I am on it");
    assert_false(i.may_ack);
    assert_string_equal(
        sql("SELECT who, action, object, after->>'note' FROM audit_log"),
        "ann|incident.ack|incident:1|I am on it");
    struct incident_line *lines;
    size_t n;
    struct incident_line_filter of = {.symbol = "aapl", .limit = 9};
    assert_true(incident_lines(a, console, &ann, &of, &lines, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(lines[0].rule_name, "Bobs open");
    assert_int_equal(lines[0].incident_id, 3);
    assert_true(isnan(lines[0].left) && lines[0].ts == INT64_MIN);
    of.retroactive_only = true;
    assert_true(incident_lines(a, console, &root, &of, &lines, &n, &err));
    assert_int_equal(n, 0);
    db_close(console);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(reminders_and_escalation_end_with_an_acknowledgement),
        DB_CASE(what_shares_a_cause_is_one_incident_told_once),
        DB_CASE(a_silence_keeps_quiet_and_its_end_tells_what_is_still_open),
        DB_CASE(silences_cover_all_that_fired_or_nothing),
        DB_CASE(what_is_somebodys_own_is_their_own_incident),
        DB_CASE(a_higher_severity_is_told_to_those_who_were_not),
        DB_CASE(rules_choose_their_channels),
        DB_CASE(the_group_waits_for_what_belongs_to_it),
        DB_CASE(many_incidents_at_once_are_one_message),
        DB_CASE(a_rule_that_goes_closes_its_incident),
        DB_CASE(retroactive_events_are_nobodys_incident),
        DB_CASE(lost_data_keeps_the_incident_of_an_active_rule),
        DB_CASE(people_see_and_acknowledge_what_is_theirs),
    };
    return DB_CASES_RUN(tests);
}
