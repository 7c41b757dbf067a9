/* Incidents: what belongs together, who is told what, when, and once. Time
 * passes by moving the rows' times into the past. */
#include "core/incident.h"

#include "core/alert_store.h"
#include "lib/buf.h"
#include "lib/config.h"
#include "lib/format.h"
#include "tests/lib/dbcase.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What an event says of its rule. */
static struct known {
    int64_t id, owner_id;
    const char *name, *severity;
    bool shared;
} rules[16];
static size_t n_rules;

static int
setup(void **state)
{
    memset(rules, 0, sizeof rules);
    n_rules = 0;
    if (db_case_begin(state, "worker") != 0)
        return -1;
    /* Rules of two people; channels for warnings and for critical ones. */
    sql("DELETE FROM alert_rule; DELETE FROM channel;"
        "INSERT INTO app_user (name, password_hash, role) VALUES"
        " ('ann', '', 'operator'), ('bob', '', 'operator');"
        "INSERT INTO channel (name, kind, severities, created_by) VALUES"
        " ('desk', 'webhook', '{warning,critical}', 'test'),"
        " ('pager', 'webhook', '{critical}', 'test'),"
        " ('boss', 'webhook', '{}', 'test')");
    return 0;
}

/* A rule of the pipeline; more: further columns, "remind_s = 60". */
static int64_t
rule(const char *name, const char *owner, const char *more)
{
    char *row = arena_strdup(
        a,
        sql(arena_printf(
            a,
            "INSERT INTO alert_rule (name, owner_id, kind, condition) VALUES "
            "('%s', (SELECT id FROM app_user WHERE name = '%s'), 'pipeline', "
            "'breaker_open'); UPDATE alert_rule SET %s WHERE name = '%s' "
            "RETURNING id, coalesce(owner_id, 0), severity, shared",
            name, owner, more != NULL ? more : "note = ''", name)));
    struct known *k = &rules[n_rules++ % COUNT_OF(rules)];
    k->name = name;
    k->id = strtoll(strsep(&row, "|"), NULL, 10);
    k->owner_id = strtoll(strsep(&row, "|"), NULL, 10);
    k->severity = strsep(&row, "|");
    k->shared = *row == 't';
    return k->id;
}

/* The event of a state; tags "a b". */
static struct incident_event
event(int64_t rule_id, const char *kind, const char *subject, const char *tags)
{
    struct incident_event e = {
        .rule_id = rule_id,
        .rule_version = 1,
        .kind = kind,
        .subject = subject,
        .ts = INT64_MIN,
        .at_ts = INT64_MIN,
        .left = NAN,
        .right = NAN,
        .text = "It is so.",
        .is_pipeline = true,
    };
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (rules[i].id == rule_id) {
            e.rule_name = rules[i].name;
            e.severity = rules[i].severity;
            e.owner_id = rules[i].owner_id;
            e.shared = rules[i].shared;
        }
    const char **list = arena_array(a, 8, sizeof *list);
    char *at = arena_strdup(a, tags);
    for (char *tag; at != NULL && (tag = strsep(&at, " ")) != NULL;)
        if (tag[0] != '\0')
            list[e.n_tags++] = tag;
    e.tags = list;
    return e;
}

/* The new phase of an event's state. */
static void
add_phase(struct buf *b, const struct incident_event *e)
{
    const char *phase = strcmp(e->kind, "fired") == 0       ? "active"
                        : strcmp(e->kind, "data_lost") == 0 ? "no_data"
                                                            : "ok";
    buf_addf(b,
             "INSERT INTO alert_state (rule_id, subject, phase, rule_version) "
             "VALUES (%lld, '%s', '%s', 1) ON CONFLICT (rule_id, subject) DO "
             "UPDATE SET phase = excluded.phase;",
             (long long)e->rule_id, e->subject, phase);
}

struct batch {
    struct incident_event events[8];
    size_t n;
    int64_t told, next_s;
};

static bool
batch_in_tx(struct db *conn, void *arg, struct err *e)
{
    struct batch *b = arg;
    return incident_note(conn, b->events, b->n, e) &&
           incident_settle(conn, &b->told, &b->next_s, e);
}

/* What alert_run does: states, events, deliveries. */
static void
run_batch(struct batch *b)
{
    struct buf *phases = buf_new(a);
    for (size_t i = 0; i < b->n; i++)
        if (!b->events[i].retroactive)
            add_phase(phases, &b->events[i]);
    if (phases->len > 0)
        sql(phases->data);
    if (!db_tx(db, batch_in_tx, b, &err))
        fail_msg("%s", err.text);
}

static struct batch
happen(struct incident_event e)
{
    struct batch b = {.events = {e}, .n = 1};
    run_batch(&b);
    return b;
}

static struct batch
settle(void)
{
    struct batch b = {.n = 0};
    run_batch(&b);
    return b;
}

