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

/* Takes blanks off both ends: also tabs, no-break and thin ones. */
void cell_trim(const char **s, size_t *len);

/* True for a text that stands for no value, blanks around it or not. */
bool cell_is_absent(const char *s, size_t len);

/* A number: sign, digits, thousands separators where they stand right,
 * decimal sign, exponent; a currency sign or code before or behind ("$3204.4",
 * "1.234,56 €"); a percent sign (the value is divided by 100), K, M, B or T
 * behind (thousand, million ...); brackets for minus. Blanks around do not
 * count. The value is the double nearest to the decimal text, as strtod's,
 * also of "11.62K" and "-0.23%".
 *
 * Thousands are groups of three (1,234,567) or Indian (12,34,567), their
 * separator the other one of comma and point, a blank, or an apostrophe. A
 * number in groups does not begin with 0: "0,123" by a decimal point is
 * CELL_BAD, so are "1,2,3", "1,23", infinity, hexadecimals, what overflows
 * (1e400), and what is not plain and longer than 256 bytes.
 *
 * decimal  '.' or ','
 * out      written only when CELL_OK
 */
enum cell_state cell_number(const char *s, size_t len, char decimal,
                            double *out);

/* A time of day may follow a day: behind blanks, a comma and blanks, or a T;
 * 15:30, 15:30:00 (and a fraction), 3:30 PM, 03-PM, and 24:00 for the next
 * midnight; then Z, UTC, GMT or an offset (+02:00, +0200, +02). Zones by other
 * names are CELL_BAD. */
enum cell_time {
    CELL_TIME_ISO,     /* 2024-03-08 */
    CELL_TIME_MDY,     /* 03/08/2024, 3-8-24; any of / - . */
    CELL_TIME_DMY,     /* 08.03.2024, 8/3/24 */
    CELL_TIME_YMD,     /* 2024/03/08, 2024.3.8 */
    CELL_TIME_COMPACT, /* 20240308, 20240308T153000, 202403081530, and with
                        * milliseconds 20240308 153000123 */
    CELL_TIME_WORDS,   /* Mar 8, 2024; 8 March 2024; 08-Mar-24; 08MAR2024;
                        * 2024-Mar-08; English; a weekday may come first */
    CELL_TIME_UNIX_S,  /* 1709856000, also with a fraction */
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

/* Years outside 1800 to 2999 are CELL_BAD, so are days that do not exist. A
 * year of two digits is 1969 to 2068. *out is written only when CELL_OK. */
enum cell_state cell_time(const char *s, size_t len, enum cell_time form,
                          struct cell_clock *out);

const char *cell_time_name(enum cell_time form); /* "mdy", for storing */
bool cell_time_find(const char *name, enum cell_time *out);

#endif
