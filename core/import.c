#include "core/import.h"

#include "core/import_own.h"
#include "core/instrument.h"
#include "core/touched.h"
#include "lib/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The transaction: what is to be written and what has been. */
struct work {
    struct import *im;
    struct db *db;
    struct bar_writer *writer;
    struct import_result *out;
    struct arena *keep; /* of the result */
    /* doubts on their way to quarantine, by series */
    struct arena *waiting_a;
    struct doubt **waiting;
    size_t *n_waiting, n_waiting_all;
    int64_t *n_kept;         /* in quarantine, by series */
    struct touched *touched; /* by series */
    pthread_t reader, comparer;
};

enum { WAITING_MAX = 1000, LOOK_MS = 200 };

/* The years 1 to 9999. */
static const int64_t TIME_MIN = -62135596800, TIME_MAX = 253402300799;

/* --- before -------------------------------------------------------------- */

static bool
prepare_lane(struct import *im, struct db *db, const struct calendar *calendars,
             size_t n_calendars, size_t i, struct err *err)
{
    const struct mapping *m = im->options->mapping;
    struct import_lane *lane = &im->lanes[i];
    struct instrument x;
    if (!instrument_get(im->a, db, m->series[i].symbol, &x, err)) {
        if (err->kind == ERR_MISSING)
            err->kind = ERR_INPUT;
        return false;
    }
    if (!x.active)
        return err_set(err, ERR_INPUT, "instrument %s is retired", x.symbol);
    for (size_t k = 0; k < i; k++)
        if (im->lanes[k].target.instrument_id == x.id)
            return err_set(err, ERR_INPUT,
                           "%s is named twice: each series of a file needs an "
                           "instrument of its own",
                           x.symbol);
    *lane = (struct import_lane){
        .symbol = x.symbol,
        .target = {.instrument_id = x.id, .interval_s = m->interval_s},
        .context = {.interval_s = m->interval_s,
                    .price_min = x.price_min,
                    .price_max = x.price_max,
                    .jump_frac = x.jump_frac,
                    .now_ts = im->options->now_ts,
                    .calendar =
                        calendar_find(calendars, n_calendars, x.calendar)}};
    return validate_rules_get(db, x.id, &lane->rules, err);
}

static bool
prepare(struct import *im, struct db *db, struct err *err)
{
    const struct mapping *m = im->options->mapping;
    struct calendar *calendars;
    size_t n_calendars;
    if (!mapping_check(m, err) ||
        !calendar_list(im->a, db, &calendars, &n_calendars, err))
        return false;
    im->n_lanes = m->n_series;
    im->lanes = arena_array(im->a, m->n_series, sizeof *im->lanes);
    for (size_t i = 0; i < m->n_series; i++)
        if (!prepare_lane(im, db, calendars, n_calendars, i, err))
            return false;
    return true;
}

static struct import_chunk *
chunk_new(struct arena *a, size_t rows)
{
    struct import_chunk *c = arena_alloc(a, sizeof *c);
    c->rows = arena_array(a, rows, sizeof *c->rows);
    c->lines = arena_array(a, rows, sizeof *c->lines);
    c->doubted = arena_array(a, rows, sizeof *c->doubted);
    /* the longest text fits also when the others took their share */
    c->text = arena_alloc(a, rows * ROW_TEXT + 2 * (RAW_MAX + 1));
    c->a = arena_new();
    bar_chunk_room(a, &c->bars, rows);
    return c;
}

static void
make_chunks(struct import *im)
{
    size_t rows = CHUNK_ROWS_ALL / im->n_lanes;
    im->chunk_rows = rows > CHUNK_ROWS       ? CHUNK_ROWS
                     : rows < CHUNK_ROWS_MIN ? CHUNK_ROWS_MIN
                                             : rows;
    im->n_chunks = im->n_lanes + CHUNKS_AHEAD;
    im->chunks = arena_array(im->a, im->n_chunks, sizeof(void *));
    for (size_t i = 0; i < im->n_chunks; i++)
        im->chunks[i] = chunk_new(im->a, im->chunk_rows);
}

