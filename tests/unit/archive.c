#include "core/archive.h"

#include "lib/buf.h"
#include "lib/compress.h"
#include "lib/secret.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

struct fixture {
    struct arena *a;
    char dir[64], store[80];
};

static int
setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct err err;
    f->a = arena_new();
    strcpy(f->dir, "/tmp/quotemill-archive-XXXXXX");
    if (mkdtemp(f->dir) == NULL || !secret_init(&err))
        return -1;
    snprintf(f->store, sizeof f->store, "%s/archive", f->dir);
    *state = f;
    return 0;
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
    struct fixture *f = *state;
    nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    arena_free(f->a);
    free(f);
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
count_files(const char *dir)
{
    n_files = 0;
    nftw(dir, count_one, 8, FTW_PHYS);
    return n_files;
}

static const char *
path_of(struct fixture *f, const char *hash)
{
    return arena_printf(f->a, "%s/%.2s/%s.zst", f->store, hash, hash + 2);
}

static void
what_is_put_comes_back_by_its_hash(void **state)
{
    struct fixture *f = *state;
    struct archive_object object;
    struct err err = {0};
    static const char *const bodies[] = {"", "[]", "{\"a\":1}"};
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        char *bytes;
        size_t len;
        assert_true(archive_put(f->a, f->store, bodies[i], strlen(bodies[i]),
                                i == 1, &object, &err));
        assert_int_equal(object.bytes, strlen(bodies[i]));
        assert_int_equal(strlen(object.hash), 64);
        assert_true(
            archive_get(f->a, f->store, object.hash, 100, &bytes, &len, &err));
        assert_int_equal(len, strlen(bodies[i]));
        assert_string_equal(bytes, bodies[i]);
        assert_int_equal(access(path_of(f, object.hash), R_OK), 0);
    }
}

static void
the_same_bytes_are_kept_once_and_no_draft_stays(void **state)
{
    struct fixture *f = *state;
    struct archive_object first, second;
    struct err err = {0};
    assert_true(archive_put(f->a, f->store, "abc", 3, false, &first, &err));
    assert_true(archive_put(f->a, f->store, "abc", 3, false, &second, &err));
    assert_string_equal(first.hash, second.hash);
    assert_int_equal(count_files(f->dir), 1);
}

