/* Is each instrument's newest bar as new as its calendar lets it be? The
 * calendars themselves are core/calendar.h's. */
#ifndef CORE_SOURCE_H
#define CORE_SOURCE_H

#include "lib/db.h"

enum { SOURCE_MAX = 500 };

struct source {
    const char *symbol, *title, *kind, *calendar_title;
    const char *currency; /* "" for a plain number */
    int32_t interval_s;
    int64_t last_ts;   /* opening time of the newest bar; 0: none */
    double close;      /* its closing value; NaN: none */
    const char *state; /* fresh, closed, late, stale, none (no bar yet) */
    const char *words; /* why, in one line */
    int64_t due_ts;    /* late, stale: when the first missing bar was due */
};

/* Active instruments by symbol, after this one ("" for the first), at most
 * `limit`, judged by now_ts. */
MUST_USE bool source_list(struct arena *a, struct db *db, const char *after,
                          int limit, int64_t now_ts, struct source **out,
                          size_t *n, struct err *err);

/* The same in two halves, for pages that ask for more in one round trip. */
struct db_call source_call(struct arena *a, const char *after, int limit);
void source_read(struct arena *a, const struct db_rows *rows, int64_t now_ts,
                 struct source **out, size_t *n);

/* True when some stored rows came from the simulator. */
MUST_USE bool source_simulated(struct db *db, bool *simulated, struct err *err);

/* late, stale or none: data that should be there is not. */
bool source_is_behind(const struct source *f);

#endif
