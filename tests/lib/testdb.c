#include "tests/lib/testdb.h"

#include "lib/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct test_db {
    char name[64];
    char *conninfo[3];
    char *output;
};

static const char *const roles[] = {"worker", "console", "owner"};
static const char *const role_names[] = {"quotemill_worker",
                                         "quotemill_console", "postgres"};

const char *
test_db_host(void)
{
    const char *host = getenv("QM_TEST_DB_HOST");
    return host != NULL && host[0] != '\0' ? host : NULL;
}

bool
test_db_available(void)
{
    return test_db_host() != NULL;
}

int
test_db_skip(void)
{
    puts("1..0 # SKIP QM_TEST_DB_HOST is not set (see scripts/test-db)");
    return 0;
}

static void
give_up(const char *what, const char *detail)
{
    fprintf(stderr, "testdb: %s: %s\n", what, detail);
    abort();
}

/* Runs a program, feeds it nothing, returns what it prints. */
static char *
output_of(const char *const argv[])
{
    int fds[2];
    if (pipe(fds) != 0)
        give_up("pipe", argv[0]);
    pid_t child = fork();
    if (child < 0)
        give_up("fork", argv[0]);
    if (child == 0) {
        dup2(fds[1], STDOUT_FILENO);
        close(fds[0]);
        close(fds[1]);
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    close(fds[1]);
    size_t len = 0, cap = 4096;
    char *out = xmalloc(cap);
    ssize_t got;
    while ((got = read(fds[0], out + len, cap - len - 1)) > 0) {
        len += (size_t)got;
        if (cap - len < 1024)
            out = xrealloc(out, cap *= 2);
    }
    close(fds[0]);
    int status;
    if (waitpid(child, &status, 0) != child || status != 0)
        give_up(argv[0], argv[1] != NULL ? "failed" : "?");
    while (len > 0 && out[len - 1] == '\n')
        len--;
    out[len] = '\0';
    return out;
}

static char *
psql(const char *database, const char *sql)
{
    const char *const argv[] = {"psql", "-XAtq",           "-h", test_db_host(),
                                "-U",   "postgres",        "-d", database,
                                "-v",   "ON_ERROR_STOP=1", "-c", sql,
                                NULL};
    return output_of(argv);
}

/* host='...' with libpq's escapes. */
static char *
conninfo_make(const char *database, const char *role)
{
    const char *host = test_db_host();
    char *text = xmalloc(strlen(host) * 2 + 160);
    char *to = text + sprintf(text, "host='");
    for (; *host != '\0'; host++) {
        if (*host == '\'' || *host == '\\')
            *to++ = '\\';
        *to++ = *host;
    }
    sprintf(to, "' dbname=%s user=%s", database, role);
    return text;
}

struct test_db *
test_db_new(void)
{
    static int count;
    struct test_db *t = xcalloc(1, sizeof *t);
    snprintf(t->name, sizeof t->name, "qm_test_%d_%d", (int)getpid(), ++count);
    char sql[160];
    snprintf(sql, sizeof sql,
             "CREATE DATABASE %s TEMPLATE qm_template "
             "STRATEGY file_copy",
             t->name);
    free(psql("postgres", sql));
    for (int i = 0; i < 3; i++)
        t->conninfo[i] = conninfo_make(t->name, role_names[i]);
    return t;
}

void
test_db_free(struct test_db *t)
{
    if (t == NULL)
        return;
    char sql[160];
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", t->name);
    free(psql("postgres", sql));
    for (int i = 0; i < 3; i++)
        free(t->conninfo[i]);
    free(t->output);
    free(t);
}

const char *
test_db_conninfo(const struct test_db *t, const char *role)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(roles[i], role) == 0)
            return t->conninfo[i];
    give_up("no such role", role);
    return NULL;
}

const char *
test_db_name(const struct test_db *t)
{
    return t->name;
}

const char *
test_db_sql(const struct test_db *t, const char *sql)
{
    struct test_db *own = (struct test_db *)t; /* the cache of the output */
    free(own->output);
    own->output = psql(t->name, sql);
    return own->output;
}

void
test_db_kick(const struct test_db *t)
{
    char sql[240];
    snprintf(sql, sizeof sql,
             "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
             "WHERE datname = '%s'",
             t->name);
    free(psql("postgres", sql));
}

struct db *
db_fixture_open(struct db_fixture *f, const char *role)
{
    struct db *db;
    if (!db_open(&db, test_db_conninfo(f->t, role), "test", &f->err))
        give_up("connect", f->err.text);
    return db;
}

int
db_fixture_worker(void **state)
{
    struct db_fixture *f = xcalloc(1, sizeof *f);
    f->t = test_db_new();
    f->a = arena_new();
    f->db = db_fixture_open(f, "worker");
    *state = f;
    return 0;
}

int
db_fixture_free(void **state)
{
    struct db_fixture *f = *state;
    arena_free(f->a);
    db_close(f->db);
    test_db_free(f->t);
    free(f);
    return 0;
}

const char *
db_fixture_count(struct db_fixture *f, const char *table)
{
    return test_db_sql(f->t,
                       arena_printf(f->a, "SELECT count(*) FROM %s", table));
}

struct db_args
test_load_args(struct arena *a, const char *kind, const char *interval_s)
{
    const char **v = arena_array(a, 15, sizeof *v);
    v[1] = "1";
    v[2] = interval_s;
    v[3] = kind;
    v[6] = "request";
    v[7] = "";
    v[8] = "false";
    return (struct db_args){.n = 15, .v = v};
}

bool
test_load_add(struct db *db, struct arena *a, struct err *err)
{
    return db_exec(db, SQL_load_create, test_load_args(a, "upload", "86400"),
                   NULL, err);
}
