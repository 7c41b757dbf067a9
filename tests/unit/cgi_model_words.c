/* The sentence that says whether a model may be trusted. */
#include "cgi/model_words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena *a;

static int
setup(void **state)
{
    (void)state;
    a = arena_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static const struct model_live inside = {10, 10, 5, 20},
                               outside = {10, 10, 25, 20};

static void
says(const struct model_item *m, bool stale, bool overruled, const char *state,
     const char *words)
{
    struct model_freshness fresh = {.stale = stale, .words = "old"};
    struct model_sentence s =
        model_sentence(a, m, "3 Nov 2026, 10:00", &fresh, overruled);
    assert_string_equal(s.state, state);
    assert_string_equal(s.words, words);
}

static void
the_verdict_says_what_matters_most(void **state)
{
    (void)state;
    struct model_item m = {.live = {10, 0, NAN, 20}};
    says(&m, false, false, "none", "Not fitted yet");
    m.newest = 1;
    m.newest_state = "refused";
    says(&m, false, false, "failed",
         "No version is active: the gate refused every one");
    m.newest_state = "shadow";
    m.shadow = 1;
    says(&m, false, false, "doubtful",
         "No version is active yet; version 1 is watched in shadow");
    m.active = m.newest = 12;
    m.newest_state = "active";
    m.shadow = 0;
    says(&m, false, false, "active",
         "Version 12 is active since 3 Nov 2026, 10:00; no row has come since "
         "to measure it by");
    m.live = (struct model_live){10, 3, 5, 20};
    says(&m, false, false, "active",
         "Version 12 is active since 3 Nov 2026, 10:00; 3 of the 10 live rows "
         "to judge it by are in");
    m.live = inside;
    says(&m, false, false, "active",
         "Version 12 is active since 3 Nov 2026, 10:00; its live error is "
         "inside its band");
    says(&m, false, true, "doubtful",
         "Version 12 is active, although the gate refused it");
    says(&m, true, true, "stale", "Version 12 is active, but stale");
    m.live.limit = NAN;
    says(&m, false, false, "active",
         "Version 12 is active since 3 Nov 2026, 10:00; its live error has no "
         "limit");
    m.live = outside;
    says(&m, false, true, "doubtful",
         "Version 12 is active, but its live error has left its band");
}

static void
what_is_newer_and_does_not_answer_is_said(void **state)
{
    (void)state;
    struct model_item m = {
        .active = 2, .newest = 3, .newest_state = "refused", .live = inside};
    says(&m, false, false, "doubtful",
         "Version 2 is active; the newer version 3 was refused");
    m.newest_state = "retired";
    says(&m, false, false, "doubtful",
         "Version 2 is active; it was put back in place of the newer version "
         "3");
    m.newest_returned = true;
    says(&m, false, false, "doubtful",
         "Version 2 is active; it answers again since the live error of the "
         "newer version 3 left its band");
    m.newest_state = "shadow";
    m.newest_returned = false;
    m.shadow = 3;
    says(&m, false, false, "active",
         "Version 2 is active since 3 Nov 2026, 10:00; its live error is "
         "inside its band; version 3 is watched in shadow");
}

static void
a_live_error_is_judged_when_it_is_whole(void **state)
{
    (void)state;
    static const struct {
        struct model_live live;
        enum model_live_state state;
    } cases[] = {
        {{10, 0, NAN, 20}, MODEL_LIVE_NONE},
        {{10, 9, 100, 20}, MODEL_LIVE_FEW},
        {{10, 10, 20, 20}, MODEL_LIVE_INSIDE},
        {{10, 10, 20.5, 20}, MODEL_LIVE_OUTSIDE},
        {{10, 10, 20, NAN}, MODEL_LIVE_FREE},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(model_live_state(&cases[i].live), cases[i].state);
    assert_null(model_live_words(a, &cases[0].live, "USD"));
    assert_string_equal(model_live_words(a, &cases[2].live, "USD"),
                        "off by 20.00 USD (RMSE) over the last 10 live rows; "
                        "its band ends at 20.00 USD");
    assert_string_equal(model_live_words(a, &cases[4].live, ""),
                        "off by 20.00 (RMSE) over the last 10 live rows");
}

static void
a_condition_is_told_in_words(void **state)
{
    (void)state;
    assert_string_equal(model_condition_words(1),
                        "the inputs are well told apart");
    assert_string_equal(model_condition_words(30),
                        "the inputs go together somewhat");
    assert_non_null(strstr(model_condition_words(1e7), "hardly"));
    assert_string_equal(model_condition_words(NAN), "not known");
    assert_string_equal(model_with_unit(a, NAN, "USD"), "\u2013");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_verdict_says_what_matters_most),
        cmocka_unit_test(what_is_newer_and_does_not_answer_is_said),
        cmocka_unit_test(a_live_error_is_judged_when_it_is_whole),
        cmocka_unit_test(a_condition_is_told_in_words),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, setup, teardown);
}
