/* The fetch engine against a database and a server of the test's own. Each
 * test makes its providers (generic driver, daily values) and instruments;
 * what the server says is the test's function. */
#include "worker/fetch.h"

#include "core/archive.h"
#include "lib/config.h"
#include "lib/date.h"
#include "lib/format.h"
#include "lib/secret.h"
#include "tests/lib/stub.h"
#include "tests/lib/testdb.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOURCES_MAX = 40 };

#define NOW_TS 1769947200LL /* 2026-02-01T12:00:00Z; 2026-01-31 is due */
#define DUE_TS 1769817600LL

static struct stub *stub;
static struct test_db *test_db; /* one for all: each test clears up */
static char archive_dir[] = "/tmp/quotemill-fetch-XXXXXX";

/* What the callbacks saw. */
struct seen {
    struct load loads[64]; /* texts on a */
    size_t load_source[64], n_loads, n_saves;
    struct fetch_note ends[SOURCES_MAX], notes[128];
    size_t note_source[128], n_notes, n_ends;
    int ticks, ticks_max; /* stops after so many; 0: never */
    bool fail_save;
};

struct fixture {
    struct arena *a;
    struct db *db;
    struct fetch_source sources[SOURCES_MAX];
    size_t n;
    struct seen seen;
    /* the server's side */
    stub_fn *answer;
    int asked[3]; /* requests to provider p1, p2 */
};

static int
answer(void *arg, const char *path, char *out)
{
    struct fixture **f = arg;
    (*f)->asked[path[2] - '0']++; /* "/p1/..." */
    return (*f)->answer(*f, path, out);
}

static struct fixture *current;

static const char *
sql(struct fixture *f, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = arena_vprintf(f->a, fmt, args);
    va_end(args);
    return test_db_sql(test_db, text);
}

static int
setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct err err = {0};
    f->a = arena_new();
    if (!db_open(&f->db, test_db_conninfo(test_db, "worker"), "test", &err))
        fail_msg("%s", err.text);
    current = f;
    stub_forget(stub);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;
    db_close(f->db);
    sql(f, "DELETE FROM instrument WHERE title = 'x'; "
           "DELETE FROM provider WHERE driver = 'generic'");
    arena_free(f->a);
    free(f);
    return 0;
}

/* Provider p1 or p2; pages of three rows. */
static void
add_provider(struct fixture *f, int number, double per_minute, double burst,
             int max_parallel)
{
    sql(f,
        "INSERT INTO provider (name, title, driver, base_url, priority, "
        "rate_per_minute, burst, max_parallel, spec) VALUES ('p%d', 'p%d', "
        "'generic', 'https://nowhere.invalid', %d, %f, %f, %d, '{\"url\": "
        "\"/{symbol}?from={from}&to={to}\", \"rows\": \"/rows\", \"error\": "
        "\"/error\", \"symbol\": \"/symbol\", \"max_rows\": 3, \"fields\": "
        "{\"ts\": \"d\", \"value\": \"v\"}}')",
        number, number, number, per_minute, burst, max_parallel);
}

/* An instrument with a listing at each of the first n providers. */
static struct fetch_source *
add_source(struct fixture *f, const char *symbol, int n_listings)
{
    const char *id =
        sql(f,
            "INSERT INTO instrument (symbol, title, kind, calendar) VALUES "
            "('%s', 'x', 'index', '24x7') RETURNING id",
            symbol);
    struct fetch_source *s = &f->sources[f->n++];
    *s = (struct fetch_source){.symbol = symbol,
                               .instrument_id = atoll(id),
                               .interval_s = DAY_S,
                               .from_ts = DUE_TS - 2 * DAY_S,
                               .to_ts = NOW_TS,
                               .last_ts = DUE_TS - DAY_S,
                               .must_be_fresh = true};
    for (int i = 1; i <= n_listings; i++)
        sql(f,
            "INSERT INTO listing (instrument_id, provider, provider_symbol, "
            "priority) VALUES (%lld, 'p%d', '%s', %d)",
            (long long)s->instrument_id, i, symbol, i);
    return s;
}

