/* A model's page: may these coefficients be trusted, which version answers,
 * which did at a time, and which is to. */
#include "cgi/filter.h"
#include "cgi/model_words.h"
#include "cgi/page_model_own.h"
#include "cgi/show.h"
#include "core/interval.h"
#include "core/model.h"
#include "core/model_answer.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"
#include "lib/zone.h"

#include <math.h>
#include <string.h>

enum { WHY_MAX = 200 };

/* The form to activate a version as it came back: NULL, or what was typed and
 * what is wrong with it. */
struct wrong {
    const char *why, *text;
};

static bool
is(const char *state, const char *name)
{
    return state != NULL && strcmp(state, name) == 0;
}

static const char *
method_words(struct arena *a, const struct model_page *m)
{
    if (is(m->method, "ridge"))
        return arena_printf(a, "ridge, λ %g", m->lambda);
    return is(m->method, "huber") ? "Huber" : "least squares";
}

/* The interval of two standard errors around a value, and where zero is, in a
 * box 100 wide: does it hold zero? */
static void
set_range(struct view *row, double value, double error)
{
    double low = value - 2 * error, high = value + 2 * error;
    double from = fmin(0, low), to = fmax(0, high), size = to - from;
    if (!isfinite(size) || size <= 0)
        return;
    struct view *v = view_add(row, "RANGE");
    view_setf(v, "RANGE_ZERO", "%.1f", 2 + 96 * -from / size);
    view_setf(v, "RANGE_FROM", "%.1f", 2 + 96 * (low - from) / size);
    view_setf(v, "RANGE_WIDTH", "%.1f", fmax(96 * (high - low) / size, 1));
    view_setf(v, "RANGE_AT", "%.1f", 2 + 96 * (value - from) / size);
}

static void
set_coefficient(struct page *p, struct view *row,
                const struct model_coefficient *c)
{
    double t = c->value / c->std_error;
    view_set(row, "COEFFICIENT_NAME", c->name);
    view_set(row, "COEFFICIENT_VALUE", fmt_price(p->a, c->value));
    view_set(row, "COEFFICIENT_EXACT", fmt_f64(p->a, c->value));
    view_set(row, "COEFFICIENT_ERROR", fmt_price(p->a, c->std_error));
    view_set(row, "COEFFICIENT_T", fmt_number(p->a, t, 1));
    view_set(row, "COEFFICIENT_WORDS",
             isnan(t)        ? "its error is not known"
             : fabs(t) >= 10 ? "far from zero"
             : fabs(t) >= 2  ? "away from zero"
                             : "may as well be zero");
    set_range(row, c->value, c->std_error);
}

static void
set_active(struct page *p, const struct model_page *m)
{
    const struct model_version *it = m->active;
    struct view *v = view_add(p->view, "ACTIVE");
    view_set_i64(v, "VERSION", it->version);
    view_setf(v, "EQUATION", "%s, from %s", m->target, m->inputs);
    view_set(v, "METHOD_WORDS", method_words(p->a, m));
    view_set(v, "R2", fmt_number(p->a, it->r2, 6));
    view_set(v, "RMSE", model_with_unit(p->a, it->rmse, m->unit));
    view_set(v, "CONDITION", fmt_number(p->a, it->condition, 1));
    view_set(v, "CONDITION_WORDS", model_condition_words(it->condition));
    view_set(v, "ROWS", fmt_count(p->a, it->rows));
    view_set(v, "HOLDOUT_R2", fmt_number(p->a, it->holdout_r2, 6));
    view_set(v, "HOLDOUT_RMSE",
             model_with_unit(p->a, it->holdout_rmse, m->unit));
    view_set(v, "CHAMPION_RMSE",
             model_with_unit(p->a, it->champion_rmse, m->unit));
    view_set(v, "FIRST_DAY", date_format_day(p->a, it->first_ts));
    view_set(v, "LAST_DAY", date_format_day(p->a, it->last_ts));
    for (size_t i = 0; i < m->n_coefficients; i++)
        set_coefficient(p, view_add(v, "COEFFICIENT"), &m->coefficients[i]);
}

