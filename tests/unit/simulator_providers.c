/* The drivers read what the simulator says: each driver's own URL goes in, and
 * its parser must find the market's rows in the answer, page after page; or
 * the fault that was asked for. */
#include "core/holiday.h"
#include "core/providers/provider.h"
#include "simulator/dialect.h"
#include "simulator/request.h"

#include "lib/date.h"
#include "lib/log.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char NOW[] = "2025-11-20T22:30:00Z";

static const struct source {
    const char *provider, *symbol;
    const char *first, *last; /* whole days that must be there */
    bool every_day;
    enum holiday_rule holidays;
} sources[] = {
    {"binance", "BTCUSDT", "2020-08-11", "2025-11-19", true, HOLIDAY_NONE},
    {"yahoo", "BTC-USD", "2020-08-11", "2025-11-19", true, HOLIDAY_NONE},
    {"yahoo", "MSTR", "2020-08-11", "2025-11-20", false, HOLIDAY_NYSE},
    {"yahoo", "THYAO.IS", "2020-08-11", "2025-11-20", false, HOLIDAY_BIST},
    {"fred", "DCOILWTICO", "2020-08-11", "2025-11-20", false,
     HOLIDAY_US_FEDERAL},
    {"eia", "petroleum/pri/spt:RWTC", "2020-08-11", "2025-11-20", false,
     HOLIDAY_US_FEDERAL},
    {"eia", "natural-gas/pri/fut:RNGWHHD", "2020-08-11", "2025-11-20", false,
     HOLIDAY_US_FEDERAL},
    {"mnav", "MSTR", "2020-08-11", "2025-11-20", false, HOLIDAY_NYSE},
};

static int64_t
ts_of(const char *text)
{
    int64_t ts;
    assert_true(date_parse_iso(text, strlen(text), &ts));
    return ts;
}

static bool
has_bar(const struct source *s, int64_t ts)
{
    return s->every_day || (date_weekday(ts / DAY_S) < 5 &&
                            !holiday_is_closed(s->holidays, ts / DAY_S));
}

static struct market *
market(void)
{
    struct market *m;
    struct err err;
    struct market_open how = {.catalogue = "simulator/catalogue.csv",
                              .seed = 1};
    assert_true(market_open(&how, &m, &err));
    return m;
}

static struct provider_request
question(const struct source *s)
{
    return (struct provider_request){.base_url = "http://localhost/sim/x",
                                     .symbol = s->symbol,
                                     .interval_s = DAY_S,
                                     .to_ts = ts_of(NOW),
                                     .all_history = true,
                                     .now_ts = ts_of(NOW),
                                     .key = "key"};
}

/* One request, there and back. */
static void
ask(struct arena *a, struct market *m, const struct source *s,
    const struct provider_request *request, struct faults_hit fault,
    struct provider_answer *answer)
{
    const struct provider *driver = provider_find(s->provider);
    struct buf *url = buf_new(a), *log_url = buf_new(a);
    struct err err;
    assert_non_null(driver);
    assert_true(driver->url(a, request, url, log_url, &err));
    const char *path = strstr(url->data, "/sim/");
    assert_non_null(path);
    struct request r;
    request_parse(a, path, NOW, 0, &r);
    assert_non_null(r.dialect);
    struct reply reply = reply_new(a);
    struct talk t = {.a = a,
                     .request = &r,
                     .market = m,
                     .fault = fault,
                     .n_this_minute = 1,
                     .reply = &reply};
    talk_answer(&t);
    driver->parse(a, request, reply.status, reply.body->data, reply.body->len,
                  answer);
}

static void
drivers_read_the_whole_history(void **state)
{
    struct arena *a = *state;
    struct market *m = market();
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        const struct source *s = &sources[i];
        struct provider_request request = question(s);
        int64_t day = ts_of(s->first), last = 0;
        for (int page = 0; page < 10; page++) {
            struct provider_answer answer;
            ask(a, m, s, &request, (struct faults_hit){0}, &answer);
            assert_int_equal(answer.fault, FAULT_NONE);
            for (size_t k = 0; k < answer.series->n; k++) {
                const struct series_row *row = &answer.series->rows[k];
                while (!has_bar(s, day))
                    day += DAY_S;
                assert_int_equal(row->ts, day);
                assert_null(row->bad);
                assert_true(row->close > 0);
                last = row->ts;
                day += DAY_S;
            }
            if (answer.next_from_ts == 0)
                break;
            request.all_history = false;
            request.from_ts = answer.next_from_ts;
        }
        assert_int_equal(last, ts_of(s->last));
    }
    market_close(m);
}

