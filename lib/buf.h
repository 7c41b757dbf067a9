/* Growing text on an arena.
 *
 * data is always NUL-terminated and len excludes that NUL, so data can be
 * handed to any C function between two additions; an addition may move it.
 * The storage is freed with the arena.
 */
#ifndef LIB_BUF_H
#define LIB_BUF_H

#include "lib/arena.h"

EXTERN_C_BEGIN

struct buf {
    char *data;
    size_t len, cap;
};

/* An empty buffer, freed with the arena. The struct itself lives there too. */
MUST_USE struct buf *buf_new(struct arena *a);

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_adds(struct buf *b, const char *text);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_FMT(2, 3);

/* Makes room for `more` bytes after len and returns where they go; the caller
 * writes them and adds what was written to len, then calls buf_end. */
MUST_USE char *buf_reserve(struct buf *b, size_t more);
void buf_end(struct buf *b, size_t written);

/* Drops the text, keeps the storage. */
void buf_clear(struct buf *b);

EXTERN_C_END

#endif