/* A rule's number: whole limits such as 100000000 read better short. */
static const char *
rule_number(struct arena *a, double value)
{
    if (isfinite(value) && (fabs(value) >= 1e7 || value == floor(value)))
        return arena_printf(a, "%g", value);
    return fmt_price(a, value);
}

static void
set_candidate(struct page *p, const struct model_page *m)
{
    const struct model_version *it = m->newest;
    struct view *v = view_add(p->view, "CANDIDATE");
    view_set_i64(v, "CANDIDATE_VERSION", it->version);
    show_state(p->a, v, "CANDIDATE_", it->state);
    if (m->active != NULL && it != m->active)
        view_set_i64(view_add(v, "CHALLENGED"), "CHALLENGED_VERSION",
                     m->active->version);
    for (size_t i = 0; i < it->n_rules; i++) {
        const struct model_rule *rule = &it->rules[i];
        struct view *row = view_add(v, "RULE");
        view_set(row, "RULE_NAME", rule->name);
        view_set(row, "RULE_VALUE", rule_number(p->a, rule->value));
        view_set(row, "RULE_LIMIT", rule_number(p->a, rule->limit));
        view_set(row, "RULE_TEXT", rule->words);
        show_state(p->a, row, "RULE_", rule->passed ? "passed" : "failed");
    }
}

static void
set_shadow(struct page *p, const struct model_page *m)
{
    if (m->shadow == NULL)
        return;
    struct view *v = view_add(p->view, "SHADOW");
    int64_t of =
        m->shadow->shadow_rows > 0 ? m->shadow->shadow_rows : m->shadow_rows;
    int64_t left = of > m->shadow_seen ? of - m->shadow_seen : 0;
    view_set_i64(v, "SHADOW_VERSION", m->shadow->version);
    view_setf(v, "SHADOW_WORDS",
              "It passed the gate and is watched on live rows before it may "
              "answer: %s of %s so far, %s to go.",
              fmt_count(p->a, m->shadow_seen),
              fmt_plural(p->a, of, "row", "rows"), fmt_count(p->a, left));
    view_set_i64(v, "SHADOW_SEEN", m->shadow_seen);
    view_set_i64(v, "SHADOW_OF", of > 0 ? of : 1);
}

static const char *
how_words(const char *how)
{
    static const char *const words[][2] = {
        {"retrained", "it passed the gate"},
        {"promoted", "it did well in shadow"},
        {"returned", "the live error of the one after it left its band"}};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (is(how, words[i][0]))
            return words[i][1];
    return "chosen";
}

static void
set_activation(struct page *p, struct view *v, const struct model_version *it)
{
    if (it->activated_at == 0) {
        view_show(v, "NEVER_ACTIVE");
        return;
    }
    struct view *by = view_add(v, "ACTIVATED");
    view_set(by, "ACTIVATED_WHO", it->who);
    bool said = it->why != NULL && it->why[0] != '\0';
    view_set(by, "ACTIVATED_WHY", said ? it->why : how_words(it->how));
    page_set_time(p, by, "ACTIVATED_AT", it->activated_at, p->real_ts);
}

