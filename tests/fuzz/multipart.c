/* Any bytes as a form: it ends, in words where it is wrong; names are text,
 * and the same parts come out whatever the size of the blocks that came in. */
#include "lib/buf.h"
#include "lib/form.h"
#include "lib/multipart.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct source {
    const unsigned char *data;
    size_t left, step;
};

static bool
source_read(void *arg, void *to, size_t size, size_t *got, struct err *err)
{
    struct source *s = arg;
    (void)err;
    size_t n = s->left < s->step ? s->left : s->step;
    n = n < size ? n : size;
    memcpy(to, s->data, n);
    s->data += n;
    s->left -= n;
    *got = n;
    return true;
}

/* Everything that was read, and whether it was well-formed. */
static bool
form_read(struct arena *a, struct source *s, struct buf *out)
{
    struct multipart *m;
    struct multipart_part part;
    struct err err = {0};
    const char *bytes;
    size_t len = 0;
    bool any, ok;
    if (!multipart_open(a, "multipart/form-data; boundary=b",
                        stream_open_fn(a, source_read, s), &m, &err))
        return false;
    while ((ok = multipart_next(m, &part, &any, &err)) && any) {
        assert(form_is_utf8(part.name, strlen(part.name)));
        buf_addf(out, "%zu:%s=", strlen(part.name), part.name);
        if (part.filename != NULL) {
            assert(form_is_utf8(part.filename, strlen(part.filename)));
            assert(strpbrk(part.filename, "/\\\r\n") == NULL);
            assert(strlen(part.filename) <= MULTIPART_FILENAME_MAX);
            buf_adds(out, part.filename);
        }
        while ((ok = multipart_read(m, &bytes, &len, &err)) && len > 0)
            buf_add(out, bytes, len);
        if (!ok)
            break;
    }
    assert(ok || (err.kind == ERR_INPUT && err.text[0] != '\0'));
    return ok;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct arena *a = arena_new();
    struct buf *first = buf_new(a), *second = buf_new(a);
    struct source large = {.data = data, .left = size, .step = size + 1};
    struct source small = {
        .data = data, .left = size, .step = size > 0 ? data[0] % 7 + 1 : 1};
    bool ok = form_read(a, &large, first);
    assert(form_read(a, &small, second) == ok);
    if (ok) {
        assert(first->len == second->len);
        assert(memcmp(first->data, second->data, first->len) == 0);
    }
    arena_free(a);
    return 0;
}
