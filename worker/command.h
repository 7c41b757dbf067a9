/* Commands of bin/quotemill: one file worker/cmd_noun.c each, one line in
 * worker/commands.def:   COMMAND(run, "run", "run the pipeline now")
 * names `bool cmd_run(...)`, its word and its help line. */
#ifndef WORKER_COMMAND_H
#define WORKER_COMMAND_H

#include "lib/arena.h"
#include "lib/db.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_PARTIAL = 3
};

struct command {
    struct arena *a; /* for the whole command */
    int argc;        /* argv[0] is the command's word */
    char **argv;
    int64_t now_ts;         /* when the command began */
    int64_t (*clock)(void); /* the same clock, for commands that go on */
    int exit_code;          /* set by the command; EXIT_DONE to begin with */
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
#define command_usage(...) err_false(command_usage(__VA_ARGS__))

/* True when --help or -h is among the arguments; then text was printed. */
bool command_help(const struct command *c, const char *text);

/* One option of a command:  --name VALUE, --name=VALUE, or --name alone. */
struct command_option {
    const char *name;    /* without the dashes */
    const char **value;  /* takes a value, once; or NULL */
    bool *flag;          /* takes none; or NULL */
    const char **values; /* takes a value, any number of times; or NULL */
    size_t *n;           /* of values; room for argc of them */
};

/* Reads options; what is left are words, in order. `--` ends the options.
 * fails   as command_usage: unknown option, missing value, given twice */
MUST_USE bool command_options(struct command *c,
                              const struct command_option *options, size_t n,
                              const char **words, size_t *n_words,
                              struct err *err);

/* The time of an option: a day (YYYY-MM-DD) stands for its first second, or
 * its last one; else ISO 8601. NULL leaves *ts as it is.
 * fails   as command_usage */
MUST_USE bool command_time(struct command *c, const char *option,
                           const char *text, bool last_second, int64_t *ts,
                           struct err *err);

/* Room for the values of an option that may be repeated. */
const char **command_room(struct command *c);

/* The worker's connection, closed with c->a. */
MUST_USE bool command_db(struct command *c, struct db **db, struct err *err);

/* Who calls, for audit and runs: "cli:root". */
const char *command_who(struct command *c);

#endif
