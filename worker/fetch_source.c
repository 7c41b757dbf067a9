#include "worker/fetch_own.h"

#include "core/calendar_bars.h"
#include "lib/buf.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/secret.h"

#include <math.h>
#include <string.h>

enum {
    PAGES_MAX = 100000, /* a provider that never ends */
    PATIENCE_S = 120,   /* longest Retry-After that is waited for when there */
    SECOND_MS = 1000,   /* is no other listing to ask */
};

static bool
has_more_targets(const struct job *job)
{
    return job->at + 1 < job->n_targets;
}

void
job_tell(struct job *job, enum parcel_kind kind, const struct fetch_note *note)
{
    struct arena *a = arena_new();
    struct parcel *parcel = arena_alloc(a, sizeof *parcel);
    *parcel = (struct parcel){
        .a = a, .kind = kind, .source = job->index, .note = *note};
    parcel->note.provider = job->provider;
    parcel->note.requests = job->requests;
    job->requests = 0;
    parcel_add(job->e, parcel);
}

static void
job_note(struct job *job, enum fault fault, enum fault blame, const char *error,
         const char *next_action, const char *detail)
{
    struct fetch_note note = {.fault = fault,
                              .blame = blame,
                              .error = error,
                              .next_action = next_action,
                              .detail = detail};
    job_tell(job, PARCEL_NOTE, &note);
}

/* What a person can do about a fault, or what happens by itself. */
static const char *
advice(const struct job *job)
{
    switch (job->fault) {
    case FAULT_REFUSED:
        return job->n_targets > 0
                   ? arena_printf(job->e->net, "check the access (%s)",
                                  job->targets[0].lane->key_name)
                   : "check the access";
    case FAULT_TOO_LARGE:
        return "raise QM_BODY_MAX_BYTES, or check what is answered";
    case FAULT_CLIENT:
    case FAULT_WRONG_SYMBOL:
        return "check the instrument's listings";
    default:
        return "the next run asks again";
    }
}

/* The source has failed: no listing is left. */
static void
end_badly(struct job *job, enum fault blame)
{
    struct arena *a = job->e->net;
    size_t len = job->reasons->len;
    struct fetch_note note = {
        .fault = job->fault,
        .blame = blame,
        .error = arena_strndup(a, job->reasons->data, len > 2 ? len - 2 : len),
        .next_action = advice(job),
        .detail = "",
    };
    if (job->rows > 0)
        note.detail = arena_printf(a, "%s came before that",
                                   fmt_plural(a, job->rows, "row", "rows"));
    job->state = JOB_ENDED;
    job_tell(job, PARCEL_END, &note);
}

/* The job goes to the end of those that wait. */
static void
job_wait(struct job *job, double not_before_ms)
{
    struct engine *e = job->e;
    job->state = JOB_READY;
    job->not_before_ms = not_before_ms;
    if (job->waits)
        return;
    job->waits = true;
    job->next_waiting = NULL;
    *e->waiting_last = job;
    e->waiting_last = &job->next_waiting;
}

static void
listing_begin(struct job *job, int64_t from_ts, bool all_history)
{
    job_wait(job, 0);
    job->from_ts = from_ts;
    job->all_history = all_history;
    job->attempts = 0;
    job->pages = 0;
}

/* Bars shorter than a day that are due in a range of the past. Asks for local
 * time, so not on the network's thread. */
static int64_t
bars_due(const struct job *job)
{
    const struct fetch_source *s = job->source;
    if (job->calendar == NULL || s->interval_s == DAY_S || s->must_be_fresh ||
        s->all_history)
        return 0;
    int64_t due = calendar_bar_last_due(job->calendar, s->interval_s,
                                        job->e->plan->now_ts);
    if (due > s->to_ts)
        due = s->to_ts;
    return calendar_bars_count(
        calendar_bars_new(job->e->a, job->calendar, s->interval_s,
                          CALENDAR_GRID_UTC, s->from_ts, due),
        s->from_ts, due);
}

void
job_open(struct job *job)
{
    job->reasons = buf_new(job->e->net);
    job->newest_ts = SERIES_NO_TS;
    job->bars_due = bars_due(job);
    listing_begin(job, job->source->from_ts, job->source->all_history);
    if (job->n_targets > 0)
        return;
    job->fault = FAULT_CLIENT;
    buf_adds(job->reasons, "no enabled provider has a listing for it; ");
    end_badly(job, FAULT_NONE);
}

