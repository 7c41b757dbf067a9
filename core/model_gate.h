/* The quality gate: is a candidate good enough to answer? Pure: numbers in,
 * scorecard and verdict out. docs/models.md tells a keeper the rules. */
#ifndef CORE_MODEL_GATE_H
#define CORE_MODEL_GATE_H

#include "core/model_fit.h"
#include "lib/buf.h"

/* The active version, as far as it can be compared. */
struct model_champion {
    int64_t version; /* 0: there is none */
    double r2;
    /* Its intercept and inputs are the candidate's: the numbers below hold. */
    bool comparable;
    double judged_rmse; /* on the hold-out: its fit before its own hold-out */
    double active_rmse; /* on the hold-out: its coefficients as they answer */
    int64_t seen;       /* hold-out rows that the judged fit has seen */
    /* On the rows up to its last: how many they are, and the root mean
     * square residuals of the candidate and of itself. */
    int64_t known_rows;
    double known_rmse, own_known_rmse;
    bool same_r2; /* its r2 is about the mean if the candidate's is */
};

struct model_candidate {
    const struct model_spec *spec;
    const struct fit *all;   /* of all rows: what would answer */
    const struct fit *train; /* of the rows before the hold-out */
    int64_t train_last_ts, holdout_first_ts, holdout_rows;
    double holdout_r2, holdout_rmse;
    double holdout_size;             /* root mean square of the target there */
    const struct model_folds *folds; /* NULL: none */
    int64_t left_out;                /* rows without a value, for a transform */
    struct model_champion champion;
};

struct model_verdict {
    bool passed;
    int n_failed;
    const char
        *scorecard;    /* JSON: [{"rule","value","limit","passed","words"}] */
    const char *words; /* the failed rules, as one sentence; NULL: none */
};

/* Judges by every rule; none is left out because another one failed. A rule
 * whose limit is null only reports. */
void model_gate_judge(struct arena *a, const struct model_candidate *c,
                      struct model_verdict *out);

#endif
