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
