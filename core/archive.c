#include "core/archive.h"

#include "lib/compress.h"
#include "lib/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HASH_DIGITS = 2 * SECRET_HASH_BYTES };

static bool
failed(struct err *err, const char *doing, const char *path)
{
    return err_set(err, ERR_RETRY, "archive: %s %s: %s", doing, path,
                   strerror(errno));
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

/* Writes beside the final name, then takes it in one step. */
static bool
object_write(struct arena *a, const char *folder, const char *path,
             const void *bytes, size_t len, bool sync, struct err *err)
{
    char *draft = arena_printf(a, "%s/.new-XXXXXX", folder);
    int fd = mkostemp(draft, O_CLOEXEC);
    if (fd < 0)
        return failed(err, "write in", folder);
    uid_t uid;
    gid_t gid;
    bool ok = write_all(fd, bytes, len) && fchmod(fd, 0640) == 0 &&
              (!owner_of(folder, &uid, &gid) || fchown(fd, uid, gid) == 0) &&
              (!sync || fdatasync(fd) == 0);
    if (!ok)
        failed(err, "write", path);
    if (close(fd) != 0 && ok)
        ok = failed(err, "write", path);
    if (ok && rename(draft, path) != 0)
        ok = failed(err, "name", path);
    if (!ok)
        unlink(draft);
    return ok && (!sync || folder_sync(folder, err));
}

bool
archive_put(struct arena *a, const char *dir, const void *bytes, size_t len,
            bool sync, struct archive_object *out, struct err *err)
{
    void *packed;
    size_t packed_len;
    out->hash = secret_hash_hex(a, bytes, len);
    out->bytes = (int64_t)len;
    const char *folder = folder_of(a, dir, out->hash);
    const char *path = path_of(a, dir, out->hash);
    if (access(path, F_OK) == 0)
        return true;
    return compress_pack(a, bytes, len, &packed, &packed_len, err) &&
           folder_make(dir, arena_printf(a, "%s/..", dir), err) &&
           folder_make(folder, dir, err) &&
           object_write(a, folder, path, packed, packed_len, sync, err);
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
archive_get(struct arena *a, const char *dir, const char *hash,
            size_t max_bytes, char **bytes, size_t *len, struct err *err)
{
    char *packed = NULL;
    size_t packed_len = 0;
    if (!is_hash(hash))
        return err_set(err, ERR_INPUT, "archive: \"%.70s\" is no hash", hash);
    const char *path = path_of(a, dir, hash);
    if (!file_read(a, path, max_bytes + max_bytes / 64 + 1024, &packed,
                   &packed_len, err))
        return false;
    if (!compress_unpack(a, packed, packed_len, max_bytes, bytes, len, err))
        return err_wrap(err, "archive: %s", path);
    if (strcmp(secret_hash_hex(a, *bytes, *len), hash) != 0)
        return err_set(err, ERR_INPUT, "archive: %s is damaged", path);
    return true;
}
