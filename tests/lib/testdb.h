/* A database of its own for each test, made from the template qm_template of
 * the throw-away cluster that scripts/test-db starts and QM_TEST_DB_HOST names.
 *
 *     int main(void)
 *     {
 *         if (!test_db_available())
 *             return test_db_skip();
 *         ...
 *
 * What fails here aborts the test program with words: a test has no use for a
 * database that is not there.
 */
#ifndef TESTS_LIB_TESTDB_H
#define TESTS_LIB_TESTDB_H

#include "lib/db.h"

#include <stdbool.h>

struct test_db;

/* True when the environment names a cluster. */
bool test_db_available(void);
/* Prints TAP's "skip all" with the reason; returns main's exit status. */
int test_db_skip(void);

/* A fresh database with the schema and the seed. */
struct test_db *test_db_new(void);
/* Drops it, whoever is connected. NULL is fine. */
void test_db_free(struct test_db *t);

/* libpq connection text as "worker", "console" or "owner" (superuser); valid
 * until test_db_free. */
const char *test_db_conninfo(const struct test_db *t, const char *role);
const char *test_db_name(const struct test_db *t);
/* Folder of the cluster's socket. */
const char *test_db_host(void);

/* Runs SQL as the owner, as one transaction in a session of its own; the rows
 * as psql -At prints them (columns divided by |, no line break at the end) are
 * valid until the next call. */
const char *test_db_sql(const struct test_db *t, const char *sql);

/* What a case gets as its state: setup is db_fixture_worker (db is the worker's
 * connection), teardown db_fixture_free. */
struct db_fixture {
    struct test_db *t;
    struct arena *a;
    struct db *db;
    struct err err;
};
int db_fixture_worker(void **state);
int db_fixture_free(void **state);
/* Another connection, for the case to close; count of a table's rows. */
struct db *db_fixture_open(struct db_fixture *f, const char *role);
const char *db_fixture_count(struct db_fixture *f, const char *table);

/* Arguments of SQL_load_create; such a load with the request "request". */
struct db_args test_load_args(struct arena *a, const char *kind,
                              const char *interval_s);
bool test_load_add(struct db *db, struct arena *a, struct err *err);

/* Ends the sessions of all other connections to it, as a restart would. */
void test_db_kick(const struct test_db *t);

#endif
