#include "core/alert_history.h"
#include "core/alert_run.h"
#include "core/alert_words.h"
#include "core/interval.h"
#include "lib/format.h"
#include "tests/lib/millcase.h"

enum { START = 1704067200 /* 2024-01-01, a Monday */ };

static int64_t
instrument(const char *symbol)
{
    return atoll(sql(arena_printf(
        a, "SELECT id FROM instrument WHERE symbol = '%s'", symbol)));
}

struct asked {
    const char *symbol, *when;
    int32_t interval_s;
    int for_bars;
    double clear;
    int64_t cooldown_s, no_data_s;
    bool once;
};

/* Adds it and says its id. */
static int64_t
rule_add(const struct asked *q)
{
    struct alert_rule rule;
    if (!alert_condition_parse(q->when, &rule, &err))
        fail_msg("%s", err.text);
    return atoll(sql(arena_printf(
        a,
        "INSERT INTO alert_rule (name, kind, instrument_id, interval_s, "
        "left_term, op, right_term, for_bars, clear_level, cooldown_s, "
        "no_data_s, once, updated_at, channels) VALUES ('%s', 'series', %lld, "
        "%d, '%s', '%s', '%s', %d, %s, %lld, %lld, %s, now(), '{}') RETURNING "
        "id",
        q->when, (long long)instrument(q->symbol), q->interval_s,
        alert_term_name(a, &rule.left), alert_op_name(rule.op),
        alert_term_name(a, &rule.right), q->for_bars > 0 ? q->for_bars : 1,
        q->clear != 0 ? fmt_f64(a, q->clear) : "NULL", (long long)q->cooldown_s,
        (long long)q->no_data_s, q->once ? "true" : "false")));
}

static struct alert_run_report
evaluate(int64_t now_ts)
{
    struct alert_run_report report;
    if (!alert_run(db, &(struct alert_run_options){.now_ts = now_ts}, &report,
                   &err))
        fail_msg("%s", err.text);
    return report;
}

/* "fired 2024-01-05, resolved 2024-01-07 retroactive" */
static const char *
events(int64_t rule)
{
    return arena_strdup(
        a, sql(arena_printf(
               a,
               "SELECT coalesce(string_agg(kind || ' ' || to_char(ts, "
               "'MM-DD') || CASE WHEN retroactive THEN ' retroactive' ELSE '' "
               "END, ', ' ORDER BY ts, id), '') FROM alert_event WHERE rule_id "
               "= %lld",
               (long long)rule)));
}

static const char *
phase(int64_t rule)
{
    return arena_strdup(
        a, sql(arena_printf(a,
                            "SELECT phase FROM alert_state WHERE rule_id = "
                            "%lld",
                            (long long)rule)));
}

/* Daily closes from START on. */
static struct series_row *
closes(const double *close, size_t n, int64_t first_ts)
{
    struct series_row *rows = arena_array(a, n, sizeof *rows);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct series_row){.ts = first_ts + (int64_t)i * DAY_S,
                                      .open = close[i],
                                      .high = close[i],
                                      .low = close[i],
                                      .close = close[i],
                                      .volume = 1};
    return rows;
}

static int64_t
day(int n)
{
    return START + (int64_t)n * DAY_S;
}

/* --- live is the replay ----------------------------------------------------
 */

/* Rows of a walk with some left out. */
static size_t
thin(struct series_row *rows, size_t n, uint64_t *seed)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (random_next(seed) < 0.02)
            i += (size_t)(random_next(seed) * 9);
        if (i < n)
            rows[kept++] = rows[i];
    }
    return kept;
}

