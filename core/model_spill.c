#include "core/model_spill.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK_ROWS = 1024 };

struct model_spill {
    struct arena *a;
    FILE *file;   /* NULL until there is more than a block */
    size_t width; /* doubles of a row, its time among them */
    int64_t rows, written;
    double
        *block; /* rows that are not in the file yet, or those read from it */
    double *in;
};

static void
close_file(void *file)
{
    fclose(file);
}

struct model_spill *
model_spill_new(struct arena *a, int n)
{
    struct model_spill *s = arena_alloc(a, sizeof(*s));
    s->width = (size_t)n + 1;
    s->block = arena_array(a, BLOCK_ROWS * s->width, sizeof(double));
    s->in = arena_array(a, BLOCK_ROWS * s->width, sizeof(double));
    s->a = a;
    return s;
}

static bool
fail(const char *what, struct err *err)
{
    return err_set(err, ERR_RETRY, "%s the temporary file of rows: %s", what,
                   strerror(errno));
}

static bool
open_file(struct model_spill *s, struct err *err)
{
    s->file = tmpfile();
    if (s->file == NULL)
        return fail("make", err);
    arena_defer(s->a, close_file, s->file);
    return true;
}

static bool
write_block(struct model_spill *s, struct err *err)
{
    size_t n = (size_t)(s->rows - s->written) * s->width;
    if (s->file == NULL && !open_file(s, err))
        return false;
    if (fseeko(s->file, 0, SEEK_END) != 0 ||
        fwrite(s->block, sizeof(double), n, s->file) != n)
        return fail("write", err);
    s->written = s->rows;
    return true;
}

bool
model_spill_add(struct model_spill *s, int64_t ts, const double *values,
                struct err *err)
{
    if (s->rows - s->written == BLOCK_ROWS && !write_block(s, err))
        return false;
    double *to = s->block + (size_t)(s->rows - s->written) * s->width;
    to[0] = (double)ts; /* exact: seconds are far below 2^53 */
    memcpy(to + 1, values, (s->width - 1) * sizeof(*values));
    s->rows++;
    return true;
}

int64_t
model_spill_rows(const struct model_spill *s)
{
    return s->rows;
}

static bool
give(const double *rows, int64_t n, size_t width, model_spill_fn *fn, void *arg,
     struct err *err)
{
    for (int64_t i = 0; i < n; i++, rows += width)
        if (!fn(arg, (int64_t)rows[0], rows + 1, err))
            return false;
    return true;
}

bool
model_spill_each(struct model_spill *s, int64_t from, int64_t to,
                 model_spill_fn *fn, void *arg, struct err *err)
{
    int64_t end = to < s->written ? to : s->written;
    if (from < end &&
        fseeko(s->file, (off_t)((size_t)from * s->width * sizeof(double)),
               SEEK_SET) != 0)
        return fail("read", err);
    while (from < end) {
        int64_t n = end - from < BLOCK_ROWS ? end - from : BLOCK_ROWS;
        size_t wanted = (size_t)n * s->width;
        if (fread(s->in, sizeof(double), wanted, s->file) != wanted)
            return fail("read", err);
        if (!give(s->in, n, s->width, fn, arg, err))
            return false;
        from += n;
    }
    return from >= to || give(s->block + (size_t)(from - s->written) * s->width,
                              to - from, s->width, fn, arg, err);
}

struct walk {
    fit_row_fn *fn;
    void *arg;
};

static bool
walk_row(void *arg, int64_t ts, const double *values, struct err *err)
{
    struct walk *w = arg;
    (void)ts;
    return w->fn(w->arg, values, err);
}

static bool
each(void *arg, fit_row_fn *fn, void *fn_arg, struct err *err)
{
    struct model_spill_part *part = arg;
    struct walk w = {.fn = fn, .arg = fn_arg};
    return model_spill_each(part->spill, part->from, part->to, walk_row, &w,
                            err);
}

struct fit_source
model_spill_source(struct model_spill_part *part)
{
    return (struct fit_source){.each = each, .arg = part};
}
