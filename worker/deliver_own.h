/* What the files of worker/deliver.h share: a delivery on its way, and the
 * kinds of channels as sending knows them. */
#ifndef WORKER_DELIVER_OWN_H
#define WORKER_DELIVER_OWN_H

#include "core/channel.h"
#include "core/delivery.h"
#include "lib/http.h"
#include "worker/deliver.h"

struct sending {
    struct sending *next; /* in deliver->first */
    struct deliver *deliver;
    struct arena *a;
    struct delivery_work work;
    const struct channel_kind *kind;
    const char *values[CHANNEL_FIELDS_MAX]; /* opened: never log them */
    enum {
        SENDING_UNDER_WAY,
        SENDING_ENDED,  /* end is set, and waits to be noted */
        SENDING_UNSENT, /* waits to be given back */
    } state;
    struct delivery_end end;
};

struct deliver_kind {
    const char *name;
    /* body of the message, from text */
    bool (*make)(struct sending *s, const struct delivery_text *text,
                 const char **body, struct err *err);
    /* starts it; s->end is set at its end by deliver_ended */
    bool (*start)(struct sending *s, struct http *http, struct err *err);
};
/* NULL: there is none */
const struct deliver_kind *deliver_kind_find(const char *name);

const struct deliver_options *deliver_settings(const struct deliver *d);

/* How it ended: texts on s->a, or constant. Secrets are taken out here. */
void deliver_ended(struct sending *s, enum delivery_outcome outcome,
                   const char *answer, const char *error, int64_t wait_s);

#endif