static bool
on_tick(void *arg)
{
    struct seen *seen = arg;
    return seen->ticks_max == 0 || ++seen->ticks <= seen->ticks_max;
}

static bool
on_save(void *arg, const struct load *loads, const size_t *sources, size_t n,
        struct err *err)
{
    struct seen *seen = arg;
    struct arena *a = current->a;
    if (seen->fail_save)
        return err_set(err, ERR_CONFLICT, "no longer ours");
    seen->n_saves++;
    for (size_t i = 0; i < n; i++) {
        struct load *load = &seen->loads[seen->n_loads];
        *load = loads[i];
        load->provider = arena_strdup(a, load->provider);
        load->request = arena_strdup(a, load->request);
        load->reason = arena_strdup(a, load->reason);
        load->archive_hash = arena_strdup(a, load->archive_hash);
        seen->load_source[seen->n_loads++] = sources[i];
    }
    return true;
}

static bool
on_note(void *arg, size_t source, const struct fetch_note *note,
        struct err *err)
{
    struct seen *seen = arg;
    (void)err;
    seen->note_source[seen->n_notes] = source;
    seen->notes[seen->n_notes++] = *note;
    return true;
}

static bool
on_done(void *arg, size_t source, const struct fetch_note *note,
        struct err *err)
{
    struct seen *seen = arg;
    (void)err;
    assert_null(seen->ends[source].provider);
    seen->ends[source] = *note;
    seen->n_ends++;
    return true;
}

static bool
on_again(void *arg, int *tries, const struct err *err)
{
    (void)arg, (void)tries, (void)err;
    return false;
}

static bool
run(struct fixture *f, bool *halted, struct err *err)
{
    struct fetch_plan plan = {
        .run_id = 7, .sources = f->sources, .n = f->n, .now_ts = NOW_TS};
    struct fetch_calls calls = {.arg = &f->seen,
                                .tick = on_tick,
                                .save = on_save,
                                .note = on_note,
                                .done = on_done,
                                .again = on_again};
    *err = (struct err){0};
    return fetch_run(f->a, f->db, &plan, &calls, halted, err);
}

static void
run_to_the_end(struct fixture *f)
{
    bool halted;
    struct err err;
    if (!run(f, &halted, &err))
        fail_msg("%s", err.text);
    assert_false(halted);
    assert_int_equal(f->seen.n_ends, f->n);
}

/* The day that a query value names. */
static int64_t
day_in(const char *path, const char *name)
{
    const char *at = strstr(path, name);
    int64_t ts = 0;
    if (at == NULL || !date_parse_day(at + strlen(name), 10, &ts))
        fail_msg("%s has no %s", path, name);
    return ts;
}

/* Rows from what was asked for up to a day, three at most. */
static void
rows_until(const char *path, int64_t until_ts, char *out)
{
    struct arena *a = arena_new();
    struct buf *b = buf_new(a);
    int64_t ts = day_in(path, "from="), to = day_in(path, "to=");
    json_open(b, '{');
    json_key(b, "rows");
    json_open(b, '[');
    for (int n = 0; n < 3 && ts <= until_ts && ts <= to; n++, ts += DAY_S) {
        json_open(b, '{');
        json_key(b, "d");
        json_put_str(b, date_format_day(a, ts));
        json_key(b, "v");
        json_put_f64(b, (double)(ts % 97) + 1);
        json_close(b, '}');
    }
    json_close(b, ']');
    json_close(b, '}');
    stub_answer(out, 200, "", b->data);
    arena_free(a);
}

static int
all_is_well(void *arg, const char *path, char *out)
{
    (void)arg;
    rows_until(path, DUE_TS, out);
    return 0;
}

static int
slow(void *arg, const char *path, char *out)
{
    return all_is_well(arg, path, out) + 30;
}

