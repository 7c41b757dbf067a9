#include "core/rowfile_time.h"

#include "lib/date.h"
#include "lib/zone.h"

#include <ctype.h>
#include <string.h>

enum { NO_DAY = INT32_MIN };

void
rowfile_time_init(struct rowfile_time *t, enum cell_time form, const char *zone,
                  int32_t interval_s)
{
    *t = (struct rowfile_time){.form = form,
                               .is_daily = interval_s >= DAY_S,
                               .zone = zone,
                               .is_utc = strcmp(zone, "UTC") == 0,
                               .zone_day = NO_DAY,
                               .last_ts = INT64_MIN};
}

static void
trim(const char **s, size_t *len)
{
    while (*len > 0 && isspace((unsigned char)**s)) {
        (*s)++;
        (*len)--;
    }
    while (*len > 0 && isspace((unsigned char)(*s)[*len - 1]))
        (*len)--;
}

/* Hours of a clock of twelve. */
static bool
add_half_day(const char *word, size_t len, int64_t *hour)
{
    if (len == 0)
        return true;
    if (len < 1 || len > 4 || *hour < 1 || *hour > 12)
        return false;
    bool is_pm = word[0] == 'P' || word[0] == 'p';
    if (!is_pm && word[0] != 'A' && word[0] != 'a')
        return false;
    *hour = *hour % 12 + (is_pm ? 12 : 0);
    return true;
}

bool
rowfile_clock_read(const char *s, size_t len, int64_t *seconds)
{
    int64_t part[3] = {0};
    size_t n = 0, digits = 0, i = 0;
    trim(&s, &len);
    for (; i < len && n < 3; i++) {
        if (isdigit((unsigned char)s[i])) {
            part[n] = part[n] * 10 + (s[i] - '0');
            if (++digits > 6)
                return false;
        } else if (s[i] == ':' && digits > 0 && n < 2) {
            n++;
            digits = 0;
        } else {
            break;
        }
    }
    if (digits == 0 || (n > 0 && digits > 2))
        return false;
    if (n == 0 && digits >= 3) { /* 930, 0930, 93000, 093000 */
        int64_t all = digits <= 4 ? part[0] * 100 : part[0];
        part[0] = all / 10000;
        part[1] = all / 100 % 100;
        part[2] = all % 100;
    }
    if (i < len && (s[i] == '.' || s[i] == ',') && n == 2)
        for (i++; i < len && isdigit((unsigned char)s[i]);)
            i++;
    const char *word = s + i;
    size_t word_len = len - i;
    trim(&word, &word_len);
    if (!add_half_day(word, word_len, &part[0]) || part[0] > 23 ||
        part[1] > 59 || part[2] > 59)
        return false;
    *seconds = part[0] * 3600 + part[1] * 60 + part[2];
    return true;
}

/* What clocks are ahead of UTC at a local time. Far from a change of the
 * clocks this is the offset a day before and a day after.
 * fails   false: that local time was skipped */
static bool
offset_at_change(struct rowfile_time *t, int64_t local, int64_t before,
                 int64_t after, int64_t *offset_s)
{
    int64_t first = local - before, second = local - after;
    bool is_first = zone_offset_s(t->zone, first, NULL) == before;
    bool is_second = zone_offset_s(t->zone, second, NULL) == after;
    *offset_s = is_first ? before : after;
    if (is_first && is_second && t->direction > 0 && first <= t->last_ts)
        *offset_s = after;
    if (is_first && is_second && t->direction < 0 && second < t->last_ts)
        *offset_s = after;
    return is_first || is_second;
}

static bool
local_to_utc(struct rowfile_time *t, int64_t local, int64_t *ts)
{
    int64_t day = date_day_start(local);
    if (day == t->zone_day) {
        *ts = local - t->zone_offset_s;
        return true;
    }
    int64_t before = zone_offset_s(t->zone, day - DAY_S, NULL);
    int64_t after = zone_offset_s(t->zone, day + (int64_t)2 * DAY_S, NULL);
    int64_t offset = before;
    if (before == after) {
        t->zone_day = day;
        t->zone_offset_s = before;
    } else if (!offset_at_change(t, local, before, after, &offset)) {
        return false;
    }
    *ts = local - offset;
    return true;
}

