#include "core/model_json.h"

#include "core/interval.h"
#include "core/model_list.h"
#include "lib/date.h"
#include "lib/json.h"

#include <math.h>

static void
put_live(struct buf *b, const struct model_live *live)
{
    static const char *const names[] = {
        [MODEL_LIVE_NONE] = "none",       [MODEL_LIVE_FEW] = "few",
        [MODEL_LIVE_FREE] = "free",       [MODEL_LIVE_INSIDE] = "inside",
        [MODEL_LIVE_OUTSIDE] = "outside",
    };
    json_key(b, "live");
    json_open(b, '{');
    json_member_str(b, "state", names[model_live_state(live)]);
    json_member_i64(b, "rows", live->seen);
    json_member_i64(b, "of", live->wanted);
    json_member_f64(b, "rmse", live->rmse);
    json_member_f64(b, "limit", live->limit);
    json_close(b, '}');
}

static void
put_shadow(struct buf *b, int64_t version, int64_t seen, int64_t of)
{
    json_key(b, "shadow");
    if (version == 0) {
        json_put_null(b);
        return;
    }
    json_open(b, '{');
    json_member_i64(b, "version", version);
    json_member_i64(b, "rows", seen);
    json_member_i64(b, "of", of);
    json_close(b, '}');
}

static void
put_item(struct arena *a, struct buf *b, const struct model_item *m)
{
    json_open(b, '{');
    json_member_str(b, "name", m->name);
    json_member_str(b, "title", m->title);
    json_member_str(b, "target", m->target);
    json_member_str(b, "method", m->method);
    json_member_bool(b, "enabled", m->enabled);
    json_member_id(b, "active", m->active);
    json_member_time(a, b, "since", m->since);
    json_member_time(a, b, "fitted_at", m->fitted_at);
    json_member_id(b, "rows", m->rows);
    json_member_f64(b, "r2", m->r2);
    json_member_f64(b, "rmse", m->rmse);
    json_member_f64(b, "holdout_rmse", m->holdout_rmse);
    put_live(b, &m->live);
    json_member_id(b, "newest", m->newest);
    json_member_str(b, "newest_state", m->newest_state);
    put_shadow(b, m->shadow, m->shadow_seen, m->shadow_rows);
    json_close(b, '}');
}

bool
model_json_list(struct arena *a, struct db *db, const char *after, int limit,
                struct buf *out, struct err *err)
{
    struct model_item *list;
    size_t n, most = (size_t)limit;
    if (!model_list_after(a, db, after, limit + 1, &list, &n, err))
        return false;
    json_open(out, '{');
    json_key(out, "models");
    json_open(out, '[');
    for (size_t i = 0; i < n && i < most; i++)
        put_item(a, out, &list[i]);
    json_close(out, ']');
    json_member_str(out, "next", n > most ? list[most - 1].name : NULL);
    json_close(out, '}');
    return true;
}

static void
put_inputs(struct buf *b, const struct model_page *m)
{
    json_key(b, "inputs");
    json_open(b, '[');
    for (size_t i = 0; i < m->n_inputs; i++) {
        const struct model_page_input *in = &m->input[i];
        json_open(b, '{');
        json_member_str(b, "name", in->name);
        json_member_str(b, "instrument", in->symbol);
        json_member_str(b, "field", in->field);
        json_member_str(b, "transform", in->transform);
        json_member_i64(b, "lag", in->lag);
        json_close(b, '}');
    }
    json_close(b, ']');
}

static void
put_spec(struct buf *b, const struct model_page *m)
{
    json_key(b, "spec");
    json_open(b, '{');
    json_member_str(b, "target", m->target);
    json_member_str(b, "target_field", m->target_field);
    json_member_str(b, "target_transform", m->target_transform);
    json_member_str(b, "interval", interval_name((int32_t)m->interval_s));
    put_inputs(b, m);
    json_member_bool(b, "intercept", m->intercept);
    json_member_str(b, "method", m->method);
    json_member_f64(b, "lambda", m->lambda);
    json_member_id(b, "window_rows", m->window_rows);
    json_member_id(b, "window_days", m->window_days);
    json_member_i64(b, "min_rows", m->min_rows);
    json_member_f64(b, "holdout_frac", m->holdout_frac);
    json_member_i64(b, "folds", m->folds);
    json_member_str(b, "fold_window", m->fold_window);
    json_member_f64(b, "max_fold_spread", m->max_fold_spread);
    json_member_f64(b, "min_r2", m->min_r2);
    json_member_f64(b, "rmse_margin_frac", m->rmse_margin_frac);
    json_member_f64(b, "max_unexplained_ratio", m->max_unexplained_ratio);
    json_member_f64(b, "max_known_ratio", m->max_known_ratio);
    json_member_f64(b, "max_condition", m->max_condition);
    json_member_f64(b, "max_abs_coefficient", m->max_abs_coefficient);
    json_member_i64(b, "shadow_rows", m->shadow_rows);
    json_member_f64(b, "shadow_margin_frac", m->shadow_margin_frac);
    json_member_i64(b, "live_rows", m->live.wanted);
    json_member_f64(b, "live_band", m->live_band);
    json_close(b, '}');
}

