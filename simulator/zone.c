#include "simulator/zone.h"

#include "lib/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* From `days` on the offset and the short name are these. */
struct change {
    int64_t days;
    int32_t offset_s;
    char name[8];
};

struct zone {
    const char *name;
    struct change *changes;
    size_t n;
};

/* Long enough for two changes a year. */
enum { CHANGES_MAX = 300, LAST_DAY = 131 * 366 };

static void
read_changes(struct zone *z)
{
    for (int64_t day = 0; day < LAST_DAY && z->n < CHANGES_MAX; day++) {
        time_t noon = (time_t)(day * DAY_S + DAY_S / 2);
        struct tm tm;
        localtime_r(&noon, &tm);
        const struct change *last = &z->changes[z->n > 0 ? z->n - 1 : 0];
        if (z->n > 0 && last->offset_s == tm.tm_gmtoff &&
            strncmp(last->name, tm.tm_zone, sizeof last->name - 1) == 0)
            continue;
        struct change *c = &z->changes[z->n++];
        c->days = day;
        c->offset_s = (int32_t)tm.tm_gmtoff;
        strncpy(c->name, tm.tm_zone, sizeof c->name - 1);
    }
}

bool
zone_open(struct arena *a, const char *name, const struct zone **out,
          struct err *err)
{
    char path[256];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    if (strstr(name, "..") != NULL ||
        (strcmp(name, "UTC") != 0 && access(path, R_OK) != 0))
        return err_set(err, ERR_INPUT, "no time zone \"%s\" on this machine",
                       name);
    struct zone *z = arena_alloc(a, sizeof *z);
    z->name = arena_strdup(a, name);
    z->changes = arena_array(a, CHANGES_MAX, sizeof *z->changes);
    const char *before = getenv("TZ");
    before = arena_strdup(a, before);
    setenv("TZ", name, 1);
    tzset();
    read_changes(z);
    if (before != NULL)
        setenv("TZ", before, 1);
    else
        unsetenv("TZ");
    tzset();
    *out = z;
    return true;
}

const char *
zone_name(const struct zone *z)
{
    return z->name;
}

static const struct change *
change_at(const struct zone *z, int64_t days)
{
    size_t lo = 0, hi = z->n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (z->changes[mid].days <= days)
            lo = mid;
        else
            hi = mid;
    }
    return &z->changes[lo];
}

int32_t
zone_offset_s(const struct zone *z, int64_t days)
{
    return change_at(z, days)->offset_s;
}

const char *
zone_short_name(const struct zone *z, int64_t days)
{
    return change_at(z, days)->name;
}
