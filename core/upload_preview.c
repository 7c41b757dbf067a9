#include "core/upload_preview.h"

#include "core/rowfile.h"
#include "lib/utf8.h"

#include <assert.h>
#include <string.h>

enum { RAW_MAX = 400 };

static struct preview_row
keep(struct arena *a, struct rowfile *f, const struct rowfile_row *r)
{
    size_t len;
    const char *raw = rowfile_raw(f, &len);
    struct preview_row p = {
        .line = r->line, .series = r->series, .row = r->row};
    p.raw = utf8_clean(a, arena_strndup(a, raw, len > RAW_MAX ? RAW_MAX : len),
                       RAW_MAX);
    p.row.bad = r->row.bad != NULL ? utf8_clean(a, r->row.bad, RAW_MAX) : NULL;
    p.row.raw = NULL;
    return p;
}

/* The first `n` rows of the text, then the last `n` of those that follow. */
static bool
read_ends(struct arena *a, const char *text, size_t len,
          const struct mapping *m, size_t n, struct preview *out,
          struct err *err)
{
    struct rowfile *f;
    const struct rowfile_row *r;
    struct err end;
    assert(n > 0);
    struct preview_row *ring = arena_array(a, n, sizeof *ring);
    size_t n_ring = 0;
    if (!rowfile_open(a, stream_open_bytes(a, text, len), m, &f, err))
        return false;
    while (rowfile_next(f, &r, &end) && r != NULL) {
        if (out->n_first < n)
            out->first[out->n_first++] = keep(a, f, r);
        else
            ring[n_ring++ % n] = keep(a, f, r);
    }
    size_t begin = n_ring > n ? n_ring - n : 0;
    for (size_t i = begin; i < n_ring; i++)
        out->last[out->n_last++] = ring[i % n];
    return true;
}

/* Where the first whole line of the tail begins. */
static size_t
line_start(const char *text, size_t len)
{
    const char *end = memchr(text, '\n', len);
    return end != NULL ? (size_t)(end - text) + 1 : len;
}

/* The head without the line that its end cuts off. */
static size_t
whole_lines(const char *text, size_t len)
{
    while (len > 0 && text[len - 1] != '\n')
        len--;
    return len;
}

static bool
read_tail(struct arena *a, const struct upload *u, const struct mapping *m,
          size_t n, struct preview *out, struct err *err)
{
    struct mapping rest = *m;
    struct preview tail = {
        .first = arena_array(a, n, sizeof(struct preview_row)),
        .last = arena_array(a, n, sizeof(struct preview_row))};
    size_t at = line_start(u->tail, u->tail_len);
    rest.skip_lines = 0;
    rest.has_header = false;
    if (!read_ends(a, u->tail + at, u->tail_len - at, &rest, n, &tail, err))
        return false;
    /* of a short tail, the first ones are the last ones too */
    size_t from_first = tail.n_last < n ? n - tail.n_last : 0;
    if (from_first > tail.n_first)
        from_first = tail.n_first;
    for (size_t i = tail.n_first - from_first; i < tail.n_first; i++)
        out->last[out->n_last++] = tail.first[i];
    for (size_t i = 0; i < tail.n_last; i++)
        out->last[out->n_last++] = tail.last[i];
    for (size_t i = 0; i < out->n_last; i++)
        out->last[i].line = 0;
    return true;
}

bool
upload_preview(struct arena *a, const struct upload *u, const struct mapping *m,
               size_t n, struct preview *out, struct err *err)
{
    bool is_whole = u->plain_bytes <= (int64_t)u->head_len;
    *out =
        (struct preview){.first = arena_array(a, n, sizeof(struct preview_row)),
                         .last = arena_array(a, n, sizeof(struct preview_row))};
    if (is_whole || m->shape != MAPPING_DELIMITED) {
        if (!read_ends(a, u->head, u->head_len, m, n, out, err))
            return false;
        if (!is_whole)
            out->n_last = 0;
        return true;
    }
    if (!read_ends(a, u->head, whole_lines(u->head, u->head_len), m, n, out,
                   err))
        return false;
    out->n_last = 0;
    return read_tail(a, u, m, n, out, err);
}
