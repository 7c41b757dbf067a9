#include "core/mill.h"

#include "lib/buf.h"
#include "tests/lib/millcase.h"

enum { BTC = 1, ETH = 2, MINUTE_S = 60, HOUR_S = 3600 };
static const int64_t may_2023 = 1682899200;

/* --- what is built ------------------------------------------------------- */

/* Buckets by date_bin, compared with what is stored; the differences. */
static const char *
differences(const char *bucket, int32_t interval_s)
{
    return sql(arena_printf(
        a,
        "WITH made AS (SELECT date_bin('%s', ts, 'epoch'::timestamptz) AS ts, "
        "(array_agg(open ORDER BY ts))[1] AS open, max(high) AS high, "
        "min(low) AS low, (array_agg(close ORDER BY ts DESC))[1] AS close, "
        "CASE WHEN bool_and(volume IS NOT NULL) THEN sum(volume ORDER BY ts) "
        "END AS volume FROM bar WHERE instrument_id = 1 AND interval_s = 60 "
        "GROUP BY 1), stored AS (SELECT ts, open, high, low, close, volume "
        "FROM bar WHERE instrument_id = 1 AND interval_s = %d) "
        "SELECT (SELECT count(*) FROM (TABLE made EXCEPT TABLE stored) AS x), "
        "(SELECT count(*) FROM (TABLE stored EXCEPT TABLE made) AS x), "
        "(SELECT count(*) > 0 FROM stored)",
        bucket, interval_s));
}

static void
intervals_are_what_sql_makes_of_the_minutes(void **state)
{
    (void)state;
    struct series_row *rows = walk(1, may_2023 + 7 * MINUTE_S, MINUTE_S, 5000);
    bring(BTC, MINUTE_S, rows, 2000);
    bring(BTC, MINUTE_S, rows + 2100, 2900); /* a gap between */
    struct mill_count count = mill(BTC);
    assert_int_equal(count.bars_read, 4900);
    assert_string_equal(differences("5 minutes", 300), "0|0|t");
    assert_string_equal(differences("15 minutes", 900), "0|0|t");
    assert_string_equal(differences("1 hour", 3600), "0|0|t");
    assert_string_equal(differences("4 hours", 14400), "0|0|t");
    assert_string_equal(differences("1 day", 86400), "0|0|t");
    assert_string_equal(
        sql("SELECT count(*), sum(rows_new) = (SELECT count(*) FROM bar WHERE "
            "interval_s > 60), sum(rows_same + rows_changed) FROM load WHERE "
            "kind = 'derived' AND state = 'stored'"),
        "5|t|0");
}

/* Feeds all stored bars in one go and compares with what is stored, by bits;
 * the number of bars. */
