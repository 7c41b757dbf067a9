/* Bytes from somewhere, block by block, unpacked on the way, in constant
 * memory: a file, a pipe, memory, or any reader of the caller's.
 *
 * A stream that begins with the magic of gzip or zstd is unpacked as it is
 * read (stream_unpack); what the bytes mean is left to others.
 */
#ifndef LIB_STREAM_H
#define LIB_STREAM_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

EXTERN_C_BEGIN

struct stream;

enum stream_packing { STREAM_PLAIN, STREAM_GZIP, STREAM_ZSTD };

/* Reads at most size bytes; *got 0 at the end. */
typedef bool stream_read_fn(void *arg, void *to, size_t size, size_t *got,
                            struct err *err);

/* All are closed with the arena.
 * fails   ERR_MISSING: no such file; ERR_INPUT: it cannot be read */
MUST_USE bool stream_open_file(struct arena *a, const char *path,
                               struct stream **out, struct err *err);
/* fd is borrowed: not closed. */
struct stream *stream_open_fd(struct arena *a, int fd);
struct stream *stream_open_bytes(struct arena *a, const void *bytes,
                                 size_t len);
struct stream *stream_open_fn(struct arena *a, stream_read_fn *fn, void *arg);

/* Puts an unpacker before a stream whose first bytes are gzip (also of several
 * members) or zstd (also of several frames); *packing says which. Packed bytes
 * inside packed bytes stay as they are.
 *
 * max_bytes   plain bytes that may come out, packed or not; more is ERR_INPUT
 *             when read. So is a plain size over 1000 times what was read (past
 *             64 MiB): a bomb is refused long before the bound.
 *             INT64_MAX: neither, for what we packed ourselves
 * memory      at most 9 MiB for zstd (a frame that wants more is ERR_INPUT)
 */
MUST_USE bool stream_unpack(struct arena *a, struct stream *in,
                            int64_t max_bytes, enum stream_packing *packing,
                            struct stream **out, struct err *err);

/* The next block, borrowed until the next call; *len 0 at the end. Blocks are
 * at most 64 KiB, but for what stream_peek has gathered.
 * fails   ERR_INPUT: truncated or damaged packing, a reading error; and again
 *         when called again */
MUST_USE bool stream_next(struct stream *s, const char **bytes, size_t *len,
                          struct err *err);

/* Reads until size bytes are there or the end, and leaves them to be read
 * again by stream_next: a look ahead. size at most 1 MiB. */
MUST_USE bool stream_peek(struct stream *s, size_t size, const char **bytes,
                          size_t *len, struct err *err);

/* All that is left, as one text. */
MUST_USE bool stream_read_all(struct arena *a, struct stream *s,
                              struct buf **out, struct err *err);

/* Begins again with the first byte; a file, memory, and what is unpacked from
 * them.
 * fails   ERR_INPUT: it cannot be read twice (a pipe, a callback) */
MUST_USE bool stream_rewind(struct stream *s, struct err *err);

/* Bytes handed out so far. */
int64_t stream_at(const struct stream *s);

EXTERN_C_END

#endif
