#include "cgi/cache.h"

#include "lib/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    char *key;   /* NULL: free */
    char *bytes; /* head, then body */
    size_t head_len, body_len;
    uint64_t used;
};

struct cache {
    char *stamp;
    uint64_t clock; /* counts uses */
    size_t bytes;
    struct entry entries[CACHE_ENTRIES_MAX];
};

struct cache *
cache_new(void)
{
    return xcalloc(1, sizeof(struct cache));
}

static size_t
entry_size(const struct entry *e)
{
    return e->head_len + e->body_len;
}

static void
entry_drop(struct cache *c, struct entry *e)
{
    if (e->key == NULL)
        return;
    c->bytes -= entry_size(e);
    free(e->key);
    free(e->bytes);
    *e = (struct entry){0};
}

void
cache_free(struct cache *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < CACHE_ENTRIES_MAX; i++)
        entry_drop(c, &c->entries[i]);
    free(c->stamp);
    free(c);
}

/* Everything goes when the state is another one. */
static void
stamp_set(struct cache *c, const char *stamp)
{
    if (c->stamp != NULL && strcmp(c->stamp, stamp) == 0)
        return;
    for (size_t i = 0; i < CACHE_ENTRIES_MAX; i++)
        entry_drop(c, &c->entries[i]);
    free(c->stamp);
    c->stamp = xstrdup(stamp);
}

static struct entry *
entry_find(struct cache *c, const char *key)
{
    for (size_t i = 0; i < CACHE_ENTRIES_MAX; i++)
        if (c->entries[i].key != NULL && strcmp(c->entries[i].key, key) == 0)
            return &c->entries[i];
    return NULL;
}

bool
cache_find(struct cache *c, const char *stamp, const char *key,
           struct cache_body *out)
{
    stamp_set(c, stamp);
    struct entry *e = entry_find(c, key);
    if (e == NULL)
        return false;
    e->used = ++c->clock;
    *out = (struct cache_body){.head = e->bytes,
                               .head_len = e->head_len,
                               .body = e->bytes + e->head_len,
                               .body_len = e->body_len};
    return true;
}

/* A free entry, after dropping the least recently used until size fits. */
static struct entry *
entry_make_room(struct cache *c, size_t size)
{
    for (;;) {
        struct entry *oldest = &c->entries[0], *unused = NULL;
        for (size_t i = 0; i < CACHE_ENTRIES_MAX; i++) {
            struct entry *e = &c->entries[i];
            if (e->key == NULL)
                unused = e;
            else if (oldest->key == NULL || e->used < oldest->used)
                oldest = e;
        }
        if (unused != NULL && c->bytes + size <= CACHE_BYTES_MAX)
            return unused;
        entry_drop(c, oldest);
    }
}

void
cache_put(struct cache *c, const char *stamp, const char *key,
          const struct cache_body *body)
{
    size_t size = body->head_len + body->body_len;
    stamp_set(c, stamp);
    struct entry *e = entry_find(c, key);
    if (e != NULL)
        entry_drop(c, e);
    if (size > CACHE_ENTRY_BYTES_MAX)
        return;
    e = entry_make_room(c, size);
    *e = (struct entry){.key = xstrdup(key),
                        .bytes = xmalloc(size),
                        .head_len = body->head_len,
                        .body_len = body->body_len,
                        .used = ++c->clock};
    memcpy(e->bytes, body->head, body->head_len);
    memcpy(e->bytes + body->head_len, body->body, body->body_len);
    c->bytes += size;
}
