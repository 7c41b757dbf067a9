/* Retraining: rows, fits, the gate's verdict, what is stored. */
#include "core/model.h"

#include "core/model_gate.h"
#include "core/model_watch.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

/* The hold-out may be shortened, so that the active version's judged fit has
 * not seen it, down to so many rows and this part of the wanted size. */
enum { HOLDOUT_MIN_ROWS = 20 };
#define HOLDOUT_MIN_FRAC 0.5

struct retrain {
    struct arena *a;
    const char *name, *who;
    int64_t run_id, now_ts;
    struct model_spec spec;
    struct model_watch live;
    struct model_data data;
    struct model_rows *rows; /* of data */
    struct model_fitter fitter;
    struct model_folds folds;
    size_t cut; /* the hold-out's first slice */
    struct fit all, train;
    struct model_candidate candidate;
    struct model_verdict verdict;
    struct model_result *out;
};

/* The active version and the coefficients that the comparison needs. */
struct champion {
    struct model_champion gate;
    int64_t holdout_ts, last_ts;
    double *active, *judged; /* NULL unless comparable */
};

/* Compares with the newest and the active version; sets *versions. */
static bool
is_known(struct retrain *r, struct db *db, bool *known, int *versions,
         struct err *err)
{
    struct db_rows *v;
    *known = false;
    if (!db_query(r->a, db, SQL_model_known, DB_ARGS(fmt_i64(r->a, r->spec.id)),
                  &v, err))
        return false;
    *versions = db_count(v);
    for (int i = 0; i < *versions && !*known; i++) {
        if (strcmp(db_text(v, i, "fingerprint"), r->rows->fingerprint) != 0)
            continue;
        *known = true;
        r->out->outcome = MODEL_UNCHANGED;
        r->out->words = arena_printf(
            r->a, "nothing new: version %lld (%s) knows all %s up to %s",
            (long long)db_i64(v, i, "version"), db_text(v, i, "state"),
            fmt_plural(r->a, r->rows->rows, "row", "rows"),
            date_format_day(r->a, r->rows->last_ts));
    }
    return true;
}

/* Rows on either side of the cut that a fit and a verdict need at least. */
static bool
is_enough(const struct model_rows *rows, size_t cut)
{
    int64_t before = 0;
    for (size_t i = 0; i < cut; i++)
        before += rows->slices[i].rows;
    return cut > 0 && cut < rows->n_slices && before > rows->n;
}

static bool
too_few(struct retrain *r, int versions, struct err *err)
{
    const char *have =
        fmt_plural(r->a, r->rows->rows, "time has", "times have");
    const char *words =
        arena_printf(r->a, "%s a bar of %s and of every input; %s needs %s",
                     have, r->spec.target.symbol, r->name,
                     fmt_plural(r->a, r->spec.min_rows, "row", "rows"));
    if (versions > 0)
        return err_set(err, ERR_INPUT, "%s", words);
    r->out->outcome = MODEL_UNCHANGED;
    r->out->words = words;
    return true;
}

static bool
read_champion(struct retrain *r, struct db *db, struct champion *k,
              struct err *err)
{
    struct db_rows *c;
    *k = (struct champion){0};
    if (!db_query(r->a, db, SQL_model_champion,
                  DB_ARGS(fmt_i64(r->a, r->spec.id)), &c, err))
        return false;
    int n = db_count(c);
    if (n == 0)
        return true;
    k->gate.version = db_i64(c, 0, "version");
    k->gate.r2 = db_f64(c, 0, "r2");
    k->gate.same_r2 =
        (strcmp(db_text(c, 0, "name"), "intercept") == 0) == r->spec.intercept;
    k->holdout_ts = db_i64(c, 0, "holdout_ts");
    k->last_ts = db_i64(c, 0, "last_ts");
    const char *key = db_text(c, 0, "rows_key");
    if (n != model_n_coefficients(&r->spec) ||
        (key != NULL ? strcmp(key, r->spec.rows_key) != 0
                     : !model_rows_are_plain(&r->spec)))
        return true;
    double *active = arena_array(r->a, (size_t)n, sizeof(double));
    double *judged = arena_array(r->a, (size_t)n, sizeof(double));
    for (int i = 0; i < n; i++) {
        if (strcmp(db_text(c, i, "name"),
                   model_coefficient_name(&r->spec, i)) != 0 ||
            db_is_null(c, i, "judged_value"))
            return true;
        active[i] = db_f64(c, i, "value");
        judged[i] = db_f64(c, i, "judged_value");
    }
    k->gate.comparable = true;
    k->active = active;
    k->judged = judged;
    return true;
}

