/* Models as the pages show them. Fitting, judging and activating are in
 * core/model.h. Absent texts are NULL, absent times and versions 0, absent
 * numbers NaN. */
#ifndef CORE_MODEL_LIST_H
#define CORE_MODEL_LIST_H

#include "lib/db.h"

struct model_item {
    const char *name, *title, *target;
    const char *unit;        /* of the target: "USD" */
    int64_t active;          /* version */
    int64_t fitted_at, rows; /* of the active one, as all that follow */
    double r2, rmse, holdout_rmse;
    int64_t newest; /* version */
    const char *newest_state;
};

/* By name, at most 100. */
MUST_USE bool model_list(struct arena *a, struct db *db,
                         struct model_item **out, size_t *n, struct err *err);

/* The same from the rows of SQL_model_list_all. */
void model_list_read(struct arena *a, const struct db_rows *rows,
                     struct model_item **out, size_t *n);

struct model_coefficient {
    const char *name;
    double value, std_error;
};

/* A rule of the gate and what it said. */
struct model_rule {
    const char *name, *words;
    double value, limit;
    bool passed;
};

struct model_version {
    int64_t version, run_id, fitted_at, rows, first_ts, last_ts, holdout_rows;
    const char *state; /* active, retired, refused */
    double r2, rmse, condition, holdout_r2, holdout_rmse, champion_rmse;
    struct model_rule *rules;
    size_t n_rules;
    int64_t activated_at; /* last time */
    const char *who, *why;
};

enum { MODEL_VERSIONS_MAX = 15 };

struct model_page {
    const char *name, *title, *target, *unit;
    const char *inputs; /* "btc_price (BTC-USD), mnav (MNAV)" */
    int64_t min_rows;
    struct model_version *versions; /* newest first, with the active one */
    size_t n_versions;
    const struct model_version *active, *newest; /* NULL: none */
    struct model_coefficient *coefficients;      /* of the active version */
    size_t n_coefficients;
};

/* Coefficients of one version, the intercept first; none when there is no such
 * version. */
MUST_USE bool model_list_version(struct arena *a, struct db *db,
                                 const char *name, int64_t version,
                                 struct model_coefficient **out, size_t *n,
                                 struct err *err);

/* fails   ERR_MISSING: no such model */
MUST_USE bool model_list_get(struct arena *a, struct db *db, const char *name,
                             struct model_page *out, struct err *err);

#endif
