#include "core/mill_own.h"
#include "lib/format.h"

#include <string.h>

/* Of the grid of states and of how bars are built. */
enum { MILL_VERSION = 1 };

int32_t
mill_version(void)
{
    return FEATURE_VERSION * 10000 + INDICATOR_STATE_VERSION * 100 +
           MILL_VERSION;
}

static int
hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* "\x00ff..." as the server writes bytes. */
static bool
bytes_parse(const char *text, unsigned char *out, size_t size)
{
    if (text == NULL || strlen(text) != 2 + 2 * size || text[0] != '\\' ||
        text[1] != 'x')
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = hex_digit(text[2 + 2 * i]), low = hex_digit(text[3 + 2 * i]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

bool
mill_state_parse(const char *text, struct feature_state *out)
{
    unsigned char bytes[sizeof *out];
    if (!bytes_parse(text, bytes, sizeof bytes) ||
        !feature_state_is_valid(bytes, sizeof bytes))
        return false;
    memcpy(out, bytes, sizeof bytes);
    return true;
}

int64_t
mill_time(int64_t ts)
{
    return ts < mill_begin_ts ? mill_begin_ts
           : ts > mill_end_ts ? mill_end_ts
                              : ts;
}

/* All windows are full after so many bars, whose count then says nothing. */
bool
mill_state_is_same(const struct feature_state *x, const struct feature_state *y)
{
    struct feature_state left = *x, right = *y;
    if (left.indicators.bars >= MILL_STATE_BARS &&
        right.indicators.bars >= MILL_STATE_BARS)
        left.indicators.bars = right.indicators.bars;
    unsigned char l[sizeof left], r[sizeof right]; /* NaN equals itself */
    memcpy(l, &left, sizeof left);
    memcpy(r, &right, sizeof right);
    return memcmp(l, r, sizeof l) == 0;
}

bool
mill_state_before(struct db *db, int64_t instrument_id, int32_t interval_s,
                  int64_t from_ts, struct feature_state *out, int64_t *next_ts,
                  struct err *err)
{
    struct arena *a = arena_new();
    struct db_rows *rows;
    feature_start(out);
    *next_ts = INT64_MIN;
    bool ok = db_query(
        a, db, SQL_mill_state_before,
        DB_ARGS(fmt_i64(a, instrument_id), fmt_i64(a, interval_s),
                fmt_i64(a, mill_time(from_ts)), fmt_i64(a, mill_version())),
        &rows, err);
    /* one that is damaged or of another build is no harm: begin with none */
    if (ok && db_count(rows) > 0 &&
        mill_state_parse(db_text(rows, 0, "state"), out))
        *next_ts = db_i64(rows, 0, "through_ts") + 1;
    arena_free(a);
    return ok;
}
