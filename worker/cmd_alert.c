/* quotemill alert: rules are tried on the past, listed, taken out and in. */
#include "worker/alert_action.h"

#include <string.h>

static const char HELP[] =
    "usage: quotemill alert replay S --when CONDITION [OPTION]...\n"
    "       quotemill alert list [--owner U] [--instrument S] [--phase P] "
    "[--json]\n"
    "       quotemill alert export [--owner U] [--instrument S]\n"
    "       quotemill alert import FILE [--owner U] [--replace] [--json]\n"
    "       quotemill alert watch [--once] [--json]\n\n"
    "replay  what a rule would have done over the stored bars of an\n"
    "        instrument; nothing is saved or sent\n\n"
    "  --when C       \"close above 100000\", \"rsi_14 > 70\", \"macd crosses "
    "above\n"
    "                 macd_signal\", \"change_5 below -7\" (percent over 5 "
    "bars),\n"
    "                 \"volume_spike_20 above 3\" (times the mean of 20 bars)\n"
    "  --for N        on so many bars in a row (1)\n"
    "  --clear X      resolved only at this level, beyond the threshold\n"
    "  --cooldown T   at most one firing in 90s, 15m, 4h, 2d\n"
    "  --no-data T    tell when no bar comes for so long\n"
    "  --once         one firing, then never again\n"
    "  --interval I   1m, 5m, 15m, 1h, 4h or 1d; default: the instrument's "
    "own\n"
    "  --from D, --to D   bars of this span; default: all that are stored\n"
    "  --json         one JSON document\n\n"
    "list    all rules and how they stand, newest first\n"
    "export  rules as JSON, as import and the console take them\n"
    "import  adds the rules of a file (-: standard input), all or none; what\n"
    "        has the name of a rule that is there is skipped\n\n"
    "  --owner U      whose; - is the installation's own. import: whose they\n"
    "                 are to be; default: the installation's\n"
    "  --instrument S of this instrument\n"
    "  --phase P      active, no_data, pending, ok, done, fault or off\n"
    "  --replace      replace rules of the same name\n\n"
    "watch   evaluates the rules on what comes and sends what is to be told,\n"
    "        until SIGTERM; `quotemill work` starts it\n\n"
    "  --once         what is due now, and exit\n"
    "  --json         with --once: counts as one JSON document\n";

static const struct {
    const char *word;
    command_fn *run;
} actions[] = {
    {"replay", alert_action_replay}, {"list", alert_action_list},
    {"export", alert_action_export}, {"import", alert_action_import},
    {"watch", alert_action_watch},
};

bool
cmd_alert(struct command *c, struct err *err)
{
    if (command_help(c, HELP))
        return true;
    for (size_t i = 0; c->argc > 1 && i < COUNT_OF(actions); i++)
        if (strcmp(c->argv[1], actions[i].word) == 0)
            return actions[i].run(c, err);
    return command_usage(
        c, err,
        "what to do? replay, list, export, import or watch (see "
        "--help)");
}
