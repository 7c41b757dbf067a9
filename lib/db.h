/* PostgreSQL: prepared statements, transactions, binary COPY, notifications.
 *
 * The SQL text lives in sql/queries/noun_verb.sql, is embedded at build time
 * and named SQL_noun_verb; no function here takes SQL text. Statements are
 * prepared on first use of a connection. Values travel as text parameters,
 * NULL pointer for SQL NULL; results come as text and are read by column name.
 *
 * One struct db is one connection, used by one thread. A lost connection is
 * ERR_RETRY; the next call outside a transaction connects again (one attempt,
 * without waiting) and LISTENs again to what was listened to. A connection that
 * died while idle is made anew without a failure.
 *
 * fails   ERR_RETRY: server away, serialization failure, deadlock, lock or
 *         statement timeout; ERR_CONFLICT: unique, exclusion or foreign-key
 *         violation; ERR_INPUT: check violation, value out of range, invalid
 *         text; ERR_DENIED: insufficient privilege; ERR_INTERNAL: the rest
 */
#ifndef LIB_DB_H
#define LIB_DB_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

EXTERN_C_BEGIN

enum sql_id {
#define SQL(name, text) SQL_##name,
#include "sql.def"
#undef SQL
    SQL_COUNT
};

struct db;
struct db_rows; /* a result, freed with its arena */

struct db_args {
    int n;
    const char *const *v;
};

/* DB_ARGS("a", NULL, fmt_i64(a, 7)); DB_NONE for a query without parameters.
 * The array lives as long as the block in which DB_ARGS stands. */
#define DB_ARGS(...)                                                           \
    ((struct db_args){.n = (int)(sizeof((const char *const[]){__VA_ARGS__}) /  \
                                 sizeof(const char *)),                        \
                      .v = (const char *const[]){__VA_ARGS__}})
#define DB_NONE ((struct db_args){0})

/* Connects. application_name shows in pg_stat_activity. Sets the session's
 * time zone to UTC. out is set also on failure (a later call connects). */
MUST_USE bool db_open(struct db **out, const char *conninfo,
                      const char *application_name, struct err *err);
void db_close(struct db *db);

/* True while the connection is believed to stand. */
bool db_is_connected(const struct db *db);

/* Runs a query. rows may be NULL in db_exec; *n_affected too. */
MUST_USE bool db_query(struct arena *a, struct db *db, enum sql_id sql,
                       struct db_args args, struct db_rows **rows,
                       struct err *err);
MUST_USE bool db_exec(struct db *db, enum sql_id sql, struct db_args args,
                      int64_t *n_affected, struct err *err);

/* Opens another connection to the same database as the same role. */
MUST_USE bool db_open_another(struct db **out, const struct db *like,
                              const char *application_name, struct err *err);

/* As db_query where exactly one row must come back: ERR_MISSING when none. */
MUST_USE bool db_query_one(struct arena *a, struct db *db, enum sql_id sql,
                           struct db_args args, struct db_rows **rows,
                           struct err *err);

/* Several queries in one round trip (pipeline mode), outside or inside a
 * transaction. Outside, they run as one implicit transaction. Each call's
 * rows are set. The first failure is reported and fails all. */
struct db_call {
    enum sql_id sql;
    struct db_args args;
    struct db_rows *rows; /* out */
};
MUST_USE bool db_query_many(struct arena *a, struct db *db,
                            struct db_call *calls, size_t n, struct err *err);

/* fn's work in one transaction: committed when it returns true, rolled back
 * when false. Nested calls join the outer transaction; one that failed dooms
 * it: if the outer fn returns true all the same, nothing is committed and
 * db_tx fails (ERR_INTERNAL). So does a statement's failure passed over. */
typedef bool db_tx_fn(struct db *db, void *arg, struct err *err);
MUST_USE bool db_tx(struct db *db, db_tx_fn *fn, void *arg, struct err *err);
/* The same for work that only reads, all of it from one moment: nothing that
 * others commit meanwhile is seen. Nested in another it is a part of that. */
MUST_USE bool db_tx_snapshot(struct db *db, db_tx_fn *fn, void *arg,
                             struct err *err);
bool db_in_tx(const struct db *db);

/* Reading results. Rows and columns count from 0. An unknown column name is a
 * fault of ours and aborts. Numbers of a NULL: NaN, 0, false; text: NULL. */
int db_count(const struct db_rows *rows);
int db_col(const struct db_rows *rows, const char *name);
bool db_is_null(const struct db_rows *rows, int row, const char *col);
const char *db_text(const struct db_rows *rows, int row, const char *col);
int64_t db_i64(const struct db_rows *rows, int row, const char *col);
double db_f64(const struct db_rows *rows, int row, const char *col);
bool db_bool(const struct db_rows *rows, int row, const char *col);
/* The same by column number (from db_col), for loops over many rows. */
const char *db_text_at(const struct db_rows *rows, int row, int col);
int64_t db_i64_at(const struct db_rows *rows, int row, int col);
double db_f64_at(const struct db_rows *rows, int row, int col);

