#include "core/resample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { DAY = 86400, MINUTE = 60, HOUR = 3600 };

static const struct resample_spec five_minutes = {.row_s = MINUTE,
                                                  .interval_s = 5 * MINUTE};

/* New York's open and close in UTC before and after the clocks change on
 * 2024-03-10, a short day, and one over midnight UTC. */
static const struct resample_session sessions[] = {
    {1709908200, 1709931600, 1709856000}, /* 2024-03-08 14:30 to 21:00 */
    {1710163800, 1710187200, 1710115200}, /* 2024-03-11 13:30 to 20:00 */
    {1710250200, 1710262800, 1710201600}, /* 2024-03-12 13:30 to 17:00 */
    {1710367200, 1710378000, 1710374400}, /* 03-13 22:00 to 03-14 01:00 */
};

static struct resample_spec
in_sessions(int32_t interval_s)
{
    return (struct resample_spec){.row_s = MINUTE,
                                  .interval_s = interval_s,
                                  .sessions = sessions,
                                  .n_sessions = COUNT_OF(sessions)};
}

static struct series_row
row_at(int64_t ts)
{
    double x = (double)(ts / MINUTE % 1009);
    return (struct series_row){ts, x, x + 2, x - 3, x + 1, 10, "bad", "raw"};
}

static size_t
feed(const struct resample_spec *spec, const int64_t *ts, size_t n,
     int64_t known_ts, struct resample_bucket *out)
{
    struct resample r;
    size_t made = 0;
    resample_start(&r, spec);
    for (size_t i = 0; i < n; i++) {
        struct series_row row = row_at(ts[i]);
        if (resample_add(&r, &row, &out[made]) == RESAMPLE_DONE)
            made++;
    }
    return made + resample_end(&r, known_ts, &out[made]);
}

static void
a_bucket_holds_first_last_extremes_and_sum(void **state)
{
    (void)state;
    struct resample r;
    struct resample_bucket b;
    resample_start(&r, &five_minutes);
    struct series_row rows[] = {{600, 10, 12, 9, 11, 1.5, NULL, NULL},
                                {660, 11, 15, 10, 14, 2, NULL, NULL},
                                {840, 14, 14, 7, 8, 0, NULL, NULL},
                                {900, 8, 9, 8, 9, 4, NULL, NULL}};
    for (int i = 0; i < 3; i++)
        assert_int_equal(resample_add(&r, &rows[i], &b), RESAMPLE_ADDED);
    assert_int_equal(resample_add(&r, &rows[3], &b), RESAMPLE_DONE);
    assert_int_equal(b.bar.ts, 600);
    assert_true(b.bar.open == 10 && b.bar.high == 15 && b.bar.low == 7 &&
                b.bar.close == 8 && b.bar.volume == 3.5);
    assert_int_equal(b.rows, 3);
    assert_int_equal(b.slots, 5);
    assert_false(b.partial);
    assert_true(resample_end(&r, 960, &b));
    assert_int_equal(b.bar.ts, 900);
    assert_true(b.partial);
    assert_false(resample_end(&r, 960, &b));
}

static void
a_bucket_is_partial_until_its_time_is_over(void **state)
{
    (void)state;
    int64_t ts[] = {600, 660};
    struct resample_bucket b[2];
    assert_int_equal(feed(&five_minutes, ts, 2, 899, b), 1);
    assert_true(b[0].partial);
    assert_int_equal(feed(&five_minutes, ts, 2, 900, b), 1);
    assert_false(b[0].partial);
    assert_int_equal(b[0].rows, 2); /* and yet there are gaps */
}

static void
a_gap_makes_no_bucket(void **state)
{
    (void)state;
    int64_t ts[] = {-301, 0, 299, 3000, 90000};
    struct resample_bucket b[5];
    assert_int_equal(feed(&five_minutes, ts, 5, DAY * 2, b), 4);
    assert_int_equal(b[0].bar.ts, -600); /* before 1970 too */
    assert_int_equal(b[1].bar.ts, 0);
    assert_int_equal(b[1].rows, 2);
    assert_int_equal(b[2].bar.ts, 3000);
    assert_int_equal(b[3].bar.ts, 90000);
}

static void
a_missing_volume_makes_the_sum_unknown(void **state)
{
    (void)state;
    struct resample r;
    struct resample_bucket b;
    resample_start(&r, &five_minutes);
    for (int64_t ts = 0; ts < 600; ts += 60) {
        struct series_row row = row_at(ts);
        row.volume = ts == 120 ? NAN : 1;
        if (resample_add(&r, &row, &b) == RESAMPLE_DONE)
            assert_true(isnan(b.bar.volume));
    }
    assert_true(resample_end(&r, 600, &b));
    assert_true(b.bar.volume == 5);
}

