/* The list of loads, filtered by its address, as a page and as CSV. */
#include "cgi/page.h"
#include "cgi/show.h"
#include "core/instrument_list.h"
#include "core/load_list.h"
#include "core/interval.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/number.h"

#include <string.h>

enum { PAGE_ROWS = 40, CSV_ROWS = 1000, REQUEST_CHARS = 60 };

static const char *const kinds[] = {"provider", "upload", "derived"};
static const char *const states[] = {"fetched", "stored", "refused", "undone"};

/* One of the names, or NULL for "" and absent; others are the visitor's
 * mistake. */
static const char *
choice(struct page *p, const char *field, const char *const *names, size_t n)
{
    const char *value = page_query(p, field);
    if (value == NULL || value[0] == '\0')
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (strcmp(value, names[i]) == 0)
            return names[i];
    page_field_error(
        p, field, arena_printf(p->a, "There is no %s \"%.40s\"", field, value));
    return NULL;
}

static int64_t
day(struct page *p, const char *field)
{
    const char *value = page_query(p, field);
    int64_t ts = 0;
    if (value != NULL && value[0] != '\0' &&
        !date_parse_day(value, strlen(value), &ts))
        page_field_error(p, field,
                         arena_printf(p->a,
                                      "\"%.40s\" is not a day: write it as "
                                      "2026-11-22",
                                      value));
    return ts;
}

static int64_t
key(struct page *p, const char *field)
{
    const char *value = page_query(p, field);
    int64_t id = 0;
    if (value == NULL || !number_parse_i64(value, strlen(value), &id) || id < 0)
        return 0;
    return id;
}

static struct load_filter
read_filter(struct page *p)
{
    struct load_filter f = {
        .kind = choice(p, "kind", kinds, COUNT_OF(kinds)),
        .state = choice(p, "state", states, COUNT_OF(states)),
        .instrument = page_query(p, "instrument"),
        .created_from_ts = day(p, "from"),
        .created_to_ts = day(p, "to"),
        .before = key(p, "before"),
        .after = key(p, "after"),
    };
    if (f.instrument != NULL && f.instrument[0] == '\0')
        f.instrument = NULL;
    if (f.created_to_ts != 0)
        f.created_to_ts += DAY_S;
    if (f.created_to_ts != 0 && f.created_from_ts >= f.created_to_ts)
        page_field_error(p, "from", "The first day is after the last");
    return f;
}

static const char *
filter_url(struct page *p, const char *path, const char *edge, int64_t id)
{
    static const char *const names[] = {"kind", "instrument", "state", "from",
                                        "to"};
    struct buf *url = buf_new(p->a);
    buf_adds(url, path);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        show_query(url, names[i], page_query(p, names[i]));
    if (edge != NULL)
        show_query(url, edge, fmt_i64(p->a, id));
    return url->data;
}

static bool
is_filtered(const struct load_filter *f)
{
    return f->kind != NULL || f->state != NULL || f->instrument != NULL ||
           f->created_from_ts != 0 || f->created_to_ts != 0;
}

static void
set_options(struct page *p, const char *section, const char *const *names,
            size_t n, const char *selected)
{
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(p->view, section);
        view_set(v, "OPTION", names[i]);
        view_set(v, "LABEL", names[i]);
        if (selected != NULL && strcmp(selected, names[i]) == 0)
            view_show(v, "SELECTED");
    }
}

static bool
check_instrument(struct page *p, const struct load_filter *f,
                 struct instrument_name **names, size_t *n, struct err *err)
{
    if (!instrument_list_names(p->a, p->db, true, names, n, err))
        return false;
    bool known = f->instrument == NULL;
    for (size_t i = 0; i < *n && !known; i++)
        known = strcasecmp(f->instrument, (*names)[i].symbol) == 0;
    if (!known)
        page_field_error(p, "instrument",
                         arena_printf(p->a, "There is no instrument \"%.40s\"",
                                      f->instrument));
    return true;
}

static void
set_filter(struct page *p, const struct load_filter *f,
           const struct instrument_name *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct view *v = view_add(p->view, "INSTRUMENT_OPTION");
        view_set(v, "OPTION", names[i].symbol);
        view_set(v, "LABEL", names[i].symbol);
        if (f->instrument != NULL &&
            strcasecmp(f->instrument, names[i].symbol) == 0)
            view_show(v, "SELECTED");
    }
    set_options(p, "KIND_OPTION", kinds, COUNT_OF(kinds), f->kind);
    set_options(p, "STATE_OPTION", states, COUNT_OF(states), f->state);
    show_day(p->view, "FROM", page_query(p, "from"));
    show_day(p->view, "TO", page_query(p, "to"));
    view_set(p->view, "CSV_URL", filter_url(p, "/loads.csv", NULL, 0));
    if (is_filtered(f))
        view_show(p->view, "FILTERED");
}

static void
set_load(struct page *p, struct view *v, const struct load_item *i)
{
    const struct load_count *c = &i->count;
    view_set_i64(v, "LOAD_ID", i->load.id);
    show_state(p->a, v, "", i->state);
    view_set(v, "SYMBOL", i->symbol);
    view_set(v, "INTERVAL", interval_name(i->load.interval_s));
    view_set(v, "FROM_WHAT",
             i->upload_name != NULL     ? i->upload_name
             : i->load.provider != NULL ? i->load.provider
                                        : i->load.kind);
    view_set(v, "WHO", i->brought_by);
    page_set_time(p, v, "CREATED", i->created_at, p->real_ts);
    view_set(v, "ROWS_NEW", fmt_count(p->a, c->n_new));
    view_set(v, "ROWS_SAME", fmt_count(p->a, c->n_same));
    view_set(v, "ROWS_CHANGED", fmt_count(p->a, c->n_changed));
    if (c->n_refused > 0)
        view_set(view_add(v, "SOME_REFUSED"), "ROWS_REFUSED",
                 fmt_count(p->a, c->n_refused));
    else
        view_show(v, "NONE_REFUSED");
}

