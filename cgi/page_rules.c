/* The rules that rows are judged by: for all instruments, or (?instrument=)
 * as they hold for one, with its bounds. */
#include "cgi/page.h"
#include "cgi/show.h"
#include "core/instrument.h"
#include "core/rule.h"
#include "lib/form.h"
#include "lib/format.h"
#include "lib/number.h"

#include <math.h>
#include <string.h>

/* "" for NaN. */
static const char *
number_text(struct arena *a, double v)
{
    const char *text = fmt_f64(a, v);
    return text != NULL ? text : "";
}

static const char *
form_text(const struct page *p, const char *name)
{
    const char *text = page_form(p, name);
    return text != NULL ? text : "";
}

/* A number, or nothing (NaN). */
static bool
form_number(const struct page *p, const char *name, double *out)
{
    const char *text = form_text(p, name);
    while (*text == ' ')
        text++;
    *out = NAN;
    return *text == '\0' || number_parse_f64(text, strcspn(text, " "), out);
}

/* --- the page ------------------------------------------------------------ */

static void
set_choice(struct view *v, const char *severity)
{
    if (severity == NULL || severity[0] == '\0')
        view_show(v, "CHOSE_ALL");
    else if (strcmp(severity, "refuse") == 0)
        view_show(v, "CHOSE_REFUSE");
    else if (strcmp(severity, "off") == 0)
        view_show(v, "CHOSE_OFF");
    else
        view_show(v, "CHOSE_FLAG");
}

static void
set_severity(struct view *v, const char *severity)
{
    bool refuses = strcmp(severity, "refuse") == 0;
    bool is_off = strcmp(severity, "off") == 0;
    const char *shape = refuses ? "failed" : is_off ? "cancelled" : "partial";
    view_set(v, "WORD", refuses ? "refuses" : is_off ? "off" : "flags");
    view_set(v, "STATE", shape);
    view_set(v, "SHAPE", shape);
}

/* What is chosen in the form: what was typed into this rule's, if any. */
static void
set_form(struct page *p, struct view *v, const struct rule *r,
         const struct rule_value *of)
{
    const char *typed = page_param(p, "rule");
    bool is_typed = typed != NULL && strcmp(typed, r->name) == 0;
    set_choice(v, is_typed ? page_form(p, "severity") : of->severity);
    view_set(v, "WAS_SEVERITY", of->severity);
    view_set(v, "WAS_THRESHOLD", number_text(p->a, of->threshold));
    if (is_typed)
        view_show(v, "OPEN");
    if (r->unit == NULL)
        return;
    struct view *t = view_add(v, "HAS_THRESHOLD");
    view_set(t, "TYPED",
             is_typed ? form_text(p, "threshold")
                      : number_text(p->a, of->threshold));
    view_set(t, "UNIT", r->unit);
}

static void
set_rule(struct page *p, const struct rule *r, const struct instrument *of)
{
    struct view *v = view_add(p->view, "RULE");
    bool own_severity = of != NULL && r->own.severity != NULL;
    bool own_threshold = of != NULL && !isnan(r->own.threshold);
    double threshold = own_threshold ? r->own.threshold : r->all.threshold;
    view_set(v, "NAME", r->name);
    view_set(v, "MEANING", r->description);
    set_severity(v, own_severity ? r->own.severity : r->all.severity);
    if (own_severity || own_threshold)
        view_show(v, "OWN");
    if (r->unit != NULL && !isnan(threshold)) {
        struct view *limit = view_add(v, "LIMIT");
        view_set(limit, "THRESHOLD", number_text(p->a, threshold));
        view_set(limit, "LIMIT_UNIT", r->unit);
    }
    if (p->user->role < ROLE_OPERATOR)
        return;
    struct view *form = view_add(v, "CHANGE");
    if (of != NULL) {
        struct view *all = view_add(form, "FOR_ONE");
        view_set(all, "FORM_SYMBOL", of->symbol);
        view_set(all, "ALL_SEVERITY", r->all.severity);
    }
    set_form(p, form, r, of != NULL ? &r->own : &r->all);
}

static void
set_bounds(struct page *p, const struct instrument *i)
{
    const struct {
        const char *name, *was, *field;
        double v;
    } of[] = {
        {"PRICE_MIN", "WAS_PRICE_MIN", "price_min", i->price_min},
        {"PRICE_MAX", "WAS_PRICE_MAX", "price_max", i->price_max},
        {"JUMP_FRAC", "WAS_JUMP_FRAC", "jump_frac", i->jump_frac},
    };
    struct view *v = view_add(p->view, "BOUNDS");
    view_set(v, "SYMBOL", i->symbol);
    if (p->user->role < ROLE_OPERATOR)
        view_show(v, "ONLY_READ");
    for (size_t k = 0; k < COUNT_OF(of); k++) {
        const char *typed = page_form(p, of[k].field);
        view_set(v, of[k].was, number_text(p->a, of[k].v));
        view_set(v, of[k].name,
                 typed != NULL ? typed : number_text(p->a, of[k].v));
    }
}

