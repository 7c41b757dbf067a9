/* What test programs about the mill share: bars of a random walk, loads that
 * bring them, and digests of all that was made of them. One file of a program
 * includes it. */
#ifndef TESTS_LIB_MILLCASE_H
#define TESTS_LIB_MILLCASE_H

#include "core/bar.h"
#include "core/load.h"
#include "core/mill.h"
#include "core/undo.h"
#include "lib/date.h"
#include "tests/lib/dbcase.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline int
setup(void **state)
{
    return db_case_begin(state, "worker");
}

/* Numbers from 0 to 1 that are the same each time. */
static inline double
random_next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / (double)(1ull << 53);
}

/* n bars of a walk; every so often one has no volume, or nothing moves. */
static inline struct series_row *
walk(uint64_t seed, int64_t first_ts, int32_t step_s, size_t n)
{
    struct series_row *rows = arena_array(a, n, sizeof *rows);
    double close = 100 + 50 * random_next(&seed);
    for (size_t i = 0; i < n; i++) {
        double open = close;
        close *= 1 + 0.004 * (random_next(&seed) - 0.5);
        if (i % 97 > 90)
            close = open;
        rows[i] = (struct series_row){
            .ts = first_ts + (int64_t)i * step_s,
            .open = open,
            .high = (open > close ? open : close) + random_next(&seed) * 0.1,
            .low = (open < close ? open : close) - random_next(&seed) * 0.1,
            .close = close,
            .volume = i % 1500 == 777 ? NAN : 10 * random_next(&seed)};
    }
    return rows;
}

/* Stores rows under an upload's load and says its id. */
static inline int64_t
bring(int64_t instrument_id, int32_t interval_s, const struct series_row *rows,
      size_t n)
{
    struct load load = {.instrument_id = instrument_id,
                        .interval_s = interval_s,
                        .kind = "upload",
                        .request = "a test",
                        .from_ts = rows[0].ts,
                        .to_ts = rows[n - 1].ts,
                        .elapsed_ms = NAN};
    struct bar_target target = {instrument_id, interval_s, 0};
    struct bar_count count;
    if (!load_create(db, &load, &target.load_id, &err) ||
        !bar_store(db, &target, rows, n, &count, &err))
        fail_msg("%s", err.text);
    struct load_count counts = {count.n_new, count.n_same, count.n_changed, 0,
                                0};
    assert_true(load_stored(db, target.load_id, &counts, &err));
    return target.load_id;
}

static inline void
undo(int64_t load_id)
{
    struct undo_count count;
    if (!undo_load(db, load_id, "test", "", &count, &err))
        fail_msg("%s", err.text);
}

static inline struct mill_count
mill(int64_t instrument_id)
{
    struct mill_count count;
    if (!mill_instrument(db, instrument_id, NULL, &count, &err))
        fail_msg("%s", err.text);
    return count;
}

/* All that was made: rows, and a digest of every bit of them, and of the bars
 * themselves, without ids. */
static inline const char *
digest(int64_t instrument_id)
{
    long long id = instrument_id;
    return arena_strdup(
        a, sql(arena_printf(
               a,
               "SELECT count(*), md5(string_agg(line, ',' ORDER BY line "
               "COLLATE \"C\")) FROM (SELECT 'i' || substr(t::text, "
               "position(',' IN t::text)) AS line FROM indicator t WHERE "
               "instrument_id = %lld UNION ALL SELECT 'f' || substr(t::text, "
               "position(',' IN t::text)) FROM feature t WHERE instrument_id = "
               "%lld UNION ALL SELECT ROW(interval_s, ts, open, high, low, "
               "close, volume)::text FROM bar WHERE instrument_id = %lld) "
               "AS x",
               id, id, id)));
}

/* The same bars under another instrument, brought in one piece and milled. */
static inline const char *
fresh_digest(int64_t instrument_id, int64_t other_id)
{
    long long from = instrument_id, to = other_id;
    sql(arena_printf(a,
                     "DELETE FROM bar WHERE instrument_id = %lld; "
                     "DELETE FROM indicator WHERE instrument_id = %lld; "
                     "DELETE FROM feature WHERE instrument_id = %lld; "
                     "DELETE FROM mill_state WHERE instrument_id = %lld; "
                     "DELETE FROM bar_undone WHERE instrument_id = %lld",
                     to, to, to, to, to));
    sql(arena_printf(
        a,
        "INSERT INTO bar SELECT %lld, b.interval_s, b.ts, b.open, b.high, "
        "b.low, b.close, b.volume, b.load_id FROM bar b JOIN load l ON l.id = "
        "b.load_id AND l.kind <> 'derived' WHERE b.instrument_id = %lld; "
        "INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts) "
        "SELECT instrument_id, interval_s, min(ts), max(ts) FROM bar WHERE "
        "instrument_id = %lld GROUP BY 1, 2",
        to, from, to));
    mill(other_id);
    return digest(other_id);
}

static inline void
assert_as_fresh(int64_t instrument_id, int64_t other_id)
{
    assert_string_equal(digest(instrument_id),
                        fresh_digest(instrument_id, other_id));
}

#endif
