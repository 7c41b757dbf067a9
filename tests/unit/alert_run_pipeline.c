/* Rules on the pipeline, as alert_run looks at them again and again: what was
 * found before and what is found now, of each subject by itself. Providers go
 * away and come back by their row of rate_bucket; time passes by moving the
 * rows of states into the past. */
#include "core/alert_run.h"
#include "tests/lib/dbcase.h"

#include <stdlib.h>

/* One database for all cases. */
static int
begin(void **state)
{
    return db_case_begin(state, "worker");
}

static int
setup(void **state)
{
    (void)state;
    sql("SET client_min_messages = error; DELETE FROM alert_rule; DELETE FROM "
        "rate_bucket; TRUNCATE alert_event, alert_incident CASCADE");
    return 0;
}

#define CASE(f) cmocka_unit_test_setup(f, setup)

/* --- the world ------------------------------------------------------------ */

static void
away(const char *provider)
{
    sql(arena_printf(
        a,
        "INSERT INTO rate_bucket (provider, tokens, refilled_at, "
        "blocked_until, fault_kind) VALUES ('%s', 1, now(), now() + interval "
        "'1 hour', 'rate_limit') ON CONFLICT (provider) DO UPDATE SET "
        "blocked_until = excluded.blocked_until",
        provider));
}

static void
back(const char *provider)
{
    sql(arena_printf(a,
                     "UPDATE rate_bucket SET blocked_until = NULL WHERE "
                     "provider = '%s'",
                     provider));
}

static void
pass(int s)
{
    sql(arena_printf(a,
                     "UPDATE alert_state SET since = since - interval '%d s', "
                     "fired_at = fired_at - interval '%d s'",
                     s, s));
}

/* Adds a rule; more: further columns, "cooldown_s = 60". */
static int64_t
rule(const char *condition, const char *more)
{
    return strtoll(
        sql(arena_printf(
            a,
            "INSERT INTO alert_rule (name, kind, condition, channels) VALUES "
            "('%s', 'pipeline', '%s', '{}'); UPDATE alert_rule SET %s WHERE id "
            "= (SELECT max(id) FROM alert_rule) RETURNING id",
            condition, condition, more != NULL ? more : "note = ''")),
        NULL, 10);
}

/* As the console changes one. */
static void
change(int64_t id, const char *set)
{
    sql(arena_printf(a,
                     "UPDATE alert_rule SET %s, version = version + 1, "
                     "updated_at = now() WHERE id = %lld",
                     set, (long long)id));
}

/* --- what came of it ------------------------------------------------------ */

static struct alert_run_report
evaluate(void)
{
    struct alert_run_report report;
    const struct alert_run_options options = {.now_ts = 1704067200,
                                              .pipeline = true};
    if (!alert_run(db, &options, &report, &err))
        fail_msg("%s", err.text);
    return report;
}

/* One look, which sees no transition but these. */
static void
assert_look(int fired, int resolved)
{
    const struct alert_run_report report = evaluate();
    assert_int_equal(report.fired, fired);
    assert_int_equal(report.resolved, resolved);
    assert_int_equal(report.lost + report.back + report.retroactive, 0);
}

/* "fired binance, resolved binance": all that ever happened. */
static void
assert_events(const char *expected)
{
    assert_string_equal(
        sql("SELECT coalesce(string_agg(kind || ' ' || subject, ', ' ORDER BY "
            "id), '') FROM alert_event"),
        expected);
}

/* "binance active, yahoo ok": states of the rule as it is written now. */
static void
assert_states(const char *expected)
{
    assert_string_equal(
        sql("SELECT coalesce(string_agg(concat_ws(' ', nullif(s.subject, ''), "
            "phase), ', ' ORDER BY r.id, s.subject), '') FROM alert_state s "
            "JOIN "
            "alert_rule r ON r.id = s.rule_id AND r.version = s.rule_version"),
        expected);
}

/* Incidents that are open, and those that were ever. */
static void
assert_incidents(const char *open_of_all)
{
    assert_string_equal(sql("SELECT count(*) FILTER (WHERE closed_at IS NULL) "
                            "|| ' of ' || count(*) FROM alert_incident"),
                        open_of_all);
}

/* --- transitions ---------------------------------------------------------- */

static void
it_fires_once_while_it_is_found_and_resolves_when_it_is_gone(void **state)
{
    (void)state;
    rule("breaker_open", NULL);
    assert_look(0, 0);
    assert_states("ok");
    away("binance");
    assert_look(1, 0);
    assert_look(0, 0);
    assert_look(0, 0);
    assert_states("ok, binance active");
    assert_incidents("1 of 1");
    back("binance");
    assert_look(0, 1);
    assert_look(0, 0);
    assert_events("fired binance, resolved binance");
    assert_states("ok, binance ok");
    assert_incidents("0 of 1");
    away("binance");
    assert_look(1, 0);
    assert_events("fired binance, resolved binance, fired binance");
    assert_incidents("1 of 2");
}

