#include "lib/db.h"

#include "lib/db_own.h"
#include "lib/log.h"
#include "lib/number.h"

#include <assert.h>
#include <errno.h>
#include <libpq-fe.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct db_rows {
    PGresult *res;
};

static const char *const sql_text[] = {
#define SQL(name, text) text,
#include "sql.def"
#undef SQL
    NULL,
};

static const char *const sql_name[] = {
#define SQL(name, text) #name,
#include "sql.def"
#undef SQL
    NULL,
};

/* --- errors ------------------------------------------------------------- */

/* The longest prefix of an SQLSTATE that is listed decides.
 * source  PostgreSQL 15 manual, appendix A */
static const struct {
    const char *prefix;
    enum err_kind kind;
} state_kind[] = {
    {"02", ERR_MISSING},     {"P0002", ERR_MISSING},  /* no data found */
    {"08", ERR_RETRY},       {"08P01", ERR_INTERNAL}, /* protocol violation */
    {"22", ERR_INPUT},       {"23503", ERR_CONFLICT},
    {"23505", ERR_CONFLICT}, {"23514", ERR_INPUT},
    {"23P01", ERR_CONFLICT}, {"25006", ERR_RETRY}, /* now a standby */
    {"25P03", ERR_RETRY},    {"28", ERR_DENIED},
    {"40", ERR_RETRY},       {"42501", ERR_DENIED},
    {"53", ERR_RETRY},       {"55P03", ERR_RETRY},
    {"57", ERR_RETRY},       {"58", ERR_RETRY},
};

static enum err_kind
kind_of(const char *state)
{
    enum err_kind kind = ERR_INTERNAL;
    size_t longest = 0;
    for (size_t i = 0; i < COUNT_OF(state_kind); i++) {
        size_t len = strlen(state_kind[i].prefix);
        if (len > longest && strncmp(state, state_kind[i].prefix, len) == 0) {
            longest = len;
            kind = state_kind[i].kind;
        }
    }
    return kind;
}

static bool
away(const struct db *db, struct err *err)
{
    const char *text = db->conn == NULL ? "" : PQerrorMessage(db->conn);
    int len = (int)strcspn(text, "\n");
    if (len == 0)
        return err_set(err, ERR_RETRY, "the database is away (%s)", db->where);
    return err_set(err, ERR_RETRY, "the database is away: %.*s", len, text);
}

/* Only the primary message: the detail of a failed check shows the row, which
 * may hold a password's hash. */
static bool
fail(const struct db *db, const PGresult *res, const char *what,
     struct err *err)
{
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    if (state == NULL && PQstatus(db->conn) != CONNECTION_OK)
        return away(db, err);
    if (state == NULL || text == NULL)
        return err_set(err, ERR_INTERNAL, "query %s: %s", what,
                       PQerrorMessage(db->conn));
    enum err_kind kind = kind_of(state);
    if (kind == ERR_INTERNAL || kind == ERR_DENIED)
        return err_set(err, kind, "query %s: %s (%s)", what, text, state);
    return err_set(err, kind, "%s", text);
}

static NORETURN void
misuse(const char *what, const char *name)
{
    fprintf(stderr, "<2>db.misuse %s: %s\n", what, name);
    abort();
}

/* --- the connection ----------------------------------------------------- */

static void
notice_to_log(void *arg, const PGresult *res)
{
    (void)arg;
    const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    log_event(LOG_DEBUG, "db.notice", "text=\"%s\"", text ? text : "");
}

bool
db_is_connected(const struct db *db)
{
    return db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK;
}

static void
drop(struct db *db)
{
    PQfinish(db->conn);
    db->conn = NULL;
    db->copy.active = false;
    memset(db->prepared, 0, sizeof db->prepared);
}

/* A command without parameters and rows. */
static bool
command(struct db *db, const char *text, struct err *err)
{
    PGresult *res = PQexec(db->conn, text);
    bool ok = PQresultStatus(res) == PGRES_COMMAND_OK;
    if (!ok)
        fail(db, res, text, err);
    PQclear(res);
    return ok;
}

static bool
listen_to(struct db *db, const char *channel, struct err *err)
{
    char *name = PQescapeIdentifier(db->conn, channel, strlen(channel));
    if (name == NULL)
        return away(db, err);
    struct arena *a = arena_new();
    bool ok = command(db, arena_printf(a, "LISTEN %s", name), err);
    arena_free(a);
    PQfreemem(name);
    return ok;
}

