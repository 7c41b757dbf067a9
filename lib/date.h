/* Days and times in UTC, as numbers and as text; no zones, no clock.
 *
 * A day number counts days since 1970-01-01; a _ts counts seconds. The
 * proleptic Gregorian calendar holds for every year from 1 to 9999.
 */
#ifndef LIB_DATE_H
#define LIB_DATE_H

#include "lib/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

EXTERN_C_BEGIN

enum { DAY_S = 86400 };

struct date {
    int year, month, day;
};

/* source  Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" */
int64_t date_to_days(int year, int month, int day);
struct date date_from_days(int64_t days);

/* True for a day that exists, year 1 to 9999. */
bool date_is_valid(int year, int month, int day);

/* Start of the UTC day that holds ts (floor, also before 1970). */
int64_t date_day_start(int64_t ts);

/* 0 is Monday. */
int date_weekday(int64_t days);

/* Exactly "YYYY-MM-DD"; the result is the day's start. */
MUST_USE bool date_parse_day(const char *s, size_t len, int64_t *ts);

/* ISO 8601: a day; or day, 'T' or blank, HH:MM[:SS[.fraction]], then nothing
 * (UTC), 'Z', or an offset (+HH:MM, +HHMM, +HH). Fractions are cut. */
MUST_USE bool date_parse_iso(const char *s, size_t len, int64_t *ts);

/* "YYYY-MM-DD" and "YYYY-MM-DDTHH:MM:SSZ". */
const char *date_format_day(struct arena *a, int64_t ts);
const char *date_format_iso(struct arena *a, int64_t ts);

EXTERN_C_END

#endif
