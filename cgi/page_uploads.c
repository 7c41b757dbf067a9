/* Where files come in: the form, the recent ones, and saved mappings. */
#include "cgi/request.h"
#include "cgi/show.h"
#include "core/saved_mapping.h"
#include "core/upload.h"
#include "lib/config.h"
#include "lib/format.h"
#include "lib/number.h"

#include <string.h>

enum { PAGE_ROWS = 20, NAMES = 3, HEADER_CHARS = 80, HOST_MAX = 255 };

/* The address that this page was asked for under. */
static const char *
site(struct page *p)
{
    const struct request *r = request_of(p);
    const char *host = request_param(r, "HTTP_HOST");
    const char *scheme = request_param(r, "REQUEST_SCHEME");
    if (host == NULL || strlen(host) > HOST_MAX ||
        host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                          "0123456789.-:[]")] != '\0')
        host = "localhost";
    return arena_printf(p->a, "%s://%s",
                        scheme != NULL && strcmp(scheme, "https") == 0 ? "https"
                                                                       : "http",
                        host);
}

static void
set_upload(struct page *p, struct view *v, const struct upload *u)
{
    const struct load_count *c = &u->count;
    view_set_i64(v, "UPLOAD_ID", u->id);
    view_set(v, "FILE_NAME", u->name);
    view_set(v, "FILE_BYTES", fmt_bytes(p->a, u->bytes));
    show_state(p->a, v, "", u->state);
    view_set(v, "INTO",
             u->n_symbols > 0
                 ? show_names(p->a, u->symbols, u->n_symbols, NAMES)
                 : "–");
    page_set_time(p, v, "CREATED", u->created_at, p->real_ts);
    view_set(v, "WHO", u->uploaded_by);
    bool counted = u->checked_at != 0;
    view_set(v, "ROWS_NEW", counted ? fmt_count(p->a, c->n_new) : "–");
    view_set(v, "ROWS_SAME", counted ? fmt_count(p->a, c->n_same) : "–");
    view_set(v, "ROWS_CHANGED", counted ? fmt_count(p->a, c->n_changed) : "–");
    view_set(view_add(v, c->n_refused > 0 ? "SOME_REFUSED" : "NONE_REFUSED"),
             "ROWS_REFUSED", counted ? fmt_count(p->a, c->n_refused) : "–");
}

static bool
set_uploads(struct page *p, struct err *err)
{
    const char *text = page_query(p, "before");
    int64_t before = 0;
    struct upload *list;
    size_t n;
    if (text != NULL &&
        (!number_parse_i64(text, strlen(text), &before) || before < 0))
        before = 0;
    if (!upload_list(p->a, p->db, before, PAGE_ROWS + 1, &list, &n, err))
        return false;
    if (n == 0 && before == 0) {
        view_show(p->view, "NONE_YET");
        return true;
    }
    struct view *v = view_add(p->view, "SOME");
    for (size_t i = 0; i < n && i < PAGE_ROWS; i++)
        set_upload(p, view_add(v, "UPLOAD"), &list[i]);
    if (before != 0)
        view_show(v, "NEWEST");
    if (n > PAGE_ROWS)
        view_set_i64(view_add(v, "OLDER"), "OLDER_ID", list[PAGE_ROWS - 1].id);
    return true;
}

static bool
set_mappings(struct page *p, struct err *err)
{
    struct saved_mapping *list;
    size_t n;
    if (!saved_mapping_list(p->a, p->db, NULL, 0, &list, &n, err))
        return false;
    struct view *all = view_add(p->view, n > 0 ? "MAPPINGS" : "NO_MAPPINGS");
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(all, "MAPPING");
        view_set_i64(v, "MAPPING_ID", list[i].id);
        view_set(v, "MAPPING_NAME", list[i].name);
        view_set(v, "MAPPING_BY", list[i].created_by);
        view_set(v, "MAPPING_HEADER",
                 show_short(p->a, list[i].header, HEADER_CHARS));
        page_set_time(p, v, "MAPPING_AT", list[i].updated_at, p->real_ts);
    }
    return true;
}

bool
page_upload(struct page *p, struct err *err)
{
    page_title(p, "Upload", NULL);
    view_set(p->view, "SITE", site(p));
    view_set(p->view, "MAX_BYTES", fmt_bytes(p->a, config()->upload_max_bytes));
    return set_uploads(p, err) && set_mappings(p, err);
}

bool
page_mappings_delete(struct page *p, struct err *err)
{
    const char *text = page_param(p, "id");
    int64_t id;
    if (!number_parse_i64(text, strlen(text), &id))
        return err_set(err, ERR_MISSING, "there is no such saved mapping");
    return saved_mapping_delete(p->db, id, p->user->name, p->address, err) &&
           page_redirect(p, "The mapping is deleted.", "/upload");
}