static void
sources_are_asked_in_parallel_within_bounds(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    for (int i = 0; i < 12; i++)
        add_source(f, arena_printf(f->a, "S%d", i), 1);
    f->answer = slow;
    run_to_the_end(f);
    assert_int_equal(stub_most_at_once(stub), 3);
    assert_int_equal(stub_count(stub), 12);
    assert_int_equal(f->seen.n_loads, 12);
    for (size_t i = 0; i < f->n; i++) {
        assert_int_equal(f->seen.ends[i].fault, FAULT_NONE);
        assert_string_equal(f->seen.ends[i].detail, "p1: 3 rows to 2026-01-31");
    }
}

static void
a_response_is_archived_and_its_load_says_all(void **state)
{
    struct fixture *f = *state;
    char *bytes;
    size_t len;
    struct err err;
    add_provider(f, 1, 60000, 1000, 3);
    struct fetch_source *s = add_source(f, "S", 1);
    f->answer = all_is_well;
    run_to_the_end(f);
    const struct load *load = &f->seen.loads[0];
    assert_int_equal(f->seen.n_loads, 1);
    assert_int_equal(load->run_id, 7);
    assert_int_equal(load->instrument_id, s->instrument_id);
    assert_int_equal(load->http_status, 200);
    assert_true(load->simulated && load->elapsed_ms > 0);
    assert_null(load->reason);
    assert_string_equal(load->provider, "p1");
    assert_non_null(strstr(load->request, "/p1/S?from=2026-01-29"));
    assert_true(archive_get(f->a, archive_dir, load->archive_hash, 10000,
                            &bytes, &len, &err));
    assert_int_equal(len, load->archive_bytes);
    assert_non_null(strstr(bytes, "2026-01-31"));
    assert_non_null(strstr(stub_seen(stub, 0)->head,
                           "X-Quotemill-Now: 2026-02-01T12:00:00Z"));
}

static int
fails_twice(void *arg, const char *path, char *out)
{
    struct fixture *f = arg;
    if (f->asked[1] > 2)
        return all_is_well(arg, path, out);
    stub_answer(out, 503, "", "{\"message\":\"overloaded\"}");
    return 0;
}

static void
what_may_pass_is_asked_again(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    add_source(f, "S", 2);
    f->answer = fails_twice;
    run_to_the_end(f);
    assert_int_equal(f->asked[1], 3);
    assert_int_equal(f->asked[2], 0);
    assert_int_equal(f->seen.ends[0].fault, FAULT_NONE);
    assert_int_equal(f->seen.n_notes, 3);
    assert_int_equal(f->seen.notes[0].fault, FAULT_NONE);
    assert_int_equal(f->seen.notes[1].fault, FAULT_SERVER);
    assert_non_null(strstr(f->seen.notes[1].error, "HTTP 503: overloaded"));
    assert_non_null(strstr(f->seen.notes[1].next_action, "attempt 2 of 3"));
    int64_t requests = f->seen.ends[0].requests;
    for (size_t i = 0; i < f->seen.n_notes; i++)
        requests += f->seen.notes[i].requests;
    assert_int_equal(requests, 3);
}

static int
first_is_down(void *arg, const char *path, char *out)
{
    if (path[2] == '2')
        return all_is_well(arg, path, out);
    stub_answer(out, 500, "", "{\"message\":\"broken\"}");
    return 0;
}

static void
the_next_listing_is_asked_and_the_reason_kept(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    add_source(f, "S", 2);
    f->answer = first_is_down;
    run_to_the_end(f);
    assert_int_equal(f->asked[1], 3);
    assert_int_equal(f->asked[2], 1);
    assert_string_equal(f->seen.loads[0].reason,
                        "p1: the provider has a fault (HTTP 500: broken; 3 "
                        "attempts)");
    assert_string_equal(f->seen.ends[0].provider, "p2");
    assert_non_null(strstr(f->seen.ends[0].detail, "p2, because p1: the"));
}

