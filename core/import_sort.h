/* Rows of a file that is not in the order of time, sorted on the disk in
 * constant memory: sorted runs in a temporary file, then merged. */
#ifndef CORE_IMPORT_SORT_H
#define CORE_IMPORT_SORT_H

#include "core/series.h"
#include "lib/err.h"

struct import_sort;

struct import_sort_row {
    size_t series;
    int64_t line;
    struct series_row row; /* bad and raw as in the file */
};

/* dir    for the temporary file, which has no name and goes when it is closed;
 *        NULL: the system's
 * bytes  memory that it may take */
struct import_sort *import_sort_new(const char *dir, size_t bytes);
void import_sort_free(struct import_sort *s);

/* fails   ERR_RETRY: the disk is full */
MUST_USE bool import_sort_add(struct import_sort *s,
                              const struct import_sort_row *row,
                              struct err *err);
/* No more rows; now they can be read. */
MUST_USE bool import_sort_end(struct import_sort *s, struct err *err);

/* By series, time, line; *row NULL at the end. Borrowed until the next call.
 * fails   ERR_RETRY: the temporary file cannot be read */
MUST_USE bool import_sort_next(struct import_sort *s,
                               const struct import_sort_row **row,
                               struct err *err);

#endif