static int64_t
rows_from(const struct model_rows *rows, size_t slice, int64_t before_ts)
{
    int64_t n = 0;
    for (size_t i = slice; i < rows->n_slices; i++)
        if (rows->slices[i].first_ts < before_ts)
            n += rows->slices[i].rows;
    return n;
}

/* Begins the hold-out no earlier than the active version's own began, where
 * enough rows are left: then its judged fit has seen none of them. */
static void
choose_cut(struct retrain *r, struct champion *k)
{
    const struct model_rows *rows = r->rows;
    int64_t wanted = rows_from(rows, r->cut, INT64_MAX);
    if (!k->gate.comparable)
        return;
    size_t fair = model_rows_find(rows, k->holdout_ts);
    int64_t left = rows_from(rows, fair, INT64_MAX);
    if (fair > r->cut && left >= HOLDOUT_MIN_ROWS &&
        (double)left >= HOLDOUT_MIN_FRAC * (double)wanted)
        r->cut = fair;
    k->gate.seen = rows_from(rows, r->cut, k->holdout_ts);
}

/* The champion's side: on the hold-out, and on what it knows. */
static void
compare(struct retrain *r, struct champion *k)
{
    struct model_champion *gate = &k->gate;
    struct model_fitter *f = &r->fitter;
    if (!gate->comparable)
        return;
    size_t end = r->rows->n_slices;
    gate->judged_rmse = model_score(f, r->cut, end, k->judged).rmse;
    gate->active_rmse = model_score(f, r->cut, end, k->active).rmse;
    end = model_rows_find(r->rows, k->last_ts + 1);
    struct model_score own = model_score(f, 0, end, k->active);
    gate->known_rows = own.rows;
    gate->own_known_rmse = own.rmse;
    gate->known_rmse = model_score(f, 0, end, r->all.coefficients).rmse;
}

static bool
fit_and_judge(struct retrain *r, struct champion *k, struct err *err)
{
    const struct model_rows *rows = r->rows;
    struct model_fitter *f = &r->fitter;
    model_fitter_start(r->a, &r->spec, &r->data, f);
    if (!model_fit(f, 0, rows->n_slices, &r->all, err))
        return false;
    if (!model_fit(f, 0, r->cut, &r->train, err))
        return err_wrap(err, "rows before the hold-out");
    if (!model_folds_make(f, &r->folds, err))
        return err_wrap(err, "walk-forward validation");
    struct model_score held =
        model_score(f, r->cut, rows->n_slices, r->train.coefficients);
    r->candidate = (struct model_candidate){
        .spec = &r->spec,
        .all = &r->all,
        .train = &r->train,
        .train_last_ts = rows->slices[r->cut - 1].last_ts,
        .holdout_first_ts = rows->slices[r->cut].first_ts,
        .holdout_rows = held.rows,
        .holdout_r2 = held.r2,
        .holdout_rmse = held.rmse,
        .holdout_size = held.size,
        .folds = &r->folds,
        .left_out = r->data.left_out,
    };
    compare(r, k);
    r->candidate.champion = k->gate;
    model_gate_judge(r->a, &r->candidate, &r->verdict);
    return true;
}

