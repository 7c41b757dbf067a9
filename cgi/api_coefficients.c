/* /api/coefficients?model=&as_of=: the active model's coefficients, or those
 * that answered at a time, for everybody. */
#include "cgi/reply.h"
#include "core/model.h"
#include "core/model_answer.h"

bool
page_api_coefficients(struct page *p, struct err *err)
{
    const char *model = page_query(p, "model");
    const char *as_of = page_query(p, "as_of");
    if (model == NULL)
        model = "mstr";
    if (as_of != NULL
            ? !model_answer_json(p->a, p->db, model, as_of, p->out, err)
            : !model_coefficients_json(p->a, p->db, model, p->now_ts, p->out,
                                       err))
        return false;
    page_header(p, "Cache-Control", "public, max-age=10");
    reply_tag(request_of(p));
    return true;
}
