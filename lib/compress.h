/* Compression of archived objects (zstd). */
#ifndef LIB_COMPRESS_H
#define LIB_COMPRESS_H

#include "lib/arena.h"
#include "lib/err.h"

#include <stdbool.h>

EXTERN_C_BEGIN

/* One zstd frame with its content size; on the arena. */
MUST_USE bool compress_pack(struct arena *a, const void *in, size_t len,
                            void **out, size_t *out_len, struct err *err);

/* The reverse. fails ERR_INPUT: not zstd, truncated, or over max_len */
MUST_USE bool compress_unpack(struct arena *a, const void *in, size_t len,
                              size_t max_len, char **out, size_t *out_len,
                              struct err *err);

EXTERN_C_END

#endif