/* Ten bytes compared as two numbers: a call would cost more. */
static inline bool
same_day(const char *a, const char *b)
{
    uint64_t a8, b8;
    uint16_t a2, b2;
    memcpy(&a8, a, 8);
    memcpy(&b8, b, 8);
    memcpy(&a2, a + 8, 2);
    memcpy(&b2, b + 8, 2);
    return a8 == b8 && a2 == b2;
}

/* YYYY-MM-DD with the day that came last, alone or with a plain time of day
 * behind it: most cells of most files. */
static bool
read_known_day(const struct rowfile_time *t, const char *s, size_t len,
               struct cell_clock *c)
{
    if (!same_day(s, t->day_text))
        return false;
    *c = (struct cell_clock){.local_ts = t->day_ts};
    if (len == 10)
        return true;
    if (len < 19 || len > 20 || (s[10] != ' ' && s[10] != 'T') ||
        s[13] != ':' || s[16] != ':' || (len == 20 && s[19] != 'Z'))
        return false;
    unsigned v[6];
    static const char at[6] = {11, 12, 14, 15, 17, 18};
    for (int i = 0; i < 6; i++)
        if ((v[i] = (unsigned)(s[(int)at[i]] - '0')) > 9)
            return false;
    unsigned h = v[0] * 10 + v[1], m = v[2] * 10 + v[3], sec = v[4] * 10 + v[5];
    if (h > 23 || m > 59 || sec > 59)
        return false;
    c->local_ts += h * 3600 + m * 60 + sec;
    c->has_time = true;
    c->has_offset = len == 20;
    return true;
}

static enum cell_state
read_cell(struct rowfile_time *t, const char *s, size_t len,
          struct cell_clock *c)
{
    bool is_iso = t->form == CELL_TIME_ISO && len >= 10;
    if (is_iso && read_known_day(t, s, len, c))
        return CELL_OK;
    enum cell_state state = cell_time(s, len, t->form, c);
    if (state == CELL_OK && is_iso && s[4] == '-' && s[7] == '-') {
        memcpy(t->day_text, s, 10);
        t->day_ts = date_day_start(c->local_ts);
    }
    return state;
}

/* The session's date. A time that is written in UTC is of the date that the
 * zone had then; any other is of the date that it says. */
static int64_t
session_day(const struct rowfile_time *t, const struct cell_clock *c)
{
    int64_t local = c->local_ts;
    if (!t->is_utc && c->has_time && c->has_offset && c->offset_s == 0)
        local += zone_offset_s(t->zone, local, NULL);
    return date_day_start(local);
}

enum rowfile_when
rowfile_time_read(struct rowfile_time *t, const char *text, size_t len,
                  const char *clock, size_t clock_len, int64_t *ts,
                  int32_t *fraction_us)
{
    struct cell_clock c;
    int64_t seconds = 0;
    enum cell_state state = read_cell(t, text, len, &c);
    if (state != CELL_OK)
        return state == CELL_ABSENT ? ROWFILE_TIME_ABSENT : ROWFILE_TIME_BAD;
    if (clock != NULL) {
        if (!rowfile_clock_read(clock, clock_len, &seconds))
            return ROWFILE_TIME_BAD;
        c.local_ts = date_day_start(c.local_ts) + seconds;
        c.has_time = true;
    }
    if (t->is_daily)
        *ts = session_day(t, &c);
    else if (c.has_offset)
        *ts = c.local_ts - c.offset_s;
    else if (t->is_utc)
        *ts = c.local_ts;
    else if (!local_to_utc(t, c.local_ts, ts))
        return ROWFILE_TIME_SKIPPED;
    if (*ts != t->last_ts && t->last_ts != INT64_MIN)
        t->direction = *ts > t->last_ts ? 1 : -1;
    t->last_ts = *ts;
    if (fraction_us != NULL)
        *fraction_us = c.fraction_us;
    return ROWFILE_TIME_OK;
}
