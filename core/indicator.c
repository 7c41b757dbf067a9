#include "core/indicators/tile.h"

#include <math.h>

#define H             INDICATOR_NEEDS_HIGH
#define L             INDICATOR_NEEDS_LOW
#define C             INDICATOR_NEEDS_CLOSE
#define V             INDICATOR_NEEDS_VOLUME
#define S             INDICATOR_NEEDS_SESSION
#define SCALE_FREE    INDICATOR_FREE
#define SCALE_PERCENT INDICATOR_PERCENT_SCALE

const struct indicator indicator_all[INDICATOR_COUNT] = {
#define INDICATOR(name, title, pane, scale, inputs, warm, unit, help)          \
    {#name, title, pane, help, SCALE_##scale, INDICATOR_##unit, inputs, warm},
#include "core/indicators/indicators.def"
#undef INDICATOR
};

const struct indicator *
indicator_find(const char *name)
{
    for (size_t i = 0; i < INDICATOR_COUNT; i++)
        if (strcmp(indicator_all[i].name, name) == 0)
            return &indicator_all[i];
    return NULL;
}

const char *
indicator_unit_name(enum indicator_unit unit)
{
    static const char *const names[] = {"price", "percent", "volume"};
    return names[unit];
}

void
indicator_start(struct indicator_state *s)
{
    memset(s, 0, sizeof(*s));
    s->version = INDICATOR_STATE_VERSION;
}

bool
indicator_state_is_valid(const void *bytes, size_t size)
{
    struct indicator_state s;
    if (size != sizeof(s))
        return false;
    memcpy(&s, bytes, sizeof(s));
    return s.version == INDICATOR_STATE_VERSION && s.bars >= 0;
}

void
indicator_feed(struct indicator_state *s, const struct indicator_bars *in,
               double *const *out)
{
    struct tile t;
    tile_load(&t, s, out);
    for (size_t at = 0; at < in->n;) {
        if (!tile_fill(&t, in, at)) {
            for (size_t id = 0; id < INDICATOR_COUNT; id++)
                if (out[id])
                    out[id][at] = NAN;
            at++;
            continue;
        }
        tile_moving(&t);
        tile_stochastic(&t);
        tile_smooth(&t);
        tile_emit(&t);
        at += t.n;
        tile_advance(&t);
    }
    tile_save(&t, s);
}
