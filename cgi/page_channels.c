/* Channels: the list with how each goes, one of them with a test, and the form
 * by which admins make and change them. A secret is never shown again. */
#include "cgi/alert_tabs.h"
#include "cgi/incident_page.h"
#include "cgi/request.h"
#include "cgi/show.h"
#include "core/channel.h"
#include "lib/format.h"
#include "lib/number.h"

#include <string.h>

static const char *
health(const struct channel *c)
{
    if (!c->enabled)
        return "off";
    if (c->fault_at > c->sent_at)
        return "failing";
    return c->sent_at != 0 ? "works" : "unused";
}

static const char *
severity_words(struct arena *a, const struct channel *c)
{
    const char *names[3];
    size_t n = 0;
    if (c->severity_critical)
        names[n++] = "critical";
    if (c->severity_warning)
        names[n++] = "warning";
    if (c->severity_info)
        names[n++] = "info";
    return n > 0 ? show_names(a, names, n, n) : "only where a rule names it";
}

static const char *
kind_title(const char *name)
{
    const struct channel_kind *kind = channel_kind_find(name);
    return kind != NULL ? kind->title : name;
}

/* What the list and the page of one tell alike. */
static void
set_channel(struct page *p, struct view *v, const struct channel *c)
{
    view_set_i64(v, "CHANNEL_ID", c->id);
    view_set(v, "CHANNEL_NAME", c->name);
    view_set(v, "KIND_TITLE", kind_title(c->kind));
    view_set(v, "WHERE", c->where);
    view_set(v, "SEVERITIES", severity_words(p->a, c));
    show_state(p->a, v, "", health(c));
    if (c->sent_at != 0)
        page_set_time(p, v, "SENT", c->sent_at, p->real_ts);
    else
        view_show(v, "NEVER_SENT");
    if (c->fault_at > c->sent_at) {
        struct view *fault = view_add(v, "FAULT");
        view_set(fault, "FAULT_TEXT", c->fault);
        page_set_time(p, fault, "FAULT_AT", c->fault_at, p->real_ts);
    }
    if (c->n_waiting > 0)
        view_set(view_add(v, "WAITING"), "WAITING_TEXT",
                 fmt_count(p->a, c->n_waiting));
    if (c->n_dead > 0)
        view_set(view_add(v, "DEAD"), "DEAD_TEXT", fmt_count(p->a, c->n_dead));
    view_set(v, "N_RULES", fmt_plural(p->a, c->n_rules, "rule", "rules"));
}

bool
page_channels_list(struct page *p, struct err *err)
{
    struct channel *list;
    size_t n;
    page_title(p, "Channels", NULL);
    alert_tabs(p, "/channels");
    if (!channel_list(p->a, p->db, &list, &n, err))
        return false;
    view_show(p->view, n > 0 ? "SOME" : "NONE");
    for (size_t i = 0; i < n; i++)
        set_channel(p, view_add(p->view, "CHANNEL"), &list[i]);
    return true;
}

/* --- the form ------------------------------------------------------------ */

static const char *
typed_or(const struct page *p, const char *name, const char *stored)
{
    const char *typed = page_form(p, name);
    return typed != NULL ? typed : incident_page_text(stored);
}

static void
set_choices(struct page *p, struct view *v, const struct channel_field *f,
            const char *value)
{
    struct view *select = view_add(v, "SELECT");
    for (size_t i = 0; f->choices[i] != NULL; i++) {
        struct view *o = view_add(select, "CHOICE");
        view_set(o, "OPTION", f->choices[i]);
        if (strcmp(f->choices[i], value) == 0)
            view_show(o, "SELECTED");
    }
    (void)p;
}

