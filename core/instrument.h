/* Instruments and the listings that say who can answer for them. */
#ifndef CORE_INSTRUMENT_H
#define CORE_INSTRUMENT_H

#include "lib/db.h"

struct listing {
    const char *provider, *provider_symbol;
    int64_t priority;
    bool enabled; /* of the listing; a disabled provider has its own switch */
};

struct instrument {
    int64_t id;
    const char *symbol, *title, *kind, *currency, *calendar;
    int32_t interval_s;
    double price_min, price_max, jump_frac; /* NaN: none */
    bool active;
    struct listing *listings; /* in the order in which they are asked */
    size_t n_listings;
    int64_t n_bars, first_ts, last_ts; /* stored at interval_s; 0: none */
};

/* By symbol, any case, retired ones too.
 * fails   ERR_MISSING, with the nearest symbol suggested */
MUST_USE bool instrument_get(struct arena *a, struct db *db, const char *symbol,
                             struct instrument *out, struct err *err);

/* Fails with ERR_MISSING, the nearest symbol suggested. */
bool instrument_missing(struct arena *a, struct db *db, const char *symbol,
                        struct err *err);

/* All by symbol; with what is stored of each. */
MUST_USE bool instrument_list(struct arena *a, struct db *db, bool with_retired,
                              struct instrument **out, size_t *n,
                              struct err *err);

/* The ids of symbols, as a bigint[] literal.
 * fails   ERR_INPUT: unknown (nearest suggested) or retired */
MUST_USE bool instrument_ids(struct arena *a, struct db *db,
                             const char *const *symbols, size_t n,
                             const char **ids, struct err *err);

struct instrument_add {
    const char *symbol, *title, *kind, *currency, *calendar; /* NULL: default */
    int32_t interval_s;                                      /* 0: daily */
    double price_min, price_max, jump_frac;                  /* NaN: none */
    const char *const *listings; /* "provider:symbol", first asked first */
    size_t n_listings;
};

/* Everything that is wrong with it, in the order of a form: field is symbol,
 * title, kind, currency, calendar, price_min, jump_frac or listing. */
struct instrument_problem {
    const char *field, *text;
};
MUST_USE bool instrument_check(struct arena *a, struct db *db,
                               const struct instrument_add *what,
                               struct instrument_problem **out, size_t *n,
                               struct err *err);

/* Adds an instrument with its listings, audited, in one transaction. A retired
 * one of the same symbol is refused too: bring it back instead.
 *
 * fails   ERR_INPUT: the first of its problems;
 *         ERR_CONFLICT: the symbol is taken
 */
MUST_USE bool instrument_add(struct db *db, const struct instrument_add *what,
                             const char *who, const char *address, int64_t *id,
                             struct err *err);

/* Retires (active false) or brings back; bars stay. Audited.
 * fails   ERR_MISSING; ERR_CONFLICT: it is so already */
MUST_USE bool instrument_retire(struct db *db, const char *symbol, bool retire,
                                const char *who, const char *address,
                                struct err *err);

#endif