static int
all_are_down(void *arg, const char *path, char *out)
{
    (void)arg;
    if (path[2] == '1')
        stub_answer(out, 404, "", "{\"message\":\"no such thing\"}");
    else
        stub_answer(out, 200, "", "{\"rows\":[{\"d\":\"x\"},{\"d\":7}]}");
    return 0;
}

static void
a_source_that_nobody_answers_for_fails_alone(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    add_source(f, "S", 2);
    add_source(f, "T", 0);
    f->answer = all_are_down;
    run_to_the_end(f);
    const struct fetch_note *end = &f->seen.ends[0];
    assert_int_equal(f->asked[1], 1); /* 404 does not pass */
    assert_int_equal(f->asked[2], 3);
    assert_int_equal(end->fault, FAULT_CLIENT);
    assert_non_null(strstr(end->error, "p1: the request was rejected"));
    assert_non_null(strstr(end->error, "p2: the answer cannot be read (none "
                                       "of 2 rows can be read"));
    assert_non_null(end->next_action);
    assert_int_equal(f->seen.n_loads, 0);
    assert_int_equal(f->seen.ends[1].fault, FAULT_CLIENT);
    assert_non_null(strstr(f->seen.ends[1].error, "no enabled provider"));
}

static int
come_back_in_a_second(void *arg, const char *path, char *out)
{
    struct fixture *f = arg;
    if (f->asked[1] > 1)
        return all_is_well(arg, path, out);
    stub_answer(out, 429, "Retry-After: 1\r\n", "slow down");
    return 0;
}

static void
retry_after_is_obeyed_and_stored_for_others(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 1);
    add_source(f, "S", 1);
    add_source(f, "T", 1);
    f->answer = come_back_in_a_second;
    run_to_the_end(f);
    assert_int_equal(stub_count(stub), 3);
    double first = stub_seen(stub, 0)->at_ms;
    assert_true(stub_seen(stub, 1)->at_ms - first >= 999);
    assert_true(stub_seen(stub, 2)->at_ms - first >= 999);
    assert_int_equal(f->seen.ends[0].fault, FAULT_NONE);
    assert_int_equal(f->seen.ends[1].fault, FAULT_NONE);
}

static int
come_back_tomorrow(void *arg, const char *path, char *out)
{
    if (path[2] == '2')
        return all_is_well(arg, path, out);
    stub_answer(out, 429, "Retry-After: 86400\r\n", "enough for today");
    return 0;
}

static void
a_long_retry_after_sends_everyone_elsewhere_at_once(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 1);
    add_provider(f, 2, 60000, 1000, 1);
    add_source(f, "S", 2);
    add_source(f, "T", 2);
    f->answer = come_back_tomorrow;
    run_to_the_end(f);
    assert_int_equal(f->asked[1], 1); /* T does not even try */
    assert_int_equal(f->asked[2], 2);
    assert_string_equal(f->seen.ends[1].provider, "p2");
    assert_string_equal(sql(f, "SELECT blocked_until - now() > '23 hours' FROM "
                               "rate_bucket WHERE provider = 'p1'"),
                        "t");
    /* another process, later */
    memset(&f->seen, 0, sizeof f->seen);
    run_to_the_end(f);
    assert_int_equal(f->asked[1], 1);
    assert_int_equal(f->asked[2], 4);
    assert_non_null(strstr(f->seen.ends[0].detail, "asked too often"));
}

static void
tokens_limit_the_rate_across_runs(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 1200, 2, 8); /* one each 50 ms, two to begin with */
    for (int i = 0; i < 4; i++)
        add_source(f, arena_printf(f->a, "S%d", i), 1);
    f->answer = all_is_well;
    run_to_the_end(f);
    double first = stub_seen(stub, 0)->at_ms;
    assert_true(stub_seen(stub, 2)->at_ms - first >= 30);
    assert_true(stub_seen(stub, 3)->at_ms - first >= 80);
    memset(&f->seen, 0, sizeof f->seen);
    run_to_the_end(f);
    /* 8 requests: 2 at once and 6 that had to wait for 50 ms each */
    assert_true(stub_seen(stub, 7)->at_ms - first >= 280);
}

