/* Yahoo Finance chart.
 *
 * Bars carry the UTC time at which the exchange's session opens; the running
 * session carries the time of its last trade, which here is the clock.
 *
 * source  bodies recorded in the test suites of yahoo-finance2 and yfinance
 */
#include "simulator/catalogue.h"
#include "simulator/dialect.h"
#include "simulator/request.h"

#include "lib/date.h"

#include <math.h>
#include <string.h>

static void
put_error(struct talk *t, int status, const char *code, const char *text)
{
    reply_error(t->reply, status, "application/json;charset=utf-8",
                "{\"chart\":{\"result\":null,\"error\":{\"code\":");
    reply_put_string(t->reply, code);
    buf_adds(t->reply->body, ",\"description\":");
    reply_put_string(t->reply, text);
    buf_adds(t->reply->body, "}}}");
}

static void
limit(struct talk *t)
{
    if (t->reply->status == 429)
        reply_error(t->reply, 429, "text/plain;charset=UTF-8",
                    "Edge: Too Many Requests");
    else
        put_error(t, t->reply->status, "Too Many Requests",
                  "Rate limit exceeded. Please try again later.");
}

static int64_t
trade_time(const struct talk *t, const struct market_series *s,
           int32_t interval_s, int64_t ts)
{
    if (interval_s != DAY_S)
        return ts;
    int64_t open = market_session_open(s, ts), now = t->request->now_ts;
    return now > open && now < market_session_close(s, ts) ? now : open;
}

static void
put_times(struct talk *t, const struct market_series *s, const struct rows *r,
          int32_t interval_s)
{
    struct buf *b = t->reply->body;
    buf_adds(b, ",\"timestamp\":[");
    for (size_t i = 0; i < r->n; i++)
        buf_addf(b, "%s%lld", i > 0 ? "," : "",
                 (long long)trade_time(t, s, interval_s, r->ts[i]));
    buf_addc(b, ']');
}

static void
put_column(struct talk *t, const struct rows *r, int col)
{
    for (size_t i = 0; i < r->n; i++) {
        if (i > 0)
            buf_addc(t->reply->body, ',');
        rows_put(t->reply->body, r, i, col, ROWS_BARE);
    }
}

static void
put_indicators(struct talk *t, const struct rows *r, bool has_adjusted)
{
    static const struct {
        const char *name;
        int col;
    } columns[] = {{"low", ROWS_LOW},
                   {"close", ROWS_CLOSE},
                   {"volume", ROWS_VOLUME},
                   {"open", ROWS_OPEN},
                   {"high", ROWS_HIGH}};
    struct buf *b = t->reply->body;
    buf_adds(b, ",\"indicators\":{\"quote\":[{");
    for (size_t c = 0; r->n > 0 && c < COUNT_OF(columns); c++) {
        buf_addf(b, "%s\"%s\":[", c > 0 ? "," : "", columns[c].name);
        put_column(t, r, columns[c].col);
        buf_addc(b, ']');
    }
    buf_adds(b, "}]");
    if (has_adjusted) {
        buf_adds(b, ",\"adjclose\":[{");
        if (r->n > 0) {
            buf_adds(b, "\"adjclose\":[");
            put_column(t, r, ROWS_CLOSE);
            buf_addc(b, ']');
        }
        buf_adds(b, "}]");
    }
    buf_addc(b, '}');
}

static void
put_member(struct talk *t, const char *name, const char *text)
{
    buf_addf(t->reply->body, ",\"%s\":", name);
    reply_put_string(t->reply, text);
}

static void
put_meta(struct talk *t, const struct market_series *s, const struct rows *r,
         const char *granularity)
{
    struct buf *b = t->reply->body;
    int64_t day = date_day_start(t->request->now_ts);
    int32_t offset = zone_offset_s(s->zone, day / DAY_S);
    const char *short_name = zone_short_name(s->zone, day / DAY_S);
    int64_t open = market_session_open(s, day);
    int64_t close = market_session_close(s, day);
    buf_adds(b, "\"meta\":{\"currency\":");
    reply_put_string(t->reply, s->currency);
    put_member(t, "symbol", talk_symbol(t, s->symbol));
    put_member(t, "exchangeName", s->exchange);
    put_member(t, "instrumentType", s->type);
    buf_addf(
        b, ",\"firstTradeDate\":%lld,\"regularMarketTime\":%lld",
        (long long)market_session_open(s, market_first_ts(t->market, s)),
        (long long)(t->request->now_ts < close ? t->request->now_ts : close));
    buf_addf(b, ",\"gmtoffset\":%d", offset);
    put_member(t, "timezone", short_name);
    put_member(t, "exchangeTimezoneName", zone_name(s->zone));
    if (r->n > 0) {
        buf_adds(b, ",\"regularMarketPrice\":");
        rows_put(b, r, r->n - 1, ROWS_CLOSE, ROWS_BARE);
    }
    put_member(t, "longName", s->title);
    buf_addf(b,
             ",\"priceHint\":2,\"currentTradingPeriod\":{\"regular\":"
             "{\"timezone\":\"%s\",\"start\":%lld,\"end\":%lld,"
             "\"gmtoffset\":%d}}",
             short_name, (long long)open, (long long)close, offset);
    put_member(t, "dataGranularity", granularity);
    buf_adds(b, ",\"range\":\"\",\"validRanges\":[\"1d\",\"5d\",\"1mo\","
                "\"3mo\",\"6mo\",\"1y\",\"2y\",\"5y\",\"10y\",\"ytd\","
                "\"max\"]}");
}

