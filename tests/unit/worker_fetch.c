/* What the fetch engine makes of answers: kept, asked again, asked elsewhere.
 */
#include "tests/lib/fetchcase.h"

static void
sources_are_asked_in_parallel_within_bounds(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    for (int i = 0; i < 12; i++)
        add_source(f, arena_printf(f->a, "S%d", i), 1);
    f->answer = slow;
    run_to_the_end(f);
    assert_int_equal(stub_most_at_once(stub), 3);
    assert_int_equal(stub_count(stub), 12);
    assert_int_equal(f->seen.n_loads, 12);
    for (size_t i = 0; i < f->n; i++) {
        assert_int_equal(f->seen.ends[i].fault, FAULT_NONE);
        assert_string_equal(f->seen.ends[i].detail, "p1: 3 rows to 2026-01-31");
    }
}

static void
a_response_is_archived_and_its_load_says_all(void **state)
{
    struct fixture *f = *state;
    char *bytes;
    size_t len;
    struct err err;
    add_provider(f, 1, 60000, 1000, 3);
    struct fetch_source *s = add_source(f, "S", 1);
    f->answer = all_is_well;
    run_to_the_end(f);
    const struct load *load = &f->seen.loads[0];
    assert_int_equal(f->seen.n_loads, 1);
    assert_int_equal(load->run_id, 7);
    assert_int_equal(load->instrument_id, s->instrument_id);
    assert_int_equal(load->http_status, 200);
    assert_true(load->simulated && load->elapsed_ms > 0);
    assert_null(load->reason);
    assert_string_equal(load->provider, "p1");
    assert_non_null(strstr(load->request, "/p1/S?from=2026-01-29"));
    assert_true(archive_get(f->a, archive_dir, load->archive_hash, 10000,
                            &bytes, &len, &err));
    assert_int_equal(len, load->archive_bytes);
    assert_non_null(strstr(bytes, "2026-01-31"));
    assert_non_null(strstr(stub_seen(stub, 0)->head,
                           "X-Quotemill-Now: 2026-02-01T12:00:00Z"));
}

static int
fails_twice(void *arg, const char *path, char *out)
{
    struct fixture *f = arg;
    if (f->asked[1] > 2)
        return all_is_well(arg, path, out);
    stub_answer(out, 503, "", "{\"message\":\"overloaded\"}");
    return 0;
}

static void
what_may_pass_is_asked_again(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    add_source(f, "S", 2);
    f->answer = fails_twice;
    run_to_the_end(f);
    assert_int_equal(f->asked[1], 3);
    assert_int_equal(f->asked[2], 0);
    assert_int_equal(f->seen.ends[0].fault, FAULT_NONE);
    assert_int_equal(f->seen.n_notes, 3);
    assert_int_equal(f->seen.notes[0].fault, FAULT_NONE);
    assert_int_equal(f->seen.notes[1].fault, FAULT_SERVER);
    assert_non_null(strstr(f->seen.notes[1].error, "HTTP 503: overloaded"));
    assert_non_null(strstr(f->seen.notes[1].next_action, "attempt 2 of 3"));
    int64_t requests = f->seen.ends[0].requests;
    for (size_t i = 0; i < f->seen.n_notes; i++)
        requests += f->seen.notes[i].requests;
    assert_int_equal(requests, 3);
}

static int
first_is_down(void *arg, const char *path, char *out)
{
    if (path[2] == '2')
        return all_is_well(arg, path, out);
    stub_answer(out, 500, "", "{\"message\":\"broken\"}");
    return 0;
}

static void
the_next_listing_is_asked_and_the_reason_kept(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    add_source(f, "S", 2);
    f->answer = first_is_down;
    run_to_the_end(f);
    assert_int_equal(f->asked[1], 3);
    assert_int_equal(f->asked[2], 1);
    assert_string_equal(f->seen.loads[0].reason,
                        "p1: the provider has a fault (HTTP 500: broken; 3 "
                        "attempts)");
    assert_string_equal(f->seen.ends[0].provider, "p2");
    assert_non_null(strstr(f->seen.ends[0].detail, "p2, because p1: the"));
}

