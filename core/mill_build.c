/* Bars of longer intervals, all in one pass over the minutes. */
#include "core/interval.h"
#include "core/load.h"
#include "core/mill_own.h"
#include "lib/buf.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

enum { MINUTE_S = 60, READ_ROWS = 16384, LANE_ROWS = 2048 };

/* Buckets of one interval. */
struct lane {
    const char *interval;
    struct resample_spec spec;
    struct touched *touched;
    /* of the present pass */
    bool is_active;
    struct resample resample;
    int64_t first_ts, last_ts; /* names of the first and last that it makes */
    int64_t next_ts;           /* what is made is stored before this */
    struct series_row *rows;
    size_t n;
    struct bar_chunk chunk;
    /* of all */
    struct load load; /* its id 0: nothing differed so far */
    struct load_count count;
    struct touched changed; /* for alert rules (core/alert_run.h) */
};

struct build {
    struct mill *m;
    struct bar_writer *writer;
    struct lane lanes[MILL_INTERVALS]; /* the first is not used */
};

/* --- storing ------------------------------------------------------------- */

/* Bars that a provider or a person brought stay: as if they were the same. */
static bool
keep_brought(struct build *b, struct arena *a, struct bar_chunk *c,
             struct err *err)
{
    struct db_rows *rows;
    const char **ids = arena_array(a, c->n_olds, sizeof *ids);
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < c->n_olds; i++)
        if (i == 0 || c->olds[i].load_id != c->olds[i - 1].load_id)
            ids[n++] = fmt_i64(a, c->olds[i].load_id);
    if (n == 0)
        return true;
    if (!db_query(a, b->m->db, SQL_mill_brought, DB_ARGS(fmt_array(a, ids, n)),
                  &rows, err))
        return false;
    for (size_t i = 0, at = 0; i < c->n_olds; i++) {
        bool is_brought = false;
        for (int k = 0; k < db_count(rows) && !is_brought; k++)
            is_brought = db_i64(rows, k, "id") == c->olds[i].load_id;
        if (!is_brought) {
            c->olds[kept++] = c->olds[i];
            continue;
        }
        while (c->rows[at].ts != c->olds[i].row.ts)
            at++;
        c->fates[at] = BAR_SAME;
        c->count.n_changed--;
        c->count.n_same++;
    }
    c->n_olds = kept;
    return true;
}

/* Built bars of [next_ts, to_ts] that have no minutes any more. */
static bool
remove_vanished(struct build *b, struct arena *a, struct lane *l, int64_t to_ts,
                struct db_rows **gone, struct err *err)
{
    struct buf *made = buf_new(a);
    for (size_t i = 0; i < l->n; i++)
        buf_addf(made, "%c%lld", i == 0 ? '{' : ',', (long long)l->rows[i].ts);
    buf_adds(made, l->n == 0 ? "{}" : "}");
    return db_query(a, b->m->db, SQL_mill_vanish,
                    DB_ARGS(b->m->id, fmt_i64(a, l->spec.interval_s),
                            fmt_i64(a, l->next_ts), fmt_i64(a, to_ts),
                            made->data),
                    gone, err);
}

static void
note(struct lane *l, int64_t ts)
{
    touched_add(l->touched, ts, ts);
    touched_add(&l->changed, ts, ts);
}

/* What differs and what vanished, in order of time. */
static void
note_touched(struct lane *l, const struct db_rows *gone)
{
    int at = 0, n = db_count(gone);
    for (size_t i = 0; i <= l->chunk.n; i++) {
        for (; at < n && (i == l->chunk.n ||
                          db_i64(gone, at, "ts") < l->chunk.rows[i].ts);
             at++)
            note(l, db_i64(gone, at, "ts"));
        if (i < l->chunk.n && l->chunk.fates[i] != BAR_SAME)
            note(l, l->chunk.rows[i].ts);
    }
}

static bool
write_rows(struct build *b, struct lane *l, struct err *err)
{
    struct bar_chunk *c = &l->chunk;
    l->count.n_new += c->count.n_new;
    l->count.n_same += c->count.n_same;
    l->count.n_changed += c->count.n_changed;
    if (c->count.n_new + c->count.n_changed == 0)
        return true;
    if (l->load.id == 0 && (!bar_writer_flush(b->writer, err) ||
                            !load_create(b->m->db, &l->load, &l->load.id, err)))
        return false;
    c->target.load_id = l->load.id;
    return bar_write(b->writer, c, err);
}

