/* Defining models: what a keeper says of a new one, checked and stored. */
#ifndef CORE_MODEL_DEFINE_H
#define CORE_MODEL_DEFINE_H

#include "lib/db.h"

#include <stdint.h>

/* Numbers of a model, as text; NULL: the default. */
enum model_number {
    MODEL_MIN_ROWS,
    MODEL_HOLDOUT,
    MODEL_MIN_R2,
    MODEL_MARGIN,
    MODEL_FOLDS,
    MODEL_FOLD_SPREAD, /* "none": not judged */
    MODEL_SHADOW_ROWS,
    MODEL_SHADOW_MARGIN,
    MODEL_LIVE_ROWS,
    MODEL_LIVE_BAND, /* "none": no automatic return */
    MODEL_NUMBERS,
};

struct model_define {
    const char *name, *title; /* title NULL: made of target and inputs */
    /* SYMBOL[:FIELD][:TRANSFORM], the field one of the bar's */
    const char *target;
    /* [NAME=]SYMBOL[:FIELD][:TRANSFORM][:lagN], what follows the symbol in any
     * order; FIELD also an indicator or feature. Default: close, none, lag0,
     * and a name made of them. */
    const char *const *inputs;
    size_t n_inputs;
    int64_t interval_s;
    bool no_intercept, rolling;
    const char *method, *lambda; /* NULL: ols */
    const char *window;          /* "all" or NULL, "500" rows, "365d" days */
    const char *numbers[MODEL_NUMBERS];
};

enum { MODEL_INPUTS_MAX = 100 };

/* Adds the model, enabled, audited, in one transaction; the next retrain fits
 * it.
 * fails   ERR_INPUT: what is wrong with which word; ERR_MISSING: no such
 *         instrument (nearest suggested); ERR_CONFLICT: the name is taken */
MUST_USE bool model_define(struct db *db, const struct model_define *what,
                           const char *who, struct err *err);

/* A disabled model is not fitted; its active version goes on answering.
 * fails   ERR_MISSING; ERR_CONFLICT: it is so already */
MUST_USE bool model_enable(struct db *db, const char *name, bool enable,
                           const char *who, struct err *err);

/* Takes a model away with its versions and their errors; the audit log keeps
 * that there was one.
 * fails   ERR_MISSING; ERR_CONFLICT: a version of it has answered and
 *         even_answered is not set */
MUST_USE bool model_remove(struct db *db, const char *name, bool even_answered,
                           const char *who, struct err *err);

#endif
