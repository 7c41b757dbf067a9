/* Live errors: how a model does on rows that came after those it was fitted on,
 * and what follows from it.
 *
 * The active version is watched, the one in shadow, and the former one: the
 * version that answered before the active one and was never returned from.
 * Two things follow, each by stated rules (docs/models.md):
 *
 *   promotion  a version that was in shadow for its rows answers, or is refused
 *   return     the former version answers again, since the active one's errors
 *              have left their band. Nobody's choice is taken back this way,
 *              and a version that was returned from never comes back by itself
 */
#ifndef CORE_MODEL_WATCH_H
#define CORE_MODEL_WATCH_H

#include "core/model.h"
#include "core/model_spec.h"

/* Rows that are recorded of a version at a time, the newest. */
enum { MODEL_WATCH_MAX = 10000 };

struct model_watch {
    /* Something followed: nothing is fitted this time. */
    bool decided;
    struct model_result result;
    /* A version is in shadow and has not had its rows yet. */
    int64_t shadow; /* 0: none */
    const char *shadow_words;
    /* The active version was returned to: challengers go into shadow first. */
    bool returned;
    const char *words; /* NULL, or what there is to say of the live errors */
};

/* Records live errors and decides; part of the caller's transaction, under the
 * model's lock. */
MUST_USE bool model_watch(struct arena *a, struct db *db,
                          const struct model_spec *spec, const char *who,
                          struct model_watch *out, struct err *err);

#endif
