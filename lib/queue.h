/* A bounded queue of pointers between threads. */
#ifndef LIB_QUEUE_H
#define LIB_QUEUE_H

#include "lib/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct queue;

enum queue_state {
    QUEUE_ITEM,
    QUEUE_END,     /* closed and empty, or stopped */
    QUEUE_TIMEOUT, /* nothing came in time */
};

MUST_USE struct queue *queue_new(size_t cap);
void queue_free(struct queue *q); /* what is still in it is the caller's */

/* Waits while it is full. False: stopped, the item was not taken. */
MUST_USE bool queue_put(struct queue *q, void *item);
/* Waits while it is empty, at most timeout_ms; -1: as long as it takes. */
enum queue_state queue_get(struct queue *q, int timeout_ms, void **item);

/* Nothing more will be put; what is in it can still be got. */
void queue_close(struct queue *q);
/* Whoever waits goes on at once, and nothing can be put or got any more. */
void queue_stop(struct queue *q);

#endif