static void
set_version(struct page *p, struct view *v, const struct model_version *it,
            bool choices)
{
    view_set_i64(v, "ROW_VERSION", it->version);
    show_state(p->a, v, "", it->state);
    if (it->returned_at != 0)
        view_show(v, "RETURNED");
    page_set_time(p, v, "FITTED", it->fitted_at, p->now_ts);
    view_set(v, "ROWS", fmt_count(p->a, it->rows));
    view_set(v, "R2", fmt_number(p->a, it->r2, 4));
    view_set(v, "HOLDOUT_RMSE", fmt_price(p->a, it->holdout_rmse));
    set_activation(p, v, it);
    if (it->run_id != 0)
        view_set_i64(view_add(v, "VERSION_RUN"), "VERSION_RUN_ID", it->run_id);
    else
        view_show(v, "NO_VERSION_RUN");
    if (!choices)
        return;
    struct view *cell = view_add(v, "CHOICE_CELL");
    if (is(it->state, "active"))
        return;
    struct view *choice = view_add(cell, "CHOICE");
    if (is(it->state, "refused"))
        view_show(choice, "CHOICE_REFUSED");
}

static void
set_versions(struct page *p, const struct model_page *m, int64_t before,
             const struct wrong *wrong)
{
    struct view *v = view_add(p->view, "VERSIONS");
    int64_t last = 0;
    view_set(v, "MODEL_NAME", m->name);
    bool choices = p->user->role >= ROLE_OPERATOR &&
                   (m->n_versions > 1 || m->active == NULL);
    if (choices) {
        struct view *form = view_add(v, "CHOICES");
        view_set(form, "WHY", wrong->why);
        if (wrong->text != NULL)
            view_set(view_add(form, "WHY_ERROR"), "WHY_ERROR_TEXT",
                     wrong->text);
    }
    for (size_t i = 0; i < m->n_versions; i++) {
        const struct model_version *it = &m->versions[i];
        if (it->in_page || before == 0)
            set_version(p, view_add(v, "VERSION_ROW"), it, choices);
        if (it->in_page)
            last = it->version;
    }
    if (before == 0 && !m->is_older)
        return;
    struct view *pages = view_add(v, "VERSION_PAGES");
    if (before != 0)
        view_show(pages, "NEWER_VERSIONS");
    if (m->is_older)
        view_set_i64(view_add(pages, "OLDER_VERSIONS"), "BEFORE", last);
}

static void
add_fact(struct view *v, const char *name, const char *value)
{
    struct view *fact = view_add(v, "SPEC_FACT");
    view_set(fact, "FACT_NAME", name);
    view_set(fact, "FACT_VALUE", value);
}

static void
set_spec(struct page *p, const struct model_page *m)
{
    struct arena *a = p->a;
    struct view *v = view_add(p->view, "SPEC");
    const char *interval = interval_name((int32_t)m->interval_s);
    add_fact(v, "Target",
             arena_printf(
                 a, "%s %s%s%s", m->target, m->target_field,
                 is(m->target_transform, "none") ? "" : ", ",
                 is(m->target_transform, "none") ? "" : m->target_transform));
    add_fact(v, "Inputs", m->inputs);
    add_fact(v, "Interval", interval != NULL ? interval : "");
    add_fact(v, "Method",
             arena_printf(a, "%s, %s intercept", method_words(a, m),
                          m->intercept ? "with" : "without"));
    add_fact(v, "Fitted on",
             m->window_rows != 0   ? arena_printf(a, "the last %s rows",
                                                  fmt_count(a, m->window_rows))
             : m->window_days != 0 ? arena_printf(a, "the last %s days",
                                                  fmt_count(a, m->window_days))
                                   : "all rows");
    add_fact(v, "At least", fmt_plural(a, m->min_rows, "row", "rows"));
    add_fact(v, "Hold-out", fmt_percent(a, m->holdout_frac, 0));
    add_fact(v, "Walk-forward",
             m->folds != 0 ? arena_printf(a, "%lld folds, %s window",
                                          (long long)m->folds, m->fold_window)
                           : "none");
    add_fact(v, "Shadow",
             m->shadow_rows != 0
                 ? fmt_plural(a, m->shadow_rows, "live row", "live rows")
                 : "none: answers at once");
    add_fact(v, "Automatic return",
             isnan(m->live_band)
                 ? "never"
                 : arena_printf(a, "beyond %g × hold-out RMSE", m->live_band));
    add_fact(v, "Retrained", m->enabled ? "with every run" : "switched off");
    if (p->user->role < ROLE_OPERATOR)
        return;
    struct view *may = view_add(v, "MAY_SWITCH");
    view_set(may, "SPEC_MODEL", m->name);
    view_show(may, m->enabled ? "IS_ENABLED" : "IS_DISABLED");
}

