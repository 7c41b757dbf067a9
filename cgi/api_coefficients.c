/* /api/coefficients: the active model's coefficients, for everybody. */
#include "cgi/request.h"
#include "core/model.h"

#include <string.h>

enum { TAG_CHARS = 32 };

/* Whether an If-None-Match header holds the tag: a list of quoted tags, each
 * perhaps weak, or "*". */
static bool
matches_tag(const char *header, const char *tag)
{
    if (header == NULL)
        return false;
    return strcmp(header, "*") == 0 || strstr(header, tag) != NULL;
}

bool
page_api_coefficients(struct page *p, struct err *err)
{
    const char *model = page_query(p, "model");
    if (model == NULL)
        model = "mstr";
    if (!model_coefficients_json(p->a, p->db, model, p->now_ts, p->out, err))
        return false;
    const char *tag =
        arena_printf(p->a, "\"%.*s\"", TAG_CHARS,
                     secret_hash_hex(p->a, p->out->data, p->out->len));
    page_header(p, "ETag", tag);
    page_header(p, "Cache-Control", "public, max-age=10");
    if (matches_tag(request_param(request_of(p), "HTTP_IF_NONE_MATCH"), tag)) {
        p->status = 304;
        buf_clear(p->out);
    }
    return true;
}
