/* The fixture of the fetch engine's tests: a database and a server of the
 * test's own. Each case makes its providers (generic driver, daily values) and
 * instruments; what the server says is the case's function. One file of a
 * program includes it. */
#ifndef TESTS_LIB_FETCHCASE_H
#define TESTS_LIB_FETCHCASE_H

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
    struct fetch_note checks[SOURCES_MAX];
    size_t check_source[SOURCES_MAX], n_checks;
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
    struct fixture *before;
};

static inline int
answer(void *arg, const char *path, char *out)
{
    struct fixture **f = arg;
    (*f)->asked[path[2] - '0']++; /* "/p1/..." */
    return (*f)->answer(*f, path, out);
}

/* The fixtures of all tests: a request that nobody waits for any more may still
 * be answered when its test is over. */
static struct fixture *current;

static inline const char *
sql(struct fixture *f, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *text = arena_vprintf(f->a, fmt, args);
    va_end(args);
    return test_db_sql(test_db, text);
}

static inline int
setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct err err = {0};
    f->a = arena_new();
    if (!db_open(&f->db, test_db_conninfo(test_db, "worker"), "test", &err))
        fail_msg("%s", err.text);
    f->before = current;
    current = f;
    stub_forget(stub);
    *state = f;
    return 0;
}

static inline int
teardown(void **state)
{
    struct fixture *f = *state;
    db_close(f->db);
    sql(f, "DELETE FROM instrument WHERE title = 'x'; "
           "DELETE FROM provider WHERE driver = 'generic'");
    return 0;
}

/* Provider p1 or p2; pages of three rows. */
static inline void
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
static inline struct fetch_source *
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

static inline bool
on_tick(void *arg)
{
    struct seen *seen = arg;
    return seen->ticks_max == 0 || ++seen->ticks <= seen->ticks_max;
}

static inline bool
on_save(void *arg, const struct load *loads, const size_t *sources, size_t n,
        struct err *err)
{
    struct seen *seen = arg;
    struct arena *a = current->a;
    if (seen->fail_save)
        return err_set(err, ERR_CONFLICT, "no longer ours");
    seen->n_saves++;
    /* of many, the first ones */
    for (size_t i = 0; i < n && seen->n_loads < COUNT_OF(seen->loads); i++) {
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

static inline bool
on_note(void *arg, size_t source, const struct fetch_note *note,
        struct err *err)
{
    struct seen *seen = arg;
    (void)err;
    seen->note_source[seen->n_notes] = source;
    seen->notes[seen->n_notes++] = *note;
    return true;
}

static inline bool
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

static inline void
on_checked(void *arg, size_t source, const struct fetch_note *note)
{
    struct seen *seen = arg;
    seen->check_source[seen->n_checks] = source;
    seen->checks[seen->n_checks++] = *note;
}

static inline bool
on_again(void *arg, int *tries, const struct err *err)
{
    (void)arg, (void)tries, (void)err;
    return false;
}

static inline bool
run(struct fixture *f, bool *halted, struct err *err)
{
    struct fetch_plan plan = {
        .run_id = 7, .sources = f->sources, .n = f->n, .now_ts = NOW_TS};
    struct fetch_calls calls = {.arg = &f->seen,
                                .tick = on_tick,
                                .save = on_save,
                                .note = on_note,
                                .done = on_done,
                                .checked = on_checked,
                                .again = on_again};
    *err = (struct err){0};
    return fetch_run(f->a, f->db, &plan, &calls, halted, err);
}

static inline void
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
static inline int64_t
day_in(const char *path, const char *name)
{
    const char *at = strstr(path, name);
    int64_t ts = 0;
    if (at == NULL || !date_parse_day(at + strlen(name), 10, &ts))
        fail_msg("%s has no %s", path, name);
    return ts;
}

/* Rows from what was asked for up to a day, three at most. */
static inline void
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

static inline int
all_is_well(void *arg, const char *path, char *out)
{
    (void)arg;
    rows_until(path, DUE_TS, out);
    return 0;
}

static inline int
slow(void *arg, const char *path, char *out)
{
    return all_is_well(arg, path, out) + 30;
}

static inline int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static inline int
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

static inline int
group_teardown(void **state)
{
    (void)state;
    stub_stop(stub);
    while (current != NULL) {
        struct fixture *f = current;
        current = f->before;
        arena_free(f->a);
        free(f);
    }
    test_db_free(test_db);
    nftw(archive_dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}

#define FETCH_CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#define FETCH_CASES_RUN(tests)                                                 \
    (test_db_available()                                                       \
         ? (cmocka_set_message_output(CM_OUTPUT_TAP),                          \
            cmocka_run_group_tests(tests, group_setup, group_teardown))        \
         : test_db_skip())

#endif
