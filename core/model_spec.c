#include "core/model_spec.h"

#include "lib/format.h"

bool
model_spec_get(struct arena *a, struct db *db, const char *name,
               struct model_spec *out, struct err *err)
{
    struct db_rows *m, *in;
    if (!db_query(a, db, SQL_model_get, DB_ARGS(name), &m, err))
        return false;
    if (db_count(m) == 0)
        return err_set(err, ERR_MISSING, "no model is named %.60s", name);
    *out = (struct model_spec){
        .id = db_i64(m, 0, "id"),
        .name = db_text(m, 0, "name"),
        .target_symbol = db_text(m, 0, "target"),
        .target_id = db_i64(m, 0, "target_id"),
        .interval_s = db_i64(m, 0, "interval_s"),
        .intercept = db_bool(m, 0, "intercept"),
        .min_rows = db_i64(m, 0, "min_rows"),
        .holdout_frac = db_f64(m, 0, "holdout_frac"),
        .min_r2 = db_f64(m, 0, "min_r2"),
        .rmse_margin_frac = db_f64(m, 0, "rmse_margin_frac"),
        .max_unexplained_ratio = db_f64(m, 0, "max_unexplained_ratio"),
        .max_known_ratio = db_f64(m, 0, "max_known_ratio"),
        .max_condition = db_f64(m, 0, "max_condition"),
        .max_abs_coefficient = db_f64(m, 0, "max_abs_coefficient"),
    };
    if (!db_query(a, db, SQL_model_input_list, DB_ARGS(fmt_i64(a, out->id)),
                  &in, err))
        return false;
    out->n_inputs = db_count(in);
    if (out->n_inputs == 0)
        return err_set(err, ERR_INPUT, "model %s has no inputs", name);
    struct model_input *inputs =
        arena_array(a, (size_t)out->n_inputs, sizeof(*inputs));
    for (int i = 0; i < out->n_inputs; i++)
        inputs[i] = (struct model_input){
            .name = db_text(in, i, "name"),
            .symbol = db_text(in, i, "symbol"),
            .instrument_id = db_i64(in, i, "instrument_id"),
        };
    out->inputs = inputs;
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

bool
model_lock(struct db *db, const char *name, struct err *err)
{
    return db_exec(db, SQL_model_lock, DB_ARGS(name), NULL, err);
}
