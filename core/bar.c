#include "core/bar.h"

#include "lib/buf.h"
#include "lib/format.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* What becomes of a row. */
enum fate { FATE_NEW, FATE_SAME, FATE_CHANGED };

enum { MINUTE_S = 60 };

/* A stored bar that is about to be replaced. */
struct old_bar {
    struct series_row row;
    int64_t load_id;
};

struct store {
    struct arena *a;
    const struct bar_target *target;
    const struct series_row *rows;
    size_t n;
    unsigned char *fates; /* enum fate of each row */
    size_t at;            /* first row not yet compared */
    struct old_bar *olds; /* of the changed rows */
    size_t n_olds;
    struct bar_count *count;
};

/* Absent volumes are equal; a stored volume is never NaN but NULL. */
static bool
same_number(double x, double y)
{
    return x == y || (isnan(x) && isnan(y));
}

static bool
same_bar(const struct series_row *x, const struct series_row *y)
{
    return x->open == y->open && x->high == y->high && x->low == y->low &&
           x->close == y->close && same_number(x->volume, y->volume);
}

/* The first six fields of a row of bar_each and bar_stored. */
static struct series_row
row_of(const struct db_field *f)
{
    return (struct series_row){.ts = db_field_ts(f[0]),
                               .open = db_field_f64(f[1]),
                               .high = db_field_f64(f[2]),
                               .low = db_field_f64(f[3]),
                               .close = db_field_f64(f[4]),
                               .volume = db_field_f64(f[5])};
}

/* Sees the stored bars of the range, oldest first, as the rows are. */
static bool
compare(void *arg, const struct db_field *fields, int n, struct err *err)
{
    (void)err;
    struct store *s = arg;
    assert(n == 7);
    struct series_row stored = row_of(fields);
    while (s->at < s->n && s->rows[s->at].ts < stored.ts)
        s->at++;
    if (s->at == s->n || s->rows[s->at].ts != stored.ts)
        return true;
    bool same = same_bar(&s->rows[s->at], &stored);
    s->fates[s->at++] = same ? FATE_SAME : FATE_CHANGED;
    if (!same)
        s->olds[s->n_olds++] =
            (struct old_bar){.row = stored, .load_id = db_field_i64(fields[6])};
    return true;
}

static void
copy_values(struct db *db, const struct store *s, const struct series_row *r,
            int64_t load_id)
{
    db_copy_i64(db, s->target->instrument_id);
    db_copy_i32(db, s->target->interval_s);
    db_copy_ts(db, r->ts);
    db_copy_f64(db, r->open);
    db_copy_f64(db, r->high);
    db_copy_f64(db, r->low);
    db_copy_f64(db, r->close);
    db_copy_f64(db, r->volume);
    db_copy_i64(db, load_id);
}

static bool
copy_rows(struct db *db, const struct store *s, struct err *err)
{
    bool is_minute = s->target->interval_s == MINUTE_S;
    enum sql_id sql = is_minute ? SQL_bar_copy_minute : SQL_bar_copy_coarse;
    if (!db_copy_in_begin(db, sql, err))
        return false;
    for (size_t i = 0; i < s->n; i++) {
        const struct series_row *r = &s->rows[i];
        if (s->fates[i] == FATE_SAME)
            continue;
        if (!db_copy_row(db, 9, err))
            return false;
        copy_values(db, s, r, s->target->load_id);
    }
    int64_t n_copied;
    if (!db_copy_in_end(db, &n_copied, err))
        return false;
    assert(n_copied == s->count->n_new + s->count->n_changed);
    return true;
}

/* Since when a load's rows are believed. */
struct belief {
    int64_t load_id, since_us;
};

static int
by_load(const void *x, const void *y)
{
    const struct belief *p = x, *q = y;
    return p->load_id < q->load_id ? -1 : p->load_id > q->load_id;
}

/* The loads of the bars that are replaced, as a bigint[] literal. */
static const char *
old_loads(const struct store *s)
{
    struct buf *ids = buf_new(s->a);
    int64_t last = 0;
    buf_addc(ids, '{');
    for (size_t i = 0; i < s->n_olds; i++) {
        if (i > 0 && s->olds[i].load_id == last)
            continue; /* neighbours mostly came together */
        last = s->olds[i].load_id;
        buf_addf(ids, "%s%lld", ids->len > 1 ? "," : "", (long long)last);
    }
    buf_addc(ids, '}');
    return ids->data;
}

