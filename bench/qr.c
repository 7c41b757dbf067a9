/* Rows a second that are folded into the triangular factor, against copying
 * the same rows from memory to memory: what a fit costs beyond having rows.
 *
 *   build/bench/qr [ROWS]
 */
#include "lib/linalg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SAMPLE = 4096 };

static double
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
measure(int n_inputs, long rows)
{
    struct arena *a = arena_new();
    size_t width = (size_t)n_inputs + 1;
    double *sample = arena_array(a, SAMPLE * width, sizeof(double));
    double *copy = arena_array(a, SAMPLE * width, sizeof(double));
    for (size_t i = 0; i < SAMPLE * width; i++)
        sample[i] =
            i % width == 0 ? 1 : fmod((double)i * 0.6180339887498949, 1);
    struct linalg_qr *qr = linalg_qr_new(a, n_inputs, 0);

    double began = now();
    for (long i = 0; i < rows; i++)
        memcpy(copy + (size_t)(i % SAMPLE) * width,
               sample + (size_t)(i % SAMPLE) * width, width * sizeof(double));
    double copying = now() - began;
    began = now();
    for (long i = 0; i < rows; i++)
        linalg_qr_add(qr, sample + (size_t)(i % SAMPLE) * width);
    struct linalg_options options = {.intercept = true, .max_condition = 1e8};
    struct linalg_fit fit;
    struct err err;
    if (!linalg_qr_solve(a, qr, &options, &fit, &err)) {
        fprintf(stderr, "qr: %s\n", err.text);
        exit(1);
    }
    double folding = now() - began;
    printf("QR, %2d inputs %12.0f rows/s  %6.1f x the time of copying\n",
           n_inputs - 1, (double)rows / folding, folding / copying);
    if (copy[0] != sample[0]) /* keeps the copying from being left out */
        exit(1);
    arena_free(a);
}

int
main(int argc, char **argv)
{
    long rows = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
    if (rows < SAMPLE)
        rows = SAMPLE;
    measure(3, rows);
    measure(21, rows);
    return 0;
}
