/* How often the fetch engine asks: Retry-After and the rate of each provider.
 */
#include "tests/lib/fetchcase.h"

static int
come_back_in_a_second(void *arg, const char *path, char *out)
{
    struct fixture *f = arg;
    if (f->asked[1] > 1)
        return all_is_well(arg, path, out);
    stub_answer(out, 429, "Retry-After: 1\r\n", "slow down");
    return 0;
}

static void
retry_after_is_obeyed_and_stored_for_others(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 1);
    add_source(f, "S", 1);
    add_source(f, "T", 1);
    f->answer = come_back_in_a_second;
    run_to_the_end(f);
    assert_int_equal(stub_count(stub), 3);
    double first = stub_seen(stub, 0)->at_ms;
    assert_true(stub_seen(stub, 1)->at_ms - first >= 999);
    assert_true(stub_seen(stub, 2)->at_ms - first >= 999);
    assert_int_equal(f->seen.ends[0].fault, FAULT_NONE);
    assert_int_equal(f->seen.ends[1].fault, FAULT_NONE);
}

static int
come_back_tomorrow(void *arg, const char *path, char *out)
{
    if (path[2] == '2')
        return all_is_well(arg, path, out);
    stub_answer(out, 429, "Retry-After: 86400\r\n", "enough for today");
    return 0;
}

static void
a_long_retry_after_sends_everyone_elsewhere_at_once(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 1);
    add_provider(f, 2, 60000, 1000, 1);
    add_source(f, "S", 2);
    add_source(f, "T", 2);
    f->answer = come_back_tomorrow;
    run_to_the_end(f);
    assert_int_equal(f->asked[1], 1); /* T does not even try */
    assert_int_equal(f->asked[2], 2);
    assert_string_equal(f->seen.ends[1].provider, "p2");
    assert_string_equal(sql(f, "SELECT blocked_until - now() > '23 hours' FROM "
                               "rate_bucket WHERE provider = 'p1'"),
                        "t");
    /* another process, later */
    memset(&f->seen, 0, sizeof f->seen);
    run_to_the_end(f);
    assert_int_equal(f->asked[1], 1);
    assert_int_equal(f->asked[2], 4);
    assert_non_null(strstr(f->seen.ends[0].detail, "asked too often"));
}

static void
tokens_limit_the_rate_across_runs(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 1200, 2, 8); /* one each 50 ms, two to begin with */
    for (int i = 0; i < 4; i++)
        add_source(f, arena_printf(f->a, "S%d", i), 1);
    f->answer = all_is_well;
    run_to_the_end(f);
    double first = stub_seen(stub, 0)->at_ms;
    assert_true(stub_seen(stub, 2)->at_ms - first >= 30);
    assert_true(stub_seen(stub, 3)->at_ms - first >= 80);
    memset(&f->seen, 0, sizeof f->seen);
    run_to_the_end(f);
    /* 8 requests: 2 at once and 6 that had to wait for 50 ms each */
    assert_true(stub_seen(stub, 7)->at_ms - first >= 280);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FETCH_CASE(retry_after_is_obeyed_and_stored_for_others),
        FETCH_CASE(a_long_retry_after_sends_everyone_elsewhere_at_once),
        FETCH_CASE(tokens_limit_the_rate_across_runs),
    };
    return FETCH_CASES_RUN(tests);
}
