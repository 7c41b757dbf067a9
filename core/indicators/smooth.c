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

/* x where the mask is set, else 0 (or y). */
#define WHERE(m, x)     ((quad)((m) & (mask)(x)))
#define EITHER(m, x, y) ((quad)(((m) & (mask)(x)) | (~(m) & (mask)(y))))

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

/* Four bars: a value of each in a lane, or four values of each in a quad. */
struct four {
    quad close;
    quad moves[4]; /* a 14th of the rise, fall, up and down */
    quad range;    /* a 14th of the true range */
    quad traded;   /* price * volume */
    quad volume;
    quad means[4]; /* levels from TILE_EMA_12 on, after the bar */
    quad moved[4]; /* and from TILE_RISE on */
    quad atr, sum_traded, sum_volume, macd, keep, add, signal, adx;
    const bool *starts;
};

/* Levels, in registers. */
struct levels {
    quad means, moved;
    double range, signal, adx, traded, volume;
};

TILE_INLINE void
levels_get(struct levels *to, const double *level)
{
    get(&to->means, level + TILE_EMA_12);
    get(&to->moved, level + TILE_RISE);
    to->range = level[TILE_RANGE];
    to->signal = level[TILE_SIGNAL];
    to->adx = level[TILE_ADX];
    to->traded = level[TILE_TRADED];
    to->volume = level[TILE_VOLUME];
}

TILE_INLINE void
levels_put(double *level, const struct levels *from)
{
    put(level + TILE_EMA_12, &from->means);
    put(level + TILE_RISE, &from->moved);
    level[TILE_RANGE] = from->range;
    level[TILE_SIGNAL] = from->signal;
    level[TILE_ADX] = from->adx;
    level[TILE_TRADED] = from->traded;
    level[TILE_VOLUME] = from->volume;
}

/* What levels move by. */
TILE_INLINE void
movements(struct four *f, const struct tile *t, size_t i)
{
    const double *high = TILE_LINE(t, high) + i, *low = TILE_LINE(t, low) + i,
                 *close = TILE_LINE(t, close) + i;
    quad h, l, c, old_h, old_l, old_c, zero = {0};
    get(&h, high), get(&old_h, high - 1);
    get(&l, low), get(&old_l, low - 1);
    get(&c, close), get(&old_c, close - 1);
    get(&f->volume, TILE_LINE(t, volume) + i);
    quad change = (c - old_c) * WILDER_ADD;
    quad above = (h - old_h) * WILDER_ADD, below = (old_l - l) * WILDER_ADD;
    f->moves[0] = WHERE(change > zero, change);
    f->moves[1] = f->moves[0] - change;
    f->moves[2] = WHERE((above > below) & (above > zero), above);
    f->moves[3] = WHERE((below > above) & (below > zero), below);
    TRANSPOSE(f->moves[0], f->moves[1], f->moves[2], f->moves[3]);
    quad top = EITHER(h > old_c, h, old_c);
    quad bottom = EITHER(l < old_c, l, old_c);
    f->range = (top - bottom) * WILDER_ADD;
    f->traded = (h + l + c) * (1.0 / 3) * f->volume;
    f->close = c;
    f->starts = t->starts + i;
}

/* Each level waits for itself only, so the processor works on all at once. */
TILE_INLINE void
firsts(struct four *f, struct levels *level, int bars)
{
    const quad step = {EMA_STEP(12), EMA_STEP(26), EMA_STEP(50), EMA_STEP(12)};
    const quad keep = 1 - step;
    for (int k = 0; k < bars; k++) {
        level->means = level->means * keep + f->close[k] * step;
        level->moved = wilder(level->moved, f->moves[k]);
        level->range = wilder(level->range, f->range[k]);
        f->means[k] = level->means;
        f->moved[k] = level->moved;
        f->atr[k] = level->range;
    }
}

TILE_INLINE void
session_sums(struct four *f, struct levels *level, int bars)
{
    for (int k = 0; k < bars; k++) {
        if (f->starts[k])
            level->traded = level->volume = 0;
        level->traded += f->traded[k];
        level->volume += f->volume[k];
        f->sum_traded[k] = level->traded;
        f->sum_volume[k] = level->volume;
    }
}

/* What follows from the levels of each bar alone. */
TILE_INLINE void
ratios(struct four *f, struct tile *t, size_t i)
{
    TRANSPOSE(f->means[0], f->means[1], f->means[2], f->means[3]);
    f->macd = f->means[3] - f->means[1];
    put(t->out[INDICATOR_ema_12] + i, &f->means[0]);
    put(t->out[INDICATOR_ema_26] + i, &f->means[1]);
    put(t->out[INDICATOR_ema_50] + i, &f->means[2]);

    TRANSPOSE(f->moved[0], f->moved[1], f->moved[2], f->moved[3]);
    quad rise = f->moved[0], fall = f->moved[1], up = f->moved[2],
         down = f->moved[3], zero = {0};
    quad moved = rise + fall, trend = up + down, gap = up - down;
    gap = EITHER(gap > zero, gap, -gap);
    quad rsi = WHERE(moved > zero, 100 * rise / moved);
    put(t->out[INDICATOR_rsi_14] + i, &rsi);
    f->add = WHERE(trend > zero, 100 * WILDER_ADD * gap / trend);
    f->keep = 1 - WHERE(trend > zero, zero + WILDER_ADD);
}