/* --- what is said of rows ------------------------------------------------ */

static bool
quarantine_waiting(struct work *w, struct err *err)
{
    if (w->n_waiting_all == 0)
        return true;
    if (!bar_writer_flush(w->writer, err))
        return false;
    for (size_t s = 0; s < w->im->n_lanes; s++) {
        const struct bar_target *t = &w->im->lanes[s].target;
        if (!quarantine_add(w->db, t->load_id, t->instrument_id, t->interval_s,
                            w->waiting[s], w->n_waiting[s], NULL, err))
            return false;
        w->n_waiting[s] = 0;
    }
    w->n_waiting_all = 0;
    arena_reset(w->waiting_a);
    for (size_t s = 0; s < w->im->n_lanes; s++)
        w->waiting[s] =
            arena_array(w->waiting_a, WAITING_MAX, sizeof **w->waiting);
    return true;
}

static struct doubt
doubt_copy(struct arena *a, const struct doubt *d)
{
    struct doubt copy = *d;
    copy.field = arena_strdup(a, d->field);
    copy.value = arena_strdup(a, d->value);
    copy.expected = arena_strdup(a, d->expected);
    copy.raw = arena_strdup(a, d->raw);
    return copy; /* the rule's name is not ours */
}

/* accepted: a person did; nothing is told of it, but it was seen again. */
static bool
take_note(struct work *w, size_t series, const struct note *note, bool accepted,
          struct err *err)
{
    const struct import_options *o = w->im->options;
    struct import_refusal r = {.line = note->line,
                               .symbol = w->im->lanes[series].symbol,
                               .doubt = note->doubt};
    if (!accepted && o->refused != NULL && !o->refused(o->arg, &r, err))
        return false;
    if (!accepted && w->out->n_refusals < IMPORT_REFUSALS_SHOWN) {
        r.doubt = doubt_copy(w->keep, &note->doubt);
        w->out->refusals[w->out->n_refusals++] = r;
    }
    if (o->dry_run || w->n_kept[series] >= IMPORT_QUARANTINE_MAX)
        return true;
    if (w->n_waiting_all == WAITING_MAX && !quarantine_waiting(w, err))
        return false;
    w->waiting[series][w->n_waiting[series]++] =
        doubt_copy(w->waiting_a, &note->doubt);
    w->n_waiting_all++;
    w->n_kept[series]++;
    return true;
}

/* --- chunks -------------------------------------------------------------- */

static bool
count_chunk(struct work *w, const struct import_chunk *c, struct err *err)
{
    struct import_series *s = &w->out->series[c->series];
    s->count.n_new += c->bars.count.n_new;
    s->count.n_same += c->bars.count.n_same + c->n_repeated;
    s->count.n_changed += c->bars.count.n_changed;
    s->count.n_refused += c->n_refused;
    s->count.n_flagged += c->n_flagged;
    touched_add_chunk(&w->touched[c->series], &c->bars);
    if (c->n > 0) {
        if (s->first_ts == SERIES_NO_TS)
            s->first_ts = c->rows[0].ts;
        s->last_ts = c->rows[c->n - 1].ts;
    }
    for (size_t i = 0; i < c->n_notes; i++) {
        bool accepted = quarantine_lets_in(&w->im->lanes[c->series].decided,
                                           &c->notes[i].doubt);
        s->count.n_refused -= accepted;
        s->count.n_same += accepted;
        if (!take_note(w, c->series, &c->notes[i], accepted, err))
            return false;
    }
    return true;
}

static bool
report(struct work *w, struct err *err)
{
    const struct import_options *o = w->im->options;
    if (o->progress == NULL || o->progress(o->arg, atomic_load(&w->im->bytes),
                                           atomic_load(&w->im->rows)))
        return true;
    return err_set(err, ERR_RETRY, "cancelled");
}

