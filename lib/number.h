/* Numbers to and from text, exact and fast: plain decimals by our own code, the
 * rest by std::from_chars and std::to_chars. */
#ifndef LIB_NUMBER_H
#define LIB_NUMBER_H

#include "lib/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

EXTERN_C_BEGIN

enum { NUMBER_TEXT_MAX = 32, NUMBER_DIGITS_MAX = 19 };

/* The whole text as a finite double, as strtod reads it: sign, digits, point,
 * exponent; no blanks, no hex, no "nan", no "inf", no overflow. Underflow
 * gives the nearest (perhaps 0). */
MUST_USE bool number_parse_f64(const char *s, size_t len, double *out);

/* The whole text as a decimal integer with optional '-'; no overflow. */
MUST_USE bool number_parse_i64(const char *s, size_t len, int64_t *out);

/* The whole text as 1 to NUMBER_DIGITS_MAX digits, nothing else; fast. */
MUST_USE bool number_parse_digits(const char *s, size_t len, uint64_t *out);

/* The shortest text that reads back to the same double, NUL-terminated;
 * "nan", "inf", "-inf" for those. Whole numbers below 1e15 print plain
 * ("100000", not "1e+05"). Returns its length. */
size_t number_format_f64(char out[NUMBER_TEXT_MAX], double v);

EXTERN_C_END

#endif
