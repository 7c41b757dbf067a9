/* States, indicators and features of one interval, from its bars.
 *
 * Time is divided into cells of MILL_STATE_BARS intervals. The state after the
 * last bar of a cell is saved when a bar of a later cell comes: places that
 * bars which come late do not move. */
#include "core/mill_own.h"
#include "lib/buf.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

/* Bars of a portion: fewer where rows are made of them, for the caches. */
enum { READ_ROWS = 16384, READ_STORED_ROWS = 4096, STATES_MAX = 64 };

struct compute {
    struct arena *a;
    struct mill *m;
    int32_t interval_s;
    const char *interval;           /* the same as a parameter */
    bool has_rows;                  /* indicators and features are stored */
    int64_t last_ts;                /* of the newest bar */
    struct mill_sessions *sessions; /* from the first bar read on */

    /* bars that are read, a column each, and what is computed of them */
    size_t n, n_max;
    int64_t *ts, *session;
    bool *market_open;
    double *high, *low, *close, *volume;
    double *features[FEATURE_COUNT], *indicators[INDICATOR_COUNT];

    /* where it stands */
    struct feature_state state;
    int64_t next_ts;  /* the first bar to be read */
    int64_t prev_ts;  /* the bar fed last */
    bool is_saved;    /* the state after it, or there is none */
    int64_t clean_ts; /* rows before are as they should be */
    int64_t clean_state_ts;

    /* states to be saved */
    struct {
        int64_t through_ts;
        struct feature_state state;
    } * states;
    size_t n_states;
};

static int64_t
cell_of(const struct compute *c, int64_t ts)
{
    int64_t size = (int64_t)c->interval_s * MILL_STATE_BARS, rest = ts % size;
    return (ts - rest) / size - (rest < 0);
}

/* --- reading ------------------------------------------------------------- */

static bool
read_bars(struct compute *c, struct err *err)
{
    struct arena *a = arena_new();
    struct series *bars;
    bool ok =
        bar_list(a, c->m->db, &c->m->parts, c->m->instrument_id, c->interval_s,
                 mill_time(c->next_ts), mill_end_ts, c->n_max, &bars, err);
    c->n = ok ? bars->n : 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct series_row *row = &bars->rows[i];
        c->ts[i] = row->ts;
        c->high[i] = row->high;
        c->low[i] = row->low;
        c->close[i] = row->close;
        c->volume[i] = row->volume;
    }
    arena_free(a);
    if (!ok || c->n == 0)
        return ok;
    if (c->sessions == NULL &&
        !mill_sessions_get(c->a, c->m->db, c->m->instrument_id, c->interval_s,
                           c->ts[0], c->last_ts, &c->sessions, err))
        return false;
    mill_sessions_fill(c->sessions, c->ts, c->n, c->session, c->market_open);
    return true;
}

/* Bars [from, to) of those that were read. */
static void
feed(struct compute *c, size_t from, size_t to)
{
    struct feature_bars in = {
        .bars = {.n = to - from,
                 .high = c->high + from,
                 .low = c->low + from,
                 .close = c->close + from,
                 .volume = c->volume + from,
                 .session = c->interval_s < 86400 ? c->session + from : NULL},
        .ts = c->ts + from,
        .market_open = c->market_open + from};
    double *features[FEATURE_COUNT], *indicators[INDICATOR_COUNT];
    for (size_t k = 0; c->has_rows && k < FEATURE_COUNT; k++)
        features[k] = c->features[k] + from;
    for (size_t k = 0; c->has_rows && k < INDICATOR_COUNT; k++)
        indicators[k] = c->indicators[k] + from;
    feature_feed(&c->state, &in, c->has_rows ? features : NULL,
                 c->has_rows ? indicators : NULL);
    c->prev_ts = c->ts[to - 1];
    c->is_saved = false;
}

/* --- writing ------------------------------------------------------------- */

