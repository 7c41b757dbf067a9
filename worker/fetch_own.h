/* What the fetch engine's files share; nobody else includes this.
 *
 *   fetch.c         the loop: ticks, transfers, callbacks
 *   fetch_lane.c    providers: their limits and who may ask now
 *   fetch_source.c  sources: attempts, pages, listings, verdicts
 */
#ifndef WORKER_FETCH_OWN_H
#define WORKER_FETCH_OWN_H

#include "core/calendar.h"
#include "core/fetch.h"
#include "lib/http.h"
#include "worker/fetch.h"

/* A provider while a plan is fetched. */
struct lane {
    struct fetch_provider row;
    const struct provider *driver; /* NULL: not one that we have */
    struct json spec;
    const char *base_url; /* the simulator's, where it is used */
    const char *key_name; /* QM_..._KEY */
    const char *key;      /* NULL: none */
    int running, tokens, waiting;
    double ask_again_ms;     /* for tokens, not before */
    double blocked_until_ms; /* Retry-After */
};

struct target {
    struct lane *lane;
    const char *symbol;
};

enum job_state {
    JOB_READY,   /* may send a request, not before `not_before_ms` */
    JOB_RUNNING, /* a request is under way */
    JOB_ENDED,   /* done is called once its responses are saved */
    JOB_TOLD,    /* done was called */
};

/* A source while a plan is fetched. */
struct job {
    struct engine *e;
    size_t index;
    const struct fetch_source *source;
    const struct calendar *calendar;
    struct target *targets;
    size_t n_targets, at; /* the listing that is asked now */
    enum job_state state;
    double not_before_ms;

    /* the page that is asked for now */
    int64_t from_ts;
    bool all_history;
    int attempts;

    int pages; /* that the listing asked now has given */

    /* over all listings */
    int64_t rows, newest_ts; /* SERIES_NO_TS: none */
    const char *provider;    /* asked last; NULL: none yet */
    enum fault fault;        /* of the first listing that failed */
    struct buf *reasons;     /* why listings were left, "x: words; " */
    const char *end_detail;  /* set when it ended well */
    int64_t requests;        /* since the last note */
    int unsaved;
    struct arena *flight; /* of the request under way; NULL: none */
};

/* A response or a note that waits to be handed over. */
struct parcel {
    struct parcel *next;
    struct arena *a; /* the parcel lives here */
    struct job *job;
    bool is_note;
    struct fetch_note note;
    struct load load;
    const char *body;
    size_t body_len;
};

struct engine {
    struct arena *a;
    struct db *db;
    struct http *http;
    const struct fetch_plan *plan;
    const struct fetch_calls *calls;
    struct lane *lanes;
    size_t n_lanes;
    struct job *jobs;
    int running; /* requests, all lanes */
    struct parcel *first, **last;
    bool simulated;
    struct err *err; /* of what failed inside a transfer's callback */
    bool failed;
};

double fetch_clock_ms(void);

/* Lanes of all providers of the plan. */
MUST_USE bool lanes_open(struct engine *e, struct err *err);
struct lane *lane_find(struct engine *e, const char *name);

/* Why the lane cannot be asked at all; FAULT_NONE: it can. */
enum fault lane_fault(const struct engine *e, const struct lane *lane,
                      const char **text);

/* True, with a token taken, when a request may start now. Otherwise the lane
 * notes that somebody waits. */
bool lane_enter(struct engine *e, struct lane *lane);
void lane_leave(struct engine *e, struct lane *lane);

/* Asks the database for the tokens that are waited for. */
MUST_USE bool lanes_refill(struct engine *e, struct err *err);

/* The provider said to stay away; all processes are told. */
MUST_USE bool lane_block(struct engine *e, struct lane *lane, double seconds,
                         struct err *err);

/* Seconds until the lane may be asked; 0 when it may. */
double lane_blocked_s(const struct lane *lane);

/* The job with its listings. */
void job_open(struct job *job);

/* Sends the job's next request when it may. */
void job_start(struct job *job);

/* Puts a note about the job among what is handed over. */
void job_note(struct job *job, enum fault fault, const char *error,
              const char *next_action, const char *detail);

/* What done is told; texts live as long as the engine. */
struct fetch_note job_result(const struct job *job);

/* Puts a parcel last; its arena is the engine's from then on. */
void parcel_add(struct engine *e, struct parcel *parcel);

#endif
