/* COPY on its way to and from the server; its format is in db_binary.c. */
#include "lib/db_own.h"

#include "lib/log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
    STOP_ASK_MS = 100,
    STOP_ASK_ROWS = 1024, /* while they come faster than that */
};

/* Rows that the server has sent already, and nobody wants. */
static void
copy_drop(struct db *db)
{
    char *data;
    while (PQgetCopyData(db->conn, &data, 0) > 0)
        PQfreemem(data);
}

/* Takes in results until the connection is at rest; true when all were good.
 * The first failure is reported. A COPY out that began although it was told to
 * stop is a result until its rows are taken. */
static bool
copy_rest(struct db *db, const char *what, int64_t *n_rows, struct err *err)
{
    bool ok = true, any = false;
    PGresult *res;
    while ((res = PQgetResult(db->conn)) != NULL) {
        any = true;
        ExecStatusType status = PQresultStatus(res);
        if (status == PGRES_COPY_OUT)
            copy_drop(db);
        else if (status == PGRES_COMMAND_OK && n_rows != NULL)
            *n_rows = strtoll(PQcmdTuples(res), NULL, 10);
        else if (status != PGRES_COMMAND_OK && ok)
            ok = db_fail(db, res, what, err);
        PQclear(res);
        if (!db_is_connected(db))
            break;
    }
    return any ? ok : db_away(db, err);
}

/* What the server answered to the start of a COPY, which must be one of that
 * direction, in binary. */
