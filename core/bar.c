#include "core/bar.h"

#include "core/touched.h"
#include "lib/format.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { MINUTE_S = 60 };

struct store {
    struct arena *a;
    const struct bar_target *target;
    const struct series_row *rows;
    size_t n;
    struct bar_count *count;
    struct quarantine_decided decided;
    struct touched touched;
};

/* Locks the instrument, finds whether something is stored in the range of the
 * rows and what was decided there, and makes the parts that they need. Two
 * statements after one another, so that the second sees what the lock's former
 * holder committed. */
static bool
lock_and_look(struct db *db, struct store *s, bool *overlaps, struct err *err)
{
    const char *instrument = fmt_i64(s->a, s->target->instrument_id);
    const char *interval = fmt_i64(s->a, s->target->interval_s);
    const char *first = fmt_i64(s->a, s->rows[0].ts);
    const char *last = fmt_i64(s->a, s->rows[s->n - 1].ts);
    struct db_call calls[] = {
        {.sql = SQL_bar_lock, .args = DB_ARGS(instrument)},
        {.sql = SQL_bar_overlap,
         .args = DB_ARGS(instrument, interval, first, last)},
        {.sql = SQL_quarantine_decided,
         .args = DB_ARGS(instrument, interval, first, last)},
        {.sql = SQL_bar_partitions, .args = DB_ARGS(first, last)},
    };
    size_t n = s->target->interval_s == MINUTE_S ? 4 : 3;
    if (!db_query_many(s->a, db, calls, n, err))
        return false;
    quarantine_decided_read(s->a, calls[2].rows, &s->decided);
    *overlaps = !db_is_null(calls[1].rows, 0, "first_ts");
    return true;
}

/* How many of the rows go into the part of the first. */
static size_t
rows_of_part(const struct store *s, size_t from)
{
    int64_t end = bar_part_end(s->target->interval_s, s->rows[from].ts);
    size_t to = from + 1;
    while (to < s->n && s->rows[to].ts < end)
        to++;
    return to - from;
}

static bool
store_part(struct db *db, struct store *s, struct bar_writer *w,
           const struct bar_parts *there, size_t from, size_t n,
           struct err *err)
{
    struct bar_chunk chunk = {.target = *s->target,
                              .rows = s->rows + from,
                              .n = n,
                              .decided = &s->decided};
    bar_chunk_room(s->a, &chunk, n);
    if (!bar_writer_flush(w, err) || !bar_compare(db, there, &chunk, err) ||
        !bar_write(w, &chunk, err))
        return false;
    s->count->n_new += chunk.count.n_new;
    s->count->n_same += chunk.count.n_same;
    s->count->n_changed += chunk.count.n_changed;
    touched_add_chunk(&s->touched, &chunk);
    return true;
}

static bool
store_tx(struct db *db, void *arg, struct err *err)
{
    struct store *s = arg;
    bool overlaps;
    if (!lock_and_look(db, s, &overlaps, err))
        return false;
    struct bar_parts *all = arena_alloc(s->a, sizeof *all);
    memset(all->there, 1, sizeof all->there);
    struct bar_writer *w = bar_writer_new(s->a, db, all, true);
    for (size_t from = 0, n; from < s->n; from += n) {
        n = rows_of_part(s, from);
        if (!store_part(db, s, w, overlaps ? all : NULL, from, n, err))
            return false;
    }
    return bar_writer_end(w, err) &&
           touched_note(db, s->target, &s->touched, err);
}

bool
bar_store(struct db *db, const struct bar_target *target,
          const struct series_row *rows, size_t n, struct bar_count *count,
          struct err *err)
{
    *count = (struct bar_count){0};
    if (n == 0)
        return true;
    for (size_t i = 1; i < n; i++)
        assert(rows[i - 1].ts < rows[i].ts);
    struct arena *a = arena_new();
    struct store s = {
        .a = a, .target = target, .rows = rows, .n = n, .count = count};
    touched_start(&s.touched, target->interval_s);
    bool ok = db_tx(db, store_tx, &s, err);
    arena_free(a);
    return ok;
}

