#include "lib/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t
zone_offset_s(const char *zone, int64_t ts, const char **label)
{
    const char *ignored;
    if (label == NULL)
        label = &ignored;
    *label = "UTC";
    if (strcmp(zone, "UTC") == 0)
        return 0;
    char wanted[80];
    const char *current = getenv("TZ");
    snprintf(wanted, sizeof wanted, ":%s", zone);
    if (current == NULL || strcmp(current, wanted) != 0) {
        setenv("TZ", wanted, 1);
        tzset();
    }
    time_t t = (time_t)ts;
    struct tm local;
    if (localtime_r(&t, &local) == NULL)
        return 0;
    *label = local.tm_zone;
    return local.tm_gmtoff;
}
