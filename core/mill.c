#include "core/mill_own.h"
#include "lib/format.h"

const int32_t mill_intervals[MILL_INTERVALS] = {60,   300,   900,
                                                3600, 14400, 86400};

bool
mill_touch(struct db *db, int64_t instrument_id, int32_t interval_s,
           int64_t from_ts, int64_t to_ts, int64_t load_id, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = db_exec(db, SQL_mill_touch,
                      DB_ARGS(fmt_i64(a, instrument_id), fmt_i64(a, interval_s),
                              fmt_i64(a, from_ts), fmt_i64(a, to_ts),
                              load_id == 0 ? NULL : fmt_i64(a, load_id)),
                      NULL, err);
    arena_free(a);
    return ok;
}

bool
mill_list(struct arena *a, struct db *db, struct mill_due **out, size_t *n,
          struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_mill_list, DB_ARGS(fmt_i64(a, mill_version())),
                  &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] =
            (struct mill_due){.instrument_id = db_i64(rows, i, "instrument_id"),
                              .symbol = db_text(rows, i, "symbol")};
    return true;
}

bool
mill_progress(struct mill *m, int64_t bars, struct err *err)
{
    const struct mill_options *o = m->options;
    m->bars += bars;
    return o == NULL || o->progress == NULL || o->progress(o->arg, m->bars) ||
           err_set(err, ERR_RETRY, "milling was stopped");
}

/* The ranges of a query's rows, by interval. */
static void
take_rows(struct mill *m, const struct db_rows *rows)
{
    for (size_t k = 0; k < MILL_INTERVALS; k++)
        for (int i = 0; i < db_count(rows); i++)
            if (db_i64(rows, i, "interval_s") == mill_intervals[k])
                touched_add(&m->touched[k], db_i64(rows, i, "from_ts"),
                            db_i64(rows, i, "to_ts"));
}

/* All of it, when it was computed by another version. */
static bool
take_all(struct mill *m, struct err *err)
{
    struct db_rows *rows;
    if (!db_exec(m->db, SQL_mill_state_forget, DB_ARGS(m->id), NULL, err) ||
        !db_query(m->a, m->db, SQL_mill_spans, DB_ARGS(m->id), &rows, err))
        return false;
    take_rows(m, rows);
    return true;
}

static bool
take_touched(struct mill *m, struct err *err)
{
    struct db_rows *rows, *look;
    /* a statement after the lock's, to see what its former holder committed */
    if (!bar_lock(m->db, m->instrument_id, err) ||
        !db_query(m->a, m->db, SQL_mill_take, DB_ARGS(m->id), &rows, err) ||
        !db_query_one(m->a, m->db, SQL_mill_look,
                      DB_ARGS(m->id, fmt_i64(m->a, mill_version())), &look,
                      err))
        return false;
    take_rows(m, rows);
    return !db_bool(look, 0, "outdated") || take_all(m, err);
}

static bool
mill_tx(struct db *db, void *arg, struct err *err)
{
    struct mill *m = arg;
    *m->count = (struct mill_count){0};
    m->bars = 0;
    for (size_t i = 0; i < MILL_INTERVALS; i++)
        touched_start(&m->touched[i], mill_intervals[i]);
    if (!take_touched(m, err) || !bar_parts_get(m->db, &m->parts, err) ||
        !mill_build(m, err))
        return false;
    for (size_t i = 0; i < MILL_INTERVALS; i++)
        if (m->touched[i].n > 0 && !mill_compute(m, i, err))
            return err_wrap(err, "bars of %d s", mill_intervals[i]);
    return db_exec(db, SQL_mill_done,
                   DB_ARGS(m->id, fmt_i64(m->a, mill_version())), NULL, err);
}

bool
mill_instrument(struct db *db, int64_t instrument_id,
                const struct mill_options *options, struct mill_count *count,
                struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *look;
    struct mill m = {.a = a,
                     .db = db,
                     .instrument_id = instrument_id,
                     .id = fmt_i64(a, instrument_id),
                     .options = options,
                     .count = count};
    *count = (struct mill_count){0};
    bool ok =
        db_query_one(a, db, SQL_mill_look,
                     DB_ARGS(m.id, fmt_i64(a, mill_version())), &look, err);
    if (ok && (db_bool(look, 0, "touched") || db_bool(look, 0, "outdated")))
        ok = db_tx(db, mill_tx, &m, err);
    arena_free(a);
    return ok;
}