static bool
prepare_session(struct db *db, struct err *err)
{
    if (!command(db, "SET TimeZone TO 'UTC'", err))
        return false;
    for (size_t i = 0; i < db->n_channels; i++)
        if (!listen_to(db, db->channels[i], err))
            return false;
    return true;
}

static bool
db_connect(struct db *db, struct err *err)
{
    const char *const names[] = {"connect_timeout", "dbname",
                                 "application_name", "client_encoding", NULL};
    const char *const values[] = {"5", db->conninfo, db->application_name,
                                  "UTF8", NULL};
    drop(db);
    db->conn = PQconnectdbParams(names, values, 1);
    if (db->conn == NULL)
        return err_set(err, ERR_RETRY, "no memory for a connection");
    const char *host = PQhost(db->conn);
    snprintf(db->where, sizeof db->where, "database %s at %s",
             PQdb(db->conn) ? PQdb(db->conn) : "?", host ? host : "?");
    if (PQstatus(db->conn) != CONNECTION_OK)
        return away(db, err);
    PQsetNoticeReceiver(db->conn, notice_to_log, NULL);
    if (!prepare_session(db, err)) {
        drop(db);
        return false;
    }
    if (db->was_connected)
        db->n_missed = db->n_channels;
    db->was_connected = true;
    return true;
}

/* Takes in what has arrived, so that the end of a connection that died while
 * it was idle is seen before anything is sent on it. */
static void
look(struct db *db)
{
    struct pollfd fd = {.fd = PQsocket(db->conn), .events = POLLIN};
    while (PQstatus(db->conn) == CONNECTION_OK && poll(&fd, 1, 0) > 0)
        if (PQconsumeInput(db->conn) == 0)
            break;
}

/* Every call begins here: a connection that stands, made anew if need be. */
static bool
ready(struct db *db, struct err *err)
{
    assert(!db->copy.active);
    if (db->tx_depth > 0)
        return db_is_connected(db) ||
               err_set(err, ERR_RETRY,
                       "the database went away in the middle of a transaction");
    if (db_is_connected(db))
        look(db);
    return db_is_connected(db) || db_connect(db, err);
}

bool
db_open(struct db **out, const char *conninfo, const char *application_name,
        struct err *err)
{
    struct db *db = xcalloc(1, sizeof *db);
    db->conninfo = xstrdup(conninfo);
    db->application_name = xstrdup(application_name);
    snprintf(db->where, sizeof db->where, "never connected");
    *out = db;
    return db_connect(db, err);
}

void
db_close(struct db *db)
{
    if (db == NULL)
        return;
    drop(db);
    for (size_t i = 0; i < db->n_channels; i++)
        free(db->channels[i]);
    free(db->channels);
    free(db->copy.data);
    free(db->conninfo);
    free(db->application_name);
    free(db);
}

const char *
db_where(const struct db *db)
{
    return db->where;
}

/* --- queries ------------------------------------------------------------ */

static void
result_free(void *res)
{
    PQclear(res);
}

static struct db_rows *
rows_on(struct arena *a, PGresult *res)
{
    struct db_rows *rows = arena_alloc(a, sizeof *rows);
    rows->res = res;
    arena_defer(a, result_free, res);
    return rows;
}

