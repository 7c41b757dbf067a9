/* The quarantine desk: what people decide about rows that validation refused
 * or doubts.
 *
 *   accept    the row is right as it came: a refused one is stored, a flagged
 *             one stays
 *   correct   the row is stored with the values that the person gives
 *   reject    the row is wrong: a refused one stays out, a flagged one is
 *             taken out (what it had replaced comes back), unless somebody
 *             replaced it meanwhile
 *   reopen    the decision is taken back, and what it did with it: bars and
 *             their history are as before
 *
 * What is decided together is one transaction: the bars under a load of kind
 * "correction" for each series (history as with every load; undoing it reopens
 * its rows), the rows, an audit entry for each row, what must be milled, and
 * one queued run that mills and retrains. The tables are written by one
 * function of the database (sql/deploy/desk.sql), which is all that the
 * console may do with bars.
 *
 * A decision outlives the next fetch: core/quarantine.h, quarantine_decided.
 */
#ifndef CORE_DESK_H
#define CORE_DESK_H

#include "core/series.h"
#include "lib/db.h"

enum {
    DESK_ROWS_MAX = 10000, /* counted, and decided together */
    DESK_GROUPS_MAX = 30,
    DESK_NEIGHBOURS = 5, /* stored bars before, and after */
    DESK_NOTE_MAX = 500, /* characters */
};

/* A row for the desk; texts NULL and numbers NaN where there is none. */
struct desk_row {
    int64_t id, load_id, instrument_id, created_at, last_seen_at, seen;
    int64_t ts; /* SERIES_NO_TS: unreadable */
    const char *symbol, *rule, *rule_words, *severity, *field, *value,
        *expected, *raw, *state, *decided_by, *note;
    const char *source;       /* "binance", "prices.csv" */
    int64_t decided_at;       /* 0: open */
    int64_t decision_load_id; /* accepted, corrected: the load that stored it */
    int64_t taken_load_id;    /* rejected: whose bar was taken out; 0: none */
    int32_t interval_s;
    double open, high, low, close, volume; /* as it came, as far as readable */
    double price_min, price_max;           /* the instrument's bounds */
    bool simulated;
};

/* fails   ERR_MISSING */
MUST_USE bool desk_get(struct arena *a, struct db *db, int64_t id,
                       struct desk_row *out, struct err *err);

/* Which rows: NULL and 0 do not filter. Newest first. */
struct desk_filter {
    const char *state; /* open, accepted, corrected, rejected; NULL: all */
    const char *symbol, *rule, *severity;
    int64_t from_ts, to_ts; /* of the row's time, [from, to) */
    int64_t load_id;       /* that brought them, or stored them by a decision */
    int64_t before, after; /* ids at the page's edge */
    int limit;
};
MUST_USE bool desk_list(struct arena *a, struct db *db,
                        const struct desk_filter *filter, struct desk_row **out,
                        size_t *n, struct err *err);

/* The rules' names, for the filter. */
MUST_USE bool desk_rules(struct arena *a, struct db *db,
                         const char *const **names, size_t *n, struct err *err);

/* Rows of one rule, severity and instrument. */
struct desk_group {
    const char *symbol, *rule, *rule_words, *severity;
    int64_t n, first_ts, last_ts; /* SERIES_NO_TS: no row has a time */
};
/* The newest DESK_ROWS_MAX rows of the filter (its edges but `before` and its
 * limit are not looked at), counted; at most DESK_GROUPS_MAX groups, those with
 * most rows first. total is of all groups: DESK_ROWS_MAX means so many or more.
 * newest_id: of the rows counted. */
struct desk_count {
    struct desk_group *groups;
    size_t n;
    int64_t total, newest_id;
};
MUST_USE bool desk_count(struct arena *a, struct db *db,
                         const struct desk_filter *filter,
                         struct desk_count *out, struct err *err);

/* Those rows. */
MUST_USE bool desk_ids(struct arena *a, struct db *db,
                       const struct desk_filter *filter, int64_t **ids,
                       size_t *n, struct err *err);

/* What stands around a row: stored bars before and after it, the stored bar of
 * its own time, and what else was said of that time. By time; none where the
 * row has no time. */
struct desk_neighbour {
    int64_t ts, load_id;
    const char *source; /* "binance", "prices.csv", "correction" */
    /* before, stored, after; of the row's own time: replaced (by a later
     * load), undone (with its load, or rejected), other (refused, too), checked
     * (what another provider says) */
    const char *role;
    double open, high, low, close, volume;
};
MUST_USE bool desk_neighbours(struct arena *a, struct db *db,
                              const struct desk_row *row,
                              struct desk_neighbour **out, size_t *n,
                              struct err *err);

enum desk_verdict { DESK_ACCEPT, DESK_CORRECT, DESK_REJECT, DESK_REOPEN };
struct desk_decision {
    enum desk_verdict verdict;
    double open, high, low, close, volume; /* DESK_CORRECT; volume may be NaN */
    const char *who, *address;
    const char *note; /* NULL or "": none */
    bool simulated;   /* of the run that is queued */
};

/* Whether the values of DESK_CORRECT are a bar that fits the row's instrument,
 * by the rules about one row; else *field and *words say what should be:
 * "high", "should be 12.5 or more". */
bool desk_fits(struct arena *a, const struct desk_row *row,
               const struct desk_decision *decision, const char **field,
               const char **words);

struct desk_result {
    int64_t n_done;
    int64_t n_left;   /* that could not be decided so */
    const char *left; /* why, in words; NULL when n_left is 0 */
    /* the run that brings up to date what is computed from the bars; 0: none is
     * needed, or the instrument is retired */
    int64_t run_id;
    bool run_is_new; /* else it was queued before */
};

/* Decides about one row.
 * fails   ERR_MISSING: no such row; ERR_CONFLICT: decided already (or, to
 *         reopen, still open, or later loads built on it); ERR_INPUT: the row
 *         has no time or price that can be stored (accept), or the values given
 *         are no bar: the text names the field */
MUST_USE bool desk_decide(struct arena *a, struct db *db, int64_t id,
                          const struct desk_decision *decision,
                          struct desk_result *out, struct err *err);

/* Decides about many rows, each by itself (not DESK_CORRECT): those that cannot
 * be decided so are left as they are.
 * fails   ERR_INPUT: no row, or more than DESK_ROWS_MAX */
MUST_USE bool desk_decide_many(struct arena *a, struct db *db,
                               const int64_t *ids, size_t n,
                               const struct desk_decision *decision,
                               struct desk_result *out, struct err *err);

#endif
