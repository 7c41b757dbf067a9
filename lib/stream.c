#include "lib/stream.h"

#include "lib/compress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BLOCK_BYTES = 64 * 1024,
    PEEK_MAX = 1 << 20,
    BOMB_RATIO = 1000,
    BOMB_FREE_BYTES = 64 << 20,
};

struct stream {
    stream_read_fn *fn;                         /* NULL: bytes in memory */
    bool (*rewind)(void *arg, struct err *err); /* NULL: it cannot be */
    void *arg;
    char *buffer; /* of fn, made when needed; cap bytes */
    size_t cap;
    const char *data; /* buffer, or the memory */
    size_t at, len;   /* of data: read so far, there */
    int64_t given;    /* handed out */
    int64_t read;     /* come in */
    int64_t max;
    bool ended;
    struct err failed; /* kind ERR_NONE: all is well */
};

static void
stream_free(void *arg)
{
    struct stream *s = arg;
    free(s->buffer);
}

struct stream *
stream_open_fn(struct arena *a, stream_read_fn *fn, void *arg)
{
    struct stream *s = arena_alloc(a, sizeof(*s));
    s->fn = fn;
    s->arg = arg;
    s->max = INT64_MAX;
    arena_defer(a, stream_free, s);
    return s;
}

struct stream *
stream_open_bytes(struct arena *a, const void *bytes, size_t len)
{
    struct stream *s = stream_open_fn(a, NULL, NULL);
    s->data = bytes;
    s->len = len;
    s->read = (int64_t)len;
    s->ended = true;
    return s;
}

struct descriptor {
    int fd;
};

static bool
descriptor_read(void *arg, void *to, size_t size, size_t *got, struct err *err)
{
    const struct descriptor *d = arg;
    ssize_t n;
    do
        n = read(d->fd, to, size);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_set(err, ERR_INPUT, "it cannot be read: %s",
                       strerror(errno));
    *got = (size_t)n;
    return true;
}

static bool
descriptor_rewind(void *arg, struct err *err)
{
    const struct descriptor *d = arg;
    return lseek(d->fd, 0, SEEK_SET) == 0 ||
           err_set(err, ERR_INPUT,
                   "the file must be read twice, and this one cannot be");
}

struct stream *
stream_open_fd(struct arena *a, int fd)
{
    struct descriptor *d = arena_alloc(a, sizeof(*d));
    d->fd = fd;
    struct stream *s = stream_open_fn(a, descriptor_read, d);
    s->rewind = descriptor_rewind;
    return s;
}

static void
descriptor_close(void *arg)
{
    const struct descriptor *d = arg;
    close(d->fd);
}

bool
stream_open_file(struct arena *a, const char *path, struct stream **out,
                 struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno == ENOENT ? ERR_MISSING : ERR_INPUT, "%s: %s",
                       path, strerror(errno));
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    *out = stream_open_fd(a, fd);
    arena_defer(a, descriptor_close, (*out)->arg);
    return true;
}

/* Bytes in memory are all there at once. */
static bool
check_max(const struct stream *s, struct err *err)
{
    return s->read <= s->max ||
           err_set(err, ERR_INPUT,
                   "more than %lld bytes, which is the most that is taken",
                   (long long)s->max);
}

/* Reads once more behind what is there. Fails again where it failed. */
static bool
fill(struct stream *s, size_t size, struct err *err)
{
    if (s->at == s->len)
        s->at = s->len = 0;
    size_t want = s->at + size < BLOCK_BYTES ? BLOCK_BYTES : s->at + size;
    if (want > s->cap) {
        s->buffer = xrealloc(s->buffer, want);
        s->cap = want;
    }
    s->data = s->buffer;
    size_t got = 0;
    if (s->failed.kind == ERR_NONE &&
        s->fn(s->arg, s->buffer + s->len, s->cap - s->len, &got, &s->failed)) {
        s->failed.kind = ERR_NONE;
        s->len += got;
        s->read += (int64_t)got;
        s->ended = got == 0;
    }
    if (s->failed.kind == ERR_NONE)
        return true;
    *err = s->failed;
    return false;
}

bool
stream_next(struct stream *s, const char **bytes, size_t *len, struct err *err)
{
    if (s->at == s->len && !s->ended && !fill(s, 1, err))
        return false;
    if (!check_max(s, err))
        return false;
    *len = s->len - s->at;
    if (s->fn == NULL && *len > BLOCK_BYTES)
        *len = BLOCK_BYTES;
    *bytes = *len > 0 ? s->data + s->at : "";
    s->at += *len;
    s->given += (int64_t)*len;
    return true;
}

