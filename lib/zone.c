#include "lib/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

bool
zone_is_known(const char *zone)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789_+-/";
    size_t len = strlen(zone);
    if (len == 0 || len > 64 || strspn(zone, letters) != len ||
        zone[0] == '/' || strstr(zone, "//") != NULL)
        return false;
    if (strcmp(zone, "UTC") == 0)
        return true;
    const char *folder = getenv("TZDIR");
    char path[256];
    struct stat st;
    if (folder == NULL || strlen(folder) > sizeof path - 80)
        folder = "/usr/share/zoneinfo";
    snprintf(path, sizeof path, "%s/%s", folder, zone);
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}
