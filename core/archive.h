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
#include "lib/stream.h"

#include <stdbool.h>
#include <stdint.h>

struct archive_object {
    const char *hash; /* secret_hash_hex of the plain bytes */
    int64_t bytes;    /* plain */
};

/* Bytes that come in parts, packed while they come into a draft beside the
 * objects, in constant memory. The draft becomes the object when it is whole;
 * else it goes with the arena. A draft that a killed process left behind goes
 * when the next one is opened.
 *
 * max_bytes   plain bytes that may come
 * fails       ERR_INPUT: more than max_bytes; ERR_RETRY: the folder cannot be
 *             written, the disk is full. Nothing is kept then; after a failed
 *             write there can be no finish.
 */
struct archive_writer;
MUST_USE bool archive_writer_open(struct arena *a, const char *dir,
                                  int64_t max_bytes,
                                  struct archive_writer **out, struct err *err);
MUST_USE bool archive_writer_add(struct archive_writer *w, const void *bytes,
                                 size_t len, struct err *err);
/* sync as in archive_put. */
MUST_USE bool archive_writer_finish(struct archive_writer *w, bool sync,
                                    struct archive_object *out,
                                    struct err *err);
/* Gives up at once; fine after finish too. */
void archive_writer_drop(struct archive_writer *w);

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

/* The file of an object, whether it is there or not.
 * fails   ERR_INPUT: no hash */
MUST_USE bool archive_path(struct arena *a, const char *dir, const char *hash,
                           const char **path, struct err *err);

/* The plain bytes as a stream, in constant memory, for objects of any size.
 * The packing's own checksum is checked, not the hash. Bytes that were packed
 * when they came (gzip) come as they were: ask stream_unpack.
 *
 * fails   ERR_MISSING: no such object; ERR_INPUT: no hash; when read: damaged
 */
MUST_USE bool archive_open(struct arena *a, const char *dir, const char *hash,
                           struct stream **out, struct err *err);

#endif