static void
pages_follow_each_other(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    struct fetch_source *s = add_source(f, "S", 1);
    s->from_ts = DUE_TS - 6 * DAY_S; /* 7 days in pages of 3 */
    f->answer = all_is_well;
    run_to_the_end(f);
    assert_int_equal(f->seen.n_loads, 3);
    assert_int_equal(f->seen.loads[1].from_ts, DUE_TS - 3 * DAY_S);
    assert_int_equal(f->seen.loads[2].from_ts, DUE_TS);
    assert_string_equal(f->seen.ends[0].detail, "p1: 7 rows to 2026-01-31");
}

static void
first_pages_go_before_second_ones(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 1);
    for (int i = 0; i < 3; i++)
        add_source(f, arena_printf(f->a, "S%d", i), 1)->from_ts =
            DUE_TS - 5 * DAY_S;
    f->answer = all_is_well;
    run_to_the_end(f);
    assert_int_equal(stub_count(stub), 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(
            strstr(stub_seen(stub, i)->head, "from=2026-01-26") != NULL, i < 3);
}

static int
first_is_stale(void *arg, const char *path, char *out)
{
    (void)arg;
    rows_until(path, path[2] == '1' ? DUE_TS - 3 * DAY_S : DUE_TS, out);
    return 0;
}

static void
a_stale_listing_is_completed_by_the_next(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_provider(f, 2, 60000, 1000, 3);
    struct fetch_source *s = add_source(f, "S", 2);
    s->from_ts = DUE_TS - 4 * DAY_S;
    s->last_ts = 0;
    f->answer = first_is_stale;
    run_to_the_end(f);
    assert_int_equal(f->seen.n_loads, 2);
    assert_int_equal(f->seen.loads[1].from_ts, DUE_TS - 2 * DAY_S);
    assert_non_null(strstr(f->seen.loads[1].reason, "2026-01-31 is due"));
    assert_int_equal(f->seen.ends[0].fault, FAULT_NONE);
}

static void
stale_rows_are_kept_but_the_source_has_failed(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    struct fetch_source *s = add_source(f, "S", 1);
    struct fetch_source *t = add_source(f, "T", 1);
    s->last_ts = t->last_ts = 0;
    s->from_ts = t->from_ts = DUE_TS - 4 * DAY_S;
    t->must_be_fresh = false; /* history is wanted: late is only said */
    f->answer = first_is_stale;
    run_to_the_end(f);
    assert_int_equal(f->seen.n_loads, 2);
    assert_int_equal(f->seen.ends[0].fault, FAULT_STALE);
    assert_int_equal(f->seen.ends[1].fault, FAULT_NONE);
    assert_non_null(
        strstr(f->seen.ends[1].detail, "2026-01-31 is due and not there"));
}

static int
nothing(void *arg, const char *path, char *out)
{
    (void)arg, (void)path;
    stub_answer(out, 200, "", "{\"rows\":[]}");
    return 0;
}

static void
nothing_is_a_fault_only_where_something_is_due(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_source(f, "DUE", 1);
    add_source(f, "UPTODATE", 1)->last_ts = DUE_TS;
    add_source(f, "HISTORY", 1)->all_history = true;
    f->answer = nothing;
    run_to_the_end(f);
    assert_int_equal(f->seen.ends[0].fault, FAULT_EMPTY);
    assert_int_equal(f->seen.ends[1].fault, FAULT_NONE);
    assert_string_equal(f->seen.ends[1].detail, "p1: nothing new");
    assert_int_equal(f->seen.ends[2].fault, FAULT_EMPTY);
    assert_int_equal(f->seen.n_loads, 0);
    assert_int_equal(stub_count(stub), 3); /* empty does not pass */
}

