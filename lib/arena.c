#include "lib/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define EACH_BLOCK_ALONE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EACH_BLOCK_ALONE 1
#endif
#endif
#ifndef EACH_BLOCK_ALONE
#define EACH_BLOCK_ALONE 0
#endif

enum {
    ALIGN = 16,
    CHUNK_BYTES = 16 * 1024,
};

struct chunk {
    struct chunk *next;
    size_t size, used;
    _Alignas(ALIGN) unsigned char data[];
};

struct deferred {
    struct deferred *next;
    void (*fn)(void *);
    void *arg;
};

struct arena {
    struct chunk *chunks; /* newest first; the newest is allocated from */
    struct deferred *deferred;
};

static NORETURN void
out_of_memory(void)
{
    fputs("<2>memory.out\n", stderr);
    abort();
}

void *
xmalloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (p == NULL)
        out_of_memory();
    return p;
}

void *
xcalloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);
    if (p == NULL)
        out_of_memory();
    return p;
}

void *
xrealloc(void *p, size_t size)
{
    void *q = realloc(p, size ? size : 1);
    if (q == NULL)
        out_of_memory();
    return q;
}

char *
xstrdup(const char *s)
{
    size_t size = strlen(s) + 1;
    return memcpy(xmalloc(size), s, size);
}

struct arena *
arena_new(void)
{
    return xcalloc(1, sizeof(struct arena));
}

static void
deferred_run(struct arena *a)
{
    while (a->deferred != NULL) {
        struct deferred *d = a->deferred;
        a->deferred = d->next;
        d->fn(d->arg);
    }
}

static void
chunks_free(struct chunk *c)
{
    while (c != NULL) {
        struct chunk *next = c->next;
        free(c);
        c = next;
    }
}

void
arena_free(struct arena *a)
{
    if (a == NULL)
        return;
    deferred_run(a);
    chunks_free(a->chunks);
    free(a);
}

void
arena_reset(struct arena *a)
{
    deferred_run(a);
    struct chunk *keep = NULL;
    if (!EACH_BLOCK_ALONE && a->chunks != NULL &&
        a->chunks->size == CHUNK_BYTES) {
        keep = a->chunks;
        a->chunks = keep->next;
        keep->next = NULL;
        memset(keep->data, 0, keep->used);
        keep->used = 0;
    }
    chunks_free(a->chunks);
    a->chunks = keep;
}

static struct chunk *
chunk_add(struct arena *a, size_t size)
{
    struct chunk *c = xcalloc(1, sizeof *c + size);
    c->size = size;
    /* An odd-sized block goes behind the head, which still has room to give. */
    if (size != CHUNK_BYTES && a->chunks != NULL) {
        c->next = a->chunks->next;
        a->chunks->next = c;
    } else {
        c->next = a->chunks;
        a->chunks = c;
    }
    return c;
}

void *
arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory();
    if (EACH_BLOCK_ALONE) {
        struct chunk *c = chunk_add(a, size ? size : 1);
        c->used = size;
        return c->data;
    }
    size_t need = (size + (size == 0) + ALIGN - 1) / ALIGN * ALIGN;
    struct chunk *c = a->chunks;
    if (c == NULL || c->size - c->used < need)
        c = chunk_add(a, need > CHUNK_BYTES / 4 ? need : CHUNK_BYTES);
    void *p = c->data + c->used;
    c->used += need;
    return p;
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size)
        out_of_memory();
    return arena_alloc(a, n * size);
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
    char *copy = arena_alloc(a, len + 1);
    memcpy(copy, s, len);
    return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
    return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

char *
arena_vprintf(struct arena *a, const char *fmt, va_list args)
{
    char small[256];
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(small, sizeof small, fmt, args);
    if (len < 0)
        out_of_memory();
    char *out;
    if ((size_t)len < sizeof small) {
        out = arena_strndup(a, small, (size_t)len);
    } else {
        out = arena_alloc(a, (size_t)len + 1);
        vsnprintf(out, (size_t)len + 1, fmt, again);
    }
    va_end(again);
    return out;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *out = arena_vprintf(a, fmt, args);
    va_end(args);
    return out;
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
    struct deferred *d = arena_alloc(a, sizeof *d);
    d->next = a->deferred;
    d->fn = fn;
    d->arg = arg;
    a->deferred = d;
}
