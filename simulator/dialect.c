#include "simulator/dialect.h"

#include "simulator/request.h"

#include "lib/date.h"

#include <string.h>

#define DIALECT(name) extern const struct dialect dialect_##name;
#include "simulator/dialects.def"
#undef DIALECT

static const struct dialect *const dialects[] = {
#define DIALECT(name) &dialect_##name,
#include "simulator/dialects.def"
#undef DIALECT
};

const struct dialect *
dialect_find(const char *path, const char **at)
{
    for (size_t i = 0; i < COUNT_OF(dialects); i++) {
        *at = strstr(path, dialects[i]->marker);
        if (*at != NULL)
            return dialects[i];
    }
    return NULL;
}

static const struct market_series *
find_series(struct talk *t, const char *symbol, int32_t interval_s)
{
    const struct market_series *s =
        market_find(t->market, t->request->provider, symbol, interval_s);
    if (s == NULL)
        s = market_find(t->market, t->request->dialect->name, symbol,
                        interval_s);
    return s;
}

bool
talk_knows(struct talk *t, const char *symbol)
{
    return market_knows(t->market, t->request->provider, symbol) ||
           market_knows(t->market, t->request->dialect->name, symbol);
}

struct talk_rows
talk_rows(struct talk *t, const char *symbol, struct market_query q)
{
    struct talk_rows out = {.series = find_series(t, symbol, q.interval_s)};
    enum rows_shape shape = t->request->dialect->shape;
    if (out.series != NULL && shape != 0 && out.series->shape != shape)
        out.series = NULL;
    if (out.series == NULL)
        return out;
    q.now_ts = t->request->now_ts;
    if (t->fault.kind == FAULTS_STALE)
        q.now_ts -= (int64_t)(t->fault.arg * DAY_S);
    out.rows = market_rows(t->a, t->market, out.series, &q);
    if (t->fault.kind == FAULTS_EMPTY)
        out.rows.n = 0;
    enum rows_spoil spoil = ROWS_SPOIL_NONE;
    if (t->fault.kind == FAULTS_BAD_ROWS)
        spoil = ROWS_SPOIL_VALUES;
    else if (t->fault.kind == FAULTS_WRONG_TYPES)
        spoil = ROWS_SPOIL_TYPES;
    out.rows = rows_spoil(t->a, &out.rows, q.interval_s, spoil);
    return out;
}

const char *
talk_symbol(const struct talk *t, const char *symbol)
{
    return t->fault.kind == FAULTS_WRONG_SYMBOL ? "ZZZZ" : symbol;
}

/* Answers that the fault itself gives; false: the provider answers. */
static bool
answer_fault(struct talk *t)
{
    static const char page[] =
        "<html>\r\n<head><title>%d</title></head>\r\n<body>\r\n<center><h1>%d"
        "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</"
        "html>\r\n";
    int status = t->fault.kind == FAULTS_ERROR_500   ? 500
                 : t->fault.kind == FAULTS_ERROR_502 ? 502
                 : t->fault.kind == FAULTS_ERROR_503 ? 503
                                                     : 0;
    if (status != 0) {
        reply_error(t->reply, status, "text/html",
                    arena_printf(t->a, page, status, status));
        return true;
    }
    if (t->fault.kind != FAULTS_RATE && t->fault.kind != FAULTS_LIMIT_200)
        return false;
    if (t->fault.kind == FAULTS_RATE) {
        t->reply->status = 429;
        buf_addf(t->reply->headers, "Retry-After: %.0f\r\n", t->fault.arg);
    }
    t->request->dialect->limit(t);
    return true;
}

static void
spoil_body(struct reply *r)
{
    r->body->len = r->body->len * 2 / 3;
    buf_adds(r->body, "\"]}{,");
}

void
talk_answer(struct talk *t)
{
    if (!answer_fault(t))
        t->request->dialect->answer(t);
    if (t->fault.kind == FAULTS_MALFORMED)
        spoil_body(t->reply);
}
