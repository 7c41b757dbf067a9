#include "core/bar.h"

#include "core/load.h"
#include "core/quarantine.h"
#include "lib/date.h"
#include "tests/lib/testdb.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int64_t
new_load(struct db_fixture *f, int32_t interval_s)
{
    struct load load = {.instrument_id = 1,
                        .interval_s = interval_s,
                        .kind = "upload",
                        .request = "a test",
                        .elapsed_ms = NAN};
    int64_t id;
    assert_true(load_create(f->db, &load, &id, &f->err));
    return id;
}

/* n bars from `first`, closes counting up from `close`; volume NaN at odd
 * places. */
static struct series_row *
bars(struct db_fixture *f, int64_t first, int32_t step_s, size_t n,
     double close)
{
    struct series_row *rows = arena_array(f->a, n, sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        double c = close + (double)i;
        rows[i] = (struct series_row){.ts = first + (int64_t)i * step_s,
                                      .open = c - 0.5,
                                      .high = c + 1,
                                      .low = c - 1,
                                      .close = c,
                                      .volume = i % 2 ? NAN : c * 10};
    }
    return rows;
}

static void
store(struct db_fixture *f, int32_t interval_s, int64_t load,
      const struct series_row *rows, size_t n, int64_t n_new, int64_t n_same,
      int64_t n_changed)
{
    struct bar_target target = {1, interval_s, load};
    struct bar_count count;
    if (!bar_store(f->db, &target, rows, n, &count, &f->err))
        fail_msg("%s", f->err.text);
    assert_int_equal(count.n_new, n_new);
    assert_int_equal(count.n_same, n_same);
    assert_int_equal(count.n_changed, n_changed);
    struct load_count counts = {n_new, n_same, n_changed, 0, 0};
    assert_true(load_stored(f->db, load, &counts, &f->err));
}

static void
new_bars_are_stored_exactly(void **state)
{
    struct db_fixture *f = *state;
    struct series_row *rows = bars(f, -5 * DAY_S, DAY_S, 1000, 0.1);
    store(f, DAY_S, new_load(f, DAY_S), rows, 1000, 1000, 0, 0);
    struct series *back;
    assert_true(bar_list(f->a, f->db, NULL, 1, DAY_S, -9999 * DAY_S,
                         9999 * DAY_S, 5000, &back, &f->err));
    assert_int_equal(back->n, 1000);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(back->rows[i].ts, rows[i].ts);
        assert_true(back->rows[i].open == rows[i].open);
        assert_true(back->rows[i].high == rows[i].high);
        assert_true(back->rows[i].low == rows[i].low);
        assert_true(back->rows[i].close == rows[i].close);
        assert_true(isnan(rows[i].volume)
                        ? isnan(back->rows[i].volume)
                        : back->rows[i].volume == rows[i].volume);
    }
    assert_string_equal(test_db_sql(f->t, "SELECT DISTINCT load_id FROM bar"),
                        "1");
}

static void
what_is_stored_already_is_not_touched(void **state)
{
    struct db_fixture *f = *state;
    struct series_row *rows = bars(f, 0, DAY_S, 500, 100);
    store(f, DAY_S, new_load(f, DAY_S), rows, 500, 500, 0, 0);
    const char *before = arena_strdup(
        f->a, test_db_sql(f->t, "SELECT md5(string_agg(ctid::text || "
                                "xmin::text || load_id, ',' ORDER BY ts)) "
                                "FROM bar"));
    store(f, DAY_S, new_load(f, DAY_S), rows, 500, 0, 500, 0);
    assert_string_equal(
        test_db_sql(f->t, "SELECT md5(string_agg(ctid::text || xmin::text || "
                          "load_id, ',' ORDER BY ts)) FROM bar"),
        before);
    assert_string_equal(test_db_sql(f->t, "SELECT count(*) FROM bar_history"),
                        "0");
}

