/* Every case in tests/fixtures/providers/NAME/ (CASE.case): a head of "name:
 * value" lines, a line of dashes, the body, a line of dashes, what must come
 * out.
 *
 * Head: status (200), symbol, interval (seconds, 0), from, to, now (ISO), key,
 * spec (JSON on one line), base (then URL, log URL and headers come first in
 * the output), all (yes: all history). Output: one line a row, "-" for NaN,
 * then bad and raw where there are any; "absent N", "next TIME"; or the fault
 * and its words. */
#include "core/providers/provider.h"

#include "lib/date.h"
#include "lib/number.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define DIR_OF_CASES "tests/fixtures/providers"
#define DASHES       "\n----\n"

static const char *
read_file(struct arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("%s cannot be read", path);
    struct buf *b = buf_new(a);
    size_t n;
    do {
        n = fread(buf_reserve(b, 4096), 1, 4096, f);
        buf_end(b, n);
    } while (n > 0);
    fclose(f);
    return b->data;
}

/* The value of a line "name: value" in the head, or NULL. */
static const char *
head_get(struct arena *a, const char *head, const char *name)
{
    const char *label = arena_printf(a, "\n%s: ", name);
    const char *at = strstr(arena_printf(a, "\n%s", head), label);
    if (at == NULL)
        return NULL;
    at += strlen(label);
    return arena_strndup(a, at, strcspn(at, "\n"));
}

static int64_t
head_time(struct arena *a, const char *head, const char *name,
          int64_t otherwise)
{
    const char *text = head_get(a, head, name);
    int64_t ts = otherwise;
    if (text != NULL && !date_parse_iso(text, strlen(text), &ts))
        fail_msg("%s: %s is no time", name, text);
    return ts;
}

static struct provider_request
request_of(struct arena *a, const char *head)
{
    const char *interval = head_get(a, head, "interval");
    const char *spec = head_get(a, head, "spec");
    struct provider_request request = {
        .base_url = head_get(a, head, "base"),
        .symbol = head_get(a, head, "symbol"),
        .interval_s = interval != NULL ? atoi(interval) : 0,
        .from_ts = head_time(a, head, "from", 0),
        .to_ts = head_time(a, head, "to", 253402300799),
        .now_ts = head_time(a, head, "now", 253402300799),
        .all_history = head_get(a, head, "all") != NULL,
        .key = head_get(a, head, "key"),
    };
    struct err err;
    if (spec != NULL && !json_parse(a, spec, strlen(spec), &request.spec, &err))
        fail_msg("spec: %s", err.text);
    return request;
}

static void
print_number(struct buf *out, double v)
{
    char text[NUMBER_TEXT_MAX] = "-";
    if (!isnan(v))
        (void)number_format_f64(text, v);
    buf_addf(out, " %s", text);
}

static void
print_row(struct arena *a, const struct series_row *row, struct buf *out)
{
    buf_adds(out, row->ts == SERIES_NO_TS ? "-" : date_format_iso(a, row->ts));
    print_number(out, row->open);
    print_number(out, row->high);
    print_number(out, row->low);
    print_number(out, row->close);
    print_number(out, row->volume);
    if (row->bad != NULL)
        buf_addf(out, " bad: %s", row->bad);
    if (row->raw != NULL)
        buf_addf(out, " raw: %s", row->raw);
    buf_addc(out, '\n');
}

static void
print_answer(struct arena *a, const struct provider_answer *answer,
             struct buf *out)
{
    if (answer->fault != FAULT_NONE) {
        buf_addf(out, "%s: %s\n", fault_name(answer->fault), answer->text);
        return;
    }
    for (size_t i = 0; i < answer->series->n; i++)
        print_row(a, &answer->series->rows[i], out);
    if (answer->n_absent > 0)
        buf_addf(out, "absent %zu\n", answer->n_absent);
    if (answer->next_from_ts != 0)
        buf_addf(out, "next %s\n", date_format_iso(a, answer->next_from_ts));
}

static void
print_url(struct arena *a, const struct provider *provider,
          const struct provider_request *request, struct buf *out)
{
    struct buf *url = buf_new(a), *log_url = buf_new(a);
    struct err err;
    if (!provider->url(a, request, url, log_url, &err)) {
        buf_addf(out, "url refused: %s\n", err.text);
        return;
    }
    buf_addf(out, "url %s\nlog %s\n", url->data, log_url->data);
    const char *const *headers =
        provider->headers != NULL ? provider->headers(a, request) : NULL;
    for (; headers != NULL && *headers != NULL; headers++)
        buf_addf(out, "header %s\n", *headers);
}

