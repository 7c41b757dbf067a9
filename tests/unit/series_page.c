#include "core/series_page.h"

#include "core/bar.h"
#include "core/load.h"
#include "core/mill.h"
#include "core/series_walk.h"
#include "core/undo.h"
#include "lib/date.h"
#include "tests/lib/dbcase.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BTC = 1, MSTR = 3, N = 1300 };

static const int64_t T0 = 1704067200; /* 2024-01-01 */
static uint64_t seed;

static int
setup(void **state)
{
    seed = 88172645463325252u;
    return db_case_begin(state, "worker");
}

/* xorshift64, below n */
static uint64_t
dice(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % n;
}

static struct series_row
random_row(int64_t ts)
{
    double c = 100 + (double)dice(1000) / 7, o = c + (double)dice(9) - 4;
    return (struct series_row){.ts = ts,
                               .open = o,
                               .high = fmax(o, c) + (double)dice(5),
                               .low = fmin(o, c) - (double)dice(5),
                               .close = c,
                               .volume =
                                   dice(20) == 0 ? NAN : (double)dice(9999)};
}

static int64_t
new_load(int64_t instrument, int32_t interval_s, const char *kind)
{
    struct load load = {.instrument_id = instrument,
                        .interval_s = interval_s,
                        .kind = kind,
                        .request = "a test",
                        .elapsed_ms = NAN};
    int64_t id;
    assert_true(load_create(db, &load, &id, &err));
    return id;
}

struct storing {
    struct bar_target target;
    const struct series_row *rows;
    size_t n;
};

/* As all writers of bars do it: the load is stored and the mill told in one
 * transaction. */
static bool
store_tx(struct db *in, void *arg, struct err *e)
{
    const struct storing *s = arg;
    const struct bar_target *t = &s->target;
    struct bar_count n;
    if (!bar_store(in, t, s->rows, s->n, &n, e))
        return false;
    struct load_count count = {n.n_new, n.n_same, n.n_changed, 0, 0};
    return load_stored(in, t->load_id, &count, e) &&
           mill_touch(in, t->instrument_id, t->interval_s, s->rows[0].ts,
                      s->rows[s->n - 1].ts, t->load_id, e);
}

static int64_t
store_as(const char *kind, int64_t instrument, int32_t interval_s,
         const struct series_row *rows, size_t n)
{
    struct storing s = {.target = {instrument, interval_s,
                                   new_load(instrument, interval_s, kind)},
                        .rows = rows,
                        .n = n};
    if (!db_tx(db, store_tx, &s, &err))
        fail_msg("%s", err.text);
    return s.target.load_id;
}

static int64_t
store(int64_t instrument, int32_t interval_s, const struct series_row *rows,
      size_t n)
{
    return store_as("upload", instrument, interval_s, rows, n);
}

/* n bars with gaps; every value is random. */
static void
store_random(int64_t instrument, int32_t interval_s, size_t n)
{
    struct series_row *rows = arena_array(a, n, sizeof *rows);
    int64_t ts = T0;
    for (size_t i = 0; i < n; i++) {
        rows[i] = random_row(ts);
        ts += interval_s * (dice(9) == 0 ? (int64_t)dice(20) + 1 : 1);
    }
    store(instrument, interval_s, rows, n);
}

static void
mill(int64_t instrument)
{
    struct mill_options options = {0};
    struct mill_count count;
    if (!mill_instrument(db, instrument, &options, &count, &err))
        fail_msg("%s", err.text);
}
/* --- what is right: all of it in one pass ----------------------------------
 */

struct truth {
    size_t n;
    struct series_row *rows;
    double *columns[INDICATOR_COUNT + FEATURE_COUNT];
};

static void
compute(struct truth *t, int64_t instrument, int32_t interval_s)
{
    size_t n = t->n, size = n > 0 ? n : 1;
    int64_t *ts = arena_array(a, size, sizeof *ts);
    int64_t *session = arena_array(a, size, sizeof *session);
    bool *open = arena_array(a, size, sizeof *open);
    double *bars[4];
    for (int c = 0; c < 4; c++)
        bars[c] = arena_array(a, size, sizeof(double));
    for (size_t c = 0; c < COUNT_OF(t->columns); c++)
        t->columns[c] = arena_array(a, size, sizeof(double));
    for (size_t i = 0; i < n; i++) {
        const struct series_row *r = &t->rows[i];
        ts[i] = r->ts;
        bars[0][i] = r->high;
        bars[1][i] = r->low;
        bars[2][i] = r->close;
        bars[3][i] = r->volume;
    }
    struct mill_sessions *sessions;
    assert_true(mill_sessions_get(a, db, instrument, interval_s, INT64_MIN,
                                  INT64_MAX, &sessions, &err));
    mill_sessions_fill(sessions, ts, n, session, open);
    struct feature_state *s = arena_alloc(a, sizeof *s);
    struct feature_bars in = {.bars = {n, bars[0], bars[1], bars[2], bars[3],
                                       interval_s < DAY_S ? session : NULL},
                              .ts = ts,
                              .market_open = open};
    feature_start(s);
    feature_feed(s, &in, t->columns + INDICATOR_COUNT, t->columns);
}

