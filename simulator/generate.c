#include "simulator/generate.h"

#include "lib/date.h"

#include <math.h>
#include <string.h>

enum { MINUTES = 1440, YEAR_DAYS = 365 };

static const struct generate_asset assets[] = {
    {.name = "BTC",
     .shape = ROWS_BARS,
     .level = 11500,
     .growth = 2.2,
     .sigma = 0.027,
     .pull = 0.006,
     .volume = 9000,
     .decimals = 2,
     .has_minutes = true},
    {.name = "ETH",
     .shape = ROWS_BARS,
     .level = 390,
     .growth = 2.1,
     .sigma = 0.035,
     .pull = 0.008,
     .volume = 150000,
     .decimals = 2,
     .has_minutes = true},
    {.name = "MSTR",
     .kind = GENERATE_MSTR,
     .shape = ROWS_BARS,
     .calendar = GENERATE_WEEKDAYS,
     .holidays = HOLIDAY_NYSE,
     .sigma = 0.02,
     .volume = 11e6,
     .decimals = 2},
    {.name = "treasury",
     .kind = GENERATE_TREASURY,
     .shape = ROWS_TREASURY,
     .calendar = GENERATE_WEEKDAYS,
     .holidays = HOLIDAY_NYSE},
    {.name = "AAPL",
     .shape = ROWS_BARS,
     .calendar = GENERATE_WEEKDAYS,
     .holidays = HOLIDAY_NYSE,
     .level = 110,
     .growth = 1.0,
     .sigma = 0.016,
     .pull = 0.01,
     .volume = 8e7,
     .decimals = 2},
    {.name = "MSFT",
     .shape = ROWS_BARS,
     .calendar = GENERATE_WEEKDAYS,
     .holidays = HOLIDAY_NYSE,
     .level = 205,
     .growth = 1.0,
     .sigma = 0.015,
     .pull = 0.01,
     .volume = 3e7,
     .decimals = 2},
    {.name = "THYAO",
     .shape = ROWS_BARS,
     .calendar = GENERATE_WEEKDAYS,
     .holidays = HOLIDAY_BIST,
     .level = 11,
     .growth = 3.4,
     .sigma = 0.025,
     .pull = 0.01,
     .volume = 4e7,
     .decimals = 2},
    {.name = "WTI",
     .shape = ROWS_SCALAR,
     .calendar = GENERATE_WEEKDAYS,
     .holidays = HOLIDAY_US_FEDERAL,
     .level = 42,
     .growth = 0.6,
     .sigma = 0.022,
     .pull = 0.012,
     .decimals = 2},
    {.name = "BRENT",
     .shape = ROWS_SCALAR,
     .calendar = GENERATE_WEEKDAYS,
     .holidays = HOLIDAY_US_FEDERAL,
     .level = 45,
     .growth = 0.6,
     .sigma = 0.021,
     .pull = 0.012,
     .decimals = 2},
    {.name = "HENRY-HUB",
     .shape = ROWS_SCALAR,
     .calendar = GENERATE_WEEKDAYS,
     .holidays = HOLIDAY_US_FEDERAL,
     .level = 2.2,
     .growth = 0.4,
     .sigma = 0.04,
     .pull = 0.02,
     .decimals = 2},
    {.name = "SIM",
     .shape = ROWS_BARS,
     .calendar = GENERATE_WEEKDAYS,
     .holidays = HOLIDAY_NYSE,
     .level = 100,
     .growth = 0.7,
     .sigma = 0.02,
     .pull = 0.01,
     .volume = 1e6,
     .decimals = 2},
    {.name = "SIM24",
     .shape = ROWS_BARS,
     .level = 100,
     .growth = 0.7,
     .sigma = 0.03,
     .pull = 0.01,
     .volume = 50000,
     .decimals = 2,
     .has_minutes = true},
};

const struct generate_asset *
generate_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(assets); i++)
        if (strcmp(assets[i].name, name) == 0)
            return &assets[i];
    return NULL;
}

int64_t
generate_first_ts(void)
{
    return date_to_days(2020, 8, 11) * DAY_S;
}

int64_t
generate_last_ts(void)
{
    return date_to_days(2040, 12, 31) * DAY_S;
}

/* source  Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators"
 * (SplitMix64's finalizer) */
static uint64_t
mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t
name_seed(uint64_t seed, const char *name)
{
    uint64_t h = mix(seed);
    for (; *name != '\0'; name++)
        h = mix(h ^ (unsigned char)*name);
    return h;
}

/* Uniform in (0, 1), for the k-th draw at a place (a day or a minute). */
static double
uniform(uint64_t seed, int64_t place, uint64_t k)
{
    uint64_t x = mix(mix(seed ^ (uint64_t)place) + k);
    return ((double)(x >> 11) + 0.5) * 0x1p-53;
}

