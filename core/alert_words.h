/* Alert rules in words: as people write them and as they are told. Pure.
 *
 *   TERM   a number; open high low close volume; an indicator's name (sma_20);
 *          change_N, percent over N bars; volume_spike_N, times the mean volume
 *          of the N bars before
 *   OP     above, below, "crosses above", "crosses below"; > and <
 *   a condition is TERM OP TERM: "rsi_14 above 70", "macd crosses above
 *   macd_signal", "change_1 < -5"
 */
#ifndef CORE_ALERT_WORDS_H
#define CORE_ALERT_WORDS_H

#include "core/alert.h"
#include "lib/arena.h"
#include "lib/err.h"

/* Sets left, op and right of a rule; the rest is left alone.
 * fails   ERR_INPUT: the word that is not understood, and what it may be */
MUST_USE bool alert_condition_parse(const char *text, struct alert_rule *rule,
                                    struct err *err);

MUST_USE bool alert_term_parse(const char *word, struct alert_term *out,
                               struct err *err);

/* "90" or "90s", "15m", "4h", "2d", in seconds, 0 to ten years.
 * fails   ERR_INPUT */
MUST_USE bool alert_duration_parse(const char *word, int64_t *out,
                                   struct err *err);

/* The words that read back to the same: "close", "change_5", "crosses_above",
 * "rsi_14 above 70". */
const char *alert_term_name(struct arena *a, const struct alert_term *term);
const char *alert_op_name(enum alert_op op);
const char *alert_condition_name(struct arena *a,
                                 const struct alert_rule *rule);

/* A term for people: "close", "RSI 14", "change over 5 bars in percent". */
const char *alert_term_words(struct arena *a, const struct alert_term *term);

/* The whole rule for people: "RSI 14 above 70 on 3 bars in a row, until at or
 * below 65; at most once in 2 h". */
const char *alert_rule_words(struct arena *a, const struct alert_rule *rule);

#endif