static size_t
check_one_pass(int64_t instrument_id, int32_t interval_s)
{
    struct series *bars;
    assert_true(bar_list(a, db, NULL, instrument_id, interval_s, 0, 4000000000,
                         100000, &bars, &err));
    size_t n = bars->n;
    int64_t *ts = arena_array(a, n, sizeof *ts),
            *day = arena_array(a, n, sizeof *day);
    double *in[4], *features[FEATURE_COUNT], *indicators[INDICATOR_COUNT];
    for (size_t k = 0; k < 4; k++)
        in[k] = arena_array(a, n, sizeof(double));
    for (size_t k = 0; k < FEATURE_COUNT; k++)
        features[k] = arena_array(a, n, sizeof(double));
    for (size_t k = 0; k < INDICATOR_COUNT; k++)
        indicators[k] = arena_array(a, n, sizeof(double));
    for (size_t i = 0; i < n; i++) {
        const struct series_row *row = &bars->rows[i];
        ts[i] = row->ts;
        day[i] = row->ts / DAY_S;
        in[0][i] = row->high, in[1][i] = row->low, in[2][i] = row->close;
        in[3][i] = row->volume;
    }
    struct feature_state s;
    struct feature_bars fed = {.bars = {n, in[0], in[1], in[2], in[3],
                                        interval_s == DAY_S ? NULL : day},
                               .ts = ts};
    feature_start(&s);
    feature_feed(&s, &fed, features, indicators);
    for (int table = 0; table < 2; table++) {
        size_t columns = table == 0 ? INDICATOR_COUNT : FEATURE_COUNT;
        char *text = arena_strdup(
            a,
            sql(arena_printf(
                a,
                "SELECT string_agg(to_jsonb(t)::text, E'\\n' ORDER BY ts) FROM "
                "%s t WHERE instrument_id = %lld AND interval_s = %d",
                table == 0 ? "indicator" : "feature", (long long)instrument_id,
                interval_s)));
        char *line = text, *all = text + strlen(text), *next;
        for (size_t i = 0; i < n; i++, line = next + 1) {
            next = memchr(line, '\n', (size_t)(all - line));
            next = next != NULL ? next : all;
            *next = '\0';
            for (size_t k = 0; k < columns; k++) {
                double want = table == 0 ? indicators[k][i] : features[k][i];
                const char *name =
                    table == 0 ? indicator_all[k].name : feature_all[k].name;
                const char *at =
                    strstr(line, arena_printf(a, "\"%s\": ", name));
                double got = NAN;
                assert_non_null(at);
                at += strlen(name) + 4;
                if (strncmp(at, "null", 4) != 0)
                    got = strtod(at, NULL);
                if (isnan(want) ? !isnan(got) : want != got)
                    fail_msg("%s of bar %zu of %d: %.17g, not %.17g", name, i,
                             interval_s, got, want);
            }
        }
    }
    return n;
}

static void
what_is_stored_is_what_one_pass_gives(void **state)
{
    (void)state;
    bring(BTC, MINUTE_S, walk(2, may_2023, MINUTE_S, 14400), 14400);
    bring(ETH, HOUR_S, walk(3, may_2023, HOUR_S, 3000), 3000);
    mill(BTC);
    mill(ETH);
    assert_int_equal(check_one_pass(BTC, HOUR_S), 240);
    assert_int_equal(check_one_pass(BTC, 4 * HOUR_S), 60);
    assert_int_equal(check_one_pass(BTC, DAY_S), 10);
    assert_int_equal(check_one_pass(ETH, HOUR_S), 3000);
    assert_string_equal(sql("SELECT DISTINCT interval_s FROM feature WHERE "
                            "instrument_id = 2 UNION SELECT DISTINCT "
                            "interval_s FROM indicator WHERE instrument_id = "
                            "2 AND interval_s <> 3600"),
                        "3600");
    assert_string_equal(sql("SELECT DISTINCT version FROM feature"), "1");
}

/* The table's columns, without the first ones. */
static const char *
columns_of(const char *table, int skip)
{
    return arena_strdup(
        a, sql(arena_printf(
               a,
               "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position) "
               "FROM information_schema.columns WHERE table_name = '%s' AND "
               "ordinal_position > %d",
               table, skip)));
}

static void
columns_are_those_of_the_lists(void **state)
{
    (void)state;
    struct buf *indicators = buf_new(a), *features = buf_new(a);
    for (size_t k = 0; k < INDICATOR_COUNT; k++)
        buf_addf(indicators, "%s%s", k > 0 ? " " : "", indicator_all[k].name);
    for (size_t k = 0; k < FEATURE_COUNT; k++)
        buf_addf(features, "%s%s", k > 0 ? " " : "", feature_all[k].name);
    assert_string_equal(columns_of("indicator", 3), indicators->data);
    assert_string_equal(columns_of("feature", 4), features->data);
    assert_string_equal(columns_of("mill_state", 0),
                        "instrument_id interval_s through_ts version state");
}