static void
a_changed_bar_goes_to_history_with_its_time_of_belief(void **state)
{
    struct db_fixture *f = *state;
    int64_t first = new_load(f, DAY_S);
    store(f, DAY_S, first, bars(f, 0, DAY_S, 10, 100), 10, 10, 0, 0);
    struct series_row *rows = bars(f, 4 * DAY_S, DAY_S, 10, 104);
    rows[1].close += 0.25; /* another value */
    rows[2].volume = NAN;  /* a volume that is gone */
    rows[3].volume = 7;    /* one that has come */
    store(f, DAY_S, new_load(f, DAY_S), rows, 10, 4, 3, 3);
    assert_string_equal(
        test_db_sql(f->t, "SELECT h.ts::date, h.close, h.volume, h.load_id, "
                          "h.replaced_by, h.believed_from = l.stored_at, "
                          "h.believed_to = r.stored_at "
                          "FROM bar_history h JOIN load l ON l.id = h.load_id "
                          "JOIN load r ON r.id = h.replaced_by ORDER BY h.ts"),
        "1970-01-06|105||1|2|t|f\n"
        "1970-01-07|106|1060|1|2|t|f\n"
        "1970-01-08|107||1|2|t|f");
    assert_string_equal(
        test_db_sql(f->t, "SELECT ts::date, close, volume, load_id FROM bar "
                          "WHERE ts BETWEEN '1970-01-05' AND '1970-01-11' "
                          "ORDER BY ts"),
        "1970-01-05|104|1040|1\n1970-01-06|105.25||2\n"
        "1970-01-07|106||2\n1970-01-08|107|7|2\n1970-01-09|108|1080|1\n"
        "1970-01-10|109||1\n1970-01-11|110|1100|2");
}

struct both {
    struct db_fixture *f;
    const struct series_row *rows;
    size_t n;
    int64_t load;
    bool commit;
};

static bool
store_and_settle(struct db *db, void *arg, struct err *err)
{
    struct both *b = arg;
    struct bar_target target = {1, DAY_S, b->load};
    struct bar_count count;
    struct load_count counts = {0};
    return bar_store(db, &target, b->rows, b->n, &count, err) &&
           load_stored(db, b->load, &counts, err) &&
           (b->commit || err_set(err, ERR_CONFLICT, "no longer the owner"));
}

static void
belief_has_neither_gap_nor_overlap(void **state)
{
    struct db_fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        struct both b = {f, bars(f, 0, DAY_S, 3, 100 + i), 3,
                         new_load(f, DAY_S), true};
        assert_true(db_tx(f->db, store_and_settle, &b, &f->err));
    }
    assert_string_equal(
        test_db_sql(f->t,
                    "SELECT count(*) FROM bar_history x JOIN bar_history y "
                    "ON y.ts = x.ts AND y.load_id = x.replaced_by "
                    "WHERE x.believed_to = y.believed_from"),
        "3");
    assert_string_equal(
        test_db_sql(f->t, "SELECT count(*) FROM bar_history x JOIN bar b "
                          "USING (instrument_id, interval_s, ts) JOIN load l "
                          "ON l.id = b.load_id WHERE x.believed_to = "
                          "l.stored_at AND x.replaced_by = b.load_id"),
        "3");
}

static void
a_store_joins_the_callers_transaction(void **state)
{
    struct db_fixture *f = *state;
    struct both b = {f, bars(f, 0, DAY_S, 300, 100), 300, new_load(f, DAY_S),
                     false};
    assert_false(db_tx(f->db, store_and_settle, &b, &f->err));
    assert_int_equal(f->err.kind, ERR_CONFLICT);
    assert_string_equal(test_db_sql(f->t, "SELECT count(*) FROM bar"), "0");
    b.commit = true;
    assert_true(db_tx(f->db, store_and_settle, &b, &f->err));
    b.rows = bars(f, 0, DAY_S, 300, 200);
    b.load = new_load(f, DAY_S);
    b.commit = false;
    assert_false(db_tx(f->db, store_and_settle, &b, &f->err));
    assert_string_equal(
        test_db_sql(f->t, "SELECT count(*), max(close) FROM bar"), "300|399");
    assert_string_equal(test_db_sql(f->t, "SELECT count(*) FROM bar_history"),
                        "0");
}

