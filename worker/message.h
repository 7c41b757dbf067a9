/* What is told: a delivery as text for people (templates/messages/, no logic)
 * and as JSON for programs. The same data makes the same bytes. */
#ifndef WORKER_MESSAGE_H
#define WORKER_MESSAGE_H

#include "core/delivery.h"

/* Reads the templates. Call once. fails as view_open */
MUST_USE bool message_open(const char *templates_dir, struct err *err);
void message_close(void);

/* One line: "Critical: Binance does not answer". */
MUST_USE bool message_title(struct arena *a, const struct delivery_work *d,
                            const struct delivery_text *text, const char **out,
                            struct err *err);

/* A text for people.
 *
 * file    of templates/messages/
 * escape  what it does to each value; NULL: nothing
 * max     bytes; it is cut at a line's end */
typedef const char *message_escape_fn(struct arena *a, const char *text);
MUST_USE bool message_text(struct arena *a, const struct delivery_work *d,
                           const struct delivery_text *text, const char *file,
                           message_escape_fn *escape, size_t max,
                           const char **out, struct err *err);
/* Slack's: & < > as entities, so that nothing is a link or calls anybody. */
message_escape_fn message_escape_slack;

/* The document that webhooks post (docs/channels.md). */
const char *message_json(struct arena *a, const struct delivery_work *d,
                         const struct delivery_text *text);

#endif
