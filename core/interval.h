/* The intervals that bars come in, by name: 1m 5m 15m 1h 4h 1d. */
#ifndef CORE_INTERVAL_H
#define CORE_INTERVAL_H

#include "lib/attr.h"

#include <stdbool.h>
#include <stdint.h>

/* For messages: "choose ..." */
#define INTERVAL_NAMES "1m, 5m, 15m, 1h, 4h or 1d"

/* Seconds of a name; false when it is none of ours. */
MUST_USE bool interval_parse(const char *name, int32_t *interval_s);

/* The name of seconds; "?" when they are none of ours. */
const char *interval_name(int32_t interval_s);

#endif
