/* The fixture of tests of incidents, on that of dbcase.h: rules of two people,
 * channels for warnings, for critical ones and for escalation; events as
 * alert_run hands them over. Time passes by moving the rows' times into the
 * past. */
#ifndef TESTS_LIB_INCIDENTCASE_H
#define TESTS_LIB_INCIDENTCASE_H

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

static inline int
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
static inline int64_t
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
static inline struct incident_event
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
static inline void
add_phase(struct buf *b, const struct incident_event *e)
{
    const char *phase = e->kind[0] == 'f'                 ? "active"
                        : strstr(e->kind, "lost") != NULL ? "no_data"
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

static inline bool
batch_in_tx(struct db *conn, void *arg, struct err *e)
{
    struct batch *b = arg;
    return incident_note(conn, b->events, b->n, e) &&
           incident_settle(conn, &b->told, &b->next_s, e);
}

/* What alert_run does: states, events, deliveries. */
static inline void
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

static inline struct batch
happen(struct incident_event e)
{
    struct batch b = {.events = {e}, .n = 1};
    run_batch(&b);
    return b;
}

static inline struct batch
settle(void)
{
    struct batch b = {.n = 0};
    run_batch(&b);
    return b;
}

/* All times that were, were so much earlier. */
static inline const char *
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

static inline void
pass(int s)
{
    sql(pass_sql(s));
}

/* "opened desk 1, resolved desk 1": kind, channel and incidents of all that was
 * made since the last time, in order. */
static inline const char *
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

static inline void
assert_told(const char *expected)
{
    assert_string_equal(told(), expected);
}

static inline const char *
incidents(void)
{
    return sql("SELECT string_agg(concat_ws(' ', id, severity, events, CASE "
               "WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END, "
               "array_to_string(tags, '+')), ', ' ORDER BY id) FROM "
               "alert_incident");
}

#endif
