#include "core/model_watch.h"

#include "core/audit.h"
#include "core/model_read.h"
#include "lib/format.h"
#include "lib/json.h"

#include <math.h>
#include <string.h>

/* Rounding is no error: RMSEs this far below the target's size are zero. */
#define NOTHING 1e-12

enum role { ACTIVE, SHADOW, FORMER, ROLES };

struct live_row {
    int64_t ts;
    double predicted, actual;
};

/* A version that is watched. */
struct watched {
    const char *id;  /* NULL: there is none */
    int64_t version; /* its number */
    int64_t last_ts, from_ts, shadow_rows;
    double holdout_rmse;
    bool comparable; /* its coefficients are of the rows as they are now */
    const char *how; /* it came to answer */
    double *coefficients;
    int n;
    struct live_row *rows; /* a ring of MODEL_WATCH_MAX */
    int64_t n_rows;        /* given so far */
};

struct watch {
    struct arena *a;
    struct db *db;
    const struct model_spec *spec;
    const char *who;
    struct watched roles[ROLES];
    struct model_watch *out;
};

static void
begin_watched(struct watch *w, const struct db_rows *rows, int row,
              struct watched *v)
{
    const char *key = db_text(rows, row, "rows_key");
    size_t n = (size_t)model_n_coefficients(w->spec);
    *v = (struct watched){
        .id = db_text(rows, row, "id"),
        .version = db_i64(rows, row, "version"),
        .last_ts = db_i64(rows, row, "last_ts"),
        .shadow_rows = db_i64(rows, row, "shadow_rows"),
        .holdout_rmse = db_f64(rows, row, "holdout_rmse"),
        .how = db_text(rows, row, "how"),
        .comparable = key != NULL ? strcmp(key, w->spec->rows_key) == 0
                                  : model_rows_are_plain(w->spec),
        .coefficients = arena_array(w->a, n, sizeof(double)),
        .rows = arena_array(w->a, MODEL_WATCH_MAX, sizeof(*v->rows)),
    };
    v->from_ts = db_is_null(rows, row, "from_ts")
                     ? v->last_ts + 1
                     : db_i64(rows, row, "from_ts");
}

/* The versions, each with its coefficients in order. */
static bool
read_versions(struct watch *w, struct err *err)
{
    static const char *const names[] = {"active", "shadow", "former"};
    struct db_rows *rows;
    if (!db_query(w->a, w->db, SQL_model_watch_versions,
                  DB_ARGS(fmt_i64(w->a, w->spec->id),
                          fmt_i64(w->a, w->spec->live_rows)),
                  &rows, err))
        return false;
    int wanted = model_n_coefficients(w->spec);
    for (int i = 0; i < db_count(rows); i++) {
        size_t role = 0;
        while (role < FORMER &&
               strcmp(db_text(rows, i, "role"), names[role]) != 0)
            role++;
        struct watched *v = &w->roles[role];
        if (v->id == NULL)
            begin_watched(w, rows, i, v);
        if (v->n < wanted && strcmp(db_text(rows, i, "name"),
                                    model_coefficient_name(w->spec, v->n)) == 0)
            v->coefficients[v->n] = db_f64(rows, i, "value");
        else
            v->comparable = false;
        v->n++;
    }
    for (size_t i = 0; i < ROLES; i++)
        w->roles[i].comparable &= w->roles[i].n == wanted;
    return true;
}

static bool
take_row(void *arg, int64_t ts, const double *values, struct err *err)
{
    struct watch *w = arg;
    (void)err;
    double actual = values[w->spec->n_inputs];
    if (!isfinite(actual))
        return true; /* fitting will say so */
    for (size_t i = 0; i < ROLES; i++) {
        struct watched *v = &w->roles[i];
        if (!v->comparable || ts <= v->last_ts)
            continue;
        double predicted = model_predict(w->spec, v->coefficients, values);
        if (isfinite(predicted))
            v->rows[v->n_rows++ % MODEL_WATCH_MAX] =
                (struct live_row){ts, predicted, actual};
    }
    return true;
}

/* The i-th of the rows that are still there, counted from the newest. */
static const struct live_row *
row_at(const struct watched *v, int64_t back)
{
    return &v->rows[(v->n_rows - 1 - back) % MODEL_WATCH_MAX];
}

static int64_t
n_kept(const struct watched *v)
{
    return v->n_rows < MODEL_WATCH_MAX ? v->n_rows : MODEL_WATCH_MAX;
}