/* A state's count of bars is left aside when states are compared. */
static void
windows_are_full_before_states_are_compared(void **state)
{
    (void)state;
    for (size_t k = 0; k < INDICATOR_COUNT; k++)
        assert_true(indicator_all[k].warm < MILL_STATE_BARS);
    for (size_t k = 0; k < FEATURE_COUNT; k++)
        assert_true(feature_all[k].warm < MILL_STATE_BARS);
}

/* --- order and portions --------------------------------------------------- */

static void
order_and_portions_of_arrival_do_not_matter(void **state)
{
    (void)state;
    enum { N = 12000, PARTS = 24 };
    struct series_row *rows = walk(4, may_2023, MINUTE_S, N);
    size_t order[PARTS];
    uint64_t seed = 5;
    for (size_t i = 0; i < PARTS; i++)
        order[i] = i;
    for (size_t i = PARTS - 1; i > 0; i--) {
        size_t k = (size_t)(random_next(&seed) * (double)(i + 1));
        size_t kept = order[i];
        order[i] = order[k];
        order[k] = kept;
    }
    for (size_t i = 0; i < PARTS; i++) {
        size_t from = order[i] * (N / PARTS);
        bring(BTC, MINUTE_S, rows + from, N / PARTS);
        if (i % 3 > 0)
            mill(BTC);
    }
    for (int i = 0; i < 6; i++) { /* corrections, of one row or a few */
        size_t at = (size_t)(random_next(&seed) * (N - 40));
        for (size_t k = 0; k < 1 + (size_t)i * 7; k++)
            rows[at + k].volume = 3;
        bring(BTC, MINUTE_S, rows + at, 40);
        mill(BTC);
    }
    assert_string_equal(sql("SELECT count(*) FROM bar WHERE interval_s = 60"),
                        "12000");
    assert_as_fresh(BTC, ETH);
}

static void
an_undone_load_leaves_no_trace(void **state)
{
    (void)state;
    struct series_row *rows = walk(6, may_2023, MINUTE_S, 9000);
    bring(BTC, MINUTE_S, rows, 3000);
    mill(BTC);
    const char *before = digest(BTC);
    int64_t later = bring(BTC, MINUTE_S, rows + 4000, 5000);
    mill(BTC);
    rows[5000].close = rows[5000].high;
    rows[5000].volume = 7;
    int64_t corrected = bring(BTC, MINUTE_S, rows + 4900, 200);
    mill(BTC);
    assert_as_fresh(BTC, ETH);
    undo(corrected);
    mill(BTC);
    assert_as_fresh(BTC, ETH);
    undo(later);
    mill(BTC);
    assert_string_equal(digest(BTC), before);
    assert_string_equal(
        sql("SELECT count(*) FROM bar WHERE instrument_id = 1 AND ts > "
            "to_timestamp(1682899200 + 3000 * 60)"),
        "0");
    assert_string_equal(
        sql("SELECT count(DISTINCT interval_s), bool_and(believed_from < "
            "believed_to) FROM bar_undone WHERE instrument_id = 1"),
        "6|t");
    bring(BTC, MINUTE_S, rows + 4000, 5000);
    mill(BTC);
    assert_as_fresh(BTC, ETH);
}

/* --- what depends on what --------------------------------------------------
 */

