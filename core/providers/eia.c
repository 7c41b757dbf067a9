/* U.S. Energy Information Administration, open data API v2, daily values.
 *
 * A listing's symbol is ROUTE:SERIES, such as petroleum/pri/spt:RWTC. Values
 * and totals come as text. A null value is a row that misses its value.
 *
 * source  eia.gov/opendata/documentation.php
 */
#include "core/providers/answer.h"

#include "lib/date.h"
#include "lib/http.h"

#include <string.h>

enum { LENGTH = 5000 };

/* Splits ROUTE:SERIES; the route must be a plain path. */
static bool
split_symbol(struct arena *a, const char *symbol, const char **route,
             const char **series)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-_/";
    const char *colon = strchr(symbol, ':');
    if (colon == NULL || colon == symbol || colon[1] == '\0')
        return false;
    size_t len = (size_t)(colon - symbol);
    if (strspn(symbol, plain) != len || symbol[0] == '/' || colon[-1] == '/')
        return false;
    *route = arena_strndup(a, symbol, len);
    *series = colon + 1;
    return true;
}

static bool
eia_url(struct arena *a, const struct provider_request *request,
        struct buf *url, struct buf *log_url, struct err *err)
{
    const char *route, *series;
    if (request->interval_s != DAY_S)
        return err_set(err, ERR_INPUT, "eia has daily values only");
    if (!split_symbol(a, request->symbol, &route, &series))
        return err_set(err, ERR_INPUT,
                       "\"%s\" is not ROUTE:SERIES, such as "
                       "petroleum/pri/spt:RWTC",
                       request->symbol);
    struct buf *text = buf_new(a);
    buf_addf(text,
             "%s/v2/%s/data/?frequency=daily&data[0]=value"
             "&facets[series][]=%s",
             request->base_url, route, http_escape(a, series));
    if (!request->all_history)
        buf_addf(text, "&start=%s", date_format_day(a, request->from_ts));
    buf_addf(text,
             "&end=%s&sort[0][column]=period&sort[0][direction]=asc"
             "&offset=0&length=%d",
             date_format_day(a, request->to_ts), LENGTH);
    buf_adds(url, text->data);
    buf_adds(log_url, text->data);
    if (request->key != NULL)
        buf_addf(url, "&api_key=%s", http_escape(a, request->key));
    return true;
}

static void
read_row(struct arena *a, struct json v, struct series *series)
{
    struct series_row *row = series_add(a, series);
    if (json_type(v) != JSON_OBJECT)
        answer_bad(a, row, "row", json_text(a, v, 60));
    answer_day(a, row, json_get(v, "period"));
    struct json value = json_get(v, "value");
    const char *text = json_str(value);
    if (text == NULL || text[0] != '\0') /* blank is how EIA says null */
        answer_number(a, row, "close", value, &row->close);
    answer_scalar(row);
    answer_keep_raw(a, row, v);
}

/* True when a row is of another series than the one asked for. */
static bool
is_other_series(const struct provider_request *request, const char *asked,
                struct json row)
{
    const char *got = json_str(json_get(row, "series"));
    return request->symbol != NULL && request->symbol[0] != '\0' &&
           got != NULL && !answer_is_symbol(asked, got);
}

static void
eia_parse(struct arena *a, const struct provider_request *request, int status,
          const char *body, size_t len, struct provider_answer *answer)
{
    struct err err = {0};
    struct json root = answer_json(a, body, len, &err);
    if (!answer_accept(a, request, status, root, &err, body, len, answer))
        return;
    struct json response = json_get(root, "response");
    struct json rows = json_get(response, "data");
    if (json_type(rows) != JSON_ARRAY) {
        answer_fail_body(a, request, status, root, body, len, answer);
        return;
    }
    const char *colon =
        request->symbol != NULL ? strchr(request->symbol, ':') : NULL;
    *answer = (struct provider_answer){.series = series_new(a), .text = ""};
    int64_t sent = 0, total = 0;
    for (struct json_iter it = json_iter(rows); json_next(&it); sent++) {
        if (is_other_series(request, colon != NULL ? colon + 1 : NULL,
                            it.value)) {
            answer_fail(a, request, answer, FAULT_WRONG_SYMBOL,
                        "answers for series %s",
                        json_text(a, json_get(it.value, "series"), 60));
            return;
        }
        read_row(a, it.value, answer->series);
    }
    if (sent >= LENGTH ||
        (json_i64(json_get(response, "total"), &total) && total > sent))
        answer->next_from_ts = answer_next(request, answer->series, DAY_S);
}

const struct provider provider_eia = {
    .name = "eia",
    .key_env = "QM_EIA_KEY",
    .key_required = true,
    .intervals = {DAY_S, 0},
    .max_rows = LENGTH,
    .url = eia_url,
    .parse = eia_parse,
};
