/* Models as the pages show them. Fitting, judging and activating are in
 * core/model.h. Absent texts are NULL, absent times and versions 0, absent
 * numbers NaN. */
#ifndef CORE_MODEL_LIST_H
#define CORE_MODEL_LIST_H

#include "lib/db.h"

/* How far the active version is off on rows that came after its fit, and the
 * most that is put up with before the former one answers again. */
struct model_live {
    int64_t wanted; /* rows that are judged together: the newest so many */
    int64_t seen;   /* of them, those that are there */
    double rmse;    /* over those */
    double limit;   /* of rmse; NaN: none is set, or nothing to measure by */
};

enum model_live_state {
    MODEL_LIVE_NONE, /* no live row yet */
    MODEL_LIVE_FEW,  /* fewer than are judged together */
    MODEL_LIVE_FREE, /* no limit */
    MODEL_LIVE_INSIDE,
    MODEL_LIVE_OUTSIDE,
};
enum model_live_state model_live_state(const struct model_live *live);

struct model_item {
    const char *name, *title, *target;
    const char *unit; /* of errors: "USD"; may be "" */
    const char *method;
    bool enabled;
    int64_t active;          /* version */
    int64_t since;           /* when it was made active, by the wall clock */
    int64_t fitted_at, rows; /* of the active one, as all that follow */
    double r2, rmse, holdout_rmse;
    struct model_live live;
    int64_t newest; /* version */
    const char *newest_state;
    bool newest_returned; /* the former one answers again in its place */
    int64_t shadow;       /* version that is watched before it may answer */
    int64_t shadow_rows, shadow_seen; /* for so many rows; so many seen */
};

enum { MODEL_LIST_MAX = 100 };

/* By name, at most MODEL_LIST_MAX. */
MUST_USE bool model_list(struct arena *a, struct db *db,
                         struct model_item **out, size_t *n, struct err *err);

/* Those whose names come after one, at most `limit`. */
MUST_USE bool model_list_after(struct arena *a, struct db *db,
                               const char *after, int limit,
                               struct model_item **out, size_t *n,
                               struct err *err);

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
    int64_t version, run_id, fitted_at, rows, rows_left_out, first_ts, last_ts,
        holdout_ts, holdout_rows;
    const char *state; /* active, retired, refused, shadow */
    double r2, rmse, condition, holdout_r2, holdout_rmse, champion_rmse;
    struct model_rule *rules;
    size_t n_rules;
    const char *scorecard;    /* the rules as JSON */
    const char *spec;         /* how it was fitted, as JSON */
    const char *coefficients; /* {name: value} as JSON, the intercept first */
    int64_t shadow_rows;      /* that it is watched for as a shadow */
    int64_t returned_at;      /* its live error left the band */
    int64_t activated_at;     /* last time, by the wall clock */
    const char *who, *why;
    const char *how; /* retrained, promoted, returned, chosen */
    bool in_page;    /* of the versions; others are active, shadow, newest */
};

enum { MODEL_VERSIONS_MAX = 15, MODEL_ERRORS_MAX = 400 };

struct model_page_input {
    const char *name, *symbol, *field, *transform;
    int64_t lag;
};

/* A fold of walk-forward validation. */
struct model_fold_item {
    int64_t fold, train_rows, train_first_ts, train_last_ts, rows, first_ts,
        last_ts;
    double rmse, r2; /* NaN: there is no fit before it */
};

/* Live rows of one version, oldest first. */
struct model_errors {
    size_t n;
    double *ts, *predicted, *actual;
};

struct model_page {
    /* what it is to be */
    const char *name, *title, *target, *target_field, *target_transform, *unit;
    const char *inputs; /* "btc_price (BTC-USD), mnav (MNAV)" */
    const struct model_page_input *input;
    size_t n_inputs;
    int64_t interval_s;
    bool enabled, intercept;
    const char *method, *fold_window;
    double lambda;                    /* of ridge */
    int64_t window_rows, window_days; /* 0: all rows */
    int64_t min_rows, folds, shadow_rows;
    double holdout_frac, min_r2, rmse_margin_frac, max_unexplained_ratio,
        max_known_ratio, max_condition, max_abs_coefficient, max_fold_spread,
        shadow_margin_frac;
    double live_band; /* NaN: the former version never returns by itself */
    /* what became of it */
    struct model_version *versions; /* newest first */
    size_t n_versions;
    bool is_older; /* versions below those of the page */
    const struct model_version *active, *newest, *shadow; /* NULL: none */
    struct model_coefficient *coefficients; /* of the active version */
    size_t n_coefficients;
    struct model_fold_item *folds_of_newest;
    size_t n_folds;
    struct model_live live; /* of the active version */
    struct model_errors active_errors, shadow_errors;
    int64_t shadow_seen; /* live rows of the shadow */
};

/* Coefficients of one version, the intercept first; none when there is no such
 * version. */
MUST_USE bool model_list_version(struct arena *a, struct db *db,
                                 const char *name, int64_t version,
                                 struct model_coefficient **out, size_t *n,
                                 struct err *err);

/* The newest MODEL_VERSIONS_MAX versions, the active one, the shadow and the
 * newest among them whatever their age.
 * fails   ERR_MISSING: no such model */
MUST_USE bool model_list_get(struct arena *a, struct db *db, const char *name,
                             struct model_page *out, struct err *err);

/* The same with `limit` versions below `before`; 0: from the newest on. */
MUST_USE bool model_list_get_page(struct arena *a, struct db *db,
                                  const char *name, int64_t before, int limit,
                                  struct model_page *out, struct err *err);

#endif