static bool
copy_begun(struct db *db, enum sql_id sql, PGresult *res,
           ExecStatusType direction, struct err *err)
{
    ExecStatusType status = PQresultStatus(res);
    if (status == direction && PQbinaryTuples(res)) {
        PQclear(res);
        return true;
    }
    if (db_is_good(res) || status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
        db_misuse("not a binary COPY of this direction", db_sql_name[sql]);
    db_fail(db, res, db_sql_name[sql], err);
    PQclear(res);
    return false;
}

static bool
copy_in_begin(struct db *db, enum sql_id sql, const char *text, struct err *err)
{
    if (!db_ready(db, err) ||
        !copy_begun(db, sql, PQexec(db->conn, text), PGRES_COPY_IN, err))
        return false;
    db->copy.active = true;
    db_copy_header(db);
    return true;
}

bool
db_copy_in_begin(struct db *db, enum sql_id sql, struct err *err)
{
    return copy_in_begin(db, sql, db_sql_text[sql], err);
}

bool
db_copy_in_begin_part(struct db *db, enum sql_id sql, const char *part,
                      struct err *err)
{
    char *text = db_part_text(sql, part);
    bool ok = copy_in_begin(db, sql, text, err);
    free(text);
    return ok;
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
        return db_away(db, err);
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
        return db_away(db, err);
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
    bool ok = db_is_good(res) || db_fail(db, res, "set_config", err);
    PQclear(res);
    arena_free(a);
    return ok;
}

/* --- COPY out ------------------------------------------------------------ */

void
db_set_stop(struct db *db, db_stop_fn *fn, void *arg)
{
    db->stop = fn;
    db->stop_arg = arg;
}

static bool
go_on(struct db *db, struct err *err)
{
    return db->stop == NULL || !db->stop(db->stop_arg) ||
           err_set(err, ERR_CONFLICT, "stopped");
}

/* Until the server has sent something, or it is time to ask again. */
static bool
copy_wait(struct db *db, struct err *err)
{
    struct pollfd fd = {.fd = PQsocket(db->conn), .events = POLLIN};
    if (!go_on(db, err))
        return false;
    int got = poll(&fd, 1, db->stop != NULL ? STOP_ASK_MS : -1);
    if (got < 0 && errno != EINTR)
        return db_away(db, err);
    return got <= 0 || PQconsumeInput(db->conn) || db_away(db, err);
}

static void
cancel(struct db *db)
{
    char text[256];
    PGcancel *call = PQgetCancel(db->conn);
    if (call != NULL && !PQcancel(call, text, sizeof text))
        log_event(LOG_WARN, "db.cancel", "error=\"%s\"", text);
    PQfreeCancel(call);
}

void
db_heed_stop(struct db *db)
{
    struct pollfd fd = {.fd = PQsocket(db->conn), .events = POLLIN};
    while (db->stop != NULL && PQisBusy(db->conn)) {
        int got = poll(&fd, 1, STOP_ASK_MS);
        if (got == 0 && db->stop(db->stop_arg)) {
            cancel(db);
            return;
        }
        if (got < 0 ? errno != EINTR : got > 0 && !PQconsumeInput(db->conn))
            return;
    }
}

/* Tells the server to stop sending, then takes in what is under way. */
static void
copy_out_stop(struct db *db)
{
    cancel(db);
    copy_drop(db);
    struct err ignored;
    (void)!copy_rest(db, "COPY", NULL, &ignored);
}

/* The server may take its time before it begins: a lock, say. */
static bool
copy_out_begin(struct db *db, enum sql_id sql, const char *text,
               struct err *err)
{
    if (PQsendQuery(db->conn, text) != 1)
        return db_away(db, err);
    while (PQisBusy(db->conn))
        if (!copy_wait(db, err)) {
            if (db_is_connected(db))
                copy_out_stop(db);
            return false;
        }
    return copy_begun(db, sql, PQgetResult(db->conn), PGRES_COPY_OUT, err);
}

struct copy_out {
    enum sql_id sql;
    const char *text;
    struct db_args args;
    db_copy_fn *fn;
    void *arg;
};

/* All messages of the server, each on to fn. */
static bool
copy_read(struct db *db, const struct copy_out *c, struct err *err)
{
    struct db_copy_reader reader = {0};
    char *data;
    int len;
    bool ok = true;
    for (int64_t n = 1; ok && (len = PQgetCopyData(db->conn, &data, 1)) >= 0;
         n++) {
        if (len == 0) {
            ok = copy_wait(db, err);
            continue;
        }
        ok = (n % STOP_ASK_ROWS != 0 || go_on(db, err)) &&
             db_copy_read(&reader, (const unsigned char *)data, (size_t)len,
                          c->fn, c->arg, err);
        PQfreemem(data);
    }
    free(reader.fields);
    return ok;
}

static bool
copy_out_tx(struct db *db, void *arg, struct err *err)
{
    const struct copy_out *c = arg;
    if (!db_ready(db, err) || !copy_args(db, c->args, err) ||
        !copy_out_begin(db, c->sql, c->text, err))
        return false;
    if (copy_read(db, c, err))
        return copy_rest(db, db_sql_name[c->sql], NULL, err);
    if (db_is_connected(db))
        copy_out_stop(db);
    return false;
}

bool
db_copy_out(struct db *db, enum sql_id sql, struct db_args args, db_copy_fn *fn,
            void *arg, struct err *err)
{
    struct copy_out c = {.sql = sql,
                         .text = db_sql_text[sql],
                         .args = args,
                         .fn = fn,
                         .arg = arg};
    return db_tx(db, copy_out_tx, &c, err);
}

bool
db_copy_out_part(struct db *db, enum sql_id sql, const char *part,
                 struct db_args args, db_copy_fn *fn, void *arg,
                 struct err *err)
{
    char *text = db_part_text(sql, part);
    struct copy_out c = {
        .sql = sql, .text = text, .args = args, .fn = fn, .arg = arg};
    bool ok = db_tx(db, copy_out_tx, &c, err);
    free(text);
    return ok;
}

bool
db_copy_out_each(struct db *db, enum sql_id sql, const struct db_args *lists,
                 size_t n, struct db_args args, db_copy_fn *fn, void *arg,
                 struct err *err)
{
    char *text = db_each_text(sql, lists, n);
    struct copy_out c = {
        .sql = sql, .text = text, .args = args, .fn = fn, .arg = arg};
    bool ok = db_tx(db, copy_out_tx, &c, err);
    free(text);
    return ok;
}