static void
assert_as_replayed(const struct asked *q, int64_t id)
{
    struct alert_replay_summary sum;
    struct alert_rule rule = {.for_bars = q->for_bars > 0 ? q->for_bars : 1,
                              .clear = q->clear != 0 ? q->clear : NAN,
                              .cooldown_s = q->cooldown_s,
                              .no_data_s = q->no_data_s,
                              .once = q->once,
                              .interval_s = q->interval_s};
    const struct series_page_ask ask = {.instrument_id = instrument(q->symbol),
                                        .interval_s = q->interval_s,
                                        .from_ts = START - DAY_S,
                                        .to_ts = START + 4000 * (int64_t)DAY_S,
                                        .as_of_us = INT64_MAX};
    if (!alert_condition_parse(q->when, &rule, &err) ||
        !alert_history_replay(a, db, &ask, &rule, &sum, &err))
        fail_msg("%s", err.text);
    struct buf *expected = buf_new(a);
    for (size_t i = 0; i < sum.n_events; i++)
        buf_addf(expected, "%s %lld %lld\n",
                 alert_event_name(sum.events[i].kind),
                 (long long)sum.events[i].ts, (long long)sum.events[i].at_ts);
    buf_addf(expected, "%s %d %lld",
             alert_phase_name((enum alert_phase)sum.state.phase),
             sum.state.held, (long long)sum.state.last_ts);
    assert_string_equal(
        sql(arena_printf(
            a,
            "SELECT format('%%s %%s %%s', kind, extract(epoch FROM "
            "ts)::bigint, extract(epoch FROM at)::bigint) FROM alert_event "
            "WHERE rule_id = %lld ORDER BY at, kind; SELECT format('%%s %%s "
            "%%s', "
            "phase, held, extract(epoch FROM last_ts)::bigint) FROM "
            "alert_state WHERE rule_id = %lld",
            (long long)id, (long long)id)),
        expected->data);
}

static void
live_is_replay(const char *symbol, int32_t interval_s, size_t n, uint64_t seed)
{
    const int64_t i = interval_s;
    const struct asked asked[] = {
        {symbol, "close above 110", interval_s, 1, 0, 0, 0, false},
        {symbol, "close above 110", interval_s, 3, 108, 20 * i, 0, false},
        {symbol, "close below 100", interval_s, 2, 0, 0, 5 * i, false},
        {symbol, "rsi_14 above 60", interval_s, 1, 55, 0, 0, false},
        {symbol, "sma_20 crosses above sma_50", interval_s, 1, 0, 30 * i, 0,
         false},
        {symbol, "close crosses below vwap", interval_s, 1, 0, 0, 3 * i, false},
        {symbol, "change_7 above 1", interval_s, 2, 0, 10 * i, 0, false},
        {symbol, "volume_spike_20 above 1.8", interval_s, 1, 0, 0, 0, false},
        {symbol, "close above 105", interval_s, 1, 0, 0, 0, true},
    };
    int64_t ids[COUNT_OF(asked)], id = instrument(symbol);
    for (size_t k = 0; k < COUNT_OF(asked); k++)
        ids[k] = rule_add(&asked[k]);
    evaluate(START); /* they begin before the first bar */
    struct series_row *rows = walk(seed, START, interval_s, n);
    n = thin(rows, n, &seed);
    for (size_t at = 0, take; at < n; at += take) {
        take = 1 + (size_t)(random_next(&seed) * (double)(n / 8));
        take = random_next(&seed) < 0.5 ? 1 + take % 3 : take;
        if (take > n - at)
            take = n - at;
        bring(id, interval_s, rows + at, take);
        if (random_next(&seed) < 0.5)
            mill(id);
        evaluate(rows[at + take - 1].ts + interval_s);
    }
    for (size_t k = 0; k < COUNT_OF(asked); k++)
        assert_as_replayed(&asked[k], ids[k]);
    assert_string_not_equal(sql("SELECT count(*) FROM alert_event"), "0");
}

static void
bars_in_any_portions_give_what_the_replay_gives(void **state)
{
    (void)state;
    live_is_replay("BTC-USD", 60, 2500, 1);
    live_is_replay("ETH-USD", 3600, 1200, 2);
    live_is_replay("MSTR", DAY_S, 900, 3);
}

/* --- what is live --------------------------------------------------------- */

static void
a_new_rule_begins_with_the_newest_bar_that_is_over(void **state)
{
    (void)state;
    const double close[] = {120, 90, 120, 90, 120};
    bring(instrument("BTC-USD"), DAY_S, closes(close, 5, START), 5);
    int64_t id = rule_add(&(struct asked){
        .symbol = "BTC-USD", .when = "close above 100", .interval_s = DAY_S});
    evaluate(day(4) + 3600); /* the fifth is under way */
    assert_string_equal(events(id), "");
    assert_string_equal(phase(id), "ok");
    struct alert_run_report report = evaluate(day(4) + 7200);
    assert_int_equal(report.next_s, DAY_S - 7200);
    report = evaluate(day(5));
    assert_string_equal(events(id), "fired 01-05");
    assert_int_equal(report.fired, 1);
    assert_int_equal(evaluate(day(5)).fired, 0);
}

