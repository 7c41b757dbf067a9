/* A model that is not there yet: what the form says of it; and whether one is
 * fitted with every run. */
#include "cgi/page.h"
#include "cgi/page_models_own.h"
#include "cgi/show.h"
#include "core/interval.h"
#include "core/model_define.h"
#include "lib/date.h"

#include <string.h>

static const struct number {
    enum model_number number;
    const char *field; /* of the form */
    const char *word;  /* that model_define calls it */
    const char *label, *help, *usual;
} numbers[] = {
    {MODEL_MIN_ROWS, "min_rows", "min-rows", "Least rows",
     "Fewer are not fitted", "250"},
    {MODEL_HOLDOUT, "holdout", "holdout", "Hold-out",
     "The part of the rows that is kept back to judge on", "0.2"},
    {MODEL_MIN_R2, "min_r2", "min-r2", "Least R²", "Of the gate", "0.5"},
    {MODEL_MARGIN, "margin", "margin", "RMSE margin",
     "A challenger may be worse by this part", "0.1"},
    {MODEL_FOLDS, "folds", "folds", "Folds",
     "Of walk-forward validation; 0 for none", "5"},
    {MODEL_FOLD_SPREAD, "fold_spread", "fold-spread", "Fold spread",
     "Deviation of the folds' RMSE over its mean, at most; or none", "none"},
    {MODEL_SHADOW_ROWS, "shadow", "shadow", "Shadow rows",
     "Live rows a challenger is watched for; 0: it answers at once", "0"},
    {MODEL_SHADOW_MARGIN, "shadow_margin", "shadow-margin", "Shadow margin",
     "It must be better on them by this part", "0"},
    {MODEL_LIVE_ROWS, "live_rows", "live-rows", "Live rows",
     "Judged together against the band", "10"},
    {MODEL_LIVE_BAND, "live_band", "live-band", "Live band",
     "Times the hold-out RMSE; beyond it the former version answers again; or "
     "none",
     "3"},
};

static const char *const methods[] = {"ols", "ridge", "huber"};
static const char *const method_labels[] = {
    "least squares", "ridge: shrinks coefficients by lambda",
    "Huber: outliers count less"};
static const char *const intervals[] = {"1d", "4h", "1h", "15m", "5m", "1m"};

/* What was typed; without the blanks around it; NULL: nothing. */
static const char *
typed(struct page *p, const char *field)
{
    const char *text = page_form(p, field);
    if (text == NULL)
        return NULL;
    text += strspn(text, " \t\r\n");
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
        len--;
    return len > 0 ? arena_strndup(p->a, text, len) : NULL;
}

static bool
is(const char *text, const char *word)
{
    return text != NULL && strcmp(text, word) == 0;
}

static void
set_choices(struct view *form, const char *section, const char *const *values,
            const char *const *labels, size_t n, const char *chosen)
{
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(form, section);
        view_set(v, "OPTION", values[i]);
        view_set(v, "LABEL", labels[i]);
        if (is(chosen, values[i]))
            view_show(v, "SELECTED");
    }
}

void
page_model_form(struct page *p, const char *wrong, const char *text)
{
    if (p->user->role < ROLE_OPERATOR)
        return;
    static const char *const fields[] = {"NAME",   "TITLE",  "TARGET",
                                         "INPUTS", "LAMBDA", "WINDOW"};
    static const char *const names[] = {"name",   "title",  "target",
                                        "inputs", "lambda", "window"};
    bool is_new = strcmp(p->method, "POST") != 0;
    struct view *form = view_add(p->view, "FORM");
    if (!is_new)
        view_show(form, "FORM_OPEN");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        view_set(form, fields[i], is_new ? NULL : page_form(p, names[i]));
        if (is(wrong, names[i]))
            view_set(view_add(form, arena_printf(p->a, "ERROR_%s", fields[i])),
                     "ERROR_TEXT", text);
    }
    set_choices(form, "METHOD_OPTION", methods, method_labels,
                COUNT_OF(methods), page_form(p, "method"));
    set_choices(form, "INTERVAL_OPTION", intervals, intervals,
                COUNT_OF(intervals), page_form(p, "interval"));
    if (is_new || is(page_form(p, "intercept"), "yes"))
        view_show(form, "HAS_INTERCEPT");
    if (is(page_form(p, "rolling"), "yes"))
        view_show(form, "IS_ROLLING");
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        const struct number *n = &numbers[i];
        struct view *v = view_add(form, "NUMBER");
        view_set(v, "NUMBER_FIELD", n->field);
        view_set(v, "NUMBER_LABEL", n->label);
        view_set(v, "NUMBER_HELP", n->help);
        view_set(v, "NUMBER_VALUE", is_new ? n->usual : page_form(p, n->field));
        if (is(wrong, n->field))
            view_set(view_add(v, "NUMBER_ERROR"), "ERROR_TEXT", text);
    }
}