static bool
take_chunks(struct work *w, struct err *err)
{
    struct import *im = w->im;
    void *item;
    enum queue_state state;
    while ((state = queue_get(im->compared, LOOK_MS, &item)) != QUEUE_END) {
        if (!report(w, err))
            return false;
        if (state == QUEUE_TIMEOUT)
            continue;
        struct import_chunk *c = item;
        if (!im->options->dry_run && !bar_write(w->writer, &c->bars, err))
            return false;
        if (!count_chunk(w, c, err))
            return false;
        if (!queue_put(im->free, c))
            return false;
    }
    return report(w, err);
}

/* --- the threads --------------------------------------------------------- */

static void
queues_open(struct import *im)
{
    im->free = queue_new(im->n_chunks);
    im->parsed = queue_new(im->n_chunks);
    im->compared = queue_new(im->n_chunks);
    for (size_t i = 0; i < im->n_chunks; i++)
        (void)!queue_put(im->free, im->chunks[i]);
    im->read_ok = im->compare_ok = im->out_of_order = im->sent = false;
    for (size_t i = 0; i < im->n_lanes; i++) {
        struct import_lane *lane = &im->lanes[i];
        lane->open = NULL;
        lane->has_last = lane->knows_before = false;
        validate_window_start(&lane->window);
        lane->n_read = 0;
    }
}

static void
queues_close(struct import *im)
{
    queue_free(im->free);
    queue_free(im->parsed);
    queue_free(im->compared);
}

/* Both threads run while this one takes what they have made. The reader's own
 * failure says most, the comparer's comes next. */
static bool
run_threads(struct work *w, struct err *err)
{
    struct import *im = w->im;
    queues_open(im);
    bool has_reader = pthread_create(&w->reader, NULL, import_read, im) == 0;
    bool has_comparer = has_reader && pthread_create(&w->comparer, NULL,
                                                     import_compare, im) == 0;
    bool ok = has_comparer ? take_chunks(w, err)
                           : err_set(err, ERR_RETRY, "no more threads");
    bool was_ok = ok;
    /* whoever still waits for a chunk would wait for ever */
    queue_stop(im->free);
    queue_stop(im->parsed);
    queue_stop(im->compared);
    if (has_reader)
        pthread_join(w->reader, NULL);
    if (has_comparer)
        pthread_join(w->comparer, NULL);
    queues_close(im);
    im->out_of_order = im->out_of_order && was_ok && im->compare_ok;
    if (was_ok && !im->compare_ok) {
        *err = im->compare_err;
        ok = false;
    } else if (was_ok && !im->read_ok) {
        *err = im->read_err;
        ok = false;
    }
    return ok;
}

/* --- the transaction ----------------------------------------------------- */

static int
by_instrument(const void *x, const void *y)
{
    const struct import_lane *p = *(struct import_lane *const *)x;
    const struct import_lane *q = *(struct import_lane *const *)y;
    return p->target.instrument_id < q->target.instrument_id ? -1 : 1;
}

/* In the order of ids, so that two imports never wait for each other. */
static bool
lock_all(struct work *w, struct err *err)
{
    struct import *im = w->im;
    struct import_lane **order =
        arena_array(im->a, im->n_lanes, sizeof(void *));
    for (size_t i = 0; i < im->n_lanes; i++)
        order[i] = &im->lanes[i];
    qsort(order, im->n_lanes, sizeof(void *), by_instrument);
    for (size_t i = 0; i < im->n_lanes; i++)
        if (!bar_lock(w->db, order[i]->target.instrument_id, err))
            return false;
    return true;
}

static bool
create_loads(struct work *w, struct err *err)
{
    for (size_t i = 0; i < w->im->n_lanes; i++) {
        struct import_lane *lane = &w->im->lanes[i];
        const struct load load = {
            .instrument_id = lane->target.instrument_id,
            .interval_s = lane->target.interval_s,
            .kind = "upload",
            .request = w->im->options->request,
            .elapsed_ms = NAN,
        };
        if (!load_create(w->db, &load, &lane->target.load_id, err))
            return false;
    }
    return true;
}

