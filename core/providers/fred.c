/* FRED series observations: one value a day, "." where there is none.
 *
 * source  fred.stlouisfed.org/docs/api, "fred/series/observations" and
 *         "Errors"
 */
#include "core/providers/answer.h"

#include "lib/date.h"
#include "lib/http.h"

#include <string.h>

enum { LIMIT = 100000 };

#define FIRST_DAY "1776-07-04" /* the earliest start that FRED takes */

static bool
fred_url(struct arena *a, const struct provider_request *request,
         struct buf *url, struct buf *log_url, struct err *err)
{
    if (request->interval_s != DAY_S)
        return err_set(err, ERR_INPUT, "fred has daily values only");
    const char *text = arena_printf(
        a,
        "%s/fred/series/observations?series_id=%s&file_type=json"
        "&observation_start=%s&observation_end=%s&sort_order=asc&limit=%d",
        request->base_url, http_escape(a, request->symbol),
        request->all_history ? FIRST_DAY : date_format_day(a, request->from_ts),
        date_format_day(a, request->to_ts), LIMIT);
    buf_adds(url, text);
    buf_adds(log_url, text);
    if (request->key != NULL)
        buf_addf(url, "&api_key=%s", http_escape(a, request->key));
    return true;
}

static void
read_error(struct arena *a, const struct provider_request *request, int status,
           struct json root, const char *body, size_t len,
           struct provider_answer *answer)
{
    answer_fail_body(a, request, status, root, body, len, answer);
    if (strcasestr(answer->text, "series does not exist") != NULL ||
        strcasestr(answer->text, "series_id") != NULL)
        answer->fault = FAULT_WRONG_SYMBOL;
}

static void
read_row(struct arena *a, struct json v, struct provider_answer *answer)
{
    struct json value = json_get(v, "value");
    const char *text = json_str(value);
    if (text != NULL && strcmp(text, ".") == 0) {
        answer->n_absent++;
        return;
    }
    struct series_row *row = series_add(a, answer->series);
    if (json_type(v) != JSON_OBJECT)
        answer_bad(a, row, "row", json_text(a, v, 60));
    answer_day(a, row, json_get(v, "date"));
    answer_number(a, row, "close", value, &row->close);
    answer_scalar(row);
    answer_keep_raw(a, row, v);
}

static void
fred_parse(struct arena *a, const struct provider_request *request, int status,
           const char *body, size_t len, struct provider_answer *answer)
{
    struct err err = {0};
    struct json root = answer_json(a, body, len, &err);
    if (json_type(json_get(root, "error_message")) != JSON_NONE) {
        read_error(a, request, status, root, body, len, answer);
        return;
    }
    if (!answer_accept(a, request, status, root, &err, body, len, answer))
        return;
    struct json rows = json_get(root, "observations");
    if (json_type(rows) != JSON_ARRAY) {
        answer_fail_body(a, request, status, root, body, len, answer);
        return;
    }
    *answer = (struct provider_answer){.series = series_new(a), .text = ""};
    int64_t sent = 0, count = 0, offset = 0;
    for (struct json_iter it = json_iter(rows); json_next(&it); sent++)
        read_row(a, it.value, answer);
    bool more = json_i64(json_get(root, "count"), &count) &&
                json_i64(json_get(root, "offset"), &offset) && offset >= 0 &&
                count - sent > offset;
    if (more)
        answer->next_from_ts = answer_next(request, answer->series, DAY_S);
}

const struct provider provider_fred = {
    .name = "fred",
    .key_env = "QM_FRED_KEY",
    .key_required = true,
    .intervals = {DAY_S, 0},
    .max_rows = LIMIT,
    .url = fred_url,
    .parse = fred_parse,
};
