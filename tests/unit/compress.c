#include "lib/compress.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
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

static bool
gather(void *arg, const void *bytes, size_t len, struct err *err)
{
    struct buf *b = arg;
    buf_add(b, bytes, len);
    return b->len < 1 << 20 || err_set(err, ERR_RETRY, "enough");
}

static void
parts_are_packed_into_one_frame(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct err err = {0};
    struct buf *whole = buf_new(a), *packed = buf_new(a);
    struct compress_packer *p = compress_packer_new(a, gather, packed);
    for (size_t i = 0; i < 20000; i++) {
        const char *row = arena_printf(a, "2024-01-01,%zu,%zu\n", i, i * i);
        buf_adds(whole, row);
        assert_true(compress_packer_add(p, row, strlen(row), false, &err));
    }
    assert_true(compress_packer_add(p, NULL, 0, true, &err));
    assert_true(packed->len < whole->len / 2);
    char *out;
    size_t len;
    assert_true(compress_unpack(a, packed->data, packed->len, whole->len, &out,
                                &len, &err));
    assert_int_equal(len, whole->len);
    assert_memory_equal(out, whole->data, len);
    assert_false(compress_unpack(a, packed->data, packed->len, whole->len - 1,
                                 &out, &len, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    for (size_t cut = 1; cut < packed->len; cut += 997)
        assert_false(compress_unpack(a, packed->data, packed->len - cut,
                                     whole->len, &out, &len, &err));
    packed->data[packed->len - 1] ^= 1; /* its checksum */
    assert_false(compress_unpack(a, packed->data, packed->len, whole->len, &out,
                                 &len, &err));
    arena_free(a);
}

static void
the_writers_failure_ends_the_packing(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct err err = {0};
    struct compress_packer *p = compress_packer_new(a, gather, buf_new(a));
    char *noise = arena_alloc(a, 1 << 16);
    uint32_t x = 1;
    bool ok = true;
    for (int round = 0; round < 100 && ok; round++) {
        for (size_t i = 0; i < 1 << 16; i++)
            noise[i] = (char)((x = x * 1664525 + 1013904223) >> 24);
        ok = compress_packer_add(p, noise, 1 << 16, false, &err);
    }
    assert_false(ok);
    assert_string_equal(err.text, "enough");
    arena_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_back),
        cmocka_unit_test(damage_and_bombs_are_refused),
        cmocka_unit_test(parts_are_packed_into_one_frame),
        cmocka_unit_test(the_writers_failure_ends_the_packing),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
