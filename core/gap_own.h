/* What core/gap*.c and core/coverage.c share; nobody else includes this.
 *
 * First counting, then looking: stretches that have all their bars are found
 * by counting, which costs a fifth of comparing neighbours; only the others
 * are looked at bar by bar.
 */
#ifndef CORE_GAP_OWN_H
#define CORE_GAP_OWN_H

#include "core/calendar_bars.h"
#include "core/gap.h"

/* Longer intervals have so few bars that counting them gains nothing; and
 * theirs may lie on one grid or the other. */
enum { GAP_COUNTED_S = 900 };

/* An instrument at one interval, and what is expected of it. */
struct gap_series {
    int64_t instrument_id;
    const char *symbol, *title;
    int32_t interval_s; /* 0: no bars, and nothing below is set */
    int64_t first_ts, last_ts;
    const struct calendar *calendar;
    int64_t from_ts, to_ts; /* what is expected; from after to: nothing */
    const struct calendar_bars *bars;
};

/* The series of a filter by symbol and interval: of up to n_instruments after
 * the symbol `after`. n_found counts instruments. */
MUST_USE bool gap_series_list(struct arena *a, struct db *db,
                              const struct gap_filter *filter,
                              const char *after, int n_instruments,
                              int64_t now_ts, struct gap_series **out,
                              size_t *n, size_t *n_found, struct err *err);

/* A stretch of time in which bars are missing, or may be. */
struct gap_stretch {
    size_t series;
    int64_t from_ts, to_ts;
    int64_t missing; /* bars; -1: not counted */
};

/* Of series up to GAP_COUNTED_S each day (UTC) that lacks some; of others all
 * their time. In order. */
MUST_USE bool gap_stretches(struct arena *a, struct db *db,
                            const struct gap_series *series, size_t n,
                            struct gap_stretch **out, size_t *n_out,
                            struct err *err);

/* The gaps in stretches, in order. */
MUST_USE bool gap_find(struct arena *a, struct db *db,
                       const struct gap_series *series,
                       const struct gap_stretch *stretches, size_t n,
                       size_t limit, struct gap **out, size_t *n_out,
                       bool *is_more, struct err *err);

#endif
