/* Local time of a named zone (glibc's reader of the system's zone files).
 *
 * glibc knows one zone at a time, the environment's TZ, so these functions
 * set it. Nothing else of ours asks for local time. Not for use by several
 * threads.
 */
#ifndef LIB_ZONE_H
#define LIB_ZONE_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds that local clocks of `zone` (an IANA name) are ahead of UTC at ts;
 * 0 for a name that the system does not know.
 *
 * label  when not NULL: gets the zone's abbreviation then, "CET" or "+03";
 *        valid until the next call */
int64_t zone_offset_s(const char *zone, int64_t ts, const char **label);

/* Whether the system knows a zone of this name. */
bool zone_is_known(const char *zone);

#endif
