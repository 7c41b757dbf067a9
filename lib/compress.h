/* Compression: archived objects (zstd), and packed bytes of others (zstd and
 * gzip), which are unpacked as they come. */
#ifndef LIB_COMPRESS_H
#define LIB_COMPRESS_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>

EXTERN_C_BEGIN

/* One zstd frame with its content size; on the arena. */
MUST_USE bool compress_pack(struct arena *a, const void *in, size_t len,
                            void **out, size_t *out_len, struct err *err);

/* Packs bytes that come in parts into one zstd frame with a checksum, fast, in
 * constant memory (about 1 MiB); what is packed goes to fn. Lives on the arena.
 *
 * is_last   ends the frame; len may be 0
 * fails     what fn failed with
 */
typedef bool compress_write_fn(void *arg, const void *bytes, size_t len,
                               struct err *err);
struct compress_packer;
MUST_USE struct compress_packer *
compress_packer_new(struct arena *a, compress_write_fn *fn, void *arg);
MUST_USE bool compress_packer_add(struct compress_packer *p, const void *in,
                                  size_t len, bool is_last, struct err *err);

/* The reverse of both. fails ERR_INPUT: not zstd, truncated, or over max_len */
MUST_USE bool compress_unpack(struct arena *a, const void *in, size_t len,
                              size_t max_len, char **out, size_t *out_len,
                              struct err *err);

enum compress_kind { COMPRESS_NONE, COMPRESS_GZIP, COMPRESS_ZSTD };
enum { COMPRESS_MAGIC_BYTES = 4 };

/* What the first bytes (COMPRESS_MAGIC_BYTES are enough) say. */
enum compress_kind compress_kind_of(const void *bytes, size_t len);

/* Unpacks a stream piece by piece, in constant memory; for lib/stream.c.
 * Several gzip members or zstd frames, one after the other, are one text; so
 * is gzip padded with zeros. Freed with the arena. */
struct compress_reader;
struct compress_reader *compress_reader_new(struct arena *a,
                                            enum compress_kind kind);

/* Takes from *in (moves *in, *in_len) and writes at most size bytes; *got of 0
 * says that more is needed.
 *
 * fails   ERR_INPUT: damaged, or zstd that wants more than 8 MiB of memory
 */
MUST_USE bool compress_reader_step(struct compress_reader *r, const char **in,
                                   size_t *in_len, char *out, size_t size,
                                   size_t *got, struct err *err);

/* For the first byte again. */
void compress_reader_reset(struct compress_reader *r);

/* True where the packed bytes may end: behind a whole member or frame. */
bool compress_reader_is_whole(const struct compress_reader *r);

EXTERN_C_END

#endif