static bool
run_case(struct arena *a, const struct provider *provider, const char *path)
{
    const char *text = read_file(a, path);
    const char *body = strstr(text, DASHES);
    const char *expected =
        body != NULL ? strstr(body + strlen(DASHES) - 1, DASHES) : NULL;
    if (expected == NULL)
        fail_msg("%s has not three parts", path);
    const char *head = arena_strndup(a, text, (size_t)(body + 1 - text));
    body += strlen(DASHES);
    size_t len = expected < body ? 0 : (size_t)(expected - body);
    expected += strlen(DASHES);

    struct provider_request request = request_of(a, head);
    const char *status = head_get(a, head, "status");
    struct provider_answer answer = {0};
    struct buf *out = buf_new(a);
    if (request.base_url != NULL)
        print_url(a, provider, &request, out);
    /* A copy of just the body, so that a read past its end shows. */
    char *copy = xmalloc(len + 1);
    memcpy(copy, body, len);
    copy[len] = '\0';
    if (len > 0 || request.base_url == NULL) {
        provider->parse(a, &request, status != NULL ? atoi(status) : 200, copy,
                        len, &answer);
        print_answer(a, &answer, out);
    }
    free(copy);
    if (strcmp(out->data, expected) == 0)
        return true;
    print_error("%s\n--- expected\n%s--- got\n%s", path, expected, out->data);
    return false;
}

static int
run_cases(const struct provider *provider)
{
    struct arena *a = arena_new();
    const char *dir_path = arena_printf(a, DIR_OF_CASES "/%s", provider->name);
    DIR *dir = opendir(dir_path);
    int n = 0, failed = 0;
    for (struct dirent *d; dir != NULL && (d = readdir(dir)) != NULL;) {
        size_t len = strlen(d->d_name);
        if (len < 6 || strcmp(d->d_name + len - 5, ".case") != 0)
            continue;
        struct arena *own = arena_new();
        failed += !run_case(own, provider,
                            arena_printf(own, "%s/%s", dir_path, d->d_name));
        arena_free(own);
        n++;
    }
    if (dir != NULL)
        closedir(dir);
    arena_free(a);
    return failed > 0 ? -failed : n;
}

static void
every_driver_reads_its_cases(void **state)
{
    (void)state;
    size_t n;
    bool ok = true;
    const struct provider *const *drivers = provider_list(&n);
    for (size_t i = 0; i < n; i++) {
        int cases = run_cases(drivers[i]);
        ok = ok && cases >= 3;
        if (cases >= 0 && cases < 3)
            print_error("%s has fewer than 3 cases\n", drivers[i]->name);
    }
    assert_true(ok);
}

/* A full page of binance's from 2020-01-01 on. */
static int64_t
next_page(struct arena *a, int n, struct provider_request request)
{
    struct buf *b = buf_new(a);
    struct provider_answer answer;
    json_open(b, '[');
    for (int i = 0; i < n; i++) {
        int64_t ms = (1577836800LL + i * (int64_t)DAY_S) * 1000;
        json_open(b, '[');
        json_put_i64(b, ms);
        for (int k = 0; k < 5; k++)
            json_put_str(b, "1.5");
        json_put_i64(b, ms + DAY_S * 1000LL - 1);
        json_close(b, ']');
    }
    json_close(b, ']');
    provider_find("binance")->parse(a, &request, 200, b->data, b->len, &answer);
    assert_int_equal(answer.fault, FAULT_NONE);
    assert_int_equal(answer.series->n, n);
    return answer.next_from_ts;
}

static void
a_full_page_is_followed_only_forward(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct provider_request request = {.interval_s = DAY_S,
                                       .to_ts = 4102444800,
                                       .now_ts = 4102444800,
                                       .all_history = true};
    int64_t after = 1577836800LL + 1000 * (int64_t)DAY_S;
    assert_int_equal(next_page(a, 1000, request), after);
    assert_int_equal(next_page(a, 999, request), 0);
    request.all_history = false;
    request.from_ts = after - 1;
    assert_int_equal(next_page(a, 1000, request), after);
    request.from_ts = after; /* the same page again would never end */
    assert_int_equal(next_page(a, 1000, request), 0);
    request.from_ts = 0;
    request.to_ts = after - 1;
    assert_int_equal(next_page(a, 1000, request), 0);
    request.to_ts = after;
    request.now_ts = after + DAY_S - 1; /* its bar is not finished */
    assert_int_equal(next_page(a, 1000, request), 0);
    request.now_ts = after + DAY_S;
    assert_int_equal(next_page(a, 1000, request), after);
    arena_free(a);
}

static void
drivers_are_found_by_name(void **state)
{
    (void)state;
    size_t n;
    const struct provider *const *drivers = provider_list(&n);
    assert_true(n >= 6);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(provider_find(drivers[i]->name), drivers[i]);
        assert_true(drivers[i]->intervals[0] > 0);
        assert_true(drivers[i]->key_env != NULL || !drivers[i]->key_required);
    }
    assert_null(provider_find("nobody"));
    assert_null(provider_find(""));
}

static void
every_fault_has_a_name_and_words(void **state)
{
    (void)state;
    for (int f = 0; f < FAULT_COUNT; f++) {
        assert_non_null(fault_name((enum fault)f));
        assert_non_null(fault_words((enum fault)f));
        for (int g = 0; g < f; g++)
            assert_string_not_equal(fault_name((enum fault)f),
                                    fault_name((enum fault)g));
    }
    assert_true(fault_may_pass(FAULT_RATE_LIMITED));
    assert_false(fault_may_pass(FAULT_REFUSED));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_driver_reads_its_cases),
        cmocka_unit_test(a_full_page_is_followed_only_forward),
        cmocka_unit_test(drivers_are_found_by_name),
        cmocka_unit_test(every_fault_has_a_name_and_words),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