static bool
is_good(const PGresult *res)
{
    ExecStatusType status = PQresultStatus(res);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

static const char *
statement(char name[16], enum sql_id sql)
{
    snprintf(name, 16, "q%d", (int)sql);
    return name;
}

static bool
prepare(struct db *db, enum sql_id sql, struct err *err)
{
    if (db->prepared[sql])
        return true;
    char name[16];
    PGresult *res =
        PQprepare(db->conn, statement(name, sql), sql_text[sql], 0, NULL);
    db->prepared[sql] = is_good(res);
    if (!db->prepared[sql])
        fail(db, res, sql_name[sql], err);
    PQclear(res);
    return db->prepared[sql];
}

/* The result of a query, or NULL with err set. */
static PGresult *
run(struct db *db, enum sql_id sql, struct db_args args, struct err *err)
{
    if (!ready(db, err) || !prepare(db, sql, err))
        return NULL;
    char name[16];
    PGresult *res = PQexecPrepared(db->conn, statement(name, sql), args.n,
                                   args.v, NULL, NULL, 0);
    if (is_good(res))
        return res;
    fail(db, res, sql_name[sql], err);
    PQclear(res);
    return NULL;
}

bool
db_query(struct arena *a, struct db *db, enum sql_id sql, struct db_args args,
         struct db_rows **rows, struct err *err)
{
    PGresult *res = run(db, sql, args, err);
    if (res == NULL)
        return false;
    struct db_rows *got = rows_on(a, res);
    if (rows != NULL)
        *rows = got;
    return true;
}

bool
db_exec(struct db *db, enum sql_id sql, struct db_args args,
        int64_t *n_affected, struct err *err)
{
    PGresult *res = run(db, sql, args, err);
    if (res == NULL)
        return false;
    if (n_affected != NULL)
        *n_affected = strtoll(PQcmdTuples(res), NULL, 10);
    PQclear(res);
    return true;
}

bool
db_query_one(struct arena *a, struct db *db, enum sql_id sql,
             struct db_args args, struct db_rows **rows, struct err *err)
{
    if (!db_query(a, db, sql, args, rows, err))
        return false;
    int n = db_count(*rows);
    if (n == 1)
        return true;
    if (n == 0)
        return err_set(err, ERR_MISSING, "nothing found (query %s)",
                       sql_name[sql]);
    return err_set(err, ERR_INTERNAL, "query %s: %d rows where one was due",
                   sql_name[sql], n);
}

/* --- several queries in one round trip ---------------------------------- */

/* Marks in fresh[i] the calls whose statement is prepared along with them. */
static bool
pipeline_send(struct db *db, const struct db_call *calls, size_t n, bool *fresh)
{
    char name[16];
    for (size_t i = 0; i < n; i++) {
        enum sql_id sql = calls[i].sql;
        statement(name, sql);
        fresh[i] = !db->prepared[sql];
        if (fresh[i] && !PQsendPrepare(db->conn, name, sql_text[sql], 0, NULL))
            return false;
        db->prepared[sql] = true; /* taken back when that fails */
        if (!PQsendQueryPrepared(db->conn, name, calls[i].args.n,
                                 calls[i].args.v, NULL, NULL, 0))
            return false;
    }
    return PQpipelineSync(db->conn);
}

/* One statement's result with the NULL that ends it. */
static PGresult *
pipeline_next(struct db *db)
{
    PGresult *res = PQgetResult(db->conn), *more;
    while (res != NULL && db_is_connected(db) &&
           (more = PQgetResult(db->conn)) != NULL)
        PQclear(more);
    return res;
}

/* Keeps the first failure; the aborted rest says nothing new. */
static void
pipeline_failed(struct db *db, const PGresult *res, enum sql_id sql, bool *ok,
                struct err *err)
{
    if (*ok)
        fail(db, res, sql_name[sql], err);
    *ok = false;
}

static bool
pipeline_read(struct arena *a, struct db *db, struct db_call *calls, size_t n,
              const bool *fresh, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        enum sql_id sql = calls[i].sql;
        if (fresh[i]) {
            PGresult *res = pipeline_next(db);
            db->prepared[sql] = is_good(res);
            if (!db->prepared[sql])
                pipeline_failed(db, res, sql, &ok, err);
            PQclear(res);
        }
        PGresult *res = pipeline_next(db);
        calls[i].rows = rows_on(a, res);
        if (!is_good(res))
            pipeline_failed(db, res, sql, &ok, err);
    }
    PGresult *sync = PQgetResult(db->conn);
    /* A failure of the implicit commit comes in place of the sync. */
    while (db_is_connected(db) && sync != NULL &&
           PQresultStatus(sync) != PGRES_PIPELINE_SYNC) {
        if (!is_good(sync))
            pipeline_failed(db, sync, calls[n - 1].sql, &ok, err);
        PQclear(sync);
        if ((sync = PQgetResult(db->conn)) == NULL)
            sync = PQgetResult(db->conn);
    }
    PQclear(sync);
    return ok;
}

