/* Rendered pages, kept per process for as long as they are exact.
 *
 * The whole cache carries one stamp: the database's state and the minute. A
 * look-up with another stamp drops everything, so what is found was made from
 * exactly the state that the database is in now. Bounded in number and bytes;
 * the least recently used goes first.
 */
#ifndef CGI_CACHE_H
#define CGI_CACHE_H

#include "lib/attr.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    CACHE_ENTRIES_MAX = 32,
    CACHE_BYTES_MAX = 2 * 1024 * 1024,
    CACHE_ENTRY_BYTES_MAX = 512 * 1024,
};

struct cache;

struct cache_body {
    const char *head, *body;
    size_t head_len, body_len;
};

MUST_USE struct cache *cache_new(void);
void cache_free(struct cache *c);

/* False when there is nothing of that key and stamp. What is found stays valid
 * until the next call. */
bool cache_find(struct cache *c, const char *stamp, const char *key,
                struct cache_body *out);

/* Keeps copies. What is too large is not kept. */
void cache_put(struct cache *c, const char *stamp, const char *key,
               const struct cache_body *body);

#endif