static void
put_coefficients(struct buf *b, const struct model_page *m)
{
    json_key(b, "coefficients");
    json_open(b, '{');
    for (size_t i = 0; i < m->n_coefficients; i++)
        json_member_f64(b, m->coefficients[i].name, m->coefficients[i].value);
    json_close(b, '}');
    json_key(b, "std_errors");
    json_open(b, '{');
    for (size_t i = 0; i < m->n_coefficients; i++)
        json_member_f64(b, m->coefficients[i].name,
                        m->coefficients[i].std_error);
    json_close(b, '}');
}

static void
put_raw(struct buf *b, const char *key, const char *json)
{
    json_key(b, key);
    json_put_raw(b, json);
}

static void
put_version(struct arena *a, struct buf *b, const struct model_version *v)
{
    json_open(b, '{');
    json_member_i64(b, "version", v->version);
    json_member_str(b, "state", v->state);
    json_member_id(b, "run", v->run_id);
    json_member_time(a, b, "fitted_at", v->fitted_at);
    json_member_i64(b, "rows", v->rows);
    json_member_i64(b, "rows_left_out", v->rows_left_out);
    json_member_time(a, b, "first_ts", v->first_ts);
    json_member_time(a, b, "last_ts", v->last_ts);
    json_member_f64(b, "r2", v->r2);
    json_member_f64(b, "rmse", v->rmse);
    json_member_f64(b, "condition", v->condition);
    json_member_time(a, b, "holdout_ts", v->holdout_ts);
    json_member_id(b, "holdout_rows", v->holdout_rows);
    json_member_f64(b, "holdout_r2", v->holdout_r2);
    json_member_f64(b, "holdout_rmse", v->holdout_rmse);
    json_member_f64(b, "champion_rmse", v->champion_rmse);
    put_raw(b, "coefficients", v->coefficients);
    put_raw(b, "spec", v->spec);
    put_raw(b, "scorecard", v->scorecard);
    json_member_time(a, b, "returned_at", v->returned_at);
    json_member_time(a, b, "activated_at", v->activated_at);
    json_member_str(b, "who", v->who);
    json_member_str(b, "why", v->why);
    json_member_str(b, "how", v->how);
    json_close(b, '}');
}

static void
put_folds(struct arena *a, struct buf *b, const struct model_page *m)
{
    json_key(b, "folds");
    json_open(b, '[');
    for (size_t i = 0; i < m->n_folds; i++) {
        const struct model_fold_item *f = &m->folds_of_newest[i];
        json_open(b, '{');
        json_member_i64(b, "fold", f->fold);
        json_member_i64(b, "train_rows", f->train_rows);
        json_member_time(a, b, "train_first_ts", f->train_first_ts);
        json_member_time(a, b, "train_last_ts", f->train_last_ts);
        json_member_i64(b, "rows", f->rows);
        json_member_time(a, b, "first_ts", f->first_ts);
        json_member_time(a, b, "last_ts", f->last_ts);
        json_member_f64(b, "rmse", f->rmse);
        json_member_f64(b, "r2", f->r2);
        json_close(b, '}');
    }
    json_close(b, ']');
}

static void
put_versions(struct arena *a, struct buf *b, const struct model_page *m)
{
    int64_t last = 0;
    json_key(b, "versions");
    json_open(b, '[');
    for (size_t i = 0; i < m->n_versions; i++) {
        if (!m->versions[i].in_page)
            continue;
        put_version(a, b, &m->versions[i]);
        last = m->versions[i].version;
    }
    json_close(b, ']');
    json_member_id(b, "next", m->is_older ? last : 0);
}

bool
model_json_one(struct arena *a, struct db *db, const char *name, int64_t before,
               int limit, struct buf *out, struct err *err)
{
    struct model_page m;
    if (!model_list_get_page(a, db, name, before, limit, &m, err))
        return false;
    json_open(out, '{');
    json_member_str(out, "name", m.name);
    json_member_str(out, "title", m.title);
    json_member_bool(out, "enabled", m.enabled);
    put_spec(out, &m);
    json_member_id(out, "active", m.active != NULL ? m.active->version : 0);
    json_member_time(a, out, "since",
                     m.active != NULL ? m.active->activated_at : 0);
    put_coefficients(out, &m);
    put_live(out, &m.live);
    put_shadow(out, m.shadow != NULL ? m.shadow->version : 0, m.shadow_seen,
               m.shadow != NULL ? m.shadow->shadow_rows : 0);
    json_member_id(out, "newest", m.newest != NULL ? m.newest->version : 0);
    put_folds(a, out, &m);
    put_versions(a, out, &m);
    json_close(out, '}');
    return true;
}
