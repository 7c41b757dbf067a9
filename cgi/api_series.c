/* /api/v1/charts/{symbol}, /api/v1/indicators/{symbol} and
 * /api/v1/features/{symbol}: pages of a series; /api/v1/indicators and
 * /api/v1/features: what there is. */
#include "cgi/reply.h"
#include "core/series_text.h"
#include "lib/date.h"
#include "lib/json.h"
#include "lib/secret.h"

#include <string.h>

/* What is longer goes out part by part, and is not kept. */
enum { WHOLE_BYTES_MAX = CACHE_ENTRY_BYTES_MAX - 4096 };

static bool
send_parts(struct page *p, struct err *err)
{
    struct request *r = request_of(p);
    if (!r->is_begun)
        reply_begin(r);
    bool ok = reply_part(r, p->out->data, p->out->len, err);
    buf_clear(p->out);
    return ok;
}

static bool
take_text(void *arg, const char *bytes, size_t len, struct err *err)
{
    struct page *p = arg;
    buf_add(p->out, bytes, len);
    return p->out->len <= WHOLE_BYTES_MAX || send_parts(p, err);
}

static void
hash_column(struct secret_hasher *h, const double *values, size_t n)
{
    if (values != NULL)
        secret_hash_add(h, values, n * sizeof *values);
}

/* The answer's tag: of what it is made from, since it may be too long to be
 * made before its head is sent. */
static const char *
tag_of(struct page *p, const struct series_page_ask *ask,
       const struct series_page *rows, bool has_bars)
{
    size_t n = rows->n;
    struct secret_hasher *h = secret_hash_new(p->a);
    const char *form =
        arena_printf(p->a, "1 %s %d %s %d %d %d %zu", ask->symbol,
                     ask->interval_s, ask->as_of != NULL ? ask->as_of : "-",
                     FEATURE_VERSION, has_bars, rows->is_more, n);
    secret_hash_add(h, form, strlen(form));
    secret_hash_add(h, ask->indicators, sizeof ask->indicators);
    secret_hash_add(h, ask->features, sizeof ask->features);
    secret_hash_add(h, rows->ts, n * sizeof *rows->ts);
    secret_hash_add(h, rows->partial, n * sizeof *rows->partial);
    secret_hash_add(h, rows->corrected, n * sizeof *rows->corrected);
    const double *bars[] = {rows->open, rows->high, rows->low, rows->close,
                            rows->volume};
    for (size_t i = 0; i < COUNT_OF(bars) && has_bars; i++)
        hash_column(h, bars[i], n);
    for (int i = 0; i < INDICATOR_COUNT; i++)
        hash_column(h, rows->indicators[i], n);
    for (int i = 0; i < FEATURE_COUNT; i++)
        hash_column(h, rows->features[i], n);
    return secret_hash_end(p->a, h);
}

static bool
answer(struct page *p, const char *indicators, const char *features,
       bool has_bars, struct err *err)
{
    struct series_page_words words = {.symbol = page_param(p, "symbol"),
                                      .interval = page_query(p, "interval"),
                                      .from = page_query(p, "from"),
                                      .to = page_query(p, "to"),
                                      .before = page_query(p, "before"),
                                      .after = page_query(p, "after"),
                                      .limit = page_query(p, "limit"),
                                      .order = page_query(p, "order"),
                                      .indicators = indicators,
                                      .features = features,
                                      .as_of = page_query(p, "as_of")};
    struct series_page_ask ask;
    struct series_page rows;
    if (!series_page_read(p->a, p->db, &words, &ask, err) ||
        !series_page_get(p->a, p->db, &ask, &rows, err))
        return false;
    page_header(p, "Cache-Control", "private, no-cache");
    if (reply_tag_is(request_of(p), tag_of(p, &ask, &rows, has_bars)))
        return true;
    const char *next =
        rows.is_more ? date_format_iso(p->a, rows.ts[rows.n - 1]) : NULL;
    struct series_text_form form = {.is_json = true, .has_bars = has_bars};
    struct series_text *t = series_text_new(p->a, &ask, form, take_text, p);
    series_text_head(t);
    if (!series_text_rows(t, &rows, err) || !series_text_end(t, next, err))
        return false;
    return !request_of(p)->is_begun || send_parts(p, err);
}

/* A list of the query; `absent` stands for one that is not there. */
static const char *
list_of(struct page *p, const char *name, const char *absent)
{
    const char *text = page_query(p, name);
    return text != NULL ? text : absent;
}

bool
page_api_charts(struct page *p, struct err *err)
{
    return answer(p, list_of(p, "indicators", NULL),
                  list_of(p, "features", NULL), true, err);
}

bool
page_api_indicators(struct page *p, struct err *err)
{
    return answer(p, list_of(p, "indicators", "all"), NULL, false, err);
}

bool
page_api_features(struct page *p, struct err *err)
{
    return answer(p, NULL, list_of(p, "features", "all"), false, err);
}

static bool
answer_list(struct page *p)
{
    page_header(p, "Cache-Control", "private, no-cache");
    reply_tag(request_of(p));
    return true;
}

bool
page_api_indicator_list(struct page *p, struct err *err)
{
    (void)err;
    json_open(p->out, '{');
    json_key(p->out, "indicators");
    json_open(p->out, '[');
    for (int i = 0; i < INDICATOR_COUNT; i++) {
        const struct indicator *one = &indicator_all[i];
        bool is_percent = one->scale == INDICATOR_PERCENT_SCALE;
        json_open(p->out, '{');
        json_member_str(p->out, "name", one->name);
        json_member_str(p->out, "title", one->title);
        json_member_str(p->out, "pane", one->pane);
        json_member_str(p->out, "scale", is_percent ? "percent" : "free");
        json_member_str(p->out, "unit", indicator_unit_name(one->unit));
        json_member_i64(p->out, "warm", one->warm);
        json_member_str(p->out, "help", one->help);
        json_close(p->out, '}');
    }
    json_close(p->out, ']');
    json_close(p->out, '}');
    return answer_list(p);
}

bool
page_api_feature_list(struct page *p, struct err *err)
{
    (void)err;
    json_open(p->out, '{');
    json_member_i64(p->out, "version", FEATURE_VERSION);
    json_key(p->out, "features");
    json_open(p->out, '[');
    for (int i = 0; i < FEATURE_COUNT; i++) {
        const struct feature *one = &feature_all[i];
        json_open(p->out, '{');
        json_member_str(p->out, "name", one->name);
        json_member_str(p->out, "unit", feature_unit_name(one->unit));
        json_member_i64(p->out, "warm", one->warm);
        json_member_str(p->out, "formula", one->formula);
        json_close(p->out, '}');
    }
    json_close(p->out, ']');
    json_close(p->out, '}');
    return answer_list(p);
}
