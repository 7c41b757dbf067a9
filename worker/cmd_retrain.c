/* quotemill retrain: a run with the retrain step only, so that it is on
 * record like every other. */
#include "worker/command.h"

#include <string.h>

static const char usage[] =
    "usage: quotemill retrain [--queue] [--json]\n\n"
    "Fits every enabled model on what is stored, judges each new version by\n"
    "its quality gate, and activates those that pass. A model for which there\n"
    "is nothing new stays as it is. The same as `quotemill run --step\n"
    "retrain`: it is a run, listed with the others.\n\n"
    "  --queue  only queue it, for `quotemill work` or `tick`\n"
    "  --json   print the result as JSON, as `quotemill run` does\n";

bool
cmd_retrain(struct command *c, struct err *err)
{
    if (command_help(c, usage))
        return true;
    bool queue = false, json = false;
    const struct command_option options[] = {
        {.name = "queue", .flag = &queue},
        {.name = "json", .flag = &json},
    };
    const char **words = command_room(c);
    size_t n_words;
    if (!command_options(c, options, COUNT_OF(options), words, &n_words, err))
        return false;
    if (n_words > 0)
        return command_usage(c, err, "what is \"%.40s\"? (see --help)",
                             words[0]);
    char **argv = arena_array(c->a, 6, sizeof(*argv));
    int n = 0;
    argv[n++] = c->argv[0];
    argv[n++] = arena_strdup(c->a, "--step");
    argv[n++] = arena_strdup(c->a, "retrain");
    if (queue)
        argv[n++] = arena_strdup(c->a, "--queue");
    if (json)
        argv[n++] = arena_strdup(c->a, "--json");
    c->argc = n;
    c->argv = argv;
    return cmd_run(c, err);
}
