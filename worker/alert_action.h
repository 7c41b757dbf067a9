/* quotemill alert WORD ...: a function for each word; argv[0] is "alert". Help
 * was given before. */
#ifndef WORKER_ALERT_ACTION_H
#define WORKER_ALERT_ACTION_H

#include "worker/command.h"

command_fn alert_action_replay; /* alert_replay.c */
command_fn alert_action_list;   /* alert_rules.c, as the rest */
command_fn alert_action_export;
command_fn alert_action_import;
command_fn alert_action_watch; /* alert_watch.c */

#endif
