/* The mill: what is computed from stored bars, kept up to date.
 *
 * Whoever writes bars says so (mill_touch) in the same transaction. Milling an
 * instrument takes what was touched and rebuilds exactly what depends on it:
 *
 *   intervals   5m 15m 1h 4h 1d from its minute bars, in UTC or, where its
 *               calendar has hours, in sessions (core/resample.h). They are
 *               bars like all others, under a load of kind derived, with
 *               history. A bar that a provider or a person brought is never
 *               replaced by one made of minutes. Buckets that lost all their
 *               minutes go
 *   states      of the indicators and features after every MILL_STATE_BARS
 *               bars, for every interval: whoever computes begins at the newest
 *               one before, so any page costs the same on any history
 *   indicator, feature   of intervals of MILL_STORED_S and longer
 *
 * Indicators and features of all bars are those of one pass over the whole
 * history, bit for bit, in whatever order and portions the bars came.
 *
 * A bucket is partial while the newest minute stored of its instrument is not
 * its last one or later (mill_is_partial): it may still grow.
 */
#ifndef CORE_MILL_H
#define CORE_MILL_H

#include "core/feature.h"
#include "core/series.h"
#include "lib/db.h"

enum { MILL_STATE_BARS = 512, MILL_STORED_S = 3600 };

/* Of the saved states and what is computed with them. */
int32_t mill_version(void);

/* Bars of [from_ts, to_ts] (opening times, inclusive) came, changed or went:
 * part of the transaction that wrote them. load_id 0: none. */
MUST_USE bool mill_touch(struct db *db, int64_t instrument_id,
                         int32_t interval_s, int64_t from_ts, int64_t to_ts,
                         int64_t load_id, struct err *err);

struct mill_count {
    int64_t bars_read;  /* minutes that buckets were made of */
    int64_t bars_built; /* buckets made: new, the same or changed */
    int64_t rows;       /* of indicator and feature that were written */
};

/* Mills one instrument, in one transaction (the caller's, if there is one);
 * nothing touched costs one query. Concurrent calls for one instrument wait
 * for each other.
 *
 * run_id    the run that asks, for the loads of the built bars; 0: none
 * progress  called now and then; false stops (ERR_RETRY) and takes all back.
 *           May be NULL */
struct mill_options {
    int64_t run_id;
    bool (*progress)(void *arg, int64_t bars);
    void *arg;
};
MUST_USE bool mill_instrument(struct db *db, int64_t instrument_id,
                              const struct mill_options *options,
                              struct mill_count *count, struct err *err);

/* Instruments that something of is to be milled (touched, or states of another
 * version), by symbol. */
struct mill_due {
    int64_t instrument_id;
    const char *symbol;
};
MUST_USE bool mill_list(struct arena *a, struct db *db, struct mill_due **out,
                        size_t *n, struct err *err);

/* The state to begin with for values from from_ts on: *next_ts is the first
 * bar to be fed (INT64_MIN: from the beginning; the state is then a started
 * one). */
MUST_USE bool mill_state_before(struct db *db, int64_t instrument_id,
                                int32_t interval_s, int64_t from_ts,
                                struct feature_state *out, int64_t *next_ts,
                                struct err *err);

/* What feature_bars and indicator_bars want beside prices, for bars of one
 * instrument: the name of each bar's session and whether the market is open.
 * Made once for a range of time. */
struct mill_sessions;
MUST_USE bool mill_sessions_get(struct arena *a, struct db *db,
                                int64_t instrument_id, int32_t interval_s,
                                int64_t from_ts, int64_t to_ts,
                                struct mill_sessions **out, struct err *err);
/* The same of a calendar that is at hand, which must live as long. */
struct calendar;
struct mill_sessions *mill_sessions_of(struct arena *a,
                                       const struct calendar *calendar,
                                       int32_t interval_s, int64_t from_ts,
                                       int64_t to_ts);
/* session NULL where each bar is a session of its own (1d). */
void mill_sessions_fill(const struct mill_sessions *s, const int64_t *ts,
                        size_t n, int64_t *session, bool *market_open);

/* Whether the bar of interval_s that opens at ts may still grow; last_minute_ts
 * is the opening time of the instrument's newest minute bar, 0 for none. Only
 * built bars are ever partial. */
bool mill_is_partial(const struct mill_sessions *s, int64_t ts,
                     int64_t last_minute_ts);

#endif
