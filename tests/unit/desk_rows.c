/* Decided rows that come again, many at once, and the desk's lists. */
#include "lib/buf.h"
#include "tests/lib/deskcase.h"

/* --- the next fetch --------------------------------------------------------
 */

static struct bar_count
again(int64_t day, double close)
{
    struct series_row r = row(day, close);
    struct bar_count count;
    load_rows(DAY_S, &r, 1, NULL, 0, &count);
    return count;
}

static void
decided_values_stay_out_when_they_come_again(void **state)
{
    (void)state;
    store(1, 12);
    decided(flagged(1, 50), DESK_CORRECT);
    decided(flagged(2, 60), DESK_REJECT);
    decided(refused(3, 70), DESK_REJECT);
    /* the row itself, as the next night's overlap brings it */
    for (int64_t day = 1; day <= 3; day++)
        assert_int_equal(again(day, 40 + 10 * (double)day).n_same, 1);
    assert_string_equal(bar_at(1), "20|23|19|22||correction");
    assert_string_equal(bar_at(2), "");
    assert_string_equal(bar_at(3), "");
    /* other values win, and the correction shows in history */
    assert_int_equal(again(1, 51).n_changed, 1);
    assert_int_equal(again(2, 61).n_new, 1);
    assert_string_equal(
        sql("SELECT h.close FROM bar_history h JOIN load l ON l.id = "
            "h.load_id WHERE l.kind = 'correction'"),
        "22");
    /* what is right after all is taken as ever */
    decided(3, DESK_REOPEN);
    assert_int_equal(again(3, 70).n_new, 1);
}

static void
what_a_decision_replaced_stays_out(void **state)
{
    (void)state;
    store(1, 12);
    decided(refused(1, 50), DESK_ACCEPT);
    assert_int_equal(again(1, 12).n_same, 1);
    assert_string_equal(bar_at(1), "49|52|48|50|5|correction");
    assert_int_equal(again(1, 13).n_changed, 1);
}

static void
an_accepted_row_is_let_in(void **state)
{
    (void)state;
    int64_t id = refused(1, 50);
    struct series_row r = row(1, 50), other = row(1, 51);
    struct doubt d = doubt_of(&r, false), flag = doubt_of(&r, true),
                 o = doubt_of(&other, false);
    struct quarantine_decided decisions;
    decided(id, DESK_ACCEPT);
    assert_true(quarantine_decided_get(a, worker, 1, DAY_S, DAY, DAY + DAY_S,
                                       &decisions, &err));
    assert_true(quarantine_lets_in(&decisions, &d));
    assert_false(quarantine_lets_in(&decisions, &o));
    assert_false(quarantine_lets_in(&decisions, &flag));
    assert_false(quarantine_keeps_out(&decisions, &r));
    decided(id, DESK_REOPEN);
    assert_true(quarantine_decided_get(a, worker, 1, DAY_S, DAY, DAY + DAY_S,
                                       &decisions, &err));
    assert_int_equal(decisions.n, 0);
    assert_false(quarantine_lets_in(&decisions, &d));
    assert_false(quarantine_keeps_out(NULL, &r));
}

static void
a_row_seen_again_stays_decided(void **state)
{
    (void)state;
    int64_t id = refused(1, 50);
    decided(id, DESK_REJECT);
    assert_int_equal(refused(1, 50), id);
    assert_string_equal(sql("SELECT state, seen FROM quarantine"),
                        "rejected|2");
}

/* --- many ------------------------------------------------------------------
 */

enum { MANY = 400 };

static void
refuse_many(void)
{
    struct doubt *d = arena_array(a, MANY, sizeof *d);
    for (int64_t i = 0; i < MANY; i++) {
        struct series_row r = row(i, 50);
        d[i] = doubt_of(&r, false);
    }
    d[MANY - 1].close = NAN;
    d[MANY - 2].ts = d[MANY - 3].ts; /* two of one time */
    d[MANY - 2].raw = "another one";
    d[MANY - 2].close = 51;
    load_rows(DAY_S, NULL, 0, d, MANY, NULL);
}

