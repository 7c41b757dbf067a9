/* Models: retraining under a quality gate, activation, the answer of
 * /api/coefficients. docs/models.md explains all of it to a keeper.
 *
 * A model explains its target (MSTR's close) by inputs (closes, indicators,
 * features) of the same time or earlier. Each retraining that finds new data
 * makes a version, with its scorecard; at most one version is active and
 * answers. Versions are never changed afterwards but for their state: active,
 * retired, refused, shadow (watched before it may answer).
 */
#ifndef CORE_MODEL_H
#define CORE_MODEL_H

#include "lib/buf.h"
#include "lib/db.h"

/* What a retrain did. */
enum model_outcome {
    MODEL_UNCHANGED, /* nothing new to learn from; nothing written */
    MODEL_ACTIVATED,
    MODEL_REFUSED,  /* the gate said no; version and scorecard are stored */
    MODEL_SHADOW,   /* it passed the gate and is watched before it answers */
    MODEL_RETURNED, /* the former version answers again */
};

struct model_result {
    enum model_outcome outcome;
    int64_t version;   /* its number; 0 when unchanged */
    const char *words; /* one sentence for the step and the log */
};

/* Names of the enabled models, in order. */
MUST_USE bool model_names(struct arena *a, struct db *db,
                          const char *const **names, size_t *n,
                          struct err *err);

/* Looks at live errors first: a version in shadow whose time is over is
 * promoted or refused, or the former version is made active again
 * (core/model_watch.h); then nothing is fitted this time. Nor while a version
 * is in shadow. Else fits model `name` on its rows, judges it, stores the
 * verdict and activates it (or sends it into shadow) when every rule passes;
 * all in one transaction (or the caller's), one retrain of a model at a time.
 *
 * run_id  the run it belongs to, 0 for none; who, for the activation
 * out     unchanged also while there is no version yet and there are too few
 *         rows to fit: the words say what is waited for
 * fails   ERR_MISSING: no such model; ERR_INPUT: rows that used to be there
 *         are gone, or the inputs cannot be solved (condition in the text)
 */
MUST_USE bool model_retrain(struct arena *a, struct db *db, const char *name,
                            int64_t run_id, const char *who, int64_t now_ts,
                            struct model_result *out, struct err *err);

/* Makes a stored version the active one (roll back or forward), audited. */
struct model_choice {
    const char *name;
    int64_t version;
    const char *who, *why; /* why: may be "" but for a refused version */
    const char *address;   /* the client's, for the audit log; "" for none */
    bool even_refused;     /* take a version that the gate refused */
};
/* fails   ERR_MISSING: no such model or version; ERR_CONFLICT: it is active
 *         already; ERR_INPUT: it was refused and even_refused is not set or
 *         why is empty
 */
MUST_USE bool model_activate(struct db *db, const struct model_choice *choice,
                             struct err *err);

/* Whether the data behind the active version is older than it should be: a
 * session of the target's and all inputs' calendars is overdue (later than
 * late_after + stale_after) and not among its rows, or the last run that
 * should have retrained it failed.
 *
 * since_ts  the newest session that should be behind it and is not; 0 when the
 *           reason is another
 * words     NULL: not stale; else why, as one sentence
 * fails     ERR_MISSING: no such model, or no active version yet
 */
struct model_freshness {
    bool stale;
    int64_t last_ts, since_ts;
    const char *words;
};
MUST_USE bool model_freshness(struct arena *a, struct db *db, const char *name,
                              int64_t now_ts, struct model_freshness *out,
                              struct err *err);

/* /api/coefficients, ready to send: {"coefficients": {name: value},
 * "last_updated", "stale", "stale_reason" (null or a sentence), "model":
 * {"name", "version", "rows", "r2", "rmse"}, "simulated"}; stale as above.
 *
 * fails   ERR_MISSING: no such model, or no active version yet */
MUST_USE bool model_coefficients_json(struct arena *a, struct db *db,
                                      const char *name, int64_t now_ts,
                                      struct buf *out, struct err *err);

#endif
