/* What ran, what runs next, how fresh the data is, which model answers: the
 * same words for GET /api/v1/status and `quotemill status --json`. */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include "lib/buf.h"
#include "lib/db.h"

/* now_ts judges the data, real_ts is the wall clock. */
MUST_USE bool status_json(struct arena *a, struct db *db, int64_t now_ts,
                          int64_t real_ts, struct buf *out, struct err *err);

#endif