bool
bar_lock(struct db *db, int64_t instrument_id, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = db_exec(db, SQL_bar_lock, DB_ARGS(fmt_i64(a, instrument_id)),
                      NULL, err);
    arena_free(a);
    return ok;
}

bool
bar_span(struct db *db, int64_t instrument_id, int32_t interval_s,
         struct bar_span *out, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query_one(
        a, db, SQL_bar_span,
        DB_ARGS(fmt_i64(a, instrument_id), fmt_i64(a, interval_s)), &rows, err);
    if (ok)
        *out = (struct bar_span){.n = db_i64(rows, 0, "n"),
                                 .first_ts = db_i64(rows, 0, "first_ts"),
                                 .last_ts = db_i64(rows, 0, "last_ts")};
    arena_free(a);
    return ok;
}

bool
bar_last(struct db *db, int64_t instrument_id, int32_t interval_s, int64_t *ts,
         struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query(
        a, db, SQL_bar_last,
        DB_ARGS(fmt_i64(a, instrument_id), fmt_i64(a, interval_s)), &rows, err);
    if (ok)
        *ts = db_count(rows) > 0 ? db_i64(rows, 0, "ts") : 0;
    arena_free(a);
    return ok;
}

struct list {
    struct arena *a;
    struct db *db;
    int64_t instrument_id;
    int32_t interval_s;
    size_t limit;
    struct series *series;
};

static bool
list_row(void *arg, const struct db_field *f, int n, struct err *err)
{
    (void)err;
    struct list *l = arg;
    assert(n == 6);
    *series_add(l->a, l->series) =
        (struct series_row){.ts = db_field_ts(f[0]),
                            .open = db_field_f64(f[1]),
                            .high = db_field_f64(f[2]),
                            .low = db_field_f64(f[3]),
                            .close = db_field_f64(f[4]),
                            .volume = db_field_f64(f[5])};
    return true;
}

/* part NULL: of all of them. */
static bool
list_part(struct list *l, const char *part, int64_t from_ts, int64_t to_ts,
          struct err *err)
{
    struct db_args args =
        DB_ARGS(fmt_i64(l->a, l->instrument_id), fmt_i64(l->a, l->interval_s),
                fmt_i64(l->a, from_ts), fmt_i64(l->a, to_ts),
                fmt_i64(l->a, (int64_t)(l->limit - l->series->n)));
    return part == NULL
               ? db_copy_out(l->db, SQL_bar_each, args, list_row, l, err)
               : db_copy_out_part(l->db, SQL_bar_each_part, part, args,
                                  list_row, l, err);
}

/* One after the other, until there are enough. */
static bool
list_parts(struct list *l, const struct bar_parts *parts, int64_t from_ts,
           int64_t to_ts, struct err *err)
{
    char part[BAR_PART_NAME];
    if (l->interval_s == MINUTE_S) {
        from_ts = from_ts < bar_minutes_ts ? bar_minutes_ts : from_ts;
        to_ts = to_ts < bar_minutes_end_ts ? to_ts : bar_minutes_end_ts - 1;
    }
    while (from_ts <= to_ts && l->series->n < l->limit) {
        int64_t end = bar_part_end(l->interval_s, from_ts);
        int64_t last = end - 1 < to_ts ? end - 1 : to_ts;
        if (bar_part_is_there(parts, l->interval_s, from_ts)) {
            bar_part_name(l->interval_s, from_ts, part);
            if (!list_part(l, part, from_ts, last, err))
                return false;
        }
        from_ts = end;
    }
    return true;
}

bool
bar_list(struct arena *a, struct db *db, const struct bar_parts *parts,
         int64_t instrument_id, int32_t interval_s, int64_t from_ts,
         int64_t to_ts, size_t limit, struct series **out, struct err *err)
{
    struct list l = {.a = a,
                     .db = db,
                     .instrument_id = instrument_id,
                     .interval_s = interval_s,
                     .limit = limit,
                     .series = series_new(a)};
    *out = l.series;
    return parts == NULL ? list_part(&l, NULL, from_ts, to_ts, err)
                         : list_parts(&l, parts, from_ts, to_ts, err);
}
