#include "core/indicators/tile.h"

#include <math.h>

/* Sums of 4, and squared deviations from the mean of 4, merged from pairs:
 * for halves a and b of m values each with sums A and B, the squares of both
 * together are those of a plus those of b plus (A - B)^2 / 2m. */
TILE_VECTORS static void
sums_of_4(size_t n, const double *restrict close, double *restrict sum4,
          double *restrict square4)
{
    for (size_t i = 0; i < n; i++) {
        const double *c = close + i;
        double new_sum = c[0] + c[-1], old_sum = c[-2] + c[-3];
        double new_gap = c[0] - c[-1], old_gap = c[-2] - c[-3];
        double gap = new_sum - old_sum;
        sum4[i] = new_sum + old_sum;
        square4[i] =
            (new_gap * new_gap + old_gap * old_gap) * 0.5 + gap * gap * 0.25;
    }
}

/* Of 10: the newest 8 and the 2 before them. */
TILE_VECTORS static void
sums_of_10(size_t n, const double *restrict close, const double *restrict sum4,
           const double *restrict square4, double *restrict sum10,
           double *restrict square10)
{
    for (size_t i = 0; i < n; i++) {
        const double *c = close + i, *s = sum4 + i, *q = square4 + i;
        double sum8 = s[0] + s[-4], gap4 = s[0] - s[-4];
        double sum2 = c[-8] + c[-9], gap2 = c[-8] - c[-9];
        double gap = sum8 * 0.125 - sum2 * 0.5;
        sum10[i] = sum8 + sum2;
        square10[i] = (q[0] + q[-4] + gap4 * gap4 * 0.125) +
                      (gap2 * gap2 * 0.5 + gap * gap * 1.6);
    }
}

TILE_VECTORS static void
bands(size_t n, const double *restrict sum10, const double *restrict square10,
      double *restrict sum20, double *restrict sma, double *restrict upper,
      double *restrict middle, double *restrict lower)
{
    for (size_t i = 0; i < n; i++) {
        const double *s = sum10 + i, *q = square10 + i;
        double sum = s[0] + s[-10], gap = s[0] - s[-10];
        double square = q[0] + q[-10] + gap * gap * (1.0 / 20);
        double mean = sum * (1.0 / 20);
        double width = 2 * sqrt(square * (1.0 / 20));
        sum20[i] = sum;
        sma[i] = mean;
        middle[i] = mean;
        upper[i] = mean + width;
        lower[i] = mean - width;
    }
}

TILE_VECTORS static void
sums_of_50(size_t n, const double *restrict sum10, const double *restrict sum20,
           double *restrict sum50, double *restrict sma)
{
    for (size_t i = 0; i < n; i++) {
        const double *s = sum20 + i;
        double sum = s[0] + s[-20] + sum10[(ptrdiff_t)i - 40];
        sum50[i] = sum;
        sma[i] = sum * (1.0 / 50);
    }
}

TILE_VECTORS static void
sums_of_100(size_t n, const double *restrict sum50, double *restrict sum100,
            double *restrict sma)
{
    for (size_t i = 0; i < n; i++) {
        const double *s = sum50 + i;
        double sum = s[0] + s[-50];
        sum100[i] = sum;
        sma[i] = sum * (1.0 / 100);
    }
}

/* Means of twice as many values as the sums are of. */
TILE_VECTORS static void
means(size_t n, const double *restrict sum, ptrdiff_t of, double share,
      double *restrict mean)
{
    for (size_t i = 0; i < n; i++)
        mean[i] = (sum[i] + sum[(ptrdiff_t)i - of]) * share;
}

TILE_VECTORS static void
volumes_of_4(size_t n, const double *restrict volume, double *restrict volume4)
{
    for (size_t i = 0; i < n; i++) {
        const double *v = volume + i;
        volume4[i] = (v[0] + v[-1]) + (v[-2] + v[-3]);
    }
}

TILE_VECTORS static void
volumes_of_10(size_t n, const double *restrict volume,
              const double *restrict volume4, double *restrict volume10)
{
    for (size_t i = 0; i < n; i++) {
        const double *v = volume + i, *s = volume4 + i;
        volume10[i] = (s[0] + s[-4]) + (v[-8] + v[-9]);
    }
}

void
tile_moving(struct tile *t)
{
    const double *close = TILE_LINE(t, close), *volume = TILE_LINE(t, volume);
    double *sum4 = TILE_LINE(t, sum4), *square4 = TILE_LINE(t, square4);
    double *sum10 = TILE_LINE(t, sum10), *square10 = TILE_LINE(t, square10);
    double *sum20 = TILE_LINE(t, sum20), *sum50 = TILE_LINE(t, sum50);
    double *sum100 = TILE_LINE(t, sum100);
    double *volume4 = TILE_LINE(t, volume4), *volume10 = TILE_LINE(t, volume10);

    sums_of_4(t->n, close, sum4, square4);
    tile_ahead(t);
    volumes_of_4(t->n, volume, volume4);
    tile_ahead(t);
    sums_of_10(t->n, close, sum4, square4, sum10, square10);
    tile_ahead(t);
    volumes_of_10(t->n, volume, volume4, volume10);
    tile_ahead(t);
    bands(t->n, sum10, square10, sum20, t->out[INDICATOR_sma_20],
          t->out[INDICATOR_bb_upper], t->out[INDICATOR_bb_middle],
          t->out[INDICATOR_bb_lower]);
    tile_ahead(t);
    sums_of_50(t->n, sum10, sum20, sum50, t->out[INDICATOR_sma_50]);
    tile_ahead(t);
    means(t->n, volume10, 10, 1.0 / 20, t->out[INDICATOR_volume_sma_20]);
    tile_ahead(t);
    sums_of_100(t->n, sum50, sum100, t->out[INDICATOR_sma_100]);
    tile_ahead(t);
    means(t->n, sum100, 100, 1.0 / 200, t->out[INDICATOR_sma_200]);
}
