/* CSV as RFC 4180 has it and as spreadsheets write it, one row at a time.
 *
 * Fields are separated by commas and may be quoted; a quoted field may hold
 * commas, line breaks and doubled quotes. Lines end in LF, CRLF or CR; the
 * last may lack its end. A UTF-8 byte order mark is skipped, blank lines are
 * too. Memory is constant in rows: one row is held, of at most CSV_ROW_MAX
 * bytes. What the fields mean is left to the caller.
 */
#ifndef LIB_CSV_H
#define LIB_CSV_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

EXTERN_C_BEGIN

enum { CSV_ROW_MAX = 1 << 20 };

struct csv;

struct csv_field {
    const char *text; /* NUL-terminated, borrowed until the next row */
    size_t len;
};

struct csv_row {
    int64_t line; /* where it begins, the first is 1 */
    size_t n;     /* fields; 0: there are no more rows */
    const struct csv_field *fields;
};

/* Opens a file, closed with the arena; or reads text that is there already.
 * fails   ERR_MISSING: no such file; ERR_INPUT: cannot be read */
MUST_USE bool csv_open(struct arena *a, const char *path, struct csv **out,
                       struct err *err);
MUST_USE struct csv *csv_open_text(struct arena *a, const char *text,
                                   size_t len);

/* fails   ERR_INPUT, naming the line: a quote that never ends, text behind a
 *         closing quote, a row over CSV_ROW_MAX, UTF-16, a reading error */
MUST_USE bool csv_next(struct csv *csv, struct csv_row *row, struct err *err);

/* Begins again with the first row.
 * fails   ERR_INPUT: the file cannot be read twice (a pipe) */
MUST_USE bool csv_rewind(struct csv *csv, struct err *err);

EXTERN_C_END

#endif
