/* FRED: series observations.
 *
 * source  fred.stlouisfed.org/docs/api: "fred/series/observations", "Errors"
 */
#include "simulator/dialect.h"
#include "simulator/request.h"

#include "lib/date.h"

#include <math.h>
#include <string.h>

enum { LIMIT_MOST = 100000 };

static void
put_error(struct talk *t, int status, const char *text)
{
    reply_error(t->reply, status, "application/json; charset=UTF-8", "");
    buf_addf(t->reply->body, "{\"error_code\":%d,\"error_message\":", status);
    reply_put_string(t->reply, text);
    buf_addc(t->reply->body, '}');
}

static void
limit(struct talk *t)
{
    put_error(t, t->reply->status, "Too Many Requests.  Exceeded Rate Limit");
    if (t->reply->status == 200) { /* the body names its own code */
        buf_clear(t->reply->body);
        buf_adds(t->reply->body, "{\"error_code\":429,\"error_message\":\"Too "
                                 "Many Requests.  Exceeded Rate Limit\"}");
    }
}

/* A day parameter; false after an error was answered. */
static bool
read_day(struct talk *t, const char *name, int64_t fallback, int64_t *ts)
{
    const char *text = request_param(t->request, name);
    *ts = fallback;
    if (text == NULL || date_parse_day(text, strlen(text), ts))
        return true;
    put_error(t, 400,
              arena_printf(t->a,
                           "Bad Request.  Value of %s is not a YYYY-MM-DD "
                           "date string.",
                           name));
    return false;
}

static void
put_observations(struct talk *t, const struct rows *r, size_t offset,
                 size_t most, bool descending)
{
    struct buf *b = t->reply->body;
    const char *today = date_format_day(t->a, t->request->now_ts);
    for (size_t k = offset; k < r->n && k - offset < most; k++) {
        size_t i = descending ? r->n - 1 - k : k;
        buf_addf(b,
                 "%s{\"realtime_start\":\"%s\",\"realtime_end\":\"%s\","
                 "\"date\":\"%s\",\"value\":",
                 k > offset ? "," : "", today, today,
                 date_format_day(t->a, r->ts[i]));
        if (isnan(rows_at(r, i, 0)))
            buf_adds(b, "\".\"");
        else
            rows_put(b, r, i, 0, ROWS_QUOTED);
        buf_addc(b, '}');
    }
}

static void
observations(struct talk *t, const char *series)
{
    const struct request *r = t->request;
    struct market_query q = {.interval_s = DAY_S, .max = SIZE_MAX};
    int64_t offset, most;
    if (!read_day(t, "observation_start", INT64_MIN / 2, &q.from_ts) ||
        !read_day(t, "observation_end", INT64_MAX / 2, &q.to_ts))
        return;
    if (!request_param_i64(r, "limit", LIMIT_MOST, &most) || most < 1 ||
        most > LIMIT_MOST || !request_param_i64(r, "offset", 0, &offset) ||
        offset < 0) {
        put_error(t, 400,
                  "Bad Request.  Value of limit is not between 1 and 100000, "
                  "or offset is not a non-negative number.");
        return;
    }
    const char *order = request_param(r, "sort_order");
    bool descending = order != NULL && strcmp(order, "desc") == 0;
    struct talk_rows found = talk_rows(t, series, q);
    const char *start = request_param(r, "observation_start");
    const char *end = request_param(r, "observation_end");
    buf_addf(t->reply->body,
             "{\"realtime_start\":\"%s\",\"realtime_end\":\"%s\","
             "\"observation_start\":\"%s\",\"observation_end\":\"%s\","
             "\"units\":\"lin\",\"output_type\":1,\"file_type\":\"json\","
             "\"order_by\":\"observation_date\",\"sort_order\":\"%s\","
             "\"count\":%zu,\"offset\":%lld,\"limit\":%lld,"
             "\"observations\":[",
             date_format_day(t->a, r->now_ts), date_format_day(t->a, r->now_ts),
             start != NULL ? start : "1600-01-01",
             end != NULL ? end : "9999-12-31", descending ? "desc" : "asc",
             found.rows.n, (long long)offset, (long long)most);
    put_observations(t, &found.rows, (size_t)offset, (size_t)most, descending);
    buf_adds(t->reply->body, "]}");
}

static void
answer(struct talk *t)
{
    const char *key = request_param(t->request, "api_key");
    const char *type = request_param(t->request, "file_type");
    const char *series = request_param(t->request, "series_id");
    if (key == NULL || key[0] == '\0')
        reply_error(t->reply, 400, "application/json; charset=UTF-8",
                    "{\"error_code\":400,\"error_message\":\"Bad Request.  "
                    "Variable api_key is not set.  Read https:\\/\\/"
                    "fred.stlouisfed.org\\/docs\\/api\\/api_key.html for more "
                    "information.\"}");
    else if (type == NULL || strcmp(type, "json") != 0)
        reply_error(t->reply, 400, "text/xml; charset=UTF-8",
                    "<error code=\"400\" message=\"Bad Request.  The simulator "
                    "answers file_type=json only.\"/>\n");
    else if (series == NULL || series[0] == '\0')
        put_error(t, 400, "Bad Request.  Variable series_id is not set.");
    else if (t->fault.kind == FAULTS_WRONG_SYMBOL || !talk_knows(t, series))
        put_error(t, 400, "Bad Request.  The series does not exist.");
    else
        observations(t, series);
}

const struct dialect dialect_fred = {.number = DIALECT_fred,
                                     .name = "fred",
                                     .shape = ROWS_SCALAR,
                                     .marker = "/fred/series/observations",
                                     .answer = answer,
                                     .limit = limit};
