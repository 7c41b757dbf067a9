/* Rows that a provider would answer: times and numbers, oldest first.
 *
 * A table has one column (a published value), five (open, high, low, close,
 * volume) or seven (a treasury's figures). A missing number is NaN. A mark
 * makes a row's main value print as something that is no number, for the
 * faults that spoil rows.
 */
#ifndef SIMULATOR_ROWS_H
#define SIMULATOR_ROWS_H

#include "lib/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The shape is the number of columns. */
enum rows_shape { ROWS_SCALAR = 1, ROWS_BARS = 5, ROWS_TREASURY = 7 };

enum { ROWS_OPEN, ROWS_HIGH, ROWS_LOW, ROWS_CLOSE, ROWS_VOLUME };
enum {
    ROWS_PRICE,
    ROWS_BTC_PRICE,
    ROWS_HOLDINGS,
    ROWS_SHARES,
    ROWS_DEBT,
    ROWS_PREFERRED,
    ROWS_CASH
};

enum rows_mark {
    ROWS_GOOD,
    ROWS_NAN,    /* "NaN" */
    ROWS_WORD,   /* "abc" */
    ROWS_OBJECT, /* {"value": ...} */
};

struct rows {
    enum rows_shape shape;
    size_t n;
    int64_t *ts;          /* opening times; of days: 00:00 UTC of the date */
    double *v;            /* n times shape numbers */
    unsigned char *marks; /* n marks of enum rows_mark, or NULL: all good */
};

/* Number of a row. */
double rows_at(const struct rows *r, size_t row, int col);
/* The column that a mark spoils: close, or the first one. */
int rows_main_col(const struct rows *r);

/* Rows of [from_ts, to_ts], at most max: the first ones, or the last ones when
 * newest is set. Borrows from r. */
struct rows rows_slice(const struct rows *r, int64_t from_ts, int64_t to_ts,
                       size_t max, bool newest);

/* Bars of a longer interval that the bars of r make up. */
struct rows rows_aggregate(struct arena *a, const struct rows *r,
                           int32_t interval_s);

/* How faults spoil rows. */
enum rows_spoil {
    ROWS_SPOIL_NONE,
    ROWS_SPOIL_VALUES, /* high below low, far below zero, the text NaN */
    ROWS_SPOIL_TYPES,  /* a word or an object where a number belongs */
};

/* A copy in which some rows are spoilt. Which ones follows from their times
 * alone, so the same day is spoilt in each answer; where no row of an answer
 * would be, its middle row is. Four of five rows or more stay good. */
struct rows rows_spoil(struct arena *a, const struct rows *r,
                       int32_t interval_s, enum rows_spoil spoil);

/* How a number is printed. */
enum rows_style {
    ROWS_BARE,    /* 73249.24     null when missing */
    ROWS_QUOTED,  /* "73249.24"   null when missing */
    ROWS_DECIMAL, /* "73249.24000000": eight decimals, more where the
                   * number has more */
    ROWS_CSV,     /* 73249.24     nothing when missing */
};

/* Appends one number in a style, honouring the row's mark. */
void rows_put(struct buf *b, const struct rows *r, size_t row, int col,
              enum rows_style style);

/* Appends v with eight decimals, at least; v is finite. */
void rows_put_decimal(struct buf *b, double v);

#endif
