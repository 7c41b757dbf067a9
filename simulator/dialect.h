/* How one provider speaks: its paths, its answers, its words for "limit".
 *
 * One file each (simulator/name.c), one line in dialects.def. A dialect is
 * found by the part of the path that only this provider has, so that it works
 * wherever it is mounted. Rows come from the market by the mount's provider
 * name, or the dialect's own where the market has none under that name.
 */
#ifndef SIMULATOR_DIALECT_H
#define SIMULATOR_DIALECT_H

#include "simulator/faults.h"
#include "simulator/market.h"
#include "simulator/reply.h"

struct request;

/* One question on its way through a dialect. */
struct talk {
    struct arena *a;
    const struct request *request;
    struct market *market;
    struct faults_hit fault;
    int64_t n_this_minute; /* requests in this dialect, with this one */
    struct reply *reply;   /* to be filled; status 200, JSON to begin with */
};

enum dialect_number {
#define DIALECT(name) DIALECT_##name,
#include "simulator/dialects.def"
#undef DIALECT
    DIALECT_COUNT
};

struct dialect {
    enum dialect_number number;
    const char *name;
    enum rows_shape shape; /* of the series it can tell of; 0: any */
    const char *marker;    /* in the path, where the mount ends */
    void (*answer)(struct talk *t);
    /* The body (and headers) that say "limit"; the status is set already. */
    void (*limit)(struct talk *t);
};

/* The dialect whose marker the path holds, and where; NULL when none. */
const struct dialect *dialect_find(const char *path, const char **at);

/* What a dialect answers with, faults applied. */
struct talk_rows {
    const struct market_series *series; /* NULL: no such symbol or interval */
    struct rows rows;
};
/* now_ts of the query is set here. */
struct talk_rows talk_rows(struct talk *t, const char *symbol,
                           struct market_query q);

/* True when the provider knows the symbol in any interval. */
bool talk_knows(struct talk *t, const char *symbol);

/* The symbol that the answer is about: a wrong one when the fault says so. */
const char *talk_symbol(const struct talk *t, const char *symbol);

/* Fills the reply: what the fault says, else what the provider does. Faults of
 * the transport (waits, cut-off, drip, padding) are left to who sends. */
void talk_answer(struct talk *t);

#endif
