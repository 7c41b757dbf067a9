/* Pictures: geometry (cgi/plot.h) and the values of their template. */
#include "cgi/picture.h"
#include "cgi/plot.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena *a;

static int
setup(void **state)
{
    (void)state;
    a = arena_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static const struct plot_axis ten = {0, 10};

/* How often a character stands in a path. */
static size_t
count(const char *path, char c)
{
    size_t n = 0;
    for (; *path != '\0'; path++)
        n += *path == c;
    return n;
}

/* Where a path gets to: highest and lowest on the screen, and their x. */
struct reached {
    long first_x, last_x, high, high_x, low, low_x;
};

static struct reached
follow(const char *path)
{
    struct reached r = {0};
    long x = 0, y = 0, n = 0;
    bool relative = false;
    while (*path != '\0') {
        if (*path == 'h') { /* always h0 */
            path += 2;
            continue;
        }
        if (strchr("Mmlz ", *path) != NULL) {
            relative = *path == ' ' ? relative : *path != 'M';
            path++;
            continue;
        }
        char *end;
        long dx = strtol(path, &end, 10), dy = strtol(end, &end, 10);
        assert_true(end > path);
        path = end;
        x = relative ? x + dx : dx;
        y = relative ? y + dy : dy;
        if (n++ == 0)
            r = (struct reached){x, x, y, x, y, x};
        if (y < r.high) {
            r.high = y;
            r.high_x = x;
        }
        if (y > r.low) {
            r.low = y;
            r.low_x = x;
        }
        r.last_x = x;
    }
    return r;
}

static const char *
labels(size_t n, const struct plot_tick *ticks)
{
    const char *all = "";
    for (size_t i = 0; i < n; i++)
        all = arena_printf(a, "%s%s%s", all, i > 0 ? "|" : "", ticks[i].label);
    return all;
}

static void
a_line_goes_through_its_points(void **state)
{
    (void)state;
    double x[] = {0, 5, 10}, y[] = {0, 10, 2.5};
    struct plot_points s = {3, x, y, NULL};
    assert_string_equal(plot_line(a, &ten, &ten, &s),
                        "M0 1000l500-1000 500 750");
    assert_string_equal(plot_alone(a, &ten, &ten, &s), "");
    assert_string_equal(plot_dots(a, &ten, &ten, &s),
                        "M0 1000h0m500-1000h0m500 750h0");
}

static void
what_is_not_finite_is_a_hole(void **state)
{
    (void)state;
    double x[] = {0, 1, 2, 3, 4, 5, 6}, y[] = {1, 2, NAN, 5, INFINITY, 7, 8};
    struct plot_points s = {7, x, y, NULL};
    assert_string_equal(plot_line(a, &ten, &ten, &s),
                        "M0 900l100-100m400-500l100-100");
    assert_string_equal(plot_alone(a, &ten, &ten, &s), "M300 500h0");
    double bad[] = {0, NAN, 2, 3, 4, 5, 6};
    s = (struct plot_points){2, bad, y, NULL};
    assert_string_equal(plot_line(a, &ten, &ten, &s), "");
    assert_string_equal(plot_alone(a, &ten, &ten, &s), "M0 900h0");
}

static void
a_picture_without_points_draws_nothing(void **state)
{
    (void)state;
    struct plot_points none = {0, NULL, NULL, NULL};
    double x[] = {1, 2}, y[] = {NAN, NAN};
    struct plot_points holes = {2, x, y, y};
    const struct plot_points *each[] = {&none, &holes};
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(plot_line(a, &ten, &ten, each[i]), "");
        assert_string_equal(plot_alone(a, &ten, &ten, each[i]), "");
        assert_string_equal(plot_dots(a, &ten, &ten, each[i]), "");
        assert_string_equal(plot_band(a, &ten, &ten, each[i]), "");
        assert_string_equal(plot_bars(a, &ten, &ten, each[i], 1), "");
        assert_string_equal(plot_spans(a, &ten, each[i]), "");
    }
}

