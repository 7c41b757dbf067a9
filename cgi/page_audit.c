/* Who changed what. */
#include "cgi/page.h"
#include "core/audit.h"
#include "lib/form.h"
#include "lib/number.h"

#include <string.h>

enum { PAGE_ENTRIES = 50 };

/* A filter's value; NULL when it is absent or empty. */
static const char *
filter_value(const struct page *p, const char *name)
{
    const char *value = page_query(p, name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* An id at the page's edge; 0 when absent or no id. */
static int64_t
edge_value(const struct page *p, const char *name)
{
    const char *value = page_query(p, name);
    int64_t id;
    if (value == NULL || !number_parse_i64(value, strlen(value), &id) || id < 0)
        return 0;
    return id;
}

/* The same filter, further on. */
static const char *
edge_url(const struct page *p, const struct audit_filter *f, const char *name,
         int64_t id)
{
    struct buf *b = buf_new(p->a);
    const char *const names[] = {"who", "action", "object"};
    const char *const values[] = {f->who, f->action, f->object};
    buf_addf(b, "/audit?%s=%lld", name, (long long)id);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (values[i] != NULL)
            buf_addf(b, "&%s=%s", names[i], form_escape(p->a, values[i]));
    return b->data;
}

static void
entry_fill(struct page *p, struct view *some, const struct audit_entry *e)
{
    struct view *v = view_add(some, "ENTRY");
    page_set_time(p, v, "AT", e->at, p->real_ts);
    view_set(v, "ENTRY_WHO", e->who);
    view_set(v, "ENTRY_ACTION", e->action);
    view_set(v, "ENTRY_OBJECT", e->object);
    view_set(v, "BEFORE", e->before);
    view_set(v, "AFTER", e->after);
    view_set(v, "ADDRESS", e->address);
}

bool
page_audit_list(struct page *p, struct err *err)
{
    struct audit_filter f = {
        .who = filter_value(p, "who"),
        .action = filter_value(p, "action"),
        .object = filter_value(p, "object"),
        .after = edge_value(p, "after"),
        .limit = PAGE_ENTRIES,
    };
    f.before = f.after > 0 ? 0 : edge_value(p, "before");
    struct audit_entry *entries;
    size_t n;
    bool has_newer, has_older;
    bool is_filtered = f.who != NULL || f.action != NULL || f.object != NULL;
    if (!audit_list(p->a, p->db, &f, &entries, &n, &has_newer, &has_older, err))
        return false;
    page_title(p, "Audit", NULL);
    view_set(p->view, "WHO", f.who);
    view_set(p->view, "ACTION", f.action);
    view_set(p->view, "OBJECT", f.object);
    if (is_filtered)
        view_show(p->view, "FILTERED");
    if (n == 0) {
        bool is_empty = !is_filtered && f.before == 0 && f.after == 0;
        view_show(p->view, is_empty ? "NONE_YET" : "NONE_FOUND");
        return true;
    }
    struct view *some = view_add(p->view, "SOME");
    for (size_t i = 0; i < n; i++)
        entry_fill(p, some, &entries[i]);
    if (has_newer)
        view_set(view_add(some, "NEWER"), "NEWER_URL",
                 edge_url(p, &f, "after", entries[0].id));
    if (has_older)
        view_set(view_add(some, "OLDER"), "OLDER_URL",
                 edge_url(p, &f, "before", entries[n - 1].id));
    if (!has_newer && !has_older)
        view_show(some, "WHOLE");
    return true;
}
