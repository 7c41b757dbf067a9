/* /api/coefficients: the active model's coefficients, for everybody. */
#include "cgi/reply.h"
#include "core/model.h"

bool
page_api_coefficients(struct page *p, struct err *err)
{
    const char *model = page_query(p, "model");
    if (model == NULL)
        model = "mstr";
    if (!model_coefficients_json(p->a, p->db, model, p->now_ts, p->out, err))
        return false;
    page_header(p, "Cache-Control", "public, max-age=10");
    reply_tag(request_of(p));
    return true;
}