static void
end_well(struct job *job, const char *what)
{
    struct buf *b = buf_new(job->e->net);
    buf_adds(b, job->provider);
    if (job->reasons->len > 2)
        buf_addf(b, ", because %.*s", (int)(job->reasons->len - 2),
                 job->reasons->data);
    buf_addf(b, ": %s", what);
    struct fetch_note note = {.detail = b->data};
    job->state = JOB_ENDED;
    job_tell(job, PARCEL_END, &note);
}

/* Leaves the listing that is asked now. What it gave is kept: the next one is
 * asked for the rest only. */
static void
listing_fail(struct job *job, enum fault fault, const char *text)
{
    struct arena *a = job->e->net;
    bool was_asked = job->attempts > 0 || job->pages > 0;
    enum fault blame = was_asked ? fault : FAULT_NONE;
    const char *words = arena_printf(a, "%s: %s (%s)", job_provider(job),
                                     fault_words(fault), text);
    buf_addf(job->reasons, "%s; ", words);
    if (job->fault == FAULT_NONE)
        job->fault = fault;
    if (!has_more_targets(job)) {
        end_badly(job, blame);
        return;
    }
    bool stale = fault == FAULT_STALE;
    int64_t from =
        stale ? job->newest_ts + job->source->interval_s : job->from_ts;
    job->at++;
    job_note(job, fault, blame, words,
             arena_printf(a, "asks %s instead", job_provider(job)), NULL);
    listing_begin(job, from, job->all_history && !stale);
}

/* The newest session that must be there by now, within what was asked for; 0
 * when that cannot be told: of a minute nobody knows whether anything was
 * traded in it. */
static int64_t
due_ts(const struct job *job)
{
    const struct fetch_source *s = job->source;
    if (job->calendar == NULL || s->interval_s != DAY_S)
        return 0;
    int64_t due = calendar_last_due(job->calendar, job->e->plan->now_ts);
    return due <= s->to_ts ? due
                           : calendar_session_before(job->calendar, s->to_ts);
}

/* Bars that no row answers for although they are due. */
static int64_t
due_count(const struct job *job)
{
    const struct fetch_source *s = job->source;
    if (s->all_history)
        return 1;
    if (job->bars_due > 0)
        return job->bars_due;
    int64_t from = s->from_ts;
    if (s->must_be_fresh && s->last_ts >= from)
        from = s->last_ts + 1;
    int64_t due = due_ts(job);
    return due == 0 ? 0 : calendar_count(job->calendar, from, due);
}

static const char *
time_words(const struct job *job, int64_t ts)
{
    struct arena *a = job->e->net;
    return job->source->interval_s == DAY_S ? date_format_day(a, ts)
                                            : date_format_iso(a, ts);
}

static const char *
range_words(const struct job *job)
{
    struct arena *a = job->e->net;
    const struct fetch_source *s = job->source;
    if (s->all_history)
        return "none at all";
    return arena_printf(a, "none from %s to %s", time_words(job, s->from_ts),
                        time_words(job, s->to_ts));
}

/* The listing has given its last page: is that what was wanted? */
static void
listing_judge(struct job *job)
{
    struct arena *a = job->e->net;
    const struct fetch_source *s = job->source;
    int64_t due = due_ts(job);
    if (job->rows == 0) {
        if (due_count(job) > 0)
            listing_fail(job, FAULT_EMPTY, range_words(job));
        else
            end_well(job, "nothing new");
        return;
    }
    if (s->last_ts > 0 && s->last_ts <= s->to_ts &&
        job->newest_ts < s->last_ts) {
        listing_fail(job, FAULT_STALE,
                     arena_printf(a,
                                  "the newest row is of %s, and %s is stored",
                                  date_format_day(a, job->newest_ts),
                                  date_format_day(a, s->last_ts)));
        return;
    }
    if (job->newest_ts < due && s->must_be_fresh) {
        listing_fail(job, FAULT_STALE,
                     arena_printf(a, "the newest row is of %s, and %s is due",
                                  date_format_day(a, job->newest_ts),
                                  date_format_day(a, due)));
        return;
    }
    const char *late = job->newest_ts < due
                           ? arena_printf(a, "; %s is due and not there",
                                          date_format_day(a, due))
                           : "";
    end_well(job, arena_printf(a, "%s to %s%s",
                               fmt_plural(a, job->rows, "row", "rows"),
                               time_words(job, job->newest_ts), late));
}

/* Full jitter: anything up to the doubling bound, so that many who failed
 * together do not come back together.
 * source  Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog */
static double
backoff_ms(int attempts)
{
    double bound =
        (double)config()->backoff_base_ms * pow(2, (double)attempts - 1);
    if (bound > (double)config()->backoff_max_ms)
        bound = (double)config()->backoff_max_ms;
    return bound * secret_uniform();
}

