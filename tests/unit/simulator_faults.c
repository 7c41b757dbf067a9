#include "simulator/faults.h"

#include "lib/arena.h"
#include "lib/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

struct fixture {
    char path[64];
    struct faults *faults;
};

/* Another file under the same name: a new inode, whatever the clock says. */
static void
write_faults(struct fixture *f, const char *text)
{
    char fresh[80];
    snprintf(fresh, sizeof fresh, "%s.new", f->path);
    FILE *file = fopen(fresh, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(rename(fresh, f->path), 0);
}

static int
open_fixture(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    strcpy(f->path, "/tmp/quotemill-faults.XXXXXX");
    int fd = mkstemp(f->path);
    close(fd);
    f->faults = faults_new(f->path);
    *state = f;
    return 0;
}

static int
close_fixture(void **state)
{
    struct fixture *f = *state;
    faults_free(f->faults);
    unlink(f->path);
    free(f);
    return 0;
}

static void
an_empty_or_missing_file_has_no_faults(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(faults_match(f->faults, "yahoo", "/x").kind, FAULTS_NONE);
    unlink(f->path);
    assert_int_equal(faults_match(f->faults, "yahoo", "/x").kind, FAULTS_NONE);
    struct faults *none = faults_new(NULL);
    assert_int_equal(faults_match(none, "yahoo", "/x").kind, FAULTS_NONE);
    faults_free(none);
}

static void
a_line_matches_its_provider_and_substring(void **state)
{
    struct fixture *f = *state;
    write_faults(f, "# two of them\n"
                    "yahoo  MSTR 503   # only this one\n"
                    "\n"
                    "* RWTC 429 7\n");
    assert_int_equal(faults_match(f->faults, "yahoo", "/chart/MSTR?x").kind,
                     FAULTS_ERROR_503);
    assert_int_equal(faults_match(f->faults, "yahoo", "/chart/AAPL").kind,
                     FAULTS_NONE);
    assert_int_equal(faults_match(f->faults, "mnav", "/t?symbol=MSTR").kind,
                     FAULTS_NONE);
    struct faults_hit hit = faults_match(f->faults, "eia", "/v2?s=RWTC");
    assert_int_equal(hit.kind, FAULTS_RATE);
    assert_true(hit.arg == 7);
}

static void
latencies_add_up_beside_another_fault(void **state)
{
    struct fixture *f = *state;
    write_faults(f, "* * latency 20\n"
                    "yahoo * hang 3\n"
                    "yahoo * latency 30\n"
                    "yahoo * empty\n");
    struct faults_hit hit = faults_match(f->faults, "yahoo", "/");
    assert_int_equal(hit.latency_ms, 50);
    assert_int_equal(hit.kind, FAULTS_HANG);
    assert_true(hit.arg == 3);
    hit = faults_match(f->faults, "fred", "/");
    assert_int_equal(hit.latency_ms, 20);
    assert_int_equal(hit.kind, FAULTS_NONE);
}

static void
times_ends_a_line_and_the_next_one_takes_over(void **state)
{
    struct fixture *f = *state;
    write_faults(f, "* * 500 times=2\n* * empty times=1\n");
    assert_int_equal(faults_match(f->faults, "a", "/").kind, FAULTS_ERROR_500);
    assert_int_equal(faults_match(f->faults, "a", "/").kind, FAULTS_ERROR_500);
    assert_int_equal(faults_match(f->faults, "a", "/").kind, FAULTS_EMPTY);
    assert_int_equal(faults_match(f->faults, "a", "/").kind, FAULTS_NONE);
    write_faults(f, "* * 500 times=2\n"); /* counts begin anew */
    assert_int_equal(faults_match(f->faults, "a", "/").kind, FAULTS_ERROR_500);
}

static void
a_changed_file_is_read_again(void **state)
{
    struct fixture *f = *state;
    write_faults(f, "* * 500\n");
    assert_int_equal(faults_match(f->faults, "a", "/").kind, FAULTS_ERROR_500);
    write_faults(f, "* * 502\n");
    assert_int_equal(faults_match(f->faults, "a", "/").kind, FAULTS_ERROR_502);
    write_faults(f, "");
    assert_int_equal(faults_match(f->faults, "a", "/").kind, FAULTS_NONE);
}

static void
wrong_lines_are_left_out_and_the_others_stay(void **state)
{
    struct fixture *f = *state;
    write_faults(f, "yahoo\n"
                    "yahoo *\n"
                    "yahoo * nonsense\n"
                    "yahoo * 500 7\n"
                    "yahoo * hang\n"
                    "yahoo * hang -1\n"
                    "yahoo * drip 0\n"
                    "yahoo * latency many\n"
                    "yahoo * empty times=0\n"
                    "yahoo * empty 1 2 3\n"
                    "yahoo * cutoff\n");
    struct faults_hit hit = faults_match(f->faults, "yahoo", "/");
    assert_int_equal(hit.kind, FAULTS_CUTOFF);
    assert_int_equal(hit.latency_ms, 0);
}

static void
every_fault_has_its_name(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *line;
        enum faults_kind kind;
    } cases[] = {{"429 1", FAULTS_RATE},
                 {"500", FAULTS_ERROR_500},
                 {"502", FAULTS_ERROR_502},
                 {"503", FAULTS_ERROR_503},
                 {"hang 1", FAULTS_HANG},
                 {"drip 1", FAULTS_DRIP},
                 {"cutoff", FAULTS_CUTOFF},
                 {"malformed", FAULTS_MALFORMED},
                 {"wrongtypes", FAULTS_WRONG_TYPES},
                 {"badrows", FAULTS_BAD_ROWS},
                 {"empty", FAULTS_EMPTY},
                 {"stale 3", FAULTS_STALE},
                 {"limit200", FAULTS_LIMIT_200},
                 {"wrongsymbol", FAULTS_WRONG_SYMBOL},
                 {"huge 9", FAULTS_PADDED}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[64];
        snprintf(text, sizeof text, "* * %s\n", cases[i].line);
        write_faults(f, text);
        assert_int_equal(faults_match(f->faults, "a", "/").kind, cases[i].kind);
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_or_missing_file_has_no_faults),
        TEST(a_line_matches_its_provider_and_substring),
        TEST(latencies_add_up_beside_another_fault),
        TEST(times_ends_a_line_and_the_next_one_takes_over),
        TEST(a_changed_file_is_read_again),
        TEST(wrong_lines_are_left_out_and_the_others_stay),
        TEST(every_fault_has_its_name),
    };
    log_set_level((enum log_level)0);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
