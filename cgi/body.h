/* What a request brings in its body, checked before any handler runs: a form
 * as a whole, or (STREAM routes) bytes of any size that the handler reads. */
#ifndef CGI_BODY_H
#define CGI_BODY_H

#include "cgi/request.h"

/* Reads the form of a POST into r->form; 0, or the status of what is wrong. */
int body_read(struct request *r);

/* Reads the document of a JSON route into r->json. 0, or the status of what is
 * wrong, which *text tells in words (NULL: the status's own). */
int body_json(struct request *r, const char **text);

/* Opens r->body of a STREAM route; of a form also r->parts, whose fields before
 * the first file are in r->form then. 0, or the status of what is wrong, which
 * *text tells in words. */
int body_open(struct request *r, const char **text);

/* True when the form or the request's head brings the session's CSRF token,
 * or that of the login form where there is no session yet. */
bool body_csrf_is_right(const struct request *r);

/* The next file of r->parts; what stands before it is in r->form then.
 * *filename is NULL when there is none left. Of files, those that were not
 * chosen (no name, no bytes) are passed over.
 * fails   ERR_INPUT: not well-formed, too many fields */
MUST_USE bool body_file_next(struct request *r, const char **filename,
                             struct err *err);

#endif
