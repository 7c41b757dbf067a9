/* Any bytes as what may be packed: however they come they unpack to the same,
 * or fail with words, within bounds. */
#include "lib/stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { MAX = 1 << 20 };

struct pieces {
    const char *text;
    size_t len, step;
};

static bool
piece(void *arg, void *to, size_t size, size_t *got, struct err *err)
{
    struct pieces *p = arg;
    (void)err;
    *got = p->len < p->step ? p->len : p->step;
    *got = *got < size ? *got : size;
    memcpy(to, p->text, *got);
    p->text += *got;
    p->len -= *got;
    return true;
}

/* What comes out, to the end or the first mistake. */
static struct buf *
read_all(struct arena *a, struct stream *s, struct err *err)
{
    struct buf *b = buf_new(a);
    const char *bytes;
    size_t len;
    err->kind = ERR_NONE;
    while (stream_next(s, &bytes, &len, err) && len > 0)
        buf_add(b, bytes, len);
    assert(b->len <= MAX && stream_at(s) == (int64_t)b->len);
    assert(err->kind == ERR_NONE ||
           (err->kind == ERR_INPUT && err->text[0] != '\0'));
    return b;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    if (size < 1)
        return 0;
    struct arena *a = arena_new();
    char *text = xmalloc(size - 1);
    memcpy(text, data + 1, size - 1);
    struct pieces p = {.text = text, .len = size - 1, .step = data[0] + 1u};
    struct stream *whole, *parts;
    enum stream_packing packing, again;
    struct err first = {0}, second = {0};
    if (!stream_unpack(a, stream_open_bytes(a, text, size - 1), MAX, &packing,
                       &whole, &first) ||
        !stream_unpack(a, stream_open_fn(a, piece, &p), MAX, &again, &parts,
                       &second))
        abort();
    assert(packing == again);
    struct buf *x = read_all(a, whole, &first);
    struct buf *y = read_all(a, parts, &second);
    /* libzstd sees that a frame with an empty last block is shorter than it
     * says only where it gets the frame in one piece */
    assert(first.kind == second.kind || packing == STREAM_ZSTD);
    if (first.kind == ERR_NONE && second.kind == ERR_NONE)
        assert(x->len == y->len && memcmp(x->data, y->data, x->len) == 0);
    if (!stream_rewind(whole, &second))
        abort();
    y = read_all(a, whole, &second);
    assert(first.kind == second.kind && x->len == y->len);
    assert(packing != STREAM_PLAIN || x->len == size - 1);
    arena_free(a);
    free(text);
    return 0;
}
