/* Features: what models learn from, computed from bars and their indicators.
 *
 * The list, with every formula, unit and rule for NaN, is core/features.def.
 * Training takes many bars at once and serving one; both are this one function
 * with a saved state, and give the same bits however bars are portioned. A
 * feature of bar t is made of bars up to and including t, nothing later: it
 * does not change when later bars come, change or go. (A bar is known when it
 * closes: who predicts at a time uses the last bar closed by then.)
 *
 * Bars whose high, low or close is not finite get NaN in every column and are
 * otherwise as if they were not there, as with indicators. Pure: no database,
 * no clock, no allocation.
 */
#ifndef CORE_FEATURE_H
#define CORE_FEATURE_H

#include "core/indicator.h"

enum feature_id {
#define FEATURE(name, unit, warm, formula) FEATURE_##name,
#include "core/features.def"
#undef FEATURE
    FEATURE_COUNT,
};

enum feature_unit {
    FEATURE_FRACTION,
    FEATURE_PRICE,
    FEATURE_VOLUME,
    FEATURE_RATIO,
    FEATURE_CLASS,
    FEATURE_HOUR,
    FEATURE_WEEKDAY,
};

struct feature {
    const char *name, *formula;
    enum feature_unit unit;
    int warm; /* bars that have no value yet */
};

/* The list, in the order of enum feature_id. */
extern const struct feature feature_all[FEATURE_COUNT];
/* The one of that name; NULL when there is none. */
const struct feature *feature_find(const char *name);
/* "fraction", "price", "volume", "ratio", "class", "hour", "weekday". */
const char *feature_unit_name(enum feature_unit unit);

/* FEATURE_VERSION is the version of the list: it changes with any formula, and
 * with any change of a value's last bit; features that are stored carry it.
 * States of another version must be built anew from the bars. */
enum { FEATURE_VERSION = 1, FEATURE_STATE_TAIL = 78 };

struct feature_bars {
    struct indicator_bars bars;
    const int64_t *ts;       /* opening times */
    const bool *market_open; /* of each bar; NULL: always */
};

struct feature_state {
    int64_t version;
    struct indicator_state indicators;
    double tail[FEATURE_STATE_TAIL]; /* what windows still need */
};

/* Before the first bar. */
void feature_start(struct feature_state *s);

/* True when `size` bytes, as stored from a state, may be copied into one. */
bool feature_state_is_valid(const void *bytes, size_t size);

/* Takes the next bars and gives their features, and indicators on the way.
 *
 * features    FEATURE_COUNT columns of n values; NULL for one not wanted
 * indicators  INDICATOR_COUNT columns in the same way; NULL: none wanted
 * memory      about 200 KiB of stack
 */
void feature_feed(struct feature_state *s, const struct feature_bars *in,
                  double *const *features, double *const *indicators);

#endif
