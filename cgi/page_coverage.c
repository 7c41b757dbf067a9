/* /coverage: where are the holes? Instruments by days as a map, their gaps as a
 * list beneath it, and a run that fills those that are chosen. */
#include "cgi/filter.h"
#include "cgi/page.h"
#include "cgi/show.h"
#include "cgi/wake.h"
#include "core/gap.h"
#include "core/interval.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/format.h"

#include <string.h>

enum {
    DAYS = 90, /* shown when nobody says which */
    DAYS_MAX = 3660,
    CELLS_MAX = 190,  /* more days than that: a cell a week, and so on */
    INSTRUMENTS = 25, /* a page */
    GAPS_MAX = 300,   /* listed */
    CELL_W = 10,
    CELL_H = 16,
};

static const char *const intervals[] = {"1m", "5m", "15m", "1h", "4h", "1d"};
static const char *const fields[] = {"instrument", "interval", "from", "to"};

/* How states are drawn in a cell at x 0, and what they mean. Shapes differ, not
 * colours alone. */
static const struct {
    enum coverage_state state;
    const char *path, *words;
} shapes[] = {
    {COVERAGE_HAVE, "m1 1h8v14h-8z", "all bars are there"},
    {COVERAGE_PART, "m1 9h8v6h-8zm0-8h8v1h-8z", "some are missing"},
    {COVERAGE_GAP, "m1 1h8v14h-8zm1.5 1.5v11h5v-11zm1 3h3v5h-3z",
     "all are missing"},
    {COVERAGE_QUARANTINED, "m5 2l4.5 13h-9z", "rows wait in quarantine"},
    {COVERAGE_CORRECTED, "m1 1h8v14h-8zm4 3l-2.5 4 2.5 4 2.5-4z",
     "corrected by a later load"},
    {COVERAGE_CLOSED, "m3 7h4v2h-4z", "the market is closed"},
};

struct ask {
    struct gap_filter filter;
    const char *symbol;
    const char *after;
    int step_days; /* a cell */
};

static void
read_days(struct page *p, struct ask *ask)
{
    int64_t from = filter_day(p, "from"), to = filter_day(p, "to");
    if (to == 0)
        to = date_day_start(p->now_ts);
    if (from == 0)
        from = to - (DAYS - 1) * DAY_S;
    int64_t days = (to - from) / DAY_S + 1;
    if (days < 1)
        page_field_error(p, "from", "The first day is after the last");
    else if (days > DAYS_MAX)
        page_field_error(p, "from", "Choose ten years at most");
    if (days < 1 || days > DAYS_MAX) {
        from = to - (DAYS - 1) * DAY_S;
        days = DAYS;
    }
    ask->step_days = days <= CELLS_MAX ? 1 : days <= 7 * CELLS_MAX ? 7 : 28;
    ask->filter.from_ts = from;
    ask->filter.to_ts = to + DAY_S - 1;
}

static bool
read_ask(struct page *p, struct ask *ask, struct err *err)
{
    const char *after = page_query(p, "after");
    *ask = (struct ask){.after = after != NULL ? after : "",
                        .filter.limit = GAPS_MAX};
    const char *interval =
        filter_choice(p, "interval", intervals, COUNT_OF(intervals));
    if (interval != NULL && !interval_parse(interval, &ask->filter.interval_s))
        return err_set(err, ERR_INTERNAL, "interval %s", interval);
    read_days(p, ask);
    if (!filter_instrument(p, &ask->symbol, err))
        return false;
    ask->filter.symbols = &ask->symbol;
    ask->filter.n_symbols = ask->symbol != NULL;
    return true;
}

/* An address of this page for other days, and maybe one instrument. */
static const char *
url_of(struct page *p, const struct ask *ask, const char *symbol,
       const char *interval, int64_t from_ts, int64_t to_ts)
{
    struct buf *url = buf_new(p->a);
    buf_adds(url, "/coverage");
    show_query(url, "instrument", symbol != NULL ? symbol : ask->symbol);
    show_query(url, "interval",
               interval != NULL ? interval
               : ask->filter.interval_s != 0
                   ? interval_name(ask->filter.interval_s)
                   : NULL);
    show_query(url, "from", date_format_day(p->a, from_ts));
    show_query(url, "to", date_format_day(p->a, to_ts));
    return url->data;
}