static void
drivers_read_a_range_to_its_ends(void **state)
{
    struct arena *a = *state;
    struct market *m = market();
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        struct provider_request request = question(&sources[i]);
        struct provider_answer answer;
        request.all_history = false;
        request.from_ts =
            ts_of("2024-03-06"); /* the clocks change on the 10th */
        request.to_ts = ts_of("2024-03-13");
        ask(a, m, &sources[i], &request, (struct faults_hit){0}, &answer);
        assert_int_equal(answer.fault, FAULT_NONE);
        assert_int_equal(answer.series->n, sources[i].every_day ? 8 : 6);
        assert_int_equal(answer.series->rows[0].ts, ts_of("2024-03-06"));
        assert_int_equal(answer.series->rows[answer.series->n - 1].ts,
                         ts_of("2024-03-13"));
    }
    market_close(m);
}

static void
drivers_see_each_fault_for_what_it_is(void **state)
{
    struct arena *a = *state;
    static const struct {
        enum faults_kind asked;
        enum fault seen;
    } cases[] = {{FAULTS_RATE, FAULT_RATE_LIMITED},
                 {FAULTS_LIMIT_200, FAULT_RATE_LIMITED},
                 {FAULTS_ERROR_500, FAULT_SERVER},
                 {FAULTS_ERROR_503, FAULT_SERVER},
                 {FAULTS_MALFORMED, FAULT_MALFORMED},
                 {FAULTS_WRONG_SYMBOL, FAULT_WRONG_SYMBOL}};
    struct market *m = market();
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        struct provider_request request = question(&sources[i]);
        for (size_t k = 0; k < COUNT_OF(cases); k++) {
            struct faults_hit hit = {.kind = cases[k].asked, .arg = 1};
            struct provider_answer answer;
            ask(a, m, &sources[i], &request, hit, &answer);
            assert_int_equal(answer.fault, cases[k].seen);
            assert_true(answer.text != NULL && answer.text[0] != '\0');
        }
    }
    market_close(m);
}

static void
an_answer_without_rows_is_no_fault_of_its_form(void **state)
{
    struct arena *a = *state;
    struct market *m = market();
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        struct provider_request request = question(&sources[i]);
        struct faults_hit hit = {.kind = FAULTS_EMPTY};
        struct provider_answer answer;
        ask(a, m, &sources[i], &request, hit, &answer);
        assert_true(answer.fault == FAULT_EMPTY ||
                    (answer.fault == FAULT_NONE && answer.series->n == 0));
        assert_int_equal(answer.next_from_ts, 0);
    }
    market_close(m);
}

static void
spoilt_rows_leave_the_others_readable(void **state)
{
    struct arena *a = *state;
    struct market *m = market();
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        struct provider_request request = question(&sources[i]);
        struct faults_hit hit = {.kind = FAULTS_WRONG_TYPES};
        struct provider_answer answer;
        ask(a, m, &sources[i], &request, hit, &answer);
        assert_int_equal(answer.fault, FAULT_NONE);
        size_t n_bad = 0;
        for (size_t k = 0; k < answer.series->n; k++) {
            const struct series_row *row = &answer.series->rows[k];
            assert_true((row->bad != NULL) == isnan(row->close));
            n_bad += row->bad != NULL;
        }
        assert_true(n_bad > 50 && n_bad * 5 < answer.series->n);
    }
    market_close(m);
}

static int
open_arena(void **state)
{
    *state = arena_new();
    return 0;
}

static int
close_arena(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_arena, close_arena)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(drivers_read_the_whole_history),
        TEST(drivers_read_a_range_to_its_ends),
        TEST(drivers_see_each_fault_for_what_it_is),
        TEST(an_answer_without_rows_is_no_fault_of_its_form),
        TEST(spoilt_rows_leave_the_others_readable),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
