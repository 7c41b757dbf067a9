/* What the files core/import*.c share. Nobody else includes this.
 *
 * import.c       the transaction: writes, counts, notes loads and refusals
 * import_read.c  the thread that reads and judges, and the one that compares
 * import_sort.c  rows out of order
 *
 * A chunk goes round: free -> (read) -> parsed -> (compare) -> compared ->
 * (write) -> free. Whoever holds it owns it.
 */
#ifndef CORE_IMPORT_OWN_H
#define CORE_IMPORT_OWN_H

#include "core/bar.h"
#include "core/import.h"
#include "core/validate.h"
#include "lib/queue.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    CHUNK_ROWS = 8192,
    CHUNK_ROWS_ALL = 65536, /* of all series together */
    CHUNK_ROWS_MIN = 512,
    CHUNKS_AHEAD = 5, /* beside the one that each series fills */
    CHUNK_NOTES = 500,
    ROW_TEXT = 96, /* bytes of a row's text, on average, that have room */
    RAW_MAX = 1024,
    SORT_BYTES = 16 * 1024 * 1024,
};

/* What is to be said of a row. */
struct note {
    int64_t line;
    struct doubt doubt;
};

struct import_chunk {
    size_t series;
    struct series_row *rows; /* raw and bad are in text */
    int64_t *lines;
    bool *doubted; /* rules about the row alone flag it */
    size_t n;
    char *text;
    size_t text_used;
    struct arena *a; /* of the notes */
    struct note *notes;
    size_t n_notes, cap_notes;
    int64_t n_repeated; /* rows of a time and values that came before */
    int64_t n_refused, n_flagged;
    struct bar_chunk bars;
};

/* A series of the file. */
struct import_lane {
    const char *symbol;
    struct bar_target target;
    struct validate_rules rules; /* as they hold for it */
    struct validate_context context;
    struct quarantine_decided decided;
    /* of the reading thread */
    struct import_chunk *open;
    int64_t part_end; /* of the rows in it */
    bool has_last, knows_before;
    struct series_row last; /* the last good row, and its line */
    int64_t last_line;
    struct validate_window window; /* the bars before the next row */
    int64_t n_read;
};

struct import {
    struct arena *a; /* of the caller's thread */
    const struct import_options *options;
    struct import_lane *lanes;
    size_t n_lanes;
    struct bar_parts parts; /* before anything was written */
    size_t chunk_rows;

    struct queue *free, *parsed, *compared;
    struct import_chunk **chunks;
    size_t n_chunks;

    pthread_mutex_t reader_lock;
    struct db *reader; /* reads what is stored */

    /* of the reading thread, until it has ended */
    struct arena *reading;
    struct stream *in;
    struct import_sort *sort; /* NULL: rows go on as they come */
    bool sort_all;            /* begun again: sort from the first row */
    bool sent;                /* some rows have gone on */
    bool out_of_order;        /* ended by this: begin again */
    bool read_ok, compare_ok;
    struct err read_err, compare_err;

    _Atomic int64_t bytes, rows; /* for progress */
};

/* The threads; arg is the struct import. */
void *import_read(void *arg);
void *import_compare(void *arg);

#endif
