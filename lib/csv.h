/* CSV as RFC 4180 has it and as spreadsheets and vendors write it, one row at
 * a time, fast, in constant memory.
 *
 * Fields are separated by a delimiter and may be quoted; a quoted field may
 * hold delimiters, line ends and doubled quotes, and blanks may follow its
 * closing quote. A quote inside an unquoted field is text. Lines end in LF,
 * CRLF or CR; the last may lack its end. A UTF-8 byte order mark is skipped,
 * blank lines are too. What the fields mean is left to the caller.
 *
 * Fields are not copied: they point into the block that the stream handed out.
 * Only a row that crosses two blocks is copied, and a field with doubled
 * quotes.
 */
#ifndef LIB_CSV_H
#define LIB_CSV_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

EXTERN_C_BEGIN

enum {
    CSV_ROW_MAX = 1 << 20, /* bytes of a row */
    CSV_COLUMNS_MAX = 4096,
};

struct csv;

/* Not NUL-terminated; blanks around an unquoted field are part of it. Borrowed
 * until the next row. */
struct csv_field {
    const char *text;
    size_t len;
};

struct csv_row {
    int64_t line; /* where it begins, the first is 1 */
    size_t n;     /* fields; 0: there are no more rows */
    const struct csv_field *fields;
    const char *raw; /* as it stands in the file, without its line end */
    size_t raw_len;
};

struct csv_options {
    char delimiter;     /* 0: the comma */
    int64_t skip_lines; /* before the first row; blank ones count */
    size_t max_columns; /* 0: CSV_COLUMNS_MAX */
};

/* Opens a file, plain, gzip or zstd, closed with the arena; or reads text that
 * is there already; or a stream with the plain bytes. options NULL: a comma,
 * nothing skipped.
 * fails   ERR_MISSING: no such file; ERR_INPUT: cannot be read */
MUST_USE bool csv_open(struct arena *a, const char *path, struct csv **out,
                       struct err *err);
MUST_USE struct csv *csv_open_text(struct arena *a, const char *text,
                                   size_t len);
MUST_USE struct csv *csv_open_stream(struct arena *a, struct stream *in,
                                     const struct csv_options *options);

/* fails   ERR_INPUT, naming the line: a quote that never ends (the line where
 *         it began), text behind a closing quote, a row over CSV_ROW_MAX or
 *         max_columns, a NUL byte, UTF-16; what the stream says */
MUST_USE bool csv_next(struct csv *csv, struct csv_row *row, struct err *err);

/* The line that the next row begins at or after; lines read so far, and one. */
int64_t csv_line(const struct csv *csv);

/* Begins again with the first row.
 * fails   ERR_INPUT: the file cannot be read twice (a pipe) */
MUST_USE bool csv_rewind(struct csv *csv, struct err *err);

/* A field's text without the blanks and tabs around it. */
struct csv_field csv_trim(struct csv_field f);

/* True when the field is exactly this text. */
bool csv_is(struct csv_field f, const char *text);

/* Appends a cell, in quotes only where it must be; nothing for NULL. */
void csv_put(struct buf *out, char delimiter, const char *text);

EXTERN_C_END

#endif