bool
db_query_many(struct arena *a, struct db *db, struct db_call *calls, size_t n,
              struct err *err)
{
    if (n == 0)
        return true;
    if (!ready(db, err))
        return false;
    if (!PQenterPipelineMode(db->conn))
        return err_set(err, ERR_INTERNAL, "pipeline mode: %s",
                       PQerrorMessage(db->conn));
    bool *fresh = arena_array(a, n, sizeof *fresh);
    bool ok = pipeline_send(db, calls, n, fresh);
    if (!ok)
        away(db, err);
    else
        ok = pipeline_read(a, db, calls, n, fresh, err);
    if (!PQexitPipelineMode(db->conn)) {
        if (ok)
            ok = away(db, err);
        drop(db);
    }
    return ok;
}

/* --- transactions ------------------------------------------------------- */

bool
db_in_tx(const struct db *db)
{
    return db->tx_depth > 0;
}

static void
rollback(struct db *db)
{
    if (db->copy.active)
        db_copy_in_abort(db);
    struct err ignored; /* the caller knows of the failure that led here */
    if (db_is_connected(db) && !command(db, "ROLLBACK", &ignored))
        drop(db);
}

/* COMMIT of a transaction in which a statement failed is a ROLLBACK that
 * reports success: it must not pass for one. */
static bool
commit(struct db *db, struct err *err)
{
    if (!db_is_connected(db))
        return err_set(err, ERR_RETRY,
                       "the database went away before the commit");
    if (db->tx_doomed || PQtransactionStatus(db->conn) != PQTRANS_INTRANS) {
        rollback(db);
        return err_set(err, ERR_INTERNAL,
                       "nothing was committed: a part of the transaction had "
                       "failed and its failure was passed over");
    }
    if (command(db, "COMMIT", err))
        return true;
    if (!db_is_connected(db))
        return err_wrap(err, "it is not known whether the commit took place");
    rollback(db);
    return false;
}

bool
db_tx(struct db *db, db_tx_fn *fn, void *arg, struct err *err)
{
    bool ok;
    if (db->tx_depth > 0) {
        db->tx_depth++;
        ok = fn(db, arg, err);
        db->tx_depth--;
        db->tx_doomed = db->tx_doomed || !ok;
        return ok;
    }
    if (!ready(db, err) || !command(db, "BEGIN", err))
        return false;
    db->tx_depth = 1;
    db->tx_doomed = false;
    ok = fn(db, arg, err);
    if (ok)
        ok = commit(db, err);
    else
        rollback(db);
    db->tx_depth = 0;
    return ok;
}

/* --- reading results ---------------------------------------------------- */

int
db_count(const struct db_rows *rows)
{
    return PQntuples(rows->res);
}

int
db_col(const struct db_rows *rows, const char *name)
{
    int col = PQfnumber(rows->res, name);
    if (col < 0)
        misuse("no such column in the result", name);
    return col;
}

const char *
db_text_at(const struct db_rows *rows, int row, int col)
{
    if (PQgetisnull(rows->res, row, col))
        return NULL;
    return PQgetvalue(rows->res, row, col);
}

int64_t
db_i64_at(const struct db_rows *rows, int row, int col)
{
    const char *text = db_text_at(rows, row, col);
    int64_t v = 0;
    if (text != NULL && !number_parse_i64(text, strlen(text), &v))
        misuse("not a whole number in the result", PQfname(rows->res, col));
    return v;
}

double
db_f64_at(const struct db_rows *rows, int row, int col)
{
    const char *text = db_text_at(rows, row, col);
    double v = NAN;
    if (text == NULL || strcmp(text, "NaN") == 0)
        return NAN;
    if (strcmp(text, "Infinity") == 0)
        return INFINITY;
    if (strcmp(text, "-Infinity") == 0)
        return -INFINITY;
    if (!number_parse_f64(text, strlen(text), &v))
        misuse("not a number in the result", PQfname(rows->res, col));
    return v;
}

bool
db_is_null(const struct db_rows *rows, int row, const char *col)
{
    return PQgetisnull(rows->res, row, db_col(rows, col));
}

const char *
db_text(const struct db_rows *rows, int row, const char *col)
{
    return db_text_at(rows, row, db_col(rows, col));
}

int64_t
db_i64(const struct db_rows *rows, int row, const char *col)
{
    return db_i64_at(rows, row, db_col(rows, col));
}

double
db_f64(const struct db_rows *rows, int row, const char *col)
{
    return db_f64_at(rows, row, db_col(rows, col));
}

bool
db_bool(const struct db_rows *rows, int row, const char *col)
{
    const char *text = db_text(rows, row, col);
    return text != NULL && strcmp(text, "t") == 0;
}

