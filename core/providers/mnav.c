/* mNAV of a bitcoin treasury company, computed from its dated inputs:
 *
 *     mnav = (price * diluted_shares + debt + preferred - cash)
 *            / (btc_holdings * btc_price)
 *
 * that is enterprise value to the worth of the holdings. The service answers
 * {"symbol": "MSTR", "rows": [{"date": "2020-09-30", "price": ..., ...}]}.
 * A row that misses an input is refused, naming it: without it there is no
 * mNAV, and zero would be a lie.
 */
#include "core/providers/answer.h"

#include "lib/date.h"
#include "lib/http.h"

#include <math.h>
#include <stddef.h>

struct inputs {
    double price, btc_price, btc_holdings, diluted_shares, debt, preferred,
        cash;
};

static const struct {
    const char *name;
    size_t offset;
} fields[] = {
    {"price", offsetof(struct inputs, price)},
    {"btc_price", offsetof(struct inputs, btc_price)},
    {"btc_holdings", offsetof(struct inputs, btc_holdings)},
    {"diluted_shares", offsetof(struct inputs, diluted_shares)},
    {"debt", offsetof(struct inputs, debt)},
    {"preferred", offsetof(struct inputs, preferred)},
    {"cash", offsetof(struct inputs, cash)},
};

static bool
mnav_url(struct arena *a, const struct provider_request *request,
         struct buf *url, struct buf *log_url, struct err *err)
{
    if (request->interval_s != DAY_S)
        return err_set(err, ERR_INPUT, "mnav has daily values only");
    struct buf *text = buf_new(a);
    buf_addf(text, "%s/v1/treasury?symbol=%s", request->base_url,
             http_escape(a, request->symbol));
    if (!request->all_history)
        buf_addf(text, "&from=%s", date_format_day(a, request->from_ts));
    buf_addf(text, "&to=%s", date_format_day(a, request->to_ts));
    buf_adds(url, text->data);
    buf_adds(log_url, text->data);
    return true;
}

static const char *const *
mnav_headers(struct arena *a, const struct provider_request *request)
{
    if (request->key == NULL)
        return NULL;
    const char **headers = arena_array(a, 2, sizeof *headers);
    headers[0] = arena_printf(a, "Authorization: Bearer %s", request->key);
    return headers;
}

static void
read_row(struct arena *a, struct json v, struct series *series)
{
    struct series_row *row = series_add(a, series);
    struct inputs in;
    if (json_type(v) != JSON_OBJECT)
        answer_bad(a, row, "row", json_text(a, v, 60));
    answer_day(a, row, json_get(v, "date"));
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        double *out = (double *)(void *)((char *)&in + fields[i].offset);
        struct json value = json_get(v, fields[i].name);
        *out = NAN;
        if (json_type(value) == JSON_NONE || json_type(value) == JSON_NULL)
            answer_bad(a, row, fields[i].name, "missing");
        else
            answer_number(a, row, fields[i].name, value, out);
    }
    double nav = in.btc_holdings * in.btc_price;
    if (nav > 0)
        row->close =
            (in.price * in.diluted_shares + in.debt + in.preferred - in.cash) /
            nav;
    else if (row->bad == NULL)
        answer_bad(a, row, "btc_holdings", "holdings are worth nothing");
    answer_scalar(row);
    answer_keep_raw(a, row, v);
}

static void
mnav_parse(struct arena *a, const struct provider_request *request, int status,
           const char *body, size_t len, struct provider_answer *answer)
{
    struct err err = {0};
    struct json root = answer_json(a, body, len, &err);
    if (!answer_accept(a, request, status, root, &err, body, len, answer))
        return;
    struct json rows = json_get(root, "rows");
    const char *symbol = json_str(json_get(root, "symbol"));
    if (json_type(rows) != JSON_ARRAY || symbol == NULL) {
        answer_fail_body(a, request, status, root, body, len, answer);
        return;
    }
    if (!answer_is_symbol(request->symbol, symbol)) {
        answer_fail(a, request, answer, FAULT_WRONG_SYMBOL, "answers for %.40s",
                    symbol);
        return;
    }
    *answer = (struct provider_answer){.series = series_new(a), .text = ""};
    for (struct json_iter it = json_iter(rows); json_next(&it);)
        read_row(a, it.value, answer->series);
}

const struct provider provider_mnav = {
    .name = "mnav",
    .key_env = "QM_MNAV_KEY",
    .intervals = {DAY_S, 0},
    .url = mnav_url,
    .headers = mnav_headers,
    .parse = mnav_parse,
};
