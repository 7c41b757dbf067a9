#include "core/run_range.h"

#include "lib/format.h"

#include <stdlib.h>

bool
run_range_add(struct db *db, int64_t run_id, const struct run_range *ranges,
              size_t n, struct err *err)
{
    struct arena *a = arena_new();
    const char **instrument = arena_array(a, n, sizeof *instrument);
    const char **interval = arena_array(a, n, sizeof *interval);
    const char **from = arena_array(a, n, sizeof *from);
    const char **to = arena_array(a, n, sizeof *to);
    for (size_t i = 0; i < n; i++) {
        instrument[i] = fmt_i64(a, ranges[i].instrument_id);
        interval[i] = fmt_i64(a, ranges[i].interval_s);
        from[i] = fmt_i64(a, ranges[i].from_ts);
        to[i] = fmt_i64(a, ranges[i].to_ts);
    }
    bool ok = db_exec(db, SQL_run_range_add,
                      DB_ARGS(fmt_i64(a, run_id), fmt_array(a, instrument, n),
                              fmt_array(a, interval, n), fmt_array(a, from, n),
                              fmt_array(a, to, n)),
                      NULL, err);
    arena_free(a);
    return ok || err_wrap(err, "ranges of run %lld", (long long)run_id);
}

struct db_call
run_range_call(struct arena *a, int64_t run_id)
{
    const char **args = arena_array(a, 1, sizeof *args);
    args[0] = fmt_i64(a, run_id);
    return (struct db_call){.sql = SQL_run_range_list,
                            .args = {.n = 1, .v = args}};
}

void
run_range_read(struct arena *a, const struct db_rows *rows,
               struct run_range **out, size_t *n)
{
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (int i = 0; i < (int)*n; i++)
        (*out)[i] = (struct run_range){
            .instrument_id = db_i64(rows, i, "instrument_id"),
            .interval_s = (int32_t)db_i64(rows, i, "interval_s"),
            .from_ts = db_i64(rows, i, "from_ts"),
            .to_ts = db_i64(rows, i, "to_ts"),
        };
}

static int
compare(const void *left, const void *right)
{
    const struct run_range *x = left, *y = right;
    if (x->instrument_id != y->instrument_id)
        return x->instrument_id < y->instrument_id ? -1 : 1;
    if (x->interval_s != y->interval_s)
        return x->interval_s < y->interval_s ? -1 : 1;
    return x->from_ts < y->from_ts ? -1 : x->from_ts > y->from_ts;
}

size_t
run_range_join(struct run_range *ranges, size_t n)
{
    size_t n_out = 0;
    if (n > 1)
        qsort(ranges, n, sizeof *ranges, compare);
    for (size_t i = 0; i < n; i++) {
        struct run_range *last = n_out > 0 ? &ranges[n_out - 1] : NULL;
        const struct run_range *r = &ranges[i];
        if (last != NULL && last->instrument_id == r->instrument_id &&
            last->interval_s == r->interval_s &&
            (r->to_ts - last->from_ts) / r->interval_s < RUN_RANGE_SPAN_BARS) {
            if (r->to_ts > last->to_ts)
                last->to_ts = r->to_ts;
        } else {
            ranges[n_out++] = *r;
        }
    }
    return n_out;
}

void
run_range_cut(struct series *rows, const struct run_range *ranges, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->n; i++) {
        int64_t ts = rows->rows[i].ts;
        bool in = ts == SERIES_NO_TS;
        for (size_t k = 0; k < n && !in; k++)
            in = ts >= ranges[k].from_ts && ts <= ranges[k].to_ts;
        if (in)
            rows->rows[kept++] = rows->rows[i];
    }
    rows->n = kept;
}