/* source  Box and Muller, "A Note on the Generation of Random Normal Deviates"
 */
static double
normal(uint64_t seed, int64_t place, uint64_t k)
{
    double u = uniform(seed, place, 2 * k), w = uniform(seed, place, 2 * k + 1);
    return sqrt(-2 * log(u)) * cos(2 * 3.14159265358979323846 * w);
}

static double
rounded(double v, int decimals)
{
    double unit = pow(10, decimals);
    return round(v * unit) / unit;
}

static bool
is_session(const struct generate_asset *asset, int64_t days)
{
    return asset->calendar == GENERATE_EVERY_DAY ||
           (date_weekday(days) < 5 &&
            !holiday_is_closed(asset->holidays, days));
}

/* The level that a walk is drawn back to: it nears level * e^growth. */
static double
log_level(const struct generate_asset *asset, int64_t days)
{
    double years =
        (double)(days - generate_first_ts() / DAY_S) / (double)YEAR_DAYS;
    return log(asset->level) + asset->growth * (1 - exp(-years / 3));
}

/* A bar around its close, from the close before. */
static void
make_bar(const struct generate_asset *asset, uint64_t seed, int64_t days,
         double before, double close, double *v)
{
    double gap = asset->calendar == GENERATE_EVERY_DAY
                     ? 0
                     : normal(seed, days, 1) * asset->sigma / 4;
    double open = before * exp(gap);
    double up = fabs(normal(seed, days, 2)) * asset->sigma / 2;
    double down = fabs(normal(seed, days, 3)) * asset->sigma / 2;
    int d = asset->decimals;
    v[ROWS_OPEN] = rounded(open, d);
    v[ROWS_CLOSE] = rounded(close, d);
    v[ROWS_HIGH] = fmax(fmax(v[ROWS_OPEN], v[ROWS_CLOSE]),
                        rounded(fmax(open, close) * exp(up), d));
    v[ROWS_LOW] = fmin(fmin(v[ROWS_OPEN], v[ROWS_CLOSE]),
                       rounded(fmin(open, close) * exp(-down), d));
    v[ROWS_VOLUME] = rounded(asset->volume * exp(normal(seed, days, 4) / 3),
                             asset->volume < 1e6 ? 8 : 0);
}

static double *
add_day(struct rows *out, int64_t days)
{
    out->ts[out->n] = days * DAY_S;
    return out->v + out->n++ * (size_t)out->shape;
}

static void
walk(struct rows *out, uint64_t seed, const struct generate_asset *asset,
     int64_t first, int64_t last)
{
    double x = 0, before = asset->level;
    for (int64_t day = first; day <= last; day++) {
        if (!is_session(asset, day))
            continue;
        x = x * (1 - asset->pull) + asset->sigma * normal(seed, day, 0);
        double close = exp(log_level(asset, day) + x);
        double *v = add_day(out, day);
        if (asset->shape == ROWS_SCALAR)
            v[0] = rounded(close, asset->decimals);
        else
            make_bar(asset, seed, day, before, close, v);
        before = asset->shape == ROWS_SCALAR ? close : v[ROWS_CLOSE];
    }
}

/* The company's balance sheet: it buys each quarter and issues shares at the
 * same pace, so that a share stands for a slowly rising amount of bitcoin. */
static void
balance_sheet(int64_t days, double *v)
{
    double quarter = floor((double)(days - generate_first_ts() / DAY_S) / 91);
    v[ROWS_HOLDINGS] = 21454 + 9000 * quarter + 700 * quarter * quarter;
    v[ROWS_SHARES] = round(v[ROWS_HOLDINGS] / (0.0015 * (1 + 0.005 * quarter)));
    v[ROWS_DEBT] = 1500 * v[ROWS_HOLDINGS];
    v[ROWS_PREFERRED] = quarter < 18 ? 0 : 800 * v[ROWS_HOLDINGS];
    v[ROWS_CASH] = 50e6 + 4e6 * quarter;
}

/* Rows of the treasury: mNAV walks about 1.7 in logarithms; the price follows
 * from it, the bitcoin close of the day and the balance sheet. */
