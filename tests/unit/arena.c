#include "lib/arena.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static void
memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 9000; size = size * 3 / 2 + 1) {
            unsigned char *p = arena_alloc(a, size);
            assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(p[i], 0);
            memset(p, 0xAA, size); /* must not show after the reset */
        }
        arena_reset(a);
    }
    arena_free(a);
}

static void
blocks_do_not_overlap(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    enum { N = 3000 };
    unsigned char *blocks[N];
    size_t sizes[N];
    unsigned seed = 1;
    for (int i = 0; i < N; i++) {
        seed = seed * 1103515245 + 12345;
        sizes[i] = (seed >> 16) % (i % 50 == 0 ? 40000 : 90);
        blocks[i] = arena_alloc(a, sizes[i]);
        memset(blocks[i], i & 0xFF, sizes[i]);
    }
    for (int i = 0; i < N; i++)
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(blocks[i][k], i & 0xFF);
    arena_free(a);
}

static void
no_bytes_are_a_pointer_of_their_own(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    void *p = arena_alloc(a, 0), *q = arena_array(a, 0, 8);
    assert_non_null(p);
    assert_non_null(q);
    assert_ptr_not_equal(p, q);
    arena_free(a);
}

static void
text_is_copied(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    char text[] = "hello";
    char *copy = arena_strdup(a, text);
    char *part = arena_strndup(a, text, 2);
    text[0] = 'j';
    assert_string_equal(copy, "hello");
    assert_string_equal(part, "he");
    assert_null(arena_strdup(a, NULL));
    assert_string_equal(arena_printf(a, "%s-%d", "x", 7), "x-7");
    assert_string_equal(arena_printf(a, "%s", ""), "");
    for (int len = 250; len < 260; len++) { /* around its own buffer's size */
        char *wide = arena_printf(a, "%*d", len, 5);
        assert_int_equal(strlen(wide), len);
        assert_int_equal(wide[len - 1], '5');
    }
    arena_free(a);
}

static char order[8];

static void
note(void *arg)
{
    strcat(order, arg);
}

static void
deferred_calls_run_newest_first_and_once(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    order[0] = '\0';
    arena_defer(a, note, "1");
    arena_defer(a, note, "2");
    arena_reset(a);
    assert_string_equal(order, "21");
    arena_defer(a, note, "3");
    arena_free(a);
    assert_string_equal(order, "213");
    arena_free(NULL);
}

static struct arena *shared;

static void
defer_again(void *arg)
{
    strcat(order, arg);
    arena_defer(shared, note, "b");
}

static void
a_deferred_call_may_defer_another(void **state)
{
    (void)state;
    shared = arena_new();
    order[0] = '\0';
    arena_defer(shared, defer_again, "a");
    arena_free(shared);
    assert_string_equal(order, "ab");
}

/* What the child does must end in abort, with a word on stderr. */
static void
aborts(void (*fn)(struct arena *))
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(3);
        fn(arena_new());
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void
overflowing(struct arena *a)
{
    size_t n = SIZE_MAX / 4;
    (void)!arena_array(a, n, 8);
}

static void
too_large(struct arena *a)
{
    (void)!arena_alloc(a, SIZE_MAX / 2 + 1);
}

static void
impossible_sizes_abort(void **state)
{
    (void)state;
    aborts(overflowing);
    aborts(too_large);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(blocks_do_not_overlap),
        cmocka_unit_test(no_bytes_are_a_pointer_of_their_own),
        cmocka_unit_test(text_is_copied),
        cmocka_unit_test(deferred_calls_run_newest_first_and_once),
        cmocka_unit_test(a_deferred_call_may_defer_another),
        cmocka_unit_test(impossible_sizes_abort),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
