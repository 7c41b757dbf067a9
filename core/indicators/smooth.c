#include "core/indicators/tile.h"

#include <math.h>

enum {
    PERIOD = 14,       /* Wilder's */
    FAST_FROM = 14,    /* closes 14 to 25 begin the MACD's fast mean */
    SLOW_AT = 25,      /* and this bar has the first value of the MACD */
    SIGNAL_AT = 33,    /* mean of 9 of those */
    ADX_FROM = PERIOD, /* values of DX from here */
    ADX_AT = 27,       /* mean of 14 of those */
    WARM = 52,         /* from here on every level is a smoothed one */
};

#define WILDER_ADD  (1.0 / PERIOD)
#define WILDER_KEEP (1 - 1.0 / PERIOD)
#define EMA_STEP(p) (2.0 / ((p) + 1))

/* Smoothed values below this are taken for nothing at the end of a tile: a
 * price that stands still for weeks would leave ever smaller numbers, which
 * slow processors down. */
#define NOTHING 1e-290

#define ema(level, x, step) ((level) * (1 - (step)) + (x) * (step))
#define wilder(level, x)    ((level)*WILDER_KEEP + (x)) /* x: a 14th */

typedef int64_t mask __attribute__((vector_size(32)));
#define SHUFFLE __builtin_shufflevector

/* Four bars of four lines into four lines of four bars, or back. */
#define TRANSPOSE(a, b, c, d)                                                  \
    do {                                                                       \
        quad ab0 = SHUFFLE(a, b, 0, 4, 2, 6), ab1 = SHUFFLE(a, b, 1, 5, 3, 7); \
        quad cd0 = SHUFFLE(c, d, 0, 4, 2, 6), cd1 = SHUFFLE(c, d, 1, 5, 3, 7); \
        (a) = SHUFFLE(ab0, cd0, 0, 1, 4, 5);                                   \
        (b) = SHUFFLE(ab1, cd1, 0, 1, 4, 5);                                   \
        (c) = SHUFFLE(ab0, cd0, 2, 3, 6, 7);                                   \
        (d) = SHUFFLE(ab1, cd1, 2, 3, 6, 7);                                   \
    } while (0)

TILE_INLINE void
get(quad *to, const double *from)
{
    memcpy(to, from, sizeof(*to));
}

TILE_INLINE void
put(double *to, const quad *from)
{
    memcpy(to, from, sizeof(*from));
}

/* x where the mask is set, else 0. */
#define WHERE(m, x) ((quad)((m) & (mask)(x)))

/* What the smoothed levels move by, a 14th of it. */
TILE_VECTORS static void
movements(size_t n, const double *restrict high, const double *restrict low,
          const double *restrict close, quad *restrict moves)
{
    for (size_t i = 0; i < n; i += 4) {
        quad h, l, c, old_h, old_l, old_c, zero = {0};
        get(&h, high + i), get(&old_h, high + i - 1);
        get(&l, low + i), get(&old_l, low + i - 1);
        get(&c, close + i), get(&old_c, close + i - 1);
        quad change = (c - old_c) * WILDER_ADD;
        quad above = (h - old_h) * WILDER_ADD;
        quad below = (old_l - l) * WILDER_ADD;
        quad rise = WHERE(change > zero, change);
        quad fall = rise - change;
        quad up = WHERE((above > below) & (above > zero), above);
        quad down = WHERE((below > above) & (below > zero), below);
        TRANSPOSE(rise, fall, up, down);
        moves[i] = rise, moves[i + 1] = fall;
        moves[i + 2] = up, moves[i + 3] = down;
    }
}

TILE_VECTORS static void
range_and_trade(size_t n, const double *restrict high,
                const double *restrict low, const double *restrict close,
                const double *restrict volume, double *restrict range,
                double *restrict traded)
{
    for (size_t i = 0; i < n; i++) {
        double old_c = close[(ptrdiff_t)i - 1];
        double top = high[i] > old_c ? high[i] : old_c;
        double bottom = low[i] < old_c ? low[i] : old_c;
        range[i] = (top - bottom) * WILDER_ADD;
        traded[i] = (high[i] + low[i] + close[i]) * (1.0 / 3) * volume[i];
    }
}

/* The level of one bar while means are still being made of first values:
 * nothing before bar `from`, the mean of bars from..at at bar `at`, smoothed
 * after that. */
