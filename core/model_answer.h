/* What a model answered at a time gone by. What it answers now is in
 * core/model.h.
 *
 * "When" is the clock of the database, which activations are stamped by; it is
 * not the clock that data are judged by, where a test has set that (QM_NOW).
 */
#ifndef CORE_MODEL_ANSWER_H
#define CORE_MODEL_ANSWER_H

#include "core/model_list.h"
#include "lib/buf.h"

/* Which version answered at a time, and from when until when. */
struct model_answer {
    int64_t version; /* 0: none had been made active by then */
    int64_t fitted_at, rows;
    double r2, rmse;
    bool simulated;
    const char *since, *until; /* ISO times to the microsecond; until NULL:
                                * it answers still */
    const char *who, *why, *how;
    struct model_coefficient *coefficients;
    size_t n_coefficients;
};

/* as_of   an ISO time (date_parse_iso), UTC where it names no zone; its
 *         fraction of a second counts. One to come is answered as now
 * fails   ERR_MISSING: no such model; ERR_INPUT: as_of is no time */
MUST_USE bool model_answer_at(struct arena *a, struct db *db, const char *name,
                              const char *as_of, struct model_answer *out,
                              struct err *err);

/* /api/coefficients?as_of=, ready to send: as model_coefficients_json, with
 * "stale" and "stale_reason" null (that is not judged in hindsight), "as_of" as
 * it was given, "since" and "until" (null: it answers still).
 *
 * fails   as above; ERR_MISSING also when no version answered by then */
MUST_USE bool model_answer_json(struct arena *a, struct db *db,
                                const char *name, const char *as_of,
                                struct buf *out, struct err *err);

#endif
