/* A file on the command line: read once or twice, archived on the way.
 *
 * Any file that can be read from its beginning again is read in place; a pipe
 * is kept in a temporary file without a name.
 */
#ifndef WORKER_IMPORT_SOURCE_H
#define WORKER_IMPORT_SOURCE_H

#include "core/archive.h"
#include "lib/stream.h"

enum { IMPORT_SAMPLE_BYTES = 65536 };

struct import_source {
    const char *name; /* without folders; "standard input" */
    int fd;
    int64_t size;        /* as it is */
    int64_t plain_bytes; /* unpacked */
    enum stream_packing packing;
    const char *head, *tail; /* plain */
    size_t head_len, tail_len;
    /* of the reading that goes on */
    struct archive_writer *writer;
    struct stream *raw;
    char *spare; /* what a reader left of a block of raw */
    size_t spare_len;
};

/* path   "-": standard input
 * dir    for a temporary file, and the archive
 * fails  ERR_MISSING, ERR_INPUT: it cannot be read, is damaged, a bomb;
 *        ERR_RETRY: the disk is full */
MUST_USE bool import_source_open(struct arena *a, const char *path,
                                 const char *dir, struct import_source *out,
                                 struct err *err);

/* Its plain bytes from the beginning; whatever is read goes into the archive,
 * too, unless archive_dir is NULL. */
MUST_USE bool import_source_read(struct arena *a, struct import_source *s,
                                 const char *archive_dir, struct stream **out,
                                 struct err *err);

/* Reads what is left and keeps the archived object. */
MUST_USE bool import_source_finish(struct import_source *s,
                                   struct archive_object *out, struct err *err);

#endif
