/* The treasury figures that mNAV is computed from: the project's own format,
 * GET /v1/treasury?symbol=MSTR&from=YYYY-MM-DD&to=YYYY-MM-DD. */
#include "simulator/dialect.h"
#include "simulator/request.h"

#include "lib/date.h"

#include <string.h>

static void
put_error(struct talk *t, int status, const char *code, const char *text)
{
    reply_error(t->reply, status, "application/json", "{\"error\":");
    reply_put_string(t->reply, code);
    buf_adds(t->reply->body, ",\"message\":");
    reply_put_string(t->reply, text);
    buf_addc(t->reply->body, '}');
}

static void
limit(struct talk *t)
{
    put_error(t, t->reply->status, "rate_limited",
              "rate limit exceeded, try again later");
}

static bool
read_day(struct talk *t, const char *name, int64_t fallback, int64_t *ts)
{
    const char *text = request_param(t->request, name);
    *ts = fallback;
    if (text == NULL || date_parse_day(text, strlen(text), ts))
        return true;
    put_error(t, 400, "bad_request",
              arena_printf(t->a, "%s is not a day as 2024-01-31", name));
    return false;
}

static void
put_row(struct talk *t, const struct rows *r, size_t i)
{
    static const struct {
        const char *name;
        int col;
    } members[] = {{"price", ROWS_PRICE},
                   {"btc_price", ROWS_BTC_PRICE},
                   {"btc_holdings", ROWS_HOLDINGS},
                   {"diluted_shares", ROWS_SHARES},
                   {"debt", ROWS_DEBT},
                   {"preferred", ROWS_PREFERRED},
                   {"cash", ROWS_CASH}};
    struct buf *b = t->reply->body;
    buf_addf(b, "%s{\"date\":\"%s\"", i > 0 ? "," : "",
             date_format_day(t->a, r->ts[i]));
    for (size_t k = 0; k < COUNT_OF(members); k++) {
        buf_addf(b, ",\"%s\":", members[k].name);
        rows_put(b, r, i, members[k].col, ROWS_BARE);
    }
    buf_addc(b, '}');
}

static void
answer(struct talk *t)
{
    const char *symbol = request_param(t->request, "symbol");
    struct market_query q = {.interval_s = DAY_S, .max = SIZE_MAX};
    if (symbol == NULL || !talk_knows(t, symbol)) {
        put_error(t, 404, "unknown_symbol", "no treasury under this symbol");
        return;
    }
    if (!read_day(t, "from", INT64_MIN / 2, &q.from_ts) ||
        !read_day(t, "to", INT64_MAX / 2, &q.to_ts))
        return;
    struct talk_rows found = talk_rows(t, symbol, q);
    buf_adds(t->reply->body, "{\"symbol\":");
    reply_put_string(t->reply, talk_symbol(t, symbol));
    buf_adds(t->reply->body, ",\"rows\":[");
    for (size_t i = 0; i < found.rows.n; i++)
        put_row(t, &found.rows, i);
    buf_adds(t->reply->body, "]}");
}

const struct dialect dialect_mnav = {.number = DIALECT_mnav,
                                     .name = "mnav",
                                     .shape = ROWS_TREASURY,
                                     .marker = "/v1/treasury",
                                     .answer = answer,
                                     .limit = limit};
