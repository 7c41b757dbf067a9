#include "core/archive.h"

#include "lib/compress.h"
#include "lib/secret.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HASH_DIGITS = 2 * SECRET_HASH_BYTES };

static bool
failed(struct err *err, const char *doing, const char *path)
{
    bool is_full = errno == ENOSPC || errno == EDQUOT;
    return err_set(err, ERR_RETRY, "archive: %s %s: %s", doing, path,
                   is_full ? "the disk is full" : strerror(errno));
}

static const char *
folder_of(struct arena *a, const char *dir, const char *hash)
{
    return arena_printf(a, "%s/%.2s", dir, hash);
}

static const char *
path_of(struct arena *a, const char *dir, const char *hash)
{
    return arena_printf(a, "%s/%.2s/%s.zst", dir, hash, hash + 2);
}

/* What root writes belongs to the archive's owner, who must read it and add to
 * it: `quotemill run` by root in an instance of another user. */
static bool
owner_of(const char *dir, uid_t *uid, gid_t *gid)
{
    struct stat st;
    if (geteuid() != 0 || stat(dir, &st) != 0)
        return false;
    *uid = st.st_uid;
    *gid = st.st_gid;
    return true;
}

/* `like` is the folder whose owner it gets. */
static bool
folder_make(const char *path, const char *like, struct err *err)
{
    uid_t uid;
    gid_t gid;
    if (mkdir(path, 0750) != 0)
        return errno == EEXIST || failed(err, "make", path);
    if (owner_of(like, &uid, &gid) && chown(path, uid, gid) != 0)
        return failed(err, "give away", path);
    return true;
}

/* The folder of an object: who may add to the archive may add to it, whatever
 * the umask of the process that was first. */
static bool
folder_of_object(const char *dir, const char *folder, struct err *err)
{
    struct stat st;
    if (access(folder, F_OK) == 0)
        return true;
    if (!folder_make(folder, dir, err))
        return false;
    if (stat(dir, &st) != 0 ||
        (chmod(folder, 0700 | (st.st_mode & 02070)) != 0 && errno != EPERM))
        return failed(err, "make", folder);
    return true;
}

