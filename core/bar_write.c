/* How bars get into the table: compared chunk by chunk with what is stored,
 * and what differs written. */
#include "core/bar.h"

#include "core/validate.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/format.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_S = 60 };

/* --- parts --------------------------------------------------------------- */

/* Minute bars outside 1970 to 2100 have no part. */
static size_t
month_of(int64_t ts)
{
    struct date d = date_from_days(date_day_start(ts) / DAY_S);
    assert(d.year >= 1970 && d.year <= 2100);
    return (size_t)(d.year - 1970) * 12 + (size_t)d.month - 1;
}

static void
month_name(size_t month, char out[BAR_PART_NAME])
{
    snprintf(out, BAR_PART_NAME, "%zu_%02zu", month / 12 + 1970,
             month % 12 + 1);
}

void
bar_part_name(int32_t interval_s, int64_t ts, char out[BAR_PART_NAME])
{
    char month[BAR_PART_NAME];
    if (interval_s != MINUTE_S) {
        snprintf(out, BAR_PART_NAME, "coarse");
        return;
    }
    month_name(month_of(ts), month);
    snprintf(out, BAR_PART_NAME, "minute_%.16s", month);
}

int64_t
bar_part_end(int32_t interval_s, int64_t ts)
{
    if (interval_s != MINUTE_S)
        return INT64_MAX;
    struct date d = date_from_days(date_day_start(ts) / DAY_S);
    bool is_last = d.month == 12;
    return date_to_days(d.year + is_last, is_last ? 1 : d.month + 1, 1) * DAY_S;
}

bool
bar_parts_get(struct db *db, struct bar_parts *out, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    *out = (struct bar_parts){0};
    bool ok = db_query(a, db, SQL_bar_month_list, DB_NONE, &rows, err);
    for (int i = 0; ok && i < db_count(rows); i++) {
        const char *text = db_text(rows, i, "month");
        long month = (strtol(text, NULL, 10) - 1970) * 12 +
                     strtol(text + 5, NULL, 10) - 1;
        if (month >= 0 && month < BAR_MONTHS)
            out->there[month] = true;
    }
    arena_free(a);
    return ok;
}

bool
bar_part_is_there(const struct bar_parts *parts, int32_t interval_s, int64_t ts)
{
    return interval_s != MINUTE_S || parts->there[month_of(ts)];
}

/* --- comparing ----------------------------------------------------------- */

void
bar_chunk_room(struct arena *a, struct bar_chunk *chunk, size_t n)
{
    chunk->fates = arena_alloc(a, n);
    chunk->olds = arena_array(a, n, sizeof *chunk->olds);
}

struct comparison {
    struct bar_chunk *chunk;
    size_t at; /* first row not yet compared */
};

/* Sees the stored bars of the range, oldest first, as the rows are. */
static bool
compare(void *arg, const struct db_field *f, int n, struct err *err)
{
    (void)err;
    struct comparison *c = arg;
    struct bar_chunk *k = c->chunk;
    assert(n == 8);
    int64_t ts = db_field_ts(f[0]);
    while (c->at < k->n && k->rows[c->at].ts < ts)
        c->at++;
    if (c->at == k->n || k->rows[c->at].ts != ts)
        return true;
    struct series_row stored = {.ts = ts,
                                .open = db_field_f64(f[1]),
                                .high = db_field_f64(f[2]),
                                .low = db_field_f64(f[3]),
                                .close = db_field_f64(f[4]),
                                .volume = db_field_f64(f[5])};
    bool same = validate_is_same(&k->rows[c->at], &stored) ||
                quarantine_keeps_out(k->decided, &k->rows[c->at]);
    k->fates[c->at++] = same ? BAR_SAME : BAR_CHANGED;
    if (!same)
        k->olds[k->n_olds++] = (struct bar_old){.row = stored,
                                                .load_id = db_field_i64(f[6]),
                                                .place = db_field_tid(f[7])};
    return true;
}

