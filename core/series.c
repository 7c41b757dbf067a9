#include "core/series.h"

#include <math.h>
#include <stdlib.h>

static void
series_drop(void *arg)
{
    struct series *s = arg;
    free(s->rows);
    s->rows = NULL;
}

struct series *
series_new(struct arena *a)
{
    struct series *s = arena_alloc(a, sizeof *s);
    arena_defer(a, series_drop, s);
    return s;
}

struct series_row *
series_add(struct arena *a, struct series *s)
{
    (void)a; /* the rows are freed with the arena that series_new was given */
    if (s->n == s->cap) {
        s->cap = s->cap == 0 ? 64 : s->cap * 2;
        s->rows = xrealloc(s->rows, s->cap * sizeof *s->rows);
    }
    struct series_row *row = &s->rows[s->n++];
    *row = (struct series_row){.ts = SERIES_NO_TS,
                               .open = NAN,
                               .high = NAN,
                               .low = NAN,
                               .close = NAN,
                               .volume = NAN};
    return row;
}
