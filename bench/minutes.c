/* minutes N: N rows of minute bars as CSV on standard output, a random walk
 * with a fixed seed; about 70 bytes a row. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FIRST_TS = 1420070400 }; /* 2015-01-01 */

/* xorshift64* of Vigna, "An experimental exploration of Marsaglia's xorshift
 * generators", 2016. */
static uint64_t
next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 2685821657736338717U;
}

int
main(int argc, char **argv)
{
    long n = argc == 2 ? atol(argv[1]) : 0;
    uint64_t state = 42;
    int64_t cents = 4200000;
    static char buffer[1 << 16];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    puts("ts,open,high,low,close,volume");
    for (long i = 0; i < n; i++) {
        const time_t ts = FIRST_TS + 60 * (time_t)i;
        struct tm at;
        uint64_t r = next_random(&state);
        int64_t close = cents + (int64_t)(r % 2001) - 1000;
        int64_t high = (cents > close ? cents : close) + (int64_t)(r >> 54);
        int64_t low =
            (cents < close ? cents : close) - (int64_t)(r >> 44 & 511);
        gmtime_r(&ts, &at);
        printf("%04d-%02d-%02dT%02d:%02d:00Z,%" PRId64 ".%02d,%" PRId64
               ".%02d,%" PRId64 ".%02d,%" PRId64 ".%02d,%d.%03d\n",
               at.tm_year + 1900, at.tm_mon + 1, at.tm_mday, at.tm_hour,
               at.tm_min, cents / 100, (int)(cents % 100), high / 100,
               (int)(high % 100), low / 100, (int)(low % 100), close / 100,
               (int)(close % 100), (int)(r >> 32 & 255), (int)(r >> 20 & 511));
        cents = close > 100000 ? close : 4200000;
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
