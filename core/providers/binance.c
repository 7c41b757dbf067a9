/* Binance spot klines.
 *
 * A bar is an array: open time (ms), open, high, low, close, volume as text,
 * close time (ms), five more. Errors are {"code": -1121, "msg": "..."}.
 *
 * source  developers.binance.com, Spot REST API, "Kline/Candlestick data" and
 *         "Error codes"
 */
#include "core/providers/answer.h"

#include "lib/http.h"

enum { LIMIT = 1000, CLOSE_TIME = 6 };

static const struct {
    int32_t interval_s;
    const char *name;
} intervals[] = {{60, "1m"},   {300, "5m"},   {900, "15m"},
                 {3600, "1h"}, {14400, "4h"}, {86400, "1d"}};

static bool
binance_url(struct arena *a, const struct provider_request *request,
            struct buf *url, struct buf *log_url, struct err *err)
{
    const char *interval = NULL;
    for (size_t i = 0; i < COUNT_OF(intervals); i++)
        if (intervals[i].interval_s == request->interval_s)
            interval = intervals[i].name;
    if (interval == NULL)
        return err_set(err, ERR_INPUT, "binance has no bars of %d s",
                       request->interval_s);
    const char *text = arena_printf(
        a,
        "%s/api/v3/klines?symbol=%s&interval=%s&startTime=%lld&endTime=%lld"
        "&limit=%d",
        request->base_url, http_escape(a, request->symbol), interval,
        request->all_history ? 0LL : (long long)request->from_ts * 1000,
        (long long)request->to_ts * 1000, LIMIT);
    buf_adds(url, text);
    buf_adds(log_url, text);
    return true;
}

/* False for a bar that is not finished yet. */
static bool
read_bar(struct arena *a, const struct provider_request *request,
         struct json bar, struct series *series)
{
    struct json v[CLOSE_TIME + 1] = {{0}};
    size_t n = 0;
    for (struct json_iter it = json_iter(bar);
         n <= CLOSE_TIME && json_next(&it);)
        v[n++] = it.value;
    int64_t close_ms;
    if (json_i64(v[CLOSE_TIME], &close_ms) &&
        close_ms / 1000 >= request->now_ts)
        return false;
    struct series_row *row = series_add(a, series);
    if (json_type(bar) != JSON_ARRAY)
        answer_bad(a, row, "row", json_text(a, bar, 60));
    answer_time(a, row, v[0], 1000);
    answer_number(a, row, "open", v[1], &row->open);
    answer_number(a, row, "high", v[2], &row->high);
    answer_number(a, row, "low", v[3], &row->low);
    answer_number(a, row, "close", v[4], &row->close);
    answer_number(a, row, "volume", v[5], &row->volume);
    answer_keep_raw(a, row, bar);
    return true;
}

static void
read_error(struct arena *a, const struct provider_request *request, int status,
           struct json root, const char *body, size_t len,
           struct provider_answer *answer)
{
    int64_t code = 0;
    answer_fail_body(a, request, status, root, body, len, answer);
    if (!json_i64(json_get(root, "code"), &code))
        return;
    if (code == -1121)
        answer->fault = FAULT_WRONG_SYMBOL;
    else if (code == -1003 || code == -1015)
        answer->fault = FAULT_RATE_LIMITED;
    else if (code == -1002 || code == -2014 || code == -2015)
        answer->fault = FAULT_REFUSED;
    else if (code == -1000 || code == -1001 || code == -1007 || code == -1008)
        answer->fault = FAULT_SERVER;
    else if (code <= -1100 && code > -1200)
        answer->fault = FAULT_CLIENT;
}

static void
binance_parse(struct arena *a, const struct provider_request *request,
              int status, const char *body, size_t len,
              struct provider_answer *answer)
{
    struct err err = {0};
    struct json root = answer_json(a, body, len, &err);
    if (json_type(root) == JSON_OBJECT) {
        read_error(a, request, status, root, body, len, answer);
        return;
    }
    if (!answer_accept(a, request, status, root, &err, body, len, answer))
        return;
    if (json_type(root) != JSON_ARRAY) {
        answer_fail(a, request, answer, FAULT_MALFORMED,
                    "expected an array of bars");
        return;
    }
    *answer = (struct provider_answer){.series = series_new(a), .text = ""};
    size_t sent = 0;
    bool all_finished = true;
    for (struct json_iter it = json_iter(root); json_next(&it); sent++)
        if (!read_bar(a, request, it.value, answer->series))
            all_finished = false;
    if (sent >= LIMIT && all_finished)
        answer->next_from_ts =
            answer_next(request, answer->series,
                        request->interval_s > 0 ? request->interval_s : 1);
}

const struct provider provider_binance = {
    .name = "binance",
    .intervals = {60, 300, 900, 3600, 14400, 86400, 0},
    .max_rows = LIMIT,
    .url = binance_url,
    .parse = binance_parse,
};
