/* The raw archive: bytes by their hash, in a folder.
 *
 * An object is kept once whatever how often it came, compressed, under
 * ab/cdef...zst, which is the hash of its plain bytes; the same name always
 * means the same bytes, and reading checks that.
 */
#ifndef CORE_ARCHIVE_H
#define CORE_ARCHIVE_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

struct archive_object {
    const char *hash; /* secret_hash_hex of the plain bytes */
    int64_t bytes;    /* plain */
};

/* Keeps the bytes; a reader sees all of an object or none of it. Makes dir's
 * parts as needed.
 *
 * sync    waits until the bytes are on the disk
 * fails   ERR_RETRY: the folder cannot be written, the disk is full
 */
MUST_USE bool archive_put(struct arena *a, const char *dir, const void *bytes,
                          size_t len, bool sync, struct archive_object *out,
                          struct err *err);

/* The plain bytes, NUL-terminated.
 *
 * fails   ERR_MISSING: no such object; ERR_INPUT: damaged, or over max_bytes
 */
MUST_USE bool archive_get(struct arena *a, const char *dir, const char *hash,
                          size_t max_bytes, char **bytes, size_t *len,
                          struct err *err);

#endif
