#include "core/model_list.h"

#include "lib/format.h"
#include "lib/json.h"

#include <math.h>
#include <string.h>

enum model_live_state
model_live_state(const struct model_live *live)
{
    if (live->seen == 0 || isnan(live->rmse))
        return MODEL_LIVE_NONE;
    if (isnan(live->limit))
        return MODEL_LIVE_FREE;
    if (live->seen < live->wanted)
        return MODEL_LIVE_FEW;
    return live->rmse > live->limit ? MODEL_LIVE_OUTSIDE : MODEL_LIVE_INSIDE;
}

void
model_list_read(struct arena *a, const struct db_rows *rows,
                struct model_item **out, size_t *n)
{
    *n = (size_t)db_count(rows);
    *out = arena_array(a, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++) {
        int row = (int)i;
        double holdout_rmse = db_f64(rows, row, "holdout_rmse");
        (*out)[i] = (struct model_item){
            .name = db_text(rows, row, "name"),
            .title = db_text(rows, row, "title"),
            .target = db_text(rows, row, "target"),
            .unit = db_text(rows, row, "unit"),
            .method = db_text(rows, row, "method"),
            .enabled = db_bool(rows, row, "enabled"),
            .active = db_i64(rows, row, "active"),
            .since = db_i64(rows, row, "since"),
            .fitted_at = db_i64(rows, row, "fitted_at"),
            .rows = db_i64(rows, row, "rows"),
            .r2 = db_f64(rows, row, "r2"),
            .rmse = db_f64(rows, row, "rmse"),
            .holdout_rmse = holdout_rmse,
            .live = {.wanted = db_i64(rows, row, "live_rows"),
                     .seen = db_i64(rows, row, "live_seen"),
                     .rmse = db_f64(rows, row, "live_rmse"),
                     .limit = db_f64(rows, row, "live_band") * holdout_rmse},
            .newest = db_i64(rows, row, "newest"),
            .newest_state = db_text(rows, row, "newest_state"),
            .newest_returned = db_bool(rows, row, "newest_returned"),
            .shadow = db_i64(rows, row, "shadow"),
            .shadow_rows = db_i64(rows, row, "shadow_rows"),
            .shadow_seen = db_i64(rows, row, "shadow_seen"),
        };
    }
}

bool
model_list_after(struct arena *a, struct db *db, const char *after, int limit,
                 struct model_item **out, size_t *n, struct err *err)
{
    struct db_rows *rows;
    if (!db_query(a, db, SQL_model_list_all, DB_ARGS(after, fmt_i64(a, limit)),
                  &rows, err))
        return err_wrap(err, "list models");
    model_list_read(a, rows, out, n);
    return true;
}

bool
model_list(struct arena *a, struct db *db, struct model_item **out, size_t *n,
           struct err *err)
{
    return model_list_after(a, db, "", MODEL_LIST_MAX, out, n, err);
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
        .rows_left_out = db_i64(rows, row, "rows_left_out"),
        .holdout_ts = db_i64(rows, row, "holdout_ts"),
        .holdout_rows = db_i64(rows, row, "holdout_rows"),
        .state = db_text(rows, row, "state"),
        .r2 = db_f64(rows, row, "r2"),
        .rmse = db_f64(rows, row, "rmse"),
        .condition = db_f64(rows, row, "condition"),
        .holdout_r2 = db_f64(rows, row, "holdout_r2"),
        .holdout_rmse = db_f64(rows, row, "holdout_rmse"),
        .champion_rmse = db_f64(rows, row, "champion_rmse"),
        .scorecard = db_text(rows, row, "scorecard"),
        .spec = db_text(rows, row, "spec"),
        .coefficients = db_text(rows, row, "coefficients"),
        .shadow_rows = db_i64(rows, row, "shadow_rows"),
        .returned_at = db_i64(rows, row, "returned_at"),
        .activated_at = db_i64(rows, row, "activated_at"),
        .how = db_text(rows, row, "how"),
        .in_page = db_bool(rows, row, "in_page"),
        .who = db_text(rows, row, "who"),
        .why = db_text(rows, row, "why"),
    };
    read_scorecard(a, v.scorecard, &v);
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
        if (strcmp(v->state, "shadow") == 0)
            out->shadow = v;
    }
    if (out->n_versions > 0) {
        out->newest = &out->versions[0];
        out->is_older = db_bool(rows, 0, "is_older");
    }
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