static void
rows_between_stored_ones_are_filled_in(void **state)
{
    struct db_fixture *f = *state;
    store(f, DAY_S, new_load(f, DAY_S), bars(f, 0, 2 * DAY_S, 50, 100), 50, 50,
          0, 0);
    struct series_row *all = bars(f, -3 * DAY_S, DAY_S, 120, 1000);
    struct series_row *even = bars(f, 0, 2 * DAY_S, 50, 100);
    for (size_t i = 0; i < 50; i++)
        all[3 + 2 * i] = even[i];
    store(f, DAY_S, new_load(f, DAY_S), all, 120, 70, 50, 0);
    assert_string_equal(test_db_sql(f->t, "SELECT count(*) FROM bar"), "120");
}

static void
other_instruments_and_intervals_are_left_alone(void **state)
{
    struct db_fixture *f = *state;
    struct series_row *rows = bars(f, 0, DAY_S, 10, 100);
    store(f, DAY_S, new_load(f, DAY_S), rows, 10, 10, 0, 0);
    store(f, 3600, new_load(f, 3600), rows, 10, 10, 0, 0);
    store(f, 60, new_load(f, 60), rows, 10, 10, 0, 0);
    struct bar_target other = {2, DAY_S, 9};
    struct bar_count count;
    assert_true(bar_store(f->db, &other, rows, 10, &count, &f->err));
    assert_int_equal(count.n_new, 10);
    assert_string_equal(test_db_sql(f->t, "SELECT count(*) FROM bar"), "40");
    rows = bars(f, 0, DAY_S, 10, 200);
    store(f, 3600, new_load(f, 3600), rows, 10, 0, 0, 10);
    assert_string_equal(
        test_db_sql(f->t, "SELECT DISTINCT instrument_id, interval_s FROM "
                          "bar_history"),
        "1|3600");
}

static void
minute_bars_get_their_months(void **state)
{
    struct db_fixture *f = *state;
    int64_t first;
    assert_true(date_parse_iso("2024-01-31T22:00:00Z", 20, &first));
    size_t n = 30 * 1440; /* to 1 March: three months */
    store(f, 60, new_load(f, 60), bars(f, first, 60, n, 100), n, (int64_t)n, 0,
          0);
    assert_string_equal(
        test_db_sql(f->t, "SELECT tableoid::regclass, count(*) FROM bar "
                          "GROUP BY 1 ORDER BY min(ts)"),
        "bar_minute_2024_01|120\nbar_minute_2024_02|41760\n"
        "bar_minute_2024_03|1320");
    struct series_row *again = bars(f, first, 60, n, 100);
    again[n - 1].close += 1;
    store(f, 60, new_load(f, 60), again, n, 0, (int64_t)n - 1, 1);
    struct series_row *old = bars(f, -60, 60, 1, 1);
    struct bar_target target = {1, 60, 1};
    struct bar_count count;
    assert_false(bar_store(f->db, &target, old, 1, &count, &f->err));
    assert_int_equal(f->err.kind, ERR_INPUT);
}

static void
nothing_to_store_is_no_failure(void **state)
{
    struct db_fixture *f = *state;
    store(f, DAY_S, new_load(f, DAY_S), NULL, 0, 0, 0, 0);
}

struct thread {
    struct db_fixture *f;
    double close;
    int64_t load;
    bool ok;
    struct bar_count count;
    struct err err;
};

static void *
store_in_thread(void *arg)
{
    struct thread *t = arg;
    struct db *db;
    struct series_row rows[400];
    for (int i = 0; i < 400; i++)
        rows[i] = (struct series_row){i * DAY_S, t->close, t->close, t->close,
                                      t->close,  NAN,      NULL,     NULL};
    struct bar_target target = {1, DAY_S, t->load};
    t->ok = db_open(&db, test_db_conninfo(t->f->t, "worker"), "t", &t->err) &&
            bar_store(db, &target, rows, 400, &t->count, &t->err);
    db_close(db);
    return NULL;
}