/* Which version answers, and whether what it knows is old. */
static bool
set_verdict(struct page *p, const struct model_page *m, struct err *err)
{
    struct model_freshness fresh = {0};
    struct model_item item = {.live = m->live};
    bool overruled = false;
    if (m->active != NULL) {
        if (!model_freshness(p->a, p->db, m->name, p->now_ts, &fresh, err))
            return false;
        item.active = m->active->version;
        for (size_t i = 0; i < m->active->n_rules; i++)
            overruled |= !m->active->rules[i].passed;
    }
    if (m->newest != NULL) {
        item.newest = m->newest->version;
        item.newest_state = m->newest->state;
        item.newest_returned = m->newest->returned_at != 0;
    }
    item.shadow = m->shadow != NULL ? m->shadow->version : 0;
    const char *since = m->active != NULL && m->active->activated_at != 0
                            ? page_time(p, m->active->activated_at)
                            : NULL;
    struct model_sentence says =
        model_sentence(p->a, &item, since, &fresh, overruled);
    page_title(p, arena_printf(p->a, "Model %s", m->name),
               is(says.state, "active") ? NULL : "▲ look");
    view_setf(p->view, "VERDICT_WORDS", "%s.", says.words);
    show_state(p->a, p->view, "", says.state);
    if (fresh.stale)
        view_setf(view_add(p->view, "STALE"), "STALE_TEXT", "Stale: %s.",
                  fresh.words);
    if (m->active != NULL)
        view_setf(p->view, "VERDICT_MORE_TEXT",
                  "%s. Fitted %s on %s to %s; off by %s (RMSE) on rows that "
                  "it had not seen.",
                  m->title, fmt_relative(p->a, m->active->fitted_at, p->now_ts),
                  fmt_plural(p->a, m->active->rows, "row", "rows"),
                  date_format_day(p->a, m->active->last_ts),
                  model_with_unit(p->a, m->active->holdout_rmse, m->unit));
    else
        view_setf(p->view, "VERDICT_MORE_TEXT", "%s.", m->title);
    return true;
}

/* A time as it was typed; without a zone it is by the visitor's clocks. */
static const char *
as_of_utc(struct page *p, const char *typed)
{
    int64_t ts;
    size_t len = strlen(typed);
    const char *clock = strpbrk(typed, "T ");
    if (!date_parse_iso(typed, len, &ts) || clock == NULL ||
        strpbrk(clock, "Zz+-") != NULL)
        return typed;
    int64_t offset = zone_offset_s(p->user->time_zone, ts, NULL);
    offset = zone_offset_s(p->user->time_zone, ts - offset, NULL);
    return date_format_iso(p->a, ts - offset);
}

static void
set_answer(struct page *p, const char *typed, const struct model_answer *answer)
{
    struct view *v = view_add(p->view, "ANSWERED");
    if (answer->version == 0) {
        view_setf(v, "ANSWERED_WORDS", "No version was active at %s yet.",
                  typed);
        return;
    }
    view_setf(v, "ANSWERED_WORDS", "Version %lld answered at %s.",
              (long long)answer->version, typed);
    struct view *some = view_add(v, "ANSWER");
    bool said = answer->why != NULL && answer->why[0] != '\0';
    view_set(some, "ANSWER_SINCE", answer->since);
    view_set(some, "ANSWER_UNTIL",
             answer->until != NULL ? answer->until : "now");
    view_set(some, "ANSWER_WHO", answer->who);
    view_set(some, "ANSWER_WHY", said ? answer->why : how_words(answer->how));
    view_set(some, "ANSWER_FITTED", date_format_iso(p->a, answer->fitted_at));
    for (size_t i = 0; i < answer->n_coefficients; i++) {
        const struct model_coefficient *c = &answer->coefficients[i];
        struct view *row = view_add(some, "ANSWER_ROW");
        view_set(row, "ANSWER_NAME", c->name);
        view_set(row, "ANSWER_VALUE", fmt_f64(p->a, c->value));
        view_set(row, "ANSWER_ERROR", fmt_price(p->a, c->std_error));
    }
}

