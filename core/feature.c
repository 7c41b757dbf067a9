#include "core/feature.h"

#include "lib/date.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 256 };

const struct feature feature_all[FEATURE_COUNT] = {
#define FEATURE(name, unit, warm, formula)                                     \
    {#name, formula, FEATURE_##unit, warm},
#include "core/features.def"
#undef FEATURE
};

/* LINE(name, values behind the chunk): as in core/indicators/tile.h. */
#define LINES(LINE)                                                            \
    LINE(close, 10)                                                            \
    LINE(volume, 10)                                                           \
    LINE(log_return, 19)                                                       \
    LINE(trend, 19) /* volume * return_1 */                                    \
    LINE(width, 19) /* of the Bollinger bands */                               \
    LINE(side, 1)   /* of zero that the MACD's histogram is on */

enum {
#define LINE(name, behind) BEHIND_##name = behind,
    LINES(LINE)
#undef LINE
#define LINE(name, behind) +behind
        TAIL = 0 LINES(LINE)
#undef LINE
};
_Static_assert((int)TAIL == (int)FEATURE_STATE_TAIL,
               "the state holds each tail");

struct chunk {
    size_t n;
    int64_t first; /* bars before the chunk */
#define LINE(name, behind) double name##_line[(behind) + CHUNK];
    LINES(LINE)
#undef LINE
    double indicators[INDICATOR_COUNT][CHUNK];
    double out[FEATURE_COUNT][CHUNK];
};
#define AT(c, name) ((c)->name##_line + BEHIND_##name)

const struct feature *
feature_find(const char *name)
{
    for (size_t i = 0; i < FEATURE_COUNT; i++)
        if (strcmp(feature_all[i].name, name) == 0)
            return &feature_all[i];
    return NULL;
}

const char *
feature_unit_name(enum feature_unit unit)
{
    static const char *const names[] = {"fraction", "price", "volume", "ratio",
                                        "class",    "hour",  "weekday"};
    return names[unit];
}

void
feature_start(struct feature_state *s)
{
    memset(s, 0, sizeof(*s));
    s->version = FEATURE_VERSION;
    indicator_start(&s->indicators);
}

bool
feature_state_is_valid(const void *bytes, size_t size)
{
    struct feature_state s;
    if (size != sizeof(s))
        return false;
    memcpy(&s, bytes, sizeof(s));
    return s.version == FEATURE_VERSION &&
           indicator_state_is_valid(&s.indicators, sizeof(s.indicators));
}

/* a / b where b is above zero, else NaN. */
static double
over(double a, double b)
{
    return b > 0 ? a / b : NAN;
}

static void
returns(struct chunk *c)
{
    static const struct {
        int bars, plain, logarithm;
    } each[] = {
        {1, FEATURE_return_1, FEATURE_log_return_1},
        {5, FEATURE_return_5, FEATURE_log_return_5},
        {10, FEATURE_return_10, FEATURE_log_return_10},
    };
    const double *close = AT(c, close);
    for (size_t k = 0; k < COUNT_OF(each); k++)
        for (size_t i = 0; i < c->n; i++) {
            double old = close[(ptrdiff_t)i - each[k].bars];
            double change = over(close[i] - old, old);
            c->out[each[k].plain][i] = change;
            c->out[each[k].logarithm][i] = close[i] > 0 ? log1p(change) : NAN;
        }
    for (size_t i = 0; i < c->n; i++)
        c->out[FEATURE_momentum_10][i] = close[i] - close[(ptrdiff_t)i - 10];
    memcpy(AT(c, log_return), c->out[FEATURE_log_return_1],
           c->n * sizeof(double));
}

/* Standard deviation (n - 1) of the last `bars` values at x. */
static double
deviation(const double *x, int bars)
{
    double sum = 0, squares = 0;
    for (int k = 0; k < bars; k++)
        sum += x[-k];
    double mean = sum / bars;
    for (int k = 0; k < bars; k++)
        squares += (x[-k] - mean) * (x[-k] - mean);
    return sqrt(squares / (bars - 1));
}

static double
sum_of_20(const double *x)
{
    double sum = 0;
    for (int k = 0; k < 20; k++)
        sum += x[-k];
    return sum;
}

static void
volatilities(struct chunk *c)
{
    const double *x = AT(c, log_return);
    for (size_t i = 0; i < c->n; i++) {
        c->out[FEATURE_volatility_5][i] = deviation(x + i, 5);
        c->out[FEATURE_volatility_10][i] = deviation(x + i, 10);
        c->out[FEATURE_volatility_20][i] = deviation(x + i, 20);
    }
}

static void
volumes(struct chunk *c)
{
    const double *v = AT(c, volume);
    const double *mean = c->indicators[INDICATOR_volume_sma_20];
    double *trend = AT(c, trend);
    for (size_t i = 0; i < c->n; i++) {
        const double *now = v + i;
        c->out[FEATURE_volume_change][i] = over(now[0] - now[-1], now[-1]);
        c->out[FEATURE_volume_momentum_10][i] = now[0] - now[-10];
        c->out[FEATURE_volume_ratio_20][i] = over(now[0], mean[i]);
        trend[i] = now[0] * c->out[FEATURE_return_1][i];
        c->out[FEATURE_price_volume_trend_20][i] = sum_of_20(trend + i);
    }
}

static void
oscillators(struct chunk *c)
{
    const double *rsi = c->indicators[INDICATOR_rsi_14];
    const double *hist = c->indicators[INDICATOR_macd_hist];
    const double *close = AT(c, close);
    double *side = AT(c, side);
    for (size_t i = 0; i < c->n; i++) {
        c->out[FEATURE_rsi_zone][i] = (rsi[i] > 70) - (rsi[i] < 30);
        double nothing = 1e-12 * fabs(close[i]);
        side[i] = (hist[i] > nothing) - (hist[i] < -nothing);
        double old = side[(ptrdiff_t)i - 1];
        c->out[FEATURE_macd_cross][i] =
            (side[i] > 0 && old <= 0) - (side[i] < 0 && old >= 0);
    }
}

static void
bands(struct chunk *c)
{
    const double *upper = c->indicators[INDICATOR_bb_upper],
                 *middle = c->indicators[INDICATOR_bb_middle],
                 *lower = c->indicators[INDICATOR_bb_lower],
                 *close = AT(c, close);
    double *width = AT(c, width);
    for (size_t i = 0; i < c->n; i++) {
        double space = upper[i] - lower[i];
        c->out[FEATURE_bollinger_position][i] =
            space == 0 ? 0.5 : (close[i] - lower[i]) / space;
        width[i] = over(space, middle[i]);
        c->out[FEATURE_bollinger_width][i] = width[i];
        c->out[FEATURE_bollinger_squeeze][i] =
            over(width[i], sum_of_20(width + i) / 20);
    }
}

static void
distances(struct chunk *c)
{
    static const struct {
        int feature, indicator;
    } each[] = {
        {FEATURE_distance_sma_20, INDICATOR_sma_20},
        {FEATURE_distance_sma_50, INDICATOR_sma_50},
        {FEATURE_distance_sma_100, INDICATOR_sma_100},
        {FEATURE_distance_sma_200, INDICATOR_sma_200},
        {FEATURE_distance_ema_12, INDICATOR_ema_12},
        {FEATURE_distance_ema_26, INDICATOR_ema_26},
        {FEATURE_distance_ema_50, INDICATOR_ema_50},
        {FEATURE_distance_vwap, INDICATOR_vwap},
    };
    const double *close = AT(c, close);
    for (size_t k = 0; k < COUNT_OF(each); k++) {
        const double *mean = c->indicators[each[k].indicator];
        for (size_t i = 0; i < c->n; i++)
            c->out[each[k].feature][i] = over(close[i] - mean[i], mean[i]);
    }
}

static void
times(struct chunk *c, const struct feature_bars *in, size_t from)
{
    for (size_t i = 0; i < c->n; i++) {
        int64_t ts = in->ts[from + i], day = date_day_start(ts);
        c->out[FEATURE_hour][i] = (double)((ts - day) / 3600);
        c->out[FEATURE_weekday][i] = date_weekday(day / DAY_S);
        c->out[FEATURE_market_open][i] =
            !in->market_open || in->market_open[from + i];
        c->out[FEATURE_high_low_ratio][i] =
            over(in->bars.high[from + i], in->bars.low[from + i]);
    }
}

static bool
is_whole(const struct indicator_bars *in, size_t i)
{
    return isfinite(in->high[i]) && isfinite(in->low[i]) &&
           isfinite(in->close[i]);
}

/* Takes bars that are whole, as many as fit; false when there are none. */
static bool
chunk_fill(struct chunk *c, struct indicator_state *s,
           const struct indicator_bars *in, size_t from)
{
    size_t n = 0;
    while (n < CHUNK && from + n < in->n && is_whole(in, from + n))
        n++;
    c->n = n;
    if (n == 0)
        return false;
    memcpy(AT(c, close), in->close + from, n * sizeof(double));
    for (size_t i = 0; i < n; i++)
        AT(c, volume)[i] = in->volume ? in->volume[from + i] : NAN;
    double *out[INDICATOR_COUNT];
    for (size_t id = 0; id < INDICATOR_COUNT; id++)
        out[id] = c->indicators[id];
    struct indicator_bars part = {
        .n = n,
        .high = in->high + from,
        .low = in->low + from,
        .close = in->close + from,
        .volume = in->volume ? in->volume + from : NULL,
        .session = in->session ? in->session + from : NULL,
    };
    indicator_feed(s, &part, out);
    return true;
}

static void
put(double *const *columns, size_t count, size_t at,
    const double (*from)[CHUNK], size_t n)
{
    for (size_t id = 0; columns && id < count; id++)
        if (columns[id] && from)
            memcpy(columns[id] + at, from[id], n * sizeof(double));
        else if (columns[id])
            columns[id][at] = NAN;
}

static void
chunk_emit(struct chunk *c, double *const *features, double *const *indicators,
           size_t at)
{
    for (size_t id = 0; id < FEATURE_COUNT; id++)
        for (size_t i = 0;
             i < c->n && c->first + (int64_t)i < feature_all[id].warm; i++)
            c->out[id][i] = NAN;
    put(features, FEATURE_COUNT, at, (const double(*)[CHUNK])c->out, c->n);
    put(indicators, INDICATOR_COUNT, at, (const double(*)[CHUNK])c->indicators,
        c->n);
}

static void
chunk_load(struct chunk *c, const struct feature_state *s)
{
    const double *from = s->tail;
    c->first = s->indicators.bars;
#define LINE(name, behind)                                                     \
    memcpy(AT(c, name) - (behind), from, (behind) * sizeof(double));           \
    from += (behind);
    LINES(LINE)
#undef LINE
}

/* What windows still need, back into the state. */
static void
chunk_save(const struct chunk *c, struct feature_state *s)
{
    double *to = s->tail;
#define LINE(name, behind)                                                     \
    memcpy(to, AT(c, name) + c->n - (behind), (behind) * sizeof(double));      \
    to += (behind);
    LINES(LINE)
#undef LINE
}

void
feature_feed(struct feature_state *s, const struct feature_bars *in,
             double *const *features, double *const *indicators)
{
    struct chunk c;
    for (size_t at = 0; at < in->bars.n; at += c.n ? c.n : 1) {
        chunk_load(&c, s);
        if (!chunk_fill(&c, &s->indicators, &in->bars, at)) {
            put(features, FEATURE_COUNT, at, NULL, 1);
            put(indicators, INDICATOR_COUNT, at, NULL, 1);
            continue;
        }
        returns(&c);
        volatilities(&c);
        volumes(&c);
        oscillators(&c);
        bands(&c);
        distances(&c);
        times(&c, in, at);
        chunk_save(&c, s);
        chunk_emit(&c, features, indicators, at);
    }
}