static void
the_bar_of_a_session_is_over_at_its_close(void **state)
{
    (void)state;
    const double close[] = {90, 120};
    int64_t id = rule_add(&(struct asked){
        .symbol = "MSTR", .when = "close above 100", .interval_s = DAY_S});
    evaluate(day(1));
    bring(instrument("MSTR"), DAY_S, closes(close, 2, day(1)), 2);
    evaluate(day(2) + 20 * 3600); /* 15:00 in New York */
    assert_string_equal(events(id), "");
    evaluate(day(2) + 21 * 3600);
    assert_string_equal(events(id), "fired 01-03");
}

static void
history_that_is_imported_tells_nobody(void **state)
{
    (void)state;
    const double close[] = {90, 120, 90, 90, 90, 120, 90, 90, 120};
    int64_t id = rule_add(&(struct asked){
        .symbol = "BTC-USD", .when = "close above 100", .interval_s = DAY_S});
    bring(instrument("BTC-USD"), DAY_S, closes(close, 9, START), 9);
    struct alert_run_report report = evaluate(day(9));
    assert_string_equal(events(id),
                        "fired 01-02 retroactive, resolved 01-03 retroactive, "
                        "fired 01-06 retroactive, resolved 01-07, fired 01-09");
    assert_int_equal(report.retroactive, 3);
    assert_string_equal(sql("SELECT count(*) FROM alert_event WHERE "
                            "retroactive AND incident_id IS NOT NULL"),
                        "0");
}

static void
what_ends_a_told_alert_is_told_however_late(void **state)
{
    (void)state;
    const double close[] = {120, 90, 90, 90, 90, 90, 90};
    int64_t id = rule_add(&(struct asked){
        .symbol = "BTC-USD", .when = "close above 100", .interval_s = DAY_S});
    bring(instrument("BTC-USD"), DAY_S, closes(close, 1, START), 1);
    evaluate(day(1));
    assert_string_equal(
        sql("SELECT count(*) FROM alert_incident WHERE closed_at IS NULL"),
        "1");
    bring(instrument("BTC-USD"), DAY_S, closes(close, 7, START), 7);
    evaluate(day(7));
    assert_string_equal(events(id), "fired 01-01, resolved 01-02");
    assert_string_equal(
        sql("SELECT count(*) FROM alert_incident WHERE closed_at IS NULL"),
        "0");
}

static void
silence_is_found_by_time_and_ended_by_a_bar(void **state)
{
    (void)state;
    const double close[] = {90, 90};
    int64_t id = rule_add(&(struct asked){.symbol = "BTC-USD",
                                          .when = "close above 100",
                                          .interval_s = DAY_S,
                                          .no_data_s = 3600});
    bring(instrument("BTC-USD"), DAY_S, closes(close, 1, START), 1);
    struct alert_run_report report = evaluate(day(1));
    assert_int_equal(report.next_s, 3600);
    report = evaluate(day(1) + 3600);
    assert_int_equal(report.lost, 1);
    assert_string_equal(phase(id), "no_data");
    assert_int_equal(evaluate(day(1) + 7200).lost, 0);
    bring(instrument("BTC-USD"), DAY_S, closes(close, 2, START), 2);
    evaluate(day(2));
    assert_string_equal(events(id), "data_lost 01-01, data_back 01-02");
    assert_string_equal(phase(id), "ok");
}

/* --- what is retroactive ---------------------------------------------------
 */

