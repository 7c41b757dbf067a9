/* Reading a file's rows, judging them, and comparing them with what is stored:
 * two threads, each ahead of the next. */
#include "core/import_own.h"
#include "core/import_sort.h"
#include "core/rowfile.h"
#include "lib/date.h"

#include <math.h>
#include <string.h>

/* --- chunks -------------------------------------------------------------- */

/* An empty chunk for the series. False: the import was given up. */
static bool
chunk_open(struct import *im, size_t series)
{
    struct import_lane *lane = &im->lanes[series];
    void *item;
    if (lane->open != NULL)
        return true;
    if (queue_get(im->free, -1, &item) != QUEUE_ITEM)
        return false;
    struct import_chunk *c = item;
    arena_reset(c->a);
    c->series = series;
    c->n = c->text_used = c->n_notes = c->cap_notes = 0;
    c->n_repeated = c->n_refused = c->n_flagged = 0;
    c->notes = NULL;
    lane->open = c;
    return true;
}

static void
note(struct import_chunk *c, int64_t line, const struct series_row *row,
     const struct validate_finding *f)
{
    if (c->n_notes == c->cap_notes) {
        size_t cap = c->cap_notes == 0 ? 16 : c->cap_notes * 2;
        struct note *more = arena_array(c->a, cap, sizeof *more);
        if (c->n_notes > 0)
            memcpy(more, c->notes, c->n_notes * sizeof *more);
        c->notes = more;
        c->cap_notes = cap;
    }
    c->notes[c->n_notes++] =
        (struct note){.line = line, .doubt = validate_doubt(c->a, row, f)};
}

/* Notes what was found; counts the row as refused or flagged. */
static void
note_findings(struct import_chunk *c, int64_t line,
              const struct series_row *row, const struct validate_findings *f)
{
    for (size_t i = 0; i < f->n; i++)
        note(c, line, row, &f->of[i]);
    if (f->n > 0 && f->of[0].flag)
        c->n_flagged++;
    else if (f->n > 0)
        c->n_refused++;
}

/* The stored bars before the series' first row. */
static bool
learn_before(struct import *im, struct import_lane *lane, int64_t ts)
{
    lane->knows_before = true;
    pthread_mutex_lock(&im->reader_lock);
    bool ok = validate_window_get(im->reader, lane->target.instrument_id,
                                  lane->target.interval_s, ts, &lane->window,
                                  &im->read_err);
    pthread_mutex_unlock(&im->reader_lock);
    return ok;
}

/* The rules about rows together: is the row stored? */
static bool
judge_row(struct import_lane *lane, struct import_chunk *c, size_t i)
{
    struct series_row *row = &c->rows[i];
    struct validate_findings f = {.n = 0};
    if (lane->has_last && row->ts == lane->last.ts) {
        if (validate_is_same(&lane->last, row)) {
            c->n_repeated++;
            return false;
        }
        const char *place =
            arena_printf(c->a, "line %lld", (long long)lane->last_line);
        validate_repeat(c->a, &lane->last, row, place, &f);
        note_findings(c, c->lines[i], row, &f);
        return false;
    }
    if (c->doubted[i])
        validate_row(c->a, &lane->rules, &lane->context, row, &f);
    bool stays = validate_in_window(c->a, &lane->rules, &lane->context,
                                    &lane->window, row, &f);
    if (f.n > 0)
        note_findings(c, c->lines[i], row, &f);
    if (!stays)
        return false;
    lane->has_last = true;
    lane->last = *row;
    lane->last_line = c->lines[i];
    return true;
}

/* Judges the chunk's rows, which are in the order of time, and hands them on.
 */
static bool
chunk_send(struct import *im, struct import_lane *lane)
{
    struct import_chunk *c = lane->open;
    if (c == NULL || c->n + c->n_notes == 0)
        return true;
    if (c->n > 0 && !lane->knows_before &&
        !learn_before(im, lane, c->rows[0].ts))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++)
        if (judge_row(lane, c, i))
            c->rows[kept++] = c->rows[i];
    im->sent = im->sent || c->n > 0;
    c->n = kept;
    lane->open = NULL;
    return queue_put(im->parsed, c) ||
           err_set(&im->read_err, ERR_RETRY, "given up");
}