/* All times that were, were so much earlier. */
static const char *
pass_sql(int s)
{
    return arena_printf(
        a,
        "UPDATE alert_incident SET opened_at = opened_at - s, tell_at = "
        "tell_at - s, closed_at = closed_at - s, acked_at = acked_at - s FROM "
        "(SELECT interval '%d s' AS s) x; UPDATE delivery SET created_at = "
        "created_at - interval '%d s'; UPDATE silence SET starts_at = "
        "starts_at - interval '%d s', ends_at = ends_at - interval '%d s';",
        s, s, s, s);
}

static void
pass(int s)
{
    sql(pass_sql(s));
}

/* "opened desk 1, resolved desk 1": kind, channel and incidents of all that was
 * made since the last time, in order. */
static const char *
told(void)
{
    return arena_strdup(
        a, sql("SELECT string_agg(kind || ' ' || channel_name || ' ' || ids, "
               "', ' ORDER BY id) FROM (SELECT d.*, string_agg("
               "incident_id::text, '+' ORDER BY incident_id) AS ids FROM "
               "delivery d JOIN delivery_incident ON delivery_id = d.id WHERE "
               "asked_by IS NULL GROUP BY d.id) d; UPDATE delivery SET "
               "asked_by = 'seen', state = CASE state WHEN 'waiting' THEN "
               "'sent' ELSE state END WHERE asked_by IS NULL"));
}

static void
assert_told(const char *expected)
{
    assert_string_equal(told(), expected);
}

static const char *
incidents(void)
{
    return sql("SELECT string_agg(concat_ws(' ', id, severity, events, CASE "
               "WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END, "
               "array_to_string(tags, '+')), ', ' ORDER BY id) FROM "
               "alert_incident");
}

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

/* --- whatever comes ----------------------------------------------------------
 */

/* What must never be, after each step: `since` is the newest delivery before
 * it. Says it by itself, without the functions of the schema. */
static void
make_oracle(void)
{
    sql("CREATE TABLE step_before (delivery bigint, incident bigint);"
        "CREATE VIEW audible AS SELECT i.* FROM alert_incident i WHERE EXISTS ("
        "SELECT FROM alert_event e WHERE e.incident_id = i.id AND e.kind = "
        "'fired' AND NOT EXISTS (SELECT FROM silence s WHERE s.starts_at <= "
        "now() AND s.ends_at > now() AND (s.rule_id IS NULL OR s.rule_id = "
        "e.rule_id)));"
        "CREATE VIEW tell AS SELECT d.id, d.kind, d.state, d.channel_id, "
        "di.incident_id FROM delivery d JOIN delivery_incident di ON "
        "di.delivery_id = d.id;"
        "CREATE FUNCTION wrong() RETURNS text LANGUAGE sql AS $$ SELECT "
        "string_agg(w, ', ') FROM ("
        "SELECT 'twice ' || kind AS w FROM tell WHERE kind <> 'reminder' GROUP "
        "BY kind, channel_id, incident_id HAVING count(*) > 1 UNION ALL "
        "SELECT kind || ' without opened' FROM tell t WHERE kind IN "
        "('resolved', 'reminder') AND NOT EXISTS (SELECT FROM tell o WHERE "
        "o.id < t.id AND o.channel_id = t.channel_id AND o.incident_id = "
        "t.incident_id AND o.kind IN ('opened', 'escalated')) UNION ALL "
        "SELECT 'told in silence' FROM tell WHERE id > (SELECT delivery FROM "
        "step_before) AND incident_id NOT IN (SELECT id FROM audible) UNION "
        "ALL "
        "SELECT 'reminded of what is acknowledged' FROM tell JOIN "
        "alert_incident i ON i.id = incident_id WHERE tell.id > (SELECT "
        "delivery FROM step_before) AND kind IN ('reminder', 'escalated') AND "
        "(acked_at IS NOT NULL OR closed_at IS NOT NULL) UNION ALL "
        "SELECT 'not told' FROM audible i WHERE (closed_at IS NULL AND tell_at "
        "<= now() OR closed_at = opened_at AND id > (SELECT incident FROM "
        "step_before) AND tell_at = opened_at) AND NOT EXISTS (SELECT FROM "
        "tell WHERE "
        "incident_id = i.id AND kind = 'opened') UNION ALL "
        "SELECT 'its end not told' FROM audible i JOIN tell t ON t.incident_id "
        "= i.id AND t.kind IN ('opened', 'escalated') WHERE t.state <> "
        "'dropped' AND closed_at IS NOT "
        "NULL AND NOT EXISTS (SELECT FROM tell r WHERE r.kind = 'resolved' AND "
        "r.incident_id = i.id AND r.channel_id = t.channel_id) UNION ALL "
        "SELECT 'open without a cause' FROM alert_incident i WHERE closed_at "
        "IS NULL AND NOT EXISTS (SELECT FROM alert_state WHERE incident_id = "
        "i.id)) w $$; INSERT INTO step_before VALUES (0, 0)");
}

static unsigned
dice(unsigned sides)
{
    static uint64_t seed = 20240501;
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(seed >> 33) % sides;
}

