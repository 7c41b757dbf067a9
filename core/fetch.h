/* What a fetch needs from the database: who can be asked for what, and the
 * rate limits, which hold for all processes. */
#ifndef CORE_FETCH_H
#define CORE_FETCH_H

#include "core/calendar.h"
#include "lib/db.h"

struct fetch_provider {
    const char *name, *driver, *base_url;
    const char *spec; /* JSON; NULL: none */
    int max_parallel;
    double rate_per_minute;
};

/* One row for each listing, in the order in which they are asked; an
 * instrument that nobody can answer for has one row without provider. */
struct fetch_listing {
    int64_t instrument_id;
    const char *calendar, *provider, *provider_symbol;
};

struct fetch_book {
    struct fetch_provider *providers; /* enabled ones, by name */
    struct fetch_listing *listings;
    struct calendar *calendars;
    size_t n_providers, n_listings, n_calendars;
};

/* All that is known of who can be asked, in one round trip.
 * only  text[] literal: these providers; NULL: all */
MUST_USE bool fetch_book_get(struct arena *a, struct db *db,
                             const int64_t *instruments, size_t n,
                             const char *only, struct fetch_book *out,
                             struct err *err);

/* Takes up to `wanted` tokens of a provider.
 * wait_s  until the next one can be had, by the server's clock */
MUST_USE bool rate_take(struct db *db, const char *provider, int wanted,
                        int *taken, double *wait_s, struct err *err);

/* Gives back what was taken and not used. */
MUST_USE bool rate_give(struct db *db, const char *provider, int tokens,
                        struct err *err);

/* No tokens for a while: the provider said Retry-After. Only after rate_take.
 */
MUST_USE bool rate_block(struct db *db, const char *provider, double seconds,
                         struct err *err);

/* Notes what last went wrong with a provider, for the pages. kind is a
 * fault's name. */
MUST_USE bool rate_fault(struct db *db, const char *provider, const char *kind,
                         int64_t run_id, struct err *err);

#endif
