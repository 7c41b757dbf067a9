/* multipart/form-data as browsers send it, part by part, in constant memory:
 * a form's small fields, and files of any size.
 *
 * Nothing a client says about a file is believed: its name is for people, its
 * type is not even kept.
 *
 * source  RFC 7578, RFC 2046 section 5.1, WHATWG HTML "multipart/form-data
 *         encoding algorithm"
 */
#ifndef LIB_MULTIPART_H
#define LIB_MULTIPART_H

#include "lib/arena.h"
#include "lib/err.h"
#include "lib/stream.h"

EXTERN_C_BEGIN

enum {
    MULTIPART_HEADERS_MAX = 8192, /* bytes of one part's */
    MULTIPART_FILENAME_MAX = 200, /* bytes that are kept of a file's name */
    MULTIPART_PARTS_MAX = 1000,
};

struct multipart;

struct multipart_part {
    const char *name;     /* of the field */
    const char *filename; /* NULL: not a file; "" none was chosen. No folders,
                           * no control characters, well-formed UTF-8 */
};

/* content_type  the request's header
 * body          where the parts come from
 * fails         ERR_INPUT: another type, or no boundary */
MUST_USE bool multipart_open(struct arena *a, const char *content_type,
                             struct stream *body, struct multipart **out,
                             struct err *err);

/* The next part; what is left of the one before is passed over. *any is false
 * behind the last one.
 * fails   ERR_INPUT: not well-formed, too many parts, headers too long, or the
 *         body ends before its closing boundary; what the stream fails with */
MUST_USE bool multipart_next(struct multipart *m, struct multipart_part *part,
                             bool *any, struct err *err);

/* The next bytes of the part, borrowed until the next call; *len 0 at its end.
 */
MUST_USE bool multipart_read(struct multipart *m, const char **bytes,
                             size_t *len, struct err *err);

/* The whole value of a field, NUL-terminated, line ends as LF.
 * fails   also ERR_INPUT: more than max bytes, or not UTF-8 */
MUST_USE bool multipart_value(struct multipart *m, size_t max,
                              const char **value, struct err *err);

/* The part's bytes as a stream, until its end. */
struct stream *multipart_stream(struct multipart *m);

EXTERN_C_END

#endif
