/* Offsets of a time zone from UTC, day by day, from the system's zone files.
 *
 * The C library reads a zone through the environment, which threads must not
 * change, so zones are read in main before any thread starts and are only
 * looked at afterwards.
 */
#ifndef SIMULATOR_ZONE_H
#define SIMULATOR_ZONE_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdint.h>

struct zone;

/* Reads a zone by its IANA name, 1970 to 2100. Not thread-safe.
 * fails   ERR_INPUT: no such zone on this machine */
MUST_USE bool zone_open(struct arena *a, const char *name,
                        const struct zone **out, struct err *err);

const char *zone_name(const struct zone *z);
/* Seconds east of UTC at noon UTC of a day, and the zone's short name then. */
int32_t zone_offset_s(const struct zone *z, int64_t days);
const char *zone_short_name(const struct zone *z, int64_t days);

#endif
