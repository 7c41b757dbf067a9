/* The parts of an instrument's page below its chart; retiring it. */
#include "cgi/instrument_page.h"
#include "cgi/show.h"
#include "core/gap.h"
#include "core/instrument.h"
#include "core/interval.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>

enum { GAP_DAYS = 90, GAPS_SHOWN = 10 };

/* One price a bar and no volume: of a published series. */
static bool
is_scalar(const struct series_page *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->open[i] != r->close[i] || r->high[i] != r->close[i] ||
            r->low[i] != r->close[i] || !isnan(r->volume[i]))
            return false;
    return true;
}

static void
set_cell(struct page *p, struct view *row, double value)
{
    view_set(view_add(row, "CELL"), "CELL_VALUE", fmt_price(p->a, value));
}

static const struct instrument_correction *
correction_of(const struct instrument_page *it, int64_t ts)
{
    for (size_t i = 0; i < it->n_corrections; i++)
        if (it->corrections[i].ts == ts)
            return &it->corrections[i];
    return NULL;
}

static void
set_correction(struct page *p, struct view *row,
               const struct instrument_page *it, int64_t ts)
{
    const struct instrument_correction *c = correction_of(it, ts);
    if (c == NULL) {
        view_show(row, "CORRECTED_ONCE");
        return;
    }
    struct view *v = view_add(row, "CORRECTED");
    view_set_i64(v, "LOAD_ID", c->load_id);
    view_set(v, "CLOSE_BEFORE", fmt_price(p->a, c->close));
    page_set_time(p, v, "REPLACED", c->at, p->real_ts);
}

static void
set_row(struct page *p, struct view *row, const struct instrument_page *it,
        bool scalar, size_t i)
{
    const struct series_page *r = &it->rows;
    bool daily = it->interval_s % DAY_S == 0;
    int64_t ts = r->ts[i];
    view_set(row, "ROW_TIME",
             daily ? date_format_day(p->a, ts) : page_time(p, ts));
    view_set(row, "ROW_ISO",
             daily ? date_format_day(p->a, ts) : date_format_iso(p->a, ts));
    const double values[] = {r->open[i], r->high[i], r->low[i], r->close[i],
                             r->volume[i]};
    for (size_t k = 0; k < COUNT_OF(values) && !scalar; k++)
        set_cell(p, row, values[k]);
    if (scalar)
        set_cell(p, row, r->close[i]);
    for (int k = 0; k < INDICATOR_COUNT; k++)
        if (it->chosen[k])
            set_cell(p, row, r->indicators[k][i]);
    if (r->partial[i])
        view_show(row, "PARTIAL");
    if (r->corrected[i])
        set_correction(p, row, it, ts);
}

static void
set_pager(struct page *p, struct view *v, const struct instrument_page *it)
{
    const struct series_page *r = &it->rows;
    size_t newest = it->is_backward ? r->n - 1 : 0;
    size_t oldest = it->is_backward ? 0 : r->n - 1;
    if (it->is_backward ? r->is_more : it->is_paged)
        view_set(view_add(v, "NEWER"), "NEWER_URL",
                 instrument_page_edge(p, it, "after", r->ts[newest]));
    if (it->is_backward || r->is_more)
        view_set(view_add(v, "OLDER"), "OLDER_URL",
                 instrument_page_edge(p, it, "before", r->ts[oldest]));
}

void
instrument_page_values(struct page *p, const struct instrument_page *it)
{
    static const char *const titles[] = {"Open", "High", "Low", "Close",
                                         "Volume"};
    const struct series_page *r = &it->rows;
    if (r->n == 0) {
        view_show(p->view, it->is_paged ? "NO_MORE" : "NONE_KNOWN");
        return;
    }
    struct view *v = view_add(p->view, "VALUES");
    view_set(v, "VALUES_INTERVAL", interval_name(it->interval_s));
    bool scalar = is_scalar(r);
    for (size_t i = 0; i < COUNT_OF(titles) && !scalar; i++)
        view_set(view_add(v, "COLUMN"), "COLUMN_TITLE", titles[i]);
    if (scalar)
        view_set(view_add(v, "COLUMN"), "COLUMN_TITLE", "Value");
    for (int k = 0; k < INDICATOR_COUNT; k++)
        if (it->chosen[k])
            view_set(view_add(v, "COLUMN"), "COLUMN_TITLE",
                     indicator_all[k].title);
    for (size_t i = 0; i < r->n; i++)
        set_row(p, view_add(v, "ROW"), it, scalar,
                it->is_backward ? r->n - 1 - i : i);
    set_pager(p, v, it);
}

