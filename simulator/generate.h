/* Made-up markets: plausible, seeded, and the same whenever they are asked.
 *
 * A bar follows from the seed, the asset and its day alone, never from the
 * clock. Markets that close have no bars on weekends and on their holidays, so
 * what is made up keeps to the calendars that a new installation has. Daily
 * closes are geometric random walks that are drawn back to a slowly rising
 * level. MSTR has a truth behind it: its close is what a walking mNAV, the
 * made-up bitcoin close and the balance sheet of the day make of it, and the
 * treasury's figures are those. Minutes are a bridge from the day's open to its
 * close that touches its high and its low, so longer intervals made of minutes
 * agree with the day's bar.
 */
#ifndef SIMULATOR_GENERATE_H
#define SIMULATOR_GENERATE_H

#include "core/holiday.h"
#include "simulator/rows.h"

enum generate_calendar { GENERATE_EVERY_DAY, GENERATE_WEEKDAYS };

enum generate_kind { GENERATE_WALK, GENERATE_MSTR, GENERATE_TREASURY };

struct generate_asset {
    const char *name; /* seeds the walk: two listings of one asset agree */
    enum generate_kind kind;
    enum rows_shape shape;
    enum generate_calendar calendar;
    enum holiday_rule holidays; /* weekdays without a bar */
    double level;               /* price on the first day */
    double growth; /* log growth that the level nears in the long run */
    double sigma;  /* standard deviation of a day's log return */
    double pull;   /* share of the way back to the level in a day */
    double volume; /* typical; 0: the series has none */
    int decimals;  /* of prices */
    bool has_minutes;
};

/* First and last generated day, as 00:00 UTC. */
int64_t generate_first_ts(void); /* 2020-08-11 */
int64_t generate_last_ts(void);  /* 2040-12-31 */

/* All days of an asset, oldest first. */
struct rows generate_days(struct arena *a, uint64_t seed,
                          const struct generate_asset *asset);

/* The 1,440 minute bars of the day that days->ts[row] is. */
struct rows generate_minutes(struct arena *a, uint64_t seed,
                             const struct generate_asset *asset,
                             const struct rows *days, size_t row);

/* An asset by name; NULL when there is none. SIM and SIM24 are meant to be
 * copied under other names, for any number of made-up symbols. */
const struct generate_asset *generate_find(const char *name);

#endif