/* Which version answered at the time in the address, if there is one. */
static bool
set_as_of(struct page *p, const char *name, struct err *err)
{
    const char *typed = page_query(p, "as_of");
    struct model_answer answer;
    if (typed == NULL || typed[0] == '\0')
        return true;
    view_set(p->view, "AS_OF", typed);
    if (model_answer_at(p->a, p->db, name, as_of_utc(p, typed), &answer, err)) {
        set_answer(p, typed, &answer);
        return true;
    }
    return err->kind == ERR_INPUT && page_field_error(p, "as_of", err->text);
}

static bool
show_model(struct page *p, const struct wrong *wrong, struct err *err)
{
    struct model_page m;
    const char *name = page_param(p, "name");
    int64_t before = filter_key(p, "before");
    if (!model_list_get_page(p->a, p->db, name, before, MODEL_VERSIONS_MAX, &m,
                             err) ||
        !show_simulated(p, err) || !set_verdict(p, &m, err) ||
        !set_as_of(p, name, err))
        return false;
    view_set(p->view, "MODEL_NAME", m.name);
    if (m.newest == NULL)
        view_set_i64(view_add(p->view, "NO_VERSION"), "MIN_ROWS", m.min_rows);
    if (m.active != NULL)
        set_active(p, &m);
    if (!page_model_fit(p, &m, err))
        return false;
    page_model_live(p, &m);
    set_shadow(p, &m);
    if (m.newest != NULL) {
        set_candidate(p, &m);
        page_model_folds(p, &m);
        set_versions(p, &m, before, wrong);
    }
    set_spec(p, &m);
    return true;
}

bool
page_models_show(struct page *p, struct err *err)
{
    return show_model(p, &(struct wrong){0}, err);
}

/* What is wrong with the reason; NULL: nothing. */
static const char *
why_fault(struct page *p, const char *why)
{
    return show_length(why) > WHY_MAX
               ? arena_printf(p->a, "The reason is longer than %d characters.",
                              WHY_MAX)
               : NULL;
}

bool
page_models_activate(struct page *p, struct err *err)
{
    const char *name = page_param(p, "name");
    const char *version_text = page_form(p, "version");
    const char *why = page_form(p, "why");
    int64_t version = 0;
    if (version_text == NULL ||
        !number_parse_i64(version_text, strlen(version_text), &version))
        return err_set(err, ERR_INPUT, "no version was chosen");
    why = why != NULL ? why + strspn(why, " \t\r\n") : "";
    struct wrong wrong = {.why = why, .text = why_fault(p, why)};
    /* A refused version's button says so: pressing it is the decision. */
    struct model_choice choice = {
        .name = name,
        .version = version,
        .who = p->user->name,
        .why = why,
        .address = p->address,
        .even_refused = true,
    };
    if (wrong.text == NULL && !model_activate(p->db, &choice, err)) {
        /* what is left to go wrong with the form is a reason that is missing */
        if (err->kind != ERR_INPUT)
            return false;
        wrong.text = arena_printf(p->a, "%s.", err->text);
    }
    if (wrong.text != NULL) {
        page_field_error(p, "why", wrong.text);
        return show_model(p, &wrong, err);
    }
    return page_redirect(
        p,
        arena_printf(p->a, "Version %lld is active now.", (long long)version),
        "/models/%s", name);
}