/* Cuts the one row that was asked for only to see whether there are more. */
static void
set_pages(struct page *p, struct view *v, const struct load_filter *f,
          struct load_item **list, size_t *n)
{
    bool more = *n > PAGE_ROWS;
    bool backward = f->after != 0;
    if (more) {
        if (backward)
            (*list)++;
        (*n)--;
    }
    bool older = backward || more;
    bool newer = backward ? more : f->before != 0;
    if (newer)
        view_set(view_add(v, "NEWER"), "NEWER_URL",
                 filter_url(p, "/loads", "after", (*list)[0].load.id));
    if (older)
        view_set(view_add(v, "OLDER"), "OLDER_URL",
                 filter_url(p, "/loads", "before", (*list)[*n - 1].load.id));
    if (!older && !newer)
        view_set(view_add(v, "WHOLE"), "COUNT_TEXT",
                 fmt_plural(p->a, (int64_t)*n, "load", "loads"));
}

static void
set_table(struct page *p, const struct load_filter *f, struct load_item *list,
          size_t n)
{
    bool simulated = false;
    if (page_has_errors(p))
        return;
    if (n == 0) {
        bool any = is_filtered(f) || f->before != 0 || f->after != 0;
        view_show(p->view, any ? "NONE_FOUND" : "NONE_YET");
        return;
    }
    struct view *some = view_add(p->view, "SOME");
    set_pages(p, some, f, &list, &n);
    for (size_t i = 0; i < n; i++) {
        set_load(p, view_add(some, "LOAD"), &list[i]);
        simulated |= list[i].load.simulated;
    }
    if (simulated)
        view_show_all(p->layout, "SIMULATED");
}

bool
page_loads_list(struct page *p, struct err *err)
{
    page_title(p, "Loads", NULL);
    struct load_filter f = read_filter(p);
    struct instrument_name *names;
    struct load_item *list = NULL;
    size_t n_names, n = 0;
    if (!check_instrument(p, &f, &names, &n_names, err))
        return false;
    set_filter(p, &f, names, n_names);
    f.limit = PAGE_ROWS + 1;
    if (!page_has_errors(p) && !load_list(p->a, p->db, &f, &list, &n, err))
        return false;
    set_table(p, &f, list, n);
    return true;
}

/* A field of RFC 4180; quoted only where it must be. */
static void
csv_text(struct buf *out, const char *text)
{
    buf_addc(out, ',');
    if (text == NULL)
        return;
    if (strpbrk(text, "\",\r\n") == NULL) {
        buf_adds(out, text);
        return;
    }
    buf_addc(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_addc(out, '"');
        buf_addc(out, *text);
    }
    buf_addc(out, '"');
}

static void
csv_load(struct arena *a, struct buf *out, const struct load_item *i)
{
    const struct load_count *c = &i->count;
    const struct load *l = &i->load;
    buf_addf(out, "%lld", (long long)l->id);
    csv_text(out, i->state);
    csv_text(out, l->kind);
    csv_text(out, i->symbol);
    csv_text(out, interval_name(l->interval_s));
    csv_text(out, l->provider);
    csv_text(out, i->upload_name);
    csv_text(out, i->brought_by);
    csv_text(out, date_format_iso(a, i->created_at));
    csv_text(out, i->stored_at != 0 ? date_format_iso(a, i->stored_at) : NULL);
    buf_addf(out, ",%lld,%lld,%lld,%lld,%lld", (long long)c->n_new,
             (long long)c->n_same, (long long)c->n_changed,
             (long long)c->n_refused, (long long)c->n_flagged);
    csv_text(out, l->run_id != 0 ? fmt_i64(a, l->run_id) : NULL);
    csv_text(out, i->upload_id != 0 ? fmt_i64(a, i->upload_id) : NULL);
    csv_text(out, l->archive_hash);
    csv_text(out, i->error);
    buf_adds(out, "\r\n");
}

/* Appends the next rows; false in `more` when there are no others. */
static bool
csv_part(struct page *p, struct load_filter *f, bool *more, struct err *err)
{
    struct arena *a = arena_new();
    struct load_item *list;
    size_t n = 0;
    bool ok = load_list(a, p->db, f, &list, &n, err);
    for (size_t i = 0; ok && i < n; i++)
        csv_load(a, p->out, &list[i]);
    *more = ok && n == (size_t)f->limit;
    if (ok && n > 0)
        f->before = list[n - 1].load.id;
    arena_free(a);
    return ok;
}

bool
page_loads_csv(struct page *p, struct err *err)
{
    struct load_filter f = read_filter(p);
    struct instrument_name *names;
    size_t n;
    if (!check_instrument(p, &f, &names, &n, err))
        return false;
    if (page_has_errors(p))
        return err_set(err, ERR_INPUT, "this is not a filter of loads");
    f.before = f.after = 0;
    f.limit = CSV_ROWS;
    page_type(p, "text/csv; charset=utf-8");
    page_header(p, "Content-Disposition", "attachment; filename=\"loads.csv\"");
    buf_adds(p->out, "id,state,kind,instrument,interval,provider,file,who,"
                     "created_at,stored_at,rows_new,rows_same,rows_changed,"
                     "rows_refused,rows_flagged,run,upload,archive_hash,"
                     "error\r\n");
    for (bool more = true; more;)
        if (!csv_part(p, &f, &more, err))
            return false;
    return true;
}
