/* /api/v1/symbols?after=&limit=: the instruments, for programs. */
#include "cgi/reply.h"
#include "core/instrument_list.h"
#include "lib/number.h"

#include <string.h>

enum { LIMIT = 1000 };

bool
page_api_symbols(struct page *p, struct err *err)
{
    const char *after = page_query(p, "after"), *text = page_query(p, "limit");
    int64_t limit = LIMIT;
    if (text != NULL && (!number_parse_i64(text, strlen(text), &limit) ||
                         limit < 1 || limit > LIMIT))
        return err_set(err, ERR_INPUT, "limit \"%.40s\": choose 1 to %d", text,
                       LIMIT);
    if (!instrument_list_json(p->a, p->db, after != NULL ? after : "",
                              (int)limit, p->out, err))
        return false;
    page_header(p, "Cache-Control", "private, no-cache");
    reply_tag(request_of(p));
    return true;
}
