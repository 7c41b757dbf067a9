/* The fetch engine: asks providers for many sources at once.
 *
 * It owns what the drivers do not: parallelism (each provider's max_parallel,
 * QM_FETCH_PARALLEL in all), rate limits (tokens from the database, so they
 * hold across processes), Retry-After, repeated attempts with exponential
 * backoff and full jitter, paging, and going over to the source's next listing
 * when one fails, has nothing or is stale. Every usable response is archived
 * and handed to save; rows are read again from the archive when they are
 * processed.
 *
 * It writes no runs, steps or loads: who calls does, from the callbacks. All of
 * them run on the caller's thread, as does everything with the database; the
 * network has a thread of its own, which waits for neither.
 */
#ifndef WORKER_FETCH_H
#define WORKER_FETCH_H

#include "core/load.h"
#include "core/providers/provider.h"
#include "lib/db.h"

struct fetch_source {
    const char *symbol; /* for words */
    int64_t instrument_id;
    int32_t interval_s;
    bool all_history;       /* from_ts does not count then */
    int64_t from_ts, to_ts; /* bars that open in [from_ts, to_ts] */
    int64_t last_ts;        /* newest stored bar; 0: none */
    bool must_be_fresh;     /* rows that end before what is due are a fault
                             * (an incremental run); else that is only said */
    bool cross_check; /* another listing is asked for the newest bars, too, in
                       * one request; not with all_history */
};

/* What is known of a source now. Texts live on the arena of fetch_run. */
struct fetch_note {
    enum fault fault;        /* of the source: at its end that of the first
                              * listing; FAULT_NONE: none yet */
    const char *provider;    /* asked last, or the one that answered */
    enum fault blame;        /* the provider's own part in it; FAULT_NONE: it
                              * was not asked since the last note */
    const char *error;       /* in words; NULL: none */
    const char *next_action; /* what happens next, in words; NULL: nothing */
    const char *detail;      /* provider used and why, what came */
    int64_t requests;        /* sent since the last note of this source */
};

struct fetch_calls {
    void *arg;

    /* Called at least every 200 ms. False: stop now. */
    bool (*tick)(void *arg);

    /* Archived responses in the order in which they came, at most 64; loads[i]
     * is of sources[i]. Their run_id is plan->run_id. Stored in one
     * transaction. A false ends fetch_run with this error. */
    bool (*save)(void *arg, const struct load *loads, const size_t *sources,
                 size_t n, struct err *err);

    /* Something happened worth a line in the run's log: asked for the first
     * time, another attempt or another provider comes. The source goes on. */
    bool (*note)(void *arg, size_t source, const struct fetch_note *note,
                 struct err *err);

    /* The source has ended; all its loads were saved. note->fault says how:
     * FAULT_NONE is success, also when there was nothing new. */
    bool (*done)(void *arg, size_t source, const struct fetch_note *note,
                 struct err *err);

    /* The source's cross-check has ended, with a load of kind check, which was
     * saved, or without: note->fault says why. Of no matter to the source, and
     * may come after its end. May be NULL. */
    void (*checked)(void *arg, size_t source, const struct fetch_note *note);

    /* A database call of the engine's own failed: true to make it again (after
     * a pause, which is yours). *tries is 0 the first time and yours to use. */
    bool (*again)(void *arg, int *tries, const struct err *err);
};

struct fetch_plan {
    int64_t run_id;
    const struct fetch_source *sources;
    size_t n;
    const char *providers; /* text[] literal: only these; NULL: all enabled */
    int64_t now_ts;
};

/* Fetches. True when every source ended (done was called for each) and checks
 * have ended or were given up, two seconds later at most; or with
 * *halted when tick said stop: what had come by then was saved, sources that
 * had not ended have had no done.
 *
 * a       what notes say lives here
 * fails   what a callback failed with, or the database (when again said no)
 */
MUST_USE bool fetch_run(struct arena *a, struct db *db,
                        const struct fetch_plan *plan,
                        const struct fetch_calls *calls, bool *halted,
                        struct err *err);

#endif
