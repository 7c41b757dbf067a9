#include "core/undo.h"

#include "core/audit.h"
#include "core/bar.h"
#include "lib/buf.h"
#include "lib/format.h"

#include <string.h>

/* Joins; the loads by instrument.
 * fails   ERR_MISSING */
static bool
loads_get(struct arena *a, struct db *db, int64_t load_id,
          struct db_rows **loads, struct err *err)
{
    if (!db_query(a, db, SQL_undo_loads, DB_ARGS(fmt_i64(a, load_id)), loads,
                  err))
        return false;
    return db_count(*loads) > 0 ||
           err_set(err, ERR_MISSING, "there is no load %lld",
                   (long long)load_id);
}

/* "load 9 (prices.csv) replaced 12 of its rows" and so on. */
static const char *
blocker_words(struct arena *a, const struct db_rows *rows)
{
    enum { SHOWN = 5 };
    struct buf *b = buf_new(a);
    int n = db_count(rows);
    for (int i = 0; i < n && i < SHOWN; i++) {
        int64_t count = db_i64(rows, i, "n");
        buf_addf(b, "%sload %lld (%.60s) replaced %s of its rows",
                 i > 0 ? ", " : "", (long long)db_i64(rows, i, "id"),
                 db_text(rows, i, "request"), fmt_count(a, count));
    }
    if (n > SHOWN)
        buf_addf(b, " and %d more did", n - SHOWN);
    buf_addf(b, "; undo %s first",
             n == 1 ? "that" : "those, the newest first,");
    return b->data;
}

static const char *
state_words(const char *state)
{
    return strcmp(state, "undone") == 0    ? "it was undone before"
           : strcmp(state, "refused") == 0 ? "nothing of it was stored"
                                           : "it is not stored yet";
}

/* Why the loads cannot be undone now; *why NULL: they can. */
static bool
obstacle(struct arena *a, struct db *db, const struct db_rows *loads,
         const char **why, struct err *err)
{
    *why = NULL;
    for (int i = 0; i < db_count(loads) && *why == NULL; i++) {
        struct db_rows *blockers;
        const char *state = db_text(loads, i, "state");
        if (strcmp(db_text(loads, i, "kind"), "derived") == 0) {
            *why = "quotemill built these bars from minute bars: they go, and "
                   "come back, with those; undo the load that brought the "
                   "minutes";
            return true;
        }
        if (strcmp(db_text(loads, i, "kind"), "check") == 0) {
            *why = "its rows were compared with what is stored, and are not "
                   "among the bars";
            return true;
        }
        if (strcmp(state, "stored") != 0) {
            *why = state_words(state);
            return true;
        }
        if (!db_query(a, db, SQL_undo_blockers,
                      DB_ARGS(fmt_i64(a, db_i64(loads, i, "id"))), &blockers,
                      err))
            return false;
        if (db_count(blockers) > 0)
            *why = blocker_words(a, blockers);
    }
    return true;
}

bool
undo_obstacle(struct arena *a, struct db *db, int64_t load_id, const char **why,
              struct err *err)
{
    struct db_rows *loads;
    return loads_get(a, db, load_id, &loads, err) &&
           obstacle(a, db, loads, why, err);
}

struct undo {
    struct arena *a;
    int64_t load_id;
    const char *who, *address;
    struct undo_count *out;
};

static bool
undo_one(struct db *db, const struct undo *u, int64_t id, struct err *err)
{
    struct db_rows *rows;
    if (!db_query_one(u->a, db, SQL_undo_load, DB_ARGS(fmt_i64(u->a, id)),
                      &rows, err))
        return false;
    int64_t removed = db_i64(rows, 0, "removed");
    int64_t restored = db_i64(rows, 0, "restored");
    u->out->n_removed += removed;
    u->out->n_restored += restored;
    u->out->n_loads++;
    return audit_add(db, u->who, "load.undo",
                     arena_printf(u->a, "load %lld", (long long)id), NULL,
                     arena_printf(u->a,
                                  "{\"removed\": %lld, \"restored\": %lld}",
                                  (long long)removed, (long long)restored),
                     u->address, err);
}

static bool
undo_tx(struct db *db, void *arg, struct err *err)
{
    const struct undo *u = arg;
    struct db_rows *loads;
    const char *why;
    if (!loads_get(u->a, db, u->load_id, &loads, err))
        return false;
    for (int i = 0; i < db_count(loads); i++)
        if (!bar_lock(db, db_i64(loads, i, "instrument_id"), err))
            return false;
    /* once more: it may have been undone or built on while this waited */
    if (!loads_get(u->a, db, u->load_id, &loads, err) ||
        !obstacle(u->a, db, loads, &why, err))
        return false;
    if (why != NULL)
        return err_set(err, ERR_CONFLICT, "load %lld cannot be undone: %s",
                       (long long)u->load_id, why);
    for (int i = 0; i < db_count(loads); i++)
        if (!undo_one(db, u, db_i64(loads, i, "id"), err))
            return false;
    return true;
}

bool
undo_load(struct db *db, int64_t load_id, const char *who, const char *address,
          struct undo_count *out, struct err *err)
{
    *out = (struct undo_count){0};
    struct arena *a = arena_new();
    struct undo u = {
        .a = a, .load_id = load_id, .who = who, .address = address, .out = out};
    bool ok = db_tx(db, undo_tx, &u, err);
    arena_free(a);
    return ok;
}
