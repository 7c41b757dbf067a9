/* May a model's coefficients be trusted? One sentence, the same in the list of
 * models and on a model's own page. Pure. */
#ifndef CGI_MODEL_WORDS_H
#define CGI_MODEL_WORDS_H

#include "core/model.h"
#include "core/model_list.h"

struct model_sentence {
    const char *state; /* for show_state: active, stale, doubtful, none ... */
    const char *words; /* "Version 12 is active since ...", no full stop */
};

/* since         when the active version was made so, in words; NULL: not known
 * fresh         of the active version; NULL: not judged
 * is_overruled  the gate refused the active version */
struct model_sentence
model_sentence(struct arena *a, const struct model_item *m, const char *since,
               const struct model_freshness *fresh, bool is_overruled);

/* "off by 21.4 USD over the last 10 live rows, of up to 414.6 put up with". */
const char *model_live_words(struct arena *a, const struct model_live *live,
                             const char *unit);

/* What a condition number means for the coefficients. */
const char *model_condition_words(double condition);

/* A number with its unit, if it has one. */
const char *model_with_unit(struct arena *a, double v, const char *unit);

#endif
