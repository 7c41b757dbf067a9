#include "core/quarantine.h"

#include "core/series.h"
#include "lib/format.h"
#include "lib/utf8.h"

enum {
    BATCH_ROWS = 2000,
    VALUE_MAX = 500, /* bytes */
    RAW_MAX = 4000,
    COLUMNS = 7,
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
