/* Cross-checks: beside a source's own requests, another of its listings is
 * asked once for the newest bars. A check never fails its source: it is tried
 * once, waits behind the sources for its provider's limits, and is dropped
 * soon after the last source has ended. */
#include "worker/fetch_own.h"

#include "lib/format.h"

enum {
    CHECK_BARS = 500,        /* at most, and no more than one page */
    CHECK_TIMEOUT_MS = 5000, /* of its request */
    CHECK_GRACE_MS = 2000,   /* after the last source has ended */
};

static bool
can_answer(struct engine *e, const struct target *target, int32_t interval_s)
{
    const char *text;
    return lane_fault(e, target->lane, &text) == FAULT_NONE &&
           provider_serves(target->lane->driver, interval_s);
}

/* The listing after the one that the source itself will ask; NULL: none. */
static struct target *
other_listing(const struct job *source)
{
    const struct lane *first = NULL;
    for (size_t i = 0; i < source->n_targets; i++) {
        struct target *t = &source->targets[i];
        if (!can_answer(source->e, t, source->source->interval_s))
            continue;
        if (first != NULL && t->lane != first)
            return t;
        first = t->lane;
    }
    return NULL;
}

static void
check_open(struct engine *e, const struct job *source, struct target *target)
{
    const struct fetch_source *s = source->source;
    int64_t bars = target->lane->driver->max_rows;
    if (bars <= 0 || bars > CHECK_BARS)
        bars = CHECK_BARS;
    int64_t from_ts = s->to_ts - (bars - 1) * s->interval_s;
    struct job *check = &e->checks[e->n_checks++];
    *check = (struct job){
        .e = e,
        .index = source->index,
        .source = s,
        .targets = target,
        .n_targets = 1,
        .state = JOB_READY,
        .from_ts = from_ts > s->from_ts ? from_ts : s->from_ts,
        .provider = target->lane->row.name,
        .reasons = buf_new(e->net),
    };
    buf_adds(check->reasons, "to be compared with what is stored; ");
}

void
checks_open(struct engine *e)
{
    e->checks = arena_array(e->a, e->plan->n, sizeof *e->checks);
    for (size_t i = 0; i < e->plan->n; i++) {
        const struct job *job = &e->jobs[i];
        struct target *target = NULL;
        if (job->source->cross_check && !job->source->all_history)
            target = other_listing(job);
        if (target != NULL)
            check_open(e, job, target);
    }
}

static void
check_end(struct job *check, enum fault fault, const char *text)
{
    struct arena *a = check->e->net;
    struct fetch_note note = {.fault = fault};
    if (fault == FAULT_NONE)
        note.detail = arena_strdup(a, text);
    else
        note.error = arena_printf(a, "%s (%s)", fault_words(fault), text);
    check->state = JOB_ENDED;
    job_tell(check, PARCEL_CHECKED, &note);
}

static void
on_checked(void *arg, const struct http_response *response)
{
    struct flight *flight = arg;
    struct job *check = flight->job;
    struct provider_answer answer;
    flight_read(flight, response, &answer);
    bool is_good = answer.fault == FAULT_NONE;
    int64_t n = is_good ? (int64_t)answer.series->n : 0;
    bool kept = n > 0;
    if (kept) /* the answer is the other thread's from here on */
        flight_deliver(flight, response, "check");
    if (is_good)
        check_end(check, FAULT_NONE,
                  fmt_plural(check->e->net, n, "row", "rows"));
    else
        check_end(check, answer.fault, answer.text);
    if (!kept)
        arena_free(flight->a);
}

void
checks_start(struct engine *e)
{
    for (size_t i = 0; i < e->n_checks; i++) {
        struct job *check = &e->checks[i];
        struct err err;
        if (check->state != JOB_READY || !lane_enter(e, check->targets->lane))
            continue;
        check->requests++;
        if (!flight_send(check, on_checked, CHECK_TIMEOUT_MS, &err))
            check_end(check, FAULT_CLIENT, err.text);
    }
}

/* True when the lane's limits keep the check waiting. */
static bool
is_held_up(const struct lane *lane, double now_ms)
{
    return lane_blocked_s(lane) > 0 ||
           (lane->tokens == 0 && lane->ask_again_ms > now_ms);
}

bool
checks_over(struct engine *e)
{
    double now = fetch_clock_ms();
    bool over = true;
    if (e->checks_until_ms == 0)
        e->checks_until_ms = now + CHECK_GRACE_MS;
    for (size_t i = 0; i < e->n_checks; i++) {
        struct job *check = &e->checks[i];
        bool ready = check->state == JOB_READY;
        if (check->state != JOB_ENDED &&
            (now >= e->checks_until_ms ||
             (ready && is_held_up(check->targets->lane, now))))
            check_end(check, FAULT_TIMEOUT,
                      ready ? "it could not be asked before all else was there"
                            : "all else was there");
        over = over && check->state == JOB_ENDED;
    }
    return over;
}