bool
stream_peek(struct stream *s, size_t size, const char **bytes, size_t *len,
            struct err *err)
{
    if (size > PEEK_MAX)
        size = PEEK_MAX;
    while (s->len - s->at < size && !s->ended)
        if (!fill(s, size, err))
            return false;
    if (!check_max(s, err))
        return false;
    *len = s->len - s->at < size ? s->len - s->at : size;
    *bytes = *len > 0 ? s->data + s->at : "";
    return true;
}

int64_t
stream_at(const struct stream *s)
{
    return s->given;
}

bool
stream_rewind(struct stream *s, struct err *err)
{
    if (s->fn == NULL) {
        s->at = 0;
        s->given = 0;
        return true;
    }
    if (s->rewind == NULL)
        return err_set(err, ERR_INPUT, "this cannot be read twice");
    if (!s->rewind(s->arg, err))
        return false;
    s->at = s->len = 0;
    s->given = s->read = 0;
    s->ended = false;
    s->failed.kind = ERR_NONE;
    return true;
}

struct unpacker {
    struct stream *in;
    struct compress_reader *reader;
    const char *name;
    const char *data; /* of in, still to be unpacked */
    size_t len;
    bool ended, is_bounded;
    int64_t out;
};

static bool
check_bomb(struct unpacker *u, struct err *err)
{
    int64_t in = stream_at(u->in) - (int64_t)u->len;
    if (!u->is_bounded || u->out <= BOMB_FREE_BYTES ||
        u->out / BOMB_RATIO <= in)
        return true;
    return err_set(
        err, ERR_INPUT,
        "%lld bytes of %s data unpack to more than %d times as many: "
        "refused",
        (long long)in, u->name, BOMB_RATIO);
}

static bool
unpacker_read(void *arg, void *to, size_t size, size_t *got, struct err *err)
{
    struct unpacker *u = arg;
    for (;;) {
        if (u->len == 0 && !u->ended) {
            if (!stream_next(u->in, &u->data, &u->len, err))
                return false;
            u->ended = u->len == 0;
        }
        if (!compress_reader_step(u->reader, &u->data, &u->len, to, size, got,
                                  err))
            return false;
        u->out += (int64_t)*got;
        if (*got > 0)
            return check_bomb(u, err);
        if (u->ended)
            break;
    }
    return compress_reader_is_whole(u->reader) ||
           err_set(err, ERR_INPUT,
                   "the %s data is cut off: its end is missing after %lld "
                   "bytes",
                   u->name, (long long)stream_at(u->in));
}

static bool
unpacker_rewind(void *arg, struct err *err)
{
    struct unpacker *u = arg;
    if (!stream_rewind(u->in, err))
        return false;
    compress_reader_reset(u->reader);
    u->len = 0;
    u->ended = false;
    u->out = 0;
    return true;
}

bool
stream_unpack(struct arena *a, struct stream *in, int64_t max_bytes,
              enum stream_packing *packing, struct stream **out,
              struct err *err)
{
    const char *bytes;
    size_t len;
    if (!stream_peek(in, COMPRESS_MAGIC_BYTES, &bytes, &len, err))
        return false;
    enum compress_kind kind = compress_kind_of(bytes, len);
    *packing = kind == COMPRESS_GZIP   ? STREAM_GZIP
               : kind == COMPRESS_ZSTD ? STREAM_ZSTD
                                       : STREAM_PLAIN;
    *out = in;
    if (kind != COMPRESS_NONE) {
        struct unpacker *u = arena_alloc(a, sizeof(*u));
        u->in = in;
        u->is_bounded = max_bytes != INT64_MAX;
        u->reader = compress_reader_new(a, kind);
        u->name = kind == COMPRESS_GZIP ? "gzip" : "zstd";
        *out = stream_open_fn(a, unpacker_read, u);
        (*out)->rewind = unpacker_rewind;
    }
    (*out)->max = max_bytes;
    return true;
}

bool
stream_read_all(struct arena *a, struct stream *s, struct buf **out,
                struct err *err)
{
    struct buf *b = buf_new(a);
    const char *bytes;
    size_t len;
    do {
        if (!stream_next(s, &bytes, &len, err))
            return false;
        buf_add(b, bytes, len);
    } while (len > 0);
    *out = b;
    return true;
}
