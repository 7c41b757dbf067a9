/* Numbers, times and sizes as people and parameters read them. All results
 * live on the arena. NaN and absent values print as "–". */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include "lib/arena.h"

#include <stdbool.h>
#include <stdint.h>

EXTERN_C_BEGIN

/* For SQL parameters, JSON, CSV. */
const char *fmt_i64(struct arena *a, int64_t v);
const char *fmt_f64(struct arena *a, double v); /* shortest exact; NaN: NULL */
const char *fmt_bool(bool v);                   /* "true", "false" */
/* A text[] or bigint[] literal for a parameter: {"a",NULL,"b"}. */
const char *fmt_array(struct arena *a, const char *const *items, size_t n);

/* For people: 1 234 567 with narrow no-break spaces; 1 234.50; about 7
 * significant digits; 12.5 %; 3.4 MiB; 83 ms, 4.2 s, 3 min 5 s, 2 h 4 min. */
const char *fmt_count(struct arena *a, int64_t v);
const char *fmt_number(struct arena *a, double v, int decimals);
const char *fmt_price(struct arena *a, double v);
const char *fmt_percent(struct arena *a, double frac, int decimals);
const char *fmt_bytes(struct arena *a, int64_t bytes);
const char *fmt_duration(struct arena *a, double seconds);
/* "12 min ago", "in 3 h", "just now" (under 10 s either way), "yesterday"
 * never: always a number and a unit, days from 48 h on. */
const char *fmt_relative(struct arena *a, int64_t ts, int64_t now_ts);
/* "22 Nov 2026, 01:26" in the given UTC offset, seconds. */
const char *fmt_time(struct arena *a, int64_t ts, int64_t offset_s);
/* "1 row", "2 rows", "1 234 rows". */
const char *fmt_plural(struct arena *a, int64_t n, const char *one,
                       const char *many);

EXTERN_C_END

#endif
