#include "core/intake.h"

#include "lib/buf.h"
#include "lib/compress.h"
#include "lib/secret.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct arena *a;
static struct err err;
static char dir[64];
static struct buf *rows;

static int
setup(void **state)
{
    (void)state;
    a = arena_new();
    strcpy(dir, "/tmp/quotemill-intake-XXXXXX");
    rows = buf_new(a);
    for (size_t i = 0; i < 20000; i++)
        buf_addf(rows, "2024-01-01,%zu,%zu\n", i, i * i % 977);
    return mkdtemp(dir) != NULL && secret_init(&err) ? 0 : -1;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static int
teardown(void **state)
{
    (void)state;
    nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    arena_free(a);
    return 0;
}

static int n_files;

static int
count_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)path, (void)st, (void)ftw;
    n_files += type == FTW_F;
    return 0;
}

static int
files(void)
{
    n_files = 0;
    nftw(dir, count_one, 8, FTW_PHYS);
    return n_files;
}

/* Blocks of odd sizes. */
struct source {
    const char *text;
    size_t len, at, step;
};

static bool
source_read(void *arg, void *to, size_t size, size_t *got, struct err *e)
{
    struct source *s = arg;
    (void)e;
    s->step = s->step * 3 % 70001 + 1;
    size_t n = s->len - s->at;
    n = n < s->step ? n : s->step;
    n = n < size ? n : size;
    memcpy(to, s->text + s->at, n);
    s->at += n;
    *got = n;
    return true;
}

static bool
took(const char *text, size_t len, int64_t max, struct upload *u,
     struct archive_writer **draft)
{
    struct source *s = arena_alloc(a, sizeof *s);
    *s = (struct source){.text = text, .len = len, .step = 1};
    *u = (struct upload){.name = "kept"};
    return intake_read(a, dir, stream_open_fn(a, source_read, s), max, u, draft,
                       &err);
}

static void
check_samples(const struct upload *u, const char *text, size_t len)
{
    size_t n = len < UPLOAD_SAMPLE_BYTES ? len : UPLOAD_SAMPLE_BYTES;
    assert_int_equal(u->plain_bytes, len);
    assert_int_equal(u->head_len, n);
    assert_int_equal(u->tail_len, n);
    assert_memory_equal(u->head, text, n);
    assert_memory_equal(u->tail, text + len - n, n);
}

static void
beginning_and_end_are_seen_of_any_size(void **state)
{
    (void)state;
    struct upload u;
    struct archive_writer *draft;
    static const size_t sizes[] = {1, 2, 65535, 65536, 65537, 131072, 300000};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        assert_true(took(rows->data, sizes[i], 1 << 20, &u, &draft));
        assert_int_equal(u.bytes, sizes[i]);
        assert_int_equal(u.packing, STREAM_PLAIN);
        assert_string_equal(u.name, "kept");
        check_samples(&u, rows->data, sizes[i]);
        archive_writer_drop(draft);
    }
    assert_int_equal(files(), 0);
}

static void
a_packed_file_is_kept_as_it_came(void **state)
{
    (void)state;
    struct upload u;
    struct archive_writer *draft;
    struct archive_object object;
    void *packed;
    size_t len, got;
    char *bytes;
    assert_true(compress_pack(a, rows->data, rows->len, &packed, &len, &err));
    assert_true(took(packed, len, 1 << 20, &u, &draft));
    assert_int_equal(u.packing, STREAM_ZSTD);
    assert_int_equal(u.bytes, len);
    check_samples(&u, rows->data, rows->len);
    assert_true(archive_writer_finish(draft, false, &object, &err));
    assert_true(archive_get(a, dir, object.hash, 1 << 20, &bytes, &got, &err));
    assert_int_equal(got, len);
    assert_memory_equal(bytes, packed, len);
    /* cut off */
    assert_false(took(packed, len - 5, 1 << 20, &u, &draft));
    assert_int_equal(err.kind, ERR_INPUT);
}

static void
empty_large_and_bombs_are_refused(void **state)
{
    (void)state;
    struct upload u;
    struct archive_writer *draft;
    void *packed;
    size_t len;
    assert_false(took("", 0, 100, &u, &draft));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_false(took(rows->data, 101, 100, &u, &draft));
    assert_int_equal(err.kind, ERR_INPUT);
    char *same = arena_alloc(a, 100000);
    memset(same, 'x', 100000);
    assert_true(compress_pack(a, same, 100000, &packed, &len, &err));
    assert_true(took(packed, len, 100000 / INTAKE_PLAIN_RATIO, &u, &draft));
    assert_false(
        took(packed, len, 100000 / INTAKE_PLAIN_RATIO - 1, &u, &draft));
    assert_int_equal(err.kind, ERR_INPUT);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(beginning_and_end_are_seen_of_any_size),
        T(a_packed_file_is_kept_as_it_came),
        T(empty_large_and_bombs_are_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
