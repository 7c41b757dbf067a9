#include "lib/compress.h"

#include "lib/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* it only reads what comes in */
#include <zlib.h>
#include <zstd.h>

enum {
    /* Tables of numbers: 3 takes twice as long and packs 3 to 8 % worse. */
    LEVEL = 1,
    WINDOW_LOG_MAX = 23,   /* what RFC 8878 asks of everyone, zstd -19 needs */
    GZIP_WINDOW = 15 + 16, /* zlib's largest; 16: with gzip's header */
};

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

struct compress_packer {
    ZSTD_CCtx *context;
    compress_write_fn *fn;
    void *arg;
    void *room;
    size_t size;
};

static void
context_free(void *context)
{
    ZSTD_freeCCtx(context);
}

struct compress_packer *
compress_packer_new(struct arena *a, compress_write_fn *fn, void *arg)
{
    struct compress_packer *p = arena_alloc(a, sizeof *p);
    p->context = ZSTD_createCCtx();
    if (p->context == NULL)
        abort();
    arena_defer(a, context_free, p->context);
    ZSTD_CCtx_setParameter(p->context, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(p->context, ZSTD_c_checksumFlag, 1);
    p->fn = fn;
    p->arg = arg;
    p->size = ZSTD_CStreamOutSize();
    p->room = arena_alloc(a, p->size);
    return p;
}

bool
compress_packer_add(struct compress_packer *p, const void *in, size_t len,
                    bool is_last, struct err *err)
{
    ZSTD_inBuffer from = {.src = in, .size = len};
    ZSTD_EndDirective how = is_last ? ZSTD_e_end : ZSTD_e_continue;
    for (;;) {
        ZSTD_outBuffer to = {.dst = p->room, .size = p->size};
        size_t left = ZSTD_compressStream2(p->context, &to, &from, how);
        if (ZSTD_isError(left))
            return err_set(err, ERR_INTERNAL, "compress: %s",
                           ZSTD_getErrorName(left));
        if (to.pos > 0 && !p->fn(p->arg, p->room, to.pos, err))
            return false;
        if (is_last ? left == 0 : from.pos == from.size)
            return true;
    }
}

/* A frame whose size is not told in its head. */
static bool
unpack_unsized(struct arena *a, const void *in, size_t len, size_t max_len,
               char **out, size_t *out_len, struct err *err)
{
    struct compress_reader *r = compress_reader_new(a, COMPRESS_ZSTD);
    struct buf *b = buf_new(a);
    const char *from = in;
    size_t got = 1;
    while (got > 0 && b->len <= max_len) {
        size_t size = ZSTD_DStreamOutSize();
        char *room = buf_reserve(b, size);
        if (!compress_reader_step(r, &from, &len, room, size, &got, err))
            return false;
        buf_end(b, got);
    }
    if (b->len > max_len)
        return err_set(err, ERR_INPUT, "unpacked it is over %zu bytes",
                       max_len);
    if (!compress_reader_is_whole(r))
        return err_set(err, ERR_INPUT, "unpack: it ends in the middle");
    *out = b->data;
    *out_len = b->len;
    return true;
}

bool
compress_unpack(struct arena *a, const void *in, size_t len, size_t max_len,
                char **out, size_t *out_len, struct err *err)
{
    unsigned long long size = ZSTD_getFrameContentSize(in, len);
    if (size == ZSTD_CONTENTSIZE_ERROR)
        return err_set(err, ERR_INPUT, "not a zstd frame");
    if (size == ZSTD_CONTENTSIZE_UNKNOWN)
        return unpack_unsized(a, in, len, max_len, out, out_len, err);
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

enum compress_kind
compress_kind_of(const void *bytes, size_t len)
{
    const unsigned char *b = bytes;
    if (len >= 3 && b[0] == 0x1F && b[1] == 0x8B && b[2] == 8)
        return COMPRESS_GZIP;
    if (len < COMPRESS_MAGIC_BYTES)
        return COMPRESS_NONE;
    uint32_t magic = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
                     (uint32_t)b[3] << 24;
    bool skippable =
        (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
    return magic == ZSTD_MAGICNUMBER || skippable ? COMPRESS_ZSTD
                                                  : COMPRESS_NONE;
}

struct compress_reader {
    ZSTD_DCtx *zstd; /* NULL: gzip */
    z_stream gzip;
    bool between; /* members or frames */
};

static void
reader_free(void *arg)
{
    struct compress_reader *r = arg;
    if (r->zstd != NULL)
        ZSTD_freeDCtx(r->zstd);
    else
        inflateEnd(&r->gzip);
}

static void *
gzip_alloc(void *unused, unsigned n, unsigned size)
{
    (void)unused;
    return xcalloc(n, size);
}

static void
gzip_free(void *unused, void *p)
{
    (void)unused;
    free(p);
}

struct compress_reader *
compress_reader_new(struct arena *a, enum compress_kind kind)
{
    struct compress_reader *r = arena_alloc(a, sizeof(*r));
    if (kind == COMPRESS_ZSTD) {
        r->zstd = ZSTD_createDCtx();
        if (r->zstd == NULL)
            abort(); /* out of memory */
        size_t rc = ZSTD_DCtx_setParameter(r->zstd, ZSTD_d_windowLogMax,
                                           WINDOW_LOG_MAX);
        if (ZSTD_isError(rc))
            abort();
    } else {
        r->gzip.zalloc = gzip_alloc;
        r->gzip.zfree = gzip_free;
        if (inflateInit2(&r->gzip, GZIP_WINDOW) != Z_OK)
            abort();
    }
    arena_defer(a, reader_free, r);
    return r;
}

void
compress_reader_reset(struct compress_reader *r)
{
    r->between = false;
    if (r->zstd != NULL)
        (void)ZSTD_DCtx_reset(r->zstd, ZSTD_reset_session_only);
    else
        (void)inflateReset(&r->gzip);
}

bool
compress_reader_is_whole(const struct compress_reader *r)
{
    return r->between;
}

static bool
step_zstd(struct compress_reader *r, const char **in, size_t *in_len, char *out,
          size_t size, size_t *got, struct err *err)
{
    ZSTD_inBuffer from = {.src = *in, .size = *in_len};
    ZSTD_outBuffer to = {.dst = out, .size = size};
    if (r->between && *in_len == 0)
        return true; /* asked again it would call for the next frame */
    size_t rc = ZSTD_decompressStream(r->zstd, &to, &from);
    if (ZSTD_isError(rc)) {
        const char *why = ZSTD_getErrorName(rc);
        bool large = strstr(why, "memory") != NULL;
        return err_set(err, ERR_INPUT,
                       large ? "zstd data that takes more than 8 MiB of memory "
                               "to unpack; pack it with zstd -19 or less (%s)"
                             : "damaged zstd data: %s",
                       why);
    }
    r->between = rc == 0;
    *in += from.pos;
    *in_len -= from.pos;
    *got = to.pos;
    return true;
}

static bool
step_gzip(struct compress_reader *r, const char **in, size_t *in_len, char *out,
          size_t size, size_t *got, struct err *err)
{
    if (r->between) {
        for (; *in_len > 0 && **in == '\0'; ++*in, --*in_len)
            continue; /* padding */
        if (*in_len == 0)
            return true;
        if ((unsigned char)**in != 0x1F)
            return err_set(err, ERR_INPUT,
                           "damaged gzip data: something else follows it");
        (void)inflateReset(&r->gzip);
    }
    z_stream *z = &r->gzip;
    uInt n_in = *in_len > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)*in_len;
    uInt n_out = size > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)size;
    z->next_in = (const Bytef *)*in;
    z->avail_in = n_in;
    z->next_out = (Bytef *)out;
    z->avail_out = n_out;
    int rc = inflate(z, Z_NO_FLUSH);
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
        return err_set(err, ERR_INPUT, "damaged gzip data: %s",
                       z->msg != NULL ? z->msg : zError(rc));
    r->between = rc == Z_STREAM_END;
    *in += n_in - z->avail_in;
    *in_len -= n_in - z->avail_in;
    *got = n_out - z->avail_out;
    return true;
}

bool
compress_reader_step(struct compress_reader *r, const char **in, size_t *in_len,
                     char *out, size_t size, size_t *got, struct err *err)
{
    *got = 0;
    return r->zstd != NULL ? step_zstd(r, in, in_len, out, size, got, err)
                           : step_gzip(r, in, in_len, out, size, got, err);
}
