/* Models: specs, versions, the quality gate, activation. */
#ifndef CORE_MODEL_H
#define CORE_MODEL_H

#include "lib/buf.h"
#include "lib/db.h"

/* What a retrain did. */
enum model_outcome {
    MODEL_UNCHANGED, /* nothing new to learn from; nothing written */
    MODEL_ACTIVATED,
    MODEL_REFUSED,   /* the gate said no; version and scorecard are stored */
};

struct model_result {
    enum model_outcome outcome;
    int64_t version;      /* the new version's number; 0 when unchanged */
    const char *words;    /* one sentence for the step and the log */
};

/* Fits model `name` on all stored rows, judges it, stores the verdict and
 * activates it when every rule passes. One transaction for what is written.
 *
 * run_id  the run it belongs to, 0 for none; who, for the activation
 * fails   ERR_MISSING: no such model; ERR_INPUT: too few rows to fit at all,
 *         or inputs that cannot be solved (condition in the text)
 */
MUST_USE bool model_retrain(struct arena *a, struct db *db, const char *name,
                            int64_t run_id, const char *who, int64_t now_ts,
                            struct model_result *out, struct err *err);

/* Makes a stored version the active one (roll back or forward), audited.
 * fails   ERR_MISSING; ERR_CONFLICT: it is active already */
MUST_USE bool model_activate(struct db *db, const char *name, int64_t version,
                             const char *who, const char *why,
                             const char *address, struct err *err);

/* /api/coefficients, ready to send. stale is judged by now_ts.
 * fails   ERR_MISSING: no active version yet */
MUST_USE bool model_coefficients_json(struct arena *a, struct db *db,
                                      const char *name, int64_t now_ts,
                                      struct buf *out, struct err *err);

#endif
