/* What a keeper has said about a model: its row in model and model_input.
 *
 * A training row is of one time T: the target and every input have a bar of
 * the model's interval at T. An input is a value of its instrument's bars,
 * transformed, `lag` of that instrument's own bars back from T; nothing later
 * than T is ever looked at.
 */
#ifndef CORE_MODEL_SPEC_H
#define CORE_MODEL_SPEC_H

#include "core/fit.h"
#include "core/model_field.h"
#include "lib/db.h"

#include <stdint.h>

/* Target and inputs alike. */
struct model_input {
    const char *name;   /* of the coefficient; the target's is its field's */
    const char *symbol; /* of the instrument */
    int64_t instrument_id;
    struct model_field field;
    enum model_transform transform;
    int lag; /* 0 of the target */
};

struct model_spec {
    int64_t id;
    const char *name;
    int64_t interval_s;
    bool intercept;
    struct model_input target;
    int n_inputs; /* 1 or more */
    const struct model_input *inputs;
    enum fit_method method;
    double lambda;       /* ridge's */
    int64_t window_rows; /* 0: not by rows */
    int64_t window_days; /* 0: not by days */
    int64_t min_rows;
    double holdout_frac;
    double min_r2, rmse_margin_frac, max_unexplained_ratio, max_known_ratio,
        max_condition, max_abs_coefficient;
    int folds;
    bool rolling;
    double max_fold_spread; /* NaN: not judged */
    int64_t shadow_rows;
    double shadow_margin_frac;
    int64_t live_rows;
    double live_band; /* NaN: no automatic return */
    /* What a row is made of, as text: model_version.rows_key. */
    const char *rows_key;
};

/* fails   ERR_MISSING: no such model; ERR_INPUT: it has no inputs, or one
 *         whose field there is no such thing as */
MUST_USE bool model_spec_get(struct arena *a, struct db *db, const char *name,
                             struct model_spec *out, struct err *err);

/* Coefficients, the intercept among them, and the name of the i-th. */
int model_n_coefficients(const struct model_spec *spec);
const char *model_coefficient_name(const struct model_spec *spec, int i);

/* The i-th input; the target behind them. */
const struct model_input *model_input_at(const struct model_spec *spec, int i);
/* "close of X", "log of rsi_14 of X, 2 bars back". */
const char *model_input_words(struct arena *a, const struct model_input *in);
/* Bars before its own that a value needs. */
int model_input_reach(const struct model_input *in);
/* An input that says what the target's bar says: it is (part of) the target. */
bool model_input_is_target(const struct model_spec *spec,
                           const struct model_input *in);
/* How it is fitted: {"method", "lambda", "window_rows", "window_days"}. */
const char *model_spec_json(struct arena *a, const struct model_spec *spec);

const char *model_rows_key(struct arena *a, const struct model_spec *spec);
/* Whether the rows are closes as they are: the only ones before there was a
 * choice, when versions had no rows_key. */
bool model_rows_are_plain(const struct model_spec *spec);
/* And nothing else is chosen either. */
bool model_spec_is_plain(const struct model_spec *spec);

/* Waits for the model's lock, held until the transaction ends: retrainings
 * and activations of one model happen one after the other. */
MUST_USE bool model_lock(struct db *db, const char *name, struct err *err);

#endif
