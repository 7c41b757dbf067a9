#include "worker/alert_watch.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/log.h"
#include "lib/number.h"
#include "worker/alert_action.h"
#include "worker/deliver.h"
#include "worker/publish.h"
#include "worker/stop.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
    WAIT_MAX_MS = 30000, /* conditions of the pipeline have no other clock */
    WAIT_MIN_MS = 100,
    PIPELINE_GAP_MS = 2000, /* between two looks at the pipeline */
    WAIT_SLICE_MS = 1000,   /* signals end a wait; one may come before it */
    PUBLISH_MS = 200,       /* for word to the pages that are open */
    SEND_SLICE_MS = 100,    /* word is looked for while messages go out */
    AWAY_PAUSE_MS = 500,
    AWAY_PAUSE_MAX_MS = 5000,
};

static bool
evaluate(struct db *db, int64_t now_ts, bool pipeline,
         struct alert_run_report *report, struct err *err)
{
    const struct alert_run_options options = {.now_ts = now_ts,
                                              .pipeline = pipeline};
    if (!alert_run(db, &options, report, err))
        return false;
    if (report->fired + report->resolved + report->lost + report->back +
            report->retroactive >
        0)
        log_event(LOG_INFO, "alert.evaluated",
                  "rules=%lld fired=%lld resolved=%lld lost=%lld back=%lld "
                  "retroactive=%lld told=%lld",
                  (long long)report->rules, (long long)report->fired,
                  (long long)report->resolved, (long long)report->lost,
                  (long long)report->back, (long long)report->retroactive,
                  (long long)report->told);
    return true;
}

static bool
sender_open(struct arena *a, struct deliver **out, struct err *err)
{
    const struct deliver_options options = deliver_options_of(
        config(), arena_printf(a, "alerts:%ld", (long)getpid()));
    return deliver_open(out, &options, err);
}

static bool
is_stopped(void *arg)
{
    (void)arg;
    return stop_requested() != 0;
}

/* All that is due. */
static bool
once(struct db *db, int64_t now_ts, struct alert_run_report *report,
     struct err *err)
{
    struct arena *a = arena_new();
    struct deliver *sender = NULL;
    struct deliver_report sent;
    bool ok = evaluate(db, now_ts, true, report, err) &&
              sender_open(a, &sender, err) &&
              deliver_all(sender, db, is_stopped, NULL, &sent, err);
    deliver_close(sender, db);
    arena_free(a);
    return ok;
}

void
alert_watch_last(struct db *db, int64_t now_ts)
{
    struct alert_run_report report;
    struct err err;
    if (!once(db, now_ts, &report, &err))
        log_event(LOG_WARN, "alerts.trouble", "text=\"%s\"", err.text);
}

/* --- the loop -------------------------------------------------------------
 */

struct watch {
    struct command *c;
    struct db *db;
    struct deliver *sender;
    struct publish *live; /* to the pages that are open */
    int64_t pipeline_ms;  /* when to look at the pipeline next */
    pid_t parent;         /* 0: none */
    bool pages_wait;      /* to hear of what a person changed */
};

static bool
is_over(const struct watch *w)
{
    return stop_requested() != 0 || (w->parent != 0 && getppid() != w->parent);
}

/* The next word of something to do, at most so long; false in *came: none. */
static bool
next_word(struct watch *w, int wait_ms, bool *came, struct err *err)
{
    struct arena *a = arena_new();
    const char *channel = NULL, *payload = NULL;
    bool ok = db_wait(a, w->db, wait_ms, &channel, &payload, err);
    *came = ok && channel != NULL;
    w->pages_wait = w->pages_wait || (*came && strcmp(payload, "pages") == 0);
    arena_free(a);
    return ok;
}

/* Waits for word of something, at most so long; *came: it did. */
static bool
wait_for_word(struct watch *w, int64_t until_ms, bool *came, struct err *err)
{
    bool ok = true;
    int64_t left;
    *came = false;
    while (ok && !*came && !is_over(w) && (left = until_ms - clock_ms()) > 0)
        ok = next_word(w, (int)(left < WAIT_SLICE_MS ? left : WAIT_SLICE_MS),
                       came, err);
    /* what else was said meanwhile is the same */
    for (bool more = *came; ok && more;)
        ok = next_word(w, 0, &more, err);
    return ok;
}

static void
tell_pages(struct watch *w)
{
    w->pages_wait = false;
    publish_alerts(w->live);
    publish_poll(w->live, PUBLISH_MS);
}

/* Sends what is due, until nothing is under way or word of more comes.
 * next_s  until more is due; -1: nothing waits */
static bool
send_due(struct watch *w, bool *came, double *next_s, struct err *err)
{
    struct deliver_report sent = {0};
    *came = false;
    bool ok = (w->sender != NULL || sender_open(w->c->a, &w->sender, err)) &&
              deliver_due(w->sender, w->db, 0, &sent, err);
    int64_t ended = sent.sent + sent.again + sent.dead;
    while (ok && !*came && sent.pending > 0 && !is_over(w)) {
        ok = next_word(w, 0, came, err);
        if (!ok || *came)
            break;
        ok = deliver_due(w->sender, w->db, SEND_SLICE_MS, &sent, err);
        ended += sent.sent + sent.again + sent.dead;
    }
    if (ended > 0)
        tell_pages(w);
    *next_s = sent.next_s;
    return ok;
}

