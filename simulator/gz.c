#include "simulator/gz.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

enum { CHUNK = 256 * 1024, TEXT_MAX = 1 << 30 };

bool
gz_read(struct arena *a, const char *path, struct buf **out, struct err *err)
{
    errno = 0;
    gzFile file = gzopen(path, "rb");
    if (file == NULL)
        return err_set(err, errno == ENOENT ? ERR_MISSING : ERR_INPUT, "%s: %s",
                       path, strerror(errno));
    struct buf *b = buf_new(a);
    int got;
    do {
        got = gzread(file, buf_reserve(b, CHUNK), CHUNK);
        buf_end(b, got > 0 ? (size_t)got : 0);
    } while (got > 0 && b->len < TEXT_MAX);
    int code;
    const char *why = gzerror(file, &code);
    bool ok = got == 0 && (code == Z_OK || code == Z_STREAM_END);
    if (!ok)
        err_set(err, ERR_INPUT, "%s: %s", path,
                got > 0 ? "larger than 1 GiB" : why);
    if (gzclose(file) != Z_OK && ok)
        ok =
            err_set(err, ERR_INPUT, "%s: the compressed data is cut off", path);
    *out = b;
    return ok;
}