static void
set_field(struct page *p, struct view *form, const struct channel *c,
          const struct channel_field *f, size_t i, const char *wrong)
{
    struct view *v = view_add(form, "FIELD");
    const char *stored =
        c->id == 0 && c->values[i] == NULL ? f->standard : c->values[i];
    view_set(v, "FIELD_NAME", f->name);
    view_set(v, "FIELD_LABEL", f->label);
    view_set(v, "FIELD_HELP", f->help);
    if (f->is_optional)
        view_show(v, "OPTIONAL");
    size_t len = strlen(f->name);
    if (wrong != NULL && strncmp(wrong, f->name, len) == 0 && wrong[len] == ':')
        view_set(view_add(v, "BAD"), "BAD_TEXT",
                 request_sentence(p->a, wrong + len + 2));
    if (f->is_secret) {
        struct view *secret = view_add(v, "SECRET");
        if (c->has_secret[i])
            view_show(secret, "KEPT");
        if (c->has_secret[i] && f->is_optional)
            view_show(secret, "REMOVABLE");
    } else if (f->choices != NULL) {
        set_choices(p, v, f, typed_or(p, f->name, stored));
    } else {
        view_set(view_add(v, "PLAIN"), "VALUE", typed_or(p, f->name, stored));
    }
}

static bool
is_ticked(const struct page *p, const char *name, bool stored)
{
    if (strcmp(p->method, "POST") != 0)
        return stored;
    return page_form(p, name) != NULL;
}

/* wrong: what was refused, "FIELD: ..."; NULL: nothing was. */
static void
set_form(struct page *p, const struct channel *c,
         const struct channel_kind *kind, const char *wrong)
{
    struct view *v = view_add(p->view, "FORM");
    if (c->id != 0)
        view_setf(v, "FORM_URL", "/channels/%lld", (long long)c->id);
    else
        view_set(v, "FORM_URL", "/channels/new");
    view_set(v, "KIND", kind->name);
    view_set(v, "FORM_KIND", kind->title);
    view_set_i64(v, "VERSION", c->version);
    view_set(v, "TYPED_NAME", typed_or(p, "name", c->name));
    view_set(v, "SUBMIT",
             c->id != 0 ? "Change the channel" : "Add the channel");
    if (is_ticked(p, "enabled", c->enabled))
        view_show(v, "ENABLED");
    if (is_ticked(p, "critical", c->severity_critical))
        view_show(v, "CRITICAL");
    if (is_ticked(p, "warning", c->severity_warning))
        view_show(v, "WARNING");
    if (is_ticked(p, "info", c->severity_info))
        view_show(v, "INFO");
    for (size_t i = 0; i < kind->n_fields; i++)
        set_field(p, v, c, &kind->fields[i], i, wrong);
}

static void
read_form(const struct page *p, const struct channel_kind *kind,
          struct channel *c)
{
    const char *version = incident_page_text(page_form(p, "version"));
    c->kind = kind->name;
    c->name = incident_page_text(page_form(p, "name"));
    c->enabled = page_form(p, "enabled") != NULL;
    c->severity_critical = page_form(p, "critical") != NULL;
    c->severity_warning = page_form(p, "warning") != NULL;
    c->severity_info = page_form(p, "info") != NULL;
    if (!number_parse_i64(version, strlen(version), &c->version))
        c->version = 0;
    for (size_t i = 0; i < kind->n_fields; i++) {
        const struct channel_field *f = &kind->fields[i];
        const char *text = page_form(p, f->name);
        bool keeps =
            f->is_secret && c->has_secret[i] &&
            page_form(p, arena_printf(p->a, "remove_%s", f->name)) == NULL;
        c->values[i] =
            text != NULL && text[0] != '\0' ? text : (keeps ? "" : NULL);
    }
}

static bool
save(struct page *p, const struct channel_kind *kind, struct channel *c,
     int64_t *id, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    read_form(p, kind, c);
    return channel_save(p->db, &who, request_of(p)->console->key, c, id, err);
}

/* --- a new one ----------------------------------------------------------- */

static bool
fill_new(struct page *p, const struct channel_kind *kind, const char *wrong)
{
    size_t n;
    const struct channel_kind *kinds = channel_kinds(&n);
    page_title(p,
               kind != NULL ? arena_printf(p->a, "New channel: %s", kind->title)
                            : "New channel",
               NULL);
    alert_tabs(p, "/channels");
    if (kind != NULL) {
        const struct channel blank = {.enabled = true,
                                      .severity_critical = true,
                                      .severity_warning = true};
        set_form(p, &blank, kind, wrong);
        return true;
    }
    struct view *choose = view_add(p->view, "CHOOSE");
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(choose, "NEW_KIND");
        view_set(v, "NEW_KIND_NAME", kinds[i].name);
        view_set(v, "NEW_KIND_TITLE", kinds[i].title);
    }
    return true;
}