static bool
beliefs_get(struct db *db, const struct store *s, struct belief **beliefs,
            size_t *n, int64_t *now_us, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(s->a, db, SQL_load_beliefs, DB_ARGS(old_loads(s)), &rows,
                  err))
        return false;
    *now_us = db_i64(rows, 0, "now_us");
    *n = (size_t)db_count(rows) - 1;
    *beliefs = arena_array(s->a, *n, sizeof **beliefs);
    for (size_t i = 0; i < *n; i++)
        (*beliefs)[i] =
            (struct belief){.load_id = db_i64(rows, (int)i + 1, "id"),
                            .since_us = db_i64(rows, (int)i + 1, "since_us")};
    qsort(*beliefs, *n, sizeof **beliefs, by_load);
    return true;
}

/* What is replaced, with from when to when it was believed. A bar that this
 * load itself had brought was never believed after a commit. */
static bool
copy_history(struct db *db, const struct store *s, struct err *err)
{
    struct belief *beliefs;
    size_t n;
    int64_t now_us;
    if (!beliefs_get(db, s, &beliefs, &n, &now_us, err) ||
        !db_copy_in_begin(db, SQL_bar_copy_history, err))
        return false;
    for (size_t i = 0; i < s->n_olds; i++) {
        const struct old_bar *old = &s->olds[i];
        if (old->load_id == s->target->load_id)
            continue;
        struct belief key = {.load_id = old->load_id};
        const struct belief *b =
            bsearch(&key, beliefs, n, sizeof *beliefs, by_load);
        if (!db_copy_row(db, 12, err))
            return false;
        copy_values(db, s, &old->row, old->load_id);
        db_copy_i64(db, s->target->load_id);
        db_copy_us(db, b == NULL ? INT64_MIN : b->since_us);
        db_copy_us(db, now_us);
    }
    return db_copy_in_end(db, &(int64_t){0}, err);
}

static bool
delete_olds(struct db *db, const struct store *s, struct err *err)
{
    struct buf *times = buf_new(s->a);
    for (size_t i = 0; i < s->n_olds; i++)
        buf_addf(times, "%c%lld", i == 0 ? '{' : ',',
                 (long long)s->olds[i].row.ts);
    buf_addc(times, '}');
    int64_t n = 0;
    if (!db_exec(db, SQL_bar_delete,
                 DB_ARGS(fmt_i64(s->a, s->target->instrument_id),
                         fmt_i64(s->a, s->target->interval_s), times->data,
                         fmt_i64(s->a, s->olds[0].row.ts),
                         fmt_i64(s->a, s->olds[s->n_olds - 1].row.ts)),
                 &n, err))
        return false;
    return n == (int64_t)s->n_olds ||
           err_set(err, ERR_INTERNAL,
                   "bars of instrument %lld were changed by somebody else",
                   (long long)s->target->instrument_id);
}

/* Finds what becomes of each row. */
static bool
compare_range(struct db *db, struct store *s, int64_t first_ts, int64_t last_ts,
              struct err *err)
{
    s->olds = arena_array(s->a, s->n, sizeof *s->olds);
    return db_copy_out(db, SQL_bar_stored,
                       DB_ARGS(fmt_i64(s->a, s->target->instrument_id),
                               fmt_i64(s->a, s->target->interval_s),
                               fmt_i64(s->a, first_ts), fmt_i64(s->a, last_ts)),
                       compare, s, err);
}

/* Locks the instrument and finds what is stored in the range of the rows. Two
 * statements after one another, so that the second sees what the lock's former
 * holder committed. */
static bool
lock_and_look(struct db *db, const struct store *s, struct db_rows **overlap,
              struct err *err)
{
    const char *instrument = fmt_i64(s->a, s->target->instrument_id);
    const char *first = fmt_i64(s->a, s->rows[0].ts);
    const char *last = fmt_i64(s->a, s->rows[s->n - 1].ts);
    struct db_call calls[] = {
        {.sql = SQL_bar_lock, .args = DB_ARGS(instrument)},
        {.sql = SQL_bar_overlap,
         .args = DB_ARGS(instrument, fmt_i64(s->a, s->target->interval_s),
                         first, last)},
        {.sql = SQL_bar_partitions, .args = DB_ARGS(first, last)},
    };
    size_t n = s->target->interval_s == MINUTE_S ? 3 : 2;
    if (!db_query_many(s->a, db, calls, n, err))
        return false;
    *overlap = calls[1].rows;
    return true;
}

