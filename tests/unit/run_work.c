/* Claims, leases, what becomes of a run whose worker goes away. */
#include "lib/format.h"
#include "tests/lib/runcase.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static void
lanes_come_in_order_and_age_within_a_lane(void **state)
{
    (void)state;
    struct run_work w;
    const char *aapl[] = {"AAPL"}, *msft[] = {"MSFT"}, *mstr[] = {"MSTR"},
               *wti[] = {"WTI"};
    struct run_request back = asked(aapl, 1), timer = asked(msft, 1);
    int64_t b, t;
    back.from_ts = 86400;
    back.to_ts = 86400 * 2;
    timer.trigger = "timer";
    assert_true(run_enqueue(db, &back, &b, &err));
    assert_true(run_enqueue(db, &timer, &t, &err));
    int64_t m1 = queue(mstr, 1), m2 = queue(wti, 1);
    assert_int_equal(claim("w", 0, &w), m1);
    assert_int_equal(claim("w", 0, &w), m2);
    assert_int_equal(claim("w", 0, &w), t);
    assert_int_equal(claim("w", 0, &w), b);
    assert_int_equal(claim("w", 0, &w), 0);
    assert_string_equal(w.mode, "backfill");
    assert_string_equal(sql("SELECT string_agg(kind, ',' ORDER BY seq) "
                            "FROM step JOIN run ON run.id = run_id "
                            "WHERE mode = 'backfill'"),
                        "fetch,process,retrain,alert");
}

static void
overlapping_sets_never_run_together(void **state)
{
    (void)state;
    struct run_work w, w2;
    const char *ab[] = {"AAPL", "MSFT"}, *bc[] = {"MSFT", "WTI"},
               *d[] = {"BRENT"};
    int64_t first = queue(ab, 2), second = queue(bc, 2), third = queue(d, 1),
            all = queue(NULL, 0);
    const char *ids;
    assert_int_equal(claim("w1", 0, &w), first);
    assert_int_equal(claim("w2", 0, &w2), third);
    assert_int_equal(claim("w3", 0, &w2), 0);
    assert_int_equal(claim("w3", second, &w2), 0);
    assert_true(run_blockers(a, db, second, &ids, &err));
    assert_string_equal(ids, fmt_i64(a, first));
    assert_true(run_finish(db, &w, "succeeded", NULL, &err));
    assert_int_equal(claim("w3", 0, &w2), second);
    assert_int_equal(claim("w4", all, &w), 0);
}

/* A run of everything must not starve behind small ones that keep coming. */
static void
a_waiting_run_is_not_overtaken_by_what_overlaps_it(void **state)
{
    (void)state;
    struct run_work w, w2;
    const char *x[] = {"AAPL"}, *y[] = {"MSFT"};
    int64_t first = queue(x, 1), all = queue(NULL, 0), later = queue(y, 1);
    assert_int_equal(claim("w1", 0, &w), first);
    assert_int_equal(claim("w2", 0, &w2), 0);
    assert_true(run_finish(db, &w, "succeeded", NULL, &err));
    assert_int_equal(claim("w2", 0, &w2), all);
    assert_true(run_finish(db, &w2, "succeeded", NULL, &err));
    assert_int_equal(claim("w2", 0, &w2), later);
}

enum { RACERS = 6, RACE_RUNS = 40 };

struct racer {
    pthread_t thread;
    int number;
};
static pthread_mutex_t race_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t race_running; /* the instruments that are being worked on */
static atomic_int race_done, race_overlaps, race_failures;

/* "{2,5}" as bits; NULL, everything, as all of them. */
static uint64_t
bits_of(const char *literal)
{
    uint64_t bits = 0;
    if (literal == NULL)
        return ~(uint64_t)0;
    for (const char *p = literal; *p != '}'; p++)
        if (*p == '{' || *p == ',')
            bits |= (uint64_t)1 << strtol(p + 1, NULL, 10);
    return bits;
}

/* What is marked here between claim and end must never overlap. */
static void
mark(uint64_t bits, bool begin)
{
    pthread_mutex_lock(&race_lock);
    if (begin && (race_running & bits) != 0)
        atomic_fetch_add(&race_overlaps, 1);
    race_running = begin ? race_running | bits : race_running & ~bits;
    pthread_mutex_unlock(&race_lock);
}

