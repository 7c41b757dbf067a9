/* What the fetch engine asks another listing for, to be compared. */
#include "tests/lib/fetchcase.h"

static struct fetch_source *
add_checked(struct fixture *f, const char *symbol)
{
    struct fetch_source *s = add_source(f, symbol, 2);
    s->cross_check = true;
    return s;
}

static void
another_listing_is_asked_once_beside_the_source(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    struct fetch_source *s = add_checked(f, "S");
    f->answer = all_is_well;
    run_to_the_end(f);
    assert_int_equal(f->asked[1], 1);
    assert_int_equal(f->asked[2], 1);
    assert_int_equal(f->seen.n_loads, 2);
    const struct load *load = f->seen.loads;
    if (strcmp(load->kind, "check") != 0)
        load++;
    assert_string_equal(load->kind, "check");
    assert_string_equal(load->provider, "p2");
    assert_string_equal(load->reason, "to be compared with what is stored");
    assert_int_equal(load->run_id, 7);
    assert_int_equal(load->from_ts, s->from_ts);
    assert_int_equal(load->to_ts, s->to_ts);
    assert_string_equal(f->seen.ends[0].provider, "p1");
    assert_string_equal(f->seen.ends[0].detail, "p1: 3 rows to 2026-01-31");
    assert_int_equal(f->seen.n_checks, 1);
    assert_int_equal(f->seen.checks[0].fault, FAULT_NONE);
    assert_string_equal(f->seen.checks[0].provider, "p2");
    assert_string_equal(f->seen.checks[0].detail, "3 rows");
}

static int
second_one_fails(void *arg, const char *path, char *out)
{
    if (path[2] == '1')
        return all_is_well(arg, path, out);
    stub_answer(out, 503, "", "{\"message\":\"overloaded\"}");
    return 0;
}

static void
a_check_that_fails_is_of_no_matter(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    add_checked(f, "S");
    f->answer = second_one_fails;
    run_to_the_end(f);
    assert_int_equal(f->asked[2], 1); /* and not again */
    assert_int_equal(f->seen.n_loads, 1);
    assert_string_equal(f->seen.loads[0].kind, "provider");
    assert_int_equal(f->seen.ends[0].fault, FAULT_NONE);
    assert_int_equal(f->seen.checks[0].fault, FAULT_SERVER);
    assert_non_null(strstr(f->seen.checks[0].error, "overloaded"));
}

static int
second_one_is_late(void *arg, const char *path, char *out)
{
    all_is_well(arg, path, out);
    return path[2] == '1' ? 0 : 300;
}

static void
a_check_has_a_moment_more_than_its_source(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    add_checked(f, "S");
    f->answer = second_one_is_late;
    run_to_the_end(f);
    assert_int_equal(f->seen.n_loads, 2);
    assert_int_equal(f->seen.checks[0].fault, FAULT_NONE);
}

static void
nobody_waits_for_a_check_that_the_limits_hold_up(void **state)
{
    struct fixture *f = *state;
    struct timespec from, to;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 1, 1, 3);
    add_checked(f, "S");
    add_checked(f, "T");
    f->answer = all_is_well;
    clock_gettime(CLOCK_MONOTONIC, &from);
    run_to_the_end(f);
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_true(to.tv_sec - from.tv_sec < 2);
    assert_int_equal(f->asked[2], 1);
    assert_int_equal(f->seen.n_loads, 3);
    assert_int_equal(f->seen.n_checks, 2);
    const struct fetch_note *late = f->seen.checks; /* in either order */
    assert_int_equal(late[0].fault + late[1].fault, FAULT_TIMEOUT);
    late += late->fault == FAULT_NONE;
    assert_non_null(strstr(late->error, "could not be asked"));
    for (size_t i = 0; i < f->n; i++)
        assert_int_equal(f->seen.ends[i].fault, FAULT_NONE);
}

static void
a_source_goes_before_a_check(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 1, 1, 3); /* one request, and the source needs it */
    add_checked(f, "S");
    struct fetch_source *s = add_source(f, "T", 0);
    sql(f,
        "INSERT INTO listing (instrument_id, provider, provider_symbol) "
        "VALUES (%lld, 'p2', 'T')",
        (long long)s->instrument_id);
    f->answer = all_is_well;
    run_to_the_end(f);
    assert_int_equal(f->seen.ends[1].fault, FAULT_NONE);
    assert_int_equal(f->asked[2], 1);
    assert_int_equal(f->seen.checks[0].fault, FAULT_TIMEOUT);
}

static void
nothing_is_compared_that_cannot_or_should_not_be(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    add_source(f, "OFF", 2);
    add_checked(f, "HISTORY")->all_history = true;
    add_source(f, "ALONE", 1)->cross_check = true;
    f->answer = all_is_well;
    f->sources[1].from_ts = 0;
    f->sources[1].last_ts = 0;
    run_to_the_end(f);
    assert_int_equal(f->asked[2], 0);
    assert_int_equal(f->seen.n_checks, 0);
}

static int
newest_only(void *arg, const char *path, char *out)
{
    (void)arg, (void)path;
    stub_answer(out, 200, "", "{\"rows\":[{\"d\":\"2026-01-31\",\"v\":5}]}");
    return 0;
}

static void
a_check_is_one_request_for_the_newest_bars(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    add_checked(f, "S")->from_ts = DUE_TS - 2000 * DAY_S;
    f->answer = newest_only;
    run_to_the_end(f);
    assert_int_equal(f->asked[2], 1);
    const struct load *load = f->seen.loads;
    if (strcmp(load->kind, "check") != 0)
        load++;
    assert_int_equal(load->from_ts, NOW_TS - 499 * DAY_S);
    assert_int_equal(load->to_ts, NOW_TS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FETCH_CASE(another_listing_is_asked_once_beside_the_source),
        FETCH_CASE(a_check_that_fails_is_of_no_matter),
        FETCH_CASE(a_check_has_a_moment_more_than_its_source),
        FETCH_CASE(nobody_waits_for_a_check_that_the_limits_hold_up),
        FETCH_CASE(a_source_goes_before_a_check),
        FETCH_CASE(nothing_is_compared_that_cannot_or_should_not_be),
        FETCH_CASE(a_check_is_one_request_for_the_newest_bars),
    };
    return FETCH_CASES_RUN(tests);
}
