/* What another provider says of stored bars (table bar_check), the newest word
 * only, and the doubts that come of it (rule agreement). Who asks another
 * provider: worker/fetch_check.c; what quality makes of it: core/quality.h. */
#ifndef CORE_BAR_CHECK_H
#define CORE_BAR_CHECK_H

#include "core/series.h"
#include "lib/db.h"

struct bar_check {
    int64_t load_id, instrument_id; /* the load of kind check */
    int32_t interval_s;
    const char *provider;
    double frac; /* that closes may differ by, of the other's; NaN: by any */
};

struct bar_check_count {
    int64_t n_compared; /* rows of whose time a bar is stored */
    int64_t n_doubted;  /* of these, too far away */
};

/* Keeps what the provider says of the bars that are stored and that it did not
 * bring itself, and doubts those that it does not agree with: the bar stays,
 * and waits in the quarantine under the check's load. Rows that cannot be bars
 * are passed over. In the caller's transaction, in which the instrument is
 * locked (core/bar.h) until its end.
 *
 * rows    n, in any order */
MUST_USE bool bar_check_store(struct db *db, const struct bar_check *check,
                              const struct series_row *rows, size_t n,
                              struct bar_check_count *count, struct err *err);

#endif