static int
all_are_down(void *arg, const char *path, char *out)
{
    (void)arg;
    if (path[2] == '1')
        stub_answer(out, 404, "", "{\"message\":\"no such thing\"}");
    else
        stub_answer(out, 200, "", "{\"rows\":[{\"d\":\"x\"},{\"d\":7}]}");
    return 0;
}

static void
a_source_that_nobody_answers_for_fails_alone(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    add_source(f, "S", 2);
    add_source(f, "T", 0);
    f->answer = all_are_down;
    run_to_the_end(f);
    const struct fetch_note *end = &f->seen.ends[0];
    assert_int_equal(f->asked[1], 1); /* 404 does not pass */
    assert_int_equal(f->asked[2], 3);
    assert_int_equal(end->fault, FAULT_CLIENT);
    /* Each provider is blamed for its own answers. */
    assert_string_equal(end->provider, "p2");
    assert_int_equal(end->blame, FAULT_MALFORMED);
    for (size_t i = 0; i < f->seen.n_notes; i++)
        if (f->seen.notes[i].blame != FAULT_NONE)
            assert_int_equal(f->seen.notes[i].blame,
                             f->seen.notes[i].provider[1] == '1'
                                 ? FAULT_CLIENT
                                 : FAULT_MALFORMED);
    assert_non_null(strstr(end->error, "p1: the request was rejected"));
    assert_non_null(strstr(end->error, "p2: the answer cannot be read (none "
                                       "of 2 rows can be read"));
    assert_non_null(end->next_action);
    assert_int_equal(f->seen.n_loads, 0);
    assert_int_equal(f->seen.ends[1].fault, FAULT_CLIENT);
    assert_int_equal(f->seen.ends[1].blame, FAULT_NONE);
    assert_non_null(strstr(f->seen.ends[1].error, "no enabled provider"));
}

static void
pages_follow_each_other(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    struct fetch_source *s = add_source(f, "S", 1);
    s->from_ts = DUE_TS - 6 * DAY_S; /* 7 days in pages of 3 */
    f->answer = all_is_well;
    run_to_the_end(f);
    assert_int_equal(f->seen.n_loads, 3);
    assert_int_equal(f->seen.loads[1].from_ts, DUE_TS - 3 * DAY_S);
    assert_int_equal(f->seen.loads[2].from_ts, DUE_TS);
    assert_string_equal(f->seen.ends[0].detail, "p1: 7 rows to 2026-01-31");
}

static void
first_pages_go_before_second_ones(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 1);
    for (int i = 0; i < 3; i++)
        add_source(f, arena_printf(f->a, "S%d", i), 1)->from_ts =
            DUE_TS - 5 * DAY_S;
    f->answer = all_is_well;
    run_to_the_end(f);
    assert_int_equal(stub_count(stub), 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(
            strstr(stub_seen(stub, i)->head, "from=2026-01-26") != NULL, i < 3);
}

static int
first_is_stale(void *arg, const char *path, char *out)
{
    (void)arg;
    rows_until(path, path[2] == '1' ? DUE_TS - 3 * DAY_S : DUE_TS, out);
    return 0;
}

static void
a_stale_listing_is_completed_by_the_next(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    struct fetch_source *s = add_source(f, "S", 2);
    s->from_ts = DUE_TS - 4 * DAY_S;
    s->last_ts = 0;
    f->answer = first_is_stale;
    run_to_the_end(f);
    assert_int_equal(f->seen.n_loads, 2);
    assert_int_equal(f->seen.loads[1].from_ts, DUE_TS - 2 * DAY_S);
    assert_non_null(strstr(f->seen.loads[1].reason, "2026-01-31 is due"));
    assert_int_equal(f->seen.ends[0].fault, FAULT_NONE);
}

