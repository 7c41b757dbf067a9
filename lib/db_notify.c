/* Notifications and advisory locks. */
#include "lib/db_own.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool
db_listen_to(struct db *db, const char *channel, struct err *err)
{
    char *name = PQescapeIdentifier(db->conn, channel, strlen(channel));
    if (name == NULL)
        return db_away(db, err);
    struct arena *a = arena_new();
    bool ok = db_command(db, arena_printf(a, "LISTEN %s", name), err);
    arena_free(a);
    PQfreemem(name);
    return ok;
}

bool
db_listen(struct db *db, const char *channel, struct err *err)
{
    for (size_t i = 0; i < db->n_channels; i++)
        if (strcmp(db->channels[i], channel) == 0)
            return true;
    db->channels =
        xrealloc(db->channels, (db->n_channels + 1) * sizeof *db->channels);
    db->channels[db->n_channels++] = xstrdup(channel);
    if (!db_is_connected(db))
        return db_ready(db, err); /* listens to all */
    return db_ready(db, err) && db_listen_to(db, channel, err);
}

/* One that has arrived, if any. */
static bool
notification(struct arena *a, struct db *db, const char **channel,
             const char **payload)
{
    if (db->n_missed > 0) {
        *channel = arena_strdup(a, db->channels[--db->n_missed]);
        *payload = "";
        return true;
    }
    PGnotify *n = PQnotifies(db->conn);
    if (n == NULL)
        return false;
    *channel = arena_strdup(a, n->relname);
    *payload = arena_strdup(a, n->extra);
    PQfreemem(n);
    return true;
}

static int64_t
clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool
db_wait(struct arena *a, struct db *db, int timeout_ms, const char **channel,
        const char **payload, struct err *err)
{
    *channel = *payload = NULL;
    int64_t end_ms = clock_ms() + timeout_ms;
    if (!db_ready(db, err))
        return false;
    for (;;) {
        if (notification(a, db, channel, payload))
            return true;
        int64_t left_ms = timeout_ms < 0 ? -1 : end_ms - clock_ms();
        if (timeout_ms >= 0 && left_ms <= 0)
            return true;
        struct pollfd fd = {.fd = PQsocket(db->conn), .events = POLLIN};
        int got = poll(&fd, 1, (int)left_ms);
        if (got < 0 && errno == EINTR)
            return true;
        if (got > 0 && !PQconsumeInput(db->conn))
            return db_away(db, err);
    }
}

/* --- advisory locks ----------------------------------------------------- */

static bool
lock_call(struct db *db, const char *text, int64_t key, bool *yes,
          struct err *err)
{
    if (!db_ready(db, err))
        return false;
    char number[32];
    snprintf(number, sizeof number, "%lld", (long long)key);
    const char *values[] = {number};
    PGresult *res =
        PQexecParams(db->conn, text, 1, NULL, values, NULL, NULL, 0);
    bool ok = db_is_good(res) || db_fail(db, res, text, err);
    *yes = ok && strcmp(PQgetvalue(res, 0, 0), "t") == 0;
    PQclear(res);
    return ok;
}

bool
db_lock_try(struct db *db, int64_t key, bool *got, struct err *err)
{
    return lock_call(db, "SELECT pg_try_advisory_lock($1::bigint)", key, got,
                     err);
}

bool
db_unlock(struct db *db, int64_t key, struct err *err)
{
    bool held;
    if (!lock_call(db, "SELECT pg_advisory_unlock($1::bigint)", key, &held,
                   err))
        return false;
    return held || err_set(err, ERR_CONFLICT,
                           "the lock had been lost with its connection");
}