static const char *
url_of(struct page *p, const char *symbol)
{
    struct buf *b = buf_new(p->a);
    buf_adds(b, "/rules");
    show_query(b, "instrument", symbol);
    return b->data;
}

/* out->id 0: for all. */
static bool
read_instrument(struct page *p, const char *symbol, struct instrument *out,
                struct err *err)
{
    *out = (struct instrument){0};
    return symbol == NULL || symbol[0] == '\0' ||
           instrument_get(p->a, p->db, symbol, out, err);
}

static bool
fill(struct page *p, const struct instrument *of, struct err *err)
{
    struct rule *rules;
    const char **owners;
    size_t n, n_owners;
    bool is_one = of->id != 0;
    if (!rule_list(p->a, p->db, of->id, &rules, &n, err) ||
        !rule_owners(p->a, p->db, &owners, &n_owners, err))
        return false;
    page_title(
        p, is_one ? arena_printf(p->a, "Rules for %s", of->symbol) : "Rules",
        NULL);
    view_show(p->view, is_one ? "ONE" : "ALL");
    view_set(p->view, "OF_SYMBOL", of->symbol);
    for (size_t i = 0; i < n; i++)
        set_rule(p, &rules[i], is_one ? of : NULL);
    if (is_one)
        set_bounds(p, of);
    struct view *some = n_owners > 0 ? view_add(p->view, "OWNERS") : NULL;
    for (size_t i = 0; i < n_owners; i++) {
        struct view *v = view_add(some, "OWNER");
        view_set(v, "OWNER_SYMBOL", owners[i]);
        view_set(v, "OWNER_URL", url_of(p, owners[i]));
    }
    return true;
}

bool
page_rules_list(struct page *p, struct err *err)
{
    struct instrument of;
    if (!read_instrument(p, page_query(p, "instrument"), &of, err)) {
        if (err->kind != ERR_MISSING)
            return false;
        return page_error(p, err->text) &&
               fill(p, &(struct instrument){0}, err);
    }
    return fill(p, &of, err);
}

/* --- changes ------------------------------------------------------------- */

/* The page again with what was typed, or where it was too late or wrong. */
static bool
refused(struct page *p, const struct instrument *of, struct err *err)
{
    if (err->kind != ERR_INPUT && err->kind != ERR_CONFLICT)
        return false;
    return page_error(p, err->text) && fill(p, of, err);
}

static const char *
or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

bool
page_rules_set(struct page *p, struct err *err)
{
    struct instrument of;
    if (!read_instrument(p, page_form(p, "instrument"), &of, err))
        return false;
    struct rule_change x = {
        .rule = page_param(p, "rule"),
        .instrument_id = of.id,
        .symbol = of.symbol,
        .was.severity = or_null(form_text(p, "was_severity")),
        .is.severity = or_null(form_text(p, "severity")),
    };
    if (!form_number(p, "threshold", &x.is.threshold) ||
        !form_number(p, "was_threshold", &x.was.threshold)) {
        (void)!err_set(err, ERR_INPUT, "the threshold is a number above 0");
        return refused(p, &of, err);
    }
    if (!rule_set(p->db, &x, p->user->name, p->address, err))
        return refused(p, &of, err);
    return page_redirect(
        p,
        arena_printf(p->a,
                     "The rule %s is changed%s%s. It judges rows that "
                     "come from now on.",
                     x.rule, of.id != 0 ? " for " : "",
                     of.id != 0 ? of.symbol : ""),
        "%s", url_of(p, of.symbol));
}

bool
page_rules_bounds(struct page *p, struct err *err)
{
    struct instrument of;
    if (!read_instrument(p, form_text(p, "instrument"), &of, err))
        return false;
    if (of.id == 0)
        return err_set(err, ERR_INPUT, "which instrument?");
    struct rule_bounds_change x = {.instrument_id = of.id, .symbol = of.symbol};
    const struct {
        const char *name;
        double *out;
    } fields[] = {
        {"price_min", &x.is.price_min},
        {"price_max", &x.is.price_max},
        {"jump_frac", &x.is.jump_frac},
        {"was_price_min", &x.was.price_min},
        {"was_price_max", &x.was.price_max},
        {"was_jump_frac", &x.was.jump_frac},
    };
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (!form_number(p, fields[i].name, fields[i].out)) {
            (void)!err_set(err, ERR_INPUT, "\"%.40s\" is no number",
                           form_text(p, fields[i].name));
            return refused(p, &of, err);
        }
    if (!rule_bounds_set(p->db, &x, p->user->name, p->address, err))
        return refused(p, &of, err);
    return page_redirect(
        p,
        arena_printf(p->a,
                     "The bounds of %s are changed. They judge "
                     "rows that come from now on.",
                     of.symbol),
        "%s", url_of(p, of.symbol));
}