static void *
race(void *arg)
{
    struct racer *r = arg;
    struct db *own = NULL;
    struct err e;
    struct arena *mine = arena_new();
    struct run_claim c = {.worker = arena_printf(mine, "racer%d", r->number),
                          .lease_s = 60,
                          .step_timeout_s = 10};
    if (!db_open(&own, test_db_conninfo(tdb, "worker"), "racer", &e))
        atomic_fetch_add(&race_failures, 1);
    while (atomic_load(&race_failures) == 0 &&
           atomic_load(&race_done) < RACE_RUNS) {
        struct run_work w;
        bool got = false;
        if (!run_claim(mine, own, &c, &w, &got, &e)) {
            atomic_fetch_add(&race_failures, 1);
        } else if (got) {
            mark(bits_of(w.instruments), true);
            mark(bits_of(w.instruments), false);
            if (!run_finish(own, &w, "succeeded", NULL, &e))
                atomic_fetch_add(&race_failures, 1);
            atomic_fetch_add(&race_done, 1);
        }
    }
    db_close(own);
    arena_free(mine);
    return NULL;
}

static void
many_workers_claim_each_run_once(void **state)
{
    (void)state;
    static const char *const symbols[] = {"AAPL", "MSFT", "WTI", "BRENT"};
    struct racer racers[RACERS];
    for (size_t i = 0; i < RACE_RUNS; i++) {
        const char *set[] = {symbols[i % 4], symbols[i * i % 3 + 1]};
        (void)queue(set, i % 8 == 7 ? 0 : 1 + i % 2);
    }
    for (int i = 0; i < RACERS; i++) {
        racers[i].number = i;
        assert_int_equal(
            pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < RACERS; i++)
        pthread_join(racers[i].thread, NULL);
    assert_int_equal(atomic_load(&race_failures), 0);
    assert_int_equal(atomic_load(&race_overlaps), 0);
    assert_string_equal(sql("SELECT count(*) || ' ' || max(attempt) FROM run "
                            "WHERE state = 'succeeded'"),
                        "40 1");
}

static void
silent_for_4_seconds(int64_t id)
{
    sql(arena_printf(a,
                     "UPDATE run SET heartbeat_at = clock_timestamp() - "
                     "interval '4 s' WHERE id = %lld",
                     (long long)id));
}

/* States after a sweep of one run: "queued", or "" when it was left alone. */
static const char *
sweep(void)
{
    struct run_swept *swept;
    size_t n;
    assert_true(run_sweep(a, db, &swept, &n, &err));
    return n == 0 ? "" : swept[0].state;
}

/* The server must have been up for a while before silence counts. */
static void
wait_for_uptime(void)
{
    sql("SELECT pg_sleep(greatest(0, 3.2 - extract(epoch FROM "
        "clock_timestamp() - pg_postmaster_start_time())))");
}

static void
a_silent_worker_loses_its_run_unless_it_holds_the_lock(void **state)
{
    (void)state;
    struct run_work w;
    const struct run_rows none = {0};
    bool got, owned;
    const char *who;
    int64_t id = queue(NULL, 0);
    wait_for_uptime();
    assert_int_equal(claim("w1", 0, &w), id);
    assert_string_equal(sweep(), "");
    silent_for_4_seconds(id);
    assert_true(db_lock_try(db, run_lock_key(id, w.attempt), &got, &err));
    assert_true(got);
    assert_string_equal(sweep(), "");
    assert_true(db_unlock(db, run_lock_key(id, w.attempt), &err));
    assert_true(run_fence(db, &w, &none, &err));
    assert_string_equal(sweep(), "queued");
    assert_string_equal(sweep(), "");

    /* whoever was given up writes nothing any more */
    assert_false(run_fence(db, &w, &none, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_false(run_finish(db, &w, "succeeded", NULL, &err));
    assert_true(run_beat(a, db, &w, &owned, &who, &err));
    assert_false(owned);
    assert_string_equal(sql("SELECT state || ' ' || attempt FROM run"),
                        "queued 1");
}

static void
an_ended_lease_outweighs_the_lock(void **state)
{
    (void)state;
    struct run_work w;
    bool got;
    int64_t id = queue(NULL, 0);
    wait_for_uptime();
    assert_int_equal(claim("w1", 0, &w), id);
    assert_true(db_lock_try(db, run_lock_key(id, w.attempt), &got, &err));
    sql("UPDATE run SET lease_until = clock_timestamp() - interval '1 s'");
    assert_string_equal(sweep(), "queued");
    /* the next attempt's lock is another one */
    assert_int_equal(claim("w2", 0, &w), id);
    assert_true(run_lock_key(id, 1) != run_lock_key(id, 2));
}

static void
a_run_is_lost_when_its_attempts_are_used_up(void **state)
{
    (void)state;
    struct run_work w;
    int64_t id = queue(NULL, 0);
    wait_for_uptime();
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(claim("w", 0, &w), id);
        assert_int_equal(w.attempt, i);
        silent_for_4_seconds(id);
        assert_string_equal(sweep(), i < 3 ? "queued" : "lost");
    }
    assert_int_equal(claim("w", 0, &w), 0);
    assert_string_equal(sql("SELECT finished_at IS NOT NULL FROM run"), "t");
}

static void
what_is_given_back_costs_no_attempt(void **state)
{
    (void)state;
    struct run_work w;
    struct run_step *steps;
    struct run_step_go go;
    size_t n;
    int64_t id = queue(NULL, 0);
    assert_int_equal(claim("w", 0, &w), id);
    assert_true(run_step_list(a, db, id, &steps, &n, &err));
    assert_int_equal(n, 4);
    assert_true(run_step_begin(db, &w, steps[0].id, &go, &err));
    assert_int_equal(go.attempt, 1);
    assert_true(run_give_back(db, &w, false, 0, NULL, &err));
    assert_string_equal(sql("SELECT string_agg(r.attempt || s.state || "
                            "s.attempt, ' ' ORDER BY seq) FROM run r JOIN "
                            "step s ON run_id = r.id WHERE seq = 1"),
                        "0queued0");
    assert_int_equal(claim("w", 0, &w), id);
    assert_true(run_give_back(db, &w, true, 60, "no luck", &err));
    assert_int_equal(claim("w", 0, &w), 0); /* pauses */
    struct run_queue q;
    assert_true(run_queue_look(db, &q, &err));
    assert_int_equal(q.queued, 1);
    assert_true(q.wait_s > 50 && q.wait_s <= 60);
}

static void
a_cancelled_run_ends_or_is_told(void **state)
{
    (void)state;
    struct run_work w;
    struct run run;
    bool owned;
    const char *who;
    int64_t first = queue(NULL, 0), second = queue(NULL, 0);
    assert_int_equal(claim("w", 0, &w), first);
    assert_true(run_cancel(db, second, "ann", &err));
    assert_true(run_get(a, db, second, &run, &err));
    assert_string_equal(run.state, "cancelled");
    assert_true(run_cancel(db, first, "ann", &err));
    assert_true(run_beat(a, db, &w, &owned, &who, &err));
    assert_true(owned);
    assert_string_equal(who, "ann");
    assert_false(run_cancel(db, second, "ann", &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_false(run_cancel(db, 12345, "ann", &err));
    assert_int_equal(err.kind, ERR_MISSING);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DB_CASE(lanes_come_in_order_and_age_within_a_lane),
        DB_CASE(overlapping_sets_never_run_together),
        DB_CASE(a_waiting_run_is_not_overtaken_by_what_overlaps_it),
        DB_CASE(many_workers_claim_each_run_once),
        DB_CASE(a_silent_worker_loses_its_run_unless_it_holds_the_lock),
        DB_CASE(an_ended_lease_outweighs_the_lock),
        DB_CASE(a_run_is_lost_when_its_attempts_are_used_up),
        DB_CASE(what_is_given_back_costs_no_attempt),
        DB_CASE(a_cancelled_run_ends_or_is_told),
    };
    return DB_CASES_RUN(tests);
}
