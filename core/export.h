/* Stored bars as text for other programs: CSV and JSON, streamed, with what is
 * computed from them where that is asked for. core/series_text.h says what it
 * looks like.
 *
 * Oldest first, all there is in the range. What is written here imports again
 * bit for bit; columns that were computed are passed over then.
 */
#ifndef CORE_EXPORT_H
#define CORE_EXPORT_H

#include "core/series_text.h"

enum export_format { EXPORT_CSV, EXPORT_JSON, EXPORT_FORMAT_COUNT };

/* What somebody asks for, in words; NULL: the default. */
struct export_words {
    const char *symbol;    /* any case */
    const char *interval;  /* the instrument's own */
    const char *from, *to; /* a day or an ISO time, both inclusive (`to` as a
                            * day is the whole day): all bars that open there */
    const char *as_of;     /* as in core/series_page.h */
    const char *with;      /* "indicators,features": series_page_read_with */
    const char *format;    /* csv */
};

struct export
{
    struct series_page_ask ask;
    enum export_format format;
};

/* Understands what is asked for.
 * fails   ERR_INPUT, naming the word; ERR_MISSING: no such instrument */
MUST_USE bool export_read(struct arena *a, struct db *db,
                          const struct export_words *words, struct export *out,
                          struct err *err);

/* Writes it, as it is at this moment, in constant memory. Nothing is handed to
 * `write` before the first rows have been read, so a failure before that can
 * still be told apart.
 *
 * is_more   CSV: without the header, to go on behind another export
 * n_rows    rows handed out so far, also on failure
 * fails     as the database and `write` do
 */
MUST_USE bool export_run(struct db *db, const struct export *e, bool is_more,
                         series_text_fn *write, void *arg, int64_t *n_rows,
                         struct err *err);

/* "csv" and "json"; "text/csv; charset=utf-8" and "application/json"; a name
 * for the file: "BTC-USD_1d.csv". */
const char *export_format_name(enum export_format format);
const char *export_content_type(enum export_format format);
const char *export_file_name(struct arena *a, const struct export *e);

#endif
