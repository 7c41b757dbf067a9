/* Every indicator against the values in tests/vectors/. */
#include "tests/lib/indicatorcase.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* tests/vectors/bars_talib.csv, sessions of five bars. */
static struct series
reference_bars(struct arena *a)
{
    struct series s = series_of(a, 252);
    FILE *f = fopen("tests/vectors/bars_talib.csv", "r");
    assert_non_null(f);
    char line[200];
    size_t n = 0;
    while (fgets(line, sizeof(line), f)) {
        if (line[0] < '0' || line[0] > '9')
            continue;
        assert_true(n < s.n);
        char *at = line;
        s.high[n] = strtod(at, &at);
        s.low[n] = strtod(at + 1, &at);
        s.close[n] = strtod(at + 1, &at);
        s.volume[n] = strtod(at + 1, &at);
        s.session[n] = (int64_t)n / 5;
        n++;
    }
    fclose(f);
    assert_int_equal(n, 252);
    return s;
}

/* A unit of the last digit of a number as written. */
static double
last_unit(const char *number)
{
    const char *point = strchr(number, '.');
    return point ? pow(10, -(double)strlen(point + 1)) : 1;
}

static size_t
check_vector(const struct series *s, size_t id)
{
    char path[200], line[200], kind[20], text[40];
    snprintf(path, sizeof(path), "tests/vectors/%s.txt",
             indicator_all[id].name);
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s is missing", path);
    size_t n = 0, bar;
    while (fgets(line, sizeof(line), f)) {
        if (line[0] == '#')
            continue;
        assert_int_equal(sscanf(line, "%19s %zu %39s", kind, &bar, text), 3);
        assert_true(bar < s->n);
        double got = s->out[id][bar], wanted = strtod(text, NULL);
        double tolerance =
            kind[0] == 'p' ? last_unit(text) : 1e-9 * fabs(wanted);
        bool good = strcmp(text, "none") == 0 ? isnan(got)
                                              : fabs(got - wanted) <= tolerance;
        if (!good)
            fail_msg("%s: %s is %.17g", path, line, got);
        n++;
    }
    fclose(f);
    return n;
}

static void
agree_with_published_values(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct series s = reference_bars(a);
    feed_all(&s);
    for (size_t id = 0; id < INDICATOR_COUNT; id++)
        assert_true(check_vector(&s, id) >= 6);
    arena_free(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agree_with_published_values),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
