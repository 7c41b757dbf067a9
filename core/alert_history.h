/* Replay of a rule over stored bars: what it would have done, before anybody
 * saves it. */
#ifndef CORE_ALERT_HISTORY_H
#define CORE_ALERT_HISTORY_H

#include "core/alert_replay.h"
#include "core/series_page.h"
#include "lib/buf.h"

/* Replays the rule over the bars that are asked for (instrument, interval,
 * span, as_of; the rest of ask is not looked at) and that are over: a bar that
 * may still grow is left out, as it pages nobody either. Read once, in constant
 * memory.
 *
 * rule  passes alert_rule_check; its interval is that of the bars */
MUST_USE bool alert_history_replay(struct arena *a, struct db *db,
                                   const struct series_page_ask *ask,
                                   const struct alert_rule *rule,
                                   struct alert_replay_summary *out,
                                   struct err *err);

/* The same, with the values of the terms for a picture. */
struct alert_history_values {
    struct alert_points left, right; /* right is empty where it is a number */
};
MUST_USE bool alert_history_draw(struct arena *a, struct db *db,
                                 const struct series_page_ask *ask,
                                 const struct alert_rule *rule,
                                 struct alert_replay_summary *out,
                                 struct alert_history_values *values,
                                 struct err *err);

/* What it found, for programs (docs/alerts.md): the answer of the API and of
 * the command. */
void alert_history_json(struct arena *a, struct buf *out,
                        const struct series_page_ask *ask,
                        const struct alert_rule *rule,
                        const struct alert_replay_summary *sum);

#endif
