/* Reading a CSV of minute bars without a database, for bench/parse.sh.
 *
 *   parse make FILE ROWS iso|ms    writes bars as exchanges do
 *   parse ours FILE iso|ms         lib/csv.h and core/cell.h
 *   parse split FILE               lib/csv.h alone: rows and fields
 *   parse plain FILE iso|ms        getline, strtol and strtod
 *
 * Prints the processor's milliseconds, the rows, and a sum of all that was
 * read, which must agree.
 */
#include "core/cell.h"
#include "lib/csv.h"

#include "lib/date.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FIRST_TS = 1577836800, VALUES = 5 };

struct sum {
    int64_t rows, ts;
    double values;
};

static double
cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool
make(const char *path, int64_t rows, bool ms)
{
    FILE *f = fopen(path, "w");
    if (f == NULL)
        return false;
    struct arena *a = arena_new();
    uint64_t x = 88172645463325252ULL;
    int64_t close = 719600; /* cents */
    fputs("time,open,high,low,close,volume\n", f);
    for (int64_t i = 0; i < rows; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        int64_t open = close, ts = FIRST_TS + i * 60;
        close += (int64_t)(x % 4001) - 2000;
        close = close < 100000 ? 100000 : close;
        int64_t high =
            (open > close ? open : close) + (int64_t)((x >> 20) % 700);
        int64_t low =
            (open < close ? open : close) - (int64_t)((x >> 40) % 700);
        if (ms)
            fprintf(f, "%" PRId64 "000", ts);
        else
            fprintf(f, "%.10s %02d:%02d:00", date_format_day(a, ts),
                    (int)(ts / 3600 % 24), (int)(ts / 60 % 60));
        const int64_t prices[] = {open, high, low, close};
        for (int k = 0; k < 4; k++)
            fprintf(f, ",%" PRId64 ".%02d", prices[k] / 100,
                    (int)(prices[k] % 100));
        fprintf(f, ",%d.%05d\n", (int)((x >> 30) % 300),
                (int)((x >> 8) % 100000));
        if (i % 10000 == 0)
            arena_reset(a);
    }
    arena_free(a);
    return fclose(f) == 0;
}

static bool
ours(struct csv *csv, enum cell_time form, struct sum *sum, struct err *err)
{
    struct csv_row row;
    if (!csv_next(csv, &row, err))
        return false;
    for (;;) {
        if (!csv_next(csv, &row, err))
            return false;
        if (row.n == 0)
            return true;
        const struct csv_field *f = row.fields;
        struct cell_clock clock;
        double v;
        if (row.n != VALUES + 1 ||
            cell_time(f[0].text, f[0].len, form, &clock) != CELL_OK)
            return err_set(err, ERR_INPUT, "line %lld", (long long)row.line);
        sum->ts += clock.local_ts;
        for (int i = 1; i <= VALUES; i++) {
            if (cell_number(f[i].text, f[i].len, '.', &v) != CELL_OK)
                return err_set(err, ERR_INPUT, "line %lld",
                               (long long)row.line);
            sum->values += v;
        }
        sum->rows++;
    }
}

static bool
split(struct csv *csv, struct sum *sum, struct err *err)
{
    struct csv_row row;
    do {
        if (!csv_next(csv, &row, err))
            return false;
        sum->values += (double)row.n;
        sum->rows += row.n > 0;
    } while (row.n > 0);
    return true;
}

static int64_t
plain_time(char *text, bool ms, char **end)
{
    if (ms)
        return strtoll(text, end, 10) / 1000;
    int y = (int)strtol(text, end, 10), m = (int)strtol(*end + 1, end, 10);
    int64_t day = date_to_days(y, m, (int)strtol(*end + 1, end, 10));
    int64_t ts = day * DAY_S;
    ts += strtol(*end + 1, end, 10) * 3600;
    ts += strtol(*end + 1, end, 10) * 60;
    return ts + strtol(*end + 1, end, 10);
}

static bool
plain(const char *path, bool ms, struct sum *sum)
{
    FILE *f = fopen(path, "r");
    char *line = NULL, *at;
    size_t size = 0;
    if (f == NULL || getline(&line, &size, f) < 0)
        return false;
    while (getline(&line, &size, f) > 0) {
        sum->ts += plain_time(line, ms, &at);
        for (int i = 0; i < VALUES; i++)
            sum->values += strtod(at + 1, &at);
        sum->rows++;
    }
    free(line);
    return fclose(f) == 0;
}

int
main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "", *path = argc > 2 ? argv[2] : "";
    bool ms = strcmp(argv[argc - 1], "ms") == 0, ok = false;
    struct arena *a = arena_new();
    struct sum sum = {0};
    struct csv *csv;
    struct err err = {.text = "cannot"};
    double began = cpu_ms();
    if (strcmp(what, "make") == 0 && argc == 5)
        ok = make(path, atoll(argv[3]), ms);
    else if (strcmp(what, "plain") == 0)
        ok = plain(path, ms, &sum);
    else if (csv_open(a, path, &csv, &err))
        ok =
            strcmp(what, "split") == 0
                ? split(csv, &sum, &err)
                : ours(csv, ms ? CELL_TIME_UNIX_MS : CELL_TIME_ISO, &sum, &err);
    arena_free(a);
    if (!ok) {
        fprintf(stderr, "parse: %s %s: %s\n", what, path, err.text);
        return 1;
    }
    printf("%.3f %" PRId64 " %" PRId64 " %.17g\n", cpu_ms() - began, sum.rows,
           sum.ts, sum.values);
    return 0;
}
