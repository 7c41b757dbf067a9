#include "worker/fetch_own.h"

#include "lib/config.h"
#include "lib/date.h"

struct target *
job_target(const struct job *job)
{
    return &job->targets[job->at];
}

const char *
job_provider(const struct job *job)
{
    return job_target(job)->lane->row.name;
}

int64_t
flight_newest(const struct series *series)
{
    int64_t newest = SERIES_NO_TS;
    for (size_t i = 0; i < series->n; i++)
        if (series->rows[i].bad == NULL && series->rows[i].ts > newest)
            newest = series->rows[i].ts;
    return newest;
}

/* Rows came, but not one that can be read: the answer is no answer. */
static void
check_rows(struct arena *a, struct provider_answer *answer)
{
    if (answer->fault != FAULT_NONE || answer->series->n == 0 ||
        flight_newest(answer->series) != SERIES_NO_TS)
        return;
    const struct series_row *row = &answer->series->rows[0];
    answer->text = arena_printf(
        a, "none of %zu rows can be read: %.200s", answer->series->n,
        row->bad != NULL ? row->bad : "they have no time");
    answer->fault = FAULT_MALFORMED;
}

static enum fault
fault_of_transfer(enum http_fault fault)
{
    switch (fault) {
    case HTTP_NETWORK:
        return FAULT_NETWORK;
    case HTTP_TIMEOUT:
        return FAULT_TIMEOUT;
    case HTTP_TOO_LARGE:
        return FAULT_TOO_LARGE;
    case HTTP_CUT_OFF:
        return FAULT_CUT_OFF;
    case HTTP_OK:
        break;
    }
    return FAULT_NONE;
}

void
flight_read(struct flight *flight, const struct http_response *response,
            struct provider_answer *answer)
{
    struct job *job = flight->job;
    struct lane *lane = job_target(job)->lane;
    *answer =
        (struct provider_answer){.fault = fault_of_transfer(response->fault),
                                 .text = response->fault_text};
    job->flight = NULL;
    lane_leave(job->e, lane);
    if (answer->fault == FAULT_NONE)
        lane->driver->parse(flight->a, &flight->request, response->status,
                            response->body, response->body_len, answer);
    check_rows(flight->a, answer);
    if (response->retry_after_s > 0 && answer->fault != FAULT_NONE)
        lane_block(job->e, lane, (double)response->retry_after_s);
}

void
flight_deliver(struct flight *flight, const struct http_response *response,
               const char *kind)
{
    struct job *job = flight->job;
    struct arena *a = flight->a;
    struct parcel *parcel = arena_alloc(a, sizeof *parcel);
    size_t len = job->reasons->len;
    *parcel = (struct parcel){
        .a = a,
        .kind = PARCEL_RESPONSE,
        .source = job->index,
        .body = arena_strndup(a, response->body, response->body_len),
        .body_len = response->body_len,
        .load = {.run_id = job->e->plan->run_id,
                 .instrument_id = job->source->instrument_id,
                 .interval_s = job->source->interval_s,
                 .kind = kind,
                 .provider = job_provider(job),
                 .provider_symbol = job_target(job)->symbol,
                 .request = flight->log_url,
                 .reason = len > 2
                               ? arena_strndup(a, job->reasons->data, len - 2)
                               : NULL,
                 .simulated = job->e->simulated,
                 .from_ts = flight->request.from_ts,
                 .to_ts = flight->request.to_ts,
                 .http_status = response->status,
                 .elapsed_ms = response->elapsed_ms},
    };
    parcel_add(job->e, parcel);
}

/* The driver's headers, and the simulator's clock. */
static const char *const *
headers_of(struct flight *flight, const struct lane *lane)
{
    struct arena *a = flight->a;
    const char *const *own = NULL;
    size_t n = 0;
    if (lane->driver->headers != NULL)
        own = lane->driver->headers(a, &flight->request);
    while (own != NULL && own[n] != NULL)
        n++;
    if (!flight->job->e->simulated || config()->now == 0)
        return own;
    const char **headers = arena_array(a, n + 2, sizeof *headers);
    for (size_t i = 0; i < n; i++)
        headers[i] = own[i];
    headers[n] = arena_printf(a, "X-Quotemill-Now: %s",
                              date_format_iso(a, flight->request.now_ts));
    return headers;
}

static struct flight *
flight_new(struct job *job)
{
    struct arena *a = arena_new();
    struct flight *flight = arena_alloc(a, sizeof *flight);
    const struct lane *lane = job_target(job)->lane;
    *flight = (struct flight){
        .job = job,
        .a = a,
        .request = {.base_url = lane->base_url,
                    .symbol = job_target(job)->symbol,
                    .interval_s = job->source->interval_s,
                    .from_ts = job->all_history ? 0 : job->from_ts,
                    .to_ts = job->source->to_ts,
                    .all_history = job->all_history,
                    .now_ts = job->e->plan->now_ts,
                    .key = lane->key,
                    .spec = lane->spec},
    };
    return flight;
}

static int64_t
at_most(int64_t ms, int64_t most_ms)
{
    return ms < most_ms ? ms : most_ms;
}

bool
flight_send(struct job *job, http_done_fn *done, int64_t most_ms,
            struct err *err)
{
    const struct config *c = config();
    struct lane *lane = job_target(job)->lane;
    struct flight *flight = flight_new(job);
    struct buf *url = buf_new(flight->a), *log_url = buf_new(flight->a);
    bool ok = lane->driver->url(flight->a, &flight->request, url, log_url, err);
    flight->log_url = log_url->data;
    struct http_request request = {
        .url = url->data,
        .headers = ok ? headers_of(flight, lane) : NULL,
        .connect_timeout_ms = at_most(c->connect_timeout_ms, most_ms),
        .first_byte_timeout_ms = at_most(c->first_byte_timeout_ms, most_ms),
        .stall_timeout_ms = at_most(c->stall_timeout_ms, most_ms),
        .total_timeout_ms = at_most(c->total_timeout_ms, most_ms),
        .max_body_bytes = c->body_max_bytes,
    };
    if (ok && http_start(job->e->http, &request, done, flight, err)) {
        job->state = JOB_RUNNING;
        job->flight = flight->a;
        return true;
    }
    lane_leave(job->e, lane);
    arena_free(flight->a);
    return false;
}
