/* Live messages to nginx's publisher socket (nchan). What cannot be sent is
 * dropped: the page asks again by itself, and the log is in the database.
 *
 * Used by one thread after publish_open; logs nothing.
 */
#ifndef WORKER_PUBLISH_H
#define WORKER_PUBLISH_H

#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

struct publish;

/* socket_path "" or NULL: there is nobody to publish to, everything here does
 * nothing. */
MUST_USE bool publish_open(struct publish **out, const char *socket_path,
                           struct err *err);
void publish_close(struct publish *p);

/* Sends one JSON message to the readers of a page; returns at once. Messages
 * arrive in the order they were sent.
 * topic   "run", "upload" or "load", with the id; "alerts" with 0 */
void publish_send(struct publish *p, const char *topic, int64_t id,
                  const char *json);

/* Tells every page that alerts have changed: its bell asks again. */
void publish_alerts(struct publish *p);

/* Moves what was sent on, for at most budget_ms. */
void publish_poll(struct publish *p, int budget_ms);

#endif
