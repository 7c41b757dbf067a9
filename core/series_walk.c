#include "core/series_walk.h"

#include "core/bar.h"
#include "core/mill.h"
#include "lib/date.h"
#include "lib/format.h"

#include <assert.h>
#include <string.h>

enum { MINUTE_S = 60, US = 1000000 };

static const int64_t FIRST_TS = -62135596800; /* of year 1 */
static const int64_t LAST_TS = 253402300799;  /* of year 9999 */

struct walk {
    struct arena *a;
    const struct series_page_ask *ask;
    series_walk_fn *fn;
    void *arg;
    bool computes;
    int64_t start_ts;       /* the first bar to be fed */
    int64_t last_minute_ts; /* 0: none, so nothing was built */
    struct mill_sessions *sessions;
    struct feature_state state;
    struct series_page rows; /* gathered for the next block */
    bool *built, *market_open;
    int64_t *session; /* NULL: each bar is one */
};

const char *
series_walk_moment(struct arena *a, const struct series_page_ask *ask)
{
    int64_t us = ask->as_of_us;
    if (us == INT64_MAX)
        return "infinity";
    int64_t rest = us % US < 0 ? us % US + US : us % US;
    const char *whole = date_format_iso(a, (us - rest) / US);
    return arena_printf(a, "%.*s.%06dZ", (int)strlen(whole) - 1, whole,
                        (int)rest);
}

static bool
is_now(const struct series_page_ask *ask)
{
    return ask->as_of_us == INT64_MAX;
}

static double *
column(struct walk *w)
{
    return arena_array(w->a, SERIES_WALK_ROWS, sizeof(double));
}

static void
make_room(struct walk *w)
{
    struct series_page *r = &w->rows;
    const struct series_page_ask *ask = w->ask;
    r->ts = arena_array(w->a, SERIES_WALK_ROWS, sizeof *r->ts);
    r->open = column(w);
    r->high = column(w);
    r->low = column(w);
    r->close = column(w);
    r->volume = column(w);
    r->partial = arena_array(w->a, SERIES_WALK_ROWS, sizeof *r->partial);
    for (int i = 0; i < INDICATOR_COUNT; i++)
        r->indicators[i] = ask->indicators[i] ? column(w) : NULL;
    for (int i = 0; i < FEATURE_COUNT; i++)
        r->features[i] = ask->features[i] ? column(w) : NULL;
    w->built = arena_array(w->a, SERIES_WALK_ROWS, sizeof *w->built);
    w->market_open =
        arena_array(w->a, SERIES_WALK_ROWS, sizeof *w->market_open);
    if (ask->interval_s < DAY_S)
        w->session = arena_array(w->a, SERIES_WALK_ROWS, sizeof *w->session);
}

static void
compute(struct walk *w)
{
    struct series_page *r = &w->rows;
    mill_sessions_fill(w->sessions, r->ts, r->n, w->session, w->market_open);
    struct feature_bars in = {.bars = {.n = r->n,
                                       .high = r->high,
                                       .low = r->low,
                                       .close = r->close,
                                       .volume = r->volume,
                                       .session = w->session},
                              .ts = r->ts,
                              .market_open = w->market_open};
    feature_feed(&w->state, &in, r->features, r->indicators);
}

static void
slice_column(double **c, size_t from)
{
    if (*c != NULL)
        *c += from;
}

/* The rows from this one on. */
static struct series_page
slice(const struct series_page *all, size_t from)
{
    struct series_page out = *all;
    out.n -= from;
    out.ts += from;
    out.open += from;
    out.high += from;
    out.low += from;
    out.close += from;
    out.volume += from;
    out.partial += from;
    for (int i = 0; i < INDICATOR_COUNT; i++)
        slice_column(&out.indicators[i], from);
    for (int i = 0; i < FEATURE_COUNT; i++)
        slice_column(&out.features[i], from);
    return out;
}

/* Hands the gathered rows out, without those before the range. */
static bool
flush(struct walk *w, struct err *err)
{
    struct series_page *r = &w->rows;
    size_t first = 0;
    if (w->computes && r->n > 0)
        compute(w);
    for (size_t i = 0; i < r->n; i++) {
        r->partial[i] = w->built[i] && mill_is_partial(w->sessions, r->ts[i],
                                                       w->last_minute_ts);
        first += r->ts[i] < w->ask->from_ts;
    }
    struct series_page out = slice(r, first);
    r->n = 0;
    return out.n == 0 || w->fn(w->arg, &out, err);
}

static bool
take_row(void *arg, const struct db_field *f, int n, struct err *err)
{
    struct walk *w = arg;
    struct series_page *r = &w->rows;
    assert(n == 7);
    size_t i = r->n++;
    r->ts[i] = db_field_ts(f[0]);
    r->open[i] = db_field_f64(f[1]);
    r->high[i] = db_field_f64(f[2]);
    r->low[i] = db_field_f64(f[3]);
    r->close[i] = db_field_f64(f[4]);
    r->volume[i] = db_field_f64(f[5]);
    w->built[i] = f[6].len == 1 && f[6].data[0] != 0;
    return r->n < SERIES_WALK_ROWS || flush(w, err);
}

