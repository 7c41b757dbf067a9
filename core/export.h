/* Stored bars as text for other programs: CSV and JSON, streamed.
 *
 * CSV: the header symbol,ts,open,high,low,close,volume, then one line a bar,
 * oldest first, each ended by LF. JSON: one document,
 *     {"symbol": "BTC-USD", "interval": "1d", "rows": [{"ts": "...Z", "open":
 *      1, "high": 1, "low": 1, "close": 1, "volume": null}], "next": null}
 * Times are ISO 8601 UTC, daily bars at 00:00:00Z of their session's date.
 * Numbers are the shortest text that reads back to the same double; an absent
 * volume is empty in CSV and null in JSON. What is written here imports again
 * bit for bit.
 */
#ifndef CORE_EXPORT_H
#define CORE_EXPORT_H

#include "lib/db.h"

enum export_format { EXPORT_CSV, EXPORT_JSON, EXPORT_FORMAT_COUNT };

/* What somebody asks for, in words; NULL: the default. */
struct export_words {
    const char *symbol;    /* any case */
    const char *interval;  /* the instrument's own */
    const char *from, *to; /* a day or an ISO time, both inclusive (`to` as a
                            * day is the whole day): all bars that open there */
    const char *format;    /* csv */
};

struct export
{
    const char *symbol;
    int64_t instrument_id, from_ts, to_ts;
    int32_t interval_s;
    enum export_format format;
};

/* Understands what is asked for.
 * fails   ERR_INPUT, naming the word; ERR_MISSING: no such instrument */
MUST_USE bool export_read(struct arena *a, struct db *db,
                          const struct export_words *words, struct export *out,
                          struct err *err);

/* Takes the next bytes, at most 64 KiB at a time; false ends the export. */
typedef bool export_write_fn(void *arg, const char *bytes, size_t len,
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
                         export_write_fn *write, void *arg, int64_t *n_rows,
                         struct err *err);

/* "csv" and "json"; "text/csv; charset=utf-8" and "application/json"; a name
 * for the file: "BTC-USD_1d.csv". */
const char *export_format_name(enum export_format format);
const char *export_content_type(enum export_format format);
const char *export_file_name(struct arena *a, const struct export *e);

#endif
