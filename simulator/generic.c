/* A made-up publisher for the generic HTTP provider, in two formats:
 *
 *     GET /bars.json?symbol=S&from=YYYY-MM-DD&to=YYYY-MM-DD
 *     {"symbol": "S", "currency": "USD", "result": {"bars": [{"day":
 *      "2024-01-31", "o": "1.5", "h": 2, "l": 1, "c": 1.8, "v": 100}]}}
 *     GET /bars.csv?...      day,open,high,low,close,volume
 *
 * A series of values has "day" and "value" instead. It is found under any
 * provider's name; "limit" and "page" (from 1) cut the answer.
 */
#include "simulator/dialect.h"
#include "simulator/request.h"

#include "lib/date.h"

#include <string.h>

static void
put_error(struct talk *t, int status, const char *text)
{
    reply_error(t->reply, status, "application/json", "{\"error\":");
    reply_put_string(t->reply, text);
    buf_addc(t->reply->body, '}');
}

static void
limit(struct talk *t)
{
    put_error(t, t->reply->status, "API rate limit exceeded");
}

static bool
read_day(struct talk *t, const char *name, int64_t fallback, int64_t *ts)
{
    const char *text = request_param(t->request, name);
    *ts = fallback;
    if (text == NULL || date_parse_day(text, strlen(text), ts))
        return true;
    put_error(t, 400, arena_printf(t->a, "%s is not a day", name));
    return false;
}

static void
put_json(struct talk *t, const char *symbol, const struct market_series *s,
         const struct rows *r)
{
    static const char *const names[] = {"o", "h", "l", "c", "v"};
    struct buf *b = t->reply->body;
    buf_adds(b, "{\"symbol\":");
    reply_put_string(t->reply, talk_symbol(t, symbol));
    buf_adds(b, ",\"currency\":");
    reply_put_string(t->reply, s->currency);
    buf_adds(b, ",\"result\":{\"bars\":[");
    for (size_t i = 0; i < r->n; i++) {
        buf_addf(b, "%s{\"day\":\"%s\"", i > 0 ? "," : "",
                 date_format_day(t->a, r->ts[i]));
        for (int col = 0; col < (int)r->shape; col++) {
            buf_addf(
                b, ",\"%s\":", r->shape == ROWS_SCALAR ? "value" : names[col]);
            rows_put(b, r, i, col, col == 0 ? ROWS_QUOTED : ROWS_BARE);
        }
        buf_addc(b, '}');
    }
    buf_adds(b, "]}}");
}

static void
put_csv(struct talk *t, const struct rows *r)
{
    struct buf *b = t->reply->body;
    t->reply->type = "text/csv; charset=UTF-8";
    buf_adds(b, r->shape == ROWS_SCALAR ? "day,value\r\n"
                                        : "day,open,high,low,close,volume\r\n");
    for (size_t i = 0; i < r->n; i++) {
        buf_adds(b, date_format_day(t->a, r->ts[i]));
        for (int col = 0; col < (int)r->shape; col++) {
            buf_addc(b, ',');
            rows_put(b, r, i, col, ROWS_CSV);
        }
        buf_adds(b, "\r\n");
    }
}

/* The page of the rows that "limit" and "page" ask for. */
static bool
cut_page(struct talk *t, struct rows *r)
{
    int64_t most, page;
    if (!request_param_i64(t->request, "limit", INT32_MAX, &most) ||
        !request_param_i64(t->request, "page", 1, &page) || most < 1 ||
        page < 1 || page > INT32_MAX) {
        put_error(t, 400, "limit and page are numbers from 1 on");
        return false;
    }
    uint64_t skip = (uint64_t)(page - 1) * (uint64_t)most;
    if (skip >= r->n) {
        r->n = 0;
        return true;
    }
    *r = rows_slice(r, r->ts[skip], INT64_MAX, (size_t)most, false);
    return true;
}

static void
answer(struct talk *t)
{
    const char *symbol = request_param(t->request, "symbol");
    const char *format = t->request->path + strlen("/bars.");
    struct market_query q = {.interval_s = DAY_S, .max = SIZE_MAX};
    if (strcmp(format, "json") != 0 && strcmp(format, "csv") != 0) {
        put_error(t, 404, "no such path");
        return;
    }
    if (symbol == NULL || !talk_knows(t, symbol)) {
        put_error(t, 404, "unknown symbol");
        return;
    }
    if (!read_day(t, "from", INT64_MIN / 2, &q.from_ts) ||
        !read_day(t, "to", INT64_MAX / 2, &q.to_ts))
        return;
    struct talk_rows found = talk_rows(t, symbol, q);
    if (!cut_page(t, &found.rows))
        return;
    if (strcmp(format, "csv") == 0)
        put_csv(t, &found.rows);
    else
        put_json(t, symbol, found.series, &found.rows);
}

const struct dialect dialect_generic = {.number = DIALECT_generic,
                                        .name = "generic",
                                        .marker = "/bars.",
                                        .answer = answer,
                                        .limit = limit};
