#include "cgi/model_words.h"

#include "lib/format.h"

#include <math.h>
#include <string.h>

const char *
model_with_unit(struct arena *a, double v, const char *unit)
{
    const char *text = fmt_price(a, v);
    return unit != NULL && unit[0] != '\0' && isfinite(v)
               ? arena_printf(a, "%s %s", text, unit)
               : text;
}

static const char *
live_clause(struct arena *a, const struct model_live *live)
{
    switch (model_live_state(live)) {
    case MODEL_LIVE_NONE:
        return "no row has come since to measure it by";
    case MODEL_LIVE_FEW:
        return arena_printf(a,
                            "%lld of the %lld live rows to judge it by "
                            "are in",
                            (long long)live->seen, (long long)live->wanted);
    case MODEL_LIVE_FREE:
        return "its live error has no limit";
    case MODEL_LIVE_OUTSIDE:
        return "its live error has left its band";
    case MODEL_LIVE_INSIDE:
        break;
    }
    return "its live error is inside its band";
}

const char *
model_live_words(struct arena *a, const struct model_live *live,
                 const char *unit)
{
    if (model_live_state(live) == MODEL_LIVE_NONE)
        return NULL;
    const char *off =
        arena_printf(a, "off by %s (RMSE) over the last %s",
                     model_with_unit(a, live->rmse, unit),
                     fmt_plural(a, live->seen, "live row", "live rows"));
    if (isnan(live->limit))
        return off;
    return arena_printf(a, "%s; its band ends at %s", off,
                        model_with_unit(a, live->limit, unit));
}

const char *
model_condition_words(double condition)
{
    static const struct {
        double below;
        const char *words;
    } levels[] = {
        {30, "the inputs are well told apart"},
        {1e3, "the inputs go together somewhat"},
        {1e6, "the inputs go together much: one coefficient alone says little"},
    };
    if (!isfinite(condition))
        return "not known";
    for (size_t i = 0; i < COUNT_OF(levels); i++)
        if (condition < levels[i].below)
            return levels[i].words;
    return "the inputs can hardly be told apart: trust only what the model "
           "says as a whole";
}

static bool
is(const char *state, const char *name)
{
    return state != NULL && strcmp(state, name) == 0;
}

static struct model_sentence
without_active(struct arena *a, const struct model_item *m)
{
    if (m->newest == 0)
        return (struct model_sentence){"none", "Not fitted yet"};
    if (m->shadow != 0)
        return (struct model_sentence){
            "doubtful",
            arena_printf(a,
                         "No version is active yet; version %lld is watched "
                         "in shadow",
                         (long long)m->shadow)};
    return (struct model_sentence){
        "failed", "No version is active: the gate refused every one"};
}

/* What is newer than the active version and does not answer; NULL: nothing
 * that a person has to know. */
static const char *
newer_clause(struct arena *a, const struct model_item *m)
{
    long long newest = (long long)m->newest;
    if (m->newest == m->active || is(m->newest_state, "shadow"))
        return NULL;
    if (is(m->newest_state, "refused"))
        return arena_printf(a, "the newer version %lld was refused", newest);
    if (m->newest_returned)
        return arena_printf(a,
                            "it answers again since the live error of the "
                            "newer version %lld left its band",
                            newest);
    return arena_printf(a,
                        "it was put back in place of the newer version "
                        "%lld",
                        newest);
}

struct model_sentence
model_sentence(struct arena *a, const struct model_item *m, const char *since,
               const struct model_freshness *fresh, bool is_overruled)
{
    if (m->active == 0)
        return without_active(a, m);
    const char *who =
        arena_printf(a, "Version %lld is active", (long long)m->active);
    const char *newer = newer_clause(a, m);
    if (fresh != NULL && fresh->stale)
        return (struct model_sentence){"stale",
                                       arena_printf(a, "%s, but stale", who)};
    if (model_live_state(&m->live) == MODEL_LIVE_OUTSIDE)
        return (struct model_sentence){
            "doubtful", arena_printf(a,
                                     "%s, but its live error has left its "
                                     "band",
                                     who)};
    if (newer != NULL)
        return (struct model_sentence){"doubtful",
                                       arena_printf(a, "%s; %s", who, newer)};
    if (is_overruled)
        return (struct model_sentence){
            "doubtful",
            arena_printf(a, "%s, although the gate refused it", who)};
    if (since != NULL)
        who = arena_printf(a, "%s since %s", who, since);
    who = arena_printf(a, "%s; %s", who, live_clause(a, &m->live));
    if (m->shadow != 0)
        who = arena_printf(a, "%s; version %lld is watched in shadow", who,
                           (long long)m->shadow);
    return (struct model_sentence){"active", who};
}