static void
set_filter(struct page *p, const struct ask *ask)
{
    static const struct {
        const char *words;
        int days;
    } spans[] = {{"90 days", 90}, {"a year", 365}, {"five years", 1826}};
    const char *from = page_query(p, "from"), *to = page_query(p, "to");
    int64_t last = date_day_start(ask->filter.to_ts);
    filter_options(p, "INTERVAL_OPTION", intervals, COUNT_OF(intervals),
                   page_query(p, "interval"));
    show_day(p->view, "FROM",
             from != NULL && from[0] != '\0'
                 ? from
                 : date_format_day(p->a, ask->filter.from_ts));
    show_day(p->view, "TO",
             to != NULL && to[0] != '\0' ? to : date_format_day(p->a, last));
    for (size_t i = 0; i < COUNT_OF(spans); i++) {
        struct view *v = view_add(p->view, "SPAN");
        view_set(v, "SPAN_WORDS", spans[i].words);
        view_set(v, "SPAN_URL",
                 url_of(p, ask, NULL, NULL,
                        last - (int64_t)(spans[i].days - 1) * DAY_S, last));
    }
}

static void
set_legend(struct view *some)
{
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        struct view *v = view_add(some, "KEY");
        view_set(v, "KEY_CLASS", coverage_state_name(shapes[i].state));
        view_setf(v, "KEY_PATH", "M0 0%s", shapes[i].path);
        view_set(v, "KEY_NAME", coverage_state_name(shapes[i].state));
        view_set(v, "KEY_WORDS", shapes[i].words);
    }
}

/* The state of some days as one. */
static enum coverage_state
state_of(const struct coverage_day *days, size_t n)
{
    enum coverage_state quiet = COVERAGE_NONE;
    int64_t expected = 0, present = 0, corrected = 0;
    for (size_t i = 0; i < n; i++) {
        if (days[i].state == COVERAGE_QUARANTINED)
            return COVERAGE_QUARANTINED;
        if (days[i].state == COVERAGE_CLOSED)
            quiet = COVERAGE_CLOSED;
        expected += days[i].expected;
        present += days[i].present;
        corrected += days[i].corrected;
    }
    return expected == 0        ? quiet
           : present == 0       ? COVERAGE_GAP
           : present < expected ? COVERAGE_PART
           : corrected > 0      ? COVERAGE_CORRECTED
                                : COVERAGE_HAVE;
}

static void
set_map(struct page *p, struct view *row, const struct ask *ask,
        const struct coverage_map *map, const struct coverage *c)
{
    size_t step = (size_t)ask->step_days;
    size_t cells = (map->n_days + step - 1) / step;
    struct view *v = view_add(row, "MAP");
    view_setf(v, "MAP_BOX", "0 0 %zu %d", cells * CELL_W, CELL_H);
    view_set_i64(v, "MAP_FROM", map->from_ts);
    view_set_i64(v, "MAP_STEP", (int64_t)step * DAY_S);
    view_set_i64(v, "MAP_CELLS", (int64_t)cells);
    for (size_t k = 0; k < COUNT_OF(shapes); k++) {
        struct buf *path = buf_new(p->a);
        for (size_t i = 0; i < cells; i++) {
            size_t first = i * step, n = map->n_days - first;
            if (state_of(&c->days[first], n < step ? n : step) ==
                shapes[k].state)
                buf_addf(path, "M%zu 0%s", i * CELL_W, shapes[k].path);
        }
        if (path->len == 0)
            continue;
        struct view *shape = view_add(v, "SHAPE");
        view_set(shape, "SHAPE_CLASS", coverage_state_name(shapes[k].state));
        view_set(shape, "SHAPE_PATH", path->data);
    }
}

static const char *
total_words(struct page *p, const struct coverage_map *map,
            const struct coverage *c)
{
    int64_t missing = c->expected - c->present;
    const char *bars = fmt_plural(p->a, missing, "bar", "bars");
    if (c->expected == 0)
        return "nothing was due on these days";
    if (missing == 0)
        return "complete";
    if (map->is_more_gaps)
        return arena_printf(p->a, "%s missing", bars);
    return arena_printf(p->a, "%s, %s missing",
                        fmt_plural(p->a, c->n_gaps, "gap", "gaps"), bars);
}