/* Inputs are written one a line. */
static const char *const *
lines_of(struct arena *a, const char *text, size_t *n)
{
    size_t cap = 1;
    for (const char *c = text; c != NULL && *c != '\0'; c++)
        cap += *c == '\n';
    const char **list = arena_array(a, cap, sizeof *list);
    *n = 0;
    while (text != NULL && *text != '\0') {
        text += strspn(text, " \t\r\n");
        size_t len = strcspn(text, "\r\n"), end = len;
        while (end > 0 && strchr(" \t", text[end - 1]) != NULL)
            end--;
        if (end > 0)
            list[(*n)++] = arena_strndup(a, text, end);
        text += len;
    }
    return list;
}

/* The field that a refusal speaks of. */
static const char *
field_of(const struct model_define *what, const struct err *err)
{
    static const struct {
        const char *words, *field;
    } fields[] = {{"no name for a model", "name"},
                  {"there is a model named", "name"},
                  {"explain itself", "inputs"},
                  {"the target is ", "target"},
                  {"the target has ", "target"},
                  {"method ", "method"},
                  {"window ", "window"},
                  {"lambda ", "lambda"},
                  {"ridge and its lambda", "lambda"}};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        size_t len = strlen(numbers[i].word);
        if (strncmp(err->text, numbers[i].word, len) == 0 &&
            err->text[len] == ' ')
            return numbers[i].field;
    }
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (strstr(err->text, fields[i].words) != NULL)
            return fields[i].field;
    bool is_target =
        what->target[0] != '\0' &&
        strncmp(err->text, what->target, strlen(what->target)) == 0 &&
        err->text[strlen(what->target)] == ':';
    return is_target ? "target" : "inputs";
}

bool
page_models_new(struct page *p, struct err *err)
{
    const char *interval = typed(p, "interval"), *target = typed(p, "target");
    int32_t interval_s = DAY_S;
    if (interval != NULL && !interval_parse(interval, &interval_s))
        return err_set(err, ERR_INPUT, "interval %.20s: choose %s", interval,
                       INTERVAL_NAMES);
    struct model_define what = {
        .name = typed(p, "name"),
        .title = typed(p, "title"),
        .target = target != NULL ? target : "",
        .interval_s = interval_s,
        .no_intercept = !is(page_form(p, "intercept"), "yes"),
        .rolling = is(page_form(p, "rolling"), "yes"),
        .method = typed(p, "method"),
        .lambda = typed(p, "lambda"),
        .window = typed(p, "window"),
    };
    if (what.name == NULL)
        what.name = "";
    what.inputs = lines_of(p->a, page_form(p, "inputs"), &what.n_inputs);
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        what.numbers[numbers[i].number] = typed(p, numbers[i].field);
    const char *field = NULL;
    if (target == NULL) {
        field = "target";
        err_set(err, ERR_INPUT, "which instrument is to be explained?");
    } else if (model_define(p->db, &what, p->user->name, err)) {
        return page_redirect(p,
                             arena_printf(p->a,
                                          "Model %s is there; the next run's "
                                          "retrain step fits it.",
                                          what.name),
                             "/models/%s", what.name);
    } else if (err->kind != ERR_INPUT && err->kind != ERR_CONFLICT &&
               err->kind != ERR_MISSING) {
        return false;
    } else {
        field = field_of(&what, err);
    }
    page_field_error(p, field, err->text);
    return page_models_fill(p, field, err->text, err);
}

bool
page_models_switch(struct page *p, struct err *err)
{
    const char *name = page_param(p, "name");
    bool on = is(page_form(p, "enabled"), "yes");
    return model_enable(p->db, name, on, p->user->name, err) &&
           page_redirect(p,
                         on ? "It is retrained with every run again."
                            : "It is not retrained any more; its active "
                              "version goes on answering.",
                         "/models/%s", name);
}
