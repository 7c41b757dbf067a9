/* Models: may these coefficients be trusted, and which version answers. */
#include "cgi/page.h"
#include "cgi/show.h"
#include "core/model.h"
#include "core/model_list.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"

#include <math.h>
#include <string.h>

enum { WHY_MAX = 200 };

static bool
is(const char *state, const char *name)
{
    return state != NULL && strcmp(state, name) == 0;
}

static void
set_item(struct page *p, struct view *v, const struct model_item *m)
{
    view_set(v, "MODEL_NAME", m->name);
    view_set(v, "MODEL_TITLE", m->title);
    show_state(p->a, v, "", m->active != 0 ? "active" : "none");
    if (m->active != 0) {
        view_set_i64(v, "VERSION", m->active);
        view_set(v, "ROWS", fmt_count(p->a, m->rows));
        page_set_time(p, v, "FITTED", m->fitted_at, p->now_ts);
    } else {
        view_set(v, "VERSION", "–");
        view_set(v, "ROWS", "–");
        view_show(v, "NOT_FITTED");
    }
    view_set(v, "R2", fmt_number(p->a, m->r2, 4));
    if (m->active != 0)
        view_setf(v, "HOLDOUT_RMSE", "%s %s", fmt_price(p->a, m->holdout_rmse),
                  m->unit);
    else
        view_set(v, "HOLDOUT_RMSE", "–");
    if (m->newest != 0)
        view_setf(v, "NEWEST", "version %lld, %s", (long long)m->newest,
                  show_word(m->newest_state));
    else
        view_set(v, "NEWEST", "none yet");
}

bool
page_models_list(struct page *p, struct err *err)
{
    page_title(p, "Models", NULL);
    struct model_item *models;
    size_t n;
    struct view *some = NULL;
    if (!model_list(p->a, p->db, &models, &n, err) || !show_simulated(p, err))
        return false;
    if (n == 0)
        view_show(p->view, "NONE");
    else
        some = view_add(p->view, "SOME");
    for (size_t i = 0; i < n; i++)
        set_item(p, view_add(some, "MODEL"), &models[i]);
    return true;
}

static const char *
verdict(struct arena *a, const struct model_page *m, const char **state)
{
    long long active = m->active != NULL ? (long long)m->active->version : 0;
    if (m->newest == NULL) {
        *state = "none";
        return "Not fitted yet";
    }
    if (m->active == NULL) {
        *state = "failed";
        return "No version is active: the gate refused every one";
    }
    if (m->active == m->newest) {
        bool passed = true;
        for (size_t i = 0; i < m->active->n_rules; i++)
            passed &= m->active->rules[i].passed;
        *state = passed ? "active" : "late";
        return arena_printf(a,
                            passed ? "Version %lld is active and passed every "
                                     "rule of the gate"
                                   : "Version %lld is active, although the "
                                     "gate refused it",
                            active);
    }
    *state = "late";
    if (is(m->newest->state, "refused"))
        return arena_printf(
            a, "Version %lld is active; the newer version %lld was refused",
            active, (long long)m->newest->version);
    return arena_printf(a,
                        "Version %lld is active, put back in place of a "
                        "newer one",
                        active);
}