static void
stores_at_once_wait_for_each_other(void **state)
{
    struct db_fixture *f = *state;
    enum { N = 4 };
    struct thread threads[N];
    pthread_t ids[N];
    for (int i = 0; i < N; i++) {
        threads[i] = (struct thread){
            .f = f, .close = 100 + i, .load = new_load(f, DAY_S)};
        pthread_create(&ids[i], NULL, store_in_thread, &threads[i]);
    }
    int64_t n_new = 0, n_changed = 0;
    for (int i = 0; i < N; i++) {
        pthread_join(ids[i], NULL);
        if (!threads[i].ok)
            fail_msg("%s", threads[i].err.text);
        n_new += threads[i].count.n_new;
        n_changed += threads[i].count.n_changed;
    }
    assert_int_equal(n_new, 400);
    assert_int_equal(n_changed, 400 * (N - 1));
    assert_string_equal(
        test_db_sql(f->t, "SELECT count(*), count(DISTINCT close) FROM bar"),
        "400|1");
    assert_string_equal(test_db_sql(f->t, "SELECT count(*) FROM bar_history"),
                        "1200");
}

static void
readers_say_what_is_there(void **state)
{
    struct db_fixture *f = *state;
    struct bar_span span;
    int64_t ts;
    assert_true(bar_span(f->db, 1, DAY_S, &span, &f->err));
    assert_int_equal(span.n, 0);
    assert_int_equal(span.last_ts, 0);
    assert_true(bar_last(f->db, 1, DAY_S, &ts, &f->err));
    assert_int_equal(ts, 0);

    store(f, DAY_S, new_load(f, DAY_S), bars(f, DAY_S, DAY_S, 9, 11), 9, 9, 0,
          0);
    assert_true(bar_span(f->db, 1, DAY_S, &span, &f->err));
    assert_int_equal(span.n, 9);
    assert_int_equal(span.first_ts, DAY_S);
    assert_int_equal(span.last_ts, 9 * DAY_S);
    assert_true(bar_last(f->db, 1, DAY_S, &ts, &f->err));
    assert_int_equal(ts, 9 * DAY_S);
    struct series *some;
    assert_true(bar_list(f->a, f->db, NULL, 1, DAY_S, 3 * DAY_S, 8 * DAY_S, 4,
                         &some, &f->err));
    assert_int_equal(some->n, 4);
    assert_int_equal(some->rows[0].ts, 3 * DAY_S);
    assert_null(some->rows[0].bad);
}

/* Part by part the same bars come as from all at once; a month without a part
 * has none. */
static void
parts_are_read_one_after_the_other(void **state)
{
    struct db_fixture *f = *state;
    struct bar_parts parts;
    struct series *all, *some;
    const int64_t march = 1709251200, may = 1714521600; /* 2024 */
    store(f, 60, new_load(f, 60), bars(f, march - 300, 60, 10, 3), 10, 10, 0,
          0);
    store(f, 60, new_load(f, 60), bars(f, may, 60, 5, 4), 5, 5, 0, 0);
    assert_true(bar_parts_get(f->db, &parts, &f->err));
    assert_true(bar_part_is_there(&parts, 60, march - 1));
    assert_false(bar_part_is_there(&parts, 60, may - 1));
    for (size_t limit = 1; limit <= 20; limit++) {
        assert_true(bar_list(f->a, f->db, NULL, 1, 60, march - 240, may + DAY_S,
                             limit, &all, &f->err));
        assert_true(bar_list(f->a, f->db, &parts, 1, 60, march - 240,
                             may + DAY_S, limit, &some, &f->err));
        assert_int_equal(all->n, limit < 14 ? limit : 14);
        assert_int_equal(some->n, all->n);
        for (size_t i = 0; i < all->n; i++)
            assert_true(some->rows[i].ts == all->rows[i].ts &&
                        some->rows[i].close == all->rows[i].close);
    }
    assert_true(bar_list(f->a, f->db, &parts, 1, 60, INT64_MIN, march - 60, 99,
                         &some, &f->err));
    assert_int_equal(some->n, 5);
}

/* --- loads --------------------------------------------------------------- */

