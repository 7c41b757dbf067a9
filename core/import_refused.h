/* Refused rows as a file of the same kind as the one that they came from: each
 * row as it was, then in columns of their own what is wrong with it. Mended,
 * the file can be imported as it is. */
#ifndef CORE_IMPORT_REFUSED_H
#define CORE_IMPORT_REFUSED_H

#include "core/import.h"
#include "lib/buf.h"

/* The header's line, with its line end. */
void import_refused_header(struct buf *b, const struct mapping *m);

/* A refused row's line. */
void import_refused_line(struct buf *b, const struct mapping *m,
                         const struct import_refusal *r);

#endif
