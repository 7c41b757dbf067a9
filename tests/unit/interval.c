#include "core/interval.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void
names_and_seconds_belong_together(void **state)
{
    (void)state;
    static const int32_t seconds[] = {60, 300, 900, 3600, 14400, 86400};
    for (size_t i = 0; i < COUNT_OF(seconds); i++) {
        int32_t s = 0;
        assert_true(interval_parse(interval_name(seconds[i]), &s));
        assert_int_equal(s, seconds[i]);
    }
    int32_t day;
    assert_true(interval_parse("1d", &day));
    assert_int_equal(day, 86400);
}

static void
others_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "2d", "1D", "1d ", "60", "1min"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int32_t s = 7;
        assert_false(interval_parse(bad[i], &s));
        assert_int_equal(s, 7);
    }
    assert_string_equal(interval_name(61), "?");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_seconds_belong_together),
        cmocka_unit_test(others_are_none),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
