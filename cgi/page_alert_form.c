/* A new alert rule, a changed one; tried on the past before it is saved. */
#include "cgi/alert_form.h"
#include "cgi/alert_tabs.h"
#include "cgi/alert_trial.h"
#include "cgi/request.h"
#include "core/audit.h"
#include "lib/format.h"
#include "lib/number.h"

#include <string.h>

/* The instrument that the address names; *out NULL: none, or an unknown one,
 * which is marked. */
static bool
asked_instrument(struct page *p, struct instrument_facts **out, struct err *err)
{
    const char *symbol = page_query(p, "symbol");
    *out = NULL;
    if (symbol == NULL || symbol[0] == '\0')
        return true;
    struct instrument_facts *facts = arena_alloc(p->a, sizeof *facts);
    if (instrument_facts_get(p->a, p->db, symbol, p->now_ts, facts, err)) {
        *out = facts;
        return true;
    }
    return err->kind == ERR_MISSING &&
           page_field_error(
               p, "symbol",
               arena_printf(p->a, "There is no instrument \"%.40s\"", symbol));
}

static bool
is_trying(const struct page *p)
{
    const char *what = page_form(p, "do");
    return what != NULL && strcmp(what, "try") == 0;
}

/* The rule's form and what the rule would have done; s is NULL or not fit to
 * be tried where the page has errors. */
static bool
show(struct page *p, const struct alert_form *f, const struct alert_stored *s,
     struct err *err)
{
    alert_tabs(p, "/alerts");
    view_set(p->view, "SELF_URL", p->path);
    if (!alert_form_show(p, f, err) ||
        !alert_trial(p, page_has_errors(p) ? NULL : s, f->span, err))
        return false;
    if (is_trying(
            p)) /* nothing was asked to be stored, so nothing is refused */
        p->status = 200;
    return true;
}

bool
page_alert_new(struct page *p, struct err *err)
{
    struct instrument_facts *facts;
    page_title(p, "New alert rule", NULL);
    if (!asked_instrument(p, &facts, err))
        return false;
    struct alert_form f = alert_form_new(p, facts);
    struct alert_stored s = alert_stored_new();
    bool is_whole = f.is_pipeline ||
                    (facts != NULL &&
                     (f.number[0] != '\0' || strcmp(f.right, "number") != 0));
    if (is_whole && !page_has_errors(p) && !alert_form_parse(p, &f, &s, err))
        return false;
    return show(p, &f, is_whole ? &s : NULL, err);
}

/* Saves it. Where *saved is false why is marked, or, of a rule that exists,
 * *is_late tells that somebody else was faster. */
static bool
save(struct page *p, const struct alert_stored *s, int64_t *id, bool *saved,
     bool *is_late, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    *saved = alert_save(p->db, &who, s, id, err);
    *is_late = !*saved && err->kind == ERR_CONFLICT && s->id != 0;
    if (*saved || *is_late)
        return true;
    if (err->kind != ERR_INPUT && err->kind != ERR_CONFLICT)
        return false;
    alert_form_mark(p, err->text);
    return true;
}

bool
page_alert_new_post(struct page *p, struct err *err)
{
    struct alert_form f = alert_form_typed(p);
    struct alert_stored s = alert_stored_new();
    int64_t id;
    bool saved = false, is_late;
    page_title(p, "New alert rule", NULL);
    f.version = "";
    if (!alert_form_parse(p, &f, &s, err))
        return false;
    if (!is_trying(p) && !page_has_errors(p) &&
        !save(p, &s, &id, &saved, &is_late, err))
        return false;
    if (!saved)
        return show(p, &f, &s, err);
    return page_redirect(p,
                         arena_printf(p->a, "The rule \"%s\" is saved%s.",
                                      s.name,
                                      s.enabled ? "" : ", switched off"),
                         "/alerts/%lld", (long long)id);
}

/* --- one that exists ------------------------------------------------------ */

static bool
stored(struct page *p, struct alert_stored *s, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    const char *text = page_param(p, "id");
    int64_t id;
    if (!number_parse_i64(text, strlen(text), &id))
        return err_set(err, ERR_MISSING, "no such rule");
    if (!alert_stored_get(p->a, p->db, &who, id, s, err))
        return false;
    if (!s->may_change)
        return err_set(err, ERR_DENIED,
                       "only its owner and admins change this rule");
    page_title(p, arena_printf(p->a, "Edit %s", s->name), NULL);
    view_set_i64(p->view, "RULE_ID", s->id);
    view_show(p->view, "IS_OLD");
    return true;
}

bool
page_alert_edit(struct page *p, struct err *err)
{
    struct alert_stored s;
    if (!stored(p, &s, err))
        return false;
    struct alert_form f = alert_form_of(p, &s);
    return show(p, &f, &s, err);
}

/* Somebody else was faster: what is stored now, above what was typed, which
 * may be saved over it. */
static bool
set_conflict(struct page *p, const struct alert_stored *now,
             struct alert_form *f, struct err *err)
{
    struct audit_entry *entries;
    size_t n;
    bool newer, older;
    const struct audit_filter filter = {
        .object = arena_printf(p->a, "alert:%lld", (long long)now->id),
        .limit = 1};
    if (!audit_list(p->a, p->db, &filter, &entries, &n, &newer, &older, err))
        return false;
    page_error(p, arena_printf(p->a,
                               "This rule was changed by %s while you did so. "
                               "Nothing was saved yet.",
                               n > 0 ? entries[0].who : "somebody"));
    p->status = 409;
    struct view *v = view_add(p->view, "CONFLICT");
    view_set(v, "CONFLICT_NAME", now->name);
    view_set(v, "CONFLICT_WORDS", alert_stored_words(p->a, now));
    view_set(v, "CONFLICT_MORE",
             arena_printf(p->a, "%s; %s%s", now->severity,
                          now->enabled ? "switched on" : "switched off",
                          now->shared ? "; shared" : ""));
    page_set_time(p, v, "CHANGED", now->updated_at, p->real_ts);
    f->version = fmt_i64(p->a, now->version);
    return true;
}

bool
page_alert_edit_post(struct page *p, struct err *err)
{
    struct alert_stored now, s;
    struct alert_form f = alert_form_typed(p);
    int64_t version, id;
    bool saved = false;
    if (!stored(p, &now, err))
        return false;
    f.is_pipeline = now.is_pipeline;
    f.preset = "";
    if (!number_parse_i64(f.version, strlen(f.version), &version))
        return err_set(err, ERR_INPUT, "the form lacks the rule's version");
    s = now;
    s.version = version;
    if (!alert_form_parse(p, &f, &s, err))
        return false;
    if (is_trying(p) || page_has_errors(p))
        return show(p, &f, &s, err);
    bool is_late = version != now.version;
    if (!is_late && !save(p, &s, &id, &saved, &is_late, err))
        return false;
    if (saved)
        return page_redirect(
            p, arena_printf(p->a, "The rule \"%s\" is changed.", s.name),
            "/alerts/%lld", (long long)id);
    if (is_late && (!stored(p, &now, err) || !set_conflict(p, &now, &f, err)))
        return false;
    return show(p, &f, &s, err);
}
