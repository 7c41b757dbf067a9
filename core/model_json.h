/* Models as programs read them: /api/v1/models. docs/api.md names the members.
 */
#ifndef CORE_MODEL_JSON_H
#define CORE_MODEL_JSON_H

#include "lib/buf.h"
#include "lib/db.h"

/* {"models": [...], "next": null, or the name to ask on after}; limit: at most
 * MODEL_LIST_MAX. */
MUST_USE bool model_json_list(struct arena *a, struct db *db, const char *after,
                              int limit, struct buf *out, struct err *err);

/* One model: what it is to be, what answers, and its versions below `before`
 * (0: from the newest on), at most `limit`, with "next", the edge of the page
 * after.
 * fails   ERR_MISSING */
MUST_USE bool model_json_one(struct arena *a, struct db *db, const char *name,
                             int64_t before, int limit, struct buf *out,
                             struct err *err);

#endif
