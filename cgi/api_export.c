/* /api/v1/export/{symbol}?interval=&from=&to=&format=&with=&as_of=: stored bars
 * as CSV or JSON, sent while they are read, of any number. */
#include "cgi/reply.h"
#include "core/export.h"

struct answer {
    struct request *r;
    const struct export *what;
};

/* The first part takes the head with it: until then a failure is answered as
 * any other. */
static void
begin(const struct answer *to)
{
    struct page *p = &to->r->page;
    page_type(p, export_content_type(to->what->format));
    page_header(p, "Content-Disposition",
                arena_printf(p->a, "attachment; filename=\"%s\"",
                             export_file_name(p->a, to->what)));
    reply_begin(to->r);
}

static bool
send_part(void *arg, const char *bytes, size_t len, struct err *err)
{
    const struct answer *to = arg;
    if (!to->r->is_begun)
        begin(to);
    return reply_part(to->r, bytes, len, err);
}

bool
page_api_export(struct page *p, struct err *err)
{
    struct export e;
    struct export_words words = {.symbol = page_param(p, "symbol"),
                                 .interval = page_query(p, "interval"),
                                 .from = page_query(p, "from"),
                                 .to = page_query(p, "to"),
                                 .as_of = page_query(p, "as_of"),
                                 .with = page_query(p, "with"),
                                 .format = page_query(p, "format")};
    if (!export_read(p->a, p->db, &words, &e, err))
        return false;
    struct answer to = {.r = request_of(p), .what = &e};
    if (to.r->is_head) {
        begin(&to);
        return true;
    }
    int64_t n_rows;
    return export_run(p->db, &e, false, send_part, &to, &n_rows, err);
}