static void
a_load_is_settled_once(void **state)
{
    struct db_fixture *f = *state;
    int64_t id = new_load(f, DAY_S);
    struct load_count counts = {1, 2, 3, 4, 5};
    assert_true(load_stored(f->db, id, &counts, &f->err));
    assert_string_equal(
        test_db_sql(f->t, "SELECT state, rows_new, rows_same, rows_changed, "
                          "rows_refused, rows_flagged, stored_at IS NOT NULL "
                          "FROM load"),
        "stored|1|2|3|4|5|t");
    assert_false(load_stored(f->db, id, &counts, &f->err));
    assert_int_equal(f->err.kind, ERR_CONFLICT);
    assert_false(load_refused(f->db, id, "too late", &f->err));
    assert_int_equal(f->err.kind, ERR_CONFLICT);
    id = new_load(f, DAY_S);
    assert_true(load_refused(f->db, id, "nothing in it", &f->err));
    assert_string_equal(
        test_db_sql(f->t, "SELECT state, error FROM load WHERE id = 2"),
        "refused|nothing in it");
    struct load none = {.instrument_id = 4711,
                        .interval_s = 60,
                        .kind = "upload",
                        .request = "",
                        .elapsed_ms = NAN};
    assert_false(load_create(f->db, &none, &id, &f->err));
    assert_int_equal(f->err.kind, ERR_CONFLICT);
}

static void
the_loads_of_a_run_that_wait_are_listed(void **state)
{
    struct db_fixture *f = *state;
    test_db_sql(f->t, "INSERT INTO run (mode, trigger, requested_by, lane, "
                      "steps) VALUES ('full_refresh', 'cli', 'x', 0, '{}')");
    struct load load = {.run_id = 1,
                        .instrument_id = 2,
                        .interval_s = DAY_S,
                        .kind = "provider",
                        .provider = "yahoo",
                        .provider_symbol = "ETH-USD",
                        .request = "/v8/chart",
                        .reason = "binance: timeout",
                        .simulated = true,
                        .from_ts = DAY_S,
                        .to_ts = 2 * DAY_S,
                        .http_status = 200,
                        .elapsed_ms = 12.5,
                        .archive_hash = "abc",
                        .archive_bytes = 99};
    int64_t id;
    assert_true(load_create(f->db, &load, &id, &f->err));
    load.instrument_id = 1;
    load.reason = NULL;
    assert_true(load_create(f->db, &load, &id, &f->err));
    assert_true(load_create(f->db, &load, &id, &f->err));
    assert_true(load_refused(f->db, id, "x", &f->err));
    new_load(f, DAY_S); /* of no run */
    struct load *list;
    size_t n;
    assert_true(load_list_fetched(f->a, f->db, 1, &list, &n, &f->err));
    assert_int_equal(n, 2);
    assert_int_equal(list[0].id, 2);
    assert_string_equal(list[0].reason, "");
    const struct load *second = &list[1];
    assert_int_equal(second->id, 1);
    assert_int_equal(second->instrument_id, 2);
    assert_int_equal(second->interval_s, DAY_S);
    assert_string_equal(second->provider_symbol, "ETH-USD");
    assert_string_equal(second->reason, "binance: timeout");
    assert_true(second->simulated);
    assert_int_equal(second->to_ts, 2 * DAY_S);
    assert_int_equal(second->http_status, 200);
    assert_true(second->elapsed_ms == 12.5);
    assert_string_equal(second->archive_hash, "abc");
    assert_int_equal(second->archive_bytes, 99);
}

/* --- quarantine ----------------------------------------------------------- */

/* A doubt about a row of which no number could be read. */
static struct doubt
doubt(int64_t ts, bool flag, const char *rule, const char *field,
      const char *value, const char *expected, const char *raw)
{
    return (struct doubt){ts,  flag, rule, field, value, expected,
                          raw, NAN,  NAN,  NAN,   NAN,   NAN};
}

