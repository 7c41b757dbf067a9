/* Between lib/number.c and the C++ shim lib/number.cc. */
#ifndef LIB_NUMBER_OWN_H
#define LIB_NUMBER_OWN_H

#include "lib/number.h"

EXTERN_C_BEGIN

/* number_parse_f64 by std::from_chars: any text. */
MUST_USE bool number_parse_any(const char *s, size_t len, double *out);

EXTERN_C_END

#endif
