#include "core/model_answer.h"

#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"

#include <string.h>

static void
read_coefficients(struct arena *a, const struct db_rows *rows,
                  struct model_answer *out)
{
    out->n_coefficients = (size_t)db_count(rows);
    out->coefficients =
        arena_array(a, out->n_coefficients, sizeof *out->coefficients);
    for (size_t i = 0; i < out->n_coefficients; i++)
        out->coefficients[i] = (struct model_coefficient){
            .name = db_text(rows, (int)i, "coefficient"),
            .value = db_f64(rows, (int)i, "value"),
            .std_error = db_f64(rows, (int)i, "std_error"),
        };
}

bool
model_answer_at(struct arena *a, struct db *db, const char *name,
                const char *as_of, struct model_answer *out, struct err *err)
{
    struct db_rows *rows;
    int64_t ts;
    if (!date_parse_iso(as_of, strlen(as_of), &ts))
        return err_set(err, ERR_INPUT,
                       "as_of \"%.40s\" is no time: write it as "
                       "2026-11-22T08:30:00Z",
                       as_of);
    if (!db_query(a, db, SQL_model_answer_at, DB_ARGS(name, as_of), &rows, err))
        return err_wrap(err, "model %s", name);
    if (db_count(rows) == 0)
        return err_set(err, ERR_MISSING, "no model is named %.60s", name);
    *out = (struct model_answer){.version = db_i64(rows, 0, "version")};
    if (out->version == 0)
        return true;
    out->fitted_at = db_i64(rows, 0, "fitted_at");
    out->rows = db_i64(rows, 0, "rows");
    out->r2 = db_f64(rows, 0, "r2");
    out->rmse = db_f64(rows, 0, "rmse");
    out->simulated = db_bool(rows, 0, "simulated");
    out->since = db_text(rows, 0, "since");
    out->until = db_text(rows, 0, "until");
    out->who = db_text(rows, 0, "who");
    out->why = db_text(rows, 0, "why");
    out->how = db_text(rows, 0, "how");
    read_coefficients(a, rows, out);
    return true;
}

static void
put_answer(struct arena *a, struct buf *out, const char *name,
           const char *as_of, const struct model_answer *answer)
{
    json_open(out, '{');
    json_key(out, "coefficients");
    json_open(out, '{');
    for (size_t i = 0; i < answer->n_coefficients; i++)
        json_member_f64(out, answer->coefficients[i].name,
                        answer->coefficients[i].value);
    json_close(out, '}');
    json_member_str(out, "last_updated", date_format_iso(a, answer->fitted_at));
    json_member_str(out, "stale", NULL);
    json_member_str(out, "stale_reason", NULL);
    json_key(out, "model");
    json_open(out, '{');
    json_member_str(out, "name", name);
    json_member_i64(out, "version", answer->version);
    json_member_i64(out, "rows", answer->rows);
    json_member_f64(out, "r2", answer->r2);
    json_member_f64(out, "rmse", answer->rmse);
    json_close(out, '}');
    json_key(out, "simulated");
    json_put_bool(out, answer->simulated);
    json_member_str(out, "as_of", as_of);
    json_member_str(out, "since", answer->since);
    json_member_str(out, "until", answer->until);
    json_close(out, '}');
}

bool
model_answer_json(struct arena *a, struct db *db, const char *name,
                  const char *as_of, struct buf *out, struct err *err)
{
    struct model_answer answer;
    if (!model_answer_at(a, db, name, as_of, &answer, err))
        return false;
    if (answer.version == 0)
        return err_set(err, ERR_MISSING,
                       "model %s had no active version at %s yet", name, as_of);
    put_answer(a, out, name, as_of, &answer);
    return true;
}