static void
corrected_bars_are_replayed_and_tell_nobody(void **state)
{
    (void)state;
    const double close[] = {90, 90, 90, 90};
    const double better[] = {90, 120, 90, 120};
    int64_t btc = instrument("BTC-USD");
    int64_t id = rule_add(&(struct asked){
        .symbol = "BTC-USD", .when = "close above 100", .interval_s = DAY_S});
    evaluate(START);
    for (size_t i = 0; i < 4; i++) {
        bring(btc, DAY_S, closes(close + i, 1, day((int)i)), 1);
        evaluate(day((int)i + 1));
    }
    int64_t load = bring(btc, DAY_S, closes(better, 4, START), 4);
    evaluate(day(4));
    assert_string_equal(events(id),
                        "fired 01-02 retroactive, resolved 01-03 retroactive, "
                        "fired 01-04 retroactive");
    assert_string_equal(phase(id), "active");
    assert_string_equal(sql("SELECT count(*) FROM alert_incident"), "0");
    undo(load);
    evaluate(day(4));
    assert_string_equal(phase(id), "ok");
    bring(btc, DAY_S, closes(better, 4, START), 4);
    evaluate(day(4)); /* and what was kept is not kept twice */
    assert_string_equal(sql("SELECT count(*) FROM alert_event"), "3");
}

static void
a_correction_ends_what_was_told(void **state)
{
    (void)state;
    const double close[] = {90, 120}, better[] = {90, 90};
    int64_t btc = instrument("BTC-USD");
    int64_t id = rule_add(&(struct asked){
        .symbol = "BTC-USD", .when = "close above 100", .interval_s = DAY_S});
    evaluate(START);
    bring(btc, DAY_S, closes(close, 2, START), 2);
    evaluate(day(2));
    assert_string_equal(phase(id), "active");
    bring(btc, DAY_S, closes(better, 2, START), 2);
    evaluate(day(2));
    assert_string_equal(events(id), "fired 01-02, resolved 01-02");
    assert_string_equal(phase(id), "ok");
    assert_string_equal(
        sql("SELECT count(*) FROM alert_incident WHERE closed_at IS NULL"),
        "0");
}

static void
bars_before_the_first_are_looked_at_where_they_came(void **state)
{
    (void)state;
    const double old[] = {90, 120, 90}, now[] = {90, 90};
    int64_t btc = instrument("BTC-USD");
    int64_t id = rule_add(&(struct asked){
        .symbol = "BTC-USD", .when = "close above 100", .interval_s = DAY_S});
    evaluate(START);
    bring(btc, DAY_S, closes(now, 2, day(20)), 2);
    evaluate(day(22));
    bring(btc, DAY_S, closes(old, 3, day(4)), 3);
    evaluate(day(22));
    assert_string_equal(events(id), "fired 01-06 retroactive, resolved 01-07 "
                                    "retroactive");
    assert_string_equal(phase(id), "ok");
}

/* A state that was made anew is that of the corrected bars from the first on,
 * wherever it began. */
static void
corrections_anywhere_give_the_state_of_the_corrected_bars(void **state)
{
    (void)state;
    enum { N = 3000, MINUTE = 60 };
    const struct asked asked[] = {
        {"BTC-USD", "close above 100", MINUTE, 3, 99.9, 40 * MINUTE, 0, false},
        {"BTC-USD", "rsi_14 below 35", MINUTE, 1, 50, 0, 0, false},
    };
    int64_t ids[COUNT_OF(asked)], btc = instrument("BTC-USD");
    uint64_t seed = 7;
    for (size_t k = 0; k < COUNT_OF(asked); k++)
        ids[k] = rule_add(&asked[k]);
    evaluate(START);
    struct series_row *rows = walk(5, START, MINUTE, N);
    bring(btc, MINUTE, rows, N);
    mill(btc);
    evaluate(START + N * MINUTE);
    assert_string_not_equal(
        sql("SELECT min(octet_length(marks)) FROM alert_state"), "0");
    for (int round = 0; round < 6; round++) {
        size_t at = (size_t)(random_next(&seed) * (N - 40));
        for (size_t i = at; i < at + 30; i++)
            rows[i].close =
                rows[i].low + random_next(&seed) * (rows[i].high - rows[i].low);
        bring(btc, MINUTE, rows + at, 30);
        if (round % 2 == 0)
            mill(btc);
        evaluate(START + N * MINUTE);
    }
    for (size_t k = 0; k < COUNT_OF(asked); k++) {
        sql(arena_printf(a,
                         "CREATE TABLE was_%zu AS SELECT phase, held, side, "
                         "last_ts, since, fired_at FROM alert_state WHERE "
                         "rule_id = %lld; UPDATE alert_state SET marks = '' "
                         "WHERE rule_id = %lld",
                         k, (long long)ids[k], (long long)ids[k]));
    }
    sql("INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts) "
        "SELECT instrument_id, interval_s, min(ts), max(ts) FROM bar WHERE "
        "interval_s = 60 GROUP BY 1, 2");
    evaluate(START + N * MINUTE);
    for (size_t k = 0; k < COUNT_OF(asked); k++)
        assert_string_equal(
            sql(arena_printf(a,
                             "SELECT phase, held, side, last_ts, since, "
                             "fired_at FROM alert_state WHERE rule_id = %lld "
                             "EXCEPT TABLE was_%zu",
                             (long long)ids[k], k)),
            "");
}