/* Of what is stored now. */
static struct truth
truth_now(int64_t instrument, int32_t interval_s)
{
    struct series *stored;
    assert_true(bar_list(a, db, NULL, instrument, interval_s,
                         -9999 * (int64_t)DAY_S, 99999 * (int64_t)DAY_S,
                         1000000, &stored, &err));
    struct truth t = {.n = stored->n, .rows = stored->rows};
    compute(&t, instrument, interval_s);
    return t;
}

static bool
is_same(double x, double y)
{
    return memcmp(&x, &y, sizeof x) == 0 || (isnan(x) && isnan(y));
}

static const double *
page_column(const struct series_page *p, size_t c)
{
    return c < INDICATOR_COUNT ? p->indicators[c]
                               : p->features[c - INDICATOR_COUNT];
}

/* Row i of the page is row at of the truth, bit for bit. */
static void
assert_row(const struct series_page *p, size_t i, const struct truth *t,
           size_t at)
{
    const struct series_row *r = &t->rows[at];
    assert_true(at < t->n);
    assert_int_equal(p->ts[i], r->ts);
    assert_true(is_same(p->open[i], r->open));
    assert_true(is_same(p->high[i], r->high));
    assert_true(is_same(p->low[i], r->low));
    assert_true(is_same(p->close[i], r->close));
    assert_true(is_same(p->volume[i], r->volume));
    for (size_t c = 0; c < COUNT_OF(t->columns); c++)
        if (!is_same(page_column(p, c)[i], t->columns[c][at]))
            fail_msg("column %zu of bar %zu: %.17g, not %.17g", c, at,
                     page_column(p, c)[i], t->columns[c][at]);
}

/* --- asking ----------------------------------------------------------------
 */

static struct series_page_ask
ask_words(struct series_page_words words)
{
    struct series_page_ask ask;
    if (!series_page_read(a, db, &words, &ask, &err))
        fail_msg("%s", err.text);
    return ask;
}

static struct series_page
get(struct series_page_ask ask)
{
    struct series_page page;
    if (!series_page_get(a, db, &ask, &page, &err))
        fail_msg("%s", err.text);
    return page;
}

static struct series_page_words
words_for(const char *symbol, const char *interval)
{
    return (struct series_page_words){.symbol = symbol,
                                      .interval = interval,
                                      .limit = "5000",
                                      .indicators = "all",
                                      .features = "all"};
}

static void
assert_page(const struct series_page *p, const struct truth *t, size_t from)
{
    for (size_t i = 0; i < p->n; i++)
        assert_row(p, i, t, from + i);
}

/* Follows the cursors from one end to the other. */
static void
assert_pages(const char *symbol, const char *interval, const struct truth *t,
             bool newest_first)
{
    struct series_page_words words = words_for(symbol, interval);
    size_t seen = 0;
    bool more = true;
    words.limit = "97";
    words.order = newest_first ? "desc" : "asc";
    while (more) {
        struct series_page page = get(ask_words(words));
        assert_true(page.n > 0 && page.n <= 97);
        for (size_t i = 0; i < page.n; i++, seen++)
            assert_row(&page, i, t, newest_first ? t->n - 1 - seen : seen);
        more = page.is_more;
        const char *cursor = date_format_iso(a, page.ts[page.n - 1]);
        *(newest_first ? &words.before : &words.after) = cursor;
    }
    assert_int_equal(seen, t->n);
}

/* --- cases -----------------------------------------------------------------
 */

static const struct {
    const char *symbol, *interval;
    int64_t instrument;
    int32_t interval_s;
} series[] = {
    {"BTC-USD", "1m", BTC, 60},   {"BTC-USD", "5m", BTC, 300},
    {"BTC-USD", "1h", BTC, 3600}, {"BTC-USD", "1d", BTC, 86400},
    {"MSTR", "15m", MSTR, 900},   {"MSTR", "4h", MSTR, 14400},
    {"MSTR", "1d", MSTR, 86400},
};

