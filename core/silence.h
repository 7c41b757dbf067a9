/* Silences and mute windows: times in which nobody is told of what matches.
 * What happens is kept and shown all the same. Every change is audited. */
#ifndef CORE_SILENCE_H
#define CORE_SILENCE_H

#include "core/alert_store.h"

enum { SILENCE_REASON_MAX = 500, SILENCE_DAYS_MAX = 366 };

struct silence {
    int64_t id;
    const char *author, *reason;
    bool for_all;
    int64_t rule_id;                                      /* 0: any */
    const char *rule_name, *symbol, *provider, *severity; /* NULL: any */
    int64_t instrument_id;
    int64_t starts_at, ends_at; /* ends_at 0: no end (mute windows) */
    int weekdays;               /* 0: no mute window; bit 0 Monday */
    int from_min, to_min;       /* minutes of the day */
    const char *time_zone;
    const char *ended_by; /* NULL: it ran or runs to its end */
    const char *state;    /* active, waiting, over */
    bool may_end;
};

/* Adds it; author is who asks.
 * fails   ERR_INPUT: "FIELD: what is wrong"; ERR_MISSING: rule, instrument or
 *         provider */
MUST_USE bool silence_add(struct db *db, const struct alert_actor *who,
                          const struct silence *s, int64_t *id,
                          struct err *err);
/* Ends it now. fails ERR_MISSING; ERR_CONFLICT: it is over already */
MUST_USE bool silence_end(struct db *db, const struct alert_actor *who,
                          int64_t id, struct err *err);
/* Those that concern what who may see: active, waiting, then over, newest
 * first. */
MUST_USE bool silence_list(struct arena *a, struct db *db,
                           const struct alert_actor *who, int64_t before,
                           int limit, struct silence **out, size_t *n,
                           struct err *err);
/* fails ERR_MISSING */
MUST_USE bool silence_get(struct arena *a, struct db *db,
                          const struct alert_actor *who, int64_t id,
                          struct silence *out, struct err *err);
/* "BTC-USD, up to warning, Monday to Friday 22:00 to 06:00 Europe/Berlin" */
const char *silence_words(struct arena *a, const struct silence *s);

#endif
