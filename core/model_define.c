#include "core/model_define.h"

#include "core/audit.h"
#include "core/instrument.h"
#include "core/mill.h"
#include "core/model_spec.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/number.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_LEN = 41, LAG_MAX = 1000 };

static const struct number {
    const char *name, *fallback;
    double min, max;
    bool whole, may_be_none;
} numbers[MODEL_NUMBERS] = {
    [MODEL_MIN_ROWS] = {"min-rows", "250", 10, 1e12, true, false},
    [MODEL_HOLDOUT] = {"holdout", "0.2", 1e-6, 0.5, false, false},
    [MODEL_MIN_R2] = {"min-r2", "0.5", -1e9, 1, false, false},
    [MODEL_MARGIN] = {"margin", "0.1", 0, 1e9, false, false},
    [MODEL_FOLDS] = {"folds", "5", 0, 50, true, false},
    [MODEL_FOLD_SPREAD] = {"fold-spread", "none", 1e-9, 1e9, false, true},
    [MODEL_SHADOW_ROWS] = {"shadow", "0", 0, 10000, true, false},
    [MODEL_SHADOW_MARGIN] = {"shadow-margin", "0", 0, 0.999, false, false},
    [MODEL_LIVE_ROWS] = {"live-rows", "10", 1, 10000, true, false},
    [MODEL_LIVE_BAND] = {"live-band", "3", 1, 1e9, false, true},
};

struct defining {
    struct arena *a;
    struct db *db;
    const struct model_define *what;
    const char *who;
    struct model_spec spec;
    struct model_input *inputs;
    const char *window_rows, *window_days, *lambda;
    const char *numbers[MODEL_NUMBERS]; /* NULL: none */
};

static bool
is_name(const char *text, size_t len)
{
    size_t good = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return len > 0 && len <= NAME_MAX_LEN && good >= len && text[0] >= 'a';
}

/* btc_usd_volume_log_lag2: what is not the default is in the name. */
static const char *
name_of(struct arena *a, const struct model_input *in)
{
    struct buf *b = buf_new(a);
    if (!isalpha((unsigned char)in->symbol[0]))
        buf_adds(b, "x_");
    for (const char *c = in->symbol; *c != '\0'; c++)
        buf_addc(b, isalnum((unsigned char)*c)
                        ? (char)tolower((unsigned char)*c)
                        : '_');
    if (strcmp(in->field.name, "close") != 0)
        buf_addf(b, "_%s", in->field.name);
    if (in->transform != MODEL_PLAIN)
        buf_addf(b, "_%s", model_transform_name(in->transform));
    if (in->lag > 0)
        buf_addf(b, "_lag%d", in->lag);
    return b->data;
}

/* What one of the words after the symbol says. */
static bool
read_word(const char *word, const char *whole, struct model_input *out,
          bool seen[3], struct err *err)
{
    int64_t lag = 0;
    struct model_field field;
    enum model_transform transform;
    int kind;
    if (strncmp(word, "lag", 3) == 0 &&
        number_parse_i64(word + 3, strlen(word + 3), &lag)) {
        if (lag < 0 || lag > LAG_MAX)
            return err_set(err, ERR_INPUT,
                           "%s: a lag is 0 to %d bars back; nothing looks "
                           "ahead",
                           whole, LAG_MAX);
        out->lag = (int)lag;
        kind = 0;
    } else if (model_transform_parse(word, &transform)) {
        out->transform = transform;
        kind = 1;
    } else if (model_field_find(word, &field)) {
        out->field = field;
        kind = 2;
    } else {
        return err_set(err, ERR_INPUT,
                       "%s: \"%.40s\" is no field (open, high, low, close, "
                       "volume, or the name of an indicator or a feature), no "
                       "transform (none, log, diff, return, square) and no lag "
                       "(lag1)",
                       whole, word);
    }
    if (seen[kind])
        return err_set(err, ERR_INPUT, "%s: \"%.40s\" is one too many", whole,
                       word);
    seen[kind] = true;
    return true;
}

static bool
find_instrument(struct defining *d, const char *symbol, struct model_input *out,
                struct err *err)
{
    struct instrument found;
    if (!instrument_get(d->a, d->db, symbol, &found, err))
        return false;
    out->symbol = found.symbol;
    out->instrument_id = found.id;
    return true;
}

