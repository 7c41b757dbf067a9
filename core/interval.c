#include "core/interval.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    int32_t seconds;
} intervals[] = {{"1m", 60},   {"5m", 300},   {"15m", 900},
                 {"1h", 3600}, {"4h", 14400}, {"1d", 86400}};

bool
interval_parse(const char *name, int32_t *interval_s)
{
    for (size_t i = 0; i < COUNT_OF(intervals); i++)
        if (strcmp(intervals[i].name, name) == 0) {
            *interval_s = intervals[i].seconds;
            return true;
        }
    return false;
}

const char *
interval_name(int32_t interval_s)
{
    for (size_t i = 0; i < COUNT_OF(intervals); i++)
        if (intervals[i].seconds == interval_s)
            return intervals[i].name;
    return "?";
}
