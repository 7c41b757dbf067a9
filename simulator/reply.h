/* A response on its way out, and what faults do to it. */
#ifndef SIMULATOR_REPLY_H
#define SIMULATOR_REPLY_H

#include "simulator/faults.h"

#include "lib/buf.h"
#include "lib/fcgi.h"

struct reply {
    int status;
    const char *type;
    struct buf *headers; /* "Name: value\r\n" lines besides the usual ones */
    struct buf *body;
};

/* A 200 of JSON without body. */
struct reply reply_new(struct arena *a);

/* Drops what was said so far but for the headers: status and body anew. */
void reply_error(struct reply *r, int status, const char *type,
                 const char *body);

/* Text as a JSON string with its quotes. */
void reply_put_string(struct reply *r, const char *text);

/* Sends it; cuts, drips and pads as the fault says. Ends early when the client
 * goes. */
void reply_send(struct fcgi *f, const struct reply *r, struct faults_hit fault);

/* Waits as long as said or until the client goes; false when it went. */
bool reply_wait(const struct fcgi *f, double seconds);

#endif
