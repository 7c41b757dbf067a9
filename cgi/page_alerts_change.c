/* What is done with stored alert rules from their pages: switched, copied,
 * deleted, many at once, brought in and taken along as JSON. */
#include "cgi/alerts_list.h"
#include "cgi/body.h"
#include "cgi/request.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/number.h"
#include "lib/stream.h"

#include <string.h>

enum { IMPORT_BYTES_MAX = 4 * 1024 * 1024 };

/* The rule of the address. */
static bool
stored(struct page *p, struct alert_stored *s, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    const char *text = page_param(p, "id");
    int64_t id;
    if (!number_parse_i64(text, strlen(text), &id))
        return err_set(err, ERR_MISSING, "no such rule");
    return alert_stored_get(p->a, p->db, &who, id, s, err);
}

/* Back to where the button stood. */
static bool
back(struct page *p, const struct alert_stored *s, const char *text)
{
    const char *next = page_form(p, "next");
    return page_redirect(
        p, text, "%s",
        next != NULL ? request_next(next)
                     : arena_printf(p->a, "/alerts/%lld", (long long)s->id));
}

static bool
switch_one(struct page *p, bool enable, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct alert_stored s;
    int64_t n;
    if (!stored(p, &s, err) ||
        !alert_enable(p->db, &who, &s.id, 1, enable, &n, err))
        return false;
    return back(p, &s,
                arena_printf(p->a, "\"%s\" %s switched %s.", s.name,
                             n > 0 ? "is" : "was already",
                             enable ? "on" : "off"));
}

bool
page_alert_enable(struct page *p, struct err *err)
{
    return switch_one(p, true, err);
}

bool
page_alert_disable(struct page *p, struct err *err)
{
    return switch_one(p, false, err);
}

bool
page_alert_duplicate(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct alert_stored s;
    int64_t copy;
    if (!stored(p, &s, err) || !alert_duplicate(p->db, &who, s.id, &copy, err))
        return false;
    return page_redirect(p,
                         arena_printf(p->a,
                                      "This is the copy of \"%s\", switched "
                                      "off until you switch it on.",
                                      s.name),
                         "/alerts/%lld/edit", (long long)copy);
}

bool
page_alert_delete(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    const char *text = page_form(p, "version");
    struct alert_stored s;
    int64_t version = 0;
    if (text == NULL || !number_parse_i64(text, strlen(text), &version))
        return err_set(err, ERR_INPUT, "the form lacks the rule's version");
    if (!stored(p, &s, err) || !alert_delete(p->db, &who, s.id, version, err))
        return false;
    return page_redirect(p,
                         arena_printf(p->a,
                                      "The rule \"%s\" is deleted; its events "
                                      "are kept.",
                                      s.name),
                         "/alerts");
}

bool
page_alerts_bulk(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    size_t n;
    int64_t changed;
    const char *const *texts = page_form_all(p, "id", &n);
    const char *what = page_form(p, "do");
    int64_t *ids = arena_array(p->a, n, sizeof *ids);
    bool enable = what != NULL && strcmp(what, "enable") == 0;
    if (!enable && (what == NULL || strcmp(what, "disable") != 0))
        return err_set(err, ERR_INPUT, "there is nothing else to be done");
    for (size_t i = 0; i < n; i++)
        if (!number_parse_i64(texts[i], strlen(texts[i]), &ids[i]))
            return err_set(err, ERR_MISSING, "no such rule");
    const char *url = alerts_list_url(p, "/alerts");
    if (n == 0)
        return page_redirect(p, "No rule was marked.", "%s", url);
    if (!alert_enable(p->db, &who, ids, n, enable, &changed, err))
        return false;
    return page_redirect(
        p,
        arena_printf(p->a, "%s switched %s.",
                     fmt_plural(p->a, changed, "rule was", "rules were"),
                     enable ? "on" : "off"),
        "%s", url);
}

/* --- JSON ------------------------------------------------------------------
 */

bool
page_alerts_export(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct alert_filter f;
    if (!alerts_list_filter(p, &f, err))
        return false;
    if (page_has_errors(p))
        return err_set(err, ERR_INPUT, "this is not a filter of rules");
    f.before = f.after = 0;
    page_header(p, "Content-Disposition",
                "attachment; filename=\"alerts.json\"");
    return alert_export(p->a, p->db, &who, &f, p->out, err);
}

/* The file as a whole. */
static bool
read_file(struct request *r, struct buf **out, struct err *err)
{
    const char *filename, *bytes;
    size_t len;
    *out = buf_new(r->page.a);
    if (!body_file_next(r, &filename, err))
        return false;
    if (filename == NULL)
        return err_set(err, ERR_INPUT,
                       "No file was chosen. Nothing was changed.");
    for (;;) {
        if (!stream_next(r->file, &bytes, &len, err))
            return false;
        if (len == 0)
            return true;
        if ((*out)->len + len > IMPORT_BYTES_MAX)
            return err_set(err, ERR_INPUT,
                           "The file is larger than %s. Nothing was changed.",
                           fmt_bytes(r->page.a, IMPORT_BYTES_MAX));
        buf_add(*out, bytes, len);
    }
}

bool
page_alerts_import(struct page *p, struct err *err)
{
    struct request *r = request_of(p);
    struct alert_actor who = request_alert_actor(p);
    struct alert_imported done;
    struct buf *text;
    struct json doc;
    if (!read_file(r, &text, err))
        return false;
    bool replace = form_get(&r->form, "replace") != NULL;
    if (!json_parse(p->a, text->data, text->len, &doc, err) ||
        !alert_import(p->db, &who, doc, replace, &done, err))
        return err->kind == ERR_INPUT
                   ? err_set(err, ERR_INPUT, "Nothing was changed: %s",
                             arena_strdup(p->a, err->text))
                   : false;
    return page_redirect(
        p,
        arena_printf(p->a, "%s added, %s replaced, %s left as they are.",
                     fmt_plural(p->a, done.added, "rule was", "rules were"),
                     fmt_count(p->a, done.replaced),
                     fmt_count(p->a, done.skipped)),
        "/alerts");
}
