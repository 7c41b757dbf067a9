/* Rows of a series on their way in: what a parser read, before validation. */
#ifndef CORE_SERIES_H
#define CORE_SERIES_H

#include "lib/arena.h"

#include <stddef.h>
#include <stdint.h>

/* One bar as it arrived. A field that was absent is NaN; a field that was
 * there but could not be read is NaN too, and `bad` says which and what:
 * "FIELD: TEXT", several joined by "; ". TEXT is `missing` for an input that a
 * derived value needs and that was absent; FIELD is `row` where the row as a
 * whole could not be read, else time, open, high, low, close, volume or the
 * name of an input.
 * For a scalar series open, high, low and close are equal, volume is NaN. */
struct series_row {
    int64_t ts; /* opening time; SERIES_NO_TS when unreadable */
    double open, high, low, close, volume;
    const char *bad; /* NULL, or "close: \"abc\"" : the unreadable fields */
    const char *raw; /* NULL, or the row's own text (kept for bad rows) */
};

#define SERIES_NO_TS INT64_MIN

struct series {
    struct series_row *rows;
    size_t n, cap;
};

/* An empty series; rows grow on the arena. */
struct series *series_new(struct arena *a);
/* A new row at the end, fields NaN, ts SERIES_NO_TS. It may move when the next
 * one is added. */
struct series_row *series_add(struct arena *a, struct series *s);

#endif
