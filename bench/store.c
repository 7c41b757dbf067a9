/* Times core/bar.c's bar_store, for bench/store.sh.
 *
 *     store csv FILE N               writes the rows that the others store
 *     store fresh|again|some|all CONNINFO N
 *
 * fresh: nine of ten rows, where nothing is stored; again: the same rows; some:
 * all N, one in ten with another close and one in ten not stored yet; all:
 * every row with another close. Each is a load of its own, so replaced rows go
 * to history. Prints the milliseconds of the one call, and the counts.
 */
#include "core/bar.h"
#include "lib/date.h"
#include "lib/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INSTRUMENT = 1 };

/* The same rows in each call; prices with two decimals, as they come. */
static struct series_row *
rows_make(struct arena *a, size_t n)
{
    struct series_row *rows = arena_array(a, n, sizeof *rows);
    unsigned seed = 7;
    double price = 100;
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1103515245 + 12345;
        double step = (double)((int)(seed >> 16) % 201 - 100) / 100;
        double open = price;
        price = round(fmax(price + step, 1) * 100) / 100;
        rows[i] = (struct series_row){.ts = (int64_t)i * DAY_S -
                                            36500 * (int64_t)DAY_S,
                                      .open = open,
                                      .high = fmax(open, price) + 0.25,
                                      .low = fmin(open, price) - 0.25,
                                      .close = price,
                                      .volume = (double)(seed >> 12)};
    }
    return rows;
}

static int
csv(const char *path, size_t n)
{
    struct arena *a = arena_new();
    const struct series_row *rows = rows_make(a, n);
    FILE *f = fopen(path, "w");
    if (f == NULL)
        return 1;
    for (size_t i = 0; i < n; i++) {
        const struct series_row *r = &rows[i];
        const double v[] = {r->open, r->high, r->low, r->close, r->volume};
        fprintf(f, "%d,%d,%s", INSTRUMENT, DAY_S, date_format_iso(a, r->ts));
        for (size_t k = 0; k < COUNT_OF(v); k++) {
            char text[NUMBER_TEXT_MAX];
            number_format_f64(text, v[k]);
            fprintf(f, ",%s", text);
        }
        fputs(",1\n", f);
    }
    arena_free(a);
    return fclose(f) != 0;
}

static double
now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* What is done with the rows, in the order of the calls. */
static const struct {
    const char *name;
    bool leaves_out, changes_some, changes_all;
} cases[] = {
    {"fresh", true, false, false},
    {"again", true, false, false},
    {"some", false, true, false},
    {"all", false, false, true},
};

static size_t
change(struct series_row *rows, size_t n, size_t c)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (cases[c].leaves_out && i % 10 == 9)
            continue;
        if (cases[c].changes_some && i % 10 == 4)
            rows[i].close += 0.0625;
        if (cases[c].changes_all)
            rows[i].close += 0.125;
        rows[kept++] = rows[i];
    }
    return kept;
}

int
main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    size_t n = strtoul(argv[3], NULL, 10);
    if (strcmp(argv[1], "csv") == 0)
        return csv(argv[2], n);
    size_t c = 0;
    while (c < COUNT_OF(cases) && strcmp(cases[c].name, argv[1]) != 0)
        c++;
    if (c == COUNT_OF(cases))
        return 2;
    struct arena *a = arena_new();
    struct err err;
    struct db *db;
    struct bar_count count;
    struct series_row *rows = rows_make(a, n);
    n = change(rows, n, c);
    struct bar_target target = {INSTRUMENT, DAY_S, (int64_t)c + 1};
    int64_t ts;
    bool ok = db_open(&db, argv[2], "bench store", &err) &&
              bar_last(db, INSTRUMENT, DAY_S, &ts, &err);
    double start = now_ms();
    ok = ok && bar_store(db, &target, rows, n, &count, &err);
    double ms = now_ms() - start;
    if (!ok)
        fprintf(stderr, "store: %s\n", err.text);
    else
        printf("%.1f %zu %lld %lld %lld\n", ms, n, (long long)count.n_new,
               (long long)count.n_same, (long long)count.n_changed);
    db_close(db);
    arena_free(a);
    return !ok;
}
