/* Bars: how they are stored, and what others read of them.
 *
 * A stored bar is never lost: what a later load replaces goes to bar_history
 * with from when to when it was believed. A row that is stored already with
 * the same values is not touched. Nobody else writes the tables bar and
 * bar_history. Who is told of what came and changed: core/mill.h.
 */
#ifndef CORE_BAR_H
#define CORE_BAR_H

#include "core/quarantine.h"
#include "core/series.h"
#include "lib/db.h"

struct bar_target {
    int64_t instrument_id;
    int32_t interval_s;
    int64_t load_id; /* the load that brings the rows */
};

struct bar_count {
    int64_t n_new, n_same, n_changed;
};

/* Stores rows that passed validation, in one transaction (the caller's, if
 * there is one). Concurrent calls for one instrument wait for each other.
 * Where no stored bar overlaps, rows go straight in by binary COPY; where one
 * does, they are compared with what is stored, and only what differs is
 * written, and noted to be milled. A row that people decided against
 * (core/quarantine.h) counts as the same and is not stored.
 *
 * rows    n rows, strictly increasing in time, prices finite, volume NaN or
 *         finite; bad and raw are not looked at
 * count   rows by what became of them; their sum is n
 * fails   ERR_INPUT: minute bars outside 1970 to 2100
 */
MUST_USE bool bar_store(struct db *db, const struct bar_target *target,
                        const struct series_row *rows, size_t n,
                        struct bar_count *count, struct err *err);

/* --- chunk by chunk, for files of any size -------------------------------- */

/* The table has parts: a month of minute bars each, one for all longer
 * intervals. The first time after ts that is in another part. */
int64_t bar_part_end(int32_t interval_s, int64_t ts);

enum { BAR_MONTHS = (2101 - 1970) * 12 };

/* Minute bars have parts from 1970 on, until 2101. */
static const int64_t bar_minutes_ts = 0;
static const int64_t bar_minutes_end_ts = 4133980800;

/* The name of the part that a bar is in: "coarse", "minute_2024_05". */
enum { BAR_PART_NAME = 24 };
void bar_part_name(int32_t interval_s, int64_t ts, char out[BAR_PART_NAME]);

/* The months that have a part for their minute bars. */
struct bar_parts {
    unsigned char there[BAR_MONTHS];
};
MUST_USE bool bar_parts_get(struct db *db, struct bar_parts *out,
                            struct err *err);
bool bar_part_is_there(const struct bar_parts *parts, int32_t interval_s,
                       int64_t ts);

/* Waits until nobody else stores bars of the instrument; until the end of the
 * transaction. Several: in the order of their ids. */
MUST_USE bool bar_lock(struct db *db, int64_t instrument_id, struct err *err);

/* What becomes of a row. */
enum bar_fate { BAR_NEW, BAR_SAME, BAR_CHANGED };

/* A stored bar that is about to be replaced. */
struct bar_old {
    struct series_row row;
    int64_t load_id;
    uint64_t place; /* in its part: db_field_tid */
};

/* Rows of one target, strictly increasing in time, that go into one part. */
struct bar_chunk {
    struct bar_target target;
    const struct series_row *rows;
    size_t n;
    const struct quarantine_decided *decided; /* NULL: nothing was */
    /* made by bar_compare; room for n each */
    unsigned char *fates; /* enum bar_fate of each row */
    struct bar_old *olds;
    size_t n_olds;
    struct bar_count count;
};

/* The room for the answers of chunks of up to n rows. */
void bar_chunk_room(struct arena *a, struct bar_chunk *chunk, size_t n);

/* Compares a chunk with what is stored. db may be another connection than the
 * one that writes, as long as the instrument's lock is held there. */
MUST_USE bool bar_compare(struct db *db, const struct bar_parts *parts,
                          struct bar_chunk *chunk, struct err *err);

/* Writes compared chunks inside the caller's transaction. Bars go in by binary
 * COPY, which stays open from chunk to chunk: flush before any other use of
 * the connection. Months that are not there are filled first, indexed and
 * attached after. The caller notes what is to be milled (core/touched.h).
 *
 * once   the chunks of one part come one after the other: a month is attached
 *        as soon as another follows */
struct bar_writer;
struct bar_writer *bar_writer_new(struct arena *a, struct db *db,
                                  const struct bar_parts *parts, bool once);
MUST_USE bool bar_write(struct bar_writer *w, const struct bar_chunk *chunk,
                        struct err *err);
MUST_USE bool bar_writer_flush(struct bar_writer *w, struct err *err);
MUST_USE bool bar_writer_end(struct bar_writer *w, struct err *err);

/* --- reading ------------------------------------------------------------- */

/* What is stored of one instrument at one interval. */
struct bar_span {
    int64_t n, first_ts, last_ts; /* first and last 0 when n is 0 */
};
MUST_USE bool bar_span(struct db *db, int64_t instrument_id, int32_t interval_s,
                       struct bar_span *out, struct err *err);

/* Opening time of the newest stored bar; 0 when there is none. */
MUST_USE bool bar_last(struct db *db, int64_t instrument_id, int32_t interval_s,
                       int64_t *ts, struct err *err);

/* Bars that open in [from_ts, to_ts], oldest first, at most `limit`. bad and
 * raw are NULL.
 *
 * parts  those that are there: each is then asked by itself, which spares who
 *        reads portion by portion that all of them are planned for each time.
 *        NULL: not known */
MUST_USE bool bar_list(struct arena *a, struct db *db,
                       const struct bar_parts *parts, int64_t instrument_id,
                       int32_t interval_s, int64_t from_ts, int64_t to_ts,
                       size_t limit, struct series **out, struct err *err);

#endif
