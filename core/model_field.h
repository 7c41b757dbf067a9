/* What a model may be made of: fields of bars, indicators and features, and the
 * transforms of them. Pure: names in, meaning out. */
#ifndef CORE_MODEL_FIELD_H
#define CORE_MODEL_FIELD_H

#include "lib/attr.h"

#include <stdbool.h>

enum model_source { MODEL_BAR, MODEL_INDICATOR, MODEL_FEATURE };

/* What of its bar a value says something about. */
enum {
    MODEL_OF_PRICE = 1,
    MODEL_OF_VOLUME = 2,
    /* neither bit: the calendar's alone, as the hour */
};

struct model_field {
    enum model_source source;
    const char *name; /* and column of the source's table */
    unsigned of;
};

/* open, high, low, close, volume, or a name of the lists of indicators and
 * features; false when it is none of them. */
MUST_USE bool model_field_find(const char *name, struct model_field *out);
/* "bar", "indicator", "feature". */
const char *model_source_table(enum model_source source);

enum model_transform {
    MODEL_PLAIN,  /* x */
    MODEL_LOG,    /* ln(x) */
    MODEL_DIFF,   /* x - x[t-1] */
    MODEL_RETURN, /* x / x[t-1] - 1 */
    MODEL_SQUARE, /* x * x */
};

/* "none", "log", "diff", "return", "square"; false when the word is none. */
MUST_USE bool model_transform_parse(const char *word,
                                    enum model_transform *out);
const char *model_transform_name(enum model_transform t);
/* Whether it needs the value before. */
bool model_transform_is_step(enum model_transform t);
/* NaN where it is not defined: the log of nothing, the return from it. */
double model_transform_apply(enum model_transform t, double x, double before);

#endif