static const char *
keep_text(struct import_chunk *c, const char *text, size_t len)
{
    char *to = c->text + c->text_used;
    memcpy(to, text, len);
    to[len] = '\0';
    c->text_used += len + 1;
    return to;
}

static size_t
cut(const char *text)
{
    return text == NULL ? 0 : strnlen(text, RAW_MAX);
}

/* Adds a row that is not before the series' last one. */
static bool
chunk_add(struct import *im, const struct import_sort_row *r, bool doubted)
{
    struct import_lane *lane = &im->lanes[r->series];
    size_t raw = cut(r->row.raw), bad = cut(r->row.bad);
    struct import_chunk *c = lane->open;
    bool is_full = c != NULL && c->n > 0 &&
                   (c->n == im->chunk_rows || r->row.ts >= lane->part_end ||
                    c->text_used + raw + bad + 2 > im->chunk_rows * ROW_TEXT);
    if (is_full && !chunk_send(im, lane))
        return false;
    if (!chunk_open(im, r->series))
        return err_set(&im->read_err, ERR_RETRY, "given up");
    c = lane->open;
    if (c->n == 0)
        lane->part_end = bar_part_end(lane->target.interval_s, r->row.ts);
    c->rows[c->n] = r->row;
    c->rows[c->n].raw =
        r->row.raw == NULL ? NULL : keep_text(c, r->row.raw, raw);
    c->rows[c->n].bad =
        r->row.bad == NULL ? NULL : keep_text(c, r->row.bad, bad);
    c->lines[c->n] = r->line;
    c->doubted[c->n] = doubted;
    c->n++;
    return true;
}

/* --- rows of the file ---------------------------------------------------- */

/* From here on everything is sorted first; nothing has gone on yet. */
static bool
sort_begin(struct import *im)
{
    im->sort = import_sort_new(im->options->scratch_dir, SORT_BYTES);
    for (size_t s = 0; s < im->n_lanes; s++) {
        struct import_chunk *c = im->lanes[s].open;
        for (size_t i = 0; c != NULL && i < c->n; i++) {
            const struct import_sort_row row = {
                .series = s, .line = c->lines[i], .row = c->rows[i]};
            if (!import_sort_add(im->sort, &row, &im->read_err))
                return false;
        }
        if (c != NULL)
            c->n = c->text_used = 0;
    }
    return true;
}

/* Is the row before the last one of its series? */
static bool
is_before(const struct import_lane *lane, int64_t ts)
{
    const struct import_chunk *c = lane->open;
    if (c != NULL && c->n > 0)
        return ts < c->rows[c->n - 1].ts;
    return lane->has_last && ts < lane->last.ts;
}

static bool
take_row(struct import *im, const struct import_sort_row *r, bool doubted)
{
    if (im->sort == NULL && is_before(&im->lanes[r->series], r->row.ts)) {
        im->out_of_order = im->sent;
        if (im->sent)
            return err_set(&im->read_err, ERR_INPUT,
                           "line %lld: the rows before it are not in the "
                           "order of time",
                           (long long)r->line);
        if (!sort_begin(im))
            return false;
    }
    return im->sort == NULL ? chunk_add(im, r, doubted)
                            : import_sort_add(im->sort, r, &im->read_err);
}

/* Judged again, for texts that live as long as the chunk. */
static bool
refuse_row(struct import *im, const struct import_sort_row *r)
{
    struct import_lane *lane = &im->lanes[r->series];
    if (!chunk_open(im, r->series))
        return err_set(&im->read_err, ERR_RETRY, "given up");
    struct import_chunk *c = lane->open;
    struct series_row row = r->row;
    struct validate_findings f = {.n = 0};
    row.raw = arena_strdup(c->a, row.raw);
    validate_row(c->a, &lane->rules, &lane->context, &row, &f);
    note_findings(c, r->line, &row, &f);
    return c->n_notes < CHUNK_NOTES || chunk_send(im, lane);
}

