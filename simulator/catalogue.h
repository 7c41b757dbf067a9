/* The list of simulated series: a CSV file, described in docs/simulator.md. */
#ifndef SIMULATOR_CATALOGUE_H
#define SIMULATOR_CATALOGUE_H

#include "simulator/market.h"
#include "simulator/source.h"

/* One line. A symbol that ends in '*' stands for all that begin so. */
struct catalogue_line {
    struct market_series series;
    struct source source; /* path as the catalogue says, "" for none */
    const char *asset;    /* what the generator makes; NULL: nothing */
};

struct catalogue {
    size_t n;
    struct catalogue_line *lines;
};

/* Reads a catalogue file. Not thread-safe (zones).
 * fails   ERR_MISSING: no such file; ERR_INPUT: a wrong line, which the text
 *         names */
MUST_USE bool catalogue_read(struct arena *a, const char *path,
                             struct catalogue *out, struct err *err);

/* "1m" to 60, "1h" to 3600, "1d" to 86400 and so on; 0 when it is none. */
int32_t catalogue_interval_s(const char *text);

#endif