/* --- COPY --------------------------------------------------------------- */

/* Takes in results until the connection is at rest; true when all were good.
 * The first failure is reported. */
static bool
copy_rest(struct db *db, const char *what, int64_t *n_rows, struct err *err)
{
    bool ok = true, any = false;
    PGresult *res;
    while ((res = PQgetResult(db->conn)) != NULL) {
        any = true;
        ExecStatusType status = PQresultStatus(res);
        if (status == PGRES_COMMAND_OK && n_rows != NULL)
            *n_rows = strtoll(PQcmdTuples(res), NULL, 10);
        if (status != PGRES_COMMAND_OK && ok)
            ok = fail(db, res, what, err);
        PQclear(res);
        if (!db_is_connected(db))
            break;
    }
    return any ? ok : away(db, err);
}

/* Starts a COPY; the query file must hold one of that direction, in binary. */
static bool
copy_begin(struct db *db, enum sql_id sql, ExecStatusType direction,
           struct err *err)
{
    PGresult *res = PQexec(db->conn, sql_text[sql]);
    ExecStatusType status = PQresultStatus(res);
    if (status == direction && PQbinaryTuples(res)) {
        PQclear(res);
        return true;
    }
    if (is_good(res) || status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
        misuse("not a binary COPY of this direction", sql_name[sql]);
    fail(db, res, sql_name[sql], err);
    PQclear(res);
    return false;
}

bool
db_copy_in_begin(struct db *db, enum sql_id sql, struct err *err)
{
    if (!ready(db, err) || !copy_begin(db, sql, PGRES_COPY_IN, err))
        return false;
    db->copy.active = true;
    db_copy_header(db);
    return true;
}

bool
db_copy_flush(struct db *db, struct err *err)
{
    int sent =
        PQputCopyData(db->conn, (const char *)db->copy.data, (int)db->copy.len);
    db->copy.len = 0;
    if (sent == 1)
        return true;
    db->copy.active = false;
    if (!db_is_connected(db))
        return away(db, err);
    PQputCopyEnd(db->conn, "could not be sent");
    return copy_rest(db, "COPY", NULL, err) ||
           err_set(err, ERR_INTERNAL, "COPY: rows could not be sent");
}

bool
db_copy_in_end(struct db *db, int64_t *n_rows, struct err *err)
{
    db_copy_trailer(db);
    if (!db_copy_flush(db, err))
        return false;
    db->copy.active = false;
    if (PQputCopyEnd(db->conn, NULL) != 1)
        return away(db, err);
    return copy_rest(db, "COPY", n_rows, err);
}

void
db_copy_in_abort(struct db *db)
{
    if (!db->copy.active)
        return;
    db->copy.active = false;
    struct err ignored; /* the server confirms that nothing is stored */
    if (PQputCopyEnd(db->conn, "given up") == 1)
        (void)!copy_rest(db, "COPY", NULL, &ignored);
}

/* The arguments as settings of the transaction: qm.p1, qm.p2, ... */
static bool
copy_args(struct db *db, struct db_args args, struct err *err)
{
    if (args.n == 0)
        return true;
    struct arena *a = arena_new();
    const char **values = arena_array(a, (size_t)args.n, sizeof *values);
    const char *text = "SELECT 1";
    for (int i = 0; i < args.n; i++) {
        text = arena_printf(a, "%s, set_config('qm.p%d', $%d, true)", text,
                            i + 1, i + 1);
        values[i] = args.v[i] == NULL ? "" : args.v[i];
    }
    PGresult *res =
        PQexecParams(db->conn, text, args.n, NULL, values, NULL, NULL, 0);
    bool ok = is_good(res) || fail(db, res, "set_config", err);
    PQclear(res);
    arena_free(a);
    return ok;
}

/* Tells the server to stop sending, then takes in what is under way. */
static void
copy_out_stop(struct db *db)
{
    char text[256], *data;
    PGcancel *cancel = PQgetCancel(db->conn);
    if (cancel != NULL && !PQcancel(cancel, text, sizeof text))
        log_event(LOG_WARN, "db.cancel", "error=\"%s\"", text);
    PQfreeCancel(cancel);
    while (PQgetCopyData(db->conn, &data, 0) > 0)
        PQfreemem(data);
    struct err ignored;
    (void)!copy_rest(db, "COPY", NULL, &ignored);
}

struct copy_out {
    enum sql_id sql;
    struct db_args args;
    db_copy_fn *fn;
    void *arg;
};

static bool
copy_out_tx(struct db *db, void *arg, struct err *err)
{
    const struct copy_out *c = arg;
    if (!ready(db, err) || !copy_args(db, c->args, err) ||
        !copy_begin(db, c->sql, PGRES_COPY_OUT, err))
        return false;
    struct db_copy_reader reader = {0};
    char *data;
    int len;
    bool ok = true;
    while (ok && (len = PQgetCopyData(db->conn, &data, 0)) > 0) {
        ok = db_copy_read(&reader, (const unsigned char *)data, (size_t)len,
                          c->fn, c->arg, err);
        PQfreemem(data);
    }
    if (!ok)
        copy_out_stop(db);
    else
        ok = copy_rest(db, sql_name[c->sql], NULL, err);
    free(reader.fields);
    return ok;
}

bool
db_copy_out(struct db *db, enum sql_id sql, struct db_args args, db_copy_fn *fn,
            void *arg, struct err *err)
{
    struct copy_out c = {.sql = sql, .args = args, .fn = fn, .arg = arg};
    return db_tx(db, copy_out_tx, &c, err);
}

/* --- notifications ------------------------------------------------------ */

bool
db_listen(struct db *db, const char *channel, struct err *err)
{
    for (size_t i = 0; i < db->n_channels; i++)
        if (strcmp(db->channels[i], channel) == 0)
            return true;
    db->channels =
        xrealloc(db->channels, (db->n_channels + 1) * sizeof *db->channels);
    db->channels[db->n_channels++] = xstrdup(channel);
    if (!db_is_connected(db))
        return ready(db, err); /* listens to all */
    return ready(db, err) && listen_to(db, channel, err);
}

/* One that has arrived, if any. */
static bool
notification(struct arena *a, struct db *db, const char **channel,
             const char **payload)
{
    if (db->n_missed > 0) {
        *channel = arena_strdup(a, db->channels[--db->n_missed]);
        *payload = "";
        return true;
    }
    PGnotify *n = PQnotifies(db->conn);
    if (n == NULL)
        return false;
    *channel = arena_strdup(a, n->relname);
    *payload = arena_strdup(a, n->extra);
    PQfreemem(n);
    return true;
}

static int64_t
clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool
db_wait(struct arena *a, struct db *db, int timeout_ms, const char **channel,
        const char **payload, struct err *err)
{
    *channel = *payload = NULL;
    int64_t end_ms = clock_ms() + timeout_ms;
    if (!ready(db, err))
        return false;
    for (;;) {
        if (notification(a, db, channel, payload))
            return true;
        int64_t left_ms = timeout_ms < 0 ? -1 : end_ms - clock_ms();
        if (timeout_ms >= 0 && left_ms <= 0)
            return true;
        struct pollfd fd = {.fd = PQsocket(db->conn), .events = POLLIN};
        int got = poll(&fd, 1, (int)left_ms);
        if (got < 0 && errno == EINTR)
            return true;
        if (got > 0 && !PQconsumeInput(db->conn))
            return away(db, err);
    }
}

/* --- advisory locks ----------------------------------------------------- */

static bool
lock_call(struct db *db, const char *text, int64_t key, bool *yes,
          struct err *err)
{
    if (!ready(db, err))
        return false;
    char number[32];
    snprintf(number, sizeof number, "%lld", (long long)key);
    const char *values[] = {number};
    PGresult *res =
        PQexecParams(db->conn, text, 1, NULL, values, NULL, NULL, 0);
    bool ok = is_good(res) || fail(db, res, text, err);
    *yes = ok && strcmp(PQgetvalue(res, 0, 0), "t") == 0;
    PQclear(res);
    return ok;
}

bool
db_lock_try(struct db *db, int64_t key, bool *got, struct err *err)
{
    return lock_call(db, "SELECT pg_try_advisory_lock($1::bigint)", key, got,
                     err);
}

bool
db_unlock(struct db *db, int64_t key, struct err *err)
{
    bool held;
    if (!lock_call(db, "SELECT pg_advisory_unlock($1::bigint)", key, &held,
                   err))
        return false;
    return held || err_set(err, ERR_CONFLICT,
                           "the lock had been lost with its connection");
}
