/* FastCGI requests on descriptor 0, one at a time; started by hand as a plain
 * CGI program it answers one request from environment and standard input.
 */
#ifndef LIB_FCGI_H
#define LIB_FCGI_H

#include "lib/buf.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

EXTERN_C_BEGIN

struct fcgi; /* one acceptor; one per thread */

MUST_USE bool fcgi_open(struct fcgi **out, struct err *err);
void fcgi_close(struct fcgi *f);

/* Waits for the next request. False when the server is ending (signal, or a
 * CGI call's second turn). Any number of threads may wait at once, each with
 * its own struct fcgi. */
bool fcgi_accept(struct fcgi *f);

/* A CGI variable such as REQUEST_METHOD or HTTP_COOKIE; NULL when absent. */
const char *fcgi_param(const struct fcgi *f, const char *name);

/* Reads at most size bytes of the body; 0 at its end. */
size_t fcgi_read(struct fcgi *f, void *to, size_t size);

/* After fcgi_read gave 0: true when the body had come to its end, false when
 * the web server went away before. A CGI call cannot tell. */
bool fcgi_body_is_whole(const struct fcgi *f);

/* Writes to the response; false when the client is gone. */
bool fcgi_write(struct fcgi *f, const void *bytes, size_t len);
bool fcgi_flush(struct fcgi *f);

/* True when the web server has closed the request's connection: nobody waits
 * for the answer. Looks only; always false for a CGI call. */
bool fcgi_client_is_gone(const struct fcgi *f);

/* Breaks the request off: what was written so far shall not pass for a whole
 * answer. The web server sees a record that is no FastCGI, and closes the
 * client's connection without the answer's end (by hand: the program's output
 * just stops). Merely closing would not do: nginx takes that for the end. */
void fcgi_abort(struct fcgi *f);

/* Ends the request. Also done by the next fcgi_accept. */
void fcgi_finish(struct fcgi *f);

/* Makes a waiting fcgi_accept return false; safe in a signal handler. */
void fcgi_shutdown(void);

EXTERN_C_END

#endif