static void
set_row(struct page *p, struct view *some, const struct ask *ask,
        const struct coverage_map *map, const struct coverage *c)
{
    struct view *v = view_add(some, "ROW");
    view_set(v, "SYMBOL", c->symbol);
    if (c->interval_s == 0) {
        view_show(v, "NO_BARS");
        return;
    }
    const char *interval = interval_name(c->interval_s);
    view_set(v, "INTERVAL", interval);
    view_set(v, "TOTAL", total_words(p, map, c));
    if (c->present == c->expected)
        view_show(v, "WELL");
    int64_t first = date_day_start(c->first_ts),
            last = date_day_start(c->last_ts);
    if (last - first >= (int64_t)DAYS_MAX * DAY_S)
        first = last - (int64_t)(DAYS_MAX - 1) * DAY_S;
    view_setf(v, "STORED", "%s to %s", date_format_day(p->a, c->first_ts),
              date_format_day(p->a, c->last_ts));
    view_set(v, "STORED_URL", url_of(p, ask, c->symbol, interval, first, last));
    set_map(p, v, ask, map, c);
}

static const char *
gap_time(struct page *p, const struct gap *g, int64_t ts)
{
    if (g->interval_s >= DAY_S)
        return date_format_day(p->a, ts);
    char *text = arena_strdup(p->a, date_format_iso(p->a, ts));
    text[10] = ' ';
    text[16] = '\0';
    return text;
}

static void
set_gaps(struct page *p, const struct ask *ask, const struct coverage_map *map)
{
    if (map->n_gaps == 0)
        return;
    struct view *list = view_add(p->view, "GAPS");
    view_set(list, "FILL_URL",
             url_of(p, ask, NULL, NULL, ask->filter.from_ts,
                    date_day_start(ask->filter.to_ts)));
    view_set(list, "LISTED",
             fmt_plural(p->a, (int64_t)map->n_gaps, "gap", "gaps"));
    if (map->is_more_gaps)
        view_show(list, "MORE_GAPS");
    for (size_t i = 0; i < map->n_gaps; i++) {
        const struct gap *g = &map->gaps[i];
        struct view *v = view_add(list, "GAP");
        view_set_i64(v, "GAP_NUMBER", (int64_t)i + 1);
        view_setf(v, "GAP_VALUE", "%s %s %s %s", g->symbol,
                  interval_name(g->interval_s),
                  date_format_iso(p->a, g->from_ts),
                  date_format_iso(p->a, g->to_ts));
        view_set(v, "GAP_SYMBOL", g->symbol);
        view_set(v, "GAP_INTERVAL", interval_name(g->interval_s));
        view_set(v, "GAP_FROM", gap_time(p, g, g->from_ts));
        view_set(v, "GAP_TO", gap_time(p, g, g->to_ts));
        view_set(v, "GAP_BARS", fmt_count(p->a, g->n));
        if (p->user->role >= ROLE_OPERATOR)
            view_show(v, "CHOICE");
        if (g->is_at_end)
            view_show(v, "AT_END");
    }
}

static void
set_verdict(struct page *p, struct view *some, const struct coverage_map *map)
{
    int64_t missing = 0;
    size_t holed = 0, judged = 0;
    for (size_t i = 0; i < map->n; i++) {
        int64_t lacks = map->rows[i].expected - map->rows[i].present;
        missing += lacks;
        holed += lacks > 0;
        judged += map->rows[i].expected > 0;
    }
    view_set(some, "VERDICT_TONE", missing > 0 ? "warn" : "good");
    view_set(some, "VERDICT_SHAPE", missing > 0 ? "partial" : "succeeded");
    if (judged == 0)
        view_set(some, "VERDICT_WORDS", "Nothing was due on these days");
    else if (missing == 0)
        view_set(some, "VERDICT_WORDS", "No bar is missing");
    else
        view_setf(some, "VERDICT_WORDS", "%s missing, in %zu of %zu series",
                  fmt_plural(p->a, missing, "bar", "bars"), holed, judged);
}

