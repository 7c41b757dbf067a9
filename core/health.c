#include "core/health.h"

#include "core/source.h"
#include "lib/buf.h"
#include "lib/format.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

static const char *const expected_changes[] = {
#define CHANGE(name) name,
#include "plan.def"
#undef CHANGE
};

const char *
health_name(enum health_state state)
{
    static const char *const names[] = {"ok", "degraded", "down"};
    return names[state];
}

/* Text for people: err's may hold paths and names that are nobody's business
 * who has not logged in. */
static void
database_check(struct arena *a, struct db *db, struct health_part *database,
               struct health_part *schema)
{
    struct db_rows *rows;
    struct err err;
    *database = (struct health_part){"database", HEALTH_OK, "answers"};
    *schema = (struct health_part){"schema", HEALTH_OK, "as expected"};
    if (db_query(
            a, db, SQL_health_missing,
            DB_ARGS(fmt_array(a, expected_changes, COUNT_OF(expected_changes))),
            &rows, &err)) {
        if (db_count(rows) == 0)
            return;
        schema->state = HEALTH_DOWN;
        schema->words = arena_printf(
            a, "%s missing, first %s: run sqitch deploy",
            fmt_plural(a, db_count(rows), "change is", "changes are"),
            db_text(rows, 0, "change"));
        return;
    }
    schema->state = HEALTH_DOWN;
    schema->words = "cannot be read";
    if (err.kind == ERR_RETRY) {
        *database =
            (struct health_part){"database", HEALTH_DOWN, "cannot be reached"};
        schema->words = "not known while the database is away";
    }
}

static void
disk_check(struct arena *a, const char *dir, struct health_part *disk)
{
    struct statvfs fs;
    *disk = (struct health_part){"disk", HEALTH_DOWN, NULL};
    if (statvfs(dir, &fs) != 0) {
        disk->words =
            arena_printf(a, "the archive's folder: %s", strerror(errno));
        return;
    }
    double free_bytes = (double)fs.f_bavail * (double)fs.f_frsize;
    double frac =
        fs.f_blocks > 0 ? (double)fs.f_bavail / (double)fs.f_blocks : 1;
    disk->words =
        arena_printf(a, "%s free, %s", fmt_bytes(a, (int64_t)free_bytes),
                     fmt_percent(a, frac, 1));
    if (free_bytes < 256.0 * 1024 * 1024 || frac < 0.01)
        disk->state = HEALTH_DOWN;
    else if (free_bytes < 2.0 * 1024 * 1024 * 1024 || frac < 0.05)
        disk->state = HEALTH_DEGRADED;
    else
        disk->state = HEALTH_OK;
}

static void
freshness_check(struct arena *a, struct db *db, int64_t now_ts,
                struct health_part *part)
{
    struct source *sources;
    struct err err;
    size_t n, behind = 0, none = 0;
    *part = (struct health_part){"freshness", HEALTH_DOWN,
                                 "not known while the database is away"};
    if (!source_list(a, db, "", SOURCE_MAX, now_ts, &sources, &n, &err)) {
        if (err.kind != ERR_RETRY)
            part->words = "cannot be read";
        return;
    }
    struct buf *names = buf_new(a);
    for (size_t i = 0; i < n; i++) {
        if (!source_is_behind(&sources[i]))
            continue;
        none += sources[i].last_ts == 0;
        if (behind++ < 5)
            buf_addf(names, "%s%s", behind > 1 ? ", " : "", sources[i].symbol);
    }
    part->state = behind == 0  ? HEALTH_OK
                  : behind < n ? HEALTH_DEGRADED
                               : HEALTH_DOWN;
    if (none == n) { /* a new installation has not run yet */
        part->state = HEALTH_DEGRADED;
        part->words = "nothing has been fetched yet";
    } else if (behind == 0) {
        part->words = "all data is as new as it should be";
    } else {
        part->words = arena_printf(
            a, "%s behind: %s%s",
            fmt_plural(a, (int64_t)behind, "instrument is", "instruments are"),
            names->data, behind > 5 ? " and more" : "");
    }
}

void
health_check(struct arena *a, struct db *db, const char *archive_dir,
             int64_t now_ts, struct health_part parts[HEALTH_PARTS])
{
    database_check(a, db, &parts[0], &parts[1]);
    disk_check(a, archive_dir, &parts[2]);
    freshness_check(a, db, now_ts, &parts[3]);
}