static int
never(void *arg, const char *path, char *out)
{
    if (strstr(path, "QUICK") != NULL)
        return all_is_well(arg, path, out);
    stub_answer(out, 200, "", "{}");
    return 700;
}

static void
a_stop_saves_what_has_come_and_leaves_the_rest(void **state)
{
    struct fixture *f = *state;
    bool halted = false;
    struct err err;
    add_provider(f, 1, 60000, 1000, 3);
    add_source(f, "SLOW", 1);
    add_source(f, "QUICK", 1);
    f->answer = never;
    f->seen.ticks_max = 4;
    assert_true(run(f, &halted, &err));
    assert_true(halted);
    assert_int_equal(f->seen.n_loads, 1);
    assert_int_equal(f->seen.n_ends, 1);
    assert_null(f->seen.ends[0].provider);
}

static void
timeouts_are_faults_that_may_pass(void **state)
{
    struct fixture *f = *state;
    add_provider(f, 1, 60000, 1000, 3);
    add_source(f, "SLOW", 1);
    f->answer = never; /* 700 ms, and the first byte has 400 */
    run_to_the_end(f);
    assert_int_equal(f->seen.ends[0].fault, FAULT_TIMEOUT);
    assert_non_null(strstr(f->seen.ends[0].error, "3 attempts"));
    assert_int_equal(f->asked[1], 3);
}

static void
a_callback_that_fails_ends_the_fetch(void **state)
{
    struct fixture *f = *state;
    bool halted;
    struct err err;
    add_provider(f, 1, 60000, 1000, 3);
    add_source(f, "S", 1);
    add_source(f, "T", 1);
    f->answer = all_is_well;
    f->seen.fail_save = true;
    assert_false(run(f, &halted, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_int_equal(f->seen.n_ends, 0);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static int
group_setup(void **state)
{
    struct err err = {0};
    (void)state;
    stub = stub_start(answer, &current);
    test_db = test_db_new();
    if (mkdtemp(archive_dir) == NULL || !secret_init(&err))
        return -1;
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", stub_port(stub));
    setenv("QM_VAR", archive_dir, 1); /* no settings file there */
    setenv("QM_SIMULATOR_URL", url, 1);
    setenv("QM_NOW", "2026-02-01T12:00:00Z", 1);
    setenv("QM_ARCHIVE_DIR", archive_dir, 1);
    setenv("QM_BACKOFF_BASE_MS", "10", 1);
    setenv("QM_BACKOFF_MAX_MS", "2000", 1);
    setenv("QM_FIRST_BYTE_TIMEOUT_MS", "400", 1);
    return config_load(&err) ? 0 : -1;
}

static int
group_teardown(void **state)
{
    (void)state;
    stub_stop(stub);
    test_db_free(test_db);
    nftw(archive_dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(sources_are_asked_in_parallel_within_bounds),
        T(a_response_is_archived_and_its_load_says_all),
        T(what_may_pass_is_asked_again),
        T(the_next_listing_is_asked_and_the_reason_kept),
        T(a_source_that_nobody_answers_for_fails_alone),
        T(retry_after_is_obeyed_and_stored_for_others),
        T(a_long_retry_after_sends_everyone_elsewhere_at_once),
        T(tokens_limit_the_rate_across_runs),
        T(pages_follow_each_other),
        T(first_pages_go_before_second_ones),
        T(a_stale_listing_is_completed_by_the_next),
        T(stale_rows_are_kept_but_the_source_has_failed),
        T(nothing_is_a_fault_only_where_something_is_due),
        T(a_stop_saves_what_has_come_and_leaves_the_rest),
        T(timeouts_are_faults_that_may_pass),
        T(a_callback_that_fails_ends_the_fetch),
    };
    if (!test_db_available())
        return test_db_skip();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