static void
a_corrected_minute_changes_only_what_depends_on_it(void **state)
{
    (void)state;
    enum { N = 30 * 1440, AT = 20 * 1440 + 100 };
    struct series_row *rows = walk(7, may_2023, MINUTE_S, N);
    for (size_t i = 0; i < N; i++) /* one unknown is a whole day unknown */
        rows[i].volume = 1 + (double)(i % 7);
    bring(BTC, MINUTE_S, rows, N);
    mill(BTC);
    sql("CREATE TABLE was AS SELECT 'i' AS what, interval_s, ts, xmin::text AS "
        "x "
        "FROM indicator UNION ALL SELECT 'f', interval_s, ts, xmin::text AS x "
        "FROM "
        "feature UNION ALL SELECT 'b', interval_s, ts, xmin::text AS x FROM "
        "bar");
    rows[AT].volume += 1; /* no price: high and low of the day stay */
    bring(BTC, MINUTE_S, rows + AT, 1);
    struct mill_count count = mill(BTC);
    assert_int_equal(count.bars_read, 1440);
    const char *changed = sql(
        "SELECT what, interval_s, count(*), (min(ts) AT TIME ZONE 'UTC')::text "
        "FROM (SELECT 'i' AS what, interval_s, ts, xmin::text AS x FROM "
        "indicator "
        "UNION ALL SELECT 'f', interval_s, ts, xmin::text AS x FROM feature "
        "UNION "
        "ALL SELECT 'b', interval_s, ts, xmin::text AS x FROM bar EXCEPT TABLE "
        "was) "
        "AS x GROUP BY 1, 2 ORDER BY 1, 2");
    /* one bucket each, and the rows from it on */
    assert_string_equal(changed, "b|60|1|2023-05-21 01:40:00\n"
                                 "b|300|1|2023-05-21 01:40:00\n"
                                 "b|900|1|2023-05-21 01:30:00\n"
                                 "b|3600|1|2023-05-21 01:00:00\n"
                                 "b|14400|1|2023-05-21 00:00:00\n"
                                 "b|86400|1|2023-05-21 00:00:00\n"
                                 "f|3600|239|2023-05-21 01:00:00\n"
                                 "f|14400|60|2023-05-21 00:00:00\n"
                                 "f|86400|10|2023-05-21 00:00:00\n"
                                 "i|3600|239|2023-05-21 01:00:00\n"
                                 "i|14400|60|2023-05-21 00:00:00\n"
                                 "i|86400|10|2023-05-21 00:00:00");
    assert_as_fresh(BTC, ETH);
}

/* Averages forget: after some thousand bars all is as it was, and stays. */
static void
a_correction_in_a_long_history_is_forgotten(void **state)
{
    (void)state;
    enum { N = 12000, AT = 4321 };
    struct series_row *rows = walk(8, may_2023, HOUR_S, N);
    bring(BTC, HOUR_S, rows, N);
    assert_int_equal(mill(BTC).rows, 2 * N);
    rows[AT].close = rows[AT].low;
    bring(BTC, HOUR_S, rows, N); /* all again: one differs */
    struct mill_count count = mill(BTC);
    assert_in_range(count.rows, 2 * 200, 2 * 3000);
    /* one that came late shifts all that follow by one */
    struct series_row late = rows[7000];
    late.ts += HOUR_S / 2;
    bring(BTC, HOUR_S, &late, 1);
    count = mill(BTC);
    assert_in_range(count.rows, 2 * 200, 2 * 3000);
    /* and two apart are done apart */
    rows[2000].close = rows[2000].high;
    rows[10000].close = rows[10000].high;
    bring(BTC, HOUR_S, rows, N);
    count = mill(BTC);
    assert_in_range(count.rows, 4 * 200, 4 * 3000);
    assert_as_fresh(BTC, ETH);
}

static void
what_is_the_same_touches_nothing(void **state)
{
    (void)state;
    struct series_row *rows = walk(9, may_2023, MINUTE_S, 3000);
    bring(BTC, MINUTE_S, rows, 3000);
    mill(BTC);
    bring(BTC, MINUTE_S, rows + 500, 1000);
    assert_string_equal(sql("SELECT count(*) FROM bar_dirty"), "0");
    assert_int_equal(mill(BTC).bars_read, 0);
    /* the open of a minute in the middle is in no longer bar */
    rows[702].open = rows[702].close;
    bring(BTC, MINUTE_S, rows + 702, 1);
    struct mill_count count = mill(BTC);
    assert_int_equal(count.bars_read, 1440);
    assert_int_equal(count.rows, 0);
    assert_string_equal(sql("SELECT count(*) FROM load WHERE kind = 'derived'"),
                        "5");
}

