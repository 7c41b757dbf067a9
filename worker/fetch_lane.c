#include "worker/fetch_own.h"

#include "lib/config.h"

#include <ctype.h>
#include <string.h>

enum { TOKENS_AT_ONCE = 32, SECOND_MS = 1000 };

/* QM_<PROVIDER>_KEY, unless the driver has a name of its own for it. */
static const char *
key_name(struct arena *a, const struct fetch_provider *row,
         const struct provider *driver)
{
    if (driver != NULL && driver->key_env != NULL)
        return driver->key_env;
    char *name = arena_printf(a, "QM_%s_KEY", row->name);
    for (char *s = name; *s != '\0'; s++)
        *s = (char)toupper((unsigned char)*s);
    return name;
}

static bool
lane_open(struct engine *e, struct lane *lane, struct err *err)
{
    const struct fetch_provider *row = &lane->row;
    lane->driver = provider_find(row->driver);
    lane->key_name = key_name(e->a, row, lane->driver);
    lane->key = config_secret(lane->key_name);
    if (lane->key == NULL && e->simulated)
        lane->key = "simulated"; /* the simulator asks for one, any will do */
    lane->base_url =
        e->simulated
            ? arena_printf(e->a, "%s/%s", config()->simulator_url, row->name)
            : row->base_url;
    if (row->spec != NULL &&
        !json_parse(e->a, row->spec, strlen(row->spec), &lane->spec, err))
        return err_wrap(err, "spec of provider %s", row->name);
    return true;
}

bool
lanes_open(struct engine *e, const struct fetch_book *book, struct err *err)
{
    e->n_lanes = book->n_providers;
    e->lanes = arena_array(e->a, e->n_lanes, sizeof *e->lanes);
    for (size_t i = 0; i < e->n_lanes; i++) {
        e->lanes[i].row = book->providers[i];
        if (!lane_open(e, &e->lanes[i], err))
            return false;
    }
    return true;
}

struct lane *
lane_find(struct engine *e, const char *name)
{
    for (size_t i = 0; name != NULL && i < e->n_lanes; i++)
        if (strcmp(e->lanes[i].row.name, name) == 0)
            return &e->lanes[i];
    return NULL;
}

enum fault
lane_fault(struct engine *e, const struct lane *lane, const char **text)
{
    if (lane->driver == NULL) {
        *text =
            arena_printf(e->net, "there is no driver \"%s\"", lane->row.driver);
        return FAULT_CLIENT;
    }
    if (lane->driver->key_required && lane->key == NULL && !e->simulated) {
        *text = arena_printf(e->net, "it needs a key, and %s is not set",
                             lane->key_name);
        return FAULT_REFUSED;
    }
    return FAULT_NONE;
}

double
lane_blocked_s(const struct lane *lane)
{
    double ms = lane->blocked_until_ms - fetch_clock_ms();
    return ms > 0 ? ms / SECOND_MS : 0;
}

bool
lane_enter(struct engine *e, struct lane *lane)
{
    if (lane->running >= lane->row.max_parallel ||
        e->running >= config()->fetch_parallel || lane_blocked_s(lane) > 0)
        return false;
    if (lane->tokens == 0)
        return false;
    lane->tokens--;
    lane->running++;
    e->running++;
    return true;
}

void
lane_leave(struct engine *e, struct lane *lane)
{
    lane->running--;
    e->running--;
}

static void
take_answer(struct lane *lane, double now)
{
    double wait_ms = lane->wait_s * SECOND_MS;
    lane->tokens += lane->taken;
    lane->ask_again_ms = lane->taken < lane->wanted ? now + wait_ms : now;
    /* Longer than a token takes to come: it was told to be left alone. */
    if (lane->taken == 0 && lane->wait_s > 60 / lane->row.rate_per_minute + 1)
        lane->blocked_until_ms = lane->ask_again_ms;
    lane->wanted = 0;
    lane->answered = false;
}

/* Ahead of need, so that no request waits for the database: each job on the
 * lane may have one more page, but no more can be asked for at once than the
 * lane allows. What is not used is given back. */
