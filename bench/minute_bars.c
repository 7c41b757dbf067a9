/* Minute bars as CSV, for bench/import.sh.
 *
 *     minute_bars N [EVERY]    N bars from 2015 on; with EVERY, each so many-th
 * has another high
 */
#include "lib/date.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MINUTE_S = 60 };

/* Cents, as "123.45000000": venues print eight places. */
static void
put_price(long cents)
{
    printf(",%ld.%02ld000000", cents / 100, cents % 100);
}

int
main(int argc, char **argv)
{
    long n = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    long every = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
    int64_t ts = date_to_days(2015, 1, 1) * DAY_S;
    uint32_t seed = 7;
    long price = 4000000;
    puts("timestamp,open,high,low,close,volume");
    for (long i = 0; i < n; i++, ts += MINUTE_S) {
        seed = seed * 1103515245 + 12345;
        long open = price, step = (long)(seed >> 16) % 2001 - 1000;
        price = price + step < 100000 ? price : price + step;
        long top = open > price ? open : price;
        long bottom = open > price ? price : open;
        long more = every > 0 && i % every == every / 2; /* of the high */
        struct date d = date_from_days(ts / DAY_S);
        int64_t s = ts % DAY_S;
        printf("%04d-%02d-%02dT%02d:%02d:00Z", d.year, d.month, d.day,
               (int)(s / 3600), (int)(s / 60 % 60));
        put_price(open);
        put_price(top + (long)(seed >> 8) % 500 + more);
        put_price(bottom - (long)(seed >> 4) % 500);
        put_price(price);
        printf(",%u.%06u\n", seed % 1000, seed % 999983);
    }
    return ferror(stdout) != 0;
}