static void
pages_hold_each_bar_once_with_the_values_of_one_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(series); i++) {
        store_random(series[i].instrument, series[i].interval_s, N);
        struct truth t = truth_now(series[i].instrument, series[i].interval_s);
        assert_int_equal(t.n, N);
        assert_pages(series[i].symbol, series[i].interval, &t, i % 2 == 0);
    }
}

static void
values_are_nan_until_warm(void **state)
{
    (void)state;
    store_random(BTC, 3600, 250);
    struct series_page p = get(ask_words(words_for("BTC-USD", "1h")));
    assert_int_equal(p.n, 250);
    assert_false(p.is_more);
    for (int k = 0; k < INDICATOR_COUNT; k++)
        for (int i = 0; i < indicator_all[k].warm; i++)
            assert_true(isnan(p.indicators[k][i]));
    for (int k = 0; k < FEATURE_COUNT; k++)
        for (int i = 0; i < feature_all[k].warm; i++)
            assert_true(isnan(p.features[k][i]));
    assert_false(isnan(p.indicators[INDICATOR_sma_200][199]));
}

static void
only_what_is_asked_for_is_there(void **state)
{
    (void)state;
    store_random(BTC, 3600, 30);
    struct series_page_words words = {.symbol = "btc-usd",
                                      .interval = "1h",
                                      .indicators = "rsi_14,vwap,rsi_14",
                                      .features = "return_1"};
    struct series_page_ask ask = ask_words(words);
    assert_string_equal(ask.symbol, "BTC-USD");
    assert_int_equal(ask.n_indicators, 2);
    assert_int_equal(ask.n_features, 1);
    assert_int_equal(ask.limit, SERIES_PAGE_ROWS);
    struct series_page p = get(ask);
    for (int k = 0; k < INDICATOR_COUNT; k++)
        assert_int_equal(p.indicators[k] != NULL, ask.indicators[k]);
    for (int k = 0; k < FEATURE_COUNT; k++)
        assert_int_equal(p.features[k] != NULL, ask.features[k]);
    words.indicators = "none";
    words.features = "";
    p = get(ask_words(words));
    assert_int_equal(p.n, 30);
    assert_null(p.indicators[INDICATOR_rsi_14]);
}

static void
a_range_is_inclusive_and_cursors_are_not(void **state)
{
    (void)state;
    struct series_row rows[10];
    for (int i = 0; i < 10; i++)
        rows[i] = random_row(T0 + i * (int64_t)DAY_S);
    store(BTC, DAY_S, rows, 10);
    struct truth t = truth_now(BTC, DAY_S);
    struct series_page_words words = words_for("BTC-USD", "1d");
    words.from = "2024-01-03";
    words.to = "2024-01-06";
    struct series_page p = get(ask_words(words));
    assert_int_equal(p.n, 4);
    assert_page(&p, &t, 2);
    words.after = "2024-01-03T00:00:00Z";
    words.before = "2024-01-06T00:00:00Z";
    p = get(ask_words(words));
    assert_int_equal(p.n, 2);
    assert_page(&p, &t, 3);
    words.after = "2024-01-06T00:00:00Z";
    p = get(ask_words(words));
    assert_int_equal(p.n, 0);
    assert_false(p.is_more);
    words = words_for("BTC-USD", "1d");
    words.limit = "10";
    assert_false(get(ask_words(words)).is_more);
    words.limit = "9";
    assert_true(get(ask_words(words)).is_more);
}