static void
stale_rows_are_kept_but_the_source_has_failed(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    struct fetch_source *s = add_source(f, "S", 1);
    struct fetch_source *t = add_source(f, "T", 1);
    s->last_ts = t->last_ts = 0;
    s->from_ts = t->from_ts = DUE_TS - 4 * DAY_S;
    t->must_be_fresh = false; /* history is wanted: late is only said */
    f->answer = first_is_stale;
    run_to_the_end(f);
    assert_int_equal(f->seen.n_loads, 2);
    assert_int_equal(f->seen.ends[0].fault, FAULT_STALE);
    assert_int_equal(f->seen.ends[1].fault, FAULT_NONE);
    assert_non_null(
        strstr(f->seen.ends[1].detail, "2026-01-31 is due and not there"));
}

static int
nothing(void *arg, const char *path, char *out)
{
    (void)arg, (void)path;
    stub_answer(out, 200, "", "{\"rows\":[]}");
    return 0;
}

static void
nothing_is_a_fault_only_where_something_is_due(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_source(f, "DUE", 1);
    add_source(f, "UPTODATE", 1)->last_ts = DUE_TS;
    add_source(f, "HISTORY", 1)->all_history = true;
    f->answer = nothing;
    run_to_the_end(f);
    assert_int_equal(f->seen.ends[0].fault, FAULT_EMPTY);
    assert_int_equal(f->seen.ends[1].fault, FAULT_NONE);
    assert_string_equal(f->seen.ends[1].detail, "p1: nothing new");
    assert_int_equal(f->seen.ends[2].fault, FAULT_EMPTY);
    assert_int_equal(f->seen.n_loads, 0);
    assert_int_equal(stub_count(stub), 3); /* empty does not pass */
}

static int
never(void *arg, const char *path, char *out)
{
    if (strstr(path, "QUICK") != NULL)
        return all_is_well(arg, path, out);
    stub_answer(out, 200, "", "{}");
    return 700;
}

static void
a_stop_saves_what_has_come_and_leaves_the_rest(void **state)
{
    struct fixture *f = *state;
    bool halted = false;
    struct err err;
    add_provider(f, 1, 60000, 1000, 3);
    add_source(f, "SLOW", 1);
    add_source(f, "QUICK", 1);
    f->answer = never;
    f->seen.ticks_max = 4;
    assert_true(run(f, &halted, &err));
    assert_true(halted);
    assert_int_equal(f->seen.n_loads, 1);
    assert_int_equal(f->seen.n_ends, 1);
    assert_null(f->seen.ends[0].provider);
}

static void
timeouts_are_faults_that_may_pass(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_source(f, "SLOW", 1);
    f->answer = never; /* 700 ms, and the first byte has 400 */
    run_to_the_end(f);
    assert_int_equal(f->seen.ends[0].fault, FAULT_TIMEOUT);
    assert_non_null(strstr(f->seen.ends[0].error, "3 attempts"));
    assert_int_equal(f->asked[1], 3);
}

static void
a_callback_that_fails_ends_the_fetch(void **state)
{
    struct fixture *f = *state;
    bool halted;
    struct err err;
    add_provider(f, 1, 60000, 1000, 3);
    add_source(f, "S", 1);
    add_source(f, "T", 1);
    f->answer = all_is_well;
    f->seen.fail_save = true;
    assert_false(run(f, &halted, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_int_equal(f->seen.n_ends, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FETCH_CASE(sources_are_asked_in_parallel_within_bounds),
        FETCH_CASE(a_response_is_archived_and_its_load_says_all),
        FETCH_CASE(what_may_pass_is_asked_again),
        FETCH_CASE(the_next_listing_is_asked_and_the_reason_kept),
        FETCH_CASE(a_source_that_nobody_answers_for_fails_alone),
        FETCH_CASE(pages_follow_each_other),
        FETCH_CASE(first_pages_go_before_second_ones),
        FETCH_CASE(a_stale_listing_is_completed_by_the_next),
        FETCH_CASE(stale_rows_are_kept_but_the_source_has_failed),
        FETCH_CASE(nothing_is_a_fault_only_where_something_is_due),
        FETCH_CASE(a_stop_saves_what_has_come_and_leaves_the_rest),
        FETCH_CASE(timeouts_are_faults_that_may_pass),
        FETCH_CASE(a_callback_that_fails_ends_the_fetch),
    };
    return FETCH_CASES_RUN(tests);
}
