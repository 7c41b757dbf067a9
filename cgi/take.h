/* One file from the wire to an upload with its check queued: shared by the
 * page's form and by PUT. */
#ifndef CGI_TAKE_H
#define CGI_TAKE_H

#include "cgi/request.h"
#include "core/upload.h"

struct take {
    const char *name;           /* as it was sent; NULL or "": "upload" */
    struct stream *in;          /* its bytes */
    const char *source;         /* page, api */
    const char *const *answers; /* "field=value", of the questions */
    size_t n_answers;
    bool auto_store;
    /* out */
    int64_t id;
    struct recognised recognised;
};

/* Reads the file to its end, recognises it, archives it and records it. When
 * nothing is left to be asked its check is queued.
 *
 * fails   ERR_INPUT: it cannot be read or is no table of values (in words);
 *         ERR_RETRY: archive (r->retry_text tells) or database. Nothing is
 *         recorded then.
 */
MUST_USE bool take_file(struct request *r, struct take *t, struct err *err);

#endif
