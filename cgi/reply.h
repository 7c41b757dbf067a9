/* What goes back to the browser: headers, pages in their layout, errors. */
#ifndef CGI_REPLY_H
#define CGI_REPLY_H

#include "cgi/request.h"

/* Sets what every template of a page may use (page.h lists it). */
void reply_layout(struct request *r);

/* Sends the handler's outcome: redirect, page or API answer. A page that may
 * be kept goes into the cache under stamp and key (NULL: not kept).
 * fails   ERR_INTERNAL: a template; nothing was sent yet then */
MUST_USE bool reply_send(struct request *r, const char *stamp, const char *key,
                         struct err *err);

/* Gives the answer in p->out a tag made of its content (ETag); where the
 * client has that already, the answer becomes 304 without a body. */
void reply_tag(struct request *r);

/* The same with a hash (hex) that the caller made; true: the answer is 304. */
bool reply_tag_is(struct request *r, const char *hash);

/* Sends the head of an answer that goes out as it is made, of any size; then
 * its body, part by part (nothing for HEAD). A handler that fails after this
 * has its connection broken off, so that a part never passes for the whole.
 * fails   ERR_RETRY, with r->is_gone: nobody waits for the rest */
void reply_begin(struct request *r);
MUST_USE bool reply_part(struct request *r, const void *bytes, size_t len,
                         struct err *err);

/* Ends an answer that was begun and cannot be finished; logs why. */
void reply_broken(struct request *r, const struct err *err);

/* Sends a kept answer. */
void reply_send_kept(struct request *r, const struct cache_body *kept);

/* Answers with an error in words: a page, or problem+json for the API.
 * text  sentences; NULL: the status's own words
 * ref   reference of the log's line, or NULL */
void reply_error(struct request *r, int status, const char *text,
                 const char *ref);

/* Answers a failure by its kind and logs what somebody has to know. */
void reply_failure(struct request *r, const struct err *err);

#endif
