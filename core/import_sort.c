#include "core/import_sort.h"

#include "lib/arena.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TEXT_MAX = 4096, /* of raw, and of bad */
    READ_MIN = 16 * 1024,
};

/* A row as it stands in memory and in the file; raw and bad follow, each with
 * its NUL, then bytes up to a multiple of 8. */
struct record {
    uint32_t size; /* of all of it */
    uint32_t series;
    int64_t line, ts;
    double v[5];
    uint16_t raw_size, bad_size; /* with NUL; 0: none */
    uint32_t unused;
};

/* A sorted part of the file. */
struct run {
    int64_t at, end; /* what of it was not read yet */
    char *buf;       /* read, at least one record while there is one */
    size_t from, to;
    const struct record *head; /* NULL: none left */
};

struct import_sort {
    char *dir;
    size_t mem_size, mem_used;
    char *mem; /* records, then the buffers of the runs */
    const struct record **order;
    size_t n_order, cap_order;
    int fd;
    int64_t file_size;
    struct run *runs;
    size_t n_runs, cap_runs;
    size_t *heap;        /* of runs, smallest head first */
    size_t n_heap, next; /* next: of `order`, while nothing was spilled */
    size_t read_size;
    bool advance; /* the run at the top has given its head */
    struct import_sort_row out;
};

struct import_sort *
import_sort_new(const char *dir, size_t bytes)
{
    struct import_sort *s = xcalloc(1, sizeof *s);
    s->dir = dir == NULL ? NULL : xstrdup(dir);
    s->mem_size = bytes;
    s->mem = xmalloc(bytes);
    s->fd = -1;
    return s;
}

void
import_sort_free(struct import_sort *s)
{
    if (s == NULL)
        return;
    if (s->fd >= 0)
        close(s->fd);
    free(s->dir);
    free(s->mem);
    free(s->order);
    free(s->runs);
    free(s->heap);
    free(s);
}

static bool
fail(const char *what, struct err *err)
{
    return err_set(err, ERR_RETRY, "%s the temporary file of sorted rows: %s",
                   what, strerror(errno));
}

static int
compare(const struct record *x, const struct record *y)
{
    if (x->series != y->series)
        return x->series < y->series ? -1 : 1;
    if (x->ts != y->ts)
        return x->ts < y->ts ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static int
by_place(const void *x, const void *y)
{
    return compare(*(const struct record *const *)x,
                   *(const struct record *const *)y);
}

static bool
file_open(struct import_sort *s, struct err *err)
{
    if (s->dir != NULL)
        s->fd = open(s->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (s->fd < 0) { /* no folder given, or a file system without O_TMPFILE */
        char path[4096];
        snprintf(path, sizeof path, "%s/quotemill.sort.XXXXXX",
                 s->dir != NULL ? s->dir : P_tmpdir);
        s->fd = mkostemp(path, O_CLOEXEC);
        if (s->fd >= 0)
            unlink(path);
    }
    return s->fd >= 0 || fail("make", err);
}

static bool
file_write(struct import_sort *s, const char *bytes, size_t size,
           struct err *err)
{
    while (size > 0) {
        ssize_t n = pwrite(s->fd, bytes, size, s->file_size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail("write", err);
        bytes += n;
        size -= (size_t)n;
        s->file_size += n;
    }
    return true;
}

static struct run *
run_add(struct import_sort *s)
{
    if (s->n_runs == s->cap_runs) {
        s->cap_runs = s->cap_runs == 0 ? 16 : s->cap_runs * 2;
        s->runs = xrealloc(s->runs, s->cap_runs * sizeof *s->runs);
    }
    s->runs[s->n_runs] = (struct run){.at = s->file_size};
    return &s->runs[s->n_runs++];
}

static void
sort(struct import_sort *s)
{
    if (s->n_order > 0)
        qsort(s->order, s->n_order, sizeof(const struct record *), by_place);
}

/* What is in memory becomes a run of the file. */
static bool
spill(struct import_sort *s, struct err *err)
{
    enum { BLOCK = 256 * 1024 };
    if (s->fd < 0 && !file_open(s, err))
        return false;
    sort(s);
    struct run *run = run_add(s);
    char *block = xmalloc(BLOCK);
    size_t used = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < s->n_order; i++) {
        size_t size = s->order[i]->size;
        if (used + size > BLOCK) {
            ok = file_write(s, block, used, err);
            used = 0;
        }
        memcpy(block + used, s->order[i], size);
        used += size;
    }
    ok = ok && file_write(s, block, used, err);
    free(block);
    run->end = s->file_size;
    s->mem_used = s->n_order = 0;
    return ok;
}

static size_t
text_size(const char *text)
{
    return text == NULL ? 0 : strnlen(text, TEXT_MAX - 1) + 1;
}

static void
text_put(char *to, const char *text, size_t size)
{
    if (size == 0)
        return;
    memcpy(to, text, size - 1);
    to[size - 1] = '\0';
}

bool
import_sort_add(struct import_sort *s, const struct import_sort_row *row,
                struct err *err)
{
    const struct series_row *r = &row->row;
    size_t raw = text_size(r->raw), bad = text_size(r->bad);
    size_t size = (sizeof(struct record) + raw + bad + 7) & ~(size_t)7;
    if (s->mem_used + size > s->mem_size && !spill(s, err))
        return false;
    struct record head = {.size = (uint32_t)size,
                          .series = (uint32_t)row->series,
                          .line = row->line,
                          .ts = r->ts,
                          .v = {r->open, r->high, r->low, r->close, r->volume},
                          .raw_size = (uint16_t)raw,
                          .bad_size = (uint16_t)bad};
    char *to = s->mem + s->mem_used;
    memcpy(to, &head, sizeof head);
    text_put(to + sizeof head, r->raw, raw);
    text_put(to + sizeof head + raw, r->bad, bad);
    memset(to + sizeof head + raw + bad, 0, size - sizeof head - raw - bad);
    if (s->n_order == s->cap_order) {
        s->cap_order = s->cap_order == 0 ? 4096 : s->cap_order * 2;
        s->order =
            xrealloc(s->order, s->cap_order * sizeof(const struct record *));
    }
    s->order[s->n_order++] = (const struct record *)to;
    s->mem_used += size;
    return true;
}

/* --- merging ------------------------------------------------------------- */

/* The next record of a run, NULL at its end. */
static bool
run_advance(struct import_sort *s, struct run *r, struct err *err)
{
    if (r->head != NULL)
        r->from += r->head->size;
    r->head = NULL;
    size_t have = r->to - r->from;
    bool whole =
        have >= sizeof(struct record) &&
        have >= ((const struct record *)(const void *)(r->buf + r->from))->size;
    if (!whole && r->at < r->end) {
        memmove(r->buf, r->buf + r->from, have);
        size_t want = s->read_size - have;
        if ((int64_t)want > r->end - r->at)
            want = (size_t)(r->end - r->at);
        for (size_t got = 0; got < want;) {
            ssize_t n = pread(s->fd, r->buf + have + got, want - got,
                              r->at + (int64_t)got);
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0)
                return fail("read", err);
            got += (size_t)n;
        }
        r->at += (int64_t)want;
        r->from = 0;
        r->to = have + want;
    }
    if (r->to > r->from)
        r->head = (const struct record *)(const void *)(r->buf + r->from);
    return true;
}

static void
sift(struct import_sort *s, size_t i)
{
    for (;;) {
        size_t least = i;
        for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < s->n_heap; k++)
            if (compare(s->runs[s->heap[k]].head,
                        s->runs[s->heap[least]].head) < 0)
                least = k;
        if (least == i)
            return;
        size_t x = s->heap[i];
        s->heap[i] = s->heap[least];
        s->heap[least] = x;
        i = least;
    }
}