static void
words_that_are_not_understood_are_named_with_the_choices(void **state)
{
    (void)state;
    static const struct {
        struct series_page_words words;
        const char *say[3];
    } bad[] = {
        {{.interval = "2d"}, {"\"2d\" for interval", "1m, 5m"}},
        {{.limit = "0"}, {"\"0\" for limit", "1 to 5000"}},
        {{.limit = "5001"}, {"\"5001\" for limit", "1 to 5000"}},
        {{.limit = "ten"}, {"\"ten\" for limit"}},
        {{.order = "up"}, {"\"up\" for order", "asc or desc"}},
        {{.from = "yesterday"}, {"\"yesterday\" for from", "YYYY-MM-DD"}},
        {{.to = "2024-13-01"}, {"\"2024-13-01\" for to"}},
        {{.after = "x"}, {"\"x\" for after"}},
        {{.before = "x"}, {"\"x\" for before"}},
        {{.as_of = "now"}, {"\"now\" for as_of", "ISO 8601"}},
        {{.from = "2024-02-01", .to = "2024-01-01"}, {"is after"}},
        {{.indicators = "rsi_14,nope"},
         {"\"nope\" for indicators", "macd_signal"}},
        {{.indicators = "rsi_14,"}, {"\"\" for indicators"}},
        {{.features = "rsi_14"}, {"\"rsi_14\" for features", "market_open"}},
    };
    struct series_page_ask ask;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct series_page_words words = bad[i].words;
        words.symbol = "BTC-USD";
        assert_false(series_page_read(a, db, &words, &ask, &err));
        assert_int_equal(err.kind, ERR_INPUT);
        for (size_t k = 0; k < 3 && bad[i].say[k] != NULL; k++)
            if (strstr(err.text, bad[i].say[k]) == NULL)
                fail_msg("\"%s\" does not say \"%s\"", err.text, bad[i].say[k]);
    }
    struct series_page_words nobody = {.symbol = "BTC-USDD"};
    assert_false(series_page_read(a, db, &nobody, &ask, &err));
    assert_int_equal(err.kind, ERR_MISSING);
}

static void
what_later_bars_do_changes_nothing_before(void **state)
{
    (void)state;
    store_random(BTC, 3600, 700);
    struct truth before = truth_now(BTC, 3600);
    struct series_row later[3];
    for (size_t i = 0; i < 3; i++)
        later[i] = random_row(before.rows[500 + i].ts);
    store(BTC, 3600, later, 3);
    struct series_page p = get(ask_words(words_for("BTC-USD", "1h")));
    assert_int_equal(p.n, 700);
    p.n = 500;
    assert_page(&p, &before, 0);
    assert_false(is_same(p.close[500], before.rows[500].close));
}

/* --- as of a moment --- */

enum { OPS = 36, LOADS_MAX = OPS + 1 };

/* The table as it was, and since when. */
struct moment {
    int64_t us;
    struct truth truth;
};

/* When the last change came that bars tell of. */
static int64_t
changed_us(void)
{
    return strtoll(
        sql("SELECT (extract(epoch FROM greatest((SELECT max(stored_at) FROM "
            "load), (SELECT max(believed_to) FROM bar_undone), (SELECT "
            "max(believed_to) FROM bar_between))) * 1000000)::bigint"),
        NULL, 10);
}

/* Some bars of the first n, new or changed; every third time many of them. */
static int64_t
store_some(const char *kind, int32_t interval_s, size_t n)
{
    struct series_row *rows = arena_array(a, n, sizeof *rows);
    size_t k = 0, first = dice(n), most = dice(3) == 0 ? n : 5;
    for (size_t i = first; i < n && k < most; i++)
        if (dice(3) != 0)
            rows[k++] = random_row(T0 + (int64_t)i * interval_s);
    if (k == 0)
        rows[k++] = random_row(T0 + (int64_t)first * interval_s);
    return store_as(kind, BTC, interval_s, rows, k);
}

/* As the mill does with buckets that lost all their minutes. */
static void
take_away(int32_t interval_s, size_t n)
{
    long long from_ts = T0 + (int64_t)dice(n) * interval_s;
    long long to_ts = from_ts + 50 * (int64_t)interval_s;
    sql(arena_printf(
        a,
        "WITH gone AS (DELETE FROM bar b USING load l WHERE b.instrument_id = "
        "1 "
        "AND b.interval_s = %d AND ts BETWEEN to_timestamp(%lld) AND "
        "to_timestamp(%lld) AND l.id = b.load_id AND l.kind = 'derived' "
        "RETURNING b.*, l.stored_at) INSERT INTO bar_undone SELECT *, now() "
        "FROM gone; INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, "
        "to_ts) VALUES (1, %d, to_timestamp(%lld), to_timestamp(%lld))",
        interval_s, from_ts, to_ts, interval_s, from_ts, to_ts));
}

/* One random change; false when there was none. */
static bool
change(int32_t interval_s, size_t n, int64_t *loads, size_t *n_loads)
{
    struct undo_count count;
    int64_t before = changed_us();
    uint64_t what = dice(14);
    if (what < 4)
        loads[(*n_loads)++] = store_some("upload", interval_s, n);
    if (what == 4)
        store_some("derived", interval_s, n);
    if (what == 5)
        take_away(interval_s, n);
    if (what > 9)
        bars_decide(what > 11 ? "reopen" : "reject", interval_s, dice(1000));
    /* the newest mostly: others are built on */
    size_t i = *n_loads - 1 - dice(*n_loads < 3 ? *n_loads : 3);
    if (what > 5 && what < 10 &&
        !undo_load(db, loads[i], "test", "", &count, &err))
        assert_int_equal(err.kind, ERR_CONFLICT);
    return changed_us() != before;
}