static int64_t
sooner(int64_t until_ms, int64_t now_ms, double wait_s)
{
    return wait_s >= 0 && wait_s * 1000 < (double)(until_ms - now_ms)
               ? now_ms + (int64_t)(wait_s * 1000)
               : until_ms;
}

static bool
watch_turn(struct watch *w, struct err *err)
{
    struct alert_run_report report;
    double sent_s;
    int64_t now_ms = clock_ms();
    bool pipeline = now_ms >= w->pipeline_ms, came;
    if (!db_listen(w->db, "alert_due", err) ||
        !evaluate(w->db, w->c->clock(), pipeline, &report, err))
        return false;
    if (w->pages_wait || report.fired + report.resolved + report.lost +
                                 report.back + report.retroactive +
                                 report.told >
                             0)
        tell_pages(w);
    if (pipeline)
        w->pipeline_ms = clock_ms() + WAIT_MAX_MS;
    if (!send_due(w, &came, &sent_s, err))
        return false;
    now_ms = clock_ms();
    int64_t until_ms = sooner(w->pipeline_ms, now_ms, (double)report.next_s);
    until_ms = sooner(until_ms, now_ms, sent_s);
    if (until_ms < now_ms + WAIT_MIN_MS)
        until_ms = now_ms + WAIT_MIN_MS;
    if (!came && !wait_for_word(w, until_ms, &came, err))
        return false;
    if (came && w->pipeline_ms > now_ms + PIPELINE_GAP_MS)
        w->pipeline_ms = now_ms + PIPELINE_GAP_MS;
    return true;
}

static void
watch_for_ever(struct watch *w)
{
    struct err err;
    int64_t pause_ms = 0;
    log_event(LOG_INFO, "alerts.began", "pid=%ld", (long)getpid());
    while (!is_over(w)) {
        if (watch_turn(w, &err)) {
            pause_ms = 0;
            continue;
        }
        if (pause_ms == 0)
            log_event(err.kind == ERR_RETRY ? LOG_WARN : LOG_ERROR,
                      "alerts.trouble", "text=\"%s\"", err.text);
        pause_ms = pause_ms == 0 ? AWAY_PAUSE_MS : pause_ms * 2;
        if (pause_ms > AWAY_PAUSE_MAX_MS)
            pause_ms = AWAY_PAUSE_MAX_MS;
        if (!is_over(w))
            clock_sleep(pause_ms);
    }
    log_event(LOG_INFO, "alerts.ended", "pid=%ld", (long)getpid());
}

static bool
watch_once(struct watch *w, bool json, struct err *err)
{
    struct alert_run_report r;
    if (!once(w->db, w->c->clock(), &r, err))
        return false;
    printf(json ? "{\"rules\": %lld, \"bars\": %lld, \"fired\": %lld, "
                  "\"resolved\": %lld, \"lost\": %lld, \"back\": %lld, "
                  "\"retroactive\": %lld, \"told\": %lld}\n"
                : "%lld rules on %lld bars: %lld fired, %lld resolved, %lld "
                  "lost, %lld back, %lld in the past; %lld messages\n",
           (long long)r.rules, (long long)r.bars, (long long)r.fired,
           (long long)r.resolved, (long long)r.lost, (long long)r.back,
           (long long)r.retroactive, (long long)r.told);
    return true;
}

/* Ends with the process that started it, however that ends. */
static bool
tie_to_parent(struct watch *w, const char *text)
{
    int64_t pid;
    if (text == NULL)
        return true;
    if (!number_parse_i64(text, strlen(text), &pid) || pid < 1)
        return false;
    w->parent = (pid_t)pid;
    return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0;
}

bool
alert_action_watch(struct command *c, struct err *err)
{
    bool once_only = false, json = false;
    const char *parent = NULL, **words = command_room(c);
    size_t n_words;
    const struct command_option options[] = {
        {.name = "once", .flag = &once_only},
        {.name = "json", .flag = &json},
        {.name = "parent", .value = &parent},
    };
    struct watch w = {.c = c};
    if (!command_options(c, options, COUNT_OF(options), words, &n_words, err))
        return false;
    if (n_words != 1 || (json && !once_only))
        return command_usage(c, err,
                             "watch takes no arguments, and --json only with "
                             "--once (see --help)");
    stop_install();
    if (!tie_to_parent(&w, parent))
        return command_usage(c, err, "--parent is for `quotemill work`");
    bool open = command_db(c, &w.db, err);
    if (once_only)
        return open && watch_once(&w, json, err);
    if (!open && err->kind != ERR_RETRY)
        return false;
    if (!publish_open(&w.live, config()->publish_socket, err))
        return false;
    watch_for_ever(&w);
    publish_close(w.live);
    deliver_close(w.sender, w.db);
    return true;
}
