/* Replay of a rule over stored bars: what it would have done, before anybody
 * saves it. */
#ifndef CORE_ALERT_HISTORY_H
#define CORE_ALERT_HISTORY_H

#include "core/alert_replay.h"
#include "lib/db.h"

/* Replays the rule over the bars of an instrument that open in
 * [from_ts, to_ts] and are over: a built bar that may still grow is left out,
 * as it pages nobody either. Read once, in constant memory, from the saved
 * state before the first one (core/mill.h), so what was touched and is not
 * milled yet should be milled before.
 *
 * rule  passes alert_rule_check; its interval is that of the bars */
MUST_USE bool alert_history_replay(struct arena *a, struct db *db,
                                   int64_t instrument_id,
                                   const struct alert_rule *rule,
                                   int64_t from_ts, int64_t to_ts,
                                   struct alert_replay_summary *out,
                                   struct err *err);

#endif
