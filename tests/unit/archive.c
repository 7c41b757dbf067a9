#include "core/archive.h"

#include "lib/secret.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
