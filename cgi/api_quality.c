/* /api/v1/quality/{symbol}?interval=&from=&to=&limit=&before=: how far each
 * day's rows can be trusted, newest first. */
#include "cgi/reply.h"
#include "core/interval.h"
#include "core/quality.h"
#include "core/series_page.h"
#include "lib/date.h"
#include "lib/json.h"

#include <math.h>

static void
put_day(struct arena *a, struct buf *b, const struct quality_day *d)
{
    json_open(b, '{');
    json_member_str(b, "ts", date_format_iso(a, d->day_ts));
    json_member_f64(b, "score", d->score);
    json_member_i64(b, "expected", d->expected);
    json_member_i64(b, "present", d->present);
    json_member_i64(b, "refused", d->refused);
    json_member_i64(b, "flagged", d->flagged);
    json_member_f64(b, "agreement",
                    d->compared == 0 ? NAN
                                     : (double)d->agreed / (double)d->compared);
    json_close(b, '}');
}

bool
page_api_quality(struct page *p, struct err *err)
{
    const struct series_page_words words = {
        .symbol = page_param(p, "symbol"),
        .interval = page_query(p, "interval"),
        .from = page_query(p, "from"),
        .to = page_query(p, "to"),
        .before = page_query(p, "before"),
        .limit = page_query(p, "limit"),
        .order = "desc",
    };
    struct series_page_ask ask;
    struct quality_day *days;
    size_t n;
    if (!series_page_read(p->a, p->db, &words, &ask, err) ||
        !quality_list(p->a, p->db, ask.instrument_id, ask.interval_s,
                      ask.from_ts, ask.to_ts, ask.limit + 1, &days, &n, err))
        return false;
    bool is_more = n > ask.limit;
    n = is_more ? ask.limit : n;
    json_open(p->out, '{');
    json_member_str(p->out, "symbol", ask.symbol);
    json_member_str(p->out, "interval", interval_name(ask.interval_s));
    json_key(p->out, "rows");
    json_open(p->out, '[');
    for (size_t i = 0; i < n; i++)
        put_day(p->a, p->out, &days[i]);
    json_close(p->out, ']');
    json_member_str(p->out, "next",
                    is_more ? date_format_iso(p->a, days[n - 1].day_ts) : NULL);
    json_close(p->out, '}');
    page_header(p, "Cache-Control", "private, no-cache");
    reply_tag(request_of(p));
    return true;
}
