/* Incidents: what belongs together, who is told what, when, and once. Time
 * passes by moving the rows' times into the past. */
#include "core/incident.h"

#include "lib/format.h"
#include "tests/lib/dbcase.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
setup(void **state)
{
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
    return strtoll(
        sql(arena_printf(
            a,
            "INSERT INTO alert_rule (name, owner_id, kind, condition) VALUES "
            "('%s', (SELECT id FROM app_user WHERE name = '%s'), 'pipeline', "
            "'breaker_open'); UPDATE alert_rule SET %s WHERE name = '%s'; "
            "SELECT id FROM alert_rule WHERE name = '%s'",
            name, owner, more != NULL ? more : "note = ''", name, name)),
        NULL, 10);
}

/* The event of a state and its new phase; tags "a b". */
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
    const char *const of =
        sql(arena_printf(a,
                         "SELECT name, severity, coalesce(owner_id, 0), shared "
                         "FROM alert_rule WHERE id = %lld",
                         (long long)rule_id));
    char *row = arena_strdup(a, of), *at = row;
    e.rule_name = strsep(&at, "|");
    e.severity = strsep(&at, "|");
    e.owner_id = strtoll(strsep(&at, "|"), NULL, 10);
    e.shared = *at == 't';
    const char **list = arena_array(a, 8, sizeof *list);
    at = arena_strdup(a, tags);
    for (char *tag; at != NULL && (tag = strsep(&at, " ")) != NULL;)
        if (tag[0] != '\0')
            list[e.n_tags++] = tag;
    e.tags = list;
    return e;
}

static void
set_phase(const struct incident_event *e)
{
    const char *phase = strcmp(e->kind, "fired") == 0       ? "active"
                        : strcmp(e->kind, "data_lost") == 0 ? "no_data"
                                                            : "ok";
    sql(arena_printf(
        a,
        "INSERT INTO alert_state (rule_id, subject, phase, rule_version) "
        "VALUES "
        "(%lld, '%s', '%s', 1) ON CONFLICT (rule_id, subject) DO UPDATE SET "
        "phase = excluded.phase",
        (long long)e->rule_id, e->subject, phase));
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
    for (size_t i = 0; i < b->n; i++)
        if (!b->events[i].retroactive)
            set_phase(&b->events[i]);
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
static void
pass(int seconds)
{
    char text[700];
    snprintf(text, sizeof text,
             "UPDATE alert_incident SET opened_at = opened_at - s, tell_at = "
             "tell_at - s, closed_at = closed_at - s, acked_at = acked_at - s "
             "FROM (SELECT interval '%d s' AS s) x; UPDATE delivery SET "
             "created_at = created_at - interval '%d s'; UPDATE silence SET "
             "starts_at = starts_at - interval '%d s', ends_at = ends_at - "
             "interval '%d s'",
             seconds, seconds, seconds, seconds);
    sql(text);
}

/* "opened desk 1, resolved desk 1": kind, channel and incidents of all that was
 * made since the last time, in order. */
static const char *
told(void)
{
    const char *text = arena_strdup(
        a, sql("SELECT string_agg(kind || ' ' || channel_name || ' ' || ids, "
               "', ' ORDER BY id) FROM (SELECT d.*, string_agg("
               "incident_id::text, '+' ORDER BY incident_id) AS ids FROM "
               "delivery d JOIN delivery_incident ON delivery_id = d.id WHERE "
               "asked_by IS NULL GROUP BY d.id) d"));
    sql("UPDATE delivery SET asked_by = 'seen', state = CASE state WHEN "
        "'waiting' THEN 'sent' ELSE state END");
    return text;
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
    pass(599);
    assert_int_equal(settle().next_s, 1);
    assert_told("");
    pass(1);
    assert_int_equal(settle().next_s, 300);
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(reminders_and_escalation_end_with_an_acknowledgement),
        DB_CASE(what_shares_a_cause_is_one_incident_told_once),
    };
    return DB_CASES_RUN(tests);
}
