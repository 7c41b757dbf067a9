#include "lib/stream.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <cmocka.h>

static const char *
text_of(struct arena *a, size_t len)
{
    char *text = arena_alloc(a, len + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('!' + (i * i / 7 + i / 1000) % 90);
    return text;
}

static const char *
gzip(struct arena *a, const char *text, size_t len, size_t *out_len)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
    size_t room = deflateBound(&z, len);
    char *out = arena_alloc(a, room);
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (uInt)len;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    *out_len = z.total_out;
    deflateEnd(&z);
    return out;
}

static const char *
zstd(struct arena *a, const char *text, size_t len, size_t *out_len)
{
    size_t room = ZSTD_compressBound(len);
    char *out = arena_alloc(a, room);
    *out_len = ZSTD_compress(out, room, text, len, 3);
    assert_false(ZSTD_isError(*out_len));
    return out;
}

/* Hands out what it has in pieces of at most `step` bytes, then fails if asked
 * to. */
struct pieces {
    const char *text;
    size_t len, step;
    bool fails;
};

static bool
piece(void *arg, void *to, size_t size, size_t *got, struct err *err)
{
    struct pieces *p = arg;
    if (p->len == 0 && p->fails)
        return err_set(err, ERR_RETRY, "the line is gone");
    *got = p->len < p->step ? p->len : p->step;
    *got = *got < size ? *got : size;
    memcpy(to, p->text, *got);
    p->text += *got;
    p->len -= *got;
    return true;
}

static void
check_reads(struct arena *a, struct stream *s, const char *text, size_t len)
{
    struct buf *b;
    struct err err;
    if (!stream_read_all(a, s, &b, &err))
        fail_msg("%s", err.text);
    assert_int_equal(b->len, len);
    assert_memory_equal(b->data, text, len);
    assert_int_equal(stream_at(s), len);
}

/* Unpacked it is the text; or, with words, unpacking it fails with them. */
static void
check_unpacks(const char *packed, size_t packed_len, size_t step,
              enum stream_packing kind, const char *text, size_t len,
              const char *words)
{
    struct arena *a = arena_new();
    struct pieces p = {.text = packed, .len = packed_len, .step = step};
    struct stream *out;
    struct buf *b;
    enum stream_packing packing;
    struct err err = {0};
    assert_true(stream_unpack(a, stream_open_fn(a, piece, &p), 1 << 30,
                              &packing, &out, &err));
    assert_int_equal(packing, kind);
    if (words == NULL) {
        check_reads(a, out, text, len);
    } else {
        assert_false(stream_read_all(a, out, &b, &err));
        assert_int_equal(err.kind, ERR_INPUT);
        if (strstr(err.text, words) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", err.text, words);
    }
    arena_free(a);
}

static const char *
join(struct arena *a, const char *x, size_t x_len, const char *y, size_t y_len)
{
    char *both = arena_alloc(a, x_len + y_len);
    memcpy(both, x, x_len);
    memcpy(both + x_len, y, y_len);
    return both;
}

static void
a_file_a_pipe_memory_and_a_callback_read_alike(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    size_t len = 700001;
    const char *text = text_of(a, len);
    char path[] = "/tmp/stream-test-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, len), len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    struct stream *s;
    struct err err;
    check_reads(a, stream_open_bytes(a, text, len), text, len);
    check_reads(a, stream_open_fd(a, fd), text, len);
    assert_int_equal(fcntl(fd, F_GETFD) & ~FD_CLOEXEC, 0); /* still open */
    assert_true(stream_open_file(a, path, &s, &err));
    check_reads(a, s, text, len);
    struct pieces p = {.text = text, .len = len, .step = 999};
    check_reads(a, stream_open_fn(a, piece, &p), text, len);
    check_reads(a, stream_open_bytes(a, NULL, 0), "", 0);
    close(fd);
    unlink(path);
    arena_free(a);
}

static void
what_was_peeked_at_is_still_to_be_read(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    size_t len = 900000, got, read = 0;
    const char *text = text_of(a, len), *bytes;
    struct err err;
    struct pieces p = {.text = text, .len = len, .step = 777};
    struct stream *streams[] = {stream_open_fn(a, piece, &p),
                                stream_open_bytes(a, text, len)};
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        struct stream *s = streams[i];
        for (size_t want = 1; want < 800000; want = want * 5) {
            assert_true(stream_peek(s, want, &bytes, &got, &err));
            assert_int_equal(got, want);
            assert_memory_equal(bytes, text, want);
        }
        assert_int_equal(stream_at(s), 0);
        assert_true(stream_next(s, &bytes, &read, &err));
        assert_memory_equal(bytes, text, read);
        assert_true(stream_peek(s, 1 << 20, &bytes, &got, &err));
        assert_int_equal(got, len - read);
        assert_int_equal(stream_at(s), read);
        while (got > 0) {
            assert_true(stream_next(s, &bytes, &got, &err));
            assert_memory_equal(bytes, text + read, got);
            read += got;
        }
        assert_int_equal(read, len);
        assert_true(stream_peek(s, 10, &bytes, &got, &err));
        assert_int_equal(got, 0);
    }
    arena_free(a);
}

