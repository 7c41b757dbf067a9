/* Any text as a cell of a file: a number or a time in every form. What is read
 * is finite and in range, blanks around change nothing, and plain forms agree
 * with the readers of lib/. The first byte chooses the form. */
#include "core/cell.h"

#include "lib/arena.h"
#include "lib/date.h"
#include "lib/number.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void
check_number(const char *text, const char *padded, size_t len)
{
    for (const char *decimal = ".,"; *decimal != '\0'; decimal++) {
        double v = 7, w = 7, plain;
        enum cell_state state = cell_number(text, len, *decimal, &v);
        assert(state == CELL_OK ? isfinite(v) : v == 7);
        assert(state != CELL_ABSENT || cell_is_absent(text, len));
        assert(cell_number(padded, len + 3, *decimal, &w) == state);
        assert(memcmp(&v, &w, sizeof v) == 0);
        if (*decimal == '.' && number_parse_f64(text, len, &plain))
            assert(state == CELL_OK && memcmp(&v, &plain, sizeof v) == 0);
    }
}

static void
check_time(const char *text, const char *padded, size_t len,
           enum cell_time form)
{
    static const struct cell_clock none = {.local_ts = 7};
    struct cell_clock c = none, d = none;
    enum cell_state state = cell_time(text, len, form, &c);
    assert(state != CELL_ABSENT || cell_is_absent(text, len));
    assert(cell_time(padded, len + 3, form, &d) == state);
    assert(c.local_ts == d.local_ts && c.fraction_us == d.fraction_us &&
           c.offset_s == d.offset_s && c.has_time == d.has_time);
    int64_t ts;
    if (state != CELL_OK) {
        assert(c.local_ts == none.local_ts);
        return;
    }
    /* 24:00 on the last day is the first moment of the year 3000 */
    assert(c.local_ts >= date_to_days(1800, 1, 1) * DAY_S &&
           c.local_ts <= date_to_days(3000, 1, 1) * DAY_S);
    assert(c.fraction_us >= 0 && c.fraction_us < 1000000);
    assert(c.has_offset ? abs(c.offset_s) < 16 * 3600 : c.offset_s == 0);
    assert(c.has_time || date_day_start(c.local_ts) == c.local_ts);
    if (form == CELL_TIME_ISO && date_parse_iso(text, len, &ts))
        assert(ts == c.local_ts - c.offset_s);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    if (size < 1)
        return 0;
    size_t len = size - 1;
    char *text = xmalloc(len), *padded = xmalloc(len + 3);
    memcpy(text, data + 1, len);
    memcpy(padded, " \t", 2);
    memcpy(padded + 2, text, len);
    padded[len + 2] = ' ';
    check_number(text, padded, len);
    check_time(text, padded, len, (enum cell_time)(data[0] % 10));
    free(text);
    free(padded);
    return 0;
}
