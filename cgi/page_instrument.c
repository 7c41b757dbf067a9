/* One instrument: its state, chart and last values, as they are now or were
 * known at an earlier time. */
#include "cgi/instrument_page.h"
#include "cgi/page.h"
#include "cgi/show.h"
#include "core/interval.h"
#include "lib/date.h"
#include "lib/form.h"
#include "lib/format.h"

#include <math.h>
#include <string.h>

enum { ROWS = 30 };

static const char *
own_interval(const struct instrument_page *it)
{
    return interval_name(it->facts.fresh.interval_s);
}

/* True when there are bars of this interval. */
static bool
has_interval(const struct instrument_facts *f, int32_t interval_s)
{
    for (size_t i = 0; i < f->n_intervals; i++)
        if (f->intervals[i].interval_s == interval_s)
            return true;
    return false;
}

static void
read_interval(struct page *p, struct instrument_page *it)
{
    const char *name = page_query(p, "interval");
    it->interval_s = it->facts.fresh.interval_s;
    if (name != NULL && name[0] != '\0') {
        if (!interval_parse(name, &it->interval_s))
            page_field_error(p, "interval",
                             arena_printf(p->a,
                                          "There is no interval \"%.20s\": "
                                          "choose " INTERVAL_NAMES,
                                          name));
    } else if (it->facts.n_intervals > 0 &&
               !has_interval(&it->facts, it->interval_s)) {
        it->interval_s =
            it->facts.intervals[it->facts.n_intervals - 1].interval_s;
    }
}

static void
read_indicators(struct page *p, struct instrument_page *it)
{
    size_t n;
    const char *const *names = page_query_all(p, "indicator", &n);
    struct buf *list = buf_new(p->a);
    for (size_t i = 0; i < n; i++) {
        const struct indicator *found = indicator_find(names[i]);
        if (found == NULL) {
            page_field_error(p, "indicator",
                             arena_printf(p->a,
                                          "There is no indicator \"%.40s\"",
                                          names[i]));
            return;
        }
        it->chosen[found - indicator_all] = true;
    }
    for (int i = 0; i < INDICATOR_COUNT; i++)
        if (it->chosen[i])
            buf_addf(list, "%s%s", list->len > 0 ? "," : "",
                     indicator_all[i].name);
    it->indicators = list->len > 0 ? list->data : NULL;
}

/* A day is meant to its end. */
static void
read_as_of(struct page *p, struct instrument_page *it)
{
    const char *text = page_query(p, "as_of");
    if (text == NULL || text[0] == '\0')
        return;
    if (date_parse_day(text, strlen(text), &it->as_of_ts))
        it->as_of_ts += DAY_S - 1;
    else if (!date_parse_iso(text, strlen(text), &it->as_of_ts)) {
        page_field_error(p, "as_of",
                         arena_printf(p->a,
                                      "\"%.40s\" is not a time: write it as "
                                      "2026-11-22T08:30",
                                      text));
        return;
    }
    it->as_of = date_format_iso(p->a, it->as_of_ts);
}

static const char *
url_of(struct page *p, const struct instrument_page *it, const char *interval,
       const char *as_of)
{
    struct buf *url = buf_new(p->a);
    buf_adds(url, it->path);
    show_query(url, "interval", interval);
    for (int i = 0; i < INDICATOR_COUNT; i++)
        if (it->chosen[i])
            show_query(url, "indicator", indicator_all[i].name);
    show_query(url, "as_of", as_of);
    return url->data;
}

const char *
instrument_page_edge(struct page *p, const struct instrument_page *it,
                     const char *edge, int64_t ts)
{
    struct buf *url = buf_new(p->a);
    buf_adds(url, url_of(p, it, interval_name(it->interval_s), it->as_of));
    show_query(url, edge, date_format_iso(p->a, ts));
    return url->data;
}

/* The rows that the table shows, newest first. */
static bool
read_rows(struct page *p, struct instrument_page *it, struct err *err)
{
    struct series_page_ask ask;
    const char *after = page_query(p, "after");
    it->is_backward = after != NULL && after[0] != '\0';
    it->is_paged = it->is_backward || page_query(p, "before") != NULL;
    struct series_page_words words = {
        .symbol = it->facts.fresh.symbol,
        .interval = interval_name(it->interval_s),
        .before = it->is_backward ? NULL : page_query(p, "before"),
        .after = it->is_backward ? after : NULL,
        .limit = fmt_i64(p->a, ROWS),
        .order = it->is_backward ? "asc" : "desc",
        .indicators = it->indicators,
        .as_of = it->as_of,
    };
    if (!series_page_read(p->a, p->db, &words, &ask, err))
        return err->kind == ERR_INPUT && page_error(p, err->text);
    if (!series_page_get(p->a, p->db, &ask, &it->rows, err))
        return false;
    if (it->rows.n == 0)
        return true;
    int64_t first = it->rows.ts[0], last = it->rows.ts[it->rows.n - 1];
    return instrument_corrections(
        p->a, p->db, it->facts.id, it->interval_s, first < last ? first : last,
        first < last ? last : first, &it->corrections, &it->n_corrections, err);
}

