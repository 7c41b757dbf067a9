/* Yahoo Finance chart.
 *
 * Columns beside one array of times; a row whose prices are all null is a day
 * without trade. Prices are adjusted for splits, not for dividends (that is
 * the column adjclose, which we leave). A time is when the session opened, in
 * UTC, and for the session under way, when it last traded; a daily bar gets
 * its session's date in the exchange's zone. The session under way is no bar
 * yet and is left out.
 *
 * source  recorded answers (tests/fixtures/providers/yahoo); the service has
 *         no public documentation
 */
#include "core/providers/answer.h"

#include "lib/date.h"
#include "lib/http.h"

#include <math.h>
#include <string.h>

enum {
    HOUR_S = 3600,
    ROUND_THE_CLOCK_S = 23 * HOUR_S, /* sessions this long end at midnight */
};

#define ALL_FROM_TS (-2208988800LL) /* 1900-01-01: all that there is */

static const struct {
    int32_t interval_s;
    const char *name;
    int span_days; /* longest range of one request; 0: any */
    int kept_days; /* how far back it goes; 0: all */
} intervals[] = {{60, "1m", 7, 29},
                 {300, "5m", 59, 59},
                 {900, "15m", 59, 59},
                 {HOUR_S, "1h", 729, 729},
                 {DAY_S, "1d", 0, 0}};

static int
interval_find(int32_t interval_s)
{
    for (size_t i = 0; i < COUNT_OF(intervals); i++)
        if (intervals[i].interval_s == interval_s)
            return (int)i;
    return -1;
}

/* The part of what is asked for that one request may cover. */
static void
window(const struct provider_request *request, int interval, int64_t *from_ts,
       int64_t *to_ts)
{
    int64_t kept = (int64_t)intervals[interval].kept_days * DAY_S;
    int64_t span = (int64_t)intervals[interval].span_days * DAY_S;
    *from_ts = request->all_history ? ALL_FROM_TS : request->from_ts;
    int64_t oldest = date_day_start(request->now_ts) - kept;
    if (kept > 0 && *from_ts < oldest)
        *from_ts = oldest;
    *to_ts = request->to_ts;
    if (span > 0 && *to_ts > *from_ts + span - DAY_S)
        *to_ts = *from_ts + span - DAY_S;
}

static bool
yahoo_url(struct arena *a, const struct provider_request *request,
          struct buf *url, struct buf *log_url, struct err *err)
{
    int interval = interval_find(request->interval_s);
    if (interval < 0)
        return err_set(err, ERR_INPUT, "yahoo has no bars of %d s",
                       request->interval_s);
    int64_t from_ts, to_ts;
    window(request, interval, &from_ts, &to_ts);
    if (request->interval_s == DAY_S) {
        /* Sessions open up to 14 h before and 12 h after 00:00 UTC. */
        from_ts -= request->all_history ? 0 : DAY_S;
        to_ts += DAY_S;
    }
    to_ts += request->interval_s; /* period2 is not part of it */
    const char *text = arena_printf(
        a,
        "%s/v8/finance/chart/%s?period1=%lld&period2=%lld&interval=%s"
        "&events=div%%7Csplit",
        request->base_url, http_escape(a, request->symbol), (long long)from_ts,
        (long long)to_ts, intervals[interval].name);
    buf_adds(url, text);
    buf_adds(log_url, text);
    return true;
}

/* Others than browsers are sent away with 429. */
static const char *const *
yahoo_headers(struct arena *a, const struct provider_request *request)
{
    static const char *const headers[] = {
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) "
        "Gecko/20100101 Firefox/128.0",
        "Accept: application/json", NULL};
    (void)a, (void)request;
    return headers;
}

/* What the columns and times are read by. */
struct chart {
    int32_t interval_s;
    int64_t offset_s;          /* of the exchange's zone, today */
    int64_t open_ts, close_ts; /* of the current or next session; 0: none */
    struct json_iter open, high, low, close, volume;
};

/* The session's date at 00:00 UTC. The offset is today's, and with summer
 * time that of the row may differ by an hour, so an hour is added before the
 * date is taken: sessions open from 00:00 to 22:00 local time. */
static int64_t
session_date(const struct chart *chart, int64_t ts)
{
    return date_day_start(ts + chart->offset_s + HOUR_S);
}

static bool
is_finished(const struct chart *chart, int64_t ts, int64_t now_ts)
{
    if (chart->interval_s != DAY_S)
        return ts + chart->interval_s <= now_ts;
    int64_t date = session_date(chart, ts);
    if (chart->open_ts == 0)
        return date < date_day_start(now_ts + chart->offset_s);
    int64_t current = session_date(chart, chart->open_ts);
    return date < current || (date == current && now_ts >= chart->close_ts);
}

