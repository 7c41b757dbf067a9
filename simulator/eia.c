/* EIA open data, API v2: data of the petroleum and natural gas price routes.
 *
 * A series is named route:facet in the catalogue, as petroleum/pri/spt:RWTC.
 * Values, totals and offsets are texts; a missing value is null.
 *
 * source  eia.gov/opendata/documentation.php; api.data.gov/docs, "Errors"
 */
#include "simulator/dialect.h"
#include "simulator/request.h"

#include "lib/date.h"

#include <string.h>

enum { LENGTH_MOST = 5000 };

static void
put_error(struct talk *t, int status, const char *code, const char *text)
{
    reply_error(t->reply, status, "application/json", "{\"error\":{\"code\":");
    reply_put_string(t->reply, code);
    buf_adds(t->reply->body, ",\"message\":");
    reply_put_string(t->reply, text);
    buf_adds(t->reply->body, "}}");
}

static void
limit(struct talk *t)
{
    put_error(t, t->reply->status, "OVER_RATE_LIMIT",
              "You have exceeded your rate limit. Try again later or contact "
              "us at https://www.eia.gov/about/contact/ for assistance");
}

static void
put_refusal(struct talk *t, const char *text)
{
    reply_error(t->reply, 400, "application/json", "{\"error\":");
    reply_put_string(t->reply, text);
    buf_adds(t->reply->body, ",\"code\":400}");
}

/* "petroleum/pri/spt" of "/v2/petroleum/pri/spt/data/"; NULL: another path. */
static const char *
route_of(struct talk *t)
{
    const char *from = t->request->path + strlen("/v2/");
    size_t len = strlen(from);
    if (len > 0 && from[len - 1] == '/')
        len--;
    if (len <= 5 || strncmp(from + len - 5, "/data", 5) != 0)
        return NULL;
    return arena_strndup(t->a, from, len - 5);
}

static bool
read_day(struct talk *t, const char *name, int64_t fallback, int64_t *ts)
{
    const char *text = request_param(t->request, name);
    *ts = fallback;
    if (text == NULL || date_parse_day(text, strlen(text), ts))
        return true;
    put_refusal(t, arena_printf(t->a,
                                "Invalid %s '%s'. The format is "
                                "'YYYY-MM-DD'.",
                                name, text));
    return false;
}

static void
put_row(struct talk *t, const struct market_series *s, const char *facet,
        const struct rows *r, size_t i)
{
    struct buf *b = t->reply->body;
    buf_addf(b,
             "{\"period\":\"%s\",\"series\":", date_format_day(t->a, r->ts[i]));
    reply_put_string(t->reply, talk_symbol(t, facet));
    buf_adds(b, ",\"series-description\":");
    reply_put_string(t->reply, s->title);
    buf_adds(b, ",\"value\":");
    rows_put(b, r, i, 0, ROWS_QUOTED);
    buf_adds(b, ",\"units\":");
    reply_put_string(t->reply, s->units);
    buf_addc(b, '}');
}

static void
put_rows(struct talk *t, const char *route, const char *facet,
         const struct talk_rows *found, size_t offset, size_t length)
{
    struct buf *b = t->reply->body;
    const struct rows *r = &found->rows;
    const char *direction = request_param(t->request, "sort[0][direction]");
    bool descending = direction == NULL || strcmp(direction, "asc") != 0;
    size_t left = offset < r->n ? r->n - offset : 0;
    buf_adds(b, "{\"response\":{");
    if (left > length)
        buf_adds(b, "\"warnings\":[{\"warning\":\"incomplete return\","
                    "\"description\":\"The API can only return 5000 rows in "
                    "JSON format.  Please consider constraining your request "
                    "with facet, start, or end, or using offset to paginate "
                    "results.\"}],");
    buf_addf(b,
             "\"total\":\"%zu\",\"dateFormat\":\"YYYY-MM-DD\","
             "\"frequency\":\"daily\",\"data\":[",
             r->n);
    for (size_t k = 0; k < left && k < length; k++) {
        size_t at = offset + k;
        if (k > 0)
            buf_addc(b, ',');
        put_row(t, found->series, facet, r, descending ? r->n - 1 - at : at);
    }
    buf_addf(b,
             "],\"description\":\"\"},\"request\":{\"command\":"
             "\"\\/v2\\/%s\\/data\\/\",\"params\":{\"frequency\":\"daily\","
             "\"data\":[\"value\"],\"facets\":{\"series\":[\"%s\"]},"
             "\"offset\":\"%zu\",\"length\":\"%zu\"}},"
             "\"apiVersion\":\"2.1.13\",\"ExcelAddInVersion\":\"2.1.0\"}",
             route, facet, offset, length);
}

static void
data(struct talk *t, const char *route, const char *facet, const char *symbol)
{
    const struct request *r = t->request;
    struct market_query q = {.interval_s = DAY_S, .max = SIZE_MAX};
    int64_t offset, length;
    const char *frequency = request_param(r, "frequency");
    if (!read_day(t, "start", INT64_MIN / 2, &q.from_ts) ||
        !read_day(t, "end", INT64_MAX / 2, &q.to_ts))
        return;
    if (frequency != NULL && strcmp(frequency, "daily") != 0) {
        put_refusal(t, "Invalid frequency. The simulator has 'daily' only.");
        return;
    }
    if (!request_param_i64(r, "offset", 0, &offset) || offset < 0 ||
        !request_param_i64(r, "length", LENGTH_MOST, &length) || length < 0) {
        put_refusal(t, "Invalid offset or length.");
        return;
    }
    struct talk_rows found = talk_rows(t, symbol, q);
    put_rows(t, route, facet, &found, (size_t)offset,
             length > LENGTH_MOST ? LENGTH_MOST : (size_t)length);
}

static bool
has_key(const struct talk *t)
{
    const char *key = request_param(t->request, "api_key");
    return key != NULL && key[0] != '\0';
}

static void
answer(struct talk *t)
{
    const char *route = route_of(t);
    const char *facet = request_param(t->request, "facets[series][]");
    const char *column = request_param(t->request, "data[0]");
    if (column == NULL)
        column = request_param(t->request, "data[]");
    if (!has_key(t)) {
        put_error(t, 403, "API_KEY_MISSING",
                  "No api_key was supplied.  Please register for one at "
                  "https://www.eia.gov/opendata/register.php");
        return;
    }
    const char *symbol = route == NULL || facet == NULL
                             ? NULL
                             : arena_printf(t->a, "%s:%s", route, facet);
    if (route == NULL)
        reply_error(t->reply, 404, "application/json",
                    "{\"error\":\"Not found.\",\"code\":404}");
    else if (column == NULL || strcmp(column, "value") != 0)
        put_refusal(t, "Invalid data. The only valid data are 'value'.");
    else if (symbol == NULL || !talk_knows(t, symbol))
        buf_adds(t->reply->body,
                 "{\"response\":{\"total\":\"0\",\"dateFormat\":\"YYYY-MM-DD\","
                 "\"frequency\":\"daily\",\"data\":[]},\"request\":{},"
                 "\"apiVersion\":\"2.1.13\"}");
    else
        data(t, route, facet, symbol);
}

const struct dialect dialect_eia = {.number = DIALECT_eia,
                                    .name = "eia",
                                    .shape = ROWS_SCALAR,
                                    .marker = "/v2/",
                                    .answer = answer,
                                    .limit = limit};