/* What an event says is what was found, and against what. */
static void
events_say_what_was_found(void **state)
{
    (void)state;
    int64_t id = rule("breaker_open", "severity = 'critical'");
    away("binance");
    evaluate();
    back("binance");
    evaluate();
    assert_string_equal(
        sql(arena_printf(
            a,
            "SELECT bool_and(rule_id = %lld AND rule_name = 'breaker_open' "
            "AND severity = 'critical' AND ts IS NULL AND NOT retroactive AND "
            "incident_id IS NOT NULL AND abs(extract(epoch FROM now() - at)) "
            "< 60 AND text ~ 'inance'), string_agg(text, '; ' ORDER BY id) ~ "
            "'no longer$' FROM alert_event",
            (long long)id)),
        "t|t");
    assert_string_equal(
        sql("SELECT tags @> '{provider:binance}' FROM alert_incident"), "t");
}

static void
a_value_that_moves_is_kept_and_is_no_transition(void **state)
{
    (void)state;
    rule("quota_low", "threshold = 50, subject = 'binance'");
    sql("INSERT INTO rate_bucket (provider, tokens, refilled_at) VALUES "
        "('binance', 0, now() + interval '1 day')");
    assert_look(1, 0);
    double first = strtod(sql("SELECT value FROM alert_state"), NULL);
    sql("UPDATE rate_bucket SET tokens = burst * 0.2 FROM provider WHERE name "
        "= provider");
    assert_look(0, 0);
    double second = strtod(sql("SELECT value FROM alert_state"), NULL);
    assert_true(first < second);
    assert_states("binance active");
    assert_events("fired binance");
}

/* --- subjects ------------------------------------------------------------- */

static void
each_subject_stands_by_itself(void **state)
{
    (void)state;
    rule("breaker_open", NULL);
    away("binance");
    assert_look(1, 0);
    away("yahoo");
    assert_look(1, 0);
    assert_states("binance active, yahoo active");
    back("binance");
    assert_look(0, 1);
    assert_states("binance ok, yahoo active");
    away("binance");
    back("yahoo");
    assert_look(1, 1);
    assert_states("binance active, yahoo ok");
    assert_events("fired binance, fired yahoo, resolved binance, fired "
                  "binance, resolved yahoo");
    back("binance");
    assert_look(0, 1);
    assert_incidents("0 of 3");
}

static void
a_rule_of_one_subject_sees_no_other(void **state)
{
    (void)state;
    rule("breaker_open", "subject = 'yahoo'");
    away("binance");
    assert_look(0, 0);
    away("yahoo");
    assert_look(1, 0);
    back("binance");
    assert_look(0, 0);
    assert_events("fired yahoo");
}

static void
two_rules_of_one_condition_do_not_mix(void **state)
{
    (void)state;
    rule("breaker_open", NULL);
    rule("breaker_open", "once = true");
    away("binance");
    assert_look(2, 0);
    back("binance");
    assert_look(0, 2);
    away("binance");
    assert_look(1, 0);
    assert_states("binance active, binance done");
}

/* --- cooldown, once ------------------------------------------------------- */

static void
it_waits_for_its_cooldown_and_fires_when_that_is_over(void **state)
{
    (void)state;
    rule("breaker_open", "cooldown_s = 6000");
    away("binance");
    assert_look(1, 0);
    back("binance");
    assert_look(0, 1);
    pass(3000);
    away("binance");
    assert_look(0, 0);
    assert_states("binance pending");
    away("yahoo"); /* has no cooldown to wait for */
    assert_look(1, 0);
    assert_states("binance pending, yahoo active");
    pass(2900); /* and 6000 are not over yet */
    assert_look(0, 0);
    pass(200);
    assert_look(1, 0);
    assert_states("binance active, yahoo active");
    assert_events(
        "fired binance, resolved binance, fired yahoo, fired binance");
}

static void
what_is_gone_within_the_cooldown_was_never_told(void **state)
{
    (void)state;
    rule("breaker_open", "cooldown_s = 6000");
    away("binance");
    evaluate();
    back("binance");
    evaluate();
    away("binance");
    assert_look(0, 0);
    back("binance");
    assert_look(0, 0);
    assert_states("binance ok");
    pass(7000);
    assert_look(0, 0);
    assert_events("fired binance, resolved binance");
}

static void
once_is_once_for_each_subject(void **state)
{
    (void)state;
    int64_t id = rule("breaker_open", "once = true");
    away("binance");
    assert_look(1, 0);
    back("binance");
    assert_look(0, 1);
    away("binance");
    away("yahoo");
    assert_look(1, 0);
    assert_states("binance done, yahoo active");
    change(id, "note = 'again'");
    assert_look(2, 0);
    assert_states("binance active, yahoo active");
}