static void
a_late_row_changes_nothing(void **state)
{
    (void)state;
    struct resample r;
    struct resample_bucket b, before;
    resample_start(&r, &five_minutes);
    struct series_row row = row_at(660), same = row_at(660), late = row_at(600);
    assert_int_equal(resample_add(&r, &row, &b), RESAMPLE_ADDED);
    before = r.now;
    assert_int_equal(resample_add(&r, &same, &b), RESAMPLE_LATE);
    assert_int_equal(resample_add(&r, &late, &b), RESAMPLE_LATE);
    assert_memory_equal(&before, &r.now, sizeof(before));
}

static void
sessions_shift_with_the_clocks(void **state)
{
    (void)state;
    struct resample_spec hours = in_sessions(4 * HOUR), days = in_sessions(DAY);
    int64_t ts[2000];
    size_t n = 0;
    for (size_t s = 0; s < COUNT_OF(sessions); s++)
        for (int64_t t = sessions[s].open_ts; t < sessions[s].close_ts;
             t += MINUTE)
            ts[n++] = t;
    struct resample_bucket b[20];
    assert_int_equal(feed(&hours, ts, n, INT64_MAX, b), 6);
    assert_int_equal(b[0].bar.ts, sessions[0].open_ts);
    assert_int_equal(b[0].slots, 240);
    assert_int_equal(b[1].bar.ts, sessions[0].open_ts + 4 * HOUR);
    assert_int_equal(b[1].slots, 150); /* cut by the close */
    assert_int_equal(b[1].rows, 150);
    assert_int_equal(b[2].bar.ts, sessions[1].open_ts);
    assert_int_equal(b[4].slots, 210);
    assert_int_equal(b[5].rows, 180);
    assert_int_equal(feed(&days, ts, n, INT64_MAX, b), 4);
    for (size_t s = 0; s < COUNT_OF(sessions); s++) {
        assert_int_equal(b[s].bar.ts, sessions[s].day_ts);
        assert_int_equal(b[s].rows, b[s].slots);
        assert_int_equal(b[s].slots,
                         (sessions[s].close_ts - sessions[s].open_ts) / MINUTE);
    }
}

static void
rows_between_sessions_are_outside(void **state)
{
    (void)state;
    struct resample_spec spec = in_sessions(HOUR);
    struct resample r;
    struct resample_bucket b;
    resample_start(&r, &spec);
    int64_t outside[] = {sessions[0].open_ts - 1, sessions[0].close_ts,
                         sessions[1].open_ts - MINUTE, sessions[3].close_ts};
    for (size_t i = 0; i < COUNT_OF(outside); i++) {
        struct series_row row = row_at(outside[i]);
        assert_int_equal(resample_add(&r, &row, &b), RESAMPLE_OUTSIDE);
        assert_false(resample_find(&spec, outside[i], &b));
    }
    assert_false(resample_end(&r, INT64_MAX, &b));
}

struct span {
    int64_t from_ts, to_ts, from_bucket, to_bucket;
};

static bool
span_of(const struct resample_spec *spec, int64_t first, int64_t last,
        struct span *s)
{
    return resample_span(spec, first, last, &s->from_ts, &s->to_ts,
                         &s->from_bucket, &s->to_bucket);
}

static void
a_dirty_range_touches_its_own_buckets_only(void **state)
{
    (void)state;
    struct span s;
    assert_true(span_of(&five_minutes, 600, 600, &s));
    assert_true(s.from_ts == 600 && s.to_ts == 900 && s.from_bucket == 600 &&
                s.to_bucket == 600);
    assert_true(span_of(&five_minutes, 899, 900, &s));
    assert_true(s.from_ts == 600 && s.to_ts == 1200 && s.to_bucket == 900);

    struct resample_spec days = in_sessions(DAY), hours = in_sessions(HOUR);
    assert_true(
        span_of(&days, sessions[1].open_ts + 7, sessions[2].open_ts - 7, &s));
    assert_true(s.from_ts == sessions[1].open_ts &&
                s.to_ts == sessions[1].close_ts &&
                s.from_bucket == sessions[1].day_ts &&
                s.to_bucket == sessions[1].day_ts);
    assert_true(span_of(&hours, 0, INT64_MAX, &s));
    assert_true(s.from_bucket == sessions[0].open_ts &&
                s.to_bucket == sessions[3].open_ts + 2 * HOUR);
    assert_false(
        span_of(&hours, sessions[0].close_ts, sessions[1].open_ts - 1, &s));
    assert_false(span_of(&hours, 0, sessions[0].open_ts - 1, &s));
    assert_false(span_of(&hours, sessions[3].close_ts, INT64_MAX, &s));
    assert_false(span_of(&hours, 5, 4, &s));
}

