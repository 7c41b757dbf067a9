#include "lib/compress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void
what_is_packed_comes_back(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct err err;
    for (size_t len = 0; len < 300000; len = len * 3 + 1) {
        char *in = arena_alloc(a, len);
        for (size_t i = 0; i < len; i++)
            in[i] = (char)(i * i % 17);
        void *packed;
        size_t packed_len, out_len;
        char *out;
        assert_true(compress_pack(a, in, len, &packed, &packed_len, &err));
        assert_true(
            compress_unpack(a, packed, packed_len, len, &out, &out_len, &err));
        assert_int_equal(out_len, len);
        assert_memory_equal(in, out, len);
        assert_int_equal(out[len], '\0');
    }
    arena_free(a);
}

static void
damage_and_bombs_are_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct err err = {0};
    void *packed;
    size_t packed_len, out_len;
    char *out, *zeros = arena_alloc(a, 1000000);
    assert_true(compress_pack(a, zeros, 1000000, &packed, &packed_len, &err));
    assert_true(packed_len < 1000);
    assert_false(
        compress_unpack(a, packed, packed_len, 999999, &out, &out_len, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_non_null(strstr(err.text, "1000000"));
    for (size_t len = 0; len < packed_len; len++)
        assert_false(
            compress_unpack(a, packed, len, 1000000, &out, &out_len, &err));
    assert_false(
        compress_unpack(a, "not zstd at all", 15, 1000, &out, &out_len, &err));
    arena_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_back),
        cmocka_unit_test(damage_and_bombs_are_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
