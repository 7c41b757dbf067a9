/* The sender: takes what the outbox owes (core/delivery.h), makes its text,
 * sends it, many at once on one thread, and notes what the servers answered.
 *
 * To each channel one at a time: a receiver that hangs holds up nobody else.
 * What was claimed and not noted (the sender was killed, the database away) is
 * sent again when its lease has ended, the same text with the same key.
 *
 *   sent again later  no connection, a timeout, 408, 425, 429, 5xx (after what
 *                     Retry-After says, or longer); SMTP's 4xx; a key file that
 *                     cannot be read
 *   given up          any other answer but 2xx; SMTP's 5xx, also of a login;
 *                     a channel whose secret was sealed with another key
 *
 * Neither answers nor errors that are kept have a secret of the channel in
 * them.
 */
#ifndef WORKER_DELIVER_H
#define WORKER_DELIVER_H

#include "lib/config.h"
#include "lib/db.h"

struct deliver;

struct deliver_options {
    const char *worker;        /* who claims; nobody else's name */
    const char *key_file;      /* read for each delivery with a secret */
    const char *ca_file;       /* as in struct http_request */
    const char *templates_dir; /* whose folder messages is read */
    int64_t timeout_ms;        /* of one try; its lease is three times that */
};
/* Those of the settings. */
struct deliver_options deliver_options_of(const struct config *config,
                                          const char *worker);

/* The texts of options must outlive it. */
MUST_USE bool deliver_open(struct deliver **out,
                           const struct deliver_options *options,
                           struct err *err);

struct deliver_report {
    int64_t sent, again, dead; /* that ended in this call */
    int pending;               /* under way still: call again soon */
    double next_s; /* until more is due; -1: nothing waits. Others may queue
                    * more at any time (NOTIFY alert_due) */
};

/* Starts what is due and notes what has ended. While something is under way it
 * waits for an end for wait_ms at most (0 only looks), and returns after one;
 * with nothing under way it returns at once.
 * fails   ERR_RETRY: the database is away; call again, nothing is lost */
MUST_USE bool deliver_due(struct deliver *d, struct db *db, int wait_ms,
                          struct deliver_report *out, struct err *err);

/* The same until nothing is under way and nothing is due (out: in all), or stop
 * says true. */
MUST_USE bool deliver_all(struct deliver *d, struct db *db,
                          bool (*stop)(void *arg), void *arg,
                          struct deliver_report *out, struct err *err);

/* Waits a moment for what is under way, gives the rest back to the outbox, and
 * frees it. NULL is fine. */
void deliver_close(struct deliver *d, struct db *db);

#endif
