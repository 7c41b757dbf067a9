/* Rows of a series as text, CSV or JSON, written as they come: the API's
 * answers and the export are made here, so they look the same.
 *
 * CSV: a header, then one line a row, each ended by LF; a number that is not
 * known is empty. JSON: one document, a row a line,
 *     {"symbol": "BTC-USD", "interval": "1d", "rows": [{"ts": "...Z", "open":
 *      1, "high": 1, "low": 1, "close": 1, "volume": null}], "next": null}
 * with "version" (of the list of features) and "as_of" before the rows, where
 * they say something; columns follow in the order of the lists, indicators
 * before features; "partial" and "corrected" stand only where they are true.
 * Times are ISO 8601 UTC, numbers the shortest text that reads back to the
 * same double.
 */
#ifndef CORE_SERIES_TEXT_H
#define CORE_SERIES_TEXT_H

#include "core/series_page.h"

enum { SERIES_TEXT_BYTES = 64 * 1024 };

/* Takes the next bytes, at most SERIES_TEXT_BYTES at a time; false ends. */
typedef bool series_text_fn(void *arg, const char *bytes, size_t len,
                            struct err *err);

struct series_text_form {
    bool is_json;
    bool has_bars; /* open to volume, beside what is computed */
};

struct series_text;
struct series_text *series_text_new(struct arena *a,
                                    const struct series_page_ask *ask,
                                    struct series_text_form form,
                                    series_text_fn *write, void *arg);

/* What stands before the rows, the rows, what stands after them. */
void series_text_head(struct series_text *t);
MUST_USE bool series_text_rows(struct series_text *t,
                               const struct series_page *rows, struct err *err);
/* next  the page's cursor; NULL: this is the end */
MUST_USE bool series_text_end(struct series_text *t, const char *next,
                              struct err *err);

#endif
