#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int
set_up(void **state)
{
    *state = arena_new();
    return 0;
}

static int
tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

static void
text_grows_and_stays_terminated(void **state)
{
    struct buf *b = buf_new(*state);
    assert_string_equal(b->data, "");
    for (int i = 0; i < 5000; i++) {
        buf_addc(b, (char)('a' + i % 26));
        assert_int_equal(b->len, i + 1);
        assert_int_equal(b->data[b->len], '\0');
    }
    for (int i = 0; i < 5000; i++)
        assert_int_equal(b->data[i], 'a' + i % 26);
}

static void
bytes_may_hold_nul(void **state)
{
    struct buf *b = buf_new(*state);
    buf_add(b, "a\0b", 3);
    buf_add(b, NULL, 0);
    buf_adds(b, "c");
    assert_int_equal(b->len, 4);
    assert_memory_equal(b->data, "a\0bc", 5);
}

static void
formatted_text_fits_at_every_length(void **state)
{
    for (int len = 0; len < 600; len++) {
        struct buf *b = buf_new(*state);
        buf_adds(b, "x");
        buf_addf(b, "%*s|", len, "");
        assert_int_equal(b->len, len + 2);
        assert_int_equal(b->data[len + 1], '|');
        assert_int_equal(b->data[len + 2], '\0');
    }
}

static void
reserved_room_is_the_callers(void **state)
{
    struct buf *b = buf_new(*state);
    buf_adds(b, "ab");
    char *room = buf_reserve(b, 100000);
    memset(room, 'z', 100000);
    buf_end(b, 3);
    assert_string_equal(b->data, "abzzz");
    buf_clear(b);
    assert_int_equal(b->len, 0);
    assert_string_equal(b->data, "");
    assert_true(b->cap > 100000);
    buf_adds(b, "again");
    assert_string_equal(b->data, "again");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(text_grows_and_stays_terminated, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bytes_may_hold_nul, set_up, tear_down),
        cmocka_unit_test_setup_teardown(formatted_text_fits_at_every_length,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(reserved_room_is_the_callers, set_up,
                                        tear_down),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
