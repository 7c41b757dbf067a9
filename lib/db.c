#include "lib/db_own.h"

#include "lib/log.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const db_sql_text[] = {
#define SQL(name, text) text,
#include "sql.def"
#undef SQL
    NULL,
};

const char *const db_sql_name[] = {
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

bool
db_away(const struct db *db, struct err *err)
{
    const char *text = db->conn == NULL ? "" : PQerrorMessage(db->conn);
    int len = (int)strcspn(text, "\n");
    if (len == 0)
        return err_set(err, ERR_RETRY, "the database is away (%s)", db->where);
    return err_set(err, ERR_RETRY, "the database is away: %.*s", len, text);
}

/* Only the primary message: the detail of a failed check shows the row, which
 * may hold a password's hash. */
bool
db_fail(const struct db *db, const PGresult *res, const char *what,
        struct err *err)
{
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    if (state == NULL && PQstatus(db->conn) != CONNECTION_OK)
        return db_away(db, err);
    if (state == NULL || text == NULL)
        return err_set(err, ERR_INTERNAL, "query %s: %s", what,
                       PQerrorMessage(db->conn));
    enum err_kind kind = kind_of(state);
    if (kind == ERR_INTERNAL || kind == ERR_DENIED)
        return err_set(err, kind, "query %s: %s (%s)", what, text, state);
    return err_set(err, kind, "%s", text);
}

void
db_misuse(const char *what, const char *name)
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
bool
db_command(struct db *db, const char *text, struct err *err)
{
    PGresult *res = PQexec(db->conn, text);
    bool ok = PQresultStatus(res) == PGRES_COMMAND_OK;
    if (!ok)
        db_fail(db, res, text, err);
    PQclear(res);
    return ok;
}

static bool
prepare_session(struct db *db, struct err *err)
{
    if (!db_command(db, "SET TimeZone TO 'UTC'", err))
        return false;
    for (size_t i = 0; i < db->n_channels; i++)
        if (!db_listen_to(db, db->channels[i], err))
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
        return db_away(db, err);
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
bool
db_ready(struct db *db, struct err *err)
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

bool
db_open_another(struct db **out, const struct db *like,
                const char *application_name, struct err *err)
{
    return db_open(out, like->conninfo, application_name, err);
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

bool
db_is_good(const PGresult *res)
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

/* The result of a query that this connection knows, or NULL with err set. */
static PGresult *
run(struct db *db, enum sql_id sql, struct db_args args, struct err *err)
{
    char name[16];
    PGresult *res = NULL, *next;
    if (PQsendQueryPrepared(db->conn, statement(name, sql), args.n, args.v,
                            NULL, NULL, 0))
        db_heed_stop(db);
    while ((next = PQgetResult(db->conn)) != NULL) {
        PQclear(res);
        res = next;
    }
    if (db_is_good(res))
        return res;
    db_fail(db, res, db_sql_name[sql], err);
    PQclear(res);
    return NULL;
}

/* A query is prepared and run in one round trip the first time. */
bool
db_query(struct arena *a, struct db *db, enum sql_id sql, struct db_args args,
         struct db_rows **rows, struct err *err)
{
    struct db_call call = {.sql = sql, .args = args};
    if (!db_ready(db, err))
        return false;
    if (!db->prepared[sql]) {
        if (!db_query_many(a, db, &call, 1, err))
            return false;
    } else {
        PGresult *res = run(db, sql, args, err);
        if (res == NULL)
            return false;
        call.rows = rows_on(a, res);
    }
    if (rows != NULL)
        *rows = call.rows;
    return true;
}

bool
db_exec(struct db *db, enum sql_id sql, struct db_args args,
        int64_t *n_affected, struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    bool ok = db_query(a, db, sql, args, &rows, err);
    if (ok && n_affected != NULL)
        *n_affected = strtoll(PQcmdTuples(rows->res), NULL, 10);
    arena_free(a);
    return ok;
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
                       db_sql_name[sql]);
    return err_set(err, ERR_INTERNAL, "query %s: %d rows where one was due",
                   db_sql_name[sql], n);
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
        if (fresh[i] &&
            !PQsendPrepare(db->conn, name, db_sql_text[sql], 0, NULL))
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
    db_heed_stop(db);
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
        db_fail(db, res, db_sql_name[sql], err);
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
            db->prepared[sql] = db_is_good(res);
            if (!db->prepared[sql])
                pipeline_failed(db, res, sql, &ok, err);
            PQclear(res);
        }
        PGresult *res = pipeline_next(db);
        calls[i].rows = rows_on(a, res);
        if (!db_is_good(res))
            pipeline_failed(db, res, sql, &ok, err);
    }
    PGresult *sync = PQgetResult(db->conn);
    /* A failure of the implicit commit comes in place of the sync. */
    while (db_is_connected(db) && sync != NULL &&
           PQresultStatus(sync) != PGRES_PIPELINE_SYNC) {
        if (!db_is_good(sync))
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
    if (!db_ready(db, err))
        return false;
    if (!PQenterPipelineMode(db->conn))
        return err_set(err, ERR_INTERNAL, "pipeline mode: %s",
                       PQerrorMessage(db->conn));
    bool *fresh = arena_array(a, n, sizeof *fresh);
    bool ok = pipeline_send(db, calls, n, fresh);
    if (!ok)
        db_away(db, err);
    else
        ok = pipeline_read(a, db, calls, n, fresh, err);
    if (!PQexitPipelineMode(db->conn)) {
        if (ok)
            ok = db_away(db, err);
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
    if (db_is_connected(db) && !db_command(db, "ROLLBACK", &ignored))
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
    if (db_command(db, "COMMIT", err))
        return true;
    if (!db_is_connected(db))
        return err_wrap(err, "it is not known whether the commit took place");
    rollback(db);
    return false;
}

static bool
tx_begin_with(struct db *db, const char *begin, db_tx_fn *fn, void *arg,
              struct err *err)
{
    bool ok;
    if (db->tx_depth > 0) {
        db->tx_depth++;
        ok = fn(db, arg, err);
        db->tx_depth--;
        db->tx_doomed = db->tx_doomed || !ok;
        return ok;
    }
    if (!db_ready(db, err) || !db_command(db, begin, err))
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

bool
db_tx(struct db *db, db_tx_fn *fn, void *arg, struct err *err)
{
    return tx_begin_with(db, "BEGIN", fn, arg, err);
}

bool
db_tx_snapshot(struct db *db, db_tx_fn *fn, void *arg, struct err *err)
{
    return tx_begin_with(db, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                         fn, arg, err);
}