/* --- bars that were brought ------------------------------------------------
 */

static void
a_brought_bar_is_not_replaced_by_a_built_one(void **state)
{
    (void)state;
    struct series_row *rows = walk(10, may_2023, MINUTE_S, 5 * 1440);
    struct series_row *days = walk(11, may_2023 + DAY_S, DAY_S, 2);
    bring(BTC, MINUTE_S, rows, 4 * 1440);
    mill(BTC);
    const char *built = digest(BTC);
    int64_t load = bring(BTC, DAY_S, days, 2); /* replaces two built ones */
    mill(BTC);
    bring(BTC, MINUTE_S, rows, 5 * 1440); /* nothing that they replace */
    rows[1500].volume = 5;
    bring(BTC, MINUTE_S, rows + 1500, 1); /* inside the first */
    mill(BTC);
    assert_string_equal(
        sql("SELECT l.kind, count(*) FROM bar b JOIN load l ON l.id = "
            "b.load_id WHERE b.instrument_id = 1 AND b.interval_s = 86400 "
            "GROUP BY 1 ORDER BY 1"),
        "derived|3\nupload|2");
    assert_as_fresh(BTC, ETH);
    undo(load); /* what is built is built of today's minutes */
    mill(BTC);
    assert_string_equal(
        sql("SELECT l.kind, count(*) FROM bar b JOIN load l ON l.id = "
            "b.load_id WHERE b.instrument_id = 1 AND b.interval_s = 86400 "
            "GROUP BY 1"),
        "derived|5");
    assert_as_fresh(BTC, ETH);
    assert_string_not_equal(digest(BTC), built);
}