/* Rows that people decided against stay out also where nothing is stored. */
static void
keep_out(struct bar_chunk *chunk)
{
    for (size_t i = 0;
         chunk->decided != NULL && chunk->decided->n > 0 && i < chunk->n; i++)
        if (chunk->fates[i] == BAR_NEW &&
            quarantine_keeps_out(chunk->decided, &chunk->rows[i]))
            chunk->fates[i] = BAR_SAME;
}

static void
count_fates(struct bar_chunk *chunk)
{
    int64_t n[3] = {0};
    for (size_t i = 0; i < chunk->n; i++)
        n[chunk->fates[i]]++;
    chunk->count = (struct bar_count){.n_new = n[BAR_NEW],
                                      .n_same = n[BAR_SAME],
                                      .n_changed = n[BAR_CHANGED]};
}

bool
bar_compare(struct db *db, const struct bar_parts *parts,
            struct bar_chunk *chunk, struct err *err)
{
    char part[BAR_PART_NAME], id[24], interval[24], first[24], last[24];
    chunk->n_olds = 0;
    memset(chunk->fates, BAR_NEW, chunk->n);
    bool is_there =
        chunk->n > 0 && parts != NULL &&
        bar_part_is_there(parts, chunk->target.interval_s, chunk->rows[0].ts);
    if (is_there) {
        bar_part_name(chunk->target.interval_s, chunk->rows[0].ts, part);
        snprintf(id, sizeof id, "%lld", (long long)chunk->target.instrument_id);
        snprintf(interval, sizeof interval, "%d", chunk->target.interval_s);
        snprintf(first, sizeof first, "%lld", (long long)chunk->rows[0].ts);
        snprintf(last, sizeof last, "%lld",
                 (long long)chunk->rows[chunk->n - 1].ts);
        struct comparison c = {.chunk = chunk};
        if (!db_copy_out_part(db, SQL_bar_stored, part,
                              DB_ARGS(id, interval, first, last), compare, &c,
                              err))
            return false;
    }
    keep_out(chunk);
    count_fates(chunk);
    return true;
}

/* --- writing ------------------------------------------------------------- */

enum month_state { MONTH_MISSING, MONTH_THERE, MONTH_FILLING };

/* Since when a load's rows are believed. */
struct belief {
    int64_t load_id, since_us;
};

struct bar_writer {
    struct arena *a;
    struct db *db;
    bool once;
    unsigned char months[BAR_MONTHS]; /* enum month_state */
    char part[BAR_PART_NAME];         /* that the open COPY goes to */
    int64_t n_copied;                 /* by the open COPY */
    struct belief *beliefs;           /* of loads seen so far, by id */
    size_t n_beliefs, cap_beliefs;
    int64_t now_us; /* the transaction's time; 0: not known yet */
};

struct bar_writer *
bar_writer_new(struct arena *a, struct db *db, const struct bar_parts *parts,
               bool once)
{
    struct bar_writer *w = arena_alloc(a, sizeof *w);
    w->a = a;
    w->db = db;
    w->once = once;
    for (size_t i = 0; i < BAR_MONTHS; i++)
        w->months[i] = parts->there[i] ? MONTH_THERE : MONTH_MISSING;
    return w;
}

bool
bar_writer_flush(struct bar_writer *w, struct err *err)
{
    int64_t n;
    if (w->part[0] == '\0')
        return true;
    w->part[0] = '\0';
    if (!db_copy_in_end(w->db, &n, err))
        return false;
    return n == w->n_copied ||
           err_set(err, ERR_INTERNAL, "%lld bars were sent, %lld stored",
                   (long long)w->n_copied, (long long)n);
}

/* Months that are full. */
static bool
end_months(struct bar_writer *w, struct err *err)
{
    char name[BAR_PART_NAME];
    for (size_t i = 0; i < BAR_MONTHS; i++) {
        if (w->months[i] != MONTH_FILLING)
            continue;
        month_name(i, name);
        if (!db_exec(w->db, SQL_bar_month_end, DB_ARGS(name), NULL, err))
            return false;
        w->months[i] = MONTH_THERE;
    }
    return true;
}