/* What people decided about the series' rows; after the locks. */
static bool
learn_decisions(struct work *w, struct err *err)
{
    struct import *im = w->im;
    for (size_t i = 0; i < im->n_lanes; i++) {
        struct import_lane *lane = &im->lanes[i];
        if (!quarantine_decided_get(im->a, w->db, lane->target.instrument_id,
                                    lane->target.interval_s, TIME_MIN, TIME_MAX,
                                    &lane->decided, err))
            return false;
    }
    return true;
}

static void
count_all(struct work *w)
{
    struct import_result *out = w->out;
    for (size_t i = 0; i < out->n_series; i++) {
        struct import_series *s = &out->series[i];
        s->load_id = w->im->lanes[i].target.load_id;
        s->n_rows = w->im->lanes[i].n_read;
        out->n_rows += s->n_rows;
        out->count.n_new += s->count.n_new;
        out->count.n_same += s->count.n_same;
        out->count.n_changed += s->count.n_changed;
        out->count.n_refused += s->count.n_refused;
        out->count.n_flagged += s->count.n_flagged;
    }
}

/* A file of which nothing can be used is a mistake to be told. */
static bool
check_rows(const struct work *w, struct err *err)
{
    const struct import_result *out = w->out;
    if (out->n_rows == 0)
        return err_set(err, ERR_INPUT, "there is no row in the file");
    if (out->count.n_refused < out->n_rows)
        return true;
    const struct import_refusal *r = &out->refusals[0];
    return err_set(err, ERR_INPUT,
                   "every row was refused (%lld); the first, line %lld: %s "
                   "\"%.80s\", expected %s",
                   (long long)out->n_rows, (long long)r->line, r->doubt.field,
                   r->doubt.value, r->doubt.expected);
}

static const char *
time_or_null(struct arena *a, int64_t ts)
{
    return ts == SERIES_NO_TS ? NULL : fmt_i64(a, ts);
}

static bool
note_load(struct work *w, const struct import_series *s,
          const struct import_file *f, struct err *err)
{
    struct arena *a = arena_new();
    int64_t n = 0;
    bool ok = db_exec(
        w->db, SQL_load_imported,
        DB_ARGS(fmt_i64(a, s->load_id), fmt_i64(a, s->count.n_new),
                fmt_i64(a, s->count.n_same), fmt_i64(a, s->count.n_changed),
                fmt_i64(a, s->count.n_refused), fmt_i64(a, s->count.n_flagged),
                f->upload_id == 0 ? NULL : fmt_i64(a, f->upload_id),
                f->archive_hash,
                f->archive_hash == NULL ? NULL : fmt_i64(a, f->archive_bytes),
                time_or_null(a, s->first_ts), time_or_null(a, s->last_ts)),
        &n, err);
    arena_free(a);
    return ok && (n == 1 ||
                  err_set(err, ERR_INTERNAL, "load %lld was not there any more",
                          (long long)s->load_id));
}

static bool
finish(struct work *w, struct err *err)
{
    const struct import_options *o = w->im->options;
    struct import_file file = {.upload_id = o->upload_id,
                               .archive_hash = o->archive_hash,
                               .archive_bytes = o->archive_bytes};
    if (!bar_writer_end(w->writer, err) || !quarantine_waiting(w, err) ||
        (o->file != NULL && !o->file(w->db, o->arg, &file, err)))
        return false;
    for (size_t i = 0; i < w->out->n_series; i++)
        if (!note_load(w, &w->out->series[i], &file, err) ||
            !touched_note(w->db, &w->im->lanes[i].target, &w->touched[i], err))
            return false;
    return o->committing == NULL || o->committing(w->db, o->arg, w->out, err);
}

