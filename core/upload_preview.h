/* The first and the last rows of a file as they will be understood, from the
 * samples kept with its upload. */
#ifndef CORE_UPLOAD_PREVIEW_H
#define CORE_UPLOAD_PREVIEW_H

#include "core/series.h"
#include "core/upload.h"

struct preview_row {
    int64_t line;  /* in the file, from 1; 0: not known (near its end) */
    size_t series; /* of the mapping */
    struct series_row row;
    const char *raw; /* the original row, cut at some hundred bytes */
};

struct preview {
    struct preview_row *first, *last; /* in file order; none is in both */
    size_t n_first, n_last;
};

/* What cannot be read ends the preview and is no failure: the check says it.
 * n   rows at each end, at most */
MUST_USE bool upload_preview(struct arena *a, const struct upload *u,
                             const struct mapping *m, size_t n,
                             struct preview *out, struct err *err);

#endif
