#include "core/model_field.h"

#include "core/feature.h"
#include "core/indicator.h"

#include <math.h>
#include <string.h>

static const struct model_field bar_fields[] = {
    {MODEL_BAR, "open", MODEL_OF_PRICE},
    {MODEL_BAR, "high", MODEL_OF_PRICE},
    {MODEL_BAR, "low", MODEL_OF_PRICE},
    {MODEL_BAR, "close", MODEL_OF_PRICE},
    {MODEL_BAR, "volume", MODEL_OF_VOLUME},
};

/* Features that are not made of prices alone. */
static const struct {
    enum feature_id id;
    unsigned of;
} feature_of[] = {
    {FEATURE_volume_change, MODEL_OF_VOLUME},
    {FEATURE_volume_momentum_10, MODEL_OF_VOLUME},
    {FEATURE_volume_ratio_20, MODEL_OF_VOLUME},
    {FEATURE_price_volume_trend_20, MODEL_OF_PRICE | MODEL_OF_VOLUME},
    {FEATURE_distance_vwap, MODEL_OF_PRICE | MODEL_OF_VOLUME},
    {FEATURE_hour, 0},
    {FEATURE_weekday, 0},
    {FEATURE_market_open, 0},
};

static unsigned
of_indicator(const struct indicator *i)
{
    unsigned prices =
        INDICATOR_NEEDS_HIGH | INDICATOR_NEEDS_LOW | INDICATOR_NEEDS_CLOSE;
    return ((i->inputs & prices) != 0 ? MODEL_OF_PRICE : 0U) |
           ((i->inputs & INDICATOR_NEEDS_VOLUME) != 0 ? MODEL_OF_VOLUME : 0U);
}

static unsigned
of_feature(const struct feature *f)
{
    for (size_t i = 0; i < COUNT_OF(feature_of); i++)
        if (f == &feature_all[feature_of[i].id])
            return feature_of[i].of;
    return MODEL_OF_PRICE;
}

bool
model_field_find(const char *name, struct model_field *out)
{
    for (size_t i = 0; i < COUNT_OF(bar_fields); i++)
        if (strcmp(name, bar_fields[i].name) == 0) {
            *out = bar_fields[i];
            return true;
        }
    const struct indicator *indicator = indicator_find(name);
    const struct feature *feature = feature_find(name);
    if (indicator != NULL)
        *out = (struct model_field){MODEL_INDICATOR, indicator->name,
                                    of_indicator(indicator)};
    else if (feature != NULL)
        *out = (struct model_field){MODEL_FEATURE, feature->name,
                                    of_feature(feature)};
    return indicator != NULL || feature != NULL;
}

const char *
model_source_table(enum model_source source)
{
    static const char *const tables[] = {[MODEL_BAR] = "bar",
                                         [MODEL_INDICATOR] = "indicator",
                                         [MODEL_FEATURE] = "feature"};
    return tables[source];
}

static const char *const transform_names[] = {
    [MODEL_PLAIN] = "none",    [MODEL_LOG] = "log",       [MODEL_DIFF] = "diff",
    [MODEL_RETURN] = "return", [MODEL_SQUARE] = "square",
};

bool
model_transform_parse(const char *word, enum model_transform *out)
{
    for (size_t i = 0; i < COUNT_OF(transform_names); i++)
        if (strcmp(word, transform_names[i]) == 0) {
            *out = (enum model_transform)i;
            return true;
        }
    return false;
}

const char *
model_transform_name(enum model_transform t)
{
    return transform_names[t];
}

bool
model_transform_is_step(enum model_transform t)
{
    return t == MODEL_DIFF || t == MODEL_RETURN;
}

double
model_transform_apply(enum model_transform t, double x, double before)
{
    switch (t) {
    case MODEL_PLAIN:
        return x;
    case MODEL_LOG:
        return x > 0 ? log(x) : (double)NAN;
    case MODEL_DIFF:
        return x - before;
    case MODEL_RETURN:
        return before > 0 ? x / before - 1 : (double)NAN;
    case MODEL_SQUARE:
        return x * x;
    }
    return (double)NAN;
}