static const struct channel_kind *
kind_of(const char *name)
{
    return name != NULL ? channel_kind_find(name) : NULL;
}

bool
page_channels_new(struct page *p, struct err *err)
{
    (void)err;
    return fill_new(p, kind_of(page_query(p, "kind")), NULL);
}

static bool
may_come_back(const struct err *why, struct err *err)
{
    if (why->kind == ERR_INPUT || why->kind == ERR_CONFLICT)
        return true;
    *err = *why;
    return false;
}

bool
page_channels_add(struct page *p, struct err *err)
{
    const struct channel_kind *kind = kind_of(page_form(p, "kind"));
    struct channel c = {0};
    struct err why;
    int64_t id;
    if (kind == NULL) {
        page_error(p, "Choose what kind of channel it is");
        return fill_new(p, NULL, NULL);
    }
    if (save(p, kind, &c, &id, &why))
        return page_redirect(p,
                             arena_printf(p->a,
                                          "Channel %s is added. Send it a test "
                                          "before you rely on it.",
                                          c.name),
                             "/channels/%lld", (long long)id);
    if (!may_come_back(&why, err))
        return false;
    incident_page_refused(p, &why);
    return fill_new(p, kind, why.text);
}

/* --- one ----------------------------------------------------------------- */

static bool
fill(struct page *p, int64_t id, const char *wrong, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    const struct delivery_filter f = {.channel_id = id, .limit = 5};
    struct channel c;
    struct delivery *list;
    size_t n;
    if (!channel_get(p->a, p->db, id, &c, err) ||
        !delivery_list(p->a, p->db, &who, &f, &list, &n, err))
        return false;
    const struct channel_kind *kind = channel_kind_find(c.kind);
    page_title(p, arena_printf(p->a, "Channel %s", c.name), NULL);
    alert_tabs(p, "/channels");
    struct view *one = view_add(p->view, "ONE");
    set_channel(p, one, &c);
    if (n > 0) {
        struct view *last = view_add(one, "LAST");
        delivery_rows(p, last, list, n > 5 ? 5 : n);
    }
    if (p->user->role < ROLE_ADMIN || kind == NULL)
        return true;
    set_form(p, &c, kind, wrong);
    struct view *away = view_add(p->view, "DELETE");
    view_set_i64(away, "CHANNEL_ID", c.id);
    view_set(away, "CHANNEL_NAME", c.name);
    return true;
}

bool
page_channels_show(struct page *p, struct err *err)
{
    int64_t id;
    return incident_page_id(p, "channel", &id, err) && fill(p, id, NULL, err);
}

bool
page_channels_change(struct page *p, struct err *err)
{
    struct channel c;
    struct err why;
    int64_t id;
    if (!incident_page_id(p, "channel", &id, err) ||
        !channel_get(p->a, p->db, id, &c, err))
        return false;
    const struct channel_kind *kind = channel_kind_find(c.kind);
    if (kind == NULL)
        return err_set(err, ERR_INTERNAL, "unknown kind of channel %s", c.kind);
    if (save(p, kind, &c, &id, &why))
        return page_redirect(
            p, arena_printf(p->a, "Channel %s is changed.", c.name),
            "/channels/%lld", (long long)id);
    if (!may_come_back(&why, err))
        return false;
    incident_page_refused(p, &why);
    return fill(p, id, why.text, err);
}

bool
page_channels_test(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    int64_t id, delivery;
    return incident_page_id(p, "channel", &id, err) &&
           delivery_test(p->db, &who, id, &delivery, err) &&
           page_redirect(p,
                         "A test message is queued. What the server says to it "
                         "appears here.",
                         "/deliveries/%lld", (long long)delivery);
}

bool
page_channels_delete(struct page *p, struct err *err)
{
    struct alert_actor who = request_alert_actor(p);
    struct channel c;
    struct err why;
    int64_t id;
    if (!incident_page_id(p, "channel", &id, err) ||
        !channel_get(p->a, p->db, id, &c, err))
        return false;
    if (channel_delete(p->db, &who, id, &why))
        return page_redirect(
            p, arena_printf(p->a, "Channel %s is deleted.", c.name),
            "/channels");
    if (!may_come_back(&why, err))
        return false;
    incident_page_refused(p, &why);
    return fill(p, id, NULL, err);
}