/* How long a provider may keep us waiting before another one is asked. */
static double
patience_s(const struct job *job)
{
    return has_more_targets(job) ? (double)config()->backoff_max_ms / SECOND_MS
                                 : PATIENCE_S;
}

static void
job_fault(struct job *job, enum fault fault, const char *text,
          int64_t retry_after_s)
{
    struct arena *a = job->e->net;
    bool last = job->attempts >= config()->fetch_attempts;
    if (!fault_may_pass(fault) || last ||
        (double)retry_after_s > patience_s(job)) {
        if (job->attempts > 1)
            text = arena_printf(a, "%s; %d attempts", text, job->attempts);
        if (retry_after_s > 0)
            text = arena_printf(a, "%s; it may be asked again in %s", text,
                                fmt_duration(a, (double)retry_after_s));
        listing_fail(job, fault, text);
        return;
    }
    double wait_ms = backoff_ms(job->attempts);
    if (retry_after_s > 0)
        wait_ms += (double)retry_after_s * SECOND_MS;
    job_wait(job, fetch_clock_ms() + wait_ms);
    job_note(job, fault, fault,
             arena_printf(a, "%s: %s (%s)", job_provider(job),
                          fault_words(fault), text),
             arena_printf(a, "attempt %d of %lld in %s", job->attempts + 1,
                          (long long)config()->fetch_attempts,
                          fmt_duration(a, wait_ms / SECOND_MS)),
             NULL);
}

/* A page without fault. True when the flight's arena was taken along. */
static bool
job_page(struct flight *flight, const struct http_response *response,
         const struct provider_answer *answer)
{
    struct job *job = flight->job;
    int64_t newest = flight_newest(answer->series);
    bool usable = answer->series->n > 0;
    job->pages++;
    job->rows += (int64_t)answer->series->n;
    if (newest > job->newest_ts)
        job->newest_ts = newest;
    if (usable)
        flight_deliver(flight, response, "provider");
    if (answer->next_from_ts > 0 && job->pages < PAGES_MAX &&
        (job->all_history || answer->next_from_ts > job->from_ts)) {
        job->from_ts = answer->next_from_ts;
        job->all_history = false;
        job->attempts = 0;
        job_wait(job, 0);
    } else {
        listing_judge(job);
    }
    return usable;
}

static void
on_response(void *arg, const struct http_response *response)
{
    struct flight *flight = arg;
    struct job *job = flight->job;
    struct provider_answer answer;
    bool kept = false;
    flight_read(flight, response, &answer);
    if (answer.fault == FAULT_NONE)
        kept = job_page(flight, response, &answer);
    else
        job_fault(job, answer.fault, arena_strdup(job->e->net, answer.text),
                  response->retry_after_s);
    if (!kept)
        arena_free(flight->a);
}

/* Sends the request; the lane was entered. A request that the driver cannot
 * make fails the listing, not the run. */
static void
job_send(struct job *job)
{
    struct err err;
    if (flight_send(job, on_response, INT64_MAX, &err)) {
        job->attempts++;
        job->requests++;
        return;
    }
    listing_fail(job, FAULT_CLIENT, arena_strdup(job->e->net, err.text));
}

/* Sends the job's next request when it may. */
static void
job_start(struct job *job)
{
    struct arena *a = job->e->net;
    while (job->state == JOB_READY) {
        struct lane *lane = job_target(job)->lane;
        const char *text = NULL;
        enum fault fault = lane_fault(job->e, lane, &text);
        double blocked_s = lane_blocked_s(lane);
        if (fault == FAULT_NONE && blocked_s > patience_s(job)) {
            fault = FAULT_RATE_LIMITED;
            text = arena_printf(a, "it may be asked again in %s",
                                fmt_duration(a, blocked_s));
        }
        if (fault != FAULT_NONE) {
            listing_fail(job, fault, text);
            continue;
        }
        if (fetch_clock_ms() < job->not_before_ms || !lane_enter(job->e, lane))
            return;
        bool first = job->provider == NULL;
        job->provider = lane->row.name;
        if (first)
            job_note(job, FAULT_NONE, FAULT_NONE, NULL, NULL,
                     arena_printf(a, "asks %s", lane->row.name));
        job_send(job);
    }
}

void
jobs_start(struct engine *e)
{
    struct job **at = &e->waiting;
    while (*at != NULL) {
        struct job *job = *at;
        job_start(job);
        if (job->state == JOB_READY) {
            at = &job->next_waiting;
            continue;
        }
        *at = job->next_waiting;
        job->waits = false;
        if (*at == NULL)
            e->waiting_last = at;
    }
}