/* Bars whose session opens in [from, to]: stored ones carry the date, so up to
 * a day on either side is looked at. */
static struct talk_rows
rows_between(struct talk *t, const char *symbol, struct market_query q)
{
    int64_t from_ts = q.from_ts, to_ts = q.to_ts;
    if (q.interval_s == DAY_S) {
        q.from_ts -= DAY_S;
        q.to_ts += DAY_S;
    }
    struct talk_rows found = talk_rows(t, symbol, q);
    struct rows *r = &found.rows;
    if (found.series == NULL || q.interval_s != DAY_S)
        return found;
    size_t begin = 0;
    while (begin < r->n &&
           market_session_open(found.series, r->ts[begin]) < from_ts)
        begin++;
    while (r->n > begin &&
           market_session_open(found.series, r->ts[r->n - 1]) > to_ts)
        r->n--;
    if (begin < r->n)
        *r = rows_slice(r, r->ts[begin], INT64_MAX, SIZE_MAX, false);
    else
        r->n = 0;
    return found;
}

static int32_t
known_interval_s(const char *name)
{
    static const char *const known[] = {"1m",  "2m",  "5m", "15m",
                                        "30m", "60m", "1h", "1d"};
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (strcmp(known[i], name) == 0)
            return catalogue_interval_s(name);
    return 0;
}

/* What Yahoo says to a range that ends before the symbol's first trade. */
static bool
is_before_first_trade(struct talk *t, const struct talk_rows *found,
                      const struct market_query *q)
{
    int64_t first = market_first_ts(t->market, found->series);
    if (found->rows.n > 0 || t->fault.kind == FAULTS_EMPTY ||
        q->to_ts >= market_session_open(found->series, first))
        return false;
    put_error(t, 400, "Bad Request",
              arena_printf(t->a,
                           "Data doesn't exist for startDate = %lld, endDate "
                           "= %lld",
                           (long long)q->from_ts, (long long)q->to_ts));
    return true;
}

static void
chart(struct talk *t, const char *symbol, const char *interval,
      const struct market_query *q)
{
    struct talk_rows found = rows_between(t, symbol, *q);
    if (found.series == NULL) {
        put_error(t, 422, "Unprocessable Entity",
                  arena_printf(t->a, "%s data not available", interval));
        return;
    }
    if (is_before_first_trade(t, &found, q))
        return;
    struct buf *b = t->reply->body;
    buf_adds(b, "{\"chart\":{\"result\":[{");
    put_meta(t, found.series, &found.rows, interval);
    if (found.rows.n > 0)
        put_times(t, found.series, &found.rows, q->interval_s);
    put_indicators(t, &found.rows, q->interval_s == DAY_S);
    buf_adds(b, "}],\"error\":null}}");
}

static void
answer(struct talk *t)
{
    const struct request *r = t->request;
    const char *symbol = r->path + strlen("/v8/finance/chart/");
    const char *interval = request_param(r, "interval");
    struct market_query q = {.max = SIZE_MAX};
    if (interval == NULL)
        interval = "1d";
    q.interval_s = known_interval_s(interval);
    if (!talk_knows(t, symbol))
        put_error(t, 404, "Not Found", "No data found, symbol may be delisted");
    else if (q.interval_s == 0)
        put_error(t, 422, "Unprocessable Entity",
                  arena_printf(t->a,
                               "Invalid input - interval=%s is not supported.",
                               interval));
    else if (!request_param_i64(r, "period2", r->now_ts, &q.to_ts) ||
             !request_param_i64(r, "period1", q.to_ts - 30 * (int64_t)DAY_S,
                                &q.from_ts))
        put_error(t, 400, "Bad Request",
                  "Invalid input - period1 and period2 must be numbers.");
    else if (q.from_ts > q.to_ts)
        put_error(t, 400, "Bad Request",
                  arena_printf(t->a,
                               "Invalid input - start date cannot be after "
                               "end date. startDate = %lld, endDate = %lld",
                               (long long)q.from_ts, (long long)q.to_ts));
    else
        chart(t, symbol, interval, &q);
}

const struct dialect dialect_yahoo = {.number = DIALECT_yahoo,
                                      .name = "yahoo",
                                      .shape = ROWS_BARS,
                                      .marker = "/v8/finance/chart/",
                                      .answer = answer,
                                      .limit = limit};