static void
gzip_and_zstd_unpack_as_they_come(void **state)
{
    (void)state;
    static const size_t lens[] = {0, 1, 5000, 600000};
    static const size_t steps[] = {1, 7, 4096, 1 << 20};
    struct arena *a = arena_new();
    for (size_t i = 0; i < COUNT_OF(lens); i++) {
        size_t len = lens[i], n;
        const char *text = text_of(a, len);
        for (size_t k = 0; k < COUNT_OF(steps); k++) {
            const char *packed = gzip(a, text, len, &n);
            check_unpacks(packed, n, steps[k], STREAM_GZIP, text, len, NULL);
            packed = zstd(a, text, len, &n);
            check_unpacks(packed, n, steps[k], STREAM_ZSTD, text, len, NULL);
            if (len != 1)
                check_unpacks(text, len, steps[k], STREAM_PLAIN, text, len,
                              NULL);
        }
    }
    arena_free(a);
}

static void
several_members_or_frames_are_one_text(void **state)
{
    (void)state;
    static const char skippable[] = "\x50\x2A\x4D\x18\x03\0\0\0xyz";
    struct arena *a = arena_new();
    size_t x_len, y_len, e_len;
    const char *x = gzip(a, "date,close\n", 11, &x_len);
    const char *y = gzip(a, "2024-03-08,1\n", 13, &y_len);
    const char *empty = gzip(a, "", 0, &e_len);
    const char *all = join(a, x, x_len, empty, e_len);
    all = join(a, all, x_len + e_len, y, y_len);
    size_t len = x_len + e_len + y_len;
    for (size_t step = 1; step <= len; step++)
        check_unpacks(all, len, step, STREAM_GZIP, "date,close\n2024-03-08,1\n",
                      24, NULL);
    all = join(a, all, len, "\0\0\0\0\0\0\0", 7);
    check_unpacks(all, len + 7, 3, STREAM_GZIP, "date,close\n2024-03-08,1\n",
                  24, NULL);
    all = join(a, all, len + 3, "PK", 2);
    check_unpacks(all, len + 5, 3, STREAM_GZIP, NULL, 0,
                  "something else follows");

    x = zstd(a, "date,close\n", 11, &x_len);
    y = zstd(a, "2024-03-08,1\n", 13, &y_len);
    all = join(a, skippable, 11, x, x_len);
    all = join(a, all, x_len + 11, y, y_len);
    len = 11 + x_len + y_len;
    for (size_t step = 1; step <= len; step++)
        check_unpacks(all, len, step, STREAM_ZSTD, "date,close\n2024-03-08,1\n",
                      24, NULL);
    arena_free(a);
}

static void
what_is_packed_twice_stays_packed_once(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    size_t inner_len, outer_len;
    const char *inner = gzip(a, "text", 4, &inner_len);
    const char *outer = zstd(a, inner, inner_len, &outer_len);
    check_unpacks(outer, outer_len, 100, STREAM_ZSTD, inner, inner_len, NULL);
    arena_free(a);
}

/* Bytes 3 to 9 of gzip (flags, time, system) may change and leave the text. */
static void
cut_or_damaged_packing_is_refused_in_words(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    size_t n, len = 3000;
    const char *text = text_of(a, len), *packed = gzip(a, text, len, &n);
    for (size_t cut = 4; cut < n; cut++)
        check_unpacks(packed, cut, 1000, STREAM_GZIP, NULL, 0,
                      "the gzip data is cut off: its end is missing after");
    for (size_t i = 10; i < n; i++) {
        if (i == n - 9)
            continue; /* ends in bits that nobody reads */
        char *damaged = arena_alloc(a, n);
        memcpy(damaged, packed, n);
        damaged[i] = (char)(damaged[i] ^ 0x10);
        check_unpacks(damaged, n, 1000, STREAM_GZIP, NULL, 0, "gzip data");
    }
    packed = zstd(a, text, len, &n);
    for (size_t cut = 4; cut < n; cut++)
        check_unpacks(packed, cut, 1000, STREAM_ZSTD, NULL, 0,
                      "the zstd data is cut off: its end is missing after");
    check_unpacks(join(a, packed, n, "\0\0", 2), n + 2, 1000, STREAM_ZSTD, NULL,
                  0, "zstd data");
    packed = "\x28\xB5\x2F\xFD nothing of zstd";
    check_unpacks(packed, strlen(packed), 9, STREAM_ZSTD, NULL, 0,
                  "damaged zstd data");
    arena_free(a);
}

