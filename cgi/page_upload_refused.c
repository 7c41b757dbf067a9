/* /uploads/{id}/refused.csv: every refused row of a file as it was, and what
 * is wrong with it; read again from the archive, sent while it is read. */
#include "cgi/reply.h"
#include "cgi/upload_page.h"
#include "core/archive.h"
#include "core/import_refused.h"
#include "lib/config.h"
#include "lib/format.h"

#include <ctype.h>
#include <string.h>

enum { PART_BYTES = 32768 };

struct refused_call {
    struct request *r;
    const struct upload_page *up;
    struct buf *part;
};

static bool
open_file(const struct refused_call *c, struct arena *a, struct stream **out,
          struct err *err)
{
    const struct upload *u = &c->up->upload;
    enum stream_packing packing;
    struct stream *packed;
    return archive_open(a, config()->archive_dir, u->archive_hash, &packed,
                        err) &&
           stream_unpack(a, packed, u->plain_bytes, &packing, out, err);
}

static bool
on_again(void *arg, struct arena *a, struct stream **out, struct err *err)
{
    return open_file(arg, a, out, err);
}

static bool
flush(struct refused_call *c, struct err *err)
{
    bool ok = reply_part(c->r, c->part->data, c->part->len, err);
    buf_clear(c->part);
    return ok;
}

static bool
on_refused(void *arg, const struct import_refusal *refusal, struct err *err)
{
    struct refused_call *c = arg;
    if (!refusal->doubt.flag)
        import_refused_line(c->part, &c->up->mapping, refusal);
    return c->part->len < PART_BYTES || flush(c, err);
}

/* "prices.csv.gz" gives "prices-refused.csv"; only plain characters. */
static const char *
file_name(struct arena *a, const char *name)
{
    char *plain = arena_printf(a, "%.*s", (int)strcspn(name, "."), name);
    for (char *s = plain; *s != '\0'; s++)
        if (!isalnum((unsigned char)*s) && strchr("-_", *s) == NULL)
            *s = '_';
    return arena_printf(a, "%s-refused.csv", plain);
}

static void
begin(struct refused_call *c)
{
    struct page *p = &c->r->page;
    page_type(p, "text/csv; charset=utf-8");
    page_header(p, "Content-Disposition",
                arena_printf(p->a, "attachment; filename=\"%s\"",
                             file_name(p->a, c->up->upload.name)));
    reply_begin(c->r);
}

bool
page_uploads_refused(struct page *p, struct err *err)
{
    struct upload_page up;
    struct stream *in;
    struct import_result result;
    if (!upload_page_read(p, NULL, 0, &up, err))
        return false;
    if (up.upload.mapping == NULL)
        return err_set(err, ERR_CONFLICT,
                       "upload %lld has not been checked yet",
                       (long long)up.upload.id);
    /* as it was checked, whatever has been answered since */
    if (!mapping_from_json(p->a, up.upload.mapping, strlen(up.upload.mapping),
                           &up.mapping, err))
        return false;
    struct refused_call c = {
        .r = request_of(p), .up = &up, .part = buf_new(p->a)};
    const struct import_options options = {
        .mapping = &up.mapping,
        .dry_run = true,
        .now_ts = p->now_ts,
        .again = on_again,
        .refused = on_refused,
        .arg = &c,
    };
    if (!open_file(&c, p->a, &in, err))
        return false;
    begin(&c);
    if (c.r->is_head)
        return true;
    import_refused_header(c.part, &up.mapping);
    struct err why;
    /* A file whose every row is refused has been listed all the same. */
    if (!import_run(p->a, p->db, in, &options, &result, &why) &&
        why.kind != ERR_INPUT) {
        *err = why;
        return false;
    }
    return flush(&c, err);
}
