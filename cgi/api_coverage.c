/* /api/v1/coverage/{symbol}?interval=&from=&to=&limit=&order=&after=: the days
 * of an instrument and its gaps, for programs. */
#include "cgi/reply.h"
#include "core/gap.h"
#include "core/interval.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/json.h"
#include "lib/number.h"

#include <string.h>

enum { ROWS = 500, ROWS_MAX = 5000, GAPS_MAX = 5000 };

struct ask {
    const char *symbol;
    struct gap_filter filter;
    bool is_newest_first;
    int64_t limit;
};

static bool
read_day(struct page *p, const char *name, int64_t *ts, struct err *err)
{
    const char *text = page_query(p, name);
    if (text == NULL || text[0] == '\0')
        return true;
    if (!date_parse_iso(text, strlen(text), ts))
        return err_set(err, ERR_INPUT,
                       "%s \"%.40s\": write a day as 2026-11-22", name, text);
    *ts = date_day_start(*ts);
    return true;
}

static bool
read_words(struct page *p, struct ask *ask, struct err *err)
{
    const char *limit = page_query(p, "limit"), *order = page_query(p, "order");
    const char *interval = page_query(p, "interval");
    ask->limit = ROWS;
    if (limit != NULL &&
        (!number_parse_i64(limit, strlen(limit), &ask->limit) ||
         ask->limit < 1 || ask->limit > ROWS_MAX))
        return err_set(err, ERR_INPUT, "limit \"%.40s\": choose 1 to %d", limit,
                       ROWS_MAX);
    ask->is_newest_first = order != NULL && strcmp(order, "desc") == 0;
    if (order != NULL && !ask->is_newest_first && strcmp(order, "asc") != 0)
        return err_set(err, ERR_INPUT, "order \"%.40s\": choose asc or desc",
                       order);
    if (interval != NULL && !interval_parse(interval, &ask->filter.interval_s))
        return err_set(err, ERR_INPUT,
                       "interval \"%.40s\": choose " INTERVAL_NAMES, interval);
    return true;
}

/* The days asked for, and of these the page from the cursor on; what was not
 * said is what is stored. False in *any when there are no days. */
static bool
read_days(struct page *p, struct ask *ask, const struct coverage *stored,
          bool *any, struct err *err)
{
    int64_t from = date_day_start(stored->first_ts), after = INT64_MIN;
    int64_t to = date_day_start(p->now_ts);
    if (to < stored->last_ts)
        to = date_day_start(stored->last_ts);
    if (!read_day(p, "from", &from, err) || !read_day(p, "to", &to, err) ||
        !read_day(p, "after", &after, err))
        return false;
    if (after != INT64_MIN && ask->is_newest_first && after - DAY_S < to)
        to = after - DAY_S;
    if (after != INT64_MIN && !ask->is_newest_first && after + DAY_S > from)
        from = after + DAY_S;
    *any = from <= to;
    int64_t span = (ask->limit - 1) * DAY_S;
    ask->filter.from_ts =
        ask->is_newest_first && to - from > span ? to - span : from;
    ask->filter.to_ts =
        !ask->is_newest_first && to - from > span ? from + span : to;
    return true;
}

/* The row of the interval asked for, of those that the instrument has. */
static bool
look(struct page *p, struct ask *ask, struct coverage_map *map, struct err *err)
{
    return coverage_get(p->a, p->db, &ask->filter, "", 1, p->now_ts, map, err);
}

static void
put_day(struct arena *a, struct buf *b, const struct coverage_day *d)
{
    json_open(b, '{');
    json_key(b, "ts");
    json_put_str(b, date_format_iso(a, d->day_ts));
    json_key(b, "state");
    json_put_str(b, coverage_state_name(d->state));
    json_key(b, "expected");
    json_put_i64(b, d->expected);
    json_key(b, "present");
    json_put_i64(b, d->present);
    json_key(b, "corrected");
    json_put_i64(b, d->corrected);
    json_key(b, "quarantined");
    json_put_i64(b, d->quarantined);
    json_close(b, '}');
}

static void
put_gaps(struct page *p, const struct coverage_map *map)
{
    struct buf *b = p->out;
    json_key(b, "gaps");
    json_open(b, '[');
    for (size_t i = 0; i < map->n_gaps; i++) {
        json_open(b, '{');
        gap_put(p->a, b, &map->gaps[i]);
        json_close(b, '}');
    }
    json_close(b, ']');
    if (map->is_more_gaps) {
        json_key(b, "more_gaps");
        json_put_bool(b, true);
    }
}

/* Whether days are left beyond the page. */
static bool
is_more(struct page *p, const struct ask *ask, const struct coverage *stored)
{
    struct ask rest = *ask;
    struct err ignored;
    bool any;
    rest.limit = INT32_MAX;
    if (!read_days(p, &rest, stored, &any, &ignored))
        return false;
    return ask->is_newest_first ? rest.filter.from_ts < ask->filter.from_ts
                                : rest.filter.to_ts > ask->filter.to_ts;
}

static void
put_answer(struct page *p, const struct ask *ask, const struct coverage *stored,
           const struct coverage_map *map)
{
    struct buf *b = p->out;
    const struct coverage_day *last = NULL;
    json_open(b, '{');
    json_key(b, "symbol");
    json_put_str(b, stored->symbol);
    json_key(b, "interval");
    json_put_str(b, interval_name(ask->filter.interval_s));
    json_key(b, "rows");
    json_open(b, '[');
    for (size_t i = 0; map != NULL && i < map->n_days; i++) {
        size_t at = ask->is_newest_first ? map->n_days - 1 - i : i;
        last = &map->rows[0].days[at];
        put_day(p->a, b, last);
    }
    json_close(b, ']');
    put_gaps(p, map != NULL ? map : &(struct coverage_map){0});
    json_key(b, "next");
    if (last != NULL && is_more(p, ask, stored))
        json_put_str(b, date_format_iso(p->a, last->day_ts));
    else
        json_put_null(b);
    json_close(b, '}');
}

bool
page_api_coverage(struct page *p, struct err *err)
{
    struct ask ask = {.symbol = page_param(p, "symbol")};
    struct coverage_map stored, map;
    const struct coverage_map *found = NULL;
    bool any = false;
    ask.filter = (struct gap_filter){.symbols = &ask.symbol,
                                     .n_symbols = 1,
                                     .from_ts = date_day_start(p->now_ts),
                                     .to_ts = date_day_start(p->now_ts),
                                     .limit = GAPS_MAX};
    if (!read_words(p, &ask, err))
        return false;
    if (ask.filter.interval_s == 0 &&
        !coverage_interval(p->db, ask.symbol, &ask.filter.interval_s, err))
        return false;
    if (!look(p, &ask, &stored, err)) {
        if (err->kind == ERR_INPUT)
            err->kind = ERR_MISSING; /* the symbol: the rest was read */
        return false;
    }
    const struct coverage *row = &stored.rows[0];
    if (row->interval_s != 0 && !read_days(p, &ask, row, &any, err))
        return false;
    ask.filter.to_ts += DAY_S - 1;
    if (any) {
        if (!look(p, &ask, &map, err))
            return false;
        found = &map;
    }
    put_answer(p, &ask, row, found);
    page_header(p, "Cache-Control", "private, no-cache");
    reply_tag(request_of(p));
    return true;
}