static void
read_meta(struct json meta, int32_t interval_s, struct chart *chart)
{
    struct json regular =
        json_get(json_get(meta, "currentTradingPeriod"), "regular");
    int64_t offset = 0, open = 0, close = 0;
    chart->interval_s = interval_s;
    if (json_i64(json_get(meta, "gmtoffset"), &offset) && offset >= -DAY_S &&
        offset <= DAY_S)
        chart->offset_s = offset;
    if (json_i64(json_get(regular, "start"), &open) &&
        json_i64(json_get(regular, "end"), &close) && open > 0 &&
        open <= ANSWER_TS_MAX && close > open && close <= ANSWER_TS_MAX) {
        chart->open_ts = open;
        chart->close_ts =
            close - open >= ROUND_THE_CLOCK_S && close - open < DAY_S
                ? open + DAY_S
                : close;
    }
}

static struct json
next_of(struct json_iter *it)
{
    struct json none = {0};
    return json_next(it) ? it->value : none;
}

/* The row's own text, from its columns. */
static const char *
raw_of(struct arena *a, struct json time, const struct json *v)
{
    static const char *const names[] = {"open", "high", "low", "close",
                                        "volume"};
    struct buf *b = buf_new(a);
    json_open(b, '{');
    json_key(b, "timestamp");
    json_put_raw(b, json_text(a, time, 40));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        json_key(b, names[i]);
        json_put_raw(b, json_text(a, v[i], 60));
    }
    json_close(b, '}');
    return b->data;
}

static void
read_row(struct arena *a, const struct provider_request *request,
         struct chart *chart, struct json time, struct provider_answer *answer)
{
    struct json v[] = {next_of(&chart->open), next_of(&chart->high),
                       next_of(&chart->low), next_of(&chart->close),
                       next_of(&chart->volume)};
    bool any = false;
    for (int i = 0; i < 4; i++)
        any = any || json_type(v[i]) != JSON_NULL;
    if (!any) {
        answer->n_absent++;
        return;
    }
    struct series *series = answer->series;
    struct series_row *row = series_add(a, series);
    answer_time(a, row, time, 1);
    if (row->ts != SERIES_NO_TS) {
        if (!is_finished(chart, row->ts, request->now_ts)) {
            series->n--;
            return;
        }
        if (chart->interval_s == DAY_S)
            row->ts = session_date(chart, row->ts);
    }
    answer_number(a, row, "open", v[0], &row->open);
    answer_number(a, row, "high", v[1], &row->high);
    answer_number(a, row, "low", v[2], &row->low);
    answer_number(a, row, "close", v[3], &row->close);
    answer_number(a, row, "volume", v[4], &row->volume);
    if (row->bad != NULL || row->ts == SERIES_NO_TS || isnan(row->open) ||
        isnan(row->high) || isnan(row->low) || isnan(row->close))
        row->raw = raw_of(a, time, v);
}

/* After the close the last session may come twice, as it opened and as it
 * last traded; the later one is the newer. */
static void
drop_live_twin(struct series *series, struct json times)
{
    size_t n = json_count(times);
    int64_t first, second;
    if (series->n < 2 || n < 2 ||
        series->rows[series->n - 1].ts != series->rows[series->n - 2].ts ||
        !json_i64(json_at(times, n - 2), &first) ||
        !json_i64(json_at(times, n - 1), &second) || first == second)
        return;
    series->rows[series->n - 2] = series->rows[series->n - 1];
    series->n--;
}

/* More came than was asked for: the range was widened for the time zones. */
static void
drop_outside(struct series *series, int64_t from_ts, int64_t to_ts)
{
    size_t kept = 0;
    for (size_t i = 0; i < series->n; i++) {
        int64_t ts = series->rows[i].ts;
        if (ts == SERIES_NO_TS || (ts >= from_ts && ts <= to_ts))
            series->rows[kept++] = series->rows[i];
    }
    series->n = kept;
}

static void
read_error(struct arena *a, const struct provider_request *request, int status,
           struct json error, const char *body, size_t len,
           struct provider_answer *answer)
{
    const char *code = json_str(json_get(error, "code"));
    const char *text = json_str(json_get(error, "description"));
    answer_fail_body(a, request, status, error, body, len, answer);
    if (code != NULL && answer->fault != FAULT_RATE_LIMITED)
        answer->fault = answer_fault_of(status, code);
    if (text != NULL && (strcasestr(text, "for this date range") != NULL ||
                         strcasestr(text, "doesn't exist for") != NULL))
        answer->fault = FAULT_EMPTY;
    else if (code != NULL && strcmp(code, "Not Found") == 0)
        answer->fault = FAULT_WRONG_SYMBOL;
    if (text != NULL) /* the description says more than the code */
        answer_fail(a, request, answer, answer->fault, "%.240s", text);
}