/* A float8[] literal, with NaN for what is missing. */
static const char *
f64_array(struct arena *a, const double *v, int n)
{
    const char **texts = arena_array(a, (size_t)n, sizeof(*texts));
    for (int i = 0; i < n; i++)
        texts[i] = isnan(v[i]) ? "NaN" : fmt_f64(a, v[i]);
    return fmt_array(a, texts, (size_t)n);
}

static bool
add_version(struct retrain *r, struct db *db, const char *state,
            int64_t shadow_rows, int64_t *id, struct err *err)
{
    struct arena *a = r->a;
    const struct model_candidate *c = &r->candidate;
    const struct model_champion *k = &c->champion;
    struct db_rows *added;
    if (!db_query_one(
            a, db, SQL_model_version_add,
            DB_ARGS(fmt_i64(a, r->spec.id), state,
                    r->run_id > 0 ? fmt_i64(a, r->run_id) : NULL,
                    fmt_i64(a, r->now_ts), fmt_i64(a, r->rows->rows),
                    fmt_i64(a, r->rows->first_ts), fmt_i64(a, r->rows->last_ts),
                    r->rows->fingerprint, fmt_f64(a, r->all.r2),
                    fmt_f64(a, r->all.rmse), fmt_f64(a, r->all.condition),
                    fmt_i64(a, c->holdout_first_ts),
                    fmt_i64(a, c->holdout_rows), fmt_f64(a, c->holdout_r2),
                    fmt_f64(a, c->holdout_rmse),
                    k->comparable ? fmt_f64(a, k->judged_rmse) : NULL,
                    r->verdict.scorecard, model_spec_json(a, &r->spec),
                    r->spec.rows_key, fmt_i64(a, r->data.left_out),
                    shadow_rows > 0 ? fmt_i64(a, shadow_rows) : NULL),
            &added, err))
        return false;
    *id = db_i64(added, 0, "id");
    r->out->version = db_i64(added, 0, "version");
    return true;
}

static bool
add_folds(struct retrain *r, struct db *db, int64_t id, struct err *err)
{
    struct arena *a = r->a;
    for (size_t i = 0; i < r->folds.n; i++) {
        const struct model_fold *f = &r->folds.folds[i];
        if (!db_exec(db, SQL_model_fold_add,
                     DB_ARGS(fmt_i64(a, id), fmt_i64(a, (int64_t)i + 1),
                             fmt_i64(a, f->train_rows),
                             fmt_i64(a, f->train_first_ts),
                             fmt_i64(a, f->train_last_ts), fmt_i64(a, f->rows),
                             fmt_i64(a, f->first_ts), fmt_i64(a, f->last_ts),
                             isnan(f->rmse) ? NULL : fmt_f64(a, f->rmse),
                             isnan(f->r2) ? NULL : fmt_f64(a, f->r2)),
                     NULL, err))
            return false;
    }
    return true;
}

static bool
add_coefficients(struct retrain *r, struct db *db, int64_t id, struct err *err)
{
    struct arena *a = r->a;
    int n = r->all.n;
    const char **names = arena_array(a, (size_t)n, sizeof(*names));
    for (int i = 0; i < n; i++)
        names[i] = model_coefficient_name(&r->spec, i);
    return db_exec(db, SQL_model_coefficient_add,
                   DB_ARGS(fmt_i64(a, id), r->spec.intercept ? "0" : "1",
                           fmt_array(a, names, (size_t)n),
                           f64_array(a, r->all.coefficients, n),
                           f64_array(a, r->all.std_errors, n),
                           f64_array(a, r->train.coefficients, n)),
                   NULL, err);
}

/* How many rows a challenger is watched for before it may answer. After an
 * automatic return the gate alone is not trusted. */
static int64_t
shadow_rows(const struct retrain *r)
{
    const struct model_spec *spec = &r->spec;
    if (!r->verdict.passed || r->candidate.champion.version == 0)
        return 0;
    return r->live.returned && spec->shadow_rows < spec->live_rows
               ? spec->live_rows
               : spec->shadow_rows;
}

