/* What the overview page is measured against: the least that a FastCGI
 * program in C can do for the same answer.
 *
 *     bare_fcgi BODY_BYTES [QUERIES]
 *
 * Answers every request with a body of BODY_BYTES. QUERIES is a file with one
 * query a line, "path|parameter|parameter..." ("\N" is NULL): they are
 * prepared once and sent in one pipeline per request, and each value of the
 * results is touched. Without QUERIES no database is used. The connection
 * comes from QM_DB_CONSOLE. Links libfcgi and libpq and nothing of ours.
 */
#include <fcgiapp.h>
#include <libpq-fe.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUERIES_MAX = 64, PARAMS_MAX = 8, FILE_MAX = 1 << 16 };

struct query {
    char name[16];
    int n;
    char *params[PARAMS_MAX];
};

static struct query queries[QUERIES_MAX];
static int query_count;
static size_t touched; /* keeps the reads from being optimised away */

static void
die(const char *what, const char *why)
{
    fprintf(stderr, "bare_fcgi: %s: %s\n", what, why);
    exit(1);
}

static char *
file_text(const char *path)
{
    FILE *f = fopen(path, "r");
    if (f == NULL)
        die(path, "cannot be read");
    char *text = calloc(1, FILE_MAX);
    if (text == NULL || fread(text, 1, FILE_MAX - 1, f) == 0)
        die(path, "is empty");
    fclose(f);
    return text;
}

static void
prepare(PGconn *db, char *line)
{
    struct query *q = &queries[query_count];
    char *next = NULL;
    char *path = strtok_r(line, "|", &next);
    if (path == NULL || query_count == QUERIES_MAX)
        return;
    snprintf(q->name, sizeof q->name, "q%d", query_count++);
    for (char *p; (p = strtok_r(NULL, "|", &next)) != NULL;)
        if (q->n < PARAMS_MAX)
            q->params[q->n++] = strcmp(p, "\\N") == 0 ? NULL : strdup(p);
    char *sql = file_text(path);
    PGresult *r = PQprepare(db, q->name, sql, 0, NULL);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        die(path, PQresultErrorMessage(r));
    PQclear(r);
    free(sql);
}

static void
touch(const PGresult *r)
{
    for (int row = 0; row < PQntuples(r); row++)
        for (int col = 0; col < PQnfields(r); col++)
            touched += (size_t)PQgetlength(r, row, col);
}

static void
ask(PGconn *db)
{
    if (!PQenterPipelineMode(db))
        die("pipeline", PQerrorMessage(db));
    for (int i = 0; i < query_count; i++)
        PQsendQueryPrepared(db, queries[i].name, queries[i].n,
                            (const char *const *)queries[i].params, NULL, NULL,
                            0);
    PQpipelineSync(db);
    for (;;) {
        PGresult *r = PQgetResult(db);
        if (r == NULL)
            continue; /* the end of one query's results */
        ExecStatusType status = PQresultStatus(r);
        if (status == PGRES_FATAL_ERROR)
            die("query", PQresultErrorMessage(r));
        touch(r);
        PQclear(r);
        if (status == PGRES_PIPELINE_SYNC)
            break;
    }
    PQexitPipelineMode(db);
}

static PGconn *
connect_and_prepare(const char *list_path)
{
    PGconn *db = PQconnectdb(getenv("QM_DB_CONSOLE"));
    if (PQstatus(db) != CONNECTION_OK)
        die("database", PQerrorMessage(db));
    char *list = file_text(list_path), *next = NULL;
    for (char *l = strtok_r(list, "\n", &next); l != NULL;
         l = strtok_r(NULL, "\n", &next))
        prepare(db, l);
    free(list);
    return db;
}

int
main(int argc, char **argv)
{
    if (argc < 2)
        die("usage", "bare_fcgi BODY_BYTES [QUERIES]");
    size_t size = (size_t)atol(argv[1]);
    char *body = malloc(size + 1);
    if (body == NULL)
        die("body", "out of memory");
    memset(body, 'x', size);
    PGconn *db = argc > 2 ? connect_and_prepare(argv[2]) : NULL;

    FCGX_Request r;
    FCGX_Init();
    FCGX_InitRequest(&r, 0, 0);
    while (FCGX_Accept_r(&r) == 0) {
        if (db != NULL)
            ask(db);
        FCGX_FPrintF(r.out, "Content-Type: text/html\r\n\r\n");
        FCGX_PutStr(body, (int)size, r.out);
        FCGX_Finish_r(&r);
    }
    return touched == 0 && db != NULL;
}
