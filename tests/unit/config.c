#include "lib/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/qm-config.XXXXXX";

/* An instance's folder with this settings file, and no setting around it. */
static int
set_up(void **state)
{
    (void)state;
    static const char *const names[] = {
#define SETTING(member, name, type, def, min, max, unit, help) #name,
#include "lib/config.def"
#undef SETTING
    };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        unsetenv(names[i]);
    unsetenv("CREDENTIALS_DIRECTORY");
    unsetenv("QM_FRED_KEY");
    setenv("QM_VAR", dir, 1);
    return 0;
}

static void
put(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void
load(void)
{
    struct err err;
    if (!config_load(&err))
        fail_msg("%s", err.text);
}

static const struct config_line *
line(const char *name)
{
    size_t n;
    const struct config_line *lines = config_lines(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(lines[i].name, name) == 0)
            return &lines[i];
    fail_msg("no line for %s", name);
    return NULL;
}

static void
defaults_hold_where_nothing_is_said(void **state)
{
    (void)state;
    put("quotemill.env", "");
    load();
    assert_int_equal(config()->fetch_parallel, 32);
    assert_int_equal(config()->now, 0);
    assert_false(config()->cookie_secure);
    assert_string_equal(config()->simulator_url, "");
    assert_string_equal(line("QM_FETCH_PARALLEL")->source, "default");
    assert_string_equal(line("QM_FETCH_PARALLEL")->unit, "requests");
}

static void
the_environment_is_stronger_than_the_file(void **state)
{
    (void)state;
    put("quotemill.env", "QM_FETCH_PARALLEL=7\nQM_LEASE_S=9\n");
    setenv("QM_FETCH_PARALLEL", "8", 1);
    load();
    assert_int_equal(config()->fetch_parallel, 8);
    assert_int_equal(config()->lease_s, 9);
    assert_string_equal(line("QM_FETCH_PARALLEL")->source, "environment");
    assert_string_equal(line("QM_FETCH_PARALLEL")->value, "8");
    char path[200];
    snprintf(path, sizeof path, "%s/quotemill.env", dir);
    assert_string_equal(line("QM_LEASE_S")->source, path);
}

static void
the_file_is_read_as_systemd_reads_it(void **state)
{
    (void)state;
    put("quotemill.env", "# a comment\n"
                         "; QM_LEASE_S=another\n"
                         "\n"
                         "  QM_LEASE_S = 11 \r\n"
                         "QM_SIMULATOR_URL=\"http://127.0.0.1:8080/sim\"\n"
                         "QM_ARCHIVE_DIR='/a b/c'\n"
                         "QM_DB_WORKER=host=/x dbname=y user=z\n"
                         "QM_COOKIE_SECURE=YES\n"
                         "QM_FETCH_PARALLEL=1\n"
                         "QM_FETCH_PARALLEL=2\n"
                         "OTHER=ignored\n"
                         "QM_NOW=2026-02-01T00:00:00Z");
    load();
    assert_int_equal(config()->lease_s, 11);
    assert_string_equal(config()->simulator_url, "http://127.0.0.1:8080/sim");
    assert_string_equal(config()->archive_dir, "/a b/c");
    assert_string_equal(config()->db_worker, "host=/x dbname=y user=z");
    assert_true(config()->cookie_secure);
    assert_int_equal(config()->fetch_parallel, 2);
    assert_int_equal(config()->now, 1769904000);
    assert_int_equal(config_now_ts(), 1769904000);
}

static void
all_mistakes_are_reported_together(void **state)
{
    (void)state;
    put("quotemill.env", "QM_LEASE_S=2\nQM_FETCH_PARALEL=3\n"
                         "QM_COOKIE_SECURE=perhaps\nQM_NOW=tomorrow\n"
                         "QM_LOGIN_TRIES=\nQM_BODY_MAX_BYTES=1e6\n");
    setenv("QM_LOG_LEVEL", "99999999999999999999", 1);
    struct err err;
    assert_false(config_load(&err));
    assert_int_equal(err.kind, ERR_INPUT);
    static const char *const parts[] = {
        "QM_LEASE_S is \"2\"",
        "QM_FETCH_PARALEL is \"3\"",
        "QM_COOKIE_SECURE is \"perhaps\": expected yes or no",
        "QM_NOW is \"tomorrow\"",
        "QM_LOGIN_TRIES is \"\"",
        "QM_BODY_MAX_BYTES is \"1e6\"",
        "QM_LOG_LEVEL is \"99999999999999999999\"",
        "from 3 to 3600",
    };
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (strstr(err.text, parts[i]) == NULL)
            fail_msg("\"%s\" is not in:\n%s", parts[i], err.text);
    int breaks = 0;
    for (const char *c = err.text; *c != '\0'; c++)
        breaks += *c == '\n';
    assert_int_equal(breaks, 6);
}

static void
a_missing_file_is_no_mistake(void **state)
{
    (void)state;
    setenv("QM_VAR", "/nonexistent", 1);
    load();
    assert_int_equal(config()->fetch_parallel, 32);
}

static void
without_QM_NOW_the_clock_is_the_real_one(void **state)
{
    (void)state;
    put("quotemill.env", "");
    load();
    int64_t before = (int64_t)time(NULL);
    int64_t now = config_now_ts();
    assert_true(now >= before && now <= before + 5);
}

static void
secrets_come_from_the_strongest_place(void **state)
{
    (void)state;
    put("quotemill.env", "QM_FRED_KEY=from-file\nQM_EIA_KEY=\n");
    load();
    assert_string_equal(config_secret("QM_FRED_KEY"), "from-file");
    assert_null(config_secret("QM_EIA_KEY"));
    assert_null(config_secret("QM_NO_KEY"));
    setenv("QM_FRED_KEY", "from-environment", 1);
    assert_string_equal(config_secret("QM_FRED_KEY"), "from-environment");
    put("QM_FRED_KEY", "  from-credentials\n");
    setenv("CREDENTIALS_DIRECTORY", dir, 1);
    assert_string_equal(config_secret("QM_FRED_KEY"), "from-credentials");
    put("QM_FRED_KEY", "\n"); /* an empty one does not count */
    assert_string_equal(config_secret("QM_FRED_KEY"), "from-environment");
}

static void
a_long_line_is_one_setting(void **state)
{
    (void)state;
    char *text = malloc(30000);
    strcpy(text, "QM_ARCHIVE_DIR=/");
    memset(text + 16, 'x', 20000);
    strcpy(text + 20016, "\nQM_LEASE_S=5\n");
    put("quotemill.env", text);
    free(text);
    load();
    assert_int_equal(strlen(config()->archive_dir), 20001);
    assert_int_equal(config()->lease_s, 5);
}

static void
too_many_settings_are_a_mistake(void **state)
{
    (void)state;
    char *text = calloc(300, 20), *at = text;
    for (int i = 0; i < 300; i++)
        at += sprintf(at, "OTHER_%d=x\n", i);
    put("quotemill.env", text);
    free(text);
    struct err err;
    assert_false(config_load(&err));
    assert_non_null(strstr(err.text, "at most 256 settings"));
}

#define T(name) cmocka_unit_test_setup(name, set_up)

int
main(void)
{
    if (mkdtemp(dir) == NULL)
        return 1;
    const struct CMUnitTest tests[] = {
        T(defaults_hold_where_nothing_is_said),
        T(the_environment_is_stronger_than_the_file),
        T(the_file_is_read_as_systemd_reads_it),
        T(all_mistakes_are_reported_together),
        T(a_missing_file_is_no_mistake),
        T(without_QM_NOW_the_clock_is_the_real_one),
        T(secrets_come_from_the_strongest_place),
        T(a_long_line_is_one_setting),
        T(too_many_settings_are_a_mistake),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char command[100];
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    return system(command) != 0 || failed != 0;
}
