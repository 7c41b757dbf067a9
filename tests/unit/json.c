#include "lib/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct json
parse(struct arena *a, const char *text)
{
    struct json v;
    struct err err;
    assert_true(json_parse(a, text, strlen(text), &v, &err));
    return v;
}

static int
new_arena(void **state)
{
    *state = arena_new();
    return 0;
}

static int
free_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static void
members_and_elements_are_found(void **state)
{
    struct json v = parse(*state, "{\"a\":[1,{\"b\":\"x\"},[]],\"n\":null}");
    assert_int_equal(json_count(v), 2);
    assert_int_equal(json_count(json_get(v, "a")), 3);
    assert_string_equal(json_str(json_get(json_at(json_get(v, "a"), 1), "b")),
                        "x");
    assert_int_equal(json_type(json_get(v, "n")), JSON_NULL);
    assert_int_equal(json_type(json_get(v, "none")), JSON_NONE);
    assert_int_equal(json_type(json_at(json_get(v, "a"), 3)), JSON_NONE);
    /* chains through what is not there */
    assert_int_equal(json_type(json_get(json_at(json_get(v, "z"), 4), "y")),
                     JSON_NONE);
    assert_null(json_str(json_get(v, "z")));
}

static void
numbers_come_from_numbers_and_strings_only(void **state)
{
    struct json v = parse(
        *state, "[1.5,\"73249.24000000\",7,\"x\",true,null,\"\",1e2,1.5e-3,"
                "18446744073709551615,\" 1\",\"0x10\"]");
    double d = 0;
    assert_true(json_f64(json_at(v, 0), &d) && d == 1.5);
    assert_true(json_f64(json_at(v, 1), &d) && d == 73249.24);
    assert_true(json_f64(json_at(v, 2), &d) && d == 7);
    assert_true(json_f64(json_at(v, 9), &d) && d == 18446744073709551616.0);
    for (size_t i = 3; i <= 6; i++)
        assert_false(json_f64(json_at(v, i), &d));
    assert_false(json_f64(json_at(v, 10), &d));
    assert_false(json_f64(json_at(v, 11), &d));
    assert_false(json_f64(json_get(v, "x"), &d));

    int64_t n = 0;
    assert_true(json_i64(json_at(v, 2), &n) && n == 7);
    assert_true(json_i64(json_at(v, 7), &n) && n == 100);
    assert_false(json_i64(json_at(v, 0), &n));
    assert_false(json_i64(json_at(v, 1), &n));
    assert_false(json_i64(json_at(v, 9), &n));
    bool flag = false;
    assert_true(json_bool(json_at(v, 4), &flag) && flag);
    assert_false(json_bool(json_at(v, 2), &flag));
}

static void
walking_sees_each_value_once_in_order(void **state)
{
    struct json v =
        parse(*state, "{\"a\":{\"x\":[1,2,{}]},\"b\":[],\"\":3,\"c\":-4.5}");
    const char *expected[] = {"a", "b", "", "c"};
    size_t n = 0;
    for (struct json_iter it = json_iter(v); json_next(&it); n++) {
        assert_true(n < 4);
        assert_string_equal(it.key, expected[n]);
        assert_int_equal(it.key_len, strlen(expected[n]));
    }
    assert_int_equal(n, 4);
    n = 0;
    for (struct json_iter it = json_iter(json_at(v, 0)); json_next(&it);)
        n++;
    assert_int_equal(n, 0);
    v = parse(*state, "[[1,[2]],3]");
    for (struct json_iter it = json_iter(v); json_next(&it); n++)
        assert_null(it.key);
    assert_int_equal(n, 2);
}

