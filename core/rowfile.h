/* A file's rows through its mapping, one after the other, in constant memory:
 * cells become times and numbers; nothing is judged (core/validate.h does).
 */
#ifndef CORE_ROWFILE_H
#define CORE_ROWFILE_H

#include "core/mapping.h"
#include "core/series.h"
#include "lib/stream.h"

struct rowfile;

/* One row of one series. A row of a file with three series gives three. */
struct rowfile_row {
    int64_t line;  /* where the row begins in the plain file, from 1 */
    size_t series; /* index into the mapping's series */
    /* ts in UTC; daily bars carry the session's date at 00:00 UTC. bad and raw
     * are set only where a cell could not be read (then raw is the original
     * row, cut at 1 KiB) and are borrowed until the next row. */
    struct series_row row;
};

MUST_USE bool rowfile_open(struct arena *a, struct stream *in,
                           const struct mapping *m, struct rowfile **out,
                           struct err *err);

/* The next row; *row NULL at the end. Borrowed until the next call.
 * fails   ERR_INPUT, naming line and what is wrong, where reading cannot go
 *         on: an unclosed quote, a row over 1 MiB, more columns than
 *         MAPPING_COLUMNS_MAX. A row that is merely wrong (too few cells, an
 *         unreadable number, a symbol that the mapping does not name) comes as
 *         a row with `bad` set. */
MUST_USE bool rowfile_next(struct rowfile *f, const struct rowfile_row **row,
                           struct err *err);

/* The original text of the row that came last, without its line end. */
const char *rowfile_raw(struct rowfile *f, size_t *len);

/* Lines read, rows left out (flag_column, blank lines do not count). */
int64_t rowfile_lines(const struct rowfile *f);
int64_t rowfile_skipped(const struct rowfile *f);

#endif
