/* Queueing and claiming for the tests of runs, on the fixture of dbcase.h. */
#ifndef TESTS_LIB_RUNCASE_H
#define TESTS_LIB_RUNCASE_H

#include "core/run.h"
#include "core/run_work.h"
#include "tests/lib/dbcase.h"

static inline int
setup(void **state)
{
    return db_case_begin(state, "worker");
}

static inline struct run_request
asked(const char *const *symbols, size_t n)
{
    return (struct run_request){.trigger = "cli",
                                .requested_by = "test",
                                .instruments = symbols,
                                .n_instruments = n};
}

static inline int64_t
queue(const char *const *symbols, size_t n)
{
    struct run_request r = asked(symbols, n);
    int64_t id = 0;
    assert_true(run_enqueue(db, &r, &id, &err));
    return id;
}

/* The id of the claimed run, 0 for none. */
static inline int64_t
claim(const char *worker, int64_t only_id, struct run_work *work)
{
    struct run_claim c = {.worker = worker,
                          .lease_s = 60,
                          .step_timeout_s = 10,
                          .only_id = only_id};
    bool got;
    assert_true(run_claim(a, db, &c, work, &got, &err));
    return got ? work->id : 0;
}

#endif
