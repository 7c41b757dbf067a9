/* The parts of an instrument's page below its chart; retiring it. */
#include "cgi/instrument_page.h"
#include "cgi/show.h"
#include "core/gap.h"
#include "core/instrument.h"
#include "core/interval.h"
#include "core/quality.h"
#include "lib/date.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

enum { GAP_DAYS = 90, GAPS_SHOWN = 10, QUALITY_DAYS = 30, QUALITY_SHOWN = 7 };

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

/* So many decimals as the value that wants most of them, `least` or more. */
static int
decimals_of(struct arena *a, const double *values, size_t n, size_t least)
{
    size_t most = least;
    for (size_t i = 0; i < n; i++) {
        const char *point = strchr(fmt_price(a, values[i]), '.');
        size_t len = point != NULL ? strlen(point + 1) : 0;
        while (len > 0 && point[len] == '0')
            len--;
        if (len > most)
            most = len;
    }
    return (int)most;
}

/* The columns that are shown, each with its own decimals. */
enum { COLUMNS_MAX = 5 + INDICATOR_COUNT, NARROW = 4 };
struct columns {
    size_t n;
    const char *titles[COLUMNS_MAX];
    const double *values[COLUMNS_MAX];
    int decimals[COLUMNS_MAX];
};

static void
column_add(struct page *p, struct columns *c, const char *title,
           const double *values, size_t n, size_t least)
{
    c->titles[c->n] = title;
    c->values[c->n] = values;
    c->decimals[c->n++] = decimals_of(p->a, values, n, least);
}

static void
columns_make(struct page *p, const struct instrument_page *it,
             struct columns *c)
{
    const struct series_page *r = &it->rows;
    c->n = 0;
    if (is_scalar(r)) {
        column_add(p, c, "Value", r->close, r->n, 2);
    } else {
        column_add(p, c, "Open", r->open, r->n, 2);
        column_add(p, c, "High", r->high, r->n, 2);
        column_add(p, c, "Low", r->low, r->n, 2);
        column_add(p, c, "Close", r->close, r->n, 2);
        for (int i = 0; i < 4; i++)
            for (int k = 0; k < 4; k++)
                if (c->decimals[i] < c->decimals[k])
                    c->decimals[i] = c->decimals[k];
        column_add(p, c, "Volume", r->volume, r->n, 0);
    }
    for (int k = 0; k < INDICATOR_COUNT; k++)
        if (it->chosen[k])
            column_add(p, c, indicator_all[k].title, r->indicators[k], r->n, 0);
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
        const struct columns *c, size_t i)
{
    const struct series_page *r = &it->rows;
    bool daily = it->interval_s % DAY_S == 0;
    int64_t ts = r->ts[i];
    view_set(row, "ROW_TIME",
             daily ? date_format_day(p->a, ts) : page_time(p, ts));
    view_set(row, "ROW_ISO",
             daily ? date_format_day(p->a, ts) : date_format_iso(p->a, ts));
    for (size_t k = 0; k < c->n; k++)
        view_set(view_add(row, "CELL"), "CELL_VALUE",
                 fmt_number(p->a, c->values[k][i], c->decimals[k]));
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
    const struct series_page *r = &it->rows;
    struct columns columns;
    if (r->n == 0) {
        view_show(p->view, it->is_paged ? "NO_MORE" : "NONE_KNOWN");
        return;
    }
    struct view *v = view_add(p->view, "VALUES");
    view_set(v, "VALUES_INTERVAL", interval_name(it->interval_s));
    columns_make(p, it, &columns);
    if (columns.n < NARROW)
        view_show(v, "FEW");
    for (size_t k = 0; k < columns.n; k++)
        view_set(view_add(v, "COLUMN"), "COLUMN_TITLE", columns.titles[k]);
    for (size_t i = 0; i < r->n; i++)
        set_row(p, view_add(v, "ROW"), it, &columns,
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
                 ? "doubted as the rule says"
                 : arena_printf(p->a, "doubted from %s on",
                                fmt_percent(p->a, f->jump_frac, 0)));
}

