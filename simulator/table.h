/* A CSV text with a header line, read row by row by the names of its columns.
 *
 * Strict: every row has as many fields as the header. A field is valid until
 * the next row is read.
 */
#ifndef SIMULATOR_TABLE_H
#define SIMULATOR_TABLE_H

#include "lib/buf.h"
#include "lib/csv.h"
#include "lib/err.h"

struct table {
    struct csv *csv;
    struct buf *row; /* its fields, each NUL-terminated */
    int64_t line;    /* of the row read last, from 1 */
    size_t n_columns;
    const char **columns, **fields;
};

/* The whole content of a file, plain, gzip or zstd.
 * fails   ERR_MISSING: no such file; ERR_INPUT: cannot be read, damaged, or
 *         larger than 1 GiB when unpacked */
MUST_USE bool table_read_file(struct arena *a, const char *path,
                              struct buf **out, struct err *err);

/* Begins with the header. The text outlives the table.
 * fails   ERR_INPUT: no header, or it is no CSV */
MUST_USE bool table_begin(struct arena *a, const struct buf *text,
                          struct table *out, struct err *err);

/* The next row into t->fields; *end is set when there is none.
 * fails   ERR_INPUT: another number of fields than the header, or no CSV; the
 *         text names the line */
MUST_USE bool table_next(struct table *t, bool *end, struct err *err);

/* Position of a column, upper and lower case alike; -1 when absent. */
int table_column(const struct table *t, const char *name);

#endif