static bool
read_columns(struct json result, struct chart *chart, const char **wrong)
{
    static const char *const names[] = {"open", "high", "low", "close",
                                        "volume"};
    struct json_iter *columns[] = {&chart->open, &chart->high, &chart->low,
                                   &chart->close, &chart->volume};
    struct json quote =
        json_at(json_get(json_get(result, "indicators"), "quote"), 0);
    size_t n = json_count(json_get(result, "timestamp"));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct json column = json_get(quote, names[i]);
        *wrong = names[i];
        if (json_type(column) != JSON_ARRAY || json_count(column) != n)
            return false;
        *columns[i] = json_iter(column);
    }
    return true;
}

/* Seconds of meta.dataGranularity, 0 when it is none that we know. */
static int32_t
granularity(struct json meta)
{
    const char *name = json_str(json_get(meta, "dataGranularity"));
    for (size_t i = 0; name != NULL && i < COUNT_OF(intervals); i++)
        if (strcmp(intervals[i].name, name) == 0 ||
            (intervals[i].interval_s == HOUR_S && strcmp(name, "60m") == 0))
            return intervals[i].interval_s;
    return 0;
}

/* False, with the fault set, when the answer is not to our question. */
static bool
check_meta(struct arena *a, const struct provider_request *request,
           struct json meta, int32_t *interval_s,
           struct provider_answer *answer)
{
    const char *symbol = json_str(json_get(meta, "symbol"));
    *interval_s = granularity(meta);
    if (symbol == NULL) {
        answer_fail(a, request, answer, FAULT_MALFORMED,
                    "meta.symbol is missing");
        return false;
    }
    if (!answer_is_symbol(request->symbol, symbol)) {
        answer_fail(a, request, answer, FAULT_WRONG_SYMBOL, "answers for %.40s",
                    symbol);
        return false;
    }
    if (*interval_s == 0 ||
        (request->interval_s != 0 && *interval_s != request->interval_s)) {
        answer_fail(a, request, answer, FAULT_MALFORMED, "bars of %s came",
                    json_text(a, json_get(meta, "dataGranularity"), 20));
        return false;
    }
    return true;
}

static void
read_result(struct arena *a, const struct provider_request *request,
            struct json result, struct provider_answer *answer)
{
    struct chart chart = {0};
    struct json times = json_get(result, "timestamp");
    struct json meta = json_get(result, "meta");
    int32_t interval_s;
    const char *wrong;
    if (!check_meta(a, request, meta, &interval_s, answer))
        return;
    *answer = (struct provider_answer){.series = series_new(a), .text = ""};
    if (json_type(times) == JSON_NONE || json_type(times) == JSON_NULL)
        return; /* how an empty range looks */
    if (json_type(times) != JSON_ARRAY) {
        answer_fail(a, request, answer, FAULT_MALFORMED,
                    "timestamp is no array");
        return;
    }
    if (!read_columns(result, &chart, &wrong)) {
        answer_fail(a, request, answer, FAULT_MALFORMED,
                    "column %s does not have one value for each time", wrong);
        return;
    }
    read_meta(meta, interval_s, &chart);
    for (struct json_iter it = json_iter(times); json_next(&it);)
        read_row(a, request, &chart, it.value, answer);
    if (interval_s == DAY_S)
        drop_live_twin(answer->series, times);
    if (!request->all_history)
        drop_outside(answer->series, request->from_ts, request->to_ts);
    int interval = interval_find(interval_s);
    int64_t from_ts, to_ts;
    window(request, interval, &from_ts, &to_ts);
    if (to_ts < request->to_ts && to_ts + interval_s <= request->now_ts)
        answer->next_from_ts = to_ts + interval_s;
}

static void
yahoo_parse(struct arena *a, const struct provider_request *request, int status,
            const char *body, size_t len, struct provider_answer *answer)
{
    static const char *const envelopes[] = {"chart", "finance"};
    struct err err = {0};
    struct json root = answer_json(a, body, len, &err);
    for (size_t i = 0; i < COUNT_OF(envelopes); i++) {
        struct json error = json_get(json_get(root, envelopes[i]), "error");
        if (json_type(error) == JSON_OBJECT) {
            read_error(a, request, status, error, body, len, answer);
            return;
        }
    }
    if (!answer_accept(a, request, status, root, &err, body, len, answer))
        return;
    struct json result =
        json_at(json_get(json_get(root, "chart"), "result"), 0);
    if (json_type(result) != JSON_OBJECT)
        answer_fail_body(a, request, status, root, body, len, answer);
    else
        read_result(a, request, result, answer);
}

const struct provider provider_yahoo = {
    .name = "yahoo",
    .intervals = {60, 300, 900, HOUR_S, DAY_S, 0},
    .url = yahoo_url,
    .headers = yahoo_headers,
    .parse = yahoo_parse,
};
