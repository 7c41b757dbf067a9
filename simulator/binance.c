/* Binance spot: klines, ping and time.
 *
 * source  developers.binance.com, Spot REST API: "Kline/Candlestick data",
 *         "Error codes", "LIMITS"
 */
#include "simulator/catalogue.h"
#include "simulator/dialect.h"
#include "simulator/request.h"

#include "lib/date.h"

#include <math.h>
#include <string.h>

enum { LIMIT_USUAL = 500, LIMIT_MOST = 1000, WEIGHT_MOST = 6000 };

static void
put_error(struct talk *t, int status, int code, const char *msg)
{
    reply_error(t->reply, status, t->reply->type, "");
    buf_addf(t->reply->body, "{\"code\":%d,\"msg\":", code);
    reply_put_string(t->reply, msg);
    buf_addc(t->reply->body, '}');
}

static void
limit(struct talk *t)
{
    put_error(t, t->reply->status, -1003,
              "Too much request weight used; current limit is 6000 request "
              "weight per 1 MINUTE. Please use WebSocket Streams for live "
              "updates to avoid polling the API.");
}

/* To the eight decimals that Binance counts in. */
static double
cents(double v)
{
    return fabs(v) < 1e7 ? round(v * 1e8) / 1e8 : round(v * 100) / 100;
}

/* Twelve columns: open time, prices, volume, close time, quote volume, trades,
 * two taker volumes, and one that is always "0". */
static void
put_kline(struct talk *t, const struct rows *r, size_t i, int32_t interval_s)
{
    struct buf *b = t->reply->body;
    double volume = rows_at(r, i, ROWS_VOLUME);
    if (!isfinite(volume))
        volume = 0;
    double quote = volume * rows_at(r, i, ROWS_CLOSE);
    if (!isfinite(quote))
        quote = 0;
    buf_addf(b, "%s[%lld", i > 0 ? "," : "", (long long)r->ts[i] * 1000);
    for (int col = ROWS_OPEN; col <= ROWS_CLOSE; col++) {
        buf_addc(b, ',');
        rows_put(b, r, i, col, ROWS_DECIMAL);
    }
    buf_adds(b, ",\"");
    rows_put_decimal(b, volume);
    buf_addf(b, "\",%lld,\"", (long long)(r->ts[i] + interval_s) * 1000 - 1);
    rows_put_decimal(b, cents(quote));
    buf_addf(b, "\",%lld,\"", (long long)fmin(volume * 10 + 1, 1e9));
    rows_put_decimal(b, cents(volume / 2));
    buf_adds(b, "\",\"");
    rows_put_decimal(b, cents(quote / 2));
    buf_adds(b, "\",\"0\"]");
}

static int32_t
known_interval_s(const char *name)
{
    static const char *const known[] = {"1m", "3m", "5m", "15m", "30m", "1h",
                                        "2h", "4h", "6h", "8h",  "12h", "1d"};
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (strcmp(known[i], name) == 0)
            return catalogue_interval_s(name);
    return 0;
}

static bool
read_query(struct talk *t, struct market_query *q)
{
    const struct request *r = t->request;
    const char *interval = request_param(r, "interval");
    int64_t from_ms, to_ms, most;
    if (request_param(r, "symbol") == NULL || interval == NULL) {
        const char *name = interval == NULL ? "interval" : "symbol";
        put_error(t, 400, -1102,
                  arena_printf(t->a,
                               "Mandatory parameter '%s' was not sent, was "
                               "empty/null, or malformed.",
                               name));
        return false;
    }
    if (!request_param_i64(r, "startTime", INT64_MIN, &from_ms) ||
        !request_param_i64(r, "endTime", INT64_MAX, &to_ms) ||
        !request_param_i64(r, "limit", LIMIT_USUAL, &most) || most < 1) {
        put_error(t, 400, -1100, "Illegal characters found in a parameter.");
        return false;
    }
    q->interval_s = known_interval_s(interval);
    if (q->interval_s == 0) {
        put_error(t, 400, -1120, "Invalid interval.");
        return false;
    }
    q->newest = from_ms == INT64_MIN;
    q->from_ts = q->newest ? INT64_MIN / 2 : (from_ms + 999) / 1000;
    q->to_ts = to_ms == INT64_MAX ? INT64_MAX / 2 : to_ms / 1000;
    q->max = most > LIMIT_MOST ? LIMIT_MOST : (size_t)most;
    return true;
}

static void
klines(struct talk *t)
{
    struct market_query q = {0};
    if (!read_query(t, &q))
        return;
    const char *symbol = request_param(t->request, "symbol");
    if (t->fault.kind == FAULTS_WRONG_SYMBOL || !talk_knows(t, symbol)) {
        put_error(t, 400, -1121, "Invalid symbol.");
        return;
    }
    struct talk_rows found = talk_rows(t, symbol, q);
    buf_addc(t->reply->body, '[');
    for (size_t i = 0; i < found.rows.n; i++)
        put_kline(t, &found.rows, i, q.interval_s);
    buf_addc(t->reply->body, ']');
}

/* A request weighs 2, as klines do, whatever it asks. */
static bool
count_weight(struct talk *t)
{
    int64_t used = t->n_this_minute * 2;
    buf_addf(t->reply->headers,
             "X-MBX-USED-WEIGHT: %lld\r\nX-MBX-USED-WEIGHT-1M: %lld\r\n",
             (long long)used, (long long)used);
    return used <= WEIGHT_MOST;
}

static void
answer(struct talk *t)
{
    const char *path = t->request->path;
    if (!count_weight(t)) {
        buf_adds(t->reply->headers, "Retry-After: 60\r\n");
        t->reply->status = 429;
        limit(t);
    } else if (strcmp(path, "/api/v3/klines") == 0) {
        klines(t);
    } else if (strcmp(path, "/api/v3/ping") == 0) {
        buf_adds(t->reply->body, "{}");
    } else if (strcmp(path, "/api/v3/time") == 0) {
        buf_addf(t->reply->body, "{\"serverTime\":%lld}",
                 (long long)t->request->now_ts * 1000);
    } else {
        reply_error(t->reply, 404, "text/html",
                    "<html><body><h2>404 Not "
                    "found</h2></body></html>");
    }
}

const struct dialect dialect_binance = {.number = DIALECT_binance,
                                        .name = "binance",
                                        .shape = ROWS_BARS,
                                        .marker = "/api/v3/",
                                        .answer = answer,
                                        .limit = limit};