/* "btc_price (ln BTC-USD, 1 back)": what is as usual is not said. */
static const char *
input_words(struct arena *a, const struct model_page_input *in)
{
    static const char *const forms[][2] = {{"log", "ln %s"},
                                           {"diff", "change of %s"},
                                           {"return", "return of %s"},
                                           {"square", "%s squared"}};
    const char *of = in->symbol;
    if (strcmp(in->field, "close") != 0)
        of = arena_printf(a, "%s %s", of, in->field);
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        if (strcmp(in->transform, forms[i][0]) == 0) {
            const char *mark = strstr(forms[i][1], "%s");
            of = arena_printf(a, "%.*s%s%s", (int)(mark - forms[i][1]),
                              forms[i][1], of, mark + 2);
        }
    if (in->lag != 0)
        of = arena_printf(a, "%s, %lld back", of, (long long)in->lag);
    return arena_printf(a, "%s (%s)", in->name, of);
}

static void
read_inputs(struct arena *a, const struct db_rows *rows, struct model_page *out)
{
    size_t n = (size_t)db_count(rows);
    struct model_page_input *list = arena_array(a, n, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        int row = (int)i;
        list[i] = (struct model_page_input){
            .name = db_text(rows, row, "name"),
            .symbol = db_text(rows, row, "symbol"),
            .field = db_text(rows, row, "field"),
            .transform = db_text(rows, row, "transform"),
            .lag = db_i64(rows, row, "lag"),
        };
        const char *words = input_words(a, &list[i]);
        out->inputs =
            i == 0 ? words : arena_printf(a, "%s, %s", out->inputs, words);
    }
    out->input = list;
    out->n_inputs = n;
}

static void
read_folds(struct arena *a, const struct db_rows *rows, struct model_page *out)
{
    out->n_folds = (size_t)db_count(rows);
    out->folds_of_newest =
        arena_array(a, out->n_folds, sizeof *out->folds_of_newest);
    for (size_t i = 0; i < out->n_folds; i++) {
        int row = (int)i;
        out->folds_of_newest[i] = (struct model_fold_item){
            .fold = db_i64(rows, row, "fold"),
            .train_rows = db_i64(rows, row, "train_rows"),
            .train_first_ts = db_i64(rows, row, "train_first_ts"),
            .train_last_ts = db_i64(rows, row, "train_last_ts"),
            .rows = db_i64(rows, row, "rows"),
            .first_ts = db_i64(rows, row, "first_ts"),
            .last_ts = db_i64(rows, row, "last_ts"),
            .rmse = db_f64(rows, row, "rmse"),
            .r2 = db_f64(rows, row, "r2"),
        };
    }
}

static void
read_errors(struct arena *a, const struct db_rows *rows, const char *state,
            struct model_errors *out)
{
    size_t n = (size_t)db_count(rows);
    out->ts = arena_array(a, n, sizeof *out->ts);
    out->predicted = arena_array(a, n, sizeof *out->predicted);
    out->actual = arena_array(a, n, sizeof *out->actual);
    for (int row = 0; row < (int)n; row++) {
        if (strcmp(db_text(rows, row, "state"), state) != 0)
            continue;
        out->ts[out->n] = (double)db_i64(rows, row, "ts");
        out->predicted[out->n] = db_f64(rows, row, "predicted");
        out->actual[out->n++] = db_f64(rows, row, "actual");
    }
}

