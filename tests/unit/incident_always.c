/* Incidents, whatever comes: nothing is told twice or lost. */
#include "tests/lib/incidentcase.h"

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(nothing_is_told_twice_or_lost_whatever_comes),
        DB_CASE(ten_thousand_events_come_at_once),
    };
    return DB_CASES_RUN(tests);
}
