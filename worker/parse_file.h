/* quotemill parse --file-format: what a file of prices is taken for, and its
 * rows, without a database. */
#ifndef WORKER_PARSE_FILE_H
#define WORKER_PARSE_FILE_H

#include "worker/command.h"

struct parse_file {
    const char *path;
    const char *const *answers; /* as recognise_input has them */
    size_t n_answers;
    const char *const *symbols;
    size_t n_symbols;
    bool json;
};

/* Prints to standard output; sets the exit status.
 * fails   ERR_MISSING, ERR_INPUT: as recognise and rowfile */
MUST_USE bool parse_file(struct command *c, const struct parse_file *what,
                         struct err *err);

#endif
