#include "core/indicators/tile.h"

static inline double
higher(double a, double b)
{
    return a > b ? a : b;
}

static inline double
lower(double a, double b)
{
    return a < b ? a : b;
}

TILE_VECTORS static void
extremes_of_4(size_t n, const double *restrict high, const double *restrict low,
              double *restrict high4, double *restrict low4)
{
    for (size_t i = 0; i < n; i++) {
        const double *h = high + i, *l = low + i;
        high4[i] = higher(higher(h[0], h[-1]), higher(h[-2], h[-3]));
        low4[i] = lower(lower(l[0], l[-1]), lower(l[-2], l[-3]));
    }
}

/* The extremes of 14 bars are those of four overlapping runs of 4. */
TILE_VECTORS static void
raw(size_t n, const double *restrict close, const double *restrict high4,
    const double *restrict low4, double *restrict raw_k)
{
    for (size_t i = 0; i < n; i++) {
        const double *h = high4 + i, *l = low4 + i;
        double top = higher(higher(h[0], h[-4]), higher(h[-8], h[-10]));
        double bottom = lower(lower(l[0], l[-4]), lower(l[-8], l[-10]));
        double range = top - bottom;
        double share = 100 * (close[i] - bottom) / range;
        raw_k[i] = range > 0 ? share : 0;
    }
}

TILE_VECTORS static void
mean_of_3(size_t n, const double *restrict in, double *restrict out,
          double *restrict copy)
{
    for (size_t i = 0; i < n; i++) {
        const double *x = in + i;
        double mean = (x[0] + x[-1] + x[-2]) * (1.0 / 3);
        out[i] = mean;
        copy[i] = mean;
    }
}

void
tile_stochastic(struct tile *t)
{
    double *high4 = TILE_LINE(t, high4), *low4 = TILE_LINE(t, low4);
    double *raw_k = TILE_LINE(t, raw_k), *slow_k = TILE_LINE(t, slow_k);
    tile_ahead(t);
    extremes_of_4(t->n, TILE_LINE(t, high), TILE_LINE(t, low), high4, low4);
    tile_ahead(t);
    raw(t->n, TILE_LINE(t, close), high4, low4, raw_k);
    tile_ahead(t);
    mean_of_3(t->n, raw_k, t->out[INDICATOR_stoch_k], slow_k);
    double nowhere[TILE_BARS];
    mean_of_3(t->n, slow_k, t->out[INDICATOR_stoch_d], nowhere);
}
