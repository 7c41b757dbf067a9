#include "core/quarantine.h"

#include "lib/format.h"
#include "lib/utf8.h"

#include <math.h>

enum {
    BATCH_ROWS = 2000,
    VALUE_MAX = 500, /* bytes */
    RAW_MAX = 4000,
    COLUMNS = 12,
};

/* The text as the database takes it. */
static const char *
clean(struct arena *a, const char *text, size_t max)
{
    return text == NULL ? "" : utf8_clean(a, text, max);
}

static bool
add_batch(struct db *db, const char *const ids[3], const struct doubt *doubts,
          size_t n, int64_t *n_new, struct err *err)
{
    struct arena *a = arena_new();
    const char **column[COLUMNS];
    for (size_t c = 0; c < COLUMNS; c++)
        column[c] = arena_array(a, n, sizeof *column[c]);
    for (size_t i = 0; i < n; i++) {
        const struct doubt *d = &doubts[i];
        column[0][i] = d->ts == SERIES_NO_TS ? NULL : fmt_i64(a, d->ts);
        column[1][i] = d->rule;
        column[2][i] = fmt_bool(d->flag);
        column[3][i] = clean(a, d->field, VALUE_MAX);
        column[4][i] = clean(a, d->value, VALUE_MAX);
        column[5][i] = clean(a, d->expected, VALUE_MAX);
        column[6][i] = clean(a, d->raw, RAW_MAX);
        column[7][i] = fmt_f64(a, d->open);
        column[8][i] = fmt_f64(a, d->high);
        column[9][i] = fmt_f64(a, d->low);
        column[10][i] = fmt_f64(a, d->close);
        column[11][i] = fmt_f64(a, d->volume);
    }
    const char *args[3 + COLUMNS] = {ids[0], ids[1], ids[2]};
    for (size_t c = 0; c < COLUMNS; c++)
        args[3 + c] = fmt_array(a, column[c], n);
    struct db_rows *rows;
    bool ok =
        db_query_one(a, db, SQL_quarantine_add,
                     (struct db_args){.n = 3 + COLUMNS, .v = args}, &rows, err);
    if (ok)
        *n_new += db_i64(rows, 0, "n_new");
    arena_free(a);
    return ok;
}

struct add {
    const char *ids[3];
    const struct doubt *doubts;
    size_t n;
    int64_t n_new;
};

static bool
add_tx(struct db *db, void *arg, struct err *err)
{
    struct add *add = arg;
    for (size_t i = 0; i < add->n; i += BATCH_ROWS) {
        size_t n = add->n - i < BATCH_ROWS ? add->n - i : BATCH_ROWS;
        if (!add_batch(db, add->ids, add->doubts + i, n, &add->n_new, err))
            return false;
    }
    return true;
}

bool
quarantine_add(struct db *db, int64_t load_id, int64_t instrument_id,
               int32_t interval_s, const struct doubt *doubts, size_t n,
               int64_t *n_new, struct err *err)
{
    if (n_new != NULL)
        *n_new = 0;
    if (n == 0)
        return true;
    struct arena *a = arena_new();
    struct add add = {.ids = {fmt_i64(a, load_id), fmt_i64(a, instrument_id),
                              fmt_i64(a, interval_s)},
                      .doubts = doubts,
                      .n = n};
    bool ok = db_tx(db, add_tx, &add, err);
    arena_free(a);
    if (ok && n_new != NULL)
        *n_new = add.n_new;
    return ok;
}

void
quarantine_decided_read(struct arena *a, const struct db_rows *rows,
                        struct quarantine_decided *out)
{
    *out = (struct quarantine_decided){.n = (size_t)db_count(rows)};
    if (out->n == 0)
        return;
    out->rows = arena_array(a, out->n, sizeof *out->rows);
    out->accepted = arena_array(a, out->n, sizeof *out->accepted);
    for (int i = 0; i < (int)out->n; i++) {
        out->rows[i] = (struct series_row){.ts = db_i64(rows, i, "ts"),
                                           .open = db_f64(rows, i, "open"),
                                           .high = db_f64(rows, i, "high"),
                                           .low = db_f64(rows, i, "low"),
                                           .close = db_f64(rows, i, "close"),
                                           .volume = db_f64(rows, i, "volume")};
        out->accepted[i] = db_bool(rows, i, "accepted");
    }
}

bool
quarantine_decided_get(struct arena *a, struct db *db, int64_t instrument_id,
                       int32_t interval_s, int64_t from_ts, int64_t to_ts,
                       struct quarantine_decided *out, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_quarantine_decided,
                  DB_ARGS(fmt_i64(a, instrument_id), fmt_i64(a, interval_s),
                          fmt_i64(a, from_ts), fmt_i64(a, to_ts)),
                  &rows, err))
        return false;
    quarantine_decided_read(a, rows, out);
    return true;
}

/* Absent numbers are equal. */
static bool
is_same(double x, double y)
{
    return x == y || (isnan(x) && isnan(y));
}

static bool
is_decided(const struct quarantine_decided *d, const struct series_row *row,
           bool accepted)
{
    if (d == NULL || d->n == 0)
        return false;
    size_t low = 0, high = d->n; /* the first of the row's time, or later */
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (d->rows[mid].ts < row->ts)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < d->n && d->rows[low].ts == row->ts; low++) {
        const struct series_row *x = &d->rows[low];
        if (d->accepted[low] == accepted && is_same(x->open, row->open) &&
            is_same(x->high, row->high) && is_same(x->low, row->low) &&
            is_same(x->close, row->close) && is_same(x->volume, row->volume))
            return true;
    }
    return false;
}

bool
quarantine_keeps_out(const struct quarantine_decided *decided,
                     const struct series_row *row)
{
    return is_decided(decided, row, false);
}

bool
quarantine_lets_in(const struct quarantine_decided *decided,
                   const struct doubt *doubt)
{
    const struct series_row row = {.ts = doubt->ts,
                                   .open = doubt->open,
                                   .high = doubt->high,
                                   .low = doubt->low,
                                   .close = doubt->close,
                                   .volume = doubt->volume};
    return !doubt->flag && is_decided(decided, &row, true);
}