static void
count_fates(struct store *s)
{
    int64_t n[3] = {0};
    for (size_t i = 0; i < s->n; i++)
        n[s->fates[i]]++;
    *s->count = (struct bar_count){.n_new = n[FATE_NEW],
                                   .n_same = n[FATE_SAME],
                                   .n_changed = n[FATE_CHANGED]};
}

static bool
store_tx(struct db *db, void *arg, struct err *err)
{
    struct store *s = arg;
    struct db_rows *overlap;
    if (!lock_and_look(db, s, &overlap, err))
        return false;
    if (!db_is_null(overlap, 0, "first_ts") &&
        !compare_range(db, s, db_i64(overlap, 0, "first_ts"),
                       db_i64(overlap, 0, "last_ts"), err))
        return false;
    count_fates(s);
    if (s->n_olds > 0 &&
        (!copy_history(db, s, err) || !delete_olds(db, s, err)))
        return false;
    return s->count->n_new + s->count->n_changed == 0 || copy_rows(db, s, err);
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
    struct store s = {.a = a,
                      .target = target,
                      .rows = rows,
                      .n = n,
                      .fates = arena_alloc(a, n), /* all new to begin with */
                      .count = count};
    bool ok = db_tx(db, store_tx, &s, err);
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

/* The newest bar before ts, NULL for the newest of all. */
static bool
newest(struct db *db, int64_t instrument_id, int32_t interval_s,
       const int64_t *before, int64_t *ts, double *close, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok =
        db_query(a, db, SQL_bar_before,
                 DB_ARGS(fmt_i64(a, instrument_id), fmt_i64(a, interval_s),
                         before == NULL ? NULL : fmt_i64(a, *before)),
                 &rows, err);
    if (ok) {
        bool any = db_count(rows) > 0;
        *ts = any ? db_i64(rows, 0, "ts") : 0;
        *close = any ? db_f64(rows, 0, "close") : NAN;
    }
    arena_free(a);
    return ok;
}

bool
bar_last(struct db *db, int64_t instrument_id, int32_t interval_s, int64_t *ts,
         struct err *err)
{
    double close;
    return newest(db, instrument_id, interval_s, NULL, ts, &close, err);
}

bool
bar_before(struct db *db, int64_t instrument_id, int32_t interval_s, int64_t ts,
           int64_t *before_ts, double *close, struct err *err)
{
    return newest(db, instrument_id, interval_s, &ts, before_ts, close, err);
}

struct each {
    bar_fn *fn;
    void *arg;
};

static bool
each_row(void *arg, const struct db_field *f, int n, struct err *err)
{
    const struct each *e = arg;
    assert(n == 6);
    struct series_row row = row_of(f);
    return e->fn(e->arg, &row, err);
}

static bool
read_bars(struct db *db, int64_t instrument_id, int32_t interval_s,
          int64_t from_ts, int64_t to_ts, int64_t limit, struct each *e,
          struct err *err)
{
    struct arena *a = arena_new();
    bool ok = db_copy_out(db, SQL_bar_each,
                          DB_ARGS(fmt_i64(a, instrument_id),
                                  fmt_i64(a, interval_s), fmt_i64(a, from_ts),
                                  fmt_i64(a, to_ts), fmt_i64(a, limit)),
                          each_row, e, err);
    arena_free(a);
    return ok;
}

bool
bar_each(struct db *db, int64_t instrument_id, int32_t interval_s,
         int64_t from_ts, int64_t to_ts, bar_fn *fn, void *arg, struct err *err)
{
    struct each e = {.fn = fn, .arg = arg};
    return read_bars(db, instrument_id, interval_s, from_ts, to_ts, INT64_MAX,
                     &e, err);
}

struct list {
    struct arena *a;
    struct series *series;
};

static bool
list_row(void *arg, const struct series_row *row, struct err *err)
{
    (void)err;
    struct list *l = arg;
    *series_add(l->a, l->series) = *row;
    return true;
}

bool
bar_list(struct arena *a, struct db *db, int64_t instrument_id,
         int32_t interval_s, int64_t from_ts, int64_t to_ts, size_t limit,
         struct series **out, struct err *err)
{
    struct list l = {.a = a, .series = series_new(a)};
    struct each e = {.fn = list_row, .arg = &l};
    if (!read_bars(db, instrument_id, interval_s, from_ts, to_ts,
                   (int64_t)limit, &e, err))
        return false;
    *out = l.series;
    return true;
}
