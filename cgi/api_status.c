#include "cgi/page.h"
#include "core/status.h"

bool
page_api_status(struct page *p, struct err *err)
{
    return status_json(p->a, p->db, p->now_ts, p->real_ts, p->out, err);
}
