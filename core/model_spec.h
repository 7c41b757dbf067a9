/* What a keeper has said about a model: its row in model and model_input. */
#ifndef CORE_MODEL_SPEC_H
#define CORE_MODEL_SPEC_H

#include "lib/db.h"

#include <stdint.h>

struct model_input {
    const char *name;   /* of the coefficient */
    const char *symbol; /* of the instrument */
    int64_t instrument_id;
};

struct model_spec {
    int64_t id;
    const char *name, *target_symbol;
    int64_t target_id, interval_s;
    bool intercept;
    int n_inputs; /* 1 or more */
    const struct model_input *inputs;
    int64_t min_rows;
    double holdout_frac;
    double min_r2, rmse_margin_frac, max_unexplained_ratio, max_known_ratio,
        max_condition, max_abs_coefficient;
};

/* fails   ERR_MISSING: no such model; ERR_INPUT: it has no inputs */
MUST_USE bool model_spec_get(struct arena *a, struct db *db, const char *name,
                             struct model_spec *out, struct err *err);

/* Coefficients, the intercept among them, and the name of the i-th. */
int model_n_coefficients(const struct model_spec *spec);
const char *model_coefficient_name(const struct model_spec *spec, int i);

/* Waits for the model's lock, held until the transaction ends: retrainings
 * and activations of one model happen one after the other. */
MUST_USE bool model_lock(struct db *db, const char *name, struct err *err);

#endif
