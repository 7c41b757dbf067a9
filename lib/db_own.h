/* What lib/db.c and lib/db_copy.c share; nobody else includes it. libpq's
 * connection appears by its struct's name only, so that db.c alone includes
 * libpq. */
#ifndef LIB_DB_OWN_H
#define LIB_DB_OWN_H

#include "lib/db.h"

#include <stddef.h>

enum { DB_COPY_FLUSH_BYTES = 64 * 1024 };

struct pg_conn;

/* Rows of a COPY in on their way: as many as fit before the next flush. */
struct db_copy {
    unsigned char *data;
    size_t len, cap;
    int fields_left; /* of the row that is being written */
    bool active;
};

struct db {
    struct pg_conn *conn; /* NULL before the first attempt to connect */
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
};

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
/* Calls fn for each row of the message. *stopped tells fn's false from a
 * message that is not what the format says (ERR_INTERNAL). */
MUST_USE bool db_copy_read(struct db_copy_reader *reader,
                           const unsigned char *data, size_t len,
                           db_copy_fn *fn, void *arg, struct err *err);

#endif
