/* The instruments, each with how fresh its data is. */
#include "cgi/page.h"
#include "cgi/show.h"
#include "core/instrument_list.h"
#include "lib/format.h"

enum { PAGE_ROWS = 100 };

static void
set_verdict(struct page *p, const struct instrument_item *items, size_t n)
{
    size_t behind = 0;
    bool stale = false;
    for (size_t i = 0; i < n; i++) {
        behind += source_is_behind(&items[i].fresh);
        stale |= items[i].fresh.state[0] == 's';
    }
    const char *state = behind == 0 ? "fresh" : stale ? "stale" : "late";
    show_state(p->a, p->view, "VERDICT_", state);
    if (behind == 0)
        view_set(p->view, "VERDICT_WORDS", "Every instrument is fresh");
    else
        view_setf(
            p->view, "VERDICT_WORDS", "%zu of %s behind", behind,
            fmt_plural(p->a, (int64_t)n, "instrument is",
                       behind == 1 ? "instruments is" : "instruments are"));
    page_title(p, "Instruments",
               behind == 0 ? NULL : arena_printf(p->a, "▲ %zu late", behind));
}

static void
set_item(struct page *p, struct view *v, const struct instrument_item *it)
{
    show_source(p, v, &it->fresh);
    view_set(v, "KIND", it->fresh.kind);
    view_set(v, "CALENDAR", it->fresh.calendar_title);
    view_setf(v, "BARS", "%s%s", fmt_count(p->a, it->n_bars),
              it->n_bars >= INSTRUMENT_LIST_BARS ? "+" : "");
    view_set(v, "LISTINGS",
             it->listings != NULL ? it->listings : "nobody can answer for it");
}

bool
page_instruments_list(struct page *p, struct err *err)
{
    const char *after = page_query(p, "after");
    struct instrument_item *items;
    size_t n;
    if (!instrument_list_page(p->a, p->db, after != NULL ? after : "",
                              PAGE_ROWS + 1, p->now_ts, &items, &n, err) ||
        !show_simulated(p, err))
        return false;
    if (n == 0) {
        page_title(p, "Instruments", NULL);
        view_show(p->view, "NONE");
        return true;
    }
    struct view *some = view_add(p->view, "SOME");
    struct view *pages = NULL;
    if (n > PAGE_ROWS || after != NULL)
        pages = view_add(some, "PAGES");
    if (n > PAGE_ROWS) {
        n = PAGE_ROWS;
        struct buf *url = buf_new(p->a);
        buf_adds(url, "/instruments");
        show_query(url, "after", items[n - 1].fresh.symbol);
        view_set(view_add(pages, "NEXT"), "NEXT_URL", url->data);
    }
    if (after != NULL)
        view_show(pages, "FIRST");
    set_verdict(p, items, n);
    for (size_t i = 0; i < n; i++)
        set_item(p, view_add(some, "INSTRUMENT"), &items[i]);
    return true;
}
