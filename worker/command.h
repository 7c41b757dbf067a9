/* Commands of bin/quotemill: one file worker/cmd_noun.c each, one line in
 * worker/commands.def:   COMMAND(run, "run", "run the pipeline now")
 * names `bool cmd_run(...)`, its word and its help line. */
#ifndef WORKER_COMMAND_H
#define WORKER_COMMAND_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_PARTIAL = 3 };

struct command {
    struct arena *a;  /* for the whole command */
    int argc;         /* argv[0] is the command's word */
    char **argv;
    int64_t now_ts;
    int exit_code;    /* set by the command; EXIT_DONE to begin with */
};

/* A command prints its results on stdout. On false, main prints the error on
 * stderr as "quotemill WORD: text" and exits with EXIT_USAGE for ERR_INPUT
 * raised while options are read (command_usage), else EXIT_FAILED. --help is
 * handled by each command through its own usage text, exit 0. */
typedef bool command_fn(struct command *c, struct err *err);

#define COMMAND(name, word, help) command_fn cmd_##name;
#include "worker/commands.def"
#undef COMMAND

/* Wrong usage: sets err and the exit code; returns false. */
bool command_usage(struct command *c, struct err *err, const char *fmt, ...)
    PRINTF_FMT(3, 4);

/* True when --help or -h is among the arguments; then text was printed. */
bool command_help(const struct command *c, const char *text);

#endif
