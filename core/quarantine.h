/* Rows that validation refused or doubts, kept for a person to look at; and
 * what people decided (core/desk.h), for those who store such rows again. */
#ifndef CORE_QUARANTINE_H
#define CORE_QUARANTINE_H

#include "core/series.h"
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
    /* the row's numbers, as far as they could be read; else NaN */
    double open, high, low, close, volume;
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

/* Values of some time that people have decided about: whoever brings the very
 * same row again does not undo the decision. Other values of that time are
 * judged and stored as ever. */
struct quarantine_decided {
    struct series_row *rows; /* by time */
    bool *accepted;          /* of each; else corrected or rejected */
    size_t n;
};

/* Those of one instrument and interval in [from_ts, to_ts]; one query, nothing
 * more where there are none. With the lock of core/bar.h's bar_lock they stay.
 */
MUST_USE bool quarantine_decided_get(struct arena *a, struct db *db,
                                     int64_t instrument_id, int32_t interval_s,
                                     int64_t from_ts, int64_t to_ts,
                                     struct quarantine_decided *out,
                                     struct err *err);

/* The rows of SQL_quarantine_decided, for who asks it among other things. */
void quarantine_decided_read(struct arena *a, const struct db_rows *rows,
                             struct quarantine_decided *out);

/* A good row that is not stored: it was corrected or rejected, or a decision
 * put another one in its place. decided may be NULL. */
bool quarantine_keeps_out(const struct quarantine_decided *decided,
                          const struct series_row *row);

/* A refused row that is right all the same: what was decided about it is
 * stored, so it counts as the same. */
bool quarantine_lets_in(const struct quarantine_decided *decided,
                        const struct doubt *doubt);

#endif
