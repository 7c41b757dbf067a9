#include "lib/compress.h"

#include <zstd.h>

enum { LEVEL = 3 };

bool
compress_pack(struct arena *a, const void *in, size_t len, void **out,
              size_t *out_len, struct err *err)
{
    size_t bound = ZSTD_compressBound(len);
    void *packed = arena_alloc(a, bound);
    size_t n = ZSTD_compress(packed, bound, in, len, LEVEL);
    if (ZSTD_isError(n))
        return err_set(err, ERR_INTERNAL, "compress %zu bytes: %s", len,
                       ZSTD_getErrorName(n));
    *out = packed;
    *out_len = n;
    return true;
}

bool
compress_unpack(struct arena *a, const void *in, size_t len, size_t max_len,
                char **out, size_t *out_len, struct err *err)
{
    unsigned long long size = ZSTD_getFrameContentSize(in, len);
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
        return err_set(err, ERR_INPUT, "not a zstd frame with its size");
    if (size > max_len)
        return err_set(err, ERR_INPUT, "%llu bytes unpacked, at most %zu", size,
                       max_len);
    char *text = arena_alloc(a, (size_t)size + 1);
    size_t n = ZSTD_decompress(text, (size_t)size, in, len);
    if (ZSTD_isError(n))
        return err_set(err, ERR_INPUT, "unpack: %s", ZSTD_getErrorName(n));
    text[n] = '\0';
    *out = text;
    *out_len = n;
    return true;
}