static void
set_active(struct page *p, const struct model_page *m)
{
    const struct model_version *it = m->active;
    struct view *v = view_add(p->view, "ACTIVE");
    view_set_i64(v, "VERSION", it->version);
    view_setf(v, "EQUATION", "%s, from %s", m->target, m->inputs);
    view_set(v, "UNIT", m->unit);
    view_set(v, "R2", fmt_number(p->a, it->r2, 6));
    view_set(v, "RMSE", fmt_price(p->a, it->rmse));
    view_set(v, "CONDITION", fmt_number(p->a, it->condition, 1));
    view_set(v, "ROWS", fmt_count(p->a, it->rows));
    view_set(v, "HOLDOUT_R2", fmt_number(p->a, it->holdout_r2, 6));
    view_set(v, "HOLDOUT_RMSE", fmt_price(p->a, it->holdout_rmse));
    view_set(v, "CHAMPION_RMSE", fmt_price(p->a, it->champion_rmse));
    view_set(v, "FIRST_DAY", date_format_day(p->a, it->first_ts));
    view_set(v, "LAST_DAY", date_format_day(p->a, it->last_ts));
    for (size_t i = 0; i < m->n_coefficients; i++) {
        const struct model_coefficient *c = &m->coefficients[i];
        struct view *row = view_add(v, "COEFFICIENT");
        view_set(row, "COEFFICIENT_NAME", c->name);
        view_set(row, "COEFFICIENT_VALUE", fmt_price(p->a, c->value));
        view_set(row, "COEFFICIENT_EXACT", fmt_f64(p->a, c->value));
        view_set(row, "COEFFICIENT_ERROR", fmt_price(p->a, c->std_error));
        view_set(row, "COEFFICIENT_RATIO",
                 fmt_number(p->a, c->value / c->std_error, 1));
    }
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
set_candidate(struct page *p, const struct model_version *it)
{
    struct view *v = view_add(p->view, "CANDIDATE");
    view_set_i64(v, "CANDIDATE_VERSION", it->version);
    show_state(p->a, v, "CANDIDATE_", it->state);
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
set_version(struct page *p, struct view *v, const struct model_version *it,
            bool choices)
{
    view_set_i64(v, "ROW_VERSION", it->version);
    show_state(p->a, v, "", it->state);
    page_set_time(p, v, "FITTED", it->fitted_at, p->now_ts);
    view_set(v, "ROWS", fmt_count(p->a, it->rows));
    view_set(v, "R2", fmt_number(p->a, it->r2, 4));
    view_set(v, "HOLDOUT_RMSE", fmt_price(p->a, it->holdout_rmse));
    if (it->activated_at != 0) {
        struct view *by = view_add(v, "ACTIVATED");
        view_set(by, "ACTIVATED_WHO", it->who);
        view_set(by, "ACTIVATED_WHY", it->why);
        page_set_time(p, by, "ACTIVATED_AT", it->activated_at, p->real_ts);
    } else {
        view_show(v, "NEVER_ACTIVE");
    }
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

/* why, wrong: the form as it came back, with what is wrong with it; NULL. */
static void
set_versions(struct page *p, const struct model_page *m, const char *why,
             const char *wrong)
{
    struct view *v = view_add(p->view, "VERSIONS");
    view_set(v, "MODEL_NAME", m->name);
    bool choices = p->user->role >= ROLE_OPERATOR &&
                   (m->n_versions > 1 || m->active == NULL);
    if (choices) {
        struct view *form = view_add(v, "CHOICES");
        view_set(form, "WHY", why);
        if (wrong != NULL)
            view_set(view_add(form, "WHY_ERROR"), "WHY_ERROR_TEXT", wrong);
    }
    for (size_t i = 0; i < m->n_versions; i++)
        set_version(p, view_add(v, "VERSION_ROW"), &m->versions[i], choices);
    if (m->n_versions >= MODEL_VERSIONS_MAX)
        view_setf(view_add(v, "VERSIONS_CUT"), "VERSIONS_CUT_TEXT",
                  "These are the newest %d; older ones are kept.",
                  MODEL_VERSIONS_MAX);
}

/* Which version answers, and whether what it knows is old. */
static bool
set_verdict(struct page *p, const struct model_page *m, struct err *err)
{
    struct model_freshness fresh = {0};
    const char *state;
    const char *words = verdict(p->a, m, &state);
    if (m->active != NULL &&
        !model_freshness(p->a, p->db, m->name, p->now_ts, &fresh, err))
        return false;
    if (fresh.stale && is(state, "active")) {
        state = "stale";
        words = arena_printf(p->a, "Version %lld is active, but stale",
                             (long long)m->active->version);
    }
    page_title(p, arena_printf(p->a, "Model %s", m->name),
               is(state, "active") ? NULL : "▲ look");
    view_set(p->view, "VERDICT_WORDS", words);
    show_state(p->a, p->view, "", state);
    if (fresh.stale)
        view_setf(view_add(p->view, "STALE"), "STALE_TEXT", "Stale: %s.",
                  fresh.words);
    if (m->active != NULL)
        view_setf(p->view, "VERDICT_MORE_TEXT",
                  "%s. Fitted %s on %s to %s; off by %s %s (RMSE) on days "
                  "that it had not seen.",
                  m->title, fmt_relative(p->a, m->active->fitted_at, p->now_ts),
                  fmt_plural(p->a, m->active->rows, "row", "rows"),
                  date_format_day(p->a, m->active->last_ts),
                  fmt_price(p->a, m->active->holdout_rmse), m->unit);
    else
        view_setf(p->view, "VERDICT_MORE_TEXT", "%s.", m->title);
    return true;
}

static bool
show_model(struct page *p, const char *why, const char *wrong, struct err *err)
{
    struct model_page m;
    if (!model_list_get(p->a, p->db, page_param(p, "name"), &m, err) ||
        !show_simulated(p, err) || !set_verdict(p, &m, err))
        return false;
    if (m.newest == NULL)
        view_set_i64(view_add(p->view, "NO_VERSION"), "MIN_ROWS", m.min_rows);
    if (m.active != NULL)
        set_active(p, &m);
    if (m.newest != NULL) {
        set_candidate(p, m.newest);
        set_versions(p, &m, why, wrong);
    }
    return true;
}

bool
page_models_show(struct page *p, struct err *err)
{
    return show_model(p, NULL, NULL, err);
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
    const char *wrong = NULL;
    if (why == NULL || why[strspn(why, " \t")] == '\0')
        wrong = "Say why this version is to answer.";
    else if (show_length(why) > WHY_MAX)
        wrong = arena_printf(p->a, "The reason is longer than %d characters.",
                             WHY_MAX);
    if (wrong != NULL) {
        page_field_error(p, "why", wrong);
        return show_model(p, why, wrong, err);
    }
    /* A refused version's button says so: pressing it is the decision. */
    struct model_choice choice = {
        .name = name,
        .version = version,
        .who = p->user->name,
        .why = why,
        .address = p->address,
        .even_refused = true,
    };
    if (!model_activate(p->db, &choice, err))
        return false;
    return page_redirect(
        p,
        arena_printf(p->a, "Version %lld is active now.", (long long)version),
        "/models/%s", name);
}