static void
thinning_keeps_the_extremes(void **state)
{
    (void)state;
    enum { N = 100000, HIGH = 54321, LOW = 12345 };
    struct plot_axis x = {0, N - 1}, y = {-100, 100};
    double *xs = arena_array(a, N, sizeof *xs);
    double *ys = arena_array(a, N, sizeof *ys);
    for (int i = 0; i < N; i++) {
        xs[i] = i;
        ys[i] = sin(i / 3000.0);
    }
    ys[HIGH] = 99;
    ys[LOW] = -98;
    struct plot_points s = {N, xs, ys, NULL};
    const char *path = plot_line(a, &x, &y, &s);
    assert_true(strlen(path) < 10 * 1024);
    assert_int_equal(count(path, 'M') + count(path, 'm'), 1);
    struct reached r = follow(path);
    assert_true(r.high == 5 && r.high_x == lround(plot_x(&x, HIGH)));
    assert_true(r.low == 990 && r.low_x == lround(plot_x(&x, LOW)));
    assert_true(r.first_x == 0 && r.last_x >= 998);
    s.y2 = ys;
    r = follow(plot_band(a, &x, &y, &s));
    assert_true(r.high == 5 && r.low == 990);
    assert_true(strlen(plot_dots(a, &x, &y, &s)) < 20 * 1024);
    r = follow(plot_dots(a, &x, &y, &s));
    assert_true(r.high == 5 && r.low == 990);
    assert_non_null(strstr(plot_bars(a, &x, &y, &s, 1), "V5H"));
}

/* A hole cuts a thinned line, too. */
static void
thinning_keeps_holes(void **state)
{
    (void)state;
    enum { N = 8000 };
    double *xs = arena_array(a, N, sizeof *xs);
    double *ys = arena_array(a, N, sizeof *ys);
    for (int i = 0; i < N; i++) {
        xs[i] = i / 800.0;
        ys[i] = i % 1000 == 500 ? NAN : 5.0 + i % 7;
    }
    struct plot_points s = {N, xs, ys, NULL};
    struct plot_axis y = {0, 20};
    const char *path = plot_line(a, &ten, &y, &s);
    assert_int_equal(count(path, 'M') + count(path, 'm'), 9);
    s.y2 = ys;
    assert_int_equal(count(plot_band(a, &ten, &y, &s), 'z'), 9);
}

static void
bars_stand_on_zero_and_spans_are_cut_at_the_edge(void **state)
{
    (void)state;
    struct plot_axis y = {-10, 10};
    double x[] = {2, 4, 6}, v[] = {5, -10, 0};
    struct plot_points s = {3, x, v, NULL};
    assert_string_equal(plot_bars(a, &ten, &y, &s, 1),
                        "M150 500V250H250V500zM350 1000V500H450V1000z");
    double from[] = {-5, 8}, to[] = {1, 20};
    s = (struct plot_points){2, from, to, NULL};
    assert_string_equal(plot_spans(a, &ten, &s),
                        "M0 1000V0H100V1000zM800 1000V0H1000V1000z");
}

static void
a_band_goes_along_both_edges(void **state)
{
    (void)state;
    double x[] = {0, 5, 10}, y[] = {1, 5, 1}, y2[] = {2, 4, 3};
    struct plot_points s = {3, x, y, y2};
    assert_string_equal(plot_band(a, &ten, &ten, &s),
                        "M0 800l500-300 500 200 0 200-500-300-500 300z");
}

static void
an_axis_has_room_whatever_it_holds(void **state)
{
    (void)state;
    static const double cases[][2] = {{3, 3},     {0, 0},        {-2, -2},
                                      {1e9, 1e9}, {5, 5 + 1e-9}, {NAN, NAN},
                                      {-1, 1},    {1e-9, 2e-9},  {9, 4}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct plot_axis axis = plot_axis(cases[i][0], cases[i][1], 0.05);
        struct plot_tick ticks[PLOT_TICKS_MAX];
        size_t n = plot_number_ticks(a, &axis, 6, ticks);
        assert_true(axis.from < axis.to);
        assert_true(isnan(cases[i][0]) ||
                    (axis.from <= cases[i][0] && axis.to >= cases[i][1]));
        assert_in_range(n, 2, 6);
        for (size_t k = 1; k < n; k++)
            assert_string_not_equal(ticks[k].label, ticks[k - 1].label);
    }
    struct plot_axis from_zero = plot_axis(0, 10, 0.05);
    assert_true(from_zero.from == 0 && from_zero.to == 10.5);
}

