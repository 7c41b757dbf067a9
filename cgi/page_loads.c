/* The list of loads, filtered by its address, as a page and as CSV. */
#include "cgi/filter.h"
#include "cgi/page.h"
#include "cgi/show.h"
#include "core/interval.h"
#include "core/load_list.h"
#include "lib/csv.h"
#include "lib/date.h"
#include "lib/format.h"

#include <string.h>

static const char *const kinds[] = {"provider", "upload", "derived",
                                    "correction", "check"};
static const char *const states[] = {"fetched", "stored", "refused", "undone"};

static const char *const fields[] = {"kind", "instrument", "state", "from",
                                     "to"};

static bool
read_filter(struct page *p, struct load_filter *f, struct err *err)
{
    *f = (struct load_filter){
        .kind = filter_choice(p, "kind", kinds, COUNT_OF(kinds)),
        .state = filter_choice(p, "state", states, COUNT_OF(states)),
        .before = filter_key(p, "before"),
        .after = filter_key(p, "after"),
    };
    filter_days(p, &f->created_from_ts, &f->created_to_ts);
    return filter_instrument(p, &f->instrument, err);
}

static bool
is_filtered(const struct load_filter *f)
{
    return f->kind != NULL || f->state != NULL || f->instrument != NULL ||
           f->created_from_ts != 0 || f->created_to_ts != 0;
}

static void
set_filter(struct page *p, const struct load_filter *f)
{
    filter_options(p, "KIND_OPTION", kinds, COUNT_OF(kinds), f->kind);
    filter_options(p, "STATE_OPTION", states, COUNT_OF(states), f->state);
    show_day(p->view, "FROM", page_query(p, "from"));
    show_day(p->view, "TO", page_query(p, "to"));
    view_set(p->view, "CSV_URL",
             filter_url(p, "/loads.csv", fields, COUNT_OF(fields), NULL, 0));
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
    view_set(v, "INSTRUMENT_URL", show_instrument_url(p->a, i->symbol));
    view_set(v, "INTERVAL", interval_name(i->load.interval_s));
    view_set(v, "FROM_WHAT",
             i->upload_name != NULL ? i->upload_name
             : strcmp(i->load.kind, "check") == 0
                 ? arena_printf(p->a, "check by %s", i->load.provider)
             : i->load.provider != NULL             ? i->load.provider
             : strcmp(i->load.kind, "derived") == 0 ? i->load.request
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

static int64_t
load_id(const void *rows, size_t i)
{
    return ((const struct load_item *)rows)[i].load.id;
}

static void
set_table(struct page *p, const struct load_filter *f,
          const struct load_item *list, size_t n)
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
    size_t first;
    filter_set_pages(p, some,
                     &(struct filter_page){.path = "/loads",
                                           .fields = fields,
                                           .n_fields = COUNT_OF(fields),
                                           .before = f->before,
                                           .after = f->after,
                                           .one = "load",
                                           .several = "loads",
                                           .id = load_id},
                     list, &first, &n);
    list += first;
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
    struct load_filter f;
    struct load_item *list = NULL;
    size_t n = 0;
    if (!read_filter(p, &f, err))
        return false;
    set_filter(p, &f);
    f.limit = FILTER_PAGE_ROWS + 1;
    if (!page_has_errors(p) && !load_list(p->a, p->db, &f, &list, &n, err))
        return false;
    set_table(p, &f, list, n);
    return true;
}

static void
csv_text(struct buf *out, const char *text)
{
    buf_addc(out, ',');
    csv_put(out, ',', text);
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
    struct load_filter f;
    if (!read_filter(p, &f, err))
        return false;
    if (page_has_errors(p))
        return err_set(err, ERR_INPUT, "this is not a filter of loads");
    f.before = f.after = 0;
    f.limit = FILTER_CSV_ROWS;
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