/* --- rules ---------------------------------------------------------------- */

static void
a_changed_rule_begins_anew_and_one_switched_off_rests(void **state)
{
    (void)state;
    const double close[] = {120, 130, 90};
    int64_t btc = instrument("BTC-USD");
    int64_t id = rule_add(&(struct asked){
        .symbol = "BTC-USD", .when = "close above 100", .interval_s = DAY_S});
    bring(btc, DAY_S, closes(close, 1, START), 1);
    evaluate(day(1));
    assert_string_equal(phase(id), "active");
    sql("UPDATE alert_rule SET right_term = '125', version = version + 1, "
        "updated_at = now() WHERE kind = 'series'");
    evaluate(day(1));
    assert_string_equal(phase(id), "ok");
    assert_string_equal(
        sql("SELECT count(*) FROM alert_incident WHERE closed_at IS NULL"),
        "0");
    sql("UPDATE alert_rule SET enabled = false, version = version + 1");
    bring(btc, DAY_S, closes(close, 2, START), 2);
    evaluate(day(2));
    assert_string_equal(events(id), "fired 01-01");
    sql("UPDATE alert_rule SET enabled = true, version = version + 1, "
        "updated_at = now()");
    evaluate(day(2));
    assert_string_equal(events(id), "fired 01-01, fired 01-02");
}

static bool
is_due(int64_t now_ts)
{
    struct db_rows *rows;
    if (!db_query_one(a, db, SQL_alert_run_look, DB_ARGS(fmt_i64(a, now_ts)),
                      &rows, &err))
        fail_msg("%s", err.text);
    return db_bool(rows, 0, "series");
}

static void
a_rule_that_cannot_be_read_is_set_aside_until_it_is_changed(void **state)
{
    (void)state;
    const double close[] = {120, 130, 140};
    const struct asked asked = {
        .symbol = "BTC-USD", .when = "close above 100", .interval_s = DAY_S};
    int64_t btc = instrument("BTC-USD");
    int64_t bad = rule_add(&asked), good = rule_add(&asked);
    bring(btc, DAY_S, closes(close, 1, START), 1);
    assert_int_equal(evaluate(day(1)).fired, 2);
    sql(arena_printf(a,
                     "UPDATE alert_rule SET left_term = 'oracle_7', version = "
                     "2, updated_at = now(), no_data_s = 60 WHERE id = %lld",
                     (long long)bad));
    assert_true(is_due(day(1)));
    evaluate(day(1));
    assert_false(is_due(day(1)));
    assert_false(is_due(day(400)));
    assert_string_equal(phase(bad), "fault");
    assert_string_equal(
        sql("SELECT count(*) FROM alert_incident WHERE closed_at IS NULL"),
        "1");
    const char *was = arena_strdup(
        a, sql("SELECT xmin, rule_id FROM alert_state WHERE phase = 'fault'"));
    bring(btc, DAY_S, closes(close, 2, START), 2);
    assert_int_equal(evaluate(day(2)).rules, 1);
    assert_string_equal(
        sql("SELECT xmin, rule_id FROM alert_state WHERE phase = 'fault'"),
        was);
    assert_string_equal(phase(good), "active");
    sql(arena_printf(a,
                     "UPDATE alert_rule SET left_term = 'high', version = 3, "
                     "updated_at = now(), no_data_s = 0 WHERE id = %lld",
                     (long long)bad));
    assert_int_equal(evaluate(day(2)).fired, 1);
    assert_string_equal(phase(bad), "active");
    assert_string_equal(events(bad), "fired 01-01, fired 01-02");
}