static bool
begin_month(struct bar_writer *w, size_t month, struct err *err)
{
    char name[BAR_PART_NAME];
    month_name(month, name);
    if (!bar_writer_flush(w, err) || (w->once && !end_months(w, err)))
        return false;
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok =
        db_query_one(a, w->db, SQL_bar_month_begin, DB_ARGS(name), &rows, err);
    if (ok)
        w->months[month] =
            db_bool(rows, 0, "made") ? MONTH_FILLING : MONTH_THERE;
    arena_free(a);
    return ok;
}

static int
by_load(const void *x, const void *y)
{
    const struct belief *p = x, *q = y;
    return p->load_id < q->load_id ? -1 : p->load_id > q->load_id;
}

static const struct belief *
belief_find(const struct bar_writer *w, int64_t load_id)
{
    struct belief key = {.load_id = load_id};
    return w->n_beliefs == 0 ? NULL
                             : bsearch(&key, w->beliefs, w->n_beliefs,
                                       sizeof *w->beliefs, by_load);
}

static void
belief_add(struct bar_writer *w, int64_t load_id, int64_t since_us)
{
    if (w->n_beliefs == w->cap_beliefs) {
        size_t cap = w->cap_beliefs == 0 ? 16 : w->cap_beliefs * 2;
        struct belief *more = arena_array(w->a, cap, sizeof *more);
        if (w->n_beliefs > 0)
            memcpy(more, w->beliefs, w->n_beliefs * sizeof *more);
        w->beliefs = more;
        w->cap_beliefs = cap;
    }
    w->beliefs[w->n_beliefs++] = (struct belief){load_id, since_us};
}

/* The loads of the replaced bars that are not known yet, as a bigint[]
 * literal; NULL: none. */
static const char *
unknown_loads(struct arena *a, const struct bar_writer *w,
              const struct bar_chunk *c)
{
    struct buf *ids = buf_new(a);
    int64_t last = 0;
    for (size_t i = 0; i < c->n_olds; i++) {
        if (c->olds[i].load_id == last)
            continue; /* neighbours mostly came together */
        last = c->olds[i].load_id;
        if (belief_find(w, last) == NULL)
            buf_addf(ids, "%c%lld", ids->len > 0 ? ',' : '{', (long long)last);
    }
    if (ids->len == 0 && w->now_us != 0)
        return NULL;
    buf_adds(ids, ids->len == 0 ? "{}" : "}");
    return ids->data;
}

static bool
learn_beliefs(struct bar_writer *w, const struct bar_chunk *c, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    const char *ids = unknown_loads(a, w, c);
    bool ok = ids == NULL ||
              db_query(a, w->db, SQL_load_beliefs, DB_ARGS(ids), &rows, err);
    if (ok && ids != NULL) {
        w->now_us = db_i64(rows, 0, "now_us");
        for (int i = 1; i < db_count(rows); i++)
            belief_add(w, db_i64(rows, i, "id"), db_i64(rows, i, "since_us"));
        if (w->n_beliefs > 0)
            qsort(w->beliefs, w->n_beliefs, sizeof *w->beliefs, by_load);
    }
    arena_free(a);
    return ok;
}

static void
copy_values(struct db *db, const struct bar_target *t,
            const struct series_row *r, int64_t load_id)
{
    db_copy_i64(db, t->instrument_id);
    db_copy_i32(db, t->interval_s);
    db_copy_ts(db, r->ts);
    db_copy_f64(db, r->open);
    db_copy_f64(db, r->high);
    db_copy_f64(db, r->low);
    db_copy_f64(db, r->close);
    db_copy_f64(db, r->volume);
    db_copy_i64(db, load_id);
}

/* What is replaced, with from when to when it was believed. A bar that this
 * load itself had brought was never believed after a commit. */
