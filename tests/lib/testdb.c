#include "tests/lib/testdb.h"

#include "lib/arena.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct test_db {
    char name[64];
    char *conninfo[3];
    PGconn *owner; /* of test_db_sql; NULL: not yet */
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

static PGconn *
session_open(const char *conninfo)
{
    PGconn *conn = PQconnectdb(conninfo);
    if (PQstatus(conn) != CONNECTION_OK)
        give_up("connect", PQerrorMessage(conn));
    return conn;
}

/* What psql -At prints of a result. */
static void
print_rows(FILE *to, const PGresult *result)
{
    int columns = PQnfields(result);
    for (int row = 0; row < PQntuples(result); row++)
        for (int col = 0; col < columns; col++)
            fprintf(to, "%s%c", PQgetvalue(result, row, col),
                    col + 1 < columns ? '|' : '\n');
}

/* The statements are one transaction, as with psql -c. */
static char *
session_run(PGconn *conn, const char *sql)
{
    char *out;
    size_t len;
    FILE *to = open_memstream(&out, &len);
    if (to == NULL || !PQsendQuery(conn, sql))
        give_up(sql, PQerrorMessage(conn));
    for (PGresult *r; (r = PQgetResult(conn)) != NULL; PQclear(r)) {
        ExecStatusType status = PQresultStatus(r);
        if (status == PGRES_TUPLES_OK)
            print_rows(to, r);
        else if (status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY)
            give_up(sql, PQerrorMessage(conn));
    }
    fclose(to);
    while (len > 0 && out[len - 1] == '\n')
        out[--len] = '\0';
    return out;
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

/* A statement on the cluster. */
static void
admin(const char *sql)
{
    char *conninfo = conninfo_make("postgres", "postgres");
    PGconn *conn = session_open(conninfo);
    free(session_run(conn, sql));
    PQfinish(conn);
    free(conninfo);
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
    admin(sql);
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
    PQfinish(t->owner);
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", t->name);
    admin(sql);
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
    struct test_db *own = (struct test_db *)t; /* what it caches */
    if (own->owner == NULL)
        own->owner = session_open(test_db_conninfo(t, "owner"));
    else
        free(session_run(own->owner, "DISCARD ALL"));
    free(own->output);
    own->output = NULL;
    own->output = session_run(own->owner, sql);
    return own->output;
}

void
test_db_kick(const struct test_db *t)
{
    struct test_db *own = (struct test_db *)t; /* what it caches */
    char sql[240];
    snprintf(sql, sizeof sql,
             "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
             "WHERE datname = '%s'",
             t->name);
    PQfinish(own->owner);
    own->owner = NULL;
    admin(sql);
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