static void
numbers_on_an_axis_are_round(void **state)
{
    (void)state;
    static const struct {
        double from, to;
        const char *labels;
    } cases[] = {
        {0, 10, "0|2|4|6|8|10"},
        {-1, 1, "\u22121.0|\u22120.5|0.0|0.5|1.0"},
        {0.1, 0.35, "0.10|0.15|0.20|0.25|0.30|0.35"},
        {90000, 126000, "90\u202f000|100\u202f000|110\u202f000|120\u202f000"},
        {0, 4.2e6, "0|1 M|2 M|3 M|4 M"},
        {25000, 25000.16,
         "25\u202f000.00|25\u202f000.05|25\u202f000.10|25\u202f000.15"},
        {0, 4e-8, "0|1e-08|2e-08|3e-08|4e-08"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct plot_axis axis = {cases[i].from, cases[i].to};
        struct plot_tick ticks[PLOT_TICKS_MAX];
        size_t n = plot_number_ticks(a, &axis, 6, ticks);
        assert_string_equal(labels(n, ticks), cases[i].labels);
    }
}

static void
times_on_an_axis_are_said_in_words(void **state)
{
    (void)state;
    static const double day = 86400;
    static const struct {
        double from, to;
        const char *zone, *labels;
    } cases[] = {
        /* 2020-09-30 to 2026-01-26 */
        {1601424000, 1769385600, "UTC", "2021|2022|2023|2024|2025|2026"},
        /* 2024-01-10, ten months */
        {1704844800, 1704844800 + 300 * day, "UTC",
         "Mar 2024|May 2024|Jul 2024|Sep 2024|Nov 2024"},
        {1703289600, 1703289600 + 20 * day, "UTC",
         "25 Dec 2023|1 Jan 2024|8 Jan"},
        /* 2023-03-16 22:00, by two clocks */
        {1679004000, 1679004000 + 5 * 3600, "UTC",
         "16 Mar, 22:00|23:00|17 Mar|01:00|02:00|03:00"},
        {1679004000, 1679004000 + 5 * 3600, "Asia/Kolkata",
         "17 Mar, 04:00|05:00|06:00|07:00|08:00"},
        /* the clocks of Berlin went forward on 2023-03-26 */
        {1679781600, 1679781600 + 16 * 3600, "Europe/Berlin",
         "26 Mar|03:00|06:00|09:00|12:00|15:00"},
        {-3000 * 365.25 * day, 0, "UTC", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct plot_axis axis = {cases[i].from, cases[i].to};
        struct plot_tick ticks[PLOT_TICKS_MAX];
        size_t n = plot_time_ticks(a, cases[i].zone, &axis, 8, ticks);
        assert_string_equal(labels(n, ticks), cases[i].labels);
        for (size_t k = 0; k < n; k++)
            assert_true(ticks[k].value >= axis.from &&
                        ticks[k].value <= axis.to);
    }
}

/* The picture as the page shows it. */
static const char *
rendered(const struct picture *picture)
{
    static const struct page_user user = {.time_zone = "UTC"};
    struct err err;
    struct page p = {.a = a, .user = &user};
    struct view *v = view_new(a, "test");
    struct buf *out = buf_new(a);
    char dir[] = "/tmp/qm-picture-XXXXXX";
    assert_non_null(mkdtemp(dir));
    assert_int_equal(
        system(arena_printf(a,
                            "cp templates/picture.tpl %s && printf '%%s\\n' "
                            "'{{%%AUTOESCAPE context=\"HTML\"}}' "
                            "'{{#SHOT}}{{>PICTURE}}{{/SHOT}}' > %s/page.tpl",
                            dir, dir)),
        0);
    if (!view_open(dir, &err))
        fail_msg("%s", err.text);
    picture_set(&p, v, "SHOT", picture);
    if (!view_render("page.tpl", v, out, &err))
        fail_msg("%s", err.text);
    view_close();
    assert_int_equal(system(arena_printf(a, "rm -r %s", dir)), 0);
    return out->data;
}

static void
a_picture_says_what_it_shows(void **state)
{
    (void)state;
    double x[] = {0, 86400, 172800}, y[] = {1, NAN, 3}, low[] = {0, 1, 2},
           high[] = {2, 3, 4};
    struct picture_series series[] = {
        {PICTURE_BAND, "Band", "band", 3, x, low, high},
        {PICTURE_LINE, "<b>", "actual", 3, x, y, NULL},
    };
    struct picture picture = {.title = "A & B",
                              .description = "from \"1\" to 3",
                              .x_is_time = true,
                              .unit = "USD",
                              .table_rows = 2,
                              .series = series,
                              .n_series = 2};
    const char *html = rendered(&picture);
    static const char *const parts[] = {
        "role=\"img\" aria-labelledby=\"p-shot-title p-shot-text\"",
        "<title id=\"p-shot-title\">A &amp; B</title>",
        "<desc id=\"p-shot-text\">from &quot;1&quot; to 3</desc>",
        "<path class=\"picture-band series-band\" d=\"M0 ",
        "&lt;b&gt;</li>",
        ">2 Jan</text>",
        "The newest 2.",
        "<time>1970-01-03</time></th><td "
        "class=\"num\">2.00 to 4.00</td><td class=\"num\">3.00</td>",
        "<time>1970-01-02</time></th><td "
        "class=\"num\">1.00 to 3.00</td><td class=\"num\">\u2013</td>",
    };
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (strstr(html, parts[i]) == NULL)
            fail_msg("no %s in %s", parts[i], html);
    assert_null(strstr(html, "1970-01-01"));
    assert_null(strstr(html, "style="));
    assert_null(strstr(html, "Nothing to draw"));
}

static void
a_picture_of_nothing_says_so(void **state)
{
    (void)state;
    double x[] = {0}, y[] = {NAN};
    struct picture_series s = {PICTURE_LINE, "Close", "actual", 1, x, y, NULL};
    struct picture picture = {.title = "Close", .series = &s, .n_series = 1};
    const char *html = rendered(&picture);
    assert_non_null(strstr(html, "Nothing to draw yet."));
    assert_null(strstr(html, "<svg"));
}

static void
a_single_point_is_a_dot(void **state)
{
    (void)state;
    double x[] = {1e9}, y[] = {5};
    struct picture_series s = {PICTURE_LINE, "Close", "actual", 1, x, y, NULL};
    struct picture picture = {.title = "Close",
                              .description = "one",
                              .x_is_time = true,
                              .series = &s,
                              .n_series = 1};
    const char *html = rendered(&picture);
    assert_non_null(strstr(html, "class=\"picture-dots series-actual\" "
                                 "d=\"M500 500h0\""));
    assert_null(strstr(html, "class=\"picture-line series-actual\" d=\"M5"));
    assert_null(strstr(html, "<details"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_goes_through_its_points),
        cmocka_unit_test(what_is_not_finite_is_a_hole),
        cmocka_unit_test(a_picture_without_points_draws_nothing),
        cmocka_unit_test(thinning_keeps_the_extremes),
        cmocka_unit_test(thinning_keeps_holes),
        cmocka_unit_test(bars_stand_on_zero_and_spans_are_cut_at_the_edge),
        cmocka_unit_test(a_band_goes_along_both_edges),
        cmocka_unit_test(an_axis_has_room_whatever_it_holds),
        cmocka_unit_test(numbers_on_an_axis_are_round),
        cmocka_unit_test(times_on_an_axis_are_said_in_words),
        cmocka_unit_test(a_picture_says_what_it_shows),
        cmocka_unit_test(a_picture_of_nothing_says_so),
        cmocka_unit_test(a_single_point_is_a_dot),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, setup, teardown);
}