static bool
set_page(struct page *p, const struct ask *ask, struct err *err)
{
    struct coverage_map map;
    set_filter(p, ask);
    if (!coverage_get(p->a, p->db, &ask->filter, ask->after, INSTRUMENTS,
                      p->now_ts, &map, err)) {
        if (err->kind != ERR_INPUT)
            return false;
        page_field_error(p, "instrument", err->text);
        return true;
    }
    if (map.n == 0) {
        view_show(p->view, "NONE");
        return show_simulated(p, err);
    }
    struct view *some = view_add(p->view, "SOME");
    set_verdict(p, some, &map);
    set_legend(some);
    for (size_t i = 0; i < map.n; i++)
        set_row(p, some, ask, &map, &map.rows[i]);
    view_set(some, "FIRST_DAY", date_format_day(p->a, map.from_ts));
    view_set(some, "LAST_DAY", date_format_day(p->a, ask->filter.to_ts));
    view_set(some, "CELL",
             ask->step_days == 1   ? "A cell is a day."
             : ask->step_days == 7 ? "A cell is a week."
                                   : "A cell is four weeks.");
    if (map.next != NULL) {
        struct buf *url = buf_new(p->a);
        buf_adds(url,
                 filter_url(p, "/coverage", fields, COUNT_OF(fields), NULL, 0));
        buf_adds(url, strchr(url->data, '?') != NULL ? "&" : "?");
        buf_adds(url, "after=");
        struct buf *after = buf_new(p->a);
        show_query(after, "after", map.next);
        buf_adds(url, after->data + strlen("?after="));
        view_set(view_add(some, "NEXT"), "NEXT_URL", url->data);
    }
    set_gaps(p, ask, &map);
    return show_simulated(p, err);
}

bool
page_coverage(struct page *p, struct err *err)
{
    struct ask ask;
    page_title(p, "Coverage", NULL);
    return read_ask(p, &ask, err) && set_page(p, &ask, err);
}

/* "BTC-USD 1m 2023-03-24T12:40:00Z 2023-03-24T13:59:00Z" */
static bool
read_choice(struct arena *a, const char *text, struct gap_choice *out)
{
    char *rest, *words[4];
    char *copy = arena_strdup(a, text);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        words[i] = strtok_r(i == 0 ? copy : NULL, " ", &rest);
        if (words[i] == NULL)
            return false;
    }
    out->symbol = words[0];
    return interval_parse(words[1], &out->interval_s) &&
           date_parse_iso(words[2], strlen(words[2]), &out->from_ts) &&
           date_parse_iso(words[3], strlen(words[3]), &out->to_ts);
}

static bool
fill(struct page *p, const struct gap *gaps, size_t n, struct err *err)
{
    struct gap_filled filled;
    const struct gap_fill what = {
        .trigger = "console",
        .requested_by = p->user->name,
        .simulated = config()->simulator_url[0] != '\0',
    };
    if (!gap_fill(p->a, p->db, gaps, n, &what, p->now_ts, &filled, err))
        return false;
    wake_worker();
    return page_redirect(
        p,
        arena_printf(
            p->a,
            "Run %lld is queued: it fills %s (%s) of %s, by about %s.%s%s%s",
            (long long)filled.run_id,
            fmt_plural(p->a, filled.n_gaps, "gap", "gaps"),
            fmt_plural(p->a, filled.n_bars, "bar", "bars"), filled.symbols,
            fmt_plural(p->a, filled.requests, "request", "requests"),
            filled.left != NULL ? " Left out: " : "",
            filled.left != NULL ? filled.left : "",
            filled.left != NULL ? "." : ""),
        "/runs/%lld", (long long)filled.run_id);
}

/* Fills what was chosen; the page again, with the reason, when it cannot. */
static bool
fill_chosen(struct page *p, bool *done, struct err *err)
{
    size_t n, n_gaps;
    const char *const *values = page_form_all(p, "gap", &n);
    struct gap_choice *choices = arena_array(p->a, n, sizeof *choices);
    struct gap *gaps;
    *done = false;
    if (n == 0) {
        page_field_error(p, "gap", "Choose the gaps to fill");
        return true;
    }
    for (size_t i = 0; i < n; i++)
        if (!read_choice(p->a, values[i], &choices[i]))
            return err_set(err, ERR_INPUT, "\"%.100s\" is no gap", values[i]);
    if (!gap_choose(p->a, p->db, choices, n, p->now_ts, &gaps, &n_gaps, err))
        return false;
    if (n_gaps == 0) {
        page_field_error(p, "gap", "Nothing is missing there any more");
        return true;
    }
    if (fill(p, gaps, n_gaps, err)) {
        *done = true;
        return true;
    }
    if (err->kind != ERR_INPUT)
        return false;
    page_field_error(p, "gap", arena_strdup(p->a, err->text));
    return true;
}

bool
page_coverage_fill(struct page *p, struct err *err)
{
    struct ask ask;
    bool done;
    page_title(p, "Coverage", NULL);
    if (!fill_chosen(p, &done, err))
        return false;
    return done || (read_ask(p, &ask, err) && set_page(p, &ask, err));
}