static bool
record(struct watch *w, const struct watched *v, int64_t from_ts,
       struct err *err)
{
    int64_t n = n_kept(v);
    if (!v->comparable)
        return true;
    const char **columns[3];
    for (size_t c = 0; c < 3; c++)
        columns[c] = arena_array(w->a, (size_t)n, sizeof(char *));
    for (int64_t i = 0; i < n; i++) {
        const struct live_row *row = row_at(v, n - 1 - i);
        columns[0][i] = fmt_i64(w->a, row->ts);
        columns[1][i] = fmt_f64(w->a, row->predicted);
        columns[2][i] = fmt_f64(w->a, row->actual);
    }
    if (n == MODEL_WATCH_MAX)
        from_ts = row_at(v, n - 1)->ts;
    return db_exec(w->db, SQL_model_error_save,
                   DB_ARGS(v->id, fmt_i64(w->a, from_ts),
                           fmt_array(w->a, columns[0], (size_t)n),
                           fmt_array(w->a, columns[1], (size_t)n),
                           fmt_array(w->a, columns[2], (size_t)n)),
                   NULL, err);
}

/* Reads what came after the versions were fitted, and records it. */
static bool
look(struct watch *w, struct err *err)
{
    int64_t from_ts = INT64_MAX;
    for (size_t i = 0; i < ROLES; i++)
        if (w->roles[i].comparable && w->roles[i].from_ts < from_ts)
            from_ts = w->roles[i].from_ts;
    if (from_ts == INT64_MAX)
        return true;
    struct model_read read = {
        .feed = model_feed_new(w->a, w->spec), .row = take_row, .arg = w};
    if (!model_read_until(w->a, w->db, w->spec, &read.to_ts, err) ||
        !model_read_from(w->a, w->db, &read, from_ts, err) ||
        !model_read(w->a, w->db, &read, err))
        return err_wrap(err, "live errors");
    for (size_t i = 0; i < ROLES; i++)
        if (!record(w, &w->roles[i], from_ts, err))
            return false;
    return true;
}

/* RMSE over the newest rows, at most `most`, that are newer than after_ts; *n:
 * how many they were. */
static double
live_rmse(const struct watched *v, int64_t most, int64_t after_ts, int64_t *n)
{
    double sum = 0;
    int64_t kept = n_kept(v);
    for (*n = 0; *n < kept && *n < most; ++*n) {
        const struct live_row *row = row_at(v, *n);
        if (row->ts <= after_ts)
            break;
        sum += (row->predicted - row->actual) * (row->predicted - row->actual);
    }
    return fit_rmse(sum, *n);
}

/* What is so small that it is nothing. */
static double
live_floor(const struct watched *v, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += row_at(v, i)->actual * row_at(v, i)->actual;
    return NOTHING * fit_rmse(sum, n);
}

/* --- what follows ------------------------------------------------------------
 */

static const char *
version_json(struct arena *a, int64_t version, const char *why)
{
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_key(b, "version");
    json_put_i64(b, version);
    if (why != NULL)
        json_member_str(b, "why", why);
    json_close(b, '}');
    return b->data;
}

/* `to` answers from now on instead of the active version. */
static bool
answer(struct watch *w, const struct watched *to, const char *how,
       const char *why, struct err *err)
{
    struct arena *a = w->a;
    const struct watched *active = &w->roles[ACTIVE];
    const char *id = fmt_i64(a, w->spec->id);
    const char *before =
        active->id != NULL ? version_json(a, active->version, NULL) : NULL;
    w->out->decided = true;
    w->out->result.version = to->version;
    w->out->result.words = why;
    return db_exec(w->db, SQL_model_version_retire, DB_ARGS(id), NULL, err) &&
           db_exec(w->db, SQL_model_version_activate, DB_ARGS(to->id), NULL,
                   err) &&
           db_exec(w->db, SQL_model_activation_add,
                   DB_ARGS(id, to->id, w->who, why, how), NULL, err) &&
           audit_add(w->db, w->who, arena_printf(a, "model.%s", how),
                     arena_printf(a, "model:%s", w->spec->name), before,
                     version_json(a, to->version, why), "", err);
}

static const char *
rule_json(struct arena *a, double value, double limit, bool passed,
          const char *words)
{
    struct buf *b = buf_new(a);
    json_open(b, '[');
    json_open(b, '{');
    json_member_str(b, "rule", "shadow");
    json_member_f64(b, "value", value);
    json_member_f64(b, "limit", limit);
    json_key(b, "passed");
    json_put_bool(b, passed);
    json_member_str(b, "words", words);
    json_close(b, '}');
    json_close(b, ']');
    return b->data;
}

/* The shadow's rows are there. */
static bool
end_shadow(struct watch *w, double value, double limit, bool passed,
           const char *words, struct err *err)
{
    struct arena *a = w->a;
    const struct watched *s = &w->roles[SHADOW];
    if (!db_exec(w->db, SQL_model_version_judge,
                 DB_ARGS(s->id, passed ? "retired" : "refused",
                         rule_json(a, value, limit, passed, words)),
                 NULL, err))
        return false;
    w->out->result.outcome = passed ? MODEL_ACTIVATED : MODEL_REFUSED;
    if (passed)
        return answer(w, s, "promoted",
                      arena_printf(a, "version %lld is active: %s",
                                   (long long)s->version, words),
                      err);
    w->out->decided = true;
    w->out->result.version = s->version;
    w->out->result.words =
        arena_printf(a, "version %lld was refused after its time in shadow: %s",
                     (long long)s->version, words);
    return true;
}