/* The symbol, before which there may be a name. A symbol may have "=" in it. */
static bool
read_symbol(struct defining *d, char *text, struct model_input *out,
            struct err *err)
{
    char *equals = strchr(text, '=');
    struct err unknown;
    if (equals == NULL || !is_name(text, (size_t)(equals - text)))
        return find_instrument(d, text, out, err);
    if (find_instrument(d, text, out, &unknown))
        return true;
    if (unknown.kind != ERR_MISSING) {
        *err = unknown;
        return false;
    }
    *equals = '\0';
    out->name = text;
    return find_instrument(d, equals + 1, out, err);
}

static bool
read_input(struct defining *d, const char *text, struct model_input *out,
           struct err *err)
{
    char *rest = arena_strdup(d->a, text);
    char *symbol = strsep(&rest, ":"), *word;
    bool seen[3] = {false};
    *out = (struct model_input){0};
    if (!model_field_find("close", &out->field))
        return err_set(err, ERR_INTERNAL, "there is no field close");
    while ((word = strsep(&rest, ":")) != NULL)
        if (!read_word(word, text, out, seen, err))
            return false;
    if (!read_symbol(d, symbol, out, err))
        return err_wrap(err, "%s", text);
    if (out->field.source != MODEL_BAR && d->what->interval_s < MILL_STORED_S)
        return err_set(err, ERR_INPUT,
                       "%s: indicators and features are kept for intervals of "
                       "an hour and longer",
                       text);
    if (out->name == NULL)
        out->name = name_of(d->a, out);
    return true;
}

static bool
check_target(const struct defining *d, struct err *err)
{
    const struct model_input *t = &d->spec.target;
    if (t->field.source != MODEL_BAR)
        return err_set(err, ERR_INPUT,
                       "the target is a field of bars (open, high, low, close "
                       "or volume), not %s",
                       t->field.name);
    if (t->lag != 0 || t->transform == MODEL_SQUARE)
        return err_set(err, ERR_INPUT,
                       "the target has no lag, and its transform is none, log, "
                       "diff or return");
    return true;
}

static bool
check_input(const struct defining *d, size_t i, struct err *err)
{
    const struct model_input *in = &d->inputs[i];
    if (!is_name(in->name, strlen(in->name)))
        return err_set(err, ERR_INPUT,
                       "\"%.60s\" is no name for an input: small letters, "
                       "digits and underscores, at most %d, a letter first; "
                       "give one with NAME=%s",
                       in->name, NAME_MAX_LEN, d->what->inputs[i]);
    if (strcmp(in->name, "intercept") == 0)
        return err_set(err, ERR_INPUT, "an input cannot be called intercept");
    if (model_input_is_target(&d->spec, in))
        return err_set(err, ERR_INPUT,
                       "%s: the target would explain itself; take it some bars "
                       "back, as %s:lag1",
                       d->what->inputs[i], d->what->inputs[i]);
    for (size_t k = 0; k < i; k++) {
        const struct model_input *x = &d->inputs[k];
        if (strcmp(in->name, x->name) == 0 ||
            (in->instrument_id == x->instrument_id &&
             strcmp(in->field.name, x->field.name) == 0 &&
             in->transform == x->transform && in->lag == x->lag))
            return err_set(err, ERR_INPUT, "%s and %s are the same input",
                           d->what->inputs[k], d->what->inputs[i]);
    }
    return true;
}

static bool
read_inputs(struct defining *d, struct err *err)
{
    const struct model_define *w = d->what;
    if (w->n_inputs == 0 || w->n_inputs > MODEL_INPUTS_MAX)
        return err_set(err, ERR_INPUT, "a model has 1 to %d inputs",
                       MODEL_INPUTS_MAX);
    d->inputs = arena_array(d->a, w->n_inputs, sizeof(*d->inputs));
    d->spec.inputs = d->inputs;
    d->spec.n_inputs = (int)w->n_inputs;
    d->spec.interval_s = w->interval_s;
    if (!read_input(d, w->target, &d->spec.target, err) ||
        !check_target(d, err))
        return false;
    for (size_t i = 0; i < w->n_inputs; i++)
        if (!read_input(d, w->inputs[i], &d->inputs[i], err) ||
            !check_input(d, i, err))
            return false;
    return true;
}

