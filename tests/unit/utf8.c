#include "lib/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
only_well_formed_characters_have_a_length(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
    } cases[] = {{"a", 1},
                 {"\xC3\xA4", 2},
                 {"\xE2\x82\xAC", 3},
                 {"\xF0\x9F\x92\xB6", 4},
                 {"\xF4\x8F\xBF\xBF", 4},
                 {"", 0},
                 {"\x80", 0},
                 {"\xC0\xAF", 0},         /* overlong */
                 {"\xE0\x80\xAF", 0},     /* overlong */
                 {"\xF0\x80\x80\xAF", 0}, /* overlong */
                 {"\xED\xA0\x80", 0},     /* surrogate */
                 {"\xF4\x90\x80\x80", 0}, /* past U+10FFFF */
                 {"\xF5\x80\x80\x80", 0},
                 {"\xC3", 0},
                 {"\xE2\x82", 0},
                 {"\xF0\x9F\x92", 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(utf8_length(cases[i].text), cases[i].n);
}

static void
cleaned_text_is_well_formed_and_bounded(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_string_equal(utf8_clean(a, "a\x01\xFF\x7Fz\n", 100),
                        "a \xEF\xBF\xBD z\n");
    assert_string_equal(utf8_clean(a, "ab\xE2\x82\xAC", 4), "ab");
    assert_string_equal(utf8_clean(a, "ab\xE2\x82\xAC", 5), "ab\xE2\x82\xAC");
    assert_string_equal(utf8_clean(a, "x", 0), "");
    for (int i = 0; i < 65536; i++) {
        char text[] = {(char)(i >> 8), (char)i, (char)(i * 7), '\0'};
        const char *s = utf8_clean(a, text, 7);
        assert_true(strlen(s) <= 7);
        for (; *s != '\0'; s += utf8_length(s))
            assert_true(utf8_length(s) > 0);
        if (i % 256 == 0)
            arena_reset(a);
    }
    arena_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_well_formed_characters_have_a_length),
        cmocka_unit_test(cleaned_text_is_well_formed_and_bounded),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
