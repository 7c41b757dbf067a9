/* Pages of a series, with what is computed from it: what charts, the API, the
 * export and the instrument's page read.
 *
 * Bars by key (the opening time), newest or oldest first, with any indicators
 * and features. These are computed from the newest saved state before the page
 * (core/mill.h), so the values are those of one pass over the whole history
 * and a page costs the same anywhere in it. The whole page is of one moment:
 * nothing that is stored meanwhile shows in a part of it.
 *
 * With as_of the bars are those believed at that moment (bar, bar_history and
 * bar_undone), and all values are computed from such bars alone, with today's
 * formulas.
 */
#ifndef CORE_SERIES_PAGE_H
#define CORE_SERIES_PAGE_H

#include "core/feature.h"
#include "lib/db.h"

enum { SERIES_PAGE_MAX = 5000, SERIES_PAGE_ROWS = 500 };

/* What somebody asks for, in words; NULL or "": the default. */
struct series_page_words {
    const char *symbol;         /* any case */
    const char *interval;       /* the instrument's own */
    const char *from, *to;      /* a day or an ISO time, inclusive (`to` as a
                                 * day is the whole day) */
    const char *before, *after; /* cursor: ISO time of the page's edge */
    const char *limit;          /* 1 to SERIES_PAGE_MAX; SERIES_PAGE_ROWS */
    const char *order;          /* "asc" (oldest first, the default), "desc" */
    const char *indicators;     /* "rsi_14,vwap", "all", "none" (default) */
    const char *features;       /* the same */
    const char *as_of;          /* a day (its end) or an ISO time; without a
                                 * fraction, the end of that second */
};

struct series_page_ask {
    const char *symbol;
    const char *as_of; /* as it was given; NULL: now */
    int64_t instrument_id, from_ts, to_ts;
    int64_t as_of_us; /* microseconds since 1970; INT64_MAX: now */
    int32_t interval_s;
    bool is_newest_first;
    size_t limit;
    bool indicators[INDICATOR_COUNT], features[FEATURE_COUNT];
    int n_indicators, n_features;
};

/* fails   ERR_INPUT, naming the word and what may be given; ERR_MISSING: no
 *         such instrument */
MUST_USE bool series_page_read(struct arena *a, struct db *db,
                               const struct series_page_words *words,
                               struct series_page_ask *out, struct err *err);

/* Adds what "indicators,features" names: each of these words for all of its
 * kind, or names of single ones. NULL or "" adds nothing.
 * fails   ERR_INPUT, naming what may be given */
MUST_USE bool series_page_read_with(struct arena *a, const char *text,
                                    struct series_page_ask *out,
                                    struct err *err);

struct series_page {
    size_t n;
    int64_t *ts; /* in the order that was asked for */
    double *open, *high, *low, *close, *volume;
    bool *partial;   /* the bar may still grow */
    bool *corrected; /* a later load replaced what was there before; of a bar
                      * built of minutes: by more than growing */
    double *indicators[INDICATOR_COUNT]; /* NULL: not asked for */
    double *features[FEATURE_COUNT];
    bool is_more; /* beyond the last row: the cursor is its time */
};
MUST_USE bool series_page_get(struct arena *a, struct db *db,
                              const struct series_page_ask *ask,
                              struct series_page *out, struct err *err);

#endif