static bool
copy_history(struct bar_writer *w, const struct bar_chunk *c, struct err *err)
{
    if (!learn_beliefs(w, c, err) ||
        !db_copy_in_begin(w->db, SQL_bar_copy_history, err))
        return false;
    for (size_t i = 0; i < c->n_olds; i++) {
        const struct bar_old *old = &c->olds[i];
        if (old->load_id == c->target.load_id)
            continue;
        const struct belief *b = belief_find(w, old->load_id);
        if (!db_copy_row(w->db, 12, err))
            return false;
        copy_values(w->db, &c->target, &old->row, old->load_id);
        db_copy_i64(w->db, c->target.load_id);
        db_copy_us(w->db, b == NULL ? INT64_MIN : b->since_us);
        db_copy_us(w->db, w->now_us);
    }
    return db_copy_in_end(w->db, &(int64_t){0}, err);
}

/* By their places, which stay as nobody else writes the instrument's bars. */
static bool
delete_olds(struct bar_writer *w, const struct bar_chunk *c, const char *part,
            struct err *err)
{
    struct arena *a = arena_new();
    struct buf *places = buf_new(a);
    for (size_t i = 0; i < c->n_olds; i++)
        buf_addf(places, "%c\"(%u,%u)\"", i == 0 ? '{' : ',',
                 (unsigned)(c->olds[i].place >> 16),
                 (unsigned)(c->olds[i].place & 0xffff));
    buf_addc(places, '}');
    int64_t n = 0;
    bool ok = db_exec_part(
        w->db, SQL_bar_delete, part,
        DB_ARGS(fmt_i64(a, c->target.instrument_id),
                fmt_i64(a, c->target.interval_s), fmt_i64(a, c->olds[0].row.ts),
                fmt_i64(a, c->olds[c->n_olds - 1].row.ts), places->data),
        &n, err);
    arena_free(a);
    if (ok && n != (int64_t)c->n_olds)
        return err_set(err, ERR_INTERNAL,
                       "bars of instrument %lld were changed by somebody else",
                       (long long)c->target.instrument_id);
    return ok;
}

/* Opens the COPY into the chunk's part, after what it replaces is gone. */
static bool
ready_part(struct bar_writer *w, const struct bar_chunk *c, struct err *err)
{
    char part[BAR_PART_NAME];
    bool is_minute = c->target.interval_s == MINUTE_S;
    size_t month = is_minute ? month_of(c->rows[0].ts) : 0;
    if (is_minute && w->months[month] == MONTH_MISSING &&
        !begin_month(w, month, err))
        return false;
    bar_part_name(c->target.interval_s, c->rows[0].ts, part);
    if (c->n_olds > 0 &&
        (!bar_writer_flush(w, err) || !copy_history(w, c, err) ||
         !delete_olds(w, c, part, err)))
        return false;
    if (strcmp(w->part, part) == 0)
        return true;
    bool is_new = is_minute && w->months[month] == MONTH_FILLING;
    if (!bar_writer_flush(w, err) ||
        !db_copy_in_begin_part(
            w->db, is_new ? SQL_bar_copy_frozen : SQL_bar_copy, part, err))
        return false;
    snprintf(w->part, sizeof w->part, "%s", part);
    w->n_copied = 0;
    return true;
}

bool
bar_write(struct bar_writer *w, const struct bar_chunk *c, struct err *err)
{
    if (c->count.n_new + c->count.n_changed == 0)
        return true;
    if (!ready_part(w, c, err))
        return false;
    for (size_t i = 0; i < c->n; i++) {
        if (c->fates[i] == BAR_SAME)
            continue;
        if (!db_copy_row(w->db, 9, err)) {
            w->part[0] = '\0';
            return false;
        }
        copy_values(w->db, &c->target, &c->rows[i], c->target.load_id);
    }
    w->n_copied += c->count.n_new + c->count.n_changed;
    return true;
}

bool
bar_writer_end(struct bar_writer *w, struct err *err)
{
    return bar_writer_flush(w, err) && end_months(w, err);
}