static void
what_is_not_json_is_refused_with_words(void **state)
{
    static const char *const bad[] = {
        "",       "{",          "[1,]",    "{\"a\":}",   "[1 2]",
        "nul",    "[NaN]",      "[1e999]", "[\"\x01\"]", "[\"\xff\"]",
        "<html>", "{\"a\":1}x", "\"abc"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct json v;
        struct err err = {0};
        assert_false(json_parse(*state, bad[i], strlen(bad[i]), &v, &err));
        assert_int_equal(err.kind, ERR_INPUT);
        assert_true(strlen(err.text) > 10);
    }
    /* deeper than the stack would bear */
    static char deep[200000];
    memset(deep, '[', sizeof deep);
    struct json v;
    struct err err = {0};
    assert_false(json_parse(*state, deep, sizeof deep, &v, &err));
    assert_int_equal(err.kind, ERR_INPUT);
}

static void
a_byte_order_mark_is_skipped(void **state)
{
    struct json v = parse(*state, "\xEF\xBB\xBF[1]");
    assert_int_equal(json_count(v), 1);
}

static void
scalars_may_be_documents(void **state)
{
    assert_string_equal(json_str(parse(*state, " \"x\" ")), "x");
    assert_int_equal(json_type(parse(*state, "null")), JSON_NULL);
    double d;
    assert_true(json_f64(parse(*state, "-3.5"), &d) && d == -3.5);
}

static void
values_print_compactly_and_are_cut(void **state)
{
    struct json v = parse(*state, "{ \"a\" : [1, 2.5, \"x\\ny\", true, null], "
                                  "\"k\": {}, \"e\":\"\\u00e4\" }");
    assert_string_equal(
        json_text(*state, v, 1000),
        "{\"a\":[1,2.5,\"x\\ny\",true,null],\"k\":{},\"e\":\"\xC3\xA4\"}");
    assert_string_equal(json_text(*state, v, 7), "{\"a\":[1");
    assert_string_equal(json_text(*state, json_get(v, "e"), 2), "\"");
    assert_string_equal(json_text(*state, json_get(v, "zz"), 9), "");
    assert_string_equal(json_text(*state, v, 0), "");
}

static void
commas_are_set_by_the_writer(void **state)
{
    struct buf *b = buf_new(*state);
    json_open(b, '{');
    json_key(b, "a");
    json_open(b, '[');
    json_put_i64(b, -3);
    json_put_f64(b, 0.1);
    json_put_f64(b, NAN);
    json_put_f64(b, INFINITY);
    json_put_str(b, "x[");
    json_put_str(b, ":");
    json_put_str(b, NULL);
    json_put_bool(b, true);
    json_open(b, '{');
    json_close(b, '}');
    json_close(b, ']');
    json_key(b, "b\"");
    json_put_raw(b, "{\"c\":1}");
    json_key(b, "d");
    json_put_raw(b, NULL);
    json_close(b, '}');
    assert_string_equal(b->data,
                        "{\"a\":[-3,0.1,null,null,\"x[\",\":\",null,true,{}],"
                        "\"b\\\"\":{\"c\":1},\"d\":null}");
}

static void
written_text_reads_back_whatever_its_bytes(void **state)
{
    char all[256];
    for (int i = 1; i < 256; i++)
        all[i - 1] = (char)i;
    all[255] = '\0';
    struct buf *b = buf_new(*state);
    json_put_str(b, all);
    struct json v = parse(*state, b->data);
    assert_memory_equal(json_str(v), all, 0x7F);
    b = buf_new(*state);
    json_put_str(b,
                 "\xF0\x9F\x92\xB6\xE2\x82\xAC\xED\xA0\x80\xC0\xAFz\xE2\x82");
    assert_string_equal(json_str(parse(*state, b->data)),
                        "\xF0\x9F\x92\xB6\xE2\x82\xAC"
                        "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
                        "\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD");
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, new_arena, free_arena)
    const struct CMUnitTest tests[] = {
        T(members_and_elements_are_found),
        T(numbers_come_from_numbers_and_strings_only),
        T(walking_sees_each_value_once_in_order),
        T(what_is_not_json_is_refused_with_words),
        T(a_byte_order_mark_is_skipped),
        T(scalars_may_be_documents),
        T(values_print_compactly_and_are_cut),
        T(commas_are_set_by_the_writer),
        T(written_text_reads_back_whatever_its_bytes),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
