/* What the files lib/db*.c share: the connection with libpq behind it. Nobody
 * else includes this, and nothing else includes libpq.
 *
 * db.c         connection, errors, queries, transactions
 * db_rows.c    reading results
 * db_part.c    statements about one part of a partitioned table, or of many
 * db_copy.c    COPY on its way; db_binary.c: its format
 * db_notify.c  notifications, advisory locks
 */
#ifndef LIB_DB_OWN_H
#define LIB_DB_OWN_H

#include "lib/db.h"

#include <libpq-fe.h>
#include <stddef.h>

enum { DB_COPY_FLUSH_BYTES = 64 * 1024 };

/* Rows of a COPY in on their way: as many as fit before the next flush. */
struct db_copy {
    unsigned char *data;
    size_t len, cap;
    int fields_left; /* of the row that is being written */
    bool active;
};

struct db {
    PGconn *conn; /* NULL before the first attempt to connect */
    char *conninfo, *application_name;
    char where[256];
    bool prepared[SQL_COUNT + 1]; /* on this connection */
    int tx_depth;
    bool tx_doomed; /* a nested part failed: there is nothing to commit */
    bool was_connected;
    char **channels; /* listened to */
    size_t n_channels;
    size_t n_missed; /* of them, those whose notice of a reconnect is due */
    struct db_copy copy;
    db_stop_fn *stop; /* NULL: nobody asks */
    void *stop_arg;
};

struct db_rows {
    PGresult *res;
};

/* By enum sql_id. */
extern const char *const db_sql_text[], *const db_sql_name[];

/* Every call begins with this: a connection that stands, made anew if need be.
 * fails   ERR_RETRY, always when it was lost inside the open transaction */
MUST_USE bool db_ready(struct db *db, struct err *err);

/* The server is not there: sets ERR_RETRY, returns false. */
bool db_away(const struct db *db, struct err *err);
/* Before a result is taken: while the server keeps one waiting, stop is asked
 * now and then. Its true cancels the statement, whose result is then a
 * failure. */
void db_heed_stop(struct db *db);
/* A statement's failure, sorted by SQLSTATE; what names it. Returns false. */
bool db_fail(const struct db *db, const PGresult *res, const char *what,
             struct err *err);
/* A fault of the caller's: aborts. */
NORETURN void db_misuse(const char *what, const char *name);

bool db_is_good(const PGresult *res);
/* The query's text about one part, from malloc. */
char *db_part_text(enum sql_id sql, const char *part);
/* The query's text with its section for each of the lists, from malloc. */
char *db_each_text(enum sql_id sql, const struct db_args *lists, size_t n);
/* A command without parameters and rows. */
MUST_USE bool db_command(struct db *db, const char *text, struct err *err);
MUST_USE bool db_listen_to(struct db *db, const char *channel, struct err *err);

/* Hands what is gathered to the server. On failure the copy has ended. */
MUST_USE bool db_copy_flush(struct db *db, struct err *err);

/* Starts the buffer with the format's header; closes it with its trailer. */
void db_copy_header(struct db *db);
void db_copy_trailer(struct db *db);

/* Reading a COPY out: one message of the server after the other. */
struct db_copy_reader {
    bool header_seen, trailer_seen;
    struct db_field *fields;
    int cap;
};
/* Calls fn for each row of the message.
 * fails   as fn; ERR_INTERNAL: not the format */
MUST_USE bool db_copy_read(struct db_copy_reader *reader,
                           const unsigned char *data, size_t len,
                           db_copy_fn *fn, void *arg, struct err *err);

#endif