static const char *
change_words(struct arena *a, double now, double before)
{
    double frac = now / before - 1;
    if (now == before)
        return "unchanged";
    if (!isfinite(frac) || before < 0)
        return arena_printf(a, "%s from %s", now > before ? "▲ up" : "▼ down",
                            fmt_price(a, before));
    return arena_printf(a, "%s %s", frac > 0 ? "▲" : "▼",
                        fmt_percent(a, fabs(frac), 2));
}

static void
set_price(struct page *p, const struct instrument_facts *f)
{
    struct view *v = view_add(p->view, "PRICE");
    view_set(v, "VALUE", fmt_price(p->a, f->fresh.close));
    view_set(v, "CURRENCY", f->fresh.currency);
    bool daily = f->fresh.interval_s % DAY_S == 0;
    view_set(v, "BAR_DAY",
             daily ? date_format_day(p->a, f->fresh.last_ts)
                   : page_time(p, f->fresh.last_ts));
    view_set(v, "BAR_ISO",
             daily ? date_format_day(p->a, f->fresh.last_ts)
                   : date_format_iso(p->a, f->fresh.last_ts));
    view_set(v, "BAR_AGO", fmt_relative(p->a, f->fresh.last_ts, p->now_ts));
    if (f->before_ts == 0)
        return;
    struct view *change = view_add(v, "CHANGE");
    double now = f->fresh.close, before = f->before_close;
    view_set(change, "CHANGE_CLASS",
             now > before   ? "up"
             : now < before ? "down"
                            : "same");
    view_set(change, "CHANGE_WORDS", change_words(p->a, now, before));
}

static void
set_verdict(struct page *p, const struct instrument_facts *f)
{
    const char *state = f->active ? f->fresh.state : "retired";
    view_set(p->view, "SYMBOL", f->fresh.symbol);
    show_state(p->a, p->view, "", state);
    view_set(p->view, "WHY",
             f->active ? f->fresh.words : "nothing is fetched for it");
    view_set(p->view, "CALENDAR", f->fresh.calendar_title);
    if (f->fresh.last_ts != 0)
        set_price(p, f);
    page_title(
        p,
        strcmp(f->fresh.title, f->fresh.symbol) == 0
            ? f->fresh.symbol
            : arena_printf(p->a, "%s: %s", f->fresh.symbol, f->fresh.title),
        f->active && source_is_behind(&f->fresh)
            ? arena_printf(p->a, "▲ %s", show_word(state))
            : NULL);
}

static void
set_interval(struct page *p, struct view *v, const struct instrument_page *it,
             int32_t interval_s)
{
    struct view *one = view_add(v, "INTERVAL");
    view_set(one, "INTERVAL_NAME", interval_name(interval_s));
    view_set(one, "INTERVAL_URL",
             url_of(p, it, interval_name(interval_s), it->as_of));
    if (interval_s == it->interval_s)
        view_show(one, "CHOSEN");
}

/* The instrument's own first. */
static void
set_intervals(struct page *p, struct view *v, const struct instrument_page *it)
{
    const struct instrument_facts *f = &it->facts;
    if (has_interval(f, f->fresh.interval_s))
        set_interval(p, v, it, f->fresh.interval_s);
    for (size_t i = 0; i < f->n_intervals; i++)
        if (f->intervals[i].interval_s != f->fresh.interval_s)
            set_interval(p, v, it, f->intervals[i].interval_s);
}

static const char *
group_of(const struct indicator *i)
{
    if (strcmp(i->pane, "price") == 0)
        return "Over the prices";
    return strcmp(i->pane, "volume") == 0 ? "Over the volume"
                                          : "In panes below";
}

/* The registry as checkboxes, which the chart reads, too. */
static void
set_indicators(struct view *v, const struct instrument_page *it)
{
    static const char *const groups[] = {"Over the prices", "Over the volume",
                                         "In panes below"};
    for (size_t g = 0; g < COUNT_OF(groups); g++) {
        struct view *group = view_add(v, "GROUP");
        view_set(group, "GROUP_NAME", groups[g]);
        for (int i = 0; i < INDICATOR_COUNT; i++) {
            const struct indicator *what = &indicator_all[i];
            if (strcmp(group_of(what), groups[g]) != 0)
                continue;
            struct view *one = view_add(group, "INDICATOR");
            view_set(one, "INDICATOR_NAME", what->name);
            view_set(one, "INDICATOR_TITLE", what->title);
            view_set(one, "INDICATOR_PANE", what->pane);
            view_set(one, "INDICATOR_HELP", what->help);
            if (what->scale == INDICATOR_PERCENT_SCALE)
                view_show(one, "IS_PERCENT");
            if (it->chosen[i])
                view_show(one, "CHOSEN");
        }
    }
}

