#include "core/bar_check.h"

#include "core/bar.h"
#include "core/validate.h"
#include "lib/format.h"

#include <math.h>

enum { COLUMNS = 6 };

static bool
is_bar(const struct series_row *r)
{
    return r->bad == NULL && r->ts != SERIES_NO_TS && isfinite(r->open) &&
           isfinite(r->high) && isfinite(r->low) && isfinite(r->close) &&
           !isinf(r->volume);
}

/* The rows as arrays, a column each. */
static void
fill(struct arena *a, const struct series_row *rows, size_t n,
     const char *out[COLUMNS])
{
    const char **column[COLUMNS];
    size_t k = 0;
    for (size_t c = 0; c < COLUMNS; c++)
        column[c] = arena_array(a, n, sizeof *column[c]);
    for (size_t i = 0; i < n; i++) {
        if (!is_bar(&rows[i]))
            continue;
        column[0][k] = fmt_i64(a, rows[i].ts);
        column[1][k] = fmt_f64(a, rows[i].open);
        column[2][k] = fmt_f64(a, rows[i].high);
        column[3][k] = fmt_f64(a, rows[i].low);
        column[4][k] = fmt_f64(a, rows[i].close);
        column[5][k++] = fmt_f64(a, rows[i].volume);
    }
    for (size_t c = 0; c < COLUMNS; c++)
        out[c] = fmt_array(a, column[c], k);
}

/* True when the stored bar is doubted. */
static bool
doubt_of(struct arena *a, const struct bar_check *check,
         const struct db_rows *rows, int i, struct doubt *out)
{
    const struct series_row bar = {.ts = db_i64(rows, i, "ts"),
                                   .open = db_f64(rows, i, "open"),
                                   .high = db_f64(rows, i, "high"),
                                   .low = db_f64(rows, i, "low"),
                                   .close = db_f64(rows, i, "close"),
                                   .volume = db_f64(rows, i, "volume")};
    double other = db_f64(rows, i, "said");
    if (isnan(check->frac) ||
        fabs(bar.close - other) <= check->frac * fabs(other))
        return false;
    const struct validate_finding finding = {
        .rule = VALIDATE_AGREEMENT,
        .flag = true,
        .field = "close",
        .value = fmt_f64(a, bar.close),
        .expected = arena_printf(a, "about %.6g as %s says, within %.4g %%",
                                 other, check->provider, check->frac * 100)};
    *out = validate_doubt(a, &bar, &finding);
    return true;
}

static bool
store(struct arena *a, struct db *db, const struct bar_check *check,
      const struct series_row *rows, size_t n, struct bar_check_count *count,
      struct err *err)
{
    const char *columns[COLUMNS];
    struct db_rows *stored;
    fill(a, rows, n, columns);
    if (!bar_lock(db, check->instrument_id, err) ||
        !db_query(a, db, SQL_bar_check_save,
                  DB_ARGS(fmt_i64(a, check->load_id),
                          fmt_i64(a, check->instrument_id),
                          fmt_i64(a, check->interval_s), check->provider,
                          columns[0], columns[1], columns[2], columns[3],
                          columns[4], columns[5]),
                  &stored, err))
        return false;
    struct doubt *doubts =
        arena_array(a, (size_t)db_count(stored), sizeof *doubts);
    size_t n_doubts = 0;
    for (int i = 0; i < db_count(stored); i++)
        n_doubts += doubt_of(a, check, stored, i, &doubts[n_doubts]);
    *count = (struct bar_check_count){.n_compared = db_count(stored),
                                      .n_doubted = (int64_t)n_doubts};
    return quarantine_add(db, check->load_id, check->instrument_id,
                          check->interval_s, doubts, n_doubts, NULL, err);
}

bool
bar_check_store(struct db *db, const struct bar_check *check,
                const struct series_row *rows, size_t n,
                struct bar_check_count *count, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = store(a, db, check, rows, n, count, err);
    arena_free(a);
    return ok || err_wrap(err, "compare with %s", check->provider);
}
