/* The list of models: which may be trusted, and what is new. */
#include "cgi/model_words.h"
#include "cgi/page.h"
#include "cgi/page_models_own.h"
#include "cgi/show.h"
#include "core/model.h"
#include "core/model_list.h"
#include "lib/format.h"

#include <math.h>

static void
set_active(struct page *p, struct view *row, const struct model_item *m)
{
    struct view *v = view_add(row, "ACTIVE");
    view_set_i64(v, "VERSION", m->active);
    page_set_time(p, v, "FITTED", m->fitted_at, p->now_ts);
    view_set(v, "ROWS", fmt_count(p->a, m->rows));
    view_set(v, "R2", fmt_number(p->a, m->r2, 4));
    view_set(v, "HOLDOUT_RMSE",
             model_with_unit(p->a, m->holdout_rmse, m->unit));
    view_set(v, "LIVE_RMSE", model_with_unit(p->a, m->live.rmse, m->unit));
    if (m->shadow != 0) {
        struct view *shadow = view_add(v, "IN_SHADOW");
        view_set_i64(shadow, "SHADOW_VERSION", m->shadow);
        view_set_i64(shadow, "SHADOW_SEEN", m->shadow_seen);
        view_set_i64(shadow, "SHADOW_ROWS", m->shadow_rows);
    } else if (m->newest != m->active) {
        struct view *newer = view_add(v, "NEWER");
        view_set_i64(newer, "NEWER_VERSION", m->newest);
        view_set(newer, "NEWER_STATE", show_word(m->newest_state));
    }
}

static bool
set_item(struct page *p, struct view *v, const struct model_item *m,
         struct err *err)
{
    struct model_freshness fresh = {0};
    if (m->active != 0 && m->enabled &&
        !model_freshness(p->a, p->db, m->name, p->now_ts, &fresh, err))
        return false;
    const char *since = m->since != 0 ? page_time(p, m->since) : NULL;
    struct model_sentence verdict =
        model_sentence(p->a, m, since, &fresh, false);
    view_set(v, "MODEL_NAME", m->name);
    view_set(v, "MODEL_TITLE", m->title);
    show_state(p->a, v, "", verdict.state);
    view_set(v, "VERDICT_WORDS", verdict.words);
    if (!m->enabled)
        view_show(v, "IS_OFF");
    if (m->active != 0)
        set_active(p, v, m);
    return true;
}

bool
page_models_fill(struct page *p, const char *wrong, const char *text,
                 struct err *err)
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
        if (!set_item(p, view_add(some, "MODEL"), &models[i], err))
            return false;
    page_model_form(p, wrong, text);
    return true;
}

bool
page_models_list(struct page *p, struct err *err)
{
    return page_models_fill(p, NULL, NULL, err);
}
