#include "core/intake.h"

#include <string.h>

/* Hands on what it reads, and archives it. */
struct tee {
    struct stream *in;
    struct archive_writer *draft;
    const char *bytes; /* of in, archived, not handed on yet */
    size_t len;
};

static bool
tee_read(void *arg, void *to, size_t size, size_t *got, struct err *err)
{
    struct tee *t = arg;
    if (t->len == 0 && (!stream_next(t->in, &t->bytes, &t->len, err) ||
                        !archive_writer_add(t->draft, t->bytes, t->len, err)))
        return false;
    *got = t->len < size ? t->len : size;
    memcpy(to, t->bytes, *got);
    t->bytes += *got;
    t->len -= *got;
    return true;
}

/* The first and the last bytes of what went by. */
struct sample {
    char *head, *tail;
    size_t head_len, tail_len;
};

static void
sample_add(struct sample *s, const char *bytes, size_t len)
{
    const size_t max = UPLOAD_SAMPLE_BYTES;
    size_t n = max - s->head_len < len ? max - s->head_len : len;
    memcpy(s->head + s->head_len, bytes, n);
    s->head_len += n;
    if (len > max) {
        bytes += len - max;
        len = max;
    }
    size_t kept = s->tail_len + len > max ? max - len : s->tail_len;
    memmove(s->tail, s->tail + s->tail_len - kept, kept);
    memcpy(s->tail + kept, bytes, len);
    s->tail_len = kept + len;
}

bool
intake_read(struct arena *a, const char *dir, struct stream *in,
            int64_t max_bytes, struct upload *u, struct archive_writer **draft,
            struct err *err)
{
    struct tee tee = {.in = in};
    struct sample sample = {.head = arena_alloc(a, UPLOAD_SAMPLE_BYTES),
                            .tail = arena_alloc(a, UPLOAD_SAMPLE_BYTES)};
    struct stream *plain;
    const char *bytes;
    size_t len;
    if (!archive_writer_open(a, dir, max_bytes, &tee.draft, err) ||
        !stream_unpack(a, stream_open_fn(a, tee_read, &tee),
                       max_bytes * INTAKE_PLAIN_RATIO, &u->packing, &plain,
                       err))
        return false;
    do {
        if (!stream_next(plain, &bytes, &len, err))
            return false;
        sample_add(&sample, bytes, len);
    } while (len > 0);
    u->bytes = stream_at(in);
    u->plain_bytes = stream_at(plain);
    if (u->plain_bytes == 0)
        return err_set(err, ERR_INPUT, "the file is empty");
    u->head = sample.head;
    u->head_len = sample.head_len;
    u->tail = sample.tail;
    u->tail_len = sample.tail_len;
    *draft = tee.draft;
    return true;
}
