/* All that an instrument's own page tells of it besides its bars. */
#ifndef CORE_INSTRUMENT_FACTS_H
#define CORE_INSTRUMENT_FACTS_H

#include "core/source.h"
#include "lib/db.h"

struct instrument_interval {
    int32_t interval_s;
    int64_t first_ts, last_ts;
};

/* Who can answer for it, with what came from there last; load_id 0: nothing
 * lately. */
struct instrument_listing {
    const char *provider, *provider_title, *provider_symbol;
    bool enabled; /* listing and provider */
    int64_t load_id, load_at;
    const char *load_state, *load_error;
};

struct instrument_facts {
    int64_t id;
    struct source fresh; /* at its own interval */
    const char *calendar;
    double price_min, price_max, jump_frac; /* NaN: none */
    bool active;
    int64_t before_ts; /* the bar before the newest; 0: none */
    double before_close;
    struct instrument_interval *intervals; /* that have bars, shortest first */
    size_t n_intervals;
    struct instrument_listing *listings; /* in the order they are asked */
    size_t n_listings;
};

/* By symbol, any case, retired ones too.
 * fails   ERR_MISSING, with the nearest symbol suggested */
MUST_USE bool instrument_facts_get(struct arena *a, struct db *db,
                                   const char *symbol, int64_t now_ts,
                                   struct instrument_facts *out,
                                   struct err *err);

/* Bars in [from_ts, to_ts] (opening times) that a later load replaced, oldest
 * first: which did, when, and the close that was believed before. */
struct instrument_correction {
    int64_t ts, load_id, at;
    double close;
};
MUST_USE bool instrument_corrections(struct arena *a, struct db *db, int64_t id,
                                     int32_t interval_s, int64_t from_ts,
                                     int64_t to_ts,
                                     struct instrument_correction **out,
                                     size_t *n, struct err *err);

#endif