static void
put_words(struct retrain *r, int64_t shadow)
{
    struct arena *a = r->a;
    long long version = (long long)r->out->version;
    if (!r->verdict.passed) {
        r->out->outcome = MODEL_REFUSED;
        r->out->words = arena_printf(a, "version %lld was refused: %s", version,
                                     r->verdict.words);
        return;
    }
    r->out->outcome = shadow > 0 ? MODEL_SHADOW : MODEL_ACTIVATED;
    r->out->words = arena_printf(
        a, "version %lld is %s: R\u00b2 %.4f, RMSE %.4g on %s up to %s",
        version,
        shadow > 0
            ? arena_printf(a, "in shadow for %s",
                           fmt_plural(a, shadow, "live row", "live rows"))
            : "active",
        r->all.r2, r->all.rmse, fmt_plural(a, r->rows->rows, "row", "rows"),
        date_format_day(a, r->rows->last_ts));
}

static bool
store(struct retrain *r, struct db *db, struct err *err)
{
    struct arena *a = r->a;
    const char *model_id = fmt_i64(a, r->spec.id);
    int64_t id, shadow = shadow_rows(r);
    bool active = r->verdict.passed && shadow == 0;
    const char *state = active              ? "active"
                        : r->verdict.passed ? "shadow"
                                            : "refused";
    if ((active && !db_exec(db, SQL_model_version_retire, DB_ARGS(model_id),
                            NULL, err)) ||
        !add_version(r, db, state, shadow, &id, err) ||
        !add_coefficients(r, db, id, err) || !add_folds(r, db, id, err))
        return false;
    if (active &&
        !db_exec(db, SQL_model_activation_add,
                 DB_ARGS(model_id, fmt_i64(a, id), r->who,
                         "retrained and passed the quality gate", "retrained"),
                 NULL, err))
        return false;
    put_words(r, shadow);
    return true;
}

/* Live errors may decide the matter, or a version in shadow keep others from
 * being fitted. */
static bool
look_at_live(struct retrain *r, struct db *db, bool *done, struct err *err)
{
    if (!model_watch(r->a, db, &r->spec, r->who, &r->live, err))
        return false;
    *done = r->live.decided || r->live.shadow != 0;
    if (r->live.decided)
        *r->out = r->live.result;
    else if (r->live.shadow != 0)
        r->out->words = r->live.shadow_words;
    return true;
}

static bool
fit_new(struct retrain *r, struct db *db, struct err *err)
{
    bool known;
    int versions;
    struct champion k;
    if (!model_load(r->a, db, &r->spec, &r->data, err))
        return false;
    r->rows = r->data.rows;
    if (!is_known(r, db, &known, &versions, err))
        return false;
    if (known)
        return true;
    r->cut = model_rows_split(r->rows, r->spec.holdout_frac);
    if (!is_enough(r->rows, r->cut))
        return too_few(r, versions, err);
    if (!read_champion(r, db, &k, err))
        return false;
    choose_cut(r, &k);
    return fit_and_judge(r, &k, err) && store(r, db, err);
}

static bool
retrain(struct db *db, void *arg, struct err *err)
{
    struct retrain *r = arg;
    bool done;
    if (!model_lock(db, r->name, err) ||
        !model_spec_get(r->a, db, r->name, &r->spec, err) ||
        !look_at_live(r, db, &done, err) || (!done && !fit_new(r, db, err)))
        return false;
    if (r->live.words != NULL && !r->live.decided)
        r->out->words =
            arena_printf(r->a, "%s; %s", r->out->words, r->live.words);
    return true;
}

bool
model_retrain(struct arena *a, struct db *db, const char *name, int64_t run_id,
              const char *who, int64_t now_ts, struct model_result *out,
              struct err *err)
{
    *out = (struct model_result){.outcome = MODEL_UNCHANGED, .words = ""};
    struct retrain r = {.a = a,
                        .name = name,
                        .who = who,
                        .run_id = run_id,
                        .now_ts = now_ts,
                        .out = out};
    return db_tx(db, retrain, &r, err);
}