/* A new name must reach the disk as well as the bytes. */
static bool
folder_sync(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        failed(err, "sync", path);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool
write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* Bytes on their way to be an object: a file in the archive's folder, locked
 * for as long as its process lives. */
struct draft {
    char *path; /* NULL: it has a name now, or is gone */
    int fd;
};

#define DRAFT_PREFIX ".draft-"

static void
draft_drop(struct draft *d)
{
    if (d->path != NULL)
        unlink(d->path);
    if (d->fd >= 0)
        close(d->fd);
    *d = (struct draft){.fd = -1};
}

/* Who gets the lock of somebody else's draft knows that its process died. */
static void
drafts_sweep(struct arena *a, const char *dir)
{
    DIR *names = opendir(dir);
    struct dirent *each;
    while (names != NULL && (each = readdir(names)) != NULL) {
        if (strncmp(each->d_name, DRAFT_PREFIX, strlen(DRAFT_PREFIX)) != 0)
            continue;
        const char *path = arena_printf(a, "%s/%s", dir, each->d_name);
        int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
            unlink(path);
        if (fd >= 0)
            close(fd);
    }
    if (names != NULL)
        closedir(names);
}

/* A sweep may come between making and locking: then it is made anew. */
static bool
draft_open(struct arena *a, const char *dir, struct draft *d, struct err *err)
{
    struct stat st;
    uid_t uid;
    gid_t gid;
    if (!folder_make(dir, arena_printf(a, "%s/..", dir), err))
        return false;
    drafts_sweep(a, dir);
    do {
        draft_drop(d);
        d->path = arena_printf(a, "%s/" DRAFT_PREFIX "XXXXXX", dir);
        d->fd = mkostemp(d->path, O_CLOEXEC);
        if (d->fd < 0) {
            d->path = NULL;
            return failed(err, "write in", dir);
        }
    } while (flock(d->fd, LOCK_EX | LOCK_NB) != 0 || fstat(d->fd, &st) != 0 ||
             st.st_nlink == 0);
    return (fchmod(d->fd, 0640) == 0 &&
            (!owner_of(dir, &uid, &gid) || fchown(d->fd, uid, gid) == 0)) ||
           failed(err, "write in", dir);
}

/* Gives it the object's name in one step. Some file systems tell of a failed
 * write at the end only; a copy is closed for that, since the lock must stay.
 */
static bool
draft_name(struct arena *a, struct draft *d, const char *dir, const char *hash,
           bool sync, struct err *err)
{
    const char *folder = folder_of(a, dir, hash);
    const char *path = path_of(a, dir, hash);
    if (!folder_of_object(dir, folder, err))
        return false;
    if ((sync && fdatasync(d->fd) != 0) || close(dup(d->fd)) != 0)
        return failed(err, "write", path);
    if (rename(d->path, path) != 0)
        return failed(err, "name", path);
    d->path = NULL;
    return !sync || folder_sync(folder, err);
}

static bool
object_exists(struct arena *a, const char *dir, const char *hash)
{
    return access(path_of(a, dir, hash), F_OK) == 0;
}

struct archive_writer {
    struct arena *a;
    const char *dir;
    int64_t bytes, max_bytes;
    bool is_good; /* nothing has failed so far */
    struct draft draft;
    struct secret_hasher *hasher;
    struct compress_packer *packer;
};

static bool
writer_write(void *arg, const void *bytes, size_t len, struct err *err)
{
    struct archive_writer *w = arg;
    return write_all(w->draft.fd, bytes, len) ||
           failed(err, "write in", w->dir);
}

static void
writer_end(void *w)
{
    archive_writer_drop(w);
}

void
archive_writer_drop(struct archive_writer *w)
{
    draft_drop(&w->draft);
    w->is_good = false;
}

bool
archive_writer_open(struct arena *a, const char *dir, int64_t max_bytes,
                    struct archive_writer **out, struct err *err)
{
    struct archive_writer *w = arena_alloc(a, sizeof *w);
    w->a = a;
    w->dir = arena_strdup(a, dir);
    w->max_bytes = max_bytes;
    w->draft.fd = -1;
    arena_defer(a, writer_end, w);
    if (!draft_open(a, w->dir, &w->draft, err))
        return false;
    w->hasher = secret_hash_new(a);
    w->packer = compress_packer_new(a, writer_write, w);
    w->is_good = true;
    *out = w;
    return true;
}

bool
archive_writer_add(struct archive_writer *w, const void *bytes, size_t len,
                   struct err *err)
{
    assert(w->is_good);
    bool fits = len <= (uint64_t)(w->max_bytes - w->bytes);
    if (!fits)
        err_set(err, ERR_INPUT, "it is larger than %lld bytes",
                (long long)w->max_bytes);
    if (!fits || !compress_packer_add(w->packer, bytes, len, false, err)) {
        archive_writer_drop(w);
        return false;
    }
    secret_hash_add(w->hasher, bytes, len);
    w->bytes += (int64_t)len;
    return true;
}

bool
archive_writer_finish(struct archive_writer *w, bool sync,
                      struct archive_object *out, struct err *err)
{
    assert(w->is_good);
    out->hash = secret_hash_end(w->a, w->hasher);
    out->bytes = w->bytes;
    bool ok = object_exists(w->a, w->dir, out->hash) ||
              (compress_packer_add(w->packer, NULL, 0, true, err) &&
               draft_name(w->a, &w->draft, w->dir, out->hash, sync, err));
    archive_writer_drop(w);
    return ok;
}

bool
archive_put(struct arena *a, const char *dir, const void *bytes, size_t len,
            bool sync, struct archive_object *out, struct err *err)
{
    void *packed;
    size_t packed_len;
    struct draft d = {.fd = -1};
    out->hash = secret_hash_hex(a, bytes, len);
    out->bytes = (int64_t)len;
    if (object_exists(a, dir, out->hash))
        return true;
    bool ok =
        compress_pack(a, bytes, len, &packed, &packed_len, err) &&
        draft_open(a, dir, &d, err) &&
        (write_all(d.fd, packed, packed_len) || failed(err, "write in", dir)) &&
        draft_name(a, &d, dir, out->hash, sync, err);
    draft_drop(&d);
    return ok;
}

/* A hash comes from the database: it must not lead out of the folder. */
static bool
is_hash(const char *text)
{
    return strlen(text) == HASH_DIGITS &&
           strspn(text, "0123456789abcdef") == HASH_DIGITS;
}

static bool
file_read(struct arena *a, const char *path, size_t max, char **bytes,
          size_t *len, struct err *err)
{
    FILE *f = fopen(path, "rbe");
    struct stat st;
    if (f == NULL && errno == ENOENT)
        return err_set(err, ERR_MISSING, "archive: there is no %s", path);
    if (f == NULL)
        return failed(err, "open", path);
    bool ok = fstat(fileno(f), &st) == 0 && st.st_size >= 0;
    if (ok && (uint64_t)st.st_size > max) {
        fclose(f);
        return err_set(err, ERR_INPUT, "archive: %s is larger than %zu bytes",
                       path, max);
    }
    if (ok) {
        *len = (size_t)st.st_size;
        *bytes = arena_alloc(a, *len);
        ok = fread(*bytes, 1, *len, f) == *len;
    }
    fclose(f);
    return ok || failed(err, "read", path);
}

bool
archive_path(struct arena *a, const char *dir, const char *hash,
             const char **path, struct err *err)
{
    if (!is_hash(hash))
        return err_set(err, ERR_INPUT, "archive: \"%.70s\" is no hash", hash);
    *path = path_of(a, dir, hash);
    return true;
}

bool
archive_get(struct arena *a, const char *dir, const char *hash,
            size_t max_bytes, char **bytes, size_t *len, struct err *err)
{
    const char *path;
    char *packed = NULL;
    size_t packed_len = 0;
    if (!archive_path(a, dir, hash, &path, err) ||
        !file_read(a, path, max_bytes + max_bytes / 64 + 1024, &packed,
                   &packed_len, err))
        return false;
    if (!compress_unpack(a, packed, packed_len, max_bytes, bytes, len, err))
        return err_wrap(err, "archive: %s", path);
    if (strcmp(secret_hash_hex(a, *bytes, *len), hash) != 0)
        return err_set(err, ERR_INPUT, "archive: %s is damaged", path);
    return true;
}

bool
archive_open(struct arena *a, const char *dir, const char *hash,
             struct stream **out, struct err *err)
{
    const char *path;
    struct stream *packed;
    enum stream_packing packing;
    if (!archive_path(a, dir, hash, &path, err) ||
        !stream_open_file(a, path, &packed, err))
        return false;
    if (!stream_unpack(a, packed, INT64_MAX, &packing, out, err))
        return err_wrap(err, "archive: %s", path);
    return true;
}
