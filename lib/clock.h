/* Time that measures work in this process: never the time of data (now_ts). */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include "lib/attr.h"

#include <stdint.h>

EXTERN_C_BEGIN

/* Milliseconds since some moment before the process began; never goes back. */
int64_t clock_ms(void);

/* Sleeps so long, or until a signal came. */
void clock_sleep(int64_t ms);

EXTERN_C_END

#endif