static bool
read_row(struct import *im, struct rowfile *file, const struct rowfile_row *got,
         struct arena *a)
{
    struct import_sort_row r = {.series =
                                    got->series < im->n_lanes ? got->series : 0,
                                .line = got->line,
                                .row = got->row};
    struct import_lane *lane = &im->lanes[r.series];
    char raw[RAW_MAX + 1];
    struct validate_findings f = {.n = 0};
    if (r.row.raw == NULL) {
        size_t len;
        const char *text = rowfile_raw(file, &len);
        len = len < RAW_MAX ? len : RAW_MAX;
        memcpy(raw, text, len);
        raw[len] = '\0';
        r.row.raw = raw;
    }
    lane->n_read++;
    if (validate_row(a, &lane->rules, &lane->context, &r.row, &f))
        return take_row(im, &r, f.n > 0);
    return refuse_row(im, &r);
}

static bool
read_file(struct import *im, struct arena *a)
{
    enum { LOOK_ROWS = 1024 };
    struct rowfile *file;
    const struct rowfile_row *row;
    if (!rowfile_open(im->reading, im->in, im->options->mapping, &file,
                      &im->read_err))
        return false;
    for (int64_t n = 0;; n++) {
        if (n % LOOK_ROWS == 0) {
            atomic_store(&im->bytes, stream_at(im->in));
            atomic_store(&im->rows, n);
            arena_reset(a);
        }
        if (!rowfile_next(file, &row, &im->read_err))
            return false;
        if (row == NULL) {
            atomic_store(&im->bytes, stream_at(im->in));
            atomic_store(&im->rows, n);
            return true;
        }
        if (!read_row(im, file, row, a))
            return false;
    }
}

static bool
send_all(struct import *im)
{
    for (size_t s = 0; s < im->n_lanes; s++)
        if (!chunk_send(im, &im->lanes[s]))
            return false;
    return true;
}

/* The sorted rows, as if they had been in the file like this. */
static bool
read_sorted(struct import *im, struct arena *a)
{
    const struct import_sort_row *row;
    size_t series = 0;
    if (!import_sort_end(im->sort, &im->read_err))
        return false;
    for (;;) {
        if (!import_sort_next(im->sort, &row, &im->read_err))
            return false;
        if (row == NULL)
            return true;
        if (row->series != series && !chunk_send(im, &im->lanes[series]))
            return false;
        series = row->series;
        struct validate_findings f = {.n = 0};
        validate_row(a, &im->lanes[series].rules, &im->lanes[series].context,
                     &row->row, &f);
        if (!chunk_add(im, row, f.n > 0))
            return false;
        if (f.n > 0)
            arena_reset(a);
    }
}

void *
import_read(void *arg)
{
    struct import *im = arg;
    struct arena *a = arena_new();
    im->read_ok = (!im->sort_all || sort_begin(im)) && read_file(im, a) &&
                  (im->sort == NULL || read_sorted(im, a)) && send_all(im);
    import_sort_free(im->sort);
    im->sort = NULL;
    arena_free(a);
    if (im->read_ok)
        queue_close(im->parsed);
    else
        queue_stop(im->parsed);
    return NULL;
}

/* --- comparing ----------------------------------------------------------- */

void *
import_compare(void *arg)
{
    struct import *im = arg;
    void *item;
    im->compare_ok = true;
    while (im->compare_ok && queue_get(im->parsed, -1, &item) == QUEUE_ITEM) {
        struct import_chunk *c = item;
        c->bars.target = im->lanes[c->series].target;
        c->bars.rows = c->rows;
        c->bars.n = c->n;
        c->bars.decided = &im->lanes[c->series].decided;
        pthread_mutex_lock(&im->reader_lock);
        im->compare_ok =
            bar_compare(im->reader, &im->parts, &c->bars, &im->compare_err);
        pthread_mutex_unlock(&im->reader_lock);
        if (im->compare_ok && !queue_put(im->compared, c))
            break;
    }
    if (!im->compare_ok)
        queue_stop(im->parsed); /* the reader need not go on */
    queue_close(im->compared);
    return NULL;
}
