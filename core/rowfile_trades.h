/* Single trades built into bars, in constant memory. Part of core/rowfile.h.
 *
 * A bar opens with its earliest trade and closes with its latest; of trades of
 * one time the id decides, without ids the order of the file. Trades may be
 * out of order by as much as a window of bars is wide.
 */
#ifndef CORE_ROWFILE_TRADES_H
#define CORE_ROWFILE_TRADES_H

#include "core/series.h"

#include <stdbool.h>

struct rowfile_trades;

struct rowfile_trade {
    int64_t ts;
    int32_t fraction_us;
    int64_t id; /* 0: none */
    double price, amount;
    int64_t line;
};

struct rowfile_trades *rowfile_trades_new(struct arena *a, int32_t interval_s);

/* false: the trade's bar is finished already. */
MUST_USE bool rowfile_trades_add(struct rowfile_trades *t,
                                 const struct rowfile_trade *trade);

/* The next finished bar; false: there is none yet. `flush` finishes all. */
MUST_USE bool rowfile_trades_take(struct rowfile_trades *t, bool flush,
                                  struct series_row *row, int64_t *line);

#endif
