/* Reading one data file into rows. */
#ifndef SIMULATOR_SOURCE_H
#define SIMULATOR_SOURCE_H

#include "simulator/rows.h"

#include "lib/err.h"

enum source_format { SOURCE_CSV, SOURCE_JSON_OBJECTS, SOURCE_JSON_ARRAYS };

struct source {
    const char *path;
    enum source_format format;
    enum rows_shape shape;
    /* Names of columns or members; NULL: the usual ones */
    const char *time, *open, *high, *low, *close, *volume, *value;
    const char *rows;   /* member that holds the rows; NULL: the top */
    const char *skip;   /* rows that have this member are left out */
    int64_t unit_per_s; /* numbers as times: 1 seconds, 1000 milliseconds */
};

/* All rows of a file, oldest first whatever the file's order; rows of the same
 * time stay as they are in the file. A field that holds no number is NaN.
 *
 * fails   ERR_MISSING: no such file; ERR_INPUT: it cannot be read, is not in
 *         the format, lacks a column, or has a row without a time */
MUST_USE bool source_read(struct arena *a, const struct source *s,
                          struct rows *out, struct err *err);

/* Puts two tables together, oldest first; where both have a time, first's row
 * stays. */
struct rows source_merge(struct arena *a, const struct rows *first,
                         const struct rows *second);

#endif
