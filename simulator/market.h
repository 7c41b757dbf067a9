/* What the simulated providers know: series by provider and symbol.
 *
 * With a data folder the series are those that the catalogue names and whose
 * files are there; each file is read once, when it is first asked for. Without
 * a folder a seeded generator makes them (simulator/generate.h). Any number of
 * threads may ask at once.
 *
 * The catalogue is a CSV file with the columns provider, symbol, interval (1m,
 * 1h, 1d), file (relative to the folder), format and options; docs/simulator.md
 * describes them. Several lines for the same series are files of one series:
 * where they overlap, the earlier line's row counts.
 */
#ifndef SIMULATOR_MARKET_H
#define SIMULATOR_MARKET_H

#include "simulator/rows.h"
#include "simulator/zone.h"

#include "lib/err.h"

struct market;

/* What is known of a series besides its rows. */
struct market_series {
    const char *provider, *symbol;
    enum rows_shape shape;
    const char *title, *type, *exchange, *currency, *units;
    const struct zone *zone; /* the exchange's */
    int32_t open_s, close_s; /* its session, in local seconds of the day */
    int32_t interval_s;      /* of the stored rows */
};

struct market_open {
    const char *data_dir;  /* NULL: generated data */
    const char *catalogue; /* path of the project's catalogue */
    uint64_t seed;         /* of the generator */
};

/* Reads the catalogue (catalogue.csv of the folder instead of the project's
 * where the folder has one). Call before threads start; lives to the end.
 * fails   ERR_INPUT: unreadable folder or catalogue, an unknown format, option
 *         or zone; the text names the line */
MUST_USE bool market_open(const struct market_open *how, struct market **out,
                          struct err *err);
void market_close(struct market *m);

/* The series that answers for this interval: stored in it, or in a shorter one
 * that makes it up. Symbols are matched exactly. NULL when there is none (a
 * file that is missing or unusable counts as none; the latter is logged). */
const struct market_series *market_find(struct market *m, const char *provider,
                                        const char *symbol, int32_t interval_s);

/* True when the provider knows the symbol in any interval. */
bool market_knows(struct market *m, const char *provider, const char *symbol);

struct market_query {
    int32_t interval_s;
    int64_t from_ts, to_ts; /* opening times, inclusive */
    int64_t now_ts;         /* nothing that opens later is answered */
    size_t max;
    bool newest; /* over max: the last ones instead of the first */
};

/* Rows of a series that market_find gave. */
struct rows market_rows(struct arena *a, struct market *m,
                        const struct market_series *s,
                        const struct market_query *q);

/* When the bar of a day opens in the exchange's zone. */
int64_t market_session_open(const struct market_series *s, int64_t day_ts);
int64_t market_session_close(const struct market_series *s, int64_t day_ts);

/* The first row's time, or INT64_MAX when the series is empty. */
int64_t market_first_ts(struct market *m, const struct market_series *s);

#endif