static void
result_clear(struct work *w)
{
    struct import *im = w->im;
    struct import_result *out = w->out;
    *out = (struct import_result){
        .series = arena_array(w->keep, im->n_lanes, sizeof *out->series),
        .n_series = im->n_lanes,
        .refusals =
            arena_array(w->keep, IMPORT_REFUSALS_SHOWN, sizeof *out->refusals)};
    for (size_t i = 0; i < im->n_lanes; i++)
        out->series[i] = (struct import_series){
            .symbol = arena_strdup(w->keep, im->lanes[i].symbol),
            .instrument_id = im->lanes[i].target.instrument_id,
            .first_ts = SERIES_NO_TS,
            .last_ts = SERIES_NO_TS};
    w->waiting = arena_array(im->a, im->n_lanes, sizeof(struct doubt *));
    w->n_waiting = arena_array(im->a, im->n_lanes, sizeof *w->n_waiting);
    w->n_kept = arena_array(im->a, im->n_lanes, sizeof *w->n_kept);
    w->touched = arena_array(im->a, im->n_lanes, sizeof *w->touched);
    for (size_t i = 0; i < im->n_lanes; i++) {
        touched_start(&w->touched[i], im->lanes[i].target.interval_s);
        w->waiting[i] =
            arena_array(w->waiting_a, WAITING_MAX, sizeof **w->waiting);
    }
    w->n_waiting_all = 0;
}

static bool
work_tx(struct db *db, void *arg, struct err *err)
{
    struct work *w = arg;
    struct import *im = w->im;
    result_clear(w);
    if (!im->options->dry_run && (!lock_all(w, err) || !create_loads(w, err)))
        return false;
    /* after the locks: what others have committed is seen from here */
    if (!bar_parts_get(db, &im->parts, err) || !learn_decisions(w, err))
        return false;
    if (!im->options->dry_run)
        w->writer = bar_writer_new(im->a, db, &im->parts, im->n_lanes == 1);
    if (!run_threads(w, err))
        return false;
    count_all(w);
    return check_rows(w, err) && (im->options->dry_run || finish(w, err));
}

static bool
attempt(struct work *w, struct err *err)
{
    return w->im->options->dry_run ? work_tx(w->db, w, err)
                                   : db_tx(w->db, work_tx, w, err);
}

/* Rows out of order after some were written: all of it again, sorted. */
static bool
attempt_sorted(struct work *w, struct err *err)
{
    struct import *im = w->im;
    const struct import_options *o = im->options;
    if (o->again == NULL)
        return false;
    if (!o->again(o->arg, im->reading, &im->in, err))
        return err_wrap(err, "read the file again");
    im->sort_all = true;
    return attempt(w, err);
}

static void
import_free(void *arg)
{
    struct import *im = arg;
    for (size_t i = 0; i < im->n_chunks; i++)
        arena_free(im->chunks[i]->a);
    db_close(im->reader);
    pthread_mutex_destroy(&im->reader_lock);
    arena_free(im->reading);
}

static void
free_arena(void *a)
{
    arena_free(a);
}

bool
import_run(struct arena *a, struct db *db, struct stream *in,
           const struct import_options *options, struct import_result *out,
           struct err *err)
{
    struct import *im = arena_alloc(a, sizeof *im);
    im->a = arena_new();
    im->reading = arena_new();
    im->options = options;
    im->in = in;
    pthread_mutex_init(&im->reader_lock, NULL);
    struct work w = {.im = im,
                     .db = db,
                     .out = out,
                     .keep = arena_new(),
                     .waiting_a = arena_new()};
    arena_defer(a, free_arena, w.keep);
    arena_defer(im->a, free_arena, w.waiting_a);
    arena_defer(im->a, import_free, im);
    bool ok = prepare(im, db, err) &&
              db_open_another(&im->reader, db, "quotemill import", err);
    if (ok) {
        make_chunks(im);
        ok = attempt(&w, err);
        if (!ok && im->out_of_order)
            ok = attempt_sorted(&w, err);
    }
    arena_free(im->a);
    return ok;
}