static void
many_are_decided_together_and_reopened_one_by_one(void **state)
{
    (void)state;
    refuse_many();
    int64_t *ids;
    size_t n;
    struct desk_result r;
    struct desk_decision d = {.verdict = DESK_ACCEPT, .who = "olga"};
    const struct desk_filter open = {.state = "open", .symbol = "btc-usd"};
    const char *before = stored();
    assert_true(desk_ids(a, console, &open, &ids, &n, &err));
    assert_int_equal(n, MANY);
    if (!desk_decide_many(a, console, ids, n, &d, &r, &err))
        fail_msg("%s", err.text);
    assert_int_equal(r.n_done, MANY - 2);
    assert_int_equal(r.n_left, 2);
    assert_string_equal(r.left, "1 without a readable price, 1 of the time of "
                                "another one that was stored");
    assert_string_equal(sql("SELECT count(*), max(request), max(rows_new) FROM "
                            "load WHERE kind = 'correction'"),
                        "1|decision on 400 quarantine rows by olga|398");
    assert_string_equal(sql("SELECT count(*) FROM audit_log"), "398");
    decided(ids[MANY - 1], DESK_REOPEN);
    assert_string_equal(sql("SELECT count(*) FROM bar"), "397");
    assert_string_equal(sql("SELECT count(*) FROM load WHERE state = 'undone'"),
                        "0");
    d.verdict = DESK_REOPEN;
    assert_true(desk_decide_many(a, console, ids, n, &d, &r, &err));
    assert_int_equal(r.n_done, MANY - 3);
    assert_string_equal(r.left, "3 open");
    assert_string_equal(stored(), before);
    assert_string_equal(sql("SELECT count(*) FROM load WHERE state = 'undone'"),
                        "1");
    assert_false(desk_decide_many(a, console, ids, 0, &d, &r, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_false(
        desk_decide_many(a, console, ids, DESK_ROWS_MAX + 1, &d, &r, &err));
}

/* --- lists -----------------------------------------------------------------
 */

static void
rows_are_listed_by_filter_and_counted_by_group(void **state)
{
    (void)state;
    refuse_many();
    int64_t doubted = flagged(1, 60);
    struct desk_row *rows;
    struct desk_count count;
    size_t n;
    struct desk_filter f = {.limit = 10};
    assert_true(desk_list(a, console, &f, &rows, &n, &err));
    assert_int_equal(n, 10);
    assert_int_equal(rows[0].id, doubted);
    assert_string_equal(rows[0].rule, "jump");
    assert_string_equal(rows[0].source, "binance");
    assert_float_equal(rows[0].close, 60, 0);
    f.after = rows[9].id;
    assert_true(desk_list(a, console, &f, &rows, &n, &err));
    assert_int_equal(n, 9);
    assert_int_equal(rows[8].id, f.after + 1);
    assert_true(desk_count(a, console, &(struct desk_filter){.state = "open"},
                           &count, &err));
    assert_int_equal(count.total, MANY + 1);
    assert_int_equal(count.newest_id, doubted);
    assert_int_equal(count.n, 2);
    assert_int_equal(count.groups[0].n, MANY);
    assert_string_equal(count.groups[0].rule, "bounds");
    assert_string_equal(count.groups[1].severity, "flag");
    const struct {
        struct desk_filter f;
        size_t n;
    } filters[] = {
        {{.rule = "jump"}, 1},
        {{.severity = "refuse"}, MANY},
        {{.symbol = "MSTR"}, 0},
        {{.state = "accepted"}, 0},
        {{.from_ts = DAY + DAY_S, .to_ts = DAY + 3 * DAY_S}, 3},
        {{.load_id = 1}, MANY},
        {{.before = 11}, 10},
    };
    int64_t *ids;
    for (size_t i = 0; i < COUNT_OF(filters); i++) {
        assert_true(desk_ids(a, console, &filters[i].f, &ids, &n, &err));
        assert_int_equal(n, filters[i].n);
    }
}

static void
what_stands_around_a_row_is_shown(void **state)
{
    (void)state;
    for (int64_t day = 2; day < 20; day++)
        if (day != 10)
            store(day, 100 + (double)day);
    store(10, 12);
    store(10, 13);
    int64_t rejected = flagged(10, 14);
    int64_t id = refused(10, 50);
    refused(10, 51);
    decided(rejected, DESK_REJECT);
    struct desk_row r;
    struct desk_neighbour *near;
    size_t n;
    assert_true(desk_get(a, console, id, &r, &err));
    assert_true(desk_neighbours(a, console, &r, &near, &n, &err));
    struct buf *seen = buf_new(a);
    for (size_t i = 0; i < n; i++)
        buf_addf(seen, "%s %g %s\n", near[i].role, near[i].close,
                 near[i].source);
    assert_string_equal(
        seen->data,
        "before 105 binance\nbefore 106 binance\nbefore 107 binance\n"
        "before 108 binance\nbefore 109 binance\nstored 13 binance\n"
        "replaced 12 binance\nundone 14 binance\nother 51 binance\n"
        "after 111 binance\nafter 112 binance\nafter 113 binance\n"
        "after 114 binance\nafter 115 binance\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_CASE(decided_values_stay_out_when_they_come_again),
        DESK_CASE(what_a_decision_replaced_stays_out),
        DESK_CASE(an_accepted_row_is_let_in),
        DESK_CASE(a_row_seen_again_stays_decided),
        DESK_CASE(many_are_decided_together_and_reopened_one_by_one),
        DESK_CASE(rows_are_listed_by_filter_and_counted_by_group),
        DESK_CASE(what_stands_around_a_row_is_shown),
    };
    return DESK_CASES_RUN(tests);
}