static int
tokens_wanted(const struct lane *lane)
{
    int ahead = lane->row.max_parallel;
    int idle = lane->jobs - lane->running; /* these need one now */
    if (ahead > lane->jobs)
        ahead = lane->jobs;
    if (lane->tokens >= ahead)
        return 0;
    int wanted = (idle > ahead ? idle : ahead) - lane->tokens;
    return wanted < TOKENS_AT_ONCE ? wanted : TOKENS_AT_ONCE;
}

static void
count_jobs(struct engine *e)
{
    for (size_t i = 0; i < e->n_lanes; i++)
        e->lanes[i].jobs = 0;
    for (size_t i = 0; i < e->plan->n; i++)
        if (e->jobs[i].state != JOB_ENDED)
            e->jobs[i].targets[e->jobs[i].at].lane->jobs++;
    for (size_t i = 0; i < e->n_checks; i++)
        if (e->checks[i].state != JOB_ENDED)
            e->checks[i].targets->lane->jobs++;
}

void
lanes_ask(struct engine *e)
{
    double now = fetch_clock_ms();
    bool asked = false;
    count_jobs(e);
    pthread_mutex_lock(&e->lock);
    for (size_t i = 0; i < e->n_lanes; i++) {
        struct lane *lane = &e->lanes[i];
        if (lane->answered)
            take_answer(lane, now);
        if (lane->wanted == 0 && now >= lane->ask_again_ms &&
            now >= lane->blocked_until_ms)
            lane->wanted = tokens_wanted(lane);
        asked = asked || lane->wanted > 0;
    }
    if (asked)
        pthread_cond_signal(&e->news);
    pthread_mutex_unlock(&e->lock);
}

void
lane_block(struct engine *e, struct lane *lane, double seconds)
{
    double until = fetch_clock_ms() + seconds * SECOND_MS;
    if (until > lane->blocked_until_ms)
        lane->blocked_until_ms = until;
    lane->tokens = 0;
    pthread_mutex_lock(&e->lock);
    if (seconds > lane->block_s)
        lane->block_s = seconds;
    pthread_cond_signal(&e->news);
    pthread_mutex_unlock(&e->lock);
}

static bool
serve_block(struct engine *e, const struct lane *lane, double seconds,
            struct err *err)
{
    int tries = 0;
    while (!rate_block(e->db, lane->row.name, seconds, err))
        if (!e->calls->again(e->calls->arg, &tries, err))
            return false;
    return true;
}

static bool
serve_tokens(struct engine *e, struct lane *lane, int wanted, struct err *err)
{
    int tries = 0, taken = 0;
    double wait_s = 0;
    while (!rate_take(e->db, lane->row.name, wanted, &taken, &wait_s, err))
        if (!e->calls->again(e->calls->arg, &tries, err))
            return false;
    pthread_mutex_lock(&e->lock);
    lane->taken = taken;
    lane->wait_s = wait_s;
    lane->answered = true;
    pthread_mutex_unlock(&e->lock);
    http_wake(e->http);
    return true;
}

bool
lanes_serve(struct engine *e, struct err *err)
{
    for (size_t i = 0; i < e->n_lanes; i++) {
        struct lane *lane = &e->lanes[i];
        pthread_mutex_lock(&e->lock);
        int wanted = lane->answered ? 0 : lane->wanted;
        double block_s = lane->block_s;
        lane->block_s = 0;
        pthread_mutex_unlock(&e->lock);
        if (block_s > 0 && !serve_block(e, lane, block_s, err))
            return false;
        if (wanted > 0 && !serve_tokens(e, lane, wanted, err))
            return false;
    }
    return true;
}

bool
lanes_close(struct engine *e, struct err *err)
{
    int tries = 0;
    for (size_t i = 0; i < e->n_lanes; i++) {
        const struct lane *lane = &e->lanes[i];
        int left = lane->tokens + (lane->answered ? lane->taken : 0);
        while (left > 0 && !rate_give(e->db, lane->row.name, left, err))
            if (!e->calls->again(e->calls->arg, &tries, err))
                return false;
    }
    return true;
}
