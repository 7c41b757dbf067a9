#include "lib/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
buf_drop(void *arg)
{
    struct buf *b = arg;
    free(b->data);
    b->data = NULL;
}

struct buf *
buf_new(struct arena *a)
{
    struct buf *b = arena_alloc(a, sizeof *b);
    b->cap = 256;
    b->data = xmalloc(b->cap);
    b->data[0] = '\0';
    arena_defer(a, buf_drop, b);
    return b;
}

char *
buf_reserve(struct buf *b, size_t more)
{
    if (b->cap - b->len <= more) {
        size_t cap = b->cap * 2;
        if (cap - b->len <= more)
            cap = b->len + more + 1;
        b->data = xrealloc(b->data, cap);
        b->cap = cap;
    }
    return b->data + b->len;
}

void
buf_end(struct buf *b, size_t written)
{
    b->len += written;
    b->data[b->len] = '\0';
}

void
buf_add(struct buf *b, const void *bytes, size_t len)
{
    if (len > 0)
        memcpy(buf_reserve(b, len), bytes, len);
    buf_end(b, len);
}

void
buf_adds(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void
buf_addc(struct buf *b, char c)
{
    *buf_reserve(b, 1) = c;
    buf_end(b, 1);
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    size_t room = b->cap - b->len;
    int len = vsnprintf(b->data + b->len, room, fmt, args);
    va_end(args);
    if (len < 0)
        abort();
    if ((size_t)len >= room) {
        char *at = buf_reserve(b, (size_t)len);
        va_start(args, fmt);
        vsnprintf(at, (size_t)len + 1, fmt, args);
        va_end(args);
    }
    buf_end(b, (size_t)len);
}

void
buf_clear(struct buf *b)
{
    b->len = 0;
    b->data[0] = '\0';
}
