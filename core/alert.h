/* Alert rules on a series: one evaluator for live bars, "test now" and the
 * replay over stored history. Pure: no database, no clock, no allocation.
 *
 * A rule compares two terms of a bar: a price, the volume, an indicator, a
 * change over some bars, a number. It is
 *   met       while the comparison holds; a crossing is met on the bar on which
 *             left goes from the other side of right (or from on it) to this
 *             one, and held while left stays there
 *   unknown   while one of its terms has no value (not warm, no volume)
 *
 * and in one of these phases:
 *   ok        not met, or not known yet
 *   pending   met on fewer bars in a row than for_bars; an unknown bar begins
 *             the count anew
 *   active    fired, not resolved yet: an unknown bar changes nothing
 *   no data   no bar has come for no_data_s after the newest one closed; the
 *             next bar ends it, and the phase goes on from what it was before
 *   done      a one-time rule that has fired and resolved
 *   fault     what is stored is no rule of this version of the program: set
 *             aside until it is changed (core/alert_run.h); alert_feed never
 *             sees it
 *
 * It fires on the bar that completes for_bars, unless it fired less than
 * cooldown_s before: then it stays pending and fires on the first bar after
 * that on which it is met (a crossing within the cooldown is not reported). It
 * resolves on the bar on which the comparison no longer holds; with a clear
 * level only when left has reached that, so a value that trembles around the
 * threshold fires once.
 *
 * Times of transitions are when the bar closed: nobody can know earlier.
 */
#ifndef CORE_ALERT_H
#define CORE_ALERT_H

#include "core/indicator.h"

enum alert_term_kind {
    ALERT_NUMBER,
    ALERT_OPEN,
    ALERT_HIGH,
    ALERT_LOW,
    ALERT_CLOSE,
    ALERT_VOLUME,
    ALERT_INDICATOR,
    ALERT_CHANGE,       /* of the close over `bars` bars, in percent */
    ALERT_VOLUME_RATIO, /* volume over the mean volume of the `bars` bars
                         * before it: 3 is three times as much as usual */
};

struct alert_term {
    enum alert_term_kind kind;
    double number;               /* ALERT_NUMBER */
    enum indicator_id indicator; /* ALERT_INDICATOR */
    int bars; /* ALERT_CHANGE and ALERT_VOLUME_RATIO: 1 to ALERT_BARS_MAX */
};

enum { ALERT_BARS_MAX = 500, ALERT_FOR_MAX = 1000 };

enum alert_op {
    ALERT_ABOVE,
    ALERT_BELOW,
    ALERT_CROSSES_ABOVE,
    ALERT_CROSSES_BELOW,
};

struct alert_rule {
    struct alert_term left, right;
    enum alert_op op;
    int for_bars;       /* 1 to ALERT_FOR_MAX; 1 for a crossing */
    double clear;       /* NaN: none; only against a number: at or below it
                         * (above rules), at or above it (below rules) */
    int64_t cooldown_s; /* between firings; 0: none */
    int64_t no_data_s;  /* 0: silence is not watched */
    bool once;
    int32_t interval_s; /* of the bars */
};

/* What is wrong with a rule, as a sentence; NULL: nothing. field: the name of
 * the field that is wrong. */
const char *alert_rule_check(const struct alert_rule *rule, const char **field);

enum alert_phase {
    ALERT_OK,
    ALERT_PENDING,
    ALERT_ACTIVE,
    ALERT_NO_DATA,
    ALERT_DONE,
    ALERT_FAULT,
};
const char *alert_phase_name(enum alert_phase phase); /* "no_data" */

/* A plain struct that may be stored and restored byte for byte. */
struct alert_state {
    int32_t phase;    /* enum alert_phase */
    int32_t before;   /* the phase that no data has interrupted */
    int32_t held;     /* bars in a row on which it was met */
    int32_t side;     /* of left on the last known bar: 1 above, -1 below
                       * right, 0 on it; 2: no bar was known yet */
    int64_t last_ts;  /* the newest bar; INT64_MIN: none */
    int64_t since_ts; /* when the phase began; INT64_MIN: at the start */
    int64_t fired_ts; /* last; INT64_MIN: never */
};

enum alert_event_kind {
    ALERT_FIRED,
    ALERT_RESOLVED,
    ALERT_DATA_LOST,
    ALERT_DATA_BACK,
};
const char *alert_event_name(enum alert_event_kind kind); /* "fired" */

struct alert_event {
    enum alert_event_kind kind;
    int64_t ts;         /* of the bar; of silence: the newest bar's */
    int64_t at_ts;      /* when it was to be known: the bar's close, the end of
                         * the patience */
    double left, right; /* the terms then; NaN for silence */
};

void alert_start(struct alert_state *s);

/* Bars with the values of both terms, a column each, oldest first, newer than
 * all that were fed before. right NULL where the rule's right term is a
 * number. */
struct alert_bars {
    size_t n;
    const int64_t *ts;
    const double *left, *right;
};

/* Feeds bars from bars->ts[*at] on and moves *at past what it has taken. It
 * stops behind a bar that makes an event, so that a caller sees each one: true
 * with *out filled; false when all bars are taken. Silence between bars is
 * found, too: a bar may make several events, its own call for each. The state
 * is to be stored when false was said, not between a bar's events. */
MUST_USE bool alert_feed(struct alert_state *s, const struct alert_rule *rule,
                         const struct alert_bars *bars, size_t *at,
                         struct alert_event *out);

/* Time has come to now_ts without a newer bar than those that were fed. */
MUST_USE bool alert_wait(struct alert_state *s, const struct alert_rule *rule,
                         int64_t now_ts, struct alert_event *out);

/* --- values of terms ------------------------------------------------------ */

/* Bars that a term looks back on before the one it is of, beyond what an
 * indicator's state knows. */
int alert_term_lookback(const struct alert_term *term);

struct alert_columns {
    size_t n;
    const double *open, *high, *low, *close, *volume;
    double *const *indicators; /* INDICATOR_COUNT columns; those that a term
                                * names must be there */
};

/* A term's value of each bar; NaN where it has none: among the first
 * alert_term_lookback() bars, too. Not for ALERT_NUMBER. */
void alert_term_values(const struct alert_term *term,
                       const struct alert_columns *in, double *out);

#endif