static double
begin_ema(double level, double x, int64_t bar, int64_t from, int64_t at,
          double step)
{
    if (bar < from)
        return 0;
    if (bar > at)
        return ema(level, x, step);
    level += x;
    return bar == at ? level / (double)(at - from + 1) : level;
}

/* x is a 14th; summed up to and including bar `last`, smoothed from then. */
static double
begin_wilder(double level, double x, int64_t bar, int64_t last)
{
    if (bar == 0)
        return 0; /* no bar before: no change, no range */
    return bar > last ? wilder(level, x) : level + x;
}

static void
first_levels(struct tile *t, size_t n)
{
    static const struct {
        int64_t from, at;
        double step;
    } means[] = {
        {0, 11, EMA_STEP(12)},
        {0, 25, EMA_STEP(26)},
        {0, 49, EMA_STEP(50)},
        {FAST_FROM, SLOW_AT, EMA_STEP(12)},
    };
    static const int64_t sums[] = {PERIOD, PERIOD, PERIOD - 1, PERIOD - 1};
    double *level = t->level;
    for (size_t i = 0; i < n; i++) {
        int64_t bar = t->first + (int64_t)i;
        double close = TILE_LINE(t, close)[i];
        for (int k = 0; k < 4; k++) {
            double *mean = &level[TILE_EMA_12 + k];
            *mean = begin_ema(*mean, close, bar, means[k].from, means[k].at,
                              means[k].step);
            t->means[i][k] = *mean;
            double *sum = &level[TILE_RISE + k];
            *sum = begin_wilder(*sum, t->moves[i][k], bar, sums[k]);
            t->moved[i][k] = *sum;
        }
        level[TILE_RANGE] =
            begin_wilder(level[TILE_RANGE], t->range[i], bar, PERIOD);
        t->out[INDICATOR_atr_14][i] = level[TILE_RANGE];
    }
}

/* Each level waits for itself only, so the processor works on all at once. */
TILE_INLINE void
levels(struct tile *t, size_t from, size_t to)
{
    static const double step[4] = {EMA_STEP(12), EMA_STEP(26), EMA_STEP(50),
                                   EMA_STEP(12)};
    static const double keep[4] = {1 - EMA_STEP(12), 1 - EMA_STEP(26),
                                   1 - EMA_STEP(50), 1 - EMA_STEP(12)};
    const double *close = TILE_LINE(t, close);
    quad means, moved, steps, keeps;
    get(&means, t->level + TILE_EMA_12), get(&moved, t->level + TILE_RISE);
    get(&steps, step), get(&keeps, keep);
    double range = t->level[TILE_RANGE];
    for (size_t i = from; i < to; i++) {
        means = means * keeps + close[i] * steps;
        moved = wilder(moved, t->moves[i]);
        range = wilder(range, t->range[i]);
        t->means[i] = means;
        t->moved[i] = moved;
        t->out[INDICATOR_atr_14][i] = range;
    }
    put(t->level + TILE_EMA_12, &means), put(t->level + TILE_RISE, &moved);
    t->level[TILE_RANGE] = range;
}

/* What follows from the levels of each bar alone. */
TILE_INLINE void
ratios(struct tile *t, size_t from, size_t to)
{
    for (size_t i = from; i < to; i += 4) {
        quad m12 = t->means[i], m26 = t->means[i + 1], m50 = t->means[i + 2],
             fast = t->means[i + 3];
        TRANSPOSE(m12, m26, m50, fast);
        quad macd = fast - m26;
        put(t->out[INDICATOR_ema_12] + i, &m12);
        put(t->out[INDICATOR_ema_26] + i, &m26);
        put(t->out[INDICATOR_ema_50] + i, &m50);
        put(t->out[INDICATOR_macd] + i, &macd);

        quad rise = t->moved[i], fall = t->moved[i + 1], up = t->moved[i + 2],
             down = t->moved[i + 3], zero = {0};
        TRANSPOSE(rise, fall, up, down);
        quad moved = rise + fall, trend = up + down, gap = up - down;
        gap = WHERE(gap > zero, gap) - WHERE(gap < zero, gap);
        mask moves = trend > zero;
        quad rsi = WHERE(moved > zero, 100 * rise / moved);
        quad add = WHERE(moves, 100 * WILDER_ADD * gap / trend);
        quad keep = 1 - WHERE(moves, zero + WILDER_ADD);
        put(t->out[INDICATOR_rsi_14] + i, &rsi);
        put(t->add + i, &add);
        put(t->keep + i, &keep);
    }
}

