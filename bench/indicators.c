/* Nanoseconds a bar of all indicators together and of each file's part, and as
 * a ratio to a plain loop that only writes as many columns. Then the time of
 * one new bar, and of features with their indicators.
 *
 * Times are of the thread, the least of all rounds: other work on the machine
 * counts as little as it can.
 *
 *   build/bench/indicators [BARS [ROUNDS]]
 */
#include "core/feature.h"
#include "core/indicators/tile.h"
#include "lib/arena.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct columns {
    size_t n;
    double *high, *low, *close, *volume, *out[INDICATOR_COUNT];
    int64_t *session;
};

static double
now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void *
column(size_t n)
{
    void *c = aligned_alloc(64, (n + 7) / 8 * 64);
    if (!c)
        abort();
    memset(c, 1, (n + 7) / 8 * 64);
    return c;
}

static double
uniform(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

static struct columns
columns_of(size_t n)
{
    struct columns c = {n,         column(n), column(n), column(n),
                        column(n), {NULL},    column(n)};
    uint64_t seed = 1;
    double price = 100;
    for (size_t i = 0; i < n; i++) {
        price *= 1 + 0.002 * (uniform(&seed) - 0.5);
        c.close[i] = price;
        c.high[i] = price * (1 + 0.001 * uniform(&seed));
        c.low[i] = price * (1 - 0.001 * uniform(&seed));
        c.volume[i] = 1000 * uniform(&seed);
        c.session[i] = (int64_t)i / 1440;
    }
    for (size_t id = 0; id < INDICATOR_COUNT; id++)
        c.out[id] = column(n);
    return c;
}

static void
feed(struct indicator_state *s, const struct columns *c, size_t from, size_t n)
{
    struct indicator_bars bars = {n,
                                  c->high + from,
                                  c->low + from,
                                  c->close + from,
                                  c->volume + from,
                                  c->session + from};
    double *out[INDICATOR_COUNT];
    for (size_t id = 0; id < INDICATOR_COUNT; id++)
        out[id] = c->out[id] + from;
    indicator_feed(s, &bars, out);
}

/* What is measured; each over all bars. */
static void
all_columns(const struct columns *c)
{
    struct indicator_state s;
    indicator_start(&s);
    feed(&s, c, 0, c->n);
}

static void
nothing_out(const struct columns *c)
{
    double *none[INDICATOR_COUNT] = {NULL};
    struct indicator_bars bars = {c->n,     c->high,   c->low,
                                  c->close, c->volume, c->session};
    struct indicator_state s;
    indicator_start(&s);
    indicator_feed(&s, &bars, none);
}

static void
plain_loop(const struct columns *c)
{
    for (size_t id = 0; id < INDICATOR_COUNT; id++) {
        double *volatile out = c->out[id]; /* keeps the loop as it is */
        double *to = out;
        for (size_t i = 0; i < c->n; i++)
            to[i] = c->close[i];
    }
}

static struct tile some_tile;
static void
part(const struct columns *c, void (*fn)(struct tile *))
{
    struct indicator_state s;
    indicator_start(&s);
    feed(&s, c, 0, 1024);
    struct indicator_bars bars = {c->n,     c->high,   c->low,
                                  c->close, c->volume, c->session};
    tile_load(&some_tile, &s, c->out);
    if (!tile_fill(&some_tile, &bars, 1024))
        abort();
    for (size_t i = 0; i < c->n; i += some_tile.n)
        fn(&some_tile);
}

static void
part_moving(const struct columns *c)
{
    part(c, tile_moving);
}

static void
part_stochastic(const struct columns *c)
{
    part(c, tile_stochastic);
}

static void
part_smooth(const struct columns *c)
{
    part(c, tile_smooth);
}

static void
one_by_one(const struct columns *c)
{
    struct indicator_state s;
    indicator_start(&s);
    for (size_t i = 0; i < c->n; i++)
        feed(&s, c, i, 1);
}

static void
feed_features(struct feature_state *s, const struct columns *c, size_t from,
              size_t n)
{
    struct feature_bars bars = {
        .bars = {n, c->high + from, c->low + from, c->close + from,
                 c->volume + from, c->session + from},
        .ts = c->session + from,
    };
    static double values[FEATURE_COUNT][4096];
    double *out[FEATURE_COUNT];
    for (size_t id = 0; id < FEATURE_COUNT; id++)
        out[id] = values[id];
    feature_feed(s, &bars, out, NULL);
}

static void
features(const struct columns *c)
{
    struct feature_state s;
    feature_start(&s);
    for (size_t i = 0; i + 4096 <= c->n; i += 4096)
        feed_features(&s, c, i, 4096);
}

static void
features_one_by_one(const struct columns *c)
{
    struct feature_state s;
    feature_start(&s);
    for (size_t i = 0; i < c->n; i++)
        feed_features(&s, c, i, 1);
}

int
main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    int rounds = argc > 2 ? atoi(argv[2]) : 12;
    if (n < 20000 || rounds < 1) {
        fprintf(stderr, "indicators: 20000 bars and 1 round at least\n");
        return 2;
    }
    struct columns c = columns_of(n), few = c;
    few.n = 10240;
    struct {
        void (*fn)(const struct columns *);
        const struct columns *over;
        double ns;
    } of[] = {
        {plain_loop, &c, INFINITY},
        {all_columns, &c, INFINITY},
        {nothing_out, &few, INFINITY},
        {part_moving, &few, INFINITY},
        {part_stochastic, &few, INFINITY},
        {part_smooth, &few, INFINITY},
        {one_by_one, &few, INFINITY},
        {features, &few, INFINITY},
        {features_one_by_one, &few, INFINITY},
    };
    for (int r = 0; r < rounds; r++)
        for (size_t i = 0; i < COUNT_OF(of); i++) {
            double began = now_ns();
            of[i].fn(of[i].over);
            double ns = (now_ns() - began) / (double)of[i].over->n;
            of[i].ns = fmin(of[i].ns, ns);
        }
    static const char *const words[] = {
        "plain loop that writes as many columns",
        "all indicators",
        "all, computed but not written",
        "  SMA, Bollinger, volume SMA",
        "  stochastic",
        "  EMA, MACD, RSI, ATR, ADX, VWAP",
        "one new bar, all indicators",
        "features, with their indicators",
        "one new bar, all features",
    };
    for (size_t i = 0; i < COUNT_OF(of); i++)
        printf("%-40s %7.1f ns/bar\n", words[i], of[i].ns);
    printf("all indicators, to the plain loop %18.2f x\n", of[1].ns / of[0].ns);
    return 0;
}