static void
assert_as_of(int64_t us, const struct truth *t, const char *interval,
             bool newest_first)
{
    struct series_page_words words = words_for("BTC-USD", interval);
    words.order = newest_first ? "desc" : "asc";
    struct series_page_ask ask = ask_words(words);
    ask.as_of_us = us;
    struct series_page p = get(ask);
    assert_int_equal(p.n, t->n);
    for (size_t i = 0; i < p.n; i++)
        assert_row(&p, i, t, newest_first ? t->n - 1 - i : i);
    if (t->n < 3)
        return;
    size_t from = dice(t->n), limit = 1 + dice(t->n - from);
    if (newest_first)
        ask.to_ts = t->rows[t->n - 1 - from].ts;
    else
        ask.from_ts = t->rows[from].ts;
    ask.limit = limit;
    p = get(ask);
    assert_int_equal(p.n, limit);
    assert_int_equal(p.is_more, from + limit < t->n);
    for (size_t i = 0; i < p.n; i++)
        assert_row(&p, i, t, newest_first ? t->n - 1 - from - i : from + i);
}

/* Loads, undos, removals and decisions at random; before and after each, to the
 * microsecond, as_of is what the table was then. */
static void
as_of_is_the_table_as_it_was(void **state)
{
    (void)state;
    enum { BARS = 1100 };
    struct moment *then = arena_array(a, OPS + 1, sizeof *then);
    int64_t loads[LOADS_MAX];
    size_t n_loads = 0, n = 1;
    for (int i = 0; i < OPS; i++) {
        if (i == 10)
            mill(BTC);
        if (i == 0)
            loads[n_loads++] = store_some("upload", 3600, BARS);
        else if (!change(3600, BARS, loads, &n_loads))
            continue;
        then[n++] = (struct moment){changed_us(), truth_now(BTC, 3600)};
    }
    assert_true(n > OPS / 2 && n_loads > 10);
    assert_string_equal(
        sql("SELECT count(DISTINCT close IS NULL) FROM bar_between"), "2");
    for (int milled = 0; milled < 2; milled++, mill(BTC))
        for (size_t i = 1; i < n; i++) {
            assert_true(then[i].us > then[i - 1].us);
            assert_as_of(then[i].us, &then[i].truth, "1h", i % 2 == 0);
            assert_as_of(then[i].us - 1, &then[i - 1].truth, "1h", i % 2 != 0);
        }
}

static void
a_moment_is_taken_to_its_end(void **state)
{
    (void)state;
    struct series_page_words words = {.symbol = "BTC-USD"};
    int64_t day_us = T0 * 1000000;
    assert_true(ask_words(words).as_of_us == INT64_MAX);
    words.as_of = "2024-01-01";
    assert_true(ask_words(words).as_of_us == day_us + 86399999999);
    words.as_of = "2024-01-01T00:00:00Z";
    assert_true(ask_words(words).as_of_us == day_us + 999999);
    words.as_of = "2024-01-01T00:00:00.25Z";
    assert_true(ask_words(words).as_of_us == day_us + 250000);
    words.as_of = "2024-01-01T01:00:00.123456789+01:00";
    struct series_page_ask ask = ask_words(words);
    assert_true(ask.as_of_us == day_us + 123456);
    assert_string_equal(series_walk_moment(a, &ask),
                        "2024-01-01T00:00:00.123456Z");
    ask.as_of_us = -1;
    assert_string_equal(series_walk_moment(a, &ask),
                        "1969-12-31T23:59:59.999999Z");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(pages_hold_each_bar_once_with_the_values_of_one_pass),
        DB_CASE(values_are_nan_until_warm),
        DB_CASE(only_what_is_asked_for_is_there),
        DB_CASE(a_range_is_inclusive_and_cursors_are_not),
        DB_CASE(words_that_are_not_understood_are_named_with_the_choices),
        DB_CASE(what_later_bars_do_changes_nothing_before),
        DB_CASE(a_moment_is_taken_to_its_end),
        DB_CASE(as_of_is_the_table_as_it_was),
    };
    return DB_CASES_RUN(tests);
}