/* Signal and ADX of bars up to WARM. */
static void
first_seconds(struct tile *t, size_t n)
{
    double *level = t->level;
    for (size_t i = 0; i < n; i++) {
        int64_t bar = t->first + (int64_t)i;
        level[TILE_SIGNAL] =
            begin_ema(level[TILE_SIGNAL], t->out[INDICATOR_macd][i], bar,
                      SLOW_AT, SIGNAL_AT, EMA_STEP(9));
        double *adx = &level[TILE_ADX];
        if (bar < ADX_FROM)
            *adx = 0;
        else if (bar <= ADX_AT)
            *adx += t->add[i];
        else
            *adx = *adx * t->keep[i] + t->add[i];
        t->out[INDICATOR_macd_signal][i] = level[TILE_SIGNAL];
        t->out[INDICATOR_adx_14][i] = *adx;
    }
}

/* What is smoothed of what was smoothed; and the sums of the session. */
TILE_INLINE void
seconds(struct tile *t, size_t from, size_t to)
{
    double signal = t->level[TILE_SIGNAL], adx = t->level[TILE_ADX];
    for (size_t i = from; i < to; i++) {
        signal = ema(signal, t->out[INDICATOR_macd][i], EMA_STEP(9));
        adx = adx * t->keep[i] + t->add[i];
        t->out[INDICATOR_macd_signal][i] = signal;
        t->out[INDICATOR_adx_14][i] = adx;
    }
    t->level[TILE_SIGNAL] = signal, t->level[TILE_ADX] = adx;
}

TILE_INLINE void
session_sums(struct tile *t, size_t from, size_t to)
{
    const double *volume = TILE_LINE(t, volume);
    double traded = t->level[TILE_TRADED], sum = t->level[TILE_VOLUME];
    for (size_t i = from; i < to; i++) {
        if (t->starts[i])
            traded = sum = 0;
        traded += t->traded[i];
        sum += volume[i];
        t->sum_traded[i] = traded;
        t->sum_volume[i] = sum;
    }
    t->level[TILE_TRADED] = traded, t->level[TILE_VOLUME] = sum;
}

TILE_VECTORS static void
last_ratios(size_t n, const double *restrict macd,
            const double *restrict signal, const double *restrict traded,
            const double *restrict volume, double *restrict hist,
            double *restrict vwap)
{
    for (size_t i = 0; i < n; i++) {
        hist[i] = macd[i] - signal[i];
        vwap[i] = traded[i] / volume[i];
    }
}

/* In runs short enough that the processor begins the next one while it waits
 * for the last results of this one. */
TILE_VECTORS static void
smoothed(struct tile *t, size_t from)
{
    enum { RUN = 16 };
    for (; from < t->n; from += RUN) {
        size_t to = from + RUN < t->n ? from + RUN : t->n;
        levels(t, from, to);
        session_sums(t, from, to);
        ratios(t, from, to);
        seconds(t, from, to);
    }
}

void
tile_smooth(struct tile *t)
{
    const double *high = TILE_LINE(t, high), *low = TILE_LINE(t, low),
                 *close = TILE_LINE(t, close), *volume = TILE_LINE(t, volume);
    movements(t->n, high, low, close, t->moves);
    range_and_trade(t->n, high, low, close, volume, t->range, t->traded);
    size_t cold = 0;
    if (t->first < WARM) {
        cold = (size_t)(WARM - t->first);
        cold = cold < t->n ? cold : t->n;
        first_levels(t, cold);
        session_sums(t, 0, cold);
        ratios(t, 0, cold);
        first_seconds(t, cold);
    }
    smoothed(t, cold);
    last_ratios(t->n, t->out[INDICATOR_macd], t->out[INDICATOR_macd_signal],
                t->sum_traded, t->sum_volume, t->out[INDICATOR_macd_hist],
                t->out[INDICATOR_vwap]);
    if ((t->first + (int64_t)t->n) % TILE_BARS == 0)
        for (size_t i = 0; i < TILE_LEVELS; i++)
            if (fabs(t->level[i]) < NOTHING)
                t->level[i] = 0;
}
