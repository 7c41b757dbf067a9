/* What the overview page says: is everything all right, and if not, what is
 * there to do. One round trip, whose cost does not grow with what is stored. */
#ifndef CORE_OVERVIEW_H
#define CORE_OVERVIEW_H

#include "core/source.h"
#include "core/model_list.h"
#include "lib/db.h"

enum { OVERVIEW_DAYS = 30, OVERVIEW_DAY_RUNS = 5, OVERVIEW_OPEN_ROWS = 1000 };

/* Absent texts are NULL, absent times 0, absent numbers NaN. */
struct overview_run {
    int64_t id;
    const char *state;
    int64_t queued_at, started_at, finished_at;
    double seconds;  /* started to finished, or till now */
    int64_t waits_s; /* since it could have started */
    int64_t rows_new, rows_refused;
};

/* A day of a strip. n OVERVIEW_DAY_RUNS means so many or more. */
struct overview_beat {
    int64_t day_ts;
    int64_t n;
    const char *state; /* the worst of the day; NULL: no run */
    int64_t run_id;    /* one in that state, the newest */
};

struct overview_strip {
    const char *name; /* the schedule's; NULL: started by hand */
    struct overview_beat beats[OVERVIEW_DAYS]; /* oldest first, today last */
};

/* A run that ended badly, which no later one has made good. */
struct overview_trouble {
    int64_t id;
    const char *state, *error;
    const char *failed; /* "BRENT, WTI": at most five of the n_failed */
    const char *reason; /* of the first of them */
    int64_t n_failed, finished_at;
};

struct overview_provider {
    const char *title;
    bool enabled;
    double rate_per_minute, burst, tokens; /* tokens: left now */
    double blocked_s;                      /* 0: free */
    int64_t success_at, fault_at, fault_run;
    const char *fault_kind; /* as core/providers/provider.h names it */
};

struct overview {
    struct overview_run *under_way; /* running and queued, newest first */
    size_t n_under_way;
    const struct overview_run *last; /* ended last; NULL: none ever did */
    struct overview_strip *strips;   /* those with a run in these days */
    size_t n_strips;
    struct overview_trouble *trouble;
    size_t n_trouble;
    struct source *sources;
    size_t n_sources;
    struct overview_provider *providers;
    size_t n_providers;
    struct model_item *models;
    size_t n_models;
    int64_t next_due; /* 0: no schedule is enabled */
    const char *next_name;
    int64_t open_rows; /* in quarantine; OVERVIEW_OPEN_ROWS: or more */
    bool simulated;
};

/* real_ts places the days of the strips (runs are stamped by the server's
 * clock), now_ts judges the data. */
MUST_USE bool overview_get(struct arena *a, struct db *db, int64_t now_ts,
                           int64_t real_ts, struct overview *out,
                           struct err *err);

#endif
