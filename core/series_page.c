#include "core/series_page.h"

#include "core/series_walk.h"
#include "lib/format.h"

#include <string.h>

struct get {
    struct arena *a;
    const struct series_page_ask *ask;
    struct series_page *out;
    size_t room; /* rows that may come */
};

static void
make_room(struct get *g)
{
    struct series_page *p = g->out;
    double **const bars[] = {&p->open, &p->high, &p->low, &p->close,
                             &p->volume};
    p->ts = arena_array(g->a, g->room, sizeof *p->ts);
    p->partial = arena_array(g->a, g->room, sizeof *p->partial);
    p->corrected = arena_array(g->a, g->room, sizeof *p->corrected);
    for (size_t i = 0; i < COUNT_OF(bars); i++)
        *bars[i] = arena_array(g->a, g->room, sizeof(double));
    for (int i = 0; i < INDICATOR_COUNT; i++)
        if (g->ask->indicators[i])
            p->indicators[i] = arena_array(g->a, g->room, sizeof(double));
    for (int i = 0; i < FEATURE_COUNT; i++)
        if (g->ask->features[i])
            p->features[i] = arena_array(g->a, g->room, sizeof(double));
}

/* To where row i of a block goes. */
struct move {
    size_t from, to;
};

static void
move_f64(double *to, const double *from, struct move m)
{
    if (to != NULL)
        to[m.to] = from[m.from];
}

static void
move_row(struct series_page *to, const struct series_page *from, struct move m)
{
    to->ts[m.to] = from->ts[m.from];
    to->partial[m.to] = from->partial[m.from];
    move_f64(to->open, from->open, m);
    move_f64(to->high, from->high, m);
    move_f64(to->low, from->low, m);
    move_f64(to->close, from->close, m);
    move_f64(to->volume, from->volume, m);
    for (int i = 0; i < INDICATOR_COUNT; i++)
        move_f64(to->indicators[i], from->indicators[i], m);
    for (int i = 0; i < FEATURE_COUNT; i++)
        move_f64(to->features[i], from->features[i], m);
}

/* Rows come oldest first; those of a page in its order. */
static bool
take_block(void *arg, const struct series_page *rows, struct err *err)
{
    struct get *g = arg;
    struct series_page *p = g->out;
    for (size_t i = 0; i < rows->n; i++) {
        if (p->n == g->room)
            return err_set(err, ERR_INTERNAL, "more bars than were counted");
        size_t to = g->ask->is_newest_first ? g->room - 1 - p->n : p->n;
        move_row(p, rows, (struct move){.from = i, .to = to});
        p->n++;
    }
    return true;
}

/* Marks the rows that are in a list of times, which is sorted. */
static void
mark(struct series_page *p, bool newest_first, const struct db_rows *list)
{
    int n = db_count(list), col = db_col(list, "ts");
    for (size_t i = 0, at = 0; at < (size_t)n && i < p->n; i++) {
        size_t row = newest_first ? p->n - 1 - i : i;
        while (at < (size_t)n && db_i64_at(list, (int)at, col) < p->ts[row])
            at++;
        p->corrected[row] =
            at < (size_t)n && db_i64_at(list, (int)at, col) == p->ts[row];
    }
}

static bool
get_tx(struct db *db, void *arg, struct err *err)
{
    struct get *g = arg;
    struct series_page *p = g->out;
    struct series_walk_span span;
    struct series_page_ask ask = *g->ask;
    struct db_rows *corrected;
    if (!series_walk_bounds(g->a, db, &ask, &span, err))
        return false;
    g->room = (size_t)span.n;
    make_room(g);
    if (span.n == 0)
        return true;
    ask.from_ts = span.first_ts;
    ask.to_ts = span.last_ts;
    if (!series_walk(db, &ask, take_block, g, err) ||
        !db_query(g->a, db, SQL_series_corrected,
                  DB_ARGS(fmt_i64(g->a, ask.instrument_id),
                          fmt_i64(g->a, ask.interval_s),
                          fmt_i64(g->a, ask.from_ts), fmt_i64(g->a, ask.to_ts),
                          series_walk_moment(g->a, &ask)),
                  &corrected, err))
        return false;
    if (p->n != g->room)
        return err_set(err, ERR_INTERNAL, "fewer bars than were counted");
    mark(p, ask.is_newest_first, corrected);
    p->is_more = span.is_more;
    p->n -= span.is_more; /* the one beyond is the last in either order */
    return true;
}

bool
series_page_get(struct arena *a, struct db *db,
                const struct series_page_ask *ask, struct series_page *out,
                struct err *err)
{
    struct get g = {.a = a, .ask = ask, .out = out};
    *out = (struct series_page){0};
    return db_tx_snapshot(db, get_tx, &g, err) ||
           err_wrap(err, "series of %s", ask->symbol);
}
