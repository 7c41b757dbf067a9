#include "core/model_spec.h"

#include "lib/buf.h"
#include "lib/format.h"
#include "lib/json.h"

#include <math.h>
#include <string.h>

static bool
input_read(const struct db_rows *rows, int row, struct model_input *out,
           struct err *err)
{
    *out = (struct model_input){
        .name = db_text(rows, row, "name"),
        .symbol = db_text(rows, row, "symbol"),
        .instrument_id = db_i64(rows, row, "instrument_id"),
        .lag = (int)db_i64(rows, row, "lag"),
    };
    const char *field = db_text(rows, row, "field");
    if (!model_field_find(field, &out->field))
        return err_set(err, ERR_INPUT, "there is no field %s", field);
    const char *transform = db_text(rows, row, "transform");
    return model_transform_parse(transform, &out->transform) ||
           err_set(err, ERR_INPUT, "there is no transform %s", transform);
}

static bool
inputs_read(struct arena *a, struct db *db, struct model_spec *spec,
            struct err *err)
{
    struct db_rows *in;
    if (!db_query(a, db, SQL_model_input_list, DB_ARGS(fmt_i64(a, spec->id)),
                  &in, err))
        return false;
    spec->n_inputs = db_count(in) - 1;
    if (spec->n_inputs <= 0)
        return err_set(err, ERR_INPUT, "model %s has no inputs", spec->name);
    struct model_input *all =
        arena_array(a, (size_t)spec->n_inputs + 1, sizeof(*all));
    for (int i = 0; i <= spec->n_inputs; i++)
        if (!input_read(in, i, &all[i], err))
            return err_wrap(err, "model %s", spec->name);
    spec->target = all[0];
    spec->inputs = all + 1;
    return true;
}

bool
model_spec_get(struct arena *a, struct db *db, const char *name,
               struct model_spec *out, struct err *err)
{
    struct db_rows *m;
    if (!db_query(a, db, SQL_model_get, DB_ARGS(name), &m, err))
        return false;
    if (db_count(m) == 0)
        return err_set(err, ERR_MISSING, "no model is named %.60s", name);
    *out = (struct model_spec){
        .id = db_i64(m, 0, "id"),
        .name = db_text(m, 0, "name"),
        .interval_s = db_i64(m, 0, "interval_s"),
        .intercept = db_bool(m, 0, "intercept"),
        .lambda = db_is_null(m, 0, "lambda") ? 0 : db_f64(m, 0, "lambda"),
        .window_rows = db_i64(m, 0, "window_rows"),
        .window_days = db_i64(m, 0, "window_days"),
        .min_rows = db_i64(m, 0, "min_rows"),
        .holdout_frac = db_f64(m, 0, "holdout_frac"),
        .min_r2 = db_f64(m, 0, "min_r2"),
        .rmse_margin_frac = db_f64(m, 0, "rmse_margin_frac"),
        .max_unexplained_ratio = db_f64(m, 0, "max_unexplained_ratio"),
        .max_known_ratio = db_f64(m, 0, "max_known_ratio"),
        .max_condition = db_f64(m, 0, "max_condition"),
        .max_abs_coefficient = db_f64(m, 0, "max_abs_coefficient"),
        .folds = (int)db_i64(m, 0, "folds"),
        .rolling = db_bool(m, 0, "rolling"),
        .max_fold_spread = db_f64(m, 0, "max_fold_spread"),
        .shadow_rows = db_i64(m, 0, "shadow_rows"),
        .shadow_margin_frac = db_f64(m, 0, "shadow_margin_frac"),
        .live_rows = db_i64(m, 0, "live_rows"),
        .live_band = db_f64(m, 0, "live_band"),
    };
    if (!fit_method_parse(db_text(m, 0, "method"), &out->method))
        return err_set(err, ERR_INPUT, "there is no method %s",
                       db_text(m, 0, "method"));
    if (!inputs_read(a, db, out, err))
        return false;
    out->rows_key = model_rows_key(a, out);
    return true;
}

int
model_n_coefficients(const struct model_spec *spec)
{
    return spec->n_inputs + (spec->intercept ? 1 : 0);
}

const char *
model_coefficient_name(const struct model_spec *spec, int i)
{
    if (!spec->intercept)
        return spec->inputs[i].name;
    return i == 0 ? "intercept" : spec->inputs[i - 1].name;
}

const struct model_input *
model_input_at(const struct model_spec *spec, int i)
{
    return i < spec->n_inputs ? &spec->inputs[i] : &spec->target;
}

const char *
model_input_words(struct arena *a, const struct model_input *in)
{
    bool plain = in->transform == MODEL_PLAIN;
    return arena_printf(
        a, "%s%s%s of %s%s", plain ? "" : model_transform_name(in->transform),
        plain ? "" : " of ", in->field.name, in->symbol,
        in->lag == 0 ? ""
                     : arena_printf(a, ", %s back",
                                    fmt_plural(a, in->lag, "bar", "bars")));
}

int
model_input_reach(const struct model_input *in)
{
    return in->lag + (model_transform_is_step(in->transform) ? 1 : 0);
}

bool
model_input_is_target(const struct model_spec *spec,
                      const struct model_input *in)
{
    return in->instrument_id == spec->target.instrument_id && in->lag == 0 &&
           (in->field.of & spec->target.field.of) != 0;
}

static void
put_key(struct buf *b, const struct model_input *in, bool named)
{
    buf_addf(b, " %s%s%lld.%s.%s.%d", named ? in->name : "", named ? "=" : "",
             (long long)in->instrument_id, in->field.name,
             model_transform_name(in->transform), in->lag);
}

const char *
model_rows_key(struct arena *a, const struct model_spec *spec)
{
    struct buf *b = buf_new(a);
    buf_addf(b, "%lld%s", (long long)spec->interval_s,
             spec->intercept ? " intercept" : "");
    put_key(b, &spec->target, false);
    for (int i = 0; i < spec->n_inputs; i++)
        put_key(b, &spec->inputs[i], true);
    return b->data;
}

static bool
input_is_plain(const struct model_input *in)
{
    return strcmp(in->field.name, "close") == 0 &&
           in->transform == MODEL_PLAIN && in->lag == 0;
}

bool
model_rows_are_plain(const struct model_spec *spec)
{
    for (int i = 0; i <= spec->n_inputs; i++)
        if (!input_is_plain(model_input_at(spec, i)))
            return false;
    return true;
}

bool
model_spec_is_plain(const struct model_spec *spec)
{
    return model_rows_are_plain(spec) && spec->method == FIT_OLS &&
           spec->window_rows == 0 && spec->window_days == 0;
}

static void
put_or_null(struct buf *b, const char *key, int64_t v)
{
    json_key(b, key);
    if (v > 0)
        json_put_i64(b, v);
    else
        json_put_null(b);
}

const char *
model_spec_json(struct arena *a, const struct model_spec *spec)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_member_str(b, "method", fit_method_name(spec->method));
    json_member_f64(b, "lambda",
                    spec->method == FIT_RIDGE ? spec->lambda : (double)NAN);
    put_or_null(b, "window_rows", spec->window_rows);
    put_or_null(b, "window_days", spec->window_days);
    json_close(b, '}');
    return b->data;
}

bool
model_lock(struct db *db, const char *name, struct err *err)
{
    return db_exec(db, SQL_model_lock, DB_ARGS(name), NULL, err);
}