/* Stores the buckets so far, which are all up to to_ts. */
static bool
lane_store(struct build *b, struct lane *l, int64_t to_ts, struct err *err)
{
    struct arena *a = arena_new();
    struct bar_chunk *c = &l->chunk;
    struct db_rows *gone;
    c->target = (struct bar_target){.instrument_id = b->m->instrument_id,
                                    .interval_s = l->spec.interval_s};
    c->rows = l->rows;
    c->n = l->n;
    bool ok = bar_writer_flush(b->writer, err) &&
              remove_vanished(b, a, l, to_ts, &gone, err) &&
              bar_compare(b->m->db, &b->m->parts, c, err) &&
              keep_brought(b, a, c, err) && write_rows(b, l, err);
    if (ok)
        note_touched(l, gone);
    b->m->count->bars_built += (int64_t)l->n;
    l->n = 0;
    l->next_ts = to_ts + 1;
    arena_free(a);
    return ok;
}

static bool
lane_add(struct build *b, struct lane *l, const struct series_row *bar,
         struct err *err)
{
    if (bar->ts < l->first_ts || bar->ts > l->last_ts)
        return true;
    l->rows[l->n++] = *bar;
    return l->n < LANE_ROWS || lane_store(b, l, bar->ts, err);
}

/* --- a pass -------------------------------------------------------------- */

static bool
pass_row(struct build *b, const struct series_row *row, struct err *err)
{
    struct resample_bucket done;
    for (size_t k = 1; k < MILL_INTERVALS; k++) {
        struct lane *l = &b->lanes[k];
        if (l->is_active &&
            resample_add(&l->resample, row, &done) == RESAMPLE_DONE &&
            !lane_add(b, l, &done.bar, err))
            return false;
    }
    return true;
}

static bool
pass_end(struct build *b, struct err *err)
{
    struct resample_bucket done;
    for (size_t k = 1; k < MILL_INTERVALS; k++) {
        struct lane *l = &b->lanes[k];
        if (l->is_active && ((resample_end(&l->resample, INT64_MAX, &done) &&
                              !lane_add(b, l, &done.bar, err)) ||
                             !lane_store(b, l, l->last_ts, err)))
            return false;
    }
    return true;
}

/* Minutes that open in [from_ts, to_ts). */
static bool
pass(struct build *b, int64_t from_ts, int64_t to_ts, struct err *err)
{
    struct arena *a = arena_new();
    struct mill *m = b->m;
    size_t n = READ_ROWS;
    bool ok = true;
    while (ok && n == READ_ROWS) {
        struct series *minutes = NULL;
        arena_reset(a);
        ok = bar_writer_flush(b->writer, err) &&
             bar_list(a, m->db, &m->parts, m->instrument_id, MINUTE_S, from_ts,
                      to_ts - 1, READ_ROWS, &minutes, err);
        n = ok ? minutes->n : 0;
        for (size_t i = 0; ok && i < n; i++)
            ok = pass_row(b, &minutes->rows[i], err);
        if (n > 0)
            from_ts = minutes->rows[n - 1].ts + 1;
        m->count->bars_read += (int64_t)n;
        ok = ok && mill_progress(m, (int64_t)n, err);
    }
    arena_free(a);
    return ok && pass_end(b, err);
}

/* What minutes of [from_ts, to_ts] are part of, of lanes k to end. */
static bool
build_range(struct build *b, size_t k, size_t end, int64_t from_ts,
            int64_t to_ts, struct err *err)
{
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 1; i < MILL_INTERVALS; i++) {
        struct lane *l = &b->lanes[i];
        int64_t from, to;
        l->is_active = i >= k && i < end &&
                       resample_span(&l->spec, from_ts, to_ts, &from, &to,
                                     &l->first_ts, &l->last_ts);
        if (!l->is_active)
            continue;
        resample_start(&l->resample, &l->spec);
        l->next_ts = l->first_ts;
        first = from < first ? from : first;
        last = to > last ? to : last;
    }
    return first > last || pass(b, first, last, err);
}

/* --- all ----------------------------------------------------------------- */

/* Minutes that bars of the interval named so may be made of. A session of a
 * day may be on another day in UTC. */
static struct touched_range
minutes_of(const struct touched_range *r, int32_t interval_s)
{
    int64_t before = interval_s >= DAY_S ? DAY_S : 0;
    return (struct touched_range){r->from_ts - before,
                                  r->to_ts + interval_s + before - MINUTE_S};
}