static void
set_stored(struct page *p, const struct instrument_facts *f)
{
    struct view *all = f->n_intervals > 0 ? view_add(p->view, "STORED") : NULL;
    for (size_t i = 0; i < f->n_intervals; i++) {
        const struct instrument_interval *s = &f->intervals[i];
        struct view *v = view_add(all, "STORED_ONE");
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
    view_set(v, "GAP_WORDS", fmt_plural(p->a, g->n, "bar", "bars"));
    if (g->is_at_end)
        view_show(v, "GAP_AT_END");
    view_set(v, "GAP_INTERVAL", interval_name(g->interval_s));
    view_set(v, "GAP_FROM", from);
    if (g->from_ts != g->to_ts)
        view_set(view_add(v, "GAP_LONG"), "GAP_TO", to);
}

/* What keeps a day from a score of 1. */
static const char *
quality_words(struct arena *a, const struct quality_day *d)
{
    struct buf *b = buf_new(a);
    if (d->present < d->expected)
        buf_addf(b, ", %s of %s there", fmt_count(a, d->present),
                 fmt_plural(a, d->expected, "bar", "bars"));
    if (d->refused > 0)
        buf_addf(b, ", %s refused", fmt_plural(a, d->refused, "row", "rows"));
    if (d->flagged > 0)
        buf_addf(b, ", %s doubted", fmt_plural(a, d->flagged, "row", "rows"));
    if (d->agreed < d->compared)
        buf_addf(b, ", %s of %s as another provider has them",
                 fmt_count(a, d->agreed),
                 fmt_plural(a, d->compared, "bar", "bars"));
    return b->len > 2 ? b->data + 2 : "";
}

static void
set_quality_day(struct page *p, struct view *v, const struct quality_day *d)
{
    view_set(v, "DAY", date_format_day(p->a, d->day_ts));
    view_set(v, "DAY_SCORE", fmt_number(p->a, d->score, 2));
    view_set(v, "DAY_WORDS", quality_words(p->a, d));
}

static void
set_quality(struct page *p, const struct quality_day *days, size_t n)
{
    struct view *v = view_add(p->view, "QUALITY"), *list = NULL;
    double sum = 0;
    size_t n_worse = 0;
    for (size_t i = 0; i < n; i++) {
        sum += days[i].score;
        if (days[i].score >= 1 || n_worse++ >= QUALITY_SHOWN)
            continue;
        if (list == NULL)
            list = view_add(v, "QUALITY_LIST");
        set_quality_day(p, view_add(list, "QUALITY_DAY"), &days[i]);
    }
    const char *all = fmt_plural(p->a, (int64_t)n, "day", "days");
    view_set_i64(v, "QUALITY_DAYS", QUALITY_DAYS);
    if (n_worse == 0)
        view_setf(v, "QUALITY_WORDS",
                  "1, the best, on each of %s: all bars are there, none is "
                  "doubted.",
                  all);
    else
        view_setf(v, "QUALITY_WORDS",
                  "%s on average, where 1 is the best. %zu of %s fell short%s:",
                  fmt_number(p->a, sum / (double)n, 2), n_worse, all,
                  n_worse > QUALITY_SHOWN ? "; the newest of them" : "");
}

bool
instrument_page_quality(struct page *p, const struct instrument_facts *f,
                        struct err *err)
{
    struct quality_day *days;
    size_t n, n_scored = 0;
    int64_t today = date_day_start(p->now_ts);
    if (!quality_list(p->a, p->db, f->id, f->fresh.interval_s,
                      today - (QUALITY_DAYS - 1) * (int64_t)DAY_S, today,
                      QUALITY_DAYS, &days, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isnan(days[i].score))
            days[n_scored++] = days[i];
    if (n_scored > 0)
        set_quality(p, days, n_scored);
    return true;
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
