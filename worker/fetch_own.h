/* What the fetch engine's files share; nobody else includes this.
 *
 *   fetch.c         the caller's thread: callbacks, archive, database
 *   fetch_net.c     the network's thread: requests, answers
 *   fetch_lane.c    providers: their limits and who may ask now
 *   fetch_source.c  sources: attempts, pages, listings, verdicts
 *   fetch_check.c   what another listing is asked for beside them
 *   fetch_request.c one request and its answer
 *
 * Two threads, so that no answer waits for the database and no request for
 * the archive. The network's thread owns http, jobs, lanes and the arena
 * `net`; the caller's owns the database and every callback. They meet in the
 * fields marked (lock): parcels go one way, tokens the other.
 */
#ifndef WORKER_FETCH_OWN_H
#define WORKER_FETCH_OWN_H

#include "core/fetch.h"
#include "lib/http.h"
#include "worker/fetch.h"

#include <pthread.h>

/* A provider while a plan is fetched. */
struct lane {
    struct fetch_provider row;
    const struct provider *driver; /* NULL: not one that we have */
    struct json spec;
    const char *base_url; /* the simulator's, where it is used */
    const char *key_name; /* QM_..._KEY */
    const char *key;      /* NULL: none */
    int running, tokens;
    int jobs;                /* that have not ended and ask here now */
    double ask_again_ms;     /* for tokens, not before */
    double blocked_until_ms; /* Retry-After */

    int wanted;     /* (lock) tokens asked for; 0: none */
    bool answered;  /* (lock) taken and wait_s are the answer */
    int taken;      /* (lock) */
    double wait_s;  /* (lock) */
    double block_s; /* (lock) all processes are to be told; 0: nothing */
};

struct target {
    struct lane *lane;
    const char *symbol;
};

enum job_state {
    JOB_READY,   /* may send a request, not before `not_before_ms` */
    JOB_RUNNING, /* a request is under way */
    JOB_ENDED,
};

/* A source while a plan is fetched. */
struct job {
    struct engine *e;
    size_t index;
    const struct fetch_source *source;
    const struct calendar *calendar;
    int64_t bars_due; /* of a backfill of bars shorter than a day */
    struct target *targets;
    size_t n_targets, at; /* the listing that is asked now */
    enum job_state state;
    double not_before_ms;
    bool waits; /* is in engine.waiting */
    struct job *next_waiting;

    /* the page that is asked for now */
    int64_t from_ts;
    bool all_history;
    int attempts;
    struct arena *flight; /* of the request under way; NULL: none */

    int pages; /* that the listing asked now has given */

    /* over all listings */
    int64_t rows, newest_ts; /* SERIES_NO_TS: none */
    const char *provider;    /* asked last; NULL: none yet */
    enum fault fault;        /* of the first listing that failed */
    struct buf *reasons;     /* why listings were left, "x: words; " */
    int64_t requests;        /* since the last note */
};

/* One request under way. */
struct flight {
    struct job *job;
    struct arena *a;
    struct provider_request request;
    const char *log_url;
};

/* What the network's thread has for the caller's: a response to be archived
 * and saved, a note, a source's end, or a check's. */
enum parcel_kind {
    PARCEL_RESPONSE,
    PARCEL_NOTE,
    PARCEL_END,
    PARCEL_CHECKED,
};

struct parcel {
    struct parcel *next;
    struct arena *a; /* the parcel lives here */
    enum parcel_kind kind;
    size_t source;
    struct fetch_note note; /* texts on net */
    struct load load;
    const char *body;
    size_t body_len;
};

struct engine {
    struct arena *a;   /* before the network's thread begins */
    struct arena *net; /* of the network's thread */
    struct db *db;
    struct http *http;
    const struct fetch_plan *plan;
    const struct fetch_calls *calls;
    struct lane *lanes;
    size_t n_lanes;
    struct job *jobs;
    struct job *checks; /* of some sources, each with one listing */
    size_t n_checks;
    double checks_until_ms; /* they are waited for; 0: sources are at work */
    int running;            /* requests, all lanes */
    struct job *waiting, **waiting_last;
    bool simulated;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t news;          /* for the caller's thread */
    struct parcel *first, **last; /* (lock) */
    bool stop;                    /* (lock) the network is to end */
    bool net_failed;              /* (lock) */
    struct err net_err;           /* (lock) */
};

double fetch_clock_ms(void);

/* --- the caller's thread, before the other one begins */
MUST_USE bool lanes_open(struct engine *e, const struct fetch_book *book,
                         struct err *err);
struct lane *lane_find(struct engine *e, const char *name);
void job_open(struct job *job);

/* Makes the checks of the sources that want one and that another listing can
 * answer for; after job_open. */
void checks_open(struct engine *e);

/* --- the caller's thread */

/* Asks the database for the tokens that are waited for, and tells it who is to
 * be left alone. */
MUST_USE bool lanes_serve(struct engine *e, struct err *err);

/* Gives back the tokens that are left; the network's thread has ended. */
MUST_USE bool lanes_close(struct engine *e, struct err *err);

/* --- the network's thread */
void *net_main(void *engine);

/* Why the lane cannot be asked at all; FAULT_NONE: it can. */
enum fault lane_fault(struct engine *e, const struct lane *lane,
                      const char **text);

/* True, with a token taken, when a request may start now. */
bool lane_enter(struct engine *e, struct lane *lane);
void lane_leave(struct engine *e, struct lane *lane);

/* Takes the tokens that came; asks for more while some are left. */
void lanes_ask(struct engine *e);

/* The provider said to stay away. */
void lane_block(struct engine *e, struct lane *lane, double seconds);

/* Seconds until the lane may be asked; 0 when it may. */
double lane_blocked_s(const struct lane *lane);

/* Starts what may start, who waits longest first: so all first pages are asked
 * for before any second one, and no long history is left for the end. */
void jobs_start(struct engine *e);

/* Starts the checks that may start, after jobs_start: sources go first. */
void checks_start(struct engine *e);

/* All sources have ended: true once the checks have, too. They have a moment
 * more; what their provider's limits hold up is dropped at once. */
bool checks_over(struct engine *e);

/* The listing that is asked now, and its provider's name. */
struct target *job_target(const struct job *job);
const char *job_provider(const struct job *job);

/* Hands a note over; its texts are net's. */
void job_tell(struct job *job, enum parcel_kind kind,
              const struct fetch_note *note);

/* Asks for the job's page; its lane was entered, and is left when that fails.
 * done's arg is the flight; its arena goes with it.
 *
 * most_ms  no timeout is longer
 * fails    the driver cannot make the request, or its URL is none */
MUST_USE bool flight_send(struct job *job, http_done_fn *done, int64_t most_ms,
                          struct err *err);

/* Leaves the lane and reads the answer; obeys Retry-After. */
void flight_read(struct flight *flight, const struct http_response *response,
                 struct provider_answer *answer);

/* A usable response waits to be archived and saved as a load of this kind;
 * takes the flight's arena along. */
void flight_deliver(struct flight *flight, const struct http_response *response,
                    const char *kind);

/* Time of the newest row that can be read; SERIES_NO_TS: none can. */
int64_t flight_newest(const struct series *series);

/* Puts a parcel last; it is the caller's from then on. */
void parcel_add(struct engine *e, struct parcel *parcel);

#endif