/* As after a step back of the program and forth again. */
static void
a_rule_that_can_be_read_again_goes_on_with_the_next_bar(void **state)
{
    (void)state;
    const double close[] = {120, 130};
    int64_t btc = instrument("BTC-USD");
    int64_t id = rule_add(&(struct asked){
        .symbol = "BTC-USD", .when = "close above 100", .interval_s = DAY_S});
    sql("UPDATE alert_rule SET left_term = 'oracle_7' WHERE kind = 'series'");
    bring(btc, DAY_S, closes(close, 1, START), 1);
    evaluate(day(1));
    assert_string_equal(phase(id), "fault");
    sql("UPDATE alert_rule SET left_term = 'close' WHERE kind = 'series'");
    bring(btc, DAY_S, closes(close + 1, 1, day(1)), 1);
    evaluate(day(2));
    assert_string_equal(phase(id), "active");
    assert_string_equal(events(id), "fired 01-02");
}

static void
built_bars_are_noted_by_the_mill(void **state)
{
    (void)state;
    int64_t btc = instrument("BTC-USD");
    int64_t id = rule_add(&(struct asked){
        .symbol = "BTC-USD", .when = "close above 1", .interval_s = 300});
    evaluate(START);
    bring(btc, 60, walk(3, START, 60, 7), 7);
    assert_int_equal(evaluate(START + 420).rules, 0);
    mill(btc);
    evaluate(START + 420);
    assert_string_equal(events(id), "fired 01-01");
    assert_string_equal(sql("SELECT extract(epoch FROM last_ts)::bigint FROM "
                            "alert_state"),
                        "1704067200");
    assert_string_equal(sql("SELECT count(*) FROM alert_dirty WHERE due_ts = "
                            "'-infinity'"),
                        "0");
}

/* --- crashes -------------------------------------------------------------- */

static bool
then_dies(struct db *conn, void *arg, struct err *why)
{
    struct alert_run_report report;
    (void)arg;
    return alert_run(conn, &(struct alert_run_options){.now_ts = day(2)},
                     &report, why) &&
           err_set(why, ERR_INTERNAL, "died");
}

static void
what_was_not_committed_happens_once_all_the_same(void **state)
{
    (void)state;
    const double close[] = {90, 120};
    int64_t id = rule_add(&(struct asked){
        .symbol = "BTC-USD", .when = "close above 100", .interval_s = DAY_S});
    evaluate(START);
    bring(instrument("BTC-USD"), DAY_S, closes(close, 2, START), 2);
    assert_false(db_tx(db, then_dies, NULL, &err));
    assert_string_equal(events(id), "");
    assert_string_equal(
        sql("SELECT count(*) FROM alert_dirty WHERE due_ts = '-infinity'"),
        "1");
    evaluate(day(2));
    evaluate(day(2));
    assert_string_equal(events(id), "fired 01-02");
    assert_string_equal(sql("SELECT count(*) FROM alert_incident"), "1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(bars_in_any_portions_give_what_the_replay_gives),
        DB_CASE(a_new_rule_begins_with_the_newest_bar_that_is_over),
        DB_CASE(the_bar_of_a_session_is_over_at_its_close),
        DB_CASE(history_that_is_imported_tells_nobody),
        DB_CASE(what_ends_a_told_alert_is_told_however_late),
        DB_CASE(silence_is_found_by_time_and_ended_by_a_bar),
        DB_CASE(corrected_bars_are_replayed_and_tell_nobody),
        DB_CASE(a_correction_ends_what_was_told),
        DB_CASE(bars_before_the_first_are_looked_at_where_they_came),
        DB_CASE(corrections_anywhere_give_the_state_of_the_corrected_bars),
        DB_CASE(a_changed_rule_begins_anew_and_one_switched_off_rests),
        DB_CASE(a_rule_that_cannot_be_read_is_set_aside_until_it_is_changed),
        DB_CASE(a_rule_that_can_be_read_again_goes_on_with_the_next_bar),
        DB_CASE(built_bars_are_noted_by_the_mill),
        DB_CASE(what_was_not_committed_happens_once_all_the_same),
    };
    return DB_CASES_RUN(tests);
}
