#include "core/model_list.h"

#include "lib/format.h"
#include "lib/json.h"

#include <math.h>
#include <string.h>

void
model_list_read(struct arena *a, const struct db_rows *rows,
                struct model_item **out, size_t *n)
{
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++) {
        int row = (int)i;
        (*out)[i] = (struct model_item){
            .name = db_text(rows, row, "name"),
            .title = db_text(rows, row, "title"),
            .target = db_text(rows, row, "target"),
            .unit = db_text(rows, row, "unit"),
            .active = db_i64(rows, row, "active"),
            .fitted_at = db_i64(rows, row, "fitted_at"),
            .rows = db_i64(rows, row, "rows"),
            .r2 = db_f64(rows, row, "r2"),
            .rmse = db_f64(rows, row, "rmse"),
            .holdout_rmse = db_f64(rows, row, "holdout_rmse"),
            .newest = db_i64(rows, row, "newest"),
            .newest_state = db_text(rows, row, "newest_state"),
        };
    }
}

bool
model_list(struct arena *a, struct db *db, struct model_item **out, size_t *n,
           struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_model_list_all, DB_NONE, &rows, err))
        return err_wrap(err, "list models");
    model_list_read(a, rows, out, n);
    return true;
}

/* A scorecard that cannot be read shows no rule; the version stays. */
static void
read_scorecard(struct arena *a, const char *text, struct model_version *out)
{
    struct json card;
    struct err ignored;
    if (text == NULL || !json_parse(a, text, strlen(text), &card, &ignored))
        return;
    out->rules = arena_array(a, json_count(card), sizeof *out->rules);
    for (struct json_iter it = json_iter(card); json_next(&it);) {
        struct model_rule *rule = &out->rules[out->n_rules++];
        rule->name = json_str(json_get(it.value, "rule"));
        rule->words = json_str(json_get(it.value, "words"));
        if (!json_f64(json_get(it.value, "value"), &rule->value))
            rule->value = NAN;
        if (!json_f64(json_get(it.value, "limit"), &rule->limit))
            rule->limit = NAN;
        if (!json_bool(json_get(it.value, "passed"), &rule->passed))
            rule->passed = false;
    }
}

static struct model_version
read_version(struct arena *a, const struct db_rows *rows, int row)
{
    struct model_version v = {
        .version = db_i64(rows, row, "version"),
        .run_id = db_i64(rows, row, "run_id"),
        .fitted_at = db_i64(rows, row, "fitted_at"),
        .rows = db_i64(rows, row, "rows"),
        .first_ts = db_i64(rows, row, "first_ts"),
        .last_ts = db_i64(rows, row, "last_ts"),
        .holdout_rows = db_i64(rows, row, "holdout_rows"),
        .state = db_text(rows, row, "state"),
        .r2 = db_f64(rows, row, "r2"),
        .rmse = db_f64(rows, row, "rmse"),
        .condition = db_f64(rows, row, "condition"),
        .holdout_r2 = db_f64(rows, row, "holdout_r2"),
        .holdout_rmse = db_f64(rows, row, "holdout_rmse"),
        .champion_rmse = db_f64(rows, row, "champion_rmse"),
        .activated_at = db_i64(rows, row, "activated_at"),
        .who = db_text(rows, row, "who"),
        .why = db_text(rows, row, "why"),
    };
    read_scorecard(a, db_text(rows, row, "scorecard"), &v);
    return v;
}

static void
read_versions(struct arena *a, const struct db_rows *rows,
              struct model_page *out)
{
    out->n_versions = (size_t)db_count(rows);
    out->versions = arena_array(a, out->n_versions, sizeof *out->versions);
    for (size_t i = 0; i < out->n_versions; i++) {
        struct model_version *v = &out->versions[i];
        *v = read_version(a, rows, (int)i);
        if (strcmp(v->state, "active") == 0)
            out->active = v;
    }
    if (out->n_versions > 0)
        out->newest = &out->versions[0];
}

static void
read_coefficients(struct arena *a, const struct db_rows *rows,
                  struct model_coefficient **out, size_t *n)
{
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct model_coefficient){
            .name = db_text(rows, (int)i, "name"),
            .value = db_f64(rows, (int)i, "value"),
            .std_error = db_f64(rows, (int)i, "std_error"),
        };
}

bool
model_list_version(struct arena *a, struct db *db, const char *name,
                   int64_t version, struct model_coefficient **out, size_t *n,
                   struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_model_version_coefficients,
                  DB_ARGS(name, fmt_i64(a, version)), &rows, err))
        return err_wrap(err, "model %s", name);
    read_coefficients(a, rows, out, n);
    return true;
}

bool
model_list_get(struct arena *a, struct db *db, const char *name,
               struct model_page *out, struct err *err)
{
    enum { MODEL, VERSIONS, COEFFICIENTS, COUNT };
    struct db_call calls[COUNT] = {
        [MODEL] = {.sql = SQL_model_list_one, .args = DB_ARGS(name)},
        [VERSIONS] = {.sql = SQL_model_list_versions,
                      .args = DB_ARGS(name, fmt_i64(a, MODEL_VERSIONS_MAX))},
        [COEFFICIENTS] = {.sql = SQL_model_list_coefficients,
                          .args = DB_ARGS(name)},
    };
    if (!db_query_many(a, db, calls, COUNT, err))
        return err_wrap(err, "model %s", name);
    const struct db_rows *model = calls[MODEL].rows;
    if (db_count(model) == 0)
        return err_set(err, ERR_MISSING, "there is no model %s", name);
    *out = (struct model_page){
        .name = db_text(model, 0, "name"),
        .title = db_text(model, 0, "title"),
        .target = db_text(model, 0, "target"),
        .unit = db_text(model, 0, "unit"),
        .inputs = db_text(model, 0, "inputs"),
        .min_rows = db_i64(model, 0, "min_rows"),
    };
    read_versions(a, calls[VERSIONS].rows, out);
    read_coefficients(a, calls[COEFFICIENTS].rows, &out->coefficients,
                      &out->n_coefficients);
    return true;
}