static bool
copy_rows(struct compute *c, size_t from, size_t to, enum sql_id sql,
          double *const *columns, size_t n_columns, bool versioned,
          struct err *err)
{
    struct db *db = c->m->db;
    int n = 3 + versioned + (int)n_columns;
    if (!db_copy_in_begin(db, sql, err))
        return false;
    for (size_t i = from; i < to; i++) {
        if (!db_copy_row(db, n, err))
            return false;
        db_copy_i64(db, c->m->instrument_id);
        db_copy_i32(db, c->interval_s);
        db_copy_ts(db, c->ts[i]);
        if (versioned)
            db_copy_i16(db, FEATURE_VERSION);
        for (size_t k = 0; k < n_columns; k++)
            db_copy_f64(db, columns[k][i]);
    }
    c->m->count->rows += (int64_t)(to - from);
    return db_copy_in_end(db, &(int64_t){0}, err);
}

/* Rows of bars [from, to) instead of all that were stored up to to_ts. */
static bool
write_rows(struct compute *c, size_t from, size_t to, int64_t to_ts,
           struct err *err)
{
    struct arena *a = arena_new();
    const char *first = fmt_i64(a, c->clean_ts), *last = fmt_i64(a, to_ts);
    struct db_args range = DB_ARGS(c->m->id, c->interval, first, last);
    struct db_call calls[] = {{.sql = SQL_mill_indicator_delete, .args = range},
                              {.sql = SQL_mill_feature_delete, .args = range}};
    bool ok = db_query_many(a, c->m->db, calls, COUNT_OF(calls), err);
    if (ok && from < to)
        ok = copy_rows(c, from, to, SQL_mill_indicator_copy, c->indicators,
                       INDICATOR_COUNT, false, err) &&
             copy_rows(c, from, to, SQL_mill_feature_copy, c->features,
                       FEATURE_COUNT, true, err);
    c->clean_ts = to_ts + 1;
    arena_free(a);
    return ok;
}

static bool
write_states(struct compute *c, int64_t to_ts, struct err *err)
{
    struct arena *a = arena_new();
    struct db *db = c->m->db;
    bool ok = db_exec(db, SQL_mill_state_delete,
                      DB_ARGS(c->m->id, c->interval,
                              fmt_i64(a, c->clean_state_ts), fmt_i64(a, to_ts)),
                      NULL, err);
    if (ok && c->n_states > 0) {
        ok = db_copy_in_begin(db, SQL_mill_state_copy, err);
        for (size_t i = 0; ok && i < c->n_states; i++) {
            ok = db_copy_row(db, 5, err);
            if (!ok)
                break;
            db_copy_i64(db, c->m->instrument_id);
            db_copy_i32(db, c->interval_s);
            db_copy_ts(db, c->states[i].through_ts);
            db_copy_i32(db, mill_version());
            db_copy_bytes(db, &c->states[i].state, sizeof c->states[i].state);
        }
        ok = ok && db_copy_in_end(db, &(int64_t){0}, err);
    }
    c->n_states = 0;
    c->clean_state_ts = to_ts + 1;
    arena_free(a);
    return ok;
}

/* --- stopping early ------------------------------------------------------ */

/* The stored state after the bar fed last is what it is now: nothing after it
 * changes. */
static bool
is_as_stored(struct compute *c, bool *same, struct err *err)
{
    struct feature_state stored;
    int64_t next_ts;
    *same = false;
    if (!mill_state_before(c->m->db, c->m->instrument_id, c->interval_s,
                           c->prev_ts + 1, &stored, &next_ts, err))
        return false;
    *same = next_ts == c->prev_ts + 1 && mill_state_is_same(&c->state, &stored);
    return true;
}

/* Between two cells, after all touched bars of range *k: the next ranges are
 * part of it as far as they have begun. */
static bool
may_stop(struct compute *c, const struct touched *t, size_t *k, bool *stop,
         struct err *err)
{
    *stop = false;
    while (*k + 1 < t->n && t->ranges[*k + 1].from_ts <= c->prev_ts)
        ++*k;
    return c->prev_ts < t->ranges[*k].to_ts || is_as_stored(c, stop, err);
}

/* --- a range ------------------------------------------------------------- */

