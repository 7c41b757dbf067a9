/* The quarantine desk: what people decide about rows that validation refused
 * or doubts.
 *
 *   accept    the row is right as it came: a refused one is stored, a flagged
 *             one stays
 *   correct   the row is stored with the values that the person gives
 *   reject    the row is wrong: a refused one stays out, a flagged one is
 *             taken out (what it had replaced comes back)
 *   reopen    the decision is taken back, and what it did with it
 *
 * Each decision is one transaction: the bar under a load of kind "correction"
 * (history as with every load), the quarantine row, the audit row, what must
 * be milled, and one queued run that mills and retrains.
 */
#ifndef CORE_DESK_H
#define CORE_DESK_H

#include "lib/db.h"

/* A row for the desk; texts NULL and numbers NaN where there is none. */
struct desk_row {
    int64_t id, load_id, instrument_id, ts, created_at, last_seen_at, seen;
    const char *symbol, *rule, *rule_words, *severity, *field, *value,
        *expected, *raw, *state, *decided_by, *note, *provider;
    int64_t decided_at, decision_load_id;
    int32_t interval_s;
    double open, high, low, close, volume; /* as it came, as far as readable */
};

struct desk_filter {
    const char *state; /* open, accepted, corrected, rejected; NULL: all */
    const char *symbol, *rule, *severity;
    int64_t from_ts, to_ts; /* of the row's time; 0: open */
    int64_t before, after;  /* ids at the page's edge */
    int limit;
};
MUST_USE bool desk_list(struct arena *a, struct db *db,
                        const struct desk_filter *filter, struct desk_row **out,
                        size_t *n, struct err *err);

/* What stands around a row: stored bars before and after it, the stored bar of
 * its own time, what other providers or files said for that time. */
struct desk_neighbour {
    int64_t ts, load_id;
    const char *source; /* "binance", "prices.csv"; what it is from */
    const char *role;   /* before, stored, after, replaced, other */
    double open, high, low, close, volume;
};
MUST_USE bool desk_neighbours(struct arena *a, struct db *db, int64_t id,
                              struct desk_neighbour **out, size_t *n,
                              struct err *err);

enum desk_verdict { DESK_ACCEPT, DESK_CORRECT, DESK_REJECT, DESK_REOPEN };
struct desk_decision {
    enum desk_verdict verdict;
    double open, high, low, close, volume; /* DESK_CORRECT; volume may be NaN */
    const char *who, *address, *note;
};
/* fails   ERR_MISSING: no such row; ERR_CONFLICT: decided already (or, to
 *         reopen, still open, or later loads built on it); ERR_INPUT: the row
 *         has no readable time or price (accept), or the values given are no
 *         bar: the text names the field */
MUST_USE bool desk_decide(struct db *db, int64_t id,
                          const struct desk_decision *decision,
                          struct err *err);

#endif