static bool
read_number(const struct number *n, const char *text, const char **out,
            struct err *err)
{
    double v;
    *out = text != NULL ? text : n->fallback;
    if (strcmp(*out, "none") == 0 && n->may_be_none) {
        *out = NULL;
        return true;
    }
    if (number_parse_f64(*out, strlen(*out), &v) && v >= n->min &&
        v <= n->max && (!n->whole || v == floor(v)))
        return true;
    return err_set(err, ERR_INPUT,
                   "%s %.40s: a %snumber from %.6g to %.6g is expected%s",
                   n->name, *out, n->whole ? "whole " : "", n->min, n->max,
                   n->may_be_none ? ", or none" : "");
}

static bool
read_method(struct defining *d, struct err *err)
{
    const struct model_define *w = d->what;
    if (w->method != NULL && !fit_method_parse(w->method, &d->spec.method))
        return err_set(err, ERR_INPUT,
                       "method %.40s: ols, ridge or huber is expected",
                       w->method);
    if ((d->spec.method == FIT_RIDGE) != (w->lambda != NULL))
        return err_set(err, ERR_INPUT, "ridge and its lambda need each other");
    if (w->lambda == NULL)
        return true;
    static const struct number lambda = {"lambda", "", 0, 1e300, false, false};
    return read_number(&lambda, w->lambda, &d->lambda, err);
}

/* "500" rows or "365d" days. */
static bool
read_window(struct defining *d, struct err *err)
{
    const char *text = d->what->window;
    int64_t n;
    if (text == NULL || strcmp(text, "all") == 0)
        return true;
    size_t len = strlen(text);
    bool days = len > 0 && text[len - 1] == 'd';
    if (!number_parse_i64(text, len - (days ? 1 : 0), &n) ||
        n < (days ? 1 : 10) || n > (days ? 100000 : 1000000000))
        return err_set(err, ERR_INPUT,
                       "window %.40s: all, a number of rows from 10 (500) or "
                       "one of days (365d) is expected",
                       text);
    *(days ? &d->window_days : &d->window_rows) = fmt_i64(d->a, n);
    return true;
}

static const char *
title_of(const struct defining *d)
{
    if (d->what->title != NULL)
        return d->what->title;
    struct buf *b = buf_new(d->a);
    buf_adds(b, model_input_words(d->a, &d->spec.target));
    for (size_t i = 0; i < d->what->n_inputs && b->len < 100; i++)
        buf_addf(b, "%s %s", i == 0 ? " from" : ",", d->inputs[i].name);
    return b->data;
}

/* What the audit log keeps. */
static const char *
audit_json(const struct defining *d)
{
    const struct model_define *w = d->what;
    struct buf *b = buf_new(d->a);
    json_open(b, '{');
    json_member_str(b, "target", w->target);
    json_key(b, "inputs");
    json_open(b, '[');
    for (size_t i = 0; i < w->n_inputs; i++)
        json_put_str(b, w->inputs[i]);
    json_close(b, ']');
    json_member_str(b, "method", fit_method_name(d->spec.method));
    json_member_str(b, "window", w->window != NULL ? w->window : "all");
    for (size_t i = 0; i < MODEL_NUMBERS; i++)
        json_member_str(b, numbers[i].name, d->numbers[i]);
    json_close(b, '}');
    return b->data;
}

static bool
add_inputs(struct defining *d, const char *id, struct err *err)
{
    struct arena *a = d->a;
    for (size_t i = 0; i < d->what->n_inputs; i++) {
        const struct model_input *in = &d->inputs[i];
        if (!db_exec(d->db, SQL_model_input_add,
                     DB_ARGS(id, fmt_i64(a, (int64_t)i + 1), in->name,
                             fmt_i64(a, in->instrument_id), in->field.name,
                             model_transform_name(in->transform),
                             fmt_i64(a, in->lag)),
                     NULL, err))
            return false;
    }
    return true;
}