/* Binary COPY in. The query file holds the one COPY ... FROM STDIN statement
 * (FORMAT binary). Between begin and end no other call may use the
 * connection. Rows are gathered in a 64 KiB buffer. On failure of any step
 * the copy has ended. */
MUST_USE bool db_copy_in_begin(struct db *db, enum sql_id sql, struct err *err);
MUST_USE bool db_copy_row(struct db *db, int n_fields, struct err *err);
void db_copy_i64(struct db *db, int64_t v);
void db_copy_i32(struct db *db, int32_t v);
void db_copy_i16(struct db *db, int16_t v);
void db_copy_bool(struct db *db, bool v);
void db_copy_f64(struct db *db, double v);  /* NaN becomes NULL */
void db_copy_ts(struct db *db, int64_t ts); /* timestamptz */
/* timestamptz from microseconds since 1970; INT64_MIN is -infinity */
void db_copy_us(struct db *db, int64_t us);
void db_copy_text(struct db *db, const char *s); /* NULL becomes NULL */
void db_copy_bytes(struct db *db, const void *bytes, size_t len); /* bytea */
void db_copy_null(struct db *db);
MUST_USE bool db_copy_in_end(struct db *db, int64_t *n_rows, struct err *err);
/* Gives up: nothing of the copy is stored. */
void db_copy_in_abort(struct db *db);

/* Statements about one part of a partitioned table: the query file says %part%
 * where `part` goes (small letters, digits and underscores: "minute_2024_05").
 * Not prepared. */
MUST_USE bool db_exec_part(struct db *db, enum sql_id sql, const char *part,
                           struct db_args args, int64_t *n_affected,
                           struct err *err);
MUST_USE bool db_copy_in_begin_part(struct db *db, enum sql_id sql,
                                    const char *part, struct err *err);

/* Binary COPY out. The query file holds one COPY (SELECT ...) TO STDOUT
 * statement (FORMAT binary). COPY takes no parameters, so args are put into
 * the settings qm.p1, qm.p2, ... of the transaction, and the query reads
 * current_setting('qm.p1')::bigint and so on (NULL arrives as ''). Runs in a
 * transaction of its own when there is none. fn sees one row at a time; its
 * false ends the copy and is returned (an outer transaction cannot go on).
 * Memory is constant in rows.
 *
 * A field is borrowed for the call: len is -1 for NULL. */
struct db_field {
    const unsigned char *data;
    int32_t len;
};
typedef bool db_copy_fn(void *arg, const struct db_field *fields, int n,
                        struct err *err);
MUST_USE bool db_copy_out(struct db *db, enum sql_id sql, struct db_args args,
                          db_copy_fn *fn, void *arg, struct err *err);
MUST_USE bool db_copy_out_part(struct db *db, enum sql_id sql, const char *part,
                               struct db_args args, db_copy_fn *fn, void *arg,
                               struct err *err);
/* The same for a query that is made of several alike: what its file has between
 * %each% and %end% stands there once for each of the n lists, joined by UNION
 * ALL, with the list's words for %1%, %2%, ... A word is what the name of a
 * part is, or several of them with ", " between. */
MUST_USE bool db_copy_out_each(struct db *db, enum sql_id sql,
                               const struct db_args *lists, size_t n,
                               struct db_args args, db_copy_fn *fn, void *arg,
                               struct err *err);
/* From now on stop is asked while the server keeps a query or db_copy_out
 * waiting, ten times a second, and every thousand rows of the latter; true ends
 * it at once: a copy with ERR_CONFLICT ("stopped"), a query as if the server
 * had cancelled it. NULL: nobody is asked. */
typedef bool db_stop_fn(void *arg);
void db_set_stop(struct db *db, db_stop_fn *stop, void *arg);

/* Decoders of binary fields; NULL gives 0 or NaN. */
int64_t db_field_i64(struct db_field f); /* int2, int4, int8 */
double db_field_f64(struct db_field f);  /* float8 */
int64_t db_field_ts(struct db_field f);  /* timestamptz, whole seconds */
/* A row's place in its table: block << 16 | item, as the server counts. */
uint64_t db_field_tid(struct db_field f);
/* The n float8 elements of a float8[] without NULLs; false when it is not
 * that or has another length. */
MUST_USE bool db_field_f64_array(struct db_field f, double *out, size_t n);

/* Notifications. db_listen survives reconnects; since some may have been
 * missed meanwhile, each channel then gives one notification with an empty
 * payload. db_wait returns true with one
 * notification (channel and payload on the arena), or with *channel NULL when
 * timeout_ms passed or a signal came; timeout 0 only looks. */
MUST_USE bool db_listen(struct db *db, const char *channel, struct err *err);
MUST_USE bool db_wait(struct arena *a, struct db *db, int timeout_ms,
                      const char **channel, const char **payload,
                      struct err *err);

/* Session advisory locks, held until released or the connection ends. */
MUST_USE bool db_lock_try(struct db *db, int64_t key, bool *got,
                          struct err *err);
/* fails   ERR_CONFLICT: this connection does not hold it (any more) */
MUST_USE bool db_unlock(struct db *db, int64_t key, struct err *err);

/* Server's host or socket, for messages; never a password. */
const char *db_where(const struct db *db);

EXTERN_C_END

#endif