/* Feeds what was read, cell by cell; *used bars of it. */
static bool
feed_cells(struct compute *c, const struct touched *t, size_t *k, size_t *used,
           bool *stop, struct err *err)
{
    size_t i = 0, end;
    *stop = false;
    while (i < c->n && c->n_states < STATES_MAX) {
        if (!c->is_saved && cell_of(c, c->ts[i]) != cell_of(c, c->prev_ts)) {
            if (!may_stop(c, t, k, stop, err))
                return false;
            if (*stop)
                break;
            c->states[c->n_states].through_ts = c->prev_ts;
            c->states[c->n_states++].state = c->state;
            c->is_saved = true;
        }
        for (end = i + 1;
             end < c->n && cell_of(c, c->ts[end]) == cell_of(c, c->ts[i]);)
            end++;
        feed(c, i, end);
        i = end;
    }
    *used = i;
    return true;
}

/* Makes what was fed of the bars that were read the stored truth. */
static bool
write_portion(struct compute *c, size_t used, bool is_last, struct err *err)
{
    int64_t to_ts = is_last ? mill_end_ts : c->prev_ts;
    size_t from = 0;
    while (from < used && c->ts[from] < c->clean_ts)
        from++;
    return (!c->has_rows || to_ts < c->clean_ts ||
            write_rows(c, from, used, to_ts, err)) &&
           (to_ts < c->clean_state_ts || write_states(c, to_ts, err));
}

/* Everything from the touched range *k on that depends on it; *k is then the
 * last range that is done with it. */
static bool
compute_range(struct compute *c, const struct touched *t, size_t *k,
              struct err *err)
{
    struct mill *m = c->m;
    bool stop = false, is_last = false;
    if (!mill_state_before(m->db, m->instrument_id, c->interval_s,
                           t->ranges[*k].from_ts, &c->state, &c->next_ts, err))
        return false;
    c->is_saved = true;
    c->prev_ts = c->next_ts == INT64_MIN ? INT64_MIN : c->next_ts - 1;
    c->clean_ts = t->ranges[*k].from_ts;
    c->clean_state_ts = mill_time(c->next_ts);
    while (!stop && !is_last) {
        size_t used;
        if (!read_bars(c, err) || !feed_cells(c, t, k, &used, &stop, err))
            return false;
        is_last = !stop && used == c->n && c->n < c->n_max;
        if (!write_portion(c, used, is_last, err) ||
            !mill_progress(m, (int64_t)used, err))
            return false;
        c->next_ts = c->prev_ts + 1;
    }
    if (is_last)
        *k = t->n - 1;
    return true;
}

/* --- all of an interval -------------------------------------------------- */

static double *
column(struct compute *c)
{
    return arena_array(c->a, c->n_max, sizeof(double));
}

static void
make_room(struct compute *c)
{
    c->n_max = c->has_rows ? READ_STORED_ROWS : READ_ROWS;
    c->ts = arena_array(c->a, c->n_max, sizeof *c->ts);
    c->session = arena_array(c->a, c->n_max, sizeof *c->session);
    c->market_open = arena_array(c->a, c->n_max, sizeof *c->market_open);
    c->high = column(c);
    c->low = column(c);
    c->close = column(c);
    c->volume = column(c);
    for (size_t k = 0; c->has_rows && k < FEATURE_COUNT; k++)
        c->features[k] = column(c);
    for (size_t k = 0; c->has_rows && k < INDICATOR_COUNT; k++)
        c->indicators[k] = column(c);
    c->states = arena_array(c->a, STATES_MAX, sizeof *c->states);
}

bool
mill_compute(struct mill *m, size_t i, struct err *err)
{
    const struct touched *t = &m->touched[i];
    struct arena *a = arena_new();
    struct compute *c = arena_alloc(a, sizeof *c);
    *c = (struct compute){.a = a,
                          .m = m,
                          .interval_s = mill_intervals[i],
                          .interval = fmt_i64(a, mill_intervals[i]),
                          .has_rows = mill_intervals[i] >= MILL_STORED_S};
    make_room(c);
    bool ok =
        bar_last(m->db, m->instrument_id, c->interval_s, &c->last_ts, err);
    for (size_t k = 0; ok && k < t->n; k++)
        ok = compute_range(c, t, &k, err);
    arena_free(a);
    return ok;
}
