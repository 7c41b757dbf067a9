/* Instruments as the pages list them; adding and retiring is
 * core/instrument.h. */
#ifndef CORE_INSTRUMENT_LIST_H
#define CORE_INSTRUMENT_LIST_H

#include "core/source.h"
#include "lib/buf.h"
#include "lib/db.h"

struct instrument_name {
    const char *symbol, *title;
};

/* By symbol, at most 1,000: for a form's choices. */
MUST_USE bool instrument_list_names(struct arena *a, struct db *db,
                                    bool with_retired,
                                    struct instrument_name **out, size_t *n,
                                    struct err *err);

/* Retired ones, by symbol, at most 1,000. */
MUST_USE bool instrument_list_retired(struct arena *a, struct db *db,
                                      struct instrument_name **out, size_t *n,
                                      struct err *err);

/* Names of the providers that a listing may have. */
MUST_USE bool instrument_list_providers(struct arena *a, struct db *db,
                                        const char *const **out, size_t *n,
                                        struct err *err);

enum { INSTRUMENT_LIST_BARS = 20000, INSTRUMENT_LIST_DAYS = 7 };
/* Days of a lower score (core/quality.h) are worth a look. */
#define INSTRUMENT_LIST_GOOD 0.9

struct instrument_item {
    struct source fresh;
    int64_t n_bars;       /* INSTRUMENT_LIST_BARS: so many or more */
    const char *listings; /* "binance (BTCUSDT), yahoo (BTC-USD)"; NULL: none */
    /* of the last INSTRUMENT_LIST_DAYS days, at the instrument's interval */
    double worst_score; /* NaN: none is known */
    int64_t worst_ts;   /* 0: none is known */
};

/* Active ones by symbol, after this one ("" for the first). */
MUST_USE bool instrument_list_page(struct arena *a, struct db *db,
                                   const char *after, int limit, int64_t now_ts,
                                   struct instrument_item **out, size_t *n,
                                   struct err *err);

/* All, retired ones too, by symbol, after this one ("" for the first), for
 * programs; next is the `after` of what follows, null at the end:
 *     {"symbols": [{"symbol", "title", "kind", "currency", "calendar",
 *      "interval", "first", "last", "rows", "active",
 *      "intervals": [{"interval", "first", "last"}]}], "next"}
 * first, last and rows are of the bars at the instrument's own interval;
 * intervals are those that have bars. */
MUST_USE bool instrument_list_json(struct arena *a, struct db *db,
                                   const char *after, int limit,
                                   struct buf *out, struct err *err);

#endif