static struct model_page
read_model(const struct db_rows *m)
{
    return (struct model_page){
        .name = db_text(m, 0, "name"),
        .title = db_text(m, 0, "title"),
        .target = db_text(m, 0, "target"),
        .target_field = db_text(m, 0, "target_field"),
        .target_transform = db_text(m, 0, "target_transform"),
        .unit = db_text(m, 0, "unit"),
        .interval_s = db_i64(m, 0, "interval_s"),
        .enabled = db_bool(m, 0, "enabled"),
        .intercept = db_bool(m, 0, "intercept"),
        .method = db_text(m, 0, "method"),
        .fold_window = db_text(m, 0, "fold_window"),
        .lambda = db_f64(m, 0, "lambda"),
        .window_rows = db_i64(m, 0, "window_rows"),
        .window_days = db_i64(m, 0, "window_days"),
        .min_rows = db_i64(m, 0, "min_rows"),
        .folds = db_i64(m, 0, "folds"),
        .shadow_rows = db_i64(m, 0, "shadow_rows"),
        .holdout_frac = db_f64(m, 0, "holdout_frac"),
        .min_r2 = db_f64(m, 0, "min_r2"),
        .rmse_margin_frac = db_f64(m, 0, "rmse_margin_frac"),
        .max_unexplained_ratio = db_f64(m, 0, "max_unexplained_ratio"),
        .max_known_ratio = db_f64(m, 0, "max_known_ratio"),
        .max_condition = db_f64(m, 0, "max_condition"),
        .max_abs_coefficient = db_f64(m, 0, "max_abs_coefficient"),
        .max_fold_spread = db_f64(m, 0, "max_fold_spread"),
        .shadow_margin_frac = db_f64(m, 0, "shadow_margin_frac"),
        .live_band = db_f64(m, 0, "live_band"),
        .live = {.wanted = db_i64(m, 0, "live_rows")},
        .shadow_seen = db_i64(m, 0, "shadow_seen"),
    };
}

/* The newest errors of the active version, against its band. */
static void
judge_live(struct model_page *m)
{
    const struct model_errors *e = &m->active_errors;
    size_t wanted = (size_t)m->live.wanted;
    size_t n = e->n < wanted ? e->n : wanted;
    double squares = 0;
    for (size_t i = e->n - n; i < e->n; i++)
        squares +=
            (e->predicted[i] - e->actual[i]) * (e->predicted[i] - e->actual[i]);
    m->live.seen = (int64_t)n;
    m->live.rmse = n > 0 ? sqrt(squares / (double)n) : NAN;
    m->live.limit =
        m->active != NULL ? m->live_band * m->active->holdout_rmse : NAN;
}

bool
model_list_get_page(struct arena *a, struct db *db, const char *name,
                    int64_t before, int limit, struct model_page *out,
                    struct err *err)
{
    enum { MODEL, INPUTS, VERSIONS, COEFFICIENTS, FOLDS, ERRORS, COUNT };
    const char *edge = before > 0 ? fmt_i64(a, before) : NULL;
    struct db_call calls[COUNT] = {
        [MODEL] = {.sql = SQL_model_list_one, .args = DB_ARGS(name)},
        [INPUTS] = {.sql = SQL_model_list_inputs, .args = DB_ARGS(name)},
        [VERSIONS] = {.sql = SQL_model_list_versions,
                      .args = DB_ARGS(name, fmt_i64(a, limit), edge)},
        [COEFFICIENTS] = {.sql = SQL_model_list_coefficients,
                          .args = DB_ARGS(name)},
        [FOLDS] = {.sql = SQL_model_list_folds, .args = DB_ARGS(name)},
        [ERRORS] = {.sql = SQL_model_list_errors,
                    .args = DB_ARGS(name, fmt_i64(a, MODEL_ERRORS_MAX))},
    };
    if (!db_query_many(a, db, calls, COUNT, err))
        return err_wrap(err, "model %s", name);
    if (db_count(calls[MODEL].rows) == 0)
        return err_set(err, ERR_MISSING, "there is no model %s", name);
    *out = read_model(calls[MODEL].rows);
    read_inputs(a, calls[INPUTS].rows, out);
    read_versions(a, calls[VERSIONS].rows, out);
    read_coefficients(a, calls[COEFFICIENTS].rows, &out->coefficients,
                      &out->n_coefficients);
    read_folds(a, calls[FOLDS].rows, out);
    read_errors(a, calls[ERRORS].rows, "active", &out->active_errors);
    read_errors(a, calls[ERRORS].rows, "shadow", &out->shadow_errors);
    judge_live(out);
    return true;
}

bool
model_list_get(struct arena *a, struct db *db, const char *name,
               struct model_page *out, struct err *err)
{
    return model_list_get_page(a, db, name, 0, MODEL_VERSIONS_MAX, out, err);
}