bool
import_sort_end(struct import_sort *s, struct err *err)
{
    if (s->n_runs == 0) {
        sort(s);
        return true;
    }
    if (s->n_order > 0 && !spill(s, err))
        return false;
    free(s->order);
    s->order = NULL;
    s->read_size = s->mem_size / s->n_runs & ~(size_t)7;
    if (s->read_size < READ_MIN) {
        s->read_size = READ_MIN;
        s->mem = xrealloc(s->mem, s->read_size * s->n_runs);
    }
    s->heap = xcalloc(s->n_runs, sizeof *s->heap);
    for (size_t i = 0; i < s->n_runs; i++) {
        s->runs[i].buf = s->mem + i * s->read_size;
        if (!run_advance(s, &s->runs[i], err))
            return false;
        if (s->runs[i].head != NULL)
            s->heap[s->n_heap++] = i;
    }
    for (size_t i = s->n_heap; i-- > 0;)
        sift(s, i);
    return true;
}

/* The record after the one given last; NULL at the end. */
static bool
next_record(struct import_sort *s, const struct record **out, struct err *err)
{
    *out = NULL;
    if (s->n_runs == 0) {
        if (s->next < s->n_order)
            *out = s->order[s->next++];
        return true;
    }
    if (s->advance && s->n_heap > 0) {
        struct run *r = &s->runs[s->heap[0]];
        if (!run_advance(s, r, err))
            return false;
        if (r->head == NULL)
            s->heap[0] = s->heap[--s->n_heap];
        sift(s, 0);
    }
    s->advance = true;
    if (s->n_heap > 0)
        *out = s->runs[s->heap[0]].head;
    return true;
}

bool
import_sort_next(struct import_sort *s, const struct import_sort_row **row,
                 struct err *err)
{
    const struct record *r;
    *row = NULL;
    if (!next_record(s, &r, err))
        return false;
    if (r == NULL)
        return true;
    const char *text = (const char *)(r + 1);
    s->out = (struct import_sort_row){
        .series = r->series,
        .line = r->line,
        .row = {.ts = r->ts,
                .open = r->v[0],
                .high = r->v[1],
                .low = r->v[2],
                .close = r->v[3],
                .volume = r->v[4],
                .raw = r->raw_size > 0 ? text : NULL,
                .bad = r->bad_size > 0 ? text + r->raw_size : NULL}};
    *row = &s->out;
    return true;
}
