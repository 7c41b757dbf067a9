/* What core/upload.c and core/upload_job.c share: how a check or store ends. */
#ifndef CORE_UPLOAD_SETTLE_H
#define CORE_UPLOAD_SETTLE_H

#include "core/import.h"

/* Keeps what was found: state, counts, refusals; for "stored" also queues the
 * run that mills and retrains. Joins the caller's transaction.
 *
 * m    NULL: the mapping is kept as it is */
MUST_USE bool upload_settle(struct db *db, int64_t id, const char *state,
                            const struct mapping *m,
                            const struct import_result *r, const char *who,
                            struct err *err);

/* Queues a run that mills and retrains, for those of the instruments that are
 * active; *run_id 0 when there is none. symbols   text[] literal */
MUST_USE bool upload_retrain(struct db *db, const char *symbols,
                             const char *reason, const char *who,
                             int64_t *run_id, struct err *err);

/* The instruments that a mapping names, each once, as a text[] literal. */
const char *upload_mapping_symbols(struct arena *a, const struct mapping *m);

#endif