static void
damage_is_seen(void **state)
{
    struct fixture *f = *state;
    struct archive_object object, other;
    struct err err = {0};
    char *bytes;
    size_t len;
    assert_true(archive_put(f->a, f->store, "abc", 3, false, &object, &err));
    assert_true(archive_put(f->a, f->store, "abd", 3, false, &other, &err));
    assert_int_equal(rename(path_of(f, other.hash), path_of(f, object.hash)),
                     0);
    assert_false(
        archive_get(f->a, f->store, object.hash, 100, &bytes, &len, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_non_null(strstr(err.text, "damaged"));
    assert_int_equal(truncate(path_of(f, object.hash), 5), 0);
    assert_false(
        archive_get(f->a, f->store, object.hash, 100, &bytes, &len, &err));
    assert_int_equal(err.kind, ERR_INPUT);
}

static void
what_is_absent_too_large_or_no_hash_is_refused(void **state)
{
    struct fixture *f = *state;
    struct archive_object object;
    struct err err = {0};
    char *bytes;
    size_t len;
    assert_true(archive_put(f->a, f->store, "abcd", 4, false, &object, &err));
    assert_false(
        archive_get(f->a, f->store, object.hash, 3, &bytes, &len, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    char *hash = arena_strdup(f->a, object.hash);
    hash[63] = hash[63] == '0' ? '1' : '0';
    assert_false(archive_get(f->a, f->store, hash, 100, &bytes, &len, &err));
    assert_int_equal(err.kind, ERR_MISSING);
    static const char *const bad[] = {"", "../../etc/passwd", "ABCDEF"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_false(
            archive_get(f->a, f->store, bad[i], 100, &bytes, &len, &err));
        assert_int_equal(err.kind, ERR_INPUT);
    }
}

static void
a_folder_that_cannot_be_written_may_pass(void **state)
{
    struct fixture *f = *state;
    struct archive_object object;
    struct err err = {0};
    const char *file = arena_printf(f->a, "%s/file", f->dir);
    fclose(fopen(file, "w"));
    assert_false(archive_put(f->a, file, "abc", 3, false, &object, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_false(
        archive_put(f->a, "/proc/none/here", "abc", 3, false, &object, &err));
    assert_int_equal(err.kind, ERR_RETRY);
}

/* 40,000 rows in parts of odd sizes. */
static bool
rows_write(struct archive_writer *w, struct buf *whole, struct err *err)
{
    for (size_t i = 0; i < 40000; i++)
        buf_addf(whole, "2024-01-01,%zu,%zu\n", i, i * i % 977);
    for (size_t at = 0, n = 1; at < whole->len; at += n, n = n * 3 % 70001) {
        if (n > whole->len - at)
            n = whole->len - at;
        if (!archive_writer_add(w, whole->data + at, n, err))
            return false;
    }
    return true;
}

static void
parts_become_the_object_of_the_whole(void **state)
{
    struct fixture *f = *state;
    struct archive_object parts, whole;
    struct archive_writer *w;
    struct buf *b = buf_new(f->a);
    struct err err = {0};
    char *bytes;
    size_t len;
    assert_true(archive_writer_open(f->a, f->store, 1 << 30, &w, &err));
    assert_true(rows_write(w, b, &err));
    assert_int_equal(count_files(f->dir), 1);
    assert_true(archive_writer_finish(w, true, &parts, &err));
    assert_int_equal(count_files(f->dir), 1);
    assert_int_equal(parts.bytes, b->len);
    assert_true(
        archive_get(f->a, f->store, parts.hash, b->len, &bytes, &len, &err));
    assert_int_equal(len, b->len);
    assert_memory_equal(bytes, b->data, len);
    assert_true(
        archive_put(f->a, f->store, b->data, b->len, false, &whole, &err));
    assert_string_equal(parts.hash, whole.hash);
    assert_int_equal(count_files(f->dir), 1);
    b = buf_new(f->a);
    assert_true(archive_writer_open(f->a, f->store, 1 << 30, &w, &err));
    assert_true(rows_write(w, b, &err));
    assert_true(archive_writer_finish(w, false, &parts, &err));
    assert_string_equal(parts.hash, whole.hash);
    assert_int_equal(count_files(f->dir), 1);
}

static void
a_draft_that_is_given_up_is_removed(void **state)
{
    struct fixture *f = *state;
    struct arena *a = arena_new();
    struct archive_writer *w;
    struct err err = {0};
    assert_true(archive_writer_open(a, f->store, 100, &w, &err));
    assert_true(archive_writer_add(w, "abc", 3, &err));
    assert_int_equal(count_files(f->dir), 1);
    arena_free(a);
    assert_int_equal(count_files(f->dir), 0);
    assert_true(archive_writer_open(f->a, f->store, 100, &w, &err));
    archive_writer_drop(w);
    assert_int_equal(count_files(f->dir), 0);
}

static void
more_than_the_bound_is_refused(void **state)
{
    struct fixture *f = *state;
    struct archive_object object;
    struct archive_writer *w;
    struct err err = {0};
    assert_true(archive_writer_open(f->a, f->store, 6, &w, &err));
    assert_true(archive_writer_add(w, "abc", 3, &err));
    assert_true(archive_writer_add(w, "def", 3, &err));
    assert_true(archive_writer_finish(w, false, &object, &err));
    assert_true(archive_writer_open(f->a, f->store, 6, &w, &err));
    assert_true(archive_writer_add(w, "abc", 3, &err));
    assert_false(archive_writer_add(w, "defg", 4, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_int_equal(count_files(f->dir), 1);
}

/* A killed process leaves its draft; one that lives keeps its own. */
static void
drafts_of_dead_processes_are_swept(void **state)
{
    struct fixture *f = *state;
    struct archive_writer *living, *next;
    struct archive_object object;
    struct err err = {0};
    char *bytes;
    size_t len;
    assert_true(archive_writer_open(f->a, f->store, 100, &living, &err));
    pid_t pid = fork();
    if (pid == 0) {
        struct archive_writer *w;
        if (archive_writer_open(f->a, f->store, 100, &w, &err) &&
            archive_writer_add(w, "abc", 3, &err))
            raise(SIGKILL);
        _exit(1);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(count_files(f->dir), 2);
    assert_true(archive_writer_open(f->a, f->store, 100, &next, &err));
    assert_int_equal(count_files(f->dir), 2); /* living and next */
    assert_true(archive_writer_add(living, "abc", 3, &err));
    assert_true(archive_writer_finish(living, false, &object, &err));
    assert_true(
        archive_get(f->a, f->store, object.hash, 100, &bytes, &len, &err));
    assert_string_equal(bytes, "abc");
}

/* What comes out of an object's stream. */
static bool
stream_is(struct fixture *f, const char *hash, const char *wanted, size_t size,
          struct err *err)
{
    struct stream *s;
    struct buf *b;
    if (!archive_open(f->a, f->store, hash, &s, err) ||
        !stream_read_all(f->a, s, &b, err))
        return false;
    return (b->len == size && memcmp(b->data, wanted, size) == 0) ||
           err_set(err, ERR_CONFLICT, "other bytes");
}

static void
an_object_is_read_as_a_stream(void **state)
{
    struct fixture *f = *state;
    struct archive_object object;
    struct archive_writer *w;
    struct buf *b = buf_new(f->a);
    struct err err = {0};
    assert_true(archive_put(f->a, f->store, "abc", 3, false, &object, &err));
    assert_true(stream_is(f, object.hash, "abc", 3, &err));
    assert_true(archive_put(f->a, f->store, "", 0, false, &object, &err));
    assert_true(stream_is(f, object.hash, "", 0, &err));
    assert_true(archive_writer_open(f->a, f->store, 1 << 30, &w, &err));
    assert_true(rows_write(w, b, &err));
    assert_true(archive_writer_finish(w, false, &object, &err));
    assert_true(stream_is(f, object.hash, b->data, b->len, &err));
    assert_int_equal(truncate(path_of(f, object.hash), 20000), 0);
    assert_false(stream_is(f, object.hash, b->data, b->len, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    struct stream *s;
    assert_false(archive_open(f->a, f->store, "../../etc/passwd", &s, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_int_equal(unlink(path_of(f, object.hash)), 0);
    assert_false(archive_open(f->a, f->store, object.hash, &s, &err));
    assert_int_equal(err.kind, ERR_MISSING);
}

/* Packed bytes come as they came; and what repeats itself is no bomb here. */
static void
an_object_is_not_unpacked_twice(void **state)
{
    struct fixture *f = *state;
    struct archive_object object;
    struct archive_writer *w;
    struct err err = {0};
    void *packed;
    size_t len;
    assert_true(compress_pack(f->a, "abcabcabc", 9, &packed, &len, &err));
    assert_true(archive_put(f->a, f->store, packed, len, false, &object, &err));
    assert_true(stream_is(f, object.hash, packed, len, &err));
    char *blank = arena_alloc(f->a, 1 << 20);
    memset(blank, ' ', 1 << 20);
    assert_true(archive_writer_open(f->a, f->store, 1 << 30, &w, &err));
    for (int i = 0; i < 100; i++)
        assert_true(archive_writer_add(w, blank, 1 << 20, &err));
    assert_true(archive_writer_finish(w, false, &object, &err));
    struct stream *s;
    const char *bytes;
    assert_true(archive_open(f->a, f->store, object.hash, &s, &err));
    do
        assert_true(stream_next(s, &bytes, &len, &err));
    while (len > 0);
    assert_int_equal(stream_at(s), 100 << 20);
}

/* A limit on the size of files stands in for a disk that is full. */
static void
a_disk_that_is_full_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct archive_writer *w;
    struct archive_object object;
    struct err err = {0};
    struct rlimit old, small;
    getrlimit(RLIMIT_FSIZE, &old);
    small = old;
    small.rlim_cur = 100000;
    signal(SIGXFSZ, SIG_IGN);
    char *noise = arena_alloc(f->a, 300000);
    uint32_t x = 1;
    for (size_t i = 0; i < 300000; i++)
        noise[i] = (char)((x = x * 1664525 + 1013904223) >> 24);
    setrlimit(RLIMIT_FSIZE, &small);
    assert_true(archive_writer_open(f->a, f->store, 1 << 20, &w, &err));
    bool ok = archive_writer_add(w, noise, 300000, &err) &&
              archive_writer_finish(w, false, &object, &err);
    bool put = archive_put(f->a, f->store, noise, 300000, false, &object, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_false(ok);
    assert_false(put);
    assert_int_equal(err.kind, ERR_RETRY);
    archive_writer_drop(w);
    assert_int_equal(count_files(f->dir), 0);
}

/* The console adds to a folder of the worker's through their common group. */
static void
a_folder_is_open_to_whom_the_archive_is(void **state)
{
    struct fixture *f = *state;
    struct archive_object object;
    struct err err = {0};
    struct stat st;
    mode_t old = umask(0077);
    assert_int_equal(mkdir(f->store, 0700), 0);
    assert_int_equal(chmod(f->store, 02770), 0);
    assert_true(archive_put(f->a, f->store, "abc", 3, false, &object, &err));
    umask(old);
    assert_int_equal(
        stat(arena_printf(f->a, "%s/%.2s", f->store, object.hash), &st), 0);
    assert_int_equal(st.st_mode & 07777, 02770);
    assert_int_equal(stat(path_of(f, object.hash), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(what_is_put_comes_back_by_its_hash),
        T(the_same_bytes_are_kept_once_and_no_draft_stays),
        T(damage_is_seen),
        T(what_is_absent_too_large_or_no_hash_is_refused),
        T(a_folder_that_cannot_be_written_may_pass),
        T(parts_become_the_object_of_the_whole),
        T(a_draft_that_is_given_up_is_removed),
        T(more_than_the_bound_is_refused),
        T(drafts_of_dead_processes_are_swept),
        T(a_disk_that_is_full_leaves_nothing),
        T(an_object_is_read_as_a_stream),
        T(an_object_is_not_unpacked_twice),
        T(a_folder_is_open_to_whom_the_archive_is),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