static void
a_built_bar_is_undone_with_its_minutes_only(void **state)
{
    (void)state;
    bring(BTC, MINUTE_S, walk(12, may_2023, MINUTE_S, 60), 60);
    mill(BTC);
    struct undo_count count;
    int64_t built = strtoll(
        sql("SELECT min(id) FROM load WHERE kind = 'derived'"), NULL, 10);
    assert_false(undo_load(db, built, "test", "", &count, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_non_null(strstr(err.text, "minute"));
}

/* --- states ----------------------------------------------------------------
 */

static void
a_page_begins_at_the_newest_state_before_it(void **state)
{
    (void)state;
    enum { N = 6000, FROM = 5000 };
    struct series_row *rows = walk(13, may_2023, HOUR_S, N);
    bring(BTC, HOUR_S, rows, N);
    struct feature_state s;
    int64_t next_ts;
    assert_true(
        mill_state_before(db, BTC, HOUR_S, rows[FROM].ts, &s, &next_ts, &err));
    assert_true(next_ts == INT64_MIN && s.indicators.bars == 0);
    mill(BTC);
    assert_true(
        mill_state_before(db, BTC, HOUR_S, rows[FROM].ts, &s, &next_ts, &err));
    assert_in_range(next_ts, rows[FROM - MILL_STATE_BARS].ts, rows[FROM].ts);
    assert_true(
        mill_state_before(db, BTC, HOUR_S, rows[10].ts, &s, &next_ts, &err));
    assert_true(next_ts == INT64_MIN && s.indicators.bars == 0);
    if (!mill_state_before(db, BTC, HOUR_S, INT64_MAX, &s, &next_ts, &err))
        fail_msg("%s", err.text);
    assert_true(next_ts > rows[N - 1 - MILL_STATE_BARS].ts);
}

static void
another_version_is_computed_anew(void **state)
{
    (void)state;
    struct mill_due *due;
    size_t n;
    bring(BTC, MINUTE_S, walk(14, may_2023, MINUTE_S, 4000), 4000);
    bring(ETH, DAY_S, walk(15, may_2023, DAY_S, 20), 20);
    assert_true(mill_list(a, db, &due, &n, &err));
    assert_int_equal(n, 2);
    assert_string_equal(due[0].symbol, "BTC-USD");
    assert_int_equal(due[1].instrument_id, ETH);
    mill(BTC);
    mill(ETH);
    const char *bits = digest(BTC), *days = digest(ETH);
    assert_true(mill_list(a, db, &due, &n, &err));
    assert_int_equal(n, 0);
    sql("UPDATE milled SET version = 1; UPDATE mill_state SET version = 1; "
        "UPDATE indicator SET sma_20 = 0; UPDATE feature SET hour = 99");
    assert_true(mill_list(a, db, &due, &n, &err));
    assert_int_equal(n, 2);
    mill(BTC);
    mill(ETH);
    assert_string_equal(digest(BTC), bits);
    assert_string_equal(digest(ETH), days);
    assert_string_equal(sql("SELECT DISTINCT version = (SELECT DISTINCT "
                            "version FROM milled) FROM mill_state"),
                        "t");
}

/* --- trouble ---------------------------------------------------------------
 */

static bool
stop_at(void *arg, int64_t bars)
{
    return bars < *(int64_t *)arg;
}

static void
a_crash_in_the_middle_leaves_everything_due(void **state)
{
    (void)state;
    struct series_row *rows = walk(16, may_2023, MINUTE_S, 12000);
    bring(BTC, MINUTE_S, rows, 8000);
    mill(BTC);
    bring(BTC, MINUTE_S, rows + 8000, 4000);
    const char *before = digest(BTC);
    int64_t at[] = {1, 5000, 9000};
    for (size_t i = 0; i < 3; i++) {
        struct mill_options options = {.progress = stop_at, .arg = &at[i]};
        struct mill_count count;
        assert_false(mill_instrument(db, BTC, &options, &count, &err));
        assert_int_equal(err.kind, ERR_RETRY);
        assert_string_equal(digest(BTC), before);
        assert_string_equal(sql("SELECT count(*) FROM bar_dirty"), "1");
    }
    mill(BTC);
    assert_string_equal(sql("SELECT count(*) FROM bar_dirty"), "0");
    assert_as_fresh(BTC, ETH);
}

static void
nothing_to_do_is_done_at_once(void **state)
{
    (void)state;
    struct mill_count count = mill(BTC);
    assert_true(count.bars_read == 0 && count.bars_built == 0 &&
                count.rows == 0);
    /* everything went again before it was milled */
    int64_t load = bring(BTC, MINUTE_S, walk(17, may_2023, MINUTE_S, 700), 700);
    undo(load);
    mill(BTC);
    assert_string_equal(sql("SELECT count(*) FROM bar"), "0");
    load = bring(BTC, MINUTE_S, walk(17, may_2023, MINUTE_S, 700), 700);
    mill(BTC);
    undo(load);
    mill(BTC);
    assert_string_equal(digest(BTC), "0|");
    assert_string_equal(sql("SELECT count(*) FROM mill_state"), "0");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(intervals_are_what_sql_makes_of_the_minutes),
        DB_CASE(what_is_stored_is_what_one_pass_gives),
        DB_CASE(columns_are_those_of_the_lists),
        DB_CASE(windows_are_full_before_states_are_compared),
        DB_CASE(order_and_portions_of_arrival_do_not_matter),
        DB_CASE(an_undone_load_leaves_no_trace),
        DB_CASE(a_corrected_minute_changes_only_what_depends_on_it),
        DB_CASE(a_correction_in_a_long_history_is_forgotten),
        DB_CASE(what_is_the_same_touches_nothing),
        DB_CASE(a_brought_bar_is_not_replaced_by_a_built_one),
        DB_CASE(a_built_bar_is_undone_with_its_minutes_only),
        DB_CASE(a_page_begins_at_the_newest_state_before_it),
        DB_CASE(another_version_is_computed_anew),
        DB_CASE(a_crash_in_the_middle_leaves_everything_due),
        DB_CASE(nothing_to_do_is_done_at_once),
    };
    return DB_CASES_RUN(tests);
}