/* What people and clocks do, in SQL. */
static void
add_deed(struct buf *b, const int64_t *ids)
{
    switch (dice(10)) {
    case 0:
        buf_addf(b,
                 "INSERT INTO silence (author, reason, for_all, ends_at, "
                 "rule_id) VALUES ('t', 't', true, now() + interval '%u s', ",
                 30 + dice(200));
        buf_adds(b, dice(3) == 0
                        ? "NULL);"
                        : arena_printf(a, "%lld);", (long long)ids[dice(3)]));
        break;
    case 1:
        buf_adds(b, "UPDATE silence SET ends_at = now(), ended_by = 't' WHERE "
                    "ends_at > now();");
        break;
    case 2:
        buf_adds(b, "UPDATE alert_incident SET acked_by = 't', acked_at = "
                    "now() WHERE id = (SELECT max(id) FROM alert_incident "
                    "WHERE closed_at IS NULL AND acked_at IS NULL);");
        break;
    case 3:
        break;
    default:
        buf_adds(b, "UPDATE delivery SET state = 'sent' WHERE state = "
                    "'waiting';");
        break;
    }
}

/* Something that a state does. */
static void
add_event(struct batch *b, struct buf *script, const int64_t *ids,
          bool active[3][2])
{
    static const char *const tags[3][2] = {
        {"p", "p q"}, {"p", "r"}, {"s", "q"}};
    static const char *const subjects[] = {"x", "y"};
    unsigned r = dice(3), s = dice(2);
    bool blip = !active[r][s] && dice(4) == 0;
    for (int i = 0; i <= blip; i++) {
        struct incident_event *e = &b->events[b->n++];
        *e = event(ids[r], active[r][s] ? "resolved" : "fired", subjects[s],
                   tags[r][s]);
        e->is_pipeline = r > 0;
        active[r][s] = !active[r][s];
        add_phase(script, e);
    }
}

static void
nothing_is_told_twice_or_lost_whatever_comes(void **state)
{
    (void)state;
    enum { STEPS = 80 };
    bool active[3][2] = {{false}};
    setenv("QM_ALERT_GROUP_S", "30", 1);
    assert_true(config_load(&err));
    const char *escalate = "remind_s = 120, escalate_s = 300, escalate_to = "
                           "(SELECT array_agg(id) FROM channel WHERE name = "
                           "'boss')";
    const int64_t ids[] = {rule("A", "nobody", NULL),
                           rule("B", "nobody", escalate),
                           rule("C", "nobody", "remind_s = 60")};
    make_oracle();
    for (int i = 0; i < STEPS; i++) {
        struct batch b = {.n = 0};
        struct buf *script = buf_new(a);
        static const int waits[] = {0, 0, 30, 60, 120, 300};
        int s = waits[dice(COUNT_OF(waits))];
        buf_addf(script,
                 "SELECT wrong(); UPDATE step_before SET delivery = (SELECT "
                 "coalesce(max(id), 0) FROM delivery), incident = (SELECT "
                 "coalesce(max(id), 0) FROM alert_incident);%s",
                 pass_sql(s));
        add_deed(script, ids);
        for (unsigned n = dice(3); n > 0; n--)
            add_event(&b, script, ids, active);
        assert_string_equal(sql(script->data), "");
        if (!db_tx(db, batch_in_tx, &b, &err))
            fail_msg("%s", err.text);
    }
    assert_string_equal(sql("SELECT wrong()"), "");
    /* It was no test if nothing came of it. */
    assert_string_equal(sql("SELECT count(DISTINCT kind), count(*) > 20 FROM "
                            "delivery"),
                        "4|t");
    setenv("QM_ALERT_GROUP_S", "0", 1);
    assert_true(config_load(&err));
}

static void
ten_thousand_events_come_at_once(void **state)
{
    (void)state;
    enum { N = 10000 };
    struct incident_event *events = arena_array(a, N, sizeof *events);
    int64_t r = rule("Rule", "nobody", NULL);
    for (int i = 0; i < N; i++) {
        const char *subject = arena_printf(a, "s%d", i);
        events[i] =
            event(r, "fired", subject, i % 2 == 0 ? subject : "common cause");
    }
    sql(arena_printf(a,
                     "INSERT INTO alert_state (rule_id, subject, phase, "
                     "rule_version) SELECT %lld, 's' || i, 'active', 1 FROM "
                     "generate_series(0, %d) i",
                     (long long)r, N - 1));
    int64_t told_n, next_s;
    assert_true(incident_note(db, events, N, &err));
    assert_true(incident_settle(db, &told_n, &next_s, &err));
    assert_int_equal(told_n, 51); /* 5001 incidents, 100 to a message */
    for (int i = 0; i < N; i++)
        events[i].kind = "resolved";
    sql("UPDATE alert_state SET phase = 'ok'");
    assert_true(incident_note(db, events, N, &err));
    assert_true(incident_settle(db, &told_n, &next_s, &err));
    assert_int_equal(told_n, 51);
    assert_string_equal(sql("SELECT count(*), sum(events), count(*) FILTER "
                            "(WHERE settled) FROM alert_incident"),
                        "5001|20000|5001");
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
        DB_CASE(nothing_is_told_twice_or_lost_whatever_comes),
        DB_CASE(ten_thousand_events_come_at_once),
        DB_CASE(people_see_and_acknowledge_what_is_theirs),
    };
    return DB_CASES_RUN(tests);
}