/* The range of all that is touched, in minutes; false: nothing is. */
static bool
hull(const struct mill *m, struct touched_range *out)
{
    *out = (struct touched_range){INT64_MAX, INT64_MIN};
    for (size_t k = 0; k < MILL_INTERVALS; k++)
        for (size_t i = 0; i < m->touched[k].n; i++) {
            struct touched_range r =
                minutes_of(&m->touched[k].ranges[i], mill_intervals[k]);
            out->from_ts = r.from_ts < out->from_ts ? r.from_ts : out->from_ts;
            out->to_ts = r.to_ts > out->to_ts ? r.to_ts : out->to_ts;
        }
    return out->from_ts <= out->to_ts;
}

static bool
prepare(struct build *b, const struct touched_range *all, struct err *err)
{
    struct mill *m = b->m;
    struct mill_sessions *sessions;
    if (!mill_sessions_get(m->a, m->db, m->instrument_id, MINUTE_S,
                           all->from_ts, all->to_ts, &sessions, err))
        return false;
    b->writer = bar_writer_new(m->a, m->db, &b->m->parts, true);
    for (size_t k = 1; k < MILL_INTERVALS; k++) {
        struct lane *l = &b->lanes[k];
        *l = (struct lane){
            .interval = interval_name(mill_intervals[k]),
            .spec = {.row_s = MINUTE_S, .interval_s = mill_intervals[k]},
            .touched = &m->touched[k]};
        l->spec.sessions = mill_sessions_hours(sessions, &l->spec.n_sessions);
        touched_start(&l->changed, mill_intervals[k]);
        l->rows = arena_array(m->a, LANE_ROWS, sizeof *l->rows);
        bar_chunk_room(m->a, &l->chunk, LANE_ROWS);
        l->load = (struct load){
            .run_id = m->options ? m->options->run_id : 0,
            .instrument_id = m->instrument_id,
            .interval_s = mill_intervals[k],
            .kind = "derived",
            .request = arena_printf(m->a, "%s bars from 1m bars", l->interval),
            .from_ts = all->from_ts,
            .to_ts = all->to_ts,
            .elapsed_ms = NAN};
    }
    return true;
}

static bool
settle_loads(struct build *b, struct err *err)
{
    if (!bar_writer_end(b->writer, err))
        return false;
    for (size_t k = 1; k < MILL_INTERVALS; k++) {
        struct lane *l = &b->lanes[k];
        if (l->load.id != 0 &&
            !load_stored(b->m->db, l->load.id, &l->count, err))
            return false;
    }
    return true;
}

/* Built bars are noted for alert rules; those that came from outside are by
 * whoever brought them. */
static bool
tell_rules(struct build *b, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = true;
    for (size_t k = 1; k < MILL_INTERVALS; k++) {
        const struct lane *l = &b->lanes[k];
        for (size_t i = 0; ok && i < l->changed.n; i++)
            ok = db_exec(b->m->db, SQL_alert_touch,
                         DB_ARGS(b->m->id, fmt_i64(a, mill_intervals[k]),
                                 fmt_i64(a, l->changed.ranges[i].from_ts),
                                 fmt_i64(a, l->changed.ranges[i].to_ts)),
                         NULL, err);
    }
    arena_free(a);
    return ok;
}

/* What came from outside, before building adds to it. */
static bool
build_all(struct build *b, struct err *err)
{
    struct mill *m = b->m;
    struct touched *brought =
        arena_array(m->a, MILL_INTERVALS, sizeof *brought);
    memcpy(brought, m->touched, sizeof m->touched);
    for (size_t k = 0; k < MILL_INTERVALS; k++)
        for (size_t i = 0; i < brought[k].n; i++) {
            struct touched_range r =
                minutes_of(&brought[k].ranges[i], mill_intervals[k]);
            if (!build_range(b, k == 0 ? 1 : k, k == 0 ? MILL_INTERVALS : k + 1,
                             r.from_ts, r.to_ts, err))
                return false;
        }
    return settle_loads(b, err) && tell_rules(b, err);
}

bool
mill_build(struct mill *m, struct err *err)
{
    struct build b = {.m = m};
    struct touched_range all;
    int64_t last_minute_ts = 0;
    if (!hull(m, &all))
        return true;
    if (m->touched[MILL_MINUTES].n == 0 &&
        !bar_last(m->db, m->instrument_id, MINUTE_S, &last_minute_ts, err))
        return false;
    if (m->touched[MILL_MINUTES].n == 0 && last_minute_ts == 0)
        return true; /* daily bars and no minutes: nothing to build */
    return prepare(&b, &all, err) && build_all(&b, err);
}
