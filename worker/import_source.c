#include "worker/import_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a file on the machine itself: what cannot be is refused by its ratio. */
static const int64_t PLAIN_MAX = (int64_t)1 << 40;

static void
close_fd(void *fd)
{
    close(*(int *)fd);
}

static void
keep_fd(struct arena *a, int fd)
{
    int *kept = arena_alloc(a, sizeof *kept);
    *kept = fd;
    arena_defer(a, close_fd, kept);
}

static bool
fail(const char *what, const char *name, struct err *err)
{
    enum err_kind kind = errno == ENOENT   ? ERR_MISSING
                         : errno == ENOSPC ? ERR_RETRY
                                           : ERR_INPUT;
    return err_set(err, kind, "%s%s: %s", what, name, strerror(errno));
}

/* A file without a name, in the folder or, where that cannot be, the system's.
 */
static int
temporary(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    char path[] = P_tmpdir "/quotemill.XXXXXX";
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

/* A pipe's bytes into a file that can be read again. */
static bool
keep_pipe(struct arena *a, struct import_source *s, const char *dir,
          struct err *err)
{
    static char block[256 * 1024];
    int from = s->fd, to = temporary(dir);
    if (to < 0)
        return fail("make a temporary file for ", s->name, err);
    keep_fd(a, to);
    for (ssize_t n; (n = read(from, block, sizeof block)) != 0;) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail("", s->name, err);
        for (ssize_t at = 0, put; at < n; at += put)
            if ((put = write(to, block + at, (size_t)(n - at))) <= 0)
                return err_set(err, ERR_RETRY,
                               "keep %s in a temporary file: %s", s->name,
                               strerror(errno));
    }
    s->fd = to;
    return true;
}

static bool
open_fd(struct arena *a, const char *path, const char *dir,
        struct import_source *s, struct err *err)
{
    struct stat st;
    bool is_stdin = strcmp(path, "-") == 0;
    const char *slash = strrchr(path, '/');
    s->name = is_stdin ? "standard input" : slash != NULL ? slash + 1 : path;
    s->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0)
        return fail("", path, err);
    if (!is_stdin)
        keep_fd(a, s->fd);
    if (fstat(s->fd, &st) != 0)
        return fail("", path, err);
    if (S_ISDIR(st.st_mode))
        return err_set(err, ERR_INPUT, "it is a folder");
    if (!S_ISREG(st.st_mode) &&
        (!keep_pipe(a, s, dir, err) || fstat(s->fd, &st) != 0))
        return false;
    s->size = st.st_size;
    return true;
}

static bool
read_at(struct arena *a, const struct import_source *s, int64_t from,
        int64_t size, const char **out, size_t *len, struct err *err)
{
    char *to = arena_alloc(a, (size_t)size + 1);
    *len = 0;
    while ((int64_t)*len < size) {
        ssize_t n =
            pread(s->fd, to + *len, (size_t)size - *len, from + (int64_t)*len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail("", s->name, err);
        if (n == 0)
            break;
        *len += (size_t)n;
    }
    *out = to;
    return true;
}

static void
take_tail(char *tail, size_t *used, const char *bytes, size_t len)
{
    if (len > IMPORT_SAMPLE_BYTES) {
        bytes += len - IMPORT_SAMPLE_BYTES;
        len = IMPORT_SAMPLE_BYTES;
    }
    size_t stay = IMPORT_SAMPLE_BYTES - len;
    stay = *used < stay ? *used : stay;
    memmove(tail, tail + *used - stay, stay);
    memcpy(tail + stay, bytes, len);
    *used = stay + len;
}

/* The samples of a packed file: all of it is unpacked once. */
static bool
sample_packed(struct arena *a, struct import_source *s, struct stream *in,
              struct err *err)
{
    const char *bytes;
    size_t len;
    char *tail = arena_alloc(a, IMPORT_SAMPLE_BYTES);
    if (!stream_peek(in, IMPORT_SAMPLE_BYTES, &bytes, &len, err))
        return false;
    s->head = arena_strndup(a, bytes, len);
    if (len > 0)
        memcpy((char *)s->head, bytes, len); /* zero bytes, too */
    s->head_len = len;
    do {
        if (!stream_next(in, &bytes, &len, err))
            return false;
        if (len > 0)
            take_tail(tail, &s->tail_len, bytes, len);
    } while (len > 0);
    s->tail = tail;
    s->plain_bytes = stream_at(in);
    return true;
}

static bool
sample(struct arena *a, struct import_source *s, struct err *err)
{
    struct arena *b = arena_new();
    struct stream *in;
    bool ok = import_source_read(b, s, NULL, &in, err);
    if (ok && s->packing != STREAM_PLAIN) {
        ok = sample_packed(a, s, in, err);
    } else if (ok) {
        int64_t n =
            s->size < IMPORT_SAMPLE_BYTES ? s->size : IMPORT_SAMPLE_BYTES;
        s->plain_bytes = s->size;
        ok = read_at(a, s, 0, n, &s->head, &s->head_len, err) &&
             read_at(a, s, s->size - n, n, &s->tail, &s->tail_len, err);
    }
    arena_free(b);
    return ok;
}

bool
import_source_open(struct arena *a, const char *path, const char *dir,
                   struct import_source *out, struct err *err)
{
    *out = (struct import_source){.fd = -1};
    return open_fd(a, path, dir, out, err) && sample(a, out, err);
}

/* Hands on what is read, and archives it. */
static bool
read_on(void *arg, void *to, size_t size, size_t *got, struct err *err)
{
    struct import_source *s = arg;
    const char *bytes;
    size_t len;
    if (s->spare_len == 0) {
        if (!stream_next(s->raw, &bytes, &len, err) ||
            (len > 0 && s->writer != NULL &&
             !archive_writer_add(s->writer, bytes, len, err)))
            return false;
        s->spare = (char *)bytes;
        s->spare_len = len;
    }
    *got = s->spare_len < size ? s->spare_len : size;
    memcpy(to, s->spare, *got);
    s->spare += *got;
    s->spare_len -= *got;
    return true;
}

bool
import_source_read(struct arena *a, struct import_source *s,
                   const char *archive_dir, struct stream **out,
                   struct err *err)
{
    if (lseek(s->fd, 0, SEEK_SET) < 0)
        return fail("", s->name, err);
    s->spare_len = 0;
    s->writer = NULL;
    s->raw = stream_open_fd(a, s->fd);
    if (archive_dir != NULL &&
        !archive_writer_open(a, archive_dir, PLAIN_MAX, &s->writer, err))
        return false;
    return stream_unpack(a, stream_open_fn(a, read_on, s), PLAIN_MAX,
                         &s->packing, out, err);
}

bool
import_source_finish(struct import_source *s, struct archive_object *out,
                     struct err *err)
{
    char block[16 * 1024];
    size_t got;
    do {
        if (!read_on(s, block, sizeof block, &got, err))
            return false;
    } while (got > 0);
    return archive_writer_finish(s->writer, true, out, err);
}