/* Against the active version on the same rows; where that cannot be, against
 * its own band. */
static bool
judge_shadow(struct watch *w, int64_t n, struct err *err)
{
    struct arena *a = w->a;
    const struct watched *s = &w->roles[SHADOW], *k = &w->roles[ACTIVE];
    double rmse = live_rmse(s, n, s->last_ts, &n);
    double margin = w->spec->shadow_margin_frac, nothing = live_floor(s, n);
    const char *rows = fmt_plural(a, n, "live row", "live rows");
    int64_t same = 0;
    double theirs = live_rmse(k, n, s->last_ts, &same);
    if (k->comparable && same == n) {
        double limit = theirs * (1 - margin) + nothing;
        return end_shadow(
            w, rmse, limit, rmse <= limit,
            arena_printf(a,
                         "RMSE on %s in shadow is %.4g; version %lld's on the "
                         "same rows is %.4g, and up to %.4g is accepted",
                         rows, rmse, (long long)k->version, theirs, limit),
            err);
    }
    double band = isnan(w->spec->live_band) ? 3 : w->spec->live_band;
    double limit = band * s->holdout_rmse + nothing;
    return end_shadow(
        w, rmse, limit, rmse <= limit,
        arena_printf(a,
                     "RMSE on %s in shadow is %.4g; there is no version to "
                     "compare it with, and up to %.4g (%.3g times its RMSE on "
                     "the hold-out) is accepted",
                     rows, rmse, limit, band),
        err);
}

static bool
decide_shadow(struct watch *w, struct err *err)
{
    const struct watched *s = &w->roles[SHADOW];
    if (s->id == NULL)
        return true;
    if (!s->comparable)
        return end_shadow(w, NAN, NAN, false,
                          "what the model is made of changed meanwhile", err);
    int64_t n = s->n_rows;
    if (n >= s->shadow_rows)
        return judge_shadow(w, n_kept(s), err);
    w->out->shadow = s->version;
    w->out->shadow_words = arena_printf(
        w->a, "version %lld is in shadow: %lld of %s", (long long)s->version,
        (long long)n, fmt_plural(w->a, s->shadow_rows, "row", "rows"));
    return true;
}

/* Whether the former version may answer again, on the same rows. */
static bool
is_better(const struct watch *w, double rmse, double nothing, int64_t after_ts,
          double *theirs)
{
    const struct watched *f = &w->roles[FORMER];
    const struct model_spec *spec = w->spec;
    int64_t n;
    *theirs = live_rmse(f, spec->live_rows, after_ts, &n);
    return n == spec->live_rows &&
           (*theirs <= spec->live_band * f->holdout_rmse + nothing ||
            *theirs <= rmse * (1 - spec->rmse_margin_frac));
}

static bool
decide_return(struct watch *w, struct err *err)
{
    struct arena *a = w->a;
    const struct model_spec *spec = w->spec;
    const struct watched *k = &w->roles[ACTIVE], *f = &w->roles[FORMER];
    if (!k->comparable || isnan(spec->live_band) ||
        strcmp(k->how, "chosen") == 0)
        return true;
    int64_t after =
        f->comparable && f->last_ts > k->last_ts ? f->last_ts : k->last_ts;
    int64_t n;
    double rmse = live_rmse(k, spec->live_rows, after, &n);
    double nothing = live_floor(k, n), theirs;
    double limit = spec->live_band * k->holdout_rmse + nothing;
    if (n < spec->live_rows || rmse <= limit)
        return true;
    const char *left = arena_printf(
        a,
        "version %lld's RMSE on the last %s is %.4g, more than %.4g (%.3g "
        "times its RMSE on the hold-out)",
        (long long)k->version, fmt_plural(a, n, "live row", "live rows"), rmse,
        limit, spec->live_band);
    w->out->words = left;
    if (!f->comparable || !is_better(w, rmse, nothing, after, &theirs))
        return true;
    w->out->result.outcome = MODEL_RETURNED;
    return db_exec(w->db, SQL_model_version_returned, DB_ARGS(k->id), NULL,
                   err) &&
           answer(w, f, "returned",
                  arena_printf(a,
                               "version %lld is active again: %s; version "
                               "%lld's on the same rows is %.4g",
                               (long long)f->version, left,
                               (long long)f->version, theirs),
                  err);
}

bool
model_watch(struct arena *a, struct db *db, const struct model_spec *spec,
            const char *who, struct model_watch *out, struct err *err)
{
    struct watch w = {.a = a, .db = db, .spec = spec, .who = who, .out = out};
    *out = (struct model_watch){0};
    if (!read_versions(&w, err) || !look(&w, err))
        return false;
    const struct watched *active = &w.roles[ACTIVE];
    out->returned = active->id != NULL && strcmp(active->how, "returned") == 0;
    return decide_shadow(&w, err) && (out->decided || decide_return(&w, err));
}