static struct rows
treasury(struct arena *a, uint64_t seed)
{
    const struct generate_asset *own = generate_find("treasury");
    const struct generate_asset *bitcoin = generate_find("BTC");
    struct rows btc = generate_days(a, seed, bitcoin);
    struct rows out = {.shape = ROWS_TREASURY};
    out.ts = arena_array(a, btc.n, sizeof *out.ts);
    out.v = arena_array(a, btc.n * ROWS_TREASURY, sizeof *out.v);
    uint64_t walk_seed = name_seed(seed, own->name);
    double x = 0;
    for (size_t i = 0; i < btc.n; i++) {
        int64_t day = btc.ts[i] / DAY_S;
        if (!is_session(own, day))
            continue;
        x = x * 0.97 + 0.04 * normal(walk_seed, day, 0);
        double *v = add_day(&out, day);
        balance_sheet(day, v);
        v[ROWS_BTC_PRICE] = rows_at(&btc, i, ROWS_CLOSE);
        double value = 1.7 * exp(x) * v[ROWS_HOLDINGS] * v[ROWS_BTC_PRICE];
        v[ROWS_PRICE] =
            rounded((value - v[ROWS_DEBT] - v[ROWS_PREFERRED] + v[ROWS_CASH]) /
                        v[ROWS_SHARES],
                    2);
    }
    return out;
}

static void
mstr(struct arena *a, struct rows *out, uint64_t seed,
     const struct generate_asset *asset)
{
    struct rows t = treasury(a, seed);
    uint64_t own_seed = name_seed(seed, asset->name);
    double before = t.n > 0 ? rows_at(&t, 0, ROWS_PRICE) : 0;
    for (size_t i = 0; i < t.n; i++) {
        double close = rows_at(&t, i, ROWS_PRICE);
        int64_t day = t.ts[i] / DAY_S;
        make_bar(asset, own_seed, day, before, close, add_day(out, day));
        before = close;
    }
}

struct rows
generate_days(struct arena *a, uint64_t seed,
              const struct generate_asset *asset)
{
    int64_t first = generate_first_ts() / DAY_S;
    int64_t last = generate_last_ts() / DAY_S;
    size_t cap = (size_t)(last - first + 1);
    if (asset->kind == GENERATE_TREASURY)
        return treasury(a, seed);
    struct rows out = {.shape = asset->shape};
    out.ts = arena_array(a, cap, sizeof *out.ts);
    out.v = arena_array(a, cap * (size_t)asset->shape, sizeof *out.v);
    if (asset->kind == GENERATE_MSTR)
        mstr(a, &out, seed, asset);
    else
        walk(&out, name_seed(seed, asset->name), asset, first, last);
    return out;
}

/* A bridge of n + 1 points from log o to log c, held inside [low, high]. */
static void
bridge(uint64_t seed, int64_t place, const double *bar, double *x, int n)
{
    double range = log(bar[ROWS_HIGH] / bar[ROWS_LOW]);
    double o = log(bar[ROWS_OPEN]), c = log(bar[ROWS_CLOSE]);
    x[0] = 0;
    for (int i = 1; i <= n; i++)
        x[i] =
            x[i - 1] + normal(seed, place + i, 7) * range / 2 / sqrt((double)n);
    double end = x[n];
    for (int i = 0; i <= n; i++) {
        double part = (double)i / n;
        double v = exp(o + (c - o) * part + x[i] - end * part);
        x[i] = fmin(fmax(v, bar[ROWS_LOW]), bar[ROWS_HIGH]);
    }
}

struct rows
generate_minutes(struct arena *a, uint64_t seed,
                 const struct generate_asset *asset, const struct rows *days,
                 size_t row)
{
    const double *bar = days->v + row * (size_t)days->shape;
    int64_t place = days->ts[row] / 60;
    uint64_t own_seed = name_seed(seed, asset->name);
    struct rows out = {.shape = ROWS_BARS, .n = MINUTES};
    out.ts = arena_array(a, MINUTES, sizeof *out.ts);
    out.v = arena_array(a, MINUTES * (size_t)ROWS_BARS, sizeof *out.v);
    double x[MINUTES + 1];
    bridge(own_seed, place, bar, x, MINUTES);
    for (int i = 0; i < MINUTES; i++) {
        double *v = out.v + (size_t)i * ROWS_BARS;
        out.ts[i] = days->ts[row] + (int64_t)i * 60;
        v[ROWS_OPEN] = rounded(x[i], asset->decimals);
        v[ROWS_CLOSE] = rounded(x[i + 1], asset->decimals);
        v[ROWS_HIGH] = fmax(v[ROWS_OPEN], v[ROWS_CLOSE]);
        v[ROWS_LOW] = fmin(v[ROWS_OPEN], v[ROWS_CLOSE]);
        v[ROWS_VOLUME] = rounded(bar[ROWS_VOLUME] / MINUTES *
                                     (0.5 + uniform(own_seed, place + i, 99)),
                                 8);
    }
    /* One minute touches the day's high, another one its low. */
    int at_high = (int)(uniform(own_seed, place, 97) * MINUTES / 2);
    int at_low = at_high + MINUTES / 2;
    out.v[(size_t)at_high * ROWS_BARS + ROWS_HIGH] = bar[ROWS_HIGH];
    out.v[(size_t)at_low * ROWS_BARS + ROWS_LOW] = bar[ROWS_LOW];
    return out;
}