/* Opening time of the newest minute bar that was believed; 0: none. */
static bool
last_minute(struct walk *w, struct db *db, struct err *err)
{
    struct series_page_ask minutes = {.instrument_id = w->ask->instrument_id,
                                      .interval_s = MINUTE_S,
                                      .from_ts = FIRST_TS,
                                      .to_ts = LAST_TS,
                                      .as_of_us = w->ask->as_of_us,
                                      .is_newest_first = true,
                                      .limit = 1};
    struct series_walk_span span;
    if (w->ask->interval_s == MINUTE_S)
        return true; /* the shortest is never built */
    if (!series_walk_bounds(w->a, db, &minutes, &span, err))
        return false;
    w->last_minute_ts = span.n > 0 ? span.last_ts : 0;
    return true;
}

/* Not after the time that the query's only row holds. */
static bool
bound_by(struct walk *w, struct db *db, enum sql_id sql, struct db_args args,
         int64_t *ts, struct err *err)
{
    struct db_rows *rows;
    if (!db_query_one(w->a, db, sql, args, &rows, err))
        return false;
    if (!db_is_null(rows, 0, "ts") && db_i64(rows, 0, "ts") < *ts)
        *ts = db_i64(rows, 0, "ts");
    return true;
}

/* The newest state that may be used: of bars that are milled and that were
 * the same then. */
static bool
begin_state(struct walk *w, struct db *db, struct err *err)
{
    const struct series_page_ask *ask = w->ask;
    int64_t from_ts = ask->from_ts;
    const char *instrument = fmt_i64(w->a, ask->instrument_id);
    const char *interval = fmt_i64(w->a, ask->interval_s);
    return bound_by(w, db, SQL_series_dirty, DB_ARGS(instrument, interval),
                    &from_ts, err) &&
           (is_now(ask) ||
            bound_by(w, db, SQL_series_changed_since,
                     DB_ARGS(instrument, interval, fmt_i64(w->a, from_ts),
                             series_walk_moment(w->a, ask)),
                     &from_ts, err)) &&
           mill_state_before(db, ask->instrument_id, ask->interval_s, from_ts,
                             &w->state, &w->start_ts, err);
}

static bool
copy_rows(struct walk *w, struct db *db, struct err *err)
{
    const struct series_page_ask *ask = w->ask;
    int64_t told_ts = w->last_minute_ts != 0
                          ? w->last_minute_ts - 2 * (int64_t)DAY_S
                          : LAST_TS;
    struct db_args args = DB_ARGS(
        fmt_i64(w->a, ask->instrument_id), fmt_i64(w->a, ask->interval_s),
        fmt_i64(w->a, w->start_ts), fmt_i64(w->a, ask->to_ts),
        fmt_i64(w->a, told_ts), series_walk_moment(w->a, ask));
    return db_copy_out(db,
                       is_now(ask) ? SQL_series_bars : SQL_series_bars_as_of,
                       args, take_row, w, err) &&
           flush(w, err);
}

static bool
walk_tx(struct db *db, void *arg, struct err *err)
{
    struct walk *w = arg;
    const struct series_page_ask *ask = w->ask;
    w->start_ts = ask->from_ts;
    if (!last_minute(w, db, err) || (w->computes && !begin_state(w, db, err)))
        return false;
    if (w->start_ts < FIRST_TS)
        w->start_ts = FIRST_TS;
    if ((w->computes || w->last_minute_ts != 0) &&
        !mill_sessions_get(w->a, db, ask->instrument_id, ask->interval_s,
                           w->start_ts, ask->to_ts, &w->sessions, err))
        return false;
    return copy_rows(w, db, err);
}

bool
series_walk(struct db *db, const struct series_page_ask *ask,
            series_walk_fn *fn, void *arg, struct err *err)
{
    struct arena *a = arena_new();
    struct walk *w = arena_alloc(a, sizeof *w);
    w->a = a;
    w->ask = ask;
    w->fn = fn;
    w->arg = arg;
    w->computes = ask->n_indicators + ask->n_features > 0;
    make_room(w);
    bool ok = db_tx_snapshot(db, walk_tx, w, err);
    arena_free(a);
    return ok;
}

bool
series_walk_bounds(struct arena *a, struct db *db,
                   const struct series_page_ask *ask,
                   struct series_walk_span *out, struct err *err)
{
    struct db_rows *rows;
    struct db_args args =
        DB_ARGS(fmt_i64(a, ask->instrument_id), fmt_i64(a, ask->interval_s),
                fmt_i64(a, ask->from_ts), fmt_i64(a, ask->to_ts),
                fmt_i64(a, (int64_t)ask->limit + 1),
                fmt_bool(ask->is_newest_first), series_walk_moment(a, ask));
    args.n -= is_now(ask);
    if (!db_query_one(a, db,
                      is_now(ask) ? SQL_series_bounds : SQL_series_bounds_as_of,
                      args, &rows, err))
        return false;
    *out = (struct series_walk_span){.n = db_i64(rows, 0, "n"),
                                     .first_ts = db_i64(rows, 0, "first_ts"),
                                     .last_ts = db_i64(rows, 0, "last_ts")};
    out->is_more = out->n > (int64_t)ask->limit;
    return true;
}