static void
set_as_of(struct page *p, struct view *v, const struct instrument_page *it)
{
    const char *typed = page_query(p, "as_of");
    bool picks = typed == NULL || typed[0] == '\0' || it->as_of != NULL;
    view_set(v, "AS_OF_TYPE", picks ? "datetime-local" : "text");
    if (picks)
        view_show(v, "AS_OF_STEP");
    if (it->as_of == NULL) {
        view_set(v, "AS_OF", typed);
        return;
    }
    view_setf(v, "AS_OF", "%.19s", it->as_of);
    struct view *known = view_add(p->view, "KNOWN");
    view_set(known, "KNOWN_ISO", it->as_of);
    view_set(known, "KNOWN_TIME", page_time(p, it->as_of_ts));
    view_set(known, "NOW_URL",
             url_of(p, it, interval_name(it->interval_s), NULL));
}

static void
set_chart(struct page *p, struct instrument_page *it)
{
    struct view *v = it->chart = view_add(p->view, "CHART");
    view_setf(v, "API_URL", "/api/v1/charts/%s",
              form_escape(p->a, it->facts.fresh.symbol));
    view_set(v, "THE_INTERVAL", interval_name(it->interval_s));
    view_set(v, "API_AS_OF", it->as_of);
    set_intervals(p, v, it);
    set_indicators(v, it);
    set_as_of(p, v, it);
}

static bool
has_volume(const struct series_page *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        if (!isnan(rows->volume[i]))
            return true;
    return false;
}

/* Panes below the prices: the volume's, and those of what is chosen. */
static int
count_panes(const struct instrument_page *it)
{
    bool volume = has_volume(&it->rows);
    int n = 0;
    for (int i = 0; i < INDICATOR_COUNT; i++) {
        const char *pane = indicator_all[i].pane;
        bool is_new = it->chosen[i] && strcmp(pane, "price") != 0;
        for (int k = 0; k < i && is_new; k++)
            is_new = !it->chosen[k] || strcmp(indicator_all[k].pane, pane) != 0;
        volume &= strcmp(pane, "volume") != 0 || !is_new;
        n += is_new;
    }
    return n + volume;
}

/* Another page about this instrument. */
static struct buf *
address_of(struct page *p, const char *path, const char *symbol)
{
    struct buf *url = buf_new(p->a);
    buf_adds(url, path);
    show_query(url, "instrument", symbol);
    return url;
}

static void
set_links(struct page *p, const struct instrument_page *it)
{
    const char *symbol = it->facts.fresh.symbol;
    const char *escaped = form_escape(p->a, symbol);
    struct buf *coverage = address_of(p, "/coverage", symbol);
    struct buf *export = buf_new(p->a);
    show_query(coverage, "interval", own_interval(it));
    buf_addf(export, "/api/v1/export/%s", escaped);
    show_query(export, "interval", interval_name(it->interval_s));
    show_query(export, "format", "csv");
    view_set(p->view, "SELF_URL", it->path);
    view_set(p->view, "EXPORT_URL", export->data);
    view_set(p->view, "COVERAGE_URL", coverage->data);
    view_set(p->view, "RULES_URL", address_of(p, "/rules", symbol)->data);
    view_set(p->view, "DOUBTS_URL", address_of(p, "/quarantine", symbol)->data);
    view_set(p->view, "LOADS_URL", address_of(p, "/loads", symbol)->data);
    view_set(p->view, "BACKFILL_URL",
             address_of(p, "/trigger?mode=backfill", symbol)->data);
    view_setf(p->view, "QUALITY_URL", "/api/v1/quality/%s", escaped);
    view_setf(p->view, "RETIRE_URL", "%s/retire", it->path);
    if (p->user->role < ROLE_OPERATOR)
        return;
    view_show(p->view, "MAY_FETCH");
    view_show(p->view, it->facts.active ? "MAY_RETIRE" : "MAY_BRING_BACK");
}

static bool
fill(struct page *p, struct instrument_page *it, struct err *err)
{
    set_verdict(p, &it->facts);
    set_links(p, it);
    instrument_page_facts(p, &it->facts);
    if (!instrument_page_quality(p, &it->facts, err) ||
        !instrument_page_gaps(p, &it->facts, err))
        return false;
    if (it->facts.n_intervals == 0) {
        view_set(view_add(p->view, "NO_BARS"), "OWN_INTERVAL",
                 own_interval(it));
        return instrument_page_alerts(p, it, err);
    }
    set_chart(p, it);
    if (!instrument_page_alerts(p, it, err))
        return false;
    if (page_has_errors(p))
        return true;
    if (!read_rows(p, it, err))
        return false;
    view_set_i64(it->chart, "N_PANES", count_panes(it));
    if (!page_has_errors(p))
        instrument_page_values(p, it);
    return true;
}

bool
page_instruments_show(struct page *p, struct err *err)
{
    struct instrument_page *it = arena_alloc(p->a, sizeof *it);
    if (!instrument_facts_get(p->a, p->db, page_param(p, "symbol"), p->now_ts,
                              &it->facts, err) ||
        !show_simulated(p, err))
        return false;
    it->path = show_instrument_url(p->a, it->facts.fresh.symbol);
    read_interval(p, it);
    read_indicators(p, it);
    read_as_of(p, it);
    return fill(p, it, err);
}
