#include "core/schedule.h"

#include "lib/format.h"

bool
schedule_list(struct arena *a, struct db *db, struct schedule **out, size_t *n,
              struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_schedule_list, DB_NONE, &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] = (struct schedule){
            .id = db_i64(rows, i, "id"),
            .name = db_text(rows, i, "name"),
            .frequency = db_text(rows, i, "frequency"),
            .time_zone = db_text(rows, i, "time_zone"),
            .mode = db_text(rows, i, "mode"),
            .missed_policy = db_text(rows, i, "missed_policy"),
            .instruments = db_text(rows, i, "instruments"),
            .words = db_text(rows, i, "words"),
            .enabled = db_bool(rows, i, "enabled"),
            .next_due = db_i64(rows, i, "next_due"),
            .last_queued = db_i64(rows, i, "last_queued"),
        };
    return true;
}

bool
schedule_queue_due(struct db *db, int64_t now_ts, bool simulated,
                   int64_t *n_queued, int64_t *next_due, struct err *err)
{
    struct arena *a = arena_new();
    const char *now = fmt_i64(a, now_ts);
    struct db_call calls[] = {
        {.sql = SQL_schedule_first_due, .args = DB_ARGS(now)},
        {.sql = SQL_schedule_queue_due,
         .args = DB_ARGS(now, fmt_bool(simulated))},
        {.sql = SQL_schedule_next_due},
    };
    bool ok = db_query_many(a, db, calls, COUNT_OF(calls), err);
    if (ok) {
        *n_queued = db_i64(calls[1].rows, 0, "queued");
        *next_due = db_i64(calls[2].rows, 0, "next_due");
    }
    arena_free(a);
    return ok || err_wrap(err, "queue what is due");
}

bool
schedule_next_words(struct arena *a, struct db *db, int64_t instrument_id,
                    int64_t now_ts, const char **words, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_schedule_next_words,
                  DB_ARGS(fmt_i64(a, instrument_id), fmt_i64(a, now_ts)), &rows,
                  err))
        return false;
    *words = db_count(rows) > 0 ? db_text(rows, 0, "words") : NULL;
    return true;
}
