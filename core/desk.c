/* The desk's rows and what stands around them; deciding is in desk_decide.c. */
#include "core/desk.h"

#include "lib/format.h"

static int64_t
ts_of(const struct db_rows *rows, int i, const char *col)
{
    return db_is_null(rows, i, col) ? SERIES_NO_TS : db_i64(rows, i, col);
}

static struct desk_row
read_row(const struct db_rows *rows, int i)
{
    return (struct desk_row){
        .id = db_i64(rows, i, "id"),
        .load_id = db_i64(rows, i, "load_id"),
        .instrument_id = db_i64(rows, i, "instrument_id"),
        .interval_s = (int32_t)db_i64(rows, i, "interval_s"),
        .ts = ts_of(rows, i, "ts"),
        .created_at = db_i64(rows, i, "created_at"),
        .last_seen_at = db_i64(rows, i, "last_seen_at"),
        .seen = db_i64(rows, i, "seen"),
        .symbol = db_text(rows, i, "symbol"),
        .rule = db_text(rows, i, "rule"),
        .rule_words = db_text(rows, i, "rule_words"),
        .severity = db_text(rows, i, "severity"),
        .field = db_text(rows, i, "field"),
        .value = db_text(rows, i, "value"),
        .expected = db_text(rows, i, "expected"),
        .raw = db_text(rows, i, "raw"),
        .state = db_text(rows, i, "state"),
        .decided_by = db_text(rows, i, "decided_by"),
        .note = db_text(rows, i, "note"),
        .source = db_text(rows, i, "source"),
        .decided_at = db_i64(rows, i, "decided_at"),
        .decision_load_id = db_i64(rows, i, "decision_load_id"),
        .taken_load_id = db_i64(rows, i, "taken_load_id"),
        .open = db_f64(rows, i, "open"),
        .high = db_f64(rows, i, "high"),
        .low = db_f64(rows, i, "low"),
        .close = db_f64(rows, i, "close"),
        .volume = db_f64(rows, i, "volume"),
        .price_min = db_f64(rows, i, "price_min"),
        .price_max = db_f64(rows, i, "price_max"),
        .simulated = db_bool(rows, i, "simulated"),
    };
}

static const char *
or_null(struct arena *a, int64_t v)
{
    return v == 0 ? NULL : fmt_i64(a, v);
}

/* The first eight parameters of desk_list, desk_groups and desk_ids, then the
 * query's own. */
#define FILTER_ARGS(a, f, ...)                                                 \
    DB_ARGS((f)->state, (f)->symbol, (f)->rule, (f)->severity,                 \
            or_null(a, (f)->from_ts), or_null(a, (f)->to_ts),                  \
            or_null(a, (f)->load_id), or_null(a, (f)->before), __VA_ARGS__)

bool
desk_get(struct arena *a, struct db *db, int64_t id, struct desk_row *out,
         struct err *err)
{
    struct db_rows *rows;
    const struct desk_filter none = {0};
    if (!db_query(a, db, SQL_desk_list,
                  FILTER_ARGS(a, &none, NULL, "0", fmt_i64(a, id)), &rows, err))
        return false;
    if (db_count(rows) == 0)
        return err_set(err, ERR_MISSING, "there is no quarantine row %lld",
                       (long long)id);
    *out = read_row(rows, 0);
    return true;
}

bool
desk_list(struct arena *a, struct db *db, const struct desk_filter *f,
          struct desk_row **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(
            a, db, SQL_desk_list,
            FILTER_ARGS(a, f, or_null(a, f->after), fmt_i64(a, f->limit), NULL),
            &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] = read_row(rows, i);
    return true;
}

bool
desk_rules(struct arena *a, struct db *db, const char *const **names, size_t *n,
           struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_desk_rules, DB_NONE, &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    const char **list = arena_array(a, *n, sizeof *list);
    for (int i = 0; i < (int)*n; i++)
        list[i] = db_text(rows, i, "name");
    *names = list;
    return true;
}

bool
desk_count(struct arena *a, struct db *db, const struct desk_filter *f,
           struct desk_count *out, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_desk_groups,
                  FILTER_ARGS(a, f, fmt_i64(a, DESK_ROWS_MAX),
                              fmt_i64(a, DESK_GROUPS_MAX)),
                  &rows, err))
        return false;
    *out = (struct desk_count){.n = (size_t)db_count(rows)};
    out->groups = arena_array(a, out->n, sizeof *out->groups);
    for (int i = 0; i < (int)out->n; i++) {
        out->groups[i] = (struct desk_group){
            .symbol = db_text(rows, i, "symbol"),
            .rule = db_text(rows, i, "rule"),
            .rule_words = db_text(rows, i, "rule_words"),
            .severity = db_text(rows, i, "severity"),
            .n = db_i64(rows, i, "n"),
            .first_ts = ts_of(rows, i, "first_ts"),
            .last_ts = ts_of(rows, i, "last_ts"),
        };
        out->total = db_i64(rows, i, "total");
        out->newest_id = db_i64(rows, i, "newest_id");
    }
    return true;
}

bool
desk_ids(struct arena *a, struct db *db, const struct desk_filter *f,
         int64_t **ids, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_desk_ids,
                  FILTER_ARGS(a, f, fmt_i64(a, DESK_ROWS_MAX)), &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *ids = arena_array(a, *n, sizeof **ids);
    for (int i = 0; i < (int)*n; i++)
        (*ids)[i] = db_i64(rows, i, "id");
    return true;
}

bool
desk_neighbours(struct arena *a, struct db *db, const struct desk_row *row,
                struct desk_neighbour **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    *n = 0;
    *out = NULL;
    if (row->ts == SERIES_NO_TS)
        return true;
    if (!db_query(a, db, SQL_desk_neighbours,
                  DB_ARGS(fmt_i64(a, row->id), fmt_i64(a, row->instrument_id),
                          fmt_i64(a, row->interval_s), fmt_i64(a, row->ts),
                          fmt_i64(a, DESK_NEIGHBOURS)),
                  &rows, err))
        return false;
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] =
            (struct desk_neighbour){.ts = db_i64(rows, i, "ts"),
                                    .load_id = db_i64(rows, i, "load_id"),
                                    .role = db_text(rows, i, "role"),
                                    .source = db_text(rows, i, "source"),
                                    .open = db_f64(rows, i, "open"),
                                    .high = db_f64(rows, i, "high"),
                                    .low = db_f64(rows, i, "low"),
                                    .close = db_f64(rows, i, "close"),
                                    .volume = db_f64(rows, i, "volume")};
    return true;
}
