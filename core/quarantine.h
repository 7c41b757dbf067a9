/* Rows that validation refused or doubts, kept for a person to look at. */
#ifndef CORE_QUARANTINE_H
#define CORE_QUARANTINE_H

#include "lib/db.h"

/* What is wrong with one row. */
struct doubt {
    int64_t ts;           /* the row's time; SERIES_NO_TS when unreadable */
    bool flag;            /* stored all the same; else refused */
    const char *rule;     /* a name in validation_rule */
    const char *field;    /* the field that breaks it */
    const char *value;    /* what it is, as it came where that is known */
    const char *expected; /* what it should be, in words */
    const char *raw;      /* the whole row */
};

/* Keeps them. The same fault of the same row (instrument, interval, time,
 * rule, raw text) is kept once: another sighting counts it up, whatever was
 * decided about it. Text is kept as utf8_clean makes it; long text is cut.
 *
 * n_new   of them, those not seen before; may be NULL
 */
MUST_USE bool quarantine_add(struct db *db, int64_t load_id,
                             int64_t instrument_id, int32_t interval_s,
                             const struct doubt *doubts, size_t n,
                             int64_t *n_new, struct err *err);

#endif
