/* A file on its way in: its bytes go into the raw archive as they come, while
 * they are unpacked for a look at their beginning and end. Read once, in
 * constant memory; the archive's draft is the only copy.
 */
#ifndef CORE_INTAKE_H
#define CORE_INTAKE_H

#include "core/archive.h"
#include "core/upload.h"

/* Plain bytes that a packed file may hold, as a multiple of max_bytes. */
enum { INTAKE_PLAIN_RATIO = 8 };

/* Reads in to its end. Sets u's bytes, plain_bytes, packing, head and tail;
 * the rest of u is left alone. Nothing is kept yet: archive_writer_finish does
 * that, or the draft goes with the arena.
 *
 * max_bytes   as they come
 * fails       ERR_INPUT: empty, too large, damaged or truncated packing, what
 *             `in` fails with; ERR_RETRY: the archive cannot be written
 */
MUST_USE bool intake_read(struct arena *a, const char *dir, struct stream *in,
                          int64_t max_bytes, struct upload *u,
                          struct archive_writer **draft, struct err *err);

#endif
