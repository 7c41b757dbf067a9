/* POST /upload/files: one file or several from the page's form. */
#include "cgi/body.h"
#include "cgi/take.h"
#include "lib/format.h"

#include <string.h>

/* What became of the files so far. */
struct batch {
    int64_t id; /* of the newest that was taken */
    int n_taken;
    int n_refused;
    struct buf *refused; /* "a.png: it is a PNG picture." each */
};

/* What else the form says: an instrument or an interval for all of them. */
static const char *const *
answers_get(const struct request *r, size_t *n)
{
    static const char *const fields[] = {"instrument", "interval", "format"};
    const char **out = arena_array(r->page.a, COUNT_OF(fields), sizeof *out);
    *n = 0;
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        const char *value = form_get(&r->form, fields[i]);
        if (value != NULL && value[0] != '\0')
            out[(*n)++] = arena_printf(r->page.a, "%s=%s", fields[i], value);
    }
    return out;
}

/* A file that is no table is told of and the others go on; anything else ends
 * it. */
static bool
one_take(struct request *r, const char *filename, struct batch *b,
         struct err *err)
{
    struct page *p = &r->page;
    struct take t = {.name = filename, .in = r->file, .source = "page"};
    t.answers = answers_get(r, &t.n_answers);
    if (take_file(r, &t, err)) {
        b->id = t.id;
        b->n_taken++;
        return true;
    }
    if (err->kind != ERR_INPUT || r->is_too_large || r->is_broken)
        return false;
    if (b->n_refused++ > 0)
        buf_addc(b->refused, ' ');
    buf_addf(b->refused, "\"%s\": %s", filename,
             request_sentence(p->a, err->text));
    return true;
}

bool
page_upload_files(struct page *p, struct err *err)
{
    struct request *r = request_of(p);
    struct batch b = {.refused = buf_new(p->a)};
    const char *filename;
    for (;;) {
        if (!body_file_next(r, &filename, err))
            return false;
        if (filename == NULL)
            break;
        if (!one_take(r, filename, &b, err))
            return false;
    }
    if (b.n_taken == 0 && b.n_refused == 0)
        return err_set(err, ERR_INPUT,
                       "No file was chosen. Nothing was stored.");
    if (b.n_taken == 0)
        return err_set(err, ERR_INPUT, "%s Nothing was stored.",
                       b.refused->data);
    if (b.n_taken == 1 && b.n_refused == 0)
        return page_redirect(p, NULL, "/uploads/%lld", (long long)b.id);
    return page_redirect(
        p,
        arena_printf(p->a, "%s received.%s%s",
                     fmt_plural(p->a, b.n_taken, "file was", "files were"),
                     b.n_refused > 0 ? " Refused: " : "", b.refused->data),
        "/upload");
}