static bool
add(struct db *db, void *arg, struct err *err)
{
    struct defining *d = arg;
    struct arena *a = d->a;
    const struct model_define *w = d->what;
    const struct model_input *t = &d->spec.target;
    struct db_rows *added;
    const char *const *v = d->numbers;
    if (!db_query_one(
            a, db, SQL_model_add,
            DB_ARGS(w->name, title_of(d), fmt_i64(a, t->instrument_id),
                    t->field.name, model_transform_name(t->transform),
                    fmt_i64(a, w->interval_s), w->no_intercept ? "f" : "t",
                    fit_method_name(d->spec.method), d->lambda, d->window_rows,
                    d->window_days, w->rolling ? "rolling" : "expanding",
                    v[MODEL_MIN_ROWS], v[MODEL_HOLDOUT], v[MODEL_MIN_R2],
                    v[MODEL_MARGIN], v[MODEL_FOLDS], v[MODEL_FOLD_SPREAD],
                    v[MODEL_SHADOW_ROWS], v[MODEL_SHADOW_MARGIN],
                    v[MODEL_LIVE_ROWS], v[MODEL_LIVE_BAND]),
            &added, err))
        return err->kind == ERR_CONFLICT
                   ? err_set(err, ERR_CONFLICT,
                             "there is a model named %s already", w->name)
                   : false;
    return add_inputs(d, db_text(added, 0, "id"), err) &&
           audit_add(db, d->who, "model.add",
                     arena_printf(a, "model:%s", w->name), NULL, audit_json(d),
                     "", err);
}

static bool
check(struct defining *d, struct err *err)
{
    const struct model_define *w = d->what;
    static const char good[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t len = strlen(w->name);
    if (len == 0 || len > NAME_MAX_LEN || strspn(w->name, good) != len ||
        w->name[0] < 'a')
        return err_set(err, ERR_INPUT,
                       "\"%.60s\" is no name for a model: small letters, "
                       "digits, - and _, at most %d, a letter first",
                       w->name, NAME_MAX_LEN);
    for (size_t i = 0; i < MODEL_NUMBERS; i++)
        if (!read_number(&numbers[i], w->numbers[i], &d->numbers[i], err))
            return false;
    return read_method(d, err) && read_window(d, err) && read_inputs(d, err);
}

bool
model_define(struct db *db, const struct model_define *what, const char *who,
             struct err *err)
{
    struct defining d = {.a = arena_new(), .db = db, .what = what, .who = who};
    bool ok = check(&d, err) && db_tx(db, add, &d, err);
    arena_free(d.a);
    return ok;
}

/* --- models that are there ---------------------------------------------------
 */

struct change {
    const char *name, *who;
    bool enable, even_answered;
};

static bool
enable(struct db *db, void *arg, struct err *err)
{
    const struct change *c = arg;
    int64_t n;
    char object[80];
    snprintf(object, sizeof(object), "model:%s", c->name);
    if (!db_exec(db, SQL_model_enable, DB_ARGS(c->name, c->enable ? "t" : "f"),
                 &n, err))
        return false;
    if (n == 0)
        return err_set(err, ERR_CONFLICT, "model %s is %s already", c->name,
                       c->enable ? "enabled" : "disabled");
    return audit_add(db, c->who, c->enable ? "model.enable" : "model.disable",
                     object, NULL, NULL, "", err);
}

/* fails   ERR_MISSING: no such model */
static bool
find_model(struct db *db, const char *name, int64_t *answered, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query(a, db, SQL_model_answered, DB_ARGS(name), &rows, err);
    if (ok && db_count(rows) == 0)
        ok = err_set(err, ERR_MISSING, "no model is named %.60s", name);
    if (ok)
        *answered = db_i64(rows, 0, "answered");
    arena_free(a);
    return ok;
}

bool
model_enable(struct db *db, const char *name, bool do_enable, const char *who,
             struct err *err)
{
    struct change c = {.name = name, .who = who, .enable = do_enable};
    int64_t answered;
    return find_model(db, name, &answered, err) && db_tx(db, enable, &c, err);
}

static bool
take_away(struct db *db, void *arg, struct err *err)
{
    const struct change *c = arg;
    int64_t answered;
    char object[80];
    snprintf(object, sizeof(object), "model:%s", c->name);
    if (!model_lock(db, c->name, err) ||
        !find_model(db, c->name, &answered, err))
        return false;
    if (answered > 0 && !c->even_answered)
        return err_set(err, ERR_CONFLICT,
                       "versions of model %s have answered %lld time%s; "
                       "disable it, or say that its record may go, too",
                       c->name, (long long)answered, answered == 1 ? "" : "s");
    return db_exec(db, SQL_model_remove, DB_ARGS(c->name), NULL, err) &&
           audit_add(db, c->who, "model.remove", object, NULL, NULL, "", err);
}

bool
model_remove(struct db *db, const char *name, bool even_answered,
             const char *who, struct err *err)
{
    struct change c = {
        .name = name, .who = who, .even_answered = even_answered};
    return db_tx(db, take_away, &c, err);
}
