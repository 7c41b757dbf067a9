/* One cell of a vendor's file: a number or a time, as vendors write them.
 *
 * How a column writes (which sign is the decimal one, which comes first, day
 * or month) is found once from a sample (core/recognise.h); here each cell is
 * read by that, fast where it is plain and exact everywhere.
 */
#ifndef CORE_CELL_H
#define CORE_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cell_state {
    CELL_OK,
    CELL_ABSENT, /* empty, "N/A", "NA", "nan", ".", "-", "null", "None" ... */
    CELL_BAD,    /* there, but not what it should be */
};

/* A number: sign, digits, thousands separators where they stand right,
 * decimal sign, exponent; a currency sign or code before or behind ("$3204.4",
 * "1.234,56 €"); a percent sign (the value is divided by 100), K, M, B or T
 * behind (thousand, million ...); brackets for minus. Blanks around do not
 * count. The value is the double nearest to the decimal text, as strtod's.
 *
 * decimal  '.' or ','
 */
enum cell_state cell_number(const char *s, size_t len, char decimal,
                            double *out);

enum cell_time {
    CELL_TIME_ISO,     /* 2024-03-08, also with time, fraction, zone offset */
    CELL_TIME_MDY,     /* 03/08/2024, also with time, AM/PM; any of / - . */
    CELL_TIME_DMY,     /* 08.03.2024 */
    CELL_TIME_YMD,     /* 2024/03/08, 2024.03.08 */
    CELL_TIME_COMPACT, /* 20240308, 20240308T153000, 202403081530 */
    CELL_TIME_WORDS,   /* Mar 8, 2024; 8 March 2024; 08-Mar-24 */
    CELL_TIME_UNIX_S,
    CELL_TIME_UNIX_MS,
    CELL_TIME_UNIX_US,
    CELL_TIME_UNIX_NS,
};

/* A time by the wall clock that wrote it. */
struct cell_clock {
    int64_t local_ts; /* as if that clock showed UTC; whole seconds */
    int32_t fraction_us;
    bool has_time;    /* not a day alone */
    bool has_offset;  /* the cell itself names the zone (Z, +02:00, Unix) */
    int32_t offset_s; /* then UTC is local_ts - offset_s */
};

/* Years outside 1800 to 2999 are CELL_BAD, so are days that do not exist. */
enum cell_state cell_time(const char *s, size_t len, enum cell_time form,
                          struct cell_clock *out);

const char *cell_time_name(enum cell_time form); /* "mdy", for storing */
bool cell_time_find(const char *name, enum cell_time *out);

#endif
