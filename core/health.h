/* Is everything there that the console and the worker need? */
#ifndef CORE_HEALTH_H
#define CORE_HEALTH_H

#include "lib/db.h"

enum health_state {
    HEALTH_OK,
    HEALTH_DEGRADED, /* works, but somebody should look */
    HEALTH_DOWN,
};
const char *health_name(enum health_state state); /* "ok", "degraded", "down" */

struct health_part {
    const char *name; /* database, schema, disk, freshness */
    enum health_state state;
    const char *words;
};

enum { HEALTH_PARTS = 4 };

/* Looks at every part. Cannot fail: what is wrong is a part's state.
 *
 * disk       down below 256 MiB or 1 % free where the archive is, degraded
 *            below 2 GiB or 5 %
 * freshness  degraded when the data of some instrument is behind, down when
 *            that of every one is; judged by now_ts
 */
void health_check(struct arena *a, struct db *db, const char *archive_dir,
                  int64_t now_ts, struct health_part parts[HEALTH_PARTS]);

#endif