/* --- rules that change ---------------------------------------------------- */

static void
a_rule_switched_off_rests_and_its_incident_is_over(void **state)
{
    (void)state;
    int64_t id = rule("breaker_open", NULL);
    away("binance");
    assert_look(1, 0);
    change(id, "enabled = false");
    assert_look(0, 0);
    assert_incidents("0 of 1");
    away("yahoo");
    assert_look(0, 0);
    back("yahoo");
    change(id, "enabled = true");
    assert_look(1, 0);
    assert_states("binance active");
    assert_events("fired binance, fired binance");
    assert_incidents("1 of 2");
}

static void
a_rule_changed_while_active_begins_anew(void **state)
{
    (void)state;
    int64_t id = rule("breaker_open", NULL);
    away("binance");
    away("yahoo");
    assert_look(2, 0);
    change(id, "subject = 'yahoo'");
    assert_look(1, 0);
    assert_states("yahoo active");
    assert_events("fired binance, fired yahoo, fired yahoo");
    back("binance"); /* nobody waits for that any more */
    assert_look(0, 0);
    back("yahoo");
    assert_look(0, 1);
    assert_states("yahoo ok");
    assert_string_equal(sql("SELECT count(*) FROM alert_incident WHERE "
                            "closed_at IS NULL"),
                        "0");
}

static void
a_rule_deleted_while_active_leaves_its_events(void **state)
{
    (void)state;
    int64_t id = rule("breaker_open", NULL);
    away("binance");
    assert_look(1, 0);
    sql(arena_printf(a, "DELETE FROM alert_rule WHERE id = %lld",
                     (long long)id));
    assert_look(0, 0);
    assert_states("");
    assert_incidents("0 of 1");
    assert_string_equal(sql("SELECT kind, subject, rule_id IS NULL, rule_name "
                            "FROM alert_event"),
                        "fired|binance|t|breaker_open");
}

/* Another version of the program wrote it. */
static void
a_condition_that_is_not_known_is_set_aside(void **state)
{
    (void)state;
    int64_t id = rule("breaker_open", NULL);
    rule("breaker_open", NULL);
    away("binance");
    assert_look(2, 0);
    change(id, "condition = 'moon_full'");
    assert_look(0, 0);
    assert_states("fault, binance active");
    const char *was = arena_strdup(
        a, sql("SELECT xmin FROM alert_state WHERE phase = 'fault'"));
    assert_look(0, 0);
    assert_string_equal(
        sql("SELECT xmin FROM alert_state WHERE phase = 'fault'"), was);
    sql("UPDATE alert_rule SET condition = 'breaker_open'");
    assert_look(1, 0);
    assert_states("ok, binance active, binance active");
    /* the same of one that was active */
    sql("UPDATE alert_rule SET condition = 'moon_full'");
    assert_look(0, 0);
    assert_states("fault, binance fault, binance fault");
    assert_string_equal(sql("SELECT count(*) FROM alert_incident WHERE "
                            "closed_at IS NULL"),
                        "0");
}

/* --- crashes -------------------------------------------------------------- */

static bool
then_dies(struct db *conn, void *arg, struct err *why)
{
    struct alert_run_report report;
    const struct alert_run_options options = {.now_ts = 1704067200,
                                              .pipeline = true};
    (void)arg;
    return alert_run(conn, &options, &report, why) &&
           err_set(why, ERR_INTERNAL, "died");
}

static void
what_was_not_committed_happens_once_all_the_same(void **state)
{
    (void)state;
    rule("breaker_open", NULL);
    away("binance");
    assert_false(db_tx(db, then_dies, NULL, &err));
    assert_events("");
    assert_look(1, 0);
    assert_look(0, 0);
    assert_events("fired binance");
    assert_incidents("1 of 1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(it_fires_once_while_it_is_found_and_resolves_when_it_is_gone),
        CASE(events_say_what_was_found),
        CASE(a_value_that_moves_is_kept_and_is_no_transition),
        CASE(each_subject_stands_by_itself),
        CASE(a_rule_of_one_subject_sees_no_other),
        CASE(two_rules_of_one_condition_do_not_mix),
        CASE(it_waits_for_its_cooldown_and_fires_when_that_is_over),
        CASE(what_is_gone_within_the_cooldown_was_never_told),
        CASE(once_is_once_for_each_subject),
        CASE(a_rule_switched_off_rests_and_its_incident_is_over),
        CASE(a_rule_changed_while_active_begins_anew),
        CASE(a_rule_deleted_while_active_leaves_its_events),
        CASE(a_condition_that_is_not_known_is_set_aside),
        CASE(what_was_not_committed_happens_once_all_the_same),
    };
    if (!test_db_available())
        return test_db_skip();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, begin, db_case_end);
}