static void
a_fault_is_kept_once_and_counted(void **state)
{
    struct db_fixture *f = *state;
    int64_t load = new_load(f, DAY_S), n_new;
    struct doubt doubts[] = {
        doubt(DAY_S, false, "high_low", "high", "1", "2 or more", "row one"),
        doubt(DAY_S, true, "jump", "close", "1", "less", "row one"),
        doubt(SERIES_NO_TS, false, "required", "time", "", "a time",
              "row \"two\""),
        doubt(SERIES_NO_TS, false, "required", "time", "", "a time",
              "{three,\\}"),
        doubt(DAY_S, false, "high_low", "high", "1", "2 or more", "row one"),
    };
    assert_true(
        quarantine_add(f->db, load, 1, DAY_S, doubts, 5, &n_new, &f->err));
    assert_int_equal(n_new, 4); /* the last is the first again */
    test_db_sql(f->t, "UPDATE quarantine SET state = 'rejected' WHERE id = 1");
    doubts[0].raw = "another row";
    assert_true(
        quarantine_add(f->db, load, 1, DAY_S, doubts, 5, &n_new, &f->err));
    assert_int_equal(n_new, 1);
    assert_string_equal(
        test_db_sql(f->t, "SELECT rule, severity, ts::date, raw, seen FROM "
                          "quarantine ORDER BY rule, raw"),
        "high_low|refuse|1970-01-02|another row|1\n"
        "high_low|refuse|1970-01-02|row one|2\n"
        "jump|flag|1970-01-02|row one|2\n"
        "required|refuse||row \"two\"|2\nrequired|refuse||{three,\\}|2");
    assert_string_equal(
        test_db_sql(f->t, "SELECT count(*) FROM quarantine WHERE state = "
                          "'rejected'"),
        "1");
    assert_true(quarantine_add(f->db, load, 1, 60, doubts, 1, &n_new, &f->err));
    assert_int_equal(n_new, 1); /* another interval */
    assert_true(quarantine_add(f->db, load, 1, 60, NULL, 0, NULL, &f->err));
}

static void
any_bytes_can_be_kept(void **state)
{
    struct db_fixture *f = *state;
    char *longest = arena_alloc(f->a, 100001);
    memset(longest, 'y', 100000);
    struct doubt doubts[] = {
        doubt(0, false, "numeric", "close", "\xff\xfe\x80 \xc3\xa9 \xc3",
              "a number", longest),
        doubt(1, false, "numeric", "close", NULL, "a number", NULL),
    };
    assert_true(quarantine_add(f->db, new_load(f, DAY_S), 1, DAY_S, doubts, 2,
                               NULL, &f->err));
    assert_string_equal(
        test_db_sql(f->t, "SELECT value LIKE '% \xc3\xa9 %', length(raw) < "
                          "5000 AND length(raw) > 3000 FROM quarantine WHERE "
                          "ts = 'epoch'"),
        "t|t");
    doubts[0].rule = "no such rule";
    assert_false(quarantine_add(f->db, 1, 1, DAY_S, doubts, 1, NULL, &f->err));
    assert_int_equal(f->err.kind, ERR_CONFLICT);
}

static void
many_faults_are_kept_in_batches(void **state)
{
    struct db_fixture *f = *state;
    enum { N = 4500 };
    struct doubt *doubts = arena_array(f->a, N, sizeof *doubts);
    for (int i = 0; i < N; i++)
        doubts[i] =
            doubt(i * DAY_S, false, "positive", "close", "-1", "above", "-1");
    int64_t n_new;
    for (int round = 0; round < 2; round++) {
        assert_true(quarantine_add(f->db, new_load(f, DAY_S), 1, DAY_S, doubts,
                                   N, &n_new, &f->err));
        assert_int_equal(n_new, round == 0 ? N : 0);
    }
    assert_string_equal(
        test_db_sql(f->t, "SELECT count(*), min(seen), max(seen), max(load_id) "
                          "FROM quarantine"),
        "4500|2|2|1");
}

#define T(name)                                                                \
    cmocka_unit_test_setup_teardown(name, db_fixture_worker, db_fixture_free)

int
main(void)
{
    if (!test_db_available())
        return test_db_skip();
    const struct CMUnitTest tests[] = {
        T(new_bars_are_stored_exactly),
        T(what_is_stored_already_is_not_touched),
        T(a_changed_bar_goes_to_history_with_its_time_of_belief),
        T(belief_has_neither_gap_nor_overlap),
        T(a_store_joins_the_callers_transaction),
        T(rows_between_stored_ones_are_filled_in),
        T(other_instruments_and_intervals_are_left_alone),
        T(minute_bars_get_their_months),
        T(nothing_to_store_is_no_failure),
        T(stores_at_once_wait_for_each_other),
        T(readers_say_what_is_there),
        T(parts_are_read_one_after_the_other),
        T(a_load_is_settled_once),
        T(the_loads_of_a_run_that_wait_are_listed),
        T(a_fault_is_kept_once_and_counted),
        T(any_bytes_can_be_kept),
        T(many_faults_are_kept_in_batches),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