/* What is smoothed of what was smoothed. */
TILE_INLINE void
seconds(struct four *f, struct levels *level, int bars)
{
    for (int k = 0; k < bars; k++) {
        level->signal = ema(level->signal, f->macd[k], EMA_STEP(9));
        level->adx = level->adx * f->keep[k] + f->add[k];
        f->signal[k] = level->signal;
        f->adx[k] = level->adx;
    }
}

TILE_INLINE void
finish(const struct four *f, struct tile *t, size_t i)
{
    quad hist = f->macd - f->signal, vwap = f->sum_traded / f->sum_volume;
    put(t->out[INDICATOR_macd] + i, &f->macd);
    put(t->out[INDICATOR_macd_signal] + i, &f->signal);
    put(t->out[INDICATOR_macd_hist] + i, &hist);
    put(t->out[INDICATOR_atr_14] + i, &f->atr);
    put(t->out[INDICATOR_adx_14] + i, &f->adx);
    put(t->out[INDICATOR_vwap] + i, &vwap);
}

TILE_INLINE void
some_bars(struct tile *t, struct levels *level, size_t i, int bars)
{
    struct four f = {.starts = NULL};
    movements(&f, t, i);
    firsts(&f, level, bars);
    session_sums(&f, level, bars);
    ratios(&f, t, i);
    seconds(&f, level, bars);
    finish(&f, t, i);
}

/* While some levels are still being made of first values: `level` as firsts
 * leaves it. */
__attribute__((noinline)) static void
begin_firsts(struct four *f, double *level, int64_t bar, int bars)
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
    for (int k = 0; k < bars; k++, bar++) {
        for (int m = 0; m < 4; m++) {
            double *mean = &level[TILE_EMA_12 + m];
            *mean = begin_ema(*mean, f->close[k], bar, means[m].from,
                              means[m].at, means[m].step);
            f->means[k][m] = *mean;
            double *sum = &level[TILE_RISE + m];
            *sum = begin_wilder(*sum, f->moves[k][m], bar, sums[m]);
            f->moved[k][m] = *sum;
        }
        level[TILE_RANGE] =
            begin_wilder(level[TILE_RANGE], f->range[k], bar, PERIOD);
        f->atr[k] = level[TILE_RANGE];
    }
}

static void
begin_seconds(struct four *f, double *level, int64_t bar, int bars)
{
    for (int k = 0; k < bars; k++, bar++) {
        level[TILE_SIGNAL] = begin_ema(level[TILE_SIGNAL], f->macd[k], bar,
                                       SLOW_AT, SIGNAL_AT, EMA_STEP(9));
        double *adx = &level[TILE_ADX];
        if (bar < ADX_FROM)
            *adx = 0;
        else if (bar <= ADX_AT)
            *adx += f->add[k];
        else
            *adx = *adx * f->keep[k] + f->add[k];
        f->signal[k] = level[TILE_SIGNAL];
        f->adx[k] = *adx;
    }
}

static void
begin_some_bars(struct tile *t, size_t i, int bars)
{
    struct four f = {.starts = NULL};
    struct levels level;
    movements(&f, t, i);
    begin_firsts(&f, t->level, t->first + (int64_t)i, bars);
    levels_get(&level, t->level);
    session_sums(&f, &level, bars);
    levels_put(t->level, &level);
    ratios(&f, t, i);
    begin_seconds(&f, t->level, t->first + (int64_t)i, bars);
    finish(&f, t, i);
}

TILE_VECTORS static void
smooth(struct tile *t)
{
    size_t i = 0;
    for (; i < t->n && t->first + (int64_t)i < WARM; i += 4)
        begin_some_bars(t, i, t->n - i < 4 ? (int)(t->n - i) : 4);
    struct levels level;
    levels_get(&level, t->level);
    for (; i + 4 <= t->n; i += 4) {
        if (i % 8 == 0)
            tile_ahead(t);
        some_bars(t, &level, i, 4);
    }
    if (i < t->n)
        some_bars(t, &level, i, (int)(t->n - i));
    levels_put(t->level, &level);
    if ((t->first + (int64_t)t->n) % TILE_BARS == 0)
        for (size_t k = 0; k < TILE_LEVELS; k++)
            if (fabs(t->level[k]) < NOTHING)
                t->level[k] = 0;
}

void
tile_smooth(struct tile *t)
{
    smooth(t);
}
