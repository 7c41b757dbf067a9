#include "lib/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int
arena_make(void **state)
{
    *state = arena_new();
    return 0;
}

static int
arena_drop(void **state)
{
    arena_free(*state);
    return 0;
}

static struct form
parsed(struct arena *a, const char *text)
{
    struct form form;
    struct err err;
    if (!form_parse(a, text, strlen(text), &form, &err))
        fail_msg("%s: %s", text, err.text);
    return form;
}

static void
values_are_decoded(void **state)
{
    struct form form =
        parsed(*state, "a=1&b=two+words&c=%C3%A9%26&d=&e&=x&f=a=b&g=x%0D%0Ay");
    assert_int_equal(form.n, 8);
    assert_string_equal(form_get(&form, "a"), "1");
    assert_string_equal(form_get(&form, "b"), "two words");
    assert_string_equal(form_get(&form, "c"), "é&");
    assert_string_equal(form_get(&form, "d"), "");
    assert_string_equal(form_get(&form, "e"), "");
    assert_string_equal(form_get(&form, ""), "x");
    assert_string_equal(form_get(&form, "f"), "a=b");
    assert_string_equal(form_get(&form, "g"), "x\ny");
    assert_null(form_get(&form, "A"));
}

static void
empty_text_and_stray_ampersands_hold_nothing(void **state)
{
    assert_int_equal(parsed(*state, "").n, 0);
    assert_int_equal(parsed(*state, "&&&").n, 0);
    assert_int_equal(parsed(*state, "&a=1&").n, 1);
}

static void
repeated_names_keep_their_order(void **state)
{
    struct arena *a = *state;
    struct form form = parsed(a, "s=1&t=x&s=2&s=3");
    size_t n;
    const char *const *all = form_all(a, &form, "s", &n);
    assert_int_equal(n, 3);
    assert_string_equal(all[0], "1");
    assert_string_equal(all[2], "3");
    assert_null(all[3]);
    assert_string_equal(form_get(&form, "s"), "1");
    assert_null(form_all(a, &form, "none", NULL)[0]);
}

static void
what_is_not_utf8_is_refused(void **state)
{
    static const char *const bad[] = {
        "a=%",   "a=%4",     "a=%zz",          "a=%00",          "a=%FF",
        "a=%C3", "a=%C0%AF", "a=%ED%A0%80",    "a=%F4%90%80%80", "a=%E0%80%80",
        "%80=1", "a=\xff",   "a=%F0%8F%BF%BF", "a=%C3%28"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct form form;
        struct err err = {0};
        assert_false(form_parse(*state, bad[i], strlen(bad[i]), &form, &err));
        assert_int_equal(err.kind, ERR_INPUT);
    }
    struct form form;
    struct err err;
    assert_false(form_parse(*state, "a=\0b", 4, &form, &err));
    parsed(*state, "a=%F4%8F%BF%BF&b=%EE%80%80&c=%F0%90%80%80");
}

static void
pairs_are_bounded(void **state)
{
    char text[2 * FORM_PAIRS_MAX + 1];
    for (int i = 0; i < FORM_PAIRS_MAX; i++)
        memcpy(text + 2 * i, "a&", 2);
    struct form form;
    struct err err;
    assert_true(form_parse(*state, text, 2 * FORM_PAIRS_MAX - 1, &form, &err));
    assert_int_equal(form.n, FORM_PAIRS_MAX);
    assert_false(form_parse(*state, text, 2 * FORM_PAIRS_MAX, &form, &err));
    assert_int_equal(err.kind, ERR_INPUT);
}

static void
cookies_are_found_by_whole_name(void **state)
{
    struct arena *a = *state;
    const char *header = "xqm=0; qm=abc ;qm_session=T-_1;  qm=second; e=";
    assert_string_equal(form_cookie(a, header, "qm"), "abc");
    assert_string_equal(form_cookie(a, header, "qm_session"), "T-_1");
    assert_string_equal(form_cookie(a, header, "e"), "");
    assert_null(form_cookie(a, header, "session"));
    assert_null(form_cookie(a, header, "q"));
    assert_null(form_cookie(a, NULL, "qm"));
    assert_null(form_cookie(a, ";;; ;", "qm"));
    assert_null(form_cookie(a, "qm", "qm"));
}

static void
escaping_and_back_is_the_same_text(void **state)
{
    struct arena *a = *state;
    const char *text = "a/b c?d=é&%~-._\"<\n";
    const char *escaped = form_escape(a, text);
    assert_string_equal(escaped, "a%2Fb%20c%3Fd%3D%C3%A9%26%25~-._%22%3C%0A");
    assert_string_equal(form_unescape(a, escaped, strlen(escaped)), text);
    assert_string_equal(form_unescape(a, "a+b", 3), "a+b");
    assert_null(form_unescape(a, "%00", 3));
    assert_null(form_unescape(a, "%F", 2));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, arena_make, arena_drop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(values_are_decoded),
        CASE(empty_text_and_stray_ampersands_hold_nothing),
        CASE(repeated_names_keep_their_order),
        CASE(what_is_not_utf8_is_refused),
        CASE(pairs_are_bounded),
        CASE(cookies_are_found_by_whole_name),
        CASE(escaping_and_back_is_the_same_text),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