static void
bombs_and_what_is_too_large_are_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    size_t n, len = 80 << 20, got;
    const char *zeros = arena_alloc(a, len), *bytes;
    const char *packed[] = {gzip(a, zeros, len, &n), NULL};
    size_t lens[] = {n, 0};
    packed[1] = zstd(a, zeros, len, &lens[1]);
    for (int i = 0; i < 2; i++)
        check_unpacks(packed[i], lens[i], 1 << 20, (enum stream_packing)(i + 1),
                      NULL, 0, "more than 1000 times as many");
    struct stream *s;
    enum stream_packing packing;
    struct err err = {0}, again = {0};
    for (int i = 0; i < 3; i++) {
        struct stream *in = i < 2 ? stream_open_bytes(a, packed[i], lens[i])
                                  : stream_open_bytes(a, zeros, 1000001);
        int64_t sum = 0;
        assert_true(stream_unpack(a, in, 1000000, &packing, &s, &err));
        for (got = 1; stream_next(s, &bytes, &got, &err); sum += got)
            assert_true(got > 0);
        assert_true(sum <= 1000000);
        assert_int_equal(err.kind, ERR_INPUT);
        assert_non_null(strstr(err.text, "more than 1000000 bytes"));
        assert_false(stream_peek(s, 9, &bytes, &got, &again));
        assert_string_equal(again.text, err.text);
    }
    arena_free(a);
}

/* What `zstd --ultra -22 --long=27` makes: 128 MiB to unpack it. */
static void
zstd_that_wants_much_memory_is_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    size_t len = 100000, room = ZSTD_compressBound(len);
    const char *text = text_of(a, len);
    char *packed = arena_alloc(a, room);
    ZSTD_CCtx *z = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(z, ZSTD_c_windowLog, 24);
    ZSTD_inBuffer in = {.src = text, .size = len};
    ZSTD_outBuffer out = {.dst = packed, .size = room};
    assert_int_equal(ZSTD_compressStream2(z, &out, &in, ZSTD_e_flush), 0);
    assert_int_equal(ZSTD_compressStream2(z, &out, &in, ZSTD_e_end), 0);
    ZSTD_freeCCtx(z);
    check_unpacks(packed, out.pos, 5000, STREAM_ZSTD, NULL, 0,
                  "more than 8 MiB of memory to unpack");
    arena_free(a);
}

static void
what_has_a_beginning_can_be_read_again(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    size_t len = 600000, n;
    const char *text = text_of(a, len), *packed = gzip(a, text, len, &n);
    struct err err;
    char path[] = "/tmp/stream-test-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, len), len);
    struct stream *streams[] = {stream_open_bytes(a, text, len),
                                stream_open_fd(a, fd), NULL, NULL};
    enum stream_packing packing;
    assert_true(stream_unpack(a, stream_open_bytes(a, packed, n), 1 << 30,
                              &packing, &streams[2], &err));
    packed = zstd(a, text, len, &n);
    assert_true(stream_unpack(a, stream_open_bytes(a, packed, n), 1 << 30,
                              &packing, &streams[3], &err));
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        const char *bytes;
        for (int k = 0; k < 3; k++) {
            assert_true(stream_rewind(streams[i], &err));
            if (k == 2) /* after reading a part, too */
                check_reads(a, streams[i], text, len);
            else
                assert_true(stream_next(streams[i], &bytes, &n, &err));
        }
    }
    struct pieces p = {.text = text, .len = len, .step = 999};
    assert_false(stream_rewind(stream_open_fn(a, piece, &p), &err));
    assert_int_equal(err.kind, ERR_INPUT);
    close(fd);
    unlink(path);
    arena_free(a);
}

static void
trouble_comes_through_and_stays(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    const char *bytes;
    size_t len, n;
    struct err err = {0};
    struct stream *s;
    enum stream_packing packing;
    assert_false(stream_open_file(a, "/nonexistent.csv", &s, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    assert_true(stream_open_file(a, "/tmp", &s, &err));
    assert_false(stream_next(s, &bytes, &len, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_non_null(strstr(err.text, "directory"));

    const char *packed = gzip(a, "hello", 5, &n);
    struct pieces p = {.text = packed, .len = n - 1, .step = 9, .fails = true};
    assert_true(stream_unpack(a, stream_open_fn(a, piece, &p), 100, &packing,
                              &s, &err));
    err.kind = ERR_NONE;
    while (stream_next(s, &bytes, &len, &err))
        assert_true(len > 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(err.kind, ERR_RETRY);
        assert_string_equal(err.text, "the line is gone");
        err = (struct err){0};
        assert_false(stream_next(s, &bytes, &len, &err));
    }
    arena_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_a_pipe_memory_and_a_callback_read_alike),
        cmocka_unit_test(what_was_peeked_at_is_still_to_be_read),
        cmocka_unit_test(gzip_and_zstd_unpack_as_they_come),
        cmocka_unit_test(several_members_or_frames_are_one_text),
        cmocka_unit_test(what_is_packed_twice_stays_packed_once),
        cmocka_unit_test(cut_or_damaged_packing_is_refused_in_words),
        cmocka_unit_test(bombs_and_what_is_too_large_are_refused),
        cmocka_unit_test(zstd_that_wants_much_memory_is_refused),
        cmocka_unit_test(what_has_a_beginning_can_be_read_again),
        cmocka_unit_test(trouble_comes_through_and_stays),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
