#include "lib/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void
setting_and_wrapping_are_false(void **state)
{
    (void)state;
    struct err err = {0};
    assert_false(err_set(&err, ERR_INPUT, "no such day: %d", 31));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_string_equal(err.text, "no such day: 31");
    assert_false(err_wrap(&err, "file %s", "x.csv"));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_string_equal(err.text, "file x.csv: no such day: 31");
}

static void
the_own_text_may_be_an_argument(void **state)
{
    (void)state;
    struct err err;
    err_set(&err, ERR_RETRY, "first");
    err_set(&err, ERR_RETRY, "%s, then %s", err.text, err.text);
    assert_string_equal(err.text, "first, then first");
    err_wrap(&err, "%s", err.text);
    assert_string_equal(err.text, "first, then first: first, then first");
}

/* Every byte after the last whole character is gone, and no more. */
static void
long_text_is_cut_at_a_character(void **state)
{
    (void)state;
    static const char *const characters[] = {"a", "\xc3\xa9", "\xe2\x82\xac",
                                             "\xf0\x9f\x98\x80"};
    struct err err;
    for (size_t c = 0; c < 4; c++)
        for (int lead = 0; lead < 5; lead++) {
            size_t width = strlen(characters[c]), at = (size_t)lead;
            char text[3000];
            memset(text, '-', at);
            while (at + width < sizeof text) {
                memcpy(text + at, characters[c], width);
                at += width;
            }
            text[at] = '\0';
            err_set(&err, ERR_INPUT, "%s", text);
            size_t len = strlen(err.text);
            size_t room = sizeof err.text - 1;
            assert_int_equal((len - (size_t)lead) % width, 0);
            assert_true(len > room - 2 * width && len <= room);
            assert_memory_equal(err.text, text, len);
            err_wrap(&err, "%s", "context");
            assert_memory_equal(err.text, "context: ", 9);
            len = strlen(err.text);
            assert_int_equal((len - 9 - (size_t)lead) % width, 0);
        }
}

static void
a_text_that_just_fits_is_kept_whole(void **state)
{
    (void)state;
    struct err err;
    char text[sizeof err.text];
    memset(text, 'x', sizeof text - 3);
    strcpy(text + sizeof text - 3, "\xc3\xa9");
    err_set(&err, ERR_INPUT, "%s", text);
    assert_string_equal(err.text, text);
}

static void
each_kind_has_its_consequences(void **state)
{
    (void)state;
    static const struct {
        enum err_kind kind;
        const char *name;
        int status;
        enum err_action action;
    } table[] = {
        {ERR_INPUT, "input", 422, ERR_SKIP_ITEM},
        {ERR_DENIED, "denied", 403, ERR_FAIL_RUN},
        {ERR_MISSING, "missing", 404, ERR_SKIP_ITEM},
        {ERR_CONFLICT, "conflict", 409, ERR_SKIP_ITEM},
        {ERR_RETRY, "retry", 503, ERR_TRY_AGAIN},
        {ERR_INTERNAL, "internal", 500, ERR_FAIL_RUN},
    };
    assert_int_equal(COUNT_OF(table), ERR_KIND_COUNT - 1);
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        assert_string_equal(err_name(table[i].kind), table[i].name);
        assert_int_equal(err_http_status(table[i].kind), table[i].status);
        assert_int_equal(err_job_action(table[i].kind), table[i].action);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_and_wrapping_are_false),
        cmocka_unit_test(the_own_text_may_be_an_argument),
        cmocka_unit_test(long_text_is_cut_at_a_character),
        cmocka_unit_test(a_text_that_just_fits_is_kept_whole),
        cmocka_unit_test(each_kind_has_its_consequences),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