static void
set_bounds(struct page *p, const struct instrument_facts *f)
{
    const char *words;
    if (isnan(f->price_min) && isnan(f->price_max))
        words = "any price above 0";
    else if (isnan(f->price_max))
        words = arena_printf(p->a, "from %s", fmt_price(p->a, f->price_min));
    else if (isnan(f->price_min))
        words = arena_printf(p->a, "above 0, up to %s",
                             fmt_price(p->a, f->price_max));
    else
        words = arena_printf(p->a, "%s to %s", fmt_price(p->a, f->price_min),
                             fmt_price(p->a, f->price_max));
    view_set(p->view, "BOUNDS", words);
    view_set(p->view, "JUMP",
             isnan(f->jump_frac)
                 ? "none doubted"
                 : arena_printf(p->a, "doubted from %s on",
                                fmt_percent(p->a, f->jump_frac, 0)));
}

static void
set_stored(struct page *p, const struct instrument_facts *f)
{
    for (size_t i = 0; i < f->n_intervals; i++) {
        const struct instrument_interval *s = &f->intervals[i];
        struct view *v = view_add(p->view, "STORED");
        view_set(v, "STORED_INTERVAL", interval_name(s->interval_s));
        view_set(v, "STORED_FROM", date_format_day(p->a, s->first_ts));
        view_set(v, "STORED_TO", date_format_day(p->a, s->last_ts));
    }
}

static void
set_listing(struct page *p, struct view *v, const struct instrument_listing *l)
{
    view_set(v, "PROVIDER", l->provider_title);
    view_set(v, "PROVIDER_SYMBOL", l->provider_symbol);
    if (!l->enabled)
        view_show(v, "SWITCHED_OFF");
    if (l->load_id == 0) {
        view_show(v, "NEVER");
        return;
    }
    struct view *load = view_add(v, "LAST");
    view_set_i64(load, "LOAD_ID", l->load_id);
    show_state(p->a, load, "LOAD_", l->load_state);
    page_set_time(p, load, "LOADED", l->load_at, p->real_ts);
    if (l->load_error != NULL)
        view_set(view_add(load, "FAULT"), "LOAD_ERROR", l->load_error);
}

void
instrument_page_facts(struct page *p, const struct instrument_facts *f)
{
    view_set(p->view, "KIND", f->fresh.kind);
    view_set(p->view, "OWN_CURRENCY",
             f->fresh.currency[0] != '\0' ? f->fresh.currency
                                          : "none: a plain number");
    view_set(p->view, "FETCHED_INTERVAL", interval_name(f->fresh.interval_s));
    set_bounds(p, f);
    set_stored(p, f);
    if (f->n_listings == 0)
        view_show(p->view, "NO_LISTINGS");
    struct view *v = f->n_listings > 0 ? view_add(p->view, "LISTINGS") : NULL;
    for (size_t i = 0; i < f->n_listings; i++)
        set_listing(p, view_add(v, "LISTING"), &f->listings[i]);
}

static void
set_gap(struct page *p, struct view *v, const struct gap *g)
{
    bool daily = g->interval_s % DAY_S == 0;
    const char *from =
        daily ? date_format_day(p->a, g->from_ts) : page_time(p, g->from_ts);
    const char *to =
        daily ? date_format_day(p->a, g->to_ts) : page_time(p, g->to_ts);
    view_setf(v, "GAP_WORDS", "%s%s", fmt_plural(p->a, g->n, "bar", "bars"),
              g->is_at_end ? ", the newest" : "");
    view_set(v, "GAP_INTERVAL", interval_name(g->interval_s));
    view_set(v, "GAP_FROM", from);
    if (g->from_ts != g->to_ts)
        view_set(view_add(v, "GAP_LONG"), "GAP_TO", to);
}

bool
instrument_page_gaps(struct page *p, const struct instrument_facts *f,
                     struct err *err)
{
    const struct gap_filter filter = {
        .symbols = &f->fresh.symbol,
        .n_symbols = 1,
        .from_ts = p->now_ts - GAP_DAYS * (int64_t)DAY_S,
        .limit = GAPS_SHOWN,
    };
    struct gap *gaps;
    size_t n;
    bool is_more;
    if (!f->active || f->n_intervals == 0)
        return true;
    if (!gap_list(p->a, p->db, &filter, p->now_ts, &gaps, &n, &is_more, err))
        return false;
    struct view *v = view_add(p->view, "GAPS");
    view_set_i64(v, "GAP_DAYS", GAP_DAYS);
    if (n == 0)
        view_show(v, "NO_GAPS");
    struct view *list = n > 0 ? view_add(v, "GAP_LIST") : NULL;
    for (size_t i = 0; i < n; i++)
        set_gap(p, view_add(list, "GAP"), &gaps[i]);
    if (is_more)
        view_show(v, "MORE_GAPS");
    return true;
}

bool
page_instruments_retire(struct page *p, struct err *err)
{
    const char *symbol = page_param(p, "symbol");
    bool undo = page_form(p, "undo") != NULL;
    if (!page_instruments_show(p, err) ||
        !instrument_retire(p->db, symbol, !undo, p->user->name, p->address,
                           err))
        return false;
    return page_redirect(p,
                         undo ? "It is active again."
                              : "It is retired: nothing is fetched for it, its "
                                "bars stay.",
                         "%s", show_instrument_url(p->a, symbol));
}
