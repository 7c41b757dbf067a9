/* Indicators: all of core/indicators/indicators.def in one pass over bars.
 *
 * A state takes bars in any portions, one or a million, and gives the same
 * values bit for bit however they were portioned. It is a plain struct that
 * may be stored and restored byte for byte. Pure: no database, no clock, no
 * allocation. What is done with NaN and with rebuilt ranges is the caller's.
 *
 * Definitions are TA-Lib's, with unstable period 0. Where each first value
 * comes from, and where we differ:
 *
 *   sma_P          mean of P closes
 *   ema_P          begins as the mean of the first P closes, then moves by
 *                  2 / (P + 1) of the distance to each close
 *   macd           EMA 12 less EMA 26; the fast one begins where the slow one
 *                  does, as the mean of closes 14 to 25 (so it is not ema_12
 *                  at first). All three columns begin with the signal, at
 *                  bar 33, which begins as the mean of nine values
 *   rsi_14         Wilder's smoothing of rises and falls, beginning as their
 *                  means over the first 14 changes. 0 when nothing ever moved
 *                  (0/0). TA-Lib calls a sum of movements below a fixed tiny
 *                  number nothing too, whatever the price; we do not
 *   bb_*           mean of 20 closes, plus and minus two population deviations
 *   stoch_k, _d    14 / 3 / 3, plain means; where the range of 14 bars is
 *                  zero the raw value is 0
 *   atr_14         Wilder's smoothing of the true range, beginning as the mean
 *                  of the 14 ranges of bars 1 to 14 (bar 0 has none)
 *   adx_14         Wilder's: movements are summed over 13 bars, then smoothed;
 *                  the ADX begins as the mean of 14 values of DX. A bar whose
 *                  smoothed movements are both zero leaves it as it is
 *   vwap           sum of (high + low + close) / 3 * volume over sum of volume
 *                  since the session began; NaN until something was traded.
 *                  TA-Lib has none
 *   volume_sma_20  mean of 20 volumes
 *
 * A session is what the caller says (below): the UTC day for instruments that
 * trade round the clock, the exchange's session for others. Bars of a day or
 * longer are a session each: vwap is then (high + low + close) / 3.
 *
 * A bar whose high, low or close is not finite gets NaN in every column and is
 * otherwise as if it were not there. A NaN volume makes volume_sma_20 NaN
 * until 20 bars after it have one, vwap until the next session.
 *
 * Sums of windows are built anew for every bar from sums of halves, never by
 * adding one value and taking another away, so they do not drift; deviations
 * are merged from halves as well, so a high price costs them no digits.
 *
 * source  TA-Lib, Technical Analysis Library (ta-lib.org), functions SMA, EMA,
 *         MACD, RSI, BBANDS, STOCH, ATR, ADX; Wilder, New Concepts in
 *         Technical Trading Systems, 1978; Chan, Golub and LeVeque, Updating
 *         Formulae and a Pairwise Algorithm for Computing Sample Variances,
 *         1979 (merging deviations)
 */
#ifndef CORE_INDICATOR_H
#define CORE_INDICATOR_H

#include "lib/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum indicator_id {
#define INDICATOR(name, title, pane, scale, inputs, warm, unit, help)          \
    INDICATOR_##name,
#include "core/indicators/indicators.def"
#undef INDICATOR
    INDICATOR_COUNT,
};

/* What a value is drawn on and measured in; the list's own words. */
enum indicator_scale { INDICATOR_FREE, INDICATOR_PERCENT_SCALE };
enum indicator_unit {
    INDICATOR_PRICE,
    INDICATOR_PERCENT,
    INDICATOR_VOLUME,
};
enum {
    INDICATOR_NEEDS_HIGH = 1,
    INDICATOR_NEEDS_LOW = 2,
    INDICATOR_NEEDS_CLOSE = 4,
    INDICATOR_NEEDS_VOLUME = 8,
    INDICATOR_NEEDS_SESSION = 16,
};

struct indicator {
    const char *name, *title, *pane, *help;
    enum indicator_scale scale;
    enum indicator_unit unit;
    unsigned inputs; /* INDICATOR_NEEDS_... */
    int warm;        /* bars that have no value yet */
};

/* The list, in the order of enum indicator_id. */
extern const struct indicator indicator_all[INDICATOR_COUNT];
/* The one of that name; NULL when there is none. */
const struct indicator *indicator_find(const char *name);
/* "price", "percent", "volume". */
const char *indicator_unit_name(enum indicator_unit unit);

/* Bars, a column each, oldest first. */
struct indicator_bars {
    size_t n;
    const double *high, *low, *close;
    const double *volume;   /* NULL: none known, as if all were NaN */
    const int64_t *session; /* a number that names the session of each bar (its
                             * opening time, say): where it differs from the
                             * bar before, a session begins. NULL: each bar is
                             * a session */
};

/* Stored states of another version, size or build are refused by
 * indicator_state_is_valid and must be built anew from the bars. The version
 * changes with any change of a value's last bit. */
enum {
    INDICATOR_STATE_VERSION = 1,
    INDICATOR_STATE_LEVELS = 13,
    INDICATOR_STATE_TAIL = 290,
};

struct indicator_state {
    int64_t version;
    int64_t bars;    /* fed so far, without those that are not finite */
    int64_t session; /* of the last bar */
    double level[INDICATOR_STATE_LEVELS]; /* running means and sums */
    double tail[INDICATOR_STATE_TAIL];    /* what windows still need */
};

/* Before the first bar. */
void indicator_start(struct indicator_state *s);

/* True when `size` bytes, as stored from a state, may be copied into one. */
bool indicator_state_is_valid(const void *bytes, size_t size);

/* Takes the next bars and gives their values.
 *
 * out     INDICATOR_COUNT columns of bars->n values, in the order of the list;
 *         NULL for a column that is not wanted. Columns overlap neither each
 *         other nor the bars
 * memory  about 45 KiB of stack
 */
void indicator_feed(struct indicator_state *s,
                    const struct indicator_bars *bars, double *const *out);

#endif
