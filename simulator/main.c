/* bin/quotemill-simulator: answers like the real providers.
 *
 * A FastCGI program behind nginx (listening socket on descriptor 0). Settings
 * are environment variables: QM_SIM_DATA, QM_SIM_CATALOGUE, QM_SIM_FAULTS,
 * QM_SIM_SEED, QM_SIM_THREADS, QM_NOW; docs/simulator.md describes them. Each
 * thread has one request at a time, so slow answers do not hold up others.
 */
#include "simulator/dialect.h"
#include "simulator/request.h"

#include "lib/date.h"
#include "lib/log.h"
#include "lib/number.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct server {
    struct market *market;
    struct faults *faults;
    const char *fixed_now; /* QM_NOW, or NULL: the real clock */
    struct {
        atomic_llong minute, requests; /* of the running minute */
    } used[DIALECT_COUNT];
    atomic_int threads_left;
};

struct worker {
    struct server *server;
    struct fcgi *fcgi;
    pthread_t thread;
};

static int64_t
clock_ts(const struct server *s)
{
    int64_t ts;
    if (s->fixed_now != NULL &&
        date_parse_iso(s->fixed_now, strlen(s->fixed_now), &ts))
        return ts;
    return (int64_t)time(NULL);
}

/* Requests of this minute in a dialect, with this one. */
static int64_t
count_request(struct server *s, const struct dialect *d)
{
    long long minute = (long long)(time(NULL) / 60);
    if (atomic_exchange(&s->used[d->number].minute, minute) != minute)
        atomic_store(&s->used[d->number].requests, 0);
    return atomic_fetch_add(&s->used[d->number].requests, 1) + 1;
}

static void
serve(struct server *s, struct fcgi *f, struct arena *a)
{
    struct request request;
    struct reply reply = reply_new(a);
    struct talk t = {
        .a = a, .request = &request, .market = s->market, .reply = &reply};
    request_read(a, f, clock_ts(s), &request);
    if (request.dialect == NULL) {
        reply_error(&reply, 404, "text/plain", "no provider has this path\n");
        reply_send(f, &reply, t.fault);
        return;
    }
    t.n_this_minute = count_request(s, request.dialect);
    t.fault = faults_match(s->faults, request.provider, request.uri);
    double wait_s = (double)t.fault.latency_ms / 1000;
    if (t.fault.kind == FAULTS_HANG)
        wait_s += t.fault.arg;
    if (!reply_wait(f, wait_s))
        return;
    talk_answer(&t);
    reply_send(f, &reply, t.fault);
}

static void *
work(void *arg)
{
    struct worker *w = arg;
    struct arena *a = arena_new();
    while (fcgi_accept(w->fcgi)) {
        serve(w->server, w->fcgi, a);
        fcgi_finish(w->fcgi);
        arena_reset(a);
    }
    arena_free(a);
    if (atomic_fetch_sub(&w->server->threads_left, 1) == 1)
        kill(getpid(), SIGTERM); /* the last one wakes main */
    return NULL;
}

/* simulator/catalogue.csv of the checkout that holds this program, in whatever
 * folder of it; else the installed one. */
static const char *
catalogue_path(struct arena *a)
{
    char exe[4096];
    ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
    while (len > 0) {
        if (exe[--len] != '/')
            continue;
        const char *own =
            arena_printf(a, "%.*s/simulator/catalogue.csv", (int)len, exe);
        if (access(own, R_OK) == 0)
            return own;
    }
    return "/usr/share/quotemill/simulator/catalogue.csv";
}

static bool
read_number(const char *name, int64_t fallback, int64_t least, int64_t most,
            int64_t *out, struct err *err)
{
    const char *text = getenv(name);
    *out = fallback;
    if (text == NULL || text[0] == '\0')
        return true;
    if (!number_parse_i64(text, strlen(text), out) || *out < least ||
        *out > most)
        return err_set(err, ERR_INPUT, "%s=%s is no number from %lld to %lld",
                       name, text, (long long)least, (long long)most);
    return true;
}

static const char *
setting(const char *name)
{
    const char *text = getenv(name);
    return text == NULL || text[0] == '\0' ? NULL : text;
}

static bool
server_open(struct arena *a, struct server *s, struct err *err)
{
    int64_t seed, ts;
    if (!read_number("QM_SIM_SEED", 1, 0, INT64_MAX, &seed, err))
        return false;
    s->fixed_now = setting("QM_NOW");
    if (s->fixed_now != NULL &&
        !date_parse_iso(s->fixed_now, strlen(s->fixed_now), &ts))
        return err_set(err, ERR_INPUT, "QM_NOW=%s is no ISO time",
                       s->fixed_now);
    const char *catalogue = setting("QM_SIM_CATALOGUE");
    struct market_open how = {
        .data_dir = setting("QM_SIM_DATA"),
        .catalogue = catalogue != NULL ? catalogue : catalogue_path(a),
        .seed = (uint64_t)seed};
    if (!market_open(&how, &s->market, err))
        return false;
    s->faults = faults_new(setting("QM_SIM_FAULTS"));
    log_event(LOG_INFO, "simulator.started", "data=%s",
              how.data_dir != NULL ? how.data_dir : "generated");
    return true;
}

/* Acceptors are opened one after another, before any thread runs. */
static bool
start_threads(struct arena *a, struct server *s, struct err *err)
{
    int64_t n;
    if (!read_number("QM_SIM_THREADS", 64, 1, 1024, &n, err))
        return false;
    struct worker *w = arena_array(a, (size_t)n, sizeof *w);
    for (int64_t i = 0; i < n; i++) {
        w[i].server = s;
        if (!fcgi_open(&w[i].fcgi, err))
            return false;
    }
    atomic_store(&s->threads_left, (int)n);
    for (int64_t i = 0; i < n; i++)
        if (pthread_create(&w[i].thread, NULL, work, &w[i]) != 0)
            return err_set(err, ERR_INTERNAL, "cannot start a thread");
    return true;
}

int
main(void)
{
    struct arena *a = arena_new();
    struct server server = {0};
    struct err err;
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL); /* main alone takes them */
    signal(SIGPIPE, SIG_IGN);
    if (!server_open(a, &server, &err) || !start_threads(a, &server, &err)) {
        log_event(LOG_ERROR, "simulator.failed", "error=\"%s\"", err.text);
        _exit(1);
    }
    int which;
    sigwait(&ends, &which);
    log_event(LOG_INFO, "simulator.ended", "signal=%d", which);
    _exit(0); /* requests under way, however slow, end with the process */
}