static void
rebuilding_any_range_gives_the_same_buckets(void **state)
{
    (void)state;
    static int64_t ts[3000];
    static struct resample_bucket all[3000], some[3000];
    size_t n = 0;
    for (int64_t t = 1709900000 / 60 * 60; n < 3000; t += MINUTE)
        if (t / 60 % 7 != 0)
            ts[n++] = t;
    struct resample_spec specs[] = {five_minutes, in_sessions(HOUR)};
    for (size_t k = 0; k < 2; k++) {
        size_t made = feed(&specs[k], ts, n, INT64_MAX, all);
        for (size_t i = 0; i < n; i += 13) {
            struct span s;
            if (!span_of(&specs[k], ts[i], ts[i] + 700, &s))
                continue;
            size_t a = 0, b = 0, at = 0;
            while (a < n && ts[a] < s.from_ts)
                a++;
            for (b = a; b < n && ts[b] < s.to_ts;)
                b++;
            size_t again = feed(&specs[k], ts + a, b - a, INT64_MAX, some);
            while (at < made && all[at].bar.ts < s.from_bucket)
                at++;
            assert_memory_equal(&all[at], some, again * sizeof(*some));
            assert_true(at + again == made ||
                        all[at + again].bar.ts > s.to_bucket);
        }
    }
}

struct file {
    struct series_row *rows;
    struct resample_session *sessions;
    size_t n, n_sessions;
};

static void
check_buckets(const struct file *f, FILE *in, char *line, size_t size)
{
    struct resample r = {.now.rows = 0};
    size_t next = 0;
    char mode_now[20] = "", mode[20];
    int interval, interval_now = 0, rows, partial, checked = 0;
    long long ts;
    double o, h, l, c, v;
    do {
        assert_int_equal(
            sscanf(line, "bucket %19s %d %lld %lf %lf %lf %lf %lf %d %d", mode,
                   &interval, &ts, &o, &h, &l, &c, &v, &rows, &partial),
            10);
        if (interval != interval_now || strcmp(mode, mode_now) != 0) {
            struct resample_spec spec = {.row_s = 60, .interval_s = interval};
            if (mode[0] == 's') {
                spec.sessions = f->sessions;
                spec.n_sessions = f->n_sessions;
            }
            assert_int_equal(next, interval_now ? f->n : 0);
            resample_start(&r, &spec);
            next = 0;
            interval_now = interval;
            strcpy(mode_now, mode);
        }
        struct resample_bucket b;
        bool has = false;
        while (!has && next < f->n)
            has = resample_add(&r, &f->rows[next++], &b) == RESAMPLE_DONE;
        if (!has)
            has = resample_end(&r, f->rows[f->n - 1].ts + 60, &b);
        assert_true(has);
        assert_int_equal(b.bar.ts, ts);
        assert_int_equal(b.rows, rows);
        assert_int_equal(b.partial, partial);
        assert_true(b.bar.open == o && b.bar.high == h && b.bar.low == l &&
                    b.bar.close == c && b.bar.volume == v);
        checked++;
    } while (fgets(line, (int)size, in));
    assert_true(checked > 1000);
}

static const char path[] = "../shared/data/minute/FILUSDT-1m-2023-11.csv.gz";

static void
real_minutes_agree_with_numpy(void **state)
{
    (void)state;
    char command[300], line[400];
    snprintf(command, sizeof(command),
             "/usr/bin/python3 tests/lib/resample_reference.py %s", path);
    FILE *in = popen(command, "r");
    assert_non_null(in);
    static struct series_row rows[50000];
    static struct resample_session days[100];
    struct file f = {.rows = rows, .sessions = days};
    while (fgets(line, sizeof(line), in)) {
        struct series_row *r = &rows[f.n];
        long long a, b, c;
        if (sscanf(line, "row %lld %lf %lf %lf %lf %lf", &a, &r->open, &r->high,
                   &r->low, &r->close, &r->volume) == 6) {
            r->ts = a;
            f.n++;
            assert_true(f.n < COUNT_OF(rows));
        } else if (sscanf(line, "session %lld %lld %lld", &a, &b, &c) == 3)
            days[f.n_sessions++] = (struct resample_session){a, b, c};
        else
            break;
    }
    check_buckets(&f, in, line, sizeof(line));
    assert_int_equal(pclose(in), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_holds_first_last_extremes_and_sum),
        cmocka_unit_test(a_bucket_is_partial_until_its_time_is_over),
        cmocka_unit_test(a_gap_makes_no_bucket),
        cmocka_unit_test(a_missing_volume_makes_the_sum_unknown),
        cmocka_unit_test(a_late_row_changes_nothing),
        cmocka_unit_test(sessions_shift_with_the_clocks),
        cmocka_unit_test(rows_between_sessions_are_outside),
        cmocka_unit_test(a_dirty_range_touches_its_own_buckets_only),
        cmocka_unit_test(rebuilding_any_range_gives_the_same_buckets),
        cmocka_unit_test(real_minutes_agree_with_numpy),
    };
    bool has_file = access(path, R_OK) == 0;
    if (!has_file)
        printf("# skip real minutes: %s is not there\n", path);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return _cmocka_run_group_tests(
        "resample", tests, COUNT_OF(tests) - (has_file ? 0 : 1), NULL, NULL);
}
